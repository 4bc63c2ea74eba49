/**
 * Rules as conditions of SQL: one expression tree, printed in each dialect, with equal meaning. Columns are texts.
 *
 * SQL is three-valued and rules are not: within a negation each test is printed so that it is never NULL. An SQL row
 * cannot tell an absent field from an empty one, so `exists` asks whether the column is NULL.
 */
import { sigmaErrors } from "../errors.ts";
import type { SpoorError } from "../../base/errors.ts";
import type { Expression, TestExpression } from "../expression/expression.ts";
import { ANY_CHARACTER, ANY_TEXT, foldCase, OPERATOR_SIGNS } from "../expression/matcher.ts";
import type { GlobPart, Matcher, TextRelation } from "../expression/matcher.ts";
import type { FieldOrigin } from "../log-sources/field-origin.ts";
import { HEADER_FIELDS } from "../matching/bound-rule.ts";
import type { EventSource, LogSourceMap } from "../log-sources/log-source-map.ts";
import { printRegex } from "../regex/print-regex.ts";
import type { SigmaRule } from "../rule/sigma-document.ts";
import { cidrRegex } from "./cidr-regex.ts";
import { duckDb, flink, ksql, sqlText } from "./sql-dialect.ts";
import type { SqlDialect } from "./sql-dialect.ts";

export interface SqlOptions {
  /** The column, or expression of SQL, of a field, as text; undefined where the table has none: it is NULL then. */
  readonly column?: (field: string) => string | undefined;
  /** The columns that keywords are looked for in; a rule with keywords is refused without them. */
  readonly keywordColumns?: readonly string[];
  /** With it, the condition also says which events the rule is for, and fields are taken from where those have them. */
  readonly logSources?: LogSourceMap;
}

/** @throws SpoorError SIGMA_SQL_UNSUPPORTED */
export function toDuckDb(rule: SigmaRule, options: SqlOptions = {}): string {
  return printRule(rule, duckDb, options);
}

/** @throws SpoorError SIGMA_SQL_UNSUPPORTED */
export function toKsql(rule: SigmaRule, options: SqlOptions = {}): string {
  return printRule(rule, ksql, options);
}

/** @throws SpoorError SIGMA_SQL_UNSUPPORTED */
export function toFlink(rule: SigmaRule, options: SqlOptions = {}): string {
  return printRule(rule, flink, options);
}

function printRule(rule: SigmaRule, dialect: SqlDialect, options: SqlOptions): string {
  if (options.logSources === undefined) return printExpression(rule.expression, dialect, options);
  const sources = options.logSources.resolve(rule.logSource);
  if (sources === undefined) {
    const hint = options.logSources.nearest(rule.logSource) ?? "add it to a log source file";
    throw sigmaErrors.SQL_UNSUPPORTED({
      message: `no events are known for rule '${rule.metadata.title}'`,
      hint,
    });
  }
  return either(sources.map((source) => printForSource(rule, source, dialect, options)));
}

function printForSource(
  rule: SigmaRule,
  source: EventSource,
  dialect: SqlDialect,
  options: SqlOptions,
): string {
  const printer = new SqlPrinter(dialect, options, source);
  const conditions = (
    [
      [HEADER_FIELDS.channel, source.channels],
      [HEADER_FIELDS.eventId, source.eventIds],
      [HEADER_FIELDS.provider, source.providers],
    ] as const
  ).flatMap(([field, names]) => (names === undefined ? [] : [printer.oneOf(field, names)]));
  return both([...conditions, printer.print(rule.expression, false)]);
}

export function printExpression(
  expression: Expression,
  dialect: SqlDialect,
  options: SqlOptions = {},
): string {
  return new SqlPrinter(dialect, options, undefined).print(expression, false);
}

class SqlPrinter {
  readonly #dialect: SqlDialect;
  readonly #options: SqlOptions;
  readonly #source: EventSource | undefined;

  constructor(dialect: SqlDialect, options: SqlOptions, source: EventSource | undefined) {
    this.#dialect = dialect;
    this.#options = options;
    this.#source = source;
  }

  /** `neverNull`: a NULL would change the meaning of what is around. */
  print(expression: Expression, neverNull: boolean): string {
    switch (expression.kind) {
      case "constant":
        return expression.value ? "TRUE" : "FALSE";
      case "selection":
        return this.print(expression.operand, neverNull);
      case "test":
        return this.#test(expression, neverNull);
      case "not":
        return `NOT (${this.print(expression.operand, true)})`;
      case "and":
        return both(expression.operands.map((operand) => this.print(operand, neverNull)));
      case "or":
        return either(expression.operands.map((operand) => this.print(operand, neverNull)));
      case "at-least": {
        const ones = expression.operands.map(
          (operand) => `CASE WHEN ${this.print(operand, false)} THEN 1 ELSE 0 END`,
        );
        return `(${ones.join(" + ")}) >= ${expression.count}`;
      }
    }
  }

  oneOf(field: string, names: ReadonlySet<string>): string {
    const column = this.#dialect.lower(this.#column(field));
    return `${column} IN (${[...names].map(sqlText).join(", ")})`;
  }

  #test({ field, matcher }: TestExpression, neverNull: boolean): string {
    if (field !== undefined) return this.#fieldTest(this.#column(field), matcher, neverNull);
    const { keywordColumns } = this.#options;
    if (keywordColumns === undefined || keywordColumns.length === 0)
      throw this.#unsupported(
        "keywords stand in no column of their own",
        "name the columns in which to look for them: --keyword-column",
      );
    return either(keywordColumns.map((column) => this.#fieldTest(column, matcher, neverNull)));
  }

  #fieldTest(column: string, matcher: Matcher, neverNull: boolean): string {
    if (matcher.kind === "null" || (matcher.kind === "exists" && !matcher.present))
      return `${column} IS NULL`;
    if (matcher.kind === "exists") return `${column} IS NOT NULL`;
    const condition = this.#condition(column, matcher);
    if (!neverNull && !this.#dialect.failsOnNull) return condition;
    const guards = [column, ...(matcher.kind === "field" ? [this.#column(matcher.other)] : [])];
    const number = this.#numberText(column, matcher);
    const isWeek = matcher.kind === "time" && matcher.part === "week";
    if (isWeek) guards.push(this.#week(column));
    const numberGuard = number === undefined ? [] : [this.#isNumber(number)];
    return both([...guards.map((guard) => `${guard} IS NOT NULL`), ...numberGuard, condition]);
  }

  #isNumber(text: string): string {
    if (this.#dialect.failsOnNull) return this.#dialect.regex(text, sqlText(DECIMAL_PATTERN));
    return `${this.#dialect.number(text)} IS NOT NULL`;
  }

  #condition(column: string, matcher: Matcher): string {
    const dialect = this.#dialect;
    switch (matcher.kind) {
      case "text":
        return this.#textCondition(
          matcher.cased ? column : dialect.lower(column),
          matcher.relation,
          matcher.text,
        );
      case "glob":
        return this.#likeCondition(matcher.cased ? column : dialect.lower(column), matcher.parts);
      case "regex":
        return dialect.regex(column, sqlText(printRegex(matcher.regex.node)));
      case "cidr": {
        const pattern = cidrRegex(matcher.block);
        if (pattern !== undefined) return dialect.regex(column, sqlText(pattern));
        throw this.#unsupported(
          `network range '${matcher.block.text}' cannot be written as a pattern`,
          "split it",
        );
      }
      case "compare":
      case "time": {
        const number = this.#numberText(column, matcher);
        const value = number === undefined ? this.#week(column) : this.#dialect.number(number);
        return `${value} ${OPERATOR_SIGNS[matcher.operator]} ${matcher.value}`;
      }
      case "field": {
        const fold = (text: string): string => (matcher.cased ? text : dialect.lower(text));
        return dialect.relation(matcher.relation, fold(column), fold(this.#column(matcher.other)));
      }
      case "null":
      case "exists":
        return this.#fieldTest(column, matcher, false);
    }
  }

  /** The text whose number a test compares; undefined for other tests and for weeks. */
  #numberText(column: string, matcher: Matcher): string | undefined {
    if (matcher.kind === "compare") return column;
    if (matcher.kind !== "time" || matcher.part === "week") return undefined;
    const [start, length] = TIME_PLACES[matcher.part];
    return this.#dialect.substring(column, start, length);
  }

  #week(column: string): string {
    const week = this.#dialect.week(column);
    if (week === undefined)
      throw this.#unsupported("modifier 'week' has no function", "compare days and months");
    return week;
  }

  #textCondition(text: string, relation: TextRelation, wanted: string): string {
    if (relation === "equals") return `${text} = ${sqlText(wanted)}`;
    const before: GlobPart[] = relation === "starts-with" ? [] : [ANY_TEXT];
    const after: GlobPart[] = relation === "ends-with" ? [] : [ANY_TEXT];
    return this.#likeCondition(text, [...before, wanted, ...after]);
  }

  #column(field: string): string {
    const origin = this.#source?.fields.get(field);
    return origin === undefined ? this.#ownColumn(field) : this.#originColumn(origin);
  }

  #ownColumn(field: string): string {
    if (this.#options.column === undefined) return this.#dialect.column(field);
    return this.#options.column(field) ?? "CAST(NULL AS VARCHAR)";
  }

  #originColumn(origin: FieldOrigin): string {
    switch (origin.kind) {
      case "value":
        return sqlText(origin.value);
      case "field": {
        const column = this.#ownColumn(origin.name);
        if (origin.values === undefined) return column;
        const cases = [...origin.values].map(([from, to]) => `WHEN ${sqlText(from)} THEN ${sqlText(to)}`);
        return `CASE ${column} ${cases.join(" ")} ELSE ${column} END`;
      }
      case "join": {
        const texts = origin.names.map((name) => `NULLIF(${this.#ownColumn(name)}, '')`);
        const joined = `NULLIF(${this.#dialect.join(origin.separator, texts)}, '')`;
        const cases = origin.starts.map(([from, to]) => {
          const condition = this.#textCondition(this.#dialect.lower(joined), "starts-with", foldCase(from));
          return `WHEN ${condition} THEN CONCAT(${sqlText(to)}, ${this.#dialect.substring(joined, from.length + 1)})`;
        });
        return cases.length === 0 ? joined : `CASE ${cases.join(" ")} ELSE ${joined} END`;
      }
    }
  }

  #likeCondition(text: string, parts: readonly GlobPart[]): string {
    const like = likeCondition(text, parts);
    const isPlain = parts.every((part) => typeof part !== "string" || !/[%_!]/.test(part));
    if (this.#dialect.likeEscapes || (isPlain && !parts.includes(ANY_CHARACTER))) return like;
    return this.#dialect.regex(text, sqlText(globRegex(parts)));
  }

  #unsupported(message: string, hint: string): SpoorError {
    return sigmaErrors.SQL_UNSUPPORTED({ message: `${message} in ${this.#dialect.name}`, hint });
  }
}

/** What counts as a number in the tests of rules. */
const DECIMAL_PATTERN = String.raw`\A\s*[+\-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+\-]?[0-9]+)?\s*\z`;

/** Where a part of an ISO date and time stands, from 1, and how long it is. */
const TIME_PLACES = {
  year: [1, 4],
  month: [6, 2],
  day: [9, 2],
  hour: [12, 2],
  minute: [15, 2],
} as const;

const ESCAPE = "!";

function likeCondition(text: string, parts: readonly GlobPart[]): string {
  const pattern = parts
    .map((part) => {
      if (part === ANY_TEXT) return "%";
      return part === ANY_CHARACTER ? "_" : part.replaceAll(/[%_!]/g, `${ESCAPE}$&`);
    })
    .join("");
  const escape = pattern.includes(ESCAPE) ? ` ESCAPE '${ESCAPE}'` : "";
  return `${text} LIKE ${sqlText(pattern)}${escape}`;
}

/** The pattern as a regular expression that RE2 and Java mean alike. */
function globRegex(parts: readonly GlobPart[]): string {
  const inner = parts.map((part) => {
    if (part === ANY_TEXT) return ".*";
    return part === ANY_CHARACTER ? "." : part.replaceAll(/[\\^$.|?*+()[\]{}]/g, String.raw`\$&`);
  });
  return String.raw`\A(?s:${inner.join("")})\z`;
}

function both(conditions: readonly string[]): string {
  return conditions.length === 1 ? conditions[0]! : `(${conditions.join(" AND ")})`;
}

function either(conditions: readonly string[]): string {
  if (conditions.length === 0) return "FALSE";
  return conditions.length === 1 ? conditions[0]! : `(${conditions.join(" OR ")})`;
}
