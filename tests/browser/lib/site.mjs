// The program with a database of its own: the repository's two seeds, and competitions around this very moment.
import { execFile, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { REPOSITORY, SECRET, SOURCE, accountId, mergedLine } from "./forge.mjs";

const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, "../../..");
const BINARY = process.env.BUGATHLON_BIN ?? join(ROOT, "target/debug/bugathlon");
const HOUR = 3_600_000;
const now = Date.now();
const at = (hours) => new Date(now + hours * HOUR).toISOString();

export const HOSTILE = {
  team: "<img src=x onerror=alert(1)>",
  person: "\"><svg onload=alert(2)>",
  title: "fix </title><script>alert(3)</script> & <b>bold</b>",
  turned: "fix \u202Eesrever\u202C & 'quotes' \"too\"",
};

const quoted = (text) => `"${text.replaceAll("\"", "\"\"")}"`;

const TEAMS = [
  ["shanghai", "city", "CN-SH", "Shanghai Kilns", "上海窑"],
  ["beijing", "city", "CN-BJ", "Beijing Kilns", "北京窑"],
  ["hostile", "university", "CN-LN", HOSTILE.team, HOSTILE.team],
  ["works", "enterprise", "SG", "Kiln Works with a name that is as long as a name on a phone ever should be", "名字特别特别长的新加坡窑炉企业联合学习小组"],
  ["idle", "university", "GB-LND", "Idle Institute", "闲学院"],
];
const PEOPLE = [
  ["mei", "Mei Lin", "shanghai", "mei-lin"],
  ["bo", "博", "beijing", "bo-kiln"],
  ["bea", "Bea", "beijing", "bea-kiln"],
  ["mallory", HOSTILE.person, "hostile", "mallory"],
  ["wu", "Wu", "works", "wu-works"],
  ["idler", "Idler", "idle", "idler"],
];

/** Pulls of every status; hours count from now. `tryout` is seeded first, so that its submissions' ids are the numbers. */
const PULLS = [
  { number: 1, login: "mei-lin", title: "Fix the off-by-one in the glaze scheduler", hours: -60, labels: ["kind/bug", "priority/major"] },
  { number: 2, login: "mei-lin", title: "修复：窑温曲线在午夜归零", hours: -50 },
  { number: 3, login: "bo-kiln", title: "fix a leak in the bellows", hours: -40 },
  { number: 4, login: "mallory", title: HOSTILE.title, hours: -30 },
  { number: 5, login: "mallory", title: HOSTILE.turned, hours: -28 },
  { number: 6, login: "wu-works", title: "Tidy the chimney", hours: -26, labels: [] }, // a judge decides
  { number: 7, login: "bea-kiln", title: "fix the kiln door: ".padEnd(180, "aVeryLongWordWithoutAnySpaceInIt"), hours: -3, labels: ["kind/bug", "stat/invalid"] },
  { number: 8, login: "stranger", title: "fix by somebody in no team", hours: -2 },
];

/** Merged after `icy` froze. Both competitions have the repository, so it is submission 17 of `tryout` and 18 of `icy`. */
const HELD = { number: 9, login: "mallory", title: "fix what nobody may see yet", hours: -4 };

function folder(dir, { slug, en, zh, window, pulls = [], teams = TEAMS, people = PEOPLE, source = SOURCE, result = "" }) {
  const path = join(dir, slug);
  mkdirSync(path);
  const times = Object.entries(window).map(([key, hours]) => `${key} = "${at(hours)}"`).join("\n");
  writeFileSync(join(path, "competition.toml"), `
slug = "${slug}"
name = { en = "${en}", zh = "${zh}" }
time_zone = "Asia/Shanghai"
review = "exceptions"

[window]
${times}
merge_grace = "2d"

[[repository]]
forge = "github"
path = "${REPOSITORY}"
branches = ["main"]

[rules]
bugfix_labels = ["kind/bug"]
bugfix_title = '(?i)\\bfix|修复'
no_signal = "ask"
forbidden_labels = ["stat/invalid"]
bots = ["kiln-bot"]
min_changed_lines = 1

[scoring]
base = 2
labels = { "priority/major" = 5 }
first_fix_bonus = 1
daily_limit = 20

[[source]]
name = "${source}"
forge = "github"
secrets = ["literal:${SECRET}"]
${result}`);
  writeFileSync(join(path, "teams.csv"), ["team,kind,region,name_en,name_zh,capacity",
    ...teams.map(([team, kind, region, name, chinese]) => [team, kind, region, quoted(name), quoted(chinese), ""].join())].join("\n") + "\n");
  writeFileSync(join(path, "people.csv"), ["person,name,team,joined_at,left_at,accounts",
    ...people.map(([person, name, team, login]) => [person, quoted(name), team, "", "", `github:${login}#${accountId(login)}`].join())].join("\n") + "\n");
  writeFileSync(join(path, "pulls.ndjson"), pulls.map((pull) => `${mergedLine({
    ...pull, mergedAt: now + pull.hours * HOUR, createdAt: now + (pull.hours - 2) * HOUR,
  })}\n`).join(""));
  return path;
}

export const PASSWORD = "correct horse battery";

/** Who signs in. `mei` and `mallory` are people of the teams, `anna` is in none. */
export const LOGINS = [
  ["host", "--role", "admin"],
  ["judge", "--role", "judge", "--competition", "tryout"],
  ["judge-two", "--role", "judge", "--competition", "tryout"],
  ["organizer", "--role", "organizer", "--competition", "tryout", "--team", "hostile"],
  ["mei"],
  ["mallory"],
  ["anna"],
];

/** Where the pages of the tests are. The first one, `tryout`, is open and hears hooks. */
export const SLUG = "tryout";
export const PULL_URL = (number) => `https://github.com/${REPOSITORY}/pull/${number}`;

export class Site {
  /** Seeds a database and starts a server on it. */
  static async start() {
    const site = new Site();
    site.dir = mkdtempSync(join(tmpdir(), "bugathlon-browser-"));
    site.database = `sqlite://${join(site.dir, "b.db")}`;
    process.once("exit", () => site.#end());
    const folders = [
      folder(site.dir, { slug: SLUG, en: "Kiln Tryout", zh: "窑炉试赛", window: { opens_at: -72, closes_at: 30 }, pulls: PULLS }),
      folder(site.dir, { slug: "icy", en: "Frozen Kilns", zh: "封榜窑", window: { opens_at: -72, closes_at: 5, freeze_at: -10 }, pulls: [...PULLS, HELD], source: "icy" }),
      folder(site.dir, { slug: "soon", en: "Kilns to Come", zh: "未来窑", window: { opens_at: 100, closes_at: 200 }, teams: [], people: [], source: "soon" }),
      join(ROOT, "seeds/mindcon-geek-week"),
      join(ROOT, "seeds/spring-sprint"),
    ];
    for (const path of folders) await site.command("seed", path);
    for (const [login, ...role] of LOGINS) await site.account(login, ...role);
    await site.serve();
    return site;
  }

  command(...words) {
    return run(BINARY, ["--database-url", this.database, ...words]);
  }

  /** A login with a password; it belongs to the person with that slug, where there is one. */
  account(login, ...role) {
    const child = spawn(BINARY, ["--database-url", this.database, "account", "add", login, ...role], {
      stdio: ["pipe", "ignore", "pipe"],
    });
    let said = "";
    child.stderr.on("data", (text) => { said += text; });
    child.stdin.end(`${PASSWORD}\n`);
    return new Promise((added, refused) => {
      child.once("error", refused);
      child.once("exit", (code) => (code === 0 ? added() : refused(new Error(`account add ${login}: ${said}`))));
    });
  }

  /** Starts the server, on the port that it had before where there was one. */
  async serve() {
    const child = spawn(BINARY, ["--database-url", this.database, "serve", "--listen", `127.0.0.1:${this.port ?? 0}`], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.child = child;
    this.log = "";
    child.stderr.on("data", (text) => { this.log = (this.log + text).slice(-20_000); });
    this.origin = await new Promise((took, refused) => {
      createInterface({ input: child.stdout }).on("line", (line) => {
        const found = /http:\/\/127\.0\.0\.1:\d+/.exec(line);
        if (found) took(found[0]);
      });
      child.once("error", refused);
      child.once("exit", (code) => refused(new Error(`serve ended with ${code}: ${this.log}`)));
    });
    this.port = Number(new URL(this.origin).port);
  }

  /** Stops the server; the database stays. */
  async stop() {
    const { child } = this;
    if (!child || child.exitCode !== null) return;
    const gone = new Promise((done) => child.once("exit", done));
    child.kill("SIGTERM");
    await gone;
  }

  #end() {
    this.child?.kill("SIGKILL");
    rmSync(this.dir, { recursive: true, force: true });
  }

  async close() {
    await this.stop();
    this.#end();
  }

  async json(path) {
    const answer = await fetch(this.origin + path, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return answer.json();
  }

  /** What a signed-in login asks of the API: the answer and its JSON. */
  async as(login, method, path, body, headers = {}) {
    const json = { Accept: "application/json", "Content-Type": "application/json" };
    this.tokens ??= new Map();
    if (!this.tokens.has(login)) {
      const entered = await fetch(`${this.origin}/api/v1/session`, { method: "POST", headers: json, body: JSON.stringify({ login, password: PASSWORD }) });
      if (!entered.ok) throw new Error(`sign in as ${login}: ${entered.status}`);
      this.tokens.set(login, (await entered.json()).token);
    }
    const answer = await fetch(this.origin + path, {
      method, headers: { ...json, Authorization: `Bearer ${this.tokens.get(login)}`, ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${login}: ${method} ${path}: ${answer.status} ${text}`);
    return { etag: answer.headers.get("etag"), json: text ? JSON.parse(text) : null };
  }

  async status(path) {
    const answer = await fetch(this.origin + path, { headers: { Accept: "text/html" } });
    await answer.arrayBuffer();
    return answer.status;
  }
}
