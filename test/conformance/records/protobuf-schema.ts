/** A .proto text as protobufjs knows it, with what it imports: the registry's references and the well-known files. */
import protobuf from "protobufjs";
import { CodecError } from "./codec-error.ts";

/** Types of the imports that ksqlDB's own schemas have, as their owners publish them. */
const WELL_KNOWN: ReadonlyMap<string, string> = new Map([
  [
    "google/type/date.proto",
    `syntax = "proto3"; package google.type; message Date { int32 year = 1; int32 month = 2; int32 day = 3; }`,
  ],
  [
    "google/type/timeofday.proto",
    `syntax = "proto3"; package google.type;
     message TimeOfDay { int32 hours = 1; int32 minutes = 2; int32 seconds = 3; int32 nanos = 4; }`,
  ],
  [
    "confluent/type/decimal.proto",
    `syntax = "proto3"; package confluent.type;
     message Decimal { bytes value = 1; uint32 precision = 2; int32 scale = 3; }`,
  ],
  ["confluent/meta.proto", `syntax = "proto3"; package confluent;`],
]);

/** Messages at the top of the text, in its order. */
export interface ProtobufSchema {
  readonly messages: readonly protobuf.Type[];
}

/** @throws CodecError */
export function protobufSchema(text: string, references: ReadonlyMap<string, string>): ProtobufSchema {
  const root = new protobuf.Root();
  const added = new Set<string>();
  const add = (source: string): readonly string[] => {
    const { imports = [], package: name } = protobuf.parse(source, root, { keepCase: true });
    for (const file of imports) addImport(file);
    return name === undefined ? [] : [name];
  };
  const addImport = (file: string): void => {
    if (added.has(file)) return;
    added.add(file);
    const source = references.get(file) ?? WELL_KNOWN.get(file);
    const common = protobuf.common.get(file);
    if (source !== undefined) add(source);
    else if (common !== null) root.addJSON(common.nested ?? {});
    else throw new CodecError(`the runner does not know the import '${file}'`);
  };
  try {
    const before = new Set(root.nestedArray);
    const [name] = add(text);
    root.resolveAll();
    const space = name === undefined ? root : root.lookup(name);
    const own = topNames(text);
    const nested = space instanceof protobuf.Namespace ? space.nestedArray : [];
    const messages = nested.filter(
      (item): item is protobuf.Type =>
        item instanceof protobuf.Type && own.includes(item.name) && !before.has(item),
    );
    return { messages: messages.toSorted((a, b) => own.indexOf(a.name) - own.indexOf(b.name)) };
  } catch (error) {
    if (error instanceof CodecError) throw error;
    throw new CodecError(`protobuf schema: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Names of the messages at the top, in the text's order. */
function topNames(text: string): readonly string[] {
  const names: string[] = [];
  let depth = 0;
  for (const match of text
    .replaceAll(/\/\/[^\n]*|"(?:[^"\\]|\\.)*"/g, "")
    .matchAll(/[{}]|\bmessage\s+(\w+)/g)) {
    if (match[0] === "{") depth += 1;
    else if (match[0] === "}") depth -= 1;
    else if (depth === 0) names.push(match[1]!);
  }
  return names;
}
