/**
 * An alert as an embed of Discord's webhooks. Discord reads Markdown everywhere: values stand in code, where it reads none, with their
 * backticks replaced; the rest is escaped. `allowed_mentions` lets no text mention anybody. Limits:
 * https://discord.com/developers/docs/resources/message#embed-object-embed-limits (6000 characters in all).
 */
import { headline, isoTime } from "./alert-message.ts";
import type { AlertMessage } from "./alert-message.ts";
import { levelColorNumber } from "./level-colors.ts";
import { cutText, visibleText } from "./visible-text.ts";

const TITLE_MAX = 150;
const FIELDS_MAX = 15;
const LABEL_MAX = 40;
const VALUE_MAX = 100;
const COMMAND_LINE_MAX = 800;
const REASON_MAX = 200;
const REASONS_MAX = 6;
const FOOTER_MAX = 200;
const TECHNIQUES_MAX = 8;

export function discordMessage(message: AlertMessage): object {
  const { level, facts, commandLine, reasons, techniques, timeMs, notice } = message;
  const time = isoTime(timeMs);
  const description: string[] = [];
  if (commandLine !== null) description.push(`\`\`\`\n${code(commandLine, COMMAND_LINE_MAX)}\n\`\`\``);
  for (const reason of reasons.slice(0, REASONS_MAX)) description.push(`- \`${code(reason, REASON_MAX)}\``);
  if (reasons.length > REASONS_MAX) description.push(`- ${reasons.length - REASONS_MAX} more`);
  if (techniques.length > 0) {
    const links = techniques.slice(0, TECHNIQUES_MAX).map(({ id, url }) => `[${id}](${url})`);
    description.push(links.join(", "));
  }
  const embed = {
    title: escapeDiscord(cutText(visibleText(headline(message)), TITLE_MAX)),
    color: levelColorNumber(level),
    ...(description.length === 0 ? {} : { description: description.join("\n") }),
    fields: facts.slice(0, FIELDS_MAX).map(({ label, text }) => ({
      name: escapeDiscord(cutText(visibleText(label), LABEL_MAX)),
      value: `\`${code(text, VALUE_MAX)}\``,
      inline: text.length <= 40,
    })),
    ...(time === undefined ? {} : { timestamp: time }),
    ...(notice === undefined ? {} : { footer: { text: cutText(notice, FOOTER_MAX) } }),
  };
  return { embeds: [embed], allowed_mentions: { parse: [] } };
}

/** Markdown's marks with a backslash; addresses and mentions parted, since Discord links them bare. */
export function escapeDiscord(text: string): string {
  return text
    .replaceAll(/[\\*_~`|>[\]()#+.!<-]/g, String.raw`\$&`)
    .replaceAll("://", ":\u200B//")
    .replaceAll("@", "@\u200B");
}

function code(text: string, max: number): string {
  return cutText(visibleText(text).replaceAll("`", "\u02CB"), max) || " ";
}
