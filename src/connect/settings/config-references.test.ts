import { describe, expect, test } from "vitest";
import { checkReferences, isReferenceAlone, resolveReferences } from "./config-references.ts";
import type { ReferenceSource } from "./config-references.ts";
import { literalSecrets, shownProperties } from "./shown-properties.ts";

const FILES: Readonly<Record<string, string>> = {
  "/etc/spoor.properties": "# ours\nslack.url = https://hooks.example/T1/B1\nother: x=y\n",
  "/run/secrets/token": "t0ken\n",
};
const source: ReferenceSource = {
  environment: { SMTP_PASSWORD: "pa$$word" },
  readFile: (path) => {
    const text = FILES[path];
    if (text === undefined) throw new Error("ENOENT");
    return text;
  },
};

function resolved(value: string): string {
  return resolveReferences(new Map([["a", value]]), source).get("a")!;
}

describe("references", () => {
  test.each([
    ["${env:SMTP_PASSWORD}", "pa$$word"],
    ["${file:/etc/spoor.properties:slack.url}", "https://hooks.example/T1/B1"],
    ["${file:/etc/spoor.properties:other}", "x=y"],
    ["Bearer ${directory:/run/secrets:token}", "Bearer t0ken"],
    ["plain ${x} $", "plain ${x} $"],
  ])("%s", (value, expected) => {
    expect(() => checkReferences("a", value)).not.toThrow();
    expect(resolved(value)).toBe(expected);
  });

  test.each([
    ["${env:NOTHING}", "no variable 'NOTHING'", "start the server anew"],
    ["${file:/etc/spoor.properties:slack.urk}", "no key 'slack.urk'", "did you mean 'slack.url'?"],
    ["${directory:/run/secrets:nothing}", "ENOENT", "as the server sees it"],
  ])("%s is not there", (value, message, hint) => {
    expect(() => resolved(value)).toThrow(
      expect.objectContaining({
        code: "CONNECT_UNRESOLVED_REFERENCE",
        message: expect.stringContaining(message) as unknown,
        hint: expect.stringContaining(hint) as unknown,
      }),
    );
  });

  test.each(["${vault:a}", "${file:a:b}", "${file:/a}", "${env:}", "${directory:/a:}"])(
    "%s cannot be",
    (value) => {
      expect(() => checkReferences("a", value)).toThrow(
        expect.objectContaining({ code: "CONNECT_BAD_PROPERTY" }),
      );
    },
  );
});

describe("what is shown of properties", () => {
  const properties = new Map([
    ["url", "https://hooks.example/T1/B1"],
    ["signing.secret", "whsec_abc"],
    ["authorization", "Bearer ${env:TOKEN}"],
    ["smtp.password", "x${env:TOKEN}"],
    ["topics", "alerts"],
  ]);
  const secrets = new Set(["url", "signing.secret", "authorization", "smtp.password"]);

  test("secrets are masked, references stay, of an address its host", () => {
    expect(shownProperties(properties, secrets)).toEqual({
      url: "https://hooks.example/[hidden]",
      "signing.secret": "[hidden]",
      authorization: "Bearer ${env:TOKEN}",
      "smtp.password": "[hidden]",
      topics: "alerts",
    });
    expect(literalSecrets(properties, secrets)).toEqual(["url", "signing.secret", "smtp.password"]);
  });

  test("a name that sounds like a secret is one, whatever the class says", () => {
    expect(shownProperties(new Map([["my.api.key", "abc"]]), new Set())).toEqual({
      "my.api.key": "[hidden]",
    });
    expect(isReferenceAlone("${env:A}")).toBe(true);
  });
});
