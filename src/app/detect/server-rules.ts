/**
 * The rules of a server: read and put together when the first statement needs them, and again whenever their files change.
 * What fails inside a rule is reported and leaves out that rule; what fails to be read at all refuses the statement, so that no
 * query runs with less than what was asked for. A failure is not kept: the next statement reads anew.
 *
 * Later a look every `spoor.rules.reload.ms` finds what has changed (on a thread of its own); the change is made in one go,
 * between two records, never inside one. An edit that breaks a rule keeps the one before, and so does a folder that vanishes.
 */
import { resolve } from "node:path";
import { errorText } from "../../base/error-text.ts";
import type { SpoorError } from "../../base/errors.ts";
import { windowsLogSources } from "../../detect/log-sources/read-log-sources.ts";
import { RuleMatcher } from "../../detect/matching/rule-matcher.ts";
import { defaultRules } from "../../detect/default-rules/default-rules.ts";
import { differenceOf, LiveRules } from "../../detect/rule-library/live-rules.ts";
import type { RuleSetChange } from "../../detect/rule-library/live-rules.ts";
import type { RuleLook } from "../../detect/rule-library/rule-watch.ts";
import { DEFAULT_RULES } from "../../detect/rule-library/rule-units.ts";
import { NO_STATES } from "../../detect/rule/rule-state.ts";
import { alertingKeys } from "../../detect/rule/rule-set.ts";
import type { RuleSet } from "../../detect/rule/rule-set.ts";
import { LEVELS, levelOf, ruleKey } from "../../detect/rule/sigma-document.ts";
import type { SigmaLevel, SigmaRule } from "../../detect/rule/sigma-document.ts";
import { settingText } from "../../plan/session-properties.ts";
import { detectErrors } from "./errors.ts";
import { RulePathThread } from "./rule-path-thread.ts";

export interface ServerRulesOptions {
  /** The server's, checked when they were taken. */
  readonly properties: ReadonlyMap<string, string>;
  readonly report: (level: "info" | "warn" | "error", message: string) => void;
  /** Does the work every so many milliseconds until what it returns is called; by default a timer that keeps no process alive. */
  readonly every?: (intervalMs: number, work: () => void) => () => void;
}

/** Another set of rules takes the place of the one before. */
export interface RulesChange extends RuleSetChange {
  readonly version: number;
  readonly set: RuleSet;
}

/** More errors of rules than this are counted, not shown. */
const ERRORS_SHOWN_MAX = 20;
const TITLES_SHOWN_MAX = 5;

export class ServerRules {
  readonly #options: ServerRulesOptions;
  readonly #listeners = new Set<(change: RulesChange) => void>();
  #live: LiveRules | undefined;
  #thread: RulePathThread | undefined;
  #stopLooking: (() => void) | undefined;
  #isLooking = false;
  #matcher: RuleMatcher | undefined;
  #version = 0;
  #problems: ReadonlySet<string> = new Set();

  constructor(options: ServerRulesOptions) {
    this.#options = options;
  }

  /** Counts the sets there have been; 0 before the first. */
  get version(): number {
    return this.#version;
  }

  /**
   * All rules and correlations that were read, whatever their level; the same object as long as they are the same. For who
   * keeps a memory of events: `FROM DETECT(…)`.
   * @throws DETECT_RULES_UNREADABLE
   */
  ruleSet(): RuleSet {
    return (this.#live ??= this.#read()).set;
  }

  /**
   * What DETECT tries: the same object at each call, whose rules change with their files.
   * @throws DETECT_NO_RULES, DETECT_RULES_UNREADABLE
   */
  matcher(): RuleMatcher {
    return (this.#matcher ??= this.#compile());
  }

  /** Tells of every change of the set, after {@link matcher} has taken it; what it returns ends that. */
  subscribe(listener: (change: RulesChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Looks for changes now, as the timer does. */
  async look(): Promise<void> {
    if (this.#thread === undefined || this.#live === undefined || this.#isLooking) return;
    this.#isLooking = true;
    try {
      this.#take(await this.#thread.look(), this.#live);
    } catch (error) {
      this.#tellProblems([error instanceof Error ? errorText(error) : String(error)]);
    } finally {
      this.#isLooking = false;
    }
  }

  close(): void {
    this.#stopLooking?.();
    this.#thread?.close();
    this.#thread = undefined;
  }

  #read(): LiveRules {
    const { paths, hasDefaults, origin } = this.#named();
    const own = hasDefaults ? defaultRules() : [];
    if (paths.length === 0) return this.#begin(new LiveRules(own, NO_STATES));
    const thread = new RulePathThread(paths);
    let live: LiveRules;
    try {
      const { texts, states } = thread.first();
      live = new LiveRules([...own, ...texts], states);
    } catch (error) {
      thread.close();
      throw error;
    }
    if (live.set.rules.length === 0) {
      thread.close();
      throw noneUsable(origin, live.set, 0);
    }
    const intervalMs = Number(settingText(this.#options.properties, "spoor.rules.reload.ms"));
    if (intervalMs === 0) thread.close();
    else {
      this.#thread = thread;
      this.#stopLooking = (this.#options.every ?? everyUnheld)(intervalMs, () => void this.look());
    }
    return this.#begin(live);
  }

  #begin(live: LiveRules): LiveRules {
    this.#version = 1;
    this.#reportErrors(live.set.errors);
    return live;
  }

  #compile(): RuleMatcher {
    const { report } = this.#options;
    const { origin, paths } = this.#named();
    const set = this.ruleSet();
    const rules = this.#tried(set);
    const matcher = new RuleMatcher(windowsLogSources(), rules);
    const { unmapped } = matcher.statistics();
    const usable = rules.length - unmapped;
    if (usable === 0) {
      this.close();
      this.#live = undefined;
      throw noneUsable(origin, set, unmapped);
    }
    if (set.correlations.length > 0)
      report(paths.length === 0 ? "info" : "warn", correlationNote(set, alertingKeys(set)));
    const off = set.disabled.length === 0 ? "" : `, ${set.disabled.length} are disabled`;
    report(
      "info",
      `DETECT tries ${usable} rules of ${origin}; ${unmapped} are for other log sources than Windows has${off}`,
    );
    return matcher;
  }

  /** Rules whose hits are alerts of their own, from the least level on. */
  #tried(set: RuleSet): SigmaRule[] {
    const alerting = alertingKeys(set);
    const named = settingText(this.#options.properties, "spoor.rules.min.level") as SigmaLevel;
    const least = LEVELS.indexOf(named);
    return set.rules.filter(
      ({ metadata }) => alerting.has(ruleKey(metadata)) && LEVELS.indexOf(levelOf(metadata)) >= least,
    );
  }

  #take({ problems, isSame, ...look }: RuleLook, live: LiveRules): void {
    this.#tellProblems(problems);
    if (isSame) return;
    const before = live.set;
    const own = this.#named().hasDefaults ? defaultRules().map(({ file }) => file) : [];
    const change = live.update({ ...look, files: [...own, ...look.files] });
    this.#reportErrors(change.errors);
    if (live.set === before) return;
    this.#version++;
    if (this.#matcher !== undefined) this.#swap(this.#matcher, before, live.set);
    this.#options.report("info", changeText(change, live.set));
    for (const listener of this.#listeners) listener({ ...change, version: this.#version, set: live.set });
  }

  /** Only plans that a changed rule belongs to are made anew. */
  #swap(matcher: RuleMatcher, before: RuleSet, after: RuleSet): void {
    const tried = (set: RuleSet): Pick<RuleSet, "rules" | "correlations"> => ({
      rules: this.#tried(set),
      correlations: [],
    });
    const { added, changed, removed } = differenceOf(tried(before), tried(after));
    for (const { metadata } of removed) matcher.remove(ruleKey(metadata));
    for (const rule of [...changed, ...added]) if (rule.kind === "rule") matcher.add(rule);
  }

  #named(): { readonly paths: readonly string[]; readonly hasDefaults: boolean; readonly origin: string } {
    const setting = this.#options.properties.get("spoor.rules") ?? DEFAULT_RULES;
    const named = setting
      .split(",")
      .map((path) => path.trim())
      .filter((path) => path !== "");
    const paths = named.filter((path) => path !== DEFAULT_RULES).map((path) => resolve(path));
    const origin = paths.length === 0 ? "Spoor's own" : `'${named.join("', '")}'`;
    return { paths, hasDefaults: named.includes(DEFAULT_RULES), origin };
  }

  /** Each problem once, and that it is over. */
  #tellProblems(problems: readonly string[]): void {
    const { report } = this.#options;
    for (const problem of problems)
      if (!this.#problems.has(problem)) report("warn", `rules stay as they are: ${problem}`);
    if (problems.length === 0 && this.#problems.size > 0) report("info", "all rules can be read again");
    this.#problems = new Set(problems);
  }

  #reportErrors(errors: readonly SpoorError[]): void {
    const { report } = this.#options;
    const verb = this.#matcher === undefined ? "left out" : "not taken over";
    for (const error of errors.slice(0, ERRORS_SHOWN_MAX)) report("warn", `${verb}: ${errorText(error)}`);
    const more = errors.length - ERRORS_SHOWN_MAX;
    if (more > 0) report("warn", `${more} more rules were ${verb}; 'spoor rules lint' shows all`);
  }
}

function everyUnheld(intervalMs: number, work: () => void): () => void {
  const timer = setInterval(work, intervalMs);
  timer.unref();
  return () => clearInterval(timer);
}

/** `rules changed: +1 (Whoami Execution) −0 ~2 (…), 2,408 now` */
function changeText({ added, removed, changed }: RuleSetChange, { rules, correlations }: RuleSet): string {
  const parts = [countText("+", added), countText("−", removed), countText("~", changed)];
  return `rules changed: ${parts.join(" ")}, ${rules.length + correlations.length} now`;
}

function countText(sign: string, of: RuleSetChange["added"]): string {
  const titles = of.slice(0, TITLES_SHOWN_MAX).map(({ metadata }) => metadata.title);
  const rest = of.length > titles.length ? ", …" : "";
  return `${sign}${of.length}${titles.length === 0 ? "" : ` (${titles.join(", ")}${rest})`}`;
}

/** Correlations need a memory of events; DETECT sees one at a time. */
function correlationNote({ rules, correlations }: RuleSet, alerting: ReadonlySet<string>): string {
  const parts = rules.filter(({ metadata }) => !alerting.has(ruleKey(metadata))).length;
  const silent =
    parts === 0 ? "" : `, and with them ${parts} rules that only they refer to ('generate' is not true)`;
  return `DETECT leaves out ${correlations.length} correlation rules${silent}: it sees one event at a time`;
}

function noneUsable(origin: string, { rules, errors, disabled }: RuleSet, unmapped: number): Error {
  const off = disabled.length === 0 ? "" : `, ${disabled.length} are disabled`;
  return detectErrors.NO_RULES({
    message: `${origin} hold no rule that DETECT could try`,
    detail: `${rules.length} rules were read, ${unmapped} are for other log sources, ${errors.length} failed${off}`,
    hint: "name Sigma rules for Windows, and check 'spoor.rules.min.level'",
  });
}
