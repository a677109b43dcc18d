//! Long acts beside hooks: how long each took, and what keeping a hook and reading a page took meanwhile.

use crate::{
    client,
    made::{
        folder::{self, SLUG},
        hook::Hooks,
    },
    million,
    parts::{Bench, Row, Rows, run, sqlite},
    process::{self, Postgres, Server},
};
use std::{
    error::Error,
    io::Write as _,
    net::SocketAddr,
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

/// Between two hooks, and between two pages.
const EVERY: Duration = Duration::from_millis(20);
const PATIENCE: Duration = Duration::from_secs(1_800);
const PASSWORD: &str = "the wren sings at 4 in the morning";

/// Times of what was asked at an even pace. Each is counted from when it was due, so that one that waits does not
/// hide those that would have come behind it.
struct Pace {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<(Vec<f64>, u64)>,
}

impl Pace {
    fn start(address: SocketAddr, expected: u16, mut request: impl FnMut() -> Vec<u8> + Send + 'static) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let over = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            let (mut times, mut wrong) = (Vec::new(), 0);
            let mut due = Instant::now();
            while !over.load(Ordering::Relaxed) {
                let answer = client::once_within(address, &request(), PATIENCE);
                times.push(due.elapsed().as_secs_f64() * 1e3);
                wrong += u64::from(!answer.is_ok_and(|answer| answer.status == expected));
                due += EVERY;
                if let Some(rest) = due.checked_duration_since(Instant::now()) {
                    std::thread::sleep(rest);
                }
            }
            (times, wrong)
        });
        Self { stop, thread }
    }

    /// p99 and the longest, in milliseconds, and how many were refused.
    fn end(self) -> (f64, f64, u64) {
        self.stop.store(true, Ordering::Relaxed);
        let (mut times, wrong) = self.thread.join().unwrap_or_default();
        times.sort_by(f64::total_cmp);
        let at = |share: f64| times.get((times.len() as f64 * share) as usize).copied();
        let last = times.last().copied().unwrap_or(f64::NAN);
        (at(0.99).unwrap_or(last), last, wrong)
    }
}

struct Host<'b> {
    bench: &'b Bench,
    address: SocketAddr,
    database: String,
    token: String,
    rows: Vec<Row>,
    run: u32,
    kind: &'static str,
}

impl Host<'_> {
    fn ask(&self, method: &str, path: &str, kind: &str, body: &str) -> Result<String, Box<dyn Error>> {
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n",
            self.token,
            body.len()
        );
        let answer = client::once_within(self.address, &[head.as_bytes(), body.as_bytes()].concat(), PATIENCE)?;
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        if answer.status >= 300 {
            return Err(format!("{method} {path}: {} {text}", answer.status).into());
        }
        Ok(text)
    }

    /// Does the act while hooks and pages are asked for.
    fn measure(&mut self, what: &str, act: impl FnOnce(&Self) -> Result<String, Box<dyn Error>>) {
        self.run += 1;
        let mut hooks = Hooks::new(self.bench.submissions() / 10, self.run);
        let hooks = Pace::start(self.address, 202, move || {
            let mut request = Vec::new();
            hooks.request(&mut request);
            request
        });
        let page = client::get(&format!("/competitions/{SLUG}"), "accept-encoding: br\r\n");
        let pages = Pace::start(self.address, 200, move || page.clone());
        let began = Instant::now();
        let done = act(self);
        let took = began.elapsed().as_secs_f64();
        // A short act shows nothing of what stands behind it.
        if took < 1.0 {
            std::thread::sleep(Duration::from_secs(1));
        }
        let ((p99, longest, refused), (page_p99, page_longest, odd)) = (hooks.end(), pages.end());
        let row = Row::new(
            &format!("{what}, {}", self.kind),
            format!("{took:.2} s"),
            format!("hooks p99 {p99:.0} ms"),
            100.0 / p99,
            "p99 < 100 ms",
        );
        let row = row.note(format!(
            "hooks: longest {longest:.0} ms, {refused} not 202; pages: p99 {page_p99:.0} ms, longest {page_longest:.0} ms, {odd} odd"
        ));
        self.rows.push(match done {
            Ok(said) if said.is_empty() => row,
            Ok(said) => row.note(said.chars().take(160).collect()),
            Err(why) => row.note(format!("not done: {why}")),
        });
    }

    fn definition(&self, text: &str) -> Result<String, Box<dyn Error>> {
        let path = format!("/api/v1/competitions/{SLUG}/definition?reason=a%20measurement");
        self.ask("PUT", &path, "application/toml", text)
    }

    fn post(&self, what: &str, body: &str) -> Result<String, Box<dyn Error>> {
        let path = format!("/api/v1/competitions/{SLUG}/{what}");
        self.ask("POST", &path, "application/json", body)
    }

    fn team(&self, status: &str) -> Result<String, Box<dyn Error>> {
        let path = format!("/api/v1/competitions/{SLUG}/teams/team-0007");
        let body = format!("{{\"status\":\"{status}\",\"reason\":\"a measurement\"}}");
        self.ask("PATCH", &path, "application/json", &body)
            .map(|_| String::new())
    }

    fn command(&self, words: &[&str]) -> Result<String, Box<dyn Error>> {
        let mut command = process::on_cores("0,1", process::PROJECT);
        run(command.args(["--database-url", &self.database]).args(words))
    }
}

fn admin(database: &str) -> Result<(), Box<dyn Error>> {
    let mut command = process::on_cores("0,1", process::PROJECT);
    command.args(["--database-url", database, "account", "add", "host", "--role", "admin"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn()?;
    if let Some(mut input) = child.stdin.take() {
        writeln!(input, "{PASSWORD}")?;
    }
    let ended = child.wait()?;
    if ended.success() {
        Ok(())
    } else {
        Err(format!("no admin was made: {ended}").into())
    }
}

fn all(bench: &Bench, database: String, kind: &'static str) -> Rows {
    admin(&database)?;
    let server = Server::project(&database, &bench.file(&format!("acts-{kind}.log")))?;
    let mut host = Host {
        bench,
        address: server.address,
        database,
        token: String::new(),
        rows: Vec::new(),
        run: 100,
        kind,
    };
    let signed = host.ask(
        "POST",
        "/api/v1/session",
        "application/json",
        &format!("{{\"login\":\"host\",\"password\":\"{PASSWORD}\"}}"),
    )?;
    let signed: serde_json::Value = serde_json::from_str(&signed)?;
    host.token = signed["token"].as_str().ok_or("no token")?.to_owned();
    let text = folder::definition();
    let named = text.replacen("The Benchmark Sprint", "The Renamed Sprint", 1);
    let ruled = named.replacen("first_fix_bonus = 2", "first_fix_bonus = 3", 1);
    let every = ruled.replacen("base = 1", "base = 2", 1);
    let over = ruled.replacen("2099-01-01", "2026-11-01", 1);
    host.measure("nothing", |_| {
        std::thread::sleep(Duration::from_secs(3));
        Ok(String::new())
    });
    host.measure("a definition, the name alone", |host| host.definition(&named));
    host.measure("a definition, points of everybody's first", |host| {
        host.definition(&ruled)
    });
    host.measure("a dry run that moves everything", |host| {
        let path = format!("/api/v1/competitions/{SLUG}/dry-run");
        let said = host.ask("POST", &path, "application/toml", &every)?;
        Ok(format!("{} bytes answered", said.len()))
    });
    host.measure("a definition that moves everything", |host| host.definition(&every));
    host.measure("a team suspended and taken back", |host| {
        host.team("suspended")?;
        host.team("approved")
    });
    host.measure("rebuild beside the server", |host| host.command(&["rebuild", SLUG]));
    let file = bench.file("acts.export").display().to_string();
    host.measure("an export beside the server", |host| {
        host.command(&["export", SLUG, &file])
    });
    // A window that ended, so that a result can be sealed.
    host.definition(&over)?;
    host.measure("finalize", |host| {
        host.post("finalize", "{\"reason\":\"a measurement\"}")
    });
    host.measure("reopen", |host| host.post("reopen", "{\"reason\":\"a measurement\"}"));
    let resident = server.resident() / (1 << 20);
    let rows = std::mem::take(&mut host.rows);
    Ok(rows
        .into_iter()
        .rev()
        .enumerate()
        .map(|(at, row)| match at {
            0 => row.note(format!("the server holds {resident} MB after all of it")),
            _ => row,
        })
        .rev()
        .collect())
}

pub fn acts_sqlite(bench: &Bench) -> Rows {
    let copy = bench.file("acts.db");
    std::fs::copy(bench.many()?, &copy)?;
    all(bench, sqlite(&copy), "SQLite")
}

/// The same submissions, brought over by a backup.
pub fn acts_postgres(bench: &Bench) -> Rows {
    let cluster = Postgres::start()?;
    let kept = million::path(bench.data(), bench.submissions()).with_extension("backup");
    if !kept.exists() {
        let many = sqlite(&bench.many()?);
        let mut command = process::on_cores("0,1", process::PROJECT);
        run(command.args(["--database-url", &many, "backup"]).arg(&kept))?;
    }
    let mut command = process::on_cores("0,1", process::PROJECT);
    run(command.args(["--database-url", &cluster.url(), "restore"]).arg(&kept))?;
    let _ = cluster.run("psql", &["-q", "-c", "ANALYZE"])?;
    all(bench, cluster.url(), "PostgreSQL")
}
