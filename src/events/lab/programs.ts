import { SeededRandom } from "../../base/random.ts";
import { escaped } from "./event-kind.ts";
import { hexText } from "./hex.ts";
import { earlyRows, laterRows, toolRows, WINDOWS_VENDOR } from "./program-catalogue.ts";
import type { NetworkUse, ProgramRow, RunsAs } from "./program-catalogue.ts";
import type { HostRole } from "./site.ts";

/** A program of the lab; all texts are escaped. */
export interface Program {
  readonly image: string;
  readonly fileVersion: string;
  readonly description: string;
  readonly product: string;
  readonly company: string;
  readonly commandLines: readonly string[];
  readonly hashes: string;
  /** Image of the usual parent. */
  readonly parent: string;
  readonly runsAs: RunsAs;
  readonly roles: readonly HostRole[];
  /** How often it is started, against the others. */
  readonly weight: number;
  /** Runs since before the recording: its own creation is in no log. */
  readonly isEarly: boolean;
  readonly network: NetworkUse;
}

function programs(rows: readonly ProgramRow[], isEarly: boolean): readonly Program[] {
  return rows.map(([image, description, commandLines, parent, runsAs, roles, weight, network, vendor]) => {
    const [fileVersion, product, company] = (vendor ??
      (image === "System" ? ["", "", ""] : WINDOWS_VENDOR)) as string[];
    return {
      image: escaped(image),
      fileVersion: escaped(fileVersion!),
      description: escaped(description),
      product: escaped(product!),
      company: escaped(company!),
      commandLines: commandLines.map(escaped),
      hashes: hashesOf(image),
      parent: escaped(parent),
      runsAs,
      roles,
      weight,
      isEarly,
      network,
    };
  });
}

/** The same file has the same hashes in every lab. */
export function hashesOf(file: string): string {
  let seed = 0x811c9dc5;
  for (let i = 0; i < file.length; i++) seed = Math.imul(seed ^ file.charCodeAt(i), 0x01000193);
  const random = new SeededRandom(seed);
  const [sha1, md5, sha256, imphash] = [40, 32, 64, 32].map((digits) => hexText(random, digits));
  return `SHA1=${sha1},MD5=${md5},SHA256=${sha256},IMPHASH=${imphash}`;
}

export const EARLY_PROGRAMS = programs(earlyRows, true);
export const LATER_PROGRAMS = programs(laterRows, false);
const TOOLS = programs(toolRows, false);

/** The program of that (unescaped) image. */
export function programOf(image: string): Program {
  const wanted = escaped(image);
  const found = [...LATER_PROGRAMS, ...TOOLS, ...EARLY_PROGRAMS].find((program) => program.image === wanted);
  if (found === undefined) throw new Error(`the lab has no program '${image}'`);
  return found;
}
