/** A registry that forgets everything at the end of the process: for tests, and for queries that are only tried out. */
import { RegistryCore } from "./registry-core.ts";

export class MemorySchemaRegistry extends RegistryCore {
  constructor() {
    super({ append: () => undefined });
  }
}
