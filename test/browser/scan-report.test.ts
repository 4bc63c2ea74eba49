/** The report of `spoor scan --html`, as a browser shows it: made by the command from events that an attacker wrote. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { processEvent, ruleText, SampleFolder, WHOAMI_RULE } from "../../src/cli/scan/sample-scan.ts";
import { accessibilityFaults, openBrowser, watchedPage } from "./chromium.ts";
import type { WatchedPage } from "./chromium.ts";

const EVIL = `whoami "><img src=x onerror="document.title='owned'"><script>document.title='owned'</script>`;
const EVIL_HOST = "EVIL\"'><svg onload=alert(1)>";
const LOW_RULE = ruleText({
  title: "Quiet Whoami <b>",
  id: "low",
  level: "low",
  tags: ["attack.execution"],
  detection: ["s:", "  CommandLine|contains: quiet", "condition: s"],
});

/** What a fault in escaping would let in. */
const INTRUDER = `(() => {
  const script = document.createElement("script");
  script.textContent = "document.title = 'owned'";
  document.body.append(script);
  document.body.insertAdjacentHTML("beforeend", '<img src="https://example.invalid/x" onerror="document.title = 1">');
})()`;

const folder = new SampleFolder(mkdtempSync(join(tmpdir(), "spoor-browser-")));
const report = pathToFileURL(join(folder.path, "report.html")).href;
let browser: Browser;

beforeAll(async () => {
  folder.write("whoami.yml", WHOAMI_RULE);
  folder.write("low.yml", LOW_RULE);
  const lines = Array.from({ length: 40 }, (_, at) =>
    processEvent(at % 10 === 0 ? "whoami quiet" : `whoami /number:${at}`, {
      time: `2026-03-${String(1 + (at % 20)).padStart(2, "0")}T10:00:00.000Z`,
      host: `WS${at % 20}`,
      recordId: at,
    }),
  );
  folder.write("events.jsonl", [...lines, processEvent(EVIL, { host: EVIL_HOST })].join("\n"));
  const rules = ["--rules", "whoami.yml", "--rules", "low.yml"];
  const run = await folder.run(["scan", "events.jsonl", ...rules, "--html", "report.html"]);
  expect(run.code).toBe(0);
  browser = await openBrowser();
});
afterAll(async () => {
  await browser.close();
  rmSync(folder.path, { recursive: true });
});

function open(options?: Parameters<typeof watchedPage>[2]): Promise<WatchedPage> {
  return watchedPage(browser, report, options);
}

function visibleRows(page: Page): Promise<number> {
  return page.locator("#hits tbody tr:visible").count();
}

describe("the report in a browser", () => {
  test("opens from a file, asks the network for nothing and complains of nothing", async () => {
    const { page, complaints, requests } = await open();
    expect(await page.title()).toBe("Spoor scan: 45 hits");
    for (const summary of await page.locator("#hits summary").all()) await summary.click();
    expect(complaints).toEqual([]);
    expect(requests).toEqual([report]);
  });

  test("shows what an attacker wrote as text", async () => {
    const { page, complaints } = await open();
    await page.locator("#words").fill("onerror");
    await expect.poll(() => visibleRows(page)).toBe(1);
    const row = page.locator("#hits tbody tr:visible");
    await row.locator("summary").click();
    expect(await row.locator("dd", { hasText: "onerror" }).first().textContent()).toBe(EVIL);
    expect(await row.locator("td").nth(2).textContent()).toBe(EVIL_HOST);
    expect(await page.locator("img, #hits svg, [onload], [onerror]").count()).toBe(0);
    expect(await page.locator("script").count()).toBe(1);
    // Also where the script copies texts: into the lists of filters.
    await page.locator("#host").selectOption(EVIL_HOST);
    expect(await page.locator("#host option:checked").textContent()).toBe(`${EVIL_HOST} (1)`);
    expect(await page.title()).toBe("Spoor scan: 45 hits");
    expect(complaints).toEqual([]);
  });

  test("lets no other script run, even one that got into the page", async () => {
    const { page, complaints } = await open();
    await page.evaluate(INTRUDER);
    await expect.poll(() => complaints.length).toBeGreaterThanOrEqual(2);
    expect(complaints.join("\n")).toContain("Content Security Policy");
    expect(await page.title()).toBe("Spoor scan: 45 hits");
  });

  test.each(["light", "dark"] as const)("has no fault that axe-core finds, %s", async (colorScheme) => {
    const { page } = await open({ colorScheme });
    await page.locator("#hits summary").first().click();
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  test("has no fault on a phone, and does not scroll sideways", async () => {
    const { page } = await open({ viewport: { width: 390, height: 800 } });
    await page.locator("#hits summary").first().click();
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
  });
});

describe("searching", () => {
  test("words and filters narrow the hits down together, and are cleared together", async () => {
    const { page } = await open();
    expect(await page.locator("#shown").textContent()).toBe("45 of 45 hits shown");
    await page.locator("#level").selectOption("low");
    expect(await visibleRows(page)).toBe(4);
    await page.locator("#words").fill("WS10 quiet");
    await expect.poll(() => visibleRows(page)).toBe(2);
    await page.locator("#day").selectOption("2026-03-11");
    expect(await visibleRows(page)).toBe(2);
    await page.locator("#tactic").selectOption("Discovery");
    expect(await page.locator("#shown").textContent()).toBe("0 of 45 hits shown");
    await page.getByRole("button", { name: "Clear" }).click();
    await expect.poll(() => visibleRows(page)).toBe(45);
  });

  test("a name in the summary shows its hits", async () => {
    const { page } = await open();
    await page
      .locator("section", { hasText: "Hosts" })
      .getByRole("button", { name: "WS11", exact: true })
      .click();
    expect(await visibleRows(page)).toBe(2);
    expect(await page.locator("#host").inputValue()).toBe("WS11");
    await page.getByRole("button", { name: "Quiet Whoami <b>" }).click();
    expect(await visibleRows(page)).toBe(4);
    expect(await page.locator("#host").inputValue()).toBe("");
  });

  test("the keyboard alone: skip, search, open a hit, open all", async () => {
    const { page } = await open();
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement?.textContent")).toBe("To the timeline");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    await page.keyboard.type("number:33");
    await expect.poll(() => visibleRows(page)).toBe(1);
    await page.locator("#open").focus();
    await page.keyboard.press("Enter");
    expect(await page.locator("#hits details[open]").count()).toBe(1);
    expect(await page.locator("#open").textContent()).toBe("Close all");
    await page.locator("#hits tbody tr:visible summary").focus();
    await page.keyboard.press("Enter");
    expect(await page.locator("#hits details[open]").count()).toBe(0);
  });

  test("long lists wait behind a button", async () => {
    const { page } = await open();
    const hosts = page.locator("section.short", { hasText: "Hosts" });
    const rows = hosts.locator("tbody tr:visible");
    expect(await rows.count()).toBe(12);
    await hosts.getByRole("button", { name: /^\d+ more$/ }).click();
    expect(await rows.count()).toBe(21);
  });
});

describe("on paper and without a script", () => {
  test("prints all counted names and the hits, without the form", async () => {
    const { page } = await open({ colorScheme: "dark" });
    await page.emulateMedia({ media: "print" });
    expect(await page.locator("#search").isVisible()).toBe(false);
    expect(
      await page.locator("section.short", { hasText: "Hosts" }).locator("tbody tr:visible").count(),
    ).toBe(21);
    expect(await page.evaluate("getComputedStyle(document.body).backgroundColor")).toBe("rgb(255, 255, 255)");
    const paper = await page.pdf({ format: "A4" });
    expect(paper.subarray(0, 5).toString()).toBe("%PDF-");
  });

  test("without a script everything is there but the search", async () => {
    const { page } = await open({ javaScriptEnabled: false });
    expect(await visibleRows(page)).toBe(45);
    expect(await page.locator("#search").isVisible()).toBe(false);
    expect(
      await page.locator("section", { hasText: "Hosts" }).locator("tbody tr:visible").count(),
    ).toBeGreaterThan(20);
  });
});
