import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SubTopology } from "./sub-topologies.ts";
import { assignTasks, decodeTasks, encodeTasks } from "./task-assignor.ts";

const sub = (number: number, topic: string, tasks: number, single = false): SubTopology => ({
  number,
  fragments: [],
  topics: [topic, "shared"],
  tasks,
  single,
});

const member = (memberId: string, tasks: readonly string[] = []) => ({
  memberId,
  topics: [],
  userData: encodeTasks(tasks),
});

function tasksOf(assignment: ReturnType<typeof assignTasks>, id: string): readonly string[] {
  return decodeTasks(assignment.get(id)!.userData);
}

describe("assignment", () => {
  test("every task has one owner, as evenly as can be", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 6 }),
        fc.array(fc.constantFrom("0_0", "0_1", "1_0", "1_7", "9_9"), { maxLength: 4 }),
        (first, second, ids, before) => {
          const subs = [sub(0, "a", first), sub(1, "b", second)];
          const members = ids.map((id) => member(id, before));
          const assignment = assignTasks(subs, () => 9, members);
          const owned = ids.map((id) => tasksOf(assignment, id));
          expect(new Set(owned.flat()).size).toBe(first + second);
          expect(owned.flat()).toHaveLength(first + second);
          const sizes = owned.map((tasks) => tasks.length);
          expect(Math.max(...sizes)).toBeLessThanOrEqual(Math.ceil((first + second) / ids.length));
        },
      ),
    );
  });

  test("a member keeps what it had", () => {
    const subs = [sub(0, "a", 4)];
    const assignment = assignTasks(subs, () => 4, [member("x", ["0_1", "0_3"]), member("y", ["0_0", "0_2"])]);
    expect(tasksOf(assignment, "x")).toEqual(["0_1", "0_3"]);
    expect(tasksOf(assignment, "y")).toEqual(["0_0", "0_2"]);
  });

  test("a task brings its partition of every topic; a single one all of them", () => {
    const even = assignTasks([sub(0, "a", 2)], () => 2, [member("x")]).get("x")!;
    expect(even.partitions).toEqual([
      { topic: "a", partition: 0 },
      { topic: "shared", partition: 0 },
      { topic: "a", partition: 1 },
      { topic: "shared", partition: 1 },
    ]);
    const single = assignTasks([sub(0, "a", 1, true)], () => 2, [member("x")]).get("x")!;
    expect(single.partitions).toHaveLength(4);
  });
});
