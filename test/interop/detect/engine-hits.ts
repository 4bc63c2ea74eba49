/** Hits of two engines over the same recordings: Spoor's `scan`, and pySigma with SQLite (`clients/sigma_to_sqlite.py`). */
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { runCommand } from "../client-process.ts";

/** How the other engine found a hit: as it is published, or with the one thing named added to it. */
export const PUBLISHED = "published";

export interface PeerRun {
  /** Hit → the ways in which it was found. */
  readonly hits: ReadonlyMap<string, ReadonlySet<string>>;
  /** Rules for Windows. */
  readonly rules: ReadonlySet<string>;
  readonly refused: readonly { readonly rule: string; readonly pipeline: string; readonly why: string }[];
  readonly summary: {
    readonly rules: number;
    readonly events: number;
    readonly conversionCpu: number;
    readonly cpu: number;
    readonly residentMb: number;
  };
}

export interface OwnRun {
  /** Hit → how often it was told. */
  readonly hits: ReadonlyMap<string, number>;
  readonly events: number;
}

/** A rule and an event: its file, host, channel and record number. */
function hitKey(parts: readonly unknown[]): string {
  return JSON.stringify(parts);
}

export function channelOf(hit: string): string {
  return (JSON.parse(hit) as readonly string[])[2]!;
}

/** Installs the other engine's packages, in the versions that are pinned, into `packages`. */
export async function installPeer(packages: string): Promise<void> {
  const wanted = fileURLToPath(new URL("clients/requirements.txt", import.meta.url));
  const args = ["-m", "pip", "install", "--quiet", "--target", packages, "--requirement", wanted];
  await runCommand({ program: "python3", args, folder: packages, timeoutMs: 180_000 });
}

/** `folder` is for the run's files. */
export async function runPeer(
  packages: string,
  folder: string,
  rules: string,
  recordings: readonly string[],
): Promise<PeerRun> {
  const script = fileURLToPath(new URL("clients/sigma_to_sqlite.py", import.meta.url));
  const output = join(folder, "peer.ndjson");
  await runCommand({
    program: "sh",
    args: ["-c", 'printf "%s\\n" "$@" | exec python3 "$0" "$RULES" "$OUTPUT"', script, ...recordings],
    folder,
    environment: {
      PYTHONPATH: packages,
      PYTHONDONTWRITEBYTECODE: "1",
      PYTHONUTF8: "1",
      RULES: rules,
      OUTPUT: output,
    },
    timeoutMs: 240_000,
  });
  const hits = new Map<string, Set<string>>();
  const run = { hits, rules: new Set<string>(), refused: [] as PeerRun["refused"][number][] };
  let summary: PeerRun["summary"] | undefined;
  for await (const line of createInterface({ input: createReadStream(output) })) {
    const entry = JSON.parse(line) as PeerLine;
    if ("hit" in entry) {
      const key = hitKey(entry.hit);
      const ways = hits.get(key) ?? new Set();
      hits.set(key, ways.add(entry.by));
    } else if ("refused" in entry)
      run.refused.push({ rule: entry.refused, pipeline: entry.pipeline, why: entry.why });
    else if ("rules" in entry) for (const rule of entry.rules) run.rules.add(rule);
    else summary = entry.summary;
  }
  if (summary === undefined) throw new Error("the other engine's output has no summary");
  return { ...run, summary };
}

type PeerLine =
  | { readonly hit: readonly [string, string, string, number, string]; readonly by: string }
  | { readonly refused: string; readonly pipeline: string; readonly why: string }
  | { readonly rules: readonly string[] }
  | { readonly summary: PeerRun["summary"] };

interface OwnLine {
  readonly kind: "hit" | "summary";
  readonly file: string;
  readonly host: string;
  readonly channel: string;
  readonly recordId: number;
  readonly rule: { readonly id: string };
  readonly events: number;
}

/** Hits of the rules that the other engine has. */
export async function runSpoor(
  folder: string,
  rules: string,
  recordings: readonly string[],
  compared: ReadonlySet<string>,
): Promise<OwnRun> {
  const spoor = fileURLToPath(new URL("../../../bin/spoor", import.meta.url));
  const output = join(folder, "spoor.ndjson");
  const argv = [spoor, "scan", "--json", "--rules", rules, ...recordings];
  await runCommand({
    program: "sh",
    args: ["-c", 'exec "$0" "$@" > "$OUTPUT"', process.execPath, ...argv],
    folder,
    environment: { OUTPUT: output },
    timeoutMs: 120_000,
  });
  const hits = new Map<string, number>();
  let events = 0;
  for await (const line of createInterface({ input: createReadStream(output) })) {
    const entry = JSON.parse(line) as OwnLine;
    if (entry.kind === "summary") events = entry.events;
    else if (compared.has(entry.rule.id)) {
      const { file, host, channel, recordId, rule } = entry;
      const key = hitKey([file, host, channel, recordId, rule.id]);
      hits.set(key, (hits.get(key) ?? 0) + 1);
    }
  }
  return { hits, events };
}
