/** POST /ksql/terminate: every query ends, every source goes, and the sink topics asked for are deleted. */
import type { KsqlEntity } from "../../api/entities.ts";
import type { AppContext } from "../app-context.ts";
import { isInternalTopic } from "../app-context.ts";
import { appErrors } from "../errors.ts";

const STATEMENT = "TERMINATE CLUSTER;";

export function terminateCluster(
  context: AppContext,
  deleteTopics: readonly string[],
): Promise<readonly KsqlEntity[]> {
  return context.commands.exclusively(() => terminateAll(context, deleteTopics));
}

async function terminateAll(
  context: AppContext,
  deleteTopics: readonly string[],
): Promise<readonly KsqlEntity[]> {
  const { catalog, effects, statuses, openQueries } = context;
  const patterns = deleteTopics.map(topicPattern);
  const sinks = new Set(catalog.queries().map((query) => query.plan.sink.topic));
  openQueries.closeAll();
  for (const query of catalog.queries()) {
    await context.commands.append({
      ...command(`terminate/${query.id}/execute`, `TERMINATE ${query.id};`),
      queryId: query.id,
    });
    effects.terminateQuery(query.id);
    catalog.removeQuery(query.id);
  }
  for (const source of catalog.metastore.sources()) {
    const name = `\`${source.name.replaceAll("`", "``")}\``;
    const statement = `DROP ${source.kind.toUpperCase()} ${name};`;
    await context.commands.append(command(`${source.kind}/${name}/drop`, statement));
    catalog.metastore.removeSource(source.name);
  }
  for (const { name } of catalog.connectors()) {
    await context.commands.append(command(`connector/\`${name}\`/drop`, `DROP CONNECTOR \`${name}\`;`));
    effects.stopConnector(name);
    catalog.removeConnector(name);
  }
  for (const topic of sinks) {
    if (!isInternalTopic(topic) && patterns.some((pattern) => pattern.test(topic)))
      effects.deleteTopic(topic);
  }
  await context.settled();
  const commandId = "cluster/TerminateCluster/terminate";
  const commandStatus = { status: "SUCCESS" as const, message: "Cluster terminated.", queryId: null };
  statuses.set(commandId, commandStatus);
  const commandSequenceNumber = context.commands.nextSequence - 1;
  const base = { statementText: STATEMENT, warnings: [] };
  return [{ ...base, "@type": "currentStatus", commandId, commandStatus, commandSequenceNumber }];
}

function command(commandId: string, statement: string) {
  return {
    version: 1 as const,
    commandId,
    statement,
    properties: {},
    variables: {},
    queryId: null,
    topics: {},
  };
}

/** A name, or a regular expression for the whole name. */
function topicPattern(text: string): RegExp {
  try {
    return new RegExp(`^(?:${text})$`);
  } catch (error) {
    throw appErrors.MISSING_TOPIC({
      message: `'${text}' is no topic name and no regular expression`,
      detail: error instanceof Error ? error.message : undefined,
    });
  }
}
