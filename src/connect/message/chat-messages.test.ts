import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sinkRecord } from "../delivery/fake-delivery.ts";
import { alertMessage } from "./alert-message.ts";
import { discordMessage } from "./discord-message.ts";
import { htmlMessage, plainLines } from "./plain-message.ts";
import { ALERT, HOSTILE_ALERT } from "./sample-alerts.ts";
import { slackMessage } from "./slack-message.ts";
import { teamsMessage } from "./teams-card.ts";
import { cutBytes, cutText, visibleText } from "./visible-text.ts";

const alert = alertMessage(sinkRecord(ALERT), "held back 5 s");
const hostile = alertMessage(sinkRecord(HOSTILE_ALERT));

type Node = { readonly [key: string]: unknown };

/** All objects in a message, depth first. */
function nodes(value: unknown): Node[] {
  if (Array.isArray(value)) return value.flatMap(nodes);
  if (typeof value !== "object" || value === null) return [];
  return [value as Node, ...Object.values(value).flatMap(nodes)];
}

describe("what is said of an alert", () => {
  test("its columns in any case; techniques become links only where they are some", () => {
    const lower = Object.fromEntries(
      Object.entries(ALERT).map(([name, value]) => [name.toLowerCase(), value]),
    );
    expect(alertMessage(sinkRecord(lower))).toMatchObject({
      title: "WMI made a process",
      level: "high",
      timeMs: 1_767_600_000_000,
      techniques: [
        { id: "T1047", url: "https://attack.mitre.org/techniques/T1047/" },
        { id: "T1059.001", url: "https://attack.mitre.org/techniques/T1059/001/" },
      ],
    });
    expect(alert.facts).toEqual([
      { label: "Host", text: "dc1.lab" },
      { label: "User", text: "LAB\\anna" },
      { label: "Process", text: "C:\\Windows\\System32\\cmd.exe" },
      { label: "Rule", text: "9f8a" },
      { label: "Event", text: "1" },
      { label: "Hidden since the last message", text: "3" },
    ]);
  });

  test("its columns in the data dictionary's words, techniques in one text", () => {
    const record = {
      RULE_TITLE: "a title",
      RULE_LEVEL: "Low",
      HOST_NAME: "dc1",
      PROCESS_PATH: "c.exe",
      PROCESS_COMMAND_LINE: "c /x",
      TECHNIQUES: "T1047 T1059.001",
    };
    expect(alertMessage(sinkRecord(record))).toMatchObject({
      title: "a title",
      level: "low",
      commandLine: "c /x",
      facts: [
        { label: "Host", text: "dc1" },
        { label: "Process", text: "c.exe" },
      ],
      techniques: [{ id: "T1047" }, { id: "T1059.001" }],
    });
  });

  test("a record of any other topic: its topic and its first columns", () => {
    const other = alertMessage(sinkRecord({ a: 1, b: [true], c: null, d: "x" }, "orders"));
    expect(other).toMatchObject({
      title: "Record of orders",
      level: undefined,
      facts: [
        { label: "a", text: "1" },
        { label: "b", text: "[true]" },
        { label: "d", text: "x" },
      ],
    });
  });

  test.each(["[1]", "nothing", "7", "null"])("%s is no JSON object, and is refused", (text) => {
    expect(() => alertMessage(sinkRecord(text))).toThrow(
      expect.objectContaining({ code: "CONNECT_BAD_RECORD" }),
    );
  });
});

describe("Slack", () => {
  test("a colour, a headline, labelled values, the command line as it is, reasons, links", () => {
    const message = slackMessage(alert) as { text: string; attachments: Node[] };
    expect(message.text).toBe("HIGH · WMI made a process");
    expect(message.attachments[0]).toMatchObject({ color: "#d1495b" });
    const elements = nodes(message);
    expect(elements).toContainEqual({
      type: "link",
      text: "T1047",
      url: "https://attack.mitre.org/techniques/T1047/",
    });
    expect(elements).toContainEqual({
      type: "rich_text_preformatted",
      elements: [{ type: "text", text: "cmd.exe /c whoami" }],
    });
    expect(elements).toContainEqual({ type: "text", text: "2026-01-05 08:00:00.000 UTC" });
    expect(elements).toContainEqual({ type: "plain_text", text: "held back 5 s" });
  });

  test("no text of an event is where Slack looks for mentions, links or formatting", () => {
    const message = slackMessage(hostile) as { text: string; attachments: Node[] };
    expect(nodes(message).filter(({ type }) => type === "mrkdwn" || type === "link")).toEqual([]);
    expect(message.text).not.toMatch(/[<>]|:\/\//);
    expect(message.text).toContain("&lt;!channel&gt;");
  });
});

describe("Teams", () => {
  test("an Adaptive Card in the envelope of a workflow", () => {
    const message = teamsMessage(alert);
    expect(message).toMatchObject({
      type: "message",
      attachments: [
        { contentType: "application/vnd.microsoft.card.adaptive", content: { type: "AdaptiveCard" } },
      ],
    });
    expect(nodes(message)).toContainEqual({
      type: "TextRun",
      text: "T1047",
      selectAction: { type: "Action.OpenUrl", url: "https://attack.mitre.org/techniques/T1047/" },
    });
  });

  test("text of events stands in runs only, which know no Markdown; the card is small enough", () => {
    const message = teamsMessage(hostile);
    const holders = nodes(message).filter((node) => String(node["text"] ?? "").includes("evil"));
    expect(holders.length).toBeGreaterThan(3);
    expect(new Set(holders.map(({ type }) => type))).toEqual(new Set(["TextRun"]));
    const longest = alertMessage(
      sinkRecord({
        ...HOSTILE_ALERT,
        COMMAND_LINE: "x".repeat(50_000),
        REASON: Array.from({ length: 90 }, () => "y".repeat(900)),
      }),
    );
    expect(JSON.stringify(teamsMessage(longest)).length).toBeLessThan(28_000);
  });
});

describe("Discord", () => {
  test("an embed that mentions nobody, values in code, links of techniques", () => {
    expect(discordMessage(alert)).toMatchObject({
      allowed_mentions: { parse: [] },
      embeds: [
        { title: "HIGH · WMI made a process", color: 0xd1495b, timestamp: "2026-01-05T08:00:00.000Z" },
      ],
    });
    expect(nodes(discordMessage(alert))).toContainEqual({ name: "Host", value: "`dc1.lab`", inline: true });
  });

  test("code is not left, and what stands outside is escaped", () => {
    const [embed] = (
      discordMessage(hostile) as { embeds: { title: string; description: string; fields: Node[] }[] }
    ).embeds;
    expect(embed!.title).not.toMatch(/(?<!\\)[<[`*_~|]|:\/\/|@everyone/);
    for (const { value } of embed!.fields) expect(value).toMatch(/^`[^`]*`$/);
    expect(embed!.description.split("\n")[1]).not.toContain("`");
  });

  test("is never longer than Discord takes", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 3000, unit: "binary" }), (text) => {
        const long = Object.fromEntries(Object.keys(ALERT).map((name) => [name, text]));
        const record = {
          ...long,
          GROUP_BY: Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`${i}${text}`, text])),
        };
        const message = alertMessage(
          sinkRecord({ ...record, REASON: Array.from({ length: 30 }, () => text) }),
        );
        const [embed] = (
          discordMessage(message) as {
            embeds: { title: string; description?: string; fields: { name: string; value: string }[] }[];
          }
        ).embeds;
        const { title, description = "", fields } = embed!;
        expect(title.length).toBeLessThanOrEqual(256 * 2);
        const all = fields.reduce((sum, { name, value }) => sum + name.length + value.length, 0);
        expect(title.length + description.length + all).toBeLessThanOrEqual(6000);
      }),
      { numRuns: 50 },
    );
  });
});

describe("mail and files", () => {
  test("lines to read", () => {
    expect(plainLines(alert)).toContain("  Command line: cmd.exe /c whoami");
    expect(plainLines(hostile).join("")).not.toMatch(/[\p{Cc}\u202E]/u);
  });

  test("HTML in which no text is a tag", () => {
    const html = htmlMessage(hostile);
    expect(html).not.toMatch(/<script|<at>|<!channel/);
    expect(html).toContain("&lt;script&gt;");
  });
});

describe("text made fit to be shown", () => {
  test("nothing invisible, nothing that turns the reading direction", () => {
    expect(visibleText("a\u202Eb\u0000c\td\u200Be\uD800")).toBe("a\\u202eb\\u0000c d\\u200be\\ud800");
    expect(visibleText("größe 😀")).toBe("größe 😀");
  });

  test("cuts are between characters", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.nat(40), (text, max) => {
        expect(cutText(text, max).length).toBeLessThanOrEqual(max);
        expect(Buffer.byteLength(cutBytes(text, max))).toBeLessThanOrEqual(max);
        expect(cutText(text, max)).not.toMatch(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])/);
        expect(cutBytes(text, max)).not.toContain("\uFFFD");
      }),
    );
  });
});
