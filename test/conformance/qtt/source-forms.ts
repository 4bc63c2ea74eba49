/** Sources as the corpus writes them down (`post.sources`, `recorded.sources`), against those of the catalog. */
import { resolveType } from "../../../src/sql/type-resolution.ts";
import { parseStatements } from "../../../src/sql/parser.ts";
import { typeText } from "../../../src/data/types.ts";
import type { DataSource, FormatInfo, Metastore } from "../../../src/plan/metastore.ts";
import type { SourceForm } from "../corpus/case-form.ts";

/** In what the source is not as it is written down; undefined where it is. */
export function sourceDifference(expected: SourceForm, metastore: Metastore): string | undefined {
  const source = metastore.source(expected.name);
  if (source === undefined) return `there is no ${expected.type} '${expected.name}'`;
  for (const [what, wanted, found] of aspects(expected, source)) {
    if (wanted !== found) return `the ${what} of '${expected.name}' is ${found}, not ${wanted}`;
  }
  return undefined;
}

type Aspect = readonly [what: string, wanted: string, found: string];

function aspects(expected: SourceForm, source: DataSource): readonly Aspect[] {
  const { keyFormat, valueFormat, schema, keyFeatures, valueFeatures, isSource } = expected;
  const list: Aspect[] = [["kind", expected.type.toLowerCase(), source.kind]];
  if (schema !== undefined) list.push(["schema", normalSchema(schema), schemaText(source)]);
  if (keyFormat !== undefined) {
    if (keyFormat.format !== undefined) list.push(["key format", keyFormat.format, source.keyFormat.format]);
    const size = keyFormat.windowSize ?? undefined;
    list.push(["window", keyFormat.windowType ?? "none", source.window?.type ?? "none"]);
    list.push(["window size", size?.text ?? "none", String(source.window?.sizeMs ?? "none")]);
  }
  const value = typeof valueFormat === "string" ? valueFormat : valueFormat?.format;
  if (value !== undefined) list.push(["value format", value, source.valueFormat.format]);
  if (keyFeatures !== undefined) {
    list.push(["key features", keyFeatures.join() || "none", featuresText(source.keyFormat)]);
  }
  if (valueFeatures !== undefined) {
    list.push(["value features", valueFeatures.join() || "none", featuresText(source.valueFormat)]);
  }
  if (isSource !== undefined) list.push(["read-only mark", String(isSource), String(source.isSource)]);
  return list;
}

export function featuresText({ wrapping }: FormatInfo): string {
  if (wrapping === undefined) return "none";
  return wrapping === "wrap" ? "WRAP_SINGLES" : "UNWRAP_SINGLES";
}

export function schemaText({ schema }: DataSource): string {
  return schema.columns
    .filter((column) => column.hidden !== true)
    .map(({ name, type, role, headerKey }) => {
      const header = headerKey === undefined ? " HEADERS" : ` HEADER('${headerKey}')`;
      return `${name} ${typeText(type)}${role === "key" ? " KEY" : role === "value" ? "" : header}`;
    })
    .join(", ");
}

/** The corpus' column list in the form of {@link schemaText}. */
export function normalSchema(text: string): string {
  const list = text.replaceAll(/PRIMARY KEY/gi, "KEY");
  const [statement] = parseStatements(
    `CREATE STREAM S (${list}) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');`,
    {
      dialect: "auto",
    },
  );
  if (statement?.kind !== "create-source") return text;
  return statement.elements
    .map((element) => {
      const { constraint } = element;
      const type = typeText(resolveType(element.type, () => undefined));
      const key = constraint === "KEY" || constraint === "PRIMARY KEY" ? " KEY" : "";
      const header =
        constraint === "HEADERS"
          ? " HEADERS"
          : constraint === "HEADER"
            ? ` HEADER('${element.headerKey}')`
            : "";
      return `${element.name} ${type}${key}${header}`;
    })
    .join(", ");
}
