// Nothing is wider than the window at 320 px, and what is touched is large enough.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { onEveryPage } from "./lib/pages.mjs";
import { begin } from "./lib/stage.mjs";

let stage;
before(async () => {
  stage = await begin();
});
after(() => stage?.end());

test("at 320 px", (t) => onEveryPage(t, stage, { viewport: { width: 320, height: 640 }, hasTouch: true }, async (page) => {
  const wide = await page.evaluate(() => {
    const outside = [...document.querySelectorAll("body *")].filter((element) => {
      const box = element.getBoundingClientRect();
      return box.width > 1 && box.right > innerWidth + 1 && !element.closest("svg, .sr, .skip");
    });
    return [document.documentElement.scrollWidth, outside.map((element) => `${element.tagName}.${element.className} ${element.textContent.slice(0, 40)}`)];
  });
  assert.deepEqual(wide, [320, []]);
  const cut = await page.evaluate(() => [...document.querySelectorAll(".card, .band, main, .verdict")]
    .filter((element) => element.scrollWidth > element.clientWidth + 1)
    .map((element) => `${element.className}: ${element.scrollWidth} in ${element.clientWidth}`));
  assert.deepEqual(cut, [], "cut off");
  const small = await page.evaluate(() => [...document.querySelectorAll("a, button, input:not([type=hidden]), select, summary")]
    // A link within a line of text has the line's height (WCAG 2.5.8's exception); the skip link shows when it has focus.
    .filter((element) => !element.matches(".skip, p a, small a, dd a, .decision a"))
    .map((element) => [element, element.getBoundingClientRect()])
    .filter(([, box]) => box.width < 24 || box.height < 23.99)
    .map(([element, box]) => `${element.tagName} "${element.textContent.slice(0, 30)}" ${box.width.toFixed(1)} × ${box.height.toFixed(1)}`));
  assert.deepEqual(small, [], "too small for a finger");
}));
