const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KIB: 1024,
  MIB: 1024 ** 2,
  GIB: 1024 ** 3,
  K: 1024,
  M: 1024 ** 2,
  G: 1024 ** 3,
};

/** Bytes of a size like `512MB` or `1.5GiB`; undefined where the text is none. */
export function byteSize(text: string): number | undefined {
  const match = /^(\d{1,12}(?:\.\d{1,3})?)\s*([A-Za-z]*)$/.exec(text.trim());
  const unit = match === null ? undefined : UNITS[match[2]!.toUpperCase()];
  return unit === undefined ? undefined : Math.floor(Number(match![1]) * unit);
}
