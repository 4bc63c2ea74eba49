/** The event model of a command, with the user's own mappings where `--mappings` names a folder. */
import { resolve } from "node:path";
import { loadEventModel } from "../../events/model/event-model.ts";
import type { EventModel } from "../../events/model/event-model.ts";
import { mappingTexts } from "../../events/model/model-files.ts";
import type { Invocation } from "../command-definition.ts";

/** @throws SpoorError MODEL_… with the place in the file that is wrong */
export function modelFor({ options, workingDirectory }: Invocation): EventModel {
  const folder = options.text("mappings");
  return loadEventModel(
    folder === undefined ? {} : { mappings: mappingTexts(resolve(workingDirectory, folder)) },
  );
}
