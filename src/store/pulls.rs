//! Pulls as facts: what their reports come to, and those of the reports that still matter.

use super::{
    Db, PART, StoreError, on,
    repositories::{Heard, Repository, RepositoryId, hear},
    schema::{pulls, repositories},
};
use crate::domain::{
    forge::ForgeHost,
    pull::{Actor, Pull, RepoPath, State},
    report::{Facts, Report, Telling},
    team::PullId,
    text::folded,
    time::Moment,
};
use diesel::{prelude::*, upsert::excluded};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};

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
    /// Empty: nobody has told.
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
    squash_sha: Option<String>,
    closed_at: Option<i64>,
    draft: bool,
    told: Option<String>,
}

/// The reports that a row's columns come from. Nearly every pull has one report that tells nearly all: then
/// the columns are the report.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kept {
    /// What it does not tell of that a column cannot say, and what its word is worth.
    One {
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        gaps: Vec<Gap>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        act: Option<i64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        path: Option<String>,
    },
    Several(Vec<Telling>),
}

#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Gap {
    Author,
    Body,
    Draft,
    Labels,
    LinkedIssues,
    UpdatedAt,
}

impl Kept {
    /// Errors: none; where one report would not come back as it was, all are written out.
    fn of(facts: &Facts, pull: &Pull) -> Self {
        if let [only] = facts.tellings() {
            let told = &only.told;
            let gaps = [
                (Gap::Author, told.author.is_none()),
                (Gap::Body, told.body.is_none()),
                (Gap::Draft, told.draft.is_none()),
                (Gap::Labels, told.labels.is_none()),
                (Gap::LinkedIssues, told.linked_issues.is_none()),
                (Gap::UpdatedAt, told.updated_at.is_none()),
            ];
            let gaps: Vec<Gap> = gaps.into_iter().filter(|(_, gap)| *gap).map(|(gap, _)| gap).collect();
            let (act, path) = (only.act, only.path.clone());
            if Self::only(pull, &gaps, act, path.clone()) == *only {
                return Self::One { gaps, act, path };
            }
        }
        Self::Several(facts.tellings().to_vec())
    }

    fn only(pull: &Pull, gaps: &[Gap], act: Option<i64>, path: Option<String>) -> Telling {
        let mut telling = Report::of(pull.clone()).telling;
        (telling.act, telling.path) = (act, path);
        let told = &mut telling.told;
        for gap in gaps {
            match gap {
                Gap::Author => told.author = None,
                Gap::Body => told.body = None,
                Gap::Draft => told.draft = None,
                Gap::Labels => told.labels = None,
                Gap::LinkedIssues => told.linked_issues = None,
                Gap::UpdatedAt => told.updated_at = None,
            }
        }
        telling
    }

    fn facts(self, pull: &Pull) -> Facts {
        match self {
            Kept::One { gaps, act, path } => Facts::of([Self::only(pull, &gaps, act, path)]),
            Kept::Several(tellings) => Facts::of(tellings),
        }
    }
}

fn text_of<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "null".into())
}

fn read_text<T: serde::de::DeserializeOwned>(what: &str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|e| StoreError::unreadable(what, &e))
}

impl Row {
    fn of(repository: RepositoryId, pull: &Pull, facts: &Facts) -> Self {
        let count = |n: Option<u64>| n.map(|n| i64::try_from(n).unwrap_or(i64::MAX));
        let millis = |at: Option<Moment>| at.map(Moment::millis);
        let told = match Kept::of(facts, pull) {
            Kept::One {
                gaps,
                act: None,
                path: None,
            } if gaps.is_empty() => None,
            kept => Some(text_of(&kept)),
        };
        Self {
            repository_id: repository.0,
            number: i64::try_from(pull.number).unwrap_or(i64::MAX),
            forge: pull.forge.to_string(),
            state: pull.state.as_str().into(),
            title: pull.title.clone(),
            body: pull.body.clone(),
            author_login: pull.author.login.clone(),
            author_key: folded(&pull.author.login),
            author_id: pull.author.id.clone(),
            author_bot: pull.author.bot,
            merged_by: pull.merged_by.as_ref().map(text_of),
            base_branch: pull.base_branch.clone().unwrap_or_default(),
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
            squash_sha: pull.squash_sha.clone(),
            closed_at: millis(pull.closed_at),
            draft: pull.draft,
            told,
        }
    }

    fn pull(self, path: &str, repository_id: Option<String>) -> Result<(Pull, Option<String>), StoreError> {
        let count = |n: Option<i64>| n.map(|n| u64::try_from(n).unwrap_or(0));
        let moment = |at: Option<i64>| at.map(Moment::from_millis);
        let state = [State::Open, State::Closed, State::Merged]
            .into_iter()
            .find(|state| state.as_str() == self.state)
            .ok_or_else(|| StoreError::unreadable("state", &self.state))?;
        let pull = Pull {
            forge: ForgeHost::parse(&self.forge).map_err(|e| StoreError::unreadable("forge", &e))?,
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
            merged_by: match &self.merged_by {
                None => None,
                Some(text) => Some(read_text("merged_by", text)?),
            },
            base_branch: Some(self.base_branch).filter(|branch| !branch.is_empty()),
            head_branch: self.head_branch,
            head_sha: self.head_sha,
            merge_sha: self.merge_sha,
            squash_sha: self.squash_sha,
            created_at: Moment::from_millis(self.created_at),
            merged_at: moment(self.merged_at),
            closed_at: moment(self.closed_at),
            labels: read_text("labels", &self.labels)?,
            linked_issues: read_text("linked_issues", &self.linked_issues)?,
            additions: count(self.additions),
            deletions: count(self.deletions),
            updated_at: moment(self.updated_at),
            url: self.url,
            draft: self.draft,
            confirmed: self.confirmed,
        };
        Ok((pull, self.told))
    }
}

type Loaded = (i64, Row, String, Option<String>);

fn fact((id, row, path, repository_id): Loaded) -> Result<Fact, StoreError> {
    Ok(Fact {
        id: PullId(id),
        repository: RepositoryId(row.repository_id),
        pull: row.pull(&path, repository_id)?.0,
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
                pulls::squash_sha,
                pulls::closed_at,
                pulls::draft,
                pulls::told,
            ),
            repositories::path,
            repositories::forge_id,
        ))
    };
}

/// Every column but the key, as the row has it that was to be inserted.
macro_rules! as_excluded {
    () => {
        (
            pulls::forge.eq(excluded(pulls::forge)),
            pulls::state.eq(excluded(pulls::state)),
            pulls::title.eq(excluded(pulls::title)),
            pulls::body.eq(excluded(pulls::body)),
            pulls::author_login.eq(excluded(pulls::author_login)),
            pulls::author_key.eq(excluded(pulls::author_key)),
            pulls::author_id.eq(excluded(pulls::author_id)),
            pulls::author_bot.eq(excluded(pulls::author_bot)),
            pulls::merged_by.eq(excluded(pulls::merged_by)),
            pulls::base_branch.eq(excluded(pulls::base_branch)),
            pulls::head_branch.eq(excluded(pulls::head_branch)),
            pulls::head_sha.eq(excluded(pulls::head_sha)),
            pulls::merge_sha.eq(excluded(pulls::merge_sha)),
            pulls::created_at.eq(excluded(pulls::created_at)),
            pulls::merged_at.eq(excluded(pulls::merged_at)),
            pulls::labels.eq(excluded(pulls::labels)),
            pulls::linked_issues.eq(excluded(pulls::linked_issues)),
            pulls::additions.eq(excluded(pulls::additions)),
            pulls::deletions.eq(excluded(pulls::deletions)),
            pulls::updated_at.eq(excluded(pulls::updated_at)),
            pulls::url.eq(excluded(pulls::url)),
            pulls::confirmed.eq(excluded(pulls::confirmed)),
            pulls::squash_sha.eq(excluded(pulls::squash_sha)),
            pulls::closed_at.eq(excluded(pulls::closed_at)),
            pulls::draft.eq(excluded(pulls::draft)),
            pulls::told.eq(excluded(pulls::told)),
        )
    };
}

/// A pull with its reports.
struct Known {
    /// With the repository that its row has; None: new.
    id: Option<(PullId, RepositoryId)>,
    /// The facts as they stand in its row; None where it is new.
    before: Option<Pull>,
    facts: Facts,
    /// The facts or the reports are others than the row's.
    changed: bool,
}

fn known((id, row, path, repository_id): Loaded) -> Result<(RepositoryId, Known), StoreError> {
    let repository = RepositoryId(row.repository_id);
    let (pull, told) = row.pull(&path, repository_id)?;
    let kept = match told {
        None => Kept::One {
            gaps: Vec::new(),
            act: None,
            path: None,
        },
        Some(text) => read_text("told", &text)?,
    };
    let known = Known {
        id: Some((PullId(id), repository)),
        facts: kept.facts(&pull),
        before: Some(pull),
        changed: false,
    };
    Ok((repository, known))
}

/// What taking reports in did.
#[derive(Clone, Debug, Default)]
pub struct Taken {
    /// How many reports told something new.
    pub news: usize,
    /// The pulls whose facts are others now, or whose repository has another name.
    pub pulls: BTreeSet<PullId>,
    /// Forge accounts that a changed pull bears as its author: folded login and id.
    pub authors: BTreeSet<(ForgeHost, String, Option<String>)>,
    /// Folded logins of which a pull that told an id tells another now, or none, or was created at another time.
    pub untold: BTreeSet<(ForgeHost, String)>,
    /// Repositories that gained a name, by forge and id: what was out of a source's reach may be in it now.
    pub named: Vec<(ForgeHost, String)>,
}

/// Takes reports in: the facts afterwards are what [`Facts`] says of all that were ever taken. A statement a part,
/// not a report.
pub fn take_reports(db: &mut Db, reports: Vec<Report>) -> Result<Taken, StoreError> {
    let reports: Vec<Report> = reports.into_iter().map(Report::placed).collect();
    let Heard {
        of_report,
        repositories,
        moved,
        named,
        renamed,
    } = hear(db, &reports)?;
    let mut known = load(db, &wanted(&reports, &of_report))?;
    let mut taken = Taken {
        named,
        ..Taken::default()
    };
    for (report, repository) in reports.into_iter().zip(&of_report) {
        let pull = known.entry((*repository, report.number)).or_insert_with(Known::new);
        if pull.facts.says_already(&report.telling) {
            continue;
        }
        let earlier = pull.facts.clone();
        pull.facts.take(report.telling);
        if pull.facts != earlier {
            pull.changed = true;
            taken.news += 1;
        }
    }
    // What speaks of a path belongs to another repository now: it goes there, with the row where that is free.
    for step in moved {
        let mut from = load_whole(db, step.from)?;
        let numbers: Vec<u64> = from.keys().copied().collect();
        for (key, pull) in load(db, &numbers.iter().map(|number| (step.to, *number)).collect())? {
            known.entry(key).or_insert(pull);
        }
        for number in numbers {
            let (Some(stored), Some(path)) = (from.remove(&number), Some(step.path.as_str())) else {
                continue;
            };
            let own = known.entry((step.from, number)).or_insert(stored);
            let out = own.facts.take_out(path);
            if out.is_empty() {
                continue;
            }
            own.changed = true;
            if own.facts.is_empty() && !known.contains_key(&(step.to, number)) {
                if let Some(mut row) = known.remove(&(step.from, number)) {
                    row.facts = out;
                    row.changed = true;
                    known.insert((step.to, number), row);
                }
                continue;
            }
            let there = known.entry((step.to, number)).or_insert_with(Known::new);
            there.facts = std::mem::take(&mut there.facts).with(&out);
            there.changed = true;
        }
    }
    write(db, known, &repositories, &mut taken)?;
    for repository in renamed {
        taken.pulls.extend(pulls_of_repository(db, repository)?);
    }
    Ok(taken)
}

impl Known {
    fn new() -> Self {
        Self {
            id: None,
            before: None,
            facts: Facts::default(),
            changed: true,
        }
    }
}

fn wanted(reports: &[Report], of_report: &[RepositoryId]) -> BTreeSet<(RepositoryId, u64)> {
    let key = |(report, repository): (&Report, &RepositoryId)| (*repository, report.number);
    reports.iter().zip(of_report).map(key).collect()
}

type ByNumber = HashMap<(RepositoryId, u64), Known>;

fn load(db: &mut Db, wanted: &BTreeSet<(RepositoryId, u64)>) -> Result<ByNumber, StoreError> {
    let mut of: BTreeMap<RepositoryId, Vec<i64>> = BTreeMap::new();
    for (repository, number) in wanted {
        of.entry(*repository)
            .or_default()
            .push(i64::try_from(*number).unwrap_or(i64::MAX));
    }
    let mut found = ByNumber::new();
    for (repository, numbers) in of {
        for part in numbers.chunks(PART) {
            let query = facts!()
                .filter(pulls::repository_id.eq(repository.0))
                .filter(pulls::number.eq_any(part));
            for row in on!(db, c => query.load::<Loaded>(c))? {
                let number = u64::try_from(row.1.number).unwrap_or(0);
                let (repository, known) = known(row)?;
                found.insert((repository, number), known);
            }
        }
    }
    Ok(found)
}

/// Every pull of a repository, by number, with its reports.
fn load_whole(db: &mut Db, repository: RepositoryId) -> Result<BTreeMap<u64, Known>, StoreError> {
    let query = facts!().filter(pulls::repository_id.eq(repository.0));
    let mut found = BTreeMap::new();
    for row in on!(db, c => query.load::<Loaded>(c))? {
        let number = u64::try_from(row.1.number).unwrap_or(0);
        found.insert(number, known(row)?.1);
    }
    Ok(found)
}

fn write(
    db: &mut Db,
    known: ByNumber,
    repositories: &HashMap<RepositoryId, Repository>,
    taken: &mut Taken,
) -> Result<(), StoreError> {
    let mut changed: Vec<((RepositoryId, u64), Known)> = known.into_iter().filter(|(_, pull)| pull.changed).collect();
    // New rows in an order of their own, whatever order a map has.
    changed.sort_by_key(|(key, _)| *key);
    let mut rows: Vec<Row> = Vec::new();
    // Their reports are others, and come to the same facts.
    let mut told_again: BTreeSet<PullId> = BTreeSet::new();
    for ((at, number), pull) in changed {
        let Some(repository) = repositories.get(&at) else {
            return Err(StoreError::unreadable("repository", &at.0));
        };
        let (path, id) = (repository.path.clone(), repository.forge_id.clone());
        let Some(after) = pull.facts.pull(repository.forge.clone(), path, id, number) else {
            // Nobody tells of it any more: its reports are another repository's.
            if let Some((id, _)) = pull.id {
                put_aside(db, id, repository)?;
                taken.pulls.insert(id);
            }
            if let Some(before) = pull.before {
                taken.untold.insert((before.forge, folded(&before.author.login)));
            }
            continue;
        };
        let login = |pull: &Pull| folded(&pull.author.login);
        let evidence = |pull: &Pull| (pull.confirmed, pull.author.id.clone(), login(pull), pull.created_at);
        if let Some(before) = pull
            .before
            .as_ref()
            .filter(|before| evidence(before) != evidence(&after))
        {
            taken.untold.insert((before.forge.clone(), login(before)));
        }
        let id = after.author.id.clone();
        taken.authors.insert((after.forge.clone(), login(&after), id));
        let row = Row::of(at, &after, &pull.facts);
        match pull.id {
            None => rows.push(row),
            Some((id, known_at)) => {
                if known_at != at {
                    on!(db, c => diesel::update(pulls::table.find(id.0)).set(&row).execute(c))?;
                } else {
                    rows.push(row);
                }
                if known_at != at || pull.before.as_ref() != Some(&after) {
                    taken.pulls.insert(id);
                } else {
                    told_again.insert(id);
                }
            }
        }
    }
    for part in rows.chunks(PART) {
        let ids = put_rows(db, part)?;
        taken
            .pulls
            .extend(ids.into_iter().filter(|id| !told_again.contains(id)));
    }
    Ok(())
}

/// Writes rows by repository and number, new ones and known ones.
fn put_rows(db: &mut Db, rows: &[Row]) -> Result<Vec<PullId>, StoreError> {
    let key = (pulls::repository_id, pulls::number);
    let ids: Vec<i64> = match db {
        Db::Sqlite(c) => {
            let mut ids = Vec::with_capacity(rows.len());
            for row in rows {
                let put = diesel::insert_into(pulls::table).values(row).on_conflict(key);
                ids.push(put.do_update().set(row).returning(pulls::id).get_result(c)?);
            }
            ids
        }
        Db::Postgres(c) => {
            let put = diesel::insert_into(pulls::table).values(rows).on_conflict(key);
            put.do_update().set(as_excluded!()).returning(pulls::id).load(c)?
        }
    };
    Ok(ids.into_iter().map(PullId).collect())
}

/// Gives a pull that no report tells of to a repository that bears no name, so that it is in nobody's scope. Its
/// row stays, since ledgers and decisions refer to it.
fn put_aside(db: &mut Db, id: PullId, of: &Repository) -> Result<(), StoreError> {
    let aside = super::repositories::nameless(db, of)?;
    let nothing = text_of(&Kept::Several(Vec::new()));
    let values = (
        pulls::repository_id.eq(aside.0),
        pulls::told.eq(nothing),
        // It proves nobody's id.
        pulls::confirmed.eq(false),
    );
    on!(db, c => diesel::update(pulls::table.find(id.0)).set(values).execute(c))?;
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

/// The pulls that a name can mean: of every repository that bears the path, the one that bears it today first,
/// then the others by their number in this database.
pub fn facts_by_name(db: &mut Db, forge: &ForgeHost, path: &RepoPath, number: u64) -> Result<Vec<Fact>, StoreError> {
    let bearers: Vec<i64> = super::repositories::bearers(db, forge, path)?
        .iter()
        .map(|id| id.0)
        .collect();
    let number = i64::try_from(number).unwrap_or(i64::MAX);
    let query = facts!()
        .filter(pulls::repository_id.eq_any(bearers))
        .filter(pulls::number.eq(number));
    let rows: Vec<Loaded> = on!(db, c => query.load(c))?;
    let mut found: Vec<Fact> = rows.into_iter().map(fact).collect::<Result<_, _>>()?;
    found.sort_by_key(|fact| (fact.pull.repository != *path, fact.repository));
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
pub fn pulls_of_author(db: &mut Db, forge: &ForgeHost, login: &str, ids: &[&str]) -> Result<Vec<PullId>, StoreError> {
    let by_login = pulls::table
        .filter(pulls::forge.eq(forge.to_string()))
        .filter(pulls::author_key.eq(folded(login)))
        .select(pulls::id);
    let mut found: Vec<i64> = on!(db, c => by_login.load(c))?;
    if !ids.is_empty() {
        let by_id = pulls::table
            .filter(pulls::forge.eq(forge.to_string()))
            .filter(pulls::author_id.eq_any(ids))
            .select(pulls::id);
        found.extend(on!(db, c => by_id.load::<i64>(c))?);
    }
    found.sort_unstable();
    found.dedup();
    Ok(found.into_iter().map(PullId).collect())
}

/// The numeric id on the earliest created, confirmed pull that bears the login. Contract, section 2.
pub fn earliest_id_of_login(db: &mut Db, forge: &ForgeHost, login: &str) -> Result<Option<String>, StoreError> {
    let query = pulls::table
        .filter(pulls::forge.eq(forge.to_string()))
        .filter(pulls::author_key.eq(folded(login)))
        .filter(pulls::author_id.is_not_null())
        .filter(pulls::confirmed.eq(true))
        .order((pulls::created_at, pulls::author_id))
        .select(pulls::author_id);
    let id: Option<Option<String>> = on!(db, c => query.first(c).optional())?;
    Ok(id.flatten())
}
