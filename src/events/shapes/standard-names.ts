/**
 * Names of the codes that Windows defines for all providers (winmeta.xml), in Winlogbeat's spelling. Codes beyond these are
 * a provider's own: their names are in its resources, which an event log file does not carry.
 */
const LEVELS = ["information", "critical", "error", "warning", "information", "verbose"];

const OPCODES: ReadonlyMap<number, string> = new Map([
  [0, "Info"],
  [1, "Start"],
  [2, "Stop"],
  [3, "DCStart"],
  [4, "DCStop"],
  [5, "Extension"],
  [6, "Reply"],
  [7, "Resume"],
  [8, "Suspend"],
  [9, "Send"],
  [240, "Receive"],
]);

/** Bits 48 to 55 of a keyword mask, by their place from 48. */
const KEYWORDS = [
  "Response Time",
  "WDI Context",
  "WDI Diag",
  "SQM",
  "Audit Failure",
  "Audit Success",
  "Correlation Hint",
  "Classic",
];
const FIRST_KEYWORD_BIT = 48n;

export function levelName(code: number): string | undefined {
  return LEVELS[code];
}

export function opcodeName(code: number): string | undefined {
  return OPCODES.get(code);
}

/** Only task 0 has a name for all. */
export function taskName(code: number): string | undefined {
  return code === 0 ? "None" : undefined;
}

const masks = new Map<string, MaskNames>();
const MASKS_MAX = 1024;

/** The names in a keyword mask, and whether they say all of it. */
export interface MaskNames {
  readonly names: readonly string[];
  readonly isAll: boolean;
}

/** `mask` is `0x` and hexadecimal digits. A log has few masks: each is taken apart once. */
export function maskNames(mask: string): MaskNames {
  let found = masks.get(mask);
  if (found === undefined) {
    const bits = BigInt(mask);
    let told = 0n;
    const names: string[] = [];
    for (const [place, name] of KEYWORDS.entries()) {
      const bit = 1n << (FIRST_KEYWORD_BIT + BigInt(place));
      if ((bits & bit) === 0n) continue;
      told |= bit;
      names.push(name);
    }
    found = { names, isAll: told === bits };
    if (masks.size < MASKS_MAX) masks.set(mask, found);
  }
  return found;
}
