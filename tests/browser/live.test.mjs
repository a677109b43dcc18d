// A merged pull arrives, and the board that somebody looks at moves.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open, rows, served, until } from "./lib/browser.mjs";
import { sendMerged } from "./lib/forge.mjs";
import { SLUG } from "./lib/site.mjs";
import { begin } from "./lib/stage.mjs";

const PATH = `/competitions/${SLUG}`;
const API = `/api/v1/competitions/${SLUG}/leaderboard`;
const LOGIN = { shanghai: "mei-lin", works: "wu-works", idle: "idler", hostile: "mallory", beijing: "bo-kiln" };
let stage;
let site;
let browser;
let number = 100;

before(async () => {
  stage = await begin();
  ({ site, browser } = stage);
});
after(() => stage?.end());

const teams = (lines) => lines.map((line) => line.team);
const pill = (page) => page.locator("[data-state]").getAttribute("data-state");

async function board(options, path = PATH) {
  const page = await open(browser, options);
  await page.goto(site.origin + path);
  await until(() => pill(page), (state) => state === "live", "the pill");
  // A mark that a reload would take away.
  await page.evaluate(() => { window.untouched = true; });
  return page;
}

/** As many merged pulls of `login` as given, all in one moment of the board. */
async function merge(login, count) {
  const sent = await Promise.all(Array.from({ length: count }, () => {
    number += 1;
    return sendMerged(site.origin, { number, login, title: `fix crack ${number}`, mergedAt: Date.now() - 1000 });
  }));
  assert.deepEqual(sent, Array(count).fill(202));
}

async function equal(page) {
  await until(async () => [await rows(page), served(await site.json(API))],
    ([shown, told]) => JSON.stringify(shown) === JSON.stringify(told), "the page's rows against the server's");
}

for (const reducedMotion of ["no-preference", "reduce"]) {
  test(`a signed hook moves the board, motion: ${reducedMotion}`, async () => {
    const page = await board({ reducedMotion });
    const first = await rows(page);
    // Whoever is last climbs to the top.
    const last = first.at(-1).team;
    const login = LOGIN[last];
    // Counts the moves that the rows begin.
    await page.evaluate(() => {
      window.moves = 0;
      const animate = Element.prototype.animate;
      Element.prototype.animate = function move(...how) {
        window.moves += 1;
        return animate.apply(this, how);
      };
    });
    const count = Math.ceil((first[0].points - first.at(-1).points) / 2) + 1;
    await merge(login, count);
    const moved = await until(() => rows(page), (lines) => lines[0].team === last, "the row on top");
    // Hooks that came together may show in two changes: the board waits for nobody.
    await until(() => rows(page), (lines) => lines[0].fixes === first.at(-1).fixes + count, "every fix counted");
    await equal(page);
    const shown = (await rows(page))[0];
    assert.equal(shown.fixes, first.at(-1).fixes + count);
    assert.equal(shown.rank, 1);
    assert.ok(shown.points > first[0].points);
    assert.deepEqual(teams(moved).sort(), teams(first).sort());
    assert.equal(await page.evaluate(() => window.untouched), true, "the page was reloaded");
    const moves = await page.evaluate(() => window.moves);
    if (reducedMotion === "reduce") assert.equal(moves, 0, "rows move although motion is to be reduced");
    else assert.ok(moves > 0, "no row moved");

    // Said once, politely, in words.
    const say = page.locator("[data-say]");
    assert.equal(await say.getAttribute("aria-live"), "polite");
    const name = await page.locator("table.board tbody tr").first().locator("[data-f=name]").textContent();
    const said = await say.textContent();
    assert.match(said, / is now number \d+$/);
    assert.ok(said.startsWith(name), `said: ${said}`);

    // The movement is said in words beside its arrow, and the lanes are measured by the new leader.
    const row = page.locator(`tr[data-team="${last}"]`);
    assert.equal(await row.locator("[data-f=lane]").getAttribute("width"), "100");
    assert.match(await row.locator("[data-f=move]").textContent(), /^(▲\d+up \d+ since yesterday|newnew on the board)$/);
    assert.deepEqual(page.complaints, []);
    await page.context().close();
  });
}

test("in Chinese it is said in Chinese", async () => {
  const page = await board({ locale: "zh-CN" });
  const first = await rows(page);
  const last = first.at(-1).team;
  const login = LOGIN[last];
  await merge(login, Math.ceil((first[0].points - first.at(-1).points) / 2) + 1);
  assert.match(await until(() => page.locator("[data-say]").textContent(), (said) => said, "what is said"), / 现在是第 \d+ 名$/);
  assert.equal(await page.locator("[data-state-text]").textContent(), "实时");
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test("with a filter, ranks stay within it and other teams stay away", async () => {
  const page = await board({}, `${PATH}?kind=city`);
  await merge("mallory", 1);
  await merge("bea-kiln", 1);
  await until(async () => [await rows(page), served(await site.json(`${API}?kind=city`))],
    ([shown, told]) => JSON.stringify(shown) === JSON.stringify(told) && shown.length === 2, "the cities' rows");
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test("focus stays on its link while the row moves", async () => {
  const page = await board({});
  const last = (await rows(page)).at(-1);
  const top = (await rows(page))[0];
  const login = LOGIN[last.team];
  const link = page.locator(`tr[data-team="${last.team}"] [data-f=name]`);
  await link.focus();
  await merge(login, Math.ceil((top.points - last.points) / 2) + 1);
  await until(() => rows(page), (lines) => lines[0].team === last.team, "the row on top");
  assert.equal(await link.evaluate((element) => element === document.activeElement), true, "focus was lost");
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test("what stands around the rows follows: feed, head, sparklines", async () => {
  const page = await board({});
  const before = await page.locator("[data-part=head] .counts").textContent();
  number += 1;
  const title = `fix what the feed shows ${number}`;
  assert.equal(await sendMerged(site.origin, { number, login: "bo-kiln", title, mergedAt: Date.now() - 1000 }), 202);
  // The page asks for itself again 2 to 5 s after a change.
  await until(() => page.locator("[data-part=feed]").textContent(), (text) => text.includes(title), "the feed", 15_000);
  assert.notEqual(await page.locator("[data-part=head] .counts").textContent(), before);
  assert.equal(await pill(page), "live", "the new head says live too");
  assert.equal(await page.evaluate(() => window.untouched), true);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test("the pill says reconnecting while the server is away, and live with its rows after", async () => {
  const page = await board({});
  await site.stop();
  await until(() => pill(page), (state) => state === "reconnecting", "the pill");
  assert.match(await page.locator("[data-state-text]").textContent(), /^Reconnecting…( · As of \d\d:\d\d:\d\d)?$/);
  const kept = await rows(page);
  assert.ok(kept.length > 0, "rows stay while the server is away");
  // Meanwhile something happens.
  await site.serve();
  await merge("mei-lin", 3);
  await until(() => pill(page), (state) => state === "live", "the pill", 20_000);
  await equal(page);
  assert.notDeepEqual(await rows(page), kept);
  assert.equal(await page.evaluate(() => window.untouched), true);
  // The browser itself writes down that the server was away; nothing else.
  const others = page.complaints.filter((text) => !/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE/.test(text));
  assert.deepEqual(others, []);
  await page.context().close();
});

test("the countdown runs by the server's clock", async () => {
  const page = await open(browser, {});
  // A viewer whose clock is three hours slow.
  await page.addInitScript(() => {
    const real = Date.now.bind(Date);
    Date.now = () => real() - 3 * 3600 * 1000;
  });
  await page.goto(site.origin + PATH);
  await until(() => pill(page), (state) => state === "live", "the pill");
  const digits = page.locator("[data-turn]").first();
  const shown = async () => {
    const text = await digits.textContent();
    const [, days, hours, minutes, seconds] = text.match(/^(?:(\d+) \D+)?(\d\d):(\d\d):(\d\d)$/).map((part) => Number(part ?? 0));
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
  };
  const left = async () => (Date.parse(await digits.getAttribute("data-until")) - Date.now()) / 1000;
  await until(async () => Math.abs(await shown() - await left()), (off) => off < 120, "the countdown by the server's clock");
  await merge("mei-lin", 1);
  await equal(page);
  assert.ok(Math.abs(await shown() - await left()) < 120, "the stream's clock too");
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});
