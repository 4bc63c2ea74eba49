/** A record as the body of a POST, in the form that the receiver has. */
import { isAlert } from "../message/alert-columns.ts";
import { alertMessage, isoTime } from "../message/alert-message.ts";
import { discordMessage } from "../message/discord-message.ts";
import { slackMessage } from "../message/slack-message.ts";
import { teamsMessage } from "../message/teams-card.ts";
import type { SinkRecord } from "../delivery/sink-record.ts";

export const WEBHOOK_FORMATS = ["json", "slack", "teams", "discord", "raw"] as const;
export type WebhookFormat = (typeof WEBHOOK_FORMATS)[number];

/** @throws SpoorError CONNECT_BAD_RECORD */
export function webhookBody(
  format: WebhookFormat,
  record: SinkRecord,
  connector: string,
  notice: string | undefined,
): Buffer {
  switch (format) {
    case "raw":
      return record.value ?? Buffer.alloc(0);
    case "json":
      return envelope(record, connector, notice);
    case "slack":
      return Buffer.from(JSON.stringify(slackMessage(alertMessage(record, notice))));
    case "teams":
      return Buffer.from(JSON.stringify(teamsMessage(alertMessage(record, notice))));
    case "discord":
      return Buffer.from(JSON.stringify(discordMessage(alertMessage(record, notice))));
  }
}

/** Standard Webhooks' payload: type, timestamp, data. The data are the record's own bytes: no number loses a digit. */
function envelope(record: SinkRecord, connector: string, notice: string | undefined): Buffer {
  const document = record.document();
  const head = JSON.stringify({
    type: isAlert(document) ? "alert" : "record",
    timestamp: isoTime(record.timestampMs) ?? null,
    id: record.id,
    connector,
    topic: record.topic,
    partition: record.partition,
    offset: record.offset,
    key: record.key?.toString("utf8") ?? null,
    ...(notice === undefined ? {} : { notice }),
  });
  return Buffer.concat([Buffer.from(`${head.slice(0, -1)},"data":`), record.value!, Buffer.from("}")]);
}
