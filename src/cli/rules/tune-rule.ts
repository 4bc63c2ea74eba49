/** `spoor rules tune`: exclusions from a rule, and another level for it. */
import { randomUUID } from "node:crypto";
import type { LibraryFolder } from "../../detect/rule-library/library-folder.ts";
import { findRule } from "../../detect/rule-library/find-rule.ts";
import { rulesErrors } from "../../detect/rule-library/errors.ts";
import { LibraryEdit } from "../../detect/rule-library/library-file.ts";
import { LIBRARY_FILE } from "../../detect/rule-library/rule-units.ts";
import { parseExcludedFields, parseExclusion, tuned, tuningOf } from "../../detect/rule-library/tuning.ts";
import type { Exclusion } from "../../detect/rule-library/tuning.ts";
import { testsOf } from "../../detect/expression/expression.ts";
import { levelOf, ruleKey } from "../../detect/rule/sigma-document.ts";
import type { SigmaLevel, SigmaRule } from "../../detect/rule/sigma-document.ts";
import type { CommandRun, Invocation } from "../command-definition.ts";
import { exitCodes } from "../exit-codes.ts";
import { errLine, outLine } from "../io.ts";
import type { OptionValues } from "../options/option-values.ts";
import { safeText } from "../render/display-width.ts";
import { plural } from "../render/quantity.ts";
import { libraryRules } from "./load-rules.ts";
import type { ListedRule } from "./load-rules.ts";
import { decider, existingLibrary, libraryWriter } from "./open-library.ts";

/** In place of a level: what the rule says itself. */
export const OWN_LEVEL = "own";

export const tuneRule: CommandRun = async (invocation) => {
  const { io, options, commandName } = invocation;
  const library = existingLibrary(invocation);
  const { all } = await libraryRules(invocation, library);
  const rule = findRule(invocation.arguments[0]!, all);
  const exclusions = exclusionsOf(options);
  const level = options.text("level");
  const clear = options.flag("clear");
  if (exclusions.length === 0 && level === undefined && !clear)
    throw rulesErrors.CANNOT_TUNE({
      message: "nothing to change was named",
      hint: String.raw`give --exclude 'Image endswith \backup.exe', --level low, or --clear`,
    });
  await library.locked(libraryWriter, () => {
    if (clear) clearTuning(invocation, library, rule);
    if (exclusions.length > 0) exclude(invocation, library, rule, exclusions);
    if (level !== undefined) setLevel(library, rule, level);
  });
  const title = safeText(rule.metadata.title);
  if (level !== undefined)
    outLine(io, `${title}: level ${level === OWN_LEVEL ? `${levelOf(rule.metadata)}, its own` : level}`);
  if (exclusions.length > 0)
    errLine(io, `what it leaves out now: ${commandName} backtest ${ruleKey(rule.metadata)} --files EVENTS`);
  return exitCodes.ok;
};

/** Each `--exclude` is one by itself, all `--exclude-field` together are another. */
export function exclusionsOf(options: OptionValues): readonly Exclusion[] {
  const fields = options.list("exclude-field");
  const own = options.list("exclude").map(parseExclusion);
  return fields.length === 0 ? own : [...own, parseExcludedFields(fields)];
}

function exclude(
  invocation: Invocation,
  library: LibraryFolder,
  rule: ListedRule,
  exclusions: readonly Exclusion[],
): void {
  const { io, clock, options } = invocation;
  const single = onlyRule(rule);
  const { place, text, added } = tuned(library, single, exclusions, {
    by: decider(invocation),
    date: new Date(clock.nowMs()).toISOString().slice(0, 10),
    reason: options.text("reason"),
    newId: randomUUID,
  });
  library.write(place, text);
  const what = added === 0 ? "these exclusions are there already" : plural(added, "exclusion");
  outLine(io, `${safeText(rule.metadata.title)}: ${what}, in ${safeText(`${library.name}/${place}`)}`);
  const known = new Set([...testsOf(single.expression)].flatMap(({ field }) => field ?? []));
  for (const field of new Set(
    exclusions.flatMap((each) => [...each.keys()].map((key) => key.split("|")[0]!)),
  ))
    if (!known.has(field)) errLine(io, `note: the rule itself does not ask for '${safeText(field)}'`);
}

function clearTuning({ io }: Invocation, library: LibraryFolder, rule: ListedRule): void {
  const tuning = rule.kind === "rule" ? tuningOf(library, rule) : undefined;
  const title = safeText(rule.metadata.title);
  if (tuning === undefined) {
    outLine(io, `${title}: it had no exclusions`);
    return;
  }
  library.remove(tuning.place);
  outLine(io, `${title}: its exclusions are gone, with ${safeText(`${library.name}/${tuning.place}`)}`);
}

function setLevel(library: LibraryFolder, { metadata }: ListedRule, level: string): void {
  const edit = new LibraryEdit(library.file());
  const wanted = level === OWN_LEVEL ? undefined : (level as SigmaLevel);
  edit.setLevel(ruleKey(metadata), metadata.title, wanted);
  library.write(LIBRARY_FILE, edit.text());
}

/** @throws SpoorError RULES_CANNOT_TUNE */
function onlyRule(rule: ListedRule): SigmaRule {
  if (rule.kind === "rule") return rule;
  throw rulesErrors.CANNOT_TUNE({
    message: `'${rule.metadata.title}' is a correlation, which has no fields to exclude by`,
    hint: `tune the rules it refers to: ${rule.rules.join(", ")}`,
  });
}
