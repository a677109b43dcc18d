//! Pieces that several pages are made of.

use super::{
    shell::Tab,
    view::{Event, Filter, Paging, PersonRef, PullRef, Shell, SubmissionRow, TeamRef, Turn},
    when,
};
use crate::domain::{competition::Phase, evaluate::Status, forge::ForgeHost, region::Region, team::Kind};
use crate::web::words::Words;
use maud::{Markup, html};

/// Text that people wrote: escaped by maud, and kept from turning the line around it.
pub(super) fn written(text: &str) -> Markup {
    html! { bdi { (text) } }
}

/// A sentence of a check, in which what stands between backticks is set as code. A backtick too many stays
/// a backtick.
pub(super) fn evidence(text: &str) -> Markup {
    let parts: Vec<&str> = text.split('`').collect();
    let paired = parts.len() % 2 == 1;
    html! {
        bdi {
            @if paired {
                @for (at, part) in parts.iter().enumerate() {
                    @if at % 2 == 1 { code { (part) } } @else { (part) }
                }
            } @else { (text) }
        }
    }
}

pub(super) fn team_link(shell: &Shell<'_>, event: &Event<'_>, team: &TeamRef<'_>) -> Markup {
    let path = event.path(&format!("/teams/{}", team.slug));
    html! { a href=(shell.href(&path, &[])) { (written(team.name.of(shell.lang))) } }
}

pub(super) fn person_link(shell: &Shell<'_>, event: &Event<'_>, person: &PersonRef<'_>) -> Markup {
    let path = event.path(&format!("/people/{}", person.slug));
    html! { a href=(shell.href(&path, &[])) { (written(person.name)) } }
}

/// `Gitee mindspore/mindspore !9981`; the path may break anywhere on a phone.
pub(super) fn pull_key(pull: &PullRef<'_>) -> Markup {
    html! { span.pull { (pull.forge.title()) " " (written(pull.repository)) " " (pull.forge.sign()) (pull.number) } }
}

pub(super) fn phase_pill(shell: &Shell<'_>, event: &Event<'_>) -> Markup {
    let w = shell.words();
    let word = match event.phase {
        Phase::Scheduled => w.phase_scheduled,
        Phase::Open => w.phase_open,
        Phase::Frozen => w.phase_frozen,
        Phase::Review => w.phase_review,
        Phase::Final => w.phase_final,
    };
    html! { span.pill.{ "phase-" (event.phase.as_str()) } { (word) } }
}

/// The big countdown to the next turn, with both clocks; absent once nothing more happens by itself.
pub(super) fn clock(shell: &Shell<'_>, event: &Event<'_>) -> Markup {
    let w = shell.words();
    let Some(turn) = event.turn(shell.now) else {
        return html! {};
    };
    // The key is the window's in JSON, by which a live stream moves the countdown.
    let (word, key) = match turn {
        Turn::Opens(_) => (w.turn_opens, "opens_at"),
        Turn::Closes(_) => (w.turn_closes, "closes_at"),
        Turn::GraceEnds(_) => (w.turn_grace_ends, "merge_until"),
    };
    let left = turn.at().millis() - shell.now.millis();
    html! {
        div.clock {
            p.turn { (word) }
            p.digits role="timer" data-until=(turn.at()) data-turn=(key) { (when::countdown(shell, left)) }
            p.when { (when::both_clocks(shell, event.zone, turn.at())) }
        }
    }
}

/// What is hidden, since when, until when; absent where nothing is.
pub(super) fn freeze_banner(shell: &Shell<'_>, event: &Event<'_>) -> Markup {
    let w = shell.words();
    html! {
        @if let Some(frozen) = event.frozen_at {
            @if event.uncovered {
                div.banner role="note" {
                    strong { (w.uncovered_title) }
                    p { (w.uncovered_since) " " (when::both_clocks(shell, event.zone, frozen)) " " (w.uncovered_what) }
                }
            } @else { div.banner role="note" {
                strong { (w.freeze_title) }
                p { (w.freeze_since) " " (when::both_clocks(shell, event.zone, frozen)) " " (w.freeze_what) }
            } }
        }
    }
}

pub(super) fn kind_word(w: &Words, kind: Kind) -> &'static str {
    match kind {
        Kind::City => w.kind_city,
        Kind::University => w.kind_university,
        Kind::Enterprise => w.kind_enterprise,
    }
}

/// Movement since 24 h ago: an arrow for eyes, words for screen readers.
pub(super) fn movement(shell: &Shell<'_>, rank: u32, previous: Option<u32>) -> Markup {
    let w = shell.words();
    let (class, sign, words) = match previous {
        None => ("new", w.new_short.to_owned(), w.moved_new.to_owned()),
        Some(before) if before > rank => ("up", format!("▲{}", before - rank), w.moved(w.moved_up, before - rank)),
        Some(before) if before < rank => (
            "down",
            format!("▼{}", rank - before),
            w.moved(w.moved_down, rank - before),
        ),
        Some(_) => ("same", "–".to_owned(), w.moved_not.to_owned()),
    };
    html! { span.move.(class) data-f="move" { span aria-hidden="true" { (sign) } span.sr { (words) } } }
}

/// The filters of a board: kinds as links, region and search in a form that needs no script.
pub(super) fn filters(
    shell: &Shell<'_>,
    event: &Event<'_>,
    tab: Tab,
    filter: &Filter<'_>,
    regions: &[Region],
) -> Markup {
    let w = shell.words();
    let (path, what) = match tab {
        Tab::People => (event.path("/people"), w.find_person),
        Tab::Board | Tab::Rules | Tab::Why => (event.path(""), w.find_team),
    };
    let kinds = [
        (None, w.all_kinds),
        (Some(Kind::City), w.cities),
        (Some(Kind::University), w.universities),
        (Some(Kind::Enterprise), w.enterprises),
    ];
    html! {
        div.filters {
            nav.chips aria-label=(w.filter_by_kind) {
                @for (kind, word) in kinds {
                    a href=(shell.href(&path, &filter.pairs(kind)))
                        aria-current=[(kind == filter.kind).then_some("true")] { (word) }
                }
            }
            form.find method="get" action=(path) role="search" {
                @if let Some(kind) = filter.kind { input type="hidden" name="kind" value=(kind.as_str()); }
                @if shell.lang_in_url { input type="hidden" name="lang" value=(shell.lang.code()); }
                select #region name="region" aria-label=(w.region) {
                    option value="" { (w.all_regions) }
                    @for region in regions {
                        option value=(region.as_str()) selected[filter.region == Some(region.as_str())] {
                            (region.name(shell.lang))
                        }
                    }
                }
                input type="search" name="q" value=(filter.q) placeholder=(what) aria-label=(what) maxlength="100";
                button type="submit" { (w.find) }
            }
        }
    }
}

/// Links to the rows before and after; absent where all are shown.
pub(super) fn pages(shell: &Shell<'_>, path: &str, query: &[(&str, &str)], paging: &Paging) -> Markup {
    let w = shell.words();
    let limit = paging.limit.max(1);
    if paging.total <= limit && paging.offset == 0 {
        return html! {};
    }
    let to = |offset: u64| {
        let offset = if offset == 0 { String::new() } else { offset.to_string() };
        let mut pairs = query.to_vec();
        pairs.push(("offset", &offset));
        shell.href(path, &pairs)
    };
    let end = (paging.offset + limit).min(paging.total);
    html! {
        nav.pages aria-label=(w.pages) {
            @if paging.offset > 0 {
                a rel="prev" href=(to(paging.offset.saturating_sub(limit))) { "← " (w.page_before) }
            }
            span { (w.rows_of((paging.offset + 1).min(end), end, paging.total)) }
            @if end < paging.total { a rel="next" href=(to(end)) { (w.page_after) " →" } }
        }
    }
}

pub fn status_word(w: &Words, status: Status) -> &'static str {
    match status {
        Status::Accepted => w.status_accepted,
        Status::Review => w.status_review,
        Status::Waiting => w.status_waiting,
        Status::Rejected => w.status_rejected,
    }
}

/// The status as a stamp: sign and word, colour is the third. `held`: by the freeze, which outdoes the status.
pub(super) fn stamp(shell: &Shell<'_>, status: Status, held: bool) -> Markup {
    let w = shell.words();
    if held {
        return html! { span.stamp.held { span aria-hidden="true" { "❄ " } (w.status_held) } };
    }
    let sign = match status {
        Status::Accepted => "✓",
        Status::Review => "?",
        Status::Waiting => "…",
        Status::Rejected => "✕",
    };
    html! {
        span.stamp.(status.as_str()) { span aria-hidden="true" { (sign) " " } (status_word(w, status)) }
    }
}

/// Submissions of a team or a person, newest first as given, with the reason where one is not accepted.
pub(super) fn submissions(shell: &Shell<'_>, event: &Event<'_>, rows: &[SubmissionRow<'_>]) -> Markup {
    let w = shell.words();
    html! {
        div.card { table.list {
            caption { (w.submissions) }
            thead { tr {
                th scope="col" { (w.fix) }
                th.mid scope="col" { (w.status) }
                th.num scope="col" { (w.points) }
            } }
            tbody { @for row in rows { (submission_row(shell, event, row)) } }
        } }
    }
}

fn submission_row(shell: &Shell<'_>, event: &Event<'_>, row: &SubmissionRow<'_>) -> Markup {
    let w = shell.words();
    let reason = row
        .reason
        .as_deref()
        .filter(|_| !row.held && row.status != Status::Accepted);
    html! {
        tr {
            th.fix scope="row" {
                a.title href=(shell.href(&format!("/submissions/{}", row.id), &[])) { (written(row.title)) }
                small {
                    span.narrow { (stamp(shell, row.status, row.held)) " " }
                    @if let Some(person) = &row.person { (person_link(shell, event, person)) " · " }
                    (pull_key(&row.pull))
                    @if let Some(merged) = row.merged_at {
                        " · " (w.merged) " " (when::stamp(shell, event.zone, merged))
                    }
                }
                @if let Some(reason) = reason { small.reason { (evidence(reason)) } }
            }
            td.mid { (stamp(shell, row.status, row.held)) }
            td.num.points { @if row.held { "–" } @else { (row.points) } }
        }
    }
}

/// What a page says where it has nothing to list: what that means, and what to do.
pub(super) fn empty(title: &str, what_to_do: &str, link: Option<(&str, &str)>) -> Markup {
    html! {
        div.empty {
            strong { (title) }
            p { (what_to_do) }
            @if let Some((href, word)) = link { p { a.button href=(href) { (word) } } }
        }
    }
}

/// A figure with its word, as the head of a page shows several of.
pub(super) fn figure(value: i64, word: &str) -> Markup {
    html! { div { dt { (word) } dd { (value) } } }
}

/// A repository with its forge: `Gitee mindspore/mindspore`.
pub(super) fn repository(forge: &ForgeHost, path: &str) -> Markup {
    html! { span.pull { (forge.title()) " " (written(path)) } }
}
