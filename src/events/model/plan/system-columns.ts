import type { CodeTable } from "../codes/code-tables.ts";
import type { ModelRow } from "../columns/column-type.ts";
import type { EventTime, RawEvent } from "../../shapes/raw-event.ts";
import { readGuid } from "../transforms/guid-text.ts";
import { readTime } from "../transforms/time-text.ts";

/** Where each column of the envelope comes from: paths in the raw event. */
export const SYSTEM_SOURCES: Readonly<Record<string, string>> = {
  event_id: "system.eventId",
  event_version: "system.version",
  event_name: "mapping",
  event_time: "system.time",
  event_time_orig: "system.time",
  event_time_basis: "system.time.basis",
  source_name: "system.providerName",
  event_provider_guid: "system.providerGuid",
  event_provider_guid_orig: "system.providerGuid",
  log_name: "system.channel",
  host_name: "system.computer",
  record_number: "system.recordId",
  event_level: "system.level.code",
  event_level_text: "system.level.name",
  event_task: "system.task.code",
  event_task_text: "system.task.name",
  event_opcode: "system.opcode.code",
  event_opcode_text: "system.opcode.name",
  event_keywords: "system.keywords.mask",
  event_keywords_text: "system.keywords.names",
  event_process_id: "system.processId",
  event_thread_id: "system.threadId",
  event_activity_id: "system.activityId",
  event_activity_id_orig: "system.activityId",
  event_related_activity_id: "system.relatedActivityId",
  event_related_activity_id_orig: "system.relatedActivityId",
  event_user_sid: "system.user.sid",
  event_user_name: "system.user.name",
  event_user_domain: "system.user.domain",
  event_user_type: "system.user.type",
  event_payload_name: "userDataName",
  event_message: "message",
  event_shape: "shape",
  event_rest: "rest",
};

/** Words for levels and activities that a source gives as numbers only. */
export interface SystemWords {
  readonly levels: CodeTable | undefined;
  readonly opcodes: CodeTable | undefined;
}

/** A new row with the columns of the envelope; all are there, null where the source does not say. */
export function systemRow(raw: RawEvent, name: string | null, words: SystemWords): ModelRow {
  const { system } = raw;
  const { level, opcode, task, keywords, user, time } = system;
  const row: ModelRow = {
    event_id: system.eventId ?? null,
    event_version: system.version ?? null,
    event_name: name,
    event_time: null,
    source_name: system.providerName ?? null,
    event_provider_guid: null,
    log_name: system.channel ?? null,
    host_name: system.computer ?? null,
    record_number: system.recordId ?? null,
    event_level: level.code ?? null,
    event_level_text:
      level.name ?? (level.code === undefined ? null : (words.levels?.word(level.code) ?? null)),
    event_task: task.code ?? null,
    event_task_text: task.name ?? null,
    event_opcode: opcode.code ?? null,
    event_opcode_text:
      opcode.name ?? (opcode.code === undefined ? null : (words.opcodes?.word(opcode.code) ?? null)),
    event_keywords: keywords.mask ?? null,
    event_keywords_text: keywords.names.length === 0 ? null : keywords.names.join(", "),
    event_process_id: system.processId ?? null,
    event_thread_id: system.threadId ?? null,
    event_activity_id: null,
    event_user_sid: user.sid ?? null,
    event_user_name: user.name ?? null,
    event_user_domain: user.domain ?? null,
    event_user_type: user.type ?? null,
    event_payload_name: raw.userDataName ?? null,
    event_message: raw.message ?? null,
    event_shape: raw.shape,
    event_rest: null,
  };
  if (time !== undefined) writeTime(row, time);
  writeGuid(row, "event_provider_guid", system.providerGuid);
  writeGuid(row, "event_activity_id", system.activityId);
  if (system.relatedActivityId !== undefined)
    writeGuid(row, "event_related_activity_id", system.relatedActivityId);
  if (hasMembers(raw.rest)) row["event_rest"] = JSON.stringify(raw.rest);
  return row;
}

export function writeTime(row: ModelRow, time: EventTime): void {
  const reading = readTime(time.text);
  row["event_time"] = reading === undefined ? time.epochMs * 1000 : reading.micros;
  if (reading?.isExact !== true) row["event_time_orig"] = time.text;
  if (time.basis !== "created") row["event_time_basis"] = time.basis;
}

/** Without the list of names that `Object.keys` would make for each event. */
function hasMembers(value: RawEvent["rest"]): boolean {
  for (const name in value) if (Object.hasOwn(value, name)) return true;
  return false;
}

function writeGuid(row: ModelRow, column: string, text: string | undefined): void {
  if (text === undefined) return;
  const guid = readGuid(text);
  if (guid === undefined) row[`${column}_orig`] = text;
  else row[column] = guid;
}
