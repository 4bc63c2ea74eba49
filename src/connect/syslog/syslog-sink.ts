/** Class `syslog`: a message for each record, its text CEF, JSON or a line to read. */
import { alertText } from "../message/alert-columns.ts";
import { alertMessage } from "../message/alert-message.ts";
import type { AlertMessage } from "../message/alert-message.ts";
import { cefMessage } from "../message/cef.ts";
import { jsonLine } from "../message/json-line.ts";
import { plainLine } from "../message/plain-message.ts";
import type { PropertyReader } from "../settings/property-reader.ts";
import { DELIVERED, reasonOf, refused } from "../delivery/receiver.ts";
import type { ConfiguredSink, Outcome, Receiver, ReceiverParts, SinkClass } from "../delivery/receiver.ts";
import type { SinkRecord } from "../delivery/sink-record.ts";
import { FACILITIES, syslogMessage } from "./syslog-message.ts";
import type { Facility } from "./syslog-message.ts";
import { streamTransport, udpTransport } from "./syslog-transport.ts";
import type { SyslogTarget, SyslogTransport } from "./syslog-transport.ts";

const PROTOCOLS = ["udp", "tcp", "tls"] as const;
const FORMATS = ["cef", "json", "text"] as const;
const PORTS = { udp: 514, tcp: 601, tls: 6514 };
const TIMEOUT_MS = 10_000;
const BATCH_RECORDS = 200;
const BATCH_BYTES = 512 * 1024;

interface SyslogSettings {
  readonly protocol: (typeof PROTOCOLS)[number];
  readonly format: (typeof FORMATS)[number];
  readonly facility: Facility;
  readonly application: string;
  readonly target: SyslogTarget;
}

export const syslogClass: SinkClass = {
  className: "syslog",
  target: "a syslog receiver: CEF or JSON over UDP, TCP, TLS",
  configure(properties): ConfiguredSink {
    const settings = readSettings(properties);
    return {
      batching: { records: BATCH_RECORDS, bytes: BATCH_BYTES, lingerMs: 0 },
      inFlight: 1,
      open: (parts) => new SyslogReceiver(settings, parts),
    };
  },
};

function readSettings(properties: PropertyReader): SyslogSettings {
  const protocol = properties.oneOf("syslog.protocol", PROTOCOLS, "udp");
  return {
    protocol,
    format: properties.oneOf("format", FORMATS, "cef"),
    facility: properties.oneOf("syslog.facility", FACILITIES, "local0"),
    application: properties.text("syslog.app.name") ?? "spoor",
    target: {
      host: properties.required("syslog.host", "name the receiver, e.g. 'syslog.host'='siem.example.com'"),
      port: properties.integer("syslog.port", PORTS[protocol], 1, 65_535),
      timeoutMs: properties.integer("request.timeout.ms", TIMEOUT_MS, 1, 600_000),
      caFile: properties.text("ssl.ca.location"),
    },
  };
}

class SyslogReceiver implements Receiver {
  readonly #settings: SyslogSettings;
  readonly #parts: ReceiverParts;
  readonly #transport: SyslogTransport;

  constructor(settings: SyslogSettings, parts: ReceiverParts) {
    const { protocol, target } = settings;
    this.#settings = settings;
    this.#parts = parts;
    this.#transport = protocol === "udp" ? udpTransport(target) : streamTransport(target, protocol === "tls");
  }

  async deliver(records: readonly SinkRecord[]): Promise<readonly Outcome[]> {
    const { protocol, target } = this.#settings;
    const messages: Buffer[] = [];
    const outcomes = records.map((record): Outcome => {
      try {
        messages.push(this.#message(record));
        return DELIVERED;
      } catch (error) {
        return refused(error);
      }
    });
    try {
      if (messages.length > 0) await this.#transport.send(messages);
      return outcomes;
    } catch (error) {
      const reason = `syslog ${protocol} ${target.host}:${target.port}: ${reasonOf(error)}`;
      return outcomes.map((outcome) => (outcome.kind === "delivered" ? { kind: "retry", reason } : outcome));
    }
  }

  close(): Promise<void> {
    this.#transport.close();
    return Promise.resolve();
  }

  /** @throws where it cannot be formatted, or is longer than the way allows */
  #message(record: SinkRecord): Buffer {
    const { facility, application } = this.#settings;
    const alert = alertMessage(record);
    const message = syslogMessage(
      {
        facility,
        level: alert.level,
        timeMs: alert.timeMs,
        host: alertText(alert.document, "HOST"),
        application,
        messageId: alert.document.text("KIND") ?? "record",
        parameters: { id: record.id, connector: this.#parts.connector },
      },
      this.#text(record, alert),
    );
    if (message.length <= this.#transport.bytesMax) return message;
    throw new Error(`a message of ${message.length} bytes is longer than ${this.#transport.bytesMax}`);
  }

  #text(record: SinkRecord, alert: AlertMessage): string {
    switch (this.#settings.format) {
      case "cef":
        return cefMessage(alert, this.#parts.version);
      case "json":
        return jsonLine(record).toString("utf8");
      case "text":
        return plainLine(alert);
    }
  }
}
