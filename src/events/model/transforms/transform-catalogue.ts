import { didYouMean } from "../../../base/nearest.ts";
import type { ErrorPlace } from "../../../base/errors.ts";
import { modelErrors } from "../errors.ts";
import { answerTransforms } from "./answer-transforms.ts";
import { codeTransforms } from "./code-transforms.ts";
import { identityTransforms } from "./identity-transforms.ts";
import { pairTransforms } from "./pair-transforms.ts";
import type { Transform } from "./transform.ts";

/** All transforms that a mapping can name. */
export const transforms: readonly Transform[] = [
  ...codeTransforms,
  ...identityTransforms,
  ...pairTransforms,
  ...answerTransforms,
].toSorted((a, b) => (a.name < b.name ? -1 : 1));

const byName = new Map(transforms.map((transform) => [transform.name, transform]));

/** @throws SpoorError MODEL_UNKNOWN_TRANSFORM with the near name */
export function requireTransform(name: string, place: () => ErrorPlace): Transform {
  const transform = byName.get(name);
  if (transform !== undefined) return transform;
  throw modelErrors.UNKNOWN_TRANSFORM({
    message: `there is no transform '${name}'`,
    hint: didYouMean(name, byName.keys()) ?? `transforms: ${[...byName.keys()].join(", ")}`,
    place: place(),
  });
}
