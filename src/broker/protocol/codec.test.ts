import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { allApis } from "./all-apis.ts";
import { apiCodec } from "./api-codec.ts";
import { ByteReader, MalformedFrame } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";
import { apiVersionsApi } from "./messages/api-versions.ts";
import { fetchApi } from "./messages/fetch.ts";
import { metadataApi } from "./messages/metadata.ts";
import { produceApi } from "./messages/produce.ts";
import { messageOf } from "./sample-message.ts";
import type { Field, FieldType, Shape } from "./schema.ts";

const everyVersion = allApis.flatMap((api) => {
  const [least, greatest] = api.versions;
  return Array.from({ length: greatest - least + 1 }, (_, i) => ({ api, version: least + i }));
});

const encoded = (write: (writer: ByteWriter) => void): string => {
  const writer = new ByteWriter();
  write(writer);
  return Buffer.concat(writer.finish()).toString("hex");
};

const compact = (text: string): string => text.replaceAll(/\s/g, "");

describe("what is encoded is decoded again, in every API and version", () => {
  test.each(everyVersion.map(({ api, version }) => [api.name, version, api] as const))(
    "%s %i",
    (_name, version, api) => {
      const codec = apiCodec(api, version);
      const request = fc.property(messageOf(api.request, version), (message) => {
        const writer = new ByteWriter();
        codec.writeRequest(writer, message);
        const reader = new ByteReader(Buffer.concat(writer.finish()));
        expect(codec.readRequest(reader)).toEqual(message);
        expect(reader.remaining).toBe(0);
      });
      const response = fc.property(messageOf(api.response, version), (message) => {
        const writer = new ByteWriter();
        codec.writeResponse(writer, message);
        const size = writer.size;
        const bytes = Buffer.concat(writer.finish());
        expect(bytes.length).toBe(size);
        const reader = new ByteReader(bytes);
        expect(codec.readResponse(reader)).toEqual(message);
        expect(reader.remaining).toBe(0);
      });
      fc.assert(request, { numRuns: 15 });
      fc.assert(response, { numRuns: 15 });
    },
  );
});

test("bytes cut short, changed or made up give an error and nothing worse", () => {
  const property = fc.property(
    fc.constantFrom(...everyVersion),
    fc.uint8Array({ maxLength: 200 }),
    fc.nat(),
    ({ api, version }, noise, at) => {
      const codec = apiCodec(api, version);
      const writer = new ByteWriter();
      codec.writeRequest(writer, fc.sample(messageOf(api.request, version), { numRuns: 1, seed: at })[0]!);
      const valid = Buffer.concat(writer.finish());
      const changed = Buffer.from(valid);
      if (changed.length > 0) changed[at % changed.length]! ^= 1 + (at % 255);
      for (const bytes of [Buffer.from(noise), valid.subarray(0, at % (valid.length + 1)), changed]) {
        try {
          codec.readRequest(new ByteReader(bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedFrame);
        }
      }
    },
  );
  fc.assert(property, { numRuns: 400 });
});

test("a claimed length costs nothing", () => {
  const lengths: [number, string][] = [
    [0, "00000000 7fffffff"],
    [9, "00 0000 00000000 ffffffff0f"],
  ];
  for (const [version, hex] of lengths) {
    const reader = new ByteReader(Buffer.from(compact(hex), "hex"));
    expect(() => apiCodec(produceApi, version).readRequest(reader)).toThrow(MalformedFrame);
  }
  const many = Buffer.alloc(2_000_004);
  many.writeInt32BE(1_000_001);
  expect(() => apiCodec(metadataApi, 1).readRequest(new ByteReader(many))).toThrow("does not fit");
});

/** A Metadata request for topic `t`. */
function askFor(version: number): string {
  const topics = [{ topicId: "00000000-0000-0000-0000-0000000000ff", name: "t" }];
  const request = { topics, allowAutoTopicCreation: false };
  return encoded((writer) => apiCodec(metadataApi, version).writeRequest(writer, request));
}

describe("golden bytes", () => {
  test("ApiVersions request 3: compact strings, tagged fields", () => {
    const request = { clientSoftwareName: "ab", clientSoftwareVersion: "1.0" };
    const bytes = encoded((writer) => apiCodec(apiVersionsApi, 3).writeRequest(writer, request));
    expect(bytes).toBe(compact("03 6162 04 312e30 00"));
  });

  test("ApiVersions answer 0 and 3", () => {
    const response = { errorCode: 0, apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 4 }] };
    const of = (version: number): string =>
      encoded((writer) => apiCodec(apiVersionsApi, version).writeResponse(writer, response));
    expect(of(0)).toBe(compact("0000 00000001 0012 0000 0004"));
    expect(of(3)).toBe(compact("0000 02 0012 0000 0004 00 00000000 00"));
  });

  test("a tagged field stands behind the others, with its size", () => {
    const supportedFeatures = [{ name: "f", minVersion: 1, maxVersion: 2 }];
    const response = { errorCode: 0, apiKeys: [], supportedFeatures };
    const bytes = encoded((writer) => apiCodec(apiVersionsApi, 3).writeResponse(writer, response));
    expect(bytes).toBe(compact("0000 01 00000000 01 00 08 02 0266 0001 0002 00"));
  });

  test("Metadata request 1, 4 and 12", () => {
    expect(askFor(1)).toBe(compact("00000001 0001 74"));
    expect(askFor(4)).toBe(compact("00000001 0001 74 00"));
    expect(askFor(12)).toBe(compact("02 000000000000000000000000000000ff 02 74 00 00 00 00"));
  });

  test("Metadata request for all topics is null from version 1 on", () => {
    const bytes = encoded((writer) => apiCodec(metadataApi, 1).writeRequest(writer, { topics: null }));
    expect(bytes).toBe("ffffffff");
  });

  test("Produce request 3 and 9", () => {
    const partitionData = [{ index: 1, records: Buffer.from("xyz") }];
    const request = { acks: -1, timeoutMs: 1000, topicData: [{ name: "t", partitionData }] };
    const of = (version: number): string =>
      encoded((writer) => apiCodec(produceApi, version).writeRequest(writer, request));
    expect(of(3)).toBe(compact("ffff ffff 000003e8 00000001 0001 74 00000001 00000001 00000003 78797a"));
    expect(of(9)).toBe(compact("00 ffff 000003e8 02 02 74 02 00000001 04 78797a 00 00 00"));
  });

  test("Fetch answer 4 and 13", () => {
    const partition = {
      partitionIndex: 0,
      errorCode: 0,
      highWatermark: 5,
      lastStableOffset: 4,
      logStartOffset: 1,
      abortedTransactions: [{ producerId: 9n, firstOffset: 2 }],
      records: Buffer.from("r"),
    };
    const topicId = "00000000-0000-0000-0000-000000000001";
    const response = { sessionId: 3, responses: [{ topic: "t", topicId, partitions: [partition] }] };
    const of = (version: number): string =>
      encoded((writer) => apiCodec(fetchApi, version).writeResponse(writer, response));
    const aborted = "0000000000000009 0000000000000002";
    expect(of(4)).toBe(
      compact(`00000000 00000001 0001 74 00000001 00000000 0000 0000000000000005 0000000000000004
        00000001 ${aborted} 00000001 72`),
    );
    expect(of(13)).toBe(
      compact(`00000000 0000 00000003 02 00000000000000000000000000000001 02 00000000 0000 0000000000000005
        0000000000000004 0000000000000001 02 ${aborted} 00 ffffffff 02 72 00 00 00`),
    );
  });
});

describe("schemas", () => {
  test("keys are unique and ascend", () => {
    const keys = allApis.map(({ key }) => key);
    expect(keys).toEqual([...new Set(keys)].toSorted((a, b) => a - b));
  });

  test("tagged fields stand in flexible versions only", () => {
    const wrong: string[] = [];
    const check = (shape: Shape, flexibleSince: number, path: string): void => {
      for (const [name, field] of Object.entries(shape)) {
        if (field.tag !== undefined && field.since < flexibleSince) wrong.push(`${path}.${name}`);
        const inner = structOf(field.type);
        if (inner !== undefined) check(inner, flexibleSince, `${path}.${name}`);
      }
    };
    for (const { name, request, response, flexibleSince } of allApis) {
      check(request, flexibleSince, name);
      check(response, flexibleSince, name);
    }
    expect(wrong).toEqual([]);
  });

  test("a later version never takes away what an earlier one could not know", () => {
    const fields = allApis.flatMap(({ request, response }) => [
      ...Object.values(request),
      ...Object.values(response),
    ]);
    const impossible = fields.filter(({ since, until }: Field) => since > until);
    expect(impossible).toEqual([]);
  });
});

function structOf(type: FieldType): Shape | undefined {
  if (type.kind === "array") return structOf(type.element);
  return type.kind === "struct" ? type.shape : undefined;
}
