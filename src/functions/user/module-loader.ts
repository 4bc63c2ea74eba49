/**
 * Loads the modules of a folder (`*.js`, `*.mjs`, `*.cjs`, `*.ts`, `*.mts`; not its subfolders, which are for what modules
 * share) in the order of their names. A module adds all its functions or none: one that fails is a problem with its file and
 * line, and the others are loaded. Modules run with the rights of the process: the folder is the operator's.
 *
 * They are loaded with `require`, which takes ECMAScript modules too, so that a start needs no turn of the event loop
 * and a module with a top-level await is refused. Node strips the types of TypeScript; `spoor/functions` is resolved
 * here, so that a module in any folder finds it.
 */
import { readdirSync, readFileSync } from "node:fs";
import { createRequire, registerHooks, stripTypeScriptTypes } from "node:module";
import { join } from "node:path";
import { SpoorError } from "../../base/errors.ts";
import type { FunctionRegistry } from "../registry.ts";
import { messageOf } from "./call-site.ts";
import { isFunctionDeclaration, type FunctionDeclaration } from "./declaration.ts";
import { userFunctionErrors } from "./errors.ts";
import { moduleFailure, stackPlace, type PlaceInFile } from "./module-failure.ts";
import { addUserFunctions, type UserFunctionOptions } from "./user-function.ts";

export interface LoadedModule {
  readonly path: string;
  /** Names of its functions. */
  readonly functions: readonly string[];
}

export interface LoadedFunctions {
  readonly modules: readonly LoadedModule[];
  readonly problems: readonly SpoorError[];
}

type LoadOptions = Pick<UserFunctionOptions, "reservedWords">;

const MODULES_MAX = 1000;
const MODULE_FILE = /^[^._].*(?<!\.d)\.(?:[cm]?js|m?ts)$/;

/**
 * Adds the functions of the folder's modules to `registry`.
 * @throws SpoorError UDF_FOLDER when the folder can't be read
 */
export function loadFunctionFolder(
  folder: string,
  registry: FunctionRegistry,
  options: LoadOptions = {},
): LoadedFunctions {
  const names = moduleNames(folder);
  return loadFunctionModules(
    names.map((name) => join(folder, name)),
    registry,
    options,
  );
}

/** @param paths absolute */
export function loadFunctionModules(
  paths: readonly string[],
  registry: FunctionRegistry,
  options: LoadOptions = {},
): LoadedFunctions {
  const modules: LoadedModule[] = [];
  const problems: SpoorError[] = [];
  for (const path of paths) {
    try {
      modules.push({ path, functions: loadModule(path, registry, options) });
    } catch (error) {
      problems.push(
        error instanceof SpoorError ? error : userFunctionErrors.MODULE({ message: messageOf(error) }),
      );
    }
  }
  return { modules, problems };
}

function moduleNames(folder: string): readonly string[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (cause) {
    throw userFunctionErrors.FOLDER({
      message: `the folder of user functions '${folder}' can't be read`,
      detail: messageOf(cause),
      cause,
    });
  }
  const found = names.filter((name) => MODULE_FILE.test(name)).toSorted();
  if (found.length <= MODULES_MAX) return found;
  throw userFunctionErrors.FOLDER({
    message: `the folder of user functions '${folder}' has ${found.length} modules`,
    detail: `${MODULES_MAX} are the most`,
  });
}

function loadModule(path: string, registry: FunctionRegistry, options: LoadOptions): readonly string[] {
  const declarations = declarationsOf(path, required(path));
  try {
    return addUserFunctions(registry, declarations, { ...options, path }).map(({ name }) => name);
  } catch (error) {
    throw moduleFailure(path, error, undefined);
  }
}

function required(path: string): unknown {
  resolvePublicInterface();
  try {
    return createRequire(import.meta.url)(path) as unknown;
  } catch (error) {
    if (codeOf(error) === "ERR_REQUIRE_ASYNC_MODULE") {
      throw moduleFailure(path, new Error("a module of functions can't have a top-level await"), undefined);
    }
    throw moduleFailure(path, error, stackPlace(path, error) ?? syntaxPlace(path, error));
  }
}

/** Node keeps the place of a JavaScript module's syntax error to itself; its reader of TypeScript tells it. */
function syntaxPlace(path: string, error: unknown): PlaceInFile | undefined {
  if (!(error instanceof Error) || error.name !== "SyntaxError" || codeOf(error) !== undefined)
    return undefined;
  try {
    stripTypeScriptTypes(readFileSync(path, "utf8"), { mode: "strip", sourceUrl: path });
    return undefined;
  } catch (syntaxError) {
    return stackPlace(path, syntaxError);
  }
}

function codeOf(error: unknown): unknown {
  return (error as { readonly code?: unknown } | null | undefined)?.code;
}

const LOOKS_DECLARED = ["evaluate", "rows", "aggregate", "overloads"];

function declarationsOf(path: string, exported: unknown): readonly FunctionDeclaration[] {
  const values: [name: string, value: unknown][] = isFunctionDeclaration(exported)
    ? [["default", exported]]
    : Object.entries((exported ?? {}) as object);
  const found = new Set<FunctionDeclaration>();
  for (const [name, value] of values) {
    for (const item of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (isFunctionDeclaration(item)) found.add(item);
      else if (looksDeclared(item)) throw moduleFailure(path, undeclared(name), undefined);
    }
  }
  if (found.size > 0) return [...found];
  throw moduleFailure(path, new Error("it exports no function"), undefined, {
    hint: "export what scalar(), aggregate() or table() gives; put what modules share in a subfolder",
  });
}

function looksDeclared(value: unknown): boolean {
  if (typeof value !== "object" || value === null || !("name" in value)) return false;
  return LOOKS_DECLARED.some((key) => key in value);
}

function undeclared(name: string): Error {
  return new Error(`its export '${name}' is a plain object: pass it to scalar(), aggregate() or table()`);
}

const PUBLIC_NAME = "spoor/functions";
let resolving = false;

/** For the whole process, once. Everything else is resolved as ever. */
function resolvePublicInterface(): void {
  if (resolving) return;
  resolving = true;
  // The sources run as they are, the published package as JavaScript.
  const url = new URL(`./public-interface${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url)
    .href;
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === PUBLIC_NAME ? { url, shortCircuit: true } : next(specifier, context),
  });
}
