import { defineErrors } from "../../base/errors.ts";

/** Errors of the schema registry. Confluent's numeric codes for them stand in `src/server/registry/registry-error-response.ts`. */
export const schemaErrors = defineErrors("SCHEMA", {
  INVALID: {
    kind: "statement",
    summary: "The text is no valid schema of its type, or its type is none of AVRO, PROTOBUF and JSON.",
    cure: "Correct the place in the schema that the detail names.",
  },
  INCOMPATIBLE: {
    kind: "state",
    summary: "The schema does not fit the versions that are there, by the subject's compatibility level.",
    cure: "Change what the detail names, or set another level with PUT /config/<subject>.",
  },
  REFERENCE_UNKNOWN: {
    kind: "statement",
    summary: "A schema refers to a subject and version that are not there, or to itself in a circle.",
    cure: "Register the schema that is referred to first, and give its subject and version.",
  },
  TOO_LARGE: {
    kind: "usage",
    summary: "A schema is longer, or has more or deeper references, than the registry takes.",
    cure: "Split it into several schemas that refer to each other.",
  },
  UNKNOWN_SUBJECT: {
    kind: "state",
    summary: "No subject has this name, or all its versions are deleted.",
    cure: "Check the name with GET /subjects; ?deleted=true lists deleted ones as well.",
  },
  UNKNOWN_VERSION: {
    kind: "state",
    summary: "The subject has no such version.",
    cure: "Check the number with GET /subjects/<subject>/versions.",
  },
  UNKNOWN: {
    kind: "state",
    summary: "No schema has this id, or the subject has no such schema.",
    cure: "Check that producer and consumer use the same registry.",
  },
  SUBJECT_DELETED: {
    kind: "state",
    summary: "The subject is deleted already.",
    cure: "Delete it once more with ?permanent=true to remove it for good.",
  },
  SUBJECT_NOT_DELETED: {
    kind: "state",
    summary: "A subject must be deleted before it is deleted permanently.",
    cure: "Delete it without ?permanent=true first.",
  },
  VERSION_DELETED: {
    kind: "state",
    summary: "The version is deleted already.",
    cure: "Delete it once more with ?permanent=true to remove it for good.",
  },
  VERSION_NOT_DELETED: {
    kind: "state",
    summary: "A version must be deleted before it is deleted permanently.",
    cure: "Delete it without ?permanent=true first.",
  },
  LEVEL_NOT_SET: {
    kind: "state",
    summary: "The subject has no compatibility level of its own.",
    cure: "Ask with ?defaultToGlobal=true for the level that holds for it.",
  },
  MODE_NOT_SET: {
    kind: "state",
    summary: "The subject has no mode of its own.",
    cure: "Ask with ?defaultToGlobal=true for the mode that holds for it.",
  },
  REQUEST_INVALID: {
    kind: "usage",
    summary: "A request's body is JSON, but not what the registry's route takes.",
    cure: "Correct the fields that the detail names.",
  },
  INVALID_VERSION: {
    kind: "usage",
    summary: "A version is a number from 1 on, -1 or 'latest'.",
    cure: "Give one of these.",
  },
  INVALID_LEVEL: {
    kind: "usage",
    summary: "The setting of a subject, or of all, is not one that the registry knows.",
    cure: "Levels are NONE, BACKWARD, FORWARD, FULL and BACKWARD_TRANSITIVE, FORWARD_TRANSITIVE, FULL_TRANSITIVE.",
  },
  INVALID_MODE: {
    kind: "usage",
    summary: "The mode is not one that the registry knows.",
    cure: "Modes are READWRITE, READONLY, READONLY_OVERRIDE and IMPORT.",
  },
  INVALID_SUBJECT: {
    kind: "usage",
    summary: "The subject's name is empty, too long, reserved or in a context.",
    cure: "Use another name; contexts (':.name:') other than the default one are not kept.",
  },
  NOT_PERMITTED: {
    kind: "state",
    summary: "The mode of the registry or of the subject does not allow the change.",
    cure: "Ask for the mode with GET /mode/<subject>?defaultToGlobal=true, and change it with PUT /mode/<subject>.",
  },
  REFERENCED: {
    kind: "state",
    summary: "Other schemas refer to the one that was to be deleted.",
    cure: "Delete those first; GET /subjects/<subject>/versions/<version>/referencedby lists their ids.",
  },
  STORE_FAILED: {
    kind: "io",
    summary: "A change could not be written to the topic of schemas; nothing has changed.",
    cure: "The detail says why: free the cause and try again.",
  },
  REGISTRY_UNREACHABLE: {
    kind: "io",
    summary: "None of the addresses of ksql.schema.registry.url answered in time.",
    cure: "Check the addresses, and that the registry runs.",
  },
  REGISTRY_REFUSED: {
    kind: "io",
    summary: "The schema registry answered with an error.",
    cure: "The detail is the registry's own words; check user name and password where it says 401.",
  },
});
