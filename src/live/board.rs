//! A board: the ledger's latest word on every submission, and the snapshot that it adds up to.
//!
//! A snapshot is a function of the log and of time: `as_of` is the last moment at which the leaderboard
//! changed (an entry was recorded, a phase turned, or a merge became 24 h old, which moves `previous_rank`),
//! so that every twin that has read the same log shows the same bytes.

use super::{
    Face, Filter, PeopleRow, RenderedSet, Row, Snapshot, Standings,
    state::{Folded, Slot, State},
};
use crate::{
    domain::{
        rank::{Figures, Lens},
        time::Moment,
    },
    store::{Chained, FeedEntry},
};
use parking_lot::{Mutex, RwLock};
use std::sync::Arc;

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

    /// A person's own lines in each team that they scored for, and the figures of everybody in a team.
    pub fn members(&self, team: u32) -> Vec<(u32, Figures)> {
        self.state.lock().members(team)
    }
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
