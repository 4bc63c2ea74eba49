/** Any sequence of changes against a model of a few lines, and against a second registry made from the changes alone. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { RegistryChange } from "./registry-change.ts";
import { RegistryCore } from "./registry-core.ts";
import { RegistryState } from "./registry-state.ts";

interface ModelVersion {
  readonly version: number;
  readonly schema: string;
  deleted: boolean;
}

/** Subjects as lists, ids as a map: no indexes, no journal. */
class Model {
  readonly subjects = new Map<string, ModelVersion[]>();
  readonly ids = new Map<string, number>();
  highestId = 0;

  versions(subject: string): ModelVersion[] {
    return this.subjects.get(subject) ?? [];
  }

  register(subject: string, schema: string): string {
    const all = this.versions(subject);
    const live = all.findLast((each) => each.schema === schema && !each.deleted);
    if (live === undefined) {
      const version = Math.max(0, ...all.map((each) => each.version)) + 1;
      if (!this.ids.has(schema)) this.ids.set(schema, ++this.highestId);
      const others = all.filter((each) => each.schema !== schema || !each.deleted);
      this.subjects.set(subject, [...others, { version, schema, deleted: false }]);
      return `${this.ids.get(schema)!} ${version}`;
    }
    return `${this.ids.get(schema)!} ${live.version}`;
  }

  delete(subject: string, version: number, permanent: boolean): string {
    const all = this.versions(subject);
    if (all.length === 0) return "SCHEMA_UNKNOWN_SUBJECT";
    const entry = all.find((each) => each.version === version);
    if (entry === undefined) return "SCHEMA_UNKNOWN_VERSION";
    if (entry.deleted && !permanent) return "SCHEMA_VERSION_DELETED";
    if (!entry.deleted && permanent) return "SCHEMA_VERSION_NOT_DELETED";
    if (permanent)
      this.subjects.set(
        subject,
        all.filter((each) => each !== entry),
      );
    else entry.deleted = true;
    this.forgetIds();
    return String(version);
  }

  deleteSubject(subject: string, permanent: boolean): string {
    const all = this.versions(subject);
    if (all.length === 0) return "SCHEMA_UNKNOWN_SUBJECT";
    const live = all.filter((each) => !each.deleted);
    if (!permanent && live.length === 0) return "SCHEMA_SUBJECT_DELETED";
    if (permanent && live.length > 0) return "SCHEMA_SUBJECT_NOT_DELETED";
    if (permanent) this.subjects.delete(subject);
    else for (const each of all) each.deleted = true;
    this.forgetIds();
    return (permanent ? all : live).map(({ version }) => version).join();
  }

  forgetIds(): void {
    const used = new Set([...this.subjects.values()].flat().map(({ schema }) => schema));
    for (const schema of this.ids.keys()) if (!used.has(schema)) this.ids.delete(schema);
  }
}

const subject = fc.constantFrom("a", "b");
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("register" as const), subject, schema: fc.nat(4) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("version" as const),
      subject,
      version: fc.integer({ min: 1, max: 6 }),
      permanent: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("subject" as const), subject, permanent: fc.boolean() }),
  },
);

function outcome(act: () => string): string {
  try {
    return act();
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

function text(n: number): string {
  return `{"type":"int","n":${n}}`;
}

test("does what the model does, and its changes alone give the same state", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const journal: RegistryChange[] = [];
      const core = new RegistryCore({ append: (changes) => journal.push(...changes) });
      const model = new Model();
      for (const each of steps) {
        if (each.kind === "register") {
          const schema = { type: "AVRO" as const, schema: text(each.schema), references: [] };
          const made = core.registerVersion(each.subject, schema);
          expect(`${made.id} ${made.version}`).toBe(model.register(each.subject, text(each.schema)));
        } else if (each.kind === "version") {
          const { version, permanent } = each;
          const got = outcome(() => String(core.deleteVersion(each.subject, version, permanent)));
          expect(got).toBe(model.delete(each.subject, version, permanent));
        } else {
          const got = outcome(() => core.deleteSubject(each.subject, each.permanent).join());
          expect(got).toBe(model.deleteSubject(each.subject, each.permanent));
        }
      }
      const again = new RegistryState();
      for (const change of journal) expect(again.apply(change)).toBeUndefined();
      expect(snapshot(again)).toEqual(snapshot(core.state));
      for (const name of ["a", "b"]) {
        const entries = core.state
          .versions(name)
          .map(({ version, schema, deleted }) => ({ version, schema, deleted }));
        expect(entries).toEqual(model.versions(name).toSorted((a, b) => a.version - b.version));
      }
      for (const [schema, id] of model.ids) expect(core.byId(id)?.schema).toBe(schema);
      expect(core.state.idCount).toBe(model.ids.size);
    }),
    { numRuns: 300 },
  );
});

function snapshot(state: RegistryState) {
  const subjects = state.subjects().map((name) => state.versions(name));
  const ids = Array.from({ length: state.highestId }, (_, i) => state.versionsById(i + 1));
  return { subjects, ids, highestId: state.highestId };
}
