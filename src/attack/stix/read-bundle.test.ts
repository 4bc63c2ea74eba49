import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { SpoorError } from "../../base/errors.ts";
import { ownCatalogue } from "../catalogue/current-catalogue.ts";
import { readBundle } from "./read-bundle.ts";

const SHARED = process.env["SPOOR_SHARED"] ?? join(import.meta.dirname, "../../../../shared");
const REAL = join(SHARED, "data/attack/enterprise-attack-18.1.stix20.json.gz");
const isThere = existsSync(REAL);

interface StixObject {
  readonly type: string;
  readonly [name: string]: unknown;
}

function reference(id: string, source = "mitre-attack"): readonly object[] {
  return [{ source_name: "a report" }, { source_name: source, external_id: id }];
}

function pattern(id: string, more: object = {}): StixObject {
  return {
    type: "attack-pattern",
    id: `attack-pattern--${id}`,
    name: `Technique ${id}`,
    modified: "2025-01-01T00:00:00Z",
    external_references: reference(id),
    kill_chain_phases: [{ kill_chain_name: "mitre-attack", phase_name: "execution" }],
    x_mitre_platforms: ["Windows"],
    ...more,
  };
}

const MATRIX: readonly StixObject[] = [
  {
    type: "x-mitre-matrix",
    id: "x-mitre-matrix--1",
    tactic_refs: ["x-mitre-tactic--2", "x-mitre-tactic--1"],
  },
  {
    type: "x-mitre-tactic",
    id: "x-mitre-tactic--1",
    name: "Execution",
    x_mitre_shortname: "execution",
    external_references: reference("TA0002"),
  },
  {
    type: "x-mitre-tactic",
    id: "x-mitre-tactic--2",
    name: "Initial Access",
    x_mitre_shortname: "initial-access",
    external_references: reference("TA0001"),
  },
];
const COLLECTION: StixObject = {
  type: "x-mitre-collection",
  id: "x-mitre-collection--1",
  x_mitre_version: "19.0",
};

function bundle(...objects: readonly StixObject[]): string {
  return JSON.stringify({ type: "bundle", id: "bundle--1", objects: [...MATRIX, ...objects] });
}

function read(text: string, version?: string) {
  return readBundle(text, { file: "b.json", version });
}

function failure(text: string, version?: string): SpoorError {
  try {
    read(text, version);
  } catch (error) {
    if (error instanceof SpoorError) return error;
    throw error;
  }
  throw new Error("the bundle was taken");
}

test("techniques in the order of their ids, tactics in that of the matrix", () => {
  const phases = ["execution", "initial-access"].map((phase_name) => ({
    kill_chain_name: "mitre-attack",
    phase_name,
  }));
  const facts = read(
    bundle(
      COLLECTION,
      pattern("T1059.001", { x_mitre_is_subtechnique: true }),
      pattern("T1059", { kill_chain_phases: phases, modified: "2026-04-01T10:00:00Z" }),
      pattern("T1086", { revoked: true, kill_chain_phases: [] }),
      pattern("T1153", { x_mitre_deprecated: true }),
      {
        type: "relationship",
        id: "relationship--1",
        relationship_type: "revoked-by",
        source_ref: "attack-pattern--T1086",
        target_ref: "attack-pattern--T1059.001",
      },
      { type: "marking-definition", id: "marking-definition--1", definition: { statement: "Copyright X" } },
    ),
  );
  expect(facts).toMatchObject({ version: "19.0", modified: "2026-04-01", copyright: "Copyright X" });
  expect(facts.tactics.map(({ shortName }) => shortName)).toEqual(["initial-access", "execution"]);
  expect(facts.techniques).toMatchObject([
    { id: "T1059", tactics: ["initial-access", "execution"], parent: undefined, status: "live" },
    { id: "T1059.001", parent: "T1059" },
    { id: "T1086", status: "revoked", replacedBy: "T1059.001" },
    { id: "T1153", status: "deprecated", replacedBy: undefined },
  ]);
});

test("a bundle without a version needs one", () => {
  expect(failure(bundle(pattern("T1047"))).code).toBe("ATTACK_BUNDLE_VERSION");
  expect(read(bundle(pattern("T1047")), "18.1").version).toBe("18.1");
  expect(read(bundle(COLLECTION, pattern("T1047")), "1").version).toBe("19.0");
});

test("broken JSON is shown at its place", () => {
  const error = failure('{"type": "bundle",\n "objects": [}');
  expect([error.code, error.place?.span]).toMatchObject([
    "ATTACK_BUNDLE_DAMAGED",
    { line: 2, column: 14, start: 32 },
  ]);
  expect(failure('{"a": tru}').place?.span.column).toBe(10);
  expect(failure("<html>").place?.span.column).toBe(1);
  expect(failure('{"type": "bundle",\n').place?.span.line).toBe(2);
});

test.each([
  ["a layer is no bundle", JSON.stringify({ name: "layer", techniques: [] }), "is no STIX bundle"],
  ["without techniques", bundle(COLLECTION), "no 'attack-pattern'"],
  [
    "without a matrix",
    JSON.stringify({ type: "bundle", objects: [pattern("T1047")] }),
    "no 'x-mitre-matrix'",
  ],
  [
    "a technique without an id",
    bundle(pattern("T1", { external_references: [] })),
    "'attack-pattern--T1' has no ATT&CK id",
  ],
  ["an id of another form", bundle(pattern("X1")), "has the id 'X1'"],
  ["a technique without a name", bundle(pattern("T1047", { name: "" })), "has no 'name'"],
  [
    "two techniques of one id",
    bundle(pattern("T1047"), pattern("T1047", { id: "attack-pattern--2" })),
    "two techniques",
  ],
  ["a sub-technique of nothing", bundle(pattern("T1047.001")), "no technique 'T1047' over it"],
  [
    "a tactic that the matrix has not",
    bundle(pattern("T1047", { kill_chain_phases: [{ kill_chain_name: "mitre-attack", phase_name: "x" }] })),
    "of the tactic 'x'",
  ],
  [
    "a successor that is not there",
    bundle(pattern("T1047", { revoked: true }), {
      type: "relationship",
      relationship_type: "revoked-by",
      source_ref: "attack-pattern--T1047",
      target_ref: "attack-pattern--gone",
    }),
    "which is not there",
  ],
])("refused: %s", (_what, text, detail) => {
  const error = failure(text, "18.1");
  expect(error.code).toBe("ATTACK_BUNDLE_DAMAGED");
  expect(`${error.message} ${error.detail}`).toContain(detail);
});

test("another domain of ATT&CK is named as such", () => {
  const mobile = pattern("T1400", { external_references: reference("T1400", "mitre-mobile-attack") });
  expect(failure(bundle(mobile), "18.1").code).toBe("ATTACK_BUNDLE_DOMAIN");
});

test.skipIf(!isThere && process.env["CI"] === undefined)(
  "MITRE's bundle gives the catalogue that comes with Spoor (needs the shared data)",
  () => {
    const text = gunzipSync(readFileSync(REAL)).toString("utf8");
    expect(read(text, "18.1")).toEqual(ownCatalogue().facts);
  },
);
