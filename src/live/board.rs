//! A board: the ledger's latest word on every submission, and the snapshot that it adds up to.
//!
//! A snapshot is a function of the log and of time: `as_of` is the last moment at which the leaderboard
//! changed (an entry was recorded, a phase turned, or a merge became 24 h old, which moves `previous_rank`),
//! so that every twin that has read the same log shows the same bytes.

use super::{Face, Filter, PeopleRow, RenderedSet, Row, Snapshot, Standings};
use crate::{
    domain::{
        evaluate::Status,
        ledger::Entry,
        rank::{Figures, Lens, Part, Word, rank},
        team::SubmissionId,
        time::Moment,
    },
    store::{BoardWord, Chained, FeedEntry},
};
use parking_lot::{Mutex, RwLock};
use std::sync::Arc;

/// "Nobody", "no team" in a slot: smaller than an Option, and a million slots are held.
const NONE: u32 = u32::MAX;

/// The latest word on one submission, as small as it gets: a board holds one for each.
#[derive(Clone, Copy, Debug)]
pub struct Slot {
    id: SubmissionId,
    person: u32,
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
}

/// What folding one team's words gave.
#[derive(Clone, Copy, Debug, Default)]
struct Folded {
    now: Figures,
    /// 24 h before.
    before: Figures,
    /// The latest merge that is 24 h old or more, and the first that is not yet.
    aged: Option<Moment>,
    ageing: Option<Moment>,
}

struct State {
    face: Arc<Face>,
    /// By submission.
    slots: Vec<Slot>,
    /// For every team of the face the places of its slots.
    of_team: Vec<Vec<u32>>,
    /// Accepted fixes that this board shows, by person: what levels are made of.
    fixes: Vec<u32>,
    folded: Vec<Folded>,
    stale: Vec<bool>,
    lens: Lens,
    /// The last entry taken in, and the last one that a reader may know of.
    read: i64,
    shown: i64,
    recorded: Option<Moment>,
    feed: Arc<Vec<FeedEntry>>,
    /// Who was seen in the fold of which team: one mark a person instead of a set a team.
    marks: Vec<u32>,
}

/// A competition's board. Cheap to read; written by the task that tails the ledger.
pub struct Board {
    state: Mutex<State>,
    snapshot: RwLock<Arc<Snapshot>>,
    people: Mutex<Option<Arc<People>>>,
}

/// The people's leaderboard that belongs to one snapshot.
#[derive(Debug)]
pub struct People {
    pub face: Arc<Face>,
    pub standings: Standings,
    pub rows: Vec<PeopleRow>,
    pub rendered: RenderedSet,
}

/// A team's or a person's points over time: (merged_at, points so far), oldest first.
pub type Growth = Vec<(Moment, i64)>;

/// What a board begins with, read in one state of the database.
pub struct Beginning {
    pub face: Arc<Face>,
    /// By submission.
    pub slots: Vec<Slot>,
    pub seq: i64,
    /// The last entry that a reader may know of, and when it was recorded.
    pub shown: i64,
    pub recorded: Option<Moment>,
    /// The last changes of points, newest first.
    pub feed: Vec<FeedEntry>,
}

impl Board {
    /// `hide`: whether a freeze hides merges, as it does in public.
    pub fn new(beginning: Beginning, hide: bool, now: Moment) -> Self {
        let Beginning {
            face,
            slots,
            seq,
            shown,
            recorded,
            feed,
        } = beginning;
        let freeze = face.definition.frozen_at(face.seal, now).filter(|_| hide);
        let mut state = State {
            slots,
            of_team: vec![Vec::new(); face.teams.len()],
            fixes: vec![0; face.people.len()],
            folded: vec![Folded::default(); face.teams.len()],
            stale: vec![true; face.teams.len()],
            marks: vec![0; face.people.len()],
            lens: Lens { freeze, at: None },
            read: seq,
            shown,
            recorded,
            feed: Arc::new(feed),
            face,
        };
        state.recount();
        let snapshot = Arc::new(state.snapshot(now));
        Self {
            state: Mutex::new(state),
            snapshot: RwLock::new(snapshot),
            people: Mutex::new(None),
        }
    }

    /// The leaderboard as it was last published.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshot.read())
    }

    /// The last ledger entry taken in.
    pub fn read_to(&self) -> i64 {
        self.state.lock().read
    }

    pub fn face(&self) -> Arc<Face> {
        Arc::clone(&self.snapshot.read().face)
    }

    /// Takes entries in and publishes a snapshot where the leaderboard changed, by them or by time alone.
    /// `feed`: the last changes of points, where they are other than before. Returns the new snapshot; None
    /// where nothing that a reader may see changed.
    pub fn advance(&self, entries: &[Chained], feed: Option<Vec<FeedEntry>>, now: Moment) -> Option<Arc<Snapshot>> {
        let mut state = self.state.lock();
        if let Some(feed) = feed {
            state.feed = Arc::new(feed);
        }
        for chained in entries {
            state.take(&chained.entry);
        }
        let before = self.snapshot();
        let same_time = state.standings(now) == before.standings;
        if entries.is_empty() && same_time {
            return None;
        }
        let after = Arc::new(state.snapshot(now));
        if after.standings == before.standings && after.rows == before.rows {
            return None;
        }
        *self.snapshot.write() = Arc::clone(&after);
        Some(after)
    }

    /// The leaderboard with only what was merged at or before `at`, as it is decided today.
    pub fn at(&self, at: Moment, now: Moment) -> Snapshot {
        self.state.lock().looked_at(at, now)
    }

    /// The people's leaderboard. `level_fixes`: the accepted fixes of a person over the whole instance.
    pub fn people(&self, now: Moment, level_fixes: &dyn Fn(&[u32]) -> Vec<u32>) -> Arc<People> {
        let snapshot = self.snapshot();
        let mut kept = self.people.lock();
        if let Some(people) = kept.as_ref()
            && people.standings == snapshot.standings
            && people.face.revision == snapshot.face.revision
        {
            return Arc::clone(people);
        }
        let mut state = self.state.lock();
        let mut people = state.people(None, now);
        state.standings_for(&mut people.standings, &snapshot);
        let totals = level_fixes(&state.fixes);
        drop(state);
        for row in &mut people.rows {
            row.level_fixes = totals.get(row.person as usize).copied().unwrap_or(row.figures.fixes);
        }
        let people = Arc::new(people);
        *kept = Some(Arc::clone(&people));
        people
    }

    pub fn people_at(&self, at: Moment, now: Moment) -> People {
        let mut people = self.state.lock().people(Some(at), now);
        people.standings.as_of = at;
        for row in &mut people.rows {
            row.level_fixes = row.figures.fixes;
        }
        people
    }

    /// Accepted fixes that this board shows, by place of the person in its face.
    pub fn fixes(&self, person: u32) -> u32 {
        self.state.lock().fixes.get(person as usize).copied().unwrap_or(0)
    }

    /// The points over time of these teams, by place in the face.
    pub fn team_growth(&self, teams: &[u32]) -> Vec<Growth> {
        let state = self.state.lock();
        teams.iter().map(|team| state.team_growth(*team)).collect()
    }

    pub fn person_growth(&self, person: u32) -> Growth {
        let state = self.state.lock();
        state.growth(state.slots.iter().filter(|slot| slot.person == person))
    }

    /// A person's own lines in each team that they scored for, and the figures of everybody in a team.
    pub fn members(&self, team: u32) -> Vec<(u32, Figures)> {
        self.state.lock().members(team)
    }
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
    fn take(&mut self, entry: &Entry) {
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
            let slug = crate::domain::text::Slug::parse(slug).ok()?;
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
        let hidden = self
            .lens
            .freeze
            .is_some_and(|freeze| entry.at.is_some_and(|at| at >= freeze));
        if !hidden || was != is {
            self.shown = entry.seq;
            self.recorded = Some(entry.recorded_at);
        }
    }

    fn recount(&mut self) {
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
    fn refresh(&mut self, now: Moment) {
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

    fn standings(&mut self, now: Moment) -> Standings {
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

    fn standings_for(&self, standings: &mut Standings, snapshot: &Snapshot) {
        if snapshot.standings.seq == standings.seq {
            *standings = snapshot.standings;
        }
    }

    fn snapshot(&mut self, now: Moment) -> Snapshot {
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

    fn looked_at(&mut self, at: Moment, now: Moment) -> Snapshot {
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

    fn people(&mut self, at: Option<Moment>, now: Moment) -> People {
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

    fn team_growth(&self, team: u32) -> Growth {
        let of_team = self.of_team.get(team as usize).map_or(&[][..], Vec::as_slice);
        self.growth(of_team.iter().map(|at| &self.slots[*at as usize]))
    }

    fn members(&self, team: u32) -> Vec<(u32, Figures)> {
        let mut of: std::collections::BTreeMap<u32, Figures> = std::collections::BTreeMap::new();
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

impl Snapshot {
    /// The rows that a filter lets through.
    pub fn filtered(&self, filter: &Filter) -> Vec<Row> {
        filter.rows(&self.face, &self.rows)
    }

    pub fn row_of(&self, team: u32) -> Option<Row> {
        self.rows.iter().find(|row| row.team == team).copied()
    }
}
