import { readSysmonConfig, sysmonConfigText } from "../../events/sysmon-config/read-sysmon-config.ts";
import { catalogueFor } from "../attack/catalogue-commands.ts";
import { readInput } from "../attack/file-access.ts";
import { writeLayerTo } from "../attack/write-layer.ts";
import type { CommandRun } from "../command-definition.ts";
import { exitCodes } from "../exit-codes.ts";
import { errLine, outLine } from "../io.ts";
import { plural } from "../render/quantity.ts";
import { SYSMON_PLATFORM, reportConfig } from "./config-report.ts";
import { printReport, reportJson } from "./report-text.ts";

export const checkConfig: CommandRun = async (invocation) => {
  const { io, options } = invocation;
  const file = invocation.arguments[0]!;
  const catalogue = catalogueFor(invocation);
  const bytes = await readInput(invocation, file);
  if (invocation.interrupted.aborted) return exitCodes.interrupted;
  const config = readSysmonConfig(sysmonConfigText(bytes, file), file);
  const report = reportConfig(config, catalogue);
  if (options.flag("json")) outLine(io, reportJson(file, report, catalogue));
  else printReport(io, file, report, catalogue);
  const layer = options.text("layer");
  if (layer !== undefined) {
    await writeLayerTo(invocation, layer, report.tally, catalogue, {
      name: file.replace(/^.*[\\/]/, ""),
      description: `Sysmon rules that include, by the technique they are tagged with. ATT&CK ${catalogue.version}.`,
      unit: "rule",
      scale: "linear",
      platforms: [SYSMON_PLATFORM],
    });
    errLine(io, `layer written to '${layer}'`);
  }
  const problems = report.findings.filter(({ weight }) => weight === "problem").length;
  const notes = report.findings.length - problems;
  errLine(io, `${plural(problems, "problem")}, ${plural(notes, "note")}`);
  const isFinding = problems > 0 || (options.flag("strict") && notes > 0);
  return isFinding ? exitCodes.findings : exitCodes.ok;
};
