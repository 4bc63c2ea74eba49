/** Answers of the connector statements in the words and tables of ksqlDB's CLI. */
import type { ConnectorDescriptionEntity, ConnectorEntity } from "../../api/connector-entities.ts";
import { labelled } from "./labels.ts";
import { plainTableLines } from "./plain-table.ts";

export function connectorLines(entity: ConnectorEntity, columns: number): string[] {
  switch (entity["@type"]) {
    case "connector_list":
      return plainTableLines(
        {
          headings: ["Connector Name", "Type", "Class", "Status"],
          rows: entity.connectors.map((c) => [c.name, c.type.toUpperCase(), c.className, c.state]),
        },
        columns,
      );
    case "connector_plugins_list":
      return plainTableLines(
        {
          headings: ["Class", "Type", "Version"],
          rows: entity.connectorsPlugins.map((c) => [c.className, c.type.toUpperCase(), c.version]),
        },
        columns,
      );
    case "connector_info":
      return messageLines(`Created connector ${entity.info.name}`, columns);
    case "drop_connector":
      return messageLines(`Dropped connector "${entity.connectorName}"`, columns);
    case "connector_description":
      return descriptionLines(entity, columns);
  }
}

function messageLines(text: string, columns: number): string[] {
  return plainTableLines({ headings: ["Message"], rows: [[text]] }, columns);
}

function descriptionLines(entity: ConnectorDescriptionEntity, columns: number): string[] {
  const { status, connectorClass, topics, statistics } = entity;
  const lines = [
    labelled("Name", status.name),
    labelled("Class", connectorClass),
    labelled("Type", status.type),
    labelled("State", status.connector.state),
    labelled("WorkerId", status.connector.worker_id),
  ];
  if (status.connector.trace !== "") lines.push(labelled("Trace", status.connector.trace));
  const tasks = status.tasks.map((task) => [String(task.id), task.state, task.trace]);
  lines.push("", ...plainTableLines({ headings: ["Task ID", "State", "Error Trace"], rows: tasks }, columns));
  if (topics.length > 0) {
    const rows = topics.map((topic) => [topic]);
    lines.push("", ...plainTableLines({ headings: ["Related Topics"], rows }, columns));
  }
  const facts = Object.entries(statistics ?? {});
  if (facts.length > 0) {
    lines.push(
      "",
      ...plainTableLines({ headings: ["Topic", "What became of its records"], rows: facts }, columns),
    );
  }
  return lines;
}
