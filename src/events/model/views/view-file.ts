import { z } from "zod";
import { keyed } from "../yaml/yaml-file.ts";

/** How a column's value is written; without it a time as the view says, and all else as it is. */
export const VALUE_FORMS = ["text", "lower", "list", "parts", "iso", "milliseconds", "nanoseconds"] as const;

export type ValueForm = (typeof VALUE_FORMS)[number];

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const constant = z.union([scalar, z.array(scalar)]);
const constants = z.record(z.string(), constant);

/** A column; a column in a form; or a list with one object for each of several columns that has a value. */
const source = z.union([
  z.string(),
  keyed({ from: z.string(), as: z.enum(VALUE_FORMS) }),
  keyed({ each: z.array(keyed({ from: z.string(), as: z.string(), set: constants.optional() })).min(1) }),
]);

const sources = z.record(z.string(), source);

/** Names and constants of some events. */
const part = keyed({ set: constants.optional(), fields: sources.optional() });

export const viewSchema = keyed({
  view: z.string().regex(/^[a-z][a-z0-9-]*$/),
  about: z.string(),
  /** Whether dots in names make objects within objects. */
  nested: z.boolean(),
  time: z.enum(["iso", "milliseconds", "microseconds"]),
  /** Under which name columns stand that the view has no name for; empty: beside the others, by their own names. */
  rest: z.string(),
  set: constants.optional(),
  /** Numbers made of two constants. */
  sums: z.record(z.string(), keyed({ of: z.string(), times: z.number(), plus: z.string() })).optional(),
  fields: sources,
  tables: z.record(z.string(), part).optional(),
  events: z.record(z.string(), z.record(z.string().regex(/^\d{1,5}$/), part)).optional(),
});

export type ViewFile = z.infer<typeof viewSchema>;
export type ViewSource = z.infer<typeof source>;
export type ViewConstant = z.infer<typeof constant>;
