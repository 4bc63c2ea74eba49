import { z } from "zod";
import { columnDeclaration, columnName } from "../columns/column-catalogue.ts";
import { PAIR_STYLES } from "../transforms/pair-transforms.ts";
import { keyed } from "../yaml/yaml-file.ts";

/** `column`, `column | transform`, `column | transform argument`; `*` is no column of its own. */
const RULE = /^([a-z][a-z0-9_]*|\*)(?: *\| *([a-z_]+)(?: +(\S[^]*?))?)? *$/;

const ruleText = z
  .string()
  .regex(RULE, { error: "'column', 'column | transform' or 'column | transform argument' expected" });

/**
 * Where a field of the payload goes. A text as above; `to` and `pattern`: the whole text in a column, and the pattern's
 * named groups in the columns of their names; null: nowhere, it stays under its own name.
 */
const ruleSchema = z.union([ruleText, keyed({ to: columnName, pattern: z.string() }), z.null()]);

/** How a rendered text is read: as named pairs, or by a pattern whose named groups are columns. */
const messageSchema = z.union([z.enum(PAIR_STYLES), keyed({ pattern: z.string() })]);

const fieldsSchema = z.record(z.string().min(1), ruleSchema);
const eventId = z.int().min(0).max(65_535);
const eventIdKey = z.string().regex(/^\d{1,5}$/, { error: "an event's number expected" });

/** One provider's mapping (docs/event-model.md has the form in words). */
export const mappingSchema = keyed({
  provider: z.string().min(1),
  /** Other names of the provider. */
  also: z.array(z.string().min(1)).optional(),
  title: z.string().min(1).optional(),
  /** Logs whose events are this provider's where an event does not name one. */
  logs: z.array(z.string().min(1)).optional(),
  /** Columns that only this provider's payload has. */
  columns: z.record(columnName, columnDeclaration).optional(),
  /** How to read the rendered text where an event has no payload. */
  message: messageSchema.optional(),
  fields: fieldsSchema.optional(),
  groups: z
    .array(keyed({ about: z.string().optional(), events: z.array(eventId).min(1), fields: fieldsSchema }))
    .optional(),
  events: z
    .record(
      eventIdKey,
      keyed({
        name: z.string().min(1).optional(),
        message: messageSchema.optional(),
        fields: fieldsSchema.optional(),
      }),
    )
    .optional(),
});

export type MappingFile = z.infer<typeof mappingSchema>;
export type MessageRule = z.infer<typeof messageSchema>;
export type MappingRule = z.infer<typeof ruleSchema>;

/** A rule taken apart. */
export interface RuleParts {
  /** A column, the beginning of columns' names, or `*`. */
  readonly target: string;
  readonly transform: string | undefined;
  readonly argument: string | undefined;
  readonly pattern: string | undefined;
}

export function ruleParts(rule: Exclude<MappingRule, null>): RuleParts {
  if (typeof rule !== "string") {
    return { target: rule.to, transform: undefined, argument: undefined, pattern: rule.pattern };
  }
  const [, target, transform, argument] = RULE.exec(rule)!;
  return { target: target!, transform, argument, pattern: undefined };
}
