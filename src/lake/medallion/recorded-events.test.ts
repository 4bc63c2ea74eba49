import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openEventFile } from "../../events/files/event-file.ts";
import { loadEventModel } from "../../events/model/event-model.ts";
import { fakeLake } from "../fake-lake.ts";
import type { FakeLake } from "../fake-lake.ts";
import { LayerTables } from "./batch-commit.ts";
import { BRONZE_TABLE } from "./bronze-table.ts";
import { EventShaper } from "./event-shaper.ts";
import { RowBatch } from "./row-batch.ts";

const SHARED = process.env["SPOOR_SHARED"] ?? join(import.meta.dirname, "../../../../shared");
const CAPTURE = join(SHARED, "data/ksql-recipe/winlogbeat.json.tar.gz");

/** How many rows one query has beyond another's. */
function apart(one: string, other: string): string {
  return `(SELECT count(*) FROM ((${one}) EXCEPT ALL (${other})))`;
}

interface SysmonDocument {
  readonly "@timestamp": string;
  readonly computer_name: string;
  readonly event_id: number;
  readonly log_name: string;
  readonly event_data: Readonly<Record<string, string>>;
}

/** Skipped where the recordings are not at hand (SPOOR_SHARED names their folder), but never in CI. */
describe.skipIf(!existsSync(CAPTURE) && process.env["CI"] !== "true")("a recorded capture", () => {
  const documents: SysmonDocument[] = [];
  const values: Buffer[] = [];
  let lake: FakeLake;
  let shaper: EventShaper;

  beforeAll(async () => {
    lake = await fakeLake();
    shaper = new EventShaper(loadEventModel(), { bronze: "bronze/winlogbeat", silver: true });
    const leader = { place: "bronze/winlogbeat", spec: BRONZE_TABLE, prefix: "all:" };
    const tables = new LayerTables(lake.lake, (place) => lake.store(place), leader);
    const batch = new RowBatch();
    for await (const block of openEventFile(CAPTURE)) {
      for (let i = 0; i < block.count; i++) {
        const bytes = block.buffer.subarray(block.starts[i], block.ends[i]);
        const origin = {
          topic: "winlogbeat",
          partition: 0,
          offset: documents.length,
          recordTimeMs: -1,
          ingestTimeMs: 0,
        };
        shaper.shape(bytes, origin, "capture", batch);
        values.push(Buffer.from(bytes));
        documents.push(JSON.parse(bytes.toString("utf8")) as SysmonDocument);
        batch.advance("capture", documents.length);
      }
    }
    await tables.commit(batch);
  }, 60_000);
  afterAll(() => lake.close());

  const rows = async (place: string, columns: string): Promise<Record<string, unknown>[]> => {
    const query = await (await lake.open(place)).query();
    return lake.lake.database.rows(`SELECT ${columns} FROM (${query}) ORDER BY _offset`);
  };

  const sysmon = (id: number) =>
    documents
      .map((document, offset) => ({ document, offset }))
      .filter(({ document }) => document.event_id === id && document.log_name.includes("Sysmon"));

  test("bronze has every event, byte for byte what it came as, under its day and log", async () => {
    const found = await rows(
      "bronze/winlogbeat",
      "raw, _sourcetype, computer, event_id, _event_date, _decode_error",
    );
    expect(found.map((row) => JSON.parse(String(row["raw"])) as unknown)).toEqual(documents);
    expect(
      found.map((row) => [row["_sourcetype"], row["computer"], row["event_id"], row["_event_date"]]),
    ).toEqual(
      documents.map((event) => [
        event.log_name,
        event.computer_name,
        event.event_id,
        event["@timestamp"].slice(0, 10),
      ]),
    );
    expect(found.every((row) => row["_decode_error"] === null)).toBe(true);
    expect([...shaper.leftovers.keys()]).toEqual(["no-table"]);
  });

  test("bronze alone, whose columns are read off the documents as they stand, has the same rows", async () => {
    const place = "alone/winlogbeat";
    const alone = new EventShaper(loadEventModel(), { bronze: place, silver: false });
    const leader = { place, spec: BRONZE_TABLE, prefix: "alone:" };
    const tables = new LayerTables(lake.lake, (name) => lake.store(name), leader);
    const batch = new RowBatch();
    for (const [offset, value] of values.entries()) {
      const origin = { topic: "winlogbeat", partition: 0, offset, recordTimeMs: -1, ingestTimeMs: 0 };
      alone.shape(value, origin, "capture", batch);
    }
    batch.advance("capture", values.length);
    await tables.commit(batch);
    const [one, other] = [await lake.open(place), await lake.open("bronze/winlogbeat")];
    const [ours, theirs] = [await one.query(), await other.query()];
    const query = `SELECT (SELECT count(*) FROM (${ours})) AS n, ${apart(ours, theirs)} AS more, ${apart(theirs, ours)} AS less`;
    const counted = { n: String(values.length), more: "0", less: "0" };
    expect(await lake.lake.database.rows(query)).toEqual([counted]);
  });

  test("silver has the processes that started, value for value", async () => {
    const started = sysmon(1);
    const found = await rows(
      "silver/Process",
      "_offset, event_id, host_name, process_guid, process_id, process_path, process_command_line, process_parent_path, user_logon_id, hash_sha256, epoch_ms(event_time) AS ms",
    );
    const wanted = started.map(({ document, offset }) => {
      const data = document.event_data;
      return {
        _offset: String(offset),
        event_id: 1,
        host_name: document.computer_name,
        process_guid: data["ProcessGuid"]!.replaceAll(/[{}]/g, "").toLowerCase(),
        process_id: Number(data["ProcessId"]),
        process_path: data["Image"],
        process_command_line: data["CommandLine"],
        process_parent_path: data["ParentImage"],
        user_logon_id: String(Number(data["LogonId"])),
        hash_sha256: /SHA256=([0-9A-F]+)/.exec(data["Hashes"]!)?.[1]?.toLowerCase() ?? null,
        ms: String(Date.parse(document["@timestamp"])),
      };
    });
    expect(wanted.length).toBeGreaterThan(10);
    const offsets = new Set(wanted.map(({ _offset }) => _offset));
    expect(found.filter((row) => offsets.has(String(row["_offset"])))).toEqual(wanted);
  });

  test("and the connections", async () => {
    const found = await rows("silver/Network", "_offset, src_ip_addr, dst_ip_addr, dst_port, process_path");
    const wanted = sysmon(3).map(({ document: { event_data: data }, offset }) => ({
      _offset: String(offset),
      dst_port: Number(data["DestinationPort"]),
      process_path: data["Image"],
    }));
    expect(wanted.length).toBeGreaterThan(5);
    const byOffset = new Map(found.map((row) => [row["_offset"], row]));
    for (const row of wanted) expect(byOffset.get(row["_offset"])).toMatchObject(row);
  });
});
