/** SigmaHQ's regression data: beside the events that a rule must hit, an `info.yml` that says which and how often. */
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { parseDocument } from "yaml";
import { sigmaErrors } from "../errors.ts";
import { MapReader } from "../rule/document-reader.ts";
import { isMap, isSeq, RuleSource } from "../rule/rule-source.ts";
import type { Node } from "../rule/rule-source.ts";

export interface RegressionCase {
  readonly ruleId: string;
  /** The rule's title as the case gives it. */
  readonly title: string;
  readonly name: string;
  /** How the events are recorded: `evtx`. */
  readonly type: string;
  readonly path: string;
  /** How often the rule hits; 1 where the case does not say. */
  readonly matchCount: number;
}

/**
 * The cases below a folder, in the order of their paths.
 * @throws SpoorError SIGMA_REGRESSION_UNREADABLE
 */
export function findRegressionCases(folder: string): RegressionCase[] {
  let files: string[];
  try {
    files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
      (file) => basename(file) === "info.yml",
    );
  } catch (cause) {
    const message = `folder '${folder}' cannot be read`;
    throw sigmaErrors.REGRESSION_UNREADABLE({
      message,
      detail: String(cause),
      hint: "check the path",
      cause,
    });
  }
  if (files.length === 0) {
    const message = `folder '${folder}' holds no regression data`;
    throw sigmaErrors.REGRESSION_UNREADABLE({ message, hint: "name a folder with info.yml files below it" });
  }
  return files.toSorted().flatMap((file) => readCases(join(folder, file)));
}

function readCases(path: string): RegressionCase[] {
  const text = readFileSync(path, "utf8");
  const yaml = parseDocument(text, { prettyErrors: false, logLevel: "silent" });
  const source = new RuleSource({ text, file: path }, yaml.contents, yaml);
  if (yaml.errors.length > 0 || !isMap(yaml.contents)) {
    const message = "info.yml is no YAML map";
    throw sigmaErrors.REGRESSION_UNREADABLE({
      message,
      hint: "correct the file",
      place: source.placeOf(yaml.contents),
    });
  }
  const map = new MapReader(source, yaml.contents, "info.yml");
  const rules = maps(source, map.entry("rule_metadata")?.value ?? null);
  const tests = maps(source, map.entry("regression_tests_info")?.value ?? null);
  return rules.flatMap((rule) =>
    tests.map((test) => ({
      ruleId: rule.requiredText("id", "id: the rule's id"),
      title: rule.text("title") ?? "",
      name: test.text("name") ?? "",
      type: test.requiredText("type", "type: evtx"),
      // Paths are written from the root of the rules' repository; the events stand beside the file.
      path: join(dirname(path), basename(test.requiredText("path", "path: events.evtx"))),
      matchCount: Number(test.text("match_count") ?? 1),
    })),
  );
}

function maps(source: RuleSource, node: Node | null): MapReader[] {
  if (!isSeq(node)) return [];
  return source
    .items(node)
    .flatMap((item) => (isMap(item) ? [new MapReader(source, item, "the entry")] : []));
}
