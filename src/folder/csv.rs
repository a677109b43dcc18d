//! `teams.csv` and `people.csv`: rows with named columns, and the teams. Contract, section 2.

pub use super::people::{AccountEntry, MembershipLine, PersonEntry, people};

use super::{
    Refused,
    notes::{Notes, both, near, shown, told},
};
use crate::domain::{
    region::Region,
    team::{Kind, Standing, Team},
    text::Slug,
};
use ::csv::{ByteRecord, ReaderBuilder};
use std::collections::{HashMap, hash_map::Entry};

const TEAMS: [&str; 6] = ["team", "kind", "region", "name_en", "name_zh", "capacity"];

const LARGEST_TEAM: u32 = 1_000_000;

/// One team of `teams.csv`, approved, and the line it stands in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TeamLine {
    pub team: Team,
    /// From 1, the header's.
    pub line: usize,
}

/// Reads a `teams.csv`; `file` is the name that problems bear. Columns in any order, in UTF-8 with or
/// without a byte order mark; an empty capacity is no limit, else 1 to 1,000,000.
///
/// Errors: every problem of the header, or every problem of the rows.
pub fn teams(file: &str, bytes: &[u8]) -> Result<Vec<TeamLine>, Refused> {
    let notes = Notes::new(file);
    let mut named: HashMap<Slug, usize> = HashMap::new();
    let mut lines = Vec::new();
    for row in rows(&notes, bytes, &TEAMS) {
        let team = team(&row);
        if let Some(slug) = row.slug("team") {
            match named.entry(slug) {
                Entry::Vacant(place) => {
                    place.insert(row.line);
                }
                Entry::Occupied(first) => {
                    let problem = format!("`{}` is a team already, in line {}", first.key(), first.get());
                    row.refuse("team", problem, "give each team one row and a slug of its own");
                }
            }
        }
        lines.extend(team.map(|team| TeamLine { team, line: row.line }));
    }
    notes.settle(Some(lines))
}

fn team(row: &Row<'_>) -> Option<Team> {
    let slug = row
        .needed("team")
        .and_then(|_| row.parsed("team", Slug::parse, "write another"));
    let kind = row.parsed("kind", Kind::parse, "write one of them");
    let region = row.parsed("region", Region::parse, "write a region's code such as CN-SH");
    let name = both(row.name("name_en"), row.name("name_zh"));
    let capacity = capacity(row);
    Some(Team {
        slug: slug?,
        kind: kind?,
        region: region?,
        name: name?,
        capacity: capacity?,
        standing: Standing::Approved,
    })
}

/// `Some(None)` where it is empty: no limit.
fn capacity(row: &Row<'_>) -> Option<Option<u32>> {
    const REMEDY: &str = "leave it empty for no limit";
    let text = row.get("capacity");
    if text.is_empty() {
        return Some(None);
    }
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    // Digits that do not fit are a large number all the same.
    let count = text.parse::<u32>().unwrap_or(u32::MAX);
    if !digits || count == 0 {
        row.refuse(
            "capacity",
            format!("`{}` is not a whole number from 1 on", shown(text)),
            REMEDY,
        );
        None
    } else if count > LARGEST_TEAM {
        row.refuse("capacity", format!("`{}` is over {LARGEST_TEAM}", shown(text)), REMEDY);
        None
    } else {
        Some(Some(count))
    }
}

/// One row, its cells trimmed and found by the column's name.
pub(super) struct Row<'n> {
    notes: &'n Notes<'n>,
    pub line: usize,
    columns: &'static [&'static str],
    cells: Vec<String>,
}

impl Row<'_> {
    /// The cell of one of the file's columns; empty for a column that the file does not have.
    pub fn get(&self, column: &str) -> &str {
        let at = self.columns.iter().position(|name| *name == column);
        at.and_then(|at| self.cells.get(at)).map_or("", String::as_str)
    }

    pub fn refuse(&self, column: &str, problem: impl Into<String>, remedy: impl Into<String>) {
        self.notes.refuse(Some(self.line), Some(column), problem, remedy);
    }

    /// Refuses an empty cell.
    pub fn needed(&self, column: &str) -> Option<&str> {
        let text = self.get(column);
        if text.is_empty() {
            self.refuse(column, "is empty", "write a slug such as campus-east");
            return None;
        }
        Some(text)
    }

    /// The cell's slug, where it is one; says nothing where it is none.
    pub fn slug(&self, column: &str) -> Option<Slug> {
        Slug::parse(self.get(column)).ok()
    }

    /// What `parse` takes of the cell; what it says of another one is the problem.
    pub fn parsed<T, E: std::fmt::Display>(
        &self,
        column: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
        remedy: &str,
    ) -> Option<T> {
        let text = self.get(column);
        parse(text)
            .map_err(|error| self.refuse(column, told(error, text), remedy))
            .ok()
    }

    pub fn name(&self, column: &str) -> Option<String> {
        self.notes.name(Some(self.line), column, self.get(column))
    }
}

/// The rows below the header that can be read as text in the expected columns; what cannot is refused.
/// None where the header is wrong, since every row would then be. Rows with nothing in them are passed over.
pub(super) fn rows<'n>(notes: &'n Notes<'n>, bytes: &[u8], columns: &'static [&'static str]) -> Vec<Row<'n>> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    // Lengths are checked here and not by the reader, so that one bad row does not hide the next.
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(bytes);
    let mut lines = LineCount { bytes, at: 0, line: 1 };
    let mut record = ByteRecord::new();
    let mut order: Option<Vec<usize>> = None;
    let mut rows = Vec::new();
    // Reading from memory fails on nothing: unequal lengths are allowed, and bytes are not yet text.
    while reader.read_byte_record(&mut record).unwrap_or(false) {
        let start = record.position().map_or(0, |position| position.byte());
        let line = lines.of(usize::try_from(start).unwrap_or(0));
        let Some(cells) = cells(notes, line, &record, order.as_ref().map(|_| columns)) else {
            if order.is_none() {
                return rows;
            }
            continue;
        };
        match &order {
            None => match header(notes, line, &cells, columns) {
                Some(found) => order = Some(found),
                None => return rows,
            },
            Some(_) if cells.iter().all(String::is_empty) => {}
            Some(order) if cells.len() != order.len() => {
                let problem = format!("has {} fields where the header has {}", cells.len(), order.len());
                let remedy = "write as many, with quotation marks around one that has a comma in it";
                notes.refuse(Some(line), None, problem, remedy);
            }
            Some(order) => {
                let cells = order.iter().map(|at| cells.get(*at).cloned().unwrap_or_default());
                rows.push(Row {
                    notes,
                    line,
                    columns,
                    cells: cells.collect(),
                });
            }
        }
    }
    if order.is_none() {
        let remedy = format!("write the header {}", columns.join(","));
        notes.refuse(Some(1), None, "is empty", remedy);
    }
    rows
}

/// The trimmed texts of one record.
fn cells(notes: &Notes<'_>, line: usize, record: &ByteRecord, columns: Option<&[&str]>) -> Option<Vec<String>> {
    let mut cells = Vec::with_capacity(record.len());
    for field in record {
        let Ok(text) = std::str::from_utf8(field) else {
            let what = if columns.is_some() {
                "is not UTF-8"
            } else {
                "has a header that is not UTF-8"
            };
            let remedy = "save the file as UTF-8 (spreadsheets call it \"CSV UTF-8\")";
            notes.refuse(Some(line), None, what, remedy);
            return None;
        };
        let text = text.trim();
        // No column has room for two lines: a quotation mark was opened and not closed.
        if text.contains(['\n', '\r']) {
            let problem = format!("`{}` runs over the end of its line", shown(text));
            notes.refuse(Some(line), None, problem, "close its quotation mark");
            return None;
        }
        cells.push(text.to_owned());
    }
    Some(cells)
}

/// Where each of `columns` stands in the header.
fn header(notes: &Notes<'_>, line: usize, cells: &[String], columns: &[&str]) -> Option<Vec<usize>> {
    let expected = format!("the header is {}", columns.join(","));
    if let [one] = cells
        && one.contains([';', '\t'])
    {
        let remedy = format!("separate by commas; {expected}");
        notes.refuse(Some(line), None, "has no commas in its header", remedy);
        return None;
    }
    for (at, cell) in cells.iter().enumerate() {
        let cell = cell.as_str();
        let key = shown(cell);
        let refuse = |problem: &str, remedy: String| notes.refuse(Some(line), Some(&key), problem, remedy);
        if cell.is_empty() {
            let problem = format!("has no name in column {}", at + 1);
            notes.refuse(Some(line), None, problem, format!("remove the column; {expected}"));
            continue;
        }
        if !columns.contains(&cell) {
            let remedy = match near(cell, columns.iter().copied()) {
                Some(near) => format!("write `{near}`"),
                None => format!("remove the column; {expected}"),
            };
            refuse("is an unknown column", remedy);
        } else if cells.iter().take(at).any(|before| before == cell) {
            refuse("is a column already", "remove one of the two".to_owned());
        }
    }
    let find = |column: &&str| {
        let at = cells.iter().position(|cell| cell == column);
        if at.is_none() {
            let remedy = format!("add it; {expected}");
            notes.refuse(Some(line), Some(column), "is a missing column", remedy);
        }
        at
    };
    let order: Vec<_> = columns.iter().map(find).collect();
    let order: Option<Vec<usize>> = order.into_iter().collect();
    order.filter(|_| notes.is_empty())
}

/// Counts lines up to a record's first byte. The reader's own count stands before the empty lines that it
/// passes over.
struct LineCount<'b> {
    bytes: &'b [u8],
    at: usize,
    line: usize,
}

impl LineCount<'_> {
    /// `start`: where the reader began to look, not before the last one.
    fn of(&mut self, start: usize) -> usize {
        while let Some(byte) = self.bytes.get(self.at) {
            if self.at >= start && !matches!(byte, b'\n' | b'\r') {
                break;
            }
            let ends = match byte {
                b'\n' => true,
                b'\r' => self.bytes.get(self.at + 1) != Some(&b'\n'),
                _ => false,
            };
            self.line += usize::from(ends);
            self.at += 1;
        }
        self.line
    }
}
