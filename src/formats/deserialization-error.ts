/**
 * A record's bytes do not fit the declared format or type. The engine counts the record as undecodable and
 * skips it; this is no {@link SpoorError}, since it concerns one record and not a statement.
 */
export class DeserializationError extends Error {
  override readonly name = "DeserializationError";
}
