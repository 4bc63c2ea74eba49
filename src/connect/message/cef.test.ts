import * as fc from "fast-check";
import { expect, test } from "vitest";
import { sinkRecord } from "../delivery/fake-delivery.ts";
import { alertMessage } from "./alert-message.ts";
import { cefMessage } from "./cef.ts";
import { ALERT } from "./sample-alerts.ts";

/** A reader of CEF as its specification has it, written apart from the writer. */
function parseCef(text: string): { header: string[]; extension: Map<string, string> } {
  const header: string[] = [];
  let part = "";
  let at = 0;
  for (; header.length < 7; at++) {
    const character = text[at]!;
    if (character === "\\") part += text[++at]!;
    else if (character === "|") {
      header.push(part);
      part = "";
    } else part += character;
  }
  const extension = new Map<string, string>();
  // A key is a word before an equals sign that no backslash stands before.
  const keys = [...text.slice(at).matchAll(/(?:^| )([A-Za-z0-9]+)=/g)];
  const rest = text.slice(at);
  for (const [i, match] of keys.entries()) {
    const value = rest.slice(match.index + match[0].length, keys[i + 1]?.index);
    extension.set(
      match[1]!,
      value.replaceAll(/\\(.)/gs, (_, c: string) => (c === "n" ? "\n" : c === "r" ? "\r" : c)),
    );
  }
  return { header, extension };
}

test("an alert in CEF, with the dictionary's keys", () => {
  expect(cefMessage(alertMessage(sinkRecord(ALERT)), "0.1.0")).toBe(
    "CEF:0|Spoor|Spoor|0.1.0|9f8a|WMI made a process|8|rt=1767600000000 externalId=0123456789abcdef0123456789abcdef " +
      String.raw`dvchost=dc1.lab duser=LAB\\anna dproc=C:\\Windows\\System32\\cmd.exe cat=rule ` +
      "cs1Label=CommandLine cs1=cmd.exe /c whoami cs2Label=Techniques cs2=T1047,T1059.001,nonsense " +
      "cs3Label=Tactics cs3=execution cn1Label=EventID cn1=1 cn2Label=Hidden cn2=3 " +
      String.raw`reason=ParentImage ends with \\WmiPrvSE.exe: C:\\Windows\\System32\\wbem\\WmiPrvSE.exe`,
  );
});

test("a record that is no alert has its columns as the message", () => {
  const text = cefMessage(alertMessage(sinkRecord({ a: 1, b: "x=y" }, "orders")), "1");
  expect(text).toContain("|Record of orders|1|");
  expect(parseCef(text).extension.get("msg")).toBe("a: 1; b: x=y");
});

test("whatever a title, rule or value holds, the message is one line that reads back", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "|", "=", "\\", "\n", "\r", " ", "é", "b", "cs1=") });
  fc.assert(
    fc.property(text, text, text, text, (title, host, commandLine, reason) => {
      const record = {
        TITLE: `t${title}`,
        RULE_ID: "r",
        HOST: `h${host}h`,
        COMMAND_LINE: `c${commandLine}c`,
        REASON: [`x${reason}x`],
      };
      const written = cefMessage(alertMessage(sinkRecord(record)), "1");
      expect(written).not.toMatch(/[\r\n]/);
      const { header, extension } = parseCef(written);
      expect(header.slice(0, 5)).toEqual(["CEF:0", "Spoor", "Spoor", "1", "r"]);
      expect(header[5]).toBe(`t${title}`.replaceAll(/[\r\n]+/g, " "));
      expect(extension.get("dvchost")).toBe(`h${host}h`);
      expect(extension.get("cs1")).toBe(`c${commandLine}c`);
      expect(extension.get("reason")).toBe(`x${reason}x`);
    }),
  );
});
