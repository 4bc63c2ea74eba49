import { expect, test } from "vitest";
import { formatScript } from "./format-script.ts";

test("statements are rewritten; comments, variables and what does not parse stay", () => {
  const script = `-- head

create stream s (a int key, b string) with (kafka_topic='x');   -- after


/* two */
select a /* inner */ from s;
select  a  from \${x};
selec   a;
select a,b from s
`;
  expect(formatScript(script, { variables: new Map([["x", "y"]]) })).toBe(`-- head

CREATE STREAM S (A INTEGER KEY, B STRING) WITH (KAFKA_TOPIC = 'x');
-- after

/* two */
select a /* inner */ from s;
select  a  from \${x};
selec   a;
SELECT
  A,
  B
FROM S;
`);
});

test("formatting twice changes nothing more", () => {
  const once = formatScript("select a from s;\n\n\nshow topics; -- x\nprint t\n-- end");
  expect(formatScript(once)).toBe(once);
});

test("a text without statements keeps its comments", () => {
  expect(formatScript("")).toBe("");
  expect(formatScript("-- only")).toBe("-- only\n");
});

test("a stream function in FROM is written like a call", () => {
  const script = "create stream alerts as select d.* from detect( events ) d where d.level='high';\n";
  expect(formatScript(script, {})).toBe(
    "CREATE STREAM ALERTS AS\nSELECT D.*\nFROM DETECT(EVENTS) AS D\nWHERE D.LEVEL = 'high';\n",
  );
  expect(formatScript("select a from triage(x,\ny);\n", {})).toBe("SELECT A\nFROM TRIAGE(X, Y);\n");
});
