// The page of `fashion-bench embed` in a real browser: `.ci/browser` runs this.
import assert from "node:assert/strict";
import { test } from "node:test";
import { PHONE, opener } from "./opener.mjs";

const onPage = opener(process.env.EMBED_PAGE);

const panel = (page) => page.locator(".panel").first();
const canvas = (page) => panel(page).locator("canvas");
const buttons = (page) => panel(page).locator(".legend button");
const frame = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

/** Returns how many pixels of the plot have each colour that is not white. */
const colours = (page) => canvas(page).evaluate((element) => {
  const { data } = element.getContext("2d").getImageData(0, 0, element.width, element.height);
  const counts = {};
  for (let i = 0; i < data.length; i += 4) {
    const colour = `${data[i]},${data[i + 1]},${data[i + 2]}`;
    if (colour !== "255,255,255") counts[colour] = (counts[colour] ?? 0) + 1;
  }
  return counts;
});

/** Returns where a point is on the page: a pixel of the plot that is not white. */
const somePoint = async (page) => {
  const at = await canvas(page).evaluate((element) => {
    const { data } = element.getContext("2d").getImageData(0, 0, element.width, element.height);
    for (let i = (data.length >> 3) << 2; i < data.length; i += 4) {
      if (data[i] + data[i + 1] + data[i + 2] < 700) {
        const scale = element.clientWidth / element.width;
        return { x: ((i >> 2) % element.width + 0.5) * scale, y: (Math.floor((i >> 2) / element.width) + 0.5) * scale };
      }
    }
  });
  const box = await canvas(page).boundingBox();
  return { x: box.x + at.x, y: box.y + at.y };
};

test("every class has points of its colour, and a click on the legend hides them", () => onPage({}, async (page) => {
  await frame(page);
  const n = await buttons(page).count();
  const before = Object.keys(await colours(page)).length;
  assert.ok(n > 1 && before >= n, `${before} colours of ${n} classes`);
  await buttons(page).first().click();
  await frame(page);
  assert.equal(await buttons(page).first().getAttribute("aria-pressed"), "false");
  assert.equal(Object.keys(await colours(page)).length, before - 1);
  await buttons(page).first().click();
  await frame(page);
  assert.equal(Object.keys(await colours(page)).length, before);
  // A double click leaves one class, another one brings all back.
  await buttons(page).nth(1).dblclick();
  await frame(page);
  assert.equal(Object.keys(await colours(page)).length, 1);
  await buttons(page).nth(1).dblclick();
  await frame(page);
  assert.equal(Object.keys(await colours(page)).length, before);
}));

test("a point under the pointer shows its image and its class", () => onPage({}, async (page) => {
  await frame(page);
  const { x, y } = await somePoint(page);
  await page.mouse.move(x, y);
  const card = page.locator("#card");
  await card.waitFor({ state: "visible" });
  assert.match(await card.locator("p").innerText(), /^.+, (train|test) \d+$/);
  await page.waitForFunction(() => {
    const picture = document.querySelector("#card canvas");
    const { data } = picture.getContext("2d").getImageData(0, 0, picture.width, picture.height);
    return data.some((value, i) => i % 4 < 3 && value > 60);
  });
  await page.mouse.move(2, 2);
  await card.waitFor({ state: "hidden" });
}));

test("the wheel, the mouse and keys move the view, and a double click shows all again", () => onPage({}, async (page) => {
  const view = async () => JSON.parse((await canvas(page).getAttribute("data-view")) ?? '{"x":0,"y":0,"side":65535}');
  const box = await canvas(page).boundingBox();
  const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  await page.mouse.move(middle.x, middle.y);
  await page.mouse.wheel(0, -600);
  const zoomed = await view();
  assert.ok(zoomed.side < 40000 && zoomed.x > 10000, JSON.stringify(zoomed));
  await page.mouse.down();
  await page.mouse.move(middle.x + 50, middle.y + 20);
  await page.mouse.up();
  const moved = await view();
  assert.ok(moved.x < zoomed.x && moved.y < zoomed.y && moved.side === zoomed.side);
  await canvas(page).focus();
  await page.keyboard.press("ArrowRight");
  assert.ok((await view()).x > moved.x);
  await page.keyboard.press("0");
  assert.deepEqual(await view(), { side: 65535, x: 0, y: 0 });
  await page.mouse.wheel(0, -300);
  await canvas(page).dblclick({ position: { x: 5, y: 5 } });
  assert.equal((await view()).side, 65535);
}));

test("both sets fit a phone, and a frame is drawn in less than a tenth of a second", () => onPage({ viewport: PHONE }, async (page) => {
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  const duration = await canvas(page).evaluate(async (element) => {
    const start = performance.now();
    for (let i = 0; i < 10; i++) {
      element.dispatchEvent(new KeyboardEvent("keydown", { key: i % 2 ? "-" : "+" }));
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    }
    return (performance.now() - start) / 10;
  });
  assert.ok(duration < 100, `${duration} ms`);
}));
