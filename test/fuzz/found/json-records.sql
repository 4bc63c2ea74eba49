-- JSON as producers write it, and filters over it: found by running the same queries with and without byte pipelines.
--@complete
--@dialect: ksqldb

--@test: of a field that is there twice the first one counts, in filters and in values
CREATE STREAM S (I INT, B BOOLEAN, J INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM O AS SELECT I, B FROM S WHERE B;
CREATE STREAM P AS SELECT I FROM S WHERE I = 2;
CREATE STREAM Q AS SELECT I, J FROM S WHERE NOT B;
--@load: data/twice.ndjson s
ASSERT VALUES O (I, B) VALUES (2, TRUE);
ASSERT VALUES P (I) VALUES (2);
ASSERT VALUES Q (I, J) VALUES (1, NULL);

--@test: the JSON text null is a record without a value, which no filter lets through
CREATE STREAM S (I INT, B BOOLEAN) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM O AS SELECT B, I FROM S WHERE I = 1 OR I IS NULL;
--@load: data/null-value.ndjson s
ASSERT VALUES O (I, B) VALUES (1, NULL);

--@test: a NULL operand ends a filter before its OR
CREATE STREAM S (K STRING KEY, I INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM O AS SELECT K, I FROM S WHERE (0 + I) = 5 OR I IS NULL;
INSERT INTO S (K, I) VALUES ('k1', NULL);
INSERT INTO S (K, I) VALUES ('k2', 5);
ASSERT VALUES O (K, I) VALUES ('k2', 5);
