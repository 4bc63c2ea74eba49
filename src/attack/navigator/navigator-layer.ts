/** Layers of the ATT&CK Navigator, of layer format 4.5 (mitre-attack/attack-navigator, layers/LAYERFORMATv4_5.md). */
import type { AttackCatalogue } from "../catalogue/attack-catalogue.ts";
import { ATTACK_DOMAIN } from "../catalogue/technique.ts";
import type { TalliedTechnique } from "../coverage/technique-tally.ts";

export const LAYER_FORMAT = "4.5";
/** A Navigator of the days of ATT&CK 18. The format asks for 4.9.0 at least. */
const NAVIGATOR = "5.3.1";

export interface LayerMetadata {
  readonly name: string;
  readonly value: string;
}

export interface LayerTechnique {
  readonly techniqueID: string;
  readonly score: number;
  readonly comment: string;
  readonly enabled: boolean;
  readonly metadata: readonly LayerMetadata[];
  readonly showSubtechniques?: boolean;
}

export interface NavigatorLayer {
  readonly name: string;
  readonly versions: { readonly attack: string; readonly navigator: string; readonly layer: string };
  readonly domain: string;
  readonly description: string;
  readonly filters?: { readonly platforms: readonly string[] };
  readonly sorting: number;
  readonly layout: {
    readonly layout: string;
    readonly showID: boolean;
    readonly showName: boolean;
    readonly showAggregateScores: boolean;
    readonly countUnscored: boolean;
    readonly aggregateFunction: string;
    readonly expandedSubtechniques: string;
  };
  readonly hideDisabled: boolean;
  readonly techniques: readonly LayerTechnique[];
  readonly gradient: {
    readonly colors: readonly string[];
    readonly minValue: number;
    readonly maxValue: number;
  };
  readonly legendItems: readonly { readonly label: string; readonly color: string }[];
  readonly metadata: readonly LayerMetadata[];
}

export interface LayerOptions {
  readonly name: string;
  readonly description: string;
  /** What the counts count: `event`, `rule`, `technique`. */
  readonly unit: string;
  /** `log`: the score is the logarithm of the count, so that one loud technique does not make all others pale. */
  readonly scale: "linear" | "log";
  /** Only techniques of these are shown; none given: all. */
  readonly platforms: readonly string[];
}

/** From pale to strong; also distinct for readers who do not see red and green apart. */
const GRADIENT = ["#fde8d7", "#f28e4b", "#8c2d04"] as const;

export function navigatorLayer(
  techniques: readonly TalliedTechnique[],
  catalogue: AttackCatalogue,
  options: LayerOptions,
): NavigatorLayer {
  const scoreOf = (count: number): number =>
    options.scale === "log" ? Math.round(Math.log10(1 + count) * 1000) / 1000 : count;
  const most = techniques.reduce((max, { count }) => Math.max(max, count), 0);
  // The format wants maxValue > minValue.
  const maxValue = scoreOf(most) > 0 ? scoreOf(most) : 1;
  return {
    name: options.name,
    versions: { attack: catalogue.version.split(".")[0]!, navigator: NAVIGATOR, layer: LAYER_FORMAT },
    domain: ATTACK_DOMAIN,
    description: options.description,
    ...(options.platforms.length === 0 ? {} : { filters: { platforms: options.platforms } }),
    sorting: 3,
    layout: {
      layout: "side",
      showID: true,
      showName: true,
      showAggregateScores: false,
      countUnscored: false,
      aggregateFunction: "sum",
      expandedSubtechniques: "annotated",
    },
    hideDisabled: false,
    techniques: techniques.map((tallied) => ({
      techniqueID: tallied.technique.id,
      score: scoreOf(tallied.count),
      comment: commentOf(tallied, options.unit),
      enabled: true,
      metadata: [{ name: `${options.unit}s`, value: String(tallied.count) }],
      ...(catalogue.subTechniquesOf(tallied.technique.id).length === 0 ? {} : { showSubtechniques: true }),
    })),
    gradient: { colors: GRADIENT, minValue: 0, maxValue },
    legendItems: legend(most, maxValue, scoreOf, options.unit),
    metadata: [
      { name: "ATT&CK", value: catalogue.version },
      { name: "copyright", value: catalogue.facts.copyright },
    ],
  };
}

export function layerText(layer: NavigatorLayer): string {
  return `${JSON.stringify(layer, undefined, 2)}\n`;
}

function commentOf({ count, formerIds, remarks, moreRemarks }: TalliedTechnique, unit: string): string {
  const parts = [`${count} ${unit}${count === 1 ? "" : "s"}`];
  if (formerIds.length > 0) parts.push(`tagged as ${formerIds.join(", ")}`);
  if (remarks.length > 0) parts.push(remarks.join("; ") + (moreRemarks === 0 ? "" : `; ${moreRemarks} more`));
  return parts.join("\n");
}

/** What the colours of one, of about half the score, and of the most mean. */
function legend(
  most: number,
  maxValue: number,
  scoreOf: (count: number) => number,
  unit: string,
): { label: string; color: string }[] {
  const middle = scoreOf(most) === most ? Math.round(most / 2) : Math.round(Math.sqrt(most));
  const counts = [...new Set([Math.min(1, most), middle, most])].filter((count) => count > 0);
  return counts.map((count) => ({
    label: `${count} ${unit}${count === 1 ? "" : "s"}`,
    color: colorAt(scoreOf(count) / maxValue),
  }));
}

/** The gradient's colour at a share of its length, as the Navigator interpolates it. */
function colorAt(share: number): string {
  const place = Math.min(1, Math.max(0, share)) * (GRADIENT.length - 1);
  const from = Math.min(Math.floor(place), GRADIENT.length - 2);
  const [low, high] = [channels(GRADIENT[from]!), channels(GRADIENT[from + 1]!)];
  const mixed = low.map((value, i) => Math.round(value + (high[i]! - value) * (place - from)));
  return `#${mixed.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

function channels(color: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
}
