/** Where the corpus lies, and its files by suite. */
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { SpoorError } from "../../../src/base/errors.ts";
import type { CaseFile, CorpusCase } from "./case-form.ts";
import { parseJson } from "./lossless-json.ts";

const REPOSITORY = fileURLToPath(new URL("../../../", import.meta.url));

/** `ksql-conformance` in the folder of shared data: `../shared` beside the repository, or SPOOR_SHARED. */
export function defaultCorpus(): string {
  return join(process.env["SPOOR_SHARED"] ?? join(REPOSITORY, "..", "shared"), "ksql-conformance");
}

/** @throws SpoorError where the folder is none of a corpus */
export function corpusSuites(corpus: string): readonly string[] {
  const suites = existsSync(corpus)
    ? readdirSync(corpus).filter((name) => statSync(join(corpus, name)).isDirectory())
    : [];
  if (suites.length > 0) return suites;
  throw new SpoorError(
    { code: "CONFORMANCE_NO_CORPUS", kind: "usage", summary: "", cure: "" },
    {
      message: `no conformance corpus in '${corpus}'`,
      hint: "give the folder with --corpus, or that of the shared data with SPOOR_SHARED",
    },
  );
}

/** Names of a suite's case files, without `.json`, sorted; none where the corpus lacks the suite. */
export function suiteFiles(corpus: string, suite: string): readonly string[] {
  const folder = join(corpus, suite);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .map((name) => name.slice(0, -".json".length))
    .toSorted();
}

/** The cases of a file that upstream runs. */
export function readCases(corpus: string, suite: string, file: string): readonly CorpusCase[] {
  const text = readFileSync(join(corpus, suite, `${file}.json`), "utf8");
  const { cases } = parseJson(text) as unknown as CaseFile;
  return cases.filter((test) => test.enabled !== false);
}
