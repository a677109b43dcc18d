//! What streams are told: the tables of the last changes, and the events that lead from one to the other.
//!
//! A stream is a view and the number of the table that it has. What it is told is made of that table and the
//! present one when it is sent, and kept on one shelf for all who have the same view and were as far: so a
//! view that nobody shares costs what its events cost, and nothing while nothing happens.

use super::{Face, Filter, Part, Row, Snapshot, Standings, rendered::Shelf, snapshot::Change};
use crate::domain::time::Moment;
use bytes::Bytes;
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

/// Tables that a board remembers for those who come back, and their rows in all.
const REMEMBERED: usize = 64;
const ROWS: usize = 50_000;
/// How long an event may be told to others with the clock of when it was made.
const SAME_CLOCK: i64 = 250;
/// Bytes of events that are kept for others, of all that a board may keep: one part in so many.
const SHARE: usize = 4;

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

impl View {
    /// What a page or a program without wishes looks at, and many share.
    pub(super) fn is_usual(&self) -> bool {
        let first = Part { offset: 0, limit: 100 };
        self.filter.is_empty() && (self.part == Part::ALL || self.part == first)
    }

    fn rows(&self, table: &Table) -> (usize, Vec<Row>) {
        let all = self.filter.rows(&table.face, &table.rows);
        (all.len(), self.part.of(&all).to_vec())
    }
}

/// The rows at one time: what is left of a snapshot once there is a newer one.
#[derive(Debug)]
struct Table {
    version: u64,
    face: Arc<Face>,
    /// As they were last while these were the rows.
    standings: Standings,
    rows: Vec<Row>,
    /// The teams whose row is another than on the table before; None where that does not say all.
    moved: Option<Vec<u32>>,
}

impl Table {
    fn of(snapshot: &Snapshot, version: u64) -> Self {
        Self {
            version,
            face: Arc::clone(&snapshot.face),
            standings: snapshot.standings,
            rows: snapshot.rows.clone(),
            moved: None,
        }
    }

    /// What is the same for every view, beside rows.
    fn same_around(&self, other: &Self) -> bool {
        let (own, its) = (&self.face.definition, &other.face.definition);
        self.standings.phase == other.standings.phase
            && self.standings.frozen_at == other.standings.frozen_at
            && own.window == its.window
            && own.name == its.name
            && own.zone == its.zone
    }

    fn row_differs(&self, row: &Row, other: &Self, its: &Row) -> bool {
        if Arc::ptr_eq(&self.face, &other.face) {
            return row != its;
        }
        let (Some(team), Some(that)) = (self.face.team(row.team), other.face.team(its.team)) else {
            return true;
        };
        let place_aside = Row { team: its.team, ..*row };
        place_aside != *its
            || (&team.slug, team.kind, &team.region, &team.name) != (&that.slug, that.kind, &that.region, &that.name)
    }
}

/// What a view is told of a way from one table to a later one.
enum Way {
    Nothing,
    Change {
        rows: Vec<Row>,
        total: Option<usize>,
        named: bool,
    },
    /// A row has left the view, or a freeze began or ended: a change does not say that.
    Whole,
}

/// The tables that streams were told of, oldest first, the present one last; never empty.
#[derive(Debug)]
pub(super) struct Told {
    tables: Vec<Arc<Table>>,
    /// Numbers up to this one are of a history that is no more.
    lost: i64,
    events: Shelf<(View, u64), (Moment, Bytes)>,
}

impl Told {
    /// `room`: the bytes that a board may keep.
    pub fn first(snapshot: &Snapshot, room: usize) -> Self {
        Self {
            tables: vec![Arc::new(Table::of(snapshot, 1))],
            lost: i64::MIN,
            events: Shelf::of(room / SHARE),
        }
    }

    fn present(&self) -> &Table {
        &self.tables[self.tables.len() - 1]
    }

    pub fn version(&self) -> u64 {
        self.present().version
    }

    /// With the next snapshot. Where that changes nothing that anybody sees, the number stays, and no stream is
    /// woken.
    pub fn next(&self, snapshot: &Snapshot, room: usize) -> Self {
        let before = self.present();
        let mut after = Table::of(snapshot, before.version);
        let moved = moved(before, &after);
        let same = moved.as_ref().is_some_and(Vec::is_empty) && before.same_around(&after);
        let mut tables = self.tables.clone();
        if same {
            after.moved = before.moved.clone().filter(|_| Arc::ptr_eq(&before.face, &after.face));
            tables.pop();
        } else {
            after.version += 1;
            let plain = Arc::ptr_eq(&before.face, &after.face) && before.same_around(&after);
            after.moved = moved.filter(|_| plain);
        }
        tables.push(Arc::new(after));
        let mut rows: usize = tables.iter().map(|table| table.rows.len()).sum();
        let mut past = 0;
        while tables.len() - past > 2 && (tables.len() - past > REMEMBERED || rows > ROWS) {
            rows -= tables[past].rows.len();
            past += 1;
        }
        tables.drain(..past);
        Self {
            tables,
            lost: self.lost,
            events: Shelf::of(room / SHARE),
        }
    }

    /// With a snapshot of another history: everybody gets a snapshot, and the numbers given so far mean nothing.
    pub fn anew(&self, snapshot: &Snapshot, room: usize) -> Self {
        Self {
            tables: vec![Arc::new(Table::of(snapshot, self.version() + 1))],
            lost: self.lost.max(self.present().standings.seq),
            events: Shelf::of(room / SHARE),
        }
    }

    /// The leaderboard as an event: ten thousand who come at once share one.
    pub fn whole(&self, view: &View, snapshot: &Snapshot) -> Bytes {
        let key = (view.clone(), 0);
        if let Some((_, event)) = self.events.get(&key) {
            return event;
        }
        let (total, rows) = view.rows(self.present());
        let standings = &snapshot.standings;
        let data = standings.leaderboard(&self.present().face, total, &rows);
        let event = event("snapshot", standings.seq, &data);
        self.keep(key, snapshot.standings.as_of, &event);
        event
    }

    fn keep(&self, key: (View, u64), at: Moment, event: &Bytes) {
        let words = [&key.0.filter.q, &key.0.filter.region];
        let bytes = words.into_iter().flatten().map(String::len).sum::<usize>() + event.len();
        self.events.keep(key, (at, event.clone()), bytes);
    }

    /// What a stream is told that has the table of this number; None where it sees no difference.
    pub fn since(&self, view: &View, version: u64, snapshot: &Snapshot, now: Moment) -> Option<Bytes> {
        let present = self.present();
        if version == present.version {
            return None;
        }
        let Some(at) = self.tables.iter().position(|table| table.version == version) else {
            return Some(self.whole(view, snapshot));
        };
        if let Some(moved) = present.moved.as_ref().filter(|_| at + 2 == self.tables.len())
            && !moved.iter().any(|team| view.filter.team(&present.face, *team))
        {
            return None;
        }
        let key = (view.clone(), version);
        if let Some((made, event)) = self.events.get(&key)
            && (0..SAME_CLOCK).contains(&(now.millis() - made.millis()))
        {
            return Some(event).filter(|event| !event.is_empty());
        }
        let ends = [
            Arc::clone(&self.tables[at]),
            Arc::clone(&self.tables[self.tables.len() - 1]),
        ];
        let event = match way(view, &ends) {
            Way::Nothing => Bytes::new(),
            Way::Change { rows, total, named } => self.change(&rows, total, named, now),
            Way::Whole => return Some(self.whole(view, snapshot)),
        };
        self.keep(key, now, &event);
        Some(event).filter(|event| !event.is_empty())
    }

    /// What a client missed that comes back; None where that is not known. `seen`: the number of the last event
    /// that it got.
    ///
    /// A change by time alone, or of a name, keeps the number of the one before. So it is told every row that
    /// changed since the first table of its number: rows are absolute, and twice is once.
    pub fn missed(&self, view: &View, seen: i64, now: Moment) -> Option<Bytes> {
        let seq = |at: usize| self.tables[at].standings.seq;
        if seen <= self.lost || seen > self.present().standings.seq || seen < seq(0) {
            return None;
        }
        let later = self.tables.partition_point(|table| table.standings.seq < seen);
        if later == 0 {
            // There may have been other tables of this number before the first that is remembered: every row
            // is told, where anything happened at all.
            if self.tables.len() == 1 {
                return None;
            }
            return match way(view, &self.tables) {
                Way::Whole => None,
                Way::Nothing | Way::Change { .. } => {
                    let (total, rows) = view.rows(self.present());
                    let total = (view.part != Part::ALL).then_some(total);
                    Some(self.change(&rows, total, true, now))
                }
            };
        }
        // One that was told between two tables of ours, by another instance, has seen the one before.
        let first = if seq(later) == seen { later } else { later - 1 };
        match way(view, &self.tables[first..]) {
            Way::Nothing => Some(Bytes::from_static(b": nothing new\n\n")),
            Way::Change { rows, total, named } => Some(self.change(&rows, total, named, now)),
            Way::Whole => None,
        }
    }

    fn change(&self, rows: &[Row], total: Option<usize>, named: bool, now: Moment) -> Bytes {
        let present = self.present();
        let change = Change {
            now,
            rows,
            total,
            name: Some(&present.face.definition.name).filter(|_| named),
        };
        let data = present.standings.change(&present.face, &change);
        event("change", present.standings.seq, &data)
    }
}

/// The teams, by place on the later table, whose row is another than on the earlier one; None where one has left.
fn moved(before: &Table, after: &Table) -> Option<Vec<u32>> {
    let mut known: HashMap<&str, &Row> = by_slug(before, &before.rows);
    let mut moved = Vec::new();
    for row in &after.rows {
        let slug = after.face.team(row.team).map_or("", |team| team.slug.as_str());
        if known.remove(slug).is_none_or(|was| after.row_differs(row, before, was)) {
            moved.push(row.team);
        }
    }
    known.is_empty().then_some(moved)
}

fn by_slug<'a>(table: &'a Table, rows: &'a [Row]) -> HashMap<&'a str, &'a Row> {
    let slug = |row: &Row| table.face.team(row.team).map_or("", |team| team.slug.as_str());
    rows.iter().map(|row| (slug(row), row)).collect()
}

/// What a view is told of the way along these tables. What changed and changed back on the way is told too, rows
/// and how many there are: whoever comes back may have seen it in between.
fn way(view: &View, tables: &[Arc<Table>]) -> Way {
    let (Some(first), Some(last)) = (tables.first(), tables.last()) else {
        return Way::Nothing;
    };
    let mut changed: HashSet<&str> = HashSet::new();
    let mut around = false;
    let mut named = false;
    let mut recounted = false;
    let (mut total, mut rows) = view.rows(first);
    for pair in tables.windows(2) {
        let (before, after) = (&pair[0], &pair[1]);
        if before.standings.frozen_at != after.standings.frozen_at {
            return Way::Whole;
        }
        around |= !before.same_around(after);
        named |= before.face.definition.name != after.face.definition.name;
        let (next_total, next) = view.rows(after);
        recounted |= next_total != total;
        {
            let mut known = by_slug(before, &rows);
            for row in &next {
                let slug = after.face.team(row.team).map_or("", |team| team.slug.as_str());
                if known.remove(slug).is_none_or(|was| after.row_differs(row, before, was)) {
                    changed.insert(slug);
                }
            }
            if !known.is_empty() {
                return Way::Whole;
            }
        }
        (total, rows) = (next_total, next);
    }
    let slug = |row: &Row| last.face.team(row.team).map_or("", |team| team.slug.as_str());
    rows.retain(|row| changed.contains(slug(row)));
    // Where all rows are looked at, they say how many there are.
    let other_total = recounted && view.part != Part::ALL;
    if rows.is_empty() && !around && !other_total {
        return Way::Nothing;
    }
    Way::Change {
        rows,
        total: other_total.then_some(total),
        named,
    }
}

/// One event of a stream. `data`: JSON on one line.
fn event(name: &str, id: i64, data: &[u8]) -> Bytes {
    let mut text = Vec::with_capacity(data.len() + 48);
    text.extend_from_slice(format!("event: {name}\nid: {id}\ndata: ").as_bytes());
    text.extend_from_slice(data);
    text.extend_from_slice(b"\n\n");
    Bytes::from(text)
}

#[cfg(test)]
mod tests;
