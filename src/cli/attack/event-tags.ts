import type { AttackCatalogue } from "../../attack/catalogue/attack-catalogue.ts";
import type { TechniqueTally } from "../../attack/coverage/technique-tally.ts";
import { RulePlacer } from "../../attack/tags/rule-placement.ts";
import { hasRuleName } from "../../attack/tags/rule-tags.ts";
import { SpoorError } from "../../base/errors.ts";
import type { EventFile } from "../../events/files/event-file.ts";
import type { LineBlock } from "../../events/files/line-block.ts";
import { readRawEvent } from "../../events/shapes/read-raw-event.ts";
import type { RawEvent, SourceObject } from "../../events/shapes/raw-event.ts";

/** What became of a file's events. */
export interface EventTagCounts {
  readonly events: number;
  /** Sysmon's events with a technique in their rule's name. */
  readonly tagged: number;
  /** Sysmon's events with a name that says no technique. */
  readonly untagged: number;
  /** Lines that are no events of a known shape. */
  readonly unreadable: number;
}

const RULE_NAME = Buffer.from('"RuleName"');
/** Sysmon's `-`, and no name at all: what nearly all events have. */
const NO_NAME = /^"RuleName"\s*:\s*"-?"/;
const NO_NAME_BYTES = 32;

/**
 * Counts the techniques that Sysmon's events are tagged with. Other providers have a `RuleName` too (Windows Firewall), which
 * has nothing to do with ATT&CK. An event of several techniques counts for each.
 */
export async function countEventTags(
  file: EventFile,
  catalogue: AttackCatalogue,
  tally: TechniqueTally,
  interrupted: AbortSignal,
): Promise<EventTagCounts> {
  const placer = new RulePlacer(catalogue);
  const counts = { events: 0, tagged: 0, untagged: 0, unreadable: 0 };
  for await (const block of file) {
    if (interrupted.aborted) break;
    counts.events += block.count;
    for (let i = 0; i < block.count; i++) {
      const event = namedEvent(block, i);
      if (event === undefined) continue;
      if (event === "unreadable") counts.unreadable++;
      else if (isSysmon(event)) {
        const ruleName = event.data.find(({ name }) => name === "RuleName")?.value;
        if (typeof ruleName !== "string" || !hasRuleName(ruleName)) continue;
        const ids = placer.place(ruleName).techniques.flatMap(({ id }) => id ?? []);
        tally.addAll(ids, 1, event.system.computer);
        if (ids.length > 0) counts.tagged++;
        else counts.untagged++;
      }
    }
  }
  return counts;
}

/** The event, where its line may have a rule's name; most lines are not parsed for that. */
function namedEvent(block: LineBlock, index: number): RawEvent | "unreadable" | undefined {
  const line = block.buffer.subarray(block.starts[index], block.ends[index]);
  const at = line.indexOf(RULE_NAME);
  if (at === -1 || NO_NAME.test(line.toString("latin1", at, at + NO_NAME_BYTES))) return undefined;
  try {
    return readRawEvent(JSON.parse(line.toString("utf8")) as SourceObject);
  } catch (error) {
    if (error instanceof SpoorError || error instanceof SyntaxError) return "unreadable";
    throw error;
  }
}

function isSysmon({ system: { providerName, channel } }: RawEvent): boolean {
  return /sysmon/i.test(providerName ?? "") || /sysmon/i.test(channel ?? "");
}
