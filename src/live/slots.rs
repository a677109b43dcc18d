//! The latest word on every submission, in parts that one state of a board shares with the next.

use super::Face;
use crate::{
    domain::{
        evaluate::Status,
        rank::Word,
        team::{PullId, SubmissionId},
        time::Moment,
    },
    store::BoardWord,
};
use std::{collections::HashMap, sync::Arc};

/// "Nobody", "no team" in a slot: smaller than an Option, and a million slots are held.
pub(super) const NONE: u32 = u32::MAX;
/// "Not merged", for the same reason: no forge merged anything then.
const NOT_MERGED: i64 = i64::MIN;
/// Slots of a part. Who changes one slot copies its part, once a state: 40 KB.
const PART: usize = 1_024;

/// The latest word on one submission, as small as it gets: a board holds one for each.
#[derive(Clone, Copy, Debug)]
pub struct Slot {
    pub(super) id: SubmissionId,
    /// What it is about: in two competitions it is one pull, and counts once for a level.
    pub(super) pull: PullId,
    merged_at: i64,
    pub(super) person: u32,
    pub(super) team: u32,
    points: i32,
    status: Status,
}

// A million of them are 40 MB; who adds a field adds it to the figures in the README.
const _: () = assert!(size_of::<Slot>() == 40);

impl Slot {
    /// A word with its team and person as places in the face; what has neither there stands for nobody.
    pub fn of(face: &Face, word: &BoardWord) -> Self {
        let person = word.person.and_then(|p| face.person_place(p)).unwrap_or(NONE);
        let team = word.team.and_then(|t| face.team_place(t)).unwrap_or(NONE);
        Self::new(word.submission, word.pull, person, team, word.word)
    }

    pub(super) fn new(id: SubmissionId, pull: PullId, person: u32, team: u32, word: Word) -> Self {
        Self {
            id,
            pull,
            merged_at: word.merged_at.map_or(NOT_MERGED, Moment::millis),
            person,
            team,
            points: word.points,
            status: word.status,
        }
    }

    pub(super) fn word(&self) -> Word {
        Word {
            merged_at: (self.merged_at != NOT_MERGED).then(|| Moment::from_millis(self.merged_at)),
            status: self.status,
            points: self.points,
        }
    }

    /// Takes back what judges said of a submission that a freeze hides.
    ///
    /// `pending`: of what was once merged from the freeze on; of that only what still is.
    pub fn tell(&mut self, freeze: Moment, pending: &HashMap<SubmissionId, bool>) {
        let late = self.word().merged_at.is_some_and(|merged| merged >= freeze);
        if let Some(pending) = pending.get(&self.id).filter(|_| late) {
            self.status = if *pending { Status::Waiting } else { Status::Rejected };
        }
    }
}

/// Slots by submission. To clone it costs one count a part and no slot; to change one slot afterwards, one part.
#[derive(Clone, Debug, Default)]
pub(super) struct Slots {
    /// Each full but the last.
    parts: Vec<Arc<Vec<Slot>>>,
}

impl Slots {
    /// `slots`: by submission.
    pub fn of(slots: &[Slot]) -> Self {
        Self {
            parts: slots.chunks(PART).map(|part| Arc::new(part.to_vec())).collect(),
        }
    }

    pub fn len(&self) -> usize {
        self.parts
            .last()
            .map_or(0, |last| (self.parts.len() - 1) * PART + last.len())
    }

    /// The slot at a place that [`Slots::find`] or [`Slots::push`] gave.
    pub fn at(&self, place: u32) -> &Slot {
        &self.parts[place as usize / PART][place as usize % PART]
    }

    pub fn iter(&self) -> impl Iterator<Item = &Slot> {
        self.parts.iter().flat_map(|part| part.iter())
    }

    /// The place of a submission, or where it would stand.
    pub fn find(&self, id: SubmissionId) -> Result<usize, usize> {
        let after = self.parts.partition_point(|part| part[0].id <= id);
        let Some(part) = after.checked_sub(1) else {
            return Err(0);
        };
        let within = self.parts[part].binary_search_by_key(&id, |slot| slot.id);
        within.map(|at| part * PART + at).map_err(|at| part * PART + at)
    }

    pub fn set(&mut self, place: usize, slot: Slot) {
        Arc::make_mut(&mut self.parts[place / PART])[place % PART] = slot;
    }

    pub fn push(&mut self, slot: Slot) -> u32 {
        let place = self.len() as u32;
        match self.parts.last_mut().filter(|last| last.len() < PART) {
            Some(last) => Arc::make_mut(last).push(slot),
            None => self.parts.push(Arc::new(vec![slot])),
        }
        place
    }

    /// Puts a slot between others; the place of each after it moves.
    pub fn insert(&mut self, place: usize, slot: Slot) {
        let first = place / PART;
        let mut rest: Vec<Slot> = self.parts[first..]
            .iter()
            .flat_map(|part| part.iter().copied())
            .collect();
        rest.insert(place - first * PART, slot);
        self.parts.truncate(first);
        self.parts.extend(Self::of(&rest).parts);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot(id: i64, points: i32) -> Slot {
        let word = Word {
            merged_at: None,
            status: Status::Accepted,
            points,
        };
        Slot::new(SubmissionId(id), PullId(id), NONE, NONE, word)
    }

    #[test]
    fn a_state_keeps_what_it_had_while_the_next_one_changes() {
        let all: Vec<Slot> = (0..3 * PART as i64).map(|id| slot(id * 2, 0)).collect();
        let first = Slots::of(&all);
        let mut next = first.clone();
        next.set(PART + 1, slot(2 * (PART as i64 + 1), 7));
        let last = next.push(slot(6 * PART as i64, 8));
        assert_eq!((next.len(), next.at(last).points), (3 * PART + 1, 8));
        assert_eq!(
            (next.at(PART as u32 + 1).points, first.at(PART as u32 + 1).points),
            (7, 0)
        );
        assert_eq!(first.len(), 3 * PART);
        // Only what changed was copied.
        let shared = first
            .parts
            .iter()
            .zip(&next.parts)
            .filter(|(a, b)| Arc::ptr_eq(a, b))
            .count();
        assert_eq!(shared, 2);
    }

    #[test]
    fn a_slot_is_found_where_it_stands_and_put_where_it_belongs() {
        let mut slots = Slots::of(&[]);
        assert_eq!(slots.find(SubmissionId(1)), Err(0));
        for id in 0..3 * PART as i64 {
            slots.push(slot(id * 2, 0));
        }
        assert_eq!(slots.find(SubmissionId(2 * PART as i64)), Ok(PART));
        assert_eq!(slots.find(SubmissionId(-1)), Err(0));
        assert_eq!(slots.find(SubmissionId(1_000_000)), Err(3 * PART));
        for id in [2 * PART as i64 - 1, 2 * PART as i64 + 1, -1, 5] {
            let place = slots.find(SubmissionId(id)).unwrap_err();
            slots.insert(place, slot(id, 1));
        }
        let ids: Vec<i64> = slots.iter().map(|slot| slot.id.0).collect();
        assert!(ids.is_sorted() && ids.len() == 3 * PART + 4 && slots.len() == ids.len());
        assert!((0..ids.len()).all(|at| slots.at(at as u32).id.0 == ids[at]));
    }
}
