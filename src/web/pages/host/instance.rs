//! `/host`: every competition of the instance.

use super::{Sheet, Words, sheet};
use crate::{
    app::{Competition, Held, Work},
    domain::{competition::Phase, time::Moment},
    web::pages::{
        parts::{empty, phase_pill, written},
        view::{Event, Shell},
        when,
    },
};
use maud::{Markup, html};

pub struct InstancePage<'a> {
    pub shell: Shell<'a>,
    pub competitions: &'a [(Competition, Work)],
    /// Those that are not among them, since their definition cannot be read.
    pub apart: &'a [Held],
    pub done: bool,
}

pub fn instance(page: &InstancePage<'_>) -> Markup {
    let shell = &page.shell;
    let w = Words::of(shell.lang);
    let body = html! {
        @for held in page.apart {
            section.card.prose {
                h2 { (written(held.competition.as_str())) }
                p.error { (w.held_apart) }
                p.hint lang="en" { code { (written(&held.why)) } }
            }
        }
        @if page.competitions.is_empty() && page.apart.is_empty() {
            div.card { (empty(w.none_yet, w.none_yet_do, Some((&shell.href("/host/competitions/new", &[]), w.new)))) }
        } @else if !page.competitions.is_empty() {
            div.card { table.list {
                caption { (w.competitions) }
                thead { tr {
                    th scope="col" { (w.competition) }
                    th.mid scope="col" { (w.phase) }
                    th.num scope="col" { (w.review) }
                    th.num.mid scope="col" { (w.applications) }
                    th.num.mid scope="col" { (w.appeals) }
                } }
                tbody { @for (competition, work) in page.competitions { (row(shell, competition, work)) } }
            } }
        }
    };
    sheet(
        shell,
        Sheet {
            title: w.competitions,
            lead: w.description,
            event: None,
            admin: true,
            path: "/host".into(),
            done: page.done,
            body,
        },
    )
}

/// The competition as pages of the console show it: an admin sees past a freeze.
pub fn event(competition: &Competition, now: Moment) -> Event<'_> {
    let (definition, seal) = (&competition.definition, competition.stored.seal);
    Event {
        slug: competition.stored.slug.as_str(),
        name: &definition.name,
        zone: definition.zone,
        phase: definition.phase(seal, now),
        window: definition.window,
        frozen_at: definition.frozen_at(seal, now),
        uncovered: definition.frozen_at(seal, now).is_some(),
    }
}

fn row(shell: &Shell<'_>, competition: &Competition, work: &Work) -> Markup {
    let event = event(competition, shell.now);
    let w = Words::of(shell.lang);
    html! {
        tr {
            th scope="row" {
                a href=(shell.href(&event.path("/host"), &[])) { (written(event.name.of(shell.lang))) }
                small {
                    span.narrow { (phase_pill(shell, &event)) " " }
                    @if event.phase == Phase::Scheduled {
                        (w.opens_at) " " (when::stamp(shell, event.zone, event.window.opens_at))
                    } @else {
                        (w.closes_at) " " (when::stamp(shell, event.zone, event.window.closes_at))
                    }
                }
            }
            td.mid { (phase_pill(shell, &event)) }
            td.num { (work.review) }
            td.num.mid { (work.applications) }
            td.num.mid { (work.appeals) }
        }
    }
}
