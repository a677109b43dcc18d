//! Repositories are things, and paths are names. Contract, sections 1 and 2.
//!
//! A repository is (forge, host, the host's id); every path that it was ever known under is a row of
//! `repository_names`, and several repositories can bear one. As long as nobody has told the id of what bears a
//! path, a repository without one stands there alone. What reports without an id tell belongs to the one of the
//! path's bearers whose earliest created pull is oldest ([`Moved`] when that becomes another).

use super::{
    Db, PART, StoreError, on,
    schema::{repositories, repository_names},
};
use crate::domain::{forge::ForgeHost, pull::RepoPath, report::Report, time::Moment};
use diesel::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A repository's number in this database.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct RepositoryId(pub i64);

/// A repository as it is known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Repository {
    pub forge: ForgeHost,
    /// The host's, in digits; None: nobody has told it.
    pub forge_id: Option<String>,
    /// The path of the report that was updated last.
    pub path: RepoPath,
    path_at: Option<Moment>,
    /// When the earliest of its pulls was created that told its id.
    pub first_created: Option<Moment>,
}

type Row = (i64, String, Option<String>, String, Option<i64>, Option<i64>);

fn repository(
    (id, forge, forge_id, path, path_at, first_created): Row,
) -> Result<(RepositoryId, Repository), StoreError> {
    let repository = Repository {
        forge: ForgeHost::parse(&forge).map_err(|e| StoreError::unreadable("forge", &e))?,
        forge_id,
        path: RepoPath::parse(&path).map_err(|e| StoreError::unreadable("repository", &e))?,
        path_at: path_at.map(Moment::from_millis),
        first_created: first_created.map(Moment::from_millis),
    };
    Ok((RepositoryId(id), repository))
}

/// A path of a host, folded.
type Named = (ForgeHost, String);

/// What speaks of a path and tells no id is another repository's from now on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Moved {
    /// Folded.
    pub path: String,
    pub from: RepositoryId,
    pub to: RepositoryId,
}

/// What reports say of repositories.
#[derive(Default)]
pub(super) struct Heard {
    /// Of each report, in their order.
    pub of_report: Vec<RepositoryId>,
    /// Every repository that is spoken of.
    pub repositories: HashMap<RepositoryId, Repository>,
    pub moved: Vec<Moved>,
    /// Repositories that gained a name, by forge and id.
    pub named: Vec<(ForgeHost, String)>,
    /// Known repositories that gained a name or an id, or bear another one today.
    pub renamed: BTreeSet<RepositoryId>,
}

/// What is known around some paths and ids.
#[derive(Default)]
struct Book {
    rows: HashMap<RepositoryId, Repository>,
    by_id: HashMap<(ForgeHost, String), RepositoryId>,
    bearers: HashMap<Named, BTreeSet<RepositoryId>>,
    /// To be written.
    changed: BTreeSet<RepositoryId>,
    new_names: Vec<(Named, RepositoryId)>,
}

impl Book {
    fn put(&mut self, id: RepositoryId, row: Repository) {
        if let Some(forge_id) = &row.forge_id {
            self.by_id.insert((row.forge.clone(), forge_id.clone()), id);
        }
        self.rows.insert(id, row);
    }

    /// The one of a path's bearers that a report without an id is about; None where no bearer has an id.
    fn meant(&self, name: &Named) -> Option<RepositoryId> {
        let bearers = self.bearers.get(name)?.iter();
        let aged = bearers.filter_map(|id| {
            let row = self.rows.get(id)?;
            let forge_id = row.forge_id.as_ref()?;
            // Never told first: last. Numbers in digits: the shorter is the smaller.
            let first = row.first_created.map_or(i64::MAX, Moment::millis);
            Some((first, forge_id.len(), forge_id.clone(), *id))
        });
        aged.min().map(|(.., id)| id)
    }

    /// The bearer of a path whose id nobody has told.
    fn idless(&self, name: &Named) -> Option<RepositoryId> {
        let bearers = self.bearers.get(name)?;
        let idless = |id: &&RepositoryId| self.rows.get(id).is_some_and(|row| row.forge_id.is_none());
        bearers.iter().find(idless).copied()
    }

    fn name(&mut self, name: &Named, id: RepositoryId) -> bool {
        let new = self.bearers.entry(name.clone()).or_default().insert(id);
        if new {
            self.new_names.push((name.clone(), id));
        }
        new
    }
}

/// Takes in what reports say of repositories: names, ids, which is oldest. `reports` are placed.
pub(super) fn hear(db: &mut Db, reports: &[Report]) -> Result<Heard, StoreError> {
    let names: BTreeSet<Named> = reports.iter().map(named).collect();
    let ids: BTreeSet<(ForgeHost, String)> = reports
        .iter()
        .filter_map(|report| Some((report.forge.clone(), report.repository_id.clone()?)))
        .collect();
    let mut book = Book::default();
    load_by_id(db, &ids, &mut book)?;
    // An older pull of a known repository can change what its other names mean.
    let older: Vec<i64> = book.rows.keys().map(|id| id.0).collect();
    let mut all_names = names;
    all_names.extend(names_of(db, &older)?);
    load_bearers(db, &all_names, &mut book)?;
    let meant_before: BTreeMap<Named, Option<RepositoryId>> = all_names
        .iter()
        .map(|name| (name.clone(), book.meant(name).or_else(|| book.idless(name))))
        .collect();

    let mut heard = Heard::default();
    let mut told: Vec<Option<RepositoryId>> = Vec::with_capacity(reports.len());
    for report in reports {
        told.push(match &report.repository_id {
            Some(forge_id) => Some(told_by_id(db, &mut book, &mut heard, report, forge_id)?),
            None => None,
        });
    }
    for (report, told) in reports.iter().zip(told) {
        let name = named(report);
        let id = match told.or_else(|| book.meant(&name)).or_else(|| book.idless(&name)) {
            Some(id) => id,
            None => {
                let id = insert(db, &mut book, new(report, None))?;
                book.name(&name, id);
                id
            }
        };
        if told.is_none() && book.rows.get(&id).is_some_and(|row| row.forge_id.is_none()) {
            bears(&mut book, &mut heard, id, report);
        }
        heard.of_report.push(id);
    }
    for (name, before) in meant_before {
        if let (Some(from), Some(to)) = (before, book.meant(&name))
            && from != to
        {
            if book.rows.get(&from).is_some_and(|row| row.forge_id.is_none()) {
                // It stood for whatever bears the path, and that is known now.
                forget_name(db, &name, from)?;
                book.new_names.retain(|(new, id)| *new != name || *id != from);
            }
            let path = name.1;
            heard.moved.push(Moved { path, from, to });
        }
    }
    write(db, &book)?;
    heard.repositories = book.rows;
    Ok(heard)
}

fn named(report: &Report) -> Named {
    (report.forge.clone(), report.repository.key())
}

fn new(report: &Report, forge_id: Option<String>) -> Repository {
    Repository {
        forge: report.forge.clone(),
        forge_id,
        path: report.repository.clone(),
        path_at: None,
        first_created: None,
    }
}

fn told_by_id(
    db: &mut Db,
    book: &mut Book,
    heard: &mut Heard,
    report: &Report,
    forge_id: &str,
) -> Result<RepositoryId, StoreError> {
    let name = named(report);
    let key = (report.forge.clone(), forge_id.to_owned());
    let known = book.by_id.get(&key).copied();
    let id = match (known, book.meant(&name), book.idless(&name)) {
        (Some(id), _, _) => id,
        // What was known by its path alone has this id.
        (None, None, Some(idless)) => {
            if let Some(row) = book.rows.get_mut(&idless) {
                // Its path is read off what tells the id, as everybody's who has one.
                *row = new(report, Some(forge_id.to_owned()));
            }
            book.by_id.insert(key.clone(), idless);
            book.changed.insert(idless);
            heard.renamed.insert(idless);
            heard.named.push(key);
            idless
        }
        (None, _, _) => insert(db, book, new(report, Some(forge_id.to_owned())))?,
    };
    if book.name(&name, id) {
        heard.named.push((report.forge.clone(), forge_id.to_owned()));
        if known.is_some() {
            heard.renamed.insert(id);
        }
    }
    bears(book, heard, id, report);
    let created = report.telling.told.created_at;
    if let Some(row) = book.rows.get_mut(&id)
        && row.first_created.is_none_or(|first| created < first)
    {
        row.first_created = Some(created);
        book.changed.insert(id);
    }
    Ok(id)
}

/// The path that it bears today is that of the report that was updated last; of two at once the greater.
fn bears(book: &mut Book, heard: &mut Heard, id: RepositoryId, report: &Report) {
    let Some(row) = book.rows.get_mut(&id) else { return };
    let at = report.telling.told.updated();
    let later = (Some(at), report.repository.as_str()) > (row.path_at, row.path.as_str());
    if later {
        if row.path.as_str() != report.repository.as_str() {
            row.path = report.repository.clone();
            heard.renamed.insert(id);
        }
        row.path_at = Some(at);
        book.changed.insert(id);
    }
}

fn load_by_id(db: &mut Db, ids: &BTreeSet<(ForgeHost, String)>, book: &mut Book) -> Result<(), StoreError> {
    let mut of: BTreeMap<&ForgeHost, Vec<&str>> = BTreeMap::new();
    for (forge, id) in ids {
        of.entry(forge).or_default().push(id);
    }
    for (forge, ids) in of {
        for part in ids.chunks(PART) {
            let query = repositories::table
                .filter(repositories::forge.eq(forge.to_string()))
                .filter(repositories::forge_id.eq_any(part));
            for row in on!(db, c => query.load::<Row>(c))? {
                let (id, row) = repository(row)?;
                book.put(id, row);
            }
        }
    }
    Ok(())
}

fn names_of(db: &mut Db, ids: &[i64]) -> Result<Vec<Named>, StoreError> {
    let mut names = Vec::new();
    for part in ids.chunks(PART) {
        let query = repository_names::table
            .filter(repository_names::repository_id.eq_any(part))
            .select((repository_names::forge, repository_names::path_key));
        for (forge, key) in on!(db, c => query.load::<(String, String)>(c))? {
            names.push((
                ForgeHost::parse(&forge).map_err(|e| StoreError::unreadable("forge", &e))?,
                key,
            ));
        }
    }
    Ok(names)
}

fn load_bearers(db: &mut Db, names: &BTreeSet<Named>, book: &mut Book) -> Result<(), StoreError> {
    let keys: Vec<&str> = names.iter().map(|(_, key)| key.as_str()).collect();
    for part in keys.chunks(PART) {
        let query = repository_names::table
            .inner_join(repositories::table)
            .filter(repository_names::path_key.eq_any(part))
            .select((repository_names::path_key, repositories::all_columns));
        for (key, row) in on!(db, c => query.load::<(String, Row)>(c))? {
            let (id, row) = repository(row)?;
            let name = (row.forge.clone(), key);
            // The same path may be somebody else's on another host.
            if names.contains(&name) {
                book.bearers.entry(name).or_default().insert(id);
                book.put(id, row);
            }
        }
    }
    Ok(())
}

fn insert(db: &mut Db, book: &mut Book, row: Repository) -> Result<RepositoryId, StoreError> {
    let values = (
        repositories::forge.eq(row.forge.to_string()),
        repositories::forge_id.eq(row.forge_id.as_deref()),
        repositories::path.eq(row.path.as_str()),
    );
    let insert = diesel::insert_into(repositories::table)
        .values(values)
        .returning(repositories::id);
    let id: i64 = on!(db, c => insert.get_result(c))?;
    book.put(RepositoryId(id), row);
    Ok(RepositoryId(id))
}

fn forget_name(db: &mut Db, (forge, key): &Named, id: RepositoryId) -> Result<(), StoreError> {
    let row = repository_names::table.find((forge.to_string(), key, id.0));
    on!(db, c => diesel::delete(row).execute(c))?;
    Ok(())
}

fn write(db: &mut Db, book: &Book) -> Result<(), StoreError> {
    for id in &book.changed {
        let Some(row) = book.rows.get(id) else { continue };
        let values = (
            repositories::forge_id.eq(row.forge_id.as_deref()),
            repositories::path.eq(row.path.as_str()),
            repositories::path_at.eq(row.path_at.map(Moment::millis)),
            repositories::first_created.eq(row.first_created.map(Moment::millis)),
        );
        on!(db, c => diesel::update(repositories::table.find(id.0)).set(values).execute(c))?;
    }
    for ((forge, key), id) in &book.new_names {
        let values = (
            repository_names::forge.eq(forge.to_string()),
            repository_names::path_key.eq(key),
            repository_names::repository_id.eq(id.0),
        );
        on!(db, c => diesel::insert_into(repository_names::table).values(values).execute(c))?;
    }
    Ok(())
}

/// A repository that bears no name, and so is in nobody's scope.
pub(super) fn nameless(db: &mut Db, like: &Repository) -> Result<RepositoryId, StoreError> {
    let idless = Repository {
        forge_id: None,
        ..like.clone()
    };
    insert(db, &mut Book::default(), idless)
}

/// Every repository that bears a path or ever bore it.
pub fn bearers(db: &mut Db, forge: &ForgeHost, path: &RepoPath) -> Result<Vec<RepositoryId>, StoreError> {
    let query = repository_names::table
        .filter(repository_names::forge.eq(forge.to_string()))
        .filter(repository_names::path_key.eq(path.key()))
        .order(repository_names::repository_id)
        .select(repository_names::repository_id);
    let ids: Vec<i64> = on!(db, c => query.load(c))?;
    Ok(ids.into_iter().map(RepositoryId).collect())
}

/// The folded paths that a repository is or was known under, by its host's id.
pub fn names_by_id(
    db: &mut Db,
    ids: &BTreeSet<(ForgeHost, String)>,
) -> Result<HashMap<(ForgeHost, String), Vec<String>>, StoreError> {
    let mut book = Book::default();
    load_by_id(db, ids, &mut book)?;
    let numbers: Vec<i64> = book.rows.keys().map(|id| id.0).collect();
    let mut found: HashMap<(ForgeHost, String), Vec<String>> = HashMap::new();
    for part in numbers.chunks(PART) {
        let query = repository_names::table
            .filter(repository_names::repository_id.eq_any(part))
            .order(repository_names::path_key)
            .select((repository_names::repository_id, repository_names::path_key));
        for (id, key) in on!(db, c => query.load::<(i64, String)>(c))? {
            let row = book.rows.get(&RepositoryId(id));
            if let Some((forge, Some(forge_id))) = row.map(|row| (&row.forge, &row.forge_id)) {
                found.entry((forge.clone(), forge_id.clone())).or_default().push(key);
            }
        }
    }
    Ok(found)
}

/// A repository with those of its names that were asked for.
#[derive(Clone, Debug)]
pub struct Bearer {
    pub id: RepositoryId,
    pub repository: Repository,
    /// Folded, sorted.
    pub names: Vec<String>,
}

/// The repositories that bear or ever bore one of these paths, or have one of these ids; by number.
pub fn repositories_at<'a>(
    db: &mut Db,
    paths: impl Iterator<Item = (&'a ForgeHost, &'a str)>,
    ids: impl Iterator<Item = (&'a ForgeHost, &'a str)>,
) -> Result<Vec<Bearer>, StoreError> {
    let own = |(forge, text): (&ForgeHost, &str)| (forge.clone(), text.to_owned());
    let mut book = Book::default();
    load_by_id(db, &ids.map(own).collect(), &mut book)?;
    load_bearers(db, &paths.map(own).collect(), &mut book)?;
    let mut names: HashMap<RepositoryId, Vec<String>> = HashMap::new();
    for ((_, key), bearers) in book.bearers {
        for id in bearers {
            names.entry(id).or_default().push(key.clone());
        }
    }
    let bearer = |(id, repository)| {
        let mut names = names.remove(&id).unwrap_or_default();
        names.sort();
        Bearer { id, repository, names }
    };
    let mut found: Vec<Bearer> = book.rows.into_iter().map(bearer).collect();
    found.sort_by_key(|bearer| bearer.id);
    Ok(found)
}

/// A path that several repositories have borne, one after the other: each is in scope beside the others.
#[derive(Clone, Debug)]
pub struct SharedName {
    pub forge: ForgeHost,
    /// Folded.
    pub path: String,
    /// Oldest first: the first is the one that a report without an id is about.
    pub bearers: Vec<Repository>,
}

/// Those of these paths that several repositories have borne, in their order.
pub fn shared_names<'a>(
    db: &mut Db,
    paths: impl Iterator<Item = (&'a ForgeHost, &'a str)>,
) -> Result<Vec<SharedName>, StoreError> {
    let mut book = Book::default();
    let names = paths.map(|(forge, path)| (forge.clone(), path.to_owned())).collect();
    load_bearers(db, &names, &mut book)?;
    let mut shared = Vec::new();
    for name in names {
        let of = book.bearers.get(&name).into_iter().flatten();
        let mut bearers: Vec<Repository> = of.filter_map(|id| book.rows.get(id)).cloned().collect();
        if bearers.len() > 1 {
            let age = |one: &Repository| {
                let id = one.forge_id.clone().unwrap_or_default();
                (one.first_created.map_or(i64::MAX, Moment::millis), id.len(), id)
            };
            bearers.sort_by_key(age);
            let (forge, path) = name;
            shared.push(SharedName { forge, path, bearers });
        }
    }
    Ok(shared)
}
