import type { FunctionDefinition } from "./definition.ts";

/** Everything that comes with Spoor, by concept. */
export const builtinFunctions: readonly FunctionDefinition[] = [];
