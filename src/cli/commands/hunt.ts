import type { CommandDefinition } from "../command-definition.ts";
import { jsonOption, statementOptions } from "../options/common-options.ts";

export const huntCommand: CommandDefinition = {
  name: "hunt",
  summary: "ask SQL of event files and of a lake, or of a running server's topics and lakes",
  description: [
    "Event files in every form that 'spoor ingest' takes become views: 'events' and one for each log ('sysmon', 'security', 'powershell', 'wmi', …) and kind ('Process', 'Network', …) in OSSEM's words, and 'source_events' under the source's own names. Each table of a lake is a view by its name. FROM events('file') reads a file, folder or pattern on the spot.",
    "With --server or --topic a running server is asked instead: its topics (topics.winlogbeat, topic('winlogbeat')), its streams and tables by name, the lakes it writes; 'events', 'sysmon', … are then views over its topics.",
    "Hunts only ask: nothing is written, no other file is read, no setting changed. At the prompt statements end with ';', Ctrl-C ends the running one. With --dialect spark the hunts of notebooks run as they are.",
  ],
  arguments: [
    {
      name: "file",
      optional: true,
      many: true,
      description: "event files, archives, folders or patterns, as --events",
    },
  ],
  options: [
    ...statementOptions,
    {
      name: "events",
      value: "file",
      many: true,
      group: "Input",
      description: "event files that the views are made of; '-' is standard input; may be repeated",
    },
    {
      name: "lake",
      value: "place",
      many: true,
      group: "Input",
      description: "Delta tables in a folder, s3://bucket/prefix or az://container/prefix; may be repeated",
    },
    {
      name: "folder",
      value: "folder",
      many: true,
      group: "Input",
      description:
        "let events('…') read here too; else it reads below the working directory and what is given",
    },
    {
      name: "server",
      value: "url",
      group: "Server",
      description: "ask this running server",
    },
    {
      name: "topic",
      value: "name",
      many: true,
      group: "Server",
      description:
        "ask a running server (the one on this machine without --server), with the views of events made of this topic; may be repeated",
    },
    {
      name: "timeout",
      value: "seconds",
      kind: "number",
      default: "30",
      atLeast: 0.1,
      group: "Server",
      description: "give up when the server has not begun to answer by then",
    },
    {
      name: "dialect",
      value: "dialect",
      choices: ["duckdb", "spark"],
      default: "duckdb",
      group: "Input",
      description: "whose SQL the statements are",
    },
    {
      name: "view",
      value: "name",
      default: "source_events",
      group: "Input",
      description: "what the view under the source's own names is called: mordorTable, dataTable, …",
    },
    {
      name: "format",
      value: "format",
      choices: ["table", "json", "csv"],
      default: "table",
      group: "Output",
      description: "how rows are printed; json is a line a row",
    },
    { ...jsonOption, description: "short for --format json" },
    {
      name: "output",
      short: "o",
      value: "file",
      group: "Output",
      description: "write the rows of one statement to this file: .parquet, .csv, .json, .jsonl or .txt",
    },
    {
      name: "limit",
      value: "rows",
      kind: "integer",
      atLeast: 1,
      group: "Output",
      description: "at most so many rows of each statement",
    },
    {
      name: "memory",
      value: "size",
      default: "1GB",
      group: "Run",
      description:
        "what the database may hold in memory, from 256MB on; beyond it, it uses a folder of its own",
    },
    {
      name: "threads",
      value: "number",
      kind: "integer",
      atLeast: 1,
      default: "2",
      group: "Run",
      description: "threads of the database",
    },
    {
      name: "history-file",
      value: "file",
      group: "Run",
      description: "where the prompt keeps its history (default ~/.spoor-hunt-history)",
    },
  ],
  examples: [
    { command: "spoor hunt case-17/", what: "a prompt over all event files of a folder" },
    {
      command: "spoor hunt Security.evtx -e 'SELECT event_id, count(*) FROM events GROUP BY ALL'",
      what: "one question",
    },
    {
      command: "spoor hunt capture.zip -e \"SELECT * FROM sysmon WHERE dst_ip LIKE '172.%' LIMIT 5\"",
      what: "HELK's names are known too",
    },
    {
      command: "spoor hunt --dialect spark --view mordorTable capture.tar.gz -f hunt.sql --json",
      what: "a notebook's hunt, rows as JSON lines",
    },
    {
      command: "spoor hunt --lake lake -e 'SELECT * FROM Process WHERE event_id = 1' -o hits.parquet",
      what: "from a lake into a file",
    },
    {
      command: "spoor hunt --topic winlogbeat -e 'SELECT * FROM sysmon WHERE event_id = 3 LIMIT 5'",
      what: "of the events that a running server has in a topic",
    },
  ],
  exits: {
    0: "every statement was answered",
    1: "a statement failed; those after it were not run",
    2: "the command line is wrong",
    4: "the server cannot be reached, or did not answer in time",
    130: "interrupted with Ctrl-C (at the prompt only the statement ends)",
  },
  next: ["spoor ingest", "spoor sql"],
  load: async () => (await import("../hunt/run-hunt.ts")).runHunt,
};
