//! What somebody can do to a server who means it no good, each on a server of its own: what memory it takes at
//! its height and what stays behind, and what others (a page, a signed hook, /healthz) wait for meanwhile.

use crate::{
    client,
    made::{folder::SLUG, hook::Hooks},
    parts::{Bench, Row, Rows, sqlite},
    process::{self, Server},
};
use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

/// How long others wait for an answer before they give up.
const PATIENCE: Duration = Duration::from_secs(10);
/// Until what an attack left behind is looked at.
const SETTLES: Duration = Duration::from_secs(5);
/// What a process may open where nobody has raised it.
const SOFT_FILES: &str = "1024:20000";
/// Somebody else than the attacker: the server believes the load about who asks.
const OTHERS: &str = "x-forwarded-for: 203.0.113.7\r\n";

pub fn abuse(bench: &Bench) -> Rows {
    process::may_open(8_000);
    let attacks: [(&str, fn(&Bench, SocketAddr)); 5] = [
        ("lists of 1,000 submissions, 10 clients", lists),
        ("40 unsigned hooks of 24.9 MB", unsigned_hooks),
        ("1,020 slow connections", slow_connections),
        ("1,200 sign-ins, half of them hang up", sign_ins),
        ("2,000 streams, each with its own filter", streams),
    ];
    let mut rows = Vec::new();
    for (what, attack) in attacks {
        rows.push(match attacked(bench, what, attack) {
            Ok(row) => row,
            Err(why) => Row::absent(what, &why.to_string()),
        });
    }
    Ok(rows)
}

fn attacked(bench: &Bench, what: &str, attack: fn(&Bench, SocketAddr)) -> Result<Row, Box<dyn std::error::Error>> {
    let database = bench.seeded("abuse.db")?;
    let server = Server::of_proxy(&sqlite(&database), &bench.file("abuse.log"), SOFT_FILES)?;
    let address = server.address;
    let first = client::once(address, &client::get("/readyz", ""))?;
    if first.status != 200 {
        return Err(format!("/readyz answered {}", first.status).into());
    }
    thread::sleep(Duration::from_secs(1));
    let rest = server.resident();
    let id = server.id();
    let over = Arc::new(AtomicBool::new(false));
    let most = Arc::new(AtomicU64::new(rest));
    let watch = {
        let (over, most) = (Arc::clone(&over), Arc::clone(&most));
        thread::spawn(move || {
            while !over.load(Ordering::Relaxed) {
                most.fetch_max(process::resident(id), Ordering::Relaxed);
                thread::sleep(Duration::from_millis(20));
            }
        })
    };
    let others = {
        let over = Arc::clone(&over);
        let hooks = Hooks::new(bench.size().people, 70);
        thread::spawn(move || Others::ask(address, hooks, &over))
    };
    let begun = Instant::now();
    attack(bench, address);
    let took = begun.elapsed();
    over.store(true, Ordering::Relaxed);
    let others = others.join().map_err(|_| "those who ask meanwhile broke")?;
    let _ = watch.join();
    thread::sleep(SETTLES);
    let (most, after) = (most.load(Ordering::Relaxed), server.resident());
    let megabytes = |bytes: u64| format!("{:.0} MB", bytes as f64 / 1e6);
    let row = Row::new(
        &format!("memory: {what}"),
        megabytes(most),
        megabytes(rest),
        most as f64 / rest as f64,
        "",
    )
    .note(format!(
        "limit is the server at rest; {} left behind; it took {:.1} s",
        megabytes(after),
        took.as_secs_f64()
    ));
    Ok(others.lines().into_iter().fold(row, Row::note))
}

/// What others who mean well were answered.
#[derive(Default)]
struct Others {
    page: Seen,
    hook: Seen,
    health: Seen,
}

#[derive(Default)]
struct Seen {
    millis: Vec<f64>,
    /// Not answered as they should be, or not within [`PATIENCE`]; and what they got last instead.
    failed: usize,
    last: String,
}

impl Seen {
    fn ask(&mut self, address: SocketAddr, request: &[u8], status: u16) {
        let begun = Instant::now();
        match once(address, request) {
            Ok(answered) if answered == status => self.millis.push(begun.elapsed().as_secs_f64() * 1e3),
            Ok(other) => self.fail(other.to_string()),
            Err(error) => self.fail(error.to_string()),
        }
    }

    fn fail(&mut self, why: String) {
        self.failed += 1;
        self.last = why;
    }

    fn line(mut self, what: &str) -> String {
        self.millis.sort_by(f64::total_cmp);
        let middle = self.millis.get(self.millis.len() / 2).copied().unwrap_or(f64::NAN);
        let most = self.millis.last().copied().unwrap_or(f64::NAN);
        let mut line = format!(
            "{what}: {} answered, p50 {middle:.1} ms, max {most:.0} ms",
            self.millis.len()
        );
        if self.failed > 0 {
            line.push_str(&format!("; {} not, the last: {}", self.failed, self.last));
        }
        line
    }
}

impl Others {
    fn ask(address: SocketAddr, mut hooks: Hooks, over: &AtomicBool) -> Self {
        let mut others = Self::default();
        let mut hook = Vec::new();
        let page = client::get(&format!("/competitions/{SLUG}"), OTHERS);
        let health = client::get("/healthz", OTHERS);
        while !over.load(Ordering::Relaxed) {
            others.page.ask(address, &page, 200);
            hooks.request(&mut hook);
            others.hook.ask(address, &hook, 202);
            others.health.ask(address, &health, 200);
            thread::sleep(Duration::from_millis(50));
        }
        others
    }

    fn lines(self) -> Vec<String> {
        vec![
            self.page.line("a page meanwhile"),
            self.hook.line("a hook meanwhile"),
            self.health.line("/healthz meanwhile"),
        ]
    }
}

/// Asks on a connection of its own and waits for the whole answer, but not for ever.
fn once(address: SocketAddr, request: &[u8]) -> io::Result<u16> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(request)?;
    answer(&mut stream)
}

fn answer(stream: &mut TcpStream) -> io::Result<u16> {
    let mut framing = client::Framing::new();
    let mut bytes = vec![0; 64 * 1024];
    loop {
        let read = stream.read(&mut bytes)?;
        if read == 0 {
            return Err(io::Error::other("closed without an answer"));
        }
        if framing.take(&bytes[..read], &mut |_| {})? > 0 {
            return Ok(framing.status);
        }
    }
}

/// `count` at once, each on a thread of its own with its number.
fn at_once(count: usize, act: impl Fn(usize) + Send + Sync) {
    let act = &act;
    thread::scope(|scope| {
        for number in 0..count {
            let _ = thread::Builder::new()
                .stack_size(128 * 1024)
                .spawn_scoped(scope, move || act(number));
        }
    });
}

/// Counts what was answered, for whoever reads along.
#[derive(Default)]
struct Tally(Mutex<std::collections::BTreeMap<String, usize>>);

impl Tally {
    fn add(&self, answer: io::Result<u16>) {
        let what = answer.map_or_else(|_| "broken off".to_owned(), |status| status.to_string());
        if let Ok(mut counts) = self.0.lock() {
            *counts.entry(what).or_default() += 1;
        }
    }

    fn say(&self) {
        if let Ok(counts) = self.0.lock() {
            let each: Vec<String> = counts.iter().map(|(what, count)| format!("{count} {what}")).collect();
            eprintln!("    the attacker got: {}", each.join(", "));
        }
    }
}

fn lists(bench: &Bench, address: SocketAddr) {
    let request = client::get(&format!("/api/v1/competitions/{SLUG}/submissions?limit=1000"), "");
    let tally = Tally::default();
    at_once(10, |_| {
        for _ in 0..if bench.quick() { 2 } else { 10 } {
            tally.add(client::once(address, &request).map(|answer| answer.status));
        }
    });
    tally.say();
}

fn unsigned_hooks(_: &Bench, address: SocketAddr) {
    const LENGTH: usize = 24_900_000;
    let tally = Tally::default();
    at_once(40, |_| {
        let send = || -> io::Result<u16> {
            let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
            stream.set_write_timeout(Some(PATIENCE))?;
            stream.set_read_timeout(Some(Duration::from_secs(30)))?;
            let head = format!(
                "POST /hooks/github/{} HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\nx-github-event: pull_request\r\ncontent-length: {LENGTH}\r\n\r\n",
                crate::made::folder::SOURCE
            );
            stream.write_all(head.as_bytes())?;
            let part = vec![b' '; 64 * 1024];
            let mut left = LENGTH - 1;
            while left > 0 {
                let here = left.min(part.len());
                if stream.write_all(&part[..here]).is_err() {
                    // It was refused: the answer is there.
                    return answer(&mut stream);
                }
                left -= here;
            }
            // All but the last byte: what is kept of it, is kept now.
            thread::sleep(Duration::from_secs(5));
            let _ = stream.write_all(b" ");
            answer(&mut stream)
        };
        tally.add(send());
    });
    tally.say();
}

fn slow_connections(bench: &Bench, address: SocketAddr) {
    let mut open = Vec::new();
    for _ in 0..1_020 {
        if let Ok(mut stream) = TcpStream::connect_timeout(&address, Duration::from_secs(1)) {
            let _ = stream.write_all(b"GET / HTTP/1.1\r\nhost: be");
            open.push(stream);
        }
    }
    eprintln!("    {} slow connections are open", open.len());
    thread::sleep(Duration::from_secs(if bench.quick() { 5 } else { 15 }));
}

fn sign_ins(bench: &Bench, address: SocketAddr) {
    let tally = Tally::default();
    let count = if bench.quick() { 300 } else { 1_200 };
    at_once(count, |number| {
        let body = format!(r#"{{"login":"guess{number}","password":"correct horse battery"}}"#);
        // Each from an address of its own, as a net of machines would: the limits an address let them through.
        let request = format!(
            "POST /api/v1/session HTTP/1.1\r\nhost: bench\r\nx-forwarded-for: 10.0.{}.{}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            number / 200,
            number % 200 + 1,
            body.len()
        );
        let send = || -> io::Result<u16> {
            let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
            stream.set_read_timeout(Some(Duration::from_secs(90)))?;
            stream.write_all(request.as_bytes())?;
            if number.is_multiple_of(2) {
                thread::sleep(Duration::from_millis(300));
                return Err(io::Error::other("hung up"));
            }
            answer(&mut stream)
        };
        tally.add(send());
    });
    tally.say();
}

fn streams(bench: &Bench, address: SocketAddr) {
    let tally = Tally::default();
    let count = if bench.quick() { 500 } else { 2_000 };
    let mut open = Vec::new();
    for number in 0..count {
        let from = format!("x-forwarded-for: 10.1.{}.{}\r\n", number / 200, number % 200 + 1);
        let request = client::get(&format!("/api/v1/competitions/{SLUG}/live?q=team-{number:04}"), &from);
        let opened = || -> io::Result<(TcpStream, u16)> {
            let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
            stream.set_read_timeout(Some(PATIENCE))?;
            stream.write_all(&request)?;
            let mut head = [0; 12];
            stream.read_exact(&mut head)?;
            let status = std::str::from_utf8(&head[9..]).ok().and_then(|text| text.parse().ok());
            Ok((stream, status.unwrap_or(0)))
        };
        tally.add(opened().map(|(stream, status)| {
            open.push(stream);
            status
        }));
    }
    tally.say();
    // Others' hooks change the board meanwhile, and each view with it.
    thread::sleep(Duration::from_secs(5));
}
