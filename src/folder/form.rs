//! `competition.toml` as the fields of a form, and back: what a field changes is written into the text, and the
//! rest of it, comments too, stays as it stands.
//!
//! Nothing is judged here. What is no number or no time is written as it was typed, and
//! [`definition::read`](super::definition::read) says what is wrong with it, with line and key, as of any file.

use crate::domain::time::Moment;
use chrono::{NaiveDateTime, SecondsFormat, TimeZone};
use chrono_tz::Tz;
use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, TableLike, Value, value};

/// What a field holds, and how it is written in the file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    Text,
    /// A whole number.
    Number,
    /// `2020-12-28T10:00` on the competition's clock.
    Time,
    /// One a line.
    Words,
    /// `label = points`, one a line.
    Points,
    /// `forge:owner/name`, one a line; branches and mirrors stay the file's.
    Repositories,
    /// `forge:name`, one a line; secrets stay the file's.
    Sources,
}

/// A field of the form: its name there, and its key in the file, dotted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FieldOf {
    pub name: &'static str,
    pub key: &'static str,
    pub shape: Shape,
}

const fn of(name: &'static str, key: &'static str, shape: Shape) -> FieldOf {
    FieldOf { name, key, shape }
}

/// Every field, in the order in which they are written.
pub const FIELDS: [FieldOf; 22] = [
    of("slug", "slug", Shape::Text),
    of("name_en", "name.en", Shape::Text),
    of("name_zh", "name.zh", Shape::Text),
    of("time_zone", "time_zone", Shape::Text),
    of("review", "review", Shape::Text),
    of("opens_at", "window.opens_at", Shape::Time),
    of("closes_at", "window.closes_at", Shape::Time),
    of("merge_grace", "window.merge_grace", Shape::Text),
    of("freeze_at", "window.freeze_at", Shape::Time),
    of("repositories", "repository", Shape::Repositories),
    of("bugfix_labels", "rules.bugfix_labels", Shape::Words),
    of("bugfix_title", "rules.bugfix_title", Shape::Text),
    of("bugfix_command", "rules.bugfix_command", Shape::Text),
    of("no_signal", "rules.no_signal", Shape::Text),
    of("required_labels", "rules.required_labels", Shape::Words),
    of("forbidden_labels", "rules.forbidden_labels", Shape::Words),
    of("bots", "rules.bots", Shape::Words),
    of("base", "scoring.base", Shape::Number),
    of("labels", "scoring.labels", Shape::Points),
    of("first_fix_bonus", "scoring.first_fix_bonus", Shape::Number),
    of("daily_limit", "scoring.daily_limit", Shape::Number),
    of("sources", "source", Shape::Sources),
];

/// The field that a problem of the validator is of: `scoring.labels."x"` is of `labels`.
pub fn field_of(key: &str) -> Option<&'static str> {
    let own = |field: &&FieldOf| {
        key.strip_prefix(field.key)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    FIELDS.iter().find(own).map(|field| field.name)
}

/// What a new competition begins as.
pub const NEW: &str = include_str!("new.toml");

fn parse(text: &str) -> Option<DocumentMut> {
    text.parse().ok()
}

fn item<'d>(document: &'d DocumentMut, key: &str) -> Option<&'d Item> {
    let mut parts = key.split('.');
    let mut item = document.get(parts.next()?)?;
    for part in parts {
        item = item.as_table_like()?.get(part)?;
    }
    Some(item)
}

fn zone(document: &DocumentMut) -> Tz {
    let name = item(document, "time_zone").and_then(Item::as_str);
    name.and_then(|name| name.parse().ok()).unwrap_or(Tz::UTC)
}

/// The text of every field, in their order; None where the text is no TOML, and only the file can be edited.
pub fn fields(text: &str) -> Option<Vec<(&'static str, String)>> {
    let document = parse(text)?;
    let zone = zone(&document);
    let shown = |field: &FieldOf| {
        let item = item(&document, field.key);
        (
            field.name,
            item.map_or_else(String::new, |item| show(item, field.shape, zone)),
        )
    };
    Some(FIELDS.iter().map(shown).collect())
}

fn show(item: &Item, shape: Shape, zone: Tz) -> String {
    match shape {
        Shape::Text | Shape::Number => plain(item),
        Shape::Time => {
            let text = plain(item);
            match Moment::parse(&text) {
                Ok(at) => local(at, zone),
                Err(_) => text,
            }
        }
        Shape::Words => {
            let words = item.as_array().into_iter().flatten();
            words.map(plain_value).collect::<Vec<_>>().join("\n")
        }
        Shape::Points => {
            let labels = item.as_table_like().into_iter().flat_map(|table| table.iter());
            let line = |(label, points): (&str, &Item)| format!("{label} = {}", plain(points));
            labels.map(line).collect::<Vec<_>>().join("\n")
        }
        Shape::Repositories => lines_of(item, "path"),
        Shape::Sources => lines_of(item, "name"),
    }
}

fn plain(item: &Item) -> String {
    item.as_value().map_or_else(String::new, plain_value)
}

fn plain_value(value: &Value) -> String {
    match value {
        Value::String(text) => text.value().clone(),
        Value::Integer(number) => number.value().to_string(),
        Value::Float(number) => number.value().to_string(),
        Value::Boolean(truth) => truth.value().to_string(),
        Value::Datetime(at) => at.value().to_string(),
        Value::Array(_) | Value::InlineTable(_) => value.to_string(),
    }
}

fn local(at: Moment, zone: Tz) -> String {
    let at = at.utc().with_timezone(&zone).naive_local();
    let form = if at.and_utc().timestamp() % 60 == 0 {
        "%Y-%m-%dT%H:%M"
    } else {
        "%Y-%m-%dT%H:%M:%S"
    };
    at.format(form).to_string()
}

fn instant(text: &str, zone: Tz) -> String {
    let read = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
    // An hour that the clock leaps over is no instant; the validator says so of what was typed.
    match read.and_then(|naive| zone.from_local_datetime(&naive).earliest()) {
        Some(at) => at.to_rfc3339_opts(SecondsFormat::Secs, false),
        None => text.to_owned(),
    }
}

/// The tables of a `[[repository]]` or `[[source]]`, however they are written.
fn tables(item: &Item) -> Vec<&dyn TableLike> {
    match item {
        Item::ArrayOfTables(tables) => tables.iter().map(|table| table as &dyn TableLike).collect(),
        Item::Value(Value::Array(items)) => {
            let table = |item| match item {
                &Value::InlineTable(ref table) => Some(table as &dyn TableLike),
                _ => None,
            };
            items.iter().filter_map(table).collect()
        }
        Item::None | Item::Value(_) | Item::Table(_) => Vec::new(),
    }
}

fn name_of(table: &dyn TableLike, name: &str) -> String {
    let text = |key| table.get(key).and_then(Item::as_str).unwrap_or("");
    format!("{}:{}", text("forge"), text(name))
}

fn lines_of(item: &Item, name: &str) -> String {
    let lines = tables(item).into_iter().map(|table| name_of(table, name));
    lines.collect::<Vec<_>>().join("\n")
}

/// The lines of a field that say something.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

/// The text with what fields say written into it. `typed`: a field's text; None where it was not sent, and then
/// it stays. A field that says what stood there already changes nothing, not even how it is written.
pub fn written<'v>(text: &str, typed: impl Fn(&str) -> Option<&'v str>) -> Option<String> {
    let mut document = parse(text)?;
    let before = fields(text)?;
    let was = zone(&document);
    for (field, (_, before)) in FIELDS.iter().zip(&before) {
        let Some(typed) = typed(field.name) else { continue };
        // A browser ends lines with CR LF.
        let typed = typed.replace("\r\n", "\n");
        let typed = typed.trim();
        // With another zone the same hour is another instant.
        let moves = field.shape == Shape::Time && zone(&document) != was && !typed.is_empty();
        if typed != before.trim() || moves {
            write(&mut document, *field, typed);
        }
    }
    Some(document.to_string())
}

fn write(document: &mut DocumentMut, field: FieldOf, typed: &str) {
    let zone = zone(document);
    let new = match field.shape {
        Shape::Repositories => return write_tables(document, "repository", "path", typed),
        Shape::Sources => return write_tables(document, "source", "name", typed),
        _ if typed.is_empty() => None,
        Shape::Text => Some(Value::from(typed)),
        Shape::Number => Some(number(typed)),
        Shape::Time => Some(Value::from(instant(typed, zone))),
        Shape::Words => Some(Value::Array(lines(typed).collect::<Array>())),
        Shape::Points => Some(Value::InlineTable(points(typed))),
    };
    let mut table: &mut dyn TableLike = document.as_table_mut();
    let (path, key) = field.key.rsplit_once('.').unwrap_or(("", field.key));
    for part in path.split('.').filter(|part| !part.is_empty()) {
        if table.get(part).is_none_or(|item| item.as_table_like().is_none()) {
            table.insert(part, Item::Table(Table::new()));
        }
        match table.get_mut(part).and_then(Item::as_table_like_mut) {
            Some(inner) => table = inner,
            None => return,
        }
    }
    match (new, table.get_mut(key)) {
        (None, _) => {
            table.remove(key);
        }
        // What stands around a value, such as a comment behind it, stays.
        (Some(mut new), Some(Item::Value(old))) => {
            *new.decor_mut() = old.decor().clone();
            *old = new;
        }
        (Some(new), _) => {
            table.insert(key, value(new));
        }
    }
}

fn number(text: &str) -> Value {
    text.parse::<i64>().map_or_else(|_| Value::from(text), Value::from)
}

fn points(text: &str) -> InlineTable {
    let mut labels = InlineTable::new();
    for line in lines(text) {
        let (label, points) = line.rsplit_once('=').unwrap_or((line, ""));
        labels.insert(label.trim(), number(points.trim()));
    }
    labels
}

/// Keeps the tables that are still named, in the order in which they are named, and adds the new ones.
fn write_tables(document: &mut DocumentMut, key: &str, name: &str, typed: &str) {
    let known: Vec<Table> = match document.get(key) {
        Some(Item::ArrayOfTables(tables)) => tables.iter().cloned().collect(),
        Some(item) => tables(item)
            .into_iter()
            .map(|table| table.iter().map(|(key, item)| (key.to_owned(), item.clone())).collect())
            .collect(),
        None => Vec::new(),
    };
    let mut all = ArrayOfTables::new();
    for line in lines(typed) {
        let table = known.iter().find(|table| name_of(*table, name) == line).cloned();
        all.push(table.unwrap_or_else(|| {
            let (forge, named) = line.split_once(':').unwrap_or(("", line));
            let mut table = Table::new();
            table.decor_mut().set_prefix("\n");
            table.insert("forge", value(forge.trim()));
            table.insert(name, value(named.trim()));
            table
        }));
    }
    if all.is_empty() {
        document.remove(key);
    } else {
        document.insert(key, Item::ArrayOfTables(all));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folder::definition;

    const TEXT: &str = r#"# The sprint.
slug = "sprint" # never changes
name = { en = "Sprint", zh = "冲刺" }
time_zone = "Asia/Shanghai"

[window]
opens_at = 2026-03-01T00:00:00+08:00 # the first
closes_at = "2026-03-14T16:00:00Z"

[[repository]] # the core
forge = "gitee"
path = "kiln/core"
branches = ["master"]

[[repository]]
forge = "github"
path = "kiln/docs"

[scoring]
base = 1 # a point a fix
labels = { "priority/critical" = 5, x = 2 }

[[source]]
name = "kiln"
forge = "gitee"
secrets = ["literal:one"]
"#;

    fn with(changes: &[(&str, &str)]) -> String {
        let shown = fields(TEXT).unwrap();
        written(TEXT, |name| {
            let new = changes.iter().find(|(own, _)| *own == name).map(|(_, new)| *new);
            new.or_else(|| shown.iter().find(|(own, _)| *own == name).map(|(_, old)| old.as_str()))
        })
        .unwrap()
    }

    #[test]
    fn a_form_that_nobody_changed_writes_the_very_text() {
        assert_eq!(with(&[]), TEXT);
    }

    #[test]
    fn a_field_changes_its_value_and_nothing_around_it() {
        let rows: [(&str, &str, &str, &str); 7] = [
            ("base", "3", "base = 1 # a", "base = 3 # a"),
            (
                "opens_at",
                "2026-03-02T08:30",
                "2026-03-01T00:00:00+08:00 #",
                "\"2026-03-02T08:30:00+08:00\" #",
            ),
            ("name_zh", "春", "zh = \"冲刺\"", "zh = \"春\""),
            ("labels", "x = 4", "{ \"priority/critical\" = 5, x = 2 }", "{ x = 4 }"),
            ("base", "many", "base = 1", "base = \"many\""),
            ("bots", "a-bot\r\nb-bot\r\n", "", "bots = [\"a-bot\", \"b-bot\"]"),
            ("merge_grace", "7d", "", "merge_grace = \"7d\""),
        ];
        for (field, typed, from, to) in rows {
            let text = with(&[(field, typed)]);
            assert!(text.contains(to), "{field}: {text}");
            if !from.is_empty() {
                assert_eq!(text, TEXT.replacen(from, to, 1), "{field}");
            }
            assert!(text.contains("# The sprint.") && text.contains("# the core"));
        }
    }

    #[test]
    fn another_zone_moves_the_hours_that_are_shown() {
        let text = with(&[("time_zone", "Europe/Berlin")]);
        let read = definition::read("c.toml", &text).unwrap();
        assert_eq!(
            read.window.opens_at,
            Moment::parse("2026-03-01T00:00:00+01:00").unwrap()
        );
    }

    #[test]
    fn repositories_and_sources_keep_what_a_form_does_not_show() {
        let text = with(&[
            ("repositories", "github:kiln/new\ngitee:kiln/core"),
            ("sources", "gitee:kiln\ngithub:oven"),
        ]);
        let read = definition::read("c.toml", &text).unwrap();
        let seen: Vec<_> = read
            .repositories
            .iter()
            .map(|r| (r.path.to_string(), r.branches.len()))
            .collect();
        assert_eq!(
            seen,
            [("kiln/new".to_owned(), 0), ("kiln/core".to_owned(), 1)],
            "{text}"
        );
        let secrets: Vec<_> = read
            .sources
            .iter()
            .map(|s| (s.name.to_string(), s.secrets.len()))
            .collect();
        assert_eq!(secrets, [("kiln".to_owned(), 1), ("oven".to_owned(), 0)], "{text}");
    }

    #[test]
    fn what_a_new_competition_begins_as_is_a_definition_but_for_its_names_and_times() {
        let filled = [
            ("slug", "new"),
            ("name_en", "New"),
            ("name_zh", "新"),
            ("time_zone", "UTC"),
            ("opens_at", "2026-03-01T00:00"),
            ("closes_at", "2026-03-02T00:00"),
            ("repositories", "github:kiln/core"),
        ];
        let text = written(NEW, |name| {
            filled.iter().find(|(own, _)| *own == name).map(|(_, new)| *new)
        })
        .unwrap();
        let read = definition::read("c.toml", &text).unwrap_or_else(|refused| panic!("{refused}\n{text}"));
        assert_eq!((read.slug.as_str(), read.scoring.base), ("new", 1));
        assert!(definition::read("c.toml", NEW).is_err());
    }

    #[test]
    fn a_problem_knows_its_field() {
        assert_eq!(field_of("scoring.labels.\"x\""), Some("labels"));
        assert_eq!(field_of("window.opens_at"), Some("opens_at"));
        assert_eq!(field_of("repository.path"), Some("repositories"));
        assert_eq!(field_of("rules.min_changed_lines"), None);
    }
}
