/** A connector as its statement made it. */
import { didYouMean } from "../../base/nearest.ts";
import { DELTA_CLASS, readDeltaSinkSettings } from "../../connect/delta/delta-sink-settings.ts";
import type { DeltaSinkSettings } from "../../connect/delta/delta-sink-settings.ts";
import type { SinkClass } from "../../connect/delivery/receiver.ts";
import { connectErrors } from "../../connect/errors.ts";
import { literalSecrets, shownProperties } from "../../connect/settings/shown-properties.ts";
import { SINK_CLASSES, planDelivery } from "../../connect/sink-classes.ts";

/** What a class makes of a connector's properties. */
export type ConnectorKind =
  | { readonly kind: "delta"; readonly settings: DeltaSinkSettings }
  /** Its properties are read again, with their references looked up, when it starts. */
  | { readonly kind: "delivery"; readonly sinkClass: SinkClass };

export interface ConnectorDefinition {
  readonly name: string;
  /** As they were given, by name in lower case. */
  readonly properties: ReadonlyMap<string, string>;
  /** The same, without what is secret. */
  readonly shown: Readonly<Record<string, string>>;
  /** Properties with a secret in the statement's own text. */
  readonly literalSecrets: readonly string[];
  readonly className: string;
  readonly topics: readonly string[];
  readonly runs: ConnectorKind;
}

/** What SHOW CONNECTOR PLUGINS lists. */
export const CONNECTOR_CLASSES: readonly { readonly className: string; readonly type: "sink" }[] = [
  DELTA_CLASS,
  ...SINK_CLASSES.map(({ className }) => className),
].map((className) => ({ className, type: "sink" }));

/** @throws SpoorError CONNECT_UNKNOWN_CLASS, CONNECT_BAD_PROPERTY */
export function defineConnector(
  name: string,
  direction: "SOURCE" | "SINK",
  properties: ReadonlyMap<string, string>,
): ConnectorDefinition {
  const given = properties.get("connector.class");
  if (given === undefined)
    throw connectErrors.BAD_PROPERTY({
      message: "a connector needs the property 'connector.class'",
      hint: `'connector.class'='${DELTA_CLASS}' writes Delta tables; SHOW CONNECTOR PLUGINS lists the others`,
    });
  const className = given.toLowerCase();
  const known = CONNECTOR_CLASSES.map((each) => each.className);
  if (!known.includes(className) || direction !== "SINK") throw unknownClass(given, direction, known);
  if (className === DELTA_CLASS) {
    const settings = readDeltaSinkSettings(properties);
    const shown = Object.fromEntries(properties);
    const runs = { kind: "delta", settings } as const;
    return { name, properties, shown, literalSecrets: [], className, topics: settings.topics, runs };
  }
  const sinkClass = SINK_CLASSES.find((each) => each.className === className)!;
  const { reader, settings } = planDelivery(sinkClass, name, properties);
  return {
    name,
    properties,
    shown: shownProperties(properties, reader.secrets),
    literalSecrets: literalSecrets(properties, reader.secrets),
    className,
    topics: settings.topics,
    runs: { kind: "delivery", sinkClass },
  };
}

function unknownClass(given: string, direction: "SOURCE" | "SINK", known: readonly string[]): Error {
  const isDirection = known.includes(given.toLowerCase());
  return connectErrors.UNKNOWN_CLASS({
    message: isDirection
      ? `class '${given}' is a sink, not a source`
      : `there is no ${direction.toLowerCase()} connector of class '${given}'`,
    detail: "Spoor runs no connectors of Kafka Connect; those reach it over the Kafka protocol",
    hint: isDirection
      ? "write CREATE SINK CONNECTOR"
      : (didYouMean(given, known) ?? `sinks: ${known.join(", ")}; there are no sources`),
  });
}
