//! The console's first page: where the team stands, what needs its organizer, what to take along.

use super::{Desk, page};
use crate::{
    domain::{region::Region, team::Kind, time::Moment},
    web::{
        pages::{
            leaderboard::TeamRow,
            parts::{empty, figure, movement, written},
            view::TeamRef,
            when,
        },
        words::form::Form,
    },
};
use maud::{Markup, html};
use std::borrow::Cow;

pub struct OverviewPage<'a> {
    pub desk: Desk<'a>,
    /// As on the leaderboard without a filter; None: on no board.
    pub row: Option<TeamRow<'a>>,
    pub places: Vec<Place<'a>>,
    /// Submissions in review or waiting.
    pub waiting: u64,
    /// Open requests to join.
    pub requests: u64,
    /// Members who have gone silent, and after how many days that is.
    pub silent: (usize, i64),
    pub announcement: Option<(&'a str, Moment)>,
}

/// Among which teams.
#[derive(Clone, Copy, Debug)]
pub enum Scope<'a> {
    Overall,
    Kind(Kind),
    Region(&'a Region),
}

/// The team's place among some teams.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    pub scope: Scope<'a>,
    pub rank: u32,
    pub previous_rank: Option<u32>,
    pub total: usize,
    pub gap: Gap<'a>,
}

/// How far it is to the next team.
#[derive(Clone, Copy, Debug)]
pub enum Gap<'a> {
    /// No other team.
    Alone,
    /// Points that the team before has more.
    Behind(i64, TeamRef<'a>),
    /// The same rank.
    Level(TeamRef<'a>),
    /// First; points more than the second.
    Ahead(i64, TeamRef<'a>),
}

pub fn overview(overview: &OverviewPage<'_>) -> Markup {
    let desk = &overview.desk;
    let (shell, w) = (&desk.shell, desk.words());
    let common = shell.words();
    let figures = html! {
        @if let Some(row) = &overview.row {
            dl.figures {
                (figure(row.points, common.points))
                (figure(row.fixes.into(), common.fixes))
                (figure(row.pending.into(), common.pending))
                (figure(row.contributors.into(), common.contributors))
            }
        }
    };
    let body = html! {
        div.stack {
            section aria-labelledby="ranks" {
                h2.over #ranks { (w.ranks) }
                @if overview.places.is_empty() { div.card { (empty(w.not_ranked, w.not_ranked_do, None)) } }
                @else { div.trio { @for place in &overview.places { (place_card(desk, place)) } } }
            }
            div.cols {
                (to_do(overview))
                (take_along(overview))
            }
        }
    };
    page(desk, "", w.console, None, &figures, &body)
}

fn place_card(desk: &Desk<'_>, place: &Place<'_>) -> Markup {
    let (shell, w) = (&desk.shell, desk.words());
    let common = shell.words();
    let (word, kind, region) = match place.scope {
        Scope::Overall => (Cow::Borrowed(w.overall), "", ""),
        Scope::Kind(Kind::City) => (Cow::Borrowed(common.cities), "city", ""),
        Scope::Kind(Kind::University) => (Cow::Borrowed(common.universities), "university", ""),
        Scope::Kind(Kind::Enterprise) => (Cow::Borrowed(common.enterprises), "enterprise", ""),
        Scope::Region(region) => (region.name(shell.lang), "", region.as_str()),
    };
    let board = shell.href(&desk.event.path(""), &[("kind", kind), ("region", region)]);
    let name = |team: &TeamRef<'_>| team.name.of(shell.lang).to_owned();
    let gap = match &place.gap {
        Gap::Alone => w.alone().to_owned(),
        Gap::Behind(points, team) => w.behind(*points, &name(team)),
        Gap::Level(team) => w.level(&name(team)),
        Gap::Ahead(points, team) => w.ahead(*points, &name(team)),
    };
    html! {
        div.card.place-card {
            h3 { a href=(board) { (word) } }
            p.placed { b { (place.rank) } " " (w.rank_of(place.total)) " " (movement(shell, place.rank, place.previous_rank)) }
            p.quiet { (written(&gap)) }
        }
    }
}

fn to_do(page: &OverviewPage<'_>) -> Markup {
    let desk = &page.desk;
    let w = desk.words();
    let (silent, days) = page.silent;
    let days_text = days.to_string();
    html! {
        section.card aria-labelledby="to-do" {
            h2 #to-do { (w.to_do) }
            @if page.waiting == 0 && page.requests == 0 && silent == 0 { p.quiet { (w.nothing_to_do) } }
            @else {
                ul.plain {
                    @if page.requests > 0 { li { a href=(desk.link("/requests", &[])) { (w.ask(page.requests)) } } }
                    @if page.waiting > 0 { li { a href=(desk.link("/waiting", &[])) { (w.wait(page.waiting)) } } }
                    @if silent > 0 {
                        li { a href=(desk.link("/members", &[("show", "silent"), ("days", &days_text)])) { (w.gone_silent(silent, days)) } }
                    }
                }
            }
            @if let Some((text, at)) = page.announcement {
                div.note {
                    p.quiet { (w.tab_announcement) ", " (w.announced) " " (when::stamp(&desk.shell, desk.event.zone, at)) }
                    p.pre { (written(text)) }
                }
            }
        }
    }
}

fn take_along(page: &OverviewPage<'_>) -> Markup {
    let desk = &page.desk;
    let (w, form) = (desk.words(), Form::of(desk.shell.lang));
    let files = [(w.roster, "/roster"), (w.results, "/results")];
    html! {
        section.card aria-labelledby="along" {
            h2 #along { (w.take_along) }
            ul.plain {
                @for (word, file) in files {
                    li {
                        b { (word) }
                        span.files {
                            a href=(desk.link(&format!("{file}.csv"), &[])) download { (form.download_csv) span.sr { ": " (word) } }
                            a href=(desk.link(&format!("{file}.xlsx"), &[])) download { (form.download_xlsx) span.sr { ": " (word) } }
                        }
                    }
                }
                li { a href=(desk.shell.href(&desk.event.path("/wall"), &[])) { (w.wall) } small.block { (w.wall_hint) } }
                li { a href=(desk.shell.href(&desk.event.path(&format!("/teams/{}", desk.team.slug)), &[])) { (w.public_page) } }
            }
        }
    }
}
