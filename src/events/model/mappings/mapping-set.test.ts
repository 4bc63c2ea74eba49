import { describe, expect, test } from "vitest";
import { SpoorError } from "../../../base/errors.ts";
import { errorText } from "../../../base/error-text.ts";
import { loadEventModel } from "../event-model.ts";
import { SECURITY, SYSMON, rawEvent } from "../plan/sample-raw-event.ts";

function failure(yaml: string): string {
  try {
    loadEventModel({ mappings: [{ name: "mine.yaml", text: yaml }] });
  } catch (error) {
    if (error instanceof SpoorError) return errorText(error);
    throw error;
  }
  return "no error";
}

describe("a user's mappings", () => {
  const mine = `
provider: ${SYSMON}
columns:
  asset_owner: text, who answers for the host
fields:
  Company: asset_owner
  Product: ~
events:
  1:
    name: process started here
    fields: { Description: asset_owner | trim }
`;

  test("add to ours and go before them, rule by rule", () => {
    const model = loadEventModel({ mappings: [{ name: "mine.yaml", text: mine }] });
    const row = model.normalize(
      rawEvent(SYSMON, 1, { Company: "A", Product: "P", Image: "x", Description: " B " }),
    );
    expect(row).toMatchObject({
      event_name: "process started here",
      asset_owner: "A",
      Product: "P",
      process_path: "x",
      Description: " B ",
    });
    expect(model.normalize(rawEvent(SYSMON, 7, { Company: "A" }))).toMatchObject({
      asset_owner: "A",
      event_name: "image loaded",
    });
    expect(model.columns().find(({ name }) => name === "asset_owner")).toMatchObject({
      type: "text",
      group: "Sysmon",
      sources: [
        { provider: SYSMON, field: "Company", events: [] },
        { provider: SYSMON, field: "Description", events: [1] },
      ],
    });
  });

  test("a rule for one event goes before a later one for the provider", () => {
    const text = `provider: ${SECURITY}\nfields: { ProcessId: target_process_id }\n`;
    const model = loadEventModel({ mappings: [{ name: "mine.yaml", text }] });
    expect(model.normalize(rawEvent(SECURITY, 4688, { ProcessId: "0x4" }))).toMatchObject({
      process_parent_id: 4,
    });
    expect(model.normalize(rawEvent(SECURITY, 4624, { ProcessId: "0x4" }))).toMatchObject({
      target_process_id: 4,
    });
  });

  test("bring providers of their own, by other names and by log", () => {
    const text =
      "provider: Acme\nalso: [ACME-Agent]\nlogs: [Acme/Operational]\nfields: { pid: process_id }\n";
    const model = loadEventModel({ mappings: [{ name: "acme.yaml", text }] });
    for (const [provider, channel] of [
      ["acme", undefined],
      ["ACME-agent", undefined],
      ["Other", "Acme/Operational"],
    ] as const) {
      const row = model.normalize(rawEvent(provider, 1, { pid: "5" }, { system: { channel } }));
      expect(row["process_id"]).toBe(5);
    }
    expect(model.listMappings().find(({ provider }) => provider === "Acme")).toMatchObject({
      files: ["acme.yaml"],
      fields: 1,
    });
  });
});

describe("errors show the place and the near name", () => {
  test.each([
    [
      "provider: A\nfields:\n  x: proces_id\n",
      "MODEL_UNKNOWN_COLUMN",
      "line 3, column 6",
      "did you mean 'process_id'?",
    ],
    [
      "provider: A\nfields:\n  x: user | acount\n",
      "MODEL_UNKNOWN_TRANSFORM",
      "line 3, column 6",
      "did you mean 'account'?",
    ],
    [
      "provider: A\nfields:\n  x: logon_type | code logontype\n",
      "MODEL_UNKNOWN_CODES",
      "line 3",
      "did you mean 'logon_type'?",
    ],
    ["provider: A\nfields:\n  x: src_ip_addr | list\n", "MODEL_COLUMN_TYPE", "line 3", "does not write 'ip'"],
    [
      "provider: A\nfeilds:\n  x: process_id\n",
      "MODEL_YAML_SHAPE",
      "line 2, column 1",
      "did you mean 'fields'?",
    ],
    ["provider: A\nfields: {x: [1]}\n", "MODEL_YAML_SHAPE", "line 2", "fields.x"],
    ["provider: A\nfields:\n  x: {a: b\n", "MODEL_YAML_SYNTAX", "line", "mine.yaml"],
    [
      "provider: A\nfields:\n  x: {to: file_path, pattern: '(?<file_nam>.*)'}\n",
      "MODEL_PATTERN",
      "line 3",
      "did you mean 'file_name'?",
    ],
    [
      "provider: A\nfields:\n  x: {to: file_path, pattern: '('}\n",
      "MODEL_PATTERN",
      "line 3",
      "no regular expression",
    ],
    ["provider: A\ncolumns: {process_id: 'text, x'}\n", "MODEL_COLUMN_TYPE", "line 2", "'int'"],
    ["provider: A\ncolumns: {a_b: 'string, x'}\n", "MODEL_YAML_SHAPE", "line 2", "TYPE"],
  ])("%j", (yaml, code, place, words) => {
    const text = failure(yaml);
    expect(text).toContain(code);
    expect(text).toContain(`mine.yaml, ${place}`);
    expect(text).toContain(words);
    expect(text).toContain("^");
  });
});

describe("lint", () => {
  const model = loadEventModel();
  const lint = (text: string) => model.lintMapping({ name: "mine.yaml", text });

  test("finds all errors of a file, not the first only", () => {
    const found = lint("provider: A\nfields:\n  a: proces_id\n  b: user | acount\n  c: process_id\n");
    expect(found.map(({ code, place }) => [code, place?.span.line])).toEqual([
      ["MODEL_UNKNOWN_COLUMN", 3],
      ["MODEL_UNKNOWN_TRANSFORM", 4],
    ]);
  });

  test("warns of two fields for one column, and of rules that change ours", () => {
    expect(lint("provider: A\nfields: {a: process_id, b: process_id}\n")).toMatchObject([
      {
        severity: "warning",
        code: "duplicate-target",
        message: "fields 'a' and 'b' both write 'process_id'",
      },
    ]);
    expect(lint(`provider: ${SYSMON}\nfields: {Image: file_path}\n`)).toMatchObject([
      {
        code: "overrides",
        message: "field 'Image' went to 'process_path', and goes to 'file_path' with this file",
      },
    ]);
  });

  test("our own files have no errors", () => {
    const errors = model
      .parts()
      .mappings.files()
      .flatMap((file) => lint(file.place([]).text).filter(({ severity }) => severity === "error"));
    expect(errors).toEqual([]);
  });
});
