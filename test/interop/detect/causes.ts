/**
 * Why hits of the two engines differ. Each cause is something that was added to the other engine, alone: a difference is
 * explained only if with that addition it finds the same rule on the same event. So an explanation is a run, not an opinion.
 */
import { channelOf, PUBLISHED } from "./engine-hits.ts";
import type { OwnRun, PeerRun } from "./engine-hits.ts";

export interface Cause {
  /** As `clients/sigma_to_sqlite.py` calls it. */
  readonly name: string;
  readonly differs: string;
  readonly added: string;
  /** Only hits on such events can have it. */
  readonly channels: RegExp;
}

export const CAUSES: readonly Cause[] = [
  {
    name: "filtering-platform",
    differs:
      "`network_connection` means Sysmon's event 3 to pySigma; to Spoor also event 5156 of the Windows Filtering Platform",
    added: "5156 under the names of Sysmon's event 3",
    channels: /^security$/i,
  },
  {
    name: "process-audit",
    differs:
      "pySigma translates four fields of event 4688; Spoor all that have a counterpart, `IntegrityLevel` and `User` among them",
    added: "4688 under the names of Sysmon's event 1",
    channels: /^security$/i,
  },
  {
    name: "keywords",
    differs:
      "pySigma's SQLite backend refuses words that are bound to no field; Spoor looks for them in all values",
    added: "a column with all values of the event",
    channels: /./,
  },
  {
    name: "unnamed-values",
    differs:
      "Winlogbeat calls values without a name `param1`, `param2`, …; rules call them `Data`, and Spoor gives them that name too",
    added: "a column `Data` with them",
    channels: /./,
  },
  {
    name: "names-with-spaces",
    differs: "Defender's fields have spaces (`Source Name`); rules leave them out, and Spoor takes both",
    added: "the names without spaces",
    channels: /Windows Defender/,
  },
];

export interface Comparison {
  readonly equal: number;
  /** Cause → hits that Spoor alone has, by it. */
  readonly explained: ReadonlyMap<string, number>;
  readonly unexplained: readonly string[];
  /** Hits that the other engine has, as published or with an addition, and Spoor has not. */
  readonly missing: readonly string[];
}

export function compare(own: OwnRun, peer: PeerRun): Comparison {
  const explained = new Map<string, number>();
  const unexplained: string[] = [];
  let equal = 0;
  for (const hit of own.hits.keys()) {
    const ways = peer.hits.get(hit);
    if (ways?.has(PUBLISHED) === true) {
      equal++;
      continue;
    }
    const cause = CAUSES.find(
      ({ name, channels }) => ways?.has(name) === true && channels.test(channelOf(hit)),
    );
    if (cause === undefined) unexplained.push(hit);
    else explained.set(cause.name, (explained.get(cause.name) ?? 0) + 1);
  }
  const missing = [...peer.hits.keys()].filter((hit) => !own.hits.has(hit));
  return { equal, explained, unexplained, missing };
}
