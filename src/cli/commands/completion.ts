import type { CommandDefinition } from "../command-definition.ts";

export const completionCommand: CommandDefinition = {
  name: "completion",
  summary: "print a script that completes commands and options in your shell",
  arguments: [{ name: "shell", description: "bash, zsh, fish or powershell" }],
  options: [],
  examples: [
    { command: 'eval "$(spoor completion bash)"', what: "in ~/.bashrc" },
    { command: 'eval "$(spoor completion zsh)"', what: "in ~/.zshrc, after compinit" },
    { command: "spoor completion fish > ~/.config/fish/completions/spoor.fish", what: "once" },
    { command: "spoor completion powershell | Out-String | Invoke-Expression", what: "in $PROFILE" },
  ],
  exits: { 0: "printed" },
  load: async () => (await import("../completion/run-completion.ts")).runCompletion,
};
