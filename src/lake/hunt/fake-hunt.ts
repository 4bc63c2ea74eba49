/** A hunt's session over event files in a temporary folder, for tests. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ManualClock } from "../../base/clock.ts";
import { loadEventModel } from "../../events/model/event-model.ts";
import type { HuntValue } from "./hunt-result.ts";
import { HuntSession } from "./hunt-session.ts";
import type { HuntOptions } from "./hunt-session.ts";

export interface FakeHunt {
  readonly folder: string;
  readonly notes: string[];
  readonly session: HuntSession;
  /** All rows of one statement. */
  ask(text: string): Promise<HuntValue[][]>;
  columns(text: string): Promise<string[]>;
  /** Names of what stands in the folder for temporary files. */
  temporaries(): string[];
  close(): Promise<void>;
}

const model = loadEventModel();

/** @param files by name; documents become lines of JSON, a text stands as it is */
export async function fakeHunt(
  files: Readonly<Record<string, readonly object[] | string>>,
  options: Partial<HuntOptions> = {},
): Promise<FakeHunt> {
  const folder = mkdtempSync(join(tmpdir(), "spoor-hunt-test-"));
  for (const [name, content] of Object.entries(files)) {
    const text =
      typeof content === "string" ? content : content.map((each) => `${JSON.stringify(each)}\n`).join("");
    writeFileSync(join(folder, name), text);
  }
  const temporaryFolder = mkdtempSync(join(tmpdir(), "spoor-hunt-test-temporary-"));
  const notes: string[] = [];
  const remove = (): void => {
    for (const each of [folder, temporaryFolder]) rmSync(each, { recursive: true });
  };
  const session = await HuntSession.open({
    events: Object.keys(files),
    workingDirectory: folder,
    temporaryFolder,
    model: () => model,
    clock: new ManualClock(),
    memoryBytes: 256 * 1024 * 1024,
    onNote: (note) => notes.push(note),
    ...options,
  }).catch((error: unknown) => {
    remove();
    throw error;
  });
  const run = async (text: string): Promise<{ names: string[]; rows: HuntValue[][] }> => {
    const { columns, blocks } = await (await session.prepare({ text })).run();
    const rows: HuntValue[][] = [];
    for await (const block of blocks) rows.push(...block);
    return { names: columns.map(({ name }) => name), rows };
  };
  return {
    folder,
    notes,
    session,
    ask: async (text) => (await run(text)).rows,
    columns: async (text) => (await run(text)).names,
    temporaries: () => readdirSync(temporaryFolder),
    close: async () => {
      await session.close();
      remove();
    },
  };
}

/** A Sysmon event as Winlogbeat 6 writes it. */
export function sysmonEvent(
  id: number,
  payload: Readonly<Record<string, string>>,
  rest: object = {},
): object {
  return {
    "@timestamp": "2020-01-02T03:04:05.678Z",
    source_name: "Microsoft-Windows-Sysmon",
    log_name: "Microsoft-Windows-Sysmon/Operational",
    computer_name: "ws1.corp",
    event_id: id,
    record_number: "7",
    user: { name: "SYSTEM", type: "User" },
    type: "wineventlog",
    event_data: { UtcTime: "2020-01-02 03:04:05.678", ...payload },
    ...rest,
  };
}
