/** BinXML that cannot be read: a bug in the file, not in its reader. Caught for each record. */
export class BinXmlFault extends Error {
  override readonly name = "BinXmlFault";
  /** From the start of the chunk. */
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}
