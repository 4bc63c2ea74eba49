/**
 * A record's values have no answer: a text that is no number, a decimal that does not fit, a division by
 * zero. Whoever evaluates the record's expression counts it as failed; the query goes on.
 */
export class ValueError extends Error {
  override readonly name: string = "ValueError";
}
