/** The statements of docs/statements.md are carried out in the order of the page; those that it calls refused are refused. */
import { expect, test } from "vitest";
import { statementSections } from "../../scripts/docs/statement-examples.ts";
import type { StatementExample } from "../../scripts/docs/statement-examples.ts";
import { StatementFailure } from "../../src/app/statement-failure.ts";
import { appFixture, run } from "../../src/app/testing/app-fixture.ts";
import type { AppFixture } from "../../src/app/testing/app-fixture.ts";
import { SpoorError } from "../../src/base/errors.ts";

/** Sections whose statements a server does not carry out. */
const REFUSED_SECTIONS = new Set(["In test files only", "Understood and refused"]);

/** What an example needs that those before it don't leave. */
const BEFORE: Readonly<Record<string, string>> = {
  "INSERT INTO … SELECT":
    "CREATE STREAM remote_logons WITH (kafka_topic='remote_again', partitions=2) AS SELECT host, account, logon_type FROM logons EMIT CHANGES;",
  UNDEFINE: "DEFINE threshold = '5';",
};

async function carryOut(app: AppFixture, { kind, title, sql }: StatementExample): Promise<string> {
  const text = `${BEFORE[title] ?? ""} ${sql};`;
  try {
    if (kind === "query" || kind === "print-topic") {
      const stream = await app.service.openQuery({ text, properties: {}, variables: {} });
      stream.close();
    } else {
      await run(app, text);
    }
    await app.engine.drain();
    return "carried out";
  } catch (failure) {
    const error = failure instanceof StatementFailure ? failure.cause : failure;
    if (!(error instanceof SpoorError)) throw failure;
    return error.code === "APP_UNSUPPORTED" ? "refused" : `${error.code}: ${error.message}`;
  }
}

test("every statement on the page does what its section says", async () => {
  const app = appFixture();
  app.files.set("hunts/logons.sql", "SHOW STREAMS;");
  const expected: Record<string, string> = {};
  const outcomes: Record<string, string> = {};
  for (const { title: section, examples } of statementSections) {
    for (const example of examples) {
      expected[example.title] = REFUSED_SECTIONS.has(section) ? "refused" : "carried out";
      outcomes[example.title] = await carryOut(app, example);
    }
  }
  expect(outcomes).toEqual(expected);
  expect(app.engineErrors).toEqual([]);
});
