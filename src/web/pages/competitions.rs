//! The first page: every competition as a card.

use super::{
    parts::{empty, phase_pill, team_link, written},
    shell::{Frame, Work, frame},
    view::{Counts, Event, Shell, TeamRef},
    when,
};
use maud::{Markup, html};

pub struct CompetitionsPage<'a> {
    pub shell: Shell<'a>,
    /// Running ones first; at most about 50.
    pub cards: Vec<Card<'a>>,
}

pub struct Card<'a> {
    pub event: Event<'a>,
    pub counts: Counts,
    /// The first three as the public may see them; fewer where fewer have points.
    pub leaders: Vec<Leader<'a>>,
}

#[derive(Clone, Copy, Debug)]
pub struct Leader<'a> {
    pub rank: u32,
    pub team: TeamRef<'a>,
    pub points: i64,
}

pub fn competitions(page: &CompetitionsPage<'_>) -> Markup {
    let shell = &page.shell;
    let w = shell.words();
    let head = html! {
        div.head { div { h1 { (w.slogan) } p.counts { (w.slogan_more) } } }
    };
    let body = html! {
        @if page.cards.is_empty() { (empty(w.no_competition_title, w.no_competition_do, None)) }
        div.cards { @for card in &page.cards { (one(shell, card)) } }
    };
    frame(
        shell,
        Frame {
            title: w.competitions,
            description: w.slogan_more,
            event: None,
            tab: None,
            nav: None,
            work: Work::No,
            canonical: "/".to_owned(),
            head,
            body,
        },
    )
}

fn one(shell: &Shell<'_>, card: &Card<'_>) -> Markup {
    let w = shell.words();
    let event = &card.event;
    let window = &event.window;
    html! {
        article.card.competition {
            header {
                p.pills { (phase_pill(shell, event)) }
                h2 { a href=(shell.href(&event.path(""), &[])) { (written(event.name.of(shell.lang))) } }
                p.when {
                    (when::stamp(shell, event.zone, window.opens_at)) " – "
                    (when::both_clocks(shell, event.zone, window.closes_at))
                }
            }
            @if card.leaders.is_empty() { p.quiet { (w.no_fix_title) } }
            @else {
                ol.leaders aria-label=(w.leaders) {
                    @for leader in &card.leaders {
                        li { span.rank { (leader.rank) } (team_link(shell, event, &leader.team)) b { (leader.points) } }
                    }
                }
            }
            p.quiet {
                (w.teams(card.counts.teams)) " · " (w.developers(card.counts.developers)) " · "
                (w.fixes_merged(card.counts.fixes))
            }
        }
    }
}
