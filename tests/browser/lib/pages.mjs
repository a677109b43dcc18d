// Every page that there is. One that is not wired yet answers 404, and its tests say so.
import assert from "node:assert/strict";
import { open, signIn } from "./browser.mjs";
import { PULL_URL, SLUG } from "./site.mjs";

const home = `/competitions/${SLUG}`;
const why = (url) => `${home}/why?url=${encodeURIComponent(url)}`;

/** Name, for screenshots and test names; address; what it answers; who looks, where not everybody may. */
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
  ["certificate", `${home}/people/mei/certificate`],
  ["certificate-hostile", `${home}/people/mallory/certificate`],
  ["wall", `${home}/wall`],
  ["console", `${home}/teams/hostile/console`, 200, "organizer"],
  ["console-waiting", `${home}/teams/hostile/console/waiting?status=rejected`, 200, "organizer"],
  ["console-members", `${home}/teams/hostile/console/members`, 200, "organizer"],
  ["console-requests", `${home}/teams/hostile/console/requests`, 200, "organizer"],
  ["console-invites", `${home}/teams/hostile/console/invites`, 200, "organizer"],
  ["console-announcement", `${home}/teams/hostile/console/announcement`, 200, "organizer"],
  ["not-found", "/there-is-no-such-page", 404],
  ["sign-in", "/sign-in"],
  ["desk", `${home}/judge`, 200, "judge"],
  ["desk-nothing", `${home}/judge?team=shanghai`, 200, "judge"],
  ["desk-one", `${home}/judge/6`, 200, "judge"],
  ["desk-decided-by-rules", `${home}/judge/4`, 200, "judge"],
  ["desk-appeals", `${home}/judge/appeals`, 200, "judge"],
  ["desk-judges", `${home}/judge/judges`, 200, "host"],
  ["board-uncovered", "/competitions/icy", 200, "host"],
];

export const withLanguage = (path, lang) => `${path}${path.includes("?") ? "&" : "?"}lang=${lang}`;

/** One subtest a page and language: `check(page, name, lang)` on it, in one tab. */
export async function onEveryPage(t, { site, browser }, options, check) {
  const tabs = new Map();
  for (const [name, path, expected = 200, who = ""] of PAGES) {
    if (!tabs.has(who)) {
      const tab = await open(browser, options);
      tabs.set(who, who ? await signIn(tab, site, who) : tab);
    }
    const page = tabs.get(who);
    for (const lang of ["en", "zh"]) {
      await t.test(`${name} ${lang}`, async () => {
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
  for (const page of tabs.values()) await page.context().close();
}
