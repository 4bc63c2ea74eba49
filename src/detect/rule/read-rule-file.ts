/**
 * Rule files: YAML with one or more documents, each a rule, a correlation or a filter; and rule collections, whose
 * documents share parts (`action: global`, `reset`, `repeat`). A document that cannot be read is refused with its place, the
 * others of the file load.
 */
import { parseAllDocuments, YAMLMap } from "yaml";
import type { Document } from "yaml";
import { SpoorError } from "../../base/errors.ts";
import { sigmaErrors } from "../errors.ts";
import { readBlockYaml } from "./block-yaml.ts";
import { MapReader } from "./document-reader.ts";
import type { PlaceholderValues } from "./modifiers.ts";
import { readCorrelationRule } from "./read-correlation.ts";
import { readFilterRule, readSigmaRule } from "./read-detection.ts";
import { isMap, isNullScalar, isScalar, placeAt, RuleSource, scalarSource } from "./rule-source.ts";
import type { RuleText } from "./rule-source.ts";
import type { SigmaDocument } from "./sigma-document.ts";

export interface ReadOptions {
  /** Values for `expand`; a rule that uses a placeholder without values is refused. */
  readonly placeholders?: PlaceholderValues;
}

export interface ReadResult {
  readonly documents: readonly SigmaDocument[];
  /** One for each document that was refused. */
  readonly errors: readonly SpoorError[];
}

/** A file larger than this is refused before it is parsed. */
export const RULE_FILE_BYTES_MAX = 4 * 1024 * 1024;

export function readRuleFile(file: RuleText, options: ReadOptions = {}): ReadResult {
  const documents: SigmaDocument[] = [];
  const errors: SpoorError[] = [];
  const collection = new RuleCollection();
  const placeholders = options.placeholders ?? new Map<string, readonly string[]>();
  const read = (of: () => SigmaDocument | undefined): void => {
    try {
      const document = of();
      if (document !== undefined) documents.push(document);
    } catch (error) {
      if (!(error instanceof SpoorError)) throw error;
      errors.push(error);
    }
  };
  const simple = file.text.length > RULE_FILE_BYTES_MAX ? undefined : readBlockYaml(file.text);
  if (simple !== undefined)
    read(() => readRoot(new RuleSource(file, simple), simple, collection, placeholders));
  else for (const yaml of yamlDocuments(file)) read(() => readDocument(file, yaml, collection, placeholders));
  return { documents, errors };
}

function yamlDocuments(source: RuleText): readonly (Document | SpoorError)[] {
  if (source.text.length > RULE_FILE_BYTES_MAX) {
    const message = `the file is larger than ${RULE_FILE_BYTES_MAX / 1024 / 1024} MiB`;
    return [
      sigmaErrors.INVALID_YAML({ message, hint: "split it", place: placeAt({ ...source, text: "" }, 0, 1) }),
    ];
  }
  const parsed = parseAllDocuments(source.text, { prettyErrors: false, logLevel: "silent" });
  return "empty" in parsed ? [] : parsed;
}

function readDocument(
  file: RuleText,
  yaml: Document | SpoorError,
  collection: RuleCollection,
  placeholders: PlaceholderValues,
): SigmaDocument | undefined {
  if (yaml instanceof SpoorError) throw yaml;
  const fault = yaml.errors[0];
  if (fault !== undefined) {
    const message = `invalid YAML: ${fault.message.split("\n")[0]!}`;
    throw sigmaErrors.INVALID_YAML({ message, place: placeAt(file, fault.pos[0], fault.pos[1]) });
  }
  if (isNullScalar(yaml.contents)) return undefined;
  const source = new RuleSource(file, yaml.contents, yaml);
  if (isMap(yaml.contents)) return readRoot(source, yaml.contents, collection, placeholders);
  const place = source.placeOf(yaml.contents);
  throw sigmaErrors.INVALID_DOCUMENT({
    message: "a rule must be a map of fields",
    hint: "start with 'title: …'",
    place,
  });
}

function readRoot(
  source: RuleSource,
  root: YAMLMap,
  collection: RuleCollection,
  placeholders: PlaceholderValues,
): SigmaDocument | undefined {
  const node = collection.next(source, root);
  if (node === undefined) return undefined;
  const map = new MapReader(source, node, "the rule");
  if (map.has("correlation")) return readCorrelationRule(map);
  return map.has("filter") ? readFilterRule(map, placeholders) : readSigmaRule(map, placeholders);
}

/** The shared parts of the documents of one file. */
class RuleCollection {
  #shared = new YAMLMap();
  #previous = new YAMLMap();

  /** The document with the parts it shares; undefined where it only says what others share. */
  next(source: RuleSource, document: YAMLMap): YAMLMap | undefined {
    const action = source.entries(document).find(({ key }) => key === "action");
    const value = isScalar(action?.value) ? scalarSource(action.value) : undefined;
    switch (value) {
      case undefined:
        return (this.#previous = merged(source, this.#shared, document));
      case "global":
        this.#shared = merged(source, this.#shared, document);
        return undefined;
      case "reset":
        this.#shared = new YAMLMap();
        return undefined;
      case "repeat":
        return (this.#previous = merged(source, this.#previous, document));
      default: {
        const hint = "actions are: global, reset, repeat";
        const place = source.placeOf(action!.value);
        throw sigmaErrors.INVALID_DOCUMENT({ message: `unknown action '${value}'`, hint, place });
      }
    }
  }
}

/** `over` laid on `base`: maps are merged, anything else is replaced. */
function merged(source: RuleSource, base: YAMLMap, over: YAMLMap): YAMLMap {
  if (base.items.length === 0) return over;
  const result = new YAMLMap();
  const overEntries = new Map(source.entries(over).map((entry) => [entry.key, entry]));
  for (const { key, keyNode, value } of source.entries(base)) {
    if (key === "action") continue;
    const other = overEntries.get(key);
    overEntries.delete(key);
    const both = isMap(value) && isMap(other?.value ?? null);
    const kept = both ? merged(source, value, other!.value as YAMLMap) : (other?.value ?? value);
    result.set(other?.keyNode ?? keyNode, kept);
  }
  for (const [key, { keyNode, value }] of overEntries) if (key !== "action") result.set(keyNode, value);
  if (over.range) result.range = over.range;
  return result;
}
