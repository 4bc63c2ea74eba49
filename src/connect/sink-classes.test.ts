import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { planSink } from "./fake-receivers.ts";
import { SINK_CLASSES } from "./sink-classes.ts";

const PAGE = readFileSync(new URL("../../docs/outputs.md", import.meta.url), "utf8");

/** The least that each class wants. */
const LEAST: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  webhook: { url: "https://host.example/" },
  smtp: { "smtp.host": "host.example", from: "a@b.example", to: "c@d.example" },
  syslog: { "syslog.host": "host.example" },
  file: { path: "/srv/alerts.json" },
  elasticsearch: { "connection.url": "https://host.example" },
  topic: { topic: "copies" },
};

function section(className: string): string {
  const start = PAGE.indexOf(`\n## ${className}\n`);
  return PAGE.slice(start, PAGE.indexOf("\n## ", start + 4));
}

const general = section("Properties of all classes");

test.each(SINK_CLASSES.map(({ className }) => className))(
  "the page has each property of class '%s', and an example that can be made",
  (className) => {
    const { reader } = planSink(className, LEAST[className]!);
    const page = `${general}${section(className)}`;
    expect(reader.names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
    const example = /CREATE SINK CONNECTOR[\s\S]*?;/.exec(section(className))?.[0] ?? "";
    const properties = [...example.matchAll(/'([^']+)' = '([^']*)'/g)].map(([, name, value]) => [
      name!,
      value!,
    ]);
    const given = Object.fromEntries(properties) as Record<string, string>;
    expect(given["connector.class"]).toBe(className);
    expect(() => planSink(className, given)).not.toThrow();
  },
);
