/** Writes every generated page under docs/; `--check` only compares and fails where one differs. */
import { readFileSync, writeFileSync } from "node:fs";
import { generatedPages } from "./docs/pages.ts";

const root = new URL("../", import.meta.url);
const check = process.argv.includes("--check");
const stale: string[] = [];

for (const [path, text] of await generatedPages()) {
  const file = new URL(path, root);
  if (!check) writeFileSync(file, text);
  else if (readFileSync(file, "utf8") !== text) stale.push(path);
}
if (stale.length > 0) {
  process.stderr.write(`${stale.join(", ")}: out of date, run npm run docs\n`);
  process.exitCode = 1;
}
