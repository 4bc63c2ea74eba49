/** Transforms of texts that hold several named values; each value goes on as if the payload had had it under that name. */
import type { Filling } from "./cell.ts";
import { keep, put } from "./cell.ts";
import { isAbsent, sourceText } from "./source-text.ts";
import type { Transform } from "./transform.ts";

/**
 * How names and values stand in a text: `lines`: `Name=value` or `Name = value`, one a line; `colons`: `Name: value`, one a
 * line; `semicolons`: `Name = value; Name = value`.
 */
export const PAIR_STYLES = ["lines", "colons", "semicolons"] as const;

export type PairStyle = (typeof PAIR_STYLES)[number];

const PAIR: Readonly<Record<PairStyle, RegExp>> = {
  lines: /^[\t ]*([A-Za-z][A-Za-z ]{0,40}?)(?:=| = ?)([^]*)$/,
  colons: /^[\t ]*([A-Za-z][A-Za-z ]{0,40}?):[\t ]*([^]*)$/,
  semicolons: /^[\t ]*([A-Za-z][A-Za-z ]{0,40}?) ?= ?([^]*)$/,
};

const PIECES: Readonly<Record<PairStyle, RegExp>> = {
  lines: /\r?\n/,
  colons: /\r?\n/,
  semicolons: /; /,
};

const JOINERS: Readonly<Record<PairStyle, string>> = { lines: "\n", colons: "\n", semicolons: "; " };

/**
 * Hands on the pairs of a text whose names a mapping knows (blanks in names do not count). What stands between them belongs
 * to the value before: command lines have several lines. Returns what stands before the first pair.
 */
export function routePairs(filling: Filling, text: string, style: PairStyle): string {
  const before: string[] = [];
  let name: string | undefined;
  let value: string[] = [];
  const finish = (): void => {
    if (name !== undefined)
      filling.route(filling, name, value.join(JOINERS[style]).replace(/[\r\n\t ]+$/, ""));
  };
  for (const piece of text.split(PIECES[style])) {
    const pair = PAIR[style].exec(piece);
    const key = pair?.[1]!.replaceAll(" ", "");
    if (pair !== null && key !== undefined && filling.knows(key)) {
      finish();
      name = key;
      value = [pair[2]!];
    } else if (name === undefined) {
      if (piece.trim() !== "") before.push(piece);
    } else {
      value.push(piece);
    }
  }
  finish();
  return before.join(JOINERS[style]);
}

const pairs: Transform = {
  name: "pairs",
  summary:
    "A text of several named values (`lines`: `Name=value`; `colons`: `Name: value`; `semicolons`: `Name = value; …`): each " +
    "goes where the mapping's fields say for its name. The target is `*`.",
  argument: PAIR_STYLES.join("|"),
  types: undefined,
  columns: () => [],
  compile: ({ argument }) => {
    const style = PAIR_STYLES.find((name) => name === argument) ?? "lines";
    return (filling, source, field) => {
      const text = sourceText(source);
      if (text === null || isAbsent(text)) return;
      const rest = routePairs(filling, text, style);
      if (rest !== "") keep(filling.row, field, rest);
    };
  },
};

const INVOCATION = /^(?:CommandInvocation|TerminatingError|NonTerminatingError)\(([^)\n]*)\): /gm;
const BINDING =
  /^ParameterBinding\([^)\n]*\): name="([^"]*)"; value="([^]*?)"(?=\r?\n(?:CommandInvocation|ParameterBinding|TerminatingError|NonTerminatingError)\(|\s*$(?![^]))/gm;

const invocations: Transform = {
  name: "invocations",
  summary:
    "PowerShell's record of a pipeline, whole, and its commands, parameters and values in `<target>_invoked_commands`, " +
    "`<target>_param_names`, `<target>_param_values`.",
  argument: undefined,
  types: undefined,
  columns: (target) => [
    `${target}_payload`,
    `${target}_invoked_commands`,
    `${target}_param_names`,
    `${target}_param_values`,
  ],
  compile: ({ target, cell }) => {
    const payload = cell(`${target}_payload`);
    const commands = cell(`${target}_invoked_commands`);
    const names = cell(`${target}_param_names`);
    const values = cell(`${target}_param_values`);
    return (filling, source, field) => {
      const text = sourceText(source);
      if (text === null || isAbsent(text)) {
        put(filling, payload, null, field, source);
        return;
      }
      if (!put(filling, payload, text, field, source)) return;
      const invoked = new Set<string>();
      const bound = new Set<string>();
      const given = new Set<string>();
      for (const [, command] of text.matchAll(INVOCATION)) invoked.add(command!);
      for (const [, name, value] of text.matchAll(BINDING)) {
        bound.add(name!);
        given.add(value!);
      }
      if (invoked.size > 0) filling.row[commands.column] = [...invoked].join(", ");
      if (bound.size === 0) return;
      filling.row[names.column] = [...bound].join(", ");
      filling.row[values.column] = [...given].join("; ");
    };
  },
};

export const pairTransforms: readonly Transform[] = [pairs, invocations];
