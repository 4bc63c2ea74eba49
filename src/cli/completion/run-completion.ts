import { didYouMean } from "../../base/nearest.ts";
import type { CommandRun } from "../command-definition.ts";
import { cliErrors } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { bashScript } from "./bash-script.ts";
import { SHELLS, completionModel } from "./completion-model.ts";
import type { CompletionModel, Shell } from "./completion-model.ts";
import { fishScript } from "./fish-script.ts";
import { powershellScript } from "./powershell-script.ts";
import { zshScript } from "./zsh-script.ts";

const scripts: Readonly<Record<Shell, (model: CompletionModel) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
  powershell: powershellScript,
};

export const runCompletion: CommandRun = async ({ io, sections, arguments: [shell = ""] }) => {
  const known = SHELLS.find((each) => each === shell.toLowerCase());
  if (known === undefined) {
    throw cliErrors.BAD_ARGUMENTS({
      message: `there is no completion for '${shell}'`,
      hint: didYouMean(shell, SHELLS) ?? `it is one of ${SHELLS.join(", ")}`,
    });
  }
  io.out(scripts[known](completionModel(sections)));
  return exitCodes.ok;
};
