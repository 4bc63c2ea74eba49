/** The Accept header (RFC 9110, 12.5.1) against the content types that a route can answer in. */
import type { FastifyRequest } from "fastify";
import { serverErrors } from "./errors.ts";

interface MediaRange {
  readonly type: string;
  readonly subtype: string;
  readonly quality: number;
}

/**
 * The content type that the client likes best; of equally good ones the first of `offered`. Without an Accept
 * header, undefined.
 * @throws SERVER_NOT_ACCEPTABLE where it takes none of them
 */
export function negotiate(request: FastifyRequest, offered: readonly string[]): string | undefined {
  const { accept } = request.headers;
  if (accept === undefined || accept.trim() === "") return undefined;
  const ranges = mediaRanges(accept);
  let best: string | undefined;
  let bestQuality = 0;
  for (const mediaType of offered) {
    const quality = qualityOf(mediaType, ranges);
    if (quality <= bestQuality) continue;
    best = mediaType;
    bestQuality = quality;
  }
  if (best !== undefined) return best;
  throw serverErrors.NOT_ACCEPTABLE({
    message: `the answer cannot be sent as '${accept}'`,
    hint: `ask for ${offered.join(" or ")}`,
  });
}

function mediaRanges(accept: string): MediaRange[] {
  return accept.split(",").flatMap((part) => {
    const [range = "", ...parameters] = part.split(";").map((text) => text.trim().toLowerCase());
    const [type, subtype] = range.split("/");
    if (type === undefined || subtype === undefined) return [];
    const quality = parameters.find((parameter) => parameter.startsWith("q="));
    const value = quality === undefined ? 1 : Number(quality.slice(2));
    return [{ type, subtype, quality: Number.isFinite(value) ? value : 0 }];
  });
}

/** Of the most exact range that the type falls into. */
function qualityOf(mediaType: string, ranges: readonly MediaRange[]): number {
  const [type, subtype] = mediaType.toLowerCase().split("/");
  let exactness = 0;
  let quality = 0;
  for (const range of ranges) {
    const fits = range.type === type || (range.type === "*" && range.subtype === "*");
    if (!fits || (range.subtype !== subtype && range.subtype !== "*")) continue;
    const exact = range.type === "*" ? 1 : range.subtype === "*" ? 2 : 3;
    if (exact < exactness || (exact === exactness && range.quality <= quality)) continue;
    exactness = exact;
    quality = range.quality;
  }
  return quality;
}
