// The page of `fashion-bench report` in a real browser: `.ci/browser` runs this.
import assert from "node:assert/strict";
import { test } from "node:test";
import { DESKTOP, PHONE, opener } from "./opener.mjs";

const onPage = opener(process.env.REPORT_PAGE);

const panel = (page) => page.locator("[role=tabpanel]:not([hidden])");
const shownRows = (page) => panel(page).locator("tbody > .row:not([hidden])");
const column = (page, n) => shownRows(page).locator(`:nth-child(${n})`).evaluateAll((cells) => cells.map((cell) => cell.dataset.sort));
const numbers = (texts) => texts.filter((text) => text !== undefined).map(Number);
const ascending = (values) => [...values].sort((a, b) => a - b);

test("rows come best first, and how they ended is shown plainly", () => onPage({}, async (page) => {
  const accuracies = await column(page, 3);
  assert.deepEqual(numbers(accuracies), ascending(numbers(accuracies)).reverse());
  const statuses = await shownRows(page).locator(".badge").allTextContents();
  for (const status of ["ok", "not converged", "failed", "timed out"]) assert.ok(statuses.includes(status), status);
  assert.match(await shownRows(page).filter({ hasText: "timed out" }).first().innerText(), /killed|time limit/);
}));

test("a column sorts both ways, and rows without a figure stay last", () => onPage({}, async (page) => {
  const fit = panel(page).locator("thead button", { hasText: "fit s" });
  const head = panel(page).locator("thead th", { hasText: "fit s" });
  for (const [order, direction] of [["ascending", 1], ["descending", -1]]) {
    await fit.click();
    assert.equal(await head.getAttribute("aria-sort"), order);
    const values = await column(page, 6);
    const expected = ascending(numbers(values));
    assert.deepEqual(numbers(values), direction > 0 ? expected : expected.reverse());
    assert.equal(values.at(-1), undefined);
  }
  await panel(page).locator("thead button", { hasText: "classifier" }).click();
  const names = await shownRows(page).locator(".open").allTextContents();
  assert.deepEqual(names, [...names].sort((a, b) => a.toLowerCase().localeCompare(b.toLowerCase(), "en")));
}));

test("text and families filter rows and fade the charts' marks", () => onPage({}, async (page) => {
  const all = await shownRows(page).count();
  const search = panel(page).locator("input[type=search]");
  await search.fill("forest");
  const found = await shownRows(page).locator(".open").allTextContents();
  assert.ok(found.length > 0 && found.length < all);
  assert.ok(found.every((name) => /forest/i.test(name)), String(found));
  assert.match(await panel(page).locator(".shown").innerText(), new RegExp(`^${found.length} of ${all} rows$`));
  assert.ok(await panel(page).locator(".mark.is-away").count() > 0);
  await search.fill("");
  const chip = panel(page).locator(".chip", { hasText: "linear" });
  await chip.click();
  assert.equal(await chip.getAttribute("aria-pressed"), "true");
  const families = await shownRows(page).evaluateAll((rows) => rows.map((row) => row.dataset.family));
  assert.ok(families.length > 0 && families.every((family) => family === "linear"));
  await chip.click();
  assert.equal(await shownRows(page).count(), all);
}));

test("tabs switch by click and by arrow key", () => onPage({}, async (page) => {
  const tab = (name) => page.getByRole("tab", { name, exact: false });
  await page.getByRole("tab", { name: /^MNIST/ }).click();
  assert.equal(await panel(page).getAttribute("data-sheet"), "mnist");
  await tab("Side by side").click();
  assert.ok(await shownRows(page).count() > 0);
  const pair = shownRows(page).filter({ hasText: "GaussianNB" }).first();
  assert.equal(await pair.locator("td a").count(), 2);
  await page.keyboard.press("Home");
  assert.equal(await panel(page).getAttribute("data-sheet"), "fashion-mnist");
  await page.keyboard.press("ArrowRight");
  assert.equal(await panel(page).getAttribute("data-sheet"), "mnist");
  // A link of the side-by-side tab leads to the row.
  await tab("Side by side").click();
  await pair.locator("td a").nth(1).click();
  assert.equal(await panel(page).getAttribute("data-sheet"), "mnist");
  assert.equal(await panel(page).locator(".opened").count(), 1);
}));

test("a row opens to everything that is known of it, by keyboard, too", () => onPage({}, async (page) => {
  const row = shownRows(page).filter({ hasText: "MLPClassifier" }).first();
  await row.locator(".open").focus();
  await page.keyboard.press("Enter");
  const opened = panel(page).locator(".opened");
  const titles = await opened.locator("h2").allTextContents();
  for (const title of ["Repeats", "Parameters", "By class", "Confusion", "Training loss", "Environment", "Most frequent confusions"]) {
    assert.ok(titles.some((text) => text.startsWith(title)), title);
  }
  assert.equal(await opened.locator(".heat tbody td").count(), 100);
  assert.match(page.url(), /#[0-9a-f]{16}$/);
  await page.keyboard.press("Enter");
  assert.equal(await opened.isVisible(), false);
  const forest = shownRows(page).filter({ hasText: "RandomForestClassifier" }).first();
  await forest.locator(".open").click();
  assert.equal(await panel(page).locator(".opened:visible canvas.pixels").count(), 1);
  const failed = shownRows(page).filter({ has: page.locator(".badge", { hasText: "failed" }) }).first();
  await failed.locator(".open").click();
  assert.match(await panel(page).locator(".opened .reason").innerText(), /\w/);
}));

test("the data of the page gives pictures of confused images", () => onPage({}, async (page) => {
  await page.getByRole("tab", { name: /^Demo/ }).click();
  await shownRows(page).first().locator(".open").click();
  const picture = panel(page).locator(".picture").first();
  assert.match(await picture.evaluate((element) => getComputedStyle(element).backgroundImage), /^url\("data:image\/png/);
}));

test("a link to a row opens it in its tab", async () => {
  let links;
  await onPage({}, async (page) => {
    links = await page.locator(".sheet .row").evaluateAll((rows) => rows.map((row) => row.id));
  });
  const mnist = links.find((id) => id.startsWith("mnist."));
  for (const id of [links[2], mnist]) {
    await onPage({ hash: `#${id}` }, async (page) => {
      await panel(page).locator(".opened").waitFor();
      assert.equal(await page.evaluate(() => document.activeElement.closest(".row")?.id), id);
    });
  }
});

test("marks of the scatter name themselves and lead to their row", () => onPage({}, async (page) => {
  const marks = panel(page).locator(".scatter .mark");
  assert.equal(await marks.count(), numbers(await column(page, 3)).length);
  assert.ok(await panel(page).locator(".scatter .mark.front").count() > 0);
  await marks.first().focus();
  assert.match(await page.locator("#tip").innerText(), /CPU seconds to train/);
  await page.keyboard.press("ArrowRight");
  const name = (await marks.nth(1).getAttribute("aria-label")).split("(")[0];
  assert.match(await page.locator("#tip").innerText(), new RegExp(name));
  await page.keyboard.press("Enter");
  await panel(page).locator(".opened").waitFor();
}));

test("suspected label errors are left out on request only", () => onPage({}, async (page) => {
  const cell = panel(page).locator("[data-without]").first();
  const all = await cell.locator("b").innerText();
  const toggle = panel(page).locator(".without");
  assert.equal(await toggle.isChecked(), false);
  await toggle.check();
  const without = await panel(page).locator("[data-without] b").allTextContents();
  assert.ok(without.every((text) => /^\d+\.\d\d$/.test(text)));
  assert.ok(Number(without[0]) > Number(all));
  await toggle.uncheck();
  assert.equal(await cell.locator("b").innerText(), all);
}));

for (const [name, viewport] of [["desktop", DESKTOP], ["phone", PHONE]]) {
  for (const colorScheme of ["light", "dark"]) {
    test(`nothing sticks out at ${name} width, ${colorScheme}`, () => onPage({ viewport, colorScheme }, async (page) => {
      await shownRows(page).first().locator(".open").click();
      // As wide as names get.
      await shownRows(page).first().locator(".open").evaluate((button) => { button.textContent = "HistGradientBoostingClassifier"; });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(overflow <= 0, `${overflow} pixels too wide`);
      if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/${name}-${colorScheme}.png`, fullPage: true });
    }));
  }
}
