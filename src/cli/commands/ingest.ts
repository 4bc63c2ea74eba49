import type { CommandDefinition, OptionDefinition } from "../command-definition.ts";
import { jsonOption, keyFormatOption, serverOptions, topicOption } from "../options/common-options.ts";

/** How files of events become records; replay takes them too. */
export const recordOptions: readonly OptionDefinition[] = [
  topicOption,
  keyFormatOption,
  {
    name: "create",
    group: "Input",
    description: "make the topic where it is missing",
  },
];

export const ingestCommand: CommandDefinition = {
  name: "ingest",
  summary: "load recorded events into a topic, at full speed",
  description: [
    "Takes JSON lines and JSON arrays, Windows event logs (.evtx) and event XML, plain or in .gz, .zip, .tar and .tar.gz (read in place), and folders of them with their subfolders; '-' reads standard input. An event of a log or of XML becomes a document like Winlogbeat's. A line that is no JSON and a damaged record are counted and shown, a bad file does not stop the others. The server's pace is the reader's: nothing piles up in memory.",
    "With --follow, lines are taken as they are completed, event logs by their new records, and other files once they are finished. While the server is away it waits; what was not confirmed is sent again.",
  ],
  arguments: [{ name: "file", many: true, description: "event files, archives, folders, or '-'" }],
  options: [
    ...recordOptions,
    {
      name: "follow",
      short: "f",
      group: "Input",
      description: "go on with what files grow by and what comes into folders, until Ctrl-C",
    },
    {
      name: "every",
      value: "seconds",
      kind: "number",
      atLeast: 0.1,
      default: "1",
      group: "Input",
      description: "how often --follow looks",
    },
    {
      name: "state",
      value: "file",
      group: "Input",
      description: "where --follow keeps how far it is, so that the next start goes on there",
    },
    jsonOption,
    ...serverOptions,
  ],
  examples: [
    {
      command: "spoor ingest winlogbeat.json.tar.gz --topic winlogbeat --create",
      what: "all events of an archive, into a topic that is made if need be",
    },
    { command: "spoor ingest Security.evtx sysmon.evtx.gz", what: "Windows event logs, an event a record" },
    { command: "spoor ingest logs/ more.jsonl.gz", what: "a folder and a file, into 'winlogbeat'" },
    {
      command: "spoor ingest --follow /var/log/forwarded --state forwarded.state",
      what: "a folder into which a collector writes; a restart goes on where it was",
    },
    { command: "zcat *.gz | spoor ingest - --key-format value", what: "what another program prints" },
  ],
  exits: {
    0: "every event was written",
    1: "a file failed or lines were left out; the rest was written",
    4: "the server cannot be reached, or went away",
    130: "interrupted; what was counted is written",
  },
  next: ["spoor topics describe winlogbeat", "spoor sql -e 'PRINT winlogbeat FROM BEGINNING LIMIT 3;'"],
  load: async () => (await import("../ingest/run-ingest.ts")).runIngest,
};
