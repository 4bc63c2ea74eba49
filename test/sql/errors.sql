-- What is refused, and with which code. docs/errors.md has the cures.
--@dialect: ksqldb

--@test: a word that is no keyword
--@expected.error: SQL_SYNTAX
CREAT STREAM s (id INT KEY) WITH (kafka_topic='s', value_format='JSON');

--@test: a clause at the wrong place
--@expected.error: ParseFailedException
CREATE STREAM s (id INT KEY, a INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT * WHERE a > 1 FROM s;

--@test: a source that is not there; a near name is suggested
--@expected.error: PLAN_UNKNOWN_SOURCE
--@expected.message: did you mean 'LOGONS'
CREATE STREAM logons (id INT KEY, a INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT * FROM logon;

--@test: a column that is not there; a near name is suggested
--@expected.error: PLAN_UNKNOWN_COLUMN
--@expected.message: did you mean 'PROCESS_ID'
CREATE STREAM s (id INT KEY, process_id INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, proces_id FROM s;

--@test: a field that is not in the struct
--@expected.error: PLAN_UNKNOWN_COLUMN
CREATE STREAM s (id INT KEY, e STRUCT<image STRING>) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, e->imagine FROM s;

--@test: a function that is not there
--@expected.error: statement
--@expected.message: UCASE
CREATE STREAM s (id INT KEY, a STRING) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, UCASES(a) AS a FROM s;

--@test: a function with an argument it does not take
--@expected.error: FUNCTION_ARGUMENTS
CREATE STREAM s (id INT KEY, a STRING) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, ABS(a) AS a FROM s;

--@test: a text and a number can't be compared
--@expected.error: PLAN_TYPE_MISMATCH
CREATE STREAM s (id INT KEY, a STRING) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT * FROM s WHERE a = 1;

--@test: a column of both sides needs its side's name
--@expected.error: PLAN_AMBIGUOUS_COLUMN
CREATE STREAM s (id INT KEY, v INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t (id INT PRIMARY KEY, v INT) WITH (kafka_topic='t', value_format='JSON');
CREATE STREAM j AS SELECT s.id, v FROM s JOIN t ON s.id = t.id;

--@test: two columns of one name
--@expected.error: PLAN_DUPLICATE_COLUMN
CREATE STREAM s (id INT KEY, a INT, b INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, a AS x, b AS x FROM s;

--@test: the key has to be selected
--@expected.error: PLAN_KEY_NOT_SELECTED
CREATE STREAM s (id INT KEY, a INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT a FROM s;

--@test: a name that is kept for pseudo columns
--@expected.error: PLAN_RESERVED_COLUMN
CREATE STREAM s (id INT KEY, rowtime BIGINT) WITH (kafka_topic='s', value_format='JSON');

--@test: a property that is not there
--@expected.error: PLAN_INVALID_PROPERTY
CREATE STREAM s (id INT KEY, a INT) WITH (kafka_topic='s', value_format='JSON', colour='blue');

--@test: a setting that is not there
--@expected.error: PLAN_INVALID_SETTING
SET 'auto.offset.rest' = 'earliest';

--@test: a type that is not there
--@expected.error: PLAN_UNKNOWN_TYPE
CREATE STREAM s (id INT KEY, a VARCHARS) WITH (kafka_topic='s', value_format='JSON');

--@test: a stream where a table is wanted
--@expected.error: PLAN_RESULT_KIND
CREATE STREAM s (id INT KEY, a INT) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE t AS SELECT * FROM s;

--@test: an ASSERT that does not hold fails the test, and says where
--@expected.error: TEST_RECORD_MISMATCH
--@expected.message: in 'A'
CREATE STREAM s (id INT KEY, a INT) WITH (kafka_topic='s', value_format='JSON');
INSERT INTO s (id, a) VALUES (1, 1);
ASSERT VALUES s (id, a) VALUES (1, 2);

--@test: an ASSERT of a record that never came
--@expected.error: TEST_RECORD_MISSING
CREATE STREAM s (id INT KEY, a INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT * FROM s WHERE a > 1;
INSERT INTO s (id, a) VALUES (1, 1);
ASSERT VALUES t (id, a) VALUES (1, 1);

--@test: an ASSERT of a row where there is a deletion
--@expected.error: java.lang.AssertionError
CREATE TABLE t (id INT PRIMARY KEY, a INT) WITH (kafka_topic='t', value_format='JSON');
INSERT INTO t (id) VALUES (1);
ASSERT VALUES t (id, a) VALUES (1, NULL);

--@test: an ASSERT of a deletion where there is a row
--@expected.error: TEST_RECORD_MISMATCH
CREATE TABLE t (id INT PRIMARY KEY, a INT) WITH (kafka_topic='t', value_format='JSON');
INSERT INTO t (id, a) VALUES (1, 1);
ASSERT NULL VALUES t (id) KEY (1);

--@test: --@complete finds records that nobody asserted
--@complete
--@expected.error: TEST_RECORDS_LEFT
CREATE STREAM s (id INT KEY, a INT) WITH (kafka_topic='s', value_format='JSON');
INSERT INTO s (id, a) VALUES (1, 1);
INSERT INTO s (id, a) VALUES (2, 2);
ASSERT VALUES s (id, a) VALUES (1, 1);

--@test: ASSERT STREAM with another type of a column
--@expected.error: TEST_SOURCE_MISMATCH
--@expected.message: schema
CREATE STREAM s (id INT KEY, a INT) WITH (kafka_topic='s', value_format='JSON');
ASSERT STREAM s (id INT KEY, a BIGINT) WITH (kafka_topic='s', value_format='JSON');

--@test: ASSERT TABLE of a stream
--@expected.error: io.confluent.ksql.util.KsqlException
--@expected.message: Expected type does not match actual for source S
CREATE STREAM s (id INT KEY, a INT) WITH (kafka_topic='s', value_format='JSON');
ASSERT TABLE s (id INT PRIMARY KEY, a INT) WITH (kafka_topic='s', value_format='JSON');

--@test: a SELECT has no place in a test
--@expected.error: TEST_UNSUPPORTED_STATEMENT
CREATE STREAM s (id INT KEY, a INT) WITH (kafka_topic='s', value_format='JSON');
SELECT * FROM s EMIT CHANGES;
