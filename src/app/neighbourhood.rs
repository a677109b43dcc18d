//! What is evaluated together: the whole competition, or everything that hangs together with what changed by
//! what submissions have in common (the table `links`).

use super::{AppError, Competition};
use crate::{
    domain::{
        competition::Place,
        evaluate::{Key, Side, Subject},
        forge::ForgeHost,
        pull::Actor,
        team::{PersonId, PullId, Roster, SubmissionId},
        time::Moment,
    },
    store::{self, Counter, Db, Decided, Fact, RepositoryId, Submission},
};
use aws_lc_rs::digest::{SHA256, digest};
use std::collections::{BTreeSet, HashMap, HashSet};

/// A subject with what its row needs besides.
pub(super) struct Candidate {
    pub subject: Subject,
    pub pull: PullId,
    pub keys: Vec<i64>,
}

/// What is evaluated together, and the rows that stand for it so far.
pub(super) struct Neighbourhood {
    pub candidates: Vec<Candidate>,
    /// Rows by submission, of the candidates and of those that left the scope.
    pub before: HashMap<SubmissionId, Submission>,
    pub left_scope: Vec<SubmissionId>,
    /// Keys that the links table holds for the candidates.
    pub links: HashMap<SubmissionId, Vec<i64>>,
    pub roster: Roster,
    pub whole: bool,
}

/// The decisions that stand, by submission.
type Decisions = HashMap<SubmissionId, Decided>;

fn subject(
    competition: &Competition,
    place: Place<'_>,
    roster: &Roster,
    fact: &Fact,
    id: SubmissionId,
    decisions: &Decisions,
    now: Moment,
) -> Candidate {
    let decision = decisions.get(&id).map(|decided| &decided.decision);
    let subject = Subject::of(id, &competition.definition, place, roster, &fact.pull, decision, now);
    let keys = key_numbers(&subject.keys());
    Candidate {
        subject,
        pull: fact.id,
        keys,
    }
}

/// Everything in scope, with its rows and links: for a competition that is small beside what changed.
pub(super) fn whole(
    db: &mut Db,
    competition: &Competition,
    places: &HashMap<RepositoryId, Place<'_>>,
    now: Moment,
) -> Result<Neighbourhood, AppError> {
    let rows = store::submissions_of(db, competition.id())?;
    let known = rows.iter().map(|row| (row.pull, row.id)).collect();
    let (mut candidates, roster) = everything(db, competition, places, &known, now)?;
    number_new(db, &mut candidates)?;
    let here: HashSet<SubmissionId> = candidates.iter().map(|c| c.subject.id).collect();
    let ids: Vec<SubmissionId> = rows.iter().map(|row| row.id).collect();
    Ok(Neighbourhood {
        links: links(db, &ids)?,
        left_scope: ids.into_iter().filter(|id| !here.contains(id)).collect(),
        before: rows.into_iter().map(|row| (row.id, row)).collect(),
        candidates,
        roster,
        whole: true,
    })
}

/// A number that no submission has: what is new and not written bears these.
const UNNUMBERED: i64 = 1 << 62;

/// Everything in scope, as it would be evaluated; nothing is written, so what is new has no number to keep.
pub(super) fn whole_dry(
    db: &mut Db,
    competition: &Competition,
    places: &HashMap<RepositoryId, Place<'_>>,
    now: Moment,
) -> Result<Vec<Candidate>, AppError> {
    let known = store::submission_numbers(db, competition.id())?;
    let (mut candidates, _) = everything(db, competition, places, &known, now)?;
    number_from(UNNUMBERED, &mut candidates);
    Ok(candidates)
}

/// Whether a submission is one that is not written.
pub(super) fn is_unnumbered(id: SubmissionId) -> bool {
    id.0 >= UNNUMBERED
}

fn everything(
    db: &mut Db,
    competition: &Competition,
    places: &HashMap<RepositoryId, Place<'_>>,
    known: &HashMap<PullId, SubmissionId>,
    now: Moment,
) -> Result<(Vec<Candidate>, Roster), AppError> {
    let roster = store::roster(db, competition.id())?;
    let decisions = store::standing_in(db, competition.id())?;
    let mut candidates = Vec::with_capacity(known.len());
    let mut repositories: Vec<RepositoryId> = places.keys().copied().collect();
    repositories.sort();
    store::each_fact(db, &repositories, |fact| {
        if let Some(place) = places.get(&fact.repository) {
            // A submission that is not known yet gets its number from whoever called.
            let id = known.get(&fact.id).copied().unwrap_or(SubmissionId(0));
            candidates.push(subject(competition, *place, &roster, &fact, id, &decisions, now));
        }
    })?;
    Ok((candidates, roster))
}

/// The pulls that changed, and everything that hangs together with them.
pub(super) fn around(
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
    let row_ids: Vec<SubmissionId> = rows.iter().map(|row| row.id).collect();
    let decisions = store::standing_of(db, &row_ids)?;
    let mut changed = candidates(competition, places, &roster, &facts, &known, &decisions, now);
    number_new(db, &mut changed)?;

    let mut links = links(db, &row_ids)?;
    let mut inside: HashSet<SubmissionId> = changed.iter().map(|c| c.subject.id).collect();
    inside.extend(&row_ids);
    let new_keys = changed.iter().flat_map(|c| c.keys.iter().copied());
    let mut seen: HashSet<i64> = new_keys.chain(links.values().flatten().copied()).map(met_by).collect();
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
            .map(met_by)
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
    let decisions = store::standing_of(db, &neighbours)?;
    let neighbours = candidates(competition, places, &roster, &neighbour_facts, &known, &decisions, now);
    changed.extend(neighbours);
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

fn authors(facts: &[Fact]) -> Vec<(ForgeHost, Actor)> {
    facts
        .iter()
        .map(|fact| (fact.pull.forge.clone(), fact.pull.author.clone()))
        .collect()
}

fn candidates(
    competition: &Competition,
    places: &HashMap<RepositoryId, Place<'_>>,
    roster: &Roster,
    facts: &[Fact],
    known: &HashMap<PullId, SubmissionId>,
    decisions: &Decisions,
    now: Moment,
) -> Vec<Candidate> {
    let of = |fact: &Fact| {
        let id = known.get(&fact.id).copied().unwrap_or(SubmissionId(0));
        let place = places.get(&fact.repository)?;
        Some(subject(competition, *place, roster, fact, id, decisions, now))
    };
    facts.iter().filter_map(of).collect()
}

fn number_new(db: &mut Db, candidates: &mut [Candidate]) -> Result<(), AppError> {
    let new = candidates.iter().filter(|c| c.subject.id.0 == 0).count() as i64;
    if new > 0 {
        let first = store::take_numbers(db, Counter::Submission, new)?;
        number_from(first, candidates);
    }
    Ok(())
}

fn number_from(first: i64, candidates: &mut [Candidate]) {
    let mut unnumbered: Vec<&mut Candidate> = candidates.iter_mut().filter(|c| c.subject.id.0 == 0).collect();
    // In the order of the pulls, whatever order the database gave them in.
    unnumbered.sort_by_key(|candidate| candidate.pull);
    for (number, candidate) in (first..).zip(unnumbered) {
        candidate.subject.id = SubmissionId(number);
    }
}

fn links(db: &mut Db, ids: &[SubmissionId]) -> Result<HashMap<SubmissionId, Vec<i64>>, AppError> {
    let mut of: HashMap<SubmissionId, Vec<i64>> = HashMap::new();
    for (id, key) in store::links_of(db, ids)? {
        of.entry(id).or_default().push(key);
    }
    Ok(of)
}

/// The first eight bytes of a hash of each key, sorted: two keys that share them make a neighbourhood
/// larger than it need be, and never wrong. The last two bits say whether it meets itself or its other side.
fn key_numbers(keys: &[Key]) -> Vec<i64> {
    let mut numbers: Vec<i64> = keys.iter().map(key_number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// Of a key that joins two sides, and which side it is.
const SIDED: i64 = 2;
const SIDE: i64 = 1;

fn key_number(key: &Key) -> i64 {
    let (text, mark) = match key {
        Key::Number(family, number) => (format!("n {family} {number}"), 0),
        Key::Commit(family, seven, Side::Bears) => (format!("c {family} {seven}"), SIDED),
        Key::Commit(family, seven, Side::Names) => (format!("c {family} {seven}"), SIDED | SIDE),
        Key::MergeSha(sha) => (format!("m {sha}"), 0),
        Key::HeadSha(sha) => (format!("h {sha}"), 0),
        Key::Title(person, family, title) => (format!("t {} {family} {title}", person.0), 0),
    };
    let hash = digest(&SHA256, text.as_bytes());
    let number = hash
        .as_ref()
        .iter()
        .take(8)
        .fold(0_i64, |number, byte| (number << 8) | i64::from(*byte));
    (number & !(SIDED | SIDE)) | mark
}

/// The number of [`Key::meets`] of the key that has this number.
fn met_by(number: i64) -> i64 {
    if number & SIDED == 0 { number } else { number ^ SIDE }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_s_number_meets_what_the_key_meets() {
        for key in [
            Key::Number(3, 7),
            Key::Commit(3, "abcdef0".into(), Side::Bears),
            Key::Commit(3, "abcdef0".into(), Side::Names),
            Key::MergeSha("abcdef0".into()),
            Key::HeadSha("abcdef0".into()),
            Key::Title(PersonId(1), 3, "x".into()),
        ] {
            assert_eq!(met_by(key_number(&key)), key_number(&key.meets()), "{key:?}");
        }
    }
}
