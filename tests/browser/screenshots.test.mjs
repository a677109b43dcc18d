// Every page as a picture in tests/screenshots: PAGE-WIDTH-THEME-LANGUAGE.png, for people to look at.
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { onEveryPage } from "./lib/pages.mjs";
import { begin } from "./lib/stage.mjs";

const FOLDER = resolve(import.meta.dirname, "../screenshots");
const WIDTHS = [320, 768, 1440];
/** Long lists are cut here. */
const TALLEST = 2400;
let stage;

before(async () => {
  mkdirSync(FOLDER, { recursive: true });
  stage = await begin();
});
after(() => stage?.end());

test("screenshots", (t) => onEveryPage(t, stage, { reducedMotion: "reduce" }, async (page, name, lang) => {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    const height = Math.min(TALLEST, await page.evaluate(() => document.documentElement.scrollHeight));
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.screenshot({
        path: join(FOLDER, `${name}-${width}-${colorScheme}-${lang}.png`),
        fullPage: true,
        clip: { x: 0, y: 0, width, height },
      });
    }
  }
}));
