//! The people's board: as the leaderboard, with code and team.

use super::{
    leaderboard::lane,
    parts::{clock, empty, filters, freeze_banner, movement, pages, person_link, phase_pill, team_link, written},
    shell::{Frame, Tab, Work, frame},
    view::{Event, Filter, Paging, PersonRef, Shell, TeamRef},
    when,
};
use crate::domain::{region::Region, time::Moment};
use maud::{Markup, html};

pub struct PeoplePage<'a> {
    pub shell: Shell<'a>,
    pub event: Event<'a>,
    pub as_of: Moment,
    /// Of the people's teams.
    pub filter: Filter<'a>,
    pub regions: &'a [Region],
    pub paging: Paging,
    /// The points of the first person within the filter.
    pub leader_points: i64,
    pub rows: Vec<PersonRow<'a>>,
}

#[derive(Clone, Copy, Debug)]
pub struct PersonRow<'a> {
    pub rank: u32,
    pub previous_rank: Option<u32>,
    pub person: PersonRef<'a>,
    pub team: Option<TeamRef<'a>>,
    pub points: i64,
    pub fixes: u32,
    pub pending: u32,
}

pub fn people(page: &PeoplePage<'_>) -> Markup {
    let (shell, event) = (&page.shell, &page.event);
    let w = shell.words();
    let path = event.path("/people");
    let pairs = page.filter.pairs(page.filter.kind);
    let head = html! {
        div.head {
            div {
                p.pills {
                    (phase_pill(shell, event))
                    span.pill { (w.as_of) " " (when::short_stamp(shell, event.zone, page.as_of)) }
                }
                h1 { (w.people) }
                p.counts { (written(event.name.of(shell.lang))) }
            }
            (clock(shell, event))
        }
    };
    let body = html! {
        (freeze_banner(shell, event))
        (filters(shell, event, Tab::People, &page.filter, page.regions))
        @if page.rows.is_empty() { (nothing(page)) } @else { (table(page)) }
        (pages(shell, &path, &pairs, &page.paging))
    };
    frame(
        shell,
        Frame {
            title: &w.titled(w.people, event.name.of(shell.lang)),
            description: w.people_caption,
            event: Some(event),
            tab: Some(Tab::People),
            nav: None,
            work: Work::No,
            canonical: path.clone(),
            head,
            body,
        },
    )
}

fn table(page: &PeoplePage<'_>) -> Markup {
    let (shell, event) = (&page.shell, &page.event);
    let w = shell.words();
    html! {
        div.card { table.board data-first[page.paging.offset == 0] {
            caption { (w.people_caption) }
            thead { tr {
                th scope="col" { span.sr { (w.rank_and_movement) } span aria-hidden="true" { "#" } }
                th scope="col" { (w.person) }
                th.num.mid scope="col" { (w.fixes) }
                th.num scope="col" { (w.pending) }
                th.num scope="col" { (w.points) }
            } }
            tbody { @for row in &page.rows { tr {
                td.place { span.rank { (row.rank) } " " (movement(shell, row.rank, row.previous_rank)) }
                th.team scope="row" {
                    (person_link(shell, event, &row.person))
                    small {
                        code { (written(row.person.code)) }
                        @if let Some(team) = &row.team { " · " (team_link(shell, event, team)) }
                    }
                }
                td.num.mid { (row.fixes) }
                td.num.pending { @if row.pending > 0 { (row.pending) } @else { "–" } }
                td.num.points { b { (row.points) } (lane(row.points, page.leader_points)) }
            } } }
        } }
    }
}

fn nothing(page: &PeoplePage<'_>) -> Markup {
    let (shell, event) = (&page.shell, &page.event);
    let w = shell.words();
    if page.filter.is_empty() {
        empty(w.no_person_title, w.no_person_do, None)
    } else {
        let all = shell.href(&event.path("/people"), &[]);
        empty(w.no_match_title, w.no_match_do, Some((&all, w.show_all)))
    }
}
