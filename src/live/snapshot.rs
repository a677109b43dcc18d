//! A snapshot: the leaderboard at one seq, immutable, and every look at it.

use super::{
    Face, RenderedSet,
    words::{Growth, Words},
};
use crate::domain::{
    competition::{Phase, Window},
    level::Ladder,
    rank::{Figures, rank},
    team::Kind,
    text::{Lang, Name},
    time::Moment,
};
use crate::store::FeedEntry;
use serde::{Serialize, Serializer, ser::SerializeMap};
use std::sync::Arc;

/// A team's line. `team` is its place in the face.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Row {
    pub rank: u32,
    pub previous_rank: Option<u32>,
    pub team: u32,
    pub figures: Figures,
}

/// A person's line. `person` is its place in the face.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PeopleRow {
    pub rank: u32,
    pub previous_rank: Option<u32>,
    pub person: u32,
    pub figures: Figures,
    /// Accepted fixes over the whole instance: what the code's prefix says.
    pub level_fixes: u32,
}

/// What a leaderboard says of itself, whatever its rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Standings {
    pub phase: Phase,
    /// The last moment at which this leaderboard changed, or the `at` that was asked for.
    pub as_of: Moment,
    pub seq: i64,
    /// Since when merges are hidden, while they are.
    pub frozen_at: Option<Moment>,
}

/// The teams' leaderboard at one seq, with every form of it that somebody asked for and with the words that it
/// was made of: whoever has one can look at it in every way, and no lock is in it that a writer takes.
#[derive(Debug)]
pub struct Snapshot {
    pub face: Arc<Face>,
    pub standings: Standings,
    /// By rank.
    pub rows: Vec<Row>,
    /// The last changes of points, newest first.
    pub feed: Arc<Vec<FeedEntry>>,
    pub rendered: RenderedSet,
    pub(super) words: Arc<Words>,
}

/// The people's leaderboard that belongs to one snapshot.
#[derive(Debug)]
pub struct People {
    pub face: Arc<Face>,
    pub standings: Standings,
    pub rows: Vec<PeopleRow>,
    pub rendered: RenderedSet,
}

impl Snapshot {
    /// The rows that a filter lets through.
    pub fn filtered(&self, filter: &Filter) -> Vec<Row> {
        filter.rows(&self.face, &self.rows)
    }

    pub fn row_of(&self, team: u32) -> Option<Row> {
        self.rows.iter().find(|row| row.team == team).copied()
    }

    /// The leaderboard with only what was merged at or before `at`, as it is decided today.
    pub fn at(&self, at: Moment) -> Snapshot {
        Snapshot {
            face: Arc::clone(&self.face),
            standings: Standings {
                as_of: at,
                ..self.standings
            },
            rows: self.words.teams_at(at),
            feed: Arc::default(),
            rendered: RenderedSet::of(0),
            words: Arc::clone(&self.words),
        }
    }

    /// The people's leaderboard. `levels`: the accepted pulls of each person over every board; None: only what
    /// this one counts.
    pub(super) fn people(&self, levels: Option<&[u32]>) -> People {
        let mut rows = self.words.people(None, self.standings.as_of);
        for row in levels.map_or(&mut [][..], |_| &mut rows) {
            let counted = levels.and_then(|levels| levels.get(row.person as usize));
            row.level_fixes = counted.copied().unwrap_or(row.figures.fixes);
        }
        self.with_people(rows, self.standings.as_of)
    }

    /// The people with only what was merged at or before `at`, and the levels that they had by it here.
    pub fn people_at(&self, at: Moment) -> People {
        self.with_people(self.words.people(Some(at), at), at)
    }

    fn with_people(&self, rows: Vec<PeopleRow>, as_of: Moment) -> People {
        People {
            face: Arc::clone(&self.face),
            standings: Standings {
                as_of,
                ..self.standings
            },
            rows,
            rendered: RenderedSet::of(self.rendered.room()),
        }
    }

    /// The points over time of these teams, by place in the face.
    pub fn team_growth(&self, teams: &[u32]) -> Vec<Growth> {
        teams.iter().map(|team| self.words.team_growth(*team)).collect()
    }

    /// A person's own lines in each team that they scored for, and the figures of everybody in a team.
    pub fn members(&self, team: u32) -> Vec<(u32, Figures)> {
        self.words.members(team)
    }
}

/// Which part of the rows, after the filter.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Part {
    pub offset: usize,
    pub limit: usize,
}

impl Part {
    pub const ALL: Part = Part {
        offset: 0,
        limit: usize::MAX,
    };

    pub fn of<'a, T>(&self, rows: &'a [T]) -> &'a [T] {
        let start = self.offset.min(rows.len());
        let end = start.saturating_add(self.limit).min(rows.len());
        &rows[start..end]
    }
}

/// Which rows. Ranks are counted within it.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Filter {
    pub kind: Option<Kind>,
    /// Upper case, such as `CN-SH`; `CN` finds all of China.
    pub region: Option<String>,
    /// Folded; found in a name or a slug.
    pub q: Option<String>,
}

/// The ranks that the rows of a filter had before, to count them within it.
struct Before(Vec<u32>);

impl Before {
    fn of(ranks: impl Iterator<Item = Option<u32>>) -> Self {
        let mut ranks: Vec<u32> = ranks.flatten().collect();
        ranks.sort_unstable();
        Self(ranks)
    }

    /// Equal lines shared a rank before as well, so the rank within is one more than how many were better.
    fn within(&self, rank: Option<u32>) -> Option<u32> {
        rank.map(|own| self.0.partition_point(|better| *better < own) as u32 + 1)
    }
}

impl Filter {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it lets this team through.
    pub(super) fn team(&self, face: &Face, place: u32) -> bool {
        let Some(team) = face.team(place) else {
            return false;
        };
        let region = |wanted: &String| {
            let own = team.region.as_str();
            own == wanted || (own.starts_with(wanted.as_str()) && own[wanted.len()..].starts_with('-'))
        };
        self.kind.is_none_or(|kind| kind == team.kind)
            && self.region.as_ref().is_none_or(region)
            && self.q.as_ref().is_none_or(|q| team.is_named(q))
    }

    fn person(&self, face: &Face, place: u32) -> bool {
        let Some(person) = face.person(place) else {
            return false;
        };
        let named = |q: &String| {
            let names = [person.slug.as_str(), &person.name];
            names.iter().any(|name| name.to_lowercase().contains(q.as_str()))
        };
        // Who types a team's name looks for its people.
        let of_team = Filter {
            q: None,
            ..self.clone()
        };
        let team = || person.team.is_some_and(|team| of_team.team(face, team));
        let by_team = || person.team.is_some_and(|team| self.team(face, team));
        (of_team.is_empty() || team()) && (self.q.as_ref().is_none_or(named) || by_team())
    }

    /// The rows that it lets through, with ranks counted within it, now and before.
    pub fn rows(&self, face: &Face, rows: &[Row]) -> Vec<Row> {
        if self.is_empty() {
            return rows.to_vec();
        }
        let mut kept: Vec<Row> = rows.iter().filter(|row| self.team(face, row.team)).copied().collect();
        let slug = |row: &Row| face.team(row.team).map_or("", |team| team.slug.as_str());
        let ranked = rank(&kept, |row| row.figures, slug);
        let before = Before::of(kept.iter().map(|row| row.previous_rank));
        kept = ranked.into_iter().map(|(rank, at)| Row { rank, ..kept[at] }).collect();
        for row in &mut kept {
            row.previous_rank = before.within(row.previous_rank);
        }
        kept
    }

    pub fn people(&self, face: &Face, rows: &[PeopleRow]) -> Vec<PeopleRow> {
        if self.is_empty() {
            return rows.to_vec();
        }
        let kept: Vec<PeopleRow> = rows
            .iter()
            .filter(|row| self.person(face, row.person))
            .copied()
            .collect();
        let slug = |row: &PeopleRow| face.person(row.person).map_or("", |person| person.slug.as_str());
        let ranked = rank(&kept, |row| row.figures, slug);
        let before = Before::of(kept.iter().map(|row| row.previous_rank));
        let mut kept: Vec<PeopleRow> = ranked
            .into_iter()
            .map(|(rank, at)| PeopleRow { rank, ..kept[at] })
            .collect();
        for row in &mut kept {
            row.previous_rank = before.within(row.previous_rank);
        }
        kept
    }
}

/// A row as JSON. Contract, section 6.
pub struct RowJson<'a> {
    pub face: &'a Face,
    pub row: Row,
}

#[derive(Serialize)]
struct TeamJson<'a> {
    slug: &'a str,
    kind: Kind,
    region: &'a str,
    name: &'a crate::domain::text::Name,
}

impl Face {
    fn team_json(&self, place: Option<u32>) -> Option<TeamJson<'_>> {
        let team = self.team(place?)?;
        Some(TeamJson {
            slug: team.slug.as_str(),
            kind: team.kind,
            region: team.region.as_str(),
            name: &team.name,
        })
    }
}

fn figures<M: SerializeMap>(map: &mut M, figures: &Figures) -> Result<(), M::Error> {
    map.serialize_entry("points", &figures.points)?;
    map.serialize_entry("fixes", &figures.fixes)?;
    map.serialize_entry("pending", &figures.pending)?;
    map.serialize_entry("contributors", &figures.contributors)?;
    map.serialize_entry("reached_at", &figures.reached_at)
}

impl Serialize for RowJson<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("rank", &self.row.rank)?;
        map.serialize_entry("previous_rank", &self.row.previous_rank)?;
        map.serialize_entry("team", &self.face.team_json(Some(self.row.team)))?;
        figures(&mut map, &self.row.figures)?;
        map.end()
    }
}

struct PeopleRowJson<'a> {
    face: &'a Face,
    ladder: &'a Ladder,
    row: PeopleRow,
}

#[derive(Serialize)]
struct PersonJson<'a> {
    slug: &'a str,
    name: &'a str,
    code: String,
}

impl Serialize for PeopleRowJson<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let person = self.face.person(self.row.person);
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("rank", &self.row.rank)?;
        map.serialize_entry("previous_rank", &self.row.previous_rank)?;
        let card = person.map(|person| PersonJson {
            slug: person.slug.as_str(),
            name: &person.name,
            code: self.ladder.code(person.number, self.row.level_fixes),
        });
        map.serialize_entry("person", &card)?;
        map.serialize_entry("team", &self.face.team_json(person.and_then(|person| person.team)))?;
        figures(&mut map, &self.row.figures)?;
        map.end()
    }
}

/// A competition's window, as JSON has it everywhere.
#[derive(Clone, Copy, Serialize)]
pub struct WindowJson {
    opens_at: Moment,
    closes_at: Moment,
    merge_until: Moment,
    freeze_at: Option<Moment>,
}

impl WindowJson {
    pub fn of(window: &Window) -> Self {
        Self {
            opens_at: window.opens_at,
            closes_at: window.closes_at,
            merge_until: window.merge_end(),
            freeze_at: window.freeze_at,
        }
    }
}

/// What a `change` event says beside its standings.
pub(super) struct Change<'a> {
    /// The clock of whoever tells it.
    pub now: Moment,
    pub rows: &'a [Row],
    /// Where it is another than before, and the rows alone do not say it.
    pub total: Option<usize>,
    /// The competition's, where it is another than before.
    pub name: Option<&'a Name>,
}

/// The leaderboard JSON of the contract, section 6.
#[derive(Serialize)]
struct LeaderboardJson<'a, R> {
    competition: &'a str,
    phase: Phase,
    as_of: Moment,
    seq: i64,
    frozen_at: Option<Moment>,
    total: usize,
    rows: Vec<R>,
}

impl Standings {
    fn json<R: Serialize>(&self, face: &Face, total: usize, rows: Vec<R>) -> Vec<u8> {
        let board = LeaderboardJson {
            competition: face.slug().as_str(),
            phase: self.phase,
            as_of: self.as_of,
            seq: self.seq,
            frozen_at: self.frozen_at,
            total,
            rows,
        };
        serde_json::to_vec(&board).unwrap_or_default()
    }

    /// `rows` of `total`, as JSON.
    pub fn leaderboard(&self, face: &Face, total: usize, rows: &[Row]) -> Vec<u8> {
        let rows: Vec<RowJson<'_>> = rows.iter().map(|row| RowJson { face, row: *row }).collect();
        self.json(face, total, rows)
    }

    pub fn people(&self, face: &Face, ladder: &Ladder, total: usize, rows: &[PeopleRow]) -> Vec<u8> {
        let rows = rows
            .iter()
            .map(|row| PeopleRowJson {
                face,
                ladder,
                row: *row,
            })
            .collect::<Vec<_>>();
        self.json(face, total, rows)
    }

    /// The data of a `change` event. Contract, section 6.
    pub(super) fn change(&self, face: &Face, change: &Change<'_>) -> Vec<u8> {
        #[derive(Serialize)]
        struct Data<'a> {
            seq: i64,
            as_of: Moment,
            now: Moment,
            phase: Phase,
            window: WindowJson,
            rows: Vec<RowJson<'a>>,
            #[serde(skip_serializing_if = "Option::is_none")]
            total: Option<usize>,
            #[serde(skip_serializing_if = "Option::is_none")]
            name: Option<&'a Name>,
        }
        let data = Data {
            seq: self.seq,
            as_of: self.as_of,
            now: change.now,
            phase: self.phase,
            window: WindowJson::of(&face.definition.window),
            rows: change.rows.iter().map(|row| RowJson { face, row: *row }).collect(),
            total: change.total,
            name: change.name,
        };
        serde_json::to_vec(&data).unwrap_or_default()
    }

    /// The rows as CSV, with names in `lang`; cells that a spreadsheet would run are neutralised.
    pub fn csv(face: &Face, rows: &[Row], lang: Lang) -> Vec<u8> {
        let mut out = csv::Writer::from_writer(Vec::new());
        let head = [
            "rank",
            "previous_rank",
            "team",
            "kind",
            "region",
            "name",
            "points",
            "fixes",
            "pending",
            "contributors",
            "reached_at",
        ];
        let mut done = out.write_record(head);
        for row in rows {
            let Some(team) = face.team(row.team) else { continue };
            let figures = &row.figures;
            done = done.and_then(|()| {
                out.write_record([
                    row.rank.to_string(),
                    row.previous_rank.map(|rank| rank.to_string()).unwrap_or_default(),
                    team.slug.to_string(),
                    team.kind.as_str().to_owned(),
                    team.region.as_str().to_owned(),
                    plain_cell(team.name.of(lang)),
                    figures.points.to_string(),
                    figures.fixes.to_string(),
                    figures.pending.to_string(),
                    figures.contributors.to_string(),
                    figures.reached_at.map(|at| at.to_string()).unwrap_or_default(),
                ])
            });
        }
        // Writing into memory fails only on rows of uneven length, and these are all as long as the head.
        done.ok().and_then(|()| out.into_inner().ok()).unwrap_or_default()
    }

    /// The people's rows as CSV.
    pub fn people_csv(face: &Face, ladder: &Ladder, rows: &[PeopleRow]) -> Vec<u8> {
        let mut out = csv::Writer::from_writer(Vec::new());
        let head = [
            "rank",
            "previous_rank",
            "person",
            "name",
            "code",
            "team",
            "points",
            "fixes",
            "pending",
            "contributors",
            "reached_at",
        ];
        let mut done = out.write_record(head);
        for row in rows {
            let Some(person) = face.person(row.person) else {
                continue;
            };
            let figures = &row.figures;
            let team = person.team.and_then(|team| face.team(team));
            done = done.and_then(|()| {
                out.write_record([
                    row.rank.to_string(),
                    row.previous_rank.map(|rank| rank.to_string()).unwrap_or_default(),
                    person.slug.to_string(),
                    plain_cell(&person.name),
                    ladder.code(person.number, row.level_fixes),
                    team.map(|team| team.slug.to_string()).unwrap_or_default(),
                    figures.points.to_string(),
                    figures.fixes.to_string(),
                    figures.pending.to_string(),
                    figures.contributors.to_string(),
                    figures.reached_at.map(|at| at.to_string()).unwrap_or_default(),
                ])
            });
        }
        done.ok().and_then(|()| out.into_inner().ok()).unwrap_or_default()
    }
}

/// A text that no spreadsheet takes for a formula: one that begins as a formula would gets an apostrophe before
/// it. The full-width signs are ones to a spreadsheet of East Asia.
pub fn plain_cell(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}
