//! Everything that another definition would move, and the button that applies it.

use super::{Sheet, Words, reason_field, sheet};
use crate::{
    app::{Counted, DryRun, MovedLine, MovedSubmission},
    web::{
        pages::{
            form::{Typed, refused},
            parts::{pull_key, stamp, written},
            view::{Event, PullRef, Shell},
        },
        words::host::and_more,
    },
};
use maud::{Markup, html};
use serde_json::Value;

/// Rows of each table that are shown at a time.
pub const SHOWN: usize = 100;

pub struct DryRunPage<'a> {
    pub shell: Shell<'a>,
    pub event: Event<'a>,
    pub found: &'a DryRun,
    /// The whole text, its secrets masked.
    pub text: &'a str,
    pub mark: &'a str,
    /// The first submission that is shown.
    pub offset: usize,
    pub typed: Typed<'a>,
}

pub fn dry_run(page: &DryRunPage<'_>) -> Markup {
    let (shell, event, found) = (&page.shell, &page.event, page.found);
    let w = Words::of(shell.lang);
    let to = |rest: &str| shell.href(&event.path(rest), &[]);
    let same = found.was.is_empty() && found.became.is_empty();
    let still = found.submissions.is_empty() && found.teams.is_empty() && found.people.is_empty();
    let body = html! {
        form.stack method="post" action=(to("/host/definition")) {
            input type="hidden" name="text" value=(page.text);
            input type="hidden" name="made_from" value=(page.mark);
            input type="hidden" name="as" value="file";
            section.card.form aria-labelledby="sum" {
                h2 #sum { @if still { (w.nothing_moves) } @else { (w.would_move) } }
                @if !still {
                    dl.tiles {
                        @for (count, word) in [
                            (found.statuses, w.moved_statuses), (found.points, w.moved_points), (found.ranks, w.moved_ranks),
                        ] { div { dt { (word) } dd { (count) } } }
                    }
                }
                @if same { p { (w.same_text) } }
                (refused(shell, &page.typed))
                (reason_field(shell, &page.typed, "reason", true))
                p { small { (w.apply_means) } }
                div.acts {
                    button type="submit" { (w.apply) }
                    button.quiet-button type="submit" name="edit" value="again" formnovalidate { (w.edit_again) }
                }
            }
            @if !same { (keys(page)) }
            (lines(page, w.moved_teams, (&found.teams, found.moved.teams), "/teams/"))
            (lines(page, w.moved_people, (&found.people, found.moved.people), "/people/"))
            (submissions(page, &to("/host/dry-run")))
        }
    };
    sheet(
        shell,
        Sheet {
            title: w.dry_title,
            lead: w.dry_lead,
            event: Some(event),
            admin: true,
            path: event.path("/host/dry-run"),
            done: false,
            body,
        },
    )
}

/// A value of a definition or of the audit log, as a line.
pub(super) fn value(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "–".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(items)) => items
            .iter()
            .map(|item| self::value(Some(item)))
            .collect::<Vec<_>>()
            .join(", "),
        Some(other) => other.to_string(),
    }
}

fn keys(page: &DryRunPage<'_>) -> Markup {
    let w = Words::of(page.shell.lang);
    let found = page.found;
    let mut names: Vec<&String> = found.was.keys().chain(found.became.keys()).collect();
    names.sort();
    names.dedup();
    html! {
        div.card { table.list.flow {
            caption { (w.changed_keys) }
            thead { tr { th scope="col" { (w.key) } th scope="col" { (w.from) } th scope="col" { (w.to) } } }
            tbody { @for name in names { tr {
                th scope="row" { code { (written(name)) } }
                td { (written(&value(found.was.get(name)))) }
                td { (written(&value(found.became.get(name)))) }
            } } }
        } }
    }
}

/// `3 → 1`; the same figure once.
fn arrow(from: i64, to: i64) -> Markup {
    html! {
        @if from == to { (to) }
        @else { (from) " " span aria-hidden="true" { "→" } span.sr { ", " } " " strong { (to) } }
    }
}

/// `count`: of all that move; of the first some there are lines.
fn lines(page: &DryRunPage<'_>, caption: &str, (moved, count): (&[MovedLine], usize), path: &str) -> Markup {
    let (shell, event) = (&page.shell, &page.event);
    let w = Words::of(shell.lang);
    html! {
        @if !moved.is_empty() {
            div.card { table.list {
                caption { (caption) " (" (count) ")" }
                thead { tr {
                    th scope="col" { (caption) }
                    th.num scope="col" { (w.rank) }
                    th.num scope="col" { (w.points) }
                } }
                tbody { @for line in moved.iter().take(SHOWN) { tr {
                    th scope="row" {
                        a href=(shell.href(&event.path(&format!("{path}{}", line.slug)), &[])) {
                            (written(line.name.of(shell.lang)))
                        }
                    }
                    td.num { (arrow(i64::from(line.from.rank), i64::from(line.to.rank))) }
                    td.num { (arrow(line.from.points, line.to.points)) }
                } } }
            } }
            @if count > SHOWN { p.quiet { (and_more(shell.lang, count - SHOWN)) } }
        }
    }
}

fn submissions(page: &DryRunPage<'_>, again: &str) -> Markup {
    let shell = &page.shell;
    let (w, words) = (Words::of(shell.lang), shell.words());
    let moved = &page.found.submissions;
    let offset = page.offset.min(moved.len());
    let end = (offset + SHOWN).min(moved.len());
    html! {
        @if !moved.is_empty() {
            div.card { table.list {
                caption { (w.moved_submissions) " (" (page.found.moved.submissions) ")" }
                thead { tr {
                    th scope="col" { (words.fix) }
                    th scope="col" { (words.status) }
                    th.num scope="col" { (w.points) }
                } }
                tbody { @for row in &moved[offset..end] { (submission(page, row)) } }
            } }
            @if end == moved.len() && page.found.moved.submissions > end {
                p.quiet { (and_more(shell.lang, page.found.moved.submissions - end)) }
            }
            @if moved.len() > SHOWN {
                nav.pages aria-label=(words.pages) {
                    @if offset > 0 {
                        button.quiet-button type="submit" formaction=(again) formnovalidate name="offset"
                            value=(offset.saturating_sub(SHOWN)) { "← " (words.page_before) }
                    }
                    span { (words.rows_of(offset as u64 + 1, end as u64, moved.len() as u64)) }
                    @if end < moved.len() {
                        button.quiet-button type="submit" formaction=(again) formnovalidate name="offset" value=(end) {
                            (words.page_after) " →"
                        }
                    }
                }
            }
        }
    }
}

fn submission(page: &DryRunPage<'_>, moved: &MovedSubmission) -> Markup {
    let shell = &page.shell;
    let w = Words::of(shell.lang);
    let pull = PullRef {
        forge: &moved.forge,
        repository: &moved.repository,
        number: moved.number,
    };
    let status = |side: &Option<Counted>| match side {
        Some(counted) => stamp(shell, counted.status, false),
        None => html! { span.quiet { (w.out) } },
    };
    let same = |of: fn(&Counted) -> String| moved.from.as_ref().map(of) == moved.to.as_ref().map(of);
    let points = |side: &Option<Counted>| side.as_ref().map_or(0, |counted| counted.points);
    let team = |side: &Option<Counted>| side.as_ref().and_then(|counted| counted.team.clone());
    html! {
        tr {
            th.fix scope="row" {
                @match moved.id {
                    Some(id) => a.title href=(shell.href(&format!("/submissions/{}", id.0), &[])) { (written(&moved.title)) },
                    None => (written(&moved.title)),
                }
                small {
                    (pull_key(&pull))
                    @if team(&moved.from) != team(&moved.to) {
                        " · " (written(team(&moved.from).as_deref().unwrap_or("–"))) " → "
                        (written(team(&moved.to).as_deref().unwrap_or("–")))
                    }
                }
            }
            td {
                div.turns {
                    @if same(|counted| counted.status.as_str().to_owned()) { (status(&moved.to)) }
                    @else { (status(&moved.from)) span aria-hidden="true" { "→" } span.sr { ", " } (status(&moved.to)) }
                }
            }
            td.num { (arrow(points(&moved.from), points(&moved.to))) }
        }
    }
}
