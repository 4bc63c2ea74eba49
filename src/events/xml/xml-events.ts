import { TextDecoder } from "node:util";
import { SpoorError } from "../../base/errors.ts";
import type { ByteStream } from "../files/byte-stream.ts";
import { eventDocument } from "../shapes/event-document.ts";
import type { RawEvent } from "../shapes/raw-event.ts";
import { readEventXml } from "./read-event-xml.ts";
import { XmlEventCutter } from "./xml-event-cutter.ts";
import type { XmlPiece } from "./xml-event-cutter.ts";

/** Text of an XML file that gave no event. */
export interface XmlDamage {
  /** From 1. */
  readonly line: number;
  readonly column: number;
  readonly reason: string;
  readonly excerpt: string;
}

export type XmlDamageSink = (damage: XmlDamage) => void;

export interface XmlOptions {
  /** An event of more characters is given up. */
  readonly lengthMax: number;
}

const EXCERPT_LENGTH = 120;
const FAULTS: Readonly<Record<Exclude<XmlPiece["fault"], "none">, string>> = {
  "no end": "the event has no end tag",
  "too long": "the event is too long",
  stray: "stands between events",
};

/**
 * The events of a text of `Event` elements, with or without a root around them, as they become complete; memory is one
 * event's. Bytes are UTF-8, or in the encoding that the XML declaration names; what is no valid text in it becomes U+FFFD. What
 * gives no event is told to `damage`, with its place, and left out.
 */
export async function* xmlEvents(
  source: ByteStream,
  damage: XmlDamageSink,
  { lengthMax }: XmlOptions,
): AsyncGenerator<readonly RawEvent[], void, undefined> {
  const cutter = new XmlEventCutter(lengthMax);
  let decoder: TextDecoder | undefined;
  for await (const bytes of source) {
    decoder ??= declaredDecoder(bytes);
    yield events(cutter.push(decoder.decode(bytes, { stream: true })), damage);
  }
  if (decoder !== undefined) yield events(cutter.push(decoder.decode()), damage);
  yield events(cutter.finish(), damage);
}

/** The same events as documents, one a line; see `eventDocument`. */
export async function* xmlLines(
  source: ByteStream,
  damage: XmlDamageSink,
  options: XmlOptions,
): AsyncGenerator<Buffer, void, undefined> {
  for await (const some of xmlEvents(source, damage, options)) {
    let lines = "";
    for (const event of some) lines += `${eventDocument(event)}\n`;
    if (lines !== "") yield Buffer.from(lines, "utf8");
  }
}

function events(pieces: Iterable<XmlPiece>, damage: XmlDamageSink): RawEvent[] {
  const found: RawEvent[] = [];
  for (const piece of pieces) {
    const { text, line, column, fault } = piece;
    const excerpt = text.trim().slice(0, EXCERPT_LENGTH);
    if (fault !== "none") damage({ line, column, reason: FAULTS[fault], excerpt });
    else {
      try {
        found.push(readEventXml(text, piece));
      } catch (error) {
        if (!(error instanceof SpoorError)) throw error;
        damage({ line, column, reason: `${error.message} at ${error.detail}`, excerpt });
      }
    }
  }
  return found;
}

/** UTF-16 has been turned into UTF-8 by whoever read the file, whatever the declaration says. */
function declaredDecoder(head: Buffer): TextDecoder {
  const declared = /^(?:\xef\xbb\xbf)?\s*<\?xml[^>]*encoding=["']([\w.:-]+)["']/.exec(
    head.toString("latin1", 0, 200),
  )?.[1];
  if (declared === undefined || /^utf-?16/i.test(declared)) return new TextDecoder();
  try {
    return new TextDecoder(declared);
  } catch {
    return new TextDecoder();
  }
}
