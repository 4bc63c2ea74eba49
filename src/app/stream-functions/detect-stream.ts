/**
 * `FROM DETECT(stream)`: Sigma rules and their correlations over a stream of whole events. A row for each rule that hits an
 * event and for each correlation that comes true, in the time of the event.
 *
 * Correlations remember hits; their memory is the function's store. Nothing is kept of an event without hits but its time.
 * When the server's rules change, the next event is the first that the new ones see, and memory of correlations that are no
 * longer the same is given up and counted.
 */
import { detectionScope } from "../../detect/detector.ts";
import { windowsLogSources } from "../../detect/log-sources/read-log-sources.ts";
import { LEVELS, ruleKey } from "../../detect/rule/sigma-document.ts";
import type { SigmaLevel } from "../../detect/rule/sigma-document.ts";
import type { StreamFunction } from "../../engine/stream-function.ts";
import type { RefuseInput, StreamFunctionInput } from "../../plan/stream-function.ts";
import type { ServerRules } from "../detect/server-rules.ts";
import { ALERT_COLUMNS } from "./alert-row.ts";
import { DetectProcessor } from "./detect-processor.ts";

/** @param leastLevel alerts of lower levels are not given */
export function detectStream(rules: ServerRules, leastLevel: SigmaLevel): StreamFunction {
  return {
    name: "DETECT",
    description:
      "A row for each Sigma rule that an event hits and for each correlation of rules that comes true, with what is needed to " +
      "look into it. The rules are those of the server's property spoor.rules.",
    parameters: [{ name: "events", description: "a stream with one STRING value column: whole events" }],
    shape: ([events], refuse) => ({ columns: ALERT_COLUMNS, reads: [[eventColumn(events!, refuse)]] }),
    open: (context) => new DetectProcessor(context, rules, leastLevel),
    explain: () => explanation(rules, leastLevel),
  };
}

/** The one STRING value column. */
function eventColumn({ name, columns }: StreamFunctionInput, refuse: RefuseInput): number {
  const values = [...columns.entries()].filter(([, { role }]) => role === "value");
  const [first] = values;
  if (values.length === 1 && first![1].type.kind === "STRING") return first![0];
  throw refuse(0, {
    message: `DETECT wants a stream with one STRING value column, and '${name}' has ${shapeText(values.map(([, column]) => column))}`,
    hint: `declare the topic's whole documents: CREATE STREAM EVENTS (EVENT STRING) WITH (KAFKA_TOPIC = '…', VALUE_FORMAT = 'KAFKA')`,
  });
}

function shapeText(
  values: readonly { readonly name: string; readonly type: { readonly kind: string } }[],
): string {
  const [only] = values;
  if (values.length === 1) return `${only!.name} ${only!.type.kind}`;
  return values.length === 0 ? "none" : `${values.length} value columns`;
}

function explanation(rules: ServerRules, leastLevel: SigmaLevel): readonly string[] {
  const scope = detectionScope(rules.ruleSet(), leastLevel);
  const own = scope.rules.filter(({ metadata }) => scope.alerting.has(ruleKey(metadata)));
  const parts = scope.rules.length - own.length;
  const unmapped = scope.rules.filter((rule) => windowsLogSources().resolve(rule.logSource) === undefined);
  const lines = [
    `tries ${scope.rules.length} rules, ${parts} of them for correlations only, and ${scope.correlations.length} correlations`,
  ];
  if (leastLevel !== LEVELS[0]) lines.push(`alerts from level ${leastLevel} on`);
  if (unmapped.length > 0) lines.push(`${unmapped.length} rules are for other log sources than Windows has`);
  return lines;
}
