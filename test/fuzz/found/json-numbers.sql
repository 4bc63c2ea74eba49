-- JSON as producers write it, and filters over it: found by running the same queries with and without byte pipelines.
--@complete
--@dialect: ksqldb

--@test: a number without end is undecodable, and the next record is read
CREATE STREAM S (I INT, L BIGINT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM O AS SELECT I FROM S;
--@load: data/too-great.ndjson s
ASSERT VALUES O (I) VALUES (5);
