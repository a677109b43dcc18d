//! `rebuild`: a competition folded again from its facts, and its ledger proved.

use super::{
    App, AppError, Competition,
    compare::{compare, together, whose},
    neighbourhood::is_unnumbered,
    parts::{Clock, in_parts, settled},
    reports::{evaluate_everywhere, rebind},
};
use crate::{
    domain::{
        ledger::{Cause, Entry},
        tally::{Broken, Tally},
        team::{Account, PersonId, PullId, SubmissionId, TeamId},
        text::Slug,
        time::Moment,
    },
    store::{self, Db, Submission},
};
use std::collections::{BTreeMap, BTreeSet, HashMap};

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

/// Folds everything again from the facts: bindings of hinted accounts, every check, every award, links. Then folds
/// the ledger and holds it against the rows. All of it on a reader but for what differs, which is written in parts,
/// so that a server beside it goes on. A sealed competition is folded again too, and nothing is written.
///
/// Errors: `NoCompetition`.
pub async fn rebuild(app: &App, slug: &Slug, now: Moment) -> Result<Rebuilt, AppError> {
    let clock = Clock::from(now);
    let competition = app.competition(slug).await?;
    let id = competition.id();
    settled(app, id, now).await?;
    let sealed = app.competition(slug).await?.stored.seal.finalized_at.is_some();
    let mut rebuilt = Rebuilt {
        sealed,
        ..Rebuilt::default()
    };
    let mut altered = Altered::new();
    let mut rebound = Vec::new();
    if !sealed {
        altered = heal(app, slug).await?;
        (rebuilt.rebound, rebound) = rebind_all(app).await?;
    }
    let (definitions, of) = (app.definitions(), slug.clone());
    let alone = app.folding.lock().await;
    let (found, pulls, mut rebuilt) = app
        .store
        .read_whole(move |db| {
            let competition = definitions.of(db, &of)?;
            let at = clock.now();
            let mut pulls = Vec::new();
            let count = compare(db, &competition, at, true, &mut |compared| {
                let id = compared.after.or(compared.before).map(|row| row.id);
                let was = id.and_then(|id| altered.remove(&id));
                rebuilt.told(was.as_ref().or(compared.before), compared.after);
                rebuilt.links_differed |= compared.links;
                if compared.differs() {
                    pulls.extend(whose(compared));
                }
            })?;
            Ok::<_, AppError>((count, together(pulls), rebuilt))
        })
        .await?;
    drop(alone);
    rebuilt.submissions = found;
    if !sealed {
        let changes = in_parts(app, id, pulls, clock, Cause::Rebuild, None).await?;
        rebuilt.entries += changes.entries;
    }
    // Another competition may look at the pulls of an account that was bound anew.
    for part in rebound.chunks(PULLS) {
        let (part, definitions) = (part.iter().copied().collect(), app.definitions());
        let changes = app
            .store
            .write(move |db| {
                store::take_turn(db)?;
                evaluate_everywhere(db, &definitions, part, clock.now(), Cause::Rebuild)
            })
            .await?;
        rebuilt.entries += changes.entries;
    }
    rebuilt.proof = prove_ledger(app, slug).await?;
    Ok(rebuilt)
}

impl Rebuilt {
    fn told(&mut self, was: Option<&Submission>, is: Option<&Submission>) {
        if was == is {
            return;
        }
        self.differed += 1;
        if self.named.len() < NAMED {
            let said = |row: Option<&Submission>| match row {
                None => "absent".to_owned(),
                Some(row) => format!(
                    "{} with {} points, checks {}",
                    row.status.as_str(),
                    row.points,
                    row.outcomes
                ),
            };
            let id = was.or(is).filter(|row| !is_unnumbered(row.id)).map(|row| row.id.0);
            let which = id.map_or_else(
                || "a submission without a number".to_owned(),
                |id| format!("submission {id}"),
            );
            self.named
                .push(format!("{which} was {} and is {}", said(was), said(is)));
        }
    }
}

/// Hinted accounts that are looked at in one transaction.
const ACCOUNTS: usize = 100;

/// Pulls that are evaluated everywhere in one transaction.
const PULLS: usize = 500;

/// Binds hinted accounts to what pulls say. Returns how many were bound anew, and the pulls whose author may be
/// somebody else now.
async fn rebind_all(app: &App) -> Result<(usize, Vec<PullId>), AppError> {
    let accounts = app.store.read(|db| Ok::<_, AppError>(store::hinted_accounts(db)?));
    let (mut rebound, mut dirty) = (0, BTreeSet::new());
    for part in accounts.await?.chunks(ACCOUNTS) {
        let part = part.to_vec();
        let moved = app
            .store
            .write(move |db| {
                store::take_turn(db)?;
                let rebind = |account: Account| rebind(db, &account.forge, &account.login);
                part.into_iter().map(rebind).collect::<Result<Vec<_>, AppError>>()
            })
            .await?;
        rebound += moved.iter().filter(|moved| !moved.is_empty()).count();
        dirty.extend(moved.into_iter().flatten());
    }
    Ok((rebound, dirty.into_iter().collect()))
}

/// Folds the ledger of a competition and holds it against the rows. Errors: `NoCompetition`.
pub async fn prove_ledger(app: &App, slug: &Slug) -> Result<Proof, AppError> {
    let (definitions, slug) = (app.definitions(), slug.clone());
    app.store
        .read_whole(move |db| {
            let competition = definitions.of(db, &slug)?;
            prove(db, &competition)
        })
        .await
}

type Rows = HashMap<SubmissionId, Submission>;

fn rows(db: &mut Db, competition: &Competition) -> Result<Rows, AppError> {
    let rows = store::submissions_of(db, competition.id())?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Rows that differed from the ledger, as they were.
type Altered = BTreeMap<SubmissionId, Submission>;

/// Rows that are healed in one transaction.
const HEALED: usize = 200;

/// Brings rows that differ from the ledger to what it says, so that what evaluation then changes is an entry
/// like any other and the ledger goes on adding up. A ledger whose chain is broken proves nothing, and rows
/// beside it stay as they are.
async fn heal(app: &App, slug: &Slug) -> Result<Altered, AppError> {
    let (definitions, slug) = (app.definitions(), slug.clone());
    let found = app
        .store
        .read_whole(move |db| {
            let competition = definitions.of(db, &slug)?;
            sick(db, &competition)
        })
        .await?;
    let mut altered = Altered::new();
    for part in found.chunks(HEALED) {
        let part = part.to_vec();
        altered.extend(part.iter().map(|(row, ..)| (row.id, row.clone())));
        app.store
            .write(move |db| {
                store::take_turn(db)?;
                let mut healed = Vec::new();
                for (row, as_ledger, seq) in part {
                    // What was evaluated since is in the ledger with its difference; the next rebuild sees it.
                    let last = store::ledger_of(db, row.id)?.pop();
                    let now = store::submissions_by_id(db, &[row.id])?.pop();
                    if last.is_some_and(|last| last.entry.seq <= seq) && now.as_ref() == Some(&row) {
                        healed.push(as_ledger);
                    }
                }
                Ok::<_, AppError>(store::put_submissions(db, &healed)?)
            })
            .await?;
    }
    Ok(altered)
}

/// Rows that differ from the ledger, each with what it says, and where the ledger ended.
fn sick(db: &mut Db, competition: &Competition) -> Result<Vec<(Submission, Submission, i64)>, AppError> {
    let (tally, proof) = tally(db, competition)?;
    if proof.broken.is_some() {
        return Ok(Vec::new());
    }
    let roster = store::roster(db, competition.id())?;
    let people: HashMap<&str, PersonId> = roster.people.iter().map(|(id, p)| (p.slug.as_str(), *id)).collect();
    let teams: HashMap<&str, TeamId> = roster.teams.iter().map(|(id, t)| (t.slug.as_str(), *id)).collect();
    let mut sick = Vec::new();
    let mut after = SubmissionId(0);
    loop {
        let rows = store::submissions_after(db, competition.id(), after, READ)?;
        let Some(last) = rows.last() else { return Ok(sick) };
        after = last.id;
        for row in rows {
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
                sick.push((row, healed, tally.seq()));
            }
        }
    }
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
