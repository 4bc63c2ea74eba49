/**
 * ATT&CK's facts from its STIX bundle, of STIX 2.0 or 2.1 (OASIS STIX, and "ATT&CK in STIX" for MITRE's own properties):
 * `attack-pattern` is a technique, `x-mitre-tactic` a tactic, `x-mitre-matrix` their order, `revoked-by` relationships tell
 * what took a technique's place, `x-mitre-collection` the version.
 *
 * The whole bundle is read or refused: a technique without an id or a tactic that is not there would make answers wrong
 * later, far from their cause.
 */
import { attackErrors } from "../errors.ts";
import { ATTACK_DOMAIN, isTechniqueId, parentId } from "../catalogue/technique.ts";
import type { CatalogueFacts, Tactic, Technique, TechniqueStatus } from "../catalogue/technique.ts";
import { isObject, readJson } from "../json-document.ts";

export interface BundleOptions {
  /** The file's name, for errors. */
  readonly file: string;
  /** Of ATT&CK, where the bundle has no `x-mitre-collection` that says it. */
  readonly version?: string | undefined;
}

type StixObject = Readonly<Record<string, unknown>>;

const OTHER_DOMAINS = new Set(["mitre-mobile-attack", "mitre-ics-attack"]);

/** @throws SpoorError ATTACK_BUNDLE_DAMAGED, ATTACK_BUNDLE_DOMAIN, ATTACK_BUNDLE_VERSION */
export function readBundle(text: string, options: BundleOptions): CatalogueFacts {
  const objects = objectsOf(text, options.file);
  const bundle = new Bundle(objects, options.file);
  const tactics = bundle.tactics();
  const platforms = bundle.platforms();
  const techniques = bundle.techniques(tactics, platforms);
  return {
    version: bundle.version(options.version),
    modified: bundle.modified(),
    copyright: bundle.copyright(),
    platforms,
    tactics,
    techniques,
  };
}

function objectsOf(text: string, file: string): readonly StixObject[] {
  const reading = readJson(text, file);
  if (!("value" in reading)) {
    throw attackErrors.BUNDLE_DAMAGED({
      message: `'${file}' is no JSON`,
      detail: reading.problem,
      hint: "the download may have been cut off; fetch it again",
      place: reading.place,
    });
  }
  const { value } = reading;
  const objects = isObject(value) && value["type"] === "bundle" ? value["objects"] : undefined;
  if (Array.isArray(objects) && objects.every(isObject)) return objects;
  throw attackErrors.BUNDLE_DAMAGED({
    message: `'${file}' is no STIX bundle`,
    detail: 'it has no "type": "bundle" with a list of "objects"',
    hint: "give MITRE's 'enterprise-attack.json', not a Navigator layer or a single object",
  });
}

class Bundle {
  readonly #file: string;
  readonly #byType = new Map<string, StixObject[]>();
  readonly #byStixId = new Map<string, StixObject>();

  constructor(objects: readonly StixObject[], file: string) {
    this.#file = file;
    for (const object of objects) {
      const type = String(object["type"]);
      const same = this.#byType.get(type);
      if (same === undefined) this.#byType.set(type, [object]);
      else same.push(object);
      if (typeof object["id"] === "string") this.#byStixId.set(object["id"], object);
    }
    if (this.#all("attack-pattern").length === 0) throw this.#damaged("it has no 'attack-pattern'");
  }

  /** In the order of the matrix. */
  tactics(): readonly Tactic[] {
    const matrix = this.#all("x-mitre-matrix").find(isCurrent);
    if (matrix === undefined) throw this.#damaged("it has no 'x-mitre-matrix'");
    return texts(matrix["tactic_refs"]).map((ref) => {
      const object = this.#byStixId.get(ref);
      if (object === undefined) throw this.#damaged(`the matrix names '${ref}', which is not there`);
      return {
        id: this.#attackId(object),
        shortName: this.#text(object, "x_mitre_shortname"),
        title: this.#text(object, "name"),
      };
    });
  }

  platforms(): readonly string[] {
    const counts = new Map<string, number>();
    for (const pattern of this.#all("attack-pattern"))
      for (const name of texts(pattern["x_mitre_platforms"])) counts.set(name, (counts.get(name) ?? 0) + 1);
    return [...counts].toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([name]) => name);
  }

  /** In the order of their ids. */
  techniques(tactics: readonly Tactic[], platforms: readonly string[]): readonly Technique[] {
    const replacements = this.#replacements();
    const techniques = this.#all("attack-pattern").map((pattern): Technique => {
      const id = this.#attackId(pattern);
      if (!isTechniqueId(id)) throw this.#damaged(`${nameOf(pattern)} has the id '${id}'`);
      const successor = replacements.get(String(pattern["id"]));
      const had = this.#tacticNames(pattern, tactics);
      const runsOn = texts(pattern["x_mitre_platforms"]);
      return {
        id,
        title: this.#text(pattern, "name"),
        parent: parentId(id),
        status: statusOf(pattern, successor),
        replacedBy: successor,
        tactics: tactics.map(({ shortName }) => shortName).filter((name) => had.has(name)),
        platforms: platforms.filter((name) => runsOn.includes(name)),
      };
    });
    const sorted = techniques.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    this.#checkReferences(sorted);
    return sorted;
  }

  version(given: string | undefined): string {
    const collection = this.#all("x-mitre-collection").at(0)?.["x_mitre_version"];
    if (typeof collection === "string") return collection;
    if (given !== undefined) return given;
    throw attackErrors.BUNDLE_VERSION({
      message: `'${this.#file}' does not say which version of ATT&CK it is`,
      detail: "it has no 'x-mitre-collection'",
      hint: "give it with --attack-version, e.g. 18.1",
    });
  }

  modified(): string {
    const times = [...this.#byStixId.values()].map((object) => String(object["modified"] ?? ""));
    return times.reduce((latest, time) => (time > latest ? time : latest), "").slice(0, 10);
  }

  copyright(): string {
    const statements = this.#all("marking-definition").map(({ definition }) =>
      isObject(definition) ? definition["statement"] : undefined,
    );
    return statements.find((text) => typeof text === "string") ?? "© The MITRE Corporation";
  }

  #all(type: string): readonly StixObject[] {
    return this.#byType.get(type) ?? [];
  }

  /** Successors' ids by the STIX id of what they replace. */
  #replacements(): ReadonlyMap<string, string> {
    const found = new Map<string, string>();
    for (const relationship of this.#all("relationship")) {
      if (relationship["relationship_type"] !== "revoked-by") continue;
      const [from, to] = [relationship["source_ref"], relationship["target_ref"]].map(String);
      if (!from!.startsWith("attack-pattern--")) continue;
      const target = this.#byStixId.get(to!);
      if (target === undefined) throw this.#damaged(`'${from}' is revoked by '${to}', which is not there`);
      found.set(from!, this.#attackId(target));
    }
    return found;
  }

  #tacticNames(pattern: StixObject, tactics: readonly Tactic[]): ReadonlySet<string> {
    const names = new Set<string>();
    for (const phase of Array.isArray(pattern["kill_chain_phases"]) ? pattern["kill_chain_phases"] : []) {
      if (!isObject(phase)) continue;
      if (OTHER_DOMAINS.has(String(phase["kill_chain_name"]))) throw this.#otherDomain(pattern);
      if (phase["kill_chain_name"] === "mitre-attack") names.add(String(phase["phase_name"]));
    }
    const unknown = [...names].find((name) => !tactics.some(({ shortName }) => shortName === name));
    if (unknown !== undefined && isCurrent(pattern))
      throw this.#damaged(`${nameOf(pattern)} is of the tactic '${unknown}', which the matrix has not`);
    return names;
  }

  #checkReferences(techniques: readonly Technique[]): void {
    const ids = new Set<string>();
    for (const { id, title } of techniques) {
      if (ids.has(id)) throw this.#damaged(`two techniques have the id '${id}'; one of them is '${title}'`);
      ids.add(id);
    }
    for (const { id, parent, status, replacedBy } of techniques) {
      if (status === "live" && parent !== undefined && !ids.has(parent))
        throw this.#damaged(`'${id}' has no technique '${parent}' over it`);
      if (replacedBy !== undefined && !ids.has(replacedBy))
        throw this.#damaged(`'${id}' is revoked by '${replacedBy}', which is no technique`);
    }
  }

  #attackId(object: StixObject): string {
    const references = Array.isArray(object["external_references"]) ? object["external_references"] : [];
    const own = references.find((each) => isObject(each) && each["source_name"] === "mitre-attack") as
      | StixObject
      | undefined;
    const id = own?.["external_id"];
    if (typeof id === "string") return id;
    const other = references.some((each) => isObject(each) && OTHER_DOMAINS.has(String(each["source_name"])));
    throw other ? this.#otherDomain(object) : this.#damaged(`${nameOf(object)} has no ATT&CK id`);
  }

  #text(object: StixObject, name: string): string {
    const text = object[name];
    if (typeof text === "string" && text !== "") return text;
    throw this.#damaged(`${nameOf(object)} has no '${name}'`);
  }

  #otherDomain(object: StixObject): Error {
    return attackErrors.BUNDLE_DOMAIN({
      message: `'${this.#file}' is not of the domain '${ATTACK_DOMAIN}'`,
      detail: `${nameOf(object)} is of another domain`,
      hint: "give MITRE's 'enterprise-attack.json'",
    });
  }

  #damaged(detail: string): Error {
    return attackErrors.BUNDLE_DAMAGED({
      message: `'${this.#file}' is no bundle of ATT&CK that can be used`,
      detail,
      hint: "fetch MITRE's 'enterprise-attack.json' again; nothing was changed",
    });
  }
}

function statusOf(pattern: StixObject, successor: string | undefined): TechniqueStatus {
  if (pattern["revoked"] === true) return successor === undefined ? "deprecated" : "revoked";
  return pattern["x_mitre_deprecated"] === true ? "deprecated" : "live";
}

function isCurrent(object: StixObject): boolean {
  return object["revoked"] !== true && object["x_mitre_deprecated"] !== true;
}

function nameOf(object: StixObject): string {
  return `'${String(object["id"] ?? object["name"] ?? object["type"])}'`;
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}
