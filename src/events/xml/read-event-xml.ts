import { SaxesParser } from "saxes";
import { eventErrors } from "../errors.ts";
import type { RawEvent } from "../shapes/raw-event.ts";
import { rawEventOf } from "./element-event.ts";
import { NO_ATTRIBUTES, NO_CHILDREN } from "./event-element.ts";
import type { EventAttribute, EventElement } from "./event-element.ts";

/** Where a text stands in its file; line and column from 1. */
export interface XmlPlace {
  readonly line: number;
  readonly column: number;
}

const TOP: XmlPlace = { line: 1, column: 1 };
/** Elements inside elements; events have under ten. */
const DEPTH_MAX = 64;

/**
 * Reads one event's XML: the text of one `Event` element, as Windows Event Forwarding and `wevtutil qe /f:xml` give it. `place`
 * is where the text starts, for errors.
 * @throws SpoorError EVENTS_XML_DAMAGED, its detail with line and column
 */
export function readEventXml(text: string, place: XmlPlace = TOP): RawEvent {
  const element = readElement(text, place);
  if (element.name === "Event") return rawEventOf(element, "wef-xml");
  throw eventErrors.XML_DAMAGED({
    message: `the root element is '${element.name}', not 'Event'`,
    detail: `line ${place.line}, column ${place.column}`,
    hint: "give each event as an Event element of the Windows Event Schema",
  });
}

interface OpenElement {
  name: string;
  attributes: readonly EventAttribute[];
  children: EventElement[];
  text: string;
}

/** The tree of a text that is one element. Prefixes of element names go; entities are those of XML. */
function readElement(text: string, place: XmlPlace): EventElement {
  const parser = new SaxesParser({ xmlns: false, position: true });
  const open: OpenElement[] = [];
  let root: EventElement | undefined;
  parser.on("error", (error) => {
    // Its own message starts with the place in this text alone.
    throw damaged(parser, place, error.message.replace(/^\d+:\d+: /, "").replace(/\.$/, ""));
  });
  parser.on("opentag", ({ name, attributes }) => {
    if (open.length === DEPTH_MAX) throw damaged(parser, place, "elements are nested too deep");
    const names = Object.keys(attributes);
    const list = names.map((each) => ({ name: each, value: attributes[each]! }));
    open.push({
      name: localName(name),
      attributes: list.length === 0 ? NO_ATTRIBUTES : list,
      children: [],
      text: "",
    });
  });
  parser.on("text", (piece) => addText(open, piece));
  parser.on("cdata", (piece) => addText(open, piece));
  parser.on("closetag", () => {
    const { name, attributes, children, text: all } = open.pop()!;
    const isLayout = children.length > 0 && all.trim() === "";
    const element = {
      name,
      attributes,
      children: children.length === 0 ? NO_CHILDREN : children,
      text: isLayout ? "" : all,
    };
    const parent = open.at(-1);
    if (parent === undefined) root = element;
    else parent.children.push(element);
  });
  parser.write(text).close();
  if (root === undefined) throw damaged(parser, place, "there is no element");
  return root;
}

function addText(open: readonly OpenElement[], piece: string): void {
  const inner = open.at(-1);
  if (inner !== undefined) inner.text += piece;
}

function localName(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}

/** The parser's place is in this text; lines before it shift it, columns only on its first line. */
function damaged(parser: SaxesParser, place: XmlPlace, what: string): Error {
  const line = place.line + parser.line - 1;
  const column = parser.line === 1 ? place.column + parser.column : parser.column + 1;
  return eventErrors.XML_DAMAGED({
    message: `the event's XML is damaged: ${what}`,
    detail: `line ${line}, column ${column}`,
    hint: "other events of the file are read all the same",
  });
}
