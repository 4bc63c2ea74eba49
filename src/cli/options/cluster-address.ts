import { resolve } from "node:path";
import type { Invocation } from "../command-definition.ts";
import { cliErrors } from "../errors.ts";
import type { ClusterAddress } from "../server-launcher.ts";

/**
 * Undefined: topics are the process's own.
 * @throws CLI_BAD_OPTION
 */
export function clusterAddress({ options, workingDirectory }: Invocation): ClusterAddress | undefined {
  const bootstrap = options.text("kafka");
  const file = options.text("kafka-config");
  if (bootstrap === undefined && file === undefined) return undefined;
  const listen = options.isGiven("kafka-listen") ? options.requiredText("kafka-listen") : "off";
  if (!/^(?:off|none)$/i.test(listen)) {
    throw cliErrors.BAD_OPTION({
      message: "a server on a Kafka cluster opens no Kafka port of its own",
      detail: `--kafka-listen is '${listen}'`,
      hint: "leave --kafka-listen out: clients talk to the cluster",
    });
  }
  return { bootstrap, configFile: file === undefined ? undefined : resolve(workingDirectory, file) };
}
