/** Elements of arrays and maps, and maps made of entries, as SQL subscripts and MAP() mean them. */
import { valueKey, valuesEqual } from "../../data/compare.ts";
import type { SqlType } from "../../data/types.ts";
import type { Value } from "../../data/values.ts";

/**
 * The element at `subscript`, NULL outside the array. Counted from 1, or from the end by a negative subscript;
 * with `firstIndex` 0 (KSQL 5) from 0 and never from the end.
 */
export function arrayElement(array: readonly Value[], subscript: number, firstIndex: 0 | 1): Value {
  const index = firstIndex === 0 ? subscript : subscript < 0 ? array.length + subscript : subscript - 1;
  return index < 0 || index >= array.length ? null : array[index]!;
}

/** Whether JavaScript's own Map finds keys of the type. */
export function isPlainKey(type: SqlType): boolean {
  switch (type.kind) {
    case "DECIMAL":
    case "BYTES":
    case "ARRAY":
    case "MAP":
    case "STRUCT":
      return false;
    default:
      return true;
  }
}

export type MapLookup = (map: ReadonlyMap<Value, Value>, key: Value) => Value;

export function mapLookup(keyType: SqlType): MapLookup {
  if (isPlainKey(keyType)) return (map, key) => map.get(key) ?? null;
  return (map, key) => {
    for (const [other, value] of map) if (valuesEqual(keyType, key, other)) return value;
    return null;
  };
}

/** Makes a map of keys and values in turn; of equal keys the last one's value stays. */
export function mapBuilder(keyType: SqlType): (...keysAndValues: Value[]) => ReadonlyMap<Value, Value> {
  return (...keysAndValues) => {
    const map = new Map<Value, Value>();
    const keys = isPlainKey(keyType) ? undefined : new Map<string, Value>();
    for (let i = 0; i < keysAndValues.length; i += 2) {
      let key: Value = keysAndValues[i]!;
      if (keys !== undefined) {
        const text = valueKey(keyType, key);
        const known = keys.get(text);
        if (known === undefined) keys.set(text, key);
        else key = known;
      }
      map.set(key, keysAndValues[i + 1]!);
    }
    return map;
  };
}
