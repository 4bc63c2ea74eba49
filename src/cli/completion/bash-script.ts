import type { CompletedCommand, CompletedOption, CompletionModel } from "./completion-model.ts";

/** Arguments complete as file names, which is right for the commands that take any. */
export function bashScript(model: CompletionModel): string {
  const names = model.commands.map((command) => command.name).join(" ");
  const lines = [
    '# Completion of spoor for bash: eval "$(spoor completion bash)"',
    "_spoor() {",
    '  local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}"',
    '  local command="${COMP_WORDS[1]}" verb="${COMP_WORDS[2]}" options="" verbs="" choices=""',
    "  COMPREPLY=()",
    '  if [ "$COMP_CWORD" -eq 1 ]; then',
    `    COMPREPLY=($(compgen -W "${names} help --help --version" -- "$word"))`,
    "    return",
    "  fi",
    '  case "$command" in',
    ...model.commands.flatMap(commandLines),
    "  esac",
    '  case "$before" in',
    ...choiceLines(model),
    "  esac",
    '  if [ -n "$choices" ]; then',
    '    COMPREPLY=($(compgen -W "$choices" -- "$word"))',
    '  elif [[ "$word" == -* ]]; then',
    '    COMPREPLY=($(compgen -W "$options" -- "$word"))',
    '  elif [ -n "$verbs" ] && [ "$COMP_CWORD" -eq 2 ]; then',
    '    COMPREPLY=($(compgen -W "$verbs" -- "$word"))',
    "  else",
    '    COMPREPLY=($(compgen -f -- "$word"))',
    "  fi",
    "}",
    "complete -o filenames -F _spoor spoor",
  ];
  return `${lines.join("\n")}\n`;
}

function commandLines(command: CompletedCommand): string[] {
  const lines = [`    ${command.name})`, `      options="${flags(command.options)}"`];
  if (command.verbs.length > 0) {
    lines.push(`      verbs="${command.verbs.map((verb) => verb.name).join(" ")}"`, '      case "$verb" in');
    for (const verb of command.verbs) lines.push(`        ${verb.name}) options="${flags(verb.options)}" ;;`);
    lines.push("      esac");
  }
  return [...lines, "      ;;"];
}

function flags(options: readonly CompletedOption[]): string {
  return options.map((option) => option.flag).join(" ");
}

function choiceLines(model: CompletionModel): string[] {
  const choices = new Map<string, string>();
  for (const command of model.commands) {
    for (const each of [command, ...command.verbs]) {
      for (const option of each.options) {
        if (option.choices.length > 0) choices.set(option.flag, option.choices.join(" "));
      }
    }
  }
  return [...choices].map(([flag, words]) => `    ${flag}) choices="${words}" ;;`);
}
