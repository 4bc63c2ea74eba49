import { readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { CheckedFunction } from "../../testing/function-check.ts";
import type { CommandRun, Invocation } from "../command-definition.ts";
import { cliErrors } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { errLine, outLine } from "../io.ts";
import { errorJson, errorReport } from "../render/error-report.ts";
import { plural } from "../render/quantity.ts";

/** Needs no server: the modules are loaded here, as a server would. */
export const checkFunctions: CommandRun = async (invocation) => {
  const { io, options, workingDirectory } = invocation;
  const paths = invocation.arguments.flatMap((path) => modulePaths(resolve(workingDirectory, path), path));
  const { checkFunctionModules } = await import("../../testing/function-check.ts");
  const { modules, problems } = checkFunctionModules(paths);
  const functions = modules.flatMap((module) => module.functions);
  const examples = functions.flatMap((checked) => checked.examples);
  const wrong = examples.filter(({ given, expected }) => given !== expected).length;
  if (options.flag("json")) {
    for (const { path, functions: checked } of modules)
      outLine(io, JSON.stringify({ path, functions: checked }));
    for (const problem of problems) outLine(io, errorJson(problem));
  } else {
    for (const checked of functions) reportFunction(invocation, checked);
    for (const problem of problems) outLine(io, errorReport(problem, io.paintOut));
  }
  const words = [plural(functions.length, "function"), plural(examples.length, "example")];
  if (wrong > 0) words.push(`${wrong} wrong`);
  if (problems.length > 0) words.push(`${plural(problems.length, "module")} not loaded`);
  errLine(io, words.join(", "));
  return wrong + problems.length > 0 ? exitCodes.findings : exitCodes.ok;
};

function reportFunction({ io }: Invocation, { signatures, examples }: CheckedFunction): void {
  for (const signature of signatures)
    outLine(io, io.paintOut("bold", io.unicode ? signature : signature.replace("→", "->")));
  for (const { sql, expected, given, failure } of examples) {
    if (given === expected) {
      outLine(io, `  ${io.paintOut("good", io.unicode ? "✓" : "ok")} ${sql} = ${given}`);
      continue;
    }
    const what = failure === undefined ? `gives ${String(given)}, not ${expected}` : `fails: ${failure}`;
    outLine(io, `  ${io.paintOut("bad", io.unicode ? "✗" : "WRONG")} ${sql} ${what}`);
  }
}

/** A file as it is; of a folder the modules that a server would load. */
function modulePaths(path: string, given: string): readonly string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
    return readdirSync(path)
      .filter((name) => /^[^._].*(?<!\.d)\.(?:[cm]?js|m?ts)$/.test(name))
      .toSorted()
      .map((name) => join(path, name));
  } catch (cause) {
    throw cliErrors.FILE_UNREADABLE({
      message: `cannot read '${given}'`,
      detail: cause instanceof Error ? cause.message : String(cause),
      hint: "name a module of user functions, or a folder of them",
      cause,
    });
  }
}
