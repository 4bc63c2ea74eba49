import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  sampleCertificate,
  sampleClientCertificate,
  sampleClientKey,
  sampleKey,
} from "../../broker/listener/sample-certificate.ts";
import { ManualTimers } from "../../base/timers.ts";
import { readTlsFiles } from "./tls-files.ts";
import { reloadTls } from "./tls-reload.ts";

const NOW = Date.UTC(2030, 0, 1);
const contents: Readonly<Record<string, string>> = {
  "cert.pem": sampleCertificate,
  "key.pem": sampleKey,
  "chain.pem": sampleCertificate + sampleClientCertificate,
  "reversed.pem": sampleClientCertificate + sampleCertificate,
  "other.key": generateKeyPairSync("ec", { namedCurve: "P-256" })
    .privateKey.export({ type: "pkcs8", format: "pem" })
    .toString(),
  "locked.key": createPrivateKey(sampleKey)
    .export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "open" })
    .toString(),
  "empty.pem": "",
  "damaged.pem": sampleCertificate.replace("MIIBmjCC", "MIIBmjC!"),
};

let folder: string;
const at = (name: string): string => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "spoor-tls-"));
  for (const [name, text] of Object.entries(contents)) writeFileSync(at(name), text);
});
afterAll(() => rmSync(folder, { recursive: true }));

function read(certificate: string, key: string, more: { keyPassword?: string; clientCa?: string } = {}) {
  const clientCa = more.clientCa === undefined ? undefined : at(more.clientCa);
  return readTlsFiles({ certificate: at(certificate), key: at(key), ...more, clientCa }, NOW);
}

describe("TLS files that can be used", () => {
  test.each([
    ["cert.pem", "key.pem", {}],
    ["chain.pem", "key.pem", { clientCa: "chain.pem" }],
    ["cert.pem", "locked.key", { keyPassword: "open" }],
  ] as const)("%s and %s", (certificate, key, more) => {
    const { options, expiresMs, warnings } = read(certificate, key, more);
    expect(options.cert).toBe(contents[certificate]);
    expect(new Date(expiresMs).getUTCFullYear()).toBe(2126);
    expect(warnings).toEqual([]);
  });

  test("a certificate that has ended, or has not begun, is warned of", () => {
    const files = { certificate: at("cert.pem"), key: at("key.pem") };
    const warnings = (year: number) => readTlsFiles(files, Date.UTC(year, 0, 1)).warnings;
    expect(warnings(2200)).toEqual([expect.stringContaining("ended on Oct 28")]);
    expect(warnings(2000)).toEqual([expect.stringContaining("clients will refuse it until then")]);
  });
});

describe("TLS files that cannot are named, with the cure", () => {
  test.each([
    ["missing.pem", "key.pem", {}, /certificate file .*missing.pem' can't be read/, /check the path/],
    ["cert.pem", "missing.key", {}, /key file .*missing.key' can't be read/, /check the path/],
    ["key.pem", "key.pem", {}, /holds no PEM certificate/, /^spoor.kafka.tls.certificate takes/],
    ["empty.pem", "key.pem", {}, /empty.pem' holds no PEM certificate/, /takes '-----BEGIN/],
    ["damaged.pem", "key.pem", {}, /certificate 1 in .*damaged.pem' is damaged/, /copy the file again/],
    ["cert.pem", "cert.pem", {}, /holds no private key/, /takes one '-----BEGIN PRIVATE KEY/],
    ["cert.pem", "locked.key", {}, /holds no private key/, /give it with spoor.kafka.tls.key.password/],
    ["cert.pem", "locked.key", { keyPassword: "shut" }, /holds no private key/, /is not the key's/],
    ["cert.pem", "other.key", {}, /does not belong to the certificate/, /was made for/],
    ["reversed.pem", "key.pem", {}, /does not belong to the certificate/, /own certificate first/],
    ["cert.pem", "key.pem", { clientCa: "missing" }, /authorities' file .*missing' can't be read/, /path/],
    ["cert.pem", "key.pem", { clientCa: "key.pem" }, /no PEM certificate/, /^spoor.kafka.tls.client.ca/],
  ] as const)("%s and %s %j", (certificate, key, more, message, hint) => {
    expect(() => read(certificate, key, more)).toThrow(
      expect.objectContaining({
        code: "BROKER_INVALID_TLS",
        message: expect.stringMatching(message) as string,
        hint: expect.stringMatching(hint) as string,
      }),
    );
  });
});

test("files that change are used; ones that do not fit are told of once, until they do", () => {
  const timers = new ManualTimers(NOW);
  const files = { certificate: at("live.pem"), key: at("live.key") };
  const put = (certificate: string, key: string): void => {
    writeFileSync(files.certificate, certificate);
    writeFileSync(files.key, key);
  };
  put(sampleCertificate, sampleKey);
  const used: unknown[] = [];
  const reports: string[] = [];
  const stop = reloadTls({
    files,
    clock: timers,
    timers,
    use: ({ options }) => used.push(options.cert),
    report: (message) => reports.push(message),
  });
  timers.advance(300_000);
  expect([used, reports]).toEqual([[], []]);
  put(sampleClientCertificate, `${sampleKey}\n`);
  timers.advance(300_000);
  expect(used).toEqual([]);
  expect(reports).toEqual([expect.stringContaining("does not belong to the certificate")]);
  put(sampleClientCertificate, sampleClientKey);
  timers.advance(60_000);
  expect(used).toEqual([sampleClientCertificate]);
  stop();
  expect(timers.waiting).toBe(0);
});
