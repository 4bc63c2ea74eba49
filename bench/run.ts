/**
 * Benchmarks: `npm run bench -- recipe|broker|alerts|webhook|lake|evtx|detect|detect-peers [options]`. Figures are compared with something measured in the same run
 * where there is something. Start it under `taskset -c 0` for one core.
 */
import { parseArgs } from "node:util";
import { benchAlerts } from "./broker-alerts.ts";
import { benchBroker } from "./broker.ts";
import { benchDetectPeers } from "./detect-peers.ts";
import { benchDetect } from "./detect.ts";
import { benchEvtx } from "./evtx.ts";
import { benchLake } from "./lake.ts";
import { benchRecipe } from "./recipe.ts";
import { benchWebhook } from "./webhook.ts";

const USAGE = `usage: npm run bench -- recipe|broker|alerts|webhook|lake|evtx|detect|detect-peers [options]

recipe: the recipe's queries inside this process, beside JSON.parse alone
  --events N   events to run, default 1,000,000 (with --file: at most so many of its lines)
  --file F     a file of events, one JSON document a line; default: events of the generated lab

broker: produce, fetch, latency and memory of Spoor's Kafka listener, beside Apache Kafka
  --kafka S            'maven' (needs Java and Maven), or a folder with Kafka's jars; default: Spoor alone
  --seconds N          how long each measurement takes, about; default 10
  --record-bytes A,B   sizes of records, default 1024,2048
  --rounds N           how often everything is measured, default 3

alerts: the recipe from a Kafka producer to a Kafka consumer, with the latency of its joined rows
  --rate N             events a second, default 10,000; 0: as fast as they are taken
  --seconds N          how long the producer sends, after 3 s to warm up; default 20

webhook: from a Kafka producer through all rules to a receiver of webhooks, with the latency of its posts
  --rate N             events a second, default 10,000
  --seconds N          how long the producer sends, after 3 s to warm up; default 20
  --file F             a file of events, one JSON document a line; default: events of the generated lab
  --desk               alerts go through the alert desk, and its notifications are posted

evtx: Windows event logs to JSON documents, beside JSON.parse alone
  --file F             a log or a folder of logs; default: the recorded logs beside the repository
  --seconds N          how long it is measured, default 10

detect: Sigma rules from topic to topic, the matcher alone, and 'spoor scan' as a process of its own
  --stream F           events for the topic, one JSON document a line; default: events of the generated lab
  --events N           at most so many of them, default 1,000,000
  --file F             a log or a folder of logs; default: the recorded logs beside the repository
  --rules R            a file, folder or archive of rules; default: the published ones beside the repository
  --seconds N          how long each number of rules is measured, default 5

detect-peers: 'spoor scan' beside pySigma with SQLite, each as a process of its own (needs Python 3)
  --file F, --rules R  as with detect; rules as an archive

lake: events into a bronze table, beside DuckDB alone and delta-rs (needs Python's deltalake and pyarrow); z-order; questions
  --events N           default 1,000,000; the folder must have room for three times as much

for all
  --seed S     seed of the generated lab, default 1
  --dir D      where topics and state go, default a temporary folder; it must have room for twice the events
  --profile D  where the servers' CPU profiles go (broker, alerts, webhook)
  --json       one last line of JSON with the figures
`;

class UsageError extends Error {}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      events: { type: "string", default: "1000000" },
      file: { type: "string" },
      rules: { type: "string" },
      stream: { type: "string" },
      kafka: { type: "string" },
      seconds: { type: "string" },
      "record-bytes": { type: "string", default: "1024,2048" },
      rounds: { type: "string", default: "3" },
      rate: { type: "string", default: "10000" },
      desk: { type: "boolean", default: false },
      seed: { type: "string", default: "1" },
      dir: { type: "string" },
      profile: { type: "string" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const { file, kafka, dir, profile, json } = values;
  if (values.help) {
    process.stderr.write(USAGE);
    return 0;
  }
  const seconds = (usual: string): number => wholeNumber(values.seconds ?? usual, 1);
  try {
    switch (positionals[0]) {
      case "recipe":
        await benchRecipe({
          events: wholeNumber(values.events, 1),
          file,
          seed: wholeNumber(values.seed, 0),
          dir,
          json,
        });
        return 0;
      case "evtx":
        await benchEvtx({ file, seconds: seconds("10"), json });
        return 0;
      case "detect":
        await benchDetect({
          file,
          rules: values.rules,
          seconds: seconds("5"),
          stream: {
            file: values.stream,
            events: wholeNumber(values.events, 1),
            seed: wholeNumber(values.seed, 0),
            dir,
          },
          json,
        });
        return 0;
      case "detect-peers":
        await benchDetectPeers({ file, rules: values.rules, json });
        return 0;
      case "broker":
        await benchBroker({
          kafka,
          seconds: seconds("10"),
          recordBytes: values["record-bytes"].split(",").map((text) => wholeNumber(text, 8)),
          rounds: wholeNumber(values.rounds, 1),
          profile,
          dir,
          json,
        });
        return 0;
      case "lake":
        await benchLake({
          events: wholeNumber(values.events, 1),
          seed: wholeNumber(values.seed, 0),
          dir,
          json,
        });
        return 0;
      case "alerts":
        await benchAlerts({
          seconds: seconds("20"),
          eventsPerSecond: wholeNumber(values.rate, 0),
          seed: wholeNumber(values.seed, 0),
          dir,
          json,
          profile,
        });
        return 0;
      case "webhook":
        await benchWebhook({
          seconds: seconds("20"),
          eventsPerSecond: wholeNumber(values.rate, 1),
          file,
          desk: values.desk,
          seed: wholeNumber(values.seed, 0),
          dir,
          json,
          profile,
        });
        return 0;
      default:
        throw new UsageError();
    }
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(USAGE);
    return 2;
  }
}

/** @throws UsageError */
function wholeNumber(text: string, least: number): number {
  const value = Number(text.replaceAll(/[_,]/g, ""));
  if (!Number.isInteger(value) || value < least) throw new UsageError();
  return value;
}

process.exitCode = await main();
