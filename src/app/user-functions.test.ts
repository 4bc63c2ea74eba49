/** User functions from files to answers, through a whole application in memory. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ManualClock } from "../base/clock.ts";
import { SeededRandom } from "../base/random.ts";
import { openApplication, type Application } from "./application.ts";
import { writtenRecords } from "./testing/topic-reading.ts";

const HUNTING = `
import { Decimal, aggregate, scalar, table } from "spoor/functions";

interface Range { LOW: bigint | null; HIGH: bigint | null }

export const entropy = scalar({
  name: "entropy",
  description: "Bits a character.",
  author: "A Hunter",
  version: "1.2",
  category: "hunting",
  parameters: [{ name: "text", type: "STRING" }],
  returns: "DOUBLE",
  examples: [{ sql: "ENTROPY('ab')", result: "1.0" }],
  evaluate: (text) => {
    const counts = new Map<string, number>();
    for (const c of text) counts.set(c, (counts.get(c) ?? 0) + 1);
    let bits = 0;
    for (const n of counts.values()) bits -= (n / text.length) * Math.log2(n / text.length);
    return bits;
  },
});

export const range = aggregate({
  name: "SPREAD",
  description: "The greatest less the least.",
  parameters: [{ name: "value", type: "BIGINT" }],
  state: "STRUCT<LOW BIGINT, HIGH BIGINT>",
  returns: "BIGINT",
  initialize: () => ({}),
  aggregate: (state, value) => {
    if (state.LOW === null || value < state.LOW) state.LOW = value;
    if (state.HIGH === null || value > state.HIGH) state.HIGH = value;
    return state;
  },
  merge: (a: Range, b: Range) => ({ LOW: a.LOW, HIGH: b.HIGH }),
  map: ({ LOW, HIGH }) => (LOW === null || HIGH === null ? null : HIGH - LOW),
});

export default [
  table({
    name: "WORDS",
    description: "Words and where they begin.",
    parameters: [{ name: "text", type: "STRING" }],
    returns: "STRUCT<WORD STRING, AT INT>",
    rows: function* (text) {
      for (const { 0: WORD, index: AT } of text.matchAll(/\\w+/g)) yield { WORD, AT };
    },
  }),
  scalar({
    name: "SCALED",
    description: "A number times the property factor.",
    parameters: [{ name: "x", type: "DECIMAL(6, 2)" }],
    returns: "DECIMAL(8, 2)",
    bind: ({ config }) => {
      const factor = Decimal.parse(config.get("factor") ?? "1");
      return (x) => x.multiply(factor);
    },
  }),
];
`;

const FAILING = `
import { scalar } from "spoor/functions";
const parameters = [{ name: "x", type: "STRING" }];
export const boom = scalar({ name: "BOOM", description: "Fails.", parameters, returns: "INT",
  evaluate: (x) => { if (x === "bad") throw new Error("boom!"); return x.length; } });
export const wrong = scalar({ name: "WRONG", description: "Lies.", parameters, returns: "INT", evaluate: (x) => x + "!" });
`;

let folder: string;
let app: Application | undefined;
let reports: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spoor-ext-"));
  reports = [];
});

afterEach(async () => {
  await app?.close();
  rmSync(folder, { recursive: true });
});

async function open(files: Readonly<Record<string, string>>, more: Readonly<Record<string, string>> = {}) {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  app = await openApplication({
    dataDir: undefined,
    version: "0.0.0",
    advertised: "localhost:8088",
    properties: new Map([
      ["ksql.extension.dir", folder],
      ["ksql.streams.auto.offset.reset", "earliest"],
      ...Object.entries(more),
    ]),
    queriesFile: undefined,
    clock: new ManualClock(1_600_000_000_000),
    random: new SeededRandom(1),
    processFacts: () => ({ runtime: "test", uptimeMs: 0, memoryBytes: 0 }),
    report: (_level, message) => reports.push(message),
  });
  return app;
}

async function run(application: Application, text: string) {
  return application.service.execute({ text, properties: {}, variables: {} });
}

async function values(application: Application, topic: string): Promise<unknown[]> {
  await application.engine.drain();
  return writtenRecords(application.context.log, topic).map(
    ({ value }) => JSON.parse(value ?? "null") as unknown,
  );
}

const SOURCE = `
  CREATE STREAM S (K STRING KEY, T STRING, N BIGINT, D DECIMAL(6, 2))
    WITH (kafka_topic='s', partitions=1, value_format='JSON');
`;

test("scalar, table and aggregate functions of a TypeScript module take part in queries", async () => {
  const application = await open({ "hunting.ts": HUNTING }, { "ksql.functions.scaled.factor": "1.5" });
  expect(reports).toEqual([`4 user functions from '${folder}'`]);
  await run(
    application,
    `${SOURCE}
    CREATE STREAM A AS SELECT K, ENTROPY(T) AS E, scaled(D) AS X FROM S;
    CREATE STREAM B AS SELECT K, WORDS(T) AS W FROM S;
    CREATE TABLE C AS SELECT K, SPREAD(N) AS R FROM S GROUP BY K;
    INSERT INTO S VALUES ('a', 'ab cd', 5, 2.10);
    INSERT INTO S VALUES ('a', 'aa', 9, 1.00);
    INSERT INTO S VALUES ('a', NULL, NULL, NULL);`,
  );
  expect(await values(application, "A")).toEqual([
    { E: 2.321928094887362, X: 3.15 },
    { E: 0, X: 1.5 },
    { E: null, X: null },
  ]);
  expect(await values(application, "B")).toEqual([
    { W: { WORD: "ab", AT: 0 } },
    { W: { WORD: "cd", AT: 3 } },
    { W: { WORD: "aa", AT: 0 } },
  ]);
  expect(await values(application, "C")).toEqual([{ R: 0 }, { R: 4 }, { R: 4 }]);
});

test("they are listed and described with the built-in ones", async () => {
  const application = await open({ "hunting.ts": HUNTING });
  const entities = await run(application, "SHOW FUNCTIONS; DESCRIBE FUNCTION entropy;");
  const [listed, described] = entities as unknown as [{ functions: unknown[] }, Record<string, unknown>];
  expect(listed.functions).toContainEqual(expect.objectContaining({ name: "ENTROPY", category: "HUNTING" }));
  expect(described).toMatchObject({
    name: "ENTROPY",
    author: "A Hunter",
    version: "1.2",
    path: join(folder, "hunting.ts"),
    description: "Bits a character.",
    functions: [{ arguments: [{ name: "text", type: "STRING" }], returnType: "DOUBLE" }],
    examples: [{ sql: "ENTROPY('ab')", result: "1.0" }],
  });
});

test("a function that throws or returns another type fails the expression, not the query", async () => {
  const application = await open({ "failing.mjs": FAILING });
  await run(
    application,
    `${SOURCE}
    CREATE STREAM A AS SELECT K, BOOM(T) AS B, WRONG(T) AS W FROM S;
    INSERT INTO S (K, T) VALUES ('a', 'bad');
    INSERT INTO S (K, T) VALUES ('a', 'good');`,
  );
  expect(await values(application, "A")).toEqual([
    { B: null, W: null },
    { B: 4, W: null },
  ]);
  expect(reports.filter((report) => report.includes("failed"))).toEqual([]);
});

test("a bad module is reported with its line, and the others are there", async () => {
  const application = await open({
    "a-syntax.mjs": "export const one = 1;\nexport const two = ;\n",
    "b-clash.mjs": `import { scalar } from "spoor/functions";
export default scalar({ name: "ucase", description: "Mine.", parameters: [], returns: "INT", evaluate: () => 1 });\n`,
    "c-declaration.mjs": `import { scalar } from "spoor/functions";

export default scalar({ name: "F", description: "D.", parameters: [], returns: "INTT", evaluate: () => 1 });\n`,
    "failing.mjs": FAILING,
  });
  expect(reports).toEqual([
    `2 user functions from '${folder}'`,
    "user functions: module 'a-syntax.mjs', line 2: Unexpected token ';'",
    "user functions: module 'b-clash.mjs', line 2: function 'UCASE' exists already; it comes with Spoor; choose another name",
    "user functions: module 'c-declaration.mjs', line 3: type 'INTT' can't be read: 'INTT' is no type; did you mean 'INT'?",
  ]);
  await run(application, "DESCRIBE FUNCTION BOOM;");
});

test("a folder that is not there is reported; ksql.udfs.enabled switches them off", async () => {
  await open({}, { "ksql.extension.dir": join(folder, "gone") });
  expect(reports).toEqual([expect.stringContaining("the folder of user functions")]);
  await app?.close();
  reports = [];
  const application = await open({ "failing.mjs": FAILING }, { "ksql.udfs.enabled": "false" });
  expect(reports).toEqual([]);
  await expect(run(application, "DESCRIBE FUNCTION BOOM;")).rejects.toThrow("BOOM");
});
