import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readRawEvent } from "../../events/shapes/read-raw-event.ts";
import type { SourceObject } from "../../events/shapes/raw-event.ts";
import { DocumentFields } from "./document-fields.ts";
import { NAMES_MAX } from "../../events/shapes/member-names.ts";
import { RawEventFields } from "./raw-event-fields.ts";

const ASKED = [
  "Threat Name",
  ...`Channel EventID Provider_Name Computer Message Level Keywords TimeCreated Image ThreatName Data param1 xml_name EventType
   Severity Nothing Security_UserID SourceName Hostname event_data winlog __proto__`.split(/\s+/),
];

/** The fields of the parsed document, or undefined where it is no event. */
function parsedFields(text: string): RawEventFields | undefined {
  try {
    const value = JSON.parse(text) as SourceObject | null;
    return new RawEventFields(readRawEvent(value ?? {}));
  } catch {
    return undefined;
  }
}

/** Whether it was read as it stands; then every field must be what it is in the parsed document. */
function sameAsParsed(document: DocumentFields, text: string): boolean {
  if (!document.read(text)) return false;
  const parsed = parsedFields(text);
  expect(parsed).toBeDefined();
  const names = [...ASKED, ...parsed!.event.data.map(({ name }) => name)];
  for (const name of names) {
    const value = parsed!.get(name);
    expect([name, document.get(name)]).toEqual([name, value]);
    const located = document.locate(name);
    if (located === false) expect([name, value]).toEqual([name, undefined]);
    if (located === true)
      expect(JSON.parse(`"${document.bytes.latin1Slice(document.start, document.end)}"`)).toBe(value);
  }
  expect([...document.values()]).toEqual([...parsed!.values()]);
  expect(document.event).toEqual(parsed!.event);
  return true;
}

const letters = fc.constantFrom("a", "Z", "\\", '"', "/", "\n", " ", "é", "😀", "\u0001", "\u212a", "<", "7");
const text = fc.string({ unit: letters, maxLength: 12 });
const NAMES =
  "Image ThreatName param1 param12 Data EventType Severity Level xml_name 1 0 Message Channel é".split(" ");
const name = fc.constantFrom("Threat Name", 'quo"te', "x".repeat(200), ...NAMES);
const value = fc.oneof(
  { weight: 4, arbitrary: text },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(null, true, 0, -0, 12, 1e30, 1.5, "", "4688") },
  {
    weight: 1,
    arbitrary: fc.constantFrom<unknown>([], ["a", null, 1], [{ b: "c" }], {}, { a: { b: "\\" } }),
  },
);
const members = fc.dictionary(name, value, { maxKeys: 5 });
const optional = { requiredKeys: [] };
const winlogbeat6 = fc.record(
  {
    "@timestamp": fc.constant("2020-01-01T00:00:00.000Z"),
    host: fc.constant({ name: "h\\" }),
    source_name: value,
    log_name: value,
    event_id: value,
    computer_name: value,
    message: value,
    user: fc.record({ name: text, identifier: text }),
    event_data: fc.oneof(members, value),
    user_data: fc.oneof(members, value),
    winlog: value,
  },
  optional,
);
const winlogbeat7 = fc.record(
  {
    "@metadata": fc.constant({ beat: "w", version: "7.1.0" }),
    message: value,
    event_id: value,
    log_name: value,
    event_data: value,
    winlog: fc.record(
      { channel: value, event_id: value, provider_name: value, event_data: members, user_data: members },
      optional,
    ),
  },
  optional,
);
const flat = fc
  .tuple(
    members,
    fc.record(
      { EventID: value, Channel: value, SourceName: value, EventReceivedTime: text, EventTypeOrignal: value },
      optional,
    ),
  )
  .map(([payload, header]) => ({ ...payload, ...header }));

/** JSON with other spaces and other spellings than JSON.stringify has. */
function respelled(source: string, choices: readonly number[]): string {
  let at = 0;
  const choice = (): number => choices[at++ % choices.length]!;
  return source.replaceAll(/[,:{}]|\\\\|\/|[A-Za-z]/g, (token, offset: number) => {
    const inText = (source.slice(0, offset).replaceAll(/\\./g, "").split('"').length & 1) === 0;
    if (choice() % 12 !== 0) return token;
    if (!inText) return ` ${token}\n`;
    if (token === "/") return "\\/";
    return /^[A-Za-z]$/.test(token) ? `\\u${token.charCodeAt(0).toString(16).padStart(4, "0")}` : token;
  });
}

const spelled = fc
  .tuple(fc.oneof(winlogbeat6, winlogbeat7, flat), fc.array(fc.nat(40), { minLength: 5, maxLength: 30 }))
  .map(([document, choices]) => respelled(JSON.stringify(document), choices));

describe("fields of a document as it stands", () => {
  test("are those of the parsed document", () => {
    const document = new DocumentFields();
    let read = 0;
    fc.assert(
      fc.property(spelled, (source) => {
        if (sameAsParsed(document, source)) read++;
      }),
      { numRuns: 1500 },
    );
    expect(read).toBeGreaterThan(150);
  });

  test("and what is no JSON is not read", () => {
    const document = new DocumentFields();
    const change = fc.tuple(
      fc.nat(400),
      fc.constantFrom("", '"', "\\", "{", "}", ",", ":", "[", "1", "\n", "x"),
    );
    fc.assert(
      fc.property(spelled, change, (source, [at, other]) => {
        const place = at % (source.length + 1);
        sameAsParsed(document, source.slice(0, place) + other + source.slice(place + 1));
        sameAsParsed(document, source.slice(0, place));
      }),
      { numRuns: 1500 },
    );
  });

  const HEADER = '"log_name":"L","event_id":1';
  test.each([
    ["a name that is there twice", `{${HEADER},"event_data":{"a":"1","a":"2"}}`],
    ["an escape in a name", `{${HEADER},"event_data":{"\\u0061":"1"}}`],
    ["two payloads", `{${HEADER},"event_data":{"a":"1"},"user_data":{"b":"1"}}`],
    ["half a letter", `{${HEADER},"event_data":{"a":"\ud800"}}`],
    ["something behind it", `{${HEADER}} {}`],
    ["a number that is none", `{${HEADER},"event_data":{"a":01}}`],
    ["a letter that must be escaped", `{${HEADER},"event_data":{"a":"\t"}}`],
    ["no event", '{"a":1}'],
    ["a list", "[]"],
    ["nothing", ""],
  ])("%s is left to the parser", (_, source) => {
    const document = new DocumentFields();
    expect(document.read(source)).toBe(false);
    expect(sameAsParsed(document, `{${HEADER},"event_data":{"Image":"x"}}`)).toBe(true);
  });

  test("documents may be long, and have more names than are remembered", () => {
    const document = new DocumentFields();
    const long = JSON.stringify({
      log_name: "L",
      event_id: 1,
      event_data: { Image: "ab\\".repeat(100_000) },
    });
    expect(sameAsParsed(document, long)).toBe(true);
    let read = 0;
    for (let at = 0; at < NAMES_MAX * 2; at += 4) {
      const data = Object.fromEntries([0, 1, 2, 3].map((digit) => [`n${at + digit}`, `v${at}`]));
      if (sameAsParsed(document, JSON.stringify({ log_name: "L", event_id: 1, event_data: data }))) read++;
    }
    expect(read).toBeGreaterThan((NAMES_MAX / 2) * 0.99);
  });
});
