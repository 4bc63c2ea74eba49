/** Alerts for tests: one as it should be, and one that an attacker has written. */
export const ALERT = {
  ALERT_ID: "0123456789abcdef0123456789abcdef",
  KIND: "rule",
  RULE_ID: "9f8a",
  TITLE: "WMI made a process",
  LEVEL: "high",
  TECHNIQUES: ["T1047", "T1059.001", "nonsense"],
  TACTICS: ["execution"],
  REASON: ["ParentImage ends with \\WmiPrvSE.exe: C:\\Windows\\System32\\wbem\\WmiPrvSE.exe"],
  EVENT_TIME: 1_767_600_000_000,
  HOST: "dc1.lab",
  USER_NAME: "LAB\\anna",
  PROCESS: "C:\\Windows\\System32\\cmd.exe",
  COMMAND_LINE: "cmd.exe /c whoami",
  EVENT_ID: 1,
  HIDDEN_SINCE: 3,
};

/** What Slack, Teams, Discord, HTML, CEF and terminals would take for more than text. */
export const HOSTILE =
  "<!channel> <@U1> @everyone [click](https://evil.example) <https://evil.example|ok> `x` ```y``` *b* _i_ ~s~ " +
  '<script>alert(1)</script> <at>all</at> a|b=c\\d "q" \r\nCEF:0|x\u202Egpj.exe\u0000\u001B[31m\uD800';

export const HOSTILE_ALERT = Object.fromEntries(
  Object.entries(ALERT).map(([name, value]) => [
    name,
    name === "LEVEL" || typeof value === "number" ? value : Array.isArray(value) ? [HOSTILE] : HOSTILE,
  ]),
);
