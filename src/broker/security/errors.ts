import { defineErrors } from "../../base/errors.ts";

export const securityErrors = defineErrors("BROKER", {
  SECURITY_FILE_DAMAGED: {
    kind: "io",
    summary: "The file with the Kafka listener's credentials and access rules cannot be read.",
    cure: "Restore it from a backup, or delete it and set credentials and rules again.",
  },
  SECURITY_FILE_FAILED: {
    kind: "io",
    summary: "The file with the Kafka listener's credentials and access rules cannot be written.",
    cure: "Check the disk and the permissions of the data directory.",
  },
});
