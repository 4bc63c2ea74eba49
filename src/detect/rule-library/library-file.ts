/**
 * `library.yml`: where the rules of a library came from, and what a hunter decided about them. Made to be read and edited by
 * people and kept under version control, so an edit changes its own lines only: comments and order stay.
 *
 *     library: sigma-rules
 *     version: 1
 *     sources:
 *       windows: { from: sigma/rules/windows, imported: 2026-03-02T09:00:00.000Z, commit: 5f2a…, rules: 2407 }
 *     rules:
 *       36210e0d-5b19-485d-a087-c096088885f0:
 *         title: Suspicious PowerShell Parameter Substring
 *         disabled: { reason: the deployment tool does it, by: ann, when: 2026-03-02T09:10:00.000Z }
 *         level: low
 */
import { Document, isMap, parseDocument } from "yaml";
import { SpoorError } from "../../base/errors.ts";
import { MapReader } from "../rule/document-reader.ts";
import type { Disabling, RuleState, RuleStates } from "../rule/rule-state.ts";
import { isScalar, placeAt, RuleSource, scalarSource } from "../rule/rule-source.ts";
import type { RuleText } from "../rule/rule-source.ts";
import { LEVELS } from "../rule/sigma-document.ts";
import type { SigmaLevel } from "../rule/sigma-document.ts";
import { rulesErrors } from "./errors.ts";

/** Where some of a library's rules were taken from. */
export interface LibrarySource {
  /** The path, as it was named. */
  readonly from: string;
  /** When, ISO 8601, and by whom. */
  readonly imported: string | undefined;
  readonly by: string | undefined;
  /** Of a git checkout, where it stood. */
  readonly commit: string | undefined;
  /** What was left out: rules for other products, rules of lower levels. */
  readonly only: string | undefined;
  readonly level: SigmaLevel | undefined;
}

export interface LibraryContent {
  readonly sources: ReadonlyMap<string, LibrarySource>;
  readonly rules: RuleStates;
}

const VERSION = "1";
const HEAD =
  " Sigma rules as 'spoor rules import|enable|disable|tune' keep them; may be edited by hand and put under version control.";

/** @throws SpoorError RULES_LIBRARY_INVALID with the place in the text */
export function readLibraryText(file: RuleText): LibraryContent {
  const document = parsed(file);
  try {
    if (!isMap(document.contents)) throw invalid(file, "it is no map", "begin with 'library: sigma-rules'");
    const source = new RuleSource(file, document.contents, document);
    const root = new MapReader(source, document.contents, "the library");
    if (root.text("library") !== "sigma-rules") throw root.missing("library", "library: sigma-rules");
    if (root.requiredText("version", `version: ${VERSION}`) !== VERSION)
      throw root.invalid(
        `version '${root.text("version")}' is not known`,
        root.entry("version")!.value,
        `this Spoor reads version ${VERSION}`,
      );
    return { sources: section(root, "sources", readSource), rules: section(root, "rules", readState) };
  } catch (error) {
    if (!(error instanceof SpoorError) || error.code === "RULES_LIBRARY_INVALID") throw error;
    const { message, hint, place } = error;
    throw rulesErrors.LIBRARY_INVALID({ message: `${message} in '${file.file}'`, hint, place });
  }
}

/** Changes to a library's file, comments kept. */
export class LibraryEdit {
  readonly #document: Document;

  /** Without a text, a new file. @throws SpoorError RULES_LIBRARY_INVALID */
  constructor(file: RuleText | undefined) {
    if (file === undefined) {
      this.#document = new Document({ library: "sigma-rules", version: 1 });
      this.#document.commentBefore = HEAD;
      return;
    }
    readLibraryText(file);
    this.#document = parsed(file);
  }

  text(): string {
    return this.#document.toString({ lineWidth: 0, flowCollectionPadding: true });
  }

  setSource(name: string, source: LibrarySource): void {
    this.#document.setIn(["sources", name], this.#document.createNode(withoutEmpty(source)));
  }

  setDisabled(key: string, title: string, disabling: Disabling | undefined): void {
    this.#setState(key, title, "disabled", disabling === undefined ? undefined : withoutEmpty(disabling));
  }

  setLevel(key: string, title: string, level: SigmaLevel | undefined): void {
    this.#setState(key, title, "level", level);
  }

  /** An entry that says nothing any more is taken away. */
  #setState(key: string, title: string, part: string, value: object | string | undefined): void {
    const document = this.#document;
    if (value !== undefined) {
      if (!document.hasIn(["rules", key])) document.setIn(["rules", key], document.createNode({ title }));
      document.setIn(["rules", key, part], document.createNode(value));
      return;
    }
    if (!document.hasIn(["rules", key])) return;
    document.deleteIn(["rules", key, part]);
    const rest = document.getIn(["rules", key]);
    const isEmpty =
      !isMap(rest) || rest.items.every((item) => isScalar(item.key) && item.key.value === "title");
    if (isEmpty) document.deleteIn(["rules", key]);
  }
}

function parsed(file: RuleText): Document {
  const document = parseDocument(file.text, { prettyErrors: false, uniqueKeys: true });
  const fault = document.errors[0];
  if (fault === undefined) return document;
  const detail = fault.message.split("\n")[0]!;
  throw rulesErrors.LIBRARY_INVALID({
    message: `'${file.file}' is not readable YAML`,
    detail,
    place: placeAt(file, fault.pos[0], fault.pos[1]),
  });
}

function invalid(file: RuleText, detail: string, hint: string): SpoorError {
  const message = `'${file.file}' is no library`;
  return rulesErrors.LIBRARY_INVALID({ message, detail, hint, place: placeAt(file, 0, 1) });
}

function section<T>(root: MapReader, name: string, read: (map: MapReader) => T): Map<string, T> {
  const found = new Map<string, T>();
  if (!root.has(name)) return found;
  const map = root.map(name, `${name}: a map`);
  for (const key of map.keys()) found.set(key, read(map.map(key, `${key}: a map`)));
  return found;
}

function readSource(map: MapReader): LibrarySource {
  return {
    from: map.requiredText("from", "from: the path it was imported from"),
    imported: map.text("imported"),
    by: map.text("by"),
    commit: map.text("commit"),
    only: map.text("only"),
    level: map.choice("level", LEVELS),
  };
}

function readState(map: MapReader): RuleState {
  return { disabled: readDisabling(map), level: map.choice("level", LEVELS) };
}

/** `disabled: true` is enough for a hand. */
function readDisabling(map: MapReader): Disabling | undefined {
  const node = map.entry("disabled")?.value ?? null;
  if (isMap(node)) {
    const of = map.map("disabled", "disabled: { reason: … }");
    return { reason: of.text("reason"), by: of.text("by"), when: of.text("when") };
  }
  if (!map.has("disabled")) return undefined;
  const text = isScalar(node) ? scalarSource(node) : "";
  if (text === "false") return undefined;
  if (text === "true") return { reason: undefined, by: undefined, when: undefined };
  throw map.invalid("'disabled' must be true, false or a map", node, "disabled: { reason: too many hits }");
}

function withoutEmpty(parts: object): object {
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined));
}
