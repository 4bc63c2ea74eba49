/** What has become of this process's Kafka listener, for the metrics and the doctor. */
import type { Broker } from "../../broker/start-broker.ts";

export type KafkaPortState =
  | { readonly kind: "off" }
  /** The server went on without, since the address was taken. */
  | { readonly kind: "taken"; readonly place: string }
  | {
      readonly kind: "open";
      readonly place: string;
      readonly broker: Broker;
      /** `SASL_SSL` and the like, as clients call it. */
      readonly protocol: string;
      /** Rules decide what clients may do. */
      readonly authorizes: boolean;
      /** When the certificate ends; undefined without TLS. */
      readonly certificateExpiresMs: () => number | undefined;
    };

export class KafkaPort {
  state: KafkaPortState = { kind: "off" };
}

/** IPv6 addresses stand in brackets. */
export function placeText({ host, port }: { readonly host: string; readonly port: number }): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
