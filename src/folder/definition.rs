//! `competition.toml`: the one text that becomes a [`Definition`]. Contract, section 2.
//!
//! A key that is absent has the default that its reader names here; one that is wrong is refused, never
//! replaced by the default.

use super::{
    Problem, Refused,
    notes::{both, near, shown},
    repositories::repositories,
    sources::{self, sources},
    table::{Field, Table, document, stored_document},
};
use crate::domain::{
    competition::{Definition, NoSignal, Review, Rules, Scoring, Seal, Window},
    forge::Forge,
    text::{Slug, folded},
    time::Span,
};
use chrono_tz::{TZ_VARIANTS, Tz};
use regex::{Regex, RegexBuilder};

const TOP: [&str; 10] = [
    "slug",
    "name",
    "time_zone",
    "review",
    "window",
    "repository",
    "rules",
    "scoring",
    "source",
    "result",
];
const WINDOW: [&str; 4] = ["opens_at", "closes_at", "merge_grace", "freeze_at"];
const RULES: [&str; 9] = [
    "bugfix_labels",
    "bugfix_title",
    "bugfix_command",
    "no_signal",
    "required_labels",
    "forbidden_labels",
    "bots",
    "merged_labels",
    "min_changed_lines",
];
const SCORING: [&str; 4] = ["base", "labels", "first_fix_bonus", "daily_limit"];

/// Points of one fix stay within this, either way.
const POINTS: i64 = 1_000_000;
const MOST_CHANGED_LINES: i64 = 1_000_000;
const MOST_DAILY: i64 = 100_000;
/// Bytes of a compiled title pattern: one of a few words takes some thousands.
const PATTERN_SIZE: usize = 1 << 20;

/// Reads a `competition.toml`; `file` is the name that problems bear.
///
/// Required: slug, name.en, name.zh, time_zone, window.opens_at, window.closes_at, and at least one
/// `[[repository]]` with forge and path. `[result]` with `revealed_at` and `finalized_at` is the
/// definition's seal. Times are RFC 3339 strings or TOML's own with an offset.
///
/// Errors: every problem with its line and key; where the text is no TOML, just what is wrong with that.
pub fn read(file: &str, text: &str) -> Result<Definition, Refused> {
    document(file, text, &TOP, whole)
}

/// Reads a definition that was taken before, maybe by another version: what of it this one does not know is passed
/// over, and returned. New text is read by [`read`], which refuses that.
///
/// Errors: what is known and wrong.
pub fn read_stored(file: &str, text: &str) -> Result<(Definition, Vec<Problem>), Refused> {
    stored_document(file, text, &TOP, whole)
}

/// The sources that a text names, whatever else is wrong with it; None where it is no TOML.
pub fn source_names(text: &str) -> Option<Vec<(Forge, Slug)>> {
    let document: toml::Table = text.parse().ok()?;
    let sources = document.get("source").and_then(toml::Value::as_array);
    let name = |source: &toml::Value| {
        let word = |key| source.get(key).and_then(toml::Value::as_str);
        Some((Forge::parse(word("forge")?).ok()?, Slug::parse(word("name")?).ok()?))
    };
    Some(sources.into_iter().flatten().filter_map(name).collect())
}

fn whole(top: &Table<'_>) -> Option<Definition> {
    let slug = top
        .need("slug", "write a short word for the competition's addresses")
        .and_then(|field| field.parsed(Slug::parse, "write another"));
    let names = top.table("name", &["en", "zh"]);
    let language = |key, remedy| names.need(key, remedy).and_then(|field: Field<'_>| field.name());
    let name = both(
        language("en", "write the name in English"),
        language("zh", "write the name in Chinese"),
    );
    let zone = top
        .need("time_zone", "write an IANA name such as \"Asia/Shanghai\"")
        .and_then(|field| zone(&field));
    let review = top.get("review").map_or(Some(Review::Exceptions), |field| {
        field.word(&[("exceptions", Review::Exceptions), ("every", Review::Every)])
    });
    let window = window(&top.table("window", &WINDOW));
    let repositories = repositories(top);
    let rules = rules(&top.table("rules", &RULES));
    let scoring = scoring(&top.table("scoring", &SCORING));
    let sources = sources(top.tables("source", &sources::KEYS));
    let result = top.table("result", &["revealed_at", "finalized_at"]);
    let moment = |key| result.get(key).and_then(|field: Field<'_>| field.moment());
    let seal = Seal {
        revealed_at: moment("revealed_at"),
        finalized_at: moment("finalized_at"),
    };
    Some(Definition {
        slug: slug?,
        name: name?,
        zone: zone?,
        review: review?,
        window: window?,
        repositories: repositories?,
        rules: rules?,
        scoring: scoring?,
        sources: sources?,
        seal,
    })
}

fn zone(field: &Field<'_>) -> Option<Tz> {
    let text = field.text()?;
    let found = TZ_VARIANTS.into_iter().find(|zone| zone.name() == text);
    if found.is_none() {
        let remedy = match nearest_zone(text) {
            Some(near) => format!("write `{near}`"),
            None => "write an IANA name such as `Asia/Shanghai`".to_owned(),
        };
        field.refuse(format!("`{}` is not a time zone", shown(text)), remedy);
    }
    found
}

/// The zone that `text` nearly spells, or whose last part it is: `Asia/Shangai`, `China/Shanghai`.
fn nearest_zone(text: &str) -> Option<&'static str> {
    let names = || TZ_VARIANTS.iter().map(|zone| zone.name());
    let city = |name: &'static str| name.rsplit('/').next().unwrap_or(name);
    near(text, names()).or_else(|| {
        let place = text.rsplit('/').next()?.trim().replace(' ', "_");
        match place.to_lowercase().as_str() {
            // IANA keeps one name a zone of history, and China's is not its capital.
            "beijing" | "peking" => Some("Asia/Shanghai"),
            _ => names().find(|name| city(name).eq_ignore_ascii_case(&place)),
        }
    })
}

fn window(table: &Table<'_>) -> Option<Window> {
    const EXAMPLE: &str = "write a time such as \"2020-12-14T00:00:00+08:00\"";
    let opens_at = table.need("opens_at", EXAMPLE).and_then(|field| field.moment());
    let closing = table.need("closes_at", EXAMPLE);
    let closes_at = closing.as_ref().and_then(|field| field.moment());
    let merge_grace = table.get("merge_grace").map_or(Some(Span::default()), |field| {
        field.parsed(Span::parse, "write 0d for none")
    });
    let freezing = table.get("freeze_at");
    let freeze_at = freezing.as_ref().and_then(|field| field.moment());
    if let (Some(field), Some(opens), Some(closes)) = (&closing, opens_at, closes_at)
        && closes <= opens
    {
        let problem = format!("{closes} is not after window.opens_at, {opens}");
        field.refuse(
            problem,
            "write the end, exclusive, of the time in which pulls are opened",
        );
    } else if let (Some(field), Some(opens), Some(closes), Some(freeze)) = (&freezing, opens_at, closes_at, freeze_at)
        && !(opens..=closes).contains(&freeze)
    {
        let problem = format!("{freeze} is outside the window, {opens} to {closes}");
        field.refuse(problem, "write a time inside it, or leave it out for no freeze");
    }
    Some(Window {
        opens_at: opens_at?,
        closes_at: closes_at?,
        merge_grace: merge_grace?,
        freeze_at,
    })
}

/// Absent: the lists empty, no title pattern, no command, `no_signal = "ask"`, 1 changed line.
fn rules(table: &Table<'_>) -> Option<Rules> {
    let words = |key| table.get(key).map_or(Some(Vec::new()), |field| field.words());
    let (bugfix_labels, required_labels) = (words("bugfix_labels"), words("required_labels"));
    let forbidden_labels = words("forbidden_labels");
    let merged_labels = words("merged_labels");
    let bots = words("bots").map(|bots| bots.iter().map(|login| folded(login)).collect());
    let no_signal = table.get("no_signal").map_or(Some(NoSignal::Ask), |field| {
        field.word(&[("ask", NoSignal::Ask), ("fail", NoSignal::Fail)])
    });
    let bugfix_title = table.get("bugfix_title").map_or(Some(None), |field| pattern(&field));
    let bugfix_command = table.get("bugfix_command").map_or(Some(None), |field| command(&field));
    let min_changed_lines = table
        .get("min_changed_lines")
        .map_or(Some(1), |field| field.integer(0..=MOST_CHANGED_LINES));
    Some(Rules {
        bugfix_labels: bugfix_labels?,
        bugfix_title: bugfix_title?,
        bugfix_command: bugfix_command?,
        no_signal: no_signal?,
        required_labels: required_labels?,
        forbidden_labels: forbidden_labels?,
        bots: bots?,
        merged_labels: merged_labels?,
        min_changed_lines: min_changed_lines?.unsigned_abs(),
    })
}

/// `Some(None)` for an empty string: the host wants no title pattern.
fn pattern(field: &Field<'_>) -> Option<Option<Regex>> {
    let text = field.text()?;
    if text.is_empty() {
        return Some(None);
    }
    let built = RegexBuilder::new(text).size_limit(PATTERN_SIZE).build();
    built.map(Some).map_err(|error| refuse_pattern(field, &error)).ok()
}

fn refuse_pattern(field: &Field<'_>, error: &regex::Error) {
    let told = error.to_string();
    // The parser draws the place over several lines and says what it is in the last.
    let said = told.lines().last().unwrap_or_default().trim();
    let said = said.strip_prefix("error: ").unwrap_or(said).trim_end_matches('.');
    let remedy = match error {
        regex::Error::CompiledTooBig(_) => "write a shorter one, with smaller repetitions",
        _ => "write a pattern of the Rust regex crate, or \"\" for none",
    };
    field.refuse(format!("is not a regular expression: {}", shown(said)), remedy);
}

/// `Some(None)` for an empty string: the host wants no command.
fn command(field: &Field<'_>) -> Option<Option<String>> {
    let text = field.text()?.trim();
    if text.is_empty() {
        Some(None)
    } else {
        field.exact(text).map(|command| Some(command.to_owned()))
    }
}

/// Absent: 1 point a fix, no labels, no bonus, no limit.
fn scoring(table: &Table<'_>) -> Option<Scoring> {
    let integer = |key, absent, bounds| table.get(key).map_or(Some(absent), |field| field.integer(bounds));
    let base = integer("base", 1, -POINTS..=POINTS);
    let first_fix_bonus = integer("first_fix_bonus", 0, -POINTS..=POINTS);
    let daily_limit = integer("daily_limit", 0, 0..=MOST_DAILY);
    let labels = table
        .get("labels")
        .map_or(Some(Vec::new()), |field| label_points(&field));
    Some(Scoring {
        base: base?,
        labels: labels?,
        first_fix_bonus: first_fix_bonus?,
        daily_limit: u32::try_from(daily_limit?).ok()?,
    })
}

fn label_points(field: &Field<'_>) -> Option<Vec<(String, i64)>> {
    let table = field.open_table()?;
    let points = |(label, field): (&str, Field<'_>)| {
        let label = field.exact(label);
        let points = field.integer(-POINTS..=POINTS);
        Some((label?.to_owned(), points?))
    };
    // All are read before any absence counts, so that the problems of all are said.
    let read: Vec<_> = table.entries().map(points).collect();
    read.into_iter().collect()
}
