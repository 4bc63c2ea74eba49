/** `spoor rules enable` and `spoor rules disable`. */
import { ruleKey } from "../../detect/rule/sigma-document.ts";
import { findRule } from "../../detect/rule-library/find-rule.ts";
import type { CommandRun, Invocation } from "../command-definition.ts";
import { exitCodes } from "../exit-codes.ts";
import { errLine, outLine } from "../io.ts";
import { safeText } from "../render/display-width.ts";
import { libraryRules } from "./load-rules.ts";
import type { ListedRule } from "./load-rules.ts";
import { decider, editLibrary, existingLibrary } from "./open-library.ts";

export const disableRules: CommandRun = async (invocation) => {
  const { io, options, clock } = invocation;
  const { found, all } = await namedRules(invocation);
  const library = existingLibrary(invocation);
  const disabling = {
    reason: options.text("reason"),
    by: decider(invocation),
    when: new Date(clock.nowMs()).toISOString(),
  };
  await editLibrary(library, (edit) => {
    for (const { metadata } of found) edit.setDisabled(ruleKey(metadata), metadata.title, disabling);
  });
  for (const rule of found) {
    outLine(io, `disabled  ${safeText(rule.metadata.title)}`);
    for (const { metadata } of all.filter((each) => refersTo(each, rule)))
      errLine(io, `correlation '${safeText(metadata.title)}' needs it and stops as well`);
  }
  return exitCodes.ok;
};

export const enableRules: CommandRun = async (invocation) => {
  const { io } = invocation;
  const { found } = await namedRules(invocation);
  const library = existingLibrary(invocation);
  const { rules } = library.content();
  await editLibrary(library, (edit) => {
    for (const { metadata } of found) edit.setDisabled(ruleKey(metadata), metadata.title, undefined);
  });
  for (const { metadata } of found) {
    const wasOff = rules.get(ruleKey(metadata))?.disabled !== undefined;
    outLine(io, `enabled  ${safeText(metadata.title)}${wasOff ? "" : ": it was on already"}`);
  }
  return exitCodes.ok;
};

async function namedRules(
  invocation: Invocation,
): Promise<{ readonly found: readonly ListedRule[]; readonly all: readonly ListedRule[] }> {
  const all = (await libraryRules(invocation, existingLibrary(invocation))).all;
  return { found: invocation.arguments.map((name) => findRule(name, all)), all };
}

function refersTo(other: ListedRule, { metadata }: ListedRule): boolean {
  if (other.kind !== "correlation") return false;
  return other.rules.some((name) => name === metadata.id || name === metadata.name);
}
