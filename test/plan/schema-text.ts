/** Reads the corpus' column lists (`` `ID` BIGINT KEY, `NAME` STRING ``) into one normal form. */
import { typeText } from "../../src/data/types.ts";
import type { SqlType } from "../../src/data/types.ts";
import { parseStatements } from "../../src/sql/parser.ts";
import { resolveType } from "../../src/sql/type-resolution.ts";

export function parseElements(text: string): string[] {
  const [statement] = parseStatements(
    `CREATE STREAM S (${text.replaceAll(/PRIMARY KEY/gi, "KEY")}) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');`,
    {
      dialect: "auto",
    },
  );
  if (statement?.kind !== "create-source") throw new Error(`no column list: ${text}`);
  return statement.elements.map((element) => {
    const type: SqlType = resolveType(element.type, () => undefined);
    const key = element.constraint === "KEY" || element.constraint === "PRIMARY KEY" ? " KEY" : "";
    return `${element.name} ${typeText(type)}${key}`;
  });
}
