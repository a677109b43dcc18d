//! A board as readers have it: one immutable value behind a pointer, and a bell for those who wait for the next.
//!
//! A snapshot is a function of the log and of time: `as_of` is the last moment at which the leaderboard
//! changed (an entry was recorded, a phase turned, or a merge became 24 h old, which moves `previous_rank`),
//! so that every twin that has read the same log shows the same bytes.

use super::{
    Face, Snapshot,
    snapshot::People,
    state::{Beginning, State},
    told::{Told, View},
};
use crate::domain::time::Moment;
use arc_swap::ArcSwap;
use bytes::Bytes;
use std::sync::{Arc, OnceLock};
use tokio::sync::{Semaphore, watch};

/// Bytes of its forms that a board keeps where it stands alone.
pub(super) const ROOM: usize = 8 << 20;
/// The number of what was told after a competition has gone: there is nothing more to come.
const GONE: u64 = u64::MAX;

/// All that a board says at one moment. Nothing in it changes; what is made of it when the first one asks is
/// kept beside it, and made of it alone.
pub(super) struct Published {
    pub snapshot: Arc<Snapshot>,
    /// The accepted pulls of each person of the face over every board; None: this board stands alone.
    pub levels: Option<Arc<Vec<u32>>>,
    /// What streams are told.
    pub told: Arc<Told>,
    people: OnceLock<Arc<People>>,
}

impl Published {
    pub fn new(snapshot: Arc<Snapshot>, levels: Option<Arc<Vec<u32>>>, told: Arc<Told>) -> Self {
        Self {
            snapshot,
            levels,
            told,
            people: OnceLock::new(),
        }
    }
}

/// A competition's board.
///
/// **The rule of locks.** What a board publishes is one value that never changes, behind an atomic pointer. A
/// reader takes the pointer and looks at the value for as long as it likes: it takes no lock that the writer
/// of boards takes, and asks no other board for anything. What boards need of each other (levels) is made by
/// that one writer, [`super::Boards::beat`], in one pass after all boards of a beat have moved, and published
/// with them. The few locks that are left are leaves: the shelves of forms, the people's leaderboard that the
/// first reader makes, the number that wakes streams. Each belongs to one published value or to one board, and
/// nobody asks for anything else while holding one.
pub struct Board {
    published: ArcSwap<Published>,
}

impl Board {
    pub(super) fn new(published: Published) -> Self {
        Self {
            published: ArcSwap::from_pointee(published),
        }
    }

    /// A board that nobody follows the ledger for, such as a command's. `hide`: whether a freeze hides merges,
    /// as it does in public.
    pub(super) fn alone(beginning: Beginning, hide: bool, now: Moment) -> Self {
        let snapshot = Arc::new(State::new(beginning, hide, now).snapshot(ROOM, now));
        let told = Told::first(&snapshot, ROOM);
        Self::new(Published::new(snapshot, None, Arc::new(told)))
    }

    pub(super) fn published(&self) -> Arc<Published> {
        self.published.load_full()
    }

    pub(super) fn publish(&self, published: Published) {
        self.published.store(Arc::new(published));
    }

    /// The leaderboard as it was last published, with every look at it.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.published.load().snapshot)
    }

    pub fn face(&self) -> Arc<Face> {
        Arc::clone(&self.published.load().snapshot.face)
    }

    /// The people's leaderboard as it was last published: made when the first one asks.
    pub fn people(&self) -> Arc<People> {
        let published = self.published();
        let levels = published.levels.as_deref().map(Vec::as_slice);
        let make = || Arc::new(published.snapshot.people(levels));
        Arc::clone(published.people.get_or_init(make))
    }

    /// The accepted pulls of a person over every board; None where the person is not on this one.
    pub(super) fn level_fixes(&self, person: crate::domain::team::PersonId) -> Option<u32> {
        let published = self.published.load();
        let place = published.snapshot.face.person_place(person)?;
        published.levels.as_ref()?.get(place as usize).copied()
    }
}

/// A board with those who listen to it.
pub struct Live {
    pub board: Board,
    /// The number of what was told last.
    told: watch::Sender<u64>,
    /// Moves when every stream is to say that it is there.
    alive: watch::Receiver<()>,
    mill: Arc<Semaphore>,
}

/// Where views are drawn that few share: one at a time and beside the threads that answer requests, so that
/// thousands of odd ones wait for each other and nobody waits for them.
pub(super) fn mill() -> Arc<Semaphore> {
    Arc::new(Semaphore::new(1))
}

impl Live {
    pub(super) fn new(published: Published, alive: watch::Receiver<()>, mill: Arc<Semaphore>) -> Self {
        let (told, _) = watch::channel(published.told.version());
        Self {
            board: Board::new(published),
            told,
            alive,
            mill,
        }
    }

    /// Has `draw` make something of what is published when its turn comes.
    async fn draw(
        &self,
        view: &View,
        draw: impl FnOnce(&View, &Published) -> Option<Bytes> + Send + 'static,
    ) -> (u64, Option<Bytes>) {
        if view.is_usual() {
            let published = self.board.published();
            return (published.told.version(), draw(view, &published));
        }
        // It is never closed, and a drawing that broke is what the next change brings.
        let _turn = self.mill.acquire().await;
        let published = self.board.published();
        let version = published.told.version();
        let view = view.clone();
        let drawn = tokio::task::spawn_blocking(move || draw(&view, &published)).await;
        (version, drawn.unwrap_or_default())
    }

    pub(super) fn publish(&self, published: Published) {
        let version = published.told.version();
        self.board.publish(published);
        self.told
            .send_if_modified(|told| std::mem::replace(told, version) != version);
    }

    /// The competition is no more: streams end.
    pub(super) fn end(&self) {
        self.told.send_replace(GONE);
    }

    /// How many listen.
    pub fn listeners(&self) -> usize {
        self.told.receiver_count()
    }

    /// Listens to a view of it: what comes first, and then what changes. `last_seen`: the id of the last event
    /// that the client got, where it comes back.
    pub async fn listen(self: &Arc<Self>, view: View, last_seen: Option<i64>, now: Moment) -> (Bytes, Listening) {
        // Asked for before the value is taken, so that nothing falls between the first bytes and the rest.
        let told = self.told.subscribe();
        let alive = self.alive.clone();
        let first = move |view: &View, published: &Published| {
            let missed = last_seen.and_then(|seen| published.told.missed(view, seen, now));
            Some(missed.unwrap_or_else(|| published.told.whole(view, &published.snapshot)))
        };
        let (seen, first) = self.draw(&view, first).await;
        let listening = Listening {
            seen,
            live: Arc::clone(self),
            view,
            told,
            alive,
        };
        (first.unwrap_or_default(), listening)
    }
}

/// Somebody who listens: a view and a number. Everything else is the board's, and shared.
pub struct Listening {
    live: Arc<Live>,
    view: View,
    /// What this one was told last.
    seen: u64,
    told: watch::Receiver<u64>,
    alive: watch::Receiver<()>,
}

impl Listening {
    /// The next bytes; None where the competition has gone. Who was too slow for what came meanwhile gets it in
    /// one, or a snapshot. Safe to give up in the middle.
    pub async fn next(&mut self, clock: impl Fn() -> Moment) -> Option<Bytes> {
        loop {
            if *self.told.borrow() == GONE {
                return None;
            }
            tokio::select! {
                changed = self.told.changed() => changed.ok()?,
                alive = self.alive.changed() => {
                    alive.ok()?;
                    return Some(Bytes::from_static(b": still here\n\n"));
                }
            }
            self.told.mark_unchanged();
            let (seen, now) = (self.seen, clock());
            let since =
                move |view: &View, published: &Published| published.told.since(view, seen, &published.snapshot, now);
            let (version, event) = self.live.draw(&self.view, since).await;
            self.seen = version;
            if event.is_some() {
                return event;
            }
        }
    }
}
