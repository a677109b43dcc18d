//! What the one writer of a board holds beside what it published: the words it takes entries into, and what
//! they add up to so far.

use super::{
    Face, RenderedSet, Snapshot, Standings,
    slots::{NONE, Slot, Slots},
    words::{Folded, Marks, Words},
};
use crate::{
    domain::{
        evaluate::Status,
        ledger::{Cause, Hash},
        rank::{Lens, Part, Word},
        team::{PullId, SubmissionId},
        text::Slug,
        time::Moment,
    },
    store::{Chained, FeedEntry},
};
use std::{collections::HashMap, sync::Arc};

/// What a board begins with, read in one state of the database.
pub struct Beginning {
    pub face: Arc<Face>,
    /// By submission.
    pub slots: Vec<Slot>,
    pub seq: i64,
    /// Of the entry `seq`.
    pub hash: Option<Hash>,
    /// The last entry that a reader may know of, and when it was recorded.
    pub shown: i64,
    pub recorded: Option<Moment>,
    /// The last changes of points, newest first.
    pub feed: Vec<FeedEntry>,
}

/// Nobody but the writer has it: there is nothing to lock.
pub(super) struct State {
    words: Words,
    folded: Vec<Folded>,
    stale: Vec<bool>,
    marks: Marks,
    /// For every person of the face the places of their slots: what levels are counted from.
    of_person: Vec<Vec<u32>>,
    /// People whose accepted fixes may be others than when levels were counted last.
    uncounted: Vec<u32>,
    /// The last entry taken in, and the last one that a reader may know of.
    pub read: i64,
    pub hash: Option<Hash>,
    shown: i64,
    recorded: Option<Moment>,
    pub feed: Arc<Vec<FeedEntry>>,
}

impl State {
    /// `hide`: whether a freeze hides merges, as it does in public.
    pub fn new(beginning: Beginning, hide: bool, now: Moment) -> Self {
        let face = beginning.face;
        let freeze = face.definition.frozen_at(face.seal, now).filter(|_| hide);
        let mut state = Self {
            folded: vec![Folded::default(); face.teams.len()],
            stale: vec![true; face.teams.len()],
            marks: Marks::of(&face),
            of_person: Vec::new(),
            uncounted: (0..face.people.len() as u32).collect(),
            read: beginning.seq,
            hash: beginning.hash,
            shown: beginning.shown,
            recorded: beginning.recorded,
            feed: Arc::new(beginning.feed),
            words: Words {
                slots: Slots::of(&beginning.slots),
                of_team: Vec::new(),
                lens: Lens { freeze, at: None },
                face,
            },
        };
        state.recount();
        state
    }

    pub fn face(&self) -> &Arc<Face> {
        &self.words.face
    }

    pub fn freeze(&self) -> Option<Moment> {
        self.words.lens.freeze
    }

    /// Whether this submission has a slot, and so its pull is known.
    pub fn knows(&self, submission: SubmissionId) -> bool {
        self.words.slots.find(submission).is_ok()
    }

    /// Takes the slot into its team and its person, or out of them.
    fn count(&mut self, place: u32, comes: bool) {
        let slot = *self.words.slots.at(place);
        let put = |places: &mut Vec<u32>| {
            if comes {
                places.push(place);
            } else {
                places.retain(|other| *other != place);
            }
        };
        if let Some(of_team) = self.words.of_team.get_mut(slot.team as usize) {
            self.stale[slot.team as usize] = true;
            put(Arc::make_mut(of_team));
        }
        if let Some(of_person) = self.of_person.get_mut(slot.person as usize) {
            put(of_person);
        }
    }

    fn recount(&mut self) {
        let mut of_team: Vec<Vec<u32>> = vec![Vec::new(); self.words.face.teams.len()];
        let mut of_person: Vec<Vec<u32>> = vec![Vec::new(); self.words.face.people.len()];
        for (place, slot) in self.words.slots.iter().enumerate() {
            for places in [
                of_team.get_mut(slot.team as usize),
                of_person.get_mut(slot.person as usize),
            ] {
                places.into_iter().for_each(|places| places.push(place as u32));
            }
        }
        self.words.of_team = of_team.into_iter().map(Arc::new).collect();
        self.of_person = of_person;
        self.stale.fill(true);
    }

    /// Takes one entry in. An entry without a status takes the submission away from whom it belonged to.
    /// `pulls`: what submissions are about that this board has not heard of.
    pub fn take(&mut self, chained: &Chained, pulls: &HashMap<SubmissionId, PullId>) {
        let entry = &chained.entry;
        if entry.seq <= self.read {
            return;
        }
        self.read = entry.seq;
        self.hash = Some(chained.hash);
        let known = self.words.slots.find(entry.submission);
        let there = known.ok().map(|at| *self.words.slots.at(at as u32));
        let earlier = there.filter(|slot| slot.team != NONE || slot.person != NONE);
        let earlier_word = earlier.map(|slot| slot.word());
        let place =
            |slug: &Option<String>, of: &dyn Fn(&str) -> Option<u32>| slug.as_deref().and_then(of).unwrap_or(NONE);
        let face = Arc::clone(&self.words.face);
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
                earlier_word.map_or(0, |word| word.points).saturating_add(change),
            ),
            None => (Status::Rejected, 0),
        };
        let lens = self.words.lens;
        let late = lens.freeze.is_some_and(|freeze| chained.is_late(freeze));
        // What judges say of what a freeze hides is not told: it stays as the rules have it.
        let status = match (chained.by_rules, earlier_word) {
            (Some(by_rules), _) if late => by_rules,
            (None, Some(word)) if late && entry.cause == Cause::Decision => word.status,
            _ => status,
        };
        let gone = entry.status.is_none();
        let word = Word {
            merged_at: entry.at,
            status,
            points,
        };
        // A pull that cannot be found counts as one of its own: no other submission has this number.
        let pull = there
            .map(|slot| slot.pull)
            .or_else(|| pulls.get(&entry.submission).copied());
        let slot = Slot::new(
            entry.submission,
            pull.unwrap_or(PullId(-entry.submission.0)),
            if gone { NONE } else { person },
            if gone { NONE } else { team },
            word,
        );
        let was = earlier_word.map_or(Part::Nothing, |word| lens.part(&word));
        let is = lens.part(&word);
        match known {
            Ok(at) => {
                self.count(at as u32, false);
                self.words.slots.set(at, slot);
                self.count(at as u32, true);
            }
            Err(at) if at == self.words.slots.len() => {
                let at = self.words.slots.push(slot);
                self.count(at, true);
            }
            Err(at) => {
                // Numbers are given in the order of commits, so this is a submission of an older number that
                // this board had not read: rare, and every place after it moves.
                self.words.slots.insert(at, slot);
                self.recount();
            }
        }
        let counted = [earlier.map(|slot| slot.person), Some(slot.person)];
        self.uncounted
            .extend(counted.into_iter().flatten().filter(|person| *person != NONE));
        // While a freeze hides what was decided, an entry that changes nothing a reader may see moves
        // neither seq nor as_of.
        if !late || was != is {
            self.shown = entry.seq;
            self.recorded = Some(entry.recorded_at);
        }
    }

    /// The people whose levels are to be counted again; asked once.
    pub fn uncounted(&mut self) -> Vec<u32> {
        std::mem::take(&mut self.uncounted)
    }

    /// Adds the pulls that this board shows as a person's accepted ones.
    pub fn accepted(&self, person: u32, pulls: &mut Vec<PullId>) {
        let places = self.of_person.get(person as usize).map_or(&[][..], Vec::as_slice);
        let slots = places.iter().map(|place| self.words.slots.at(*place));
        let fixes = slots.filter(|slot| matches!(self.words.lens.part(&slot.word()), Part::Fix(_)));
        pulls.extend(fixes.map(|slot| slot.pull));
    }

    /// Folds again the teams whose words changed, or whose oldest young merge has become 24 h old.
    fn refresh(&mut self, now: Moment) {
        let day_ago = now.plus(-Moment::DAY);
        let aged = |folded: &Folded| folded.ageing.is_some_and(|merged| merged <= day_ago);
        let due: Vec<usize> = (0..self.folded.len())
            .filter(|team| self.stale[*team] || aged(&self.folded[*team]))
            .collect();
        if due.is_empty() {
            return;
        }
        self.marks.clear();
        for team in due {
            let lens = self.words.lens;
            self.folded[team] = self.words.fold_team(team as u32, lens, now, &mut self.marks);
            self.stale[team] = false;
        }
    }

    pub fn standings(&mut self, now: Moment) -> Standings {
        self.refresh(now);
        let definition = &self.words.face.definition;
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
        let seal = self.words.face.seal;
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
            frozen_at: self.freeze(),
        }
    }

    /// `room`: how many bytes of its forms a snapshot may keep.
    pub fn snapshot(&mut self, room: usize, now: Moment) -> Snapshot {
        let standings = self.standings(now);
        Snapshot {
            face: Arc::clone(&self.words.face),
            standings,
            rows: self.words.rank_teams(&self.folded, standings.as_of),
            feed: Arc::clone(&self.feed),
            rendered: RenderedSet::of(room),
            words: Arc::new(self.words.clone()),
        }
    }
}

/// As of when nothing has ever happened: now, but not another now at each look.
fn minute(now: Moment) -> Moment {
    now.plus(-now.millis().rem_euclid(Moment::MINUTE))
}
