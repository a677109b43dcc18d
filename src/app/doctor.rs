//! `doctor`: looks at the database, the clock, the definitions, the sources, the deliveries and the ledgers,
//! and says what is wrong and what to do. Changes nothing.

use super::{App, AppError, Competition, prove_ledger};
use crate::{
    domain::text::Lang,
    domain::{
        competition::{Secret, Source},
        time::Moment,
        words::span,
    },
    folder,
    store::{self, DatabaseUrl, Store, Tables},
};
use std::{
    io::Write,
    path::Path,
    time::{Duration, Instant},
};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Health {
    Ok,
    Warning,
    Failure,
}

impl Health {
    pub fn as_str(self) -> &'static str {
        match self {
            Health::Ok => "ok",
            Health::Warning => "warning",
            Health::Failure => "failure",
        }
    }
}

/// One thing looked at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Symptom {
    pub health: Health,
    /// A sentence without a full stop. Never a secret.
    pub said: String,
    /// Empty where nothing is wrong.
    pub remedy: String,
}

/// Everything looked at, in order.
#[derive(Default)]
struct Chart(Vec<Symptom>);

impl Chart {
    fn ok(&mut self, said: impl Into<String>) {
        self.put(Health::Ok, said, "");
    }

    fn warn(&mut self, said: impl Into<String>, remedy: impl Into<String>) {
        self.put(Health::Warning, said, remedy);
    }

    fn fail(&mut self, said: impl Into<String>, remedy: impl Into<String>) {
        self.put(Health::Failure, said, remedy);
    }

    fn put(&mut self, health: Health, said: impl Into<String>, remedy: impl Into<String>) {
        self.0.push(Symptom {
            health,
            said: said.into(),
            remedy: remedy.into(),
        });
    }
}

/// How far a clock may be behind what was written with it: twins of an instance differ by a little.
const SKEW: i64 = 5 * Moment::SECOND;
/// How long a delivery may wait before something must be wrong.
const WAIT: i64 = Moment::MINUTE;
/// Days after which the key that signs sessions should be another.
const OLD_KEY: i64 = 90;
/// How long the disk is measured, and the syncs a second under which hooks would feel it.
const MEASURE: Duration = Duration::from_millis(200);
const FEW_SYNCS: f64 = 50.0;

/// Looks at everything. `is_set`: whether an environment variable is set and not blank; only `cli` asks.
/// `clock` is asked where a time is compared: an examination takes a while, and hooks go on arriving.
pub async fn doctor(url: &DatabaseUrl, is_set: impl Fn(&str) -> bool, clock: impl Fn() -> Moment) -> Vec<Symptom> {
    let mut chart = Chart::default();
    if let Err(error) = look(url, &is_set, &clock, &mut chart).await {
        chart.fail(
            format!("the examination ended early: {error}"),
            "mend what is said above and ask again",
        );
    }
    chart.0
}

async fn look(
    url: &DatabaseUrl,
    is_set: &impl Fn(&str) -> bool,
    now: &impl Fn() -> Moment,
    chart: &mut Chart,
) -> Result<(), AppError> {
    let Some(app) = reach(url, chart).await? else {
        return Ok(());
    };
    disk(url, chart);
    let faults = app.store.read(store::integrity_faults).await?;
    if faults.is_empty() {
        chart.ok("the database's own checks find nothing wrong");
    }
    for fault in faults {
        chart.fail(
            format!("the database file is damaged: {fault}"),
            "stop every instance, keep the file, and restore the last backup",
        );
    }
    for (setting, good) in app.store.bare(store::unsafe_settings).await? {
        chart.warn(
            format!("{setting}: what was acknowledged can be lost when the machine fails"),
            format!("set it to {good}"),
        );
    }
    clock(&app, now, chart).await?;
    keys(&app, now(), chart).await?;
    for competition in definitions(&app, chart).await? {
        sources(&competition, is_set, chart);
        shared_names(&app, &competition, chart).await?;
        ledger(&app, &competition, chart).await?;
    }
    deliveries(&app, now(), chart).await
}

/// The database answers and has this version's tables; None: there is nothing more to look at.
async fn reach(url: &DatabaseUrl, chart: &mut Chart) -> Result<Option<App>, AppError> {
    if let DatabaseUrl::Sqlite(path) = url
        && !path.exists()
    {
        // Opening it would make it.
        chart.fail(
            format!("there is no database at {}", path.display()),
            "give --database-url of the right one, or `bugathlon serve --create` or `bugathlon seed DIR` makes one",
        );
        return Ok(None);
    }
    let store = match Store::open(url) {
        Ok(store) => store,
        Err(error) => {
            chart.fail(error.to_string(), "check --database-url, and that the database runs");
            return Ok(None);
        }
    };
    let version = match store.read(store::server_version).await {
        Ok(version) => version,
        Err(error) => {
            chart.fail(error.to_string(), "check --database-url, and that the database runs");
            return Ok(None);
        }
    };
    chart.ok(format!("{} {version} answers ({url:?})", url.kind()));
    match store.read(store::tables).await? {
        Tables::Current => {}
        Tables::None => {
            chart.fail(
                "the database has no tables yet",
                "give --database-url of the right one, or `bugathlon serve --create` or `bugathlon seed DIR` makes them",
            );
            return Ok(None);
        }
        Tables::Pending(names) => {
            chart.fail(
                format!("the database lacks this version's tables: {}", names.join(", ")),
                "take a backup with the version that wrote it, then start this one with `bugathlon serve`",
            );
            return Ok(None);
        }
        Tables::Unknown(names) => {
            chart.fail(
                format!(
                    "the database is of a later version: this one does not know migration {}",
                    names.join(", ")
                ),
                "run that version, or restore a backup that this one wrote",
            );
            return Ok(None);
        }
    }
    chart.ok("the database has this version's tables");
    Ok(Some(App::new(store)))
}

/// How often a second the disk under the database makes a block durable: what acknowledging hooks waits for.
fn disk(url: &DatabaseUrl, chart: &mut Chart) {
    let DatabaseUrl::Sqlite(path) = url else {
        return;
    };
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    match syncs(folder) {
        Ok(rate) if rate < FEW_SYNCS => chart.warn(
            format!("the disk makes {rate:.0} writes a second durable: hooks will be answered late"),
            "put the database on another disk",
        ),
        Ok(rate) => chart.ok(format!("the disk makes {rate:.0} writes a second durable")),
        Err(why) => chart.fail(
            format!("{}: cannot be written: {why}", folder.display()),
            "make room, or let this user write there",
        ),
    }
}

fn syncs(folder: &Path) -> std::io::Result<f64> {
    let mut file = tempfile::tempfile_in(folder)?;
    let block = [0x5a_u8; 4096];
    let start = Instant::now();
    let mut count = 0_u32;
    while start.elapsed() < MEASURE {
        file.write_all(&block)?;
        file.sync_data()?;
        count += 1;
    }
    Ok(f64::from(count) / start.elapsed().as_secs_f64())
}

async fn clock(app: &App, now: &impl Fn() -> Moment, chart: &mut Chart) -> Result<(), AppError> {
    let newest = app.store.read(store::newest_time).await?;
    // After what it is compared with: what was written before this moment is not ahead of it.
    let now = now();
    let behind = newest.map_or(0, |newest| newest.millis() - now.millis());
    if behind > SKEW {
        chart.fail(
            format!(
                "this machine's clock is {} behind the newest time in the database",
                span(behind, Lang::En)
            ),
            "set the clock (NTP); until then new entries bear earlier times than old ones",
        );
    } else {
        chart.ok(format!("the clock says {now}, not behind the database"));
    }
    Ok(())
}

/// The competitions whose definition this version reads.
async fn definitions(app: &App, chart: &mut Chart) -> Result<Vec<Competition>, AppError> {
    let stored = app.store.read(store::competitions).await?;
    let mut readable = Vec::new();
    for stored in stored {
        let slug = &stored.slug;
        match folder::definition::read_stored("competition.toml", &stored.definition) {
            Ok((definition, passed_over)) => {
                chart.ok(format!("competition {slug}: its definition is read"));
                for unknown in passed_over {
                    chart.warn(
                        format!(
                            "competition {slug}: {}: {}",
                            unknown.key.unwrap_or_default(),
                            unknown.problem
                        ),
                        "it was taken by another version; nothing is made of it here",
                    );
                }
                readable.push(Competition {
                    definition: std::sync::Arc::new(definition),
                    stored,
                });
            }
            Err(refused) => chart.fail(
                format!("competition {slug}: held apart, since this version refuses its definition: {refused}"),
                "mend competition.toml and seed its folder again",
            ),
        }
    }
    if readable.is_empty() {
        chart.warn("there is no competition to show", "`bugathlon seed DIR` loads one");
    }
    Ok(readable)
}

fn sources(competition: &Competition, is_set: &impl Fn(&str) -> bool, chart: &mut Chart) {
    if competition.stored.seal.finalized_at.is_some() {
        return;
    }
    for source in &competition.definition.sources {
        let of = format!(
            "competition {}: source {} of {}",
            competition.stored.slug, source.name, source.forge
        );
        let missing = missing(source, is_set);
        let usable = source.secrets.iter().filter(|secret| has(secret, is_set)).count();
        for (key, variable) in &missing {
            let said = format!("{of}: {key}: the environment variable {variable} is not set");
            let remedy = format!("set {variable} where `bugathlon serve` runs, or take it out of competition.toml");
            if *key == "secrets" && usable > 0 {
                chart.warn(said, remedy);
            } else {
                chart.fail(said, remedy);
            }
        }
        if source.secrets.is_empty() {
            chart.warn(
                format!("{of}: secrets: there is none, so every hook is refused"),
                "give it secrets = [\"env:NAME\"]",
            );
        } else if missing.is_empty() {
            chart.ok(format!("{of}: its secrets are set"));
        }
    }
}

fn has(secret: &Secret, is_set: &impl Fn(&str) -> bool) -> bool {
    match secret {
        Secret::Env(variable) => is_set(variable),
        Secret::Literal(_) => true,
    }
}

/// The variables that a source names and that are not set, with the key that names each.
fn missing<'a>(source: &'a Source, is_set: &impl Fn(&str) -> bool) -> Vec<(&'static str, &'a str)> {
    let secrets = source.secrets.iter().map(|secret| ("secrets", secret));
    let token = source.token.iter().map(|secret| ("token", secret));
    let unset = |(key, secret): (&'static str, &'a Secret)| match secret {
        Secret::Env(variable) if !is_set(variable) => Some((key, variable.as_str())),
        Secret::Env(_) | Secret::Literal(_) => None,
    };
    secrets.chain(token).filter_map(unset).collect()
}

/// How old the key is that sessions are signed with.
async fn keys(app: &App, now: Moment, chart: &mut Chart) -> Result<(), AppError> {
    let since = app.store.read(move |db| super::signing_since(db, now)).await?;
    let Some(since) = since else {
        chart.ok("nobody has signed in yet: there is no key that could be old");
        return Ok(());
    };
    let days = (now.millis() - since.millis()).max(0) / Moment::DAY;
    let said = match days {
        1 => "the key that signs sessions is 1 day old".to_owned(),
        days => format!("the key that signs sessions is {days} days old"),
    };
    if days > OLD_KEY {
        chart.warn(
            said,
            "`bugathlon account rotate-keys` makes a new one and signs nobody out",
        );
    } else {
        chart.ok(said);
    }
    Ok(())
}

async fn ledger(app: &App, competition: &Competition, chart: &mut Chart) -> Result<(), AppError> {
    let slug = &competition.stored.slug;
    let proof = prove_ledger(app, slug).await?;
    if let Some(broken) = proof.broken {
        chart.fail(
            format!("competition {slug}: the ledger's chain is broken: {broken}"),
            "somebody altered the database: keep it, and restore the last backup whose ledger verifies",
        );
    }
    if let Some(first) = proof.differences.first() {
        chart.fail(
            format!(
                "competition {slug}: {} submissions are not what the ledger says, such as: {first}",
                proof.count
            ),
            format!("`bugathlon backup` first, then `bugathlon rebuild {slug}` says more"),
        );
    }
    if proof.holds() {
        chart.ok(format!(
            "competition {slug}: the ledger's {} entries are whole and give every submission",
            proof.entries
        ));
    }
    Ok(())
}

/// Paths that several repositories have borne, which the host may not know.
async fn shared_names(app: &App, competition: &Competition, chart: &mut Chart) -> Result<(), AppError> {
    let (slug, definition) = (&competition.stored.slug, competition.definition.clone());
    let shared = app
        .store
        .read(move |db| store::shared_names(db, definition.scope().paths()))
        .await?;
    for name in shared {
        let ids: Vec<&str> = name.bearers.iter().filter_map(|one| one.forge_id.as_deref()).collect();
        chart.warn(
            format!(
                "competition {slug}: {}:{} was borne by {} repositories, with the ids {}",
                name.forge,
                name.path,
                name.bearers.len(),
                ids.join(", ")
            ),
            "all of them count; to count one alone, write its id into [[repository]]",
        );
    }
    Ok(())
}

async fn deliveries(app: &App, now: Moment, chart: &mut Chart) -> Result<(), AppError> {
    let counts = app.store.read(store::count_deliveries).await?;
    let count = |state: &str| counts.iter().find(|(of, _)| of == state).map_or(0, |(_, count)| *count);
    let failed = count("failed");
    if failed == 0 {
        let kept: i64 = counts.iter().map(|(_, count)| count).sum();
        chart.ok(format!("{kept} deliveries kept, none that could not be read"));
    } else {
        chart.warn(
            format!("{failed} deliveries could not be read"),
            "the newest are named below; a pull that is missing can be imported by hand",
        );
        for newest in app.store.read(|db| store::failed_deliveries(db, 3)).await? {
            chart.warn(
                format!(
                    "delivery {} of {}/{} ({}), {}: {}",
                    newest.id.0, newest.forge, newest.source, newest.event, newest.received_at, newest.reason
                ),
                "look at what the forge sent there",
            );
        }
    }
    let late = app
        .store
        .read(move |db| store::queued_since(db, now.plus(-WAIT)))
        .await?;
    if late > 0 {
        chart.warn(
            format!("{late} deliveries have waited for over a minute"),
            "is `bugathlon serve` running? It works on them within a second",
        );
    }
    Ok(())
}
