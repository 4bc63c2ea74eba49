import { createInterface } from "node:readline/promises";
import type { TopicEntity } from "../../api/spoor-endpoints.ts";
import { didYouMean } from "../../base/nearest.ts";
import { openClient } from "../client/open-client.ts";
import type { SpoorClient } from "../client/spoor-client.ts";
import type { CommandRun, Invocation } from "../command-definition.ts";
import { cliErrors } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import type { ExitCode } from "../exit-codes.ts";
import { errLine, outLine } from "../io.ts";
import { parseNameValues } from "../options/name-value.ts";
import { labelled } from "../render/labels.ts";
import { plainTableLines } from "../render/plain-table.ts";
import { bytesText, countText, timeText } from "../render/quantity.ts";
import { SqlOutput } from "../sql/sql-output.ts";
import { SqlSession } from "../sql/sql-session.ts";

async function withClient(
  invocation: Invocation,
  run: (client: SpoorClient) => Promise<ExitCode | undefined>,
): Promise<ExitCode> {
  const client = openClient(invocation.options);
  try {
    return (await run(client)) ?? exitCodes.ok;
  } finally {
    client.close();
  }
}

export const listTopics: CommandRun = (invocation) =>
  withClient(invocation, async (client) => {
    const { io, options } = invocation;
    const topics = (await client.topics()).filter((topic) => options.flag("all") || !topic.internal);
    if (options.flag("json")) {
      for (const topic of topics) outLine(io, JSON.stringify(topic));
      return undefined;
    }
    const rows = topics.map((topic) => [
      topic.name,
      String(topic.partitions),
      countText(topic.records),
      bytesText(topic.bytes),
      topic.lastTimestampMs === null ? "" : timeText(topic.lastTimestampMs),
      topic.sources.join(", "),
    ]);
    const headings = ["Topic", "Partitions", "Records", "Bytes", "Latest record", "Read as"];
    for (const line of plainTableLines({ headings, rows }, io.columns())) outLine(io, line);
    if (topics.length === 0) {
      errLine(io, "no topics yet: 'spoor ingest <file> --create' makes one");
    }
    return undefined;
  });

export const describeTopic: CommandRun = (invocation) =>
  withClient(invocation, async (client) => {
    const { io, options } = invocation;
    const topic = findTopic(await client.topics(), invocation.arguments[0]!);
    if (options.flag("json")) {
      outLine(io, JSON.stringify(topic));
      return undefined;
    }
    const last = topic.lastTimestampMs;
    const sources = topic.sources.length === 0 ? "no stream or table yet" : topic.sources.join(", ");
    outLine(io, labelled("Name", topic.name));
    outLine(io, labelled("Partitions", `${topic.partitions} (replicas: ${topic.replicas})`));
    outLine(io, labelled("Records", countText(topic.records)));
    outLine(io, labelled("Bytes", bytesText(topic.bytes)));
    outLine(io, labelled("Latest record", last === null ? "none" : timeText(last)));
    outLine(io, labelled("Read as", sources));
    for (const [name, value] of Object.entries(topic.config)) outLine(io, labelled(name, value));
    return undefined;
  });

export const createTopic: CommandRun = (invocation) =>
  withClient(invocation, async (client) => {
    const { io, options } = invocation;
    const answer = await client.createTopic({
      name: invocation.arguments[0]!,
      partitions: options.requiredNumber("partitions"),
      config: Object.fromEntries(parseNameValues(options.list("topic-config"), "topic-config")),
      ifNotExists: options.flag("if-not-exists"),
    });
    const { name, partitions } = answer.topic;
    if (options.flag("json")) outLine(io, JSON.stringify(answer));
    else
      errLine(
        io,
        answer.created ? `made '${name}' (partitions: ${partitions})` : `'${name}' was there already`,
      );
    return undefined;
  });

export const deleteTopic: CommandRun = (invocation) =>
  withClient(invocation, async (client) => {
    const { io, options } = invocation;
    const topic = findTopic(await client.topics(), invocation.arguments[0]!);
    if (!options.flag("yes") && !(await confirmed(invocation, topic))) {
      errLine(io, "nothing was deleted");
      return exitCodes.failed;
    }
    const answer = await client.deleteTopic(topic.name);
    if (options.flag("json")) outLine(io, JSON.stringify(answer));
    else errLine(io, `deleted '${answer.deleted}' (${countText(topic.records)} records)`);
    return undefined;
  });

async function confirmed({ io, interrupted }: Invocation, topic: TopicEntity): Promise<boolean> {
  if (!io.stdinIsTerminal) {
    throw cliErrors.BAD_ARGUMENTS({
      message: `deleting '${topic.name}' needs --yes where nobody can be asked`,
      hint: `spoor topics delete ${topic.name} --yes`,
    });
  }
  const lines = createInterface({ input: io.stdin, output: io.promptStream });
  const question = `Delete '${topic.name}' with its ${countText(topic.records)} records? [y/N] `;
  const answer = await lines.question(question, { signal: interrupted }).catch(() => "");
  lines.close();
  return /^y(?:es)?$/i.test(answer.trim());
}

/** PRINT, through the same code as the statement. */
export const printTopic: CommandRun = (invocation) =>
  withClient(invocation, async (client) => {
    const { io, options, interrupted, workingDirectory } = invocation;
    const interval = options.number("interval");
    const limit = options.number("limit");
    const words = [
      `PRINT '${invocation.arguments[0]!.replaceAll("'", "''")}'`,
      options.flag("from-beginning") ? "FROM BEGINNING" : "",
      interval === undefined ? "" : `INTERVAL ${interval}`,
      limit === undefined ? "" : `LIMIT ${limit}`,
    ];
    const session = new SqlSession(client, new SqlOutput(io, "tabular"), {
      workingDirectory,
      interrupted,
      queryTimeoutMs: undefined,
      queryRowLimit: undefined,
    });
    await session.execute(`${words.filter((word) => word !== "").join(" ")};`);
    return interrupted.aborted ? exitCodes.interrupted : undefined;
  });

function findTopic(topics: readonly TopicEntity[], name: string): TopicEntity {
  const found = topics.find((topic) => topic.name === name);
  if (found !== undefined) return found;
  const names = topics.map((topic) => topic.name);
  throw cliErrors.SERVER_REFUSED({
    message: `there is no topic '${name}'`,
    hint: didYouMean(name, names) ?? "'spoor topics' lists them",
  });
}
