/**
 * Where a lake lies, as a person names it: a folder, `s3://bucket/prefix`, `az://container/prefix`. Tables have places in it, such
 * as `silver/Process`. Credentials are not in the name: they come from the environment under the names that the stores' own
 * tools use, and never appear in a message.
 */
import { join, resolve } from "node:path";
import type { Clock } from "../../base/clock.ts";
import { lakeErrors } from "../errors.ts";
import { AzureStore } from "./azure-store.ts";
import type { AzureCredential } from "./azure-store.ts";
import { LocalStore } from "./local-store.ts";
import { S3Store } from "./s3-store.ts";
import type { TableStore } from "./table-store.ts";

export interface LakeLocation {
  /** As a person calls it: an absolute folder or a URL. The same place has one name. */
  readonly name: string;
  /** The folder of this machine that the database reads and writes: the lake's own, or the cache's. */
  readonly localFolder: string;
  readonly isRemote: boolean;
  /** A table's store; `""` is the lake's root. Of an object store the same one each time: it knows what was fetched. */
  store(place: string): TableStore;
}

export interface LocationOptions {
  /** Relative folders start here. */
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where files of an object store are kept on this machine; this process's alone. */
  readonly cacheFolder: string;
  readonly clock: Clock;
}

const S3_VARIABLES = "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_ENDPOINT_URL";
const AZURE_VARIABLES =
  "AZURE_STORAGE_CONNECTION_STRING, or AZURE_STORAGE_ACCOUNT with AZURE_STORAGE_KEY or AZURE_STORAGE_SAS_TOKEN";

/** Whether a text names an object store, not a folder. */
export function isStoreUrl(text: string): boolean {
  return /^[a-z][a-z0-9+]+:\/\//i.test(text);
}

/** @throws SpoorError LAKE_LOCATION_INVALID for a scheme that is not spoken, a missing bucket, missing credentials */
export function lakeLocation(text: string, options: LocationOptions): LakeLocation {
  if (!isStoreUrl(text)) return folderLocation(resolve(options.workingDirectory, text));
  const [scheme, rest] = [
    text.slice(0, text.indexOf("://")).toLowerCase(),
    text.slice(text.indexOf("://") + 3),
  ];
  if (scheme === "file") return folderLocation(resolve(rest));
  if (scheme === "s3" || scheme === "s3a") return s3Location(text, rest, options);
  if (scheme === "az" || scheme === "azure") return azureLocation(text, rest, undefined, options);
  if (scheme === "abfss" || scheme === "abfs" || scheme === "wasbs") return blobUrl(text, rest, options);
  throw invalid(
    text,
    `the scheme '${scheme}' is not known`,
    "a folder, s3://bucket/prefix or az://container/prefix",
  );
}

/** @param folder absolute */
export function folderLocation(folder: string): LakeLocation {
  return {
    name: folder,
    localFolder: folder,
    isRemote: false,
    store: (place) => new LocalStore(join(folder, place)),
  };
}

/** Bucket or container, and the prefix below it without slashes at its ends. */
function parts(text: string, rest: string): { readonly root: string; readonly prefix: string } {
  const [root, ...path] = rest.split("/").filter((part) => part !== "");
  if (root === undefined || path.includes("..") || /[?#]/.test(rest))
    throw invalid(text, "it names no bucket or container", "s3://bucket/prefix or az://container/prefix");
  return { root, prefix: path.join("/") };
}

function below(prefix: string, place: string): string {
  return [prefix, place].filter((part) => part !== "").join("/");
}

function s3Location(text: string, rest: string, options: LocationOptions): LakeLocation {
  const { environment, cacheFolder, clock } = options;
  const { root: bucket, prefix } = parts(text, rest);
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = environment;
  if (accessKeyId === undefined || secretAccessKey === undefined)
    throw invalid(text, "the environment has no credentials for it", `set ${S3_VARIABLES}`);
  const endpoint = environment["AWS_ENDPOINT_URL_S3"] ?? environment["AWS_ENDPOINT_URL"];
  const sessionToken = environment["AWS_SESSION_TOKEN"];
  const common = {
    bucket,
    region: environment["AWS_REGION"] ?? environment["AWS_DEFAULT_REGION"] ?? "us-east-1",
    accessKeyId,
    secretAccessKey,
    cacheFolder,
    clock,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(sessionToken === undefined ? {} : { sessionToken }),
  };
  return remote(`s3://${below(bucket, prefix)}`, cacheFolder, (place) => {
    return new S3Store({ ...common, prefix: below(prefix, place) });
  });
}

/** `container@account.dfs.core.windows.net/prefix`, as Hadoop and Spark write it. */
function blobUrl(text: string, rest: string, options: LocationOptions): LakeLocation {
  const match = /^([^@/]+)@([^./]+)\.(?:dfs|blob)\.[^/]+(?:\/(.*))?$/.exec(rest);
  if (match === null)
    throw invalid(
      text,
      "it names no container and account",
      "abfss://container@account.dfs.core.windows.net/prefix",
    );
  return azureLocation(text, `${match[1]!}/${match[3] ?? ""}`, match[2]!, options);
}

function azureLocation(
  text: string,
  rest: string,
  account: string | undefined,
  { environment, cacheFolder, clock }: LocationOptions,
): LakeLocation {
  const { root: container, prefix } = parts(text, rest);
  const credential = azureCredential(environment, account);
  if (credential === undefined)
    throw invalid(text, "the environment has no credentials for it", `set ${AZURE_VARIABLES}`);
  const endpoint = environment["AZURE_STORAGE_ENDPOINT"];
  const common = {
    container,
    credential,
    cacheFolder,
    clock,
    ...(endpoint === undefined ? {} : { endpoint }),
  };
  return remote(`az://${below(container, prefix)}`, cacheFolder, (place) => {
    return new AzureStore({ ...common, prefix: below(prefix, place) });
  });
}

function azureCredential(
  environment: LocationOptions["environment"],
  named: string | undefined,
): AzureCredential | undefined {
  const {
    AZURE_STORAGE_CONNECTION_STRING: text,
    AZURE_STORAGE_KEY: key,
    AZURE_STORAGE_SAS_TOKEN: token,
  } = environment;
  const account = named ?? environment["AZURE_STORAGE_ACCOUNT"];
  if (account !== undefined && key !== undefined) return { kind: "key", account, key };
  if (account !== undefined && token !== undefined) return { kind: "signature", account, token };
  return text === undefined ? undefined : { kind: "connection", text };
}

function remote(name: string, cacheFolder: string, store: (place: string) => TableStore): LakeLocation {
  const stores = new Map<string, TableStore>();
  return {
    name,
    localFolder: cacheFolder,
    isRemote: true,
    store: (place) => {
      const known = stores.get(place) ?? store(place);
      stores.set(place, known);
      return known;
    },
  };
}

function invalid(text: string, detail: string, hint: string): Error {
  // A URL may carry a credential before its '@' or behind its '?'.
  const shown = text.replace(/\/\/[^/@]*:[^/@]*@/, "//…@").replace(/\?.*/s, "?…");
  return lakeErrors.LOCATION_INVALID({ message: `'${shown}' is no place for a lake`, detail, hint });
}
