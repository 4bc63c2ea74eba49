import { defineErrors } from "../base/errors.ts";

/** Errors that the command line itself raises; those of the server keep the server's codes. */
export const cliErrors = defineErrors("CLI", {
  NODE_TOO_OLD: {
    kind: "usage",
    summary: "The Node that runs bin/spoor is too old, and no packaged one is installed beside it.",
    cure: "Run 'npm ci', which installs one on Linux and Windows, or install the version that the hint names.",
  },
  UNKNOWN_COMMAND: {
    kind: "usage",
    summary: "There is no such command.",
    cure: "The hint names the nearest one; 'spoor --help' lists all.",
  },
  UNKNOWN_OPTION: {
    kind: "usage",
    summary: "The command has no such option.",
    cure: "The hint names the nearest one; 'spoor <command> --help' lists all.",
  },
  BAD_OPTION: {
    kind: "usage",
    summary:
      "An option, its environment variable or its entry in a configuration file has a value it cannot have.",
    cure: "Give a value of the kind that the message names.",
  },
  BAD_ARGUMENTS: {
    kind: "usage",
    summary: "An argument is missing, or there is one too many.",
    cure: "Compare with the usage line in the command's help.",
  },
  BAD_CONFIGURATION: {
    kind: "usage",
    summary: "A configuration file is missing, is no JSON, or has an entry that no option is named by.",
    cure: "Mend the entry at the place shown; 'spoor config show --origin' lists the names.",
  },
  FILE_UNREADABLE: {
    kind: "io",
    summary: "A file of statements could not be read.",
    cure: "Check the path and its permissions.",
  },
  FILE_UNWRITABLE: {
    kind: "io",
    summary: "A file that output goes to could not be written.",
    cure: "Check the folder, its permissions and the space on the disk.",
  },
  STATE_UNREADABLE: {
    kind: "io",
    summary: "The file in which 'spoor ingest --follow' keeps how far it is cannot be read or written.",
    cure: "Name a file of its own in a folder that can be written to.",
  },
  SCRIPT_DEPTH: {
    kind: "usage",
    summary: "RUN SCRIPT statements call one another too deep, most likely in a circle.",
    cure: "Take the RUN SCRIPT that closes the circle out of its file.",
  },
  UNREACHABLE: {
    kind: "io",
    summary: "Nothing answers at the server's address.",
    cure: "Start one with 'spoor serve', or give its address with --server or SPOOR_SERVER.",
  },
  TIMEOUT: {
    kind: "io",
    summary: "The server took longer than --timeout to begin its answer.",
    cure: "Look at the server with 'spoor doctor', or give a longer --timeout.",
  },
  CONNECTION_LOST: {
    kind: "io",
    summary: "The connection broke before the answer was complete.",
    cure: "See whether the server still runs with 'spoor doctor', then run the command again.",
  },
  BAD_ANSWER: {
    kind: "io",
    summary: "What answered at the address is no Spoor or ksqlDB server, or one this version cannot read.",
    cure: "Check the address; 'spoor doctor' shows what answers there.",
  },
  SERVER_REFUSED: {
    kind: "statement",
    summary: "The server refused the request and gave no code of its own.",
    cure: "The message is the server's; its log may say more.",
  },
});
