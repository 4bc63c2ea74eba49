import { LineCounter, isMap, isScalar, isSeq, parseDocument } from "yaml";
import type { Node } from "yaml";
import type { ErrorPlace } from "../../../base/errors.ts";
import { didYouMean } from "../../../base/nearest.ts";
import { modelErrors } from "../errors.ts";

/**
 * The transform lists of the cybersecurity lakehouse: a list of one-key objects, as JSON or as the Python literal that the
 * notebooks have.
 *
 *     [{"rename": ["winlog:event_id", "event_id"]},
 *      {"new": ["event_message", "EXPR=case when (event_id = 1) then 'Process Started' end"]},
 *      {"new": ["event_schema_version", "LITERAL=1.0"]}]
 *
 * Renames come first, whatever their place; then the new columns in order, each seeing the renamed ones and the new ones
 * before it. The result has the listed columns only, sorted by name.
 */
export interface TransformList {
  readonly renames: readonly { readonly from: string; readonly to: string }[];
  readonly news: readonly NewColumn[];
  /** What the list makes, sorted. */
  readonly columns: readonly string[];
}

/** `expression`: SQL; `literal`: a text, which may be empty. */
export interface NewColumn {
  readonly column: string;
  readonly kind: "expression" | "literal";
  readonly text: string;
}

const ENTRY_KEYS = ["new", "rename"];
const PREFIX = /^(EXPR|LITERAL)[\t ]?=/;
/** `transform_cols = [ … ]`, as a notebook's cell has it. */
const ASSIGNMENT = /^\s*[A-Za-z_]\w*\s*=\s*(?=\[)/;

/**
 * @throws SpoorError MODEL_TRANSFORM_LIST with the place: for texts that are no list, unknown entries, a `new` without
 *   prefix, empty names, and columns that are made twice
 */
export function parseTransformList(text: string, file?: string): TransformList {
  return new TransformListReader(text, file).read();
}

class TransformListReader {
  readonly #text: string;
  readonly #file: string | undefined;
  readonly #lines = new LineCounter();
  readonly #made = new Map<string, string>();

  constructor(text: string, file: string | undefined) {
    this.#text = text;
    this.#file = file;
  }

  read(): TransformList {
    const assignment = ASSIGNMENT.exec(this.#text)?.[0] ?? "";
    // Blanks in its place keep every offset right.
    const body = assignment.replaceAll(/[^\n]/g, " ") + this.#text.slice(assignment.length);
    const document = parseDocument(body, { lineCounter: this.#lines, prettyErrors: false });
    const fault = document.errors[0];
    if (fault !== undefined) {
      throw this.#wrong("the transform list cannot be read", fault.pos, fault.message);
    }
    const list = document.contents;
    if (!isSeq(list) || list.items.length === 0) {
      throw this.#wrong("a transform list is a list of entries", rangeOf(list), undefined, FORM);
    }
    const renames: { from: string; to: string }[] = [];
    const news: NewColumn[] = [];
    for (const item of list.items) {
      const [key, pair] = this.#entry(item as Node);
      const [first, second] = this.#texts(key, pair);
      if (key === "rename") {
        this.#make(second.value, second.node);
        renames.push({ from: first.value, to: second.value });
      } else {
        this.#make(first.value, first.node);
        news.push(this.#newColumn(first.value, second));
      }
    }
    return { renames, news, columns: [...this.#made.keys()].toSorted() };
  }

  #entry(item: Node): [string, Node] {
    const [pair] = isMap(item) ? item.items : [];
    if (!isMap(item) || item.items.length !== 1 || !isScalar(pair?.key)) {
      throw this.#wrong(
        "an entry is an object with one key, 'new' or 'rename'",
        rangeOf(item),
        undefined,
        FORM,
      );
    }
    const key = String(pair.key.value);
    if (!ENTRY_KEYS.includes(key)) {
      const hint = didYouMean(key, ENTRY_KEYS) ?? FORM;
      throw this.#wrong(`an entry is 'new' or 'rename', not '${key}'`, rangeOf(pair.key), undefined, hint);
    }
    return [key, pair.value as Node];
  }

  #texts(key: string, node: Node): [Text, Text] {
    const items = isSeq(node) ? node.items : [];
    const texts = items.filter((item) => isScalar(item) && typeof item.value === "string");
    if (items.length !== 2 || texts.length !== 2) {
      const of = key === "new" ? "a column and an expression" : "the column's name before and after";
      throw this.#wrong(`'${key}' takes a list of two texts: ${of}`, rangeOf(node), undefined, FORM);
    }
    const [first, second] = texts.map((item) => ({
      value: String((item as { value: unknown }).value),
      node: item as Node,
    }));
    if (first!.value.trim() === "") throw this.#wrong("a column's name is empty", rangeOf(first!.node));
    if (key === "rename" && second!.value.trim() === "") {
      throw this.#wrong("a column's name is empty", rangeOf(second!.node));
    }
    return [first!, second!];
  }

  #newColumn(column: string, { value, node }: Text): NewColumn {
    const prefix = PREFIX.exec(value);
    if (prefix === null) {
      throw this.#wrong(
        `new column '${column}' has neither 'EXPR=' nor 'LITERAL='`,
        rangeOf(node),
        "the notebook drops such a column without a word",
        didYouMean(value.split("=")[0]!.trim(), ["EXPR", "LITERAL"]) ??
          `"LITERAL=${value}" for a text, "EXPR=${value}" for an expression`,
      );
    }
    const text = value.slice(prefix[0].length);
    const kind = prefix[1] === "EXPR" ? "expression" : "literal";
    if (kind === "expression" && text.trim() === "") {
      throw this.#wrong(`new column '${column}' has an empty expression`, rangeOf(node));
    }
    return { column, kind, text: kind === "expression" ? text.trim() : text };
  }

  /** Columns of a table differ by more than case. */
  #make(column: string, node: Node): void {
    const lower = column.toLowerCase();
    const before = [...this.#made.values()].includes(lower);
    if (before) throw this.#wrong(`column '${column}' is made twice`, rangeOf(node));
    this.#made.set(column, lower);
  }

  #wrong(message: string, range: readonly number[] | undefined, detail?: string, hint?: string): Error {
    return modelErrors.TRANSFORM_LIST({ message, detail, hint, place: this.#place(range) });
  }

  #place(range: readonly number[] | undefined): ErrorPlace {
    const start = range?.[0] ?? 0;
    const end = Math.max(start + 1, range?.[1] ?? start + 1);
    const { line, col } = this.#lines.linePos(start);
    const span = { start, end, line: Math.max(1, line), column: Math.max(1, col) };
    return this.#file === undefined
      ? { text: this.#text, span }
      : { text: this.#text, span, file: this.#file };
  }
}

const FORM =
  'write [{"rename": ["from", "to"]}, {"new": ["column", "EXPR=…"]}, {"new": ["column", "LITERAL=…"]}]';

interface Text {
  readonly value: string;
  readonly node: Node;
}

function rangeOf(node: Node | null | undefined): readonly number[] | undefined {
  return node?.range ?? undefined;
}
