/** Writes docs/cli.md from the command definitions; `--check` only compares. */
import { readFileSync, writeFileSync } from "node:fs";
import { cliReference } from "../src/cli/cli-reference.ts";
import { commandSections } from "../src/cli/command-list.ts";

const file = new URL("../docs/cli.md", import.meta.url);
const text = cliReference(commandSections);
if (!process.argv.includes("--check")) {
  writeFileSync(file, text);
} else if (readFileSync(file, "utf8") !== text) {
  console.error("docs/cli.md is out of date: npm run docs");
  process.exitCode = 1;
}
