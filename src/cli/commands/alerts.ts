import type { CommandDefinition, CommandGroup, OptionDefinition } from "../command-definition.ts";
import { jsonOption, serverOptions } from "../options/common-options.ts";

const loadLists = () => import("../alerts/list-cases.ts");
const loadActions = () => import("../alerts/act-on-case.ts");

const LEVELS = ["informational", "low", "medium", "high", "critical"];
const exits = {
  0: "done",
  1: "the server or the desk refused",
  4: "the server cannot be reached",
} as const;

const caseArgument = {
  name: "case",
  description: "the case's id, or its first letters where no other begins so",
};
const casesArgument = { ...caseArgument, many: true };

const levelOption: OptionDefinition = {
  name: "level",
  value: "level",
  choices: LEVELS,
  group: "Output",
  description: "this level and higher ones",
};
const byOption: OptionDefinition = {
  name: "by",
  value: "name",
  setting: true,
  group: "Input",
  description: "who does this; the user of the system where it is not given",
};
const commentOption: OptionDefinition = {
  name: "comment",
  short: "m",
  value: "text",
  group: "Input",
  description: "why; it stays with the case",
};
const textFilter = (name: string, description: string): OptionDefinition => ({
  name,
  value: "text",
  group: "Output",
  description,
});
const scopeOptions: readonly OptionDefinition[] = [
  { name: "rule", value: "rule", group: "Input", description: "alerts of this rule, by its id or its title" },
  {
    name: "host",
    value: "host",
    group: "Input",
    description: "alerts of this host, with its domain or without",
  },
  {
    name: "user",
    value: "user",
    group: "Input",
    description: "alerts of this user, with the domain or without",
  },
];

function stateCommand(
  verb: "ack" | "close" | "reopen",
  action: "acknowledge" | "close" | "reopen",
  summary: string,
  example: { readonly flags: string; readonly what: string },
): CommandDefinition {
  return {
    name: `alerts ${verb}`,
    summary,
    arguments: [casesArgument],
    options: [commentOption, byOption, jsonOption, ...serverOptions],
    examples: [{ command: `spoor alerts ${verb} 3fa2c1${example.flags}`, what: example.what }],
    exits,
    load: async () => (await loadActions()).actOnCases(action),
  };
}

const initCommand: CommandDefinition = {
  name: "alerts init",
  summary: "make the alert desk for a topic of events",
  description: [
    "Makes streams and tables in SQL: events are tried against the server's rules, alerts are grouped into cases, and people are told of what is new. What is there already stays; a further topic feeds the same desk.",
  ],
  options: [
    {
      name: "topic",
      value: "name",
      many: true,
      group: "Input",
      description: "the topic of events, winlogbeat if not given; may be repeated",
    },
    { name: "from-now", group: "Input", description: "leave out the events that are in the topic already" },
    {
      name: "group-by",
      value: "columns",
      group: "Run",
      description:
        "columns of the alerts whose values make a case: HOST; the server's spoor.alerts.group.by if not given",
    },
    {
      name: "suppress",
      value: "span",
      group: "Run",
      description:
        "how long alerts of a case are hidden after a notification: 30m, 4h; the server's spoor.alerts.suppress.ms if not given",
    },
    { name: "print", group: "Output", description: "print the statements and run nothing" },
    ...serverOptions,
  ],
  examples: [
    { command: "spoor alerts init --topic winlogbeat", what: "alerts of the events in 'winlogbeat'" },
    { command: "spoor alerts init --group-by HOST", what: "a case for each host, whatever the rule" },
    { command: "spoor alerts init --print > alerts.sql", what: "the statements, to be changed" },
  ],
  exits,
  next: ["spoor alerts", "spoor alerts follow"],
  load: async () => (await import("../alerts/init-desk.ts")).initDesk,
};

const listCommand: CommandDefinition = {
  name: "alerts list",
  summary: "the cases, the gravest first",
  options: [
    {
      name: "state",
      value: "state",
      choices: ["active", "open", "acknowledged", "closed", "all"],
      default: "active",
      group: "Output",
      description: "cases in this state; active is open and acknowledged",
    },
    levelOption,
    textFilter("host", "cases whose host's name contains this"),
    textFilter("rule", "cases whose rule's id or title contains this"),
    textFilter("user", "cases whose user's name contains this"),
    textFilter("assignee", "cases of whom this is part of the name"),
    {
      name: "limit",
      value: "number",
      kind: "integer",
      atLeast: 1,
      default: "50",
      group: "Output",
      description: "cases that are shown at most",
    },
    jsonOption,
    ...serverOptions,
  ],
  examples: [
    { command: "spoor alerts", what: "what is open" },
    { command: "spoor alerts list --level high --host dc", what: "what is grave on domain controllers" },
    { command: "spoor alerts list --state all --json | jq .CASE_ID", what: "all ids" },
  ],
  exits,
  next: ["spoor alerts show CASE"],
  load: async () => (await loadLists()).listCases,
};

const followCommand: CommandDefinition = {
  name: "alerts follow",
  summary: "notifications as they come",
  options: [
    levelOption,
    { name: "from-beginning", group: "Input", description: "those of the past as well" },
    {
      name: "limit",
      value: "number",
      kind: "integer",
      atLeast: 1,
      group: "Output",
      description: "end after so many",
    },
    jsonOption,
    ...serverOptions,
  ],
  examples: [
    { command: "spoor alerts follow --level high", what: "what is grave, as it happens" },
    { command: "spoor alerts follow --from-beginning --json | jq .TITLE", what: "titles from the first on" },
  ],
  exits: { ...exits, 130: "ended with Ctrl-C" },
  load: async () => (await import("../alerts/follow-notifications.ts")).followNotifications,
};

const muteCommand: CommandDefinition = {
  name: "alerts mute",
  summary: "hide alerts of cases, or of a rule, a host and a user, until a time",
  description: [
    "What is hidden is counted and shown. Times are those of the events. Of --rule, --host and --user all that are given must fit.",
  ],
  arguments: [{ ...casesArgument, optional: true }],
  options: [
    ...scopeOptions,
    { name: "for", value: "span", group: "Run", description: "how long from now: 30m, 4h, 2d" },
    {
      name: "until",
      value: "time",
      group: "Run",
      description: "the end: 2024-05-01T12:00Z; UTC without a zone",
    },
    commentOption,
    byOption,
    jsonOption,
    ...serverOptions,
  ],
  examples: [
    { command: "spoor alerts mute 3fa2c1 --for 4h -m 'known, being cleaned'", what: "silences a case" },
    {
      command: "spoor alerts mute --host WS01 --until 2026-03-02T18:00Z -m patching",
      what: "silences a host; every rule",
    },
  ],
  exits,
  load: async () => (await loadActions()).muteAlerts("mute"),
};

const unmuteCommand: CommandDefinition = {
  name: "alerts unmute",
  summary: "end a mute before its time",
  description: ["A mute of a rule, a host and a user is ended by the same three."],
  arguments: [{ ...casesArgument, optional: true }],
  options: [...scopeOptions, commentOption, byOption, jsonOption, ...serverOptions],
  examples: [{ command: "spoor alerts unmute --host WS01", what: "hears of the host again" }],
  exits,
  load: async () => (await loadActions()).muteAlerts("unmute"),
};

export const alertsCommands: CommandGroup = {
  name: "alerts",
  summary: "cases of alerts: list, follow, acknowledge, mute, close",
  fallback: "list",
  commands: [
    initCommand,
    listCommand,
    {
      name: "alerts show",
      summary: "one case: why it hit, the event, comments, what became of it",
      arguments: [caseArgument],
      options: [jsonOption, ...serverOptions],
      examples: [{ command: "spoor alerts show 3fa2c1", what: "everything about a case" }],
      exits,
      load: async () => (await import("../alerts/show-case.ts")).showCase,
    },
    followCommand,
    stateCommand("ack", "acknowledge", "acknowledge cases: silent until they get graver or are reopened", {
      flags: " 81bd07 -m 'looking at it'",
      what: "two cases, with a comment",
    }),
    stateCommand("close", "close", "close cases; a new alert opens them again", {
      flags: " -m 'a test of ours'",
      what: "closes with the reason",
    }),
    stateCommand("reopen", "reopen", "open cases that were closed or acknowledged", {
      flags: "",
      what: "hears of it again",
    }),
    muteCommand,
    unmuteCommand,
    {
      name: "alerts mutes",
      summary: "mutes of rules, hosts and users, with what each has hidden",
      options: [jsonOption, ...serverOptions],
      examples: [{ command: "spoor alerts mutes", what: "all of them" }],
      exits,
      load: async () => (await loadLists()).listMutes,
    },
    {
      name: "alerts comment",
      summary: "write a comment to a case",
      arguments: [caseArgument, { name: "text", description: "what to say", many: true }],
      options: [byOption, jsonOption, ...serverOptions],
      examples: [{ command: "spoor alerts comment 3fa2c1 'asked the owner'", what: "a note" }],
      exits,
      load: async () => (await loadActions()).commentCase,
    },
    {
      name: "alerts assign",
      summary: "say whose cases these are",
      arguments: [casesArgument],
      options: [
        { name: "to", value: "name", group: "Input", description: "whose" },
        { name: "nobody", group: "Input", description: "nobody's any more" },
        commentOption,
        byOption,
        jsonOption,
        ...serverOptions,
      ],
      examples: [{ command: "spoor alerts assign 3fa2c1 --to ann", what: "it is Ann's" }],
      exits,
      load: async () => (await loadActions()).assignCases,
    },
  ],
};
