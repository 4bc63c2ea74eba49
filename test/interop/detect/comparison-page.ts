/** The part of `docs/detection-comparison.md` that a run of the comparison gives: it stands between two marks there. */
import { CAUSES } from "./causes.ts";
import type { Comparison } from "./causes.ts";

const BEGIN = "<!-- begin: written by test/interop/detect -->";
const END = "<!-- end -->";

export interface ComparedSet {
  readonly title: string;
  readonly events: number;
  readonly comparison: Comparison;
}

export function comparisonTables(rules: number, sets: readonly ComparedSet[]): string {
  const counts = sets.map(({ title, events, comparison }) => {
    const more = [...comparison.explained.values()].reduce((sum, count) => sum + count, 0);
    const { equal, missing, unexplained } = comparison;
    const cells = [title, events, equal, more, missing.length, unexplained.length];
    return `| ${cells.map(cellText).join(" | ")} |`;
  });
  const causes = CAUSES.map(({ name, differs, added }) => {
    const of = sets.map(({ comparison }) => comparison.explained.get(name) ?? 0);
    return `| ${differs} | ${added} | ${of.map(cellText).join(" | ")} |`;
  });
  return [
    `${cellText(rules)} rules for Windows.`,
    "",
    "| recordings | events | hits both have | Spoor alone, explained below | the other alone | unexplained |",
    "|---|---|---|---|---|---|",
    ...counts,
    "",
    `| cause | with this added, the other finds the hit too | ${sets.map(({ title }) => title).join(" | ")} |`,
    `|---|---|${sets.map(() => "---|").join("")}`,
    ...causes,
  ].join("\n");
}

function cellText(cell: string | number): string {
  return typeof cell === "number" ? cell.toLocaleString("en") : cell;
}

/** @throws Error where the page lacks its marks */
export function withTables(page: string, tables: string): string {
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`the page has no '${BEGIN}' with '${END}' after it`);
  return `${page.slice(0, from + BEGIN.length)}\n\n${tables}\n\n${page.slice(to)}`;
}
