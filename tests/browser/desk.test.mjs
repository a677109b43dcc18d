// A judge's evening: ten decided by keyboard, two judges at one submission, an appeal from the public page and back.
import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { open, signIn } from "./lib/browser.mjs";
import { mergedLine } from "./lib/forge.mjs";
import { SLUG } from "./lib/site.mjs";
import { begin } from "./lib/stage.mjs";

const DESK = `/competitions/${SLUG}/judge`;
const HOUR = 3_600_000;
let stage;

before(async () => {
  stage = await begin();
  // Sixteen more that nothing says are bug fixes.
  const lines = Array.from({ length: 16 }, (_, at) => mergedLine({
    number: 100 + at, login: at % 2 ? "bo-kiln" : "mei-lin", title: `Tidy shelf ${at}`, labels: [],
    createdAt: Date.now() - 25 * HOUR, mergedAt: Date.now() - (24 - at) * HOUR,
  }));
  const file = join(mkdtempSync(join(tmpdir(), "desk-")), "more.ndjson");
  writeFileSync(file, `${lines.join("\n")}\n`);
  await stage.site.command("import", file, "--competition", SLUG);
});
after(() => stage?.end());

/** Signed in, at the desk. */
async function at(login, path, options = {}) {
  return signIn(await open(stage.browser, options), stage.site, login, path);
}

/** Presses a key and waits for the page that it leads to. */
async function press(page, key) {
  const from = page.url();
  await Promise.all([page.waitForURL((url) => url.href !== from), page.keyboard.press(key)]);
}

const done = (page) => page.locator(".undoable").innerText();

test("ten decided by keyboard, one undone, keys off while typing and on wish", async () => {
  const page = await at("judge", DESK, { viewport: { width: 1440, height: 900 } });
  await page.keyboard.press("j");
  assert.equal(await page.evaluate(() => document.activeElement.matches("a[data-row]")), true);
  await press(page, "Enter");
  const decided = [];
  for (let nth = 0; nth < 10; nth += 1) {
    const title = await page.locator("h1").innerText();
    if (nth % 3 === 2) {
      await page.keyboard.press("r");
      assert.equal(await page.evaluate(() => document.activeElement.name), "template-reject");
      await page.keyboard.press("2");
      await press(page, "r");
      assert.match(await done(page), /rejected/);
    } else {
      await press(page, "a");
      assert.match(await done(page), /accepted/);
    }
    assert.ok((await done(page)).includes(title));
    decided.push(title);
  }
  assert.equal(new Set(decided).size, 10);
  await press(page, "u");
  assert.ok((await done(page)).includes(`Undone: ${decided.at(-1)}`));
  assert.equal(await page.locator("h1").innerText(), decided.at(-1));

  await page.focus("#f-reason-accept");
  await page.keyboard.type("a r u j");
  assert.equal(await page.inputValue("#f-reason-accept"), "a r u j");
  await page.keyboard.press("Escape");
  await page.keyboard.press("?");
  await page.locator("[data-keys-switch] input").uncheck();
  const here = page.url();
  await page.locator("h1").click();
  await page.keyboard.press("a");
  await page.reload();
  assert.equal(page.url(), here);
  assert.equal(await page.locator("button kbd").first().isVisible(), false);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test("two judges collide: the second one learns who decided, and keeps what was typed", async () => {
  const one = await at("judge", DESK);
  const two = await at("judge-two", DESK);
  await one.locator("a[data-row]").first().click();
  await two.goto(one.url());
  await one.locator("form.accept button").click();
  await one.waitForURL(/done=/);
  await two.fill("#f-reason-reject", "I read all of it: a rename.");
  await two.locator("form.reject button").click();
  const said = await two.locator("[role=alert]").innerText();
  assert.match(said, /Already decided by judge: accepted/);
  assert.match(said, /I read all of it: a rename\./);
  await one.context().close();
  await two.context().close();
});

test("an appeal goes to another judge, from a phone and without a script", async () => {
  const one = await at("judge", `${DESK}?team=shanghai`, { javaScriptEnabled: false });
  await one.locator("a[data-row]").first().click();
  const id = /judge\/(\d+)/.exec(one.url())[1];
  await one.locator("form.reject input[value=no-fix]").check();
  await one.locator("form.reject button").click();
  assert.match(await done(one), /rejected/);

  const phone = { viewport: { width: 320, height: 640 }, javaScriptEnabled: false };
  const mei = await at("mei", `/submissions/${id}`, phone);
  await mei.locator(`a[href*="/submissions/${id}/appeal"]`).click();
  await mei.fill("#f-text", "no");
  await mei.locator("main form button").click();
  assert.match(await mei.locator(".error").innerText(), /3 to 2000 characters/);
  await mei.fill("#f-text", "The log in the issue shows the crash.");
  await mei.locator("main form button").click();
  assert.match(await mei.locator("[role=status]").innerText(), /another judge/);

  const two = await at("judge-two", `${DESK}/appeals`, phone);
  await two.locator("a[data-row]").first().click();
  await two.fill("#f-text", "The log shows it.");
  await two.fill("#f-points", "4");
  await two.locator("button[value=upheld]").click();
  await mei.goto(`${stage.site.origin}/submissions/${id}`);
  assert.match(await mei.locator(".verdict").innerText(), /The log shows it\./);
  for (const page of [one, mei, two]) await page.context().close();
});
