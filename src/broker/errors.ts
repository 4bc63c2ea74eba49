import { defineErrors } from "../base/errors.ts";

export const brokerErrors = defineErrors("BROKER", {
  ADDRESS_IN_USE: {
    kind: "io",
    summary: "The Kafka listener's address is taken or not allowed.",
    cure: "Stop the other process, or give another address with --kafka-listen.",
  },
  INVALID_TLS: {
    kind: "usage",
    summary: "The certificate or key of the Kafka listener cannot be used.",
    cure: "Give a PEM certificate chain and the private key that belongs to it.",
  },
});
