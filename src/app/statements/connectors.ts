/** CREATE SINK CONNECTOR, DROP CONNECTOR: changes of the catalog. */
import { SpoorError } from "../../base/errors.ts";
import { didYouMean } from "../../base/nearest.ts";
import { placeOf } from "../../plan/plan-context.ts";
import type { Literal } from "../../sql/ast-expression.ts";
import type { CreateConnector, DropConnector } from "../../sql/ast-statement.ts";
import { defineConnector } from "../connect/connector-definition.ts";
import type { ConnectorDefinition } from "../connect/connector-definition.ts";
import { appErrors } from "../errors.ts";
import { commandId } from "./catalog-change.ts";
import type { ChangeScope, PlannedChange } from "./catalog-change.ts";

export function planCreateConnector(statement: CreateConnector, scope: ChangeScope): PlannedChange {
  const { name } = statement;
  const place = placeOf(scope.plan, statement.span);
  const known = connectorNamed(name, scope.catalog.connectors());
  if (known !== undefined) {
    const message = `connector '${known.name}' already exists`;
    if (statement.ifNotExists) return { kind: "none", message };
    const hint = `DROP CONNECTOR ${name}; or CREATE … CONNECTOR IF NOT EXISTS`;
    throw appErrors.CONNECTOR_EXISTS({ message, hint, place });
  }
  let definition: ConnectorDefinition;
  try {
    definition = defineConnector(name, statement.direction, connectorProperties(statement));
  } catch (error) {
    throw error instanceof SpoorError ? error.at(place) : error;
  }
  return {
    kind: "change",
    commandId: commandId("connector", name, "create"),
    message: `Created connector ${name}`,
    apply: (catalog, effects) => {
      catalog.putConnector(definition);
      effects.startConnector(definition);
    },
  };
}

/** The tables stay. */
export function planDropConnector(statement: DropConnector, scope: ChangeScope): PlannedChange {
  const all = scope.catalog.connectors();
  const known = connectorNamed(statement.name, all);
  if (known === undefined) {
    const message = `connector '${statement.name}' does not exist`;
    if (statement.ifExists) return { kind: "none", message };
    throw appErrors.UNKNOWN_CONNECTOR({
      message,
      hint: nearConnector(statement.name, all),
      place: placeOf(scope.plan, statement.span),
    });
  }
  return {
    kind: "change",
    commandId: commandId("connector", known.name, "drop"),
    message: `Dropped connector "${known.name}"`,
    apply: (catalog, effects) => {
      catalog.removeConnector(known.name);
      effects.stopConnector(known.name);
    },
  };
}

/** Property names are in lower case: where they are not quoted, the parser has made them upper. */
export function connectorProperties({ properties }: CreateConnector): ReadonlyMap<string, string> {
  return new Map(properties.map(({ name, value }) => [name.toLowerCase(), literalText(value)]));
}

function literalText(value: Literal): string {
  if (value.kind === "null-literal") return "";
  return "text" in value ? value.text : String(value.value);
}

/** Names without quotes were upper-cased by the parser. */
export function connectorNamed<T extends { readonly name: string }>(
  name: string,
  all: readonly T[],
): T | undefined {
  return (
    all.find((each) => each.name === name) ??
    all.find((each) => each.name.toUpperCase() === name.toUpperCase())
  );
}

export function nearConnector(name: string, all: readonly { readonly name: string }[]): string {
  const names = all.map((each) => each.name);
  return didYouMean(name, names) ?? "SHOW CONNECTORS lists what there is";
}
