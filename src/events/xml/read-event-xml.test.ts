import { describe, expect, test } from "vitest";
import type { SpoorError } from "../../base/errors.ts";
import { readEventXml } from "./read-event-xml.ts";

const NAMESPACE = "xmlns='http://schemas.microsoft.com/win/2004/08/events/event'";
const SYSTEM =
  "<System><Provider Name='Microsoft-Windows-Security-Auditing' Guid='{54849625-5478-4994-A5BA-3E3B0328C30D}'/>" +
  "<EventID>4624</EventID><Version>2</Version><Level>0</Level><Task>12544</Task><Opcode>0</Opcode>" +
  "<Keywords>0x8020000000000000</Keywords><TimeCreated SystemTime='2020-05-14T07:01:14.606851700Z'/>" +
  "<EventRecordID>42</EventRecordID><Correlation ActivityID='{a}' RelatedActivityID='{b}'/>" +
  "<Execution ProcessID='4' ThreadID='56' ProcessorID='3'/><Channel>Security</Channel>" +
  "<Computer>PC1</Computer><Security UserID='S-1-5-18'/></System>";

const event = (inside: string): string => `<Event ${NAMESPACE}>${inside}</Event>`;

describe("an event's XML", () => {
  test("has system fields, payload and rendering in their places, the rest under its path", () => {
    const found = readEventXml(
      event(
        `${SYSTEM}<EventData><Data Name='SubjectUserSid'>S-1-5-18</Data><Data Name='Empty'/></EventData>` +
          "<RenderingInfo Culture='en-US'><Message>An account was logged on.&#13;&#10;</Message>" +
          "<Level>Information</Level><Task>Logon</Task><Opcode>Info</Opcode><Channel>Security</Channel>" +
          "<Provider/><Keywords><Keyword>Audit Success</Keyword></Keywords></RenderingInfo>",
      ),
    );
    expect(found).toEqual({
      shape: "wef-xml",
      system: {
        providerName: "Microsoft-Windows-Security-Auditing",
        providerGuid: "{54849625-5478-4994-A5BA-3E3B0328C30D}",
        eventId: 4624,
        version: 2,
        level: { code: 0, name: "Information" },
        task: { code: 12544, name: "Logon" },
        opcode: { code: 0, name: "Info" },
        keywords: { mask: "0x8020000000000000", names: ["Audit Success"] },
        time: { text: "2020-05-14T07:01:14.606851700Z", epochMs: 1_589_439_674_606, basis: "created" },
        recordId: 42,
        channel: "Security",
        computer: "PC1",
        processId: 4,
        threadId: 56,
        user: { sid: "S-1-5-18", name: undefined, domain: undefined, type: undefined },
        activityId: "{a}",
        relatedActivityId: "{b}",
      },
      data: [
        { name: "SubjectUserSid", value: "S-1-5-18" },
        { name: "Empty", value: "" },
      ],
      dataKind: "event-data",
      userDataName: undefined,
      message: "An account was logged on.\r\n",
      rest: {
        System: { Execution: { ProcessorID: "3" } },
        RenderingInfo: { Culture: "en-US", Channel: "Security", Provider: "" },
      },
    });
  });

  test("names what has no name by its place", () => {
    const { data } = readEventXml(
      event("<EventData><Data>a</Data><Data Name='N'>b</Data><Data></Data><Binary>00FF</Binary></EventData>"),
    );
    expect(data).toEqual([
      { name: "param1", value: "a" },
      { name: "N", value: "b" },
      { name: "param3", value: "" },
      { name: "Binary", value: "00FF" },
    ]);
  });

  test("keeps nested payloads of UserData as objects", () => {
    const found = readEventXml(
      event(
        "<UserData><e:RuleAndFileData xmlns:e='urn:x'><PolicyName>EXE</PolicyName>" +
          "<List Size='2'><Item>1</Item><Item>2</Item></List></e:RuleAndFileData></UserData>",
      ),
    );
    expect(found).toMatchObject({
      dataKind: "user-data",
      userDataName: "RuleAndFileData",
      data: [
        { name: "PolicyName", value: "EXE" },
        { name: "List", value: { Size: "2", Item: ["1", "2"] } },
      ],
      rest: { UserData: { RuleAndFileData: { "xmlns:e": "urn:x" } } },
    });
  });

  test("keeps what cannot be read as its field, and repeats", () => {
    const { system, rest } = readEventXml(
      event(
        "<System><EventID Qualifiers='16384'>abc</EventID><Level>4</Level><Level>5</Level>" +
          "<TimeCreated SystemTime='yesterday'/><Odd a='1'>x</Odd></System><EventData/>" +
          "<ProcessingErrorData><ErrorCode>15005</ErrorCode></ProcessingErrorData><__proto__>p</__proto__>",
      ),
    );
    expect([system.eventId, system.level.code, system.time]).toEqual([undefined, 4, undefined]);
    expect(JSON.parse(JSON.stringify(rest))).toEqual(
      JSON.parse(
        '{"System":{"EventID":{"Qualifiers":"16384","#text":"abc"},"Level":{"#text":"5"},' +
          '"TimeCreated":{"SystemTime":"yesterday"},"Odd":{"a":"1","#text":"x"}},' +
          '"ProcessingErrorData":{"ErrorCode":"15005"},"__proto__":"p"}',
      ),
    );
  });

  test("takes entities and CDATA", () => {
    const { data } = readEventXml(
      event("<EventData><Data Name='a&amp;b'>&lt;x&gt; &quot;&#x41;&#66; <![CDATA[<&>]]></Data></EventData>"),
    );
    expect(data).toEqual([{ name: "a&b", value: '<x> "AB <&>' }]);
  });

  test.each<[string, string, string]>([
    ["a tag that is not closed", "<Event>\n  <System>\n</Event>", "line 9, column 9"],
    ["an unknown entity", "<Event>&nbsp;</Event>", "line 7, column "],
    ["another root", "<Evnt/>", "line 7, column 5"],
    ["no element", "  ", "line 7, column "],
    ["too deep a nesting", `<Event>${"<a>".repeat(80)}`, "line 7"],
  ])("with %s is an error with its place", (_, text, place) => {
    let error: unknown;
    try {
      readEventXml(text, { line: 7, column: 5 });
    } catch (caught) {
      error = caught;
    }
    expect(error).toMatchObject({ code: "EVENTS_XML_DAMAGED" });
    expect((error as SpoorError).detail).toContain(place);
  });
});
