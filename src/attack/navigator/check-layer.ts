/**
 * Checks a value against the layer format 4.5: its property tables, which properties are required, of which type, and within
 * which values. The format has no machine-readable schema; unknown properties are problems, because the Navigator ignores
 * them silently.
 */
import { isTechniqueId } from "../catalogue/technique.ts";
import { isObject } from "../json-document.ts";
import { LAYER_FORMAT } from "./navigator-layer.ts";

type Check = (value: unknown, path: string) => readonly string[];

interface Property {
  readonly check: Check;
  readonly required?: boolean;
}

const text: Check = (value, path) => (typeof value === "string" ? [] : [`${path} is no text`]);
const flag: Check = (value, path) =>
  typeof value === "boolean" ? [] : [`${path} is neither true nor false`];
const number: Check = (value, path) =>
  typeof value === "number" && Number.isFinite(value) ? [] : [`${path} is no number`];
const color: Check = (value, path) =>
  typeof value === "string" && /^#(?:[0-9a-f]{6}|[0-9a-f]{8})$/i.test(value)
    ? []
    : [`${path} is no colour #rrggbb`];
const url: Check = (value, path) =>
  typeof value === "string" && /^[a-z][a-z0-9+.-]*:\/\//i.test(value)
    ? []
    : [`${path} is no URL with a protocol`];
const techniqueId: Check = (value, path) =>
  typeof value === "string" && isTechniqueId(value) ? [] : [`${path} is no technique id`];

function oneOf(...values: readonly unknown[]): Check {
  return (value, path) => (values.includes(value) ? [] : [`${path} is none of ${values.join(", ")}`]);
}

function listOf(check: Check, least = 0): Check {
  return (value, path) => {
    if (!Array.isArray(value)) return [`${path} is no list`];
    const short = value.length < least ? [`${path} has less than ${least} members`] : [];
    return [...short, ...value.flatMap((item: unknown, i) => check(item, `${path}[${i}]`))];
  };
}

function objectOf(properties: Readonly<Record<string, Property>>): Check {
  return (value, path) => {
    if (!isObject(value)) return [`${path} is no object`];
    const missing = Object.keys(properties).filter((name) => properties[name]!.required && !(name in value));
    const unknown = Object.keys(value).filter((name) => !(name in properties));
    return [
      ...missing.map((name) => `${path}.${name} is missing`),
      ...unknown.map((name) => `${path}.${name} is no property of the format`),
      ...Object.keys(properties)
        .filter((name) => name in value)
        .flatMap((name) => properties[name]!.check(value[name], `${path}.${name}`)),
    ];
  };
}

/** Items, and dividers between them. */
function divided(check: Check): Check {
  const divider = objectOf({ divider: { check: flag, required: true } });
  return listOf((value, path) => (isObject(value) && "divider" in value ? divider : check)(value, path));
}

const metadata = divided(
  objectOf({ name: { check: text, required: true }, value: { check: text, required: true } }),
);
const links = divided(
  objectOf({ label: { check: text, required: true }, url: { check: url, required: true } }),
);

const gradient: Check = (value, path) => {
  const problems = objectOf({
    colors: { check: listOf(color, 2), required: true },
    minValue: { check: number, required: true },
    maxValue: { check: number, required: true },
  })(value, path);
  if (problems.length > 0 || !isObject(value)) return problems;
  return Number(value["maxValue"]) > Number(value["minValue"])
    ? []
    : [`${path}.maxValue is not over minValue`];
};

const navigatorVersion: Check = (value, path) => {
  const [major = 0, minor = 0] = typeof value === "string" ? value.split(".").map(Number) : [];
  return major > 4 || (major === 4 && minor >= 9) ? [] : [`${path} is not at least 4.9.0`];
};

const technique = objectOf({
  techniqueID: { check: techniqueId, required: true },
  tactic: { check: text },
  comment: { check: text },
  enabled: { check: flag },
  score: { check: number },
  color: { check: (value, path) => (value === "" ? [] : color(value, path)) },
  metadata: { check: metadata },
  links: { check: links },
  showSubtechniques: { check: flag },
});

const layer = objectOf({
  versions: {
    check: objectOf({
      attack: { check: text },
      navigator: { check: navigatorVersion, required: true },
      layer: { check: oneOf(LAYER_FORMAT), required: true },
    }),
  },
  name: { check: text, required: true },
  description: { check: text },
  domain: { check: oneOf("enterprise-attack", "mobile-attack", "ics-attack"), required: true },
  customDataURL: { check: url },
  filters: { check: objectOf({ platforms: { check: listOf(text) } }) },
  sorting: { check: oneOf(0, 1, 2, 3) },
  layout: {
    check: objectOf({
      layout: { check: oneOf("side", "flat", "mini") },
      showID: { check: flag },
      showName: { check: flag },
      showAggregateScores: { check: flag },
      countUnscored: { check: flag },
      aggregateFunction: { check: oneOf("average", "min", "max", "sum") },
      expandedSubtechniques: { check: oneOf("none", "all", "annotated") },
    }),
  },
  hideDisabled: { check: flag },
  techniques: { check: listOf(technique) },
  gradient: { check: gradient },
  legendItems: {
    check: listOf(
      objectOf({ label: { check: text, required: true }, color: { check: color, required: true } }),
    ),
  },
  showTacticRowBackground: { check: flag },
  tacticRowBackground: { check: color },
  selectTechniquesAcrossTactics: { check: flag },
  selectSubtechniquesWithParent: { check: flag },
  selectVisibleTechniques: { check: flag },
  metadata: { check: metadata },
  links: { check: links },
});

/** What is wrong with a layer, each with its path: `layer.techniques[3].score is no number`. Empty: it is one. */
export function layerProblems(value: unknown): readonly string[] {
  return layer(value, "layer");
}
