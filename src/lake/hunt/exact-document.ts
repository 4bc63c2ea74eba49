/**
 * A document whose numbers keep all their digits when it is written again: nxlog's `Keywords` is −2^63. Where the runtime cannot
 * keep them (Node 20), numbers beyond 2^53 are rounded.
 */
interface RawNumber {
  readonly rawJSON: string;
}

/** The parts of ECMAScript's JSON that the compiler's library does not declare yet. */
const exactJson = JSON as unknown as {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { source?: string } | undefined) => unknown,
  ): unknown;
  rawJSON?: (text: string) => RawNumber;
  isRawJSON?: (value: unknown) => value is RawNumber;
};

/** @param line a JSON object */
export function exactDocument(line: Buffer): Readonly<Record<string, unknown>> {
  const { rawJSON } = exactJson;
  const document = exactJson.parse(line.toString("utf8"), (_key, value, context) =>
    typeof value === "number" && rawJSON !== undefined && context?.source !== undefined
      ? rawJSON(context.source)
      : value,
  );
  return document as Readonly<Record<string, unknown>>;
}

export function isExactNumber(value: unknown): boolean {
  return exactJson.isRawJSON?.(value) === true;
}
