//! `rebuild`: a competition folded again from its facts, and its ledger proved.

use super::{
    App, AppError, Changes, Competition, Dirty, evaluate,
    reports::{evaluate_everywhere, rebind},
};
use crate::{
    domain::{
        ledger::{Cause, Entry},
        tally::{Broken, Tally},
        team::{PersonId, SubmissionId, TeamId},
        text::Slug,
        time::Moment,
    },
    store::{self, Db, Submission},
};
use std::collections::{BTreeSet, HashMap};

/// What folding again found. All of it nothing, where rebuild equals live.
#[derive(Debug, Default)]
pub struct Rebuilt {
    pub submissions: usize,
    /// Logins that are bound to another numeric id now.
    pub rebound: usize,
    /// Submissions whose row is another one now; the first few with what they were and are.
    pub differed: usize,
    pub named: Vec<String>,
    /// The links of submissions were not what their subjects say.
    pub links_differed: bool,
    /// The result is sealed: nothing was written, and what differs comes from facts after the seal.
    pub sealed: bool,
    pub entries: usize,
    pub proof: Proof,
}

/// How the ledger stands to the rows.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Proof {
    pub entries: i64,
    /// The first entry at which the chain breaks.
    pub broken: Option<Broken>,
    /// Where the fold of the ledger is not what the rows say, the first few of `count`.
    pub differences: Vec<String>,
    pub count: usize,
}

impl Proof {
    pub fn holds(&self) -> bool {
        self.broken.is_none() && self.count == 0
    }

    fn differs(&mut self, what: String) {
        self.count += 1;
        if self.differences.len() < NAMED {
            self.differences.push(what);
        }
    }
}

/// How many of what differs are named.
const NAMED: usize = 10;
/// Entries read in one go.
const READ: i64 = 2_000;

/// Folds everything again from the facts, in one transaction: bindings of hinted accounts, every check,
/// every award, links. Then folds the ledger and holds it against the rows. A sealed competition is folded
/// again too, and nothing of it is kept.
///
/// Errors: `NoCompetition`.
pub async fn rebuild(app: &App, slug: &Slug, now: Moment) -> Result<Rebuilt, AppError> {
    let definitions = app.definitions();
    let of = slug.clone();
    let folded = app
        .store
        .write(move |db| {
            store::take_turn(db)?;
            let mut competition = definitions.of(db, &of)?;
            let sealed = competition.stored.seal.finalized_at.is_some();
            competition.stored.seal.finalized_at = None;
            let before = rows(db, &competition)?;
            let links = store::links_sum(db, competition.id())?;
            let mut rebuilt = Rebuilt {
                sealed,
                ..Rebuilt::default()
            };
            let mut dirty = BTreeSet::new();
            for account in store::hinted_accounts(db)? {
                let moved = rebind(db, account.forge, &account.login)?;
                rebuilt.rebound += usize::from(!moved.is_empty());
                dirty.extend(moved);
            }
            heal(db, &competition)?;
            let changes = evaluate(db, &competition, &Dirty::All, now, Cause::Rebuild)?;
            if !sealed {
                // Another competition may look at the pulls of an account that was bound anew.
                let Changes { entries, .. } = evaluate_everywhere(db, &definitions, dirty, now, Cause::Rebuild)?;
                rebuilt.entries = changes.entries + entries;
            }
            let after = rows(db, &competition)?;
            rebuilt.submissions = after.len();
            rebuilt.links_differed = store::links_sum(db, competition.id())? != links;
            compare(&before, &after, &mut rebuilt);
            if sealed {
                return Err(Undone::Sealed(Box::new(rebuilt)));
            }
            rebuilt.proof = prove(db, &competition)?;
            Ok(rebuilt)
        })
        .await;
    match folded {
        Ok(rebuilt) => Ok(rebuilt),
        Err(Undone::Error(error)) => Err(error),
        Err(Undone::Sealed(mut rebuilt)) => {
            rebuilt.proof = prove_ledger(app, slug).await?;
            Ok(*rebuilt)
        }
    }
}

/// Folds the ledger of a competition and holds it against the rows. Errors: `NoCompetition`.
pub async fn prove_ledger(app: &App, slug: &Slug) -> Result<Proof, AppError> {
    let (definitions, slug) = (app.definitions(), slug.clone());
    app.store
        .read(move |db| {
            let competition = definitions.of(db, &slug)?;
            prove(db, &competition)
        })
        .await
}

/// Why the transaction was rolled back.
enum Undone {
    Error(AppError),
    Sealed(Box<Rebuilt>),
}

impl<E: Into<AppError>> From<E> for Undone {
    fn from(error: E) -> Self {
        Self::Error(error.into())
    }
}

type Rows = HashMap<SubmissionId, Submission>;

fn rows(db: &mut Db, competition: &Competition) -> Result<Rows, AppError> {
    let rows = store::submissions_of(db, competition.id())?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

fn compare(before: &Rows, after: &Rows, rebuilt: &mut Rebuilt) {
    let ids: BTreeSet<SubmissionId> = before.keys().chain(after.keys()).copied().collect();
    for id in ids {
        let (was, is) = (before.get(&id), after.get(&id));
        if was == is {
            continue;
        }
        rebuilt.differed += 1;
        if rebuilt.named.len() < NAMED {
            let said = |row: Option<&Submission>| match row {
                None => "absent".to_owned(),
                Some(row) => format!(
                    "{} with {} points, checks {}",
                    row.status.as_str(),
                    row.points,
                    row.outcomes
                ),
            };
            rebuilt
                .named
                .push(format!("submission {} was {} and is {}", id.0, said(was), said(is)));
        }
    }
}

/// Brings rows that differ from the ledger to what it says, so that what evaluation then changes is an entry
/// like any other and the ledger goes on adding up. A ledger whose chain is broken proves nothing, and rows
/// beside it stay as they are.
fn heal(db: &mut Db, competition: &Competition) -> Result<(), AppError> {
    let (tally, proof) = tally(db, competition)?;
    if proof.broken.is_some() {
        return Ok(());
    }
    let roster = store::roster(db, competition.id())?;
    let people: HashMap<&str, PersonId> = roster.people.iter().map(|(id, p)| (p.slug.as_str(), *id)).collect();
    let teams: HashMap<&str, TeamId> = roster.teams.iter().map(|(id, t)| (t.slug.as_str(), *id)).collect();
    for row in store::submissions_of(db, competition.id())? {
        let Some(balance) = tally.of(row.id) else { continue };
        let Some(status) = balance.status else { continue };
        let healed = Submission {
            status,
            points: balance.points,
            person: balance.person.as_deref().and_then(|slug| people.get(slug)).copied(),
            team: balance.team.as_deref().and_then(|slug| teams.get(slug)).copied(),
            merged_at: balance.merged_at,
            ..row.clone()
        };
        if healed != row {
            store::put_submissions(db, &[healed])?;
        }
    }
    Ok(())
}

/// The fold of the ledger, and whether its chain holds.
fn tally(db: &mut Db, competition: &Competition) -> Result<(Tally, Proof), AppError> {
    let (mut tally, mut proof) = (Tally::default(), Proof::default());
    loop {
        let entries = store::ledger_after(db, competition.id(), tally.seq(), READ)?;
        if entries.is_empty() {
            return Ok((tally, proof));
        }
        for chained in &entries {
            proof.entries += 1;
            if let Err(broken) = tally.take(&chained.entry, chained.hash) {
                proof.broken.get_or_insert(broken);
            }
        }
    }
}

fn prove(db: &mut Db, competition: &Competition) -> Result<Proof, AppError> {
    let id = competition.id();
    let stored = store::competition_by_id(db, id)?.unwrap_or_else(|| competition.stored.clone());
    let (tally, mut proof) = tally(db, competition)?;
    if (tally.seq(), tally.hash()) != (stored.seq, stored.hash) {
        proof.differs(format!(
            "the competition's row says that the ledger ends at {}, and it ends at {} or with another hash",
            stored.seq,
            tally.seq()
        ));
    }
    let roster = store::roster(db, id)?;
    let rows = rows(db, competition)?;
    let standing: BTreeSet<SubmissionId> = tally.standing().map(|(id, _)| id).collect();
    let ids: BTreeSet<SubmissionId> = standing.iter().chain(rows.keys()).copied().collect();
    for id in ids {
        let holding = tally.of(id).filter(|balance| balance.status.is_some());
        let ledger = holding.map(|b| (b.status, b.points, b.person.as_deref(), b.team.as_deref(), b.merged_at));
        let row = rows.get(&id).map(|row| {
            let person = row
                .person
                .and_then(|id| roster.people.get(&id))
                .map(|p| p.slug.as_str());
            let team = row.team.and_then(|id| roster.teams.get(&id)).map(|t| t.slug.as_str());
            (Some(row.status), row.points, person, team, row.merged_at)
        });
        if ledger != row {
            proof.differs(format!(
                "submission {}: its row has {row:?}, and the ledger gives {ledger:?}",
                id.0
            ));
        }
    }
    Ok(proof)
}

/// An entry in words, for a line of output.
pub fn said(entry: &Entry) -> String {
    let of = |slug: &Option<String>| slug.clone().unwrap_or_else(|| "nobody".to_owned());
    let status = entry.status.map_or("left", |status| status.as_str());
    format!(
        "{} {:+} {status} for {} of {} ({})",
        entry.recorded_at,
        entry.points,
        of(&entry.person),
        of(&entry.team),
        entry.cause.as_str()
    )
}
