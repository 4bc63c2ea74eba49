/**
 * Recorded events and the recipe's own page, which are no part of the repository: beside it, in the folder `shared`,
 * or where SPOOR_SHARED says. Suites that need them skip where they are missing, but fail where CI=true.
 */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { openEventFile } from "../../src/events/files/event-file.ts";

const root = process.env["SPOOR_SHARED"] ?? fileURLToPath(new URL("../../../shared", import.meta.url));

function shared(name: string): string | undefined {
  const path = `${root}/${name}`;
  if (existsSync(path)) return path;
  if (process.env["CI"] === "true") throw new Error(`test data '${name}' is missing; set SPOOR_SHARED`);
  return undefined;
}

const seeds = shared("seeds");
const recipeEvents = shared("data/ksql-recipe/winlogbeat.json.tar.gz");
const published = shared("data/ksql-recipe/published-outputs.json");
const wmiEvents = shared("data/winlogbeat/empire_invoke_wmi_2019-03-19152813.tar.gz");

export const sharedIsMissing = [seeds, recipeEvents, published, wmiEvents].includes(undefined);
export const sharedNote = "needs the folder 'shared' beside the repository, or SPOOR_SHARED";

export const RECIPE_EVENTS = recipeEvents ?? "";
export const WMI_EVENTS = wmiEvents ?? "";

export interface PublishedSample {
  readonly query: string;
  readonly rows: readonly (readonly string[])[];
}

/** Figures counted from the file alone, and the rows that the recipe's page prints. */
export interface PublishedOutputs {
  readonly published: readonly PublishedSample[];
  readonly computed_from_file: {
    readonly events: number;
    readonly sysmon_process_create: number;
    readonly sysmon_network_connect: number;
    readonly join_rows_by_process_guid: number;
    readonly join_process_guids: number;
  };
}

export function publishedOutputs(): PublishedOutputs {
  return JSON.parse(readFileSync(published ?? "", "utf8")) as PublishedOutputs;
}

/** The statements as the page shows them: each with its prompt, and a backslash at the end of most lines. */
export function publishedStatements(): readonly string[] {
  const name = readdirSync(seeds ?? "").find((file) => file.startsWith("002_"));
  return readFileSync(`${seeds}/${name}`, "utf8").match(/ksql> [^;]*;/g) ?? [];
}

export interface EventLine {
  /** Undefined where the line has no key; the recipe's own file has empty ones. */
  readonly key: string | undefined;
  readonly value: string;
}

/** What can be read of a file whose archive may be cut off at the end. */
export async function readableEvents(path: string): Promise<readonly EventLine[]> {
  const lines: EventLine[] = [];
  const file = openEventFile(path, { verify: "none" });
  try {
    for await (const { buffer, starts, ends, keyStarts, keyEnds, count } of file) {
      for (let i = 0; i < count; i++) {
        const keyStart = keyStarts[i] ?? -1;
        const key = keyStart < 0 ? undefined : buffer.toString("utf8", keyStart, keyEnds[i]);
        lines.push({ key, value: buffer.toString("utf8", starts[i], ends[i]) });
      }
    }
  } catch (error) {
    if (lines.length === 0) throw error;
  }
  return lines;
}
