//! Reports of pulls, from wherever they come: taken in as facts, bound to people, evaluated.

use super::{App, AppError, Changes, Definitions, Dirty, evaluate};
use crate::{
    domain::{
        forge::Forge,
        ledger::Cause,
        pull::Pull,
        team::PullId,
        text::{Slug, folded},
        time::Moment,
    },
    folder::{self, Problem},
    store::{self, Db, Taken},
};
use std::{collections::BTreeSet, io::BufRead};

/// Takes reports in, in one turn: facts, bindings of logins to ids, and every competition that looks at them.
/// The order of `reports` does not matter where the forge's `updated_at` tells them apart.
pub fn take_reports(
    db: &mut Db,
    definitions: &Definitions,
    reports: Vec<Pull>,
    now: Moment,
    cause: Cause,
) -> Result<Changes, AppError> {
    store::take_turn(db)?;
    let mut dirty: BTreeSet<PullId> = BTreeSet::new();
    let mut logins: BTreeSet<(Forge, String)> = BTreeSet::new();
    for report in reports {
        let taken = store::take_report(db, report)?;
        if !taken.changed() {
            continue;
        }
        dirty.insert(taken.id);
        if taken.repository_changed {
            dirty.extend(store::pulls_of_repository(db, taken.repository)?);
        }
        logins.extend(logins_of(&taken));
    }
    for (forge, login) in logins {
        dirty.extend(rebind(db, forge, &login)?);
    }
    evaluate_everywhere(db, definitions, dirty, now, cause)
}

fn logins_of(taken: &Taken) -> impl Iterator<Item = (Forge, String)> {
    let pulls = [taken.before.as_ref(), Some(&taken.after)];
    let login = |pull: &Pull| (pull.forge, folded(&pull.author.login));
    let logins: Vec<_> = pulls
        .into_iter()
        .flatten()
        .map(login)
        .filter(|(_, l)| !l.is_empty())
        .collect();
    logins.into_iter()
}

/// Binds a login that was given without an id to the id of the earliest created pull that bears it.
/// Returns the pulls whose author may be somebody else now.
pub(super) fn rebind(db: &mut Db, forge: Forge, login: &str) -> Result<Vec<PullId>, AppError> {
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
    pub refused: Vec<Problem>,
    pub changes: Changes,
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
    mut progress: impl FnMut(usize),
) -> Result<LineSum, AppError> {
    if let Some(slug) = competition {
        app.competition(slug).await?;
    }
    let mut sum = LineSum::default();
    let mut lines = folder::pulls::Lines::new(file, reader);
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
        let changes = app
            .store
            .write(move |db| take_reports(db, &definitions, batch, now, cause))
            .await?;
        sum.changes.entries += changes.entries;
        sum.changes.submissions += changes.submissions;
        progress(sum.taken + sum.refused.len());
    }
}
