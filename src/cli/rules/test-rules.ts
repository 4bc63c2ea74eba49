/** `spoor rules test`: rules over SigmaHQ's regression data, which may stand in a folder or an archive. */
import { stat } from "node:fs/promises";
import { relative, resolve } from "node:path";
import { windowsLogSources } from "../../detect/log-sources/read-log-sources.ts";
import { runRegression } from "../../detect/regression/run-regression.ts";
import type { RegressionResult } from "../../detect/regression/run-regression.ts";
import type { CommandRun } from "../command-definition.ts";
import { exitCodes } from "../exit-codes.ts";
import { errLine, outLine } from "../io.ts";
import { safeText } from "../render/display-width.ts";
import { plural } from "../render/quantity.ts";
import { rulesErrors } from "../../detect/rule-library/errors.ts";
import { rulesOrLibrary } from "./open-library.ts";
import { loadRulePaths, reportRefused } from "./load-rules.ts";
import { missing } from "../../detect/rule-library/rule-units.ts";
import { withUnpacked } from "./unpacked-archive.ts";

export const testRules: CommandRun = async (invocation) => {
  const { io, options, workingDirectory } = invocation;
  const named = options.text("regression");
  if (named === undefined) {
    throw rulesErrors.NOT_GIVEN({
      message: "no regression data were named",
      hint: "give --regression with SigmaHQ's 'regression_data', a folder or an archive",
    });
  }
  const loaded = await loadRulePaths(invocation, rulesOrLibrary(invocation));
  const path = resolve(workingDirectory, named);
  const info = await stat(path).catch((error: unknown) => {
    throw missing(named, path, error);
  });
  const json = options.flag("json");
  const run = async (folder: string): Promise<{ passed: number; total: number; events: number }> => {
    const report = await runRegression(loaded.rules, folder, windowsLogSources());
    for (const result of report.results) {
      if (json) outLine(io, resultLine(result, folder));
      else if (!result.passed || result.reason !== undefined) outLine(io, resultText(result));
    }
    return report;
  };
  const report = info.isDirectory() ? await run(path) : await withUnpacked(path, named, run);
  reportRefused(io, loaded);
  const { passed, total, events } = report;
  if (json) outLine(io, JSON.stringify({ passed, total }));
  else outLine(io, `${passed} of ${plural(total, "case")} passed, ${plural(events, "event")}`);
  if (passed < total) errLine(io, `${plural(total - passed, "case")} failed`);
  return passed === total ? exitCodes.ok : exitCodes.findings;
};

function resultLine({ regressionCase, passed, hits, reason }: RegressionResult, folder: string): string {
  const { ruleId, title, name, path, matchCount } = regressionCase;
  const events = relative(folder, path);
  return JSON.stringify({ ruleId, title, name, events, matchCount, hits, passed, reason });
}

function resultText({ regressionCase, passed, reason }: RegressionResult): string {
  const mark = passed ? "passed" : "failed";
  return `${mark}  ${regressionCase.ruleId}  ${safeText(regressionCase.title)}: ${safeText(reason ?? "")}`;
}
