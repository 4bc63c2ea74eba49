/** `spoor model lint`: the user's own mapping files, checked against the model. */
import { resolve } from "node:path";
import { placeLines } from "../../base/error-text.ts";
import type { CommandRun } from "../command-definition.ts";
import { exitCodes } from "../exit-codes.ts";
import { errLine, outLine } from "../io.ts";
import { plural } from "../render/quantity.ts";
import { loadEventModel } from "../../events/model/event-model.ts";

export const lintModel: CommandRun = async (invocation) => {
  const { io, options, workingDirectory } = invocation;
  const model = loadEventModel();
  let errors = 0;
  let warnings = 0;
  for (const file of invocation.arguments) {
    for (const finding of model.lintMappingFile(resolve(workingDirectory, file))) {
      const { severity, code, message, detail, hint, place } = finding;
      if (severity === "error") errors += 1;
      else warnings += 1;
      if (options.flag("json")) {
        outLine(io, JSON.stringify({ file, severity, code, message, detail, hint, place: place?.span }));
        continue;
      }
      outLine(io, `${io.paintOut(severity === "error" ? "bad" : "warning", severity)} ${code}: ${message}`);
      if (place !== undefined) for (const line of placeLines({ ...place, file })) outLine(io, line);
      if (detail !== undefined) outLine(io, `  detail: ${detail}`);
      if (hint !== undefined) outLine(io, `  hint: ${hint}`);
    }
  }
  errLine(io, `${plural(errors, "error")}, ${plural(warnings, "warning")}`);
  return errors > 0 || (options.flag("strict") && warnings > 0) ? exitCodes.findings : exitCodes.ok;
};
