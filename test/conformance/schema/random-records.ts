/** JSON records that fit an Avro schema, the same for the same seed. Unions of several types carry no values. */
import type { SeededRandom } from "../../../src/base/random.ts";
import { NumberText } from "../corpus/lossless-json.ts";
import type { Json } from "../corpus/lossless-json.ts";
import type { AvroType } from "../records/avro-schema.ts";

const ITEMS_MAX = 3;
/** A record may hold itself: beyond this depth what may be null is. */
const DEPTH_MAX = 6;

export function randomValue(type: AvroType, random: SeededRandom, depth = 0): Json {
  switch (type.kind) {
    case "union": {
      const branches = type.branches.filter(({ kind }) => kind !== "null");
      const nullable = branches.length < type.branches.length;
      if (nullable && (depth > DEPTH_MAX || random.next() < 0.2)) return null;
      return randomValue(branches[0]!, random, depth + 1);
    }
    case "record":
      return Object.fromEntries(
        type.fields.map((field) => [field.name, randomValue(field.type, random, depth + 1)]),
      );
    case "array":
      return Array.from({ length: items(random, depth) }, () => randomValue(type.items, random, depth + 1));
    case "map":
      return Object.fromEntries(
        Array.from({ length: items(random, depth) }, (_, i) => [
          `k${i}`,
          randomValue(type.values, random, depth + 1),
        ]),
      );
    default:
      return randomPrimitive(type.kind, random);
  }
}

function items(random: SeededRandom, depth: number): number {
  return depth > DEPTH_MAX ? 0 : random.int(0, ITEMS_MAX);
}

function randomPrimitive(kind: AvroType["kind"], random: SeededRandom): Json {
  switch (kind) {
    case "boolean":
      return random.next() < 0.5;
    case "int":
      return new NumberText(String(random.int(-(2 ** 31), 2 ** 31 - 1)));
    case "long":
      return new NumberText(String(BigInt(random.int(-(2 ** 31), 2 ** 31 - 1)) * 1_000_003n));
    case "float":
    case "double":
      return new NumberText(String(random.int(-1000, 1000) / 4));
    case "bytes":
    case "fixed":
      return Buffer.from([random.int(0, 255)]).toString("base64");
    case "null":
      return null;
    default:
      return `text ${random.int(0, 1_000_000)}`;
  }
}
