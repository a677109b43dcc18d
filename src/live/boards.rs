//! Every board of an instance, and the beat at which they follow the ledger.

use super::{
    Face, Live, Snapshot,
    beginning::{FEED, READ, ReadDefinition, begin},
    board::{Published, ROOM, mill},
    levels,
    pace::{BETWEEN, Pace},
    state::State,
    told::Told,
};
use crate::{
    domain::{
        level::Ladder,
        team::{CompetitionId, PersonId},
        text::Slug,
        time::Moment,
    },
    store::{self, Pulse, Store, StoreError},
};
use arc_swap::ArcSwap;
use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::sync::{Mutex, Semaphore, watch};

/// Bytes of their forms that all boards keep together, and the least that one may.
const ROOM_OF_ALL: usize = 64 << 20;
const ROOM_OF_ONE: usize = 1 << 20;
/// Reads of entries that one board may take in a beat before the others have their turn.
const READS: usize = 10;

/// A board as its one writer has it.
pub(super) struct Kept {
    live: Arc<Live>,
    pub(super) state: State,
    /// The accepted pulls of each person of the face over every board.
    pub(super) levels: Arc<Vec<u32>>,
    pub(super) other_levels: bool,
    /// People who were on it before it was read anew.
    pub(super) left: Vec<PersonId>,
    /// What is to be published.
    next: Option<Arc<Snapshot>>,
    /// The history before is no more: what was told does not lead to what is to be.
    forked: bool,
    /// When its last change went out.
    changed: Option<Instant>,
    is_known: bool,
}

/// Every board, by slug. Cheap to clone.
///
/// Readers take the map and each board's published value by an atomic pointer. The writer's own things stand
/// behind one lock that no reader takes; it is held over a beat, and whoever beats takes no other meanwhile.
/// See [`super::Board`] for the rule.
#[derive(Clone)]
pub struct Boards {
    inner: Arc<Inner>,
}

struct Inner {
    boards: ArcSwap<HashMap<String, Arc<Live>>>,
    ladder: Ladder,
    /// A freeze hides merges, as it does in public.
    hide: bool,
    /// Whose levels these boards show: those of the public ones, where these hide nothing.
    levels_of: Option<Boards>,
    kept: Mutex<HashMap<CompetitionId, Kept>>,
    pace: Pace,
    alive: watch::Sender<()>,
    mill: Arc<Semaphore>,
    /// Raised whenever somebody's level may be another.
    counted: AtomicU64,
    /// The last count of `levels_of` that was taken over.
    taken: AtomicU64,
}

impl Boards {
    /// `hide`: false shows everything.
    pub fn new(ladder: Ladder, hide: bool) -> Self {
        Self::with(ladder, hide, None)
    }

    /// Boards that hide nothing, for judges; codes are those that everybody sees.
    pub fn uncovered(&self) -> Self {
        Self::with(self.inner.ladder.clone(), false, Some(self.clone()))
    }

    fn with(ladder: Ladder, hide: bool, levels_of: Option<Boards>) -> Self {
        Self {
            inner: Arc::new(Inner {
                boards: ArcSwap::default(),
                ladder,
                hide,
                levels_of,
                kept: Mutex::default(),
                pace: Pace::default(),
                alive: watch::channel(()).0,
                mill: mill(),
                counted: AtomicU64::new(1),
                taken: AtomicU64::new(0),
            }),
        }
    }

    pub fn ladder(&self) -> &Ladder {
        &self.inner.ladder
    }

    /// `slug` in lower case.
    pub fn get(&self, slug: &str) -> Option<Arc<Live>> {
        self.inner.boards.load().get(slug).cloned()
    }

    /// Every board, by slug.
    pub fn all(&self) -> Vec<Arc<Live>> {
        let boards = self.inner.boards.load_full();
        let mut all: Vec<(&String, &Arc<Live>)> = boards.iter().collect();
        all.sort_by_key(|(slug, _)| *slug);
        all.into_iter().map(|(_, live)| Arc::clone(live)).collect()
    }

    /// Accepted pulls that a person shows over every board.
    pub fn level_fixes(&self, person: PersonId) -> u32 {
        let boards = self.inner.boards.load();
        boards
            .values()
            .find_map(|live| live.board.level_fixes(person))
            .unwrap_or(0)
    }

    /// Somebody here wrote: the next beat is due at once. Nothing depends on it; a beat comes anyway.
    pub fn ring(&self) {
        self.inner.pace.ring();
    }

    /// Waits until a beat is due: somebody rang, a board has more to tell than it might so far, or `poll` is over.
    pub async fn due(&self, poll: Duration) {
        self.inner.pace.due(poll).await;
    }

    /// Every stream says that it is there, which keeps proxies from closing a quiet one.
    pub fn keep_alive(&self) {
        self.inner.alive.send_replace(());
    }

    /// Follows the ledger once: boards that are new, have another revision or another history are read anew, the
    /// others take their new entries in; levels are counted over all of them, and what changed is published.
    /// A board that changed a moment ago waits. Returns how many were published.
    ///
    /// Errors: the first; what it does not concern has moved all the same.
    pub async fn beat(&self, store: &Store, read: &ReadDefinition, now: Moment) -> Result<usize, StoreError> {
        let mut boards = self.inner.kept.lock().await;
        self.inner.pace.looks();
        let pulses = store.read(store::pulses).await?;
        self.forget(&mut boards, |id| pulses.iter().any(|pulse| pulse.id == id));
        let mut anew = Vec::new();
        let mut fault = Ok(());
        for pulse in pulses {
            let known = boards.get_mut(&pulse.id);
            if let Some(held) = known.as_ref().and_then(|kept| kept.held()) {
                if known.is_some_and(|kept| kept.is_behind(&pulse)) {
                    self.inner.pace.hold(held);
                }
                continue;
            }
            match self.follow(store, known, pulse, now).await {
                Ok(true) => {}
                Ok(false) => anew.push(pulse),
                Err(error) => {
                    let goes_on = is_of_one(&error);
                    fault = fault.and(Err(error));
                    if !goes_on {
                        break;
                    }
                }
            }
        }
        // What is read anew can take a while: the others do not wait for it.
        let mut published = self.publish(&mut boards);
        for pulse in anew {
            if let Err(error) = self.load(store, read, &mut boards, pulse, now).await {
                let goes_on = is_of_one(&error);
                fault = fault.and(Err(error));
                if !goes_on {
                    break;
                }
            }
            published += self.publish(&mut boards);
        }
        fault.map(|()| published)
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
        let mut boards = self.inner.kept.lock().await;
        let of = slug.clone();
        let Some(stored) = store.read(move |db| store::competition(db, &of)).await? else {
            self.forget(&mut boards, |id| {
                let known = self.get(slug.as_str());
                known.is_none_or(|live| live.board.face().id != id)
            });
            return Ok(None);
        };
        let pulse = Pulse {
            id: stored.id,
            seq: stored.seq,
            revision: stored.revision,
            hash: stored.hash,
        };
        if !self.follow(store, boards.get_mut(&pulse.id), pulse, now).await? {
            self.load(store, read, &mut boards, pulse, now).await?;
        }
        self.publish(&mut boards);
        Ok(self.get(slug.as_str()))
    }

    /// Takes new entries in. False where the board has to be read anew.
    async fn follow(
        &self,
        store: &Store,
        kept: Option<&mut Kept>,
        pulse: Pulse,
        now: Moment,
    ) -> Result<bool, StoreError> {
        let Some(kept) = kept.filter(|kept| kept.follows(&pulse, self.inner.hide, now)) else {
            return Ok(false);
        };
        let mut is_new = false;
        for _ in 0..READS {
            let after = kept.state.read;
            if pulse.seq <= after {
                break;
            }
            let id = pulse.id;
            let entries = store.read(move |db| store::ledger_after(db, id, after, READ)).await?;
            let Some(first) = entries.first() else { break };
            if first.entry.hash(kept.state.hash) != first.hash {
                return Ok(false);
            }
            let unknown = entries.iter().map(|chained| chained.entry.submission);
            let mut unknown: Vec<_> = unknown.filter(|submission| !kept.state.knows(*submission)).collect();
            unknown.sort_unstable();
            unknown.dedup();
            let scored = entries.iter().any(|chained| chained.entry.points != 0);
            let freeze = kept.state.freeze();
            let (pulls, feed) = store
                .read(move |db| {
                    let pulls = store::pulls_of_submissions(db, &unknown)?;
                    let feed = scored.then(|| store::feed(db, id, freeze, FEED)).transpose()?;
                    Ok::<_, StoreError>((pulls, feed))
                })
                .await?;
            if let Some(feed) = feed {
                kept.state.feed = Arc::new(feed);
            }
            for chained in &entries {
                kept.state.take(chained, &pulls);
            }
            is_new = true;
            if (entries.len() as i64) < READ {
                break;
            }
        }
        let before = kept.live.board.snapshot();
        if is_new || kept.state.standings(now) != before.standings {
            let after = kept.state.snapshot(before.rendered.room(), now);
            if after.standings != before.standings || after.rows != before.rows {
                kept.next = Some(Arc::new(after));
            }
        }
        Ok(true)
    }

    /// Reads a board anew.
    async fn load(
        &self,
        store: &Store,
        read: &ReadDefinition,
        boards: &mut HashMap<CompetitionId, Kept>,
        pulse: Pulse,
        now: Moment,
    ) -> Result<(), StoreError> {
        let (read, hide) = (Arc::clone(read), self.inner.hide);
        let beginning = store
            .read_whole(move |db| begin(db, &read, pulse.id, hide, now))
            .await?;
        let Some(beginning) = beginning else {
            return Ok(());
        };
        let count = boards.len() + usize::from(!boards.contains_key(&pulse.id));
        let room = (ROOM_OF_ALL / count).clamp(ROOM_OF_ONE, ROOM);
        let mut state = State::new(beginning, hide, now);
        let snapshot = Arc::new(state.snapshot(room, now));
        let levels = Arc::new(vec![0; snapshot.face.people.len()]);
        match boards.get_mut(&pulse.id) {
            Some(kept) => {
                kept.left
                    .extend(kept.state.face().people.iter().map(|person| person.id));
                kept.forked |= kept.is_forked(&pulse);
                kept.state = state;
                kept.levels = levels;
                kept.next = Some(snapshot);
            }
            None => {
                let told = Arc::new(Told::first(&snapshot, room));
                let published = Published::new(Arc::clone(&snapshot), Some(Arc::clone(&levels)), told);
                let kept = Kept {
                    live: Arc::new(Live::new(
                        published,
                        self.inner.alive.subscribe(),
                        Arc::clone(&self.inner.mill),
                    )),
                    state,
                    levels,
                    other_levels: false,
                    left: Vec::new(),
                    next: Some(snapshot),
                    forked: false,
                    changed: None,
                    is_known: false,
                };
                boards.insert(pulse.id, kept);
            }
        }
        Ok(())
    }

    /// Boards of competitions that are no more go, and their streams end.
    fn forget(&self, boards: &mut HashMap<CompetitionId, Kept>, is_there: impl Fn(CompetitionId) -> bool) {
        let gone: Vec<CompetitionId> = boards.keys().copied().filter(|id| !is_there(*id)).collect();
        let mut left = Vec::new();
        for id in gone {
            if let Some(kept) = boards.remove(&id) {
                left.extend(kept.state.face().people.iter().map(|person| person.id));
                self.change_map(|map| map.retain(|_, live| !Arc::ptr_eq(live, &kept.live)));
                kept.live.end();
            }
        }
        if let Some(other) = boards.values_mut().next() {
            other.left.extend(left);
        }
    }

    fn change_map(&self, change: impl FnOnce(&mut HashMap<String, Arc<Live>>)) {
        let mut map = HashMap::clone(&self.inner.boards.load());
        change(&mut map);
        self.inner.boards.store(Arc::new(map));
    }

    /// Counts levels over all boards, then publishes what is new.
    fn publish(&self, boards: &mut HashMap<CompetitionId, Kept>) -> usize {
        match &self.inner.levels_of {
            None => levels::count(boards),
            Some(public) => self.take_levels(public, boards),
        }
        let mut published = 0;
        for kept in boards.values_mut() {
            if kept.next.is_none() && !kept.other_levels {
                continue;
            }
            if std::mem::take(&mut kept.other_levels) {
                self.inner.counted.fetch_add(1, Ordering::Release);
            }
            published += usize::from(kept.next.is_some());
            kept.publish();
            if !std::mem::replace(&mut kept.is_known, true) {
                let slug = kept.state.face().slug().to_string();
                self.change_map(|map| {
                    map.insert(slug, Arc::clone(&kept.live));
                });
            }
        }
        published
    }

    fn take_levels(&self, public: &Boards, boards: &mut HashMap<CompetitionId, Kept>) {
        let counted = public.inner.counted.load(Ordering::Acquire);
        let same = self.inner.taken.swap(counted, Ordering::AcqRel) == counted;
        for kept in boards.values_mut().filter(|kept| !same || kept.next.is_some()) {
            let face: Arc<Face> = Arc::clone(kept.state.face());
            for (place, person) in face.people.iter().enumerate() {
                let fixes = public.level_fixes(person.id);
                if kept.levels.get(place) != Some(&fixes) {
                    kept.set_level(place as u32, fixes);
                }
            }
        }
    }
}

/// Whether other boards can be read although this one could not.
fn is_of_one(error: &StoreError) -> bool {
    matches!(error, StoreError::Unreadable(_) | StoreError::Refused(_))
}

impl Kept {
    /// Until when it may not change again.
    fn held(&self) -> Option<Instant> {
        let until = self.changed? + BETWEEN;
        (Instant::now() < until).then_some(until)
    }

    fn is_behind(&self, pulse: &Pulse) -> bool {
        pulse.seq != self.state.read || pulse.hash != self.state.hash || pulse.revision != self.state.face().revision
    }

    /// Whether what it holds is a beginning of what the ledger has now, as far as its end tells.
    fn is_forked(&self, pulse: &Pulse) -> bool {
        pulse.seq < self.state.read || (pulse.seq == self.state.read && pulse.hash != self.state.hash)
    }

    /// Whether it can go on with the entries that come, and need not be read anew: it has another revision, the
    /// ledger went back in time, or a freeze began or ended by time alone, which hides what it has shown.
    fn follows(&self, pulse: &Pulse, hide: bool, now: Moment) -> bool {
        let face = self.state.face();
        face.revision == pulse.revision
            && !self.is_forked(pulse)
            && face.definition.frozen_at(face.seal, now).filter(|_| hide) == self.state.freeze()
    }

    fn publish(&mut self) {
        let before = self.live.board.published();
        let forked = std::mem::take(&mut self.forked);
        let (snapshot, told) = match self.next.take() {
            None => (Arc::clone(&before.snapshot), Arc::clone(&before.told)),
            Some(next) => {
                let room = next.rendered.room();
                let told = match (self.is_known, forked) {
                    (false, _) => Arc::clone(&before.told),
                    (true, true) => Arc::new(before.told.anew(&next, room)),
                    (true, false) => Arc::new(before.told.next(&next, room)),
                };
                self.changed = self.is_known.then(Instant::now);
                (next, told)
            }
        };
        let levels = Some(Arc::clone(&self.levels));
        self.live.publish(Published::new(snapshot, levels, told));
    }
}
