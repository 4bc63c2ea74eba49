/**
 * Colour only underlines what the words already say. The rule, first match wins: `--color always|never`;
 * NO_COLOR set and not empty: none; FORCE_COLOR set: colour unless it is `0`; TERM=dumb: none; else colour on a
 * terminal only.
 */
export type ColorChoice = "auto" | "always" | "never";

export type Style = "bold" | "dim" | "accent" | "good" | "warning" | "bad";

export type Painter = (style: Style, text: string) => string;

const codes: Readonly<Record<Style, readonly [string, string]>> = {
  bold: ["\u001b[1m", "\u001b[22m"],
  dim: ["\u001b[2m", "\u001b[22m"],
  accent: ["\u001b[36m", "\u001b[39m"],
  good: ["\u001b[32m", "\u001b[39m"],
  warning: ["\u001b[33m", "\u001b[39m"],
  bad: ["\u001b[31m", "\u001b[39m"],
};

export function wantsColor(
  choice: ColorChoice,
  env: Readonly<Record<string, string | undefined>>,
  isTerminal: boolean,
): boolean {
  if (choice !== "auto") return choice === "always";
  if (env["NO_COLOR"] !== undefined && env["NO_COLOR"] !== "") return false;
  if (env["FORCE_COLOR"] !== undefined) return env["FORCE_COLOR"] !== "0";
  return isTerminal && env["TERM"] !== "dumb";
}

export function painter(enabled: boolean): Painter {
  if (!enabled) return (_style, text) => text;
  return (style, text) => (text === "" ? "" : `${codes[style][0]}${text}${codes[style][1]}`);
}
