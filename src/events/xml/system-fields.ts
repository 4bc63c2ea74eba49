import { instantOf } from "../shapes/event-instant.ts";
import { emptySystem } from "../shapes/raw-event.ts";
import type { EventSystem } from "../shapes/raw-event.ts";
import type { EventElement } from "./event-element.ts";
import type { RestTree } from "./rest-tree.ts";

/** The System element as it is filled in. */
export type SystemFields = { -readonly [K in keyof EventSystem]: EventSystem[K] };

/** Takes a text into a field; false where the text is not of the field's kind or the field is taken. */
type TakeText = (fields: SystemFields, text: string) => boolean;

interface SystemElement {
  readonly text?: TakeText;
  readonly attributes?: ReadonlyMap<string, TakeText>;
}

type TextField =
  | "providerName"
  | "providerGuid"
  | "channel"
  | "computer"
  | "activityId"
  | "relatedActivityId";
type NumberField = "eventId" | "version" | "recordId" | "processId" | "threadId";

function text(field: TextField): TakeText {
  return (fields, value) => {
    if (fields[field] !== undefined) return false;
    fields[field] = value;
    return true;
  };
}

function number(field: NumberField): TakeText {
  return (fields, value) => {
    const read = wholeNumber(value);
    if (read === undefined || fields[field] !== undefined) return false;
    fields[field] = read;
    return true;
  };
}

function code(field: "level" | "task" | "opcode"): TakeText {
  return (fields, value) => {
    const read = wholeNumber(value);
    if (read === undefined || fields[field].code !== undefined) return false;
    fields[field] = { code: read, name: fields[field].name };
    return true;
  };
}

/** Decimal digits of a number that a double holds exactly. */
function wholeNumber(value: string): number | undefined {
  if (!/^\d{1,16}$/.test(value)) return undefined;
  const read = Number(value);
  return Number.isSafeInteger(read) ? read : undefined;
}

const takeKeywords: TakeText = (fields, value) => {
  if (fields.keywords.mask !== undefined || !/^0x[\da-fA-F]{1,16}$/.test(value)) return false;
  fields.keywords = { mask: value.toLowerCase(), names: fields.keywords.names };
  return true;
};

const takeTime: TakeText = (fields, value) => {
  const time = fields.time === undefined ? instantOf(value, "created") : undefined;
  if (time === undefined) return false;
  fields.time = time;
  return true;
};

const takeSid: TakeText = (fields, value) => {
  if (fields.user.sid !== undefined) return false;
  fields.user = { ...fields.user, sid: value };
  return true;
};

const ELEMENTS: ReadonlyMap<string, SystemElement> = new Map<string, SystemElement>([
  [
    "Provider",
    {
      attributes: new Map([
        ["Name", text("providerName")],
        ["Guid", text("providerGuid")],
      ]),
    },
  ],
  ["EventID", { text: number("eventId") }],
  ["Version", { text: number("version") }],
  ["Level", { text: code("level") }],
  ["Task", { text: code("task") }],
  ["Opcode", { text: code("opcode") }],
  ["Keywords", { text: takeKeywords }],
  ["TimeCreated", { attributes: new Map([["SystemTime", takeTime]]) }],
  ["EventRecordID", { text: number("recordId") }],
  [
    "Correlation",
    {
      attributes: new Map([
        ["ActivityID", text("activityId")],
        ["RelatedActivityID", text("relatedActivityId")],
      ]),
    },
  ],
  [
    "Execution",
    {
      attributes: new Map([
        ["ProcessID", number("processId")],
        ["ThreadID", number("threadId")],
      ]),
    },
  ],
  ["Channel", { text: text("channel") }],
  ["Computer", { text: text("computer") }],
  ["Security", { attributes: new Map([["UserID", takeSid]]) }],
]);

/** The fields of a System element; what it has besides, and what is not of its field's kind, goes to `rest`. */
export function systemFields(system: EventElement, rest: RestTree): SystemFields {
  const fields: SystemFields = { ...emptySystem };
  rest.attributes(system.attributes, ["System"]);
  for (const child of system.children) takeElement(child, fields, rest);
  return fields;
}

function takeElement(element: EventElement, fields: SystemFields, rest: RestTree): void {
  const { name } = element;
  const known = ELEMENTS.get(name);
  if (known === undefined) {
    rest.element(element, ["System"]);
    return;
  }
  for (const attribute of element.attributes) {
    if (attribute.value === "") continue;
    if (known.attributes?.get(attribute.name)?.(fields, attribute.value) !== true)
      rest.attributes([attribute], ["System", name]);
  }
  if (element.text !== "" && known.text?.(fields, element.text.trim()) !== true)
    rest.add(["System", name, "#text"], element.text);
  for (const child of element.children) rest.element(child, ["System", name]);
}
