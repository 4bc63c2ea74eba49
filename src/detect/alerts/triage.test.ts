import { describe, expect, test } from "vitest";
import { COMMENTS_MAX } from "./alert-case.ts";
import { HOUR_MS, MINUTE_MS, START_MS, SampleDesk, sampleAlert } from "./sample-alerts.ts";

/** A desk with one open case, and the case's id. */
function deskWithCase(settings: ConstructorParameters<typeof SampleDesk>[0] = {}) {
  const desk = new SampleDesk(settings);
  const caseId = desk.alert()!.state.caseId;
  return { desk, caseId };
}

describe("suppression", () => {
  test("of each rule and host the first alert is told, those of the next hour are counted, the one after tells how many", () => {
    const desk = new SampleDesk();
    expect(desk.told()).toBe("opened");
    for (let minute = 1; minute < 60; minute++)
      expect(desk.told({ atMs: minute * MINUTE_MS })).toBe("hidden");
    const next = desk.alert({ atMs: HOUR_MS })!;
    expect(next).toMatchObject({ notification: "repeated", hiddenSince: 59 });
    expect(next.state).toMatchObject({ alerts: 61, notifications: 2, hidden: 59, hiddenSince: 0 });
    expect(desk.told({ atMs: HOUR_MS + 1 })).toBe("hidden");
  });

  test("another host or rule is another case; letters' case and a missing host are no reason for one", () => {
    const desk = new SampleDesk();
    expect(desk.told()).toBe("opened");
    expect(desk.told({ host: "WS01.Example", ruleId: "RULE-1" })).toBe("hidden");
    expect(desk.told({ host: "ws02.example" })).toBe("opened");
    expect(desk.told({ ruleId: "rule-2" })).toBe("opened");
    expect(desk.told({ host: null })).toBe("opened");
    expect(desk.told({ host: null })).toBe("hidden");
    expect(desk.triage.counts).toMatchObject({ alerts: 6, notifications: 4, hidden: 2, cases: 4 });
  });

  test("a window of nothing tells of each alert", () => {
    const desk = new SampleDesk({ suppressMs: 0 });
    expect([desk.told(), desk.told(), desk.told({ atMs: -5 })]).toEqual(["opened", "repeated", "repeated"]);
  });

  test("late alerts are told of as often as if they had come in order", () => {
    const desk = new SampleDesk();
    expect(desk.told({ atMs: 10 * HOUR_MS })).toBe("opened");
    expect(desk.told({ atMs: 9 * HOUR_MS + 1 })).toBe("hidden");
    expect(desk.told({ atMs: 2 * HOUR_MS })).toBe("repeated");
    expect(desk.told({ atMs: 2 * HOUR_MS + MINUTE_MS })).toBe("hidden");
    const last = desk.alert({ atMs: 10 * HOUR_MS + 1 })!;
    expect(last.notification).toBeUndefined();
    expect(last.state).toMatchObject({
      firstMs: START_MS + 2 * HOUR_MS,
      lastMs: START_MS + 10 * HOUR_MS + 1,
    });
  });

  test("an alert that comes twice counts once, as long as its id is remembered", () => {
    const desk = new SampleDesk({ idsMax: 2 });
    expect(desk.told({ alertId: "a" })).toBe("opened");
    expect(desk.told({ alertId: "a" })).toBeUndefined();
    expect(desk.told({ alertId: "b" })).toBe("hidden");
    expect(desk.told({ alertId: "a" })).toBeUndefined();
    expect(desk.told({ alertId: "ç".repeat(2_000) })).toBe("hidden");
    expect(desk.told({ alertId: "ç".repeat(2_000) })).toBeUndefined();
    expect(desk.told({ alertId: "a" })).toBe("hidden");
    expect(desk.triage.counts).toMatchObject({ alerts: 4, duplicates: 3, notifications: 1, hidden: 3 });
  });
});

describe("escalation", () => {
  test("an alert of a higher level is told at once, and the case shows it", () => {
    const { desk } = deskWithCase();
    const change = desk.alert({ level: "critical", process: "C:\\evil.exe", atMs: 1 })!;
    expect(change).toMatchObject({
      notification: "escalated",
      state: { level: "critical", process: "C:\\evil.exe" },
    });
    expect(desk.told({ level: "critical", atMs: 2 })).toBe("hidden");
    expect(desk.alert({ level: "low", atMs: 3 })!.state.level).toBe("critical");
  });

  test("a case of a whole host is told again when a tactic joins, and of its gravest rule", () => {
    const desk = new SampleDesk({ groupBy: ["HOST"] });
    expect(desk.told({ tactics: ["execution"] })).toBe("opened");
    expect(desk.told({ ruleId: "rule-2", title: "Other", tactics: ["execution"] })).toBe("hidden");
    const change = desk.alert({
      ruleId: "rule-3",
      title: "Third",
      level: "high",
      tactics: ["lateral-movement"],
    })!;
    expect(change).toMatchObject({ notification: "escalated", hiddenSince: 1 });
    expect(change.state).toMatchObject({
      ruleId: "rule-3",
      title: "Third",
      rules: ["Shell Started By WMI", "Other", "Third"],
      tactics: ["execution", "lateral-movement"],
    });
  });

  test("what a case had before it was closed is news again", () => {
    const desk = new SampleDesk({ groupBy: ["HOST"] });
    const { caseId } = desk.alert({ level: "high", tactics: ["execution"] })!.state;
    desk.action({ action: "close", caseId });
    expect(desk.told({ level: "low" })).toBe("reopened");
    expect(desk.alert({ level: "high" })).toMatchObject({
      notification: "escalated",
      state: { level: "high" },
    });
    expect(desk.told({ level: "high", tactics: ["execution"] })).toBe("escalated");
    expect(desk.told({ level: "high", tactics: ["execution"] })).toBe("hidden");
  });

  test("rules that join are told of where that is asked for", () => {
    const desk = new SampleDesk({ groupBy: ["HOST"], escalateOn: ["rule"] });
    expect(desk.told()).toBe("opened");
    expect(desk.told({ level: "critical" })).toBe("hidden");
    expect(desk.told({ ruleId: "rule-2", title: "Other" })).toBe("escalated");
  });
});

describe("what people do", () => {
  test("an acknowledged case is silent until it gets graver or is reopened", () => {
    const { desk, caseId } = deskWithCase();
    expect(desk.action({ action: "ACKNOWLEDGE", caseId })).toMatchObject({
      state: { status: "acknowledged" },
    });
    expect(desk.told({ atMs: 5 * HOUR_MS })).toBe("hidden");
    expect(desk.alert({ level: "high", atMs: 6 * HOUR_MS })).toMatchObject({
      notification: "escalated",
      hiddenSince: 1,
      state: { status: "open" },
    });
    desk.action({ action: "acknowledge", caseId });
    expect(desk.action({ action: "reopen", caseId })).toMatchObject({ state: { status: "open" } });
    expect(desk.told({ atMs: 9 * HOUR_MS })).toBe("repeated");
  });

  test("an alert opens a closed case again, with what people wrote", () => {
    const { desk, caseId } = deskWithCase();
    desk.action({ action: "assign", caseId, assignee: "bob" });
    desk.action({ action: "close", caseId, text: "a test of ours" });
    expect(desk.problem({ action: "acknowledge", caseId })).toMatch(/is closed; reopen it first/);
    expect(desk.alert({ atMs: 1 })).toMatchObject({
      notification: "reopened",
      state: { status: "open", assignee: "bob", comments: [{ actor: "ann", text: "a test of ours" }] },
    });
    expect(desk.action({ action: "assign", caseId })).toMatchObject({ state: { assignee: null } });
  });

  test("a muted case is silent, even where it gets graver, until the time; then what was missed is told", () => {
    const { desk, caseId } = deskWithCase();
    desk.action({ action: "mute", caseId, untilMs: START_MS + 2 * HOUR_MS });
    expect(desk.told({ atMs: HOUR_MS, level: "high" })).toBe("hidden");
    expect(desk.alert({ atMs: 2 * HOUR_MS })).toMatchObject({ notification: "escalated", hiddenSince: 1 });
    desk.action({ action: "mute", caseId, untilMs: START_MS + 9 * HOUR_MS });
    desk.action({ action: "close", caseId });
    expect(desk.alert({ atMs: 8 * HOUR_MS })).toMatchObject({
      notification: undefined,
      state: { status: "closed" },
    });
    expect(desk.action({ action: "unmute", caseId })).toMatchObject({ state: { mutedUntilMs: null } });
    expect(desk.told({ atMs: 8 * HOUR_MS })).toBe("reopened");
    expect(desk.problem({ action: "unmute", caseId })).toMatch(/is not muted/);
  });

  test("rules, hosts and users are muted alone and together; what each mute hid is counted", () => {
    const desk = new SampleDesk({ suppressMs: 0 });
    const untilMs = START_MS + HOUR_MS;
    desk.action({
      action: "mute",
      ruleId: "shell started by wmi",
      host: "WS01.EXAMPLE",
      untilMs,
      text: "patching",
    });
    expect(desk.alert()).toMatchObject({ notification: undefined, mute: { hidden: 1, text: "patching" } });
    expect(desk.alert({ host: "ws02.example" })).toMatchObject({ notification: "opened", mute: undefined });
    desk.action({ action: "mute", userName: "example\\ANN", untilMs: untilMs + 1 });
    expect(desk.alert({ host: "ws02.example" })!.mute).toMatchObject({ userName: "example\\ANN", hidden: 1 });
    expect(desk.alert()!.mute).toMatchObject({ userName: "example\\ANN", hidden: 2 });
    expect(desk.told({ userName: null, atMs: HOUR_MS })).toBe("opened");
    expect(desk.action({ action: "unmute", userName: "EXAMPLE\\ann" })).toMatchObject({
      mute: { hidden: 2 },
    });
    expect(desk.problem({ action: "unmute", userName: "EXAMPLE\\ann" })).toBe(
      "there is no mute of user 'EXAMPLE\\ann'",
    );
    expect(desk.triage.counts).toMatchObject({ alerts: 5, hidden: 3, notifications: 2, mutes: 1 });
  });

  test("a host's and a user's name need no domain in a mute; one with a domain is for that alone", () => {
    const untilMs = START_MS + HOUR_MS;
    const muted = (mute: object, alert: object): boolean => {
      const desk = new SampleDesk();
      desk.action({ action: "mute", untilMs, ...mute });
      return desk.alert(alert)!.mute !== undefined;
    };
    expect(muted({ host: "ws01" }, { host: "WS01.example" })).toBe(true);
    expect(muted({ host: "ws01.example" }, { host: "ws01.other" })).toBe(false);
    expect(muted({ host: "10" }, { host: "10.0.0.1" })).toBe(false);
    expect(muted({ userName: "ann" }, { userName: "EXAMPLE\\Ann" })).toBe(true);
    expect(muted({ userName: "ann" }, { userName: "ann@example.org" })).toBe(true);
    expect(muted({ userName: "EXAMPLE\\ann" }, { userName: "OTHER\\ann" })).toBe(false);
    expect(muted({ userName: "ann" }, { userName: "EXAMPLE\\joann" })).toBe(false);
  });

  test("mutes that are over make room for new ones; a thousand that are not do not", () => {
    const desk = new SampleDesk();
    for (let i = 0; i < 1_000; i++)
      desk.action({ action: "mute", host: `h${i}`, untilMs: START_MS + (i < 3 ? 1 : HOUR_MS) });
    expect(desk.problem({ action: "mute", host: "one more", untilMs: START_MS + HOUR_MS })).toMatch(
      /1000 mutes/,
    );
    desk.alert({ atMs: 1 });
    expect(desk.problem({ action: "mute", host: "one more", untilMs: START_MS + HOUR_MS })).toBeUndefined();
    expect(desk.triage.counts.mutes).toBe(998);
  });

  test("what cannot be done says why, changes nothing and is counted", () => {
    const { desk, caseId } = deskWithCase();
    const wrong = `${caseId.slice(0, -1)}${caseId.endsWith("0") ? "1" : "0"}`;
    expect(desk.problem({ action: "close", caseId: wrong })).toBe(
      `there is no case '${wrong}'; did you mean '${caseId}'?`,
    );
    expect(desk.problem({ action: "close", caseId: "ä/../x" })).toBe("there is no case 'ä/../x'");
    expect(desk.problem({ action: "clsoe", caseId })).toMatch(
      /there is no action 'clsoe'; did you mean 'close'\?/,
    );
    expect(desk.problem({})).toMatch(/names no ACTION/);
    expect(desk.problem({ action: "close" })).toBe("'close' needs a CASE_ID");
    expect(desk.problem({ action: "mute", caseId })).toMatch(/needs UNTIL/);
    expect(desk.problem({ action: "mute", host: "h" })).toMatch(/needs UNTIL/);
    expect(desk.problem({ action: "mute", untilMs: 1 })).toMatch(/needs a CASE_ID, or a RULE_ID/);
    expect(desk.problem({ action: "mute", caseId, host: "h", untilMs: 1 })).toMatch(
      /stands beside the others/,
    );
    expect(desk.problem({ action: "comment", caseId, text: " " })).toBe("'comment' needs a TEXT");
    expect(desk.problem({ action: "comment", caseId, text: "x".repeat(4_001) })).toMatch(/4001 characters/);
    expect(desk.problem({ action: "assign", caseId, assignee: "x".repeat(257) })).toMatch(/ASSIGNEE has 257/);
    expect(desk.triage.counts).toMatchObject({ actions: 12, refused: 12 });
    expect(desk.alert({ atMs: 1 })!.state).toMatchObject({
      status: "open",
      comments: [],
      mutedUntilMs: null,
    });
  });

  test("the newest comments stay, those that went are counted; an action sent twice acts once", () => {
    const { desk, caseId } = deskWithCase();
    for (let i = 0; i <= COMMENTS_MAX; i++)
      desk.action({ action: "comment", caseId, text: `${i}`, actionId: `a${i}` });
    expect(desk.action({ action: "comment", caseId, text: "5", actionId: "a5" })).toBeUndefined();
    const { comments, commentsDropped } = desk.alert({ atMs: 1 })!.state;
    expect([comments.length, comments[0]!.text, comments.at(-1)!.text]).toEqual([COMMENTS_MAX, "1", "100"]);
    expect(commentsDropped).toBe(1);
    expect(desk.triage.counts).toMatchObject({ actions: COMMENTS_MAX + 1, duplicates: 1 });
  });
});

describe("what is forgotten", () => {
  test("closed cases that are quiet for long go, others stay", () => {
    const { desk, caseId } = deskWithCase({ forgetClosedMs: HOUR_MS });
    desk.alert({ host: "stays open" });
    desk.action({ action: "close", caseId });
    const changes = desk.triage.alert(sampleAlert({ host: "later", atMs: HOUR_MS }));
    expect(changes).toMatchObject([{ kind: "forgotten", state: { caseId } }, { kind: "alert" }]);
    expect(desk.triage.counts).toMatchObject({ cases: 2, forgotten: 1, evicted: 0 });
    expect(desk.problem({ action: "reopen", caseId })).toMatch(/there is no case/);
    expect(desk.told({ atMs: HOUR_MS + 1 })).toBe("opened");
  });

  test("an alert from a host whose clock is wrong makes nobody forget", () => {
    const { desk, caseId } = deskWithCase({ forgetClosedMs: HOUR_MS });
    desk.action({ action: "close", caseId });
    desk.alert({ host: "in the future", atMs: 1_000_000 * HOUR_MS });
    expect(desk.told({ atMs: 1 })).toBe("reopened");
  });

  test("the alert of a closed case does not find it forgotten", () => {
    const { desk, caseId } = deskWithCase({ forgetClosedMs: HOUR_MS });
    desk.action({ action: "close", caseId });
    expect(desk.told({ atMs: 9 * HOUR_MS })).toBe("reopened");
  });

  test("with too many cases closed ones go first, then those longest without an alert", () => {
    const desk = new SampleDesk({ casesMax: 3 });
    const ids = ["a", "b", "c"].map((host, atMs) => desk.alert({ host, atMs })!.state.caseId);
    desk.action({ action: "close", caseId: ids[2]! });
    desk.alert({ host: "a", atMs: 10 });
    const gone = ["d", "e"].map((host) => desk.triage.alert(sampleAlert({ host, atMs: 20 }))[0]);
    expect(gone).toMatchObject([
      { kind: "forgotten", state: { caseId: ids[2] } },
      { kind: "forgotten", state: { caseId: ids[1] } },
    ]);
    expect(desk.triage.counts).toMatchObject({ cases: 3, evicted: 2 });
  });
});
