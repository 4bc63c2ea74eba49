import { SpoorError } from "../base/errors.ts";

/** Exit codes are part of the interface: scripts rely on them. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  findings: 3,
  unreachable: 4,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What each code means where a command says nothing more exact. */
export const exitCodeMeanings: Readonly<Record<ExitCode, string>> = {
  0: "done",
  1: "failed; the error is on stderr",
  2: "the command line or the configuration is wrong; nothing was done",
  3: "done, and there are findings",
  4: "the server cannot be reached, or did not answer in time",
  130: "interrupted with Ctrl-C",
};

const UNREACHABLE_CODES = new Set(["CLI_UNREACHABLE", "CLI_TIMEOUT", "CLI_CONNECTION_LOST"]);

export function exitCodeOf(error: unknown): ExitCode {
  if (!(error instanceof SpoorError)) return exitCodes.failed;
  if (UNREACHABLE_CODES.has(error.code)) return exitCodes.unreachable;
  return error.kind === "usage" ? exitCodes.usage : exitCodes.failed;
}
