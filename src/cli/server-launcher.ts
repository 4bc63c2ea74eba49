import { catalogueOf, useCatalogue } from "../attack/catalogue/current-catalogue.ts";
import type { ListenAddress } from "./client/server-address.ts";
import type { KafkaListenAddress } from "./options/kafka-listen.ts";

/** How to reach a Kafka cluster. */
export interface ClusterAddress {
  /** `host:port[,host:port…]`; undefined: as the file says. */
  readonly bootstrap: string | undefined;
  /** A properties file. */
  readonly configFile: string | undefined;
}

/** What `serve` and `demo` ask of the server. */
export interface ServerOptions {
  readonly dataDir: string;
  /** Port 0 takes a free one. */
  readonly http: ListenAddress;
  /** Undefined: no Kafka listener. */
  readonly kafkaListen: KafkaListenAddress | undefined;
  /** Topics are a Kafka cluster's. */
  readonly cluster?: ClusterAddress | undefined;
  /** Headless: the statements of this file run, and no others. */
  readonly queriesFile: string | undefined;
  /** Server properties, `ksql.*`. */
  readonly properties: Readonly<Record<string, string>>;
  readonly log: LogLevel;
}

export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";

export interface RunningServer {
  /** Where HTTP answers, with the port that was taken. */
  readonly url: string;
  /** `host:port` of the Kafka listener. */
  readonly kafka?: string | undefined;
  /** The optional address of the Kafka listener, which somebody else has taken. */
  readonly kafkaTaken?: string | undefined;
  /** Stops in good order: queries commit, topics are closed. */
  close(): Promise<void>;
}

export type StartServer = (options: ServerOptions) => Promise<RunningServer>;

/** Loads the server only when one is started: clients do without engine, log and HTTP server. */
export const startServer: StartServer = async (options) => {
  useCatalogue(catalogueOf(options.dataDir));
  const server = await import("../server/start.ts");
  return server.startServer(options);
};
