/** Compaction keeps the last record of a key: it must never take away a position that counts. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { OFFSETS_TOPIC } from "../broker-log.ts";
import { FakeHost, fakeCaller } from "../state-topics/fake-host.ts";
import { FakeTransactionalProducer } from "../transactions/fake-transactional-producer.ts";
import { FakeConsumer, GROUP } from "./fake-consumer.ts";

/** Every record gets a segment of its own, so that compaction sees all but the last. */
function host(): FakeHost {
  const made = new FakeHost();
  made.log.alterConfig(OFFSETS_TOPIC, { "segment.bytes": "14", "min.cleanable.dirty.ratio": "0" });
  return made;
}

async function begin(of: FakeHost, id: string): Promise<FakeTransactionalProducer> {
  const producer = new FakeTransactionalProducer(of, id);
  await producer.init();
  return producer;
}

async function stage(producer: FakeTransactionalProducer, offset: number): Promise<number> {
  const { producerId, epoch: producerEpoch, id: transactionalId, host: of } = producer;
  const who = { transactionalId, producerId, producerEpoch, groupId: GROUP };
  const added = await of.transactions.addOffsetsToTxn(who, fakeCaller(3));
  if (added.errorCode !== 0) return added.errorCode;
  const partitions = [
    { partitionIndex: 0, committedOffset: offset, committedLeaderEpoch: -1, committedMetadata: null },
  ];
  const outside = { generationId: -1, memberId: "", groupInstanceId: null };
  const request = { ...who, ...outside, topics: [{ name: "t", partitions }] };
  const answer = await of.groups.stageOffsets(request, fakeCaller(3));
  return answer.topics[0]!.partitions[0]!.errorCode;
}

/** Compacts, with new records behind so that everything so far is sealed, and starts again. */
async function compactAndKill(of: FakeHost): Promise<void> {
  await new FakeConsumer(of, "other").commit(1);
  of.log.compact(of.timers.nowMs());
  of.kill();
}

describe("a position", () => {
  test("outlives the abort of a later one", async () => {
    const of = host();
    const consumer = new FakeConsumer(of);
    await consumer.commit(1);
    const producer = await begin(of, "a");
    expect(await stage(producer, 5)).toBe(0);
    await producer.end(false);
    await compactAndKill(of);
    expect(await consumer.position()).toEqual({ offset: 1, errorCode: 0 });
  });

  test("outlives compaction while a later one is open", async () => {
    const of = host();
    const consumer = new FakeConsumer(of);
    await consumer.commit(1);
    const producer = await begin(of, "a");
    await stage(producer, 5);
    await compactAndKill(of);
    expect((await consumer.position()).offset).toBe(1);
    await producer.end(false);
    await compactAndKill(of);
    expect((await consumer.position()).offset).toBe(1);
  });

  test("of an open transaction is not covered by writing again what another's abort has covered", async () => {
    const of = host();
    const consumer = new FakeConsumer(of);
    await consumer.commit(1);
    const [first, second] = [await begin(of, "a"), await begin(of, "b")];
    await stage(first, 5);
    await stage(second, 7);
    await first.end(false);
    await compactAndKill(of);
    expect((await consumer.position()).offset).toBe(1);
    await second.end(true);
    expect((await consumer.position()).offset).toBe(7);
    await compactAndKill(of);
    expect((await consumer.position()).offset).toBe(7);
  });

  test("that never was stays away after an abort", async () => {
    const of = host();
    const producer = await begin(of, "a");
    await stage(producer, 5);
    await producer.end(false);
    await compactAndKill(of);
    expect((await new FakeConsumer(of).position()).offset).toBe(-1);
  });

  test("is written again at the start where the process was killed before it could be", async () => {
    const of = host();
    const consumer = new FakeConsumer(of);
    await consumer.commit(1);
    const producer = await begin(of, "a");
    await stage(producer, 5);
    // Decision and marker; then there is no room.
    of.appendsLeft = 2;
    await producer.end(false);
    of.kill();
    await compactAndKill(of);
    expect((await consumer.position()).offset).toBe(1);
    expect(producer.state).toBe("CompleteAbort");
  });
});

test("whatever is committed, staged, ended, compacted and killed, the position is the model's", async () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant("commit" as const), offset: fc.nat(1000) }),
    fc.record({ kind: fc.constant("stage" as const), producer: fc.nat(1), offset: fc.nat(1000) }),
    fc.record({ kind: fc.constant("end" as const), producer: fc.nat(1), commit: fc.boolean() }),
    fc.record({ kind: fc.constantFrom("compact" as const, "kill" as const) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const of = host();
      const consumer = new FakeConsumer(of);
      const producers = [await begin(of, "a"), await begin(of, "b")];
      const staged: ({ offset: number; at: number } | undefined)[] = [undefined, undefined];
      let committed = { offset: -1, at: -1 };
      for (const [at, each] of steps.entries()) {
        if (each.kind === "commit") {
          expect(await consumer.commit(each.offset)).toBe(0);
          committed = { offset: each.offset, at };
        } else if (each.kind === "stage") {
          expect(await stage(producers[each.producer]!, each.offset)).toBe(0);
          staged[each.producer] = { offset: each.offset, at };
        } else if (each.kind === "end") {
          const own = staged[each.producer];
          if (own === undefined) continue;
          expect(await producers[each.producer]!.end(each.commit)).toBe(0);
          if (each.commit && own.at > committed.at) committed = own;
          staged[each.producer] = undefined;
        } else if (each.kind === "compact") {
          await compactAndKill(of);
        } else {
          of.kill();
        }
        expect((await consumer.position()).offset).toBe(committed.offset);
      }
      for (const [i, producer] of producers.entries()) if (staged[i] !== undefined) await producer.end(false);
      expect((await consumer.position()).offset).toBe(committed.offset);
      const log = of.partition(OFFSETS_TOPIC);
      expect(log.highWatermark).toBe(log.endOffset);
    }),
    { numRuns: 150 },
  );
});
