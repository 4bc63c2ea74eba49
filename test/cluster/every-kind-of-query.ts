/** Statements over two topics with every operator that keeps state, and records for them: A first, B when A is read. */

export const STATEMENTS = `CREATE STREAM A (K STRING KEY, G STRING, V INT, T BIGINT) WITH (KAFKA_TOPIC='a', FORMAT='JSON', TIMESTAMP='T');
         CREATE STREAM B (K STRING KEY, W INT, T BIGINT) WITH (KAFKA_TOPIC='b', FORMAT='JSON', TIMESTAMP='T');
         CREATE TABLE LATEST AS SELECT K, LATEST_BY_OFFSET(G) AS G, COUNT(*) AS N FROM A GROUP BY K EMIT CHANGES;
         CREATE TABLE BY_G AS SELECT G, COUNT(*) AS N, SUM(V) AS S FROM A GROUP BY G EMIT CHANGES;
         CREATE TABLE WINDOWS AS SELECT G, COUNT(*) AS N FROM A WINDOW TUMBLING (SIZE 10 SECONDS) GROUP BY G EMIT CHANGES;
         CREATE TABLE OF_TABLE AS SELECT G, SUM(N) AS TOTAL FROM LATEST GROUP BY G EMIT CHANGES;
         CREATE STREAM MET AS SELECT A.K AS K, V, W FROM A JOIN B WITHIN 1 MINUTE ON A.K = B.K EMIT CHANGES;
         CREATE STREAM LOOKED AS SELECT A.G AS G, V, BY_G.N AS N FROM A LEFT JOIN BY_G ON A.G = BY_G.G EMIT CHANGES;
         CREATE TABLE FOREIGN_N AS SELECT LATEST.K AS K, BY_G.N AS N FROM LATEST JOIN BY_G ON LATEST.G = BY_G.G EMIT CHANGES;`;

export const OF_A = ["LATEST", "BY_G", "WINDOWS", "OF_TABLE", "LOOKED"];
export const OF_BOTH = ["MET"];

export const A_LINES = Array.from({ length: 300 }, (_, i) => {
  const [k, g] = [`k${i % 7}`, `g${(i * i) % 5}`];
  return `"${k}":${JSON.stringify({ G: g, V: i, T: 1_700_000_000_000 + i * 700 })}`;
});

export const B_LINES = Array.from({ length: 60 }, (_, i) => {
  return `"k${i % 9}":${JSON.stringify({ W: i, T: 1_700_000_000_000 + i * 3000 })}`;
});
