//! Everything folded again, and held against the rows: on a reader, with nothing written.

use super::{AppError, Competition, evaluate::places, neighbourhood::whole_dry, settle::judge};
use crate::{
    domain::{
        team::{PersonId, PullId, SubmissionId},
        time::Moment,
    },
    store::{self, Db, Submission},
};
use std::collections::HashMap;

/// Rows that are read in one go.
const READ: i64 = 1_000;

/// A submission as its row is and as the fold has it. Neither is absent without the other being there.
pub(super) struct Compared<'a> {
    pub before: Option<&'a Submission>,
    pub after: Option<&'a Submission>,
    /// Its links are not what its subject says. Never where links are not looked at.
    pub links: bool,
}

impl Compared<'_> {
    pub fn pull(&self) -> Option<PullId> {
        self.after.or(self.before).map(|row| row.pull)
    }

    pub fn differs(&self) -> bool {
        self.links || self.before != self.after
    }
}

/// Folds everything in scope and calls `each` for every submission: those that have a row by number, then the
/// new ones. Of the rows only some are in memory at a time. Returns how many the fold has.
pub(super) fn compare(
    db: &mut Db,
    competition: &Competition,
    now: Moment,
    look_at_links: bool,
    each: &mut dyn FnMut(&Compared<'_>),
) -> Result<usize, AppError> {
    let places = places(db, &competition.definition)?;
    let candidates = whole_dry(db, competition, &places, now)?;
    let mut rows = judge(db, competition, candidates, &HashMap::new(), true)?.rows;
    rows.sort_unstable_by_key(|(row, _)| row.id);
    let count = rows.len();
    let mut folded = rows.iter().peekable();
    let mut after = SubmissionId(0);
    loop {
        let page = store::submissions_after(db, competition.id(), after, READ)?;
        let Some(last) = page.last() else { break };
        after = last.id;
        let mut links: HashMap<SubmissionId, Vec<i64>> = HashMap::new();
        if look_at_links {
            let ids: Vec<SubmissionId> = page.iter().map(|row| row.id).collect();
            for (id, key) in store::links_of(db, &ids)? {
                links.entry(id).or_default().push(key);
            }
        }
        for row in &page {
            let same = folded.next_if(|(folded, _)| folded.id == row.id);
            let known = links.get(&row.id).map_or(&[][..], Vec::as_slice);
            each(&Compared {
                before: Some(row),
                after: same.map(|(folded, _)| folded),
                links: look_at_links && same.is_some_and(|(_, keys)| keys != known),
            });
        }
    }
    for (row, _) in folded {
        each(&Compared {
            before: None,
            after: Some(row),
            links: false,
        });
    }
    Ok(count)
}

/// The pulls whose row or links are not what the fold says. Those of one person stand together: they are awarded
/// together.
pub(super) fn differing(db: &mut Db, competition: &Competition, now: Moment) -> Result<Vec<PullId>, AppError> {
    let mut found: Vec<(Option<PersonId>, PullId)> = Vec::new();
    compare(db, competition, now, true, &mut |compared| {
        if compared.differs() {
            found.extend(whose(compared));
        }
    })?;
    Ok(together(found))
}

/// A pull, with whose it is to be or was.
pub(super) fn whose(compared: &Compared<'_>) -> Option<(Option<PersonId>, PullId)> {
    let person = |row: Option<&Submission>| row.and_then(|row| row.person);
    Some((person(compared.after).or(person(compared.before)), compared.pull()?))
}

pub(super) fn together(mut found: Vec<(Option<PersonId>, PullId)>) -> Vec<PullId> {
    found.sort_unstable();
    found.into_iter().map(|(_, pull)| pull).collect()
}
