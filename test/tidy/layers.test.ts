/**
 * Layers that cannot rot: what a folder of `src` may import is listed here, and nothing else. Changing the table is a
 * decision (docs/decisions).
 */
import { expect, test } from "vitest";
import { imports, sourceFiles } from "./source-tree.ts";

const MODEL = ["base", "data"];
const STREAMS = [...MODEL, "sql", "formats", "functions"];

const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  base: [],
  data: ["base"],
  sql: MODEL,
  formats: MODEL,
  functions: [...MODEL, "attack"],
  events: [...MODEL, "attack"],
  attack: MODEL,
  api: MODEL,
  log: MODEL,
  lake: [...MODEL, "events"],
  plan: STREAMS,
  engine: [...STREAMS, "log", "plan"],
  broker: [...MODEL, "log"],
  detect: [...STREAMS, "log", "plan", "engine", "events", "attack"],
  connect: [...MODEL, "log", "events", "attack", "lake"],
  distributed: [...STREAMS, "log", "plan", "engine", "broker"],
  app: [
    ...STREAMS,
    "log",
    "plan",
    "engine",
    "broker",
    "events",
    "attack",
    "lake",
    "detect",
    "connect",
    "distributed",
    "api",
  ],
  server: [...MODEL, "api", "app", "broker"],
  cli: [...MODEL, "sql", "api", "events", "attack", "lake", "detect", "server", "testing"],
  testing: [...STREAMS, "log", "plan", "engine", "events", "api", "app"],
};

/** Packages that open sockets, files of other systems or native databases belong to one folder each. */
const PACKAGE_HOMES: Readonly<Record<string, readonly string[]>> = {
  fastify: ["server"],
  lmdb: ["engine"],
  "@node-rs/crc32": ["log"],
  commander: ["cli"],
  yauzl: ["events"],
  "tar-stream": ["events"],
  "prom-client": ["app", "server"],
  saxes: ["events"],
  "@duckdb/node-api": ["lake"],
  aws4fetch: ["lake"],
  "@platformatic/kafka": ["distributed"],
  "@azure/storage-blob": ["lake"],
  nodemailer: ["connect"],
};

const files = sourceFiles("src");
const isTest = (path: string): boolean => /\.test\.ts$|\/(fake|sample)-[^/]+\.ts$|-arbitrary\.ts$/.test(path);

function folderOf(path: string): string | undefined {
  return /^src\/([^/]+)\//.exec(path)?.[1];
}

test("imports go down only", () => {
  const wrong: string[] = [];
  for (const file of files) {
    const folder = folderOf(file.path)!;
    const allowed = ALLOWED[folder];
    if (allowed === undefined) wrong.push(`${file.path}: folder '${folder}' is not in the table`);
    for (const { target } of imports(file)) {
      const other = folderOf(target);
      if (other === undefined || other === folder || isTest(file.path)) continue;
      if (allowed?.includes(other) !== true) wrong.push(`${file.path} imports ${target}`);
    }
  }
  expect(wrong).toEqual([]);
});

test("a package is used where it belongs", () => {
  const wrong: string[] = [];
  for (const file of files.filter(({ path }) => !isTest(path))) {
    for (const { target } of imports(file)) {
      const home = PACKAGE_HOMES[target];
      if (home !== undefined && !home.includes(folderOf(file.path)!))
        wrong.push(`${file.path} imports ${target}`);
    }
  }
  expect(wrong).toEqual([]);
});

test("files do not import each other in a circle", () => {
  const graph = new Map<string, string[]>();
  for (const file of files) {
    // Type-only circles vanish at run time; between files of one folder they are two halves of one concept.
    const valueText = file.text.replaceAll(/(?:^|\n)\s*(?:import|export) type [^;]*;/g, "\n");
    graph.set(
      file.path,
      imports({ ...file, text: valueText }).map(({ target }) => target),
    );
  }
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) circles.push([...trail.slice(trail.indexOf(path)), path].join(" → "));
    if (done.has(path) || trail.includes(path)) return;
    for (const target of graph.get(path) ?? []) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  expect(circles).toEqual([]);
});
