//! Reports of pulls, from wherever they come: taken in as facts, bound to people, evaluated.

use super::{
    App, AppError, Changes, Definitions, Dirty, apart,
    evaluate::{evaluate, places},
    reach::about,
};
use crate::{
    domain::{
        forge::ForgeHost,
        ledger::Cause,
        pull::RepoPath,
        report::Report,
        team::PullId,
        text::{Slug, folded},
        time::Moment,
    },
    folder::{self, BadLine, Fault, said},
    store::{self, Counter, Db, RepositoryId},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    io::BufRead,
};

/// What taking reports in did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Took {
    /// How many reports told something new.
    pub news: usize,
    pub changes: Changes,
}

/// Takes reports in, in one turn: facts, bindings of logins to ids, and every competition that looks at them.
/// The order of reports does not matter.
pub fn take_reports(
    db: &mut Db,
    definitions: &Definitions,
    reports: Vec<Report>,
    now: Moment,
    cause: Cause,
) -> Result<Took, AppError> {
    store::take_turn(db)?;
    let taken = store::take_reports(db, reports)?;
    let named: Vec<String> = taken.named.iter().map(|(forge, id)| about(forge, id)).collect();
    if !named.is_empty() {
        // What was out of a source's reach may be in it under the repository's other name.
        store::requeue_about(db, &named, now)?;
    }
    let mut dirty = taken.pulls;
    dirty.extend(rebind_authors(db, &taken.authors)?);
    for (forge, login) in taken.untold.iter().filter(|(_, login)| !login.is_empty()) {
        dirty.extend(rebind(db, forge, login)?);
    }
    Ok(Took {
        news: taken.news,
        changes: evaluate_everywhere(db, definitions, dirty, now, cause)?,
    })
}

/// As [`take_reports`], of lines that are somebody's act: each gets its number, the later the greater.
pub fn take_acts(
    db: &mut Db,
    definitions: &Definitions,
    mut reports: Vec<Report>,
    now: Moment,
    cause: Cause,
) -> Result<Took, AppError> {
    let first = store::take_numbers(db, Counter::Act, reports.len() as i64)?;
    for (number, report) in (first..).zip(&mut reports) {
        report.telling.act = Some(number);
    }
    take_reports(db, definitions, reports, now, cause)
}

/// Binds the hinted logins among these authors to the ids of the earliest created pulls that bear them. A login
/// whose pulls all bear the id that it is bound to already is looked at no further.
fn rebind_authors(
    db: &mut Db,
    authors: &BTreeSet<(ForgeHost, String, Option<String>)>,
) -> Result<BTreeSet<PullId>, AppError> {
    let mut ids: BTreeMap<&ForgeHost, BTreeMap<&str, BTreeSet<Option<&str>>>> = BTreeMap::new();
    for (forge, login, id) in authors.iter().filter(|(_, login, _)| !login.is_empty()) {
        let of = ids.entry(forge).or_default();
        of.entry(login).or_default().insert(id.as_deref());
    }
    let mut dirty = BTreeSet::new();
    for (forge, of) in ids {
        let logins: Vec<&str> = of.keys().copied().collect();
        for account in store::accounts_by_logins(db, forge, &logins)? {
            let told = of.get(folded(&account.login).as_str());
            let other = told.is_none_or(|told| told.iter().any(|id| id.is_some() && *id != account.id.as_deref()));
            if !account.proven && other {
                dirty.extend(rebind(db, forge, &account.login)?);
            }
        }
    }
    Ok(dirty)
}

/// Binds a login that was given without an id to the id of the earliest created pull that bears it.
/// Returns the pulls whose author may be somebody else now.
pub(super) fn rebind(db: &mut Db, forge: &ForgeHost, login: &str) -> Result<Vec<PullId>, AppError> {
    let Some(account) = store::account_by_login(db, forge, login)? else {
        return Ok(Vec::new());
    };
    if account.proven {
        return Ok(Vec::new());
    }
    let id = store::earliest_id_of_login(db, forge, login)?;
    if id == account.id {
        return Ok(Vec::new());
    }
    store::bind_account(db, forge, login, id.as_deref())?;
    let ids: Vec<&str> = [account.id.as_deref(), id.as_deref()].into_iter().flatten().collect();
    Ok(store::pulls_of_author(db, forge, login, &ids)?)
}

/// Evaluates these pulls in every competition; those that do not look at them change nothing.
pub(super) fn evaluate_everywhere(
    db: &mut Db,
    definitions: &Definitions,
    dirty: BTreeSet<PullId>,
    now: Moment,
    cause: Cause,
) -> Result<Changes, AppError> {
    let mut sum = Changes::default();
    if dirty.is_empty() {
        return Ok(sum);
    }
    apart::pass_by(db, definitions, now)?;
    let dirty = Dirty::Pulls(dirty);
    for competition in definitions.all(db)? {
        let changes = evaluate(db, &competition, &dirty, now, cause)?;
        sum.entries += changes.entries;
        sum.submissions += changes.submissions;
    }
    Ok(sum)
}

/// What became of the lines of a file.
#[derive(Debug, Default)]
pub struct LineSum {
    pub taken: usize,
    /// How many told something new.
    pub news: usize,
    pub refused: Vec<BadLine>,
    /// How many of those taken are of repositories that no competition looks at.
    pub outside: usize,
    pub changes: Changes,
}

impl LineSum {
    /// What is wrong, a line each; what is wrong with all lines alike is said once.
    pub fn complaints(&self) -> Vec<String> {
        let alike: Vec<&Fault> = match &self.refused[..] {
            [first, others @ ..] if self.taken == 0 && !others.is_empty() => first
                .faults
                .iter()
                .filter(|fault| others.iter().all(|bad| bad.faults.contains(fault)))
                .collect(),
            _ => Vec::new(),
        };
        let once = alike.iter().filter_map(|fault| {
            let file = &self.refused.first()?.file;
            Some(format!("{file}: all {} lines: {fault}", self.refused.len()))
        });
        let each = self.refused.iter().filter_map(|bad| {
            let own = bad.faults.iter().filter(|fault| !alike.contains(fault));
            let own: Vec<Fault> = own.cloned().collect();
            (!own.is_empty()).then(|| format!("{}:{}: {}", bad.file, bad.line, said(&own)))
        });
        once.chain(each).collect()
    }
}

/// How many lines are one transaction: a hook that arrives meanwhile waits for one of them.
const LINES: usize = 2_000;

/// Reads pulls.ndjson: good lines are taken, bad ones named. `progress` is told how many lines were read.
///
/// Errors: `NoCompetition` where `competition` is not known; what was taken before a store fault stays.
pub async fn import(
    app: &App,
    competition: Option<&Slug>,
    file: &str,
    reader: impl BufRead,
    cause: Cause,
    now: Moment,
    progress: impl FnMut(usize),
) -> Result<LineSum, AppError> {
    let lines = folder::pulls::Lines::new(file, reader);
    import_lines(app, competition, lines, cause, now, progress).await
}

/// As [`import`], of lines that were read already.
pub async fn import_lines(
    app: &App,
    competition: Option<&Slug>,
    mut lines: impl Iterator<Item = Result<Report, BadLine>>,
    cause: Cause,
    now: Moment,
    mut progress: impl FnMut(usize),
) -> Result<LineSum, AppError> {
    if let Some(slug) = competition {
        app.competition(slug).await?;
    }
    let mut sum = LineSum::default();
    loop {
        let mut batch = Vec::with_capacity(LINES);
        while batch.len() < LINES {
            match lines.next() {
                None => break,
                Some(Ok(pull)) => batch.push(pull),
                Some(Err(problem)) => sum.refused.push(problem),
            }
        }
        if batch.is_empty() {
            return Ok(sum);
        }
        sum.taken += batch.len();
        let definitions = app.definitions();
        let (took, outside) = app
            .store
            .write(move |db| {
                let named: Vec<(ForgeHost, RepoPath)> = batch
                    .iter()
                    .map(|report| (report.forge.clone(), report.repository.clone()))
                    .collect();
                let took = take_acts(db, &definitions, batch, now, cause)?;
                let outside = outside(db, &definitions, &named)?;
                Ok::<_, AppError>((took, outside))
            })
            .await?;
        sum.outside += outside;
        sum.news += took.news;
        sum.changes.entries += took.changes.entries;
        sum.changes.submissions += took.changes.submissions;
        progress(sum.taken + sum.refused.len());
    }
}

/// How many of these are of repositories that no competition looks at, under any path that they have been known under.
fn outside(db: &mut Db, definitions: &Definitions, named: &[(ForgeHost, RepoPath)]) -> Result<usize, AppError> {
    let mut looked_at: BTreeSet<RepositoryId> = BTreeSet::new();
    for competition in definitions.all(db)? {
        looked_at.extend(places(db, &competition.definition)?.into_keys());
    }
    let mut known: BTreeMap<(&ForgeHost, String), bool> = BTreeMap::new();
    let mut count = 0;
    for (forge, path) in named {
        let inside = match known.get(&(forge, path.key())) {
            Some(inside) => *inside,
            None => {
                let bearers = store::bearers(db, forge, path)?;
                let inside = bearers.iter().any(|id| looked_at.contains(id));
                known.insert((forge, path.key()), inside);
                inside
            }
        };
        count += usize::from(!inside);
    }
    Ok(count)
}
