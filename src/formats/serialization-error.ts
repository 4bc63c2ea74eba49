/**
 * A row's values can't be written with the schema that the record must have: a NULL for a required field, a number too
 * large. As {@link DeserializationError} it concerns one record and not a statement.
 */
export class SerializationError extends Error {
  override readonly name = "SerializationError";
}
