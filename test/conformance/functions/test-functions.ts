/** The functions that the corpus calls and ksqlDB does not have (its section 7), over the built-in ones. */
import { FunctionRegistry } from "../../../src/functions/registry.ts";
import { addUserFunctions } from "../../../src/functions/user/user-function.ts";
import { TEST_AGGREGATES } from "./test-aggregates.ts";
import { TEST_SCALARS } from "./test-scalars.ts";
import { TEST_TABLE_FUNCTIONS } from "./test-table-functions.ts";

/** A registry of its own for each case. */
export function testFunctions(): FunctionRegistry {
  const registry = FunctionRegistry.builtin().extend();
  addUserFunctions(registry, [...TEST_SCALARS, ...TEST_TABLE_FUNCTIONS, ...TEST_AGGREGATES]);
  return registry;
}
