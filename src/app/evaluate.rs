//! From facts to statuses, points and ledger entries, in the transaction that changed the facts.
//!
//! What is evaluated again is the neighbourhood of what changed (everything that hangs together with it by
//! shared links), or the whole competition where its rules or its people changed. Both end in the same
//! [`settle`]: what differs from the rows becomes ledger entries.

use super::{AppError, Competition};
use crate::{
    domain::{
        award::{Accepted, award},
        competition::{Definition, Place},
        evaluate::{Key, Order, Status, Subject, Verdict, fold},
        forge::Forge,
        ledger::{Cause, Entry},
        pull::Actor,
        team::{PersonId, PullId, Roster, SubmissionId, TeamId},
        time::Moment,
    },
    store::{self, Chained, Counter, Db, Fact, RepositoryId, Submission},
};
use aws_lc_rs::digest::{SHA256, digest};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// What has changed since the rows were written.
#[derive(Clone, Debug)]
pub enum Dirty {
    /// The facts of these pulls, or whose they are.
    Pulls(BTreeSet<PullId>),
    /// The rules, or anybody's place in the roster.
    All,
}

/// What an evaluation changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Changes {
    pub entries: usize,
    /// Submissions whose status, points, person or team changed.
    pub submissions: usize,
}

/// A subject with what its row needs besides.
struct Candidate {
    subject: Subject,
    pull: PullId,
    keys: Vec<i64>,
}

/// What is evaluated together, and the rows that stand for it so far.
struct Neighbourhood {
    candidates: Vec<Candidate>,
    /// Rows by submission, of the candidates and of those that left the scope.
    before: HashMap<SubmissionId, Submission>,
    left_scope: Vec<SubmissionId>,
    /// Keys that the links table holds for the candidates.
    links: HashMap<SubmissionId, Vec<i64>>,
    roster: Roster,
    whole: bool,
}

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
    let places = places(db, &competition.definition)?;
    let found = match dirty {
        Dirty::All => whole(db, competition, &places, now)?,
        Dirty::Pulls(pulls) => {
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

/// Where each repository that a competition looks at stands in its scope: by the paths that it has been
/// seen under, so that a rename takes nothing out.
pub(super) fn places<'a>(
    db: &mut Db,
    definition: &'a Definition,
) -> Result<HashMap<RepositoryId, Place<'a>>, AppError> {
    let scope = definition.scope();
    let mut places = HashMap::new();
    for (repository, paths) in store::repositories_at(db, scope.paths())? {
        let first = paths.first().and_then(|(forge, key)| scope.place_by_key(*forge, key));
        if let Some(place) = first {
            places.insert(repository, place);
        }
    }
    Ok(places)
}

fn subject(
    competition: &Competition,
    place: Place<'_>,
    roster: &Roster,
    fact: &Fact,
    id: SubmissionId,
    now: Moment,
) -> Candidate {
    let subject = Subject::of(id, &competition.definition, place, roster, &fact.pull, None, now);
    let keys = key_numbers(&subject.keys());
    Candidate {
        subject,
        pull: fact.id,
        keys,
    }
}

/// Everything in scope.
fn whole(
    db: &mut Db,
    competition: &Competition,
    places: &HashMap<RepositoryId, Place<'_>>,
    now: Moment,
) -> Result<Neighbourhood, AppError> {
    let roster = store::roster(db, competition.id())?;
    let rows = store::submissions_of(db, competition.id())?;
    let known: HashMap<PullId, SubmissionId> = rows.iter().map(|row| (row.pull, row.id)).collect();
    let mut candidates = Vec::with_capacity(rows.len());
    let mut repositories: Vec<RepositoryId> = places.keys().copied().collect();
    repositories.sort();
    store::each_fact(db, &repositories, |fact| {
        if let Some(place) = places.get(&fact.repository) {
            // A submission that is not known yet gets its number below.
            let id = known.get(&fact.id).copied().unwrap_or(SubmissionId(0));
            candidates.push(subject(competition, *place, &roster, &fact, id, now));
        }
    })?;
    number_new(db, &mut candidates)?;
    let ids: Vec<SubmissionId> = rows.iter().map(|row| row.id).collect();
    let here: HashSet<SubmissionId> = candidates.iter().map(|c| c.subject.id).collect();
    Ok(Neighbourhood {
        links: links(db, &ids)?,
        left_scope: ids.into_iter().filter(|id| !here.contains(id)).collect(),
        before: rows.into_iter().map(|row| (row.id, row)).collect(),
        candidates,
        roster,
        whole: true,
    })
}

/// The pulls that changed, and everything that hangs together with them.
fn around(
    db: &mut Db,
    competition: &Competition,
    places: &HashMap<RepositoryId, Place<'_>>,
    pulls: &BTreeSet<PullId>,
    now: Moment,
) -> Result<Neighbourhood, AppError> {
    let ids: Vec<PullId> = pulls.iter().copied().collect();
    let mut facts = store::facts_by_id(db, &ids)?;
    let mut rows = store::submissions_of_pulls(db, competition.id(), &ids)?;
    facts.retain(|fact| places.contains_key(&fact.repository));
    if facts.is_empty() && rows.is_empty() {
        return Ok(Neighbourhood::nothing());
    }
    let known: HashMap<PullId, SubmissionId> = rows.iter().map(|row| (row.pull, row.id)).collect();
    let also: BTreeSet<PersonId> = rows.iter().filter_map(|row| row.person).collect();
    let roster = store::roster_of(db, competition.id(), &authors(&facts), &also)?;
    let mut changed = candidates(competition, places, &roster, &facts, &known, now);
    number_new(db, &mut changed)?;

    let row_ids: Vec<SubmissionId> = rows.iter().map(|row| row.id).collect();
    let mut links = links(db, &row_ids)?;
    let mut inside: HashSet<SubmissionId> = changed.iter().map(|c| c.subject.id).collect();
    inside.extend(&row_ids);
    let new_keys = changed.iter().flat_map(|c| c.keys.iter().copied());
    let mut seen: HashSet<i64> = new_keys.chain(links.values().flatten().copied()).collect();
    let mut frontier: Vec<i64> = seen.iter().copied().collect();
    let mut neighbours: Vec<SubmissionId> = Vec::new();
    while !frontier.is_empty() {
        let mut next = store::linked(db, competition.id(), &frontier)?;
        next.retain(|id| inside.insert(*id));
        let of_next = self::links(db, &next)?;
        frontier = of_next
            .values()
            .flatten()
            .copied()
            .filter(|key| seen.insert(*key))
            .collect();
        links.extend(of_next);
        neighbours.extend(next);
    }

    let neighbour_rows = store::submissions_by_id(db, &neighbours)?;
    let neighbour_pulls: Vec<PullId> = neighbour_rows.iter().map(|row| row.pull).collect();
    let neighbour_facts = store::facts_by_id(db, &neighbour_pulls)?;
    let known: HashMap<PullId, SubmissionId> = neighbour_rows.iter().map(|row| (row.pull, row.id)).collect();
    rows.extend(neighbour_rows);
    let also: BTreeSet<PersonId> = rows.iter().filter_map(|row| row.person).collect();
    facts.extend(neighbour_facts.iter().cloned());
    let roster = if neighbour_facts.is_empty() {
        roster
    } else {
        store::roster_of(db, competition.id(), &authors(&facts), &also)?
    };
    changed.extend(candidates(competition, places, &roster, &neighbour_facts, &known, now));
    let here: HashSet<SubmissionId> = changed.iter().map(|c| c.subject.id).collect();
    Ok(Neighbourhood {
        left_scope: rows.iter().map(|row| row.id).filter(|id| !here.contains(id)).collect(),
        before: rows.into_iter().map(|row| (row.id, row)).collect(),
        candidates: changed,
        links,
        roster,
        whole: false,
    })
}

impl Neighbourhood {
    fn nothing() -> Self {
        Self {
            candidates: Vec::new(),
            before: HashMap::new(),
            left_scope: Vec::new(),
            links: HashMap::new(),
            roster: Roster::default(),
            whole: false,
        }
    }
}

fn authors(facts: &[Fact]) -> Vec<(Forge, Actor)> {
    facts
        .iter()
        .map(|fact| (fact.pull.forge, fact.pull.author.clone()))
        .collect()
}

fn candidates(
    competition: &Competition,
    places: &HashMap<RepositoryId, Place<'_>>,
    roster: &Roster,
    facts: &[Fact],
    known: &HashMap<PullId, SubmissionId>,
    now: Moment,
) -> Vec<Candidate> {
    let of = |fact: &Fact| {
        let id = known.get(&fact.id).copied().unwrap_or(SubmissionId(0));
        let place = places.get(&fact.repository)?;
        Some(subject(competition, *place, roster, fact, id, now))
    };
    facts.iter().filter_map(of).collect()
}

fn number_new(db: &mut Db, candidates: &mut [Candidate]) -> Result<(), AppError> {
    let new = candidates.iter().filter(|c| c.subject.id.0 == 0).count() as i64;
    if new > 0 {
        let first = store::take_numbers(db, Counter::Submission, new)?;
        let mut unnumbered: Vec<&mut Candidate> = candidates.iter_mut().filter(|c| c.subject.id.0 == 0).collect();
        // In the order of the pulls, whatever order the database gave them in.
        unnumbered.sort_by_key(|candidate| candidate.pull);
        for (number, candidate) in (first..).zip(unnumbered) {
            candidate.subject.id = SubmissionId(number);
        }
    }
    Ok(())
}

fn links(db: &mut Db, ids: &[SubmissionId]) -> Result<HashMap<SubmissionId, Vec<i64>>, AppError> {
    let mut of: HashMap<SubmissionId, Vec<i64>> = HashMap::new();
    for (id, key) in store::links_of(db, ids)? {
        of.entry(id).or_default().push(key);
    }
    Ok(of)
}

/// The first eight bytes of a hash of each key, sorted: two keys that share them make a neighbourhood
/// larger than it need be, and never wrong.
fn key_numbers(keys: &[Key]) -> Vec<i64> {
    let number = |key: &Key| {
        let text = match key {
            Key::Number(family, number) => format!("n {family} {number}"),
            Key::Commit(family, seven) => format!("c {family} {seven}"),
            Key::MergeSha(sha) => format!("m {sha}"),
            Key::HeadSha(sha) => format!("h {sha}"),
            Key::Title(person, family, title) => format!("t {} {family} {title}", person.0),
        };
        let hash = digest(&SHA256, text.as_bytes());
        hash.as_ref()
            .iter()
            .take(8)
            .fold(0_i64, |number, byte| (number << 8) | i64::from(*byte))
    };
    let mut numbers: Vec<i64> = keys.iter().map(number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// Whose a submission is and what it counts: what a ledger entry is the change of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Holding {
    person: Option<PersonId>,
    team: Option<TeamId>,
    status: Status,
    points: i64,
    merged_at: Option<Moment>,
}

impl Holding {
    fn of(row: &Submission) -> Self {
        Self {
            person: row.person,
            team: row.team,
            status: row.status,
            points: row.points,
            merged_at: row.merged_at,
        }
    }
}

struct Change {
    id: SubmissionId,
    before: Option<Holding>,
    after: Option<Holding>,
}

/// Folds, awards, writes the rows that differ, and appends the entries that say so.
fn settle(
    db: &mut Db,
    competition: &Competition,
    found: Neighbourhood,
    now: Moment,
    cause: Cause,
) -> Result<Changes, AppError> {
    let (subjects, extras): (Vec<Subject>, Vec<(PullId, Vec<i64>)>) = found
        .candidates
        .into_iter()
        .map(|c| (c.subject, (c.pull, c.keys)))
        .unzip();
    let verdicts = fold(&subjects, competition.definition.review);
    let (points, outside) = awards(db, competition, &subjects, &verdicts, &found.before, found.whole)?;

    let mut changes: Vec<Change> = outside;
    for ((subject, verdict), (pull, keys)) in subjects.iter().zip(&verdicts).zip(extras) {
        let after = Submission {
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
        };
        let before = found.before.get(&subject.id);
        match before {
            None => {
                store::insert_submission(db, &after)?;
                store::add_links(db, competition.id(), subject.id, &keys)?;
            }
            Some(before) => {
                if *before != after {
                    store::update_submission(db, &after)?;
                }
                if found.links.get(&subject.id).map_or(&[][..], Vec::as_slice) != keys {
                    store::set_links(db, competition.id(), subject.id, &keys)?;
                }
            }
        }
        changes.push(Change {
            id: subject.id,
            before: before.map(Holding::of),
            after: Some(Holding::of(&after)),
        });
    }
    for id in found.left_scope {
        store::remove_submission(db, id)?;
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
) -> Result<(Points, Vec<Change>), AppError> {
    let mut people: BTreeSet<PersonId> = subjects.iter().filter_map(|subject| subject.person).collect();
    people.extend(before.values().filter_map(|row| row.person));
    let mut of: BTreeMap<PersonId, Vec<Accepted>> = BTreeMap::new();
    for (subject, verdict) in subjects.iter().zip(verdicts) {
        if let (Status::Accepted, Some(person), Some(order)) = (verdict.status, subject.person, subject.order()) {
            of.entry(person).or_default().push(Accepted {
                order,
                id: subject.id,
                worth: subject.worth,
                given: subject.ruling.and_then(|ruling| ruling.points),
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
                    number: row.number,
                },
                id: row.id,
                worth: row.worth,
                given: None,
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
    let mut changes = Vec::new();
    let ids: Vec<SubmissionId> = moved.iter().map(|(id, _)| *id).collect();
    let rows: HashMap<SubmissionId, Submission> = store::submissions_by_id(db, &ids)?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    for (id, points) in moved {
        store::set_points(db, id, points)?;
        if let Some(row) = rows.get(&id) {
            let before = Holding::of(row);
            changes.push(Change {
                id,
                before: Some(before),
                after: Some(Holding { points, ..before }),
            });
        }
    }
    Ok((points, changes))
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
    let mut push = |id: SubmissionId, whose: &Holding, points: i64, status: Option<Status>| {
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
        entries.push(Chained { entry, hash: link });
    };
    for change in changes {
        match (&change.before, &change.after) {
            (Some(before), Some(after)) if before.person == after.person && before.team == after.team => {
                push(change.id, after, after.points - before.points, Some(after.status));
            }
            (before, after) => {
                if let Some(before) = before {
                    push(change.id, before, -before.points, None);
                }
                if let Some(after) = after {
                    push(change.id, after, after.points, Some(after.status));
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
