/**
 * Messages of RFC 5424: `<priority>1 time host application process id [structured data] text`. Header fields are printable ASCII
 * without spaces; the text is UTF-8, after a byte order mark where it is not ASCII alone, and without line breaks.
 */
import { isoTime } from "../message/alert-message.ts";
import type { Level } from "../message/level.ts";

export const FACILITIES = [
  "kern",
  "user",
  "mail",
  "daemon",
  "auth",
  "syslog",
  "lpr",
  "news",
  "uucp",
  "cron",
  "authpriv",
  "ftp",
  "ntp",
  "audit",
  "alert",
  "clock",
  "local0",
  "local1",
  "local2",
  "local3",
  "local4",
  "local5",
  "local6",
  "local7",
] as const;
export type Facility = (typeof FACILITIES)[number];

const SEVERITIES: Readonly<Record<Level, number>> = {
  critical: 2,
  high: 3,
  medium: 4,
  low: 5,
  informational: 6,
};

export interface SyslogHeader {
  readonly facility: Facility;
  readonly level: Level | undefined;
  /** −1: not known. */
  readonly timeMs: number;
  readonly host: string | null;
  readonly application: string;
  /** What kind of message it is. */
  readonly messageId: string;
  /** Enterprise parameters of the element `spoor@32473`, RFC 5612's number for examples and private use. */
  readonly parameters: Readonly<Record<string, string>>;
}

export function syslogMessage(header: SyslogHeader, text: string): Buffer {
  const { facility, level, timeMs, host, application, messageId, parameters } = header;
  const priority = FACILITIES.indexOf(facility) * 8 + SEVERITIES[level ?? "informational"];
  const data = Object.entries(parameters)
    .map(([name, value]) => ` ${name}="${escapeParameter(value)}"`)
    .join("");
  const head = [
    `<${priority}>1`,
    isoTime(timeMs) ?? "-",
    field(host, 255),
    field(application, 48),
    "-",
    field(messageId, 32),
    data === "" ? "-" : `[spoor@32473${data}]`,
  ].join(" ");
  const line = text.replaceAll(/[\r\n]+/g, " ");
  const isAscii = Buffer.byteLength(line) === line.length;
  return Buffer.from(`${head} ${isAscii ? "" : "\uFEFF"}${line}`);
}

/** RFC 5424, 6.3.3: these three are escaped in a parameter's value. */
export function escapeParameter(value: string): string {
  return value.replaceAll(/["\\\]]/g, String.raw`\$&`).replaceAll(/[\r\n]+/g, " ");
}

function field(text: string | null, max: number): string {
  const printable = (text ?? "").replaceAll(/[^\u0021-\u007E]/g, "_").slice(0, max);
  return printable === "" ? "-" : printable;
}
