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
    cure: "The hint says what goes; docs/lakehouse.md describes the properties.",
  },
  TOPIC_CUT: {
    kind: "state",
    summary: "A topic ends before the place up to which a lake has its records: its log has lost its end.",
    cure: "Drop the connector and create it under another name: it then reads the topic from its beginning.",
  },
});
