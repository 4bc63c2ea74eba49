import { resolve } from "node:path";
import type { AttackCatalogue } from "../../attack/catalogue/attack-catalogue.ts";
import { readCountRows } from "../../attack/coverage/count-rows.ts";
import { TechniqueTally } from "../../attack/coverage/technique-tally.ts";
import { layerProblems } from "../../attack/navigator/check-layer.ts";
import { layerText, navigatorLayer } from "../../attack/navigator/navigator-layer.ts";
import type { LayerOptions } from "../../attack/navigator/navigator-layer.ts";
import { assert } from "../../base/assert.ts";
import { openEventFile } from "../../events/files/event-file.ts";
import type { CommandRun, Invocation } from "../command-definition.ts";
import { exitCodes } from "../exit-codes.ts";
import { errLine } from "../io.ts";
import type { Io } from "../io.ts";
import { errorReport } from "../render/error-report.ts";
import { countText, plural } from "../render/quantity.ts";
import { catalogueFor, platformsNamed } from "./catalogue-commands.ts";
import { countEventTags } from "./event-tags.ts";
import { readInput, stdinBytes, writeWhole } from "./file-access.ts";

type Source = "counts" | "events" | "coverage";

const UNITS: Readonly<Record<Source, string>> = { counts: "event", events: "event", coverage: "mention" };
const SHOWN_MAX = 8;

/** A file that fails, a bad row or an unknown id is told and does not stop the rest; exit code 1 then says so. */
export const writeLayer: CommandRun = async (invocation) => {
  const { io, options, interrupted } = invocation;
  const source = options.requiredText("from") as Source;
  const catalogue = catalogueFor(invocation);
  const platforms = platformsNamed(options.list("platform"), catalogue);
  const tally = new TechniqueTally(catalogue);
  let isWhole = true;
  for (const file of invocation.arguments) {
    try {
      const fileIsWhole =
        source === "events"
          ? await tallyEvents(invocation, file, catalogue, tally)
          : await tallyRows(invocation, file, source, tally);
      isWhole &&= fileIsWhole;
    } catch (error) {
      isWhole = false;
      io.err(`${errorReport(error, io.paintErr)}\n`);
    }
    if (interrupted.aborted) return exitCodes.interrupted;
  }
  isWhole = reportLeftOut(io, tally) && isWhole;
  const techniques = tally.techniques();
  await writeLayerTo(invocation, options.text("output"), tally, catalogue, {
    name: options.text("name") ?? nameOf(invocation.arguments),
    description: options.text("description") ?? descriptionOf(source, invocation.arguments, catalogue),
    unit: UNITS[source],
    scale: options.requiredText("scale") === "log" ? "log" : "linear",
    platforms,
  });
  errLine(io, `${plural(techniques.length, "technique")} in the layer, ATT&CK ${catalogue.version}`);
  return isWhole ? exitCodes.ok : exitCodes.failed;
};

/** Writes the tally as a layer, to a file or to stdout. @throws SpoorError CLI_FILE_UNWRITABLE */
export async function writeLayerTo(
  { io, workingDirectory }: Invocation,
  file: string | undefined,
  tally: TechniqueTally,
  catalogue: AttackCatalogue,
  options: LayerOptions,
): Promise<void> {
  const text = layerText(navigatorLayer(tally.techniques(), catalogue, options));
  const problems = layerProblems(JSON.parse(text));
  assert(problems.length === 0, `the layer breaks its format: ${problems.join("; ")}`);
  if (file === undefined || file === "-") io.out(text);
  else await writeWhole(resolve(workingDirectory, file), text);
}

async function tallyRows(
  invocation: Invocation,
  file: string,
  source: Source,
  tally: TechniqueTally,
): Promise<boolean> {
  const { io, options, interrupted } = invocation;
  const text = (await readInput(invocation, file)).toString("utf8");
  if (interrupted.aborted) return false;
  const { rows, bad, empty } = readCountRows(text, {
    file,
    techniqueField: options.text("technique-field"),
    countField: options.text("count-field"),
  });
  for (const { ids, count, comment } of rows) tally.addAll(ids, source === "coverage" ? 1 : count, comment);
  for (const { line, reason } of bad.slice(0, SHOWN_MAX))
    errLine(io, `left out ${file}, line ${line}: ${reason}`);
  if (bad.length > SHOWN_MAX) errLine(io, `left out ${countText(bad.length - SHOWN_MAX)} more lines`);
  if (empty > 0) errLine(io, `passed over ${plural(empty, "row")} of no technique in '${file}'`);
  return bad.length === 0;
}

async function tallyEvents(
  invocation: Invocation,
  file: string,
  catalogue: AttackCatalogue,
  tally: TechniqueTally,
): Promise<boolean> {
  const { io, interrupted, workingDirectory } = invocation;
  const path = file === "-" ? file : resolve(workingDirectory, file);
  const events = openEventFile(path, { stdin: stdinBytes(invocation) });
  const counts = await countEventTags(events, catalogue, tally, interrupted);
  const { total, samples } = events.badLines;
  for (const bad of samples.slice(0, SHOWN_MAX))
    errLine(io, `left out ${bad.member}, line ${bad.line}: ${bad.reason}`);
  if (total > SHOWN_MAX) errLine(io, `left out ${countText(total - SHOWN_MAX)} more lines`);
  const parts = [`${countText(counts.tagged)} tagged`];
  if (counts.untagged > 0)
    parts.push(`${countText(counts.untagged)} with a rule name that says no technique`);
  if (counts.unreadable > 0) parts.push(`${countText(counts.unreadable)} of no known shape`);
  errLine(io, `${file}: ${plural(counts.events, "event")}, ${parts.join(", ")}`);
  return total === 0 && counts.unreadable === 0;
}

function reportLeftOut(io: Io, tally: TechniqueTally): boolean {
  const { ids, more } = tally.leftOut();
  for (const { id, reason, count } of ids.slice(0, SHOWN_MAX)) {
    const why = reason === "unknown" ? "ATT&CK has none" : "deprecated, and nothing took its place";
    errLine(io, `left out '${id}' (${countText(count)}): ${why}`);
  }
  const rest = ids.length - Math.min(ids.length, SHOWN_MAX) + more;
  if (rest > 0) errLine(io, `left out ${plural(rest, "more id")}`);
  return ids.length === 0;
}

function nameOf(files: readonly string[]): string {
  const first = files[0] === "-" ? "Spoor" : files[0]!.replace(/^.*[\\/]/, "");
  return files.length === 1 ? first : `${first} and ${files.length - 1} more`;
}

function descriptionOf(source: Source, files: readonly string[], { version }: AttackCatalogue): string {
  const what = {
    counts: "Counts by technique",
    events: "Sysmon events by the technique that their rule is tagged with",
    coverage: "Techniques that are covered",
  }[source];
  const named = files.filter((file) => file !== "-").map((file) => file.replace(/^.*[\\/]/, ""));
  return `${what}${named.length === 0 ? "" : `, from ${named.join(", ")}`}. ATT&CK ${version}.`;
}
