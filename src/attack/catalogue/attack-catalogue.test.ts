import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { AttackCatalogue } from "./attack-catalogue.ts";
import { catalogueFileText, readCatalogueFile } from "./catalogue-file.ts";
import {
  CATALOGUE_FILE,
  attackCatalogue,
  catalogueOf,
  ownCatalogue,
  tacticsOf,
  technique,
  useCatalogue,
} from "./current-catalogue.ts";
import { techniqueUrl } from "./technique.ts";
import type { CatalogueFacts } from "./technique.ts";

const catalogue = ownCatalogue();

afterEach(() => useCatalogue(undefined));

function names(id: string): string[] {
  return catalogue.tacticsOf(id).map(({ shortName }) => shortName);
}

describe("the catalogue that comes with Spoor", () => {
  test("is ATT&CK 18.1, with MITRE's copyright", () => {
    const live = catalogue.techniques.filter(({ status }) => status === "live");
    expect([catalogue.version, live.length, catalogue.tactics.length]).toEqual(["18.1", 691, 14]);
    expect(live.filter(({ parent }) => parent === undefined)).toHaveLength(216);
    expect(catalogue.facts.copyright).toContain("The MITRE Corporation");
  });

  test("knows a technique by its id, in any case", () => {
    expect(technique(" t1047 ")).toMatchObject({
      title: "Windows Management Instrumentation",
      parent: undefined,
    });
    const powershell = technique("T1059.001")!;
    expect(powershell).toMatchObject({ title: "PowerShell", parent: "T1059", status: "live" });
    expect(catalogue.fullTitle(powershell)).toBe("Command and Scripting Interpreter: PowerShell");
    expect(technique("T9999")).toBeUndefined();
  });

  test("gives tactics in the order of the matrix", () => {
    expect(tacticsOf("T1047").map(({ id, title }) => `${id} ${title}`)).toEqual(["TA0002 Execution"]);
    expect(names("T1078")).toEqual([
      "initial-access",
      "persistence",
      "privilege-escalation",
      "defense-evasion",
    ]);
    expect(names("T9999")).toEqual([]);
  });

  test("follows revoked techniques to what stands in their place today, over two steps too", () => {
    expect(catalogue.currentTechnique("T1086")?.id).toBe("T1059.001");
    expect(catalogue.technique("T1073")).toMatchObject({ status: "revoked", replacedBy: "T1574.002" });
    expect(catalogue.technique("T1574.002")).toMatchObject({ status: "revoked", replacedBy: "T1574.001" });
    expect(catalogue.currentTechnique("T1073")?.id).toBe("T1574.001");
    expect(names("T1073")).toEqual(names("T1574.001"));
  });

  test("keeps deprecated techniques with the tactics they had", () => {
    expect(catalogue.technique("T1153")).toMatchObject({ status: "deprecated", replacedBy: undefined });
    expect(catalogue.currentTechnique("T1153")).toBeUndefined();
    expect(names("T1153")).toEqual(["execution"]);
  });

  test("every sub-technique has its technique, every revoked one a successor that exists", () => {
    const lost = catalogue.techniques.filter(
      ({ parent, status, replacedBy }) =>
        (parent !== undefined && status === "live" && catalogue.technique(parent)?.status !== "live") ||
        (status === "revoked" && catalogue.technique(replacedBy!) === undefined),
    );
    expect(lost).toEqual([]);
  });

  test("finds tactics by id, short name and title", () => {
    for (const name of ["TA0006", "credential-access", "Credential Access", "credential_access"])
      expect(catalogue.tactic(name)?.shortName).toBe("credential-access");
    expect(catalogue.tactic("access")).toBeUndefined();
  });

  test("finds by title, live techniques before old ones of the same title", () => {
    expect(catalogue.byTitle("powershell").map(({ id }) => id)).toEqual(["T1059.001"]);
    expect(catalogue.byTitle("Remote Services: SSH").map(({ id }) => id)).toEqual(["T1021.004"]);
    expect(catalogue.byTitle("Domain Account").map(({ id }) => id)).toEqual(["T1087.002", "T1136.002"]);
    expect(catalogue.byTitle("Hypervisor").map(({ id }) => id)).toEqual(["T1062"]);
  });

  test("lists sub-techniques, without old ones", () => {
    const subs = catalogue.subTechniquesOf("t1574").map(({ id }) => id);
    expect(subs).toContain("T1574.001");
    expect(subs).not.toContain("T1574.002");
  });

  test("addresses the page of a technique", () => {
    expect(techniqueUrl("T1059.001")).toBe("https://attack.mitre.org/techniques/T1059/001/");
  });
});

function ids(text: string): string[] {
  return catalogue.search(text).map(({ id }) => id);
}

describe("search", () => {
  test("wants all words, in any order, in id or full title", () => {
    expect(ids("dump credential")[0]).toBe("T1003");
    expect(ids("T1003.001")).toEqual(["T1003.001"]);
    expect(ids("interpreter powershell")).toEqual(["T1059.001"]);
    expect(ids("  ")).toEqual([]);
    expect(ids("no such words")).toEqual([]);
  });

  test("puts exact titles first and old techniques last", () => {
    const found = catalogue.search("powershell");
    expect(found[0]?.id).toBe("T1059.001");
    expect(found.at(-1)?.status).not.toBe("live");
    expect(found.findIndex(({ status }) => status !== "live")).toBeGreaterThan(0);
  });
});

describe("near names", () => {
  test.each([
    ["1059", "T1059"],
    ["T1059/001", "T1059.001"],
    ["T1059.1", "T1059.001"],
    ["T1086", "T1059.001"],
    ["T1059.999", "T1059"],
    ["T0047", "T1047"],
    ["Powershel", "PowerShell"],
    ["process injecton", "Process Injection"],
  ])("%s: %s", (text, near) => {
    expect(catalogue.nearName(text)).toBe(near);
  });

  test("nothing is near to what is far from everything", () => {
    expect(catalogue.nearName("qqqqqqqqqqqqqq")).toBeUndefined();
  });
});

const factsArbitrary: fc.Arbitrary<CatalogueFacts> = fc
  .uniqueArray(fc.integer({ min: 1000, max: 1999 }), { maxLength: 12 })
  .chain((numbers) =>
    fc.record({
      version: fc.string(),
      modified: fc.string(),
      copyright: fc.string(),
      platforms: fc.constant(["Windows", "Linux"]),
      tactics: fc.constant([
        { id: "TA0001", shortName: "one", title: "One" },
        { id: "TA0002", shortName: "two", title: "Two" },
      ]),
      techniques: fc.tuple(
        ...numbers
          .toSorted((a, b) => a - b)
          .map((number) =>
            fc.record({
              id: fc.constant(`T${number}`),
              title: fc.string(),
              parent: fc.constant(undefined),
              status: fc.constant("live" as const),
              replacedBy: fc.constant(undefined),
              tactics: fc.subarray(["one", "two"]),
              platforms: fc.subarray(["Windows", "Linux"]),
            }),
          ),
      ),
    }),
  );

describe("the catalogue's file", () => {
  test("gives the same facts when it is read again", () => {
    fc.assert(
      fc.property(factsArbitrary, (facts) => {
        expect(readCatalogueFile(catalogueFileText(facts), "f")).toEqual(facts);
      }),
    );
    expect(readCatalogueFile(catalogueFileText(catalogue.facts), "f")).toEqual(catalogue.facts);
  });

  test("has a line for each technique", () => {
    const lines = catalogueFileText(catalogue.facts).split("\n");
    expect(lines.filter((line) => line.startsWith('["T1047"'))).toHaveLength(1);
  });

  test.each([
    ["{", "is no JSON"],
    ["[]", "is no catalogue"],
    [catalogueFileText(catalogue.facts).replace("spoor-attack-1", "other"), "is no catalogue"],
    [catalogueFileText(catalogue.facts).replace('["T1047",', '["1047",'), "is no catalogue"],
    [catalogueFileText(catalogue.facts).replace(/(\["T1047",[^[]*)\[\d+\]/, "$1[99]"), "is no catalogue"],
  ])("a damaged one is refused (%#)", (text, message) => {
    expect(() => readCatalogueFile(text, "f.json")).toThrow(message);
  });
});

describe("the catalogue of a data folder", () => {
  test("is Spoor's own where there is none, and else the folder's", () => {
    const folder = mkdtempSync(join(tmpdir(), "spoor-attack-"));
    try {
      expect(catalogueOf(folder)).toBe(ownCatalogue());
      writeFileSync(join(folder, CATALOGUE_FILE), catalogueFileText({ ...catalogue.facts, version: "99.0" }));
      expect(catalogueOf(folder).version).toBe("99.0");
      writeFileSync(join(folder, CATALOGUE_FILE), "{");
      expect(() => catalogueOf(folder)).toThrow("is no JSON");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("takes the place of the current one when it is put there", () => {
    useCatalogue(new AttackCatalogue({ ...catalogue.facts, version: "99.0", techniques: [] }));
    expect([attackCatalogue().version, technique("T1047")]).toEqual(["99.0", undefined]);
    useCatalogue(undefined);
    expect(attackCatalogue()).toBe(ownCatalogue());
  });
});
