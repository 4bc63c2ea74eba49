import { defineErrors } from "../base/errors.ts";

/** Errors of reading ATT&CK's facts and of what is asked of them. */
export const attackErrors = defineErrors("ATTACK", {
  BUNDLE_DAMAGED: {
    kind: "usage",
    summary:
      "A file that should be ATT&CK's STIX bundle is none, or an object in it lacks what a technique or tactic needs.",
    cure: "Fetch the bundle 'enterprise-attack.json' again from MITRE; the detail names the object.",
  },
  BUNDLE_DOMAIN: {
    kind: "usage",
    summary: "A STIX bundle is of another domain of ATT&CK than Enterprise.",
    cure: "Give the bundle of Enterprise ATT&CK.",
  },
  BUNDLE_VERSION: {
    kind: "usage",
    summary: "A STIX bundle does not say which version of ATT&CK it holds, and none was given.",
    cure: "Give the version with --attack-version, as MITRE's page of versions has it: 18.1.",
  },
  CATALOGUE_DAMAGED: {
    kind: "io",
    summary: "A catalogue file that 'spoor attack update' wrote cannot be read.",
    cure: "Remove the file, which leaves the catalogue that comes with Spoor, or run 'spoor attack update' again.",
  },
  TECHNIQUE_UNKNOWN: {
    kind: "usage",
    summary: "ATT&CK has no technique or tactic of that id or title.",
    cure: "The hint names the nearest one; 'spoor attack search' finds techniques by words.",
  },
  COUNTS_DAMAGED: {
    kind: "usage",
    summary: "A file of technique counts is neither JSON lines nor CSV, or names no technique.",
    cure: "Give objects with a technique and a count, CSV with such columns, or one technique id a line.",
  },
});
