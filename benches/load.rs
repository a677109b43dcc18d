//! The project beside its limits, in one run on one machine: `cargo bench --bench load -- [part …] [--quick]`.
//!
//! Servers run on core 0, the load on core 1. A limit is this very program in another role doing the bare
//! thing, in turns with the project, so that both see the same minute. Figures are printed, never judged:
//! the program fails only where a part cannot be run at all, and says so in its line.

#[path = "load/abuse.rs"]
mod abuse;
#[path = "load/acts.rs"]
mod acts;
#[path = "load/client.rs"]
mod client;
#[path = "load/limits.rs"]
mod limits;
#[path = "made/mod.rs"]
mod made;
#[path = "load/million.rs"]
mod million;
#[path = "load/parts.rs"]
mod parts;
#[path = "load/process.rs"]
mod process;
#[path = "load/streams.rs"]
mod streams;

use parts::{Bench, Row};
use std::{
    io,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

type Part = fn(&Bench) -> Result<Vec<Row>, Box<dyn std::error::Error>>;

const PARTS: [(&str, Part); 12] = [
    ("page", parts::page),
    ("json", parts::json),
    ("not-modified", parts::not_modified),
    ("hooks-sqlite", parts::hooks_sqlite),
    ("hooks-postgres", parts::hooks_postgres),
    ("fanout", parts::fanout),
    ("one-more-merge", parts::one_more_merge),
    ("start", parts::start),
    ("memory", parts::memory),
    ("abuse", abuse::abuse),
    ("acts", acts::acts_sqlite),
    ("acts-postgres", acts::acts_postgres),
];

const PINNED: &str = "BUGATHLON_BENCH_PINNED";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let done = match arguments.split_first() {
        Some((first, rest)) if first == "--role" => in_role(rest),
        _ => measure(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// What this program does as a child of itself.
fn in_role(arguments: &[String]) -> io::Result<()> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let number = |text: &str| text.parse::<usize>().map_err(io::Error::other);
    match words[..] {
        ["bare", dir] => limits::bare(Path::new(dir)),
        ["commit", database, body, threads, millis] => limits::commit(
            Path::new(database),
            Path::new(body),
            number(threads)?,
            Duration::from_millis(number(millis)? as u64),
        ),
        ["rows", database] => limits::rows(Path::new(database)),
        ["build", database, count] => million::build(Path::new(database), number(count)?),
        ["merge", database, count] => million::one_more_and_whole(Path::new(database), number(count)?),
        _ => Err(io::Error::other("not a role of this benchmark")),
    }
}

fn measure(arguments: &[String]) -> io::Result<()> {
    let quick = arguments.iter().any(|argument| argument == "--quick");
    let asked: Vec<&String> = arguments.iter().filter(|a| !a.starts_with("--")).collect();
    let names = PARTS.map(|(name, _)| name).join(", ");
    if let Some(unknown) = asked.iter().find(|name| PARTS.iter().all(|(part, _)| part != *name)) {
        return Err(io::Error::other(format!("no part `{unknown}`; there are: {names}")));
    }
    pin_to_core_1();
    let data = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .parent()
        .map_or_else(|| PathBuf::from("target"), Path::to_owned)
        .join("bench-data");
    std::fs::create_dir_all(&data)?;
    let bench = Bench::new(data, quick)?;
    let mut table: Vec<Row> = Vec::new();
    for (name, part) in PARTS {
        if !asked.is_empty() && !asked.iter().any(|wanted| *wanted == name) {
            continue;
        }
        eprintln!("{name}");
        match part(&bench) {
            Ok(rows) => table.extend(rows),
            Err(why) => table.push(Row::absent(name, &why.to_string())),
        }
    }
    println!();
    for line in Row::lines(&table) {
        println!("{line}");
    }
    Ok(())
}

/// Starts this program again on core 1, so that all its threads are there.
fn pin_to_core_1() {
    if process::cores() < 2 {
        eprintln!("one core: servers and load share it, and every ratio suffers");
        return;
    }
    if std::env::var_os(PINNED).is_some() {
        return;
    }
    let Some(taskset) = process::found("taskset") else {
        eprintln!("no taskset (util-linux): servers and load run on whatever core the system gives them");
        return;
    };
    if let Ok(own) = std::env::current_exe() {
        let failed = std::process::Command::new(taskset)
            .args(["-c", "1"])
            .arg(own)
            .args(std::env::args().skip(1))
            .env(PINNED, "1")
            .exec();
        eprintln!("taskset: {failed}; the load runs on whatever core the system gives it");
    }
}
