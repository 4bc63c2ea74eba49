import { emptySystem } from "../shapes/raw-event.ts";
import type { DataItem, DataKind, EventShape, RawEvent, SourceObject } from "../shapes/raw-event.ts";
import { attributeOf } from "./event-element.ts";
import type { EventElement } from "./event-element.ts";
import { RestTree, sourceValueOf } from "./rest-tree.ts";
import { systemFields } from "./system-fields.ts";
import type { SystemFields } from "./system-fields.ts";

interface Payload {
  readonly data: readonly DataItem[];
  readonly kind: DataKind;
  readonly userDataName: string | undefined;
}

const NO_PAYLOAD: Payload = { data: [], kind: "none", userDataName: undefined };

/** What RenderingInfo says. */
interface Rendering {
  message: string | undefined;
  Level: string | undefined;
  Task: string | undefined;
  Opcode: string | undefined;
  keywords: readonly string[];
}

/**
 * The event that an `Event` element describes (Windows Event Schema). `rest` has what the schema's elements and attributes
 * leave, and the members of `extra`, whose names must not be those of children of `Event`.
 */
export function rawEventOf(event: EventElement, shape: EventShape, extra: SourceObject = {}): RawEvent {
  const rest = new RestTree();
  let system: SystemFields | undefined;
  let rendering: Rendering | undefined;
  let payload: Payload | undefined;
  rest.attributes(event.attributes, []);
  for (const child of event.children) {
    const { name } = child;
    if (name === "System" && system === undefined) system = systemFields(child, rest);
    else if (name === "EventData" && payload === undefined) payload = eventData(child, rest);
    else if (name === "UserData" && payload === undefined) payload = userData(child, rest);
    else if (name === "RenderingInfo" && rendering === undefined) rendering = readRendering(child, rest);
    else rest.element(child, []);
  }
  for (const name in extra) rest.add([name], extra[name]!);
  system ??= { ...emptySystem };
  if (rendering !== undefined) nameCodes(system, rendering);
  const { data, kind, userDataName } = payload ?? NO_PAYLOAD;
  return {
    shape,
    system,
    data,
    dataKind: kind,
    userDataName,
    message: rendering?.message,
    rest: rest.value(),
  };
}

function eventData(element: EventElement, rest: RestTree): Payload {
  rest.attributes(element.attributes, ["EventData"]);
  if (element.text !== "") rest.add(["EventData", "#text"], element.text);
  if (element.children.length === 0) return NO_PAYLOAD;
  return { data: items(element.children), kind: "event-data", userDataName: undefined };
}

/** The payload is inside the one element of UserData, whose name says of what kind it is. */
function userData(element: EventElement, rest: RestTree): Payload {
  rest.attributes(element.attributes, ["UserData"]);
  if (element.text !== "") rest.add(["UserData", "#text"], element.text);
  const [root, ...others] = element.children;
  for (const other of others) rest.element(other, ["UserData"]);
  if (root === undefined) return NO_PAYLOAD;
  rest.attributes(root.attributes, ["UserData", root.name]);
  if (root.text !== "") rest.add(["UserData", root.name, "#text"], root.text);
  return { data: items(root.children), kind: "user-data", userDataName: root.name };
}

function items(elements: readonly EventElement[]): DataItem[] {
  const data: DataItem[] = [];
  for (const element of elements) {
    const given = attributeOf(element, "Name");
    const name = given === undefined || given === "" ? element.name : given;
    const isNamed = name !== "Data";
    data.push({ name: isNamed ? name : `param${data.length + 1}`, value: itemValue(element) });
  }
  return data;
}

function itemValue(element: EventElement): DataItem["value"] {
  const { attributes } = element;
  if (element.children.length === 0 && (attributes.length === 0 || isNameAlone(element))) return element.text;
  return sourceValueOf(
    element,
    attributes.filter(({ name }) => name !== "Name"),
  );
}

function isNameAlone({ attributes }: EventElement): boolean {
  return attributes.length === 1 && attributes[0]!.name === "Name";
}

function readRendering(element: EventElement, rest: RestTree): Rendering {
  const path = ["RenderingInfo"];
  const found: Rendering = {
    message: undefined,
    Level: undefined,
    Task: undefined,
    Opcode: undefined,
    keywords: [],
  };
  rest.attributes(element.attributes, path);
  for (const child of element.children) {
    const { name } = child;
    if (name === "Keywords") found.keywords = child.children.map((keyword) => keyword.text);
    else if (name === "Message" && found.message === undefined) found.message = child.text;
    else if ((name === "Level" || name === "Task" || name === "Opcode") && found[name] === undefined) {
      found[name] = child.text === "" ? undefined : child.text;
    } else rest.element(child, path);
  }
  return found;
}

function nameCodes(system: SystemFields, { Level, Task, Opcode, keywords }: Rendering): void {
  system.level = { code: system.level.code, name: Level };
  system.task = { code: system.task.code, name: Task };
  system.opcode = { code: system.opcode.code, name: Opcode };
  system.keywords = { mask: system.keywords.mask, names: keywords };
}
