// A headless browser for the tests of a page.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

export const DESKTOP = { width: 1280, height: 900 };
export const PHONE = { width: 390, height: 844 };

/**
 * Returns a function that opens the page of a file, hands it to `check`, and fails on anything in the console
 * or on a request.
 */
export function opener(file) {
  const url = pathToFileURL(file).href;
  let browser;
  before(async () => {
    browser = await chromium.launch({
      executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
      args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--disable-sync"],
    });
  });
  after(() => browser?.close());
  return async ({ viewport = DESKTOP, hash = "", ...options }, check) => {
    const context = await browser.newContext({ viewport, ...options });
    const page = await context.newPage();
    const problems = [];
    page.on("console", (message) => ["error", "warning"].includes(message.type()) && problems.push(message.text()));
    page.on("pageerror", (error) => problems.push(String(error)));
    page.on("request", (request) => /^(file|data):/.test(request.url()) || problems.push(`asked for ${request.url()}`));
    try {
      await page.goto(url + hash);
      await check(page);
    } finally {
      await context.close();
    }
    assert.deepEqual(problems, []);
  };
}
