import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ownCatalogue } from "../catalogue/current-catalogue.ts";
import { TechniqueTally } from "../coverage/technique-tally.ts";
import { layerProblems } from "./check-layer.ts";
import { layerText, navigatorLayer } from "./navigator-layer.ts";
import type { LayerOptions } from "./navigator-layer.ts";

const catalogue = ownCatalogue();
const OPTIONS: LayerOptions = {
  name: "a layer",
  description: "what it is",
  unit: "event",
  scale: "linear",
  platforms: [],
};

function layerOf(counts: readonly (readonly [string, number])[], options: Partial<LayerOptions> = {}) {
  const tally = new TechniqueTally(catalogue);
  for (const [id, count] of counts) tally.add(id, count, "WIN1");
  return navigatorLayer(tally.techniques(), catalogue, { ...OPTIONS, ...options });
}

describe("a layer", () => {
  test("has the versions, scores, comments, gradient and legend of its counts", () => {
    const layer = layerOf([
      ["T1086", 10],
      ["T1047", 1],
      ["T1574", 4],
    ]);
    expect(layer.versions).toEqual({ attack: "18", navigator: "5.3.1", layer: "4.5" });
    expect(layer.domain).toBe("enterprise-attack");
    expect(layer.techniques.map(({ techniqueID, score, comment }) => [techniqueID, score, comment])).toEqual([
      ["T1047", 1, "1 event\nWIN1"],
      ["T1059.001", 10, "10 events\ntagged as T1086\nWIN1"],
      ["T1574", 4, "4 events\nWIN1"],
    ]);
    expect(layer.techniques.map(({ showSubtechniques }) => showSubtechniques)).toEqual([
      undefined,
      undefined,
      true,
    ]);
    expect(layer.gradient).toMatchObject({ minValue: 0, maxValue: 10 });
    expect(layer.legendItems.map(({ label }) => label)).toEqual(["1 event", "5 events", "10 events"]);
    expect(layer.legendItems.at(-1)?.color).toBe(layer.gradient.colors.at(-1));
    expect(layer.metadata).toContainEqual({ name: "copyright", value: catalogue.facts.copyright });
    expect(layer.filters).toBeUndefined();
  });

  test("a logarithmic one keeps the counts in its comments and metadata", () => {
    const layer = layerOf(
      [
        ["T1047", 9],
        ["T1055", 99_999],
      ],
      { scale: "log", platforms: ["Windows"] },
    );
    expect(layer.techniques.map(({ score }) => score)).toEqual([1, 5]);
    expect(layer.techniques[1]!.metadata).toEqual([{ name: "events", value: "99999" }]);
    expect(layer.gradient.maxValue).toBe(5);
    expect(layer.filters).toEqual({ platforms: ["Windows"] });
  });

  test("keeps its format, whatever is counted", () => {
    const ids = fc.constantFrom(...catalogue.techniques.map(({ id }) => id));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(ids, fc.double({ min: 0, max: 1e12, noNaN: true })), { maxLength: 20 }),
        fc.constantFrom("linear" as const, "log" as const),
        fc.string(),
        (counts, scale, name) => {
          const layer: unknown = JSON.parse(layerText(layerOf(counts, { scale, name })));
          expect(layerProblems(layer)).toEqual([]);
        },
      ),
    );
  });
});

function good(): Record<string, unknown> {
  return JSON.parse(layerText(layerOf([["T1047", 2]]))) as Record<string, unknown>;
}

describe("the format's check", () => {
  test("takes all that the format has", () => {
    const full = {
      ...good(),
      customDataURL: "https://example.org/bundle.json",
      techniques: [
        {
          techniqueID: "T1059.001",
          tactic: "execution",
          comment: "",
          enabled: false,
          color: "",
          metadata: [{ name: "a", value: "b" }, { divider: true }],
          links: [{ label: "a", url: "https://example.org" }, { divider: false }],
        },
      ],
      showTacticRowBackground: true,
      tacticRowBackground: "#dddddd",
      selectTechniquesAcrossTactics: true,
      selectSubtechniquesWithParent: true,
      selectVisibleTechniques: false,
      links: [],
    };
    expect(layerProblems(full)).toEqual([]);
    expect(layerProblems({ name: "least", domain: "ics-attack" })).toEqual([]);
  });

  test.each([
    [{ name: undefined }, "layer.name is no text"],
    [{ domain: "enterprise" }, "layer.domain is none of enterprise-attack, mobile-attack, ics-attack"],
    [{ versions: { layer: "4.4", navigator: "5.0.0" } }, "layer.versions.layer is none of 4.5"],
    [{ versions: { layer: "4.5", navigator: "4.8.1" } }, "layer.versions.navigator is not at least 4.9.0"],
    [{ versions: { layer: "4.5" } }, "layer.versions.navigator is missing"],
    [{ sorting: 4 }, "layer.sorting is none of 0, 1, 2, 3"],
    [{ techniques: [{ techniqueID: "1047" }] }, "layer.techniques[0].techniqueID is no technique id"],
    [{ techniques: [{ techniqueID: "T1047", score: "2" }] }, "layer.techniques[0].score is no number"],
    [
      { techniques: [{ techniqueID: "T1047", colour: "#fff" }] },
      "layer.techniques[0].colour is no property of the format",
    ],
    [
      { gradient: { colors: ["#ff6666"], minValue: 0, maxValue: 1 } },
      "layer.gradient.colors has less than 2 members",
    ],
    [
      { gradient: { colors: ["#ff6666", "#ffe766"], minValue: 1, maxValue: 1 } },
      "layer.gradient.maxValue is not over minValue",
    ],
    [{ legendItems: [{ label: "x", color: "red" }] }, "layer.legendItems[0].color is no colour #rrggbb"],
    [
      { layout: { expandedSubtechniques: "some" } },
      "layer.layout.expandedSubtechniques is none of none, all, annotated",
    ],
    [{ links: [{ label: "x", url: "example.org" }] }, "layer.links[0].url is no URL with a protocol"],
  ])("%j: %s", (change, problem) => {
    expect(layerProblems({ ...good(), ...change })).toEqual([problem]);
  });

  test("what is no layer at all", () => {
    expect(layerProblems([])).toEqual(["layer is no object"]);
    expect(layerProblems({})).toEqual(["layer.name is missing", "layer.domain is missing"]);
  });
});
