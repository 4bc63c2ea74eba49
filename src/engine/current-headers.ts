/**
 * The headers of the record that is being processed. As in Kafka Streams, everything that a record makes carries its
 * headers on: the raw section is copied, nobody decodes it.
 */
import type { RecordBlock } from "../log/record-block.ts";

export class CurrentHeaders {
  /** The block's bytes; what is in [start, end) is the section, nothing where they are equal. */
  bytes: Buffer = Buffer.alloc(0);
  start = 0;
  end = 0;

  enter(block: RecordBlock, index: number): void {
    if (block.headerStarts === undefined || block.headerEnds === undefined) {
      this.end = this.start;
      return;
    }
    this.bytes = block.bytes;
    this.start = block.headerStarts[index]!;
    this.end = block.headerEnds[index]!;
  }
}
