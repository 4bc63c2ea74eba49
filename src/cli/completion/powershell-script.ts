import type { CompletedCommand, CompletionModel } from "./completion-model.ts";

export function powershellScript(model: CompletionModel): string {
  const entries = model.commands.flatMap((command) => [
    entry(command.name, command),
    ...command.verbs.map((verb) => entry(`${command.name} ${verb.name}`, verb)),
  ]);
  const lines = [
    "# Completion of spoor for PowerShell: spoor completion powershell | Out-String | Invoke-Expression",
    "Register-ArgumentCompleter -Native -CommandName spoor -ScriptBlock {",
    "  param($word, $ast, $cursor)",
    "  $commands = @(",
    ...model.commands.map(({ name }) => `    ${quoted(name)}`),
    "  )",
    "  $candidates = @{",
    ...entries,
    "  }",
    "  $words = @($ast.CommandElements | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })",
    "  if ($word -ne '') { $words = @($words | Select-Object -SkipLast 1) }",
    "  $found = $commands",
    "  if ($words.Count -ge 1) { $found = $candidates[$words[0]] }",
    '  if ($words.Count -ge 2 -and $candidates.ContainsKey("$($words[0]) $($words[1])")) {',
    '    $found = $candidates["$($words[0]) $($words[1])"]',
    "  }",
    '  $found | Where-Object { $_ -like "$word*" } | ForEach-Object {',
    "    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)",
    "  }",
    "}",
  ];
  return `${lines.join("\n")}\n`;
}

function entry(key: string, command: CompletedCommand): string {
  const words = [...command.verbs.map((verb) => verb.name), ...command.options.map((option) => option.flag)];
  return `    ${quoted(key)} = @(${words.map(quoted).join(", ")})`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
