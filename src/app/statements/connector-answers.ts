/** The connector statements with ksqlDB's answers: CREATE and DROP, SHOW CONNECTORS, DESCRIBE CONNECTOR. */
import type { ConnectorDescriptionEntity, ConnectorsEntity } from "../../api/connector-entities.ts";
import type { KsqlEntity } from "../../api/entities.ts";
import type { CreateConnector, DescribeNamed, DropConnector, ListTarget } from "../../sql/ast-statement.ts";
import { CONNECTOR_CLASSES } from "../connect/connector-definition.ts";
import { connectorStatistics } from "../connect/connector-statistics.ts";
import { appErrors } from "../errors.ts";
import { runCatalogStatement } from "./catalog-statements.ts";
import { connectorNamed, nearConnector } from "./connectors.ts";
import { entityBase, placeIn } from "./statement-call.ts";
import type { StatementCall } from "./statement-call.ts";

/** In the words of ksqlDB's own count of tasks. Of servers that share a cluster one has a connector's task. */
const STATE_TEXTS = {
  RUNNING: "RUNNING (1/1 tasks RUNNING)",
  FAILED: "WARNING (0/1 tasks RUNNING)",
  UNASSIGNED: "UNASSIGNED (another server runs the task)",
} as const;

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
  const made = connectorNamed(statement.name, call.context.catalog.connectors());
  const config = { ...made?.shown, name: statement.name };
  const warnings = (made?.literalSecrets ?? []).map((name) => ({
    message:
      `the value of '${name}' stands in the command topic as it was written: ` +
      "write ${env:NAME} or ${file:/path:key} to keep it out",
  }));
  const tasks = [{ connector: statement.name, task: 0 }];
  const info = { name: statement.name, config, tasks, type: "sink" as const };
  return { ...entityBase(call), warnings, "@type": "connector_info", info };
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
      const state = connectors.get(name)?.runs.task.state ?? "UNASSIGNED";
      return { name, type: "sink", className, state: STATE_TEXTS[state] };
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
  const state = running?.runs.task.state ?? "UNASSIGNED";
  const trace = running?.runs.task.trace ?? "";
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
    topics: definition.topics,
    ...(running === undefined ? {} : { statistics: connectorStatistics(running) }),
  };
}
