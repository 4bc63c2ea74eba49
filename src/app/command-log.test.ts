import { describe, expect, test } from "vitest";
import { ManualClock } from "../base/clock.ts";
import { openMemoryLog } from "../log/memory-log.ts";
import { RecordBatchBuilder } from "../log/record-batch-builder.ts";
import { EmbeddedCommandLog, commandTopicName } from "./command-log.ts";
import type { Command } from "./command-log.ts";

function command(statement: string): Command {
  return {
    version: 1,
    commandId: "stream/`S`/create",
    statement,
    properties: { "ksql.streams.auto.offset.reset": "earliest" },
    variables: { v: "1" },
    queryId: null,
    topics: { winlogbeat: 3 },
  };
}

describe("command log", () => {
  test("gives commands back in order with their sequence numbers, over a second opening too", () => {
    const log = openMemoryLog();
    const commands = new EmbeddedCommandLog(log, "default_", new ManualClock(5));
    expect(commands.nextSequence).toBe(0);
    expect(commands.append(command("A;"))).toBe(0);
    expect(commands.append(command("B;"))).toBe(1);
    const again = new EmbeddedCommandLog(log, "default_", new ManualClock(6));
    expect(again.nextSequence).toBe(2);
    expect(again.commands()).toEqual([
      { sequence: 0, command: command("A;") },
      { sequence: 1, command: command("B;") },
    ]);
  });

  test("passes cancelled commands over and goes on numbering", () => {
    const commands = new EmbeddedCommandLog(openMemoryLog(), "default_", new ManualClock());
    commands.append(command("A;"));
    commands.cancel({ sequence: commands.append(command("B;")), command: command("B;") });
    expect(commands.append(command("C;"))).toBe(3);
    expect(commands.commands().map(({ sequence }) => sequence)).toEqual([0, 3]);
  });

  test("is kept for ever, under ksqlDB's name", () => {
    const log = openMemoryLog();
    new EmbeddedCommandLog(log, "default_", new ManualClock()).append(command("A;"));
    expect(log.topic("_confluent-ksql-default__command_topic")?.config.retentionMs).toBe(-1);
  });

  test("a record that is no command is reported with its place", () => {
    const log = openMemoryLog();
    const commands = new EmbeddedCommandLog(log, "x", new ManualClock());
    commands.append(command("A;"));
    const builder = new RecordBatchBuilder();
    builder.appendRecord(null, Buffer.from("{}"), 0, log.allocateArrivals(1));
    log.partition(commandTopicName("x"), 0).appendBuilder(builder);
    expect(() => commands.commands()).toThrow("command 1 of the command log cannot be read");
  });
});
