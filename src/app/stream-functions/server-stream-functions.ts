/** The stream functions of one server. */
import type { SigmaLevel } from "../../detect/rule/sigma-document.ts";
import { settingText } from "../../plan/session-properties.ts";
import { StreamFunctions } from "../../plan/stream-function.ts";
import { triageFunction } from "../alerts/triage-function.ts";
import type { ServerRules } from "../detect/server-rules.ts";
import { detectStream } from "./detect-stream.ts";

/**
 * @param rules those that the scalar DETECT tries
 * @param properties the server's, checked when they were taken
 */
export function serverStreamFunctions(
  rules: ServerRules,
  properties: ReadonlyMap<string, string>,
): StreamFunctions {
  const leastLevel = settingText(properties, "spoor.rules.min.level") as SigmaLevel;
  return new StreamFunctions([detectStream(rules, leastLevel), triageFunction]);
}
