import { describe, expect, test } from "vitest";
import { MemorySchemaRegistry } from "./memory-schema-registry.ts";
import { RegistryCore } from "./registry-core.ts";
import type { SchemaReference, SchemaText } from "./schema-registry.ts";

function record(...fields: string[]): SchemaText {
  const all = fields.map((name) => ({ name, type: ["null", "int"], default: null }));
  return avro({ type: "record", name: "R", fields: all });
}

function avro(schema: unknown, references: readonly SchemaReference[] = []): SchemaText {
  return { type: "AVRO", schema: JSON.stringify(schema), references };
}

function code(act: () => unknown): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code;
  }
}

const group = (major: string) => ({ metadata: { properties: { major } } });

describe("registering", () => {
  test("gives a schema one id in all subjects, and versions in each", () => {
    const registry = new MemorySchemaRegistry();
    expect(registry.register("a", record("x"))).toBe(1);
    expect(registry.register("a", record("x", "y"))).toBe(2);
    expect(registry.register("b", record("x", "y"))).toBe(2);
    expect(registry.register("a", record("x"))).toBe(1);
    expect(registry.liveVersions("a").map(({ version, id }) => [version, id])).toEqual([
      [1, 1],
      [2, 2],
    ]);
    expect(registry.latest("b")).toMatchObject({ subject: "b", version: 1, id: 2, type: "AVRO" });
    expect(registry.byId(2)?.schema).toBe(registry.version("a", 2)?.schema);
    expect(registry.byId(3)).toBeUndefined();
  });

  test("knows a schema in another writing", () => {
    const registry = new MemorySchemaRegistry();
    const spaced = { type: "AVRO" as const, schema: '{ "type" : "string" }', references: [] };
    expect(registry.register("a", spaced)).toBe(registry.register("a", avro("string")));
    expect(registry.register("j", { ...spaced, type: "JSON" })).toBe(2);
  });

  test.each([
    ["BACKWARD", { type: "long" }, undefined],
    ["BACKWARD", { type: "string" }, "SCHEMA_INCOMPATIBLE"],
    ["FORWARD", { type: "long" }, "SCHEMA_INCOMPATIBLE"],
    ["FULL", { type: "long" }, "SCHEMA_INCOMPATIBLE"],
    ["NONE", { type: "string" }, undefined],
  ] as const)("at level %s takes %j after int: %s", (compatibilityLevel, schema, expected) => {
    const registry = new MemorySchemaRegistry();
    registry.setConfig(null, { compatibilityLevel });
    registry.register("s", avro("int"));
    expect(code(() => registry.register("s", avro(schema)))).toBe(expected);
    expect(registry.latest("s")?.version).toBe(expected === undefined ? 2 : 1);
  });

  test("transitive levels look at all versions, the others at the last", () => {
    const registry = new MemorySchemaRegistry();
    registry.setConfig("s", { compatibilityLevel: "NONE" });
    registry.register("s", avro("string"));
    registry.register("s", avro("int"));
    registry.setConfig("s", { compatibilityLevel: "BACKWARD_TRANSITIVE" });
    expect(() => registry.register("s", avro("long"))).toThrow(
      expect.objectContaining({ detail: expect.stringContaining("{oldSchemaVersion: 1}") as string }),
    );
    registry.setConfig("s", { compatibilityLevel: "BACKWARD" });
    expect(registry.register("s", avro("long"))).toBe(3);
  });

  test("compares within a group only, where the settings name one", () => {
    const registry = new MemorySchemaRegistry();
    registry.setConfig("s", { compatibilityGroup: "major" });
    registry.registerVersion("s", { ...avro("int"), ...group("1") });
    expect(registry.registerVersion("s", { ...avro("string"), ...group("2") }).version).toBe(2);
    expect(code(() => registry.registerVersion("s", { ...avro("string"), ...group("1") }))).toBe(
      "SCHEMA_INCOMPATIBLE",
    );
  });

  test("another type of schema fits no earlier version", () => {
    const registry = new MemorySchemaRegistry();
    registry.register("s", avro("int"));
    expect(code(() => registry.register("s", { type: "JSON", schema: "{}", references: [] }))).toBe(
      "SCHEMA_INCOMPATIBLE",
    );
  });

  test.each([
    ["", "SCHEMA_INVALID_SUBJECT"],
    ["a\nb", "SCHEMA_INVALID_SUBJECT"],
    [":.other:a", "SCHEMA_INVALID_SUBJECT"],
    ["__GLOBAL", "SCHEMA_INVALID_SUBJECT"],
    [":.:a", undefined],
  ])("subject %j: %s", (subject, expected) => {
    expect(code(() => new MemorySchemaRegistry().register(subject, avro("int")))).toBe(expected);
  });

  test("has limits", () => {
    const registry = new MemorySchemaRegistry();
    const long = avro({ type: "record", name: "R", doc: "x".repeat(1_000_001), fields: [] });
    expect(code(() => registry.register("s", long))).toBe("SCHEMA_TOO_LARGE");
    const references = Array.from({ length: 101 }, () => ({ name: "a", subject: "a", version: 1 }));
    expect(code(() => registry.register("s", avro("int", references)))).toBe("SCHEMA_TOO_LARGE");
    for (let i = 0; i <= 51; i++) {
      const [type, refs] =
        i === 0 ? ["int", []] : [`T${i - 1}`, [{ name: `T${i - 1}`, subject: `t${i - 1}`, version: 1 }]];
      const schema = avro({ type: "record", name: `T${i}`, fields: [{ name: "f", type }] }, refs);
      expect(code(() => registry.register(`t${i}`, schema))).toBe(i > 50 ? "SCHEMA_TOO_LARGE" : undefined);
    }
  });

  test("a change that is not written has not happened", () => {
    let full = false;
    const journal = {
      append: () => {
        if (full) throw new Error("disk full");
      },
    };
    const core = new RegistryCore(journal);
    core.register("s", avro("int"));
    full = true;
    expect(() => core.register("s", avro("long"))).toThrow("disk full");
    expect(() => core.deleteSubject("s", false)).toThrow("disk full");
    expect(core.liveVersions("s").map(({ version }) => version)).toEqual([1]);
    full = false;
    expect(core.register("s", avro("long"))).toBe(2);
  });
});

describe("references", () => {
  const point = avro({ type: "record", name: "Point", fields: [{ name: "x", type: "int" }] });
  const line = avro({ type: "record", name: "Line", fields: [{ name: "a", type: "Point" }] }, [
    { name: "Point", subject: "point", version: 1 },
  ]);

  function registered(): MemorySchemaRegistry {
    const registry = new MemorySchemaRegistry();
    registry.register("point", point);
    registry.register("line", line);
    return registry;
  }

  test("must be there", () => {
    expect(() => new MemorySchemaRegistry().register("line", line)).toThrow(
      "reference 'Point' (subject 'point', version 1) is not registered",
    );
  });

  test("keep what they refer to from being deleted", () => {
    const registry = registered();
    expect(code(() => registry.deleteVersion("point", 1, false))).toBe("SCHEMA_REFERENCED");
    expect(code(() => registry.deleteSubject("point", false))).toBe("SCHEMA_REFERENCED");
    registry.deleteSubject("line", false);
    registry.deleteSubject("point", false);
    expect(code(() => registry.deleteSubject("point", true))).toBe("SCHEMA_REFERENCED");
    registry.deleteSubject("line", true);
    expect(registry.deleteSubject("point", true)).toEqual([1]);
    expect(registry.state.idCount).toBe(0);
  });

  test("make another schema of the same text", () => {
    const registry = registered();
    registry.setConfig(null, { compatibilityLevel: "NONE" });
    registry.register("point", avro({ type: "record", name: "Point", fields: [{ name: "y", type: "int" }] }));
    const second = { ...line, references: [{ name: "Point", subject: "point", version: 2 }] };
    expect(registry.register("line", second)).toBe(4);
  });
});

describe("deleting", () => {
  test("is soft first: hidden, but the id still gives the schema", () => {
    const registry = new MemorySchemaRegistry();
    registry.register("s", avro("int"));
    registry.register("s", avro("long"));
    expect(registry.deleteVersion("s", "latest", false)).toBe(2);
    expect(registry.latest("s")?.version).toBe(1);
    expect(registry.byId(2)?.schema).toBe('"long"');
    expect(code(() => registry.deleteVersion("s", 2, false))).toBe("SCHEMA_VERSION_DELETED");
    expect(code(() => registry.deleteVersion("s", 1, true))).toBe("SCHEMA_VERSION_NOT_DELETED");
    expect(code(() => registry.deleteVersion("s", 3, false))).toBe("SCHEMA_UNKNOWN_VERSION");
    expect(code(() => registry.deleteVersion("t", 1, false))).toBe("SCHEMA_UNKNOWN_SUBJECT");
    expect(code(() => registry.deleteSubject("s", true))).toBe("SCHEMA_SUBJECT_NOT_DELETED");
    expect(registry.deleteSubject("s", false)).toEqual([1]);
    expect(code(() => registry.deleteSubject("s", false))).toBe("SCHEMA_SUBJECT_DELETED");
    expect(registry.deleteSubject("s", true)).toEqual([1, 2]);
    expect(registry.byId(2)).toBeUndefined();
    expect(code(() => registry.deleteSubject("s", true))).toBe("SCHEMA_UNKNOWN_SUBJECT");
  });

  test("a schema that comes again has its id and the next version; a permanently deleted one has a new id", () => {
    const registry = new MemorySchemaRegistry();
    registry.register("s", avro("int"));
    registry.deleteVersion("s", 1, false);
    expect(registry.registerVersion("s", avro("int"))).toMatchObject({ id: 1, version: 2 });
    expect(registry.state.version("s", 1)).toBeUndefined();
    registry.deleteSubject("s", false);
    registry.setConfig("s", { compatibilityLevel: "NONE" });
    registry.deleteSubject("s", true);
    expect(registry.state.config("s")).toBeUndefined();
    expect(registry.registerVersion("s", avro("int"))).toMatchObject({ id: 2, version: 1 });
  });
});

describe("modes", () => {
  test("READONLY refuses changes, IMPORT takes ids and versions as they are", () => {
    const registry = new MemorySchemaRegistry();
    registry.setMode("s", "READONLY", false);
    expect(code(() => registry.register("s", avro("int")))).toBe("SCHEMA_NOT_PERMITTED");
    expect(code(() => registry.setConfig("s", { normalize: true }))).toBe("SCHEMA_NOT_PERMITTED");
    expect(registry.register("other", avro("int"))).toBe(1);
    registry.setMode("s", "IMPORT", false);
    expect(code(() => registry.register("s", avro("int")))).toBe("SCHEMA_NOT_PERMITTED");
    expect(registry.registerVersion("s", { ...avro("string"), id: 40, version: 7 })).toMatchObject({
      id: 40,
      version: 7,
    });
    expect(registry.registerVersion("s", { ...avro("int"), id: 1, version: 3 })).toMatchObject({
      id: 1,
      version: 3,
    });
    expect(code(() => registry.registerVersion("s", { ...avro("bytes"), id: 1 }))).toBe(
      "SCHEMA_NOT_PERMITTED",
    );
    // One schema may have two ids, from two registries that became one.
    expect(registry.registerVersion("s", { ...avro("string"), id: 39, version: 1 })).toMatchObject({
      id: 39,
    });
    expect(registry.registerVersion("s", { ...avro("string"), id: 39, version: 2 })).toMatchObject({
      id: 39,
    });
    const point = avro({ type: "record", name: "P", fields: [{ name: "s", type: "string" }] });
    const reference = { name: "x", subject: "s", version: 7 };
    registry.registerVersion("third", { ...point, references: [reference] });
    expect(code(() => registry.registerVersion("s", { ...avro("float"), id: 60, version: 7 }))).toBe(
      "SCHEMA_REFERENCED",
    );
    registry.setMode("s", "READWRITE", false);
    expect(code(() => registry.registerVersion("s", { ...avro("bytes"), id: 50 }))).toBe(
      "SCHEMA_NOT_PERMITTED",
    );
    expect(registry.registerVersion("s", avro("bytes"))).toMatchObject({ id: 42, version: 8 });
  });

  test("IMPORT wants an empty registry, and forgets what is deleted", () => {
    const registry = new MemorySchemaRegistry();
    registry.register("s", avro("int"));
    expect(code(() => registry.setMode(null, "IMPORT", false))).toBe("SCHEMA_NOT_PERMITTED");
    registry.deleteSubject("s", false);
    registry.setMode(null, "IMPORT", false);
    expect(registry.state.subjects()).toEqual([]);
    expect(registry.modeInScope("s")).toBe("IMPORT");
    registry.setMode("s", "READONLY", false);
    registry.setMode(null, "READONLY_OVERRIDE", false);
    expect(registry.modeInScope("s")).toBe("READONLY_OVERRIDE");
    expect(registry.removeMode("s")).toBe("READONLY");
  });
});
