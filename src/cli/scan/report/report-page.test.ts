import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { processEvent, SampleFolder, WHOAMI_RULE } from "../sample-scan.ts";
import { escaped } from "./html-text.ts";

let folder: SampleFolder;
beforeEach(() => {
  folder = new SampleFolder(mkdtempSync(join(tmpdir(), "spoor-report-")));
  folder.write("whoami.yml", WHOAMI_RULE);
});
afterEach(() => rmSync(folder.path, { recursive: true }));

async function page(...lines: readonly string[]): Promise<string> {
  folder.write("events.jsonl", lines.join("\n"));
  const run = await folder.run(["scan", "events.jsonl", "--rules", "whoami.yml", "--html", "r.html"]);
  expect(run.stderr).toContain("report written to 'r.html'");
  return readFileSync(join(folder.path, "r.html"), "utf8");
}

describe("the report", () => {
  test("has nothing from outside, and lets only its own style and script run", async () => {
    const html = await page(processEvent("whoami"));
    expect(html).not.toMatch(/\b(?:src|href)="(?!#)/);
    expect(html).not.toMatch(/\bhttps?:|url\(|@import|\bstyle="|\bon[a-z]+="/);
    for (const [tag, directive] of [
      ["style", "style-src"],
      ["script", "script-src"],
    ] as const) {
      const inner = new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(html)![1]!;
      const hash = createHash("sha256").update(inner).digest("base64");
      expect(html).toContain(`${directive} 'sha256-${hash}'`);
    }
    expect(html).toContain("default-src 'none'");
  });

  test("shows what an attacker wrote as text", async () => {
    const html = await page(
      processEvent("whoami </script><script>alert(1)</script>\u202e", { host: '"><img src=x>' }),
    );
    expect(html.match(/<script>/g)).toHaveLength(1);
    expect(html).not.toContain("<img");
    expect(html).toContain("whoami &lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;[U+202E]");
  });

  test("names everything that is read aloud: captions, headings of columns, labels", async () => {
    const html = await page(processEvent("whoami"));
    expect(html).toContain('<html lang="en">');
    const tables = html.match(/<table/g)!.length;
    expect(html.match(/<caption>/g)).toHaveLength(tables);
    for (const id of ["words", "level", "host", "tactic", "day", "rule"])
      expect(html).toContain(`<label for="${id}">`);
    expect(html.match(/<th>/g)).toBeNull();
    expect(html).toContain("prefers-color-scheme:dark");
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, id] of html.matchAll(/aria-labelledby="([^"]+)"/g)) expect(ids).toContain(id);
  });

  test("each hit opens to its clauses, its event and its rule", async () => {
    const html = await page(processEvent("whoami /priv"));
    expect(html).toContain(
      String.raw`<b>selection</b> <code>Image</code> ends with &#39;\whoami.exe&#39;<div class="mono">C:\Windows\System32<mark>\whoami.exe</mark></div>`,
    );
    expect(html).toContain('<dt>CommandLine</dt><dd class="mono">whoami /priv</dd>');
    expect(html).toContain(
      '<tr data-level="high" data-host="WS1" data-rule="Whoami Execution" data-day="2026-03-01" data-tactic="Discovery">',
    );
    expect(html).toContain('<span class="telling mono">event 1 · whoami /priv</span>');
  });
});

test("escaped text holds no markup and no unseen characters, and no text is lost", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const html = escaped(text);
      expect(html).not.toMatch(/[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/);
      expect(html).not.toMatch(/(?![\t\n\r])[\p{Cc}\p{Cf}\p{Cs}]/u);
      expect(html.length).toBeGreaterThanOrEqual(text.length);
    }),
  );
});
