/** Modules as Node itself loads them: in this process the public interface is there twice, and nothing may mind. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { errorText } from "../../base/error-text.ts";
import { FunctionRegistry } from "../registry.ts";
import { evaluateText } from "../testing/evaluate.ts";
import { checkExamples } from "./example-check.ts";
import { loadFunctionFolder } from "./module-loader.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spoor-ext-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function load(files: Readonly<Record<string, string>>) {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const registry = FunctionRegistry.builtin().extend();
  return { registry, ...loadFunctionFolder(folder, registry) };
}

function declaration(name: string, result = "1"): string {
  return `scalar({ name: "${name}", description: "D.", parameters: [], returns: "INT", evaluate: () => ${result} })`;
}
const IMPORT = 'import { scalar } from "spoor/functions";\n';

test("every kind of module, named, default, lists; shared code in subfolders", () => {
  const { modules, problems, registry } = load({
    "a.mjs": `${IMPORT}import { two } from "./lib/two.ts";\nexport const f = ${declaration("A", "two")};`,
    "b.js": `${IMPORT}export default [${declaration("B")}, ${declaration("B2")}];\nexport const limit = 3;`,
    "c.cjs": `const { scalar } = require("spoor/functions");\nmodule.exports = ${declaration("C")};`,
    "d.ts": `${IMPORT}interface Unused { readonly a: number }\nexport const f = ${declaration("D", "(3 as number)")};`,
    "lib/two.ts": "export const two: number = 2;\n",
    "types.d.ts": "export {};\n",
    "_draft.js": "throw new Error('not loaded');\n",
    "notes.md": "# Notes\n",
  });
  expect(problems).toEqual([]);
  expect(modules.map(({ functions }) => functions)).toEqual([["A"], ["B", "B2"], ["C"], ["D"]]);
  const values = ["A()", "B()", "B2()", "C()", "D()"].map((sql) =>
    evaluateText(sql, { functions: registry }),
  );
  expect(values).toEqual(["2", "1", "1", "1", "3"]);
});

test("each failure has its file and line, and the others are loaded", () => {
  const { modules, problems } = load({
    "a-throws.mjs": `${IMPORT}\nexport default 1;\nnothingHere();\n`,
    "b-syntax.ts": "export const x: number = ;\n",
    "c-import.mjs": 'import { scalars } from "spoor/functions";\n',
    "d-gone.mjs": 'export const a = 1;\nimport "./gone.mjs";\n',
    "e-await.mjs": "await Promise.resolve();\n",
    "f-nothing.mjs": "export const x = 1;\n",
    "g-plain.mjs": 'export const f = { name: "F", evaluate: () => 1 };\n',
    "h-enum.ts": "export const a = 1;\nenum Colour { Red }\n",
    "z-good.mjs": `${IMPORT}export default ${declaration("GOOD")};`,
  });
  expect(modules.map(({ functions }) => functions)).toEqual([["GOOD"]]);
  expect(problems.map(({ message }) => message)).toEqual([
    "module 'a-throws.mjs', line 4: nothingHere is not defined",
    "module 'b-syntax.ts', line 1: Expression expected",
    expect.stringContaining("module 'c-import.mjs', line 1: The requested module 'spoor/functions'"),
    expect.stringMatching(/^module 'd-gone.mjs', line 2: Cannot find module/),
    "module 'e-await.mjs': a module of functions can't have a top-level await",
    "module 'f-nothing.mjs': it exports no function",
    "module 'g-plain.mjs', line 1: its export 'f' is a plain object: pass it to scalar(), aggregate() or table()",
    "module 'h-enum.ts', line 2: TypeScript enum is not supported in strip-only mode",
  ]);
  expect(errorText(problems[0])).toContain("4 | nothingHere();");
});

test("examples are tried", () => {
  const examples = `examples: [{ sql: "F()", result: "1" }, { sql: "F()", result: "2" }, { sql: "F(1)", result: "1" }]`;
  const { registry } = load({
    "a.mjs": `${IMPORT}export default ${declaration("F")};`.replace("returns:", `${examples}, returns:`),
  });
  expect(checkExamples(registry.get("F"), registry)).toEqual([
    { sql: "F()", expected: "1", given: "1" },
    { sql: "F()", expected: "2", given: "1" },
    {
      sql: "F(1)",
      expected: "1",
      given: undefined,
      failure: "function 'F' does not accept parameters (INTEGER)",
    },
  ]);
});
