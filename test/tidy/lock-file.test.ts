/**
 * A lock file that holds on every platform: each native package's platform packages are all in it (npm leaves out what
 * was not served, silently, and then `npm ci` fails elsewhere), and it carries no download addresses.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "./source-tree.ts";

interface LockedPackage {
  readonly resolved?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const lock = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")) as {
  readonly packages: Readonly<Record<string, LockedPackage>>;
};
const packages = Object.entries(lock.packages);

test("every optional dependency is locked", () => {
  const missing = packages.flatMap(([path, { optionalDependencies }]) =>
    Object.keys(optionalDependencies ?? {})
      .filter((name) => !packages.some(([other]) => other.endsWith(`node_modules/${name}`)))
      .map((name) => `${path} → ${name}`),
  );
  expect(missing).toEqual([]);
});

test("no download addresses", () => {
  expect(packages.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([]);
});

test("licences of what ships are compatible with Apache-2.0", () => {
  const compatible =
    /^(?:\(?(?:MIT|MIT-0|Apache-2\.0|BSD-[23]-Clause|ISC|0BSD|BlueOak-1\.0\.0|CC0-1\.0|Unlicense)(?: (?:OR|AND) [\w.-]+)*\)?)$/;
  const others = packages.filter(
    ([path, { license, dev }]) => path !== "" && dev !== true && !compatible.test(license ?? "none"),
  );
  expect(others.map(([path, { license }]) => `${path}: ${license ?? "no licence field"}`)).toEqual([]);
});
