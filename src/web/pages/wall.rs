//! The leaderboard for a wall: the same live table, grown for three metres, and nothing else.

use super::{
    LeaderboardPage, leaderboard,
    parts::{clock, freeze_banner, phase_pill, written},
    shell::{Frame, Work, frame},
};
use maud::{Markup, html};

pub fn wall(page: &LeaderboardPage<'_>) -> Markup {
    let (shell, event) = (&page.shell, &page.event);
    let name = event.name.of(shell.lang);
    let head = html! {
        div.head data-part="head" {
            div {
                h1 { (written(name)) }
                p.pills { (phase_pill(shell, event)) (leaderboard::live_pill(page)) }
            }
            (clock(shell, event))
        }
    };
    let body = html! {
        div data-part="banner" { (freeze_banner(shell, event)) }
        p.sr aria-live="polite" data-say {}
        section.wall aria-labelledby="board-caption" { (leaderboard::table(page)) }
    };
    frame(
        shell,
        Frame {
            title: name,
            description: &shell.words().board_description(name),
            event: Some(event),
            tab: None,
            nav: Some(html! {}),
            work: Work::Forms,
            canonical: event.path("/wall"),
            head,
            body,
        },
    )
}
