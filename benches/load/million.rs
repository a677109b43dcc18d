//! A database of N submissions of N/10 people in 1,000 teams: facts by SQL, everything that follows from
//! them by the project's own evaluation. Built once and kept under `target/bench-data`.

use crate::made::folder::{self, REPOSITORIES, SLUG};
use bugathlon::{
    app::{self, App, AppError},
    domain::{
        forge::Forge,
        ledger::Cause,
        pull::{Actor, Pull, RepoPath, State},
        report::Report,
        text::Slug,
        time::Moment,
    },
    live::Boards,
    store::{self, DatabaseUrl, Store},
};
use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Instant,
};

const SCHEMA: &str = include_str!("../../migrations/sqlite/2026-11-23-000000_spine/up.sql");
const TEAMS: usize = 1_000;
/// Merges whose median is taken.
const MERGES: usize = 21;

/// Where the database of `count` submissions is, or will be: another schema is another file.
pub fn path(data: &Path, count: usize) -> PathBuf {
    let hash = SCHEMA.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    data.join(format!("submissions-{count}-{hash:016x}.db"))
}

async fn open(path: &Path) -> Result<App, AppError> {
    let store = Store::open(&DatabaseUrl::Sqlite(path.to_owned()))?;
    store::migrate(&store).await?;
    Ok(App::new(store))
}

fn slug() -> Slug {
    Slug::parse(SLUG).expect("the slug is one")
}

/// Builds it. The finished file takes its name last.
pub fn build(target: &Path, count: usize) -> io::Result<()> {
    let building = target.with_extension("building");
    let dir = target.with_extension("folder");
    for old in [
        &building,
        &building.with_extension("building-wal"),
        &building.with_extension("building-shm"),
    ] {
        let _ = fs::remove_file(old);
    }
    let size = folder::Size {
        teams: TEAMS,
        people: 1,
        pulls: 0,
    };
    folder::write(&dir, &size)?;
    actix_web::rt::System::new().block_on(async {
        let app = open(&building).await.map_err(io::Error::other)?;
        app::seed(&app, &dir, app::now(), |_| {})
            .await
            .map_err(io::Error::other)?;
        facts(&building, count)?;
        let done = app::rebuild(&app, &slug(), app::now())
            .await
            .map_err(io::Error::other)?;
        eprintln!("    {} submissions, {} ledger entries", done.submissions, done.entries);
        io::Result::Ok(())
    })?;
    fs::remove_dir_all(&dir)?;
    finish(&building, target)
}

/// Brings everything into the one file and gives it its name.
pub fn finish(building: &Path, target: &Path) -> io::Result<()> {
    let mut connection = SqliteConnection::establish(&building.to_string_lossy()).map_err(io::Error::other)?;
    connection
        .batch_execute("PRAGMA busy_timeout = 60000; PRAGMA wal_checkpoint(TRUNCATE);")
        .map_err(io::Error::other)?;
    drop(connection);
    fs::rename(building, target)
}

/// People beside the folder's one, repositories and pulls, straight into the tables.
fn facts(path: &Path, count: usize) -> io::Result<()> {
    let people = (count / 10).max(1);
    let mut connection = SqliteConnection::establish(&path.to_string_lossy()).map_err(io::Error::other)?;
    let first = folder::FIRST_MERGE * 1000;
    let step = folder::SPREAD * 1000 / count as i64;
    let sql = format!(
        "PRAGMA busy_timeout = 60000; PRAGMA synchronous = OFF; PRAGMA cache_size = -200000;
         BEGIN IMMEDIATE;
         WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i + 1 < {people})
           INSERT INTO people (slug, name, number)
           SELECT printf('dev%06d', i), printf('Person %06d', i), 1000 + i FROM c WHERE i < {people};
         UPDATE counters SET value = 1000 + {people} WHERE name = 'person';
         INSERT INTO accounts (person_id, forge, login, login_key, forge_user_id, proven)
           SELECT id, 'github', slug, slug, CAST(900000000 + CAST(substr(slug, 4) AS INTEGER) AS TEXT), 1
           FROM people WHERE id NOT IN (SELECT person_id FROM accounts);
         INSERT INTO memberships (competition_id, person_id, team_id)
           SELECT (SELECT id FROM competitions), p.id, t.id FROM people p
           JOIN teams t ON t.slug = printf('team-%04d', CAST(substr(p.slug, 4) AS INTEGER) % {TEAMS})
           WHERE p.id NOT IN (SELECT person_id FROM memberships);
         WITH RECURSIVE c(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM c WHERE i + 1 < {REPOSITORIES})
           INSERT INTO repositories (forge, forge_id, path)
           SELECT 'github', CAST(500000 + i AS TEXT), printf('bench/p%02d', i) FROM c;
         INSERT INTO repository_paths (forge, path_key, repository_id) SELECT forge, path, id FROM repositories;
         WITH RECURSIVE c(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM c WHERE i + 1 < {count})
           INSERT INTO pulls (repository_id, number, forge, state, title, body, author_login, author_key, author_id,
             author_bot, merged_by, base_branch, head_sha, merge_sha, created_at, merged_at, labels, linked_issues,
             additions, deletions, updated_at, url, confirmed, merge_updated_at, merge_confirmed)
           SELECT r.id, i / {REPOSITORIES} + 1, 'github', 'merged', printf('fix leak %d in the cache', i),
             'Found by a fuzzer.', printf('dev%06d', i % {people}), printf('dev%06d', i % {people}),
             CAST(900000000 + i % {people} AS TEXT), 0, NULL, 'main',
             printf('%08x%032x', i * 2654435761 % 4294967296, i), printf('%08x%032x', i * 2246822519 % 4294967296, i + 1000000000),
             {first} + i * {step} - 86400000, {first} + i * {step}, '[\"kind/bug\"]', '[]', 3, 1,
             {first} + i * {step}, NULL, 1, {first} + i * {step}, 1
           FROM c JOIN repositories r ON r.path = printf('bench/p%02d', i % {REPOSITORIES});
         COMMIT;"
    );
    connection.batch_execute(&sql).map_err(io::Error::other)
}

/// Prints the milliseconds of one more merge (facts, evaluation, ledger, commit, board), the median of some,
/// then those of the whole fold over the same database, with nothing to be changed by it.
pub fn one_more_and_whole(path: &Path, count: usize) -> io::Result<()> {
    actix_web::rt::System::new().block_on(async {
        let app = open(path).await.map_err(io::Error::other)?;
        let boards = Boards::new(bugathlon::domain::level::Ladder::default(), true);
        let read = app.definitions().reader();
        boards
            .beat(&app.store, &read, app::now())
            .await
            .map_err(io::Error::other)?;
        let mut times = Vec::new();
        for number in 0..MERGES {
            let report = merge(count, number);
            let definitions = app.definitions();
            let begun = Instant::now();
            app.store
                .write(move |db| app::take_reports(db, &definitions, vec![report], app::now(), Cause::Hook))
                .await
                .map_err(io::Error::other)?;
            let taken = begun.elapsed();
            boards
                .beat(&app.store, &read, app::now())
                .await
                .map_err(io::Error::other)?;
            times.push((begun.elapsed().as_secs_f64() * 1e3, taken.as_secs_f64() * 1e3));
        }
        times.sort_by(|a, b| a.0.total_cmp(&b.0));
        let begun = Instant::now();
        let changes = app::rebuild(&app, &slug(), app::now())
            .await
            .map_err(io::Error::other)?;
        let whole = begun.elapsed().as_secs_f64() * 1e3;
        if changes.entries > 0 {
            eprintln!(
                "    the whole fold differs from the merges in {} entries",
                changes.entries
            );
        }
        let (one, taken) = times[MERGES / 2];
        println!("{one:.3} {taken:.3} {whole:.3}");
        Ok(())
    })
}

fn merge(count: usize, number: usize) -> Report {
    let people = (count / 10).max(1);
    let person = number * 7_919 % people;
    let merged_at = Moment::from_millis((folder::FIRST_MERGE + folder::SPREAD) * 1000 + number as i64 * 1000);
    Report::of(Pull {
        forge: Forge::GitHub.into(),
        repository: RepoPath::parse(&folder::repository(number)).expect("a path"),
        repository_id: Some(folder::repository_id(number).to_string()),
        number: 50_000_000 + number as u64,
        state: State::Merged,
        title: format!("fix one more leak {number}"),
        body: "Found by a fuzzer.".into(),
        author: Actor {
            login: folder::login(person),
            id: Some(folder::account_id(person).to_string()),
            bot: false,
        },
        merged_by: None,
        base_branch: Some("main".into()),
        head_branch: None,
        head_sha: Some(format!("{:040x}", (1_u128 << 120) + number as u128)),
        merge_sha: Some(format!("{:040x}", (1_u128 << 121) + number as u128)),
        squash_sha: None,
        created_at: merged_at.plus(-Moment::DAY),
        merged_at: Some(merged_at),
        closed_at: None,
        labels: vec!["kind/bug".into()],
        linked_issues: vec![],
        additions: Some(3),
        deletions: Some(1),
        updated_at: Some(merged_at),
        url: None,
        draft: false,
        confirmed: true,
    })
}
