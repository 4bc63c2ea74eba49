/**
 * The functions of one server: the built-in ones, those of detection (`detect/`), and those of the modules in the folder
 * `ksql.extension.dir` (default: `ext` beside the data). A module that fails is reported and left out; a folder that was named
 * and can't be read is too.
 */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { SpoorError } from "../base/errors.ts";
import { FunctionRegistry } from "../functions/registry.ts";
import { loadFunctionFolder } from "../functions/user/module-loader.ts";
import { settingFlag } from "../plan/session-properties.ts";
import { EXPRESSION_WORDS, RESERVED_WORDS } from "../sql/keywords.ts";
import type { ApplicationOptions } from "./application.ts";
import { detectFunctions } from "./detect/detect-functions.ts";
import type { ServerRules } from "./detect/server-rules.ts";

/** Words that can't be called, whatever functions there are. */
export const UNCALLABLE_WORDS: ReadonlySet<string> = new Set([...RESERVED_WORDS, ...EXPRESSION_WORDS]);

type Options = Pick<ApplicationOptions, "dataDir" | "properties" | "report">;

/** @param rules those that DETECT tries */
export function serverFunctions(options: Options, rules: ServerRules): FunctionRegistry {
  const own = FunctionRegistry.builtin().extend();
  for (const definition of detectFunctions(rules)) own.add(definition);
  const folder = functionFolder(options);
  if (folder === undefined || !settingFlag(options.properties, "ksql.udfs.enabled")) return own;
  const registry = own.extend();
  try {
    const { modules, problems } = loadFunctionFolder(folder, registry, { reservedWords: UNCALLABLE_WORDS });
    const count = modules.reduce((sum, { functions }) => sum + functions.length, 0);
    if (modules.length > 0) options.report("info", `${count} user functions from '${folder}'`);
    for (const problem of problems) options.report("warn", reportLine(problem));
  } catch (error) {
    if (!(error instanceof SpoorError)) throw error;
    options.report("warn", reportLine(error));
  }
  return registry;
}

/** Undefined where there is none. A folder that was named is read whether it exists or not, so that a slip shows. */
function functionFolder({ dataDir, properties }: Options): string | undefined {
  const named = properties.get("ksql.extension.dir");
  if (named !== undefined) return resolve(named);
  if (dataDir === undefined) return undefined;
  const folder = join(dataDir, "ext");
  return existsSync(folder) ? folder : undefined;
}

function reportLine({ message, detail, hint }: SpoorError): string {
  return [`user functions: ${message}`, detail, hint].filter((part) => part !== undefined).join("; ");
}
