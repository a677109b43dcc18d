// Without JavaScript every page is whole, and hostile text stays text.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open, rows, served } from "./lib/browser.mjs";
import { PAGES } from "./lib/pages.mjs";
import { HOSTILE, PULL_URL, SLUG } from "./lib/site.mjs";
import { begin } from "./lib/stage.mjs";

const HOME = `/competitions/${SLUG}`;
let stage;
let page;
before(async () => {
  stage = await begin();
  page = await open(stage.browser, { javaScriptEnabled: false });
});
after(() => stage?.end());

/** Runs where the page is wired. */
function on(name, what, check) {
  test(`without JavaScript: ${what}`, async () => {
    const entry = PAGES.find(([known]) => known === name);
    await page.goto(stage.site.origin + entry[1]);
    await check(page);
    assert.deepEqual(page.complaints.splice(0), []);
  });
}

const asked = () => new URL(page.url());
const api = (query = "") => stage.site.json(`/api/v1${HOME}/leaderboard${query}`);

on("competitions", "competitions lead to their boards", async () => {
  await page.getByRole("link", { name: "Kiln Tryout" }).click();
  assert.equal(asked().pathname, HOME);
});

on("board", "the board is whole, and says when it was made", async () => {
  assert.deepEqual(await rows(page), served(await api()));
  assert.match(await page.locator("[data-state-text]").textContent(), /^As of \d\d:\d\d:\d\d$/);
  assert.match(await page.getByRole("timer").textContent(), /^1 d \d\d:\d\d:\d\d$/);
  assert.ok(await page.locator(".feed li").count() >= 4);
});

on("board", "kinds are links", async () => {
  await page.getByRole("link", { name: "Universities" }).click();
  assert.equal(asked().search, "?kind=university");
  assert.deepEqual(await rows(page), served(await api("?kind=university")));
  assert.equal(await page.locator(".chips [aria-current]").textContent(), "Universities");
  assert.deepEqual((await rows(page)).map((row) => row.rank), [1, 2], "ranks within the filter");
});

on("board", "region and search are a form, and keep the kind", async () => {
  await page.getByRole("link", { name: "Cities" }).click();
  await page.getByLabel("Region").selectOption("CN-SH");
  await page.getByLabel("Find a team").fill("kilns");
  await page.getByRole("button", { name: "Find" }).click();
  assert.deepEqual(Object.fromEntries(asked().searchParams), { kind: "city", region: "CN-SH", q: "kilns" });
  assert.deepEqual((await rows(page)).map((row) => row.team), ["shanghai"]);
  assert.equal(await page.getByLabel("Find a team").inputValue(), "kilns");
  assert.equal(await page.getByLabel("Region").inputValue(), "CN-SH");
});

on("board-nothing", "a filter that nothing matches leads back", async () => {
  await page.getByRole("link", { name: "Show all" }).click();
  assert.equal(asked().pathname + asked().search, HOME);
  assert.equal((await rows(page)).length, 5);
});

on("board-part", "parts of the list are linked", async () => {
  assert.deepEqual((await rows(page)).map((row) => row.rank), (await api("?limit=2&offset=2")).rows.map((row) => row.rank));
  await page.getByRole("link", { name: "before" }).click();
  assert.equal((await rows(page))[0].rank, 1);
});

on("board-frozen", "a frozen board says so, and hides what came since", async () => {
  assert.match(await page.getByRole("note").textContent(), /The board is frozen/);
  assert.deepEqual(await rows(page), served(await stage.site.json("/api/v1/competitions/icy/leaderboard")));
  assert.doesNotMatch(await page.locator(".feed").textContent(), /kiln door/);
});

on("submission-held", "what was merged after the freeze does not tell its status", async () => {
  const text = await page.locator("main").textContent();
  assert.match(text, /Held until the reveal/);
  assert.doesNotMatch(text, /Counted|points\./);
  const { rows: [, hostile] } = await stage.site.json("/api/v1/competitions/icy/leaderboard");
  assert.deepEqual([hostile.team.slug, hostile.fixes, hostile.pending], ["hostile", 2, 1]);
});

on("people", "people", async () => {
  await page.getByLabel("Find a developer or team").fill("mei");
  await page.getByRole("button", { name: "Find" }).click();
  assert.deepEqual(await page.locator("table.board tbody th > a").allTextContents(), ["Mei Lin"]);
});

on("rules", "the rules say when, where and what", async () => {
  const text = await page.locator("main").textContent();
  for (const part of ["kilnworks/kiln", "kind/bug", "priority/major", "stat/invalid", "UTC+8"]) assert.ok(text.includes(part), part);
});

on("team", "a team has members, fixes and its points over time", async () => {
  const text = await page.locator("main").textContent();
  for (const part of ["Mei Lin", "glaze scheduler", "修复：窑温曲线在午夜归零"]) assert.ok(text.includes(part), part);
  // The chart's table opens without a script.
  await page.locator("summary").click();
  assert.ok(await page.locator("details[open] table").isVisible());
  await page.getByRole("link", { name: "Mei Lin" }).first().click();
  assert.equal(asked().pathname, `${HOME}/people/mei`);
});

on("person", "a person leads to a submission, and that to its why", async () => {
  await page.getByRole("link", { name: "glaze scheduler" }).first().click();
  assert.match(asked().pathname, /^\/submissions\/\d+$/);
  const text = await page.locator("main").textContent();
  assert.match(text, /Counted, with 6 points/);
  assert.equal(await page.locator(".checks li").count(), 17);
});

on("why", "a pasted address is answered", async () => {
  await page.getByLabel("Address of the pull request").fill(PULL_URL(7));
  await page.getByRole("button", { name: "Ask" }).click();
  assert.equal(asked().searchParams.get("url"), PULL_URL(7));
  const text = await page.locator("main").textContent();
  assert.match(text, /This does not count/);
  assert.match(text, /stat\/invalid/);
  assert.match(text, /What to do|what to do next/);
});

on("why-unknown", "an unknown pull is told apart", async () => {
  assert.match(await page.locator("main").textContent(), /we have not heard of this pull request/);
});

on("why-elsewhere", "a pull elsewhere is told apart", async () => {
  assert.match(await page.locator("main").textContent(), /does not take part/);
});

// With JavaScript: it must not run what people wrote.
for (const [name, part] of [
  ["board", HOSTILE.team], ["board", HOSTILE.title], ["people", HOSTILE.person], ["people", HOSTILE.team],
  ["team-hostile", HOSTILE.team], ["team-hostile", HOSTILE.person], ["team-hostile", HOSTILE.title],
  ["person-hostile", HOSTILE.person], ["person-hostile", HOSTILE.title], ["person-hostile", HOSTILE.turned],
  ["submission-hostile", HOSTILE.title], ["submission-hostile", HOSTILE.person], ["board-frozen", HOSTILE.team],
]) {
  test(`hostile text stays text: ${name}, ${part.slice(0, 30)}`, async () => {
    const entry = PAGES.find(([known]) => known === name);
    const live = await open(stage.browser);
    await live.goto(stage.site.origin + entry[1]);
    const found = await live.locator("main bdi").allTextContents();
    assert.ok(found.includes(part), `not there as text: ${JSON.stringify(found)}`);
    const made = await live.locator("main img, main script, main [onerror], main [onload], main svg[onload]").count();
    assert.equal(made, 0, "an element was made of what somebody wrote");
    assert.deepEqual(live.complaints, []);
    await live.context().close();
  });
}

test("what is asked for comes back as text", async () => {
  const live = await open(stage.browser);
  for (const path of [`${HOME}?q=`, `${HOME}/people?q=`, `${HOME}/why?url=`, `/`]) {
    const hostile = "\"><script>alert(9)</script>";
    const answer = await live.goto(`${stage.site.origin}${path}${encodeURIComponent(hostile)}`);
    assert.equal(await live.locator("main script, header script").count(), 0, path);
    assert.ok(answer.status() < 500, path);
    assert.match(answer.headers()["content-security-policy"], /default-src 'none'/);
    assert.doesNotMatch(answer.headers()["content-security-policy"], /unsafe/);
  }
  assert.deepEqual(live.complaints.filter((text) => !text.includes("404")), []);
  await live.context().close();
});
