/** Runs saved hunts as they stand, over the captures they were written for: `npm run hunts -- --help`. */
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { readHunts } from "./hunt-records.ts";
import type { HuntRecord } from "./hunt-records.ts";
import { parseHunts, runHunts, savedTableDifference } from "./hunt-run.ts";
import type { Tally } from "./hunt-run.ts";

const USAGE = `npm run hunts -- [--dir DIR] [--json] [--only TEXT]

Runs the hunts of DIR/playbook unchanged: hunts-executed.jsonl against their saved tables,
hunts-current.jsonl for errors, apt29-evals-sql.jsonl through the translation and the parser.
  --dir DIR    a folder with playbook/, winlogbeat/ and windows/ (default ../shared/data, or SPOOR_SHARED)
  --json       the last line is {"passed": N, "total": N, "stale": N}
  --only TEXT  hunts whose name contains the text
`;

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function report(what: string, { passed, total, stale, failures }: Tally): void {
  for (const { name, reason } of failures) say(`FAILED ${name}\n  ${reason}`);
  say(`${what}: ${passed} of ${total}${stale > 0 ? ` (${stale} more are stale)` : ""}`);
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      dir: { type: "string" },
      json: { type: "boolean", default: false },
      only: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    say(USAGE);
    return 0;
  }
  const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
  const shared = process.env["SPOOR_SHARED"] ?? join(root, "..", "shared");
  const dir = resolve(values.dir ?? join(shared, "data"));
  const hunts = (name: string): HuntRecord[] => {
    const file = join(dir, "playbook", name);
    const all = existsSync(file) ? readHunts(file) : [];
    return all.filter(({ hunt }) => values.only === undefined || hunt?.includes(values.only) === true);
  };
  const executed = hunts("hunts-executed.jsonl");
  if (executed.length === 0) {
    process.stderr.write(`no hunts in ${join(dir, "playbook", "hunts-executed.jsonl")}\n`);
    return 2;
  }
  const tally = await runHunts(dir, executed, savedTableDifference);
  const current = await runHunts(dir, hunts("hunts-current.jsonl"), () => undefined);
  const parsed = await parseHunts(hunts("apt29-evals-sql.jsonl"));
  report("current hunts that run", current);
  report("APT29 queries that parse", parsed);
  report("hunts with the saved table", tally);
  const { passed, total, stale } = tally;
  if (values.json) say(JSON.stringify({ passed, total, stale }));
  return tally.failures.length + current.failures.length + parsed.failures.length === 0 ? 0 : 1;
}

process.exitCode = await main();
