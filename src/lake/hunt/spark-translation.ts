/**
 * Spark SQL as DuckDB's SQL, token by token: texts and names, LIKE and RLIKE, operators, casts, subscripts, joins and names of
 * functions. Inside texts and comments nothing is looked at. What depends on a column's type is left to `spark-types.ts`, which
 * has the columns. The rest of the two languages is the same.
 */
import { quotedName, quotedText } from "../duckdb/sql-text.ts";
import { huntErrors } from "./errors.ts";
import { SPARK_FUNCTIONS } from "./spark-functions.ts";
import { likePattern, searchPattern, sparkName, sparkText } from "./spark-texts.ts";
import { significantTokens } from "./sql-tokens.ts";
import type { SqlToken } from "./sql-tokens.ts";
import { TextEdits, placeIn } from "./text-edits.ts";
import type { EditedText } from "./text-edits.ts";

/** @throws SpoorError HUNT_SYNTAX for a text that is not closed, HUNT_SPARK_UNSUPPORTED */
export function translateSpark(text: string, file?: string): EditedText {
  return new SparkTranslation(text, file).run();
}

/** Names of types that DuckDB has otherwise. */
const TYPES: Readonly<Record<string, string>> = {
  BYTE: "TINYINT",
  SHORT: "SMALLINT",
  LONG: "BIGINT",
  STRING: "VARCHAR",
  BINARY: "BLOB",
  TIMESTAMP_NTZ: "TIMESTAMP",
};

const OPERATORS: Readonly<Record<string, string>> = {
  "==": "=",
  "<=>": "IS NOT DISTINCT FROM",
};

/** Words behind which a `[` begins no subscript. */
const NOT_OPERANDS = new Set([
  "AND",
  "OR",
  "NOT",
  "IN",
  "SELECT",
  "WHERE",
  "ON",
  "BY",
  "THEN",
  "ELSE",
  "WHEN",
  "LIKE",
]);

const ARRAY_MAKERS = new Set([
  "SPLIT",
  "COLLECT_LIST",
  "COLLECT_SET",
  "SORT_ARRAY",
  "ARRAY_DISTINCT",
  "REGEXP_EXTRACT_ALL",
]);

/** Words that may follow a LATERAL VIEW without a name of its own. */
const AFTER_VIEW = new Set(
  "LATERAL WHERE GROUP HAVING ORDER LIMIT UNION EXCEPT INTERSECT MINUS JOIN INNER LEFT RIGHT FULL CROSS SORT CLUSTER DISTRIBUTE WINDOW".split(
    " ",
  ),
);

class SparkTranslation {
  readonly #text: string;
  readonly #file: string | undefined;
  readonly #tokens: readonly SqlToken[];
  readonly #edits: TextEdits;

  constructor(text: string, file: string | undefined) {
    this.#text = text;
    this.#file = file;
    this.#tokens = significantTokens(text, "spark");
    this.#edits = new TextEdits(text);
  }

  run(): EditedText {
    for (let at = 0; at < this.#tokens.length;) at = this.#token(at);
    return this.#edits.apply();
  }

  /** Translates what begins at a token; answers the next one to look at. */
  #token(at: number): number {
    const token = this.#tokens[at]!;
    if (!token.closed)
      throw huntErrors.SYNTAX({
        message: `a ${token.kind === "name" ? "quoted name" : token.kind} is not closed`,
        place: placeIn(this.#text, token.start, token.end, this.#file),
      });
    switch (token.kind) {
      case "text":
        return this.#texts(at);
      case "name":
        this.#put(token, quotedName(sparkName(token.text)));
        return at + 1;
      case "word":
        return this.#word(at, token.text.toUpperCase());
      case "symbol":
        return this.#symbol(at, token);
      default:
        return at + 1;
    }
  }

  /** Texts side by side are one text. */
  #texts(at: number): number {
    let end = at;
    let value = "";
    for (let token = this.#tokens[end]; token?.kind === "text"; token = this.#tokens[++end])
      value += sparkText(token.text);
    this.#putRange(at, end, quotedText(value));
    return end;
  }

  #word(at: number, word: string): number {
    switch (word) {
      case "LIKE":
      case "ILIKE":
        return this.#like(at);
      case "RLIKE":
      case "REGEXP":
        return this.#isCall(at) ? this.#called(at, word) : this.#search(at);
      case "CAST":
        return this.#cast(at);
      case "DIV":
        this.#put(this.#tokens[at]!, "//");
        return at + 1;
      case "MINUS":
        if (this.#wordAt(at + 1) === "SELECT" || this.#wordAt(at + 1) === "ALL")
          this.#put(this.#tokens[at]!, "EXCEPT");
        return at + 1;
      case "LEFT":
        return this.#leftJoin(at);
      case "LATERAL":
        return this.#wordAt(at + 1) === "VIEW" ? this.#lateralView(at) : at + 1;
      case "DISTRIBUTE":
      case "CLUSTER":
      case "SORT":
        if (this.#wordAt(at + 1) === "BY") this.#unsupported(at, `${word} BY`, "write ORDER BY");
        return at + 1;
      default:
        return this.#isCall(at) ? this.#called(at, word) : at + 1;
    }
  }

  #symbol(at: number, token: SqlToken): number {
    if (token.text === "[" && this.#endsOperand(at - 1)) return this.#subscript(at);
    const operator = OPERATORS[token.text] ?? (token.text === "!" ? "NOT " : undefined);
    if (operator !== undefined) this.#put(token, operator);
    return at + 1;
  }

  /** `x LIKE 'p'`: a backslash escapes in Spark, and nothing does in DuckDB unless it is told. */
  #like(at: number): number {
    const end = this.#primaryEnd(at + 1);
    if (this.#wordAt(end) === "ESCAPE") return at + 1;
    const first = this.#tokens[at + 1];
    if (first?.kind === "text" && this.#tokens.slice(at + 1, end).every(({ kind }) => kind === "text")) {
      const pattern = this.#tokens
        .slice(at + 1, end)
        .map(({ text }) => sparkText(text))
        .join("");
      this.#putRange(at + 1, end, `${likePattern(pattern)} ESCAPE '\\'`);
      return end;
    }
    const word = this.#wordAt(at + 1);
    if (word === "ANY" || word === "SOME" || word === "ALL")
      this.#unsupported(at, `LIKE ${word}`, "write the patterns out with OR or AND");
    if (end > at + 1) this.#edits.insert(this.#tokens[end - 1]!.end, " ESCAPE '\\'");
    return at + 1;
  }

  /** `x RLIKE 'p'` finds the pattern anywhere in x. */
  #search(at: number): number {
    const end = this.#primaryEnd(at + 1);
    const negated = this.#wordAt(at - 1) === "NOT" && this.#endsOperand(at - 2);
    if (negated) this.#put(this.#tokens[at - 1]!, "");
    this.#put(this.#tokens[at]!, negated ? "!~" : "~");
    const operand = this.#tokens.slice(at + 1, end);
    if (operand.length === 0) return at + 1;
    if (operand.every(({ kind }) => kind === "text")) {
      this.#putRange(at + 1, end, searchPattern(operand.map(({ text }) => sparkText(text)).join("")));
      return end;
    }
    this.#edits.insert(operand[0]!.start, "('(?s:.*)(?:' || ");
    this.#edits.insert(operand.at(-1)!.end, " || ')(?s:.*)')");
    return at + 1;
  }

  /** Spark's CAST gives NULL for what cannot be cast. */
  #cast(at: number): number {
    if (!this.#isCall(at)) return at + 1;
    this.#put(this.#tokens[at]!, "TRY_CAST");
    const close = this.#closing(at + 1);
    for (let i = at + 2, depth = 0; i < close; i++) {
      const { text } = this.#tokens[i]!;
      if (text === "(" || text === "[") depth++;
      else if (text === ")" || text === "]") depth--;
      else if (depth === 0 && this.#wordAt(i) === "AS") {
        const type = this.#tokens[i + 1];
        const ours = type === undefined ? undefined : TYPES[type.text.toUpperCase()];
        if (ours !== undefined) this.#put(type!, ours);
      }
    }
    return at + 2;
  }

  #called(at: number, word: string): number {
    const ours = SPARK_FUNCTIONS[word.toLowerCase()];
    const token = this.#tokens[at]!;
    const isQualified = this.#tokens[at - 1]?.text === ".";
    if (ours !== undefined && !isQualified) this.#put(token, ours);
    // Spark turns texts and arrays around with one name.
    if (word === "REVERSE" && ARRAY_MAKERS.has(this.#wordAt(at + 2) ?? "") && this.#isCall(at + 2))
      this.#put(token, "list_reverse");
    if ((word === "CURRENT_TIMESTAMP" || word === "CURRENT_DATE") && this.#tokens[at + 2]?.text === ")") {
      this.#putRange(at + 1, at + 3, "");
      return at + 3;
    }
    return at + 1;
  }

  /** Spark counts an array's places from 0; a text between the brackets is a map's key. */
  #subscript(at: number): number {
    const inner = this.#tokens[at + 1];
    const close = this.#closing(at);
    if (inner === undefined || (inner.kind === "text" && close === at + 2)) return at + 1;
    if (inner.kind === "number" && close === at + 2) {
      this.#put(inner, String(Number(inner.text) + 1));
      return at + 2;
    }
    this.#edits.insert(inner.start, "(");
    this.#edits.insert(this.#tokens[close - 1]!.end, ") + 1");
    return at + 1;
  }

  #leftJoin(at: number): number {
    const kind = this.#wordAt(at + 1);
    if ((kind === "ANTI" || kind === "SEMI") && this.#wordAt(at + 2) === "JOIN")
      this.#put(this.#tokens[at]!, "");
    return at + 1;
  }

  /** `LATERAL VIEW [OUTER] explode(list) [view] [AS column]`: each element of the list is a row beside the row it is of. */
  #lateralView(at: number): number {
    const isOuter = this.#wordAt(at + 2) === "OUTER";
    const call = at + (isOuter ? 3 : 2);
    const close = this.#closing(call + 1);
    if (this.#wordAt(call) !== "EXPLODE" || this.#tokens[close]?.text !== ")")
      this.#unsupported(at, "LATERAL VIEW", "only explode(list) is; put others into a subquery's SELECT");
    this.#putRange(at, call + 1, `${isOuter ? "LEFT" : "CROSS"} JOIN LATERAL (SELECT unnest`);
    for (let inner = call + 1; inner <= close;) inner = this.#token(inner);
    let next = close + 1;
    const isAlias = this.#wordAt(next) !== "AS" && this.#isName(next);
    const view = isAlias ? this.#nameAt(next++) : quotedName(`exploded ${at}`);
    let column = "col";
    if (this.#wordAt(next) === "AS") {
      column = this.#nameAt(next + 1);
      next += 2;
      if (this.#tokens[next]?.text === ",")
        this.#unsupported(
          at,
          "LATERAL VIEW of several columns",
          "explode the entries of a map with map_entries(…)",
        );
    }
    const tail = `AS ${column}) AS ${view}${isOuter ? " ON TRUE" : ""}`;
    if (next === close + 1) this.#edits.insert(this.#tokens[close]!.end, ` ${tail}`);
    else this.#putRange(close + 1, next, tail);
    return next;
  }

  /** Whether a token may be a view's own name: a quoted one, or a word that does not go on with the statement. */
  #isName(at: number): boolean {
    const token = this.#tokens[at];
    return token?.kind === "name" || (token?.kind === "word" && !AFTER_VIEW.has(token.text.toUpperCase()));
  }

  #nameAt(at: number): string {
    const token = this.#tokens[at];
    if (token?.kind === "name") return quotedName(sparkName(token.text));
    return token?.kind === "word" ? token.text : "col";
  }

  #put(token: SqlToken, text: string): void {
    this.#edits.replace(token.start, token.end, text);
  }

  /** Tokens from `from` up to, not with, `to`. */
  #putRange(from: number, to: number, text: string): void {
    this.#edits.replace(this.#tokens[from]!.start, this.#tokens[to - 1]!.end, text);
  }

  #wordAt(at: number): string | undefined {
    const token = this.#tokens[at];
    return token?.kind === "word" ? token.text.toUpperCase() : undefined;
  }

  #isCall(at: number): boolean {
    return this.#tokens[at + 1]?.text === "(";
  }

  #endsOperand(at: number): boolean {
    const token = this.#tokens[at];
    if (token === undefined) return false;
    if (token.kind === "word") return !NOT_OPERANDS.has(token.text.toUpperCase());
    return token.kind === "name" || token.kind === "text" || token.text === ")" || token.text === "]";
  }

  /** The token that closes the bracket at `at`, or the end. */
  #closing(at: number): number {
    let depth = 0;
    for (let i = at; i < this.#tokens.length; i++) {
      const { text, kind } = this.#tokens[i]!;
      if (kind !== "symbol") continue;
      if (text === "(" || text === "[") depth++;
      else if (text === ")" || text === "]") depth--;
      if (depth === 0) return i;
    }
    return this.#tokens.length;
  }

  /** Behind a text, name, call or bracketed expression. */
  #primaryEnd(at: number): number {
    const first = this.#tokens[at];
    if (first === undefined) return at;
    if (first.kind === "text") {
      let end = at;
      while (this.#tokens[end]?.kind === "text") end++;
      return end;
    }
    let end = first.text === "(" ? this.#closing(at) + 1 : at + 1;
    for (;;) {
      const text = this.#tokens[end]?.text;
      if (text === ".") end += 2;
      else if (text === "(" || text === "[") end = this.#closing(end) + 1;
      else return Math.min(end, this.#tokens.length);
    }
  }

  #unsupported(at: number, what: string, hint: string): never {
    const token = this.#tokens[at]!;
    throw huntErrors.SPARK_UNSUPPORTED({
      message: `Spark's ${what} is not translated`,
      hint,
      place: placeIn(this.#text, token.start, token.end, this.#file),
    });
  }
}
