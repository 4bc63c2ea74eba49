import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

/** What a process prints that only waits for one of the timers. */
function printedAfter(timers: "systemTimers" | "patientTimers"): string {
  const module = fileURLToPath(new URL("timers.ts", import.meta.url));
  const program = `import { ${timers} } from ${JSON.stringify(module)}; ${timers}.after(20, () => console.log("called"));`;
  return execFileSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" });
}

test("a process ends before a timer of the system, and after a patient one", () => {
  expect(printedAfter("systemTimers")).toBe("");
  expect(printedAfter("patientTimers")).toBe("called\n");
});
