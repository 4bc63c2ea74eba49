import { defineErrors } from "../base/errors.ts";
import type { SpoorError } from "../base/errors.ts";
import { didYouMean } from "../base/nearest.ts";

export const FORMAT_NAMES = ["JSON", "DELIMITED", "KAFKA", "NONE"] as const;

const formatErrors = defineErrors("FORMAT", {
  UNSUPPORTED: {
    kind: "statement",
    summary: "A KEY_FORMAT, VALUE_FORMAT or FORMAT that this server can't read or write.",
    cure: "Use one of the formats that the message lists.",
  },
});

export function unsupportedFormat(format: string): SpoorError {
  return formatErrors.UNSUPPORTED({
    message: `format '${format}' is not supported`,
    detail: `formats are ${FORMAT_NAMES.join(", ")}`,
    hint: didYouMean(format, FORMAT_NAMES),
  });
}
