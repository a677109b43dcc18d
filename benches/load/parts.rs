//! The parts: each makes its servers, loads project and limit in turns, and gives lines of the table.

use crate::{
    client::{self, Feeder, Rate, Requests},
    limits::{self, Form},
    made::{
        folder::{self, SLUG, Size},
        hook::Hooks,
    },
    million,
    process::{self, Postgres, Server},
    streams,
};
use std::{
    cell::RefCell,
    error::Error,
    fs, io,
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::Command,
    rc::Rc,
    time::{Duration, Instant},
};

pub type Rows = Result<Vec<Row>, Box<dyn Error>>;

const CONNECTIONS: usize = 64;
const STREAMS: usize = 10_000;
/// Hooks a second that change the board while pages are asked for.
const FEED: u64 = 50;

/// One line of the table.
pub struct Row {
    cells: [String; 5],
    notes: Vec<String>,
}

impl Row {
    pub fn new(what: &str, project: String, limit: String, ratio: f64, reach: &str) -> Self {
        let ratio = if ratio < 0.05 {
            format!("1/{:.0}", 1.0 / ratio.max(1e-12))
        } else {
            format!("{ratio:.2}")
        };
        Self {
            cells: [what.to_owned(), project, limit, ratio, reach.to_owned()],
            notes: Vec::new(),
        }
    }

    pub fn note(mut self, text: String) -> Self {
        eprintln!("    {text}");
        self.notes.push(text);
        self
    }

    /// A part that could not be run, and why.
    pub fn absent(what: &str, why: &str) -> Self {
        eprintln!("    not run: {why}");
        let none = || "-".to_owned();
        Self {
            cells: [what.to_owned(), none(), none(), none(), none()],
            notes: vec![format!("not run: {why}")],
        }
    }

    /// The whole table, aligned.
    pub fn lines(rows: &[Row]) -> Vec<String> {
        let head = ["what", "project", "limit", "ratio", "reach"].map(str::to_owned);
        let all = || std::iter::once(&head).chain(rows.iter().map(|row| &row.cells));
        let width = |at: usize| all().map(|cells| cells[at].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..head.len()).map(width).collect();
        let line = |cells: &[String; 5]| {
            let padded = cells.iter().zip(&widths).enumerate().map(|(at, (cell, width))| {
                if at == 0 {
                    format!("{cell:<width$}")
                } else {
                    format!("{cell:>width$}")
                }
            });
            padded.collect::<Vec<_>>().join("  ")
        };
        let mut lines = vec![line(&head)];
        for row in rows {
            lines.push(line(&row.cells));
            lines.extend(row.notes.iter().map(|note| format!("    {note}")));
        }
        lines
    }
}

/// Where the parts work, and for how long.
pub struct Bench {
    /// Kept between runs.
    data: PathBuf,
    /// Of this run.
    work: tempfile::TempDir,
    quick: bool,
}

impl Bench {
    pub fn new(data: PathBuf, quick: bool) -> io::Result<Self> {
        let work = tempfile::Builder::new().prefix("run-").tempdir_in(&data)?;
        Ok(Self { data, work, quick })
    }

    pub fn quick(&self) -> bool {
        self.quick
    }

    /// What is kept between runs.
    pub fn data(&self) -> &Path {
        &self.data
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.work.path().join(name)
    }

    fn time(&self) -> Duration {
        Duration::from_millis(if self.quick { 1_000 } else { 3_000 })
    }

    fn rounds(&self) -> usize {
        if self.quick { 1 } else { 3 }
    }

    pub fn size(&self) -> Size {
        let (people, pulls) = if self.quick { (2_000, 4_000) } else { (5_000, 20_000) };
        Size {
            teams: 1_000,
            people,
            pulls,
        }
    }

    pub fn submissions(&self) -> usize {
        if self.quick { 50_000 } else { 1_000_000 }
    }

    /// A copy of the seeded competition's database, made by `bugathlon seed` once.
    pub fn seeded(&self, copy: &str) -> Result<PathBuf, Box<dyn Error>> {
        let size = self.size();
        let kept = million::path(&self.data, size.pulls).with_extension("seeded.db");
        if !kept.exists() {
            eprintln!("    seeding {} pulls, once", size.pulls);
            let dir = self.file("competition");
            folder::write(&dir, &size)?;
            let building = self.file("seeding.db");
            seed(&sqlite(&building), &dir)?;
            million::finish(&building, &kept)?;
        }
        // A killed server's log of another copy must not be read into this one.
        for name in [format!("{copy}-wal"), format!("{copy}-shm")] {
            let _ = fs::remove_file(self.file(&name));
        }
        let copy = self.file(copy);
        fs::copy(&kept, &copy)?;
        Ok(copy)
    }

    /// The database of many submissions, built once.
    pub fn many(&self) -> Result<PathBuf, Box<dyn Error>> {
        let count = self.submissions();
        let path = million::path(&self.data, count);
        if !path.exists() {
            eprintln!("    building {count} submissions, once; a million takes some minutes");
            let mut build = process::role("0,1", "build");
            run(build.arg(&path).arg(count.to_string()))?;
        }
        Ok(path)
    }
}

pub fn sqlite(path: &Path) -> String {
    format!("sqlite://{}", path.display())
}

fn seed(database: &str, dir: &Path) -> Result<(), Box<dyn Error>> {
    let mut command = process::on_cores("0,1", process::PROJECT);
    run(command.args(["--database-url", database, "seed"]).arg(dir)).map(drop)
}

/// Runs it to its end; returns what it printed, or an error where it failed.
pub fn run(command: &mut Command) -> Result<String, Box<dyn Error>> {
    let out = command.stderr(std::process::Stdio::inherit()).output()?;
    if !out.status.success() {
        return Err(format!("{:?}: {}", command.get_program(), out.status).into());
    }
    Ok(String::from_utf8_lossy(&out.stdout).trim().to_owned())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn per_second(rate: f64) -> String {
    format!("{rate:.0}/s")
}

fn millis(value: f64) -> String {
    if value < 10.0 {
        format!("{value:.2} ms")
    } else {
        format!("{value:.0} ms")
    }
}

// ---- Answers from memory.

/// What is asked for in one line of the table.
struct Asked {
    what: &'static str,
    path: String,
    /// Header lines.
    headers: &'static str,
    /// Asks with the ETag of what is there.
    conditional: bool,
    feed: bool,
}

pub fn page(bench: &Bench) -> Rows {
    let asked = |what, headers| Asked {
        what,
        path: format!("/competitions/{SLUG}"),
        headers,
        conditional: false,
        feed: true,
    };
    Ok(vec![
        served(
            bench,
            asked("page, brotli, while hooks arrive", "accept-encoding: br\r\n"),
        )?,
        served(bench, asked("page, plain, while hooks arrive", ""))?,
    ])
}

fn leaderboard() -> String {
    format!("/api/v1/competitions/{SLUG}/leaderboard")
}

pub fn json(bench: &Bench) -> Rows {
    let asked = Asked {
        what: "JSON, while hooks arrive",
        path: leaderboard(),
        headers: "",
        conditional: false,
        feed: true,
    };
    Ok(vec![served(bench, asked)?])
}

pub fn not_modified(bench: &Bench) -> Rows {
    let asked = Asked {
        what: "JSON, If-None-Match",
        path: leaderboard(),
        headers: "",
        conditional: true,
        feed: false,
    };
    Ok(vec![served(bench, asked)?])
}

fn served(bench: &Bench, asked: Asked) -> Result<Row, Box<dyn Error>> {
    let database = bench.seeded("served.db")?;
    let project = Server::project(&sqlite(&database), &bench.file("served.log"))?;
    let first = client::once(project.address, &client::get(&asked.path, asked.headers))?;
    if first.status != 200 {
        return Err(format!("{} answered {}", asked.path, first.status).into());
    }
    let etag = first.header("etag").unwrap_or("\"none\"").to_owned();
    let dir = bench.file("bare");
    fs::create_dir_all(&dir)?;
    fs::write(dir.join("body"), &first.body)?;
    let form = Form {
        path: asked.path.clone(),
        file: (!asked.conditional).then(|| "body".to_owned()),
        content_type: first.header("content-type").unwrap_or("").to_owned(),
        etag: etag.clone(),
        encoding: first.header("content-encoding").map(str::to_owned),
    };
    limits::describe(&dir, &[form])?;
    let bare = Server::start({
        let mut command = process::role("0", "bare");
        command.arg(&dir);
        command
    })?;
    let (headers, status) = if asked.conditional {
        (format!("{}if-none-match: {etag}\r\n", asked.headers), 304)
    } else {
        (asked.headers.to_owned(), 200)
    };
    let request: Rc<[u8]> = client::get(&asked.path, &headers).into();
    let load = |address| {
        client::load(
            address,
            Requests::Same(Rc::clone(&request)),
            CONNECTIONS,
            status,
            bench.time(),
        )
    };
    let (mut own, mut limit) = (Rate::default(), Rate::default());
    let (mut server_busy, mut load_busy, mut kept) = (0.0, 0.0, 0);
    for round in 0..bench.rounds() {
        limit = limit.and(load(bare.address));
        let feeder = asked.feed.then(|| {
            let hooks = Hooks::new(bench.size().people, 1 + round as u32);
            Feeder::start(project.address, hooks, FEED)
        });
        let before = (project.busy(), process::busy(std::process::id()));
        let begun = Instant::now();
        own = own.and(load(project.address));
        let all = begun.elapsed().as_secs_f64();
        server_busy += (project.busy() - before.0) / all / bench.rounds() as f64;
        load_busy += (process::busy(std::process::id()) - before.1) / all / bench.rounds() as f64;
        kept += feeder.map_or(0, Feeder::end);
    }
    let row = Row::new(
        asked.what,
        per_second(own.per_second()),
        per_second(limit.per_second()),
        own.per_second() / limit.per_second(),
        ">= 0.8",
    );
    let mut row = row.note(format!(
        "{} bytes a body; busy: server {:.0} %, load {:.0} %; {kept} hooks kept meanwhile; {} odd answers",
        if asked.conditional { 0 } else { first.body.len() },
        server_busy * 100.0,
        load_busy * 100.0,
        own.wrong + limit.wrong
    ));
    if let Some(wrk) = process::found("wrk") {
        let cross = |address| -> Result<String, Box<dyn Error>> { crossed(&wrk, address, &asked.path, &headers) };
        let (own, limit) = (cross(project.address)?, cross(bare.address)?);
        row = row.note(format!("wrk, cross-check, no hooks: project {own}, limit {limit}"));
    }
    Ok(row)
}

/// The rate that `wrk` finds.
fn crossed(wrk: &Path, address: SocketAddr, path: &str, headers: &str) -> Result<String, Box<dyn Error>> {
    let mut command = process::on_cores("1", wrk);
    command.args(["-t1", "-c64", "-d2s"]);
    for line in headers.lines() {
        command.args(["-H", line]);
    }
    let out = run(command.arg(format!("http://{address}{path}")))?;
    let rate = out.lines().find_map(|line| line.strip_prefix("Requests/sec:"));
    Ok(format!("{}/s", rate.unwrap_or("?").trim()))
}

// ---- Hooks.

fn disk(dir: &Path) -> String {
    match limits::fdatasync_rate(dir, Duration::from_secs(1)) {
        Ok(rate) => format!("the disk makes {rate:.0} writes of 4 KB durable a second, one after the other"),
        Err(why) => format!("the disk was not measured: {why}"),
    }
}

/// How the deliveries in a database stand.
fn deliveries(database: &str) -> String {
    let counted = actix_web::rt::System::new().block_on(async {
        let url = bugathlon::store::DatabaseUrl::parse(database).map_err(io::Error::other)?;
        let store = bugathlon::store::Store::open(&url).map_err(io::Error::other)?;
        let counted: Result<_, bugathlon::store::StoreError> = store.read(bugathlon::store::count_deliveries).await;
        counted.map_err(io::Error::other)
    });
    match counted {
        Ok(states) => {
            let each: Vec<String> = states.iter().map(|(state, count)| format!("{count} {state}")).collect();
            each.join(", ")
        }
        Err(why) => why.to_string(),
    }
}

fn send_hooks(bench: &Bench, address: SocketAddr, run: u32) -> Rate {
    let hooks = Rc::new(RefCell::new(Hooks::new(bench.size().people, run)));
    client::load(address, Requests::Hooks(hooks), CONNECTIONS, 202, bench.time())
}

pub fn hooks_sqlite(bench: &Bench) -> Rows {
    let body = bench.file("hook.json");
    fs::write(&body, Hooks::new(bench.size().people, 0).body())?;
    let length = fs::metadata(&body)?.len();
    let disk = disk(bench.work.path());
    let mut own = Rate::default();
    let (mut limits, mut states, mut busy) = (Vec::new(), String::new(), 0.0);
    for round in 0..bench.rounds() {
        let database = bench.file(&format!("commit-{round}.db"));
        let mut command = process::role("0,1", "commit");
        command.arg(&database).arg(&body).arg(CONNECTIONS.to_string());
        limits.push(run(command.arg(bench.time().as_millis().to_string()))?.parse::<f64>()?);
        fs::remove_file(&database)?;
        let database = bench.seeded("hooks.db")?;
        let server = Server::project(&sqlite(&database), &bench.file("hooks.log"))?;
        let before = (server.busy(), Instant::now());
        own = own.and(send_hooks(bench, server.address, 10 + round as u32));
        busy = (server.busy() - before.0) / before.1.elapsed().as_secs_f64();
        drop(server);
        states = deliveries(&sqlite(&database));
    }
    let limit = median(limits);
    let row = Row::new(
        "signed GitHub hooks to their durable 202, SQLite",
        per_second(own.per_second()),
        per_second(limit),
        own.per_second() / limit,
        ">= 0.6, then > 1.0",
    );
    Ok(vec![
        row.note(disk)
            .note(format!(
                "{length} bytes a body, {CONNECTIONS} at once; server busy {:.0} %; {} odd answers",
                busy * 100.0,
                own.wrong
            ))
            .note(format!("when the last round ended: {states}")),
    ])
}

pub fn hooks_postgres(bench: &Bench) -> Rows {
    let cluster = Postgres::start()?;
    let mut hooks = Hooks::new(bench.size().people, 0);
    let body = String::from_utf8(hooks.body().to_vec())?;
    // As text is sent and kept: not packed by the server either, like the row that SQLite's limit keeps.
    cluster.run(
        "psql",
        &["-q", "-c", "CREATE TABLE kept (id BIGSERIAL PRIMARY KEY, body TEXT NOT NULL); ALTER TABLE kept ALTER body SET STORAGE EXTERNAL"],
    )?;
    let script = cluster.dir().join("insert.sql");
    fs::write(&script, format!("INSERT INTO kept (body) VALUES ($b${body}$b$);\n"))?;
    let script = script.display().to_string();
    let dir = bench.file("competition-pg");
    folder::write(
        &dir,
        &Size {
            pulls: 0,
            ..bench.size()
        },
    )?;
    seed(&cluster.url(), &dir)?;
    let disk = disk(cluster.dir());
    let seconds = bench.time().as_secs().to_string();
    let mut own = Rate::default();
    let mut limits = Vec::new();
    for round in 0..bench.rounds() {
        let said = cluster.run("pgbench", &["-n", "-c", "16", "-j", "1", "-T", &seconds, "-f", &script])?;
        let tps = said.lines().find_map(|line| line.strip_prefix("tps = "));
        let tps = tps.and_then(|rest| rest.split_whitespace().next());
        limits.push(tps.ok_or("pgbench said no tps")?.parse::<f64>()?);
        let server = Server::project(&cluster.url(), &bench.file("hooks-pg.log"))?;
        own = own.and(send_hooks(bench, server.address, 20 + round as u32));
    }
    let states = deliveries(&cluster.url());
    let limit = median(limits);
    let row = Row::new(
        "the same, PostgreSQL",
        per_second(own.per_second()),
        per_second(limit),
        own.per_second() / limit,
        ">= 0.6",
    );
    Ok(vec![
        row.note(disk)
            .note(format!(
                "{} bytes a row, 16 connections of pgbench; {} odd answers",
                body.len(),
                own.wrong
            ))
            .note(format!("when the last round ended: {states}")),
    ])
}

// ---- Streams.

/// How many streams this system lets one process hold.
fn streams_possible(bench: &Bench) -> (usize, Option<String>) {
    let wanted = if bench.quick { STREAMS / 10 } else { STREAMS };
    let may = process::may_open(wanted as u64 + 500).saturating_sub(400) as usize;
    if may >= wanted {
        return (wanted, None);
    }
    (
        may,
        Some(format!(
            "only {may} streams: the limit on open files could not be raised"
        )),
    )
}

pub fn fanout(bench: &Bench) -> Rows {
    let (count, note) = streams_possible(bench);
    let rounds = if bench.quick { 3 } else { 7 };
    let database = bench.seeded("fanout.db")?;
    let project = Server::project(&sqlite(&database), &bench.file("fanout.log"))?;
    let address = project.address;
    let mut hooks = Hooks::new(bench.size().people, 30);
    let one_hook = move || {
        let mut request = Vec::new();
        hooks.request(&mut request);
        if let Ok(answer) = client::once(address, &request)
            && answer.status != 202
        {
            eprintln!("    a hook was answered {}", answer.status);
        }
    };
    let live = client::get(&format!("/api/v1/competitions/{SLUG}/live"), "");
    let begun = Instant::now();
    let opening = RefCell::new(Duration::ZERO);
    let opened = || *opening.borrow_mut() = begun.elapsed();
    let (own, event) = streams::listen(address, live, count, true, rounds, opened, one_hook)?;
    drop(project);

    let dir = bench.file("bare");
    fs::create_dir_all(&dir)?;
    limits::describe(&dir, &[])?;
    let bare = Server::start({
        let mut command = process::role("0", "bare");
        command.arg(&dir);
        command
    })?;
    let address = bare.address;
    let mut tell = format!(
        "POST /tell HTTP/1.1\r\nhost: bench\r\ncontent-length: {}\r\n\r\n",
        event.len()
    )
    .into_bytes();
    tell.extend_from_slice(&event);
    let tell = move || drop(client::once(address, &tell));
    let (limit, _) = streams::listen(address, client::get("/live", ""), count, false, rounds, || {}, tell)?;

    let spread = |told: &[streams::Told]| median(told.iter().map(|t| t.spread.as_secs_f64() * 1e3).collect());
    let (own_spread, limit_spread) = (spread(&own), spread(&limit));
    let firsts = median(own.iter().map(|t| t.first.as_secs_f64() * 1e3).collect());
    let missed: usize = own
        .iter()
        .chain(&limit)
        .map(|told| count.saturating_sub(told.streams))
        .sum();
    let mut row = Row::new(
        &format!("one change on {count} open streams, first to last"),
        millis(own_spread),
        millis(limit_spread),
        own_spread / limit_spread,
        "<= 1.3",
    )
    .note(format!(
        "{} bytes; from a hook to the first stream {firsts:.0} ms; {missed} streams missed a change; opening all took {:.1} s",
        event.len(),
        opening.borrow().as_secs_f64()
    ));
    if let Some(note) = note {
        row = row.note(note);
    }
    Ok(vec![row])
}

// ---- A million submissions.

pub fn one_more_merge(bench: &Bench) -> Rows {
    let count = bench.submissions();
    let database = bench.file("merge.db");
    fs::copy(bench.many()?, &database)?;
    let mut command = process::role("0", "merge");
    let said = run(command.arg(&database).arg(count.to_string()))?;
    fs::remove_file(&database)?;
    let figures: Vec<f64> = said.split_whitespace().filter_map(|text| text.parse().ok()).collect();
    let [one, taken, whole] = figures[..] else {
        return Err(format!("said `{said}`").into());
    };
    let row = Row::new(
        &format!("one more merge among {count} submissions"),
        millis(one),
        millis(whole),
        one / whole,
        "<= 1/1000",
    );
    Ok(vec![row.note(format!(
        "{taken:.2} ms of it to the commit, the rest to the board; the limit is the whole fold over the same database"
    ))])
}

pub fn start(bench: &Bench) -> Rows {
    let count = bench.submissions();
    let database = bench.many()?;
    let (mut own, mut limits) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        let mut command = process::role("0", "rows");
        let said = run(command.arg(&database))?;
        let took = said.split_whitespace().nth(1).unwrap_or("");
        limits.push(took.parse::<f64>()?);
        own.push(started(bench, &database)?.as_secs_f64() * 1e3);
    }
    let (own, limit) = (median(own), median(limits));
    let row = Row::new(
        &format!("start with {count} submissions, to /readyz"),
        millis(own),
        millis(limit),
        own / limit,
        "<= 2",
    );
    Ok(vec![row])
}

/// From exec to the first 200 of /readyz.
fn started(bench: &Bench, database: &Path) -> Result<Duration, Box<dyn Error>> {
    let port = process::free_port()?;
    let mut command = process::on_cores("0", process::PROJECT);
    command
        .args([
            "--database-url",
            &sqlite(database),
            "serve",
            "--listen",
            &format!("127.0.0.1:{port}"),
        ])
        .stdout(std::process::Stdio::null())
        .stderr(fs::File::create(bench.file("start.log"))?);
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let begun = Instant::now();
    let mut child = command.spawn()?;
    let ready = loop {
        if begun.elapsed() > Duration::from_secs(120) {
            break Err("not ready within 120 s".into());
        }
        if TcpStream::connect(address).is_err() {
            std::thread::sleep(Duration::from_millis(1));
            continue;
        }
        match client::once(address, &client::get("/readyz", "")) {
            Ok(answer) if answer.status == 200 => break Ok(begun.elapsed()),
            _ => std::thread::sleep(Duration::from_millis(1)),
        }
    };
    child.kill()?;
    child.wait()?;
    ready
}

pub fn memory(bench: &Bench) -> Rows {
    const MEGABYTE: f64 = 1e6;
    let count = bench.submissions();
    let database = bench.many()?;
    let (streams_wanted, note) = streams_possible(bench);
    let server = Server::project(&sqlite(&database), &bench.file("memory.log"))?;
    client::once(server.address, &client::get("/readyz", ""))?;
    std::thread::sleep(Duration::from_secs(1));
    let bytes = server.resident() as f64;
    let program = Row::new(
        &format!("memory with {count} submissions"),
        format!("{:.0} MB", bytes / MEGABYTE),
        "-".to_owned(),
        bytes / MEGABYTE / 150.0,
        "150 MB",
    );
    let live = client::get(&format!("/api/v1/competitions/{SLUG}/live"), "");
    let open = RefCell::new(0.0);
    let opened = || *open.borrow_mut() = server.resident() as f64;
    streams::listen(server.address, live, streams_wanted, true, 0, opened, || {})?;
    let each = (*open.borrow() - bytes) / streams_wanted as f64;
    let mut stream = Row::new(
        &format!("memory per open stream, of {streams_wanted}"),
        format!("{:.1} KB", each / 1e3),
        "-".to_owned(),
        each / 20e3,
        "20 KB",
    );
    if let Some(note) = note {
        stream = stream.note(note);
    }
    Ok(vec![program, stream])
}
