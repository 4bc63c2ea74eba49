/**
 * Loaded before the engine (`--import`): puts the interpreter in the place of the expression compiler, so that cases can
 * be run without generated code. Queries must be kept off the byte pipelines, which generate code of their own.
 */
import { registerHooks } from "node:module";

const COMPILER = new URL("../../../src/engine/expression/compiler.ts", import.meta.url).href;
const REPLACEMENT = new URL("interpreted-compiler.ts", import.meta.url).href;

registerHooks({
  resolve(specifier, context, nextResolve) {
    const resolved = nextResolve(specifier, context);
    return resolved.url === COMPILER ? { ...resolved, url: REPLACEMENT } : resolved;
  },
});
