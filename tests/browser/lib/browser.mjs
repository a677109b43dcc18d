// One Chromium for a file of tests, and pages that write down whatever they complain about.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { PASSWORD } from "./site.mjs";

const FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync"];

export function launch() {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  if (!existsSync(executablePath)) throw new Error("no Chromium; set CHROMIUM to its path");
  return chromium.launch({ executablePath, args: FLAGS });
}

/** A page of a fresh profile. `page.complaints`: console errors and warnings, exceptions, CSP violations, dialogs. */
export async function open(browser, options = {}) {
  const context = await browser.newContext({ locale: "en-GB", timezoneId: "Europe/Berlin", ...options });
  context.setDefaultTimeout(10_000);
  // Style and script from a folder, to see a change of theirs without a build.
  const assets = process.env.BUGATHLON_ASSETS;
  if (assets) {
    for (const [asked, path] of [["**/assets/app.*.css", "app.css"], ["**/assets/live.*.js", "live.js"], ["**/assets/forms.*.css", "forms.css"], ["**/assets/desk.*.js", "desk.js"]]) {
      await context.route(asked, (route) => route.fulfill({ path: join(assets, path) }));
    }
  }
  const page = await context.newPage();
  page.complaints = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) page.complaints.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => page.complaints.push(`exception: ${error.stack}`));
  page.on("dialog", (dialog) => {
    page.complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  return page;
}

/** Signs in on the page, as people do. */
export async function signIn(page, site, login, to = "/") {
  await page.goto(`${site.origin}/sign-in?to=${encodeURIComponent(to)}`);
  await page.fill("#f-login", login);
  await page.fill("#f-password", PASSWORD);
  await Promise.all([page.waitForURL((url) => url.pathname !== "/sign-in"), page.click("main form button[type=submit]")]);
  return page;
}

/** Asks until `ask` answers what `fits`; answers it. No page script is needed, so no CSP stands in the way. */
export async function until(ask, fits, what, milliseconds = 10_000) {
  const end = Date.now() + milliseconds;
  for (;;) {
    const answer = await ask();
    if (fits(answer)) return answer;
    if (Date.now() > end) throw new Error(`${what}: still ${JSON.stringify(answer)}`);
    await new Promise((next) => setTimeout(next, 25));
  }
}

/** The board's rows as they stand on the page, in the page's order. */
export function rows(page) {
  return page.locator("table.board tbody tr[data-team]").evaluateAll((lines) => lines.map((line) => {
    const figure = (name) => line.querySelector(`[data-f="${name}"]`)?.textContent.trim() ?? "";
    return {
      team: line.dataset.team,
      rank: Number(figure("rank")),
      points: Number(figure("points")),
      fixes: Number(figure("fixes")),
      pending: Number(figure("pending").replace("–", "0")),
    };
  }));
}

/** The server's rows in the same form. */
export function served(answer) {
  return answer.rows.map(({ team, rank, points, fixes, pending }) => ({ team: team.slug, rank, points, fixes, pending }));
}
