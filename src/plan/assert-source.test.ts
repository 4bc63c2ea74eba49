import { describe, expect, test } from "vitest";
import type { AssertSource } from "../sql/ast-assertion.ts";
import { parseStatement } from "../sql/parser.ts";
import { planned } from "../../test/plan/planned.ts";
import { planAssertSource } from "./assert-source.ts";

const S = "CREATE STREAM S (K INT KEY, V BIGINT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', TIMESTAMP='V');";

function differences(text: string): string[] {
  const statement = parseStatement(text, { dialect: "ksqldb", testStatements: true });
  return planAssertSource(statement as AssertSource, planned("ksqldb", S).context(text));
}

describe("ASSERT STREAM", () => {
  test("holds for the words that made the source", () => {
    expect(differences(S.replace("CREATE", "ASSERT"))).toEqual([]);
  });

  test.each([
    ["V BIGINT", "V BIGINT, W INT", "the schema is"],
    ["'t'", "'u'", "the topic is t, not u"],
    ["JSON", "AVRO", "the value format is JSON, not AVRO"],
    [", TIMESTAMP='V'", "", "the timestamp column is V, not none"],
    ["TIMESTAMP", "KEY_FORMAT='JSON', TIMESTAMP", "the key format is KAFKA, not JSON unwrap"],
  ])("%s instead of %s", (from, to, difference) => {
    expect(differences(S.replace("CREATE", "ASSERT").replace(from, to))[0]).toContain(difference);
  });
});
