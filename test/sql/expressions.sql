-- Every kind of expression, in ksqlDB's meaning.
--@complete
--@dialect: ksqldb

--@test: arithmetic widens to the larger type
CREATE STREAM s (id INT KEY, i INT, b BIGINT, d DOUBLE) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, i + b AS ib, i * d AS id_, b - i AS bi, -i AS neg FROM s;

ASSERT STREAM t (id INT KEY, ib BIGINT, id_ DOUBLE, bi BIGINT, neg INT) WITH (kafka_topic='T', value_format='JSON');

INSERT INTO s (id, i, b, d) VALUES (1, 2, 3000000000, 0.5);
ASSERT VALUES t (id, ib, id_, bi, neg) VALUES (1, 3000000002, 1.0, 2999999998, -2);

--@test: whole numbers are divided without a fraction, the remainder has the sign of the dividend
CREATE STREAM s (id INT KEY, a INT, b INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, a / b AS quotient, a % b AS remainder FROM s;

INSERT INTO s (id, a, b) VALUES (1, 7, 2);
INSERT INTO s (id, a, b) VALUES (2, -7, 2);
ASSERT VALUES t (id, quotient, remainder) VALUES (1, 3, 1);
ASSERT VALUES t (id, quotient, remainder) VALUES (2, -3, -1);

--@test: a division by zero gives NULL and keeps the row
CREATE STREAM s (id INT KEY, a INT, b INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, a / b AS quotient, a + b AS total FROM s;

INSERT INTO s (id, a, b) VALUES (1, 7, 0);
ASSERT VALUES t (id, quotient, total) VALUES (1, NULL, 7);

--@test: decimals keep their scale
CREATE STREAM s (id INT KEY, a DECIMAL(5, 2), b DECIMAL(4, 1)) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, a + b AS plus, a * b AS product FROM s;

ASSERT STREAM t (id INT KEY, plus DECIMAL(6, 2), product DECIMAL(10, 3)) WITH (kafka_topic='T', value_format='JSON');

INSERT INTO s (id, a, b) VALUES (1, 10.25, 2.5);
ASSERT VALUES t (id, plus, product) VALUES (1, 12.75, 25.625);

--@test: comparisons
CREATE STREAM s (id INT KEY, a INT, b DOUBLE) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, a = b AS eq, a <> b AS ne, a < b AS lt, a <= b AS le, a > b AS gt, a >= b AS ge FROM s;

INSERT INTO s (id, a, b) VALUES (1, 2, 2.0);
INSERT INTO s (id, a, b) VALUES (2, 2, 2.5);
INSERT INTO s (id, b) VALUES (3, 2.5);
ASSERT VALUES t (id, eq, ne, lt, le, gt, ge) VALUES (1, true, false, false, true, false, true);
ASSERT VALUES t (id, eq, ne, lt, le, gt, ge) VALUES (2, false, true, true, true, false, false);
ASSERT VALUES t (id, eq, ne, lt, le, gt, ge) VALUES (3, false, false, false, false, false, false);

--@test: IS DISTINCT FROM takes NULL for a value
CREATE STREAM s (id INT KEY, a INT, b INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, a IS DISTINCT FROM b AS differs, a IS NOT DISTINCT FROM b AS same FROM s;

INSERT INTO s (id, a, b) VALUES (1, 1, 1);
INSERT INTO s (id, a) VALUES (2, 1);
INSERT INTO s (id, a, b) VALUES (3, NULL, NULL);
ASSERT VALUES t (id, differs, same) VALUES (1, false, true);
ASSERT VALUES t (id, differs, same) VALUES (2, true, false);
ASSERT VALUES t (id, differs, same) VALUES (3, false, true);

--@test: AND, OR, NOT
CREATE STREAM s (id INT KEY, a BOOLEAN, b BOOLEAN) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, a AND b AS conj, a OR b AS disj, NOT a AS neg FROM s;

INSERT INTO s (id, a, b) VALUES (1, true, false);
INSERT INTO s (id, a, b) VALUES (2, false, false);
ASSERT VALUES t (id, conj, disj, neg) VALUES (1, false, true, false);
ASSERT VALUES t (id, conj, disj, neg) VALUES (2, false, false, true);

--@test: LIKE with wildcards and an escape character
CREATE STREAM s (id INT KEY, path STRING) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id,
    path LIKE '%\powershell.exe' AS at_end,
    path LIKE 'C:\Windows\_ystem32%' AS one_char,
    path LIKE '%100!%%' ESCAPE '!' AS percent,
    path NOT LIKE '%temp%' AS not_temp
  FROM s;

INSERT INTO s (id, path) VALUES (1, 'C:\Windows\System32\powershell.exe');
INSERT INTO s (id, path) VALUES (2, 'C:\temp\100%.exe');
ASSERT VALUES t (id, at_end, one_char, percent, not_temp) VALUES (1, true, true, false, true);
ASSERT VALUES t (id, at_end, one_char, percent, not_temp) VALUES (2, false, false, true, false);

--@test: BETWEEN and IN
CREATE STREAM s (id INT KEY, port INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, port BETWEEN 1 AND 1023 AS system_port, port IN (445, 135) AS windows_port, port NOT IN (80, 443) AS not_web FROM s;

INSERT INTO s (id, port) VALUES (1, 445);
INSERT INTO s (id, port) VALUES (2, 1023);
INSERT INTO s (id, port) VALUES (3, 443);
INSERT INTO s (id, port) VALUES (4, 49664);
ASSERT VALUES t (id, system_port, windows_port, not_web) VALUES (1, true, true, true);
ASSERT VALUES t (id, system_port, windows_port, not_web) VALUES (2, true, false, true);
ASSERT VALUES t (id, system_port, windows_port, not_web) VALUES (3, true, false, false);
ASSERT VALUES t (id, system_port, windows_port, not_web) VALUES (4, false, false, true);

--@test: IS NULL
CREATE STREAM s (id INT KEY, parent STRING) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, parent IS NULL AS orphan, parent IS NOT NULL AS child FROM s;

INSERT INTO s (id, parent) VALUES (1, 'explorer.exe');
INSERT INTO s (id, parent) VALUES (2, NULL);
ASSERT VALUES t (id, orphan, child) VALUES (1, false, true);
ASSERT VALUES t (id, orphan, child) VALUES (2, true, false);

--@test: CASE with conditions, with a value, and without ELSE
CREATE STREAM s (id INT KEY, type INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id,
    CASE WHEN type = 2 THEN 'interactive' WHEN type = 3 THEN 'network' ELSE 'other' END AS searched,
    CASE type WHEN 10 THEN 'remote' END AS simple
  FROM s;

INSERT INTO s (id, type) VALUES (1, 2);
INSERT INTO s (id, type) VALUES (2, 3);
INSERT INTO s (id, type) VALUES (3, 10);
ASSERT VALUES t (id, searched, simple) VALUES (1, 'interactive', NULL);
ASSERT VALUES t (id, searched, simple) VALUES (2, 'network', NULL);
ASSERT VALUES t (id, searched, simple) VALUES (3, 'other', 'remote');

--@test: CAST between types
CREATE STREAM s (id INT KEY, text STRING, number DOUBLE) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, CAST(text AS INT) AS i, CAST(text AS BIGINT) AS b, CAST(text AS DOUBLE) AS d,
    CAST(number AS STRING) AS c, CAST(number AS INT) AS cut, CAST(number AS DECIMAL(4, 1)) AS dec
  FROM s;

INSERT INTO s (id, text, number) VALUES (1, '42', 3.75);
ASSERT VALUES t (id, i, b, d, c, cut, dec) VALUES (1, 42, 42, 42.0, '3.75', 3, 3.8);

--@test: a text that is no number casts to NULL
CREATE STREAM s (id INT KEY, text STRING) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, CAST(text AS INT) AS i, text FROM s;

INSERT INTO s (id, text) VALUES (1, '0x1f');
ASSERT VALUES t (id, i, text) VALUES (1, NULL, '0x1f');

--@test: texts are joined with + and CONCAT; + with NULL is NULL, CONCAT passes NULL over
CREATE STREAM s (id INT KEY, a STRING, b STRING) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, a + '\' + b AS plus, CONCAT(a, '\', b) AS concat FROM s;

INSERT INTO s (id, a, b) VALUES (1, 'CORP', 'alice');
INSERT INTO s (id, b) VALUES (2, 'alice');
ASSERT VALUES t (id, plus, concat) VALUES (1, 'CORP\alice', 'CORP\alice');
ASSERT VALUES t (id, plus, concat) VALUES (2, NULL, '\alice');

--@test: functions on text
CREATE STREAM s (id INT KEY, image STRING) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, LCASE(image) AS lower, LEN(image) AS length, SUBSTRING(image, 4, 7) AS part,
    REPLACE(image, '\', '/') AS slashes, TRIM('  x ') AS trimmed, REGEXP_EXTRACT('([^\\]+)$', image, 1) AS file
  FROM s;

INSERT INTO s (id, image) VALUES (1, 'C:\Windows\CMD.EXE');
ASSERT VALUES t (id, lower, length, part, slashes, trimmed, file) VALUES (1, 'c:\windows\cmd.exe', 18, 'Windows', 'C:/Windows/CMD.EXE', 'x', 'CMD.EXE');

--@test: functions on numbers
CREATE STREAM s (id INT KEY, x DOUBLE) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, ABS(x) AS positive, CEIL(x) AS up, FLOOR(x) AS down, ROUND(x) AS nearest, ROUND(x, 1) AS tenths, GREATEST(x, 0.5) AS at_least FROM s;

ASSERT STREAM t (id INT KEY, positive DOUBLE, up DOUBLE, down DOUBLE, nearest BIGINT, tenths DOUBLE, at_least DOUBLE) WITH (kafka_topic='T', value_format='JSON');

INSERT INTO s (id, x) VALUES (1, -2.25);
ASSERT VALUES t (id, positive, up, down, nearest, tenths, at_least) VALUES (1, 2.25, -2.0, -3.0, -2, -2.2, 0.5);

--@test: COALESCE and IFNULL
CREATE STREAM s (id INT KEY, a STRING, b STRING) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, COALESCE(a, b, 'none') AS first, IFNULL(a, '-') AS dash, NULLIF(b, 'x') AS not_x FROM s;

INSERT INTO s (id, a, b) VALUES (1, 'a', 'x');
INSERT INTO s (id, b) VALUES (2, 'b');
INSERT INTO s (id, a, b) VALUES (3, NULL, NULL);
ASSERT VALUES t (id, first, dash, not_x) VALUES (1, 'a', 'a', NULL);
ASSERT VALUES t (id, first, dash, not_x) VALUES (2, 'b', '-', 'b');
ASSERT VALUES t (id, first, dash, not_x) VALUES (3, 'none', '-', NULL);

--@test: dates, times, and functions on them
CREATE STREAM s (id INT KEY, text STRING, ms BIGINT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, PARSE_TIMESTAMP(text, 'yyyy-MM-dd HH:mm:ss.SSS') AS ts,
    PARSE_DATE('2024-02-29', 'yyyy-MM-dd') AS day,
    PARSE_TIME('23:59:58', 'HH:mm:ss') AS clock,
    FORMAT_TIMESTAMP(FROM_UNIXTIME(ms), 'yyyy-MM-dd''T''HH:mm:ssX', 'UTC') AS iso,
    STRINGTOTIMESTAMP(text, 'yyyy-MM-dd HH:mm:ss.SSS') AS unix
  FROM s;

ASSERT STREAM t (id INT KEY, ts TIMESTAMP, day DATE, clock TIME, iso STRING, unix BIGINT) WITH (kafka_topic='T', value_format='JSON');

INSERT INTO s (id, text, ms) VALUES (1, '2024-02-29 12:00:00.250', 86400000);
ASSERT VALUES t (id, ts, day, clock, iso, unix) VALUES (1, '2024-02-29T12:00:00.250', '2024-02-29', '23:59:58', '1970-01-02T00:00:00Z', 1709208000250);

--@test: the wall clock of a test stands still
CREATE STREAM s (id INT KEY, n INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, UNIX_TIMESTAMP() AS now FROM s;

INSERT INTO s (id, n) VALUES (1, 1);
ASSERT VALUES t (rowtime, id, now) VALUES (1704067200000, 1, 1704067200000);

--@test: BYTES are written as base64
CREATE STREAM s (id INT KEY, b BYTES) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, b, FROM_BYTES(b, 'hex') AS hex, FROM_BYTES(b, 'utf8') AS text FROM s;

INSERT INTO s (id, b) VALUES (1, 'TVo=');
ASSERT VALUES t (id, b, hex, text) VALUES (1, 'TVo=', '4D5A', 'MZ');
