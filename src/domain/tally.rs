//! The ledger folded: the latest word on every submission, and the chain that holds the entries together.
//! What `verify` and `rebuild` hold the rows against. Contract, section 6.

use super::{
    evaluate::Status,
    ledger::{Entry, Hash},
    rank::{Figures, Lens, Part, Word},
    team::SubmissionId,
    time::Moment,
};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

/// What the entries on one submission add up to.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Balance {
    pub points: i64,
    /// None: it belongs to nobody's competition any more.
    pub status: Option<Status>,
    pub person: Option<Arc<str>>,
    pub team: Option<Arc<str>>,
    pub merged_at: Option<Moment>,
}

/// Where the chain breaks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Broken {
    #[error("after entry {} comes entry {found}", .expected - 1)]
    Gap { expected: i64, found: i64 },
    #[error("the hash of entry {0} does not fit the entry and the hash before it")]
    Hash(i64),
}

/// The fold of a ledger so far.
#[derive(Debug, Default)]
pub struct Tally {
    balances: HashMap<SubmissionId, Balance>,
    /// Slugs, each once: a million submissions are of some thousand people.
    names: HashSet<Arc<str>>,
    seq: i64,
    hash: Option<Hash>,
}

impl Tally {
    /// Takes the next entry in, whether or not the chain holds there: what follows is folded too, so that
    /// one altered entry hides no other. `hash`: the one that stands beside the entry.
    /// Errors: where the chain breaks at this entry.
    pub fn take(&mut self, entry: &Entry, hash: Hash) -> Result<(), Broken> {
        let expected = self.seq + 1;
        let fits = entry.hash(self.hash) == hash;
        self.seq = entry.seq;
        self.hash = Some(hash);
        let (person, team) = (self.name(&entry.person), self.name(&entry.team));
        let gone = entry.status.is_none();
        let balance = self.balances.entry(entry.submission).or_default();
        *balance = Balance {
            points: balance.points.saturating_add(entry.points),
            status: entry.status,
            person: person.filter(|_| !gone),
            team: team.filter(|_| !gone),
            merged_at: entry.at,
        };
        if entry.seq != expected {
            let found = entry.seq;
            return Err(Broken::Gap { expected, found });
        }
        if fits { Ok(()) } else { Err(Broken::Hash(entry.seq)) }
    }

    fn name(&mut self, slug: &Option<String>) -> Option<Arc<str>> {
        let slug = slug.as_deref()?;
        if let Some(known) = self.names.get(slug) {
            return Some(Arc::clone(known));
        }
        let name: Arc<str> = slug.into();
        self.names.insert(Arc::clone(&name));
        Some(name)
    }

    /// The last entry's number; 0 before the first.
    pub fn seq(&self) -> i64 {
        self.seq
    }

    /// The last entry's hash.
    pub fn hash(&self) -> Option<Hash> {
        self.hash
    }

    pub fn of(&self, submission: SubmissionId) -> Option<&Balance> {
        self.balances.get(&submission)
    }

    /// The submissions that still belong to the competition, in no order.
    pub fn standing(&self) -> impl Iterator<Item = (SubmissionId, &Balance)> {
        let here = |(_, balance): &(_, &Balance)| balance.status.is_some();
        self.balances.iter().map(|(id, balance)| (*id, balance)).filter(here)
    }

    /// The live figures of these teams and these people, by slug.
    pub fn figures(&self, teams: &[String], people: &[String]) -> (Vec<Figures>, Vec<Figures>) {
        let places = |slugs: &[String]| -> HashMap<String, usize> {
            slugs.iter().enumerate().map(|(at, slug)| (slug.clone(), at)).collect()
        };
        let (team_places, person_places) = (places(teams), places(people));
        let mut of_team = vec![Figures::default(); teams.len()];
        let mut of_person = vec![Figures::default(); people.len()];
        let mut contributors: HashSet<(usize, &str)> = HashSet::new();
        for (_, balance) in self.standing() {
            let Some(status) = balance.status else { continue };
            let word = Word {
                merged_at: balance.merged_at,
                status,
                points: i32::try_from(balance.points).unwrap_or(if balance.points < 0 { i32::MIN } else { i32::MAX }),
            };
            let part = Lens::default().part(&word);
            let person = balance.person.as_deref();
            if let Some(at) = person.and_then(|slug| person_places.get(slug)) {
                let figures = &mut of_person[*at];
                figures.add(part, word.merged_at);
                figures.contributors = figures.fixes.min(1);
            }
            if let Some(at) = balance.team.as_deref().and_then(|slug| team_places.get(slug)) {
                let figures = &mut of_team[*at];
                figures.add(part, word.merged_at);
                if let (Part::Fix(_), Some(person)) = (part, person)
                    && contributors.insert((*at, person))
                {
                    figures.contributors += 1;
                }
            }
        }
        (of_team, of_person)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ledger::Cause;

    fn entry(seq: i64, points: i64, status: Option<Status>, team: &str) -> Entry {
        Entry {
            at: Some(Moment::from_millis(1_000)),
            cause: Cause::Hook,
            person: Some("lin".into()),
            points,
            recorded_at: Moment::from_millis(2_000),
            seq,
            status,
            submission: SubmissionId(7),
            team: Some(team.into()),
        }
    }

    #[test]
    fn s13_the_chain_names_the_entry_that_was_altered() {
        let entries = [
            entry(1, 3, Some(Status::Accepted), "east"),
            entry(2, -3, None, "east"),
            entry(3, 3, Some(Status::Accepted), "west"),
        ];
        let mut hashes = Vec::new();
        for entry in &entries {
            hashes.push(entry.hash(hashes.last().copied()));
        }
        let fold = |entries: &[Entry]| {
            let mut tally = Tally::default();
            let broken = entries.iter().zip(&hashes).find_map(|(e, h)| tally.take(e, *h).err());
            (tally, broken)
        };
        let (tally, broken) = fold(&entries);
        assert_eq!(broken, None);
        let (teams, people) = tally.figures(&["east".into(), "west".into()], &["lin".into()]);
        assert_eq!([teams[0].points, teams[1].points, people[0].points], [0, 3, 3]);
        assert_eq!([teams[0].contributors, teams[1].contributors], [0, 1]);

        let mut altered = entries.clone();
        altered[1].points = -2;
        assert_eq!(fold(&altered).1, Some(Broken::Hash(2)));
        let mut gap = entries;
        gap[1].seq = 4;
        let found = Broken::Gap { expected: 2, found: 4 };
        assert_eq!(fold(&gap).1, Some(found));
    }
}
