/**
 * Functions a hunter misses in SQL: how random a text looks, what an encoded PowerShell command says, which addresses
 * a text names, and how regular a beacon is.
 *
 *     spoor functions check examples/functions
 *     spoor serve --property ksql.extension.dir=examples/functions
 */
import { aggregate, scalar, table } from "spoor/functions";

const author = "Spoor";
const version = "1.0";

export const entropy = scalar({
  name: "ENTROPY",
  description: "Shannon entropy of a text in bits a character. Words have 2 to 4, random names more.",
  category: "HUNTING",
  author,
  version,
  parameters: [{ name: "text", type: "STRING" }],
  returns: "DOUBLE",
  examples: [
    { sql: "ENTROPY('aaaa')", result: "0.0" },
    { sql: "ENTROPY('svchost.exe')", result: "3.0957952550009344" },
    { sql: "ENTROPY(NULL)", result: "NULL" },
  ],
  evaluate: (text) => {
    const counts = new Map<string, number>();
    let length = 0;
    for (const character of text) {
      counts.set(character, (counts.get(character) ?? 0) + 1);
      length++;
    }
    let bits = 0;
    for (const count of counts.values()) bits += (count / length) * Math.log2(length / count);
    return bits;
  },
});

export const encodedCommand = scalar({
  name: "ENCODED_COMMAND",
  description:
    "What a PowerShell command line hides behind -EncodedCommand (or any short form of it); NULL without one.",
  category: "HUNTING",
  author,
  version,
  parameters: [{ name: "command_line", type: "STRING" }],
  returns: "STRING",
  examples: [
    { sql: "ENCODED_COMMAND('powershell -nop -enc dwBoAG8AYQBtAGkA')", result: "whoami" },
    { sql: "ENCODED_COMMAND('powershell -File a.ps1')", result: "NULL" },
  ],
  evaluate: (commandLine) => {
    const match = /\s[-/](?:ec|e|en|enc[a-z]*)\s+["']?([A-Za-z0-9+/=]{8,})/i.exec(commandLine);
    return match === null ? null : Buffer.from(match[1]!, "base64").toString("utf16le");
  },
});

export const addresses = table({
  name: "IP_ADDRESSES",
  description: "One row for each IPv4 address that a text names, with where it stands (from 1).",
  category: "HUNTING",
  author,
  version,
  parameters: [{ name: "text", type: "STRING" }],
  returns: "STRUCT<ADDRESS STRING, AT INT>",
  examples: [
    {
      sql: "IP_ADDRESSES('from 10.0.0.5 to 192.168.1.300 and 8.8.8.8')",
      result: "Struct{ADDRESS=10.0.0.5,AT=6}; Struct{ADDRESS=8.8.8.8,AT=36}",
    },
  ],
  rows: function* (text) {
    for (const match of text.matchAll(/\b\d{1,3}(?:\.\d{1,3}){3}\b/g)) {
      const parts = match[0].split(".");
      if (parts.every((part) => Number(part) < 256)) yield { ADDRESS: match[0], AT: match.index + 1 };
    }
  },
});

export const beaconJitter = aggregate({
  name: "BEACON_JITTER",
  description:
    "How irregular times are: the standard deviation of the gaps between them, divided by their mean. Near 0: a machine asks by the clock. NULL below three times.",
  category: "HUNTING",
  author,
  version,
  parameters: [{ name: "time_ms", type: "BIGINT", description: "times in their order, as ROWTIME" }],
  state: "STRUCT<FIRST BIGINT, LAST BIGINT, GAPS BIGINT, MEAN DOUBLE, SQUARES DOUBLE>",
  returns: "DOUBLE",
  examples: [
    { sql: "BEACON_JITTER(X) -- X: 1700000000000, 1700000060000, 1700000120000", result: "0.0" },
    { sql: "BEACON_JITTER(X) -- X: 1700000000000, 1700000060000", result: "NULL" },
  ],
  initialize: () => ({ FIRST: null, LAST: null, GAPS: 0n, MEAN: 0, SQUARES: 0 }),
  aggregate: (state, time) => {
    const gap = state.LAST === null ? null : Number(time - state.LAST);
    state.FIRST ??= time;
    state.LAST = time;
    return gap === null ? state : { ...state, ...withGap(state, gap) };
  },
  merge: (left, right) => {
    if (left.LAST === null) return right;
    if (right.FIRST === null) return left;
    const between = { ...left, ...withGap(left, Number(right.FIRST - left.LAST)) };
    return { ...joined(between, right), FIRST: left.FIRST, LAST: right.LAST };
  },
  map: ({ GAPS, MEAN, SQUARES }) =>
    GAPS === null || GAPS < 2n || !MEAN ? null : Math.sqrt((SQUARES ?? 0) / Number(GAPS)) / MEAN,
});

/** Count, mean and sum of squared distances from it (Welford's way, which loses no digits). */
interface Gaps {
  readonly GAPS: bigint | null;
  readonly MEAN: number | null;
  readonly SQUARES: number | null;
}

function withGap(state: Gaps, gap: number) {
  return joined(state, { GAPS: 1n, MEAN: gap, SQUARES: 0 });
}

function joined(left: Gaps, right: Gaps) {
  const [n, m] = [Number(left.GAPS), Number(right.GAPS)];
  const distance = (right.MEAN ?? 0) - (left.MEAN ?? 0);
  const total = n + m;
  return {
    GAPS: BigInt(total),
    MEAN: (left.MEAN ?? 0) + (total === 0 ? 0 : (distance * m) / total),
    SQUARES:
      (left.SQUARES ?? 0) + (right.SQUARES ?? 0) + (total === 0 ? 0 : (distance * distance * n * m) / total),
  };
}
