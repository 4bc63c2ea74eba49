/**
 * The rules that DETECT tries, one set for the life of a server: read and put together when the first statement needs
 * them. What fails inside a rule is reported and leaves out that rule; what fails to be read at all refuses the
 * statement, so that no query runs with less than what was asked for. A failure is not kept: the next statement reads anew.
 */
import { resolve } from "node:path";
import { errorText } from "../../base/error-text.ts";
import { defaultRules } from "../../detect/default-rules/default-rules.ts";
import { windowsLogSources } from "../../detect/log-sources/read-log-sources.ts";
import { RuleMatcher } from "../../detect/matching/rule-matcher.ts";
import type { RuleText } from "../../detect/rule/rule-source.ts";
import { alertingKeys, loadRules } from "../../detect/rule/rule-set.ts";
import type { RuleSet } from "../../detect/rule/rule-set.ts";
import { LEVELS, levelOf, ruleKey } from "../../detect/rule/sigma-document.ts";
import type { SigmaLevel } from "../../detect/rule/sigma-document.ts";
import { settingText } from "../../plan/session-properties.ts";
import { detectErrors } from "./errors.ts";
import { readRulePathsSynchronously } from "./synchronous-rule-paths.ts";

export interface ServerRulesOptions {
  /** The server's, checked when they were taken. */
  readonly properties: ReadonlyMap<string, string>;
  readonly report: (level: "info" | "warn" | "error", message: string) => void;
}

/** In `spoor.rules`, the rules that come with Spoor; a folder of this name is `./default`. */
const SHIPPED = "default";
/** More errors of rules than this are counted, not shown. */
const ERRORS_SHOWN_MAX = 20;

export class ServerRules {
  readonly #options: ServerRulesOptions;
  #matcher: RuleMatcher | undefined;

  constructor(options: ServerRulesOptions) {
    this.#options = options;
  }

  /**
   * The same one at each call.
   * @throws DETECT_NO_RULES, DETECT_RULES_UNREADABLE
   */
  matcher(): RuleMatcher {
    return (this.#matcher ??= this.#load());
  }

  #load(): RuleMatcher {
    const { properties, report } = this.#options;
    const { texts, origin, isOwn } = this.#texts();
    const set = loadRules(texts);
    const alerting = alertingKeys(set);
    const least = LEVELS.indexOf(settingText(properties, "spoor.rules.min.level") as SigmaLevel);
    const rules = set.rules.filter(
      ({ metadata }) => alerting.has(ruleKey(metadata)) && LEVELS.indexOf(levelOf(metadata)) >= least,
    );
    const matcher = new RuleMatcher(windowsLogSources(), rules);
    const { unmapped } = matcher.statistics();
    const usable = rules.length - unmapped;
    if (usable === 0) throw noneUsable(origin, set, unmapped);
    this.#reportErrors(set);
    if (set.correlations.length > 0) report(isOwn ? "info" : "warn", correlationNote(set, alerting));
    report(
      "info",
      `DETECT tries ${usable} rules of ${origin}; ${unmapped} are for other log sources than Windows has`,
    );
    return matcher;
  }

  #texts(): { readonly texts: readonly RuleText[]; readonly origin: string; readonly isOwn: boolean } {
    const setting = this.#options.properties.get("spoor.rules") ?? SHIPPED;
    const named = setting
      .split(",")
      .map((path) => path.trim())
      .filter((path) => path !== "");
    const paths = named.filter((path) => path !== SHIPPED);
    const texts: RuleText[] = named.includes(SHIPPED) ? [...defaultRules()] : [];
    if (paths.length > 0) texts.push(...readRulePathsSynchronously(paths.map((path) => resolve(path))).texts);
    const origin = paths.length === 0 ? "Spoor's own" : `'${named.join("', '")}'`;
    return { texts, origin, isOwn: paths.length === 0 };
  }

  #reportErrors({ errors }: RuleSet): void {
    const { report } = this.#options;
    for (const error of errors.slice(0, ERRORS_SHOWN_MAX)) report("warn", `left out: ${errorText(error)}`);
    const more = errors.length - ERRORS_SHOWN_MAX;
    if (more > 0) report("warn", `${more} more rules were left out; 'spoor rules lint' shows all`);
  }
}

/** Correlations need a memory of events; DETECT sees one at a time. */
function correlationNote({ rules, correlations }: RuleSet, alerting: ReadonlySet<string>): string {
  const parts = rules.filter(({ metadata }) => !alerting.has(ruleKey(metadata))).length;
  const silent =
    parts === 0 ? "" : `, and with them ${parts} rules that only they refer to ('generate' is not true)`;
  return `DETECT leaves out ${correlations.length} correlation rules${silent}: it sees one event at a time`;
}

function noneUsable(origin: string, { rules, errors }: RuleSet, unmapped: number): Error {
  return detectErrors.NO_RULES({
    message: `${origin} hold no rule that DETECT could try`,
    detail: `${rules.length} rules were read, ${unmapped} are for other log sources, ${errors.length} failed`,
    hint: "name Sigma rules for Windows, and check 'spoor.rules.min.level'",
  });
}
