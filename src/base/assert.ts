/**
 * Assertions for programmer errors only: a failed assertion is a bug in Spoor. What a user, a disk or a
 * peer can cause is a {@link SpoorError} from the catalogue instead.
 */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}

/** Marks a branch the types say cannot be reached; the value's type must have narrowed to `never`. */
export function unreachable(value: never, what: string): never {
  throw new AssertionError(`${what}: unexpected ${JSON.stringify(value)}`);
}

/** Returns `value`, which the caller knows to be there. */
export function defined<T>(value: T | undefined | null, what: string): T {
  if (value === undefined || value === null) throw new AssertionError(`${what} is missing`);
  return value;
}

export class AssertionError extends Error {
  override readonly name = "AssertionError";
}
