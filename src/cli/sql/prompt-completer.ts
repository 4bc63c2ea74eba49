import type { CompletionsResponse } from "../../api/spoor-endpoints.ts";
import type { Clock } from "../../base/clock.ts";
import { completionsAt } from "../../sql/completion.ts";
import type { Wanted } from "../../sql/completion.ts";
import { promptCommands } from "./prompt-commands.ts";

/** How long the server's names are taken for true. */
const FRESH_MS = 3000;

export type FetchNames = () => Promise<CompletionsResponse>;

/** Completes what is being typed: the grammar says what may stand there, the server which names there are. */
export class PromptCompleter {
  readonly #fetchNames: FetchNames;
  readonly #clock: Clock;
  #names: CompletionsResponse | undefined;
  #fetchedAtMs = Number.NEGATIVE_INFINITY;

  constructor(fetchNames: FetchNames, clock: Clock) {
    this.#fetchNames = fetchNames;
    this.#clock = clock;
  }

  /**
   * @param open what stands on the lines before
   * @returns the candidates, and the part of the line that they replace
   */
  async complete(open: string, line: string): Promise<[candidates: string[], typed: string]> {
    const text = open + line;
    const properties = await this.#properties(text);
    if (properties !== undefined) return properties;
    const { keywords, wants, from } = completionsAt(text, text.length);
    const typed = text.slice(from);
    const names = wants.length === 0 ? undefined : await this.#current();
    const candidates = new Set<string>();
    if (open === "") for (const word of commandWords(line)) candidates.add(word);
    for (const keyword of keywords) candidates.add(isLower(typed) ? keyword.toLowerCase() : keyword);
    if (names !== undefined) {
      for (const want of wants) for (const name of namesFor(want, names, text)) candidates.add(name);
    }
    return [fitting(candidates, typed), typed];
  }

  /** `SET 'auto…`: names of properties stand in quotes, where the grammar expects nothing. */
  async #properties(text: string): Promise<[candidates: string[], typed: string] | undefined> {
    const typed = /(?:^|[;\s])(?:UN)?SET\s+'([\w.]*)$/i.exec(text)?.[1];
    if (typed === undefined) return undefined;
    const names = await this.#current();
    return [
      fitting(
        (names?.properties ?? []).map((name) => `${name}'`),
        typed,
      ),
      typed,
    ];
  }

  async #current(): Promise<CompletionsResponse | undefined> {
    const now = this.#clock.monotonicMs();
    if (now - this.#fetchedAtMs < FRESH_MS) return this.#names;
    this.#fetchedAtMs = now;
    // Completion must never be in the way: without a server it knows keywords only.
    this.#names = await this.#fetchNames().catch(() => undefined);
    return this.#names;
  }
}

/** Case does not matter, unless some fit as they are typed: topics are told apart by it. */
function fitting(candidates: Iterable<string>, typed: string): string[] {
  const start = typed.toUpperCase();
  const all = [...candidates].filter((name) => name.toUpperCase().startsWith(start)).toSorted();
  const exact = all.filter((name) => name.startsWith(typed));
  return exact.length > 0 ? exact : all;
}

function isLower(typed: string): boolean {
  return typed !== "" && typed === typed.toLowerCase();
}

function commandWords(line: string): string[] {
  const start = line.trimStart().toLowerCase();
  if (start === "" || start.includes(" ")) return [];
  return promptCommands.map((command) => command.words).filter((words) => words.startsWith(start));
}

function namesFor(want: Wanted, names: CompletionsResponse, text: string): readonly string[] {
  switch (want) {
    case "source":
      return names.sources.map((source) => source.name);
    case "stream-function":
      return (names.streamFunctions ?? []).map((name) => `${name}(`);
    case "column":
      return columnNames(names, text);
    case "function":
      return names.functions.map((name) => `${name}(`);
    case "topic":
      return names.topics;
    case "type":
      return names.types;
    case "property":
      return names.properties;
    case "query-id":
      return names.queries;
  }
}

/** Columns of the sources that the statement names; of all sources where it names none yet. */
function columnNames(names: CompletionsResponse, text: string): string[] {
  const words = new Set(text.toUpperCase().match(/[A-Z_][A-Z0-9_]*/g) ?? []);
  const named = names.sources.filter((source) => words.has(source.name.toUpperCase()));
  const sources = named.length > 0 ? named : names.sources;
  return sources.flatMap((source) => source.columns.map((column) => column.name));
}
