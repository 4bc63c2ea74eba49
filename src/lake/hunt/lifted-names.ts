/**
 * Spark's hunts over documents that were not flattened name the payload's fields with their path: `event_data.Image`,
 * `winlog.event_data.Image`. In the flattened view these stand at the top, so the path is left out.
 */
import { LIFTED } from "./document-columns.ts";
import { columnOf, isNode, placeOf } from "./statement-tree.ts";
import type { TreeNode } from "./statement-tree.ts";
import { significantTokens } from "./sql-tokens.ts";
import { offsetOfByte } from "./text-edits.ts";
import type { TextEdits } from "./text-edits.ts";

/** @param sql the text that the tree is of, in the database's dialect */
export function addLiftedNames(tree: TreeNode, sql: string, edits: TextEdits): void {
  const tokens = significantTokens(sql, "duckdb");
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const each of value) visit(each);
    if (!isNode(value)) return;
    const at = placeOf(value);
    const parts = columnOf(value) ?? [];
    const from = parts.findIndex((part) => LIFTED.has(part.toLowerCase()));
    // At most an alias stands before the path.
    if (at !== undefined && (from === 0 || from === 1)) {
      let to = from;
      while (to < parts.length - 1 && LIFTED.has(parts[to]!.toLowerCase())) to++;
      const start = offsetOfByte(sql, at);
      const first = tokens.findIndex((token) => token.start === start);
      const [begin, end] = [tokens[first + 2 * from], tokens[first + 2 * to]];
      if (first !== -1 && begin !== undefined && end !== undefined && to > from)
        edits.replace(begin.start, end.start, "");
    }
    for (const member in value) visit(value[member]);
  };
  visit(tree);
}
