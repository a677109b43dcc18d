//! What a board holds: the ledger's latest word on every submission, by team, and what they add up to.

use super::{
    Face, PeopleRow, RenderedSet, Row, Snapshot, Standings,
    board::{Growth, People},
};
use crate::{
    domain::{
        evaluate::Status,
        ledger::{Cause, Entry},
        rank::{Figures, Lens, Part, Word, rank},
        team::SubmissionId,
        text::Slug,
        time::Moment,
    },
    store::{BoardWord, FeedEntry},
};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

/// "Nobody", "no team" in a slot: smaller than an Option, and a million slots are held.
const NONE: u32 = u32::MAX;

/// The latest word on one submission, as small as it gets: a board holds one for each.
#[derive(Clone, Copy, Debug)]
pub struct Slot {
    id: SubmissionId,
    pub(super) person: u32,
    team: u32,
    word: Word,
}

impl Slot {
    /// A word with its team and person as places in the face; what has neither there stands for nobody.
    pub fn of(face: &Face, word: &BoardWord) -> Self {
        Self {
            id: word.submission,
            person: word.person.and_then(|p| face.person_place(p)).unwrap_or(NONE),
            team: word.team.and_then(|t| face.team_place(t)).unwrap_or(NONE),
            word: word.word,
        }
    }

    /// Takes back what judges said of a submission that a freeze hides.
    pub fn tell(&mut self, pending: &HashMap<SubmissionId, bool>) {
        if let Some(pending) = pending.get(&self.id) {
            self.word.status = if *pending { Status::Waiting } else { Status::Rejected };
        }
    }
}

/// What folding one team's words gave.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Folded {
    now: Figures,
    /// 24 h before.
    before: Figures,
    /// The latest merge that is 24 h old or more, and the first that is not yet.
    aged: Option<Moment>,
    ageing: Option<Moment>,
}

pub(super) struct State {
    pub face: Arc<Face>,
    /// By submission.
    pub slots: Vec<Slot>,
    /// For every team of the face the places of its slots.
    pub of_team: Vec<Vec<u32>>,
    /// Accepted fixes that this board shows, by person: what levels are made of.
    pub fixes: Vec<u32>,
    pub folded: Vec<Folded>,
    pub stale: Vec<bool>,
    pub lens: Lens,
    /// The last entry taken in, and the last one that a reader may know of.
    pub read: i64,
    pub shown: i64,
    pub recorded: Option<Moment>,
    pub feed: Arc<Vec<FeedEntry>>,
    /// Who was seen in the fold of which team: one mark a person instead of a set a team.
    pub marks: Vec<u32>,
}

impl State {
    fn push(&mut self, slot: Slot) {
        let at = self.slots.len() as u32;
        self.slots.push(slot);
        self.count(at, true);
    }

    /// Takes the slot into its team and its person, or out of them.
    fn count(&mut self, at: u32, comes: bool) {
        let slot = self.slots[at as usize];
        if let Some(of_team) = self.of_team.get_mut(slot.team as usize) {
            self.stale[slot.team as usize] = true;
            if comes {
                of_team.push(at);
            } else {
                of_team.retain(|other| *other != at);
            }
        }
        if matches!(self.lens.part(&slot.word), Part::Fix(_))
            && let Some(fixes) = self.fixes.get_mut(slot.person as usize)
        {
            *fixes = if comes { *fixes + 1 } else { fixes.saturating_sub(1) };
        }
    }

    /// Takes one entry in. An entry without a status takes the submission away from whom it belonged to.
    pub fn take(&mut self, entry: &Entry) {
        if entry.seq <= self.read {
            return;
        }
        self.read = entry.seq;
        let known = self.slots.binary_search_by_key(&entry.submission, |slot| slot.id);
        let earlier = known
            .ok()
            .map(|at| self.slots[at])
            .filter(|slot| slot.team != NONE || slot.person != NONE);
        let place =
            |slug: &Option<String>, of: &dyn Fn(&str) -> Option<u32>| slug.as_deref().and_then(of).unwrap_or(NONE);
        let face = Arc::clone(&self.face);
        let team = place(&entry.team, &|slug| face.team_by_slug(slug));
        let by_slug = |slug: &str| {
            let slug = Slug::parse(slug).ok()?;
            face.person_by_slug(&slug)
        };
        let person = place(&entry.person, &by_slug);
        let change = i32::try_from(entry.points).unwrap_or(0);
        let (status, points) = match entry.status {
            Some(status) => (
                status,
                earlier.map_or(0, |slot| slot.word.points).saturating_add(change),
            ),
            None => (Status::Rejected, 0),
        };
        let late = self
            .lens
            .freeze
            .is_some_and(|freeze| entry.at.is_some_and(|at| at >= freeze));
        // What judges say of what a freeze hides is not told: it stays as the rules have it.
        let status = match earlier {
            Some(slot) if late && entry.cause == Cause::Decision => slot.word.status,
            _ => status,
        };
        let gone = entry.status.is_none();
        let slot = Slot {
            id: entry.submission,
            person: if gone { NONE } else { person },
            team: if gone { NONE } else { team },
            word: Word {
                merged_at: entry.at,
                status,
                points,
            },
        };
        let was = earlier.map_or(Part::Nothing, |slot| self.lens.part(&slot.word));
        let is = self.lens.part(&slot.word);
        match known {
            Ok(at) => {
                self.count(at as u32, false);
                self.slots[at] = slot;
                self.count(at as u32, true);
            }
            Err(at) if at == self.slots.len() => self.push(slot),
            Err(at) => {
                // Numbers are given in the order of commits, so this is a submission of an older number that
                // this board had not read: rare, and every place after it moves.
                self.slots.insert(at, slot);
                self.recount();
            }
        }
        // While a freeze hides what was decided, an entry that changes nothing a reader may see moves
        // neither seq nor as_of.
        if !late || was != is {
            self.shown = entry.seq;
            self.recorded = Some(entry.recorded_at);
        }
    }

    pub fn recount(&mut self) {
        self.of_team.iter_mut().for_each(Vec::clear);
        self.fixes.fill(0);
        for at in 0..self.slots.len() {
            self.count(at as u32, true);
        }
    }

    fn fold_team(&mut self, team: usize, now: Moment) -> Folded {
        let day_ago = now.plus(-Moment::DAY);
        let then = Lens {
            at: Some(day_ago),
            ..self.lens
        };
        let mut folded = Folded::default();
        // A mark is the team's place and which of the two folds, so that nothing is cleared in between.
        let mark = |before: bool| (team as u32 * 2 + u32::from(before)) + 1;
        for before in [false, true] {
            let lens = if before { then } else { self.lens };
            let figures = if before { &mut folded.before } else { &mut folded.now };
            for at in &self.of_team[team] {
                let slot = &self.slots[*at as usize];
                let part = lens.part(&slot.word);
                figures.add(part, slot.word.merged_at);
                if matches!(part, Part::Fix(_))
                    && let Some(seen) = self.marks.get_mut(slot.person as usize)
                    && *seen != mark(before)
                {
                    *seen = mark(before);
                    figures.contributors += 1;
                }
            }
        }
        for at in &self.of_team[team] {
            let slot = &self.slots[*at as usize];
            match slot.word.merged_at {
                Some(merged) if merged <= day_ago => folded.aged = folded.aged.max(Some(merged)),
                Some(merged) => {
                    folded.ageing = Some(folded.ageing.map_or(merged, |first| first.min(merged)));
                }
                None => {}
            }
        }
        folded
    }

    /// Folds again the teams whose words changed, or whose oldest young merge has become 24 h old.
    pub fn refresh(&mut self, now: Moment) {
        let day_ago = now.plus(-Moment::DAY);
        self.marks.fill(0);
        for team in 0..self.folded.len() {
            let aged = self.folded[team].ageing.is_some_and(|merged| merged <= day_ago);
            if self.stale[team] || aged {
                self.folded[team] = self.fold_team(team, now);
                self.stale[team] = false;
            }
        }
    }

    fn frozen_at(&self) -> Option<Moment> {
        self.lens.freeze
    }

    pub fn standings(&mut self, now: Moment) -> Standings {
        self.refresh(now);
        let definition = &self.face.definition;
        let window = &definition.window;
        let turns = [
            Some(window.opens_at),
            window.freeze_at,
            Some(window.closes_at),
            Some(window.merge_end()),
        ];
        let turned = turns.into_iter().flatten().filter(|turn| *turn <= now).max();
        let aged = self.folded.iter().filter_map(|folded| folded.aged).max();
        let aged = aged.map(|merged| merged.plus(Moment::DAY)).filter(|aged| *aged <= now);
        let seal = self.face.seal;
        let last = [turned, aged, self.recorded, seal.revealed_at, seal.finalized_at];
        Standings {
            phase: definition.phase(seal, now),
            as_of: last
                .into_iter()
                .flatten()
                .filter(|at| *at <= now)
                .max()
                .unwrap_or_else(|| minute(now)),
            seq: self.shown,
            frozen_at: self.frozen_at(),
        }
    }

    pub fn standings_for(&self, standings: &mut Standings, snapshot: &Snapshot) {
        if snapshot.standings.seq == standings.seq {
            *standings = snapshot.standings;
        }
    }

    pub fn snapshot(&mut self, now: Moment) -> Snapshot {
        let standings = self.standings(now);
        let rows = self.rank_teams(&self.folded, self.had_ranks(standings.as_of));
        Snapshot {
            face: Arc::clone(&self.face),
            standings,
            rows,
            feed: Arc::clone(&self.feed),
            rendered: RenderedSet::default(),
        }
    }

    /// Before the competition opened nobody had a rank.
    fn had_ranks(&self, as_of: Moment) -> bool {
        as_of.plus(-Moment::DAY) >= self.face.definition.window.opens_at
    }

    fn rank_teams(&self, folded: &[Folded], had_ranks: bool) -> Vec<Row> {
        let places: Vec<u32> = (0..folded.len() as u32).collect();
        let slug = |place: &u32| self.face.teams[*place as usize].slug.as_str();
        let mut previous: Vec<Option<u32>> = vec![None; folded.len()];
        if had_ranks {
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

    pub fn looked_at(&mut self, at: Moment, now: Moment) -> Snapshot {
        let mut standings = self.standings(now);
        standings.as_of = at;
        let own = self.lens;
        self.lens.at = Some(at);
        self.marks.fill(0);
        let mut folded = Vec::with_capacity(self.folded.len());
        for team in 0..self.folded.len() {
            folded.push(self.fold_team(team, at));
        }
        self.lens = own;
        Snapshot {
            face: Arc::clone(&self.face),
            standings,
            rows: self.rank_teams(&folded, self.had_ranks(at)),
            feed: Arc::default(),
            rendered: RenderedSet::default(),
        }
    }

    pub fn people(&mut self, at: Option<Moment>, now: Moment) -> People {
        let standings = self.standings(now);
        let as_of = at.unwrap_or(standings.as_of);
        let lens = Lens { at, ..self.lens };
        let then = Lens {
            at: Some(as_of.plus(-Moment::DAY)),
            ..self.lens
        };
        let figures = |lens: Lens| {
            let mut figures = vec![Figures::default(); self.face.people.len()];
            for slot in &self.slots {
                if let Some(own) = figures.get_mut(slot.person as usize) {
                    // A person without a team at the merge has no award, and nothing that could become one.
                    own.add(lens.part(&slot.word), slot.word.merged_at);
                    own.contributors = own.fixes.min(1);
                }
            }
            figures
        };
        let (now_figures, before) = (figures(lens), figures(then));
        let places: Vec<u32> = (0..self.face.people.len() as u32).collect();
        let slug = |place: &u32| self.face.people[*place as usize].slug.as_str();
        let mut previous: Vec<Option<u32>> = vec![None; places.len()];
        if self.had_ranks(as_of) {
            for (rank, at) in rank(&places, |place| before[*place as usize], slug) {
                previous[at] = Some(rank);
            }
        }
        let rows = rank(&places, |place| now_figures[*place as usize], slug)
            .into_iter()
            .map(|(rank, at)| PeopleRow {
                rank,
                previous_rank: previous[at],
                person: at as u32,
                figures: now_figures[at],
                level_fixes: now_figures[at].fixes,
            })
            .collect();
        People {
            face: Arc::clone(&self.face),
            standings,
            rows,
            rendered: RenderedSet::default(),
        }
    }

    fn growth<'a>(&'a self, slots: impl Iterator<Item = &'a Slot>) -> Growth {
        let mut fixes: Vec<(Moment, i64)> = slots
            .filter_map(|slot| match self.lens.part(&slot.word) {
                Part::Fix(points) if points != 0 => slot.word.merged_at.map(|at| (at, i64::from(points))),
                _ => None,
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

    pub fn team_growth(&self, team: u32) -> Growth {
        let of_team = self.of_team.get(team as usize).map_or(&[][..], Vec::as_slice);
        self.growth(of_team.iter().map(|at| &self.slots[*at as usize]))
    }

    pub fn members(&self, team: u32) -> Vec<(u32, Figures)> {
        let mut of: BTreeMap<u32, Figures> = BTreeMap::new();
        for (place, person) in self.face.people.iter().enumerate() {
            if person.team == Some(team) {
                of.entry(place as u32).or_default();
            }
        }
        for at in self.of_team.get(team as usize).map_or(&[][..], Vec::as_slice) {
            let slot = &self.slots[*at as usize];
            if slot.person == NONE {
                continue;
            }
            let part = self.lens.part(&slot.word);
            if part != Part::Nothing {
                let figures = of.entry(slot.person).or_default();
                figures.add(part, slot.word.merged_at);
                figures.contributors = figures.fixes.min(1);
            }
        }
        of.into_iter().collect()
    }
}

/// As of when nothing has ever happened: now, but not another now at each look.
fn minute(now: Moment) -> Moment {
    now.plus(-now.millis().rem_euclid(Moment::MINUTE))
}
