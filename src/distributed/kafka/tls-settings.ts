/** The `ssl.*` part of a cluster's settings: PEM throughout, a key store may also be PKCS#12. */
import { dirname, resolve } from "node:path";
import type { PropertyReader } from "./property-reader.ts";

export interface TlsSettings {
  /** PEM; absent: the authorities that Node trusts. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** PKCS#12 with certificate and key. */
  readonly pfx?: Buffer;
  readonly passphrase?: string;
  /** Set where the host's name is not to be held against the certificate. */
  readonly checkServerIdentity?: () => undefined;
}

type ReadFile = (path: string) => Buffer;

const STORE_TYPES = ["JKS", "PKCS12", "PEM"] as const;

/** Undefined where the protocol is without TLS. */
export function tlsSettings(
  reader: PropertyReader,
  wanted: boolean,
  readFile: ReadFile,
): TlsSettings | undefined {
  const trust = trustSettings(reader, readFile, wanted);
  const identity = identitySettings(reader, readFile, wanted);
  const check = reader.text("ssl.endpoint.identification.algorithm");
  if (!wanted) return undefined;
  return { ...trust, ...identity, ...(check === "" ? { checkServerIdentity: () => undefined } : {}) };
}

function trustSettings(reader: PropertyReader, readFile: ReadFile, wanted: boolean): Pick<TlsSettings, "ca"> {
  const inline = reader.text("ssl.truststore.certificates");
  const location = reader.text("ssl.truststore.location");
  reader.oneOf("ssl.truststore.type", STORE_TYPES, "PEM");
  reader.text("ssl.truststore.password");
  if (!wanted) return {};
  if (inline !== undefined) return { ca: inline };
  if (location === undefined) return {};
  const bytes = storeFile(reader, "ssl.truststore.location", location, readFile);
  if (isPem(bytes)) return { ca: bytes.toString("latin1") };
  throw notPem(reader, "ssl.truststore.location", location);
}

function identitySettings(reader: PropertyReader, readFile: ReadFile, wanted: boolean): TlsSettings {
  const chain = reader.text("ssl.keystore.certificate.chain");
  const key = reader.text("ssl.keystore.key");
  const location = reader.text("ssl.keystore.location");
  reader.oneOf("ssl.keystore.type", STORE_TYPES, "PEM");
  const passphrase = reader.text("ssl.key.password") ?? reader.text("ssl.keystore.password");
  reader.text("ssl.keystore.password");
  if (!wanted) return {};
  const secret = passphrase === undefined ? {} : { passphrase };
  if (chain !== undefined || key !== undefined) {
    if (chain !== undefined && key !== undefined) return { cert: chain, key, ...secret };
    const missing = chain === undefined ? "ssl.keystore.certificate.chain" : "ssl.keystore.key";
    const there = chain === undefined ? "ssl.keystore.key" : "ssl.keystore.certificate.chain";
    throw reader.invalid(there, {
      message: `'${there}' needs '${missing}' beside it`,
      hint: `add '${missing}'`,
    });
  }
  if (location === undefined) return {};
  const bytes = storeFile(reader, "ssl.keystore.location", location, readFile);
  if (isPem(bytes)) {
    const pem = bytes.toString("latin1");
    return { cert: pem, key: pem, ...secret };
  }
  // A DER sequence: PKCS#12, which the TLS library reads itself.
  if (bytes[0] === 0x30) return { pfx: bytes, ...secret };
  throw notPem(reader, "ssl.keystore.location", location);
}

function storeFile(reader: PropertyReader, key: string, location: string, readFile: ReadFile): Buffer {
  try {
    return readFile(resolve(dirname(reader.fileName), location));
  } catch (cause) {
    throw reader.invalid(key, {
      message: `the file '${location}' of '${key}' cannot be read`,
      detail: cause instanceof Error ? cause.message : String(cause),
      hint: "check the path, which begins at the folder of the settings file, and the file's permissions",
      cause,
    });
  }
}

function isPem(bytes: Buffer): boolean {
  return bytes.includes("-----BEGIN ");
}

function notPem(reader: PropertyReader, key: string, location: string): Error {
  const convert =
    key === "ssl.truststore.location"
      ? `keytool -exportcert -rfc -keystore ${location} -alias <name> -file truststore.pem`
      : `keytool -importkeystore -srckeystore ${location} -destkeystore keystore.p12 -deststoretype PKCS12`;
  return reader.unsupported(key, {
    message: `the store '${location}' is not PEM`,
    detail: "Java key stores (JKS) can be read by Java only",
    hint: `convert it: ${convert}`,
  });
}
