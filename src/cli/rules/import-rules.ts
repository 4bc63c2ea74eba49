/** `spoor rules import`: rules into a library. */
import { resolve } from "node:path";
import { defaultRules } from "../../detect/default-rules/default-rules.ts";
import { gitCommitOf } from "../../detect/rule-library/git-commit.ts";
import { importRules } from "../../detect/rule-library/import-rules.ts";
import type { ImportReport } from "../../detect/rule-library/import-rules.ts";
import type { LibraryFolder } from "../../detect/rule-library/library-folder.ts";
import { rulesErrors } from "../../detect/rule-library/errors.ts";
import { DEFAULT_RULES } from "../../detect/rule-library/rule-units.ts";
import type { RuleText } from "../../detect/rule/rule-source.ts";
import type { SigmaLevel } from "../../detect/rule/sigma-document.ts";
import type { CommandRun, Invocation } from "../command-definition.ts";
import { exitCodes } from "../exit-codes.ts";
import { errLine, outLine } from "../io.ts";
import type { Io } from "../io.ts";
import { safeText } from "../render/display-width.ts";
import { errorReport } from "../render/error-report.ts";
import { plural } from "../render/quantity.ts";
import { decider, libraryOf, libraryWriter } from "./open-library.ts";
import { readRuleFiles } from "./rule-files.ts";

const NAMES_SHOWN = 10;
const REFUSED_SHOWN = 5;

export const importLibraryRules: CommandRun = async (invocation) => {
  const { io, options } = invocation;
  const library = libraryOf(invocation);
  const dryRun = options.flag("dry-run");
  let refused = 0;
  for (const path of invocation.arguments) {
    const texts = await textsOf(invocation, path);
    const run = (): ImportReport => takeFrom(invocation, library, path, texts, dryRun);
    const report = dryRun ? run() : await library.locked(libraryWriter, run);
    refused += report.refused.length;
    if (options.flag("json")) outLine(io, reportJson(path, report, dryRun));
    else printReport(io, path, report, { library, dryRun });
  }
  if (dryRun) errLine(io, "nothing was written: --dry-run");
  return refused === 0 ? exitCodes.ok : exitCodes.failed;
};

async function textsOf({ workingDirectory }: Invocation, path: string): Promise<readonly RuleText[]> {
  if (path === DEFAULT_RULES)
    return defaultRules().map(({ file, text }) => ({ file: `${DEFAULT_RULES}/${file}`, text }));
  const { texts } = await readRuleFiles([path], workingDirectory);
  if (texts.length > 0) return texts;
  throw rulesErrors.NONE_FOUND({
    message: `'${path}' holds no Sigma rules`,
    hint: "rules are .yml files with 'logsource' and 'detection'",
  });
}

function takeFrom(
  invocation: Invocation,
  library: LibraryFolder,
  path: string,
  texts: readonly RuleText[],
  dryRun: boolean,
): ImportReport {
  const { options, clock, workingDirectory } = invocation;
  const source = {
    from: path,
    imported: new Date(clock.nowMs()).toISOString(),
    by: decider(invocation),
    commit: path === DEFAULT_RULES ? undefined : gitCommitOf(resolve(workingDirectory, path)),
    only: options.text("only"),
    level: options.text("level") as SigmaLevel | undefined,
  };
  const [prune, overwrite] = [options.flag("prune"), options.flag("overwrite")];
  return importRules(library, { source, texts, prune, overwrite, dryRun });
}

function printReport(
  io: Io,
  path: string,
  report: ImportReport,
  { library, dryRun }: { readonly library: LibraryFolder; readonly dryRun: boolean },
): void {
  const { added, changed, unchanged, edited, vanished, refused, leftOut } = report;
  const into = `${library.name}/rules/${report.name}`;
  outLine(
    io,
    io.paintOut("bold", `${safeText(path)} ${dryRun ? "would go" : "went"} into ${safeText(into)}`),
  );
  names(io, "added", added);
  names(io, "changed", changed);
  if (unchanged > 0) outLine(io, `  ${plural(unchanged, "rule")} unchanged`);
  names(io, "edited in the library, so left as they are there (--overwrite takes these)", edited);
  names(io, "no longer in the source (--prune takes them away)", vanished);
  if (leftOut > 0) outLine(io, `  ${plural(leftOut, "file")} left out by --only and --level`);
  for (const error of refused.slice(0, REFUSED_SHOWN)) io.err(`${errorReport(error, io.paintErr)}\n`);
  if (refused.length > 0) errLine(io, `${plural(refused.length, "rule")} refused; the rest is in`);
}

function names(io: Io, what: string, titles: readonly string[]): void {
  if (titles.length === 0) return;
  outLine(io, `  ${plural(titles.length, "rule")} ${what}`);
  for (const title of titles.slice(0, NAMES_SHOWN)) outLine(io, `    ${safeText(title)}`);
  if (titles.length > NAMES_SHOWN) outLine(io, `    … and ${titles.length - NAMES_SHOWN} more`);
}

function reportJson(path: string, report: ImportReport, dryRun: boolean): string {
  const { refused, ...rest } = report;
  const faults = refused.map(({ code, message, detail, hint, place }) => ({
    code,
    message,
    detail,
    hint,
    file: place?.file,
    line: place?.span.line,
    column: place?.span.column,
  }));
  return JSON.stringify({ from: path, dryRun, ...rest, refused: faults });
}
