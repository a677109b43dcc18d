// Everything is reached with the keyboard, in the order that eyes have, and one sees where one is.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open } from "./lib/browser.mjs";
import { SLUG } from "./lib/site.mjs";
import { begin } from "./lib/stage.mjs";

let stage;
before(async () => {
  stage = await begin();
});
after(() => stage?.end());

/** What has focus: its name, and whether one sees that. */
const focused = () => {
  const element = document.activeElement;
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  const middle = document.elementFromPoint(box.left + Math.min(box.width, 20) / 2, box.top + box.height / 2);
  return {
    name: element.getAttribute("aria-label") || element.textContent.trim(),
    outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    shown: box.width > 0 && box.top >= 0 && box.bottom <= innerHeight && (element.contains(middle) || middle?.contains(element)),
  };
};

for (const viewport of [{ width: 1280, height: 900 }, { width: 320, height: 640 }]) {
  for (const colorScheme of ["light", "dark"]) {
    test(`tab through the board, ${viewport.width} px, ${colorScheme}`, async () => {
      const page = await open(stage.browser, { viewport, colorScheme });
      await page.goto(`${stage.site.origin}/competitions/${SLUG}`);
      const stops = [];
      for (let at = 0; at < 60; at += 1) {
        await page.keyboard.press("Tab");
        if (await page.evaluate(() => document.activeElement === document.body)) break;
        stops.push(await page.evaluate(focused));
      }
      const wanted = ["Skip to the content", "Bugathlon", "My page", "中文", "Board", "People", "Rules", "Not counted?", "All", "Cities",
        "Universities", "Enterprises", "Region", "Find a team", "Find", "Shanghai Kilns", "<img src=x onerror=alert(1)>", "Beijing Kilns"];
      assert.deepEqual(stops.map((stop) => stop.name).slice(0, wanted.length), wanted);
      assert.ok(stops.some((stop) => stop.name === "Why isn't my pull counted?"));
      assert.equal(stops.at(-1).name, "the ledger");
      assert.deepEqual(stops.filter((stop) => !stop.outlined).map((stop) => stop.name), [], "focus is not seen");
      assert.deepEqual(stops.filter((stop) => !stop.shown).map((stop) => stop.name), [], "focus is outside of the window");
      await page.context().close();
    });
  }
}

test("the skip link leads past the navigation", async () => {
  const page = await open(stage.browser);
  await page.goto(`${stage.site.origin}/competitions/${SLUG}`);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");
  await page.context().close();
});

test("a filter and a team with keys alone", async () => {
  const page = await open(stage.browser);
  await page.goto(`${stage.site.origin}/competitions/${SLUG}`);
  await page.getByRole("searchbox").focus();
  await page.keyboard.type("beijing");
  await page.keyboard.press("Enter");
  await page.waitForURL(/q=beijing/);
  await page.getByRole("link", { name: "Beijing Kilns" }).first().focus();
  await page.keyboard.press("Enter");
  await page.waitForURL(/teams\/beijing$/);
  await page.context().close();
});
