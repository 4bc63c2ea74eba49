/**
 * Writes the catalogue of ATT&CK that comes with Spoor from MITRE's STIX bundle (.json or .json.gz):
 *
 *     node scripts/build-attack.ts enterprise-attack-18.1.json.gz [version]
 *
 * The version is needed only where the bundle does not say it.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { gunzipSync } from "node:zlib";
import { catalogueFileText } from "../src/attack/catalogue/catalogue-file.ts";
import { readBundle } from "../src/attack/stix/read-bundle.ts";

const [file, version] = process.argv.slice(2);
if (file === undefined) throw new Error("name the STIX bundle: node scripts/build-attack.ts FILE [version]");

const bytes = readFileSync(file);
const text = (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString("utf8");
const facts = readBundle(text, { file: basename(file), version });
writeFileSync(
  new URL("../src/attack/catalogue/enterprise-attack.json", import.meta.url),
  catalogueFileText(facts),
);
const live = facts.techniques.filter(({ status }) => status === "live").length;
process.stdout.write(
  `ATT&CK ${facts.version}: ${live} techniques, ${facts.techniques.length - live} old ones\n`,
);
