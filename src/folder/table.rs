//! TOML with a line for every key: tables and fields that refuse into [`Notes`] what they cannot give.

use super::{
    Problem, Refused, newlines,
    notes::{Notes, near, shown, told},
};
use crate::domain::time::Moment;
use std::ops::RangeInclusive;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// Turns byte offsets into lines.
pub(super) struct Lines(Vec<usize>);

impl Lines {
    pub fn of(text: &str) -> Self {
        Self(text.match_indices('\n').map(|(at, _)| at).collect())
    }

    /// The line, from 1, of the byte at `offset`.
    pub fn line(&self, offset: usize) -> usize {
        1 + self.0.partition_point(|newline| *newline < offset)
    }
}

/// Reads a whole document; `file` is the name that problems bear, `known` its keys at the top.
///
/// Errors: every problem with its line and key; where the text is no TOML, just what is wrong with that.
pub(super) fn document<T>(
    file: &str,
    text: &str,
    known: &[&str],
    whole: impl FnOnce(&Table<'_>) -> Option<T>,
) -> Result<T, Refused> {
    noted(Notes::new(file), text, known, whole).map(|(read, _)| read)
}

/// As [`document`], of a text that was taken before: keys that are not known are passed over, and returned.
pub(super) fn stored_document<T>(
    file: &str,
    text: &str,
    known: &[&str],
    whole: impl FnOnce(&Table<'_>) -> Option<T>,
) -> Result<(T, Vec<Problem>), Refused> {
    noted(Notes::of_stored(file), text, known, whole)
}

fn noted<T>(
    notes: Notes<'_>,
    text: &str,
    known: &[&str],
    whole: impl FnOnce(&Table<'_>) -> Option<T>,
) -> Result<(T, Vec<Problem>), Refused> {
    let lines = Lines::of(text);
    let page = Page {
        notes: &notes,
        lines: &lines,
    };
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let line = error.span().map_or_else(
            // An error without a place is one of the end.
            || 1 + newlines(text.trim_end().as_bytes()),
            |span| lines.line(span.start),
        );
        // The message alone: the error's own print shows the line, which may bear a secret.
        let problem = format!("is not TOML: {}", shown(error.message()));
        notes.refuse(Some(line), None, problem, "write this line as TOML has it");
    }
    let read = errors
        .is_empty()
        .then(|| whole(&Table::top(page, document.get_ref(), known)));
    let passed_over = notes.passed_over();
    notes.settle(read.flatten().map(|read| (read, passed_over)))
}

/// What all tables and fields of one file share.
#[derive(Clone, Copy)]
pub(super) struct Page<'t> {
    pub notes: &'t Notes<'t>,
    pub lines: &'t Lines,
}

/// One table; `None` for the entries where the file leaves the table out, so that what is required in it
/// is missed by name.
pub(super) struct Table<'t> {
    page: Page<'t>,
    /// Dotted, empty at the top.
    path: String,
    line: Option<usize>,
    entries: Option<&'t DeTable<'t>>,
}

/// One value with its key and its place.
pub(super) struct Field<'t> {
    page: Page<'t>,
    pub key: String,
    pub line: usize,
    value: &'t DeValue<'t>,
}

impl<'t> Table<'t> {
    /// The whole document; keys that are not `known` are refused.
    pub fn top(page: Page<'t>, entries: &'t DeTable<'t>, known: &[&str]) -> Self {
        let table = Self {
            page,
            path: String::new(),
            line: None,
            entries: Some(entries),
        };
        table.refuse_unknown(known);
        table
    }

    fn refuse_unknown(&self, known: &[&str]) {
        for (key, _) in self.entries.into_iter().flatten() {
            let name = key.get_ref().as_ref();
            if known.contains(&name) {
                continue;
            }
            let remedy = match near(name, known.iter().copied()) {
                Some(near) => format!("write `{}`", self.dotted(near)),
                None => format!("remove it; known here are {}", known.join(", ")),
            };
            let line = self.page.lines.line(key.span().start);
            let key = self.dotted(&shown(name));
            self.page.notes.unknown(line, &key, remedy);
        }
    }

    fn dotted(&self, key: &str) -> String {
        if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        }
    }

    pub fn get(&self, key: &str) -> Option<Field<'t>> {
        let (key, value) = self.entries?.get_key_value(key)?;
        Some(self.field(key.get_ref(), key.span().start, value))
    }

    fn field(&self, name: &str, start: usize, value: &'t Spanned<DeValue<'t>>) -> Field<'t> {
        Field {
            page: self.page,
            key: self.dotted(name),
            line: self.page.lines.line(start),
            value: value.get_ref(),
        }
    }

    /// Refuses the absence of `key`; `remedy` says what to write.
    pub fn need(&self, key: &str, remedy: &str) -> Option<Field<'t>> {
        let field = self.get(key);
        if field.is_none() {
            let key = self.dotted(key);
            self.page.notes.refuse(self.line, Some(&key), "is missing", remedy);
        }
        field
    }

    /// A table of this one, an empty one where it is absent or no table.
    pub fn table(&self, key: &str, known: &[&str]) -> Table<'t> {
        let field = self.get(key);
        let table = field.as_ref().and_then(|field| field.as_table(known));
        table.unwrap_or_else(|| Table {
            page: self.page,
            path: self.dotted(key),
            line: field.map(|field| field.line),
            entries: None,
        })
    }

    /// The tables of a `[[key]]`; none where it is absent.
    pub fn tables(&self, key: &str, known: &[&str]) -> Vec<Table<'t>> {
        let items = self.get(key).and_then(|field| field.items());
        let items = items.unwrap_or_default();
        items.iter().filter_map(|item| item.as_table(known)).collect()
    }

    /// Every entry, for a table whose keys are the author's own; the field's key ends in the entry's name.
    pub fn entries(&self) -> impl Iterator<Item = (&'t str, Field<'t>)> {
        self.entries.into_iter().flatten().map(|(key, value)| {
            let name: &'t str = key.get_ref().as_ref();
            (
                name,
                self.field(&format!("\"{}\"", shown(name)), key.span().start, value),
            )
        })
    }
}

impl<'t> Field<'t> {
    pub fn refuse(&self, problem: impl Into<String>, remedy: impl Into<String>) {
        let notes = self.page.notes;
        notes.refuse(Some(self.line), Some(&self.key), problem, remedy);
    }

    fn wrong_type(&self, wanted: &str) {
        let found = match self.value {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) => "a whole number",
            DeValue::Float(_) => "a number with a fraction",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a time",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        // The value itself is not shown: it may be a secret.
        self.refuse(format!("is {found}"), format!("write {wanted}"));
    }

    pub fn text(&self) -> Option<&'t str> {
        if let DeValue::String(text) = self.value {
            return Some(text.as_ref());
        }
        self.wrong_type("a string in quotation marks");
        None
    }

    /// A text that `parse` takes; what it says of another one is the problem.
    pub fn parsed<T, E: std::fmt::Display>(&self, parse: impl FnOnce(&str) -> Result<T, E>, remedy: &str) -> Option<T> {
        let text = self.text()?;
        parse(text).map_err(|error| self.refuse(told(error, text), remedy)).ok()
    }

    /// One of a few words, exactly.
    pub fn word<T: Copy>(&self, words: &[(&str, T)]) -> Option<T> {
        let text = self.text()?;
        let found = words.iter().find(|(word, _)| *word == text);
        if found.is_none() {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let problem = format!("`{}` is not one of {}", shown(text), known.join(", "));
            match near(text, known.iter().copied()) {
                Some(near) => self.refuse(problem, format!("write `{near}`")),
                None => self.refuse(problem, "write one of them"),
            }
        }
        found.map(|(_, value)| *value)
    }

    pub fn name(&self) -> Option<String> {
        let text = self.text()?;
        self.page.notes.name(Some(self.line), &self.key, text)
    }

    pub fn boolean(&self) -> Option<bool> {
        if let DeValue::Boolean(value) = self.value {
            return Some(*value);
        }
        self.wrong_type("true or false");
        None
    }

    pub fn integer(&self, bounds: RangeInclusive<i64>) -> Option<i64> {
        let (low, high) = (bounds.start(), bounds.end());
        let DeValue::Integer(integer) = self.value else {
            self.wrong_type(&format!("a whole number from {low} to {high}"));
            return None;
        };
        let value = i64::from_str_radix(integer.as_str(), integer.radix());
        match value {
            Ok(value) if bounds.contains(&value) => Some(value),
            _ => {
                let problem = format!("`{}` is out of bounds", shown(integer.as_str()));
                self.refuse(problem, format!("write a whole number from {low} to {high}"));
                None
            }
        }
    }

    /// An instant: an RFC 3339 string, or TOML's own time with an offset.
    pub fn moment(&self) -> Option<Moment> {
        const REMEDY: &str = "write a date, a time and its offset";
        match self.value {
            DeValue::String(_) => self.parsed(Moment::parse, REMEDY),
            DeValue::Datetime(time) => {
                let text = time.to_string();
                let read = Moment::parse(&text);
                read.map_err(|error| self.refuse(error.to_string(), REMEDY)).ok()
            }
            _ => {
                self.wrong_type("a time such as \"2020-12-14T00:00:00+08:00\"");
                None
            }
        }
    }

    pub fn as_table(&self, known: &[&str]) -> Option<Table<'t>> {
        let table = self.open_table()?;
        table.refuse_unknown(known);
        Some(table)
    }

    /// A table whose keys are the author's own.
    pub fn open_table(&self) -> Option<Table<'t>> {
        let DeValue::Table(entries) = self.value else {
            self.wrong_type("a table");
            return None;
        };
        Some(Table {
            page: self.page,
            path: self.key.clone(),
            line: Some(self.line),
            entries: Some(entries),
        })
    }

    pub fn items(&self) -> Option<Vec<Field<'t>>> {
        let DeValue::Array(items) = self.value else {
            self.wrong_type("a list");
            return None;
        };
        let items = items.iter().map(|item| Field {
            page: self.page,
            key: self.key.clone(),
            line: self.page.lines.line(item.span().start),
            value: item.get_ref(),
        });
        Some(items.collect())
    }

    /// A list of labels, branches or logins. None where any is refused.
    pub fn words(&self) -> Option<Vec<String>> {
        let items = self.items()?;
        let words: Vec<String> = items
            .iter()
            .filter_map(|item| item.exact(item.text()?))
            .map(str::to_owned)
            .collect();
        (words.len() == items.len()).then_some(words)
    }

    /// A text that is compared exactly with what a forge sends: 1 to 255 characters, no space around.
    pub fn exact<'a>(&self, text: &'a str) -> Option<&'a str> {
        const REMEDY: &str = "write it as the forge shows it";
        if text.trim().is_empty() {
            self.refuse("has an empty entry", "remove it or write it out");
        } else if text.trim() != text {
            self.refuse(format!("`{}` has white space around it", shown(text)), REMEDY);
        } else if text.chars().any(char::is_control) {
            self.refuse(format!("`{}` has a control character", shown(text)), REMEDY);
        } else if text.chars().count() > 255 {
            self.refuse(format!("`{}` has over 255 characters", shown(text)), REMEDY);
        } else {
            return Some(text);
        }
        None
    }
}
