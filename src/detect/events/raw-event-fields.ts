/**
 * A Windows event, whatever carried it, under the names that Sigma's taxonomy has: payload fields by their own names,
 * header fields by the names of the System element's XML, attributes joined by an underscore.
 *
 * The fields that select rules (`Channel`, `EventID`, `Provider_Name`) are always the header's. Any other name is looked for
 * in the payload first. Payload names are found without their spaces too (`Threat Name` is `ThreatName` in rules), and
 * `Data` is the list of values that have no name.
 */
import type { RawEvent, SourceValue } from "../../events/shapes/raw-event.ts";
import type { EventFields, FieldScalar, FieldValue } from "../expression/event-fields.ts";

type HeaderField = (event: RawEvent) => FieldValue | undefined;

const SELECTING: ReadonlyMap<string, HeaderField> = new Map<string, HeaderField>([
  ["Channel", ({ system }) => system.channel],
  ["EventID", ({ system }) => system.eventId],
  ["Provider_Name", ({ system }) => system.providerName],
]);

const HEADER: ReadonlyMap<string, HeaderField> = new Map<string, HeaderField>([
  ["Computer", ({ system }) => system.computer],
  ["ComputerName", ({ system }) => system.computer],
  ["EventRecordID", ({ system }) => system.recordId],
  ["Provider_Guid", ({ system }) => system.providerGuid],
  ["Version", ({ system }) => system.version],
  ["Level", ({ system }) => codeAndName(system.level.code, system.level.name)],
  ["Task", ({ system }) => codeAndName(system.task.code, system.task.name)],
  ["Opcode", ({ system }) => codeAndName(system.opcode.code, system.opcode.name)],
  ["Keywords", ({ system }) => codeAndNames(system.keywords.mask, system.keywords.names)],
  ["TimeCreated", ({ system }) => system.time?.text],
  ["TimeCreated_SystemTime", ({ system }) => system.time?.text],
  ["Execution_ProcessID", ({ system }) => system.processId],
  ["Execution_ThreadID", ({ system }) => system.threadId],
  ["Security_UserID", ({ system }) => system.user.sid],
  ["Correlation_ActivityID", ({ system }) => system.activityId],
  ["Correlation_RelatedActivityID", ({ system }) => system.relatedActivityId],
  ["Message", ({ message }) => message],
]);

/** Of a value without a name, as readers name it by its place. */
export const UNNAMED = /^param\d+$/;

/** Whether the header has a field of this name, which is not one of those that select rules. */
export function isHeaderField(name: string): boolean {
  return HEADER.has(name);
}

export class RawEventFields implements EventFields {
  readonly event: RawEvent;
  #payload: Map<string, FieldValue> | undefined;

  constructor(event: RawEvent) {
    this.event = event;
  }

  get(name: string): FieldValue | undefined {
    const selecting = SELECTING.get(name);
    if (selecting !== undefined) return selecting(this.event);
    this.#payload ??= payloadOf(this.event);
    return this.#payload.has(name) ? this.#payload.get(name) : HEADER.get(name)?.(this.event);
  }

  values(): Iterable<FieldValue> {
    const { data, system, message } = this.event;
    const values = data.map(({ value }) => fieldValue(value));
    values.push(
      system.channel ?? null,
      system.providerName ?? null,
      system.eventId ?? null,
      system.computer ?? null,
    );
    values.push(system.user.name ?? null, system.user.sid ?? null, message ?? null);
    return values;
  }
}

function payloadOf(event: RawEvent): Map<string, FieldValue> {
  const payload = new Map<string, FieldValue>();
  const unnamed: FieldScalar[] = [];
  for (const { name, value } of event.data) {
    const field = fieldValue(value);
    if (UNNAMED.test(name)) unnamed.push(...scalars(field));
    const known = payload.get(name);
    payload.set(name, known === undefined ? field : [...scalars(known), ...scalars(field)]);
  }
  for (const [name, value] of Array.from(payload)) {
    const spaceless = name.includes(" ") ? name.replaceAll(" ", "") : name;
    if (!payload.has(spaceless)) payload.set(spaceless, value);
  }
  if (unnamed.length > 0 && !payload.has("Data")) payload.set("Data", unnamed);
  return payload;
}

/** Nested elements are their JSON: rules look into them as text. */
export function fieldValue(value: SourceValue): FieldValue {
  if (typeof value !== "object" || value === null) return value;
  if (!Array.isArray(value)) return JSON.stringify(value);
  return value.map((item: SourceValue) =>
    typeof item === "object" && item !== null ? JSON.stringify(item) : item,
  );
}

function scalars(value: FieldValue): readonly FieldScalar[] {
  return typeof value === "object" && value !== null ? value : [value];
}

/** Sources have a code, a name or both; a rule may ask for either. */
function codeAndName(code: number | undefined, name: string | undefined): FieldValue | undefined {
  if (code === undefined || name === undefined) return code ?? name;
  return [code, name];
}

function codeAndNames(code: string | undefined, names: readonly string[]): FieldValue | undefined {
  if (names.length === 0) return code;
  return code === undefined ? names : [code, ...names];
}
