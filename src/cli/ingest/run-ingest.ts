import type { CommandRun } from "../command-definition.ts";
import { loadFiles } from "./load-files.ts";
import { recordLines } from "./record-lines.ts";

export const runIngest: CommandRun = async (invocation) => {
  if (invocation.options.flag("follow")) return (await import("./follow-files.ts")).followFiles(invocation);
  return loadFiles(invocation, async (block, writer) => {
    for (const lines of recordLines(block)) await writer.write(lines);
  });
};
