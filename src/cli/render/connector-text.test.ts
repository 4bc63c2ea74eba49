import { expect, test } from "vitest";
import type { KsqlEntity } from "../../api/entities.ts";
import { entityLines } from "./entity-text.ts";

const base = { statementText: "s", warnings: [] };

function lines(entity: KsqlEntity): string[] {
  return entityLines(entity, 100).map((line) => line.trimEnd());
}

test("connectors that are made, dropped and listed, in ksqlDB's words", () => {
  const info = { name: "LAKE", config: {}, tasks: [], type: "sink" as const };
  expect(lines({ ...base, "@type": "connector_info", info })[2]).toBe(" Created connector LAKE");
  expect(lines({ ...base, "@type": "drop_connector", connectorName: "LAKE" })[2]).toBe(
    ' Dropped connector "LAKE"',
  );
  const connector = {
    name: "LAKE",
    type: "sink" as const,
    className: "delta",
    state: "RUNNING (1/1 tasks RUNNING)",
  };
  expect(lines({ ...base, "@type": "connector_list", connectors: [connector] })).toEqual([
    " Connector Name | Type | Class | Status",
    "-------------------------------------------------------------",
    " LAKE           | SINK | delta | RUNNING (1/1 tasks RUNNING)",
    "-------------------------------------------------------------",
  ]);
});

test("a connector that fails shows why, and what became of its records", () => {
  const description: KsqlEntity = {
    ...base,
    "@type": "connector_description",
    connectorClass: "delta",
    status: {
      name: "LAKE",
      connector: { state: "RUNNING", worker_id: "127.0.0.1:8088", trace: "" },
      tasks: [{ id: 0, state: "FAILED", worker_id: "127.0.0.1:8088", trace: "no space" }],
      type: "sink",
    },
    sources: [],
    topics: ["winlogbeat"],
    statistics: { winlogbeat: "7 records read" },
  };
  expect(lines(description)).toEqual([
    "Name                 : LAKE",
    "Class                : delta",
    "Type                 : sink",
    "State                : RUNNING",
    "WorkerId             : 127.0.0.1:8088",
    "",
    " Task ID | State  | Error Trace",
    "--------------------------------",
    " 0       | FAILED | no space",
    "--------------------------------",
    "",
    " Related Topics",
    "----------------",
    " winlogbeat",
    "----------------",
    "",
    " Topic      | What became of its records",
    "-----------------------------------------",
    " winlogbeat | 7 records read",
    "-----------------------------------------",
  ]);
});
