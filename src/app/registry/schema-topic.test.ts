import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ManualClock } from "../../base/clock.ts";
import type { RegistryChange } from "../../formats/registry/registry-change.ts";
import type { RegistryCore } from "../../formats/registry/registry-core.ts";
import type { SchemaText } from "../../formats/registry/schema-registry.ts";
import { openMemoryLog } from "../../log/memory-log.ts";
import { RecordBatchBuilder } from "../../log/record-batch-builder.ts";
import { FaultyDisk } from "../../log/segment-log/faulty-disk.ts";
import { MemoryDisk } from "../../log/segment-log/memory-disk.ts";
import { SegmentTopicLog } from "../../log/segment-log/segment-topic-log.ts";
import type { TopicLog } from "../../log/topic-log.ts";
import { writtenRecords } from "../testing/topic-reading.ts";
import { openEmbeddedRegistry } from "./open-schema-registry.ts";
import { decodeRecord, encodeChange } from "./schema-topic-record.ts";
import { SCHEMAS_TOPIC } from "./schema-topic.ts";

function open(log: TopicLog, reports: string[] = []): RegistryCore {
  return openEmbeddedRegistry({ log, clock: new ManualClock(1000), report: (line) => reports.push(line) });
}

function avro(schema: unknown): SchemaText {
  return { type: "AVRO", schema: JSON.stringify(schema), references: [] };
}

function bytesOf(text: string | null): Buffer | null {
  return text === null ? null : Buffer.from(text);
}

function append(log: TopicLog, key: string | null, value: string | null): void {
  const builder = new RecordBatchBuilder();
  builder.appendRecord(bytesOf(key), bytesOf(value), 0, log.allocateArrivals(1));
  log.partition(SCHEMAS_TOPIC, 0).appendBuilder(builder);
}

function snapshot({ state }: RegistryCore) {
  const subjects = state.subjects();
  return {
    versions: subjects.map((subject) => state.versions(subject)),
    settings: [null, ...subjects].map((subject) => [state.config(subject), state.mode(subject)]),
    highestId: state.highestId,
  };
}

/** Something of everything that a registry records. */
function busy(registry: RegistryCore): void {
  registry.register("a", avro("int"));
  registry.register("a", avro("long"));
  registry.register("b", { type: "PROTOBUF", schema: 'syntax = "proto3"; message M {}', references: [] });
  registry.register("c", {
    type: "JSON",
    schema: '{"$ref":"d"}',
    references: [
      {
        name: "d",
        subject: "d",
        version: registry.registerVersion("d", { ...avro({}), type: "JSON" }).version,
      },
    ],
  });
  registry.registerVersion("e", { ...avro("bytes"), metadata: { properties: { owner: "me" } } });
  registry.setConfig(null, { compatibilityLevel: "FULL" });
  registry.setConfig("a", { normalize: true, compatibilityGroup: "g" });
  registry.deleteVersion("a", 1, false);
  registry.deleteSubject("b", false);
  registry.deleteSubject("e", false);
  registry.deleteSubject("e", true);
  registry.setMode("new", "IMPORT", false);
  registry.registerVersion("new", { ...avro("string"), id: 77, version: 5 });
  registry.setMode("new", "READONLY", false);
}

describe("the topic of schemas", () => {
  test("is compacted, never loses by age, and holds records in Confluent's form", () => {
    const log = openMemoryLog();
    const registry = open(log);
    expect(log.topic(SCHEMAS_TOPIC)?.config).toMatchObject({ compacts: true, deletes: false });
    registry.register("s", avro("int"));
    registry.register("p", { type: "PROTOBUF", schema: 'syntax = "proto3";', references: [] });
    registry.setConfig(null, { compatibilityLevel: "NONE" });
    registry.setConfig("s", { compatibilityLevel: "FULL" });
    registry.deleteSubject("p", false);
    registry.deleteVersion("s", 1, false);
    registry.deleteVersion("s", 1, true);
    expect(writtenRecords(log, SCHEMAS_TOPIC).map(({ key, value }) => [key, value])).toEqual([
      [
        '{"keytype":"SCHEMA","subject":"s","version":1,"magic":1}',
        '{"subject":"s","version":1,"id":1,"schema":"\\"int\\"","deleted":false}',
      ],
      [
        '{"keytype":"SCHEMA","subject":"p","version":1,"magic":1}',
        '{"subject":"p","version":1,"id":2,"schemaType":"PROTOBUF","schema":"syntax = \\"proto3\\";","deleted":false}',
      ],
      ['{"keytype":"CONFIG","magic":0}', '{"compatibilityLevel":"NONE"}'],
      ['{"keytype":"CONFIG","subject":"s","magic":0}', '{"subject":"s","compatibilityLevel":"FULL"}'],
      ['{"keytype":"DELETE_SUBJECT","subject":"p","magic":0}', '{"subject":"p","version":1}'],
      [
        '{"keytype":"SCHEMA","subject":"s","version":1,"magic":1}',
        '{"subject":"s","version":1,"id":1,"schema":"\\"int\\"","deleted":true}',
      ],
      ['{"keytype":"NOOP","magic":0}', '{"maxId":2}'],
      ['{"keytype":"SCHEMA","subject":"s","version":1,"magic":1}', null],
      ['{"keytype":"CONFIG","subject":"s","magic":0}', null],
    ]);
  });

  test("gives the registry back, before and after compaction", () => {
    const log = openMemoryLog();
    const first = open(log);
    busy(first);
    expect(snapshot(open(log))).toEqual(snapshot(first));
    log.alterConfig(SCHEMAS_TOPIC, {
      "segment.ms": "1",
      "min.cleanable.dirty.ratio": "0",
      "delete.retention.ms": "0",
    });
    first.setConfig("z", { compatibilityLevel: "NONE" });
    for (let i = 1; i <= 3; i++) log.compact(1e12 * i);
    const reports: string[] = [];
    const again = open(log, reports);
    expect(snapshot(again)).toEqual(snapshot(first));
    expect(reports).toEqual([]);
    expect(again.register("late", avro("float"))).toBe(78);
  });

  test("does not give an id twice that was deleted permanently and compacted away", () => {
    const log = openMemoryLog();
    const registry = open(log);
    registry.register("s", avro("int"));
    registry.deleteSubject("s", false);
    registry.deleteSubject("s", true);
    expect(open(log).register("t", avro("long"))).toBe(2);
  });

  test("reads what a registry of Confluent's wrote", () => {
    const log = openMemoryLog();
    open(log);
    append(log, '{"keytype":"NOOP","magic":0}', null);
    append(
      log,
      '{"keytype":"CONFIG","subject":null,"magic":0}',
      '{"compatibilityLevel":"FORWARD","overrideRuleSet":null}',
    );
    append(
      log,
      '{"keytype":"SCHEMA","subject":"s","version":3,"magic":1}',
      '{"subject":"s","version":3,"id":9,"md5":"x","schemaType":"AVRO","references":[],"schema":"\\"int\\"","deleted":false}',
    );
    append(log, '{"keytype":"MODE","subject":"s","magic":0}', '{"subject":"s","mode":"READONLY"}');
    append(log, '{"keytype":"DELETE_SUBJECT","subject":"s","magic":0}', '{"subject":"s","version":3}');
    append(log, '{"keytype":"CLEAR_SUBJECT","subject":"other","magic":0}', '{"subject":"other"}');
    const reports: string[] = [];
    const registry = open(log, reports);
    expect(reports).toEqual([]);
    expect(registry.state.versions("s")).toEqual([
      expect.objectContaining({ version: 3, id: 9, schema: '"int"', deleted: true }),
    ]);
    expect(registry.configInScope(null).compatibilityLevel).toBe("FORWARD");
    expect(registry.modeInScope("s")).toBe("READONLY");
  });

  test("passes over and reports what it cannot read", () => {
    const log = openMemoryLog();
    open(log).register("s", avro("int"));
    append(log, "not json", "{}");
    append(log, '{"keytype":"SCHEMA","subject":"s","version":2,"magic":1}', '{"subject":"s"}');
    append(log, '{"keytype":"SCHEMA","subject":"s","magic":1}', null);
    append(
      log,
      '{"keytype":"SCHEMA","subject":"s","version":2,"magic":1}',
      '{"subject":"s","version":2,"id":1,"schema":"\\"long\\"","deleted":false}',
    );
    append(log, '{"keytype":"SCHEMA","subject":":.ctx:s","version":1,"magic":1}', null);
    append(log, '{"keytype":"ASSOC","magic":0}', "{}");
    const reports: string[] = [];
    const registry = open(log, reports);
    expect(registry.liveVersions("s").map(({ id }) => id)).toEqual([1]);
    expect(reports).toHaveLength(6);
    expect(reports[3]).toBe("record 4 of topic '_schemas' is passed over: id 1 is another schema already");
    expect(registry.register("s", avro("long"))).toBe(2);
  });

  test("that was not compacted is, from then on", () => {
    const log = openMemoryLog();
    log.createTopic(SCHEMAS_TOPIC, { partitions: 1, config: { "cleanup.policy": "delete" } });
    append(log, null, "{}");
    const reports: string[] = [];
    open(log, reports);
    expect(log.topic(SCHEMAS_TOPIC)?.config).toMatchObject({ compacts: true, deletes: false });
    expect(reports).toHaveLength(2);
    expect(reports[1]).toBe("record 0 of topic '_schemas' is passed over: the record has no key");
  });
});

function faulty() {
  const memory = new MemoryDisk();
  const disk = new FaultyDisk(memory);
  const log = SegmentTopicLog.open({ directory: "log", disk, flushPolicy: "commit" });
  return { disk, log, memory };
}

describe("a disk that fails", () => {
  test("refuses the change, which is not there after a restart either", () => {
    const { disk, log, memory } = faulty();
    const registry = open(log);
    registry.register("s", avro("int"));
    disk.tornAfterBytes = 0;
    expect(() => registry.register("s", avro("long"))).toThrow(
      expect.objectContaining({ code: "SCHEMA_STORE_FAILED" }),
    );
    expect(registry.latest("s")?.version).toBe(1);
    expect(registry.register("s", avro("double"))).toBe(2);
    log.close();
    const again = open(SegmentTopicLog.open({ directory: "log", disk: memory }));
    expect(again.liveVersions("s").map(({ schema }) => schema)).toEqual(['"int"', '"double"']);
  });

  test("a flush that fails takes the change back, or ends all changes", () => {
    const { disk, log } = faulty();
    const registry = open(log);
    registry.register("s", avro("int"));
    disk.fsyncsBeforeFailure = 0;
    expect(() => registry.register("s", avro("long"))).toThrow(
      expect.objectContaining({ code: "SCHEMA_STORE_FAILED" }),
    );
    expect(registry.latest("s")?.version).toBe(1);
    expect(() => registry.register("s", avro("long"))).toThrow(
      expect.objectContaining({ code: "SCHEMA_STORE_FAILED" }),
    );
    expect(registry.byId(1)?.schema).toBe('"int"');
  });

  test("a damaged batch costs its own records only", () => {
    const disk = new MemoryDisk();
    const log = SegmentTopicLog.open({ directory: "log", disk, flushPolicy: "commit" });
    const registry = open(log);
    for (const subject of ["a", "b", "c"])
      registry.register(subject, avro({ type: "int", of: `${subject}-marker` }));
    log.close();
    flipByte(disk, "b-marker");
    const reports: string[] = [];
    const again = open(SegmentTopicLog.open({ directory: "log", disk }), reports);
    expect(again.state.subjects()).toEqual(["a", "c"]);
    expect(reports).toHaveLength(1);
    expect(again.register("d", avro("int"))).toBe(4);
  });
});

function flipByte(disk: MemoryDisk, marker: string): void {
  const folder = `log/${SCHEMAS_TOPIC}-0`;
  const name = disk.list(folder).find((file) => file.endsWith(".log"))!;
  const path = `${folder}/${name}`;
  const file = disk.open(path, false);
  const bytes = Buffer.alloc(disk.status(path)!.sizeBytes);
  disk.read(file, bytes, 0, bytes.length, 0);
  const at = bytes.indexOf(marker);
  disk.write(file, [Buffer.from("X")], at);
  disk.close(file);
}

test("every change is read as it was written", () => {
  const subject = fc.string({ minLength: 1 }).filter((name) => !name.startsWith(":."));
  const change: fc.Arbitrary<RegistryChange> = fc.oneof(
    fc.record({
      kind: fc.constant("schema" as const),
      subject,
      version: fc.integer({ min: 1 }),
      value: fc.option(
        fc.record({
          id: fc.nat(),
          type: fc.constantFrom("AVRO" as const, "PROTOBUF" as const, "JSON" as const),
          schema: fc.string(),
          references: fc.array(fc.record({ name: fc.string(), subject, version: fc.nat() }), {
            maxLength: 2,
          }),
          metadata: fc.option(fc.constant({ properties: { a: "b" } }), { nil: undefined }),
          ruleSet: fc.constant(undefined),
          deleted: fc.boolean(),
        }),
      ),
    }),
    fc.record({
      kind: fc.constant("mode" as const),
      subject: fc.option(subject),
      value: fc.option(fc.constantFrom("IMPORT" as const, "READONLY" as const)),
    }),
    fc.record({ kind: fc.constant("delete-subject" as const), subject, version: fc.nat() }),
    fc.record({ kind: fc.constant("clear-subject" as const), subject: fc.option(subject) }),
    fc.record({ kind: fc.constant("highest-id" as const), id: fc.integer({ min: 1 }) }),
  );
  fc.assert(
    fc.property(change, (written) => {
      expect(decodeRecord(encodeChange(written)).change).toEqual(written);
    }),
  );
});
