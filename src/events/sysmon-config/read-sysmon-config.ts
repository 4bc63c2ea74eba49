/**
 * Reads Sysmon's configuration XML for its rules and their names. Elements are those of Sysinternals' documentation:
 * `Sysmon` > `EventFiltering` > (`RuleGroup` >) an event's filter with `onmatch` > conditions, or `Rule` > conditions. What
 * else stands in the file (hashes, archive folder) is passed over. Nothing outside the file is read: XML entities other than
 * the five of XML are errors.
 */
import { SaxesParser } from "saxes";
import type { ErrorPlace, Span } from "../../base/errors.ts";
import { sysmonConfigErrors } from "./errors.ts";
import type { RuleMatch, SysmonConfig, SysmonRule } from "./sysmon-config.ts";

/** The largest public configurations have under one MiB. */
const CONFIG_BYTES_MAX = 64 << 20;
const DEPTH_MAX = 32;

/**
 * The text of a configuration's file: UTF-8, or UTF-16 with its byte order mark, as Windows editors write it.
 * @throws SpoorError SYSMON_CONFIG_TOO_LARGE
 */
export function sysmonConfigText(bytes: Buffer, file: string): string {
  if (bytes.length > CONFIG_BYTES_MAX) {
    throw sysmonConfigErrors.CONFIG_TOO_LARGE({
      message: `'${file}' is too large for a Sysmon configuration`,
      detail: `it has ${bytes.length} bytes, over the ${CONFIG_BYTES_MAX} that are read`,
    });
  }
  const utf16 =
    bytes[0] === 0xff && bytes[1] === 0xfe
      ? "utf-16le"
      : bytes[0] === 0xfe && bytes[1] === 0xff
        ? "utf-16be"
        : undefined;
  return new TextDecoder(utf16 ?? "utf-8").decode(bytes);
}

/** @throws SpoorError SYSMON_CONFIG_DAMAGED, with its place */
export function readSysmonConfig(text: string, file: string): SysmonConfig {
  const reading = new ConfigReading(text, file);
  return reading.read();
}

/** An element that is open: what is inside it needs these. */
interface OpenElement {
  readonly name: string;
  readonly start: number;
  attributes: Readonly<Record<string, string>>;
  nameRange: { readonly start: number; readonly end: number } | undefined;
  text: string;
  /** Where its rule stands in the list; of a group, which is completed when it ends. */
  rule: number | undefined;
}

class ConfigReading {
  readonly #text: string;
  readonly #file: string;
  readonly #parser = new SaxesParser({ xmlns: false, position: true });
  readonly #open: OpenElement[] = [];
  readonly #rules: SysmonRule[] = [];
  #schemaVersion: string | undefined;
  #lineStarts: readonly number[] | undefined;
  #tagStart = 0;

  constructor(text: string, file: string) {
    this.#text = text;
    this.#file = file;
  }

  read(): SysmonConfig {
    const parser = this.#parser;
    parser.on("error", (error) => {
      throw this.#damaged(error.message.replace(/^(?:.*:)?\d+:\d+: /, "").replace(/\.$/, ""), this.#offset());
    });
    parser.on("doctype", () => {
      throw this.#damaged("it has a DOCTYPE, which Sysmon's configurations do not", this.#offset());
    });
    parser.on("opentagstart", ({ name }) => {
      if (this.#open.length === DEPTH_MAX)
        throw this.#damaged("elements are nested too deep", this.#offset());
      this.#tagStart = this.#text.lastIndexOf("<", this.#offset());
      if (this.#open.length === 0 && name !== "Sysmon")
        throw this.#damaged(`the root element is '${name}', not 'Sysmon'`, this.#tagStart);
      this.#open.push({
        name,
        start: this.#tagStart,
        attributes: {},
        nameRange: undefined,
        text: "",
        rule: undefined,
      });
    });
    parser.on("attribute", ({ name }) => {
      if (name === "name") this.#open.at(-1)!.nameRange = this.#attributeRange();
    });
    parser.on("opentag", ({ attributes }) => this.#opened(attributes));
    parser.on("text", (piece) => {
      const inner = this.#open.at(-1);
      if (inner !== undefined) inner.text += piece;
    });
    parser.on("cdata", (piece) => {
      const inner = this.#open.at(-1);
      if (inner !== undefined) inner.text += piece;
    });
    parser.on("closetag", () => this.#closed());
    parser.write(this.#text).close();
    return { schemaVersion: this.#schemaVersion, rules: this.#rules };
  }

  #opened(attributes: Readonly<Record<string, string>>): void {
    const element = this.#open.at(-1)!;
    element.attributes = attributes;
    if (this.#open.length === 1) this.#schemaVersion = attributes["schemaversion"];
    const filter = this.#filter();
    const isGroup = element.name === "RuleGroup" && this.#open[1]?.name === "EventFiltering";
    const isRule = filter !== undefined && filter !== element;
    if (!isGroup && !isRule) {
      if (filter === element) this.#joinGroup(filter);
      return;
    }
    element.rule = this.#rules.length;
    const name = attributes["name"];
    const { start, end } = element.nameRange ?? {
      start: element.start,
      end: element.start + element.name.length + 1,
    };
    this.#rules.push({
      element: element.name,
      events: filter === undefined ? [] : [filter.name],
      match: matchOf(filter?.attributes["onmatch"] ?? "exclude"),
      kind: isGroup ? "group" : element.name === "Rule" ? "rule" : "condition",
      isInsideRule: this.#open.slice(0, -1).some((outer) => outer.name === "Rule"),
      condition: attributes["condition"],
      value: "",
      name,
      span: this.#span(start, end),
    });
  }

  #closed(): void {
    const element = this.#open.pop()!;
    if (element.rule === undefined || element.name === "RuleGroup" || element.name === "Rule") return;
    this.#rules[element.rule] = { ...this.#rules[element.rule]!, value: element.text.trim() };
  }

  /** The open element that filters an event: the first below `EventFiltering`, groups aside. */
  #filter(): OpenElement | undefined {
    if (this.#open[1]?.name !== "EventFiltering") return undefined;
    return this.#open[2]?.name === "RuleGroup" ? this.#open[3] : this.#open[2];
  }

  /** Tells the group around a filter which events it takes. */
  #joinGroup(filter: OpenElement): void {
    const group = this.#open.at(-2)?.rule;
    if (group === undefined) return;
    const rule = this.#rules[group]!;
    const match = matchOf(filter.attributes["onmatch"] ?? "exclude");
    this.#rules[group] = {
      ...rule,
      events: [...rule.events, filter.name],
      match: match === "include" ? match : rule.match,
    };
  }

  /** The text between the quotes of the attribute that the parser has just read. */
  #attributeRange(): { readonly start: number; readonly end: number } {
    let end = this.#offset() - 1;
    while (end > this.#tagStart && this.#text[end] !== '"' && this.#text[end] !== "'") end--;
    const start = this.#text.lastIndexOf(this.#text[end]!, end - 1) + 1;
    return { start, end };
  }

  /** The parser counts without the byte order mark that it skips. */
  #offset(): number {
    return this.#parser.position + (this.#text.startsWith("\uFEFF") ? 1 : 0);
  }

  #span(start: number, end: number): Span {
    this.#lineStarts ??= lineStartsOf(this.#text);
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#lineStarts[middle]! <= start) low = middle;
      else high = middle - 1;
    }
    return { start, end, line: low + 1, column: start - this.#lineStarts[low]! + 1 };
  }

  #damaged(what: string, offset: number): Error {
    const start = Math.min(Math.max(0, offset - 1), this.#text.length);
    const place: ErrorPlace = { text: this.#text, file: this.#file, span: this.#span(start, start + 1) };
    return sysmonConfigErrors.CONFIG_DAMAGED({
      message: `'${this.#file}' is no Sysmon configuration: ${what}`,
      hint: "Sysmon would refuse it too; correct the XML at that place",
      place,
    });
  }
}

/** Sysmon takes a filter without `onmatch` as one that excludes. */
function matchOf(onmatch: string): RuleMatch {
  return onmatch.trim().toLowerCase() === "include" ? "include" : "exclude";
}

function lineStartsOf(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}
