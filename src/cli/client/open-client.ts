import type { OptionValues } from "../options/option-values.ts";
import { parseServerAddress } from "./server-address.ts";
import { SpoorClient } from "./spoor-client.ts";

/** The client that --server and --timeout ask for. */
export function openClient(options: OptionValues): SpoorClient {
  return new SpoorClient(parseServerAddress(options.requiredText("server")), timeoutMs(options));
}

export function timeoutMs(options: OptionValues): number {
  return options.requiredNumber("timeout") * 1000;
}
