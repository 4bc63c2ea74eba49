/**
 * The order in which Connect sees the properties of a JSON schema that has no `connect.index`: that of Java's HashMap,
 * since its parser keeps them in one. A schema's columns must have the order that ksqlDB gives them.
 */
export function propertyOrder(names: readonly string[]): string[] {
  let capacity = 16;
  while (names.length > capacity * 0.75) capacity *= 2;
  const bucket = (name: string): number => {
    let hash = 0;
    for (let i = 0; i < name.length; i++) hash = (Math.imul(hash, 31) + name.charCodeAt(i)) | 0;
    return (hash ^ (hash >>> 16)) & (capacity - 1);
  };
  return names.toSorted((a, b) => bucket(a) - bucket(b));
}
