// Every page that there is. One that is not wired yet answers 404, and its tests say so.
import assert from "node:assert/strict";
import { open, signIn } from "./browser.mjs";
import { HOSTILE, PULL_URL, SLUG } from "./site.mjs";

const home = `/competitions/${SLUG}`;
const why = (url) => `${home}/why?url=${encodeURIComponent(url)}`;

/** Name, for screenshots and test names; address, or what makes it of what `prepare` made; what it answers; who looks, where not everybody may. */
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
  ["desk-appeal", `${home}/judge/appeals/1`, 200, "judge-two"],
  ["appeal", "/submissions/2/appeal", 200, "mei"],
  ["me", "/me", 200, "mei"],
  ["me-hostile", "/me", 200, "mallory"],
  ["me-nothing", "/me", 200, "anna"],
  ["team-new", `${home}/teams/new`, 200, "anna"],
  ["place-ask", `${home}/teams/shanghai/join`, 200, "anna"],
  ["place-mine", `${home}/teams/shanghai/join`, 200, "mei"],
  ["place-elsewhere", `${home}/teams/hostile/join`, 200, "mei"],
  ["invitation", ({ invite }) => invite, 200, "anna"],
  ["invitation-nobody", ({ invite }) => invite],
  ["invitation-mine", ({ invite }) => invite, 200, "mallory"],
  ["registrations", `${home}/registrations`, 200, "judge"],
  ["registrations-nothing", `${home}/registrations?status=suspended`, 200, "judge"],
  ["registration-applied", `${home}/teams/rivals/registration`, 200, "host"],
  ["registration-applied-judge", `${home}/teams/rivals/registration`, 200, "judge"],
  ["registration-own", `${home}/teams/hostile/registration`, 200, "organizer"],
  ["host", "/host", 200, "host"],
  ["host-people", "/host/people", 200, "host"],
  ["host-person", "/host/people/judge", 200, "host"],
  ["host-new", "/host/competitions/new", 200, "host"],
  ["host-new-file", "/host/competitions/new?as=file", 200, "host"],
  ["host-audit-all", "/host/audit", 200, "host"],
  ["host-overview", `${home}/host`, 200, "host"],
  ["host-overview-frozen", "/competitions/icy/host", 200, "host"],
  ["host-overview-final", "/competitions/spring-sprint/host", 200, "host"],
  ["host-definition", `${home}/host/definition`, 200, "host"],
  ["host-definition-file", `${home}/host/definition?as=file`, 200, "host"],
  ["host-definition-final", "/competitions/spring-sprint/host/definition", 200, "host"],
  ["host-sources", `${home}/host/sources`, 200, "host"],
  ["host-audit", `${home}/host/audit`, 200, "host"],
  ["host-audit-judge", `${home}/host/audit`, 200, "judge"],
  ["result", "/competitions/spring-sprint/result"],
];

/** What must have happened before all of them can be looked at; answers the addresses that come of it. */
export async function prepare(site) {
  const api = `/api/v1${home}`;
  await site.account("rival");
  await site.as("rival", "POST", `${api}/teams`, {
    slug: "rivals", kind: "university", region: "CN-SH", name: { en: `Rivals ${HOSTILE.team}`, zh: `对手 ${HOSTILE.team}` },
    statement: `We meet on Fridays.\n${HOSTILE.title}`,
  });
  // Rejected by a judge; one of the two is appealed against.
  for (const id of [2, 5]) {
    const { etag } = await site.as("judge", "GET", `/api/v1/submissions/${id}`);
    await site.as("judge", "POST", `${api}/submissions/${id}/decisions`, { action: "reject", reason: "A rename, no fix." }, { "If-Match": etag });
  }
  await site.as("mallory", "POST", `${api}/submissions/5/appeals`, { text: HOSTILE.title });
  // It ended long ago and is final by its date; made final by somebody it has an export too.
  for (const act of ["reopen", "finalize"]) {
    await site.as("host", "POST", `/api/v1/competitions/spring-sprint/${act}`, { reason: "For the export." });
  }
  const { json } = await site.as("organizer", "POST", `${api}/teams/hostile/invites`, { uses: 3 });
  return { invite: `${home}/join/${json.code}` };
}

export const withLanguage = (path, lang) => `${path}${path.includes("?") ? "&" : "?"}lang=${lang}`;

/** One subtest a page and language: `check(page, name, lang)` on it, in one tab. */
export async function onEveryPage(t, { site, browser }, options, check) {
  const made = await prepare(site);
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
        const answer = await page.goto(site.origin + withLanguage(typeof path === "string" ? path : path(made), lang), { waitUntil: "load" });
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
