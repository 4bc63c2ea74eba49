import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CrashError } from "../../lake/store/fake-store.ts";
import { markerWire, transactionalWire } from "../../log/transactions/fake-producer-batch.ts";
import { FakeDyingStores, FakeSinkWorld, sysmonEvent } from "./fake-sink.ts";

let world: FakeSinkWorld;
beforeEach(async () => {
  world = await FakeSinkWorld.open();
});
afterEach(() => world.close());

const GUID = "{3EBD9AFA-0001-5EA1-0000-001000000000}";
const PLAIN_GUID = GUID.slice(1, -1).toLowerCase();

function started(n: number, day = "2026-03-01"): string {
  const Image = `C:\\tools\\p${n}.exe`;
  return sysmonEvent(1, `${day}T10:00:00.123Z`, { ProcessGuid: GUID, ProcessId: String(n), Image });
}

function connected(n: number): string {
  return sysmonEvent(3, "2026-03-01T10:00:01Z", { ProcessGuid: GUID, DestinationIp: `10.0.0.${n}` });
}

describe("layers", () => {
  test("bronze has the event as it came, silver the model's row, both their place in the topic", async () => {
    world.log.createTopic("winlogbeat", { partitions: 1 });
    world.append("winlogbeat", 0, [started(4), connected(9)]);
    const sink = world.sink();
    await world.drain(sink);
    const bronze = await world.rows(
      "bronze/winlogbeat",
      "_offset, event_id, computer, process_guid, _sourcetype, _event_date, _event_time, _ingest_time, dst_ip_addr, raw",
    );
    expect(bronze).toEqual([
      [
        "0",
        1,
        "ws1.lab",
        PLAIN_GUID,
        "Microsoft-Windows-Sysmon/Operational",
        "2026-03-01",
        "2026-03-01 10:00:00.123+00",
        "2026-03-02 12:00:00+00",
        null,
        started(4),
      ],
      expect.arrayContaining(["1", 3, "10.0.0.9", connected(9)]),
    ]);
    const columns =
      "_topic, _partition, _offset, process_id, process_path, process_name, host_name, _event_date";
    expect(await world.rows("silver/Process", columns)).toEqual([
      ["winlogbeat", 0, "0", 4, "C:\\tools\\p4.exe", "p4.exe", "ws1.lab", "2026-03-01"],
    ]);
    expect(await world.rows("silver/Network", "_offset, dst_ip_addr")).toEqual([["1", "10.0.0.9"]]);
    expect(sink.lag()).toBe(0);
    expect(sink.figures).toMatchObject({ recordsRead: 2, rowsWritten: 4, commits: 3, recordsLost: 0 });
  });

  test("what is no event is in bronze with the reason, and counted; what comes late goes to its own day", async () => {
    world.log.createTopic("winlogbeat", { partitions: 1 });
    const odd = [Buffer.from([0x7b, 0xff, 0x00]), "{not json", '{"a":1}', null, "[1]"];
    world.append("winlogbeat", 0, [...odd, started(1, "2024-01-31")]);
    const sink = world.sink();
    await world.drain(sink);
    const rows = await world.rows("bronze/winlogbeat", "_offset, _sourcetype, _event_date, raw, _raw_base64");
    expect(rows).toEqual([
      ["0", "undecodable", "2026-03-02", null, "e/8A"],
      ["1", "undecodable", "2026-03-02", "{not json", null],
      ["2", "undecodable", "2026-03-02", '{"a":1}', null],
      ["3", "undecodable", "2026-03-02", null, null],
      ["4", "undecodable", "2026-03-02", "[1]", null],
      ["5", "Microsoft-Windows-Sysmon/Operational", "2024-01-31", started(1, "2024-01-31"), null],
    ]);
    expect(Object.fromEntries(sink.leftovers)).toEqual({
      "not-utf8": 1,
      "not-json": 2,
      "not-an-event": 1,
      empty: 1,
    });
    const [error] = await world.rows("bronze/winlogbeat", "min(_decode_error), count(_decode_error)");
    expect(error).toEqual([expect.stringContaining("empty: "), "5"]);
  });

  test("texts of all kinds are in both layers as they came", async () => {
    world.log.createTopic("winlogbeat", { partitions: 1 });
    const texts = [
      "plain",
      "quotes \" and \\ and , and ; and '",
      "lines\r\nof\ttext\n",
      "controls \u0001\u0002\u001f\u007f\u0085\u2028",
      "žluťoučký 🐎 日本",
      " spaces ",
      "NULL",
    ];
    const documents = texts.map((CommandLine, n) =>
      sysmonEvent(1, "2026-03-01T10:00:00Z", { ProcessId: String(n), CommandLine, event_other: "o" }),
    );
    const indented = JSON.stringify(JSON.parse(documents[0]!), null, 2).replaceAll("\n", "\r\n");
    const long = sysmonEvent(1, "2026-03-01T10:00:00Z", { CommandLine: "x".repeat(300_000) });
    world.append("winlogbeat", 0, [...documents, indented, long]);
    await world.drain(world.sink());
    const wanted = [...texts, texts[0], "x".repeat(300_000)];
    const bronze = await world.rows(
      "bronze/winlogbeat",
      "CAST(_offset AS INTEGER), raw, process_command_line",
    );
    expect(bronze).toEqual([...documents, indented, long].map((raw, n) => [n, raw, wanted[n]]));
    const silver = await world.rows("silver/Process", "CAST(_offset AS INTEGER), process_command_line");
    expect(silver).toEqual(wanted.map((text, n) => [n, text]));
    const others = await world.rows("silver/Process", "event_other ->> '$.event_other'");
    expect(others.filter(([other]) => other === "o")).toHaveLength(8);
  });

  test("half characters and zeros do not stop it", async () => {
    world.log.createTopic("winlogbeat", { partitions: 1 });
    const half = started(1).replace("p1.exe", String.raw`p\ud800\u0000.exe`);
    world.append("winlogbeat", 0, [half, started(2)]);
    await world.drain(world.sink());
    expect(await world.rows("bronze/winlogbeat", "raw")).toEqual(
      expect.arrayContaining([[half], [started(2)]]),
    );
    expect(await world.rows("silver/Process", "process_name")).toEqual([["p2.exe"], ["p\ufffd\0.exe"]]);
  });

  test("silver alone keeps its progress, and a layer that joins later is filled from the beginning", async () => {
    world.log.createTopic("winlogbeat", { partitions: 2 });
    world.append("winlogbeat", 0, [started(1), connected(1)]);
    world.append("winlogbeat", 1, [started(2)]);
    await world.drain(world.sink({ layers: ["silver"] }));
    const again = world.sink({ layers: ["silver"] });
    await world.drain(again);
    expect(again.figures.recordsRead).toBe(0);
    await world.drain(world.sink());
    expect(await world.rows("silver/Process", "process_id")).toEqual([[1], [2]]);
    expect(await world.rows("bronze/winlogbeat", "_partition, _offset")).toEqual([
      [0, "0"],
      [0, "1"],
      [1, "0"],
    ]);
  });
});

describe("what is read", () => {
  test("a batch is due by age or size, and nothing is read beyond it", async () => {
    world.log.createTopic("winlogbeat", { partitions: 1 });
    const sink = world.sink({ batchBytes: 4096 });
    expect([await sink.gather(), sink.dueInMs()]).toEqual([false, undefined]);
    world.append("winlogbeat", 0, [started(1)]);
    expect([await sink.gather(), sink.dueInMs()]).toEqual([true, 2000]);
    world.clock.advance(1500);
    expect(sink.dueInMs()).toBe(500);
    for (let n = 0; n < 40; n++) world.append("winlogbeat", 0, [started(n)]);
    while (!sink.isFull) await sink.gather();
    expect([sink.dueInMs(), sink.figures.recordsRead < 41]).toEqual([0, true]);
  });

  test("a topic that is made anew is read from its beginning; one that comes later is waited for", async () => {
    const sink = world.sink();
    expect([await sink.gather(), sink.lag()]).toEqual([false, undefined]);
    for (const n of [1, 2]) {
      world.log.createTopic("winlogbeat", { partitions: 1 });
      world.append("winlogbeat", 0, [started(n)]);
      await world.drain(sink);
      world.log.deleteTopic("winlogbeat");
    }
    expect(await world.rows("silver/Process", "process_id")).toEqual([[1], [2]]);
  });

  test("records of a transaction are read when it is committed, and never when it is aborted", async () => {
    world.log.createTopic("winlogbeat", { partitions: 1 });
    const partition = world.log.partition("winlogbeat", 0);
    const sink = world.sink();
    partition.appendWire(transactionalWire(1n, [[null, started(1)]]));
    world.append("winlogbeat", 0, [started(2)]);
    await world.drain(sink);
    expect(sink.figures.recordsRead).toBe(0);
    partition.appendWire(markerWire(1n, false));
    partition.appendWire(transactionalWire(2n, [[null, started(3)]]));
    partition.appendWire(markerWire(2n, true));
    await world.drain(sink);
    expect(await world.rows("silver/Process", "process_id")).toEqual([[2], [3]]);
    expect(sink.lag()).toBe(0);
  });

  test("records that retention deleted first are counted", async () => {
    world.log.createTopic("winlogbeat", { partitions: 1 });
    world.append("winlogbeat", 0, [started(1)]);
    world.append("winlogbeat", 0, [started(2)]);
    world.log.partition("winlogbeat", 0).deleteRecordsBefore(1);
    const sink = world.sink();
    await world.drain(sink);
    expect(sink.figures).toMatchObject({ recordsLost: 1, recordsRead: 1 });
  });

  test("a topic that has lost its end is refused, since new records would take old places", async () => {
    world.log.createTopic("winlogbeat", { partitions: 1 });
    world.append("winlogbeat", 0, [started(1), started(2)]);
    await world.drain(world.sink());
    world.log.partition("winlogbeat", 0).truncateTo(0);
    await expect(world.sink().gather()).rejects.toMatchObject({ code: "CONNECT_TOPIC_CUT" });
  });
});

/** Both layers of two rounds of events, stopped at one change of the stores and started anew. */
async function crashAt(at: number, afterEffect: boolean): Promise<boolean> {
  const stores = new FakeDyingStores((place) => world.lake.store(place), at, afterEffect);
  const crashing = world.sink({ storeOf: (place) => stores.store(place) });
  const rounds = [1, 2].values();
  const append = (round: number): void => {
    world.append("winlogbeat", 0, [started(round), connected(round), "junk"]);
    world.append("winlogbeat", 1, [started(round + 100)]);
  };
  try {
    for (let next = rounds.next(); !next.done; next = rounds.next()) {
      append(next.value);
      await world.drain(crashing);
    }
  } catch (error) {
    expect(error).toBeInstanceOf(CrashError);
  }
  for (let next = rounds.next(); !next.done; next = rounds.next()) append(next.value);
  await world.drain(world.sink());
  return stores.isDead;
}

describe("exactly once", () => {
  test.each([false, true])(
    "stopped at any change of any table, after its effect %s: every event is there, none twice",
    async (afterEffect) => {
      let crashes = 0;
      for (let at = 1; ; at++) {
        world.log.createTopic("winlogbeat", { partitions: 2 });
        const crashed = await crashAt(at, afterEffect);
        expect(await world.rows("bronze/winlogbeat", "_partition, _offset")).toEqual([
          ...Array.from({ length: 6 }, (_, n) => [0, String(n)]),
          ...Array.from({ length: 2 }, (_, n) => [1, String(n)]),
        ]);
        const processes = [1, 2, 101, 102].map((n) => [n]);
        expect(await world.rows("silver/Process", "process_id")).toEqual(processes);
        const addresses = ["10.0.0.1", "10.0.0.2"].map((ip) => [ip]);
        expect(await world.rows("silver/Network", "dst_ip_addr")).toEqual(addresses);
        await world.close();
        world = await FakeSinkWorld.open();
        if (!crashed) break;
        crashes += 1;
      }
      expect(crashes).toBeGreaterThan(12);
    },
    60_000,
  );

  test("two that read for one connector: one meets a conflict, and no event is there twice", async () => {
    world.log.createTopic("winlogbeat", { partitions: 1 });
    const [one, other] = [world.sink(), world.sink()];
    world.append("winlogbeat", 0, [started(1)]);
    await world.drain(one);
    await other.gather();
    world.append("winlogbeat", 0, [started(2), connected(1)]);
    await world.drain(one);
    await other.gather();
    await expect(other.commit()).rejects.toMatchObject({ code: "LAKE_CONFLICT" });
    other.reset();
    await world.drain(other);
    expect(await world.rows("silver/Process", "process_id")).toEqual([[1], [2]]);
    expect(await world.rows("bronze/winlogbeat", "_offset")).toEqual([["0"], ["1"], ["2"]]);
  });
});
