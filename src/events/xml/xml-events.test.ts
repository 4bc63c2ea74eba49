import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { xmlEvents, xmlLines } from "./xml-events.ts";
import type { XmlDamage } from "./xml-events.ts";

function event(id: number, inside = ""): string {
  return (
    `<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'>\n<System><EventID>${id}</EventID>` +
    `<TimeCreated SystemTime="2020-05-14T07:01:14Z"/></System><EventData>${inside}</EventData></Event>`
  );
}

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

interface Read {
  readonly ids: (number | undefined)[];
  readonly damage: XmlDamage[];
}

async function read(content: string | Buffer, size = 64, lengthMax = 1 << 20): Promise<Read> {
  const damage: XmlDamage[] = [];
  const ids: (number | undefined)[] = [];
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  for await (const events of xmlEvents(pieces(bytes, size), (each) => damage.push(each), { lengthMax })) {
    ids.push(...events.map(({ system }) => system.eventId));
  }
  return { ids, damage };
}

describe("event XML", () => {
  test.each<[string, string]>([
    [
      "a root of Events",
      `<?xml version="1.0" encoding="utf-8"?>\n<Events>\n${event(1)}${event(2)}\n</Events>\n`,
    ],
    ["no root", `${event(1)}\r\n${event(2)}`],
    ["a declaration before each", `<?xml version="1.0"?>${event(1)}\n<?xml version="1.0"?>${event(2)}`],
    ["comments between", `\uFEFF<!-- ${event(9)} -->${event(1)}<!-- b -->${event(2)}`],
    ["a prefix", `${event(1)}<e:Event xmlns:e="u"><e:System><e:EventID>2</e:EventID></e:System></e:Event>`],
  ])("with %s gives its events", async (_, text) => {
    for (const size of [1, 7, 64, 100_000]) {
      expect(await read(text, size)).toEqual({ ids: [1, 2], damage: [] });
    }
  });

  test("takes an Event in a payload, a comment or CDATA for none of its own", async () => {
    const inner =
      "<Data>&lt;/Event&gt;<![CDATA[</Event><Event><System/>]]><!-- <Event> --></Data><Event>x</Event><Event/>";
    expect(await read(`${event(1, inner)}${event(2)}`)).toEqual({ ids: [1, 2], damage: [] });
  });

  test("tells an event that is not well-formed with its place, and goes on", async () => {
    const { ids, damage } = await read(
      `<Events>\n${event(1)}\n${event(2, "<Data>a &nope; b</Data>")}\n${event(3)}`,
    );
    expect(ids).toEqual([1, 3]);
    expect(damage).toMatchObject([{ line: 4, column: 1 }]);
    expect(damage[0]!.reason).toMatch(/^the event's XML is damaged: .* at line 5, column \d+$/);
  });

  test("tells an event without an end, at the end or before the next one", async () => {
    const cut = event(2).slice(0, -20);
    expect(await read(`${event(1)}\n${cut}`)).toMatchObject({
      ids: [1],
      damage: [{ line: 3, reason: "the event has no end tag" }],
    });
    expect(await read(`${cut}\n${event(1)}`)).toMatchObject({ ids: [1], damage: [{ line: 1, column: 1 }] });
  });

  test("tells text that is no event", async () => {
    expect(await read(`<Sysmon schemaversion="4.1">\n<a/></Sysmon>`)).toMatchObject({
      ids: [],
      damage: [{ line: 1, reason: "stands between events" }],
    });
    expect(await read(`${event(1)} and ${event(2)}`)).toMatchObject({
      ids: [1, 2],
      damage: [{ excerpt: "and" }],
    });
  });

  test("gives up an event that is too long, in bounded memory", async () => {
    const long = event(2, `<Data>${"x".repeat(30_000)}</Data>`);
    const { ids, damage } = await read(`${event(1)}${long}${event(3)}`, 500, 10_000);
    expect(ids).toEqual([1, 3]);
    expect(damage[0]).toMatchObject({ reason: "the event is too long" });
  });

  test("reads another encoding that the declaration names", async () => {
    const text = `<?xml version="1.0" encoding="windows-1252"?>${event(1, "<Data>\xe9</Data>")}`;
    const lines: Buffer[] = [];
    for await (const line of xmlLines(pieces(Buffer.from(text, "latin1"), 1000), () => undefined, {
      lengthMax: 9999,
    })) {
      lines.push(line);
    }
    expect(JSON.parse(Buffer.concat(lines).toString("utf8"))).toMatchObject({
      "@timestamp": "2020-05-14T07:01:14.000Z",
      winlog: { api: "xml", event_id: 1, event_data: { param1: "é" } },
    });
  });

  test("gives the same, whatever is cut out of it, in pieces of any size", async () => {
    const whole = `<Events>${event(1)}${event(2, `<Data>${"a".repeat(2000)}</Data>`)}<!-- x -->${event(3)}</Events>`;
    await fc.assert(
      fc.asyncProperty(
        fc.nat(whole.length),
        fc.nat(40),
        fc.integer({ min: 1, max: 200 }),
        async (at, cut, size) => {
          const text = whole.slice(0, at) + whole.slice(at + cut);
          const found = await read(text, size);
          expect(await read(text, 100_000)).toEqual(found);
          expect(found.ids.length + found.damage.length).toBeGreaterThanOrEqual(2);
        },
      ),
      { numRuns: 200 },
    );
  });
});
