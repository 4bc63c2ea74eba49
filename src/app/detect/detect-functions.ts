/**
 * DETECT, EVENT_FIELD and EVENT_TIME: Sigma rules and the fields of an event in SQL. They answer from the event alone and keep
 * nothing between events, so that a query with them is repeated after a failure with the same rows, as long as the rules are the same.
 */
import { arrayType, STRING, structType, TIMESTAMP } from "../../data/types.ts";
import type { Value } from "../../data/values.ts";
import { attackTags } from "../../detect/rule/attack-tags.ts";
import { fieldTexts } from "../../detect/expression/event-fields.ts";
import { levelOf, ruleKey } from "../../detect/rule/sigma-document.ts";
import type { SigmaRule } from "../../detect/rule/sigma-document.ts";
import type { ScalarFunction } from "../../functions/definition.ts";
import { boundOverload, overload, parameter } from "../../functions/define.ts";
import { reasonText } from "../../detect/expression/reason-text.ts";
import { EventReader } from "./event-reader.ts";
import type { ServerRules } from "./server-rules.ts";

const TEXTS = arrayType(STRING);

/** What DETECT tells of a rule that hit. */
export const HIT_TYPE = structType([
  { name: "RULE_ID", type: STRING },
  { name: "TITLE", type: STRING },
  { name: "LEVEL", type: STRING },
  { name: "TECHNIQUES", type: TEXTS },
  { name: "TACTICS", type: TEXTS },
  { name: "TAGS", type: TEXTS },
  { name: "REASON", type: TEXTS },
]);

const EVENT = parameter("event", STRING, "one event: a document of Winlogbeat or NXLog, or the event's XML");
const NO_HITS: readonly Value[] = [];
const SEVERAL_VALUES = ", ";

/** One set of rules and one reader of events for all calls in a server. */
export function detectFunctions(rules: ServerRules): readonly ScalarFunction[] {
  const events = new EventReader();
  return [detectFunction(rules, events), eventFieldFunction(events), eventTimeFunction(events)];
}

function detectFunction(rules: ServerRules, events: EventReader): ScalarFunction {
  return {
    kind: "scalar",
    name: "DETECT",
    category: "DETECTION",
    description:
      "The Sigma rules that an event hits, of those that the server's property spoor.rules names; an empty array where it hits none. " +
      "EXPLODE makes a row of each hit.",
    examples: [
      { sql: 'DETECT(\'{"EventID": 4688, "Channel": "Security"}\')', result: "[]" },
      { sql: "EXPLODE(DETECT(event)) AS hit", result: "a row for each rule that hit, with hit->RULE_ID" },
    ],
    overloads: [boundOverload([EVENT], arrayType(HIT_TYPE), () => detection(rules, events))],
  };
}

function detection(rules: ServerRules, events: EventReader): (event: string) => Value {
  const matcher = rules.matcher();
  const facts = new WeakMap<SigmaRule, readonly Value[]>();
  const factsOf = (rule: SigmaRule): readonly Value[] => {
    const known = facts.get(rule);
    if (known !== undefined) return known;
    const made = ruleFacts(rule);
    facts.set(rule, made);
    return made;
  };
  return (text) => {
    const event = events.read(text);
    const hits = matcher.match(event);
    if (hits.length === 0) return NO_HITS;
    return hits.map((rule) => [...factsOf(rule), matcher.explain(rule, event).map(reasonText)]);
  };
}

/** The fields of {@link HIT_TYPE} that are the same for each hit of the rule. */
function ruleFacts({ metadata }: SigmaRule): readonly Value[] {
  const { techniques, tactics } = attackTags(metadata.tags);
  return [ruleKey(metadata), metadata.title, levelOf(metadata), techniques, tactics, metadata.tags];
}

function eventFieldFunction(events: EventReader): ScalarFunction {
  const name = parameter("name", STRING, "the field's own name: Image, EventID, Channel, Computer, User");
  return {
    kind: "scalar",
    name: "EVENT_FIELD",
    category: "DETECTION",
    description:
      "A field of an event under the name that Windows has for it, wherever the event's shape puts it; NULL where the event has no such field. " +
      "Several values are joined with a comma.",
    examples: [
      { sql: 'EVENT_FIELD(\'{"EventID": 4688, "Channel": "Security"}\', \'EventID\')', result: "4688" },
    ],
    overloads: [
      overload([EVENT, name], STRING, (event: string, field: string): Value => {
        const texts = fieldTexts(events.read(event).get(field));
        return texts.length === 0 ? null : texts.join(SEVERAL_VALUES);
      }),
    ],
  };
}

function eventTimeFunction(events: EventReader): ScalarFunction {
  const document =
    '{"EventID": 1, "EventTime": "2024-05-01T08:00:00.250Z", "Channel": "Microsoft-Windows-Sysmon/Operational"}';
  return {
    kind: "scalar",
    name: "EVENT_TIME",
    category: "DETECTION",
    description:
      "When an event was written, as its document says: of its times the one that is nearest to that. NULL where it has none.",
    examples: [{ sql: `EVENT_TIME('${document}')`, result: "2024-05-01T08:00:00.250" }],
    overloads: [
      overload([EVENT], TIMESTAMP, (event: string): Value => {
        return events.read(event).event.system.time?.epochMs ?? null;
      }),
    ],
  };
}
