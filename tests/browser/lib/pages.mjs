// Every page that there is. One that is not wired yet answers 404, and its tests say so.
import assert from "node:assert/strict";
import { open } from "./browser.mjs";
import { PULL_URL, SLUG } from "./site.mjs";

const home = `/competitions/${SLUG}`;
const why = (url) => `${home}/why?url=${encodeURIComponent(url)}`;

/** Name, for screenshots and test names, and address. */
export const PAGES = [
  ["competitions", "/"],
  ["board", home],
  ["board-nothing", `${home}?q=nobody-is-called-so`],
  ["board-part", `${home}?limit=2&offset=2`],
  ["board-frozen", "/competitions/icy"],
  ["board-scheduled", "/competitions/soon"],
  ["board-seed", "/competitions/mindcon-geek-week"],
  ["people", `${home}/people`],
  ["people-seed", "/competitions/mindcon-geek-week/people"],
  ["rules", `${home}/rules`],
  ["rules-seed", "/competitions/mindcon-geek-week/rules"],
  ["why", `${home}/why`],
  ["why-counted", why(PULL_URL(1))],
  ["why-refused", why(PULL_URL(7))],
  ["why-unknown", why(PULL_URL(999))],
  ["why-elsewhere", why("https://gitee.com/owner/name/pulls/1")],
  ["team", `${home}/teams/shanghai`],
  ["team-hostile", `${home}/teams/hostile`],
  ["team-idle", `${home}/teams/idle`],
  ["person", `${home}/people/mei`],
  ["person-hostile", `${home}/people/mallory`],
  ["submission", "/submissions/1"],
  ["submission-review", "/submissions/6"],
  ["submission-refused", "/submissions/7"],
  ["submission-hostile", "/submissions/4"],
  ["submission-held", "/submissions/18"],
  ["submission-refused-frozen", "/submissions/15"],
  ["team-frozen", "/competitions/icy/teams/hostile"],
  ["not-found", "/there-is-no-such-page", 404],
];

export const withLanguage = (path, lang) => `${path}${path.includes("?") ? "&" : "?"}lang=${lang}`;

/** Why a page cannot be tried yet, or false. */
export async function missing(site, [name, path, expected = 200]) {
  const status = await site.status(path);
  return status === 404 && expected === 200 && `NOT RUN: ${name} (${path}) answers 404, the page is not wired yet`;
}

/** One subtest a page and language: `check(page, name, lang)` on it, in one tab. */
export async function onEveryPage(t, { site, browser }, options, check) {
  const page = await open(browser, options);
  for (const entry of PAGES) {
    const [name, path, expected = 200] = entry;
    const skip = await missing(site, entry);
    for (const lang of skip ? [""] : ["en", "zh"]) {
      await t.test(`${name} ${lang}`.trim(), async (its) => {
        if (skip) {
          its.skip(skip);
          return;
        }
        page.complaints.length = 0;
        const answer = await page.goto(site.origin + withLanguage(path, lang), { waitUntil: "load" });
        assert.equal(answer.status(), expected);
        await check(page, name, lang);
        // Chromium writes a 404 down by itself.
        const own = expected === 200 ? page.complaints : page.complaints.filter((text) => !text.includes("404"));
        assert.deepEqual(own, []);
      });
    }
  }
  await page.context().close();
}
