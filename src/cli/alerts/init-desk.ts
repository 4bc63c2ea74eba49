/** `spoor alerts init`: the streams and tables that alerts go through. What is there already stays. */
import type { KsqlEntity } from "../../api/entities.ts";
import type { SpoorClient } from "../client/spoor-client.ts";
import { errLine, outLine } from "../io.ts";
import type { OptionValues } from "../options/option-values.ts";
import { plural } from "../render/quantity.ts";
import { askServer, deskCommand, runStatements } from "./desk-client.ts";
import {
  alertsStatement,
  deskNames,
  deskScript,
  DESK_STATEMENTS,
  eventsStatement,
  eventStreamName,
  moreAlertsStatement,
} from "./desk-script.ts";
import { spanMs } from "./time-options.ts";

export const initDesk = deskCommand(async ({ options, io }, client) => {
  const named = options.list("topic");
  const topics = named.length === 0 ? ["winlogbeat"] : [...new Set(named)];
  if (options.flag("print")) {
    outLine(io, scriptFor(topics).trimEnd());
    return undefined;
  }
  const triage = triageProperties(options);
  const { made, fed } = await makeDesk(client, topics, {
    reset: options.flag("from-now") ? "latest" : "earliest",
    triage,
  });
  if (made.length > 0) errLine(io, `made ${plural(made.length, "source")}: ${made.join(", ")}`);
  else
    errLine(io, fed > 0 ? "the desk was there already" : "the desk was there already: nothing has changed");
  if (Object.keys(triage).length > 0 && !made.includes(deskNames.cases))
    errLine(
      io,
      "! --group-by and --suppress count when a desk is made: this one keeps what it was made with",
    );
  errLine(
    io,
    `alerts come from ${topics.map((topic) => `'${topic}'`).join(", ")}; 'spoor alerts' lists cases, 'spoor alerts follow' shows what is new`,
  );
  return undefined;
});

/**
 * Makes of the desk what is not there yet.
 * @param choices `reset`: from where alerts are made of the topics' events; `triage`: settings of the desk's query alone
 * @returns the sources that were made, and how many of the topics fed the desk for the first time
 * @throws DESK_REFUSED
 */
export async function makeDesk(
  client: SpoorClient,
  topics: readonly string[],
  choices: { readonly reset: "earliest" | "latest"; readonly triage: Readonly<Record<string, string>> },
): Promise<{ readonly made: readonly string[]; readonly fed: number }> {
  const before = await sourceNames(client);
  let fed = 0;
  for (const topic of topics) if (await feedFrom(client, topic, choices.reset)) fed++;
  // Whenever the desk is made, its cases are of all alerts.
  await runStatements(client, DESK_STATEMENTS, { "auto.offset.reset": "earliest", ...choices.triage });
  const after = await sourceNames(client);
  return { made: [...after].filter((name) => !before.has(name)), fed };
}

function scriptFor([first, ...others]: readonly string[]): string {
  const more = others.flatMap((topic) => ["", eventsStatement(topic, 1), moreAlertsStatement(topic)]);
  return [deskScript(first!), ...more].join("\n");
}

/** Settings of this desk's query alone. */
function triageProperties(options: OptionValues): Record<string, string> {
  const groupBy = options.text("group-by");
  const suppress = options.text("suppress");
  return {
    ...(groupBy === undefined ? {} : { "spoor.alerts.group.by": groupBy }),
    ...(suppress === undefined ? {} : { "spoor.alerts.suppress.ms": String(spanMs(suppress, "suppress")) }),
  };
}

/** True where alerts of the topic's events were not made before. */
async function feedFrom(client: SpoorClient, topic: string, reset: string): Promise<boolean> {
  const stream = eventStreamName(topic);
  const isThere = (await client.topics()).some(({ name }) => name === topic);
  await runStatements(client, eventsStatement(topic, isThere ? undefined : 1));
  const properties = { "auto.offset.reset": reset };
  const sources = await sourceNames(client);
  if (!sources.has(deskNames.alerts)) {
    await runStatements(client, alertsStatement(topic), properties);
    return true;
  }
  const [described] = await askServer(client, `DESCRIBE ${stream};`);
  const readers = described?.["@type"] === "sourceDescription" ? described.sourceDescription.readQueries : [];
  if (readers.some(({ sinks }) => sinks.includes(deskNames.alerts))) return false;
  await runStatements(client, moreAlertsStatement(topic), properties);
  return true;
}

async function sourceNames(client: SpoorClient): Promise<ReadonlySet<string>> {
  const entities: readonly KsqlEntity[] = await askServer(client, "SHOW STREAMS; SHOW TABLES;");
  const names = entities.flatMap((entity) => {
    if (entity["@type"] === "streams") return entity.streams;
    return entity["@type"] === "tables" ? entity.tables : [];
  });
  return new Set(names.map(({ name }) => name));
}
