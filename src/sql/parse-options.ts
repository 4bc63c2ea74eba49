import type { SqlType } from "../data/types.ts";
import type { Dialect } from "./dialect.ts";

export interface ParseOptions {
  /** `auto` where not given. */
  readonly dialect?: Dialect | undefined;
  /** Values for `${name}`; DEFINE and UNDEFINE in the text change a copy as the text goes on. */
  readonly variables?: ReadonlyMap<string, string> | undefined;
  /**
   * Where given, names of types made by CREATE TYPE are replaced by what it returns, and an unknown name is
   * an error; else they stay in the tree as `named-type`.
   */
  readonly typeRegistry?: TypeLookup | undefined;
  /** Accepts the statements of the testing tool (ASSERT VALUES …, RUN SCRIPT) in the strict dialect too. */
  readonly testStatements?: boolean | undefined;
  /** The name of the file the text is from, for error places. */
  readonly file?: string | undefined;
}

export type TypeLookup = (name: string) => SqlType | undefined;
