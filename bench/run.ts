/**
 * Benchmarks: `npm run bench -- recipe [--events N] [--file F] [--seed S] [--dir D] [--json]`. Figures are compared with
 * something measured in the same run, never alone. Start it under `taskset -c 0` for one core.
 */
import { parseArgs } from "node:util";
import { benchRecipe } from "./recipe.ts";

const USAGE = `usage: npm run bench -- recipe [options]

  --events N   events to run, default 1,000,000 (with --file: at most so many of its lines)
  --file F     a file of events, one JSON document a line; default: events of the generated lab
  --seed S     seed of the generated lab, default 1
  --dir D      where topics and state go, default a temporary folder; it must have room for twice the events
  --json       one last line of JSON: events, eventsPerSecond, cpuSecondsPerMillion, residentMb, limitRatio
`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      events: { type: "string", default: "1000000" },
      file: { type: "string" },
      seed: { type: "string", default: "1" },
      dir: { type: "string" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const events = Number(values.events.replaceAll("_", ""));
  if (values.help || positionals[0] !== "recipe" || !Number.isInteger(events) || events < 1) {
    process.stderr.write(USAGE);
    return values.help ? 0 : 2;
  }
  await benchRecipe({
    events,
    file: values.file,
    seed: Number(values.seed),
    dir: values.dir,
    json: values.json,
  });
  return 0;
}

process.exitCode = await main();
