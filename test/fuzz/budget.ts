/**
 * How much a fuzz test does. FUZZ_RUNS: cases of each test (else as many as fit its share of FUZZ_SECONDS, 60 in all);
 * FUZZ_SEED and FUZZ_PATH repeat a run: a failure prints both.
 */
import { randomInt } from "node:crypto";
import * as fc from "fast-check";

const SECONDS = Number(process.env["FUZZ_SECONDS"] ?? 60);
const RUNS = process.env["FUZZ_RUNS"] === undefined ? undefined : Number(process.env["FUZZ_RUNS"]);
const SEED =
  process.env["FUZZ_SEED"] === undefined ? randomInt(0x7fff_ffff) : Number(process.env["FUZZ_SEED"]);
const PATH = process.env["FUZZ_PATH"];
const RUNS_MAX = 1_000_000;
/** What making a failure small may take. */
const SHRINKING_MS = 90_000;

/** @param share of the time, 0 to 1 */
export async function fuzz<T>(
  name: string,
  share: number,
  arbitrary: fc.Arbitrary<T>,
  check: (value: T) => Promise<void>,
  print: (value: T) => string,
): Promise<void> {
  let cases = 0;
  const property = fc.asyncProperty(arbitrary, async (value) => {
    cases++;
    await check(value);
  });
  const first = await fc.check(property, {
    seed: SEED,
    ...(PATH === undefined ? {} : { path: PATH }),
    numRuns: RUNS ?? RUNS_MAX,
    ...(RUNS === undefined ? { interruptAfterTimeLimit: SECONDS * share * 1000 } : {}),
    endOnFailure: true,
  });
  process.stdout.write(`fuzz ${name}: seed ${SEED}, ${cases} cases, ${first.numSkips} of them void\n`);
  if (!first.failed) return;
  // The limit of time ends shrinking too: it has one of its own.
  const path = first.counterexamplePath;
  const { counterexample, counterexamplePath, errorInstance } = await fc.check(property, {
    seed: SEED,
    ...(path === null ? {} : { path }),
    numRuns: RUNS_MAX,
    interruptAfterTimeLimit: SHRINKING_MS,
  });
  const [value] = counterexample ?? first.counterexample ?? [];
  const error = errorInstance ?? first.errorInstance;
  const reason = error instanceof Error ? error.message : String(error);
  throw new Error(
    `${reason}\n\nFUZZ_SEED=${SEED} FUZZ_PATH=${counterexamplePath ?? String(path)}; the case, for test/fuzz/found:\n\n${
      value === undefined ? "(none)" : print(value)
    }`,
  );
}
