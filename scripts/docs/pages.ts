/** The pages of docs/ that are made from the code, in memory. The same sources give the same bytes. */
import { cliReference } from "../../src/cli/cli-reference.ts";
import { commandSections } from "../../src/cli/command-list.ts";
import { configurationPage } from "./configuration-page.ts";
import { errorsPage } from "./errors-page.ts";
import { eventModelPage } from "./event-model-page.ts";
import { functionsPage } from "./functions-page.ts";
import { statementsPage } from "./statements-page.ts";

/** Text by path from the repository's root. */
export async function generatedPages(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ["docs/cli.md", cliReference(commandSections)],
    ["docs/configuration.md", configurationPage()],
    ["docs/errors.md", await errorsPage()],
    ["docs/event-model.md", eventModelPage()],
    ["docs/functions.md", functionsPage()],
    ["docs/statements.md", statementsPage()],
  ]);
}
