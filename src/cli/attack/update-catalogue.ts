import { join, resolve } from "node:path";
import { catalogueFileText } from "../../attack/catalogue/catalogue-file.ts";
import { CATALOGUE_FILE, catalogueOf } from "../../attack/catalogue/current-catalogue.ts";
import type { AttackCatalogue } from "../../attack/catalogue/attack-catalogue.ts";
import type { CatalogueFacts } from "../../attack/catalogue/technique.ts";
import { readBundle } from "../../attack/stix/read-bundle.ts";
import { SpoorError } from "../../base/errors.ts";
import type { CommandRun } from "../command-definition.ts";
import { exitCodes } from "../exit-codes.ts";
import { errLine } from "../io.ts";
import { plural } from "../render/quantity.ts";
import { readInput, writeWhole } from "./file-access.ts";

/** The bundle is read and checked whole before anything is written. */
export const updateCatalogue: CommandRun = async (invocation) => {
  const { io, options, interrupted, workingDirectory } = invocation;
  const file = invocation.arguments[0]!;
  const folder = resolve(workingDirectory, options.requiredText("data"));
  const text = (await readInput(invocation, file)).toString("utf8");
  if (interrupted.aborted) return exitCodes.interrupted;
  const facts = readBundle(text, { file, version: options.text("attack-version") });
  const former = formerCatalogue(folder);
  await writeWhole(join(folder, CATALOGUE_FILE), catalogueFileText(facts));
  const live = facts.techniques.filter(({ status }) => status === "live");
  errLine(
    io,
    `ATT&CK ${facts.version}: ${plural(live.length, "technique")}, ${plural(facts.tactics.length, "tactic")}`,
  );
  if (former !== undefined) errLine(io, changesText(former, facts));
  errLine(io, `written to '${join(options.requiredText("data"), CATALOGUE_FILE)}'`);
  errLine(io, facts.copyright);
  return exitCodes.ok;
};

/** What the update takes the place of; a damaged one is no reason to refuse the update that mends it. */
function formerCatalogue(folder: string): AttackCatalogue | undefined {
  try {
    return catalogueOf(folder);
  } catch (error) {
    if (error instanceof SpoorError) return undefined;
    throw error;
  }
}

function changesText(former: AttackCatalogue, facts: CatalogueFacts): string {
  const added = facts.techniques.filter(
    ({ id, status }) => status === "live" && former.technique(id) === undefined,
  );
  const retired = facts.techniques.filter(
    ({ id, status }) => status !== "live" && former.technique(id)?.status === "live",
  );
  const renamed = facts.techniques.filter(({ id, title, status }) => {
    const before = former.technique(id);
    return status === "live" && before?.status === "live" && before.title !== title;
  });
  return `since ${former.version}: ${added.length} new, ${renamed.length} renamed, ${retired.length} revoked or deprecated`;
}
