/** A record of a case that the runner can't write or read: the case fails with the reason. */
export class CodecError extends Error {
  override readonly name = "CodecError";
}
