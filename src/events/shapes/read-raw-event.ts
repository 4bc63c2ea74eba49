import { eventErrors } from "../errors.ts";
import { detectShape } from "./detect-shape.ts";
import { nxlogEvent } from "./nxlog-event.ts";
import type { RawEvent, SourceObject } from "./raw-event.ts";
import { winlogbeatEvent } from "./winlogbeat-event.ts";

const SHOWN_NAMES = 8;

/**
 * The event of a parsed JSON document, of whatever shape; documents of one file may be of several. The document is not
 * changed, and the event shares what it did not take apart.
 * @throws SpoorError EVENTS_SHAPE_UNKNOWN
 */
export function readRawEvent(document: SourceObject): RawEvent {
  const shape = detectShape(document);
  if (shape === "nxlog" || shape === "nxlog-xml") return nxlogEvent(document, shape);
  if (shape !== undefined) return winlogbeatEvent(document, shape);
  const names = Object.keys(document);
  const shown = names.slice(0, SHOWN_NAMES).join("', '");
  throw eventErrors.SHAPE_UNKNOWN({
    message: "the document is no Windows event of a known shape",
    detail:
      names.length === 0 ? "it is empty" : `it has '${shown}'${names.length > SHOWN_NAMES ? ", …" : ""}`,
    hint: "known are Winlogbeat 5 to 9 ('winlog', or 'event_id' with 'log_name'), and NXLog ('EventID' with 'Channel')",
  });
}
