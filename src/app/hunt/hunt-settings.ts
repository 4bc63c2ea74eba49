/** The server's properties that are about hunts. */
import { resolve } from "node:path";
import { byteSize } from "../../lake/hunt/byte-size.ts";
import { huntErrors } from "../../lake/hunt/errors.ts";
import { isStoreUrl } from "../../lake/store/lake-location.ts";
import { settingText } from "../../plan/session-properties.ts";

export interface HuntSettings {
  /** Places of Delta tables, folders and URLs, besides those that connectors write. */
  readonly lakes: readonly string[];
  /** Folders whose event files may be read. */
  readonly folders: readonly string[];
  /** Of one statement: its share of what all may hold. */
  readonly memoryBytes: number;
  readonly threads: number;
  readonly statementsMax: number;
  /** 0: no limit. */
  readonly timeoutMs: number;
  /** Of a topic's newest records, how much is read. */
  readonly topicBytes: number;
}

/** What the database needs for a statement that reads JSON. */
const MEMORY_LEAST = 256_000_000;

/** @throws SpoorError HUNT_BAD_SETTING */
export function huntSettings(properties: ReadonlyMap<string, string>): HuntSettings {
  const number = (name: string, least: number): number => {
    const text = settingText(properties, name) ?? "";
    const value = Number(text);
    if (Number.isSafeInteger(value) && value >= least) return value;
    throw badSetting(name, text, `a whole number from ${least} on`);
  };
  const parts = (name: string): string[] =>
    (settingText(properties, name) ?? "")
      .split(",")
      .map((part) => part.trim())
      .filter((part) => part !== "");
  const statementsMax = number("spoor.hunt.statements.max", 1);
  const memory = settingText(properties, "spoor.hunt.memory") ?? "";
  const bytes = byteSize(memory);
  const least = MEMORY_LEAST * statementsMax;
  if (bytes === undefined || bytes / statementsMax < MEMORY_LEAST * 0.9) {
    throw badSetting(
      "spoor.hunt.memory",
      memory,
      `${Math.ceil(least / 1e6)}MB or more: ${statementsMax} hunts at a time need 256MB each (spoor.hunt.statements.max)`,
    );
  }
  return {
    lakes: parts("spoor.lake").map((part) => (isStoreUrl(part) ? part : resolve(part))),
    folders: parts("spoor.hunt.folders").map((part) => resolve(part)),
    memoryBytes: Math.floor(bytes / statementsMax),
    threads: number("spoor.hunt.threads", 1),
    statementsMax,
    timeoutMs: number("spoor.hunt.timeout.ms", 0),
    topicBytes: number("spoor.hunt.topic.bytes", 1),
  };
}

function badSetting(name: string, value: string, wanted: string): Error {
  return huntErrors.BAD_SETTING({
    message: `property '${name}' can't be '${value}'`,
    detail: `it takes ${wanted}`,
  });
}
