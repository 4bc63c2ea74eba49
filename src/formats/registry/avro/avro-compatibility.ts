/**
 * Whether data written with one Avro schema can be read with another: the rules of the specification's "Schema Resolution",
 * as Avro's Java library applies them (names without their namespaces are compared, a reader's aliases count).
 */
import { differenceLine } from "../schema-language.ts";
import type { SideNames } from "../schema-language.ts";
import { describeAvroType, simpleName } from "./avro-schema.ts";
import type {
  AvroEnum,
  AvroField,
  AvroFixed,
  AvroNamedType,
  AvroPrimitiveName,
  AvroRecord,
  AvroType,
  AvroUnion,
} from "./avro-schema.ts";

/** What a reader's type takes besides itself. */
const PROMOTIONS: Readonly<Partial<Record<AvroPrimitiveName, readonly AvroPrimitiveName[]>>> = {
  long: ["int"],
  float: ["int", "long"],
  double: ["int", "long", "float"],
  string: ["bytes"],
  bytes: ["string"],
};

/** @returns a line for each place where reading fails; none where the schemas fit */
export function avroIncompatibilities(reader: AvroType, writer: AvroType, names: SideNames): string[] {
  const comparison = new Comparison(names);
  comparison.compare(reader, writer, "");
  return comparison.lines;
}

const LINES_MAX = 100;

/**
 * The outcome for each pair of records, found once: schemas would else be compared along every path through them.
 * While a pair is being compared it counts as fitting, which ends recursive types.
 */
type Outcomes = Map<AvroRecord, Map<AvroRecord, readonly string[]>>;

class Comparison {
  readonly lines: string[] = [];
  readonly #names: SideNames;
  readonly #outcomes: Outcomes;

  constructor(names: SideNames, outcomes: Outcomes = new Map()) {
    this.#names = names;
    this.#outcomes = outcomes;
  }

  compare(reader: AvroType, writer: AvroType, path: string): void {
    if (writer.kind === "union") this.#writerUnion(reader, writer, path);
    else if (reader.kind === "union") this.#readerUnion(reader, writer, path);
    else if (reader.kind === "primitive" && writer.kind === "primitive") {
      const promoted = PROMOTIONS[reader.name]?.includes(writer.name) === true;
      if (reader.name !== writer.name && !promoted) this.#mismatch(reader, writer, path);
    } else if (reader.kind === "array" && writer.kind === "array") {
      this.compare(reader.items, writer.items, `${path}/items`);
    } else if (reader.kind === "map" && writer.kind === "map") {
      this.compare(reader.values, writer.values, `${path}/values`);
    } else if (reader.kind === "fixed" && writer.kind === "fixed") this.#fixed(reader, writer, path);
    else if (reader.kind === "enum" && writer.kind === "enum") this.#enum(reader, writer, path);
    else if (reader.kind === "record" && writer.kind === "record") this.#record(reader, writer, path);
    else this.#mismatch(reader, writer, path);
  }

  /** Each of the writer's branches may come. */
  #writerUnion(reader: AvroType, writer: AvroUnion, path: string): void {
    for (const [i, branch] of writer.branches.entries()) {
      if (this.#fits(reader, branch, path)) continue;
      const { reader: one, writer: other } = this.#names;
      const what = `branch ${i} of the union in the ${other}, ${describeAvroType(branch)}, cannot be read as ${describeAvroType(reader)} of the ${one}`;
      this.#add("MISSING_UNION_BRANCH", path, what, describeAvroType(branch));
    }
  }

  #readerUnion(reader: AvroUnion, writer: AvroType, path: string): void {
    if (reader.branches.some((branch) => this.#fits(branch, writer, path))) return;
    const { reader: one, writer: other } = this.#names;
    const what = `the union of the ${one} has no branch for ${describeAvroType(writer)} of the ${other}`;
    this.#add("MISSING_UNION_BRANCH", path, what, describeAvroType(writer));
  }

  #fits(reader: AvroType, writer: AvroType, path: string): boolean {
    const trial = new Comparison(this.#names, this.#outcomes);
    trial.compare(reader, writer, path);
    return trial.lines.length === 0;
  }

  #fixed(reader: AvroFixed, writer: AvroFixed, path: string): void {
    if (!this.#sameName(reader, writer, path)) return;
    if (reader.size === writer.size) return;
    const what = `'${reader.fullName}' has ${reader.size} bytes in the ${this.#names.reader} and ${writer.size} in the ${this.#names.writer}`;
    this.#add("FIXED_SIZE_MISMATCH", `${path}/size`, what, `expected: ${writer.size}, found: ${reader.size}`);
  }

  #enum(reader: AvroEnum, writer: AvroEnum, path: string): void {
    if (!this.#sameName(reader, writer, path) || reader.defaultSymbol !== undefined) return;
    const missing = writer.symbols.filter((symbol) => !reader.symbols.includes(symbol));
    if (missing.length === 0) return;
    const what = `'${reader.fullName}' of the ${this.#names.reader} lacks symbols of the ${this.#names.writer} and has no default`;
    this.#add("MISSING_ENUM_SYMBOLS", `${path}/symbols`, what, `[${missing.join(", ")}]`);
  }

  #record(reader: AvroRecord, writer: AvroRecord, path: string): void {
    if (!this.#sameName(reader, writer, path)) return;
    const outcomes = this.#outcomes.get(reader) ?? new Map<AvroRecord, readonly string[]>();
    this.#outcomes.set(reader, outcomes);
    let lines = outcomes.get(writer);
    if (lines === undefined) {
      outcomes.set(writer, []);
      const inner = new Comparison(this.#names, this.#outcomes);
      inner.#fields(reader, writer, path);
      lines = inner.lines;
      outcomes.set(writer, lines);
    }
    this.lines.push(...lines.slice(0, LINES_MAX - this.lines.length));
  }

  #fields(reader: AvroRecord, writer: AvroRecord, path: string): void {
    for (const [i, field] of reader.fields.entries()) {
      const place = `${path}/fields/${i}`;
      const written = writtenField(field, writer);
      if (written !== undefined) this.compare(field.type, written.type, `${place}/type`);
      else if (field.defaultValue === undefined) {
        const what = `field '${field.name}' has no default in the ${this.#names.reader} and is missing in the ${this.#names.writer}`;
        this.#add("READER_FIELD_MISSING_DEFAULT_VALUE", place, what, field.name);
      }
    }
  }

  #sameName(reader: AvroNamedType, writer: AvroNamedType, path: string): boolean {
    const same = simpleName(reader.fullName) === simpleName(writer.fullName);
    if (same || reader.aliases.includes(writer.fullName)) return true;
    const what = `the name is '${reader.fullName}' in the ${this.#names.reader} and '${writer.fullName}' in the ${this.#names.writer}`;
    this.#add("NAME_MISMATCH", `${path}/name`, what, `expected: ${writer.fullName}`);
    return false;
  }

  #mismatch(reader: AvroType, writer: AvroType, path: string): void {
    const what = `${describeAvroType(reader)} of the ${this.#names.reader} cannot read ${describeAvroType(writer)} of the ${this.#names.writer}`;
    this.#add(
      "TYPE_MISMATCH",
      path,
      what,
      `reader type: ${typeWord(reader)}, writer type: ${typeWord(writer)}`,
    );
  }

  #add(type: string, path: string, description: string, info: string): void {
    if (this.lines.length >= LINES_MAX) return;
    this.lines.push(differenceLine(type, `at path '${path === "" ? "/" : path}': ${description}`, info));
  }
}

/** The writer's field that a reader's field gets its values from: of its name, or else of one of its aliases. */
function writtenField(field: AvroField, writer: AvroRecord): AvroField | undefined {
  const named = writer.fields.find((other) => other.name === field.name);
  return named ?? writer.fields.find((other) => field.aliases.includes(other.name));
}

function typeWord(type: AvroType): string {
  return (type.kind === "primitive" ? type.name : type.kind).toUpperCase();
}
