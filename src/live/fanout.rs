//! Live streams: what changed on a board, told to everybody who listens.
//!
//! Streams of one competition with the same filter share a channel: a change is made into bytes once and
//! handed to each. A channel remembers its last changes, so that a client that comes back gets what it
//! missed, or a snapshot where that is too long ago.

use super::{Filter, Part, Row, Snapshot};
use bytes::Bytes;
use parking_lot::Mutex;
use std::{collections::VecDeque, sync::Arc};
use tokio::sync::broadcast;

/// Changes that a channel remembers for those who come back.
const REMEMBERED: usize = 64;
/// Messages that a slow reader may be behind before it gets a snapshot instead.
const BEHIND: usize = 16;

/// What a client looks at: which rows, and which part of them.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct View {
    pub filter: Filter,
    pub part: Part,
}

impl Default for View {
    fn default() -> Self {
        Self {
            filter: Filter::default(),
            part: Part::ALL,
        }
    }
}

/// What clients with one view listen to.
pub struct Channel {
    view: View,
    state: Mutex<State>,
    sender: broadcast::Sender<Bytes>,
}

struct State {
    /// The rows that were told last, and their snapshot.
    snapshot: Arc<Snapshot>,
    total: usize,
    rows: Vec<Row>,
    /// The snapshot as an event, once somebody needed it: ten thousand who come at once share one.
    whole: Option<Bytes>,
    past: VecDeque<Past>,
}

struct Past {
    /// Told by this change: everything after `from`, up to `seq`.
    from: i64,
    seq: i64,
    event: Bytes,
}

/// What a client gets when it connects: what it missed or a snapshot, then what comes.
pub struct Joined {
    pub first: Bytes,
    pub rest: broadcast::Receiver<Bytes>,
}

impl Channel {
    pub fn new(view: View, snapshot: Arc<Snapshot>) -> Self {
        let all = snapshot.filtered(&view.filter);
        let (sender, _) = broadcast::channel(BEHIND);
        Self {
            state: Mutex::new(State {
                snapshot,
                total: all.len(),
                rows: view.part.of(&all).to_vec(),
                whole: None,
                past: VecDeque::new(),
            }),
            view,
            sender,
        }
    }

    pub fn listeners(&self) -> usize {
        self.sender.receiver_count()
    }

    /// `last_seen`: the id of the last change that the client got, where it comes back.
    pub fn join(&self, last_seen: Option<i64>) -> Joined {
        // Joining and telling exclude each other, so nothing falls between the first bytes and the rest.
        let mut state = self.state.lock();
        let rest = self.sender.subscribe();
        let missed = last_seen.and_then(|seen| state.missed(seen));
        let first = missed.unwrap_or_else(|| state.snapshot_event());
        Joined { first, rest }
    }

    /// A snapshot for a reader that fell behind.
    pub fn snapshot_event(&self) -> Bytes {
        self.state.lock().snapshot_event()
    }

    /// Tells what is different on the new snapshot.
    pub fn tell(&self, after: &Arc<Snapshot>) {
        let mut state = self.state.lock();
        let all = after.filtered(&self.view.filter);
        let rows = self.view.part.of(&all).to_vec();
        state.total = all.len();
        state.whole = None;
        let before = std::mem::replace(&mut state.snapshot, Arc::clone(after));
        let known = std::mem::replace(&mut state.rows, rows);
        // A team that came or went, a new name, a new phase, a freeze that began or ended: rows alone do
        // not say that.
        let other_face = before.face.revision != after.face.revision
            || before.standings.phase != after.standings.phase
            || before.standings.frozen_at != after.standings.frozen_at;
        let event = if other_face {
            state.past.clear();
            state.snapshot_event()
        } else {
            let Some(data) = after.standings.change(&after.face, &known, &state.rows) else {
                return;
            };
            let event = event("change", Some(after.standings.seq), &data);
            if state.past.len() == REMEMBERED {
                state.past.pop_front();
            }
            state.past.push_back(Past {
                from: before.standings.seq,
                seq: after.standings.seq,
                event: event.clone(),
            });
            event
        };
        // Nobody may be listening; those who come later get a snapshot.
        let _ = self.sender.send(event);
    }

    /// A comment line, which keeps proxies from closing a quiet stream.
    pub fn keep_alive(&self) {
        let _ = self.sender.send(Bytes::from_static(b": still here\n\n"));
    }
}

impl State {
    /// The changes since `seen`, where they are all remembered. A change by time alone keeps the number of
    /// the one before, so those of `seen` itself are told again: rows are absolute, and twice is once.
    fn missed(&self, seen: i64) -> Option<Bytes> {
        if seen == self.snapshot.standings.seq && self.past.is_empty() {
            return Some(Bytes::from_static(b": nothing new\n\n"));
        }
        if seen > self.snapshot.standings.seq || self.past.front().is_none_or(|oldest| oldest.from > seen) {
            return None;
        }
        let mut missed = Vec::new();
        for past in self.past.iter().filter(|past| past.seq >= seen) {
            missed.extend_from_slice(&past.event);
        }
        Some(Bytes::from(missed))
    }

    fn snapshot_event(&mut self) -> Bytes {
        let make = || {
            let standings = &self.snapshot.standings;
            let data = standings.leaderboard(&self.snapshot.face, self.total, &self.rows);
            event("snapshot", Some(standings.seq), &data)
        };
        self.whole.get_or_insert_with(make).clone()
    }
}

/// One event of a stream. `data`: JSON on one line.
fn event(name: &str, id: Option<i64>, data: &[u8]) -> Bytes {
    let mut text = Vec::with_capacity(data.len() + 48);
    text.extend_from_slice(b"event: ");
    text.extend_from_slice(name.as_bytes());
    if let Some(id) = id {
        text.extend_from_slice(format!("\nid: {id}").as_bytes());
    }
    text.extend_from_slice(b"\ndata: ");
    text.extend_from_slice(data);
    text.extend_from_slice(b"\n\n");
    Bytes::from(text)
}
