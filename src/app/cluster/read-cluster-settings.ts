/** How to reach a cluster, from the command line's words and its file. */
import { readFileSync } from "node:fs";
import { clusterSettings } from "../../distributed/kafka/cluster-settings.ts";
import type { ClusterSettings } from "../../distributed/kafka/cluster-settings.ts";
import { appErrors } from "../errors.ts";

/** @throws APP_CLUSTER_FILE_UNREADABLE, CLUSTER_INVALID_SETTING, CLUSTER_UNSUPPORTED_SETTING */
export function readClusterSettings(
  {
    bootstrap,
    configFile,
  }: { readonly bootstrap: string | undefined; readonly configFile: string | undefined },
  warn: (line: string) => void,
): ClusterSettings {
  const settings =
    configFile === undefined
      ? clusterSettings(bootstrap)
      : clusterSettings(bootstrap, textOf(configFile), configFile);
  for (const line of settings.warnings) warn(line);
  return settings;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw appErrors.CLUSTER_FILE_UNREADABLE({
      message: `the cluster's settings '${file}' can't be read`,
      detail: cause instanceof Error ? cause.message : String(cause),
      hint: "name the client.properties of the cluster with --kafka-config",
      cause,
    });
  }
}
