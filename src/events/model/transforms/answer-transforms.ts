/** Transforms of answers and definitions that Windows packs into one field: DNS results, task definitions. */
import { SaxesParser } from "saxes";
import { put } from "./cell.ts";
import { readIp } from "./ip-address.ts";
import { isAbsent, sourceText } from "./source-text.ts";
import type { Transform } from "./transform.ts";

const dnsResults: Transform = {
  name: "dns_results",
  summary:
    "Sysmon's `QueryResults`, whole in `<target>_name`, and the addresses in it, comma-separated, in `<target>_ips`.",
  argument: undefined,
  types: undefined,
  columns: (target) => [`${target}_name`, `${target}_ips`],
  compile: ({ target, cell }) => {
    const name = cell(`${target}_name`);
    const ips = cell(`${target}_ips`);
    return (filling, source, field) => {
      const text = sourceText(source);
      if (text === null || isAbsent(text)) {
        put(filling, name, null, field, source);
        return;
      }
      if (!put(filling, name, text, field, source)) return;
      const found = new Set<string>();
      for (const part of text.split(";")) {
        const address = readIp(part.trim());
        if (address !== undefined) found.add(address.text);
      }
      if (found.size > 0) filling.row[ips.column] = [...found].join(", ");
    };
  },
};

/** Definitions beyond this are kept as text only. */
const TASK_TEXT_MAX = 1 << 20;

/** Elements of a task definition (MS-TSCH 2.5) by the end of their path, and the column's name behind the prefix. */
const TASK_ELEMENTS: ReadonlyMap<string, string> = new Map([
  ["RegistrationInfo/Author", "author"],
  ["RegistrationInfo/Description", "description"],
  ["Exec/Command", "command"],
  ["Exec/Arguments", "arguments"],
  ["Exec/WorkingDirectory", "working_directory"],
  ["ComHandler/ClassId", "com_class"],
  ["Principal/UserId", "user"],
  ["Principal/GroupId", "user"],
  ["Principal/RunLevel", "run_level"],
  ["Settings/Hidden", "hidden"],
  ["Settings/Enabled", "enabled"],
]);

const TASK_PARTS = [...new Set(TASK_ELEMENTS.values()), "triggers"];
const TASK_FLAGS = new Set(["hidden", "enabled"]);

/** The parts of a task definition by their column's name; undefined where the text is no well-formed XML. */
function taskParts(text: string): ReadonlyMap<string, Set<string>> | undefined {
  const parts = new Map<string, Set<string>>();
  const path: string[] = [];
  let content = "";
  let isBroken = false;
  const add = (part: string, value: string): void => {
    if (value !== "") parts.set(part, (parts.get(part) ?? new Set()).add(value));
  };
  const parser = new SaxesParser({ xmlns: false });
  parser.on("error", () => (isBroken = true));
  parser.on("opentag", ({ name }) => {
    if (path.at(-1) === "Triggers") add("triggers", name);
    path.push(name);
    content = "";
  });
  parser.on("text", (piece) => (content += piece));
  parser.on("closetag", () => {
    const part = TASK_ELEMENTS.get(path.slice(-2).join("/"));
    if (part !== undefined) add(part, content.trim());
    path.pop();
    content = "";
  });
  parser.write(text).close();
  return isBroken ? undefined : parts;
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ["&lt;", "<"],
  ["&gt;", ">"],
  ["&quot;", '"'],
  ["&apos;", "'"],
  ["&amp;", "&"],
]);

/** Some exports escape the definition a second time; and it says UTF-16 of itself, which a text no longer is. */
function taskXml(text: string): string {
  const plain = text.startsWith("&lt;")
    ? text.replaceAll(/&\w+;/g, (name) => ENTITIES.get(name) ?? name)
    : text;
  return plain.replace(/^\uFEFF?\s*<\?xml[^>]*\?>/, "").trim();
}

const task: Transform = {
  name: "task",
  summary:
    "The XML of a scheduled task, whole in `<target>_content`, and its author, commands, arguments, triggers and account in " +
    "columns of their own.",
  argument: undefined,
  types: undefined,
  columns: (target) => [`${target}_content`, ...TASK_PARTS.map((part) => `${target}_${part}`)],
  compile: ({ target, cell }) => {
    const whole = cell(`${target}_content`);
    return (filling, source, field) => {
      const text = sourceText(source);
      if (text === null || isAbsent(text)) {
        put(filling, whole, null, field, source);
        return;
      }
      if (!put(filling, whole, text, field, source) || text.length > TASK_TEXT_MAX) return;
      const xml = taskXml(text);
      const parts = xml.startsWith("<") ? taskParts(xml) : undefined;
      if (parts === undefined) return;
      for (const [part, values] of parts) {
        const value = [...values].join(", ");
        filling.row[`${target}_${part}`] ??= TASK_FLAGS.has(part) ? value === "true" : value;
      }
    };
  },
};

export const answerTransforms: readonly Transform[] = [dnsResults, task];
