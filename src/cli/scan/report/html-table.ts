/** Tables as every part of the report has them: captioned, scrolling by themselves where the page is narrow. */
import { countText, plural } from "../../render/quantity.ts";
import { escaped } from "./html-text.ts";

/** `rows` and `headings` are HTML already. */
export function tableText(
  caption: string,
  headings: readonly string[],
  rows: readonly string[],
  id?: string,
): string {
  const heads = headings.map((heading) => `<th scope="col">${heading}</th>`).join("");
  const name = id === undefined ? "" : ` id="${id}"`;
  return `<div class="scroll" tabindex="0" role="region" aria-label="${escaped(caption)}"><table${name}><caption>${escaped(caption)}</caption><thead><tr>${heads}</tr></thead>\n<tbody>\n${rows.join("\n")}\n</tbody></table></div>`;
}

/** How many there are, and how many of them are shown where that is not all. */
export function captionText(count: number, shown: number, one: string): string {
  return count > shown ? `${countText(shown)} of ${plural(count, one)} shown` : plural(count, one);
}

/** What the page's script makes a button of, which shows the hits of this value alone. */
export function pickText(filter: "level" | "host" | "rule" | "tactic" | "day", value: string): string {
  return `<span class="pick" data-filter="${filter}">${escaped(value)}</span>`;
}

/** An ISO time as people read it; the page says that times are in UTC. */
export function timeCell(iso: string): string {
  return escaped(
    iso
      .replace("T", " ")
      .replace(/(\.\d{3})\d*/, "$1")
      .replace(/Z$/, ""),
  );
}
