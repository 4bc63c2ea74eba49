/**
 * An alert as an Adaptive Card in the envelope that Teams' workflow webhooks take ("When a Teams webhook request is received"). Text
 * of events stands in `TextRun`s, which know no Markdown, links or mentions. A message may have 28 KB: the cuts keep well below.
 */
import { headline, timeText } from "./alert-message.ts";
import type { AlertMessage } from "./alert-message.ts";
import type { Level } from "./level.ts";
import { cutText, visibleText } from "./visible-text.ts";

const TITLE_MAX = 250;
const VALUE_MAX = 300;
const COMMAND_LINE_MAX = 1500;
const REASON_MAX = 300;

const STYLES: Readonly<Record<Level, string>> = {
  critical: "attention",
  high: "attention",
  medium: "warning",
  low: "accent",
  informational: "emphasis",
};

export function teamsMessage(message: AlertMessage): object {
  const { facts, commandLine, reasons, techniques, timeMs, notice, level } = message;
  const time = timeText(timeMs);
  const title = { ...run(headline(message), TITLE_MAX), size: "large", weight: "bolder" };
  const body: object[] = [
    { type: "Container", style: STYLES[level ?? "informational"], bleed: true, items: [rich([title])] },
    ...facts.map(({ label, text }) => rich([labelRun(label), run(text, VALUE_MAX)])),
  ];
  if (techniques.length > 0) {
    const links = techniques.map(({ id, url }, i) => ({
      ...run(i === 0 ? id : `, ${id}`, VALUE_MAX),
      selectAction: { type: "Action.OpenUrl", url },
    }));
    body.push(rich([labelRun("ATT&CK"), ...links]));
  }
  if (time !== undefined) body.push(rich([labelRun("Event time"), run(time, VALUE_MAX)]));
  if (commandLine !== null)
    body.push(rich([{ ...run(commandLine, COMMAND_LINE_MAX), fontType: "monospace" }]));
  for (const reason of reasons) body.push(rich([run(`• ${reason}`, REASON_MAX)]));
  if (notice !== undefined) body.push(rich([{ ...run(notice, VALUE_MAX), isSubtle: true }]));
  const content = {
    $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
    type: "AdaptiveCard",
    version: "1.4",
    msteams: { width: "Full" },
    fallbackText: cutText(visibleText(headline(message)), TITLE_MAX),
    body,
  };
  const contentType = "application/vnd.microsoft.card.adaptive";
  return { type: "message", attachments: [{ contentType, contentUrl: null, content }] };
}

function rich(inlines: readonly object[]): object {
  return { type: "RichTextBlock", inlines, spacing: "small" };
}

function run(text: string, max: number): object {
  return { type: "TextRun", text: cutText(visibleText(text), max) || " " };
}

function labelRun(text: string): object {
  return { ...run(`${text}: `, VALUE_MAX), weight: "bolder" };
}
