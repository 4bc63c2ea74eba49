import { describe, expect, test } from "vitest";
import { RowQueue } from "./row-queue.ts";
import type { QueryRow } from "./service.ts";

class Producer {
  readonly calls: string[] = [];
  pause() {
    this.calls.push("pause");
  }
  resume() {
    this.calls.push("resume");
  }
  stop() {
    this.calls.push("stop");
  }
}

function rows(...texts: string[]): QueryRow[] {
  return texts.map((text) => ({ text, tombstone: false }));
}

async function read(queue: RowQueue): Promise<string[]> {
  const texts: string[] = [];
  for await (const batch of queue.rows()) texts.push(...batch.map((row) => row.text));
  return texts;
}

describe("row queue", () => {
  test("gives rows in order and the end", async () => {
    const queue = new RowQueue(10, 1000);
    queue.push(rows("a", "b"));
    queue.push(rows("c"));
    queue.finish("limit");
    queue.push(rows("late"));
    expect(await read(queue)).toEqual(["a", "b", "c"]);
    expect(queue.end).toBe("limit");
  });

  test("pauses the producer when full and lets it go on when half is read", async () => {
    const queue = new RowQueue(4, 1000);
    const producer = new Producer();
    queue.attach(producer);
    queue.push(rows("a", "b"));
    expect(producer.calls).toEqual([]);
    queue.push(rows("c", "d", "e"));
    expect(producer.calls).toEqual(["pause"]);
    const reader = queue.rows();
    await reader.next();
    expect(producer.calls).toEqual(["pause"]);
    await reader.next();
    expect(producer.calls).toEqual(["pause", "resume"]);
    await reader.return(undefined);
    expect(producer.calls).toEqual(["pause", "resume", "stop"]);
  });

  test("a few wide rows fill it as well as many small ones", () => {
    const queue = new RowQueue(1000, 100);
    const producer = new Producer();
    queue.attach(producer);
    queue.push(rows("x".repeat(99)));
    expect(producer.calls).toEqual([]);
    queue.push(rows("y"));
    expect(producer.calls).toEqual(["pause"]);
  });

  test("a producer that filled it before it was attached is paused then", () => {
    const queue = new RowQueue(1, 1000);
    queue.push(rows("a"));
    const producer = new Producer();
    queue.attach(producer);
    expect(producer.calls).toEqual(["pause"]);
  });

  test("closing wakes a waiting reader and stops the producer once", async () => {
    const queue = new RowQueue(4, 1000);
    const producer = new Producer();
    queue.attach(producer);
    const reading = read(queue);
    queue.close();
    queue.close();
    expect(await reading).toEqual([]);
    expect(queue.end).toBe("terminated");
    expect(producer.calls).toEqual(["stop"]);
  });

  test("a failure comes after the rows before it", async () => {
    const queue = new RowQueue(4, 1000);
    queue.push(rows("a"));
    queue.finish(new Error("broken"));
    const reader = queue.rows();
    expect((await reader.next()).value).toEqual(rows("a"));
    await expect(reader.next()).rejects.toThrow("broken");
    expect(queue.end).toBeUndefined();
  });
});
