import { defineErrors } from "../base/errors.ts";

/** Errors of reading recorded event files and of generating lab events. */
export const eventErrors = defineErrors("EVENTS", {
  FILE_MISSING: {
    kind: "io",
    summary: "The named event file or folder does not exist.",
    cure: "Check the path; the hint names the nearest file in the folder.",
  },
  FILE_UNREADABLE: {
    kind: "io",
    summary: "The operating system refused to open or read an event file.",
    cure: "Check permissions and the disk.",
  },
  FILE_CUT_OFF: {
    kind: "io",
    summary: "A compressed file or archive ends before its data does; what could be read was delivered.",
    cure: "Fetch the file again, or go on with what was read.",
  },
  FILE_DAMAGED: {
    kind: "io",
    summary: "A compressed file or archive holds bytes that do not decode; what could be read was delivered.",
    cure: "Fetch the file again and compare its checksum.",
  },
  FILE_UNSUPPORTED: {
    kind: "usage",
    summary: "The file is of a kind that holds no events.",
    cure: "Give JSON lines, a JSON array, an event log (EVTX) or event XML, or these inside .gz, .zip, .tar or .tar.gz.",
  },
  NOT_EVTX: {
    kind: "usage",
    summary:
      "A file that should be a Windows event log is empty or holds neither a log's header nor a chunk of one.",
    cure: "Export the log again with 'wevtutil epl', or give the file's right name.",
  },
  SHAPE_UNKNOWN: {
    kind: "runtime",
    summary: "A JSON document is no Windows event of a shape that can be read.",
    cure: "Check what wrote it; Winlogbeat 5 to 9 and NXLog's JSON are read.",
  },
  XML_DAMAGED: {
    kind: "io",
    summary: "A text that should be an event's XML is not well-formed, or its root is no Event.",
    cure: "Look at the place in the text; other events of the same file are read all the same.",
  },
  FOLDER_EMPTY: {
    kind: "usage",
    summary: "A folder holds no event files.",
    cure: "Name a folder with .evtx, .xml, .json, .jsonl, .ndjson, .log, .gz, .tgz, .tar or .zip files.",
  },
  LAB_OPTION: {
    kind: "usage",
    summary: "An option of the lab generator is out of range.",
    cure: "Give a value in the range that the message names.",
  },
});
