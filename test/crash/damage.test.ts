/** Bytes that a crash or a bad disk left in the files are reported, and never passed over silently. */
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Application } from "../../src/app/application.ts";
import { liveOnce } from "./child-lives.ts";
import type { KillPlan } from "./child-lives.ts";
import { expectOutputsOfOracle } from "./oracle.ts";
import { openWorkload, recordCount } from "./workload.ts";

const EVENTS = 3000;
const KILLED_AFTER: KillPlan = { after: "events", events: 1500, delayMs: 30 };
const READ_ALL = "SELECT computer_name FROM ALL_EVENTS EMIT CHANGES;";

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "spoor-damage-"));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

/** The last segment of a topic's first partition. */
function segment(topic: string): string {
  const folder = join(dataDir, "log", `${topic}-0`);
  const names = readdirSync(folder).filter((name) => name.endsWith(".log"));
  return join(folder, names.toSorted().at(-1) ?? "");
}

function flipBit(path: string, share: number): void {
  const bytes = readFileSync(path);
  const at = Math.floor(bytes.length * share);
  bytes[at] = bytes[at]! ^ 0x10;
  writeFileSync(path, bytes);
}

async function withApplication(
  run: (application: Application, problems: string[]) => Promise<void>,
): Promise<void> {
  const problems: string[] = [];
  const application = await openWorkload({ dataDir, report: (message) => problems.push(message) });
  try {
    await run(application, problems);
  } finally {
    await application.close();
  }
}

/** Rows until the query ends; the error that ended it is thrown. */
async function readAll(application: Application): Promise<number> {
  const properties = { "auto.offset.reset": "earliest" };
  const stream = await application.service.openQuery({ text: READ_ALL, properties, variables: {} });
  let rows = 0;
  for await (const batch of stream.rows) {
    rows += batch.length;
    if (rows === recordCount(application, "winlogbeat")) stream.close();
  }
  return rows;
}

describe("a torn tail", () => {
  test("is cut and told, and nothing that was committed goes with it", async () => {
    await liveOnce(dataDir, 0, EVENTS, KILLED_AFTER);
    const torn = ["winlogbeat", "WINLOGBEAT_STREAM_REKEY", "SYSMON_JOIN"];
    for (const topic of torn) appendFileSync(segment(topic), Buffer.alloc(700, 0x5a));
    const life = await liveOnce(dataDir, 1, EVENTS, { after: "never" });
    for (const topic of torn) {
      expect(life.problems).toContainEqual(
        expect.stringContaining(`log torn-tail: topic '${topic}' partition 0`),
      );
    }
    await withApplication(async (application, problems) => {
      expect(problems).toEqual([]);
      await expectOutputsOfOracle(application);
    });
  });

  test("that takes committed output with it (a power failure) is told when the log is opened", async () => {
    await liveOnce(dataDir, 0, EVENTS, KILLED_AFTER);
    // Brings every output to its committed end, so that what is cut now was committed.
    await withApplication((application) => application.engine.drain());
    const path = segment("WINLOGBEAT_STREAM_REKEY");
    rmSync(join(dataDir, "log", "clean-shutdown.json"));
    truncateSync(path, readFileSync(path).length - 40);
    await withApplication(async (_application, problems) => {
      expect(problems).toContainEqual(
        expect.stringContaining("log torn-tail: topic 'WINLOGBEAT_STREAM_REKEY'"),
      );
      expect(problems).toContainEqual(
        expect.stringContaining("topic 'WINLOGBEAT_STREAM_REKEY' lost records that were committed"),
      );
    });
  });
});

describe("a flipped bit", () => {
  test("is found when the log is opened after a crash, and stops whoever reads it", async () => {
    await liveOnce(dataDir, 0, EVENTS, KILLED_AFTER);
    flipBit(segment("winlogbeat"), 0.4);
    await withApplication(async (application, problems) => {
      expect(problems).toContainEqual(expect.stringContaining("log damage: topic 'winlogbeat' partition 0"));
      await expect(readAll(application)).rejects.toMatchObject({ code: "LOG_CORRUPT" });
    });
  });

  test("is found by readers also where the log was closed in good order", async () => {
    await liveOnce(dataDir, 0, EVENTS, { after: "never" });
    flipBit(segment("winlogbeat"), 0.4);
    await withApplication(async (application) => {
      await expect(readAll(application)).rejects.toMatchObject({ code: "LOG_CORRUPT" });
    });
  });

  test("stops a query over it with the reason, and the others go on", async () => {
    await liveOnce(dataDir, 0, EVENTS, { after: "never" });
    flipBit(segment("winlogbeat"), 0.4);
    await withApplication(async (application, problems) => {
      const { service, engine } = application;
      const text = `SET 'auto.offset.reset' = 'earliest';
        CREATE STREAM AGAIN AS SELECT * FROM ALL_EVENTS; INSERT INTO NOTES VALUES ('last', 'one');`;
      await service.execute({ text, properties: {}, variables: {} });
      await engine.drain();
      const again = service.queries().find(({ queryId }) => queryId.startsWith("CSAS_AGAIN"));
      expect(again?.state).toBe("ERROR");
      expect(again?.lastError?.message).toContain("'winlogbeat'");
      expect(problems).toContainEqual(expect.stringContaining("CSAS_AGAIN"));
      const noted = service.queries().find(({ queryId }) => queryId.startsWith("CSAS_NOTED"));
      expect(noted).toMatchObject({ state: "RUNNING", lag: 0 });
      expect(recordCount(application, "NOTED")).toBeGreaterThan(0);
    });
  });
});
