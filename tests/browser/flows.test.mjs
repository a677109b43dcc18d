// What people do from beginning to end, against the real server: what they see, and what the API says of it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open, rows, served, signIn, until } from "./lib/browser.mjs";
import { sendMerged } from "./lib/forge.mjs";
import { HOSTILE, PASSWORD, SLUG } from "./lib/site.mjs";
import { begin } from "./lib/stage.mjs";
import { chrome, english } from "./lib/words.mjs";

const HOME = `/competitions/${SLUG}`;
const API = `/api/v1${HOME}`;
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
let stage;
let site;

before(async () => {
  stage = await begin();
  ({ site } = stage);
});
after(() => stage?.end());

/** Signed in, at an address. */
async function at(login, path, options = {}) {
  return signIn(await open(stage.browser, options), site, login, path);
}

const go = (page, path) => page.goto(site.origin + path);
const path = (page) => new URL(page.url()).pathname;
const points = async (slug = SLUG) => {
  const { rows: lines } = await site.json(`/api/v1/competitions/${slug}/leaderboard`);
  return Object.fromEntries(lines.map((line) => [line.team.slug, line.points]));
};

/** Presses what sends a form, and waits for the page that comes of it. */
async function send(page, button) {
  const answer = page.waitForNavigation();
  await button.click();
  return answer;
}

async function done(...pages) {
  for (const page of pages) {
    // Chromium writes every answer down that is no success; a form that is refused is one.
    assert.deepEqual(page.complaints.filter((text) => !/status of (400|401|409|422)/.test(text)), []);
    await page.context().close();
  }
}

test("on a phone a team registers, is approved, invites, and somebody joins by the link", async () => {
  const anna = await at("anna", `${HOME}/teams/new`, PHONE);
  const typed = {
    "name.en": "Harbour Kilns", "name.zh": "海港窑", slug: "Harbour Kilns!", capacity: "3",
    statement: "We meet on Fridays & mend <kilns>.",
  };
  for (const [name, value] of Object.entries(typed)) await anna.fill(`[name="${name}"]`, value);
  await anna.selectOption("[name=kind]", "city");
  await anna.selectOption("[name=region]", "CN-LN");
  const apply = anna.getByRole("button", { name: "Apply" });
  const refused = await send(anna, apply);
  assert.ok([400, 422].includes(refused.status()), `a refused form answers ${refused.status()}`);
  assert.match(await anna.locator(".refused").innerText(), /What is wrong stands beside the field/);
  // Said at its field and at no other, and the field says that it is about it.
  const wrong = anna.locator(".field.wrong");
  assert.equal(await wrong.count(), 1);
  assert.equal(await wrong.locator("[name=slug]").getAttribute("aria-invalid"), "true");
  const error = await wrong.locator(".error").innerText();
  assert.match(error, /a-z/);
  assert.ok((await wrong.locator("[name=slug]").getAttribute("aria-describedby")).split(" ").includes("f-slug-error"));
  for (const [name, value] of Object.entries(typed)) assert.equal(await anna.inputValue(`[name="${name}"]`), value, name);
  assert.equal(await anna.inputValue("[name=kind]"), "city");
  assert.equal(await anna.inputValue("[name=region]"), "CN-LN");
  await anna.fill("[name=slug]", "harbour");
  await send(anna, apply);
  assert.equal(path(anna), `${HOME}/teams/harbour/registration`);
  assert.match(await anna.locator(".hero .stamp").innerText(), /Applied/);
  assert.equal((await site.as("anna", "GET", `${API}/teams/harbour`)).json.status, "applied");
  assert.equal(await site.status(`${HOME}/teams/harbour`), 404, "public before anybody approved it");

  const host = await at("host", `${HOME}/teams/harbour/registration`);
  assert.ok((await host.locator(".statement").innerText()).includes(typed.statement));
  const defend = host.locator("form", { has: host.locator("input[value=defend]") });
  await defend.locator("[name=defence_at]").fill("2030-01-02T10:30");
  await send(host, defend.locator("button"));
  assert.match(await host.locator(".hero .stamp").innerText(), /Invited to defence/);
  const invited = (await site.as("host", "GET", `${API}/teams/harbour`)).json;
  // Typed on the event's clock, which is 8 hours ahead.
  assert.deepEqual([invited.status, Date.parse(invited.defence_at)], ["defending", Date.parse("2030-01-02T02:30:00Z")]);
  await anna.reload();
  assert.match(await anna.locator("main").innerText(), /2 Jan 2030/);
  await send(host, host.getByRole("button", { name: "Approve the team" }));
  assert.match(await host.locator(".hero .stamp").innerText(), /Approved/);

  await anna.reload();
  await send(anna, anna.getByRole("link", { name: "The team's console" }));
  await send(anna, anna.getByRole("link", { name: "Invites", exact: true }).first());
  assert.equal(path(anna), `${HOME}/teams/harbour/console/invites`);
  await anna.fill("[name=uses]", "2");
  await send(anna, anna.locator("main form button", { hasText: /invit/i }).last());
  const link = await anna.locator(".address a").getAttribute("href");
  assert.ok(await anna.locator("svg.qr").isVisible());

  await site.account("newcomer");
  const newcomer = await open(stage.browser, PHONE);
  await newcomer.goto(new URL(link, site.origin).href);
  assert.match(await newcomer.locator("main").innerText(), /You are invited[^]*Harbour Kilns/);
  await send(newcomer, newcomer.getByRole("link", { name: "Sign in to join" }));
  await newcomer.fill("#f-login", "newcomer");
  await newcomer.fill("#f-password", "not the password");
  await send(newcomer, newcomer.locator("main form button"));
  assert.equal(await newcomer.inputValue("#f-login"), "newcomer");
  await newcomer.fill("#f-password", PASSWORD);
  await send(newcomer, newcomer.locator("main form button"));
  assert.equal(path(newcomer), new URL(link, site.origin).pathname, "back at the invitation");
  await send(newcomer, newcomer.getByRole("button", { name: "Join the team" }));
  assert.match(await newcomer.locator("main").innerText(), /You are in this team/);

  const team = (await site.json(`${API}/teams/harbour`));
  assert.equal(team.status, "approved");
  assert.ok(team.members.some(({ person }) => person.name === "newcomer"), JSON.stringify(team.members));
  const listed = async () => {
    await go(newcomer, `${HOME}/teams/harbour`);
    return newcomer.locator("table.list tbody th").allInnerTexts();
  };
  await until(listed, (names) => names.some((name) => name.includes("newcomer")), "the members on the public page");
  await anna.reload();
  assert.match(await anna.locator(".invite").innerText(), /1 of 2/);
  for (const page of [anna, newcomer]) {
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), PHONE.viewport.width, "wider than the phone");
  }
  await done(anna, host, newcomer);
});

test("a dry run says what a rule would move, and applying moves exactly that", async () => {
  const was = await points();
  const host = await at("host", `${HOME}/host/definition`);
  assert.equal(await host.inputValue("[name=base]"), "2");
  await host.fill("[name=base]", "7");
  await send(host, host.getByRole("button", { name: "See what would change" }));
  assert.match(await host.locator("main").innerText(), /scoring\.base/);
  const told = Object.fromEntries(await host.locator("main table.list a[href*='/teams/']").evaluateAll((links) => links.map((link) => {
    const cell = link.closest("tr").querySelector("td:last-child");
    return [new URL(link.href).pathname.split("/").at(-1), Number((cell.querySelector("strong") ?? cell).textContent)];
  })));
  assert.ok(Object.keys(told).length >= 3, JSON.stringify(told));
  assert.notEqual(told.shanghai, was.shanghai);
  assert.deepEqual(await points(), was, "a dry run moved something");

  // Without a reason nothing happens.
  const apply = host.getByRole("button", { name: "Apply", exact: false }).first();
  await host.locator("[name=reason]").evaluate((field) => field.removeAttribute("required"));
  await send(host, apply);
  assert.match(await host.locator(".field.wrong .error").innerText(), /3 to 2000/);
  assert.deepEqual(await points(), was, "applied without a reason");

  const board = await open(stage.browser);
  await go(board, HOME);
  await board.evaluate(() => { window.untouched = true; });
  await host.fill("[name=reason]", "A fix is worth more.");
  await send(host, host.getByRole("button", { name: "Apply", exact: false }).first());
  const wanted = { ...was, ...told };
  // The board follows what was written within a moment.
  assert.deepEqual(await until(points, (own) => own.shanghai !== was.shanghai, "the leaderboard"), wanted);
  await until(async () => Object.fromEntries((await rows(board)).map((row) => [row.team, row.points])),
    (shown) => Object.entries(wanted).every(([team, own]) => shown[team] === own), "the board's points");
  assert.equal(await board.evaluate(() => window.untouched), true, "the board was reloaded");
  await go(host, `${HOME}/host/audit`);
  assert.match(await host.locator(".log li").first().innerText(), /A fix is worth more\./);
  // The secrets, which no page shows, are what they were.
  assert.equal(await sendMerged(site.origin, { number: 301, login: "idler", title: "fix after it", mergedAt: Date.now() - 1000 }), 202);
  await until(points, (own) => own.idle > 0, "a fix after it");
  assert.equal((await points()).idle, 8, "base 7 and 1 for a first fix");
  await done(host, board);
});

test("a reveal moves a board that somebody looks at to the live figures", async () => {
  const board = await open(stage.browser);
  await go(board, "/competitions/icy");
  await until(() => board.locator("[data-state]").getAttribute("data-state"), (state) => state === "live", "the pill");
  await board.evaluate(() => { window.untouched = true; });
  const frozen = await rows(board);
  const host = await at("host", "/competitions/icy/host");
  const live = (await site.as("host", "GET", "/api/v1/competitions/icy/leaderboard")).json;
  assert.match(await board.getByRole("note").innerText(), /frozen/);
  const button = host.getByRole("button", { name: "Reveal now" });
  assert.equal(await button.isVisible(), false, "it asks first");
  await host.locator("summary", { hasText: "Reveal" }).click();
  assert.match(await host.locator("details[open]").innerText(), /It cannot be hidden again/);
  assert.deepEqual(await rows(board), frozen, "opening the fold revealed it");
  await send(host, button);
  assert.equal(await host.locator("summary", { hasText: "Reveal" }).count(), 0, "it can be revealed twice");

  const shown = await until(() => rows(board), (lines) => JSON.stringify(lines) !== JSON.stringify(frozen), "the board");
  const now = await site.json("/api/v1/competitions/icy/leaderboard");
  assert.deepEqual(shown, served(now));
  assert.deepEqual(shown, served(live), "what the host saw before it");
  const of = (lines) => lines.find((line) => line.team === "hostile");
  assert.deepEqual([of(frozen).fixes, of(frozen).pending, of(shown).fixes, of(shown).pending], [2, 1, 3, 0]);
  await until(() => board.locator("[role=note]").count(), (count) => count === 0, "the banner", 15_000);
  assert.equal(await board.evaluate(() => window.untouched), true, "the board was reloaded");
  await done(board, host);
});

test("everything once in Chinese, and a form comes back in Chinese", async () => {
  const zh = async (page, what) => {
    assert.equal(await page.locator("html").getAttribute("lang"), "zh-Hans", what);
    assert.deepEqual(english(await page.evaluate(chrome)), [], `English at ${what}`);
    assert.match(await page.locator("main").innerText(), /[\u4e00-\u9fff]/, what);
  };
  const enter = async (login, to) => {
    const page = await open(stage.browser);
    await go(page, `/sign-in?lang=zh&to=${encodeURIComponent(`${to}?lang=zh`)}`);
    await zh(page, "sign-in");
    assert.equal(await page.locator("h1").innerText(), "登录");
    await page.fill("#f-login", login);
    await page.fill("#f-password", "wrong");
    await send(page, page.getByRole("button", { name: "登录" }));
    await zh(page, "sign-in, refused");
    await page.fill("#f-password", PASSWORD);
    await send(page, page.getByRole("button", { name: "登录" }));
    assert.equal(path(page), to);
    await zh(page, to);
    return page;
  };
  await site.account("zhang");
  const zhang = await enter("zhang", "/me");
  await go(zhang, `${HOME}/teams/new?lang=zh`);
  await zh(zhang, "teams/new");
  assert.equal(await zhang.locator("h1").innerText(), "注册队伍");
  await zhang.fill("[name='name.en']", "Zhang Kilns");
  await zhang.fill("[name='name.zh']", "张窑");
  await zhang.fill("[name=slug]", "张 窑!");
  await zhang.fill("[name=statement]", "每周五");
  await zhang.selectOption("[name=kind]", "university");
  await zhang.selectOption("[name=region]", "CN-SH");
  await send(zhang, zhang.getByRole("button", { name: "提交申请" }));
  await zh(zhang, "teams/new, refused");
  assert.match(await zhang.locator(".field.wrong .error").innerText(), /[\u4e00-\u9fff]/);
  await zhang.fill("[name=slug]", "zhang-kilns");
  await send(zhang, zhang.getByRole("button", { name: "提交申请" }));
  assert.equal(path(zhang), `${HOME}/teams/zhang-kilns/registration`);
  await zh(zhang, "registration");
  assert.match(await zhang.locator(".hero .stamp").innerText(), /已申请/);

  const organizer = await enter("organizer", `${HOME}/teams/hostile/console`);
  for (const rest of ["/waiting", "/members", "/requests", "/invites", "/announcement"]) {
    await go(organizer, `${HOME}/teams/hostile/console${rest}?lang=zh`);
    await zh(organizer, `console${rest}`);
  }
  await go(organizer, `${HOME}/teams/hostile/console/announcement?lang=zh`);
  await organizer.fill("main textarea", "周五见");
  await send(organizer, organizer.locator("main form", { has: organizer.locator("textarea") }).locator("button").first());
  await zh(organizer, "announcement, said");
  assert.match(await organizer.locator("[role=status]").innerText(), /已完成/);

  const judge = await enter("judge", `${HOME}/judge`);
  await send(judge, judge.locator("a[data-row]").first());
  await zh(judge, "desk, one");
  await send(judge, judge.locator("form.accept button[type=submit]"));
  await zh(judge, "desk, decided");

  const host = await enter("host", `${HOME}/host`);
  for (const path of ["/host", "/host/people", "/host/competitions/new", "/host/audit", `${HOME}/host/definition`, `${HOME}/host/sources`, `${HOME}/host/audit`]) {
    await go(host, `${path}?lang=zh`);
    await zh(host, path);
  }
  await go(host, `${HOME}/host/definition?lang=zh`);
  await host.fill("[name=base]", "3");
  await send(host, host.getByRole("button", { name: "查看变化" }));
  await zh(host, "dry run");
  assert.match(await host.locator("h2").first().innerText(), /应用后将变化/);
  await done(zhang, organizer, judge, host);
});

test("without JavaScript: sign in, ask to join, be let in, a judge decides, sign out", async () => {
  const plain = { javaScriptEnabled: false };
  await site.account("plain");
  const person = await at("plain", `${HOME}/teams/hostile/join`, plain);
  await person.fill("[name=text]", HOSTILE.title);
  await send(person, person.getByRole("button", { name: "Send" }));
  assert.match(await person.locator("h2#place").innerText(), /You have asked to join/);

  const organizer = await at("organizer", `${HOME}/teams/hostile/console/requests`, plain);
  assert.ok((await organizer.locator(".asked-line").innerText()).includes(HOSTILE.title));
  await send(organizer, organizer.locator(".asked-line button.go"));
  assert.match(await organizer.locator("[role=status]").innerText(), /Done\./);
  await person.reload();
  assert.match(await person.locator("h2#place").innerText(), /You are in this team/);
  const { members } = await site.json(`${API}/teams/hostile`);
  assert.ok(members.some((member) => member.person.name === "plain"));

  assert.equal(await sendMerged(site.origin, { number: 302, login: "bo-kiln", title: "Tidy what nobody sees", labels: [], mergedAt: Date.now() - 1000 }), 202);
  const queued = () => site.as("judge", "GET", `${API}/queue`);
  await until(async () => (await queued()).json.total, (total) => total > 0, "the queue");
  const judge = await at("judge", `${HOME}/judge`, plain);
  const row = judge.locator("a[data-row]", { hasText: "Tidy what nobody sees" });
  await send(judge, row);
  const id = /judge\/(\d+)/.exec(judge.url())[1];
  const had = (await points()).beijing;
  await send(judge, judge.locator("form.accept button[type=submit]"));
  assert.match(await judge.locator(".undoable").innerText(), /Tidy what nobody sees[^]*accepted|accepted[^]*Tidy what nobody sees/);
  const decided = await site.json(`/api/v1/submissions/${id}`);
  assert.equal(decided.status, "accepted");
  await until(points, (own) => own.beijing > had, "the points");
  await judge.locator(".undoable form button").waitFor();

  await go(person, "/me");
  assert.match(await person.locator("main").innerText(), /plain/);
  await send(person, person.getByRole("button", { name: "Sign out" }));
  await go(person, "/me");
  assert.equal(path(person), "/sign-in");
  assert.deepEqual((await person.context().cookies()).filter(({ value }) => value), []);
  await done(person, organizer, judge);
});
