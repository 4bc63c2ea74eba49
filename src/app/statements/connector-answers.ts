/** The connector statements with ksqlDB's answers: CREATE and DROP, SHOW CONNECTORS, DESCRIBE CONNECTOR. */
import type { ConnectorDescriptionEntity, ConnectorsEntity } from "../../api/connector-entities.ts";
import type { KsqlEntity } from "../../api/entities.ts";
import type { CreateConnector, DescribeNamed, DropConnector, ListTarget } from "../../sql/ast-statement.ts";
import { CONNECTOR_CLASSES } from "../connect/connector-definition.ts";
import type { RunningConnector } from "../connect/connectors.ts";
import { appErrors } from "../errors.ts";
import { runCatalogStatement } from "./catalog-statements.ts";
import { connectorNamed, connectorProperties, nearConnector } from "./connectors.ts";
import { entityBase, placeIn } from "./statement-call.ts";
import type { StatementCall } from "./statement-call.ts";

/** Runs CREATE and DROP; the answer is ksqlDB's, which is another than for sources. */
export async function changeConnector(
  statement: CreateConnector | DropConnector,
  call: StatementCall,
): Promise<KsqlEntity> {
  const before = connectorNamed(statement.name, call.context.catalog.connectors());
  const entity = await runCatalogStatement(statement, call);
  if (entity["@type"] !== "currentStatus") return entity;
  if (statement.kind === "drop-connector")
    return { ...entityBase(call), "@type": "drop_connector", connectorName: before?.name ?? statement.name };
  const config = { ...Object.fromEntries(connectorProperties(statement)), name: statement.name };
  const tasks = [{ connector: statement.name, task: 0 }];
  const info = { name: statement.name, config, tasks, type: "sink" as const };
  return { ...entityBase(call), "@type": "connector_info", info };
}

export function showConnectors(
  target: Extract<ListTarget, "CONNECTORS" | "SOURCE CONNECTORS" | "SINK CONNECTORS">,
  call: StatementCall,
): ConnectorsEntity {
  const { catalog, connectors } = call.context;
  const definitions = target === "SOURCE CONNECTORS" ? [] : catalog.connectors();
  return {
    ...entityBase(call),
    "@type": "connector_list",
    connectors: definitions.map(({ name, className }) => {
      const state = connectors.get(name)?.task.state ?? "UNASSIGNED";
      const running = state === "RUNNING" ? 1 : 0;
      const text = running === 1 ? "RUNNING (1/1 tasks RUNNING)" : `WARNING (${running}/1 tasks RUNNING)`;
      return { name, type: "sink", className, state: text };
    }),
  };
}

export function showConnectorPlugins(call: StatementCall): KsqlEntity {
  const { version } = call.context.settings;
  return {
    ...entityBase(call),
    "@type": "connector_plugins_list",
    connectorsPlugins: CONNECTOR_CLASSES.map((plugin) => ({ ...plugin, version })),
  };
}

/** @throws APP_UNKNOWN_CONNECTOR */
export function describeConnector(statement: DescribeNamed, call: StatementCall): ConnectorDescriptionEntity {
  const { catalog, connectors, settings } = call.context;
  const definition = connectorNamed(statement.name, catalog.connectors());
  if (definition === undefined) {
    throw appErrors.UNKNOWN_CONNECTOR({
      message: `connector '${statement.name}' does not exist`,
      hint: nearConnector(statement.name, catalog.connectors()),
      place: placeIn(call, statement.span),
    });
  }
  const { name, className } = definition;
  const running = connectors.get(name);
  const state = running?.task.state ?? "UNASSIGNED";
  const trace = running?.task.trace ?? "";
  const worker = settings.advertised;
  return {
    ...entityBase(call),
    "@type": "connector_description",
    connectorClass: className,
    status: {
      name,
      connector: { state: "RUNNING", worker_id: worker, trace: "" },
      tasks: [{ id: 0, state, worker_id: worker, trace }],
      type: "sink",
    },
    sources: [],
    topics: definition.settings.topics,
    ...(running === undefined ? {} : { statistics: statisticsOf(running) }),
  };
}

/** What a hunter asks of a sink: is everything there, and what is not. */
function statisticsOf({ task }: RunningConnector): Readonly<Record<string, string>> {
  const lines: Record<string, string> = {};
  for (const { topic, figures, leftovers, ...sink } of task.sinks.map((each) => ({
    topic: each.topic,
    figures: each.figures,
    leftovers: each.leftovers,
    lag: each.lag(),
  }))) {
    const left = [...leftovers].map(([reason, count]) => `${reason} ${count}`).join(", ");
    lines[topic] = [
      `${figures.recordsRead} records read`,
      `${figures.rowsWritten} rows in ${figures.commits} commits`,
      `lag ${sink.lag ?? "unknown: no such topic"}`,
      ...(figures.recordsLost === 0 ? [] : [`${figures.recordsLost} deleted before they were read`]),
      ...(left === "" ? [] : [`not in silver: ${left}`]),
    ].join("; ");
  }
  return lines;
}
