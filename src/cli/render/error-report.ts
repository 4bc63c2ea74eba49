import { errorText } from "../../base/error-text.ts";
import type { Painter } from "../color.ts";
import { SpoorError } from "../../base/errors.ts";

/** An error for stderr: red code, caret in the accent colour, hint set off; the words are those of errorText. */
export function errorReport(error: unknown, paint: Painter): string {
  return errorText(error)
    .split("\n")
    .map((line, i) => paintLine(line, i, paint))
    .join("\n");
}

function paintLine(line: string, index: number, paint: Painter): string {
  if (index === 0) {
    const colon = line.indexOf(":");
    return paint("bad", line.slice(0, colon + 1)) + paint("bold", line.slice(colon + 1));
  }
  if (/^\s+\| +\^+$/.test(line)) return paint("accent", line);
  const label = /^ {2}(hint|detail): /.exec(line);
  if (label === null) return paint("dim", line);
  return `  ${paint(label[1] === "hint" ? "good" : "dim", `${label[1]}:`)} ${line.slice(label[0].length)}`;
}

/** The same error as one JSON document, for `--json`. */
export function errorJson(error: unknown): string {
  if (!(error instanceof SpoorError)) {
    return JSON.stringify({ error: { message: error instanceof Error ? error.message : String(error) } });
  }
  const { code, message, detail, hint, place } = error;
  return JSON.stringify({
    error: {
      code,
      message,
      detail,
      hint,
      ...(place === undefined ? {} : { place: { file: place.file, ...place.span } }),
    },
  });
}
