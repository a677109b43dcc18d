//! `/competitions/{slug}/host`: how one competition stands, and what its host can do now.

use super::{Sheet, Words, ask, reason_field, sheet};
use crate::{
    app::{MissingSecret, Overview},
    domain::{competition::Phase, forge::Forge},
    web::pages::{
        form::{Typed, refused},
        parts::{empty, written},
        view::{Event, Shell},
        when,
    },
};
use maud::{Markup, html};

pub struct OverviewPage<'a> {
    pub shell: Shell<'a>,
    pub event: Event<'a>,
    pub overview: &'a Overview,
    /// Variables that its sources name and that are not set.
    pub unset: &'a [MissingSecret],
    pub done: bool,
    /// Of the act that was refused: `reveal`, `finalize` or `reopen`.
    pub refused: Option<&'a str>,
    pub typed: Typed<'a>,
}

pub fn overview(page: &OverviewPage<'_>) -> Markup {
    let (shell, event) = (&page.shell, &page.event);
    let w = Words::of(shell.lang);
    let work = &page.overview.work;
    let failed: i64 = page.overview.sources.iter().map(|source| source.failed).sum();
    // A figure that somebody has to do something about leads there.
    let figure = |value: i64, word: &str, rest: &str| {
        html! { div { dt { @if rest.is_empty() { (word) } @else { a href=(shell.href(&event.path(rest), &[])) { (word) } } } dd { (value) } } }
    };
    let body = html! {
        (refused(shell, &page.typed))
        @for missing in page.unset {
            p.error { (written(missing.source.as_str())) ": " code { (written(&missing.variable)) } " " (w.secret_unset) }
        }
        div.cols {
            div.stack {
                section.card aria-labelledby="state" {
                    h2 #state { (w.overview) }
                    dl.tiles {
                        (figure(work.accepted, w.accepted, ""))
                        (figure(work.review, w.review, "/judge"))
                        (figure(work.waiting, w.waiting, ""))
                        (figure(work.teams, w.teams, "/registrations"))
                        (figure(work.applications, w.applications, "/registrations"))
                        (figure(work.appeals, w.appeals, "/judge/appeals"))
                        (figure(failed, w.failed, "/host/sources"))
                        div { dt { (w.queue_oldest) } dd { @match page.overview.oldest_queued {
                            Some(since) => (when::ago(shell, event.zone, since)),
                            None => (w.queue_empty),
                        } } }
                    }
                }
                (source_list(page))
            }
            (acts(page))
        }
    };
    sheet(
        shell,
        Sheet {
            title: w.overview,
            lead: w.overview_lead,
            event: Some(event),
            admin: true,
            path: event.path("/host"),
            done: page.done,
            body,
        },
    )
}

fn source_list(page: &OverviewPage<'_>) -> Markup {
    let (shell, event) = (&page.shell, &page.event);
    let w = Words::of(shell.lang);
    let to = shell.href(&event.path("/host/sources"), &[]);
    html! {
        div.card {
            @if page.overview.sources.is_empty() {
                (empty(w.no_sources, w.no_sources_do, Some((&to, w.sources))))
            } @else {
                table.list {
                    caption { (w.sources) }
                    thead { tr {
                        th scope="col" { (w.source) }
                        th scope="col" { (w.last_heard) }
                        th.num.mid scope="col" { (w.deliveries) }
                        th.num scope="col" { (w.failed) }
                    } }
                    tbody { @for source in &page.overview.sources { tr {
                        th scope="row" { a href=(to) { (source_name(source.forge, source.name.as_str())) } }
                        td { @match source.last {
                            Some(last) => (when::ago(shell, event.zone, last)),
                            None => (w.never),
                        } }
                        td.num.mid { (source.deliveries) }
                        td.num { @if source.failed > 0 { strong.pending { (source.failed) } } @else { "0" } }
                    } } }
                }
            }
        }
    }
}

pub(super) fn source_name(forge: Forge, name: &str) -> Markup {
    html! { (forge.title()) " " (written(name)) }
}

/// What can be done now, each asked once.
fn acts(page: &OverviewPage<'_>) -> Markup {
    let (shell, event) = (&page.shell, &page.event);
    let w = Words::of(shell.lang);
    let seal = page.overview.competition.stored.seal;
    let closes_at = event.window.closes_at;
    html! {
        section.card.prose aria-labelledby="acts" {
            h2 #acts { (w.next) }
            @if let Some(at) = seal.revealed_at {
                p { (w.revealed_at) ": " (when::both_clocks(shell, event.zone, at)) }
            }
            @if let Some(at) = seal.finalized_at {
                p { (w.finalized_at) ": " (when::both_clocks(shell, event.zone, at)) }
                p { a href=(shell.href(&event.path("/result"), &[])) { (w.see_result) } }
            }
            @if event.frozen_at.is_some() {
                (act(page, "reveal", "reveal_reason", false, w.reveal, &html! { p { (w.reveal_means) } }, w.reveal_do))
            }
            @if event.phase == Phase::Final {
                (act(page, "reopen", "reopen_reason", true, w.reopen, &html! { p { (w.reopen_means) } }, w.reopen_do))
            } @else if shell.now >= closes_at {
                (act(page, "finalize", "finalize_reason", false, w.finalize, &finalize_means(page), w.finalize_do))
            } @else {
                p.quiet { (w.finalize_later) " " (when::both_clocks(shell, event.zone, closes_at)) }
            }
        }
    }
}

/// What it means, and what still waits.
fn finalize_means(page: &OverviewPage<'_>) -> Markup {
    let w = Words::of(page.shell.lang);
    let work = &page.overview.work;
    let open = [
        (work.review, w.review),
        (work.waiting, w.waiting),
        (work.appeals, w.appeals),
        (work.applications, w.applications),
    ];
    html! {
        p { (w.finalize_means) }
        @if open.iter().all(|(count, _)| *count == 0) {
            p { (w.finalize_clear) }
        } @else {
            p { strong { (w.finalize_waits) } }
            ul { @for (count, word) in open.iter().filter(|(count, _)| *count > 0) { li { (word) ": " (count) } } }
        }
    }
}

fn act(
    page: &OverviewPage<'_>,
    act: &str,
    reason: &'static str,
    needed: bool,
    word: &str,
    means: &Markup,
    do_it: &str,
) -> Markup {
    let (shell, event) = (&page.shell, &page.event);
    let form = html! {
        form.form.bare method="post" action=(shell.href(&event.path(&format!("/host/{act}")), &[])) {
            (reason_field(shell, &page.typed, reason, needed))
            button.danger type="submit" { (do_it) }
        }
    };
    ask(word, means, &form, page.refused == Some(act))
}
