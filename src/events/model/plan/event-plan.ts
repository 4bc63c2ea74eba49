import type { ErrorPlace } from "../../../base/errors.ts";
import { didYouMean } from "../../../base/nearest.ts";
import type { CodeTables } from "../codes/code-tables.ts";
import type { ColumnCatalogue } from "../columns/column-catalogue.ts";
import type { ColumnType } from "../columns/column-type.ts";
import type { DerivationRules } from "../derivations/derivation-rules.ts";
import { modelErrors } from "../errors.ts";
import { rulePlace } from "../mappings/mapping-set.ts";
import type { EventRules, FieldRule, MappingSet, MessageRead } from "../mappings/mapping-set.ts";
import type { Cell, Filling, Writer } from "../transforms/cell.ts";
import { routePairs } from "../transforms/pair-transforms.ts";
import { groupNames, patternWriter, writeMatch } from "../transforms/pattern-writer.ts";
import type { ColumnPattern } from "../transforms/pattern-writer.ts";
import { requireTransform } from "../transforms/transform-catalogue.ts";
import { typedWriter } from "../transforms/typed-writers.ts";

/** What is done with one field of one kind of event. */
export interface FieldStep {
  readonly rule: FieldRule | undefined;
  readonly write: Writer;
}

/** Reads the rendered text of an event without a payload. */
export type MessageReader = (filling: Filling, text: string) => void;

/** Names of fields that no mapping knows are remembered up to here, a kind of event. */
const UNKNOWN_FIELDS_MAX = 1024;

/** How the events of one provider and id become rows: what the mappings say, compiled. */
export class EventPlan {
  readonly name: string | null;
  readonly readMessage: MessageReader | undefined;
  readonly rules: EventRules;
  readonly #steps = new Map<string, FieldStep | null>();
  readonly #byLowerCase = new Map<string, FieldStep | null>();
  readonly #ofColumn: (name: string) => FieldStep | null;
  #unknown = 0;

  constructor(
    rules: EventRules,
    compile: (rule: FieldRule) => Writer,
    ofColumn: (name: string) => FieldStep | null,
    readMessage: MessageReader | undefined,
  ) {
    this.rules = rules;
    this.name = rules.name ?? null;
    this.readMessage = readMessage;
    this.#ofColumn = ofColumn;
    for (const [field, rule] of rules.fields) {
      const step = rule === null ? null : { rule, write: compile(rule) };
      this.#steps.set(field, step);
      this.#byLowerCase.set(field.toLowerCase(), step);
    }
  }

  /** What to do with a field; null: it stays under its own name. */
  step(field: string): FieldStep | null {
    const step = this.#steps.get(field);
    return step === undefined ? this.#find(field) : step;
  }

  knows(field: string): boolean {
    return this.step(field) !== null;
  }

  /** Providers spell some names in several ways (`SourceProcessGUID`); and a source may speak the model's own names. */
  #find(field: string): FieldStep | null {
    const lower = this.#byLowerCase.get(field.toLowerCase());
    const step = lower === undefined ? this.#ofColumn(field) : lower;
    if (this.#unknown < UNKNOWN_FIELDS_MAX) {
      this.#unknown++;
      this.#steps.set(field, step);
    }
    return step;
  }
}

/** What plans are made of. */
export interface PlanParts {
  readonly columns: ColumnCatalogue;
  readonly codes: CodeTables;
  readonly derivations: DerivationRules;
  readonly mappings: MappingSet;
}

/** Compiles rules, each once, and makes plans of them. */
export class PlanCompiler {
  readonly #parts: PlanParts;
  readonly #cells = new Map<string, Cell>();
  readonly #writers = new Map<string, Writer>();
  readonly #columnSteps = new Map<string, FieldStep>();

  constructor(parts: PlanParts) {
    this.#parts = parts;
  }

  plan(provider: string | undefined, eventId: number | undefined): EventPlan {
    const rules = this.#parts.mappings.rulesFor(provider, eventId);
    return new EventPlan(
      rules,
      (rule) => this.writer(rule),
      (name) => this.#columnStep(name),
      this.messageReader(rules.message),
    );
  }

  cell(column: string): Cell {
    let cell = this.#cells.get(column);
    if (cell === undefined) {
      const derivations = this.#parts.derivations.from(column);
      cell = { column, orig: `${column}_orig`, text: `${column}_text`, derivations };
      this.#cells.set(column, cell);
    }
    return cell;
  }

  /** @throws SpoorError MODEL_UNKNOWN_COLUMN, MODEL_UNKNOWN_TRANSFORM, MODEL_UNKNOWN_CODES, MODEL_COLUMN_TYPE, MODEL_PATTERN */
  writer(rule: FieldRule): Writer {
    const key = [rule.target, rule.transform, rule.argument, rule.pattern].join("\n");
    let writer = this.#writers.get(key);
    if (writer === undefined) {
      writer = this.#compile(rule);
      this.#writers.set(key, writer);
    }
    return writer;
  }

  messageReader(read: MessageRead | undefined): MessageReader | undefined {
    if (read === undefined) return undefined;
    const { rule, file, path } = read;
    if (typeof rule === "string") return (filling, text) => void routePairs(filling, text, rule);
    const pattern = this.#pattern(rule.pattern, () => file.place([...path, "pattern"]));
    return (filling, text) => void writeMatch(filling, pattern, text, "message");
  }

  #compile(rule: FieldRule): Writer {
    if (rule.pattern !== undefined) {
      this.#typeOf(rule, rule.target);
      const pattern = this.#pattern(rule.pattern, () => rule.file.place([...rule.path, "pattern"]));
      return patternWriter(this.cell(rule.target), pattern);
    }
    if (rule.transform === undefined) {
      return typedWriter(this.cell(rule.target), this.#typeOf(rule, rule.target));
    }
    const transform = requireTransform(rule.transform, () => rulePlace(rule));
    for (const column of transform.columns(rule.target)) this.#typeOf(rule, column);
    if (transform.types !== undefined) {
      const type = this.#typeOf(rule, rule.target);
      if (!transform.types.includes(type)) {
        throw modelErrors.COLUMN_TYPE({
          message: `transform '${transform.name}' does not write '${type}', which column '${rule.target}' is`,
          hint: `it writes ${transform.types.join(", ")}`,
          place: rulePlace(rule),
        });
      }
    }
    return transform.compile({
      target: rule.target,
      argument: rule.argument,
      codes: this.#parts.codes,
      typeOf: (column) => this.#typeOf(rule, column),
      cell: (column) => this.cell(column),
      place: () => rulePlace(rule),
    });
  }

  #pattern(source: string, place: () => ErrorPlace): ColumnPattern {
    let pattern: RegExp;
    try {
      pattern = new RegExp(source, "u");
    } catch (error) {
      throw modelErrors.PATTERN({
        message: "the pattern is no regular expression",
        detail: error instanceof Error ? error.message : String(error),
        place: place(),
        cause: error,
      });
    }
    const groups = groupNames(source).map((name) => {
      const column = this.#parts.columns.get(name);
      if (column === undefined) {
        const names = this.#parts.columns.all().map((known) => known.name);
        throw modelErrors.PATTERN({
          message: `group '${name}' of the pattern is no column`,
          hint: didYouMean(name, names),
          place: place(),
        });
      }
      return { name, write: typedWriter(this.cell(name), column.type) };
    });
    return { pattern, groups };
  }

  #typeOf(rule: FieldRule, column: string): ColumnType {
    return this.#parts.columns.require(column, rule.file, rule.path).type;
  }

  #columnStep(name: string): FieldStep | null {
    const known = this.#columnSteps.get(name);
    if (known !== undefined) return known;
    const column = this.#parts.columns.get(name);
    if (column === undefined) return null;
    const step = { rule: undefined, write: typedWriter(this.cell(name), column.type) };
    this.#columnSteps.set(name, step);
    return step;
  }
}
