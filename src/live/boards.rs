//! Every board of an instance, and the beat at which they follow the ledger.

use super::{
    Board, Channel, Face, View,
    board::{Beginning, People},
    state::Slot,
};
use crate::domain::competition::Definition;
use crate::{
    domain::{
        evaluate::Status,
        ledger::Cause,
        level::Ladder,
        team::{CompetitionId, SubmissionId},
        text::Slug,
        time::Moment,
    },
    store::{self, Db, Pulse, Store, StoreError, Stored},
};
use parking_lot::{Mutex, RwLock};
use std::{collections::HashMap, sync::Arc};

/// Entries read in one go.
const READ: i64 = 2_000;
/// Changes of points that a board's feed shows.
const FEED: i64 = 12;
/// Channels with a filter that a board keeps; past it the idle ones go.
const CHANNELS: usize = 256;

/// A board with those who listen to it.
pub struct Live {
    pub board: Board,
    /// The unfiltered one stays; it is what most listen to.
    everything: Arc<Channel>,
    filtered: Mutex<HashMap<View, Arc<Channel>>>,
}

impl Live {
    fn new(board: Board) -> Self {
        let everything = Arc::new(Channel::new(View::default(), board.snapshot()));
        Self {
            board,
            everything,
            filtered: Mutex::new(HashMap::new()),
        }
    }

    /// The channel of a view, made when the first one asks.
    pub fn channel(&self, view: &View) -> Arc<Channel> {
        if *view == View::default() {
            return Arc::clone(&self.everything);
        }
        let mut filtered = self.filtered.lock();
        if filtered.len() >= CHANNELS {
            filtered.retain(|_, channel| channel.listeners() > 0);
        }
        let new = || Arc::new(Channel::new(view.clone(), self.board.snapshot()));
        Arc::clone(filtered.entry(view.clone()).or_insert_with(new))
    }

    pub fn listeners(&self) -> usize {
        let filtered: usize = self.filtered.lock().values().map(|channel| channel.listeners()).sum();
        self.everything.listeners() + filtered
    }

    fn channels(&self) -> Vec<Arc<Channel>> {
        let mut all: Vec<_> = self.filtered.lock().values().cloned().collect();
        all.push(Arc::clone(&self.everything));
        all
    }
}

/// Every board, by slug. Cheap to clone.
#[derive(Clone)]
pub struct Boards {
    inner: Arc<Inner>,
}

struct Inner {
    boards: RwLock<HashMap<String, Arc<Live>>>,
    pub ladder: Ladder,
    /// A freeze hides merges, as it does in public.
    hide: bool,
}

/// Reads a definition that the store keeps as text.
pub type ReadDefinition = Arc<dyn Fn(&mut Db, &Stored) -> Option<Arc<Definition>> + Send + Sync>;

impl Boards {
    /// `hide`: false shows everything, for judges and for `standings --live`.
    pub fn new(ladder: Ladder, hide: bool) -> Self {
        Self {
            inner: Arc::new(Inner {
                boards: RwLock::new(HashMap::new()),
                ladder,
                hide,
            }),
        }
    }

    pub fn ladder(&self) -> &Ladder {
        &self.inner.ladder
    }

    /// `slug` in lower case.
    pub fn get(&self, slug: &str) -> Option<Arc<Live>> {
        self.inner.boards.read().get(slug).cloned()
    }

    /// Every board, by slug.
    pub fn all(&self) -> Vec<Arc<Live>> {
        let mut all: Vec<(String, Arc<Live>)> = self
            .inner
            .boards
            .read()
            .iter()
            .map(|(slug, live)| (slug.clone(), Arc::clone(live)))
            .collect();
        all.sort_by(|a, b| a.0.cmp(&b.0));
        all.into_iter().map(|(_, live)| live).collect()
    }

    /// The people's leaderboard of a board, with levels counted over every board.
    pub fn people(&self, live: &Live, now: Moment) -> Arc<People> {
        let others: Vec<Arc<Live>> = self.all();
        let face = live.board.face();
        live.board.people(now, &|own| {
            let mut totals = own.to_vec();
            for other in &others {
                let other_face = other.board.face();
                if other_face.id == face.id {
                    continue;
                }
                for (place, total) in totals.iter_mut().enumerate() {
                    let id = face.people[place].id;
                    if let Some(there) = other_face.person_place(id) {
                        *total += other.board.fixes(there);
                    }
                }
            }
            totals
        })
    }

    /// Accepted fixes that a person shows over every board.
    pub fn level_fixes(&self, person: crate::domain::team::PersonId) -> u32 {
        let of = |live: &Arc<Live>| {
            live.board
                .face()
                .person_place(person)
                .map_or(0, |at| live.board.fixes(at))
        };
        self.all().iter().map(of).sum()
    }

    /// Follows the ledger once: boards that are new or have another revision are read anew, the others take
    /// their new entries in; what changed is told to whoever listens. Returns how many snapshots changed.
    pub async fn beat(&self, store: &Store, read: &ReadDefinition, now: Moment) -> Result<usize, StoreError> {
        let pulses = store.read(store::pulses).await?;
        let known: HashMap<CompetitionId, Arc<Live>> = self
            .all()
            .into_iter()
            .map(|live| (live.board.face().id, live))
            .collect();
        let mut changed = 0;
        for pulse in pulses {
            let live = known
                .get(&pulse.id)
                .filter(|live| live.board.face().revision == pulse.revision);
            match live {
                Some(live) if turned_to_frozen(live, self.inner.hide, now) => {
                    changed += self.load(store, read, pulse, now).await?;
                }
                Some(live) => changed += self.follow(store, live, pulse, now).await?,
                None => changed += self.load(store, read, pulse, now).await?,
            }
        }
        Ok(changed)
    }

    /// One board, as far as the ledger goes now: read when it is first asked for, and followed from then on.
    /// For boards that few look at, such as the one that hides nothing. None where there is no competition of
    /// that slug.
    pub async fn fresh(
        &self,
        store: &Store,
        read: &ReadDefinition,
        slug: &Slug,
        now: Moment,
    ) -> Result<Option<Arc<Live>>, StoreError> {
        let of = slug.clone();
        let Some(stored) = store.read(move |db| store::competition(db, &of)).await? else {
            return Ok(None);
        };
        let pulse = Pulse {
            id: stored.id,
            seq: stored.seq,
            revision: stored.revision,
        };
        let known = self.get(slug.as_str());
        match known.filter(|live| live.board.face().revision == pulse.revision) {
            Some(live) if !turned_to_frozen(&live, self.inner.hide, now) => {
                self.follow(store, &live, pulse, now).await?;
            }
            _ => {
                self.load(store, read, pulse, now).await?;
            }
        }
        Ok(self.get(slug.as_str()))
    }

    async fn follow(&self, store: &Store, live: &Arc<Live>, pulse: Pulse, now: Moment) -> Result<usize, StoreError> {
        let mut changed = 0;
        loop {
            let after = live.board.read_to();
            let entries = if pulse.seq > after {
                store
                    .read(move |db| store::ledger_after(db, pulse.id, after, READ))
                    .await?
            } else {
                Vec::new()
            };
            let more = entries.len() as i64 == READ;
            let feed = if entries.iter().any(|chained| chained.entry.points != 0) {
                let freeze = live.board.snapshot().standings.frozen_at;
                Some(store.read(move |db| store::feed(db, pulse.id, freeze, FEED)).await?)
            } else {
                None
            };
            if let Some(snapshot) = live.board.advance(&entries, feed, now) {
                changed = 1;
                for channel in live.channels() {
                    channel.tell(&snapshot);
                }
            }
            if !more {
                return Ok(changed);
            }
        }
    }

    async fn load(&self, store: &Store, read: &ReadDefinition, pulse: Pulse, now: Moment) -> Result<usize, StoreError> {
        let (read, hide) = (Arc::clone(read), self.inner.hide);
        let beginning = store.read(move |db| begin(db, &read, pulse.id, hide, now)).await?;
        let Some(beginning) = beginning else {
            return Ok(0);
        };
        let slug = beginning.face.slug().clone();
        let board = Board::new(beginning, hide, now);
        let snapshot = board.snapshot();
        let mut live = Live::new(board);
        let mut boards = self.inner.boards.write();
        if let Some(old) = boards.get(slug.as_str()) {
            // Whoever listens goes on listening: the channels stay, and are told of the new face.
            live.everything = Arc::clone(&old.everything);
            *live.filtered.get_mut() = old.filtered.lock().clone();
        }
        let channels = live.channels();
        boards.insert(slug.to_string(), Arc::new(live));
        drop(boards);
        for channel in channels {
            channel.tell(&snapshot);
        }
        Ok(1)
    }

    pub fn keep_alive(&self) {
        for live in self.all() {
            for channel in live.channels() {
                channel.keep_alive();
            }
        }
    }

    /// Reads one board, outside the beat: for a command.
    pub async fn one(
        store: &Store,
        read: &ReadDefinition,
        slug: &Slug,
        hide: bool,
        now: Moment,
    ) -> Result<Option<Board>, StoreError> {
        let (read, slug) = (Arc::clone(read), slug.clone());
        let beginning = store
            .read(move |db| match store::competition(db, &slug)? {
                None => Ok(None),
                Some(stored) => begin(db, &read, stored.id, hide, now),
            })
            .await?;
        Ok(beginning.map(|beginning| Board::new(beginning, hide, now)))
    }
}

/// A freeze begins by time alone, and hides what the board has shown: it is read anew.
fn turned_to_frozen(live: &Live, hide: bool, now: Moment) -> bool {
    let face = live.board.face();
    let freeze = face.definition.frozen_at(face.seal, now).filter(|_| hide);
    freeze != live.board.snapshot().standings.frozen_at
}

impl Board {
    /// Reads a board in the transaction under way. None where there is no such competition, or where this
    /// version refuses its definition.
    pub fn read(
        db: &mut Db,
        read: &ReadDefinition,
        id: CompetitionId,
        hide: bool,
        now: Moment,
    ) -> Result<Option<Self>, StoreError> {
        let beginning = begin(db, read, id, hide, now)?;
        Ok(beginning.map(|beginning| Self::new(beginning, hide, now)))
    }
}

/// Reads what a board begins with, in one state of the database.
fn begin(
    db: &mut Db,
    read: &ReadDefinition,
    id: CompetitionId,
    hide: bool,
    now: Moment,
) -> Result<Option<Beginning>, StoreError> {
    let Some(stored) = store::competition_by_id(db, id)? else {
        return Ok(None);
    };
    let Some(definition) = read(db, &stored) else {
        return Ok(None);
    };
    let freeze = definition.frozen_at(stored.seal, now).filter(|_| hide);
    let face = Arc::new(Face::load(db, &stored, definition, now)?);
    let mut slots: Vec<Slot> = Vec::new();
    store::board_words(db, id, |word| slots.push(Slot::of(&face, &word)))?;
    slots.shrink_to_fit();
    let (shown, recorded) = match freeze {
        None => (stored.seq, store::recorded_at(db, id, stored.seq)?),
        Some(freeze) => {
            let told = told_under(db, id, freeze)?;
            slots.iter_mut().for_each(|slot| slot.tell(&told.pending));
            (told.shown, told.recorded)
        }
    };
    Ok(Some(Beginning {
        face,
        slots,
        seq: stored.seq,
        shown,
        recorded,
        feed: store::feed(db, id, freeze, FEED)?,
    }))
}

/// What a reader may know under a freeze.
struct Told {
    /// The last entry that is told, and when it was recorded: one on what was merged before the freeze, or one
    /// that made something pending or took it away.
    shown: i64,
    recorded: Option<Moment>,
    /// Of what was merged from the freeze on, whether it is pending: as the rules have it, since what judges say
    /// meanwhile is not told.
    pending: HashMap<SubmissionId, bool>,
}

fn told_under(db: &mut Db, id: CompetitionId, freeze: Moment) -> Result<Told, StoreError> {
    let mut shown = store::last_entry_before_freeze(db, id, freeze)?;
    let mut pending: HashMap<SubmissionId, bool> = HashMap::new();
    let mut after = 0;
    loop {
        let entries = store::ledger_from_freeze(db, id, freeze, after, READ)?;
        let Some(last) = entries.last() else { break };
        after = last.entry.seq;
        for chained in &entries {
            let entry = &chained.entry;
            if entry.cause == Cause::Decision && pending.contains_key(&entry.submission) {
                continue;
            }
            let is = entry.status.is_some_and(|status| status != Status::Rejected);
            let was = pending.insert(entry.submission, is).unwrap_or(false);
            if is != was && shown.is_none_or(|(seq, _)| entry.seq > seq) {
                shown = Some((entry.seq, entry.recorded_at));
            }
        }
    }
    Ok(Told {
        shown: shown.map_or(0, |(seq, _)| seq),
        recorded: shown.map(|(_, recorded)| recorded),
        pending,
    })
}
