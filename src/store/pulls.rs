//! Pulls as facts, and the repositories that they live in.

use super::{
    Db, PART, StoreError, on,
    schema::{pulls, repositories, repository_paths},
};
use crate::domain::{
    forge::Forge,
    pull::{Actor, MergeReport, Pull, RepoPath, State},
    team::PullId,
    text::folded,
    time::Moment,
};
use diesel::prelude::*;
use std::collections::{HashMap, HashSet};

/// A repository's number in this database.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct RepositoryId(pub i64);

/// A stored pull: its number, its repository's, and the facts.
#[derive(Clone, Debug)]
pub struct Fact {
    pub id: PullId,
    pub repository: RepositoryId,
    pub pull: Pull,
}

#[derive(Queryable, Insertable, AsChangeset, Clone)]
#[diesel(table_name = pulls)]
#[diesel(treat_none_as_null = true)]
struct Row {
    repository_id: i64,
    number: i64,
    forge: String,
    state: String,
    title: String,
    body: String,
    author_login: String,
    author_key: String,
    author_id: Option<String>,
    author_bot: bool,
    merged_by: Option<String>,
    base_branch: String,
    head_branch: Option<String>,
    head_sha: Option<String>,
    merge_sha: Option<String>,
    created_at: i64,
    merged_at: Option<i64>,
    labels: String,
    linked_issues: String,
    additions: Option<i64>,
    deletions: Option<i64>,
    updated_at: Option<i64>,
    url: Option<String>,
    confirmed: bool,
    merge_updated_at: Option<i64>,
    merge_confirmed: Option<bool>,
}

fn text_of<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "null".into())
}

fn read_text<T: serde::de::DeserializeOwned>(what: &str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|e| StoreError::unreadable(what, &e))
}

impl Row {
    fn of(repository: RepositoryId, pull: &Pull) -> Self {
        let count = |n: Option<u64>| n.map(|n| i64::try_from(n).unwrap_or(i64::MAX));
        let millis = |at: Option<Moment>| at.map(Moment::millis);
        Self {
            repository_id: repository.0,
            number: i64::try_from(pull.number).unwrap_or(i64::MAX),
            forge: pull.forge.as_str().into(),
            state: pull.state.as_str().into(),
            title: pull.title.clone(),
            body: pull.body.clone(),
            author_login: pull.author.login.clone(),
            author_key: folded(&pull.author.login),
            author_id: pull.author.id.clone(),
            author_bot: pull.author.bot,
            merged_by: pull.merged_by.as_ref().map(text_of),
            base_branch: pull.base_branch.clone(),
            head_branch: pull.head_branch.clone(),
            head_sha: pull.head_sha.clone(),
            merge_sha: pull.merge_sha.clone(),
            created_at: pull.created_at.millis(),
            merged_at: millis(pull.merged_at),
            labels: text_of(&pull.labels),
            linked_issues: text_of(&pull.linked_issues),
            additions: count(pull.additions),
            deletions: count(pull.deletions),
            updated_at: millis(pull.updated_at),
            url: pull.url.clone(),
            confirmed: pull.confirmed,
            merge_updated_at: pull.merge_report.and_then(|report| millis(report.updated_at)),
            merge_confirmed: pull.merge_report.map(|report| report.confirmed),
        }
    }

    fn pull(self, path: &str, repository_id: Option<String>) -> Result<Pull, StoreError> {
        let count = |n: Option<i64>| n.map(|n| u64::try_from(n).unwrap_or(0));
        let state = [State::Open, State::Closed, State::Merged]
            .into_iter()
            .find(|state| state.as_str() == self.state)
            .ok_or_else(|| StoreError::unreadable("state", &self.state))?;
        Ok(Pull {
            forge: Forge::parse(&self.forge).map_err(|e| StoreError::unreadable("forge", &e))?,
            repository: RepoPath::parse(path).map_err(|e| StoreError::unreadable("repository", &e))?,
            repository_id,
            number: u64::try_from(self.number).unwrap_or(0),
            state,
            title: self.title,
            body: self.body,
            author: Actor {
                login: self.author_login,
                id: self.author_id,
                bot: self.author_bot,
            },
            merged_by: self.merged_by.map(|text| read_text("merged_by", &text)).transpose()?,
            base_branch: self.base_branch,
            head_branch: self.head_branch,
            head_sha: self.head_sha,
            merge_sha: self.merge_sha,
            created_at: Moment::from_millis(self.created_at),
            merged_at: self.merged_at.map(Moment::from_millis),
            labels: read_text("labels", &self.labels)?,
            linked_issues: read_text("linked_issues", &self.linked_issues)?,
            additions: count(self.additions),
            deletions: count(self.deletions),
            updated_at: self.updated_at.map(Moment::from_millis),
            url: self.url,
            confirmed: self.confirmed,
            merge_report: self.merge_confirmed.map(|confirmed| MergeReport {
                updated_at: self.merge_updated_at.map(Moment::from_millis),
                confirmed,
            }),
        })
    }
}

type Loaded = (i64, Row, String, Option<String>);

fn fact((id, row, path, repository_id): Loaded) -> Result<Fact, StoreError> {
    Ok(Fact {
        id: PullId(id),
        repository: RepositoryId(row.repository_id),
        pull: row.pull(&path, repository_id)?,
    })
}

macro_rules! facts {
    () => {
        pulls::table.inner_join(repositories::table).select((
            pulls::id,
            (
                pulls::repository_id,
                pulls::number,
                pulls::forge,
                pulls::state,
                pulls::title,
                pulls::body,
                pulls::author_login,
                pulls::author_key,
                pulls::author_id,
                pulls::author_bot,
                pulls::merged_by,
                pulls::base_branch,
                pulls::head_branch,
                pulls::head_sha,
                pulls::merge_sha,
                pulls::created_at,
                pulls::merged_at,
                pulls::labels,
                pulls::linked_issues,
                pulls::additions,
                pulls::deletions,
                pulls::updated_at,
                pulls::url,
                pulls::confirmed,
                pulls::merge_updated_at,
                pulls::merge_confirmed,
            ),
            repositories::path,
            repositories::forge_id,
        ))
    };
}

/// What taking a report in did.
#[derive(Clone, Debug)]
pub struct Taken {
    pub id: PullId,
    pub repository: RepositoryId,
    /// The facts before, where the pull was known.
    pub before: Option<Pull>,
    pub after: Pull,
    /// The repository is known under a new path, or two of its rows became one: what competitions have in
    /// scope can change for every pull of it.
    pub repository_changed: bool,
}

impl Taken {
    pub fn changed(&self) -> bool {
        self.repository_changed || self.before.as_ref() != Some(&self.after)
    }
}

/// Takes one report of a pull in: the facts afterwards are what [`Pull::absorb`] says.
pub fn take_report(db: &mut Db, report: Pull) -> Result<Taken, StoreError> {
    let report = without_nul(report);
    let (repository, repository_changed) = settle_repository(db, &report)?;
    let number = i64::try_from(report.number).unwrap_or(i64::MAX);
    let query = facts!()
        .filter(pulls::repository_id.eq(repository.0))
        .filter(pulls::number.eq(number));
    let known: Option<Loaded> = on!(db, c => query.first(c).optional())?;
    let Some(known) = known else {
        let insert = diesel::insert_into(pulls::table)
            .values(Row::of(repository, &report))
            .returning(pulls::id);
        let id: i64 = on!(db, c => insert.get_result(c))?;
        return Ok(Taken {
            id: PullId(id),
            repository,
            before: None,
            after: report,
            repository_changed,
        });
    };
    let known = fact(known)?;
    let before = known.pull.clone();
    let path = known.pull.repository.clone();
    let mut after = known.pull.absorb(report);
    // The path of a repository is its row's, so that a rename does not change every pull.
    after.repository = path;
    if after != before {
        let row = Row::of(repository, &after);
        on!(db, c => diesel::update(pulls::table.find(known.id.0)).set(&row).execute(c))?;
    }
    Ok(Taken {
        id: known.id,
        repository,
        before: Some(before),
        after,
        repository_changed,
    })
}

/// PostgreSQL keeps no NUL in a text, and no title needs one.
fn without_nul(mut pull: Pull) -> Pull {
    let clean = |text: &mut String| {
        if text.contains('\0') {
            *text = text.replace('\0', "\u{fffd}");
        }
    };
    clean(&mut pull.title);
    clean(&mut pull.body);
    clean(&mut pull.base_branch);
    clean(&mut pull.author.login);
    let optional = [
        &mut pull.author.id,
        &mut pull.head_branch,
        &mut pull.head_sha,
        &mut pull.merge_sha,
        &mut pull.repository_id,
        &mut pull.url,
    ];
    optional.into_iter().flatten().for_each(clean);
    pull
}

type RepositoryRow = (i64, String, Option<String>, String);

/// The repository that a report speaks of: by the forge's numeric id where it gives one, else by path.
/// A row that was known by path alone becomes the row of the id.
fn settle_repository(db: &mut Db, report: &Pull) -> Result<(RepositoryId, bool), StoreError> {
    let forge = report.forge.as_str();
    let key = report.repository.key();
    let alias = repository_paths::table
        .find((forge, &key))
        .inner_join(repositories::table.on(repositories::id.eq(repository_paths::repository_id)));
    let columns = (
        repositories::id,
        repositories::forge,
        repositories::forge_id,
        repositories::path,
    );
    let by_path: Option<RepositoryRow> = on!(db, c => alias.select(columns).first(c).optional())?;
    // A claim may say anything of ids: it moves no path and merges no repositories.
    let Some(forge_id) = report.repository_id.as_deref().filter(|_| report.confirmed) else {
        return match by_path {
            Some(row) => Ok((RepositoryId(row.0), false)),
            None => Ok((new_repository(db, report)?, false)),
        };
    };
    if let Some(row) = by_path.as_ref().filter(|row| row.2.as_deref() == Some(forge_id)) {
        return Ok((RepositoryId(row.0), false));
    }
    let of_id = repositories::table
        .filter(repositories::forge.eq(forge))
        .filter(repositories::forge_id.eq(forge_id));
    let by_id: Option<RepositoryRow> = on!(db, c => of_id.first(c).optional())?;
    match (by_id, by_path) {
        (Some(own), Some(path)) if path.2.is_none() => {
            merge_repositories(db, RepositoryId(path.0), RepositoryId(own.0))?;
            Ok((RepositoryId(own.0), true))
        }
        (Some(own), other) => {
            // Renamed, or the path now belongs to this one: the path leads here from now on.
            put_path(db, forge, &key, RepositoryId(own.0))?;
            let row = repositories::table.find(own.0);
            let path = report.repository.as_str();
            on!(db, c => diesel::update(row).set(repositories::path.eq(path)).execute(c))?;
            Ok((RepositoryId(own.0), other.is_none()))
        }
        (None, Some(path)) if path.2.is_none() => {
            let row = repositories::table.find(path.0);
            on!(db, c => diesel::update(row).set(repositories::forge_id.eq(forge_id)).execute(c))?;
            Ok((RepositoryId(path.0), false))
        }
        (None, _) => Ok((new_repository(db, report)?, false)),
    }
}

fn new_repository(db: &mut Db, report: &Pull) -> Result<RepositoryId, StoreError> {
    let values = (
        repositories::forge.eq(report.forge.as_str()),
        repositories::forge_id.eq(report.repository_id.as_deref().filter(|_| report.confirmed)),
        repositories::path.eq(report.repository.as_str()),
    );
    let insert = diesel::insert_into(repositories::table)
        .values(values)
        .returning(repositories::id);
    let id: i64 = on!(db, c => insert.get_result(c))?;
    put_path(db, report.forge.as_str(), &report.repository.key(), RepositoryId(id))?;
    Ok(RepositoryId(id))
}

fn put_path(db: &mut Db, forge: &str, key: &str, repository: RepositoryId) -> Result<(), StoreError> {
    let values = (
        repository_paths::forge.eq(forge),
        repository_paths::path_key.eq(key),
        repository_paths::repository_id.eq(repository.0),
    );
    on!(db, c => diesel::insert_into(repository_paths::table)
        .values(values)
        .on_conflict((repository_paths::forge, repository_paths::path_key))
        .do_update()
        .set(repository_paths::repository_id.eq(repository.0))
        .execute(c))?;
    Ok(())
}

/// What was known of `gone` by path alone becomes `kept`'s, pull by pull. Its pulls keep their numbers in
/// this database where `kept` does not know the pull; else the two reports become one fact, and the
/// leftover row is emptied of what could score by leaving it without a path.
fn merge_repositories(db: &mut Db, gone: RepositoryId, kept: RepositoryId) -> Result<(), StoreError> {
    let query = facts!().filter(pulls::repository_id.eq(gone.0));
    let rows: Vec<Loaded> = on!(db, c => query.load(c))?;
    for row in rows {
        let old = fact(row)?;
        let number = i64::try_from(old.pull.number).unwrap_or(i64::MAX);
        let twin = facts!()
            .filter(pulls::repository_id.eq(kept.0))
            .filter(pulls::number.eq(number));
        let twin: Option<Loaded> = on!(db, c => twin.first(c).optional())?;
        match twin {
            None => {
                let row = pulls::table.find(old.id.0);
                on!(db, c => diesel::update(row).set(pulls::repository_id.eq(kept.0)).execute(c))?;
            }
            Some(twin) => {
                let twin = fact(twin)?;
                let both = Row::of(kept, &twin.pull.absorb(old.pull));
                on!(db, c => diesel::update(pulls::table.find(twin.id.0)).set(&both).execute(c))?;
            }
        }
    }
    let paths = repository_paths::table.filter(repository_paths::repository_id.eq(gone.0));
    on!(db, c => diesel::update(paths).set(repository_paths::repository_id.eq(kept.0)).execute(c))?;
    Ok(())
}

/// The pulls with these numbers, in no order.
pub fn facts_by_id(db: &mut Db, ids: &[PullId]) -> Result<Vec<Fact>, StoreError> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let mut facts = Vec::with_capacity(ids.len());
    for part in ids.chunks(PART) {
        let query = facts!().filter(pulls::id.eq_any(part));
        for row in on!(db, c => query.load::<Loaded>(c))? {
            facts.push(fact(row)?);
        }
    }
    Ok(facts)
}

/// Every pull of these repositories, `each` called for one at a time, so that a million need no room.
pub fn each_fact(db: &mut Db, repositories: &[RepositoryId], mut each: impl FnMut(Fact)) -> Result<(), StoreError> {
    for repository in repositories {
        let mut after = 0_i64;
        loop {
            let query = facts!()
                .filter(pulls::repository_id.eq(repository.0))
                .filter(pulls::number.gt(after))
                .order(pulls::number)
                .limit(PART as i64);
            let rows: Vec<Loaded> = on!(db, c => query.load(c))?;
            let Some(last) = rows.last().map(|row| row.1.number) else {
                break;
            };
            after = last;
            for row in rows {
                each(fact(row)?);
            }
        }
    }
    Ok(())
}

/// The pull that a URL names, by the paths that its repository has been seen under.
pub fn fact_by_name(db: &mut Db, forge: Forge, path: &RepoPath, number: u64) -> Result<Option<Fact>, StoreError> {
    let alias = repository_paths::table.find((forge.as_str(), path.key()));
    let repository: Option<i64> = on!(db, c => alias.select(repository_paths::repository_id).first(c).optional())?;
    let Some(repository) = repository else {
        return Ok(None);
    };
    let number = i64::try_from(number).unwrap_or(i64::MAX);
    let query = facts!()
        .filter(pulls::repository_id.eq(repository))
        .filter(pulls::number.eq(number));
    let row: Option<Loaded> = on!(db, c => query.first(c).optional())?;
    row.map(fact).transpose()
}

/// The repositories that have been seen under these paths, each with every such path, sorted.
pub fn repositories_at<'a>(
    db: &mut Db,
    paths: impl Iterator<Item = (Forge, &'a str)>,
) -> Result<HashMap<RepositoryId, Vec<(Forge, String)>>, StoreError> {
    let wanted: HashSet<(Forge, &str)> = paths.collect();
    let keys: Vec<&str> = wanted.iter().map(|(_, key)| *key).collect();
    let mut found: HashMap<RepositoryId, Vec<(Forge, String)>> = HashMap::new();
    for part in keys.chunks(PART) {
        let query = repository_paths::table.filter(repository_paths::path_key.eq_any(part));
        let rows: Vec<(String, String, i64)> = on!(db, c => query.load(c))?;
        for (forge, key, repository) in rows {
            let forge = Forge::parse(&forge).map_err(|e| StoreError::unreadable("forge", &e))?;
            // The same path may be somebody else's on another forge.
            if wanted.contains(&(forge, key.as_str())) {
                found.entry(RepositoryId(repository)).or_default().push((forge, key));
            }
        }
    }
    for paths in found.values_mut() {
        paths.sort();
        paths.dedup();
    }
    Ok(found)
}

/// The pulls of a repository, by number in this database.
pub fn pulls_of_repository(db: &mut Db, repository: RepositoryId) -> Result<Vec<PullId>, StoreError> {
    let query = pulls::table
        .filter(pulls::repository_id.eq(repository.0))
        .select(pulls::id);
    let ids: Vec<i64> = on!(db, c => query.load(c))?;
    Ok(ids.into_iter().map(PullId).collect())
}

/// The pulls whose author bears this login or one of these ids.
pub fn pulls_of_author(db: &mut Db, forge: Forge, login: &str, ids: &[&str]) -> Result<Vec<PullId>, StoreError> {
    let by_login = pulls::table
        .filter(pulls::forge.eq(forge.as_str()))
        .filter(pulls::author_key.eq(folded(login)))
        .select(pulls::id);
    let mut found: Vec<i64> = on!(db, c => by_login.load(c))?;
    if !ids.is_empty() {
        let by_id = pulls::table
            .filter(pulls::forge.eq(forge.as_str()))
            .filter(pulls::author_id.eq_any(ids))
            .select(pulls::id);
        found.extend(on!(db, c => by_id.load::<i64>(c))?);
    }
    found.sort_unstable();
    found.dedup();
    Ok(found.into_iter().map(PullId).collect())
}

/// The numeric id on the earliest created, confirmed pull that bears the login. Contract, section 2.
pub fn earliest_id_of_login(db: &mut Db, forge: Forge, login: &str) -> Result<Option<String>, StoreError> {
    let query = pulls::table
        .filter(pulls::forge.eq(forge.as_str()))
        .filter(pulls::author_key.eq(folded(login)))
        .filter(pulls::author_id.is_not_null())
        .filter(pulls::confirmed.eq(true))
        .order((pulls::created_at, pulls::author_id))
        .select(pulls::author_id);
    let id: Option<Option<String>> = on!(db, c => query.first(c).optional())?;
    Ok(id.flatten())
}
