/**
 * Credentials, access rules and quotas on disk: one JSON file that only its owner can read, replaced in one step. They are not in
 * a topic, since whoever may read topics would see them, and since the file must be readable before the log is: who may
 * connect is decided before anything else. What a change was answered for is on the device (`fsync` of file and directory).
 */
import {
  closeSync,
  fchmodSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { securityErrors } from "./errors.ts";

const base64 = z.base64();
const credentialSchema = z.strictObject({
  user: z.string(),
  mechanism: z.string(),
  salt: base64,
  iterations: z.int(),
  storedKey: base64,
  serverKey: base64,
});
const ruleSchema = z.strictObject({
  resourceType: z.int(),
  patternType: z.int(),
  name: z.string(),
  principal: z.string(),
  host: z.string(),
  operation: z.int(),
  permission: z.int(),
});
/** Names: null is the default of users or client ids; left out: the quota is not about them. */
const quotaSchema = z.strictObject({
  user: z.string().nullable().optional(),
  clientId: z.string().nullable().optional(),
  limits: z.strictObject({
    producer_byte_rate: z.int().positive().optional(),
    consumer_byte_rate: z.int().positive().optional(),
  }),
});
const fileSchema = z.strictObject({
  version: z.literal(1),
  credentials: z.array(credentialSchema),
  rules: z.array(ruleSchema),
  quotas: z.array(quotaSchema).default([]),
});

export type StoredCredential = Readonly<z.infer<typeof credentialSchema>>;
export type StoredRule = Readonly<z.infer<typeof ruleSchema>>;

export type StoredQuota = Readonly<z.infer<typeof quotaSchema>>;

export interface StoredSecurity {
  readonly credentials: readonly StoredCredential[];
  readonly rules: readonly StoredRule[];
  readonly quotas: readonly StoredQuota[];
}

export interface SecurityStore {
  /** @throws BROKER_SECURITY_FILE_DAMAGED */
  load(): StoredSecurity;
  /** Replaces the part. @throws BROKER_SECURITY_FILE_FAILED; what was stored stays */
  save(part: Partial<StoredSecurity>): void;
}

const nothing: StoredSecurity = { credentials: [], rules: [], quotas: [] };

export function memorySecurityStore(stored: Partial<StoredSecurity> = {}): SecurityStore {
  let present = { ...nothing, ...stored };
  return {
    load: () => present,
    save(part) {
      present = { ...present, ...part };
    },
  };
}

export function fileSecurityStore(path: string): SecurityStore {
  let present: StoredSecurity | undefined;
  const load = (): StoredSecurity => (present ??= readSecurityFile(path));
  return {
    load,
    save(part) {
      const next = { ...load(), ...part };
      replaceSecurityFile(path, next);
      present = next;
    },
  };
}

function readSecurityFile(path: string): StoredSecurity {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return nothing;
    throw damaged(path, error);
  }
  try {
    const { credentials, rules, quotas } = fileSchema.parse(JSON.parse(text));
    return { credentials, rules, quotas };
  } catch (error) {
    throw damaged(path, error);
  }
}

function damaged(path: string, error: unknown): Error {
  return securityErrors.SECURITY_FILE_DAMAGED({
    message: `file '${path}' with credentials and access rules cannot be read`,
    detail: error instanceof z.ZodError ? z.prettifyError(error) : String(error),
    hint: "restore it from a backup, or delete it and set credentials and rules again",
    cause: error,
  });
}

function replaceSecurityFile(path: string, stored: StoredSecurity): void {
  const temporary = `${path}.tmp`;
  try {
    const file = openSync(temporary, "w", 0o600);
    try {
      // One that a crash left behind may have other rights.
      fchmodSync(file, 0o600);
      writeFileSync(file, `${JSON.stringify({ version: 1, ...stored }, null, 1)}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
    flushDirectory(dirname(path));
  } catch (error) {
    removeQuietly(temporary);
    throw securityErrors.SECURITY_FILE_FAILED({
      message: `file '${path}' with credentials and access rules cannot be written`,
      detail: String(error),
      hint: "check the disk and the permissions of the data directory",
      cause: error,
    });
  }
}

/** Makes the new name durable. Windows has no such call, and does without. */
function flushDirectory(directory: string): void {
  if (process.platform === "win32") return;
  const handle = openSync(directory, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** What failed has been told; what is left of it may stay. */
function removeQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    return;
  }
}
