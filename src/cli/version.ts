import type { CommandRun } from "./command-definition.ts";
import { exitCodes } from "./exit-codes.ts";

export const printVersion: CommandRun = async ({ io, options, version }) => {
  const versions = {
    spoor: version,
    node: process.versions.node,
    platform: process.platform,
    arch: process.arch,
  };
  io.out(
    options.flag("json")
      ? `${JSON.stringify(versions)}\n`
      : `spoor ${version} (Node ${versions.node}, ${versions.platform} ${versions.arch})\n`,
  );
  return exitCodes.ok;
};
