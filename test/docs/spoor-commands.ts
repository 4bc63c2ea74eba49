/** Finds `spoor …` commands in documents and says what is wrong with them. */
import { allCommands, isGroup } from "../../src/cli/command-definition.ts";
import type { CommandDefinition, CommandGroup, CommandSection } from "../../src/cli/command-definition.ts";
import { allOptions } from "../../src/cli/help-text.ts";

const COMMAND = /(?:^|[|;&(]|&&|\$)\s*(?:npx )?(?:bin\/)?spoor(?=\s|$)([^|;&)\n]*)/gm;
/** Shell words: quoted texts stay whole. */
const WORD = /'[^']*'|"[^"]*"|\S+/g;

/** The words after `spoor` of every command in a shell text or in inline code. */
export function spoorCommands(text: string): string[][] {
  const joined = text.replaceAll(/\\\n\s*/g, " ");
  const withoutQuotes = joined.replaceAll(/'[^'\n]*'|"[^"\n]*"/g, (quoted) =>
    quoted.replaceAll(/[|;&()]/g, "_"),
  );
  return [...withoutQuotes.matchAll(COMMAND)].map(([, rest]) => {
    const words: string[] = [...rest!.matchAll(WORD)].map(([word]) => word);
    const end = words.findIndex((word) => /^(?:#|>|<[^a-z]|2>)/.test(word) || word === "…" || word === "...");
    return end < 0 ? words : words.slice(0, end);
  });
}

/** Undefined: it is a command, and its long options are options of it. */
export function commandProblem(
  words: readonly string[],
  sections: readonly CommandSection[],
): string | undefined {
  const [first = "--help", second = "--help"] = words[0] === "help" ? words.slice(1) : words;
  // `spoor <command>` stands for any, `spoor --help` and `spoor help` for themselves.
  if (first.startsWith("-") || first.startsWith("<")) return undefined;
  const entry = sections.flatMap(({ entries }) => entries).find(({ name }) => name === first);
  if (entry === undefined) return `there is no command '${first}'`;
  const command = isGroup(entry) ? groupCommand(entry, second) : entry;
  if (command === undefined) return `'${first}' has no command '${second}'`;
  return optionProblem(command, words);
}

function groupCommand(group: CommandGroup, verb: string): CommandDefinition | undefined {
  const bare = verb.startsWith("-") || verb.startsWith("<") || verb === "help";
  const name = `${group.name} ${bare ? group.fallback : verb}`;
  return group.commands.find((command) => command.name === name) ?? (bare ? group.commands[0] : undefined);
}

function optionProblem(command: CommandDefinition, words: readonly string[]): string | undefined {
  const known = new Set(["help", ...allOptions(command).map(({ name }) => name)]);
  const wrong = words
    .filter((word) => word.startsWith("--") && word.length > 2)
    .map((word) => word.slice(2).split("=", 1)[0]!)
    .find((name) => !known.has(name));
  return wrong === undefined ? undefined : `'spoor ${command.name}' has no option '--${wrong}'`;
}

/** Names for messages. */
export function commandNames(sections: readonly CommandSection[]): string {
  return allCommands(sections)
    .map(({ name }) => name)
    .join(", ");
}
