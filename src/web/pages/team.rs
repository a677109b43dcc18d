//! A team: its place, its points over time, its members, its submissions.

use super::{
    chart,
    leaderboard::TeamRow,
    parts::{empty, figure, freeze_banner, kind_word, movement, pages, person_link, submissions, written},
    shell::{Frame, Work, frame},
    view::{Event, Paging, PersonRef, Shell, SubmissionRow},
    when,
};
use crate::{domain::time::Moment, web::words::teams::Teams as Words};
use maud::{Markup, html};

/// Days in the table beside the chart at most; the newest are kept.
const DAYS: usize = 60;

pub struct TeamPage<'a> {
    pub shell: Shell<'a>,
    pub event: Event<'a>,
    /// As on the leaderboard without a filter.
    pub row: TeamRow<'a>,
    /// Seats; None: no limit.
    pub capacity: Option<u32>,
    /// Instants at which the team's points changed, with the points from then on; ascending, as the public may see them.
    pub growth: Vec<(Moment, i64)>,
    pub members: Vec<Member<'a>>,
    pub submissions: Vec<SubmissionRow<'a>>,
    /// Of the submissions.
    pub paging: Paging,
    pub announcement: Option<Announced<'a>>,
}

/// What the organizer tells the team.
#[derive(Clone, Copy, Debug)]
pub struct Announced<'a> {
    pub text: &'a str,
    pub at: Moment,
}

#[derive(Clone, Copy, Debug)]
pub struct Member<'a> {
    pub person: PersonRef<'a>,
    /// None: from always.
    pub joined_at: Option<Moment>,
    /// None: still in it.
    pub left_at: Option<Moment>,
    /// For this team.
    pub points: i64,
    pub fixes: u32,
}

pub fn team(page: &TeamPage<'_>) -> Markup {
    let (shell, event, row) = (&page.shell, &page.event, &page.row);
    let w = shell.words();
    let name = row.name.of(shell.lang);
    let path = event.path(&format!("/teams/{}", row.slug));
    let head = html! {
        div.head {
            div {
                p.counts { (written(event.name.of(shell.lang))) }
                h1 { (written(name)) }
                p.counts { (kind_word(w, row.kind)) " · " (row.region.name(shell.lang)) }
            }
            (place(shell, row.rank, row.previous_rank))
        }
        dl.figures {
            (figure(row.points, w.points))
            (figure(row.fixes.into(), w.fixes))
            (figure(row.pending.into(), w.pending))
            (figure(row.contributors.into(), w.contributors))
        }
    };
    let body = html! {
        (freeze_banner(shell, event))
        div.cols {
            div.stack {
                (growth(page))
                @if page.submissions.is_empty() { (empty(w.no_submission_title, w.no_submission_do, None)) }
                @else { (submissions(shell, event, &page.submissions)) }
                (pages(shell, &path, &[], &page.paging))
            }
            div.stack {
                (announcement(page))
                (members(page))
            }
        }
    };
    frame(
        shell,
        Frame {
            title: &w.titled(name, event.name.of(shell.lang)),
            description: &w.team_description(name),
            event: Some(event),
            tab: None,
            nav: None,
            work: Work::No,
            canonical: path.clone(),
            head,
            body,
        },
    )
}

/// The rank, big, with its movement.
pub(super) fn place(shell: &Shell<'_>, rank: u32, previous: Option<u32>) -> Markup {
    html! {
        p.bigplace {
            span { (shell.words().rank) } b { (rank) } (movement(shell, rank, previous))
        }
    }
}

fn growth(page: &TeamPage<'_>) -> Markup {
    let (shell, event) = (&page.shell, &page.event);
    let w = shell.words();
    let from = event.window.opens_at;
    let last = page.growth.last().map_or(from, |(at, _)| *at);
    let to = shell
        .now
        .min(event.window.merge_end())
        .max(last)
        .max(from.plus(Moment::HOUR));
    let stair = chart::stair(&page.growth, from, to);
    let view = format!("0 -2 {} {}", chart::PLOT.0, chart::PLOT.1 + 4);
    html! {
        section.card aria-labelledby="growth" {
            h2 #growth { (w.points_over_time) }
            figure.chart {
                div.axis-y aria-hidden="true" { span { (stair.top) } span { (stair.top / 2) } span { "0" } }
                svg viewBox=(view) preserveAspectRatio="none" role="img" aria-label=(w.chart_says(page.row.points)) {
                    path.grid d={ "M0 0H" (chart::PLOT.0) "M0 " (chart::PLOT.1 / 2) "H" (chart::PLOT.0) "M0 " (chart::PLOT.1) "H" (chart::PLOT.0) } {}
                    path.area d=(stair.area) {}
                    path.line d=(stair.line) {}
                }
                div.axis-x aria-hidden="true" {
                    span { (when::day(shell, event.zone, from)) } span { (when::day(shell, event.zone, to)) }
                }
            }
            @if !page.growth.is_empty() { (growth_table(page)) }
        }
    }
}

/// The chart as numbers: the points at the end of each day on which they changed.
fn growth_table(page: &TeamPage<'_>) -> Markup {
    let (shell, event) = (&page.shell, &page.event);
    let w = shell.words();
    let mut days: Vec<(Moment, i64)> = Vec::new();
    for (at, points) in &page.growth {
        match days.last_mut() {
            Some(last) if last.0.day(event.zone) == at.day(event.zone) => *last = (*at, *points),
            _ => days.push((*at, *points)),
        }
    }
    html! {
        details { summary { (w.as_table) }
            table.list {
                caption { (w.points_by_day) }
                thead { tr { th scope="col" { (w.day) } th.num scope="col" { (w.points) } } }
                tbody { @for (at, points) in days.iter().rev().take(DAYS) {
                    tr {
                        th scope="row" { time datetime=(at.day(event.zone)) { (when::day(shell, event.zone, *at)) } }
                        td.num { (points) }
                    }
                } }
            }
        }
    }
}

fn announcement(page: &TeamPage<'_>) -> Markup {
    let (shell, event) = (&page.shell, &page.event);
    html! {
        @if let Some(said) = &page.announcement {
            section.card.announced aria-labelledby="announced" {
                h2 #announced { (Words::of(shell.lang).announcement) }
                p.pre { (written(said.text)) }
                p.quiet { (when::both_clocks(shell, event.zone, said.at)) }
            }
        }
    }
}

fn members(page: &TeamPage<'_>) -> Markup {
    let (shell, event) = (&page.shell, &page.event);
    let w = shell.words();
    let join = event.path(&format!("/teams/{}/join", page.row.slug));
    let here = |member: &&Member<'_>| {
        member.joined_at.is_none_or(|at| at <= shell.now) && member.left_at.is_none_or(|at| shell.now < at)
    };
    let seated = page.members.iter().filter(here).count();
    html! {
        section.card { table.list {
            caption { (w.members(seated, page.capacity)) }
            thead { tr {
                th scope="col" { (w.person) }
                th.num scope="col" { (w.fixes) }
                th.num scope="col" { (w.points) }
            } }
            tbody { @for member in &page.members { tr {
                th scope="row" {
                    (person_link(shell, event, &member.person))
                    small { code { (written(member.person.code)) } (spell(shell, event, member.joined_at, member.left_at)) }
                }
                td.num { (member.fixes) }
                td.num.points { (member.points) }
            } } }
        }
        p.hint { a href=(shell.href(&join, &[])) { (Words::of(shell.lang).your_place_link) } }
        }
    }
}

/// ` · since 10 Dec 2020`, ` · 10 Dec 2020 – 12 Dec 2020`; nothing where it is from always until always.
pub(super) fn spell(shell: &Shell<'_>, event: &Event<'_>, joined: Option<Moment>, left: Option<Moment>) -> Markup {
    let w = shell.words();
    let day = |at: Moment| html! { time datetime=(at) { (when::day(shell, event.zone, at)) } };
    html! {
        @match (joined, left) {
            (None, None) => {},
            (Some(joined), None) => { " · " (w.since) " " (day(joined)) },
            (None, Some(left)) => { " · " (w.until) " " (day(left)) },
            (Some(joined), Some(left)) => { " · " (day(joined)) " – " (day(left)) },
        }
    }
}
