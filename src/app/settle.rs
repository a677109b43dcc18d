//! From a neighbourhood to rows and ledger entries: folded, awarded, and what differs written.

use super::{
    AppError, Changes, Competition,
    neighbourhood::{Candidate, Neighbourhood},
};
use crate::{
    domain::{
        award::{Accepted, award},
        evaluate::{Order, Status, Subject, Verdict, fold},
        ledger::{Cause, Entry},
        team::{PersonId, PullId, Roster, SubmissionId, TeamId},
        time::Moment,
    },
    store::{self, Chained, Db, Submission},
};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// Whose a submission is and what it counts: what a ledger entry is the change of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Holding {
    person: Option<PersonId>,
    team: Option<TeamId>,
    status: Status,
    points: i64,
    merged_at: Option<Moment>,
    by_rules: Status,
}

impl Holding {
    fn of(row: &Submission) -> Self {
        Self {
            person: row.person,
            team: row.team,
            status: row.status,
            points: row.points,
            merged_at: row.merged_at,
            by_rules: row.by_rules,
        }
    }
}

struct Change {
    id: SubmissionId,
    before: Option<Holding>,
    after: Option<Holding>,
}

/// What a neighbourhood comes to, before any of it is written.
pub(super) struct Judged {
    /// The row that each candidate is to have, with its keys.
    pub rows: Vec<(Submission, Vec<i64>)>,
    /// Submissions of the same people outside, whose points move, with what they were; none where everything
    /// was folded.
    outside: Vec<(Holding, Submission)>,
}

/// Folds and awards. Reads, and writes nothing. `before` is not looked at where everything is folded.
pub(super) fn judge(
    db: &mut Db,
    competition: &Competition,
    candidates: Vec<Candidate>,
    before: &HashMap<SubmissionId, Submission>,
    whole: bool,
) -> Result<Judged, AppError> {
    let (subjects, extras): (Vec<Subject>, Vec<(PullId, Vec<i64>)>) =
        candidates.into_iter().map(|c| (c.subject, (c.pull, c.keys))).unzip();
    let verdicts = fold(&subjects, competition.definition.review);
    let (points, outside) = awards(db, competition, &subjects, &verdicts, before, whole)?;
    let row = |((subject, verdict), (pull, keys)): ((&Subject, &Verdict), (PullId, Vec<i64>))| {
        let row = Submission {
            id: subject.id,
            competition: competition.id(),
            pull,
            person: subject.person,
            team: subject.team,
            status: verdict.status,
            points: points.get(&subject.id).copied().unwrap_or(0),
            worth: subject.worth,
            merged_at: subject.merged_at,
            outcomes: verdict.outcomes.letters(),
            reverted_by: verdict.reverted_by,
            duplicate: verdict.duplicate,
            given: subject.given(verdict.status),
            by_rules: subject.by_rules(&verdict.outcomes),
        };
        (row, keys)
    };
    let rows = subjects.iter().zip(&verdicts).zip(extras).map(row).collect();
    Ok(Judged { rows, outside })
}

/// Folds, awards, writes the rows that differ, and appends the entries that say so.
pub(super) fn settle(
    db: &mut Db,
    competition: &Competition,
    found: Neighbourhood,
    now: Moment,
    cause: Cause,
) -> Result<Changes, AppError> {
    let judged = judge(db, competition, found.candidates, &found.before, found.whole)?;
    let mut changes: Vec<Change> = Vec::with_capacity(judged.rows.len() + judged.outside.len());
    let mut written: Vec<Submission> = Vec::new();
    for (before, after) in judged.outside {
        changes.push(Change {
            id: after.id,
            before: Some(before),
            after: Some(Holding::of(&after)),
        });
        written.push(after);
    }
    let mut stale: Vec<SubmissionId> = Vec::new();
    let mut links: Vec<(SubmissionId, i64)> = Vec::new();
    for (after, keys) in judged.rows {
        let before = found.before.get(&after.id);
        let known = found.links.get(&after.id).map_or(&[][..], Vec::as_slice);
        if known != keys {
            if !known.is_empty() {
                stale.push(after.id);
            }
            links.extend(keys.iter().map(|key| (after.id, *key)));
        }
        changes.push(Change {
            id: after.id,
            before: before.map(Holding::of),
            after: Some(Holding::of(&after)),
        });
        if before != Some(&after) {
            written.push(after);
        }
    }
    // Sets of rows, and not a statement a row: a database may be a network away.
    store::put_submissions(db, &written)?;
    store::remove_links(db, &stale)?;
    store::add_links(db, competition.id(), &links)?;
    store::remove_submissions(db, &found.left_scope)?;
    for id in found.left_scope {
        changes.push(Change {
            id,
            before: found.before.get(&id).map(Holding::of),
            after: None,
        });
    }
    changes.retain(|change| change.before != change.after);
    changes.sort_by_key(|change| {
        let at = |holding: &Option<Holding>| holding.and_then(|h| h.merged_at);
        (at(&change.after).or(at(&change.before)), change.id)
    });
    let entries = record(db, competition, &changes, found.roster, now, cause)?;
    Ok(Changes {
        entries,
        submissions: changes.len(),
    })
}

type Points = HashMap<SubmissionId, i64>;

/// The points of every accepted subject, and the changes of the same people's submissions elsewhere, whose
/// place in the day or whose bonus moved.
fn awards(
    db: &mut Db,
    competition: &Competition,
    subjects: &[Subject],
    verdicts: &[Verdict],
    before: &HashMap<SubmissionId, Submission>,
    whole: bool,
) -> Result<(Points, Vec<(Holding, Submission)>), AppError> {
    let mut people: BTreeSet<PersonId> = subjects.iter().filter_map(|subject| subject.person).collect();
    people.extend(before.values().filter_map(|row| row.person));
    let mut of: BTreeMap<PersonId, Vec<Accepted>> = BTreeMap::new();
    for (subject, verdict) in subjects.iter().zip(verdicts) {
        if let (Status::Accepted, Some(person), Some(order)) = (verdict.status, subject.person, subject.order()) {
            of.entry(person).or_default().push(Accepted {
                order,
                id: subject.id,
                worth: subject.worth,
                given: subject.given(verdict.status),
            });
        }
    }
    let mut elsewhere: HashMap<SubmissionId, i64> = HashMap::new();
    if !whole {
        let people: Vec<PersonId> = people.iter().copied().collect();
        let here: HashSet<SubmissionId> = subjects.iter().map(|subject| subject.id).collect();
        for row in store::accepted_of(db, competition.id(), &people)? {
            if here.contains(&row.id) || before.contains_key(&row.id) {
                continue;
            }
            elsewhere.insert(row.id, row.points);
            of.entry(row.person).or_default().push(Accepted {
                order: Order {
                    merged_at: row.merged_at,
                    forge: row.forge,
                    repository: row.repository,
                    repository_id: row.repository_id,
                    number: row.number,
                },
                id: row.id,
                worth: row.worth,
                given: row.given,
            });
        }
    }
    let mut points = Points::new();
    let mut moved: Vec<(SubmissionId, i64)> = Vec::new();
    let definition = &competition.definition;
    for accepted in of.values_mut() {
        for award in award(&definition.scoring, definition.zone, accepted) {
            match elsewhere.get(&award.id) {
                Some(known) if *known == award.points => {}
                Some(_) => moved.push((award.id, award.points)),
                None => {
                    points.insert(award.id, award.points);
                }
            }
        }
    }
    let ids: Vec<SubmissionId> = moved.iter().map(|(id, _)| *id).collect();
    let mut rows: HashMap<SubmissionId, Submission> = store::submissions_by_id(db, &ids)?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    let outside = moved.into_iter().filter_map(|(id, points)| {
        let row = rows.remove(&id)?;
        Some((Holding::of(&row), Submission { points, ..row }))
    });
    Ok((points, outside.collect()))
}

/// Appends the entries of these changes. A submission that moves from one team or person to another gives
/// two: its points leave the one and come to the other.
fn record(
    db: &mut Db,
    competition: &Competition,
    changes: &[Change],
    mut roster: Roster,
    now: Moment,
    cause: Cause,
) -> Result<usize, AppError> {
    if changes.is_empty() {
        return Ok(0);
    }
    complete(db, competition, changes, &mut roster)?;
    // The row is read again: the definition may have been cached before others appended.
    let stored = store::competition_by_id(db, competition.id())?.unwrap_or_else(|| competition.stored.clone());
    let (mut seq, mut hash) = (stored.seq, stored.hash);
    let mut entries: Vec<Chained> = Vec::with_capacity(changes.len());
    let mut push = |id: SubmissionId, whose: &Holding, points: i64, status: Option<Status>, was: Option<Moment>| {
        seq += 1;
        let entry = Entry {
            at: whose.merged_at,
            cause,
            person: whose
                .person
                .and_then(|p| roster.people.get(&p))
                .map(|p| p.slug.to_string()),
            points,
            recorded_at: now,
            seq,
            status,
            submission: id,
            team: whose
                .team
                .and_then(|t| roster.teams.get(&t))
                .map(|t| t.slug.to_string()),
        };
        let link = entry.hash(hash);
        hash = Some(link);
        entries.push(Chained {
            entry,
            hash: link,
            by_rules: status.map(|_| whose.by_rules),
            was_at: was.filter(|_| whose.merged_at.is_none()),
        });
    };
    for change in changes {
        match (&change.before, &change.after) {
            (Some(before), Some(after)) if before.person == after.person && before.team == after.team => {
                let points = after.points - before.points;
                push(change.id, after, points, Some(after.status), before.merged_at);
            }
            (before, after) => {
                if let Some(before) = before {
                    push(change.id, before, -before.points, None, None);
                }
                if let Some(after) = after {
                    let was = before.and_then(|before| before.merged_at);
                    push(change.id, after, after.points, Some(after.status), was);
                }
            }
        }
    }
    store::append(db, competition.id(), &entries)?;
    if let Some(hash) = hash {
        store::set_ledger_end(db, competition.id(), seq, hash)?;
    }
    Ok(entries.len())
}

/// Adds to the roster the people and teams that changes speak of and their pulls' authors did not bring.
fn complete(db: &mut Db, competition: &Competition, changes: &[Change], roster: &mut Roster) -> Result<(), AppError> {
    let holdings = || {
        changes
            .iter()
            .flat_map(|change| [&change.before, &change.after])
            .flatten()
    };
    let people: BTreeSet<PersonId> = holdings()
        .filter_map(|h| h.person)
        .filter(|p| !roster.people.contains_key(p))
        .collect();
    if !people.is_empty() {
        let others = store::roster_of(db, competition.id(), &[], &people)?;
        roster.people.extend(others.people);
        roster.teams.extend(others.teams);
    }
    let teams: BTreeSet<i64> = holdings()
        .filter_map(|h| h.team)
        .filter(|t| !roster.teams.contains_key(t))
        .map(|t| t.0)
        .collect();
    let teams: Vec<i64> = teams.into_iter().collect();
    Ok(store::load_teams(db, &teams, roster)?)
}
