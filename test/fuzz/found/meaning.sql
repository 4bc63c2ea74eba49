-- Where ksqlDB's meaning is not SQL's: found by comparing with DuckDB, true of ksqlDB, kept so that it stays.
--@complete
--@dialect: ksqldb

--@test: a comparison with NULL is false, not NULL
CREATE STREAM S (K STRING KEY, I INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM O AS SELECT K, I > 1 AS A, NOT (I > 1) AS B, I IN (1, 2) AS C, I BETWEEN 1 AND 2 AS D FROM S;
INSERT INTO S (K, I) VALUES ('k', NULL);
ASSERT VALUES O (K, A, B, C, D) VALUES ('k', FALSE, TRUE, FALSE, FALSE);

--@test: a NULL operand ends the evaluation up to the next boundary
CREATE STREAM S (K STRING KEY, I INT, B BOOLEAN) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM O AS SELECT K, (I + 1) IS NULL AS A, COALESCE(I + 1, 5) AS C, COALESCE(ABS(I + 1), 5) AS D, B OR TRUE AS E, TRUE OR B AS F FROM S;
INSERT INTO S (K, I, B) VALUES ('k', NULL, NULL);
ASSERT VALUES O (K, A, C, D, E, F) VALUES ('k', NULL, NULL, 5, NULL, TRUE);

--@test: integers wrap around, division cuts off and fails by zero
CREATE STREAM S (K STRING KEY, I INT, L BIGINT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM O AS SELECT K, I + 1 AS A, L + 1 AS B, I / 0 AS C, -7 / 2 AS D, -7 % 3 AS E FROM S;
INSERT INTO S (K, I, L) VALUES ('k', 2147483647, 9223372036854775807);
ASSERT VALUES O (K, A, B, C, D, E) VALUES ('k', -2147483648, -9223372036854775807 - 1, NULL, -3, -1);

--@test: INSTR of NULL is 0, SUM of nothing is 0
CREATE STREAM S (K STRING KEY, X STRING, I INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM O AS SELECT K, INSTR(X, 'a') AS A FROM S;
CREATE TABLE T AS SELECT K, SUM(I) AS A, MIN(I) AS B FROM S GROUP BY K;
INSERT INTO S (K, X, I) VALUES ('k', NULL, NULL);
ASSERT VALUES O (K, A) VALUES ('k', 0);
ASSERT VALUES T (K, A, B) VALUES ('k', 0, NULL);

--@test: a sum of decimals has their type: one that does not fit stops the query
--@expected.error: TEST_QUERY_FAILED
--@expected.message: SUM(M)
CREATE STREAM S (K STRING KEY, M DECIMAL(3, 1)) WITH (kafka_topic='s', value_format='JSON');
CREATE TABLE O AS SELECT K, SUM(M) AS A FROM S GROUP BY K;
INSERT INTO S (K, M) VALUES ('k', 99.9);
ASSERT VALUES O (K, A) VALUES ('k', 99.9);
INSERT INTO S (K, M) VALUES ('k', 0.1);

--@test: a DELIMITED value has no empty texts
CREATE STREAM S (K STRING KEY, X STRING, Y STRING) WITH (kafka_topic='s', value_format='DELIMITED');
CREATE STREAM O WITH (value_format='JSON') AS SELECT K, X, Y FROM S;
INSERT INTO S (K, X, Y) VALUES ('k', '', 'a');
ASSERT VALUES O (K, X, Y) VALUES ('k', NULL, 'a');
