/** A page in a real browser, which keeps what it said and what it asked the network for. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";

const CANDIDATES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** @throws Error where there is none: a check that is passed over says nothing */
export async function openBrowser(): Promise<Browser> {
  const named = process.env["CHROMIUM"];
  const executablePath = named ?? CANDIDATES.find((path) => existsSync(path));
  if (executablePath === undefined)
    throw new Error("no Chromium: install the package 'chromium', or name one with CHROMIUM");
  // Root has no sandbox of its own; pages are the test's.
  return await chromium.launch({ executablePath, args: ["--no-sandbox"] });
}

export interface WatchedPage {
  readonly page: Page;
  /** Warnings and errors of the console, errors of scripts, violations of the page's policy. */
  readonly complaints: readonly string[];
  /** All that was asked for, the page itself included. */
  readonly requests: readonly string[];
}

export async function watchedPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on("console", (message) => {
    if (message.type() !== "log" && message.type() !== "info") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("dialog", (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => requests.push(request.url()));
  await page.goto(url);
  return { page, complaints, requests };
}

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface AxeViolation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** What axe-core finds, of any impact: a rule with the first elements that break it. */
export async function accessibilityFaults(page: Page): Promise<readonly string[]> {
  // Evaluated by the debugger, not as a script of the page, whose policy would not let it in.
  await page.evaluate(`(() => { ${AXE} })()`);
  const { violations } = (await page.evaluate("axe.run(document)")) as {
    readonly violations: readonly AxeViolation[];
  };
  return violations.map(
    ({ id, impact, nodes }) =>
      `${impact}: ${id}: ${nodes
        .slice(0, 3)
        .map(({ html, failureSummary }) => `${html.slice(0, 200)} ${failureSummary}`)
        .join("; ")}`,
  );
}
