//! The leaderboard: the page that is looked at in the last minute. Contract, sections 4 and 6.

use super::{
    chart,
    parts::{clock, empty, filters, freeze_banner, kind_word, movement, pages, phase_pill, pull_key, written},
    shell::{Frame, Tab, Work, frame},
    view::{Counts, Event, Filter, Paging, PullRef, Shell, TeamRef},
    when,
};
use crate::{
    domain::{competition::Phase, region::Region, team::Kind, text::Name, time::Moment},
    web::words::{host::Host, teams::Teams as Words},
};
use maud::{Markup, html};

pub struct LeaderboardPage<'a> {
    pub shell: Shell<'a>,
    pub event: Event<'a>,
    /// The moment that the rows are true for.
    pub as_of: Moment,
    /// The ledger's seq that the rows are true for; `live.js` compares with it.
    pub seq: i64,
    /// The stream follows the clock of now; a page with `at` does not listen.
    pub follow: bool,
    pub counts: Counts,
    pub filter: Filter<'a>,
    /// Regions that teams of this competition are in, in the order of the select.
    pub regions: &'a [Region],
    /// `total` counts the teams that the filter lets through.
    pub paging: Paging,
    /// The points of the first team within the filter, whatever part is shown; lanes are measured by it.
    pub leader_points: i64,
    pub rows: Vec<TeamRow<'a>>,
    /// Newest first; about 12 at most. While frozen, only what the public may see.
    pub feed: Vec<FeedItem<'a>>,
}

/// A team on the leaderboard, as the contract's rows.
#[derive(Clone, Copy, Debug)]
pub struct TeamRow<'a> {
    pub rank: u32,
    /// None: the team had none 24 h before.
    pub previous_rank: Option<u32>,
    pub slug: &'a str,
    pub kind: Kind,
    pub region: &'a Region,
    pub name: &'a Name,
    pub points: i64,
    pub fixes: u32,
    pub pending: u32,
    pub contributors: u32,
    /// Cumulated points at even steps from the opening to `as_of`; 2 to about 40 values.
    pub spark: &'a [i64],
}

/// One change of the ledger beside the board.
#[derive(Clone, Copy, Debug)]
pub struct FeedItem<'a> {
    pub submission: i64,
    /// The change; it can be negative, and 0.
    pub points: i64,
    pub team: Option<TeamRef<'a>>,
    pub title: &'a str,
    pub pull: PullRef<'a>,
    pub at: Moment,
}

pub fn leaderboard(page: &LeaderboardPage<'_>) -> Markup {
    let (shell, event) = (&page.shell, &page.event);
    let w = shell.words();
    let name = event.name.of(shell.lang);
    let path = event.path("");
    let pairs = page.filter.pairs(page.filter.kind);
    let head = html! {
        div.head data-part="head" {
            div {
                p.pills { (phase_pill(shell, event)) (live_pill(page)) }
                h1 { (written(name)) }
                (counts(page))
            }
            (clock(shell, event))
        }
    };
    let body = html! {
        div data-part="banner" {
            (freeze_banner(shell, event))
            @if event.phase == Phase::Final {
                p.acts-line { a.button href=(shell.href(&event.path("/result"), &[])) { (Host::of(shell.lang).see_result) } }
            }
        }
        (filters(shell, event, Tab::Board, &page.filter, page.regions))
        p.sr aria-live="polite" data-say {}
        div.cols {
            section aria-labelledby="board-caption" {
                (table(page))
                (pages(shell, &path, &pairs, &page.paging))
            }
            (feed(page))
        }
    };
    frame(
        shell,
        Frame {
            title: name,
            description: &w.board_description(name),
            event: Some(event),
            tab: Some(Tab::Board),
            nav: None,
            work: Work::No,
            canonical: path.clone(),
            head,
            body,
        },
    )
}

/// Without a script it says when the page was made; `live.js` makes it live or reconnecting.
pub(super) fn live_pill(page: &LeaderboardPage<'_>) -> Markup {
    let shell = &page.shell;
    html! {
        span.pill.state data-state="still" {
            span data-state-text {
                (shell.words().as_of) " " (when::short_stamp(shell, page.event.zone, page.as_of))
            }
        }
    }
}

fn counts(page: &LeaderboardPage<'_>) -> Markup {
    let w = page.shell.words();
    html! {
        p.counts {
            (w.teams(page.counts.teams)) " · " (w.developers(page.counts.developers)) " · " (w.fixes_merged(page.counts.fixes))
        }
    }
}

fn live_url(page: &LeaderboardPage<'_>) -> String {
    let (limit, offset) = (page.paging.limit.to_string(), page.paging.offset.to_string());
    let mut pairs = page.filter.pairs(page.filter.kind).to_vec();
    pairs.extend([("limit", limit.as_str()), ("offset", offset.as_str())]);
    // Not through the shell's link: the stream has no language.
    let plain = Shell {
        lang_in_url: false,
        ..page.shell
    };
    plain.href(&format!("/api/v1{}", page.event.path("/live")), &pairs)
}

pub(super) fn table(page: &LeaderboardPage<'_>) -> Markup {
    let w = page.shell.words();
    let listens = page.follow && page.event.phase != Phase::Final;
    html! {
        div.card { table.board
            data-live=[listens.then(|| live_url(page))]
            data-seq=(page.seq) data-phase=(page.event.phase.as_str()) data-limit=(page.paging.limit)
            data-first[page.paging.offset == 0] data-top=(page.leader_points) {
            caption #board-caption { (w.board_caption) }
            thead { tr {
                th scope="col" { span.sr { (w.rank_and_movement) } span aria-hidden="true" { "#" } }
                th scope="col" { (w.team) }
                th.wide scope="col" { (w.points_over_time) }
                th.num.mid scope="col" { (w.fixes) }
                th.num scope="col" { (w.pending) }
                th.num scope="col" { (w.points) }
            } }
            tbody {
                @for team in &page.rows { (row(page, team)) }
                @if page.rows.is_empty() { tr.none data-none { td colspan="6" { (nothing(page)) } } }
            }
        }
        template #row { (template(page)) }
        }
    }
}

fn row(page: &LeaderboardPage<'_>, team: &TeamRow<'_>) -> Markup {
    let (shell, event) = (&page.shell, &page.event);
    let w = shell.words();
    let path = event.path(&format!("/teams/{}", team.slug));
    html! {
        tr data-team=(team.slug) {
            td.place { span.rank data-f="rank" { (team.rank) } " " (movement(shell, team.rank, team.previous_rank)) }
            th.team scope="row" {
                a data-f="name" href=(shell.href(&path, &[])) { (written(team.name.of(shell.lang))) }
                small data-f="kind" { (kind_word(w, team.kind)) " · " (team.region.name(shell.lang)) }
            }
            td.wide { (spark(team.spark)) }
            td.num.mid data-f="fixes" { (team.fixes) }
            td.num.pending data-f="pending" { @if team.pending > 0 { (team.pending) } @else { "–" } }
            td.num.points { b data-f="points" { (team.points) } (lane(team.points, page.leader_points)) }
        }
    }
}

/// The row that `live.js` copies for a team that comes onto the page.
fn template(page: &LeaderboardPage<'_>) -> Markup {
    let shell = &page.shell;
    let stem = shell.href(&page.event.path("/teams/_"), &[]);
    html! {
        tr data-team="" {
            td.place { span.rank data-f="rank" {} " " (movement(shell, 0, None)) }
            th.team scope="row" { a data-f="name" href=(stem) {} small data-f="kind" {} }
            td.wide { (spark(&[])) }
            td.num.mid data-f="fixes" {}
            td.num.pending data-f="pending" {}
            td.num.points { b data-f="points" {} (lane(0, 0)) }
        }
    }
}

pub(super) fn spark(points: &[i64]) -> Markup {
    html! {
        svg.spark viewBox="0 -1 100 30" preserveAspectRatio="none" aria-hidden="true" {
            path d=(chart::spark(points)) {}
            path d=(chart::spark_end(points)) {}
        }
    }
}

/// The row's lane: how far the team has run, the leader's points being the whole way.
pub(super) fn lane(points: i64, leader: i64) -> Markup {
    html! {
        svg.lane viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true" {
            rect data-f="lane" width=(chart::lane(points, leader)) height="1" {}
        }
    }
}

fn nothing(page: &LeaderboardPage<'_>) -> Markup {
    let (shell, event) = (&page.shell, &page.event);
    let w = shell.words();
    let board = shell.href(&event.path(""), &[]);
    if page.filter.is_empty() {
        let register = shell.href(&event.path("/teams/new"), &[]);
        empty(
            w.no_team_title,
            w.no_team_do,
            Some((&register, Words::of(shell.lang).register)),
        )
    } else {
        empty(w.no_match_title, w.no_match_do, Some((&board, w.show_all)))
    }
}

fn feed(page: &LeaderboardPage<'_>) -> Markup {
    let (shell, event) = (&page.shell, &page.event);
    let w = shell.words();
    let why = shell.href(&event.path("/why"), &[]);
    html! {
        aside.card.feed aria-labelledby="feed-title" {
            h2 #feed-title { (w.just_now) }
            div data-part="feed" {
                @if page.feed.is_empty() { (empty(w.no_fix_title, w.no_fix_do, None)) }
                @else { ol { @for item in &page.feed { (feed_item(shell, event, item)) } } }
            }
            p.hint { a href=(why) { (w.why_question) } }
            @if event.phase != Phase::Final {
                p.hint { a href=(shell.href(&event.path("/teams/new"), &[])) { (Words::of(shell.lang).register_question) } }
            }
        }
    }
}

fn feed_item(shell: &Shell<'_>, event: &Event<'_>, item: &FeedItem<'_>) -> Markup {
    let (class, sign) = match item.points {
        0 => ("level", "±"),
        points if points > 0 => ("gain", "+"),
        _ => ("loss", "−"),
    };
    html! {
        li {
            b.(class) { (sign) (item.points.unsigned_abs()) }
            div {
                @if let Some(team) = &item.team { strong { (written(team.name.of(shell.lang))) } " " }
                a.title href=(shell.href(&format!("/submissions/{}", item.submission), &[])) { (written(item.title)) }
                small { (pull_key(&item.pull)) " · " (when::ago(shell, event.zone, item.at)) }
            }
        }
    }
}
