-- Structs, arrays and maps: reading, making, and functions over them.
--@complete
--@dialect: ksqldb

--@test: a field of a struct takes its own name
CREATE STREAM s (id INT KEY, e STRUCT<image STRING, pid INT>) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, e->image, e->pid AS process_id FROM s;

ASSERT STREAM t (id INT KEY, image STRING, process_id INT) WITH (kafka_topic='T', value_format='JSON');

INSERT INTO s (id, e) VALUES (1, STRUCT(image := 'cmd.exe', pid := 4711));
ASSERT VALUES t (id, image, process_id) VALUES (1, 'cmd.exe', 4711);

--@test: a field of a NULL struct is NULL
CREATE STREAM s (id INT KEY, e STRUCT<inner_ STRUCT<x INT>>) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, e->inner_->x AS x FROM s;

INSERT INTO s (id, e) VALUES (1, NULL);
INSERT INTO s (id, e) VALUES (2, STRUCT(inner_ := STRUCT(x := 7)));
ASSERT VALUES t (id, x) VALUES (1, NULL);
ASSERT VALUES t (id, x) VALUES (2, 7);

--@test: a whole struct is passed on
CREATE STREAM s (id INT KEY, e STRUCT<a INT, b STRING>) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, e FROM s;

INSERT INTO s (id, e) VALUES (1, STRUCT(a := 1, b := 'x'));
INSERT INTO s (id, e) VALUES (2, STRUCT(a := 2));
ASSERT VALUES t (id, e) VALUES (1, STRUCT(a := 1, b := 'x'));
ASSERT VALUES t (id, e) VALUES (2, STRUCT(a := 2, b := CAST(NULL AS STRING)));

--@test: arrays count from 1, from -1 at the end, and are NULL outside
CREATE STREAM s (id INT KEY, a ARRAY<STRING>) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, a[1] AS first, a[-1] AS last, a[9] AS none FROM s;

INSERT INTO s (id, a) VALUES (1, ARRAY['T1047', 'T1021', 'T1059']);
ASSERT VALUES t (id, first, last, none) VALUES (1, 'T1047', 'T1059', NULL);

--@test: a map is read by key
CREATE STREAM s (id INT KEY, m MAP<STRING, INT>) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, m['a'] AS a, m['z'] AS z FROM s;

INSERT INTO s (id, m) VALUES (1, MAP('a' := 1, 'b' := 2));
ASSERT VALUES t (id, a, z) VALUES (1, 1, NULL);

--@test: containers are made from columns
CREATE STREAM s (id INT KEY, a INT, b INT) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, ARRAY[a, b] AS pair, MAP('a' := a, 'b' := b) AS map_, STRUCT(a := a, sum_ := a + b) AS both FROM s;

ASSERT STREAM t (id INT KEY, pair ARRAY<INT>, map_ MAP<STRING, INT>, both STRUCT<a INT, sum_ INT>) WITH (kafka_topic='T', value_format='JSON');

INSERT INTO s (id, a, b) VALUES (1, 3, 4);
ASSERT VALUES t (id, pair, map_, both) VALUES (1, ARRAY[3, 4], MAP('a' := 3, 'b' := 4), STRUCT(a := 3, sum_ := 7));

--@test: array functions
CREATE STREAM s (id INT KEY, a ARRAY<STRING>) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, ARRAY_LENGTH(a) AS n, ARRAY_CONTAINS(a, 'b') AS has_b, ARRAY_DISTINCT(a) AS distinct_, ARRAY_JOIN(a, '|') AS joined, SLICE(a, 1, 2) AS two FROM s;

INSERT INTO s (id, a) VALUES (1, ARRAY['b', 'a', 'b']);
ASSERT VALUES t (id, n, has_b, distinct_, joined, two) VALUES (1, 3, true, ARRAY['b', 'a'], 'b|a|b', ARRAY['b', 'a']);

--@test: lambdas over arrays and maps
CREATE STREAM s (id INT KEY, a ARRAY<INT>, m MAP<STRING, INT>) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, TRANSFORM(a, x => x * 2) AS doubled, FILTER(a, x => x > 1) AS large, REDUCE(a, 0, (total, x) => total + x) AS total, TRANSFORM(m, (k, v) => UCASE(k), (k, v) => v + 1) AS upper FROM s;

INSERT INTO s (id, a, m) VALUES (1, ARRAY[1, 2, 3], MAP('x' := 1));
ASSERT VALUES t (id, doubled, large, total, upper) VALUES (1, ARRAY[2, 4, 6], ARRAY[2, 3], 6, MAP('X' := 2));

--@test: EXPLODE gives a row for each element, none for an empty array
CREATE STREAM s (id INT KEY, tags ARRAY<STRING>) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, EXPLODE(tags) AS tag FROM s;

INSERT INTO s (id, tags) VALUES (1, ARRAY['T1047', 'T1059']);
INSERT INTO s (id, tags) VALUES (2, NULL);
INSERT INTO s (id, tags) VALUES (3, ARRAY['T1021']);
ASSERT VALUES t (id, tag) VALUES (1, 'T1047');
ASSERT VALUES t (id, tag) VALUES (1, 'T1059');
ASSERT VALUES t (id, tag) VALUES (3, 'T1021');

--@test: two table functions side by side; the shorter one ends with NULL
CREATE STREAM s (id INT KEY, a ARRAY<INT>, b ARRAY<STRING>) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, EXPLODE(a) AS x, EXPLODE(b) AS y FROM s;

INSERT INTO s (id, a, b) VALUES (1, ARRAY[1, 2], ARRAY['p']);
ASSERT VALUES t (id, x, y) VALUES (1, 1, 'p');
ASSERT VALUES t (id, x, y) VALUES (1, 2, NULL);

--@test: JSON texts are taken apart
CREATE STREAM s (id INT KEY, j STRING) WITH (kafka_topic='s', value_format='JSON');
CREATE STREAM t AS SELECT id, EXTRACTJSONFIELD(j, '$.a.b') AS b, EXTRACTJSONFIELD(j, '$.list[1]') AS second, IS_JSON_STRING(j) AS is_json FROM s;

INSERT INTO s (id, j) VALUES (1, '{"a":{"b":"deep"},"list":[1,2]}');
INSERT INTO s (id, j) VALUES (2, 'no json');
ASSERT VALUES t (id, b, second, is_json) VALUES (1, 'deep', '2', true);
ASSERT VALUES t (id, b, second, is_json) VALUES (2, NULL, NULL, false);
