import { describe, expect, test } from "vitest";
import { ManualClock } from "../../base/clock.ts";
import { lakeLocation } from "./lake-location.ts";
import type { LakeLocation } from "./lake-location.ts";

const AWS = { AWS_ACCESS_KEY_ID: "key", AWS_SECRET_ACCESS_KEY: "hidden", AWS_REGION: "eu-test" };
const AZURE = { AZURE_STORAGE_ACCOUNT: "me", AZURE_STORAGE_KEY: "aGlkZGVu" };

function at(text: string, environment: Readonly<Record<string, string>> = {}): LakeLocation {
  return lakeLocation(text, {
    workingDirectory: "/cases",
    environment,
    cacheFolder: "/cache",
    clock: new ManualClock(0),
  });
}

test.each([
  ["lake", {}, "/cases/lake", "/cases/lake/silver/Process"],
  ["/srv/lake", {}, "/srv/lake", "/srv/lake/silver/Process"],
  ["file:///srv/lake", {}, "/srv/lake", "/srv/lake/silver/Process"],
  ["s3://bucket", AWS, "s3://bucket", "s3://bucket/silver/Process"],
  ["s3a://bucket/a//b/", AWS, "s3://bucket/a/b", "s3://bucket/a/b/silver/Process"],
  ["az://box/a", AZURE, "az://box/a", "az://box/a/silver/Process"],
  ["abfss://box@me.dfs.core.windows.net/a/", AZURE, "az://box/a", "az://box/a/silver/Process"],
  ["az://box", { AZURE_STORAGE_CONNECTION_STRING: "x" }, "az://box", "az://box/silver/Process"],
  ["az://box", { AZURE_STORAGE_ACCOUNT: "me", AZURE_STORAGE_SAS_TOKEN: "?sig=x" }, "az://box", "az://box/t"],
])("'%s' with %o is %s", (text, environment, name, table) => {
  const location = at(text, environment);
  expect(location.name).toBe(name);
  expect(location.store(table.endsWith("/t") ? "t" : "silver/Process").location).toBe(table);
  expect(location.localFolder).toBe(location.isRemote ? "/cache" : name);
});

describe("is refused", () => {
  test.each([
    ["gs://bucket/x", {}, "the scheme 'gs' is not known"],
    ["s3://", AWS, "it names no bucket or container"],
    ["s3://bucket/../other", AWS, "it names no bucket or container"],
    ["s3://bucket", {}, "the environment has no credentials for it"],
    ["az://box", { AZURE_STORAGE_ACCOUNT: "me" }, "the environment has no credentials for it"],
    ["abfss://box/x", AZURE, "it names no container and account"],
  ])("'%s' with %o: %s", (text, environment, detail) => {
    expect(() => at(text, environment)).toThrow(
      expect.objectContaining({ code: "LAKE_LOCATION_INVALID", detail }),
    );
  });

  test("and what may be a credential in it is not shown", () => {
    expect(() => at("gs://user:secret@bucket/x?sig=secret")).toThrow(
      "'gs://…@bucket/x?…' is no place for a lake",
    );
  });
});
