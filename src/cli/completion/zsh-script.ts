import type { CompletedCommand, CompletedOption, CompletionModel } from "./completion-model.ts";

export function zshScript(model: CompletionModel): string {
  const lines = [
    "#compdef spoor",
    '# Completion of spoor for zsh: eval "$(spoor completion zsh)", after compinit',
    "_spoor() {",
    "  local -a commands verbs",
    "  commands=(",
    ...model.commands.map((command) => `    ${described(command.name, command.summary)}`),
    "  )",
    "  if (( CURRENT == 2 )); then",
    "    _describe -t commands command commands",
    "    return",
    "  fi",
    '  case "$words[2]" in',
    ...model.commands.flatMap(commandLines),
    "  esac",
    "}",
    "compdef _spoor spoor",
  ];
  return `${lines.join("\n")}\n`;
}

function commandLines(command: CompletedCommand): string[] {
  if (command.verbs.length === 0) {
    return [`    ${command.name})`, ...argumentLines(command, "      "), "      ;;"];
  }
  return [
    `    ${command.name})`,
    "      verbs=(",
    ...command.verbs.map((verb) => `        ${described(verb.name, verb.summary)}`),
    "      )",
    '      if (( CURRENT == 3 )) && [[ "$words[3]" != -* ]]; then',
    "        _describe -t commands command verbs",
    "        return",
    "      fi",
    '      case "$words[3]" in',
    ...command.verbs.flatMap((verb) => [
      `        ${verb.name})`,
      ...argumentLines(verb, "          "),
      "          ;;",
    ]),
    `        *)`,
    ...argumentLines(command, "          "),
    "          ;;",
    "      esac",
    "      ;;",
  ];
}

function argumentLines(command: CompletedCommand, indent: string): string[] {
  const specs = [...command.options.map(optionSpec), "'*:file:_files'"];
  return [
    `${indent}_arguments \\`,
    ...specs.map((spec, i) => `${indent}  ${spec}${i < specs.length - 1 ? " \\" : ""}`),
  ];
}

function optionSpec(option: CompletedOption): string {
  const action = option.choices.length > 0 ? `(${option.choices.join(" ").replaceAll(":", "\\:")})` : "";
  const value = option.takesValue ? `:value:${option.takesPath ? "_files" : action}` : "";
  return `'${option.flag}[${escaped(option.summary)}]${value}'`;
}

function described(name: string, summary: string): string {
  return `'${name}:${escaped(summary)}'`;
}

function escaped(text: string): string {
  return text.replaceAll("'", "'\\''").replaceAll(/[[\]:]/g, String.raw`\$&`);
}
