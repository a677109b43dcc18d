//! What a board says, as one immutable state: every look at it (now, at a time, by person, over time) is a pure
//! function of this, and a reader may take as long over it as it likes.

use super::{
    Face, PeopleRow, Row,
    slots::{NONE, Slot, Slots},
};
use crate::domain::{
    rank::{Figures, Lens, Part, rank},
    time::Moment,
};
use std::{collections::BTreeMap, sync::Arc};

/// A team's or a person's points over time: (merged_at, points so far), oldest first.
pub type Growth = Vec<(Moment, i64)>;

/// What folding one team's words gave.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Folded {
    pub now: Figures,
    /// 24 h before.
    pub before: Figures,
    /// The latest merge that is 24 h old or more, and the first that is not yet.
    pub aged: Option<Moment>,
    pub ageing: Option<Moment>,
}

/// Who was seen in the fold of which team: one mark a person instead of a set a team.
pub(super) struct Marks(Vec<u32>);

impl Marks {
    pub fn of(face: &Face) -> Self {
        Self(vec![0; face.people.len()])
    }

    pub fn clear(&mut self) {
        self.0.fill(0);
    }
}

/// The words of a board, by submission and by team. A clone shares all but what is changed in it afterwards.
#[derive(Clone, Debug)]
pub(super) struct Words {
    pub face: Arc<Face>,
    pub slots: Slots,
    /// For every team of the face the places of its slots.
    pub of_team: Vec<Arc<Vec<u32>>>,
    pub lens: Lens,
}

impl Words {
    fn team(&self, team: u32) -> impl Iterator<Item = &Slot> {
        let places = self
            .of_team
            .get(team as usize)
            .map_or(&[][..], |places| places.as_slice());
        places.iter().map(|place| self.slots.at(*place))
    }

    /// Folds one team's words. `lens`: through what; `now`: what its "24 h before" is counted from.
    pub fn fold_team(&self, team: u32, lens: Lens, now: Moment, marks: &mut Marks) -> Folded {
        let day_ago = now.plus(-Moment::DAY);
        let then = Lens {
            at: Some(day_ago),
            ..lens
        };
        let mut folded = Folded::default();
        // A mark is the team's place and which of the two folds, so that nothing is cleared in between.
        let mark = |before: bool| (team * 2 + u32::from(before)) + 1;
        for before in [false, true] {
            let lens = if before { then } else { lens };
            let figures = if before { &mut folded.before } else { &mut folded.now };
            for slot in self.team(team) {
                let word = slot.word();
                let part = lens.part(&word);
                figures.add(part, word.merged_at);
                if matches!(part, Part::Fix(_))
                    && let Some(seen) = marks.0.get_mut(slot.person as usize)
                    && *seen != mark(before)
                {
                    *seen = mark(before);
                    figures.contributors += 1;
                }
            }
        }
        for slot in self.team(team) {
            match slot.word().merged_at {
                Some(merged) if merged <= day_ago => folded.aged = folded.aged.max(Some(merged)),
                Some(merged) => {
                    folded.ageing = Some(folded.ageing.map_or(merged, |first| first.min(merged)));
                }
                None => {}
            }
        }
        folded
    }

    /// Before the competition opened nobody had a rank.
    pub fn had_ranks(&self, as_of: Moment) -> bool {
        as_of.plus(-Moment::DAY) >= self.face.definition.window.opens_at
    }

    pub fn rank_teams(&self, folded: &[Folded], as_of: Moment) -> Vec<Row> {
        let places: Vec<u32> = (0..folded.len() as u32).collect();
        let slug = |place: &u32| self.face.teams[*place as usize].slug.as_str();
        let mut previous: Vec<Option<u32>> = vec![None; folded.len()];
        if self.had_ranks(as_of) {
            for (rank, at) in rank(&places, |place| folded[*place as usize].before, slug) {
                previous[at] = Some(rank);
            }
        }
        rank(&places, |place| folded[*place as usize].now, slug)
            .into_iter()
            .map(|(rank, at)| Row {
                rank,
                previous_rank: previous[at],
                team: at as u32,
                figures: folded[at].now,
            })
            .collect()
    }

    /// The teams with only what was merged at or before `at`, as it is decided today.
    pub fn teams_at(&self, at: Moment) -> Vec<Row> {
        let lens = Lens {
            at: Some(at),
            ..self.lens
        };
        let mut marks = Marks::of(&self.face);
        let teams = 0..self.of_team.len() as u32;
        let folded: Vec<Folded> = teams.map(|team| self.fold_team(team, lens, at, &mut marks)).collect();
        self.rank_teams(&folded, at)
    }

    /// The people, each with the level of the fixes that are counted here. `at`: only what was merged by then.
    pub fn people(&self, at: Option<Moment>, as_of: Moment) -> Vec<PeopleRow> {
        let lens = Lens { at, ..self.lens };
        let then = Lens {
            at: Some(as_of.plus(-Moment::DAY)),
            ..self.lens
        };
        let mut figures = vec![(Figures::default(), Figures::default()); self.face.people.len()];
        for slot in self.slots.iter() {
            // A person without a team at the merge has no award, and nothing that could become one.
            if let Some((now, before)) = figures.get_mut(slot.person as usize) {
                let word = slot.word();
                for (own, lens) in [(now, lens), (before, then)] {
                    own.add(lens.part(&word), word.merged_at);
                    own.contributors = own.fixes.min(1);
                }
            }
        }
        let places: Vec<u32> = (0..self.face.people.len() as u32).collect();
        let slug = |place: &u32| self.face.people[*place as usize].slug.as_str();
        let mut previous: Vec<Option<u32>> = vec![None; places.len()];
        if self.had_ranks(as_of) {
            for (rank, at) in rank(&places, |place| figures[*place as usize].1, slug) {
                previous[at] = Some(rank);
            }
        }
        rank(&places, |place| figures[*place as usize].0, slug)
            .into_iter()
            .map(|(rank, at)| PeopleRow {
                rank,
                previous_rank: previous[at],
                person: at as u32,
                figures: figures[at].0,
                level_fixes: figures[at].0.fixes,
            })
            .collect()
    }

    pub fn team_growth(&self, team: u32) -> Growth {
        let mut fixes: Vec<(Moment, i64)> = self
            .team(team)
            .filter_map(|slot| {
                let word = slot.word();
                match self.lens.part(&word) {
                    Part::Fix(points) if points != 0 => word.merged_at.map(|at| (at, i64::from(points))),
                    _ => None,
                }
            })
            .collect();
        fixes.sort_unstable();
        let mut sum = 0;
        for (_, points) in &mut fixes {
            sum += *points;
            *points = sum;
        }
        fixes
    }

    /// A person's own lines in each team that they scored for, and the figures of everybody in a team.
    pub fn members(&self, team: u32) -> Vec<(u32, Figures)> {
        let mut of: BTreeMap<u32, Figures> = BTreeMap::new();
        for (place, person) in self.face.people.iter().enumerate() {
            if person.team == Some(team) {
                of.entry(place as u32).or_default();
            }
        }
        for slot in self.team(team).filter(|slot| slot.person != NONE) {
            let word = slot.word();
            let part = self.lens.part(&word);
            if part != Part::Nothing {
                let figures = of.entry(slot.person).or_default();
                figures.add(part, word.merged_at);
                figures.contributors = figures.fixes.min(1);
            }
        }
        of.into_iter().collect()
    }
}
