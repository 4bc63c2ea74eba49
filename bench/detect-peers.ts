/**
 * `spoor scan` beside an engine that registries have, over the same event logs with the same rules, each as a process of its own
 * with everything counted: start, reading of rules and events, matching. Needs Python 3; packages are installed into a
 * temporary folder. Which hits they have is another matter: `test/interop/detect` compares them one by one.
 */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { logPaths } from "./evtx-pass.ts";

export interface PeersBenchOptions {
  /** A log or a folder of logs; default: the recorded logs beside the repository. */
  readonly file: string | undefined;
  /** An archive of rules; default: the published ones beside the repository. */
  readonly rules: string | undefined;
  readonly json: boolean;
}

/** What a run took. */
interface Took {
  readonly cpu: number;
  readonly seconds: number;
  readonly residentMb: number;
}

interface Measured extends Took {
  readonly engine: string;
  readonly rules: number;
  readonly events: number;
  readonly hits: number;
}

const SHARED = process.env["SPOOR_SHARED"] ?? join(import.meta.dirname, "../../shared");
const SPOOR = fileURLToPath(new URL("../bin/spoor", import.meta.url));
const PEER = fileURLToPath(new URL("../test/interop/detect/clients/", import.meta.url));
const MEASURED_RUN = fileURLToPath(new URL("measured-run.py", import.meta.url));
const OUTPUT_MAX = 1 << 26;

/** @throws Error where there are no logs or rules, or an engine fails */
export async function benchDetectPeers(options: PeersBenchOptions): Promise<void> {
  const logs = logPaths(options.file ?? join(SHARED, "data/evtx"));
  const rules = options.rules ?? join(SHARED, "data/sigma/rules.tar.gz");
  if (!existsSync(rules)) throw new Error(`no rules at '${rules}': name an archive with --rules`);
  const folder = mkdtempSync(join(tmpdir(), "spoor-peers-"));
  try {
    const measured = [await benchSpoor(folder, rules, logs), await benchPySigma(folder, rules, logs)];
    process.stdout.write(options.json ? `${JSON.stringify(measured)}\n` : tableText(measured));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The second of two runs, as with the others: the first reads files from disk and may compile. */
async function measuredTwice(argv: readonly string[], output: string, stdin: string): Promise<Took> {
  const run = async (): Promise<Took> => {
    const { stdout } = await promisify(execFile)("python3", [MEASURED_RUN, output, stdin, ...argv], {
      maxBuffer: OUTPUT_MAX,
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1", PYTHONUTF8: "1" },
    });
    return JSON.parse(stdout.trim().split("\n").at(-1)!) as Took;
  };
  await run();
  return await run();
}

async function benchSpoor(folder: string, rules: string, logs: readonly string[]): Promise<Measured> {
  const output = join(folder, "spoor.ndjson");
  const argv = [process.execPath, SPOOR, "scan", "--json", "--rules", rules, ...logs];
  const took = await measuredTwice(argv, output, "");
  const summary = JSON.parse(lines(output).at(-1)!) as { rules: number; events: number; hits: number };
  const { events, hits } = summary;
  return { engine: "spoor scan", rules: summary.rules, events, hits, ...took };
}

async function benchPySigma(folder: string, rules: string, logs: readonly string[]): Promise<Measured> {
  const packages = join(folder, "packages");
  mkdirSync(packages);
  const install = ["-m", "pip", "install", "--quiet", "--target", packages];
  await promisify(execFile)("python3", [...install, "--requirement", join(PEER, "requirements.txt")]);
  const [output, list] = [join(folder, "pysigma.ndjson"), join(folder, "logs.txt")];
  writeFileSync(list, logs.join("\n"));
  const argv = ["env", `PYTHONPATH=${packages}`, "python3", join(PEER, "sigma_to_sqlite.py"), rules, output];
  const took = await measuredTwice([...argv, "--published"], join(folder, "said"), list);
  const found = lines(output).map((line) => JSON.parse(line) as { hit?: unknown; summary?: PeerSummary });
  const { rules: count, events } = found.at(-1)!.summary!;
  const hits = found.filter(({ hit }) => hit !== undefined).length;
  return { engine: "pySigma and SQLite", rules: count, events, hits, ...took };
}

interface PeerSummary {
  readonly rules: number;
  readonly events: number;
}

function lines(path: string): string[] {
  return readFileSync(path, "utf8").trimEnd().split("\n");
}

function tableText(measured: readonly Measured[]): string {
  const head = "| engine | rules read | events | hits | CPU s | seconds | events a CPU s | most memory, MB |";
  const rows = measured.map(({ engine, rules, events, hits, cpu, seconds, residentMb }) => {
    const figures = [
      rules,
      events,
      hits,
      cpu.toFixed(1),
      seconds.toFixed(1),
      Math.round(events / cpu),
      residentMb,
    ];
    return `| ${[engine, ...figures.map((cell) => (typeof cell === "number" ? cell.toLocaleString("en") : cell))].join(" | ")} |`;
  });
  return `${[head, "|---|---|---|---|---|---|---|---|", ...rows].join("\n")}\n`;
}
