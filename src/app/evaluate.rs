//! From facts to statuses, points and ledger entries, in the transaction that changed the facts.
//!
//! What is evaluated again is the neighbourhood of what changed (everything that hangs together with it by
//! shared links). What differs from the rows becomes ledger entries ([`settle`](super::settle)). Where the rules
//! changed, or more than a transaction should hold others up for, it is done [in parts](super::parts).

use super::{
    AppError, Competition,
    neighbourhood::{around, whole},
    settle::settle,
};
use crate::{
    domain::{
        competition::{Definition, Place},
        ledger::Cause,
        team::PullId,
        time::Moment,
    },
    store::{self, Db, RepositoryId, Work},
};
use std::collections::{BTreeSet, HashMap};

/// What has changed since the rows were written.
#[derive(Clone, Debug)]
pub enum Dirty {
    /// The facts of these pulls, or whose they are.
    Pulls(BTreeSet<PullId>),
}

/// What an evaluation changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Changes {
    pub entries: usize,
    /// Submissions whose status, points, person or team changed.
    pub submissions: usize,
}

/// More than this is no transaction's: it is noted as unfinished, and done in parts by whoever looks at the
/// clock next.
const AT_ONCE: usize = 5_000;

/// Evaluates what is dirty and writes what differs, with its ledger entries. A final competition is sealed:
/// nothing changes any more.
pub fn evaluate(
    db: &mut Db,
    competition: &Competition,
    dirty: &Dirty,
    now: Moment,
    cause: Cause,
) -> Result<Changes, AppError> {
    if competition.stored.seal.finalized_at.is_some() {
        return Ok(Changes::default());
    }
    let found = match dirty {
        Dirty::Pulls(pulls) if pulls.len() > AT_ONCE => {
            store::begin_work(db, competition.id(), Work::Fold(cause), None)?;
            return Ok(Changes::default());
        }
        Dirty::Pulls(pulls) => {
            let places = places(db, &competition.definition)?;
            // Past a quarter of everything, one pass over it is cheaper than asking for neighbours. Counting
            // everything is not for every hook.
            let few = pulls.len() <= 64;
            if !few && pulls.len() as i64 * 4 > store::count_submissions(db, competition.id())? {
                whole(db, competition, &places, now)?
            } else {
                around(db, competition, &places, pulls, now)?
            }
        }
    };
    settle(db, competition, found, now, cause)
}

/// Where each repository that a competition looks at stands in its scope.
pub(super) fn places<'a>(
    db: &mut Db,
    definition: &'a Definition,
) -> Result<HashMap<RepositoryId, Place<'a>>, AppError> {
    let scope = definition.scope();
    let found = store::repositories_at(db, scope.paths(), scope.ids())?;
    let place = |bearer: store::Bearer| {
        let (forge, id) = (&bearer.repository.forge, bearer.repository.forge_id.as_deref());
        Some((
            bearer.id,
            scope.place(forge, id, bearer.names.iter().map(String::as_str))?,
        ))
    };
    Ok(found.into_iter().filter_map(place).collect())
}
