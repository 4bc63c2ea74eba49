/** A change between two JSON Schemas that keeps data written with the one from being valid for the other. */
import { differenceLine } from "../schema-language.ts";
import type { SchemaPart } from "./json-schema-document.ts";

export interface Difference {
  readonly type: string;
  /** From the schemas that were compared; empty for them themselves. */
  readonly path: string;
  readonly description: string;
}

/** Differences of two schemas, of which either may be missing. */
export type Compare = (
  writer: SchemaPart | undefined,
  reader: SchemaPart | undefined,
) => readonly Difference[];

export function difference(type: string, path: string, description: string): Difference {
  return { type, path, description };
}

/** The same, seen from further up. */
export function below(path: string, differences: readonly Difference[]): Difference[] {
  return differences.map((each) => ({ ...each, path: each.path === "" ? path : `${path}/${each.path}` }));
}

export function writeDifference({ type, path, description }: Difference): string {
  return differenceLine(type, `at path '#/${path}': ${description}`);
}
