import { defineConfig } from "vitest/config";

/** Random statements over random records: `npm run test:fuzz`; FUZZ_RUNS, FUZZ_SECONDS and FUZZ_SEED say how much and which. */
export default defineConfig({
  test: {
    include: ["test/fuzz/**/*.test.ts"],
    root: new URL("../..", import.meta.url).pathname,
    testTimeout: 24 * 3_600_000,
    hookTimeout: 30_000,
    pool: "forks",
    maxWorkers: 2,
  },
});
