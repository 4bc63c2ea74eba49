import { describe, expect, test } from "vitest";
import { SpoorError } from "../../base/errors.ts";
import { clusterSettings } from "./cluster-settings.ts";
import type { ReadFile } from "./cluster-settings.ts";
import { parseJaasConfig } from "./jaas-config.ts";
import { parseProperties } from "./properties-file.ts";

const files: Readonly<Record<string, Buffer>> = {
  "/etc/spoor/ca.pem": Buffer.from("-----BEGIN CERTIFICATE-----\nca\n-----END CERTIFICATE-----\n"),
  "/etc/spoor/client.pem": Buffer.from("-----BEGIN PRIVATE KEY-----\n…"),
  "/etc/spoor/client.p12": Buffer.from([0x30, 0x82, 0x01]),
  "/etc/spoor/client.jks": Buffer.from([0xfe, 0xed, 0xfe, 0xed]),
};

const readFile: ReadFile = (path) => {
  const found = files[path];
  if (found === undefined) throw new Error(`ENOENT: ${path}`);
  return found;
};

function settings(text: string, bootstrap: string | undefined = "kafka:9092") {
  return clusterSettings(bootstrap, text, "/etc/spoor/kafka.properties", readFile);
}

function refusal(text: string, bootstrap?: string): SpoorError {
  try {
    settings(text, bootstrap);
  } catch (error) {
    if (error instanceof SpoorError) return error;
  }
  throw new Error("it was accepted");
}

test("properties files are read as Java reads them", () => {
  const text =
    "# comment\n! another\na=1\n b : two words \nc three\nd=x\\\n   y\\\n z\ne\\=f=\\u00e9\\t|\r\ng=\nh\n";
  const pairs = parseProperties(text).map(({ key, value, span }) => [key, value, span.line]);
  expect(pairs).toEqual([
    ["a", "1", 3],
    ["b", "two words", 4],
    ["c", "three", 5],
    ["d", "xyz", 6],
    ["e=f", "é\t|", 9],
    ["g", "", 10],
    ["h", "", 11],
  ]);
  const [, , , d] = parseProperties(text);
  expect(text.slice(d!.span.start, d!.span.end)).toBe("d=x\\\n   y\\\n z");
});

test("JAAS configurations have a module and options", () => {
  const text = ` a.b.ScramLoginModule required\n username="al\\"ice" password='p;w' tokenauth=true ; `;
  const parsed = parseJaasConfig(text)!;
  expect(parsed.loginModule).toBe("ScramLoginModule");
  expect(Object.fromEntries(parsed.options)).toEqual({
    username: 'al"ice',
    password: "p;w",
    tokenauth: "true",
  });
  expect(parseJaasConfig('a.B required user="x"')).toBeUndefined();
  expect(parseJaasConfig("a.B user=x;")).toBeUndefined();
});

describe("settings", () => {
  test("without a file: defaults of Kafka's clients", () => {
    expect(clusterSettings("a:1, b,[::1]:3,SASL_SSL://c:4")).toMatchObject({
      bootstrap: [
        { host: "a", port: 1 },
        { host: "b", port: 9092 },
        { host: "::1", port: 3 },
        { host: "c", port: 4 },
      ],
      tls: undefined,
      sasl: undefined,
      clientId: "spoor",
      requestTimeoutMs: 30_000,
      compression: "none",
      warnings: [],
    });
  });

  test("addresses come from the command line, else from the file", () => {
    expect(settings("bootstrap.servers=x:1", "y:2").bootstrap).toEqual([{ host: "y", port: 2 }]);
    expect(clusterSettings(undefined, "bootstrap.servers=x:1").bootstrap).toEqual([{ host: "x", port: 1 }]);
    expect(() => clusterSettings(undefined, "")).toThrow(/no address/);
    expect(() => clusterSettings("a:b")).toThrow(/'a:b' is no address/);
    expect(() => clusterSettings("a:99999")).toThrow(/is no address/);
  });

  test("TLS by PEM or PKCS#12, with and without the host's name", () => {
    const both = "security.protocol=ssl\nssl.truststore.location=ca.pem\n";
    expect(
      settings(`${both}ssl.keystore.location=/etc/spoor/client.pem\nssl.key.password=pw`).tls,
    ).toMatchObject({
      ca: expect.stringContaining("BEGIN CERTIFICATE"),
      cert: expect.stringContaining("BEGIN PRIVATE KEY"),
      passphrase: "pw",
    });
    expect(settings(`${both}ssl.keystore.location=client.p12`).tls?.pfx).toEqual(
      files["/etc/spoor/client.p12"],
    );
    expect(settings(both).tls?.checkServerIdentity).toBeUndefined();
    const unnamed = settings(`${both}ssl.endpoint.identification.algorithm=`);
    expect(unnamed.tls?.checkServerIdentity?.()).toBeUndefined();
    expect(unnamed.tls).toHaveProperty("checkServerIdentity");
    const inline = "security.protocol=SSL\nssl.truststore.certificates=-----BEGIN CERTIFICATE-----\\n…\n";
    expect(settings(inline).tls?.ca).toContain("BEGIN CERTIFICATE-----\n");
  });

  test("SASL by password and by token", () => {
    const scram =
      "security.protocol=SASL_PLAINTEXT\nsasl.mechanism=SCRAM-SHA-512\n" +
      'sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required \\\n username="a" password="b";\n';
    expect(settings(scram).sasl).toEqual({ mechanism: "SCRAM-SHA-512", username: "a", password: "b" });
    const oauth =
      "security.protocol=SASL_SSL\nsasl.mechanism=OAUTHBEARER\nsasl.oauthbearer.token.endpoint.url=https://id/token\n" +
      'sasl.jaas.config=a.OAuthBearerLoginModule required clientId="c" clientSecret="s" extension_logicalCluster="lkc";\n';
    expect(settings(oauth)).toMatchObject({
      sasl: { mechanism: "OAUTHBEARER", extensions: { logicalCluster: "lkc" } },
      tls: {},
      warnings: [],
    });
  });

  test("what has no effect and what is not known is told with its line", () => {
    const { warnings } = settings("group.id=x\nclient.di=y\nrequest.timeout.ms=1\n");
    expect(warnings).toEqual([
      "/etc/spoor/kafka.properties, line 1: setting 'group.id' has no effect here",
      "/etc/spoor/kafka.properties, line 2: setting 'client.di' is not known; did you mean 'client.id'?",
    ]);
  });
});

test.each([
  ["security.protocol=TLS", "INVALID_SETTING", /cannot be 'TLS'/, /SASL_SSL/],
  ["\nrequest.timeout.ms=soon", "INVALID_SETTING", /cannot be 'soon'/, /whole number/],
  ["security.protocol=SASL_SSL", "UNSUPPORTED_SETTING", /Kerberos/, /SCRAM-SHA-256/],
  [
    "security.protocol=SASL_SSL\nsasl.mechanism=PLAIN",
    "INVALID_SETTING",
    /needs a user name/,
    /PlainLoginModule required/,
  ],
  [
    "security.protocol=SASL_SSL\nsasl.mechanism=PLAIN\nsasl.jaas.config=x",
    "INVALID_SETTING",
    /cannot be read/,
    /semicolon/,
  ],
  [
    "security.protocol=SASL_SSL\nsasl.mechanism=OAUTHBEARER",
    "INVALID_SETTING",
    /needs 'sasl.oauthbearer/,
    /token endpoint/,
  ],
  [
    "security.protocol=SSL\nssl.truststore.location=client.jks",
    "UNSUPPORTED_SETTING",
    /is not PEM/,
    /keytool -exportcert/,
  ],
  [
    "security.protocol=SSL\nssl.keystore.location=client.jks",
    "UNSUPPORTED_SETTING",
    /is not PEM/,
    /-deststoretype PKCS12/,
  ],
  [
    "security.protocol=SSL\nssl.keystore.location=none.pem",
    "INVALID_SETTING",
    /cannot be read/,
    /folder of the settings file/,
  ],
  [
    "security.protocol=SSL\nssl.keystore.key=x",
    "INVALID_SETTING",
    /needs 'ssl.keystore.certificate.chain'/,
    /add/,
  ],
  ["compression.type=lz4", "UNSUPPORTED_SETTING", /can be read but not written/, /zstd/],
])("%j is refused with place and cure", (text, code, message, hint) => {
  const error = refusal(text);
  expect(error.code).toBe(`CLUSTER_${code}`);
  expect(error.message).toMatch(message);
  expect(error.hint).toMatch(hint);
  const key = /'([a-z.]+\.[a-z.]+)'/.exec(error.message)?.[1];
  if (key !== undefined && text.includes(`${key}=`))
    expect(error.place?.file).toBe("/etc/spoor/kafka.properties");
  if (text.startsWith("\n")) expect(error.place?.span.line).toBe(2);
});
