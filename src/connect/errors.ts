import { defineErrors } from "../base/errors.ts";

/** Errors of connectors: what carries topics into other places. */
export const connectErrors = defineErrors("CONNECT", {
  UNKNOWN_CLASS: {
    kind: "statement",
    summary: "A connector's class is not one that Spoor has.",
    cure: "Take a class that SHOW CONNECTOR PLUGINS lists.",
  },
  BAD_PROPERTY: {
    kind: "statement",
    summary: "A property of a connector is missing, unknown, or has a value that cannot be used.",
    cure: "The hint says what goes; docs/lakehouse.md and docs/outputs.md describe the properties.",
  },
  UNRESOLVED_REFERENCE: {
    kind: "state",
    summary: "A property of a connector refers to a file or variable that is not there.",
    cure: "Put the value there; the connector tries again by itself.",
  },
  TOPIC_CUT: {
    kind: "state",
    summary: "A topic ends before the place up to which a lake has its records: its log has lost its end.",
    cure: "Drop the connector and create it under another name: it then reads the topic from its beginning.",
  },
  BAD_RECORD: {
    kind: "runtime",
    summary: "A record cannot be made into what a connector's receiver takes.",
    cure: "It is in the connector's dead-letter topic, with the reason in its headers.",
  },
});
