/** Class `file`: a line for each record in a file of this machine. Topics and records have no say in where it is. */
import { isAbsolute } from "node:path";
import { alertMessage } from "../message/alert-message.ts";
import { plainLine } from "../message/plain-message.ts";
import { hasReference } from "../settings/config-references.ts";
import type { PropertyReader } from "../settings/property-reader.ts";
import { DELIVERED, reasonOf, refused } from "../delivery/receiver.ts";
import type { ConfiguredSink, Outcome, Receiver, SinkClass } from "../delivery/receiver.ts";
import type { SinkRecord } from "../delivery/sink-record.ts";
import { jsonLine } from "../message/json-line.ts";
import { RotatedFile } from "./rotated-file.ts";
import type { RotationRule } from "./rotated-file.ts";

const FORMATS = ["json", "text"] as const;
type FileFormat = (typeof FORMATS)[number];

const BATCH_RECORDS = 1000;
const BATCH_BYTES = 4 * 1024 * 1024;
const YEAR_MS = 366 * 86_400_000;

export const fileClass: SinkClass = {
  className: "file",
  target: "a file of this machine",
  configure(properties): ConfiguredSink {
    const path = pathOf(properties);
    const format = properties.oneOf("format", FORMATS, "json");
    const rule: RotationRule = {
      bytes: properties.integer("rotate.bytes", 0, 0, Number.MAX_SAFE_INTEGER),
      ageMs: properties.integer("rotate.ms", 0, 0, YEAR_MS),
      keep: properties.integer("rotate.keep", 0, 0, 100_000),
    };
    return {
      batching: { records: BATCH_RECORDS, bytes: BATCH_BYTES, lingerMs: 0 },
      inFlight: 1,
      open: ({ clock }) => new FileReceiver(new RotatedFile(path, rule, clock), format),
    };
  },
};

function pathOf(properties: PropertyReader): string {
  const path = properties.required("path", "name the file, e.g. 'path'='/var/log/spoor/alerts.json'");
  if (hasReference(path) || isAbsolute(path)) return path;
  throw properties.bad(`'${path}' is no absolute path`, "write it from the root on, as the server sees it");
}

class FileReceiver implements Receiver {
  readonly #file: RotatedFile;
  readonly #format: FileFormat;

  constructor(file: RotatedFile, format: FileFormat) {
    this.#file = file;
    this.#format = format;
  }

  async deliver(records: readonly SinkRecord[]): Promise<readonly Outcome[]> {
    const lines: Buffer[] = [];
    const outcomes = records.map((record): Outcome => {
      try {
        lines.push(this.#line(record));
        return DELIVERED;
      } catch (error) {
        return refused(error);
      }
    });
    try {
      if (lines.length > 0) await this.#file.append(Buffer.concat(lines));
      return outcomes;
    } catch (error) {
      const reason = `file '${this.#file.path}' takes nothing: ${reasonOf(error)}`;
      return outcomes.map((outcome) => (outcome.kind === "delivered" ? { kind: "retry", reason } : outcome));
    }
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  #line(record: SinkRecord): Buffer {
    if (this.#format === "text") return Buffer.from(`${plainLine(alertMessage(record))}\n`);
    return Buffer.concat([jsonLine(record), Buffer.from("\n")]);
  }
}
