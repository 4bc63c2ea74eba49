/** The classes of sinks that carry records out; class `delta`, which makes tables of them, is apart. */
import { readDeliverySettings } from "./delivery/delivery-settings.ts";
import type { DeliveryPlan } from "./delivery/delivery-task.ts";
import type { SinkClass } from "./delivery/receiver.ts";
import { elasticsearchClass } from "./elasticsearch/elasticsearch-sink.ts";
import { fileClass } from "./file/file-sink.ts";
import { PropertyReader } from "./settings/property-reader.ts";
import { smtpClass } from "./smtp/smtp-sink.ts";
import { syslogClass } from "./syslog/syslog-sink.ts";
import { topicClass } from "./topic/topic-sink-class.ts";
import { webhookClass } from "./webhook/webhook-sink.ts";

export const SINK_CLASSES: readonly SinkClass[] = [
  webhookClass,
  smtpClass,
  syslogClass,
  fileClass,
  elasticsearchClass,
  topicClass,
];

/**
 * A connector's properties, read and checked.
 * @param properties by name in lower case; where references are not looked up yet, the plan is good for its topics only
 * @throws SpoorError CONNECT_BAD_PROPERTY
 */
export function planDelivery(
  sinkClass: SinkClass,
  name: string,
  properties: ReadonlyMap<string, string>,
): DeliveryPlan & { readonly reader: PropertyReader } {
  const reader = new PropertyReader(sinkClass.className, properties);
  const settings = readDeliverySettings(name, reader);
  const sink = sinkClass.configure(reader);
  reader.finish();
  return { settings, sink, reader };
}
