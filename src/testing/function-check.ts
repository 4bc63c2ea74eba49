/** Loads modules of user functions beside the built-in functions, as a server does, and tries their examples. */
import type { SpoorError } from "../base/errors.ts";
import { UNCALLABLE_WORDS } from "../app/user-functions.ts";
import { FunctionRegistry } from "../functions/registry.ts";
import { signatureText, returnTypeText } from "../functions/signature-text.ts";
import { checkExamples, type ExampleResult } from "../functions/user/example-check.ts";
import { loadFunctionModules } from "../functions/user/module-loader.ts";

export interface CheckedFunction {
  readonly name: string;
  /** `ENTROPY(STRING text) → DOUBLE` */
  readonly signatures: readonly string[];
  readonly examples: readonly ExampleResult[];
}

export interface CheckedModules {
  readonly modules: readonly { readonly path: string; readonly functions: readonly CheckedFunction[] }[];
  /** Modules that could not be loaded. */
  readonly problems: readonly SpoorError[];
}

/** @param paths absolute; the modules may call one another's functions in their examples */
export function checkFunctionModules(paths: readonly string[]): CheckedModules {
  const registry = FunctionRegistry.builtin().extend();
  const { modules, problems } = loadFunctionModules(paths, registry, { reservedWords: UNCALLABLE_WORDS });
  return {
    problems,
    modules: modules.map(({ path, functions }) => ({
      path,
      functions: functions.map((name) => {
        const definition = registry.get(name);
        const signatures = definition.overloads.map(
          ({ parameters, returns }) =>
            `${signatureText(name, parameters)} → ${returnTypeText(returns) ?? "ANY"}`,
        );
        return { name, signatures, examples: checkExamples(definition, registry) };
      }),
    })),
  };
}
