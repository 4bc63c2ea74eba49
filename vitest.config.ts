import { defineConfig } from "vitest/config";

/** `npm test` is everything that needs Node alone; the slower suites have configurations of their own. */
export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    exclude: ["**/node_modules/**", "test/browser/**", "test/crash/**", "test/fuzz/**", "test/interop/**"],
    testTimeout: 20_000,
    pool: "forks",
    maxWorkers: 2,
  },
});
