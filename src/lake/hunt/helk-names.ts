/**
 * Names of columns that HELK's questions use and the event model has otherwise: HELK's pipeline follows an early OSSEM. A
 * column is known under its HELK name only where a question asks for it; `SELECT *` has the model's names.
 */
export const HELK_NAMES: Readonly<Record<string, string>> = {
  command_line: "process_command_line",
  parent_command_line: "process_parent_command_line",
  parent_process_guid: "process_parent_guid",
  parent_process_id: "process_parent_id",
  parent_process_path: "process_parent_path",
  parent_process_name: "process_parent_name",
  src_ip: "src_ip_addr",
  dst_ip: "dst_ip_addr",
  logon_id: "user_logon_id",
  user_account: "user_name",
  computer_name: "host_name",
  beat_hostname: "host_name",
  channel: "log_name",
  provider_name: "source_name",
  record_id: "record_number",
  event_original_message: "event_message",
  message: "event_message",
};
