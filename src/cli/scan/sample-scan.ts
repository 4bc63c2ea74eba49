/** Test support: a small event, rules for it, and command lines run in memory in a folder. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { MemoryIo, runInMemory } from "../fake-world.ts";
import type { FakeRun } from "../fake-world.ts";

export interface SampleEvent {
  readonly time?: string;
  readonly host?: string;
  readonly eventId?: number;
  readonly channel?: string;
  readonly recordId?: number;
  readonly data: Readonly<Record<string, string>>;
}

/** A document as Winlogbeat 7 writes it. */
export function eventLine(event: SampleEvent): string {
  const { time = "2026-03-01T10:00:00.000Z", host = "WS1", eventId = 1, recordId = 1, data } = event;
  const channel = event.channel ?? "Microsoft-Windows-Sysmon/Operational";
  return JSON.stringify({
    "@timestamp": time,
    agent: { version: "7.17.0" },
    winlog: {
      channel,
      computer_name: host,
      provider_name: "Microsoft-Windows-Sysmon",
      event_id: eventId,
      record_id: recordId,
      event_data: data,
    },
  });
}

export function processEvent(commandLine: string, parts: Partial<SampleEvent> = {}): string {
  const image = String.raw`C:\Windows\System32\whoami.exe`;
  return eventLine({ ...parts, data: { Image: image, CommandLine: commandLine, ...parts.data } });
}

export interface SampleRule {
  readonly title: string;
  readonly id: string;
  readonly level?: string;
  readonly tags?: readonly string[];
  /** Lines under `detection:`, without their indentation. */
  readonly detection: readonly string[];
  readonly product?: string;
}

export function ruleText({ title, id, level = "high", tags = [], detection, product }: SampleRule): string {
  const lines = [
    `title: ${title}`,
    `id: ${id}`,
    `status: test`,
    `description: a rule of the tests`,
    `date: 2026-01-02`,
    `level: ${level}`,
    ...(tags.length === 0 ? [] : ["tags:", ...tags.map((tag) => `  - ${tag}`)]),
    "logsource:",
    "  category: process_creation",
    `  product: ${product ?? "windows"}`,
    "detection:",
    ...detection.map((line) => `  ${line}`),
  ];
  return `${lines.join("\n")}\n`;
}

export const WHOAMI_ID = "11111111-1111-4111-8111-111111111111";

export const WHOAMI_RULE = ruleText({
  title: "Whoami Execution",
  id: WHOAMI_ID,
  tags: ["attack.discovery", "attack.t1033"],
  detection: [
    "selection:",
    String.raw`  Image|endswith: '\whoami.exe'`,
    "filter:",
    "  CommandLine|contains: harmless",
    "condition: selection and not filter",
  ],
});

/** A folder of a test, with a command line in it. */
export class SampleFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  write(name: string, content: string | Buffer): string {
    writeFileSync(join(this.path, name), content);
    return name;
  }

  run(argv: readonly string[], stdin = "", interrupted?: AbortSignal): Promise<FakeRun> {
    const io = new MemoryIo();
    io.stdin = Readable.from([Buffer.from(stdin)]);
    const options = { io, workingDirectory: this.path };
    return runInMemory(argv, interrupted === undefined ? options : { ...options, interrupted });
  }
}
