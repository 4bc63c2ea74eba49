/** The runner's options. */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { SpoorError } from "../../src/base/errors.ts";
import { defaultCorpus } from "./corpus/corpus-folder.ts";
import { SUITES } from "./corpus/suite-cases.ts";
import type { SuiteName } from "./corpus/case-form.ts";
import type { RecordMode } from "./records/topic-shape.ts";
import type { RunSettings } from "./qtt/run-settings.ts";

export interface RunnerOptions {
  readonly corpus: string;
  readonly suites: readonly SuiteName[];
  readonly file: string | undefined;
  readonly caseId: string | undefined;
  readonly jsonFile: string | undefined;
  readonly failures: boolean;
  readonly writeDocs: boolean;
  readonly check: boolean;
  readonly workers: number;
  readonly caseTimeoutMs: number;
  readonly settings: RunSettings;
}

export const USAGE = `npm run conformance -- [options]

  --corpus DIR        a folder of the corpus' form (default: ksql-conformance in the shared data)
  --suite NAME        one of ${SUITES.join(", ")}; may be repeated (default: all)
  --file NAME         the cases of one file only
  --case ID           the case of that id, or all whose ids contain the text
  --failures          list each failed case with its reason
  --json FILE         write counts and every case's result
  --mode MODE         bytes: records through their formats (default); logical: formats with schemas carried as JSON
  --fast-path on|off  byte pipelines (default: on)
  --restart           stop and restart every query in the middle of its inputs
  --interpreted       expressions through the interpreter instead of generated code
  --write-docs        write docs/conformance.md
  --check             fail where a suite falls below what docs/conformance.md records
  --workers N         worker processes (default: as many as cores)
  --timeout SECONDS   of a case (default: 30)

exit code 0: as many cases passed as were to pass (with --check: as recorded; else: all); 1: fewer; 2: wrong usage or no corpus
`;

function usage(message: string): SpoorError {
  return new SpoorError(
    { code: "CONFORMANCE_USAGE", kind: "usage", summary: "", cure: "" },
    { message, hint: "--help lists the options" },
  );
}

/** @throws SpoorError */
export function runnerOptions(args: readonly string[]): RunnerOptions | "help" {
  const { values } = parsed(args);
  if (values.help === true) return "help";
  const suites = values.suite ?? SUITES;
  const unknown = suites.find((name) => !SUITES.includes(name as SuiteName));
  if (unknown !== undefined) throw usage(`there is no suite '${unknown}'`);
  return {
    corpus: values.corpus ?? defaultCorpus(),
    suites: suites as readonly SuiteName[],
    file: values.file,
    caseId: values.case,
    jsonFile: values.json,
    failures: values.failures === true,
    writeDocs: values["write-docs"] === true,
    check: values.check === true,
    workers: count(values.workers ?? String(availableParallelism()), "--workers"),
    caseTimeoutMs: 1000 * count(values.timeout ?? "30", "--timeout"),
    settings: {
      mode: oneOf(values.mode ?? "bytes", ["bytes", "logical"], "--mode") as RecordMode,
      restart: values.restart === true,
      interpreted: values.interpreted === true,
      // Byte pipelines generate code of their own.
      fastPath:
        values.interpreted !== true &&
        oneOf(values["fast-path"] ?? "on", ["on", "off"], "--fast-path") === "on",
    },
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        corpus: { type: "string" },
        suite: { type: "string", multiple: true },
        file: { type: "string" },
        case: { type: "string" },
        json: { type: "string" },
        mode: { type: "string" },
        "fast-path": { type: "string" },
        workers: { type: "string" },
        timeout: { type: "string" },
        restart: { type: "boolean" },
        interpreted: { type: "boolean" },
        failures: { type: "boolean" },
        "write-docs": { type: "boolean" },
        check: { type: "boolean" },
        help: { type: "boolean" },
      },
    });
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error));
  }
}

function count(text: string, option: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw usage(`${option} takes a number above 0, not '${text}'`);
}

function oneOf(text: string, allowed: readonly string[], option: string): string {
  if (allowed.includes(text)) return text;
  throw usage(`${option} takes ${allowed.join(" or ")}, not '${text}'`);
}
