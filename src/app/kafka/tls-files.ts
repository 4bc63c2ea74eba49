/**
 * The PEM files of the Kafka listener's TLS, read and held against each other before anything listens: what OpenSSL would
 * answer with a number is said in words, with the file it is about.
 */
import { X509Certificate, createPrivateKey } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { brokerErrors } from "../../broker/errors.ts";
import type { TlsOptions } from "../../broker/listener/kafka-listener.ts";

export interface TlsFiles {
  /** The listener's certificate, then those that lead to the authority. */
  readonly certificate: string;
  readonly key: string;
  readonly keyPassword?: string | undefined;
  /** Authorities of client certificates; present: clients must show one. */
  readonly clientCa?: string | undefined;
}

export interface TlsMaterial {
  readonly options: TlsOptions;
  /** When the listener's certificate ends. */
  readonly expiresMs: number;
  /** What works and will be refused by clients. */
  readonly warnings: readonly string[];
}

const CERTIFICATES = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** @throws BROKER_INVALID_TLS */
export function readTlsFiles(files: TlsFiles, nowMs: number): TlsMaterial {
  const cert = contentOf(files.certificate, "certificate");
  const keyText = contentOf(files.key, "key");
  const [own, ...others] = certificatesOf(files.certificate, cert, "spoor.kafka.tls.certificate");
  const key = privateKeyOf(files, keyText);
  if (!own!.checkPrivateKey(key)) {
    const isLater = others.some((other) => other.checkPrivateKey(key));
    throw brokerErrors.INVALID_TLS({
      message: `key '${files.key}' does not belong to the certificate in '${files.certificate}'`,
      detail: `the certificate is that of ${subjectOf(own!)}`,
      hint: isLater
        ? "put the listener's own certificate first, then those that lead to the authority"
        : "name the key that the certificate was made for with spoor.kafka.tls.key",
    });
  }
  const clientCa = files.clientCa === undefined ? undefined : contentOf(files.clientCa, "authorities'");
  if (files.clientCa !== undefined) {
    certificatesOf(files.clientCa, clientCa!, "spoor.kafka.tls.client.ca");
  }
  const expiresMs = Date.parse(own!.validTo);
  return {
    options: { cert, key: keyText, passphrase: files.keyPassword, clientCa },
    expiresMs,
    warnings: validityWarnings(own!, files.certificate, nowMs),
  };
}

function contentOf(path: string, what: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw brokerErrors.INVALID_TLS({
      message: `the ${what} file '${path}' can't be read`,
      detail: cause instanceof Error ? cause.message : String(cause),
      hint: "check the path, which is relative to where the server was started, and who may read the file",
      cause,
    });
  }
}

function certificatesOf(path: string, text: string, property: string): X509Certificate[] {
  const blocks = text.match(CERTIFICATES);
  if (blocks === null) {
    const isKey = text.includes("PRIVATE KEY-----");
    throw brokerErrors.INVALID_TLS({
      message: `'${path}' holds no PEM certificate`,
      detail: isKey ? "it holds a private key" : undefined,
      hint: `${property} takes '-----BEGIN CERTIFICATE-----' blocks; openssl x509 -inform der makes them of DER`,
    });
  }
  return blocks.map((block, index) => {
    try {
      return new X509Certificate(block);
    } catch (cause) {
      throw brokerErrors.INVALID_TLS({
        message: `certificate ${index + 1} in '${path}' is damaged`,
        detail: cause instanceof Error ? cause.message : String(cause),
        hint: "copy the file again, whole",
        cause,
      });
    }
  });
}

function privateKeyOf({ key: path, keyPassword }: TlsFiles, text: string): KeyObject {
  try {
    return createPrivateKey({
      key: text,
      format: "pem",
      ...(keyPassword === undefined ? {} : { passphrase: keyPassword }),
    });
  } catch (cause) {
    throw brokerErrors.INVALID_TLS({
      message: `'${path}' holds no private key that can be used`,
      detail: cause instanceof Error ? cause.message : String(cause),
      hint: keyHint(text, keyPassword),
      cause,
    });
  }
}

function keyHint(text: string, password: string | undefined): string {
  if (/ENCRYPTED/.test(text)) {
    return password === undefined
      ? "the key has a password: give it with spoor.kafka.tls.key.password"
      : "spoor.kafka.tls.key.password is not the key's";
  }
  return "spoor.kafka.tls.key takes one '-----BEGIN PRIVATE KEY-----' block";
}

function validityWarnings(certificate: X509Certificate, path: string, nowMs: number): string[] {
  const { validFrom, validTo } = certificate;
  if (nowMs > Date.parse(validTo)) {
    return [`the certificate in '${path}' ended on ${validTo}: clients will refuse it`];
  }
  if (nowMs < Date.parse(validFrom)) {
    return [`the certificate in '${path}' begins on ${validFrom}: clients will refuse it until then`];
  }
  return [];
}

function subjectOf({ subject }: X509Certificate): string {
  return `'${subject.replaceAll("\n", ", ")}'`;
}
