/**
 * Which columns the documents of event files make, whatever shape they have: the payload (`event_data`, `user_data` of
 * Winlogbeat 6; the same under `winlog` for 7 and later) and `winlog` itself are lifted to the top, all else stays where it is.
 * Names count without case, as Spark's and DuckDB's do: Sysmon writes `SourceProcessGuid` in one event and `SourceProcessGUID`
 * in another, and both are one column, in the spelling that was met first.
 *
 * A column's type is the narrowest that holds all its values: texts, whole numbers, numbers, booleans, lists of texts, objects;
 * where kinds are mixed it is text, where an object is among them JSON text.
 */
import { quotedName, quotedText } from "../duckdb/sql-text.ts";

/** What a value of a document is; a column's kind is that of all its values. */
type Kind = "text" | "integer" | "huge" | "number" | "boolean" | "texts" | "object" | "json";

interface Member {
  readonly name: string;
  kind: Kind | undefined;
  /** Of an object, its members by lower-case name. */
  readonly members: Map<string, Member>;
}

/** Objects whose members become columns of their own. */
const LIFTED: ReadonlySet<string> = new Set(["event_data", "user_data", "winlog"]);
/** Deeper objects are JSON text. */
const DEPTH_MAX = 5;
/** Members of all documents together; more (keys made of data) are left to a column of JSON. */
const MEMBERS_MAX = 20_000;

export class DocumentColumns {
  readonly #root: Member = { name: "", kind: "object", members: new Map() };
  /** The spelling of each name, by lower-case name, over all places. */
  readonly #spellings = new Map<string, string>();
  /** Names in the exact spelling they were met in, to their one spelling. */
  readonly #known = new Map<string, string>();
  #members = 0;

  /**
   * Takes note of a document.
   * @returns spellings in it that are not the one their name has, to be written otherwise; undefined where there are none
   */
  add(document: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> | undefined {
    const renamed = new Map<string, string>();
    this.#object(this.#root, document, renamed, 0);
    return renamed.size === 0 ? undefined : renamed;
  }

  /** The one spelling of a name, or undefined where no document has it. */
  spelling(name: string): string | undefined {
    return this.#spellings.get(name.toLowerCase());
  }

  #object(into: Member, object: Readonly<Record<string, unknown>>, renamed: Map<string, string>, depth: number): void {
    for (const key in object) {
      const name = this.#known.get(key) ?? this.#learn(key);
      if (name !== key) renamed.set(key, name);
      const lower = name;
      let member = into.members.get(lower);
      if (member === undefined) {
        if (this.#members >= MEMBERS_MAX) {
          into.kind = "json";
          return;
        }
        this.#members++;
        member = { name, kind: undefined, members: new Map() };
        into.members.set(lower, member);
      }
      this.#value(member, object[key], renamed, depth);
    }
  }

  #value(member: Member, value: unknown, renamed: Map<string, string>, depth: number): void {
    if (value === null || value === undefined) return;
    const kind = kindOf(value);
    if (member.kind !== kind) member.kind = member.kind === undefined ? kind : joined(member.kind, kind);
    if (kind !== "object") return;
    if (depth < DEPTH_MAX) this.#object(member, value as Readonly<Record<string, unknown>>, renamed, depth + 1);
    else member.kind = "json";
  }

  #learn(key: string): string {
    const lower = key.toLowerCase();
    const name = this.#spellings.get(lower) ?? key;
    this.#spellings.set(lower, name);
    this.#known.set(key, name);
    return name;
  }

  /** The documents' columns as `read_json` wants them: name and type. */
  readerColumns(): string {
    const columns = [...this.#root.members.values()].map(({ name, ...rest }) => `${quotedText(name)}: ${quotedText(typeOf({ name, ...rest }))}`);
    return columns.length === 0 ? "'@timestamp': 'VARCHAR'" : columns.join(", ");
  }

  /** A SELECT of the flattened columns over what `read_json` gives. */
  flattened(from: string): string {
    const columns = new Map<string, string>();
    for (const { name, source } of this.#columns()) {
      let free = name;
      while (columns.has(free.toLowerCase())) free = `envelope_${free}`;
      columns.set(free.toLowerCase(), `${source} AS ${quotedName(free)}`);
    }
    const list = [...columns.values()];
    return `SELECT ${list.length === 0 ? '"@timestamp"' : list.join(", ")} FROM ${from}`;
  }

  /** Payload first: where the envelope has a name too, the payload keeps it. */
  *#columns(): Generator<{ readonly name: string; readonly source: string }> {
    const payload: { name: string; source: string }[] = [];
    const envelope: { name: string; source: string }[] = [];
    const walk = (member: Member, path: readonly string[], into: typeof payload): void => {
      for (const each of member.members.values()) {
        const here = [...path, each.name];
        const isLifted = each.kind === "object" && each.members.size > 0 && LIFTED.has(each.name.toLowerCase());
        if (isLifted) walk(each, here, each.name.toLowerCase() === "winlog" ? envelope : payload);
        else into.push({ name: columnName(each.name), source: here.map(quotedName).join(".") });
      }
    };
    walk(this.#root, [], envelope);
    // The top's own order is kept for what stands there, so that the time and the host come first.
    const taken = new Set(payload.map(({ name }) => name.toLowerCase()));
    const clashing = envelope.filter(({ name }) => taken.has(name.toLowerCase()));
    yield* envelope.filter(({ name }) => !taken.has(name.toLowerCase()));
    yield* payload;
    yield* clashing;
  }
}

/** Winlogbeat 6 calls the channel `log_name`; hunts call it `channel`. */
function columnName(name: string): string {
  return name === "log_name" ? "channel" : name;
}

function kindOf(value: unknown): Kind {
  switch (typeof value) {
    case "string":
      return "text";
    case "boolean":
      return "boolean";
    case "number":
      if (!Number.isInteger(value)) return "number";
      return value >= 2 ** 63 || value < -(2 ** 63) ? "huge" : "integer";
    default:
      if (Array.isArray(value)) return value.every((each) => typeof each === "string") ? "texts" : "json";
      return "object";
  }
}

const NUMBERS: readonly Kind[] = ["integer", "huge", "number"];

function joined(a: Kind, b: Kind): Kind {
  const [x, y] = [NUMBERS.indexOf(a), NUMBERS.indexOf(b)];
  if (x >= 0 && y >= 0) return NUMBERS[Math.max(x, y)]!;
  return isScalar(a) && isScalar(b) ? "text" : "json";
}

function isScalar(kind: Kind): boolean {
  return kind !== "object" && kind !== "texts" && kind !== "json";
}

function typeOf({ kind, members }: Member): string {
  switch (kind) {
    case "integer":
      return "BIGINT";
    case "huge":
      return "HUGEINT";
    case "number":
      return "DOUBLE";
    case "boolean":
      return "BOOLEAN";
    case "texts":
      return "VARCHAR[]";
    case "json":
      return "JSON";
    case "object": {
      const inner = [...members.values()].map((each) => `${quotedName(each.name)} ${typeOf(each)}`);
      return inner.length === 0 ? "JSON" : `STRUCT(${inner.join(", ")})`;
    }
    case "text":
    case undefined:
      return "VARCHAR";
  }
}
