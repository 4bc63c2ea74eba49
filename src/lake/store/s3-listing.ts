/** The XML that S3's ListObjectsV2 answers, with keys URL-encoded as `encoding-type=url` asks. */

export interface ListingPage {
  readonly files: readonly {
    readonly key: string;
    readonly sizeBytes: number;
    readonly modifiedMs: number;
  }[];
  /** Beginnings that several keys share up to the delimiter, with it. */
  readonly prefixes: readonly string[];
  /** Token of the next page. */
  readonly next: string | undefined;
}

export function listedKeys(xml: string): ListingPage {
  const files = [...xml.matchAll(/<Contents>(.*?)<\/Contents>/gs)].map(([, body]) => ({
    key: decodedKey(element(body!, "Key") ?? ""),
    sizeBytes: Number(element(body!, "Size") ?? 0),
    modifiedMs: Date.parse(element(body!, "LastModified") ?? ""),
  }));
  const prefixes = [...xml.matchAll(/<CommonPrefixes>(.*?)<\/CommonPrefixes>/gs)].map(([, body]) =>
    decodedKey(element(body!, "Prefix") ?? ""),
  );
  const isCut = element(xml, "IsTruncated") === "true";
  return { files, prefixes, next: isCut ? element(xml, "NextContinuationToken") : undefined };
}

function element(xml: string, name: string): string | undefined {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  return text === undefined ? undefined : unescaped(text);
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function unescaped(text: string): string {
  return text.replaceAll(/&(?:(amp|lt|gt|quot|apos)|#(\d+)|#x([0-9a-fA-F]+));/g, (_, name, decimal, hex) => {
    if (name !== undefined) return ENTITIES[String(name)]!;
    return String.fromCodePoint(decimal === undefined ? Number.parseInt(String(hex), 16) : Number(decimal));
  });
}

function decodedKey(key: string): string {
  return decodeURIComponent(key.replaceAll("+", " "));
}
