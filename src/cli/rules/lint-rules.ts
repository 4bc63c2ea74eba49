/** `spoor rules lint`: what is refused, with its place and cure, and what is not wrong but not right either. */
import type { AttackCatalogue } from "../../attack/catalogue/attack-catalogue.ts";
import { placeLines } from "../../base/error-text.ts";
import type { ErrorPlace, SpoorError } from "../../base/errors.ts";
import { windowsLogSources } from "../../detect/log-sources/read-log-sources.ts";
import { attackTags } from "../../detect/rule/attack-tags.ts";
import { lintRule } from "../../detect/rule/lint-rule.ts";
import { placeAt } from "../../detect/rule/rule-source.ts";
import type { SigmaRule } from "../../detect/rule/sigma-document.ts";
import { catalogueFor } from "../attack/catalogue-commands.ts";
import type { CommandRun } from "../command-definition.ts";
import { exitCodes } from "../exit-codes.ts";
import { errLine, outLine } from "../io.ts";
import type { Io } from "../io.ts";
import { errorReport } from "../render/error-report.ts";
import { safeText } from "../render/display-width.ts";
import { plural } from "../render/quantity.ts";
import { pathsOrLibrary } from "./open-library.ts";
import { loadRulePaths } from "./load-rules.ts";

interface Note {
  readonly check: string;
  readonly message: string;
  readonly hint: string | undefined;
  readonly place: ErrorPlace;
}

export const lintRules: CommandRun = async (invocation) => {
  const { io, options } = invocation;
  const catalogue = catalogueFor(invocation);
  const loaded = await loadRulePaths(invocation, pathsOrLibrary(invocation, invocation.arguments));
  const ignored = new Set(options.list("ignore"));
  const logSources = windowsLogSources();
  const notes = loaded.rules
    .flatMap((rule) => [...lintRule(rule, { logSources }), ...techniqueNotes(rule, catalogue)])
    .filter(({ check }) => !ignored.has(check));
  const json = options.flag("json");
  for (const error of loaded.errors) {
    if (json) outLine(io, errorLine(error));
    else io.out(`${errorReport(error, io.paintOut)}\n`);
  }
  for (const note of notes) {
    if (json) outLine(io, noteLine(note));
    else showNote(io, note);
  }
  const errors = loaded.errors.length;
  const count = plural(loaded.rules.length + loaded.correlations.length, "rule");
  errLine(io, `${count} read, ${plural(errors, "error")}, ${plural(notes.length, "note")}`);
  const { total } = loaded.files.passedOver;
  if (total > 0) errLine(io, `passed over ${plural(total, "YAML file")} without a rule`);
  const isFinding = errors > 0 || (options.flag("strict") && notes.length > 0);
  return isFinding ? exitCodes.findings : exitCodes.ok;
};

/** Technique ids that today's ATT&CK does not have. */
function techniqueNotes({ metadata }: SigmaRule, catalogue: AttackCatalogue): Note[] {
  return attackTags(metadata.tags).techniques.flatMap((id) => {
    const known = catalogue.technique(id);
    if (known?.status === "live") return [];
    const today = catalogue.currentTechnique(id);
    const { text, span } = metadata.place;
    const at = text.toLowerCase().indexOf(`attack.${id.toLowerCase()}`, span.start);
    const place =
      at === -1 ? metadata.place : placeAt({ text, file: metadata.place.file }, at, at + id.length + 7);
    const check = known === undefined ? "unknown-technique" : "former-technique";
    const message =
      known === undefined
        ? `ATT&CK ${catalogue.version} has no technique '${id}'`
        : `technique '${id}' is ${known.status} in ATT&CK ${catalogue.version}`;
    const hint = today === undefined ? undefined : `it is ${today.id} now: ${today.title}`;
    return [{ check, message, hint, place }];
  });
}

function showNote(io: Io, { check, message, hint, place }: Note): void {
  outLine(io, `${io.paintOut("warning", `note ${check}:`)} ${safeText(message)}`);
  for (const line of placeLines(place)) outLine(io, io.paintOut("dim", safeText(line)));
  if (hint !== undefined) outLine(io, `  ${io.paintOut("good", "hint:")} ${safeText(hint)}`);
}

function errorLine({ code, message, detail, hint, place }: SpoorError): string {
  return JSON.stringify({ kind: "error", code, message, detail, hint, ...placeFacts(place) });
}

function noteLine({ check, message, hint, place }: Note): string {
  return JSON.stringify({ kind: "note", check, message, hint, ...placeFacts(place) });
}

function placeFacts(place: ErrorPlace | undefined): object {
  if (place === undefined) return {};
  return { file: place.file, line: place.span.line, column: place.span.column };
}
