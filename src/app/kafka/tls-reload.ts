/**
 * Looks whether the TLS files have changed and has the listener show the new ones: certificates that a machine renews need no
 * restart. Files are looked at, not watched, since renewing often means moving a link. What cannot be used is reported once,
 * and the certificate before stays.
 */
import { statSync } from "node:fs";
import type { Clock } from "../../base/clock.ts";
import type { Timers } from "../../base/timers.ts";
import { readTlsFiles } from "./tls-files.ts";
import type { TlsFiles, TlsMaterial } from "./tls-files.ts";

const LOOK_MS = 60_000;

export interface TlsReloadOptions {
  readonly files: TlsFiles;
  readonly clock: Clock;
  readonly timers: Timers;
  /** @throws BROKER_INVALID_TLS */
  readonly use: (material: TlsMaterial) => void;
  readonly report: (message: string) => void;
}

/** Returns what ends it. */
export function reloadTls(options: TlsReloadOptions): () => void {
  const { files, clock, timers, use, report } = options;
  let seen = stamp(files);
  let cancel: () => void;
  const look = (): void => {
    const present = stamp(files);
    if (present !== seen) {
      seen = present;
      try {
        const material = readTlsFiles(files, clock.nowMs());
        use(material);
        for (const warning of material.warnings) report(warning);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        report(`the Kafka listener keeps its certificate, the changed files are not used: ${reason}`);
      }
    }
    cancel = timers.after(LOOK_MS, look);
  };
  cancel = timers.after(LOOK_MS, look);
  return () => cancel();
}

/** Changes when one of the files does; a file that is missing has a stamp, too. */
function stamp({ certificate, key, clientCa }: TlsFiles): string {
  return [certificate, key, ...(clientCa === undefined ? [] : [clientCa])]
    .map((path) => {
      const found = statSync(path, { throwIfNoEntry: false });
      return found === undefined ? "-" : `${found.ino} ${found.mtimeMs} ${found.size}`;
    })
    .join("\n");
}
