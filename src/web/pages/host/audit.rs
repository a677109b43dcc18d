//! The audit log: who did what, when, why, from what to what. Newest first.

use super::{Sheet, Words, dry_run::value, sheet};
use crate::{
    store::AuditEntry,
    web::{
        pages::{
            parts::{empty, written},
            view::{Event, Shell},
            when,
        },
        words::host::said_act,
    },
};
use chrono_tz::Tz;
use maud::{Markup, html};
use serde_json::{Map, Value};

pub struct AuditPage<'a> {
    pub shell: Shell<'a>,
    /// None: the whole instance.
    pub event: Option<Event<'a>>,
    pub admin: bool,
    pub entries: &'a [AuditEntry],
    pub act: &'a str,
    pub who: &'a str,
    /// A page of newer entries can be asked for.
    pub later: bool,
    /// The number before which older entries are.
    pub older: Option<i64>,
}

pub fn audit(page: &AuditPage<'_>) -> Markup {
    let shell = &page.shell;
    let (w, words) = (Words::of(shell.lang), shell.words());
    let path = page
        .event
        .as_ref()
        .map_or_else(|| "/host/audit".into(), |event| event.path("/host/audit"));
    let pairs = [("act", page.act), ("who", page.who)];
    let filtered = !page.act.is_empty() || !page.who.is_empty();
    let body = html! {
        div.filters { form.find method="get" action=(path) role="search" {
            @if shell.lang_in_url { input type="hidden" name="lang" value=(shell.lang.code()); }
            input type="search" name="act" value=(page.act) placeholder=(w.act_begins) aria-label=(w.act_begins) maxlength="60";
            input type="search" name="who" value=(page.who) placeholder=(w.login) aria-label=(w.login) maxlength="64";
            button type="submit" { (words.find) }
        } }
        @if page.entries.is_empty() {
            div.card {
                @if filtered { (empty(w.no_entries_match, words.no_match_do, Some((&shell.href(&path, &[]), words.show_all)))) }
                @else { (empty(w.no_entries, w.no_entries_do, None)) }
            }
        } @else {
            ol.card.log { @for entry in page.entries { (item(page, entry)) } }
        }
        @let older = page.older.map(|id| id.to_string());
        @if page.later || older.is_some() {
            nav.pages aria-label=(words.pages) {
                @if page.later { a rel="prev" href=(shell.href(&path, &pairs)) { "← " (w.newest) } }
                @if let Some(older) = &older {
                    a rel="next" href=(shell.href(&path, &[pairs[0], pairs[1], ("before", older)])) { (w.older) " →" }
                }
            }
        }
    };
    sheet(
        shell,
        Sheet {
            title: w.audit,
            lead: w.audit_lead,
            event: page.event.as_ref(),
            admin: page.admin,
            path,
            done: false,
            body,
        },
    )
}

fn item(page: &AuditPage<'_>, entry: &AuditEntry) -> Markup {
    let shell = &page.shell;
    let w = Words::of(shell.lang);
    let zone = page.event.as_ref().map_or(Tz::UTC, |event| event.zone);
    html! {
        li {
            p {
                strong { @match &entry.login { Some(login) => (written(login)), None => (w.command_line) } }
                " "
                @match said_act(shell.lang, &entry.act) { Some(said) => (said), None => (written(&entry.act)) }
                " " code { (written(&entry.subject)) }
            }
            small {
                (when::both_clocks(shell, zone, entry.at)) " · " code { (entry.act) }
                @if let Some(competition) = entry.competition.as_ref().filter(|_| page.event.is_none()) {
                    " · " a href=(shell.href(&format!("/competitions/{competition}/host"), &[])) { (competition) }
                }
                @if let Some(team) = &entry.team { " · " (written(team)) }
            }
            @if let Some(reason) = &entry.reason { p.reason { (written(reason)) } }
            (changes(shell, entry))
        }
    }
}

fn keys(text: Option<&str>) -> Map<String, Value> {
    match text.map(serde_json::from_str::<Value>) {
        Some(Ok(Value::Object(keys))) => keys,
        Some(Ok(other)) => Map::from_iter([(String::new(), other)]),
        Some(Err(_)) | None => Map::new(),
    }
}

/// What was and became, key by key.
fn changes(shell: &Shell<'_>, entry: &AuditEntry) -> Markup {
    let w = Words::of(shell.lang);
    let (was, became) = (keys(entry.was.as_deref()), keys(entry.became.as_deref()));
    let mut names: Vec<&String> = was.keys().chain(became.keys()).collect();
    names.sort();
    names.dedup();
    names.retain(|name| was.get(*name) != became.get(*name));
    let many = names.len() > 8;
    let table = html! {
        table.changes {
            caption.sr { (w.before) ", " (w.after) }
            thead.sr { tr { th scope="col" { (w.key) } th scope="col" { (w.before) } th scope="col" { (w.after) } } }
            tbody { @for name in &names { tr {
                th scope="row" { (written(name)) }
                td { (written(&value(was.get(*name)))) }
                td { span aria-hidden="true" { "→ " } (written(&value(became.get(*name)))) }
            } } }
        }
    };
    html! {
        @if many { details { summary { (w.before) " → " (w.after) " (" (names.len()) ")" } (table) } }
        @else if !names.is_empty() { (table) }
    }
}
