import { defineConfig } from "vitest/config";

/** Kills, damage and full disks: `npm run test:crash`. Slower than `npm test`, and alone on its data directories. */
export default defineConfig({
  test: {
    include: ["test/crash/**/*.test.ts"],
    root: new URL("../..", import.meta.url).pathname,
    testTimeout: 180_000,
    hookTimeout: 30_000,
    pool: "forks",
    maxWorkers: 1,
  },
});
