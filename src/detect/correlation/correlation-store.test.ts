import { expect, test } from "vitest";
import { MemoryStore } from "../../engine/state/memory-store.ts";
import { CorrelationStore, STORE_VERSION } from "./correlation-store.ts";
import { EventClock } from "./event-clock.ts";

/** A store that has one of each kind. */
function filled(): MemoryStore {
  const memory = new MemoryStore();
  const store = new CorrelationStore(memory);
  store.putHead({ version: STORE_VERSION, clock: new EventClock().state, events: 1, next: 2 });
  const shelf = store.shelf("many");
  shelf.putDefinition("[]");
  shelf.putGroup(1, { values: ["ann"], used: 1 });
  const item = { number: 1, timeMs: 5, event: 1, rule: 0, value: undefined, fields: {}, reference: "t/0/0" };
  shelf.putItem(1, item);
  store.putDocument("t/0/0", 1, "{}");
  return memory;
}

function readAll(memory: MemoryStore): unknown {
  const store = new CorrelationStore(memory);
  return [store.head(), store.definitions(), store.shelf("many").groups(), store.documents()];
}

test("what was written is read", () => {
  expect(readAll(filled())).toMatchObject([
    { events: 1, next: 2 },
    new Map([["many", "[]"]]),
    [{ id: 1, values: ["ann"], items: [{ timeMs: 5, reference: "t/0/0" }] }],
    [["t/0/0", "{}"]],
  ]);
});

test.each([
  ["h", '{"version":2}', `it is of version 2, and this server writes ${STORE_VERSION}`],
  ["h", `{"version":${STORE_VERSION},"newestMs":5,"events":1,"next":1}`, "its 'clock' is no object"],
  ["h", `{"version":${STORE_VERSION},"clock":{},"events":1,"next":1}`, "its clock is of another form"],
  ["h", "[]", "its 'version' is no number"],
  ["c", "not JSON", "not valid JSON"],
  ["c", "null", "it is no object"],
  ["g", '{"values":{},"used":1}', "its 'values' is no array"],
  ["i", '{"number":1}', "its 'timeMs' is no number"],
  ["d", "short", "a document has no number before it"],
])("of another form it is refused: %s %s", (kind, value, detail) => {
  const memory = filled();
  const [first] = memory.range(Buffer.from(kind), undefined);
  memory.put(first!.key, Buffer.from(value));
  expect(() => readAll(memory)).toThrow(
    expect.objectContaining({
      code: "SIGMA_STATE_UNREADABLE",
      message: "the stored state of correlations cannot be read",
      detail: expect.stringContaining(detail) as unknown,
    }),
  );
});
