//! Levels: what boards need of each other. A pull counts once for its person, in however many competitions it
//! was accepted. Contract, section 7.

use super::boards::Kept;
use crate::domain::team::{CompetitionId, PersonId, PullId};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

/// Counts again whose fixes changed since the last time, over all boards. Called by the one writer of boards,
/// who has them all.
pub(super) fn count(boards: &mut HashMap<CompetitionId, Kept>) {
    let mut people: HashSet<PersonId> = HashSet::new();
    for kept in boards.values_mut() {
        let places = kept.state.uncounted();
        let ids = places.iter().filter_map(|place| kept.state.face().person(*place));
        people.extend(ids.map(|person| person.id));
        people.extend(kept.left.drain(..));
    }
    let mut pulls: Vec<PullId> = Vec::new();
    for person in people {
        pulls.clear();
        for kept in boards.values() {
            if let Some(place) = kept.state.face().person_place(person) {
                kept.state.accepted(place, &mut pulls);
            }
        }
        pulls.sort_unstable();
        pulls.dedup();
        let fixes = pulls.len() as u32;
        for kept in boards.values_mut() {
            let place = kept.state.face().person_place(person);
            if let Some(place) = place.filter(|place| kept.levels.get(*place as usize) != Some(&fixes)) {
                kept.set_level(place, fixes);
            }
        }
    }
}

impl Kept {
    pub(super) fn set_level(&mut self, place: u32, fixes: u32) {
        if let Some(level) = Arc::make_mut(&mut self.levels).get_mut(place as usize) {
            *level = fixes;
            self.other_levels = true;
        }
    }
}
