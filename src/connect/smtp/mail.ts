/** Several alerts as one mail: the subject says the worst of them, the text all. */
import { headline } from "../message/alert-message.ts";
import type { AlertMessage } from "../message/alert-message.ts";
import { levelRank } from "../message/level.ts";
import { htmlMessage, plainLines } from "../message/plain-message.ts";
import { cutText, visibleText } from "../message/visible-text.ts";

export interface Mail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

const SUBJECT_MAX = 180;

/** @param prefix put before the subject @param messages at least one */
export function mailOf(messages: readonly AlertMessage[], prefix: string): Mail {
  const worst = messages.reduce((a, b) => (levelRank(b.level) > levelRank(a.level) ? b : a));
  const host = worst.facts.find(({ label }) => label === "Host")?.text;
  const where = host === undefined ? "" : ` on ${host}`;
  const more = messages.length === 1 ? "" : ` (and ${messages.length - 1} more)`;
  const subject = cutText(visibleText(`${prefix} ${headline(worst)}${where}`.trim()), SUBJECT_MAX);
  return {
    subject: `${subject}${more}`,
    text: `${messages.map((message) => plainLines(message).join("\n")).join("\n\n")}\n`,
    html: messages.map(htmlMessage).join("\n"),
  };
}
