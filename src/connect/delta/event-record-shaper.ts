/** Records of a topic of events, each handed to the lake's shaper as the bytes it came in. */
import type { EventShaper } from "../../lake/medallion/event-shaper.ts";
import type { RecordShaper } from "./topic-sink.ts";

export function eventRecordShaper(events: EventShaper): RecordShaper {
  return {
    leftovers: events.leftovers,
    shape(block, index, origin, source, batch) {
      const start = block.valueStarts[index]!;
      const bytes = start < 0 ? null : block.bytes.subarray(start, block.valueEnds[index]);
      events.shape(bytes, origin, source, batch);
    },
  };
}
