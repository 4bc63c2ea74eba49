/**
 * An alert as Slack's incoming webhooks take it: blocks in an attachment, which gives the colour. What comes out of events stands in
 * `rich_text` elements and `plain_text`, where Slack looks for no links, mentions or formatting; only `text`, what a phone shows, is
 * parsed by Slack, and is escaped (&, <, >). Limits: https://docs.slack.dev/reference/block-kit/blocks.
 */
import { headline, timeText } from "./alert-message.ts";
import type { AlertMessage } from "./alert-message.ts";
import { levelColor } from "./level-colors.ts";
import { cutText, visibleText } from "./visible-text.ts";

const HEADER_MAX = 150;
const FALLBACK_MAX = 300;
const VALUE_MAX = 300;
const COMMAND_LINE_MAX = 1500;
const REASON_MAX = 300;

interface TextElement {
  readonly type: "text" | "link";
  readonly text: string;
  readonly url?: string;
  readonly style?: { readonly bold: boolean };
}

export function slackMessage(message: AlertMessage): object {
  const { level, facts, commandLine, reasons, techniques, timeMs, notice } = message;
  const time = timeText(timeMs);
  const lines = facts.map(({ label, text }) => [bold(`${label}: `), plain(text, VALUE_MAX)]);
  if (techniques.length > 0) {
    const links = techniques.map(({ id, url }): TextElement => ({ type: "link", text: id, url }));
    lines.push([bold("ATT&CK: "), ...separated(links)]);
  }
  if (time !== undefined) lines.push([bold("Event time: "), plain(time, VALUE_MAX)]);
  const blocks: object[] = [
    {
      type: "header",
      text: { type: "plain_text", text: shown(headline(message), HEADER_MAX), emoji: false },
    },
  ];
  const elements: object[] = [];
  if (lines.length > 0) elements.push({ type: "rich_text_section", elements: broken(lines) });
  if (commandLine !== null)
    elements.push({ type: "rich_text_preformatted", elements: [plain(commandLine, COMMAND_LINE_MAX)] });
  if (reasons.length > 0) {
    const items = reasons.map((reason) => section([plain(reason, REASON_MAX)]));
    elements.push({ type: "rich_text_list", style: "bullet", elements: items });
  }
  if (elements.length > 0) blocks.push({ type: "rich_text", elements });
  if (notice !== undefined)
    blocks.push({ type: "context", elements: [{ type: "plain_text", text: shown(notice, VALUE_MAX) }] });
  const text = escapeMrkdwn(shown(headline(message), FALLBACK_MAX));
  const color = levelColor(level);
  return { text, unfurl_links: false, unfurl_media: false, attachments: [{ color, fallback: text, blocks }] };
}

/** https://docs.slack.dev/messaging/formatting-message-text: these three, and no others. Bare addresses are parted, or they become links. */
export function escapeMrkdwn(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("://", ":\u2060//")
    .replaceAll(/[*_~`]/g, (mark) => `\u2060${mark}\u2060`);
}

function section(elements: readonly TextElement[]): object {
  return { type: "rich_text_section", elements };
}

function bold(text: string): TextElement {
  return { type: "text", text: visibleText(text), style: { bold: true } };
}

/** Slack refuses empty texts. */
function plain(text: string, max: number): TextElement {
  return { type: "text", text: shown(text, max) };
}

function shown(text: string, max: number): string {
  return cutText(visibleText(text), max) || " ";
}

function separated(links: readonly TextElement[]): TextElement[] {
  return links.flatMap((link, i) => (i === 0 ? [link] : [{ type: "text", text: ", " } as const, link]));
}

function broken(lines: readonly (readonly TextElement[])[]): TextElement[] {
  return lines.flatMap((line, i) => (i === 0 ? line : [{ type: "text", text: "\n" } as const, ...line]));
}
