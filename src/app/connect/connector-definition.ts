/** A connector as its statement made it. */
import { didYouMean } from "../../base/nearest.ts";
import { DELTA_CLASS, readDeltaSinkSettings } from "../../connect/delta/delta-sink-settings.ts";
import type { DeltaSinkSettings } from "../../connect/delta/delta-sink-settings.ts";
import { connectErrors } from "../../connect/errors.ts";

export interface ConnectorDefinition {
  readonly name: string;
  /** As they were given, by name in lower case. */
  readonly properties: ReadonlyMap<string, string>;
  readonly className: string;
  readonly settings: DeltaSinkSettings;
}

/** What SHOW CONNECTOR PLUGINS lists. */
export const CONNECTOR_CLASSES = [{ className: DELTA_CLASS, type: "sink" }] as const;

/** @throws SpoorError CONNECT_UNKNOWN_CLASS, CONNECT_BAD_PROPERTY */
export function defineConnector(
  name: string,
  direction: "SOURCE" | "SINK",
  properties: ReadonlyMap<string, string>,
): ConnectorDefinition {
  const className = properties.get("connector.class");
  if (className === undefined)
    throw connectErrors.BAD_PROPERTY({
      message: "a connector needs the property 'connector.class'",
      hint: `'connector.class'='${DELTA_CLASS}' writes Delta tables`,
    });
  const known = CONNECTOR_CLASSES.map((each) => each.className);
  if (className.toLowerCase() !== DELTA_CLASS || direction !== "SINK") {
    const isDirection = className.toLowerCase() === DELTA_CLASS;
    throw connectErrors.UNKNOWN_CLASS({
      message: isDirection
        ? "class 'delta' is a sink, not a source"
        : `there is no ${direction.toLowerCase()} connector of class '${className}'`,
      detail: "Spoor runs no connectors of Kafka Connect; those reach it over the Kafka protocol",
      hint: isDirection
        ? "write CREATE SINK CONNECTOR"
        : (didYouMean(className, known) ?? `sinks: ${known.join(", ")} (Delta tables); there are no sources`),
    });
  }
  return { name, properties, className: DELTA_CLASS, settings: readDeltaSinkSettings(properties) };
}
