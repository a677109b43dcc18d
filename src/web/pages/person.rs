//! A person: level and how far to the next rung, teams, submissions with the reason where one does not count.

use super::{
    parts::{empty, figure, freeze_banner, pages, submissions, team_link, written},
    shell::{Frame, Work, frame},
    team::{place, spell},
    view::{Event, Paging, PersonRef, Shell, SubmissionRow, TeamRef},
};
use crate::domain::{text::Name, time::Moment};
use crate::web::words::certificate::Certificate as Ladder;
use maud::{Markup, html};

pub struct PersonPage<'a> {
    pub shell: Shell<'a>,
    pub event: Event<'a>,
    pub person: PersonRef<'a>,
    pub level: LevelView<'a>,
    /// On the people's board without a filter; None: in no team of this competition.
    pub rank: Option<u32>,
    pub previous_rank: Option<u32>,
    pub points: i64,
    pub fixes: u32,
    pub pending: u32,
    /// Oldest first.
    pub teams: Vec<Spell<'a>>,
    pub submissions: Vec<SubmissionRow<'a>>,
    /// Of the submissions.
    pub paging: Paging,
}

/// Where on the community's ladder.
#[derive(Clone, Debug)]
pub struct LevelView<'a> {
    /// Accepted fixes of all competitions.
    pub fixes: u32,
    pub now: Rung<'a>,
    /// None: on the highest.
    pub next: Option<Rung<'a>>,
    /// The whole ladder, lowest first.
    pub rungs: Vec<Rung<'a>>,
}

#[derive(Clone, Copy, Debug)]
pub struct Rung<'a> {
    pub code: &'a str,
    pub name: &'a Name,
    /// Accepted fixes needed.
    pub fixes: u32,
}

/// A time in a team.
#[derive(Clone, Copy, Debug)]
pub struct Spell<'a> {
    pub team: TeamRef<'a>,
    pub joined_at: Option<Moment>,
    pub left_at: Option<Moment>,
}

pub fn person(page: &PersonPage<'_>) -> Markup {
    let (shell, event) = (&page.shell, &page.event);
    let w = shell.words();
    let path = event.path(&format!("/people/{}", page.person.slug));
    let head = html! {
        div.head {
            div {
                p.counts { (written(event.name.of(shell.lang))) }
                h1 { (written(page.person.name)) }
                p.counts { code { (written(page.person.code)) } }
            }
            @if let Some(rank) = page.rank { (place(shell, rank, page.previous_rank)) }
        }
        dl.figures {
            (figure(page.points, w.points))
            (figure(page.fixes.into(), w.fixes))
            (figure(page.pending.into(), w.pending))
        }
    };
    let body = html! {
        (freeze_banner(shell, event))
        // Level and teams come first on a phone, and stand beside where there is room.
        div.cols.side-first {
            div.stack { (ladder(shell, &page.level, Some(&format!("{path}/certificate")))) (teams(page)) }
            div.stack {
                @if page.submissions.is_empty() { (empty(w.no_submission_title, w.no_submission_do, None)) }
                @else { (submissions(shell, event, &page.submissions)) }
                (pages(shell, &path, &[], &page.paging))
            }
        }
    };
    frame(
        shell,
        Frame {
            title: &w.titled(page.person.name, event.name.of(shell.lang)),
            description: &w.person_description(page.person.name),
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

/// The rung that is reached, and how far it is to the next.
/// `certificate`: where the person's is, on pages of a competition.
pub(super) fn ladder(shell: &Shell<'_>, level: &LevelView<'_>, certificate: Option<&str>) -> Markup {
    let w = shell.words();
    html! {
        section.card.ladder aria-labelledby="level" {
            h2 #level { (w.level) }
            p.rung { b { (level.now.code) } " " (written(level.now.name.of(shell.lang))) }
            @if let Some(next) = &level.next {
                @let done = level.fixes.saturating_sub(level.now.fixes);
                @let way = next.fixes.saturating_sub(level.now.fixes).max(1);
                progress max=(way) value=(done.min(way)) aria-labelledby="level" {}
                p.quiet { (w.to_next(next.fixes.saturating_sub(level.fixes), next.code, next.name.of(shell.lang))) }
            } @else {
                p.quiet { (w.highest_level) }
            }
            (rungs(shell, level))
            @if let Some(path) = certificate { p { a href=(shell.href(path, &[])) { (Ladder::of(shell.lang).link) } } }
        }
    }
}

/// The whole ladder in a row: what each rung needs, and which are reached.
fn rungs(shell: &Shell<'_>, level: &LevelView<'_>) -> Markup {
    let w = Ladder::of(shell.lang);
    html! {
        ol.rungs aria-label=(w.ladder) {
            @for rung in &level.rungs {
                @let now = rung.code == level.now.code;
                li.reached[rung.fixes <= level.fixes] aria-current=[now.then_some("step")] {
                    b title=(rung.name.of(shell.lang)) { (rung.code) }
                    small { (rung.fixes) span.sr { " " (rung.name.of(shell.lang)) ", " (w.needs(rung.fixes))
                        @if now { ", " (w.here) } @else if rung.fixes <= level.fixes { ", " (w.reached) } } }
                }
            }
        }
    }
}

fn teams(page: &PersonPage<'_>) -> Markup {
    let (shell, event) = (&page.shell, &page.event);
    let w = shell.words();
    html! {
        section.card aria-labelledby="teams" {
            h2 #teams { (w.person_teams) }
            @if page.teams.is_empty() { p.quiet { (w.no_team_of_person) } }
            @else {
                ul.plain { @for spent in &page.teams {
                    li { (team_link(shell, event, &spent.team)) small { (spell(shell, event, spent.joined_at, spent.left_at)) } }
                } }
            }
        }
    }
}
