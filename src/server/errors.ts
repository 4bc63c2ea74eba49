import { defineErrors } from "../base/errors.ts";

export const serverErrors = defineErrors("SERVER", {
  BAD_REQUEST: {
    kind: "usage",
    summary: "A request's body or parameters are not what the route takes.",
    cure: "Correct the field that the detail names.",
  },
  BODY_TOO_LARGE: {
    kind: "usage",
    summary: "A request's body is larger than the server takes on this route.",
    cure: "Send fewer statements at a time; records go to /spoor/v1/topics/<topic>/records, which has no limit.",
  },
  UNKNOWN_ROUTE: {
    kind: "usage",
    summary: "No route has this method and path.",
    cure: "Use a path of ksqlDB's REST API or one below /spoor/v1.",
  },
  UNKNOWN_QUERY: {
    kind: "state",
    summary: "No open query has this id.",
    cure: "SHOW QUERIES lists what runs; a query that reached its limit is closed already.",
  },
  NOT_OPEN: {
    kind: "state",
    summary: "A query that is to be closed is not open.",
    cure: "SHOW QUERIES lists what is open; a query that reached its limit is closed already.",
  },
  UNKNOWN_COMMAND: {
    kind: "state",
    summary: "No command has this id.",
    cure: "GET /status lists the commands; ids read type/name/action, e.g. stream/PAGEVIEWS/create.",
  },
  NOT_ACCEPTABLE: {
    kind: "usage",
    summary: "The server cannot answer in the content type that the Accept header asks for.",
    cure: "Ask for application/json, application/vnd.ksql.v1+json or application/vnd.ksqlapi.delimited.v1.",
  },
  FOREIGN_ORIGIN: {
    kind: "usage",
    summary: "A web page of another origin, or a host name that is not this server's, made the request.",
    cure: "Call the server by its own address; browsers may use it from its own pages only.",
  },
  UNAUTHORIZED: {
    kind: "usage",
    summary: "The server wants a user name and password.",
    cure: "Send them with the Authorization header (HTTP basic).",
  },
  BAD_SETTING: {
    kind: "usage",
    summary: "A property of the server's configuration has a value it cannot have.",
    cure: "Correct the value that the message names.",
  },
  EXPOSED: {
    kind: "usage",
    summary: "The server was told to listen beyond loopback without a credential.",
    cure: "Set a user name and password, or listen on 127.0.0.1.",
  },
  LISTEN_FAILED: {
    kind: "io",
    summary: "The server can't listen on the address it was given.",
    cure: "Stop what runs there, or give another address.",
  },
  UNAVAILABLE: {
    kind: "state",
    summary: "The server is shutting down.",
    cure: "Try again when it runs.",
  },
});
