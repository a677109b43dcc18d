//! A person's own page: who they are, where their teams stand, what counts and why, accounts, their data.

use super::{
    form::{Typed, ask_once, refused},
    parts::{empty, evidence, figure, pages, pull_key, stamp, status_word, team_link, written},
    person::{LevelView, ladder},
    shell::{Frame, Work, frame},
    team::spell,
    view::{Event, Paging, Shell, SubmissionRow, TeamRef},
    when,
};
use crate::{
    domain::{
        evaluate::Status,
        forge::{Forge, ForgeHost},
        team::Standing,
        time::Moment,
    },
    web::words::me::Me as Words,
};
use maud::{Markup, html};

pub struct MePage<'a> {
    pub shell: Shell<'a>,
    pub login: &'a str,
    pub name: &'a str,
    pub code: &'a str,
    pub level: LevelView<'a>,
    /// Consoles of those with a role.
    pub duties: Vec<Duty<'a>>,
    /// The newest first.
    pub teams: Vec<OwnTeam<'a>>,
    pub fixes: Vec<OwnFix<'a>>,
    /// What the fixes are narrowed to.
    pub status: Option<Status>,
    pub competition: Option<&'a str>,
    /// Of the fixes.
    pub paging: Paging,
    pub accounts: Vec<OwnAccount<'a>>,
    /// Forges that people sign in with here.
    pub forges: &'a [Forge],
    /// What was just done.
    pub done: Option<Done>,
    /// What was not.
    pub typed: Typed<'a>,
}

/// What somebody runs, and where.
#[derive(Clone, Debug)]
pub enum Duty<'a> {
    Host,
    /// The competition's slug, and its name where there is a board of it.
    HostOf(&'a str, &'a str),
    Judge(&'a str, &'a str),
    /// The competition's slug, the team's slug, the team's name.
    Organizer(&'a str, &'a str, &'a str),
}

pub struct OwnTeam<'a> {
    pub event: Event<'a>,
    pub team: TeamRef<'a>,
    pub standing: Standing,
    pub joined_at: Option<Moment>,
    pub left_at: Option<Moment>,
    /// They are in it now.
    pub current: bool,
    /// Rank among how many teams, and points; None: on no board.
    pub place: Option<(u32, usize, i64)>,
    /// Their own rank among people and their points, in the team that they are in.
    pub own: Option<(u32, i64)>,
}

pub struct OwnFix<'a> {
    pub event: Event<'a>,
    pub row: SubmissionRow<'a>,
    /// What its author can do; None: nothing, or nothing is needed.
    pub advice: Option<&'a str>,
}

#[derive(Clone, Copy, Debug)]
pub struct OwnAccount<'a> {
    pub forge: &'a ForgeHost,
    pub login: &'a str,
    pub proven: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Done {
    Bound,
    Unbound,
}

pub fn me(page: &MePage<'_>) -> Markup {
    let shell = &page.shell;
    let (w, all) = (Words::of(shell.lang), shell.words());
    let head = html! {
        div.head {
            div {
                p.counts { (w.title) }
                h1 { (written(page.name)) }
                p.counts { (w.signed_in_as) " " (written(page.login)) }
            }
            form method="post" action=(shell.href("/sign-out", &[])) { button.on-band type="submit" { (w.sign_out) } }
        }
        dl.figures {
            div { dt { (w.code) } dd { code { (page.code) } } }
            (figure(page.level.fixes.into(), all.fixes))
        }
    };
    let body = html! {
        @match page.done {
            Some(Done::Bound) => div.done role="status" { p { (w.bound) } },
            Some(Done::Unbound) => div.done role="status" { p { (w.unbound) } },
            None => {},
        }
        (refused(shell, &page.typed))
        div.cols.side-first {
            div.stack { (duties(page)) (teams(page)) (ladder(shell, &page.level, None)) (accounts(page)) }
            div.stack { (fixes(page)) (data(page)) }
        }
    };
    frame(
        shell,
        Frame {
            title: w.title,
            description: w.description,
            event: None,
            tab: None,
            nav: None,
            work: Work::Forms,
            canonical: "/me".into(),
            head,
            body,
        },
    )
}

fn duties(page: &MePage<'_>) -> Markup {
    let shell = &page.shell;
    let w = Words::of(shell.lang);
    html! {
        @if !page.duties.is_empty() {
            section.card aria-labelledby="duties" {
                h2 #duties { (w.duties) }
                ul.plain { @for duty in &page.duties { li { @match duty {
                    Duty::Host => a href=(shell.href("/host", &[])) { (w.host) },
                    Duty::HostOf(slug, name) => {
                        a href=(shell.href(&format!("/competitions/{slug}/host"), &[])) { (w.host_of) }
                        small { " · " (written(name)) }
                    },
                    Duty::Judge(slug, name) => {
                        a href=(shell.href(&format!("/competitions/{slug}/judge"), &[])) { (w.judge_of) }
                        small { " · " (written(name)) }
                    },
                    Duty::Organizer(slug, team, name) => {
                        a href=(shell.href(&format!("/competitions/{slug}/teams/{team}/console"), &[])) { (w.console_of) }
                        small { " · " (written(name)) }
                    },
                } } } }
            }
        }
    }
}

fn teams(page: &MePage<'_>) -> Markup {
    let shell = &page.shell;
    let w = Words::of(shell.lang);
    html! {
        section.card aria-labelledby="teams" {
            h2 #teams { (w.my_teams) }
            @if page.teams.is_empty() { p.quiet { (w.no_team) } }
            @else { ul.plain.mine { @for own in &page.teams { li {
                @if own.place.is_some() { (team_link(shell, &own.event, &own.team)) }
                @else { strong { (written(own.team.name.of(shell.lang))) } }
                small {
                    a.quiet-link href=(shell.href(&own.event.path(""), &[])) { (written(own.event.name.of(shell.lang))) }
                    @if !own.current && own.left_at.is_none_or(|left| left <= shell.now) { " · " (w.left) }
                    (spell(shell, &own.event, own.joined_at, own.left_at))
                }
                @if own.standing != Standing::Approved { p { (w.standing(own.standing)) } }
                @if let Some((rank, teams, points)) = own.place {
                    p { b { (w.rank_of(rank, teams)) } " · " (w.points(points)) }
                }
                @if let Some((rank, points)) = own.own { p.muted { (w.own_place(rank, points)) } }
            } } } }
        }
    }
}

fn fixes(page: &MePage<'_>) -> Markup {
    let shell = &page.shell;
    let (w, all) = (Words::of(shell.lang), shell.words());
    let narrowed = page.status.is_some() || page.competition.is_some();
    let pairs = [
        ("status", page.status.map_or("", Status::as_str)),
        ("competition", page.competition.unwrap_or("")),
    ];
    html! {
        @if narrowed || !page.fixes.is_empty() { (filters(page)) }
        @if page.fixes.is_empty() && narrowed {
            @let everything = shell.href("/me", &[]);
            div.card { (empty(w.none_such, w.none_such_do, Some((&everything, all.show_all)))) }
        } @else if page.fixes.is_empty() {
            div.card { (empty(w.no_fix_title, w.no_fix_do, None)) }
        } @else {
            div.card { table.list {
                caption { (all.submissions) }
                thead { tr {
                    th scope="col" { (all.fix) }
                    th.mid scope="col" { (all.status) }
                    th.num scope="col" { (all.points) }
                } }
                tbody { @for fix in &page.fixes { (fix_row(shell, w, fix)) } }
            } }
            (pages(shell, "/me", &pairs, &page.paging))
        }
    }
}

/// By status, and by competition where there is more than one.
fn filters(page: &MePage<'_>) -> Markup {
    let shell = &page.shell;
    let (w, all) = (Words::of(shell.lang), shell.words());
    let statuses = [Status::Accepted, Status::Review, Status::Waiting, Status::Rejected];
    let mut events: Vec<&Event<'_>> = page.teams.iter().map(|team| &team.event).collect();
    events.extend(page.fixes.iter().map(|fix| &fix.event));
    events.sort_by_key(|event| event.slug);
    events.dedup_by_key(|event| event.slug);
    let to = |status: Option<Status>, competition: Option<&str>| {
        let pairs = [
            ("status", status.map_or("", Status::as_str)),
            ("competition", competition.unwrap_or("")),
        ];
        shell.href("/me", &pairs)
    };
    html! {
        nav.chips aria-label=(w.by_status) {
            @for status in [None].into_iter().chain(statuses.map(Some)) {
                a href=(to(status, page.competition)) aria-current=[(status == page.status).then_some("true")] {
                    @match status { None => (all.all_kinds), Some(status) => (status_word(all, status)) }
                }
            }
        }
        @if events.len() > 1 {
            nav.chips aria-label=(w.by_competition) {
                @for event in [None].into_iter().chain(events.into_iter().map(Some)) {
                    @let slug = event.map(|event| event.slug);
                    a href=(to(page.status, slug)) aria-current=[(slug == page.competition).then_some("true")] {
                        @match event { None => (w.all_competitions), Some(event) => (written(event.name.of(shell.lang))) }
                    }
                }
            }
        }
    }
}

fn fix_row(shell: &Shell<'_>, w: &Words, fix: &OwnFix<'_>) -> Markup {
    let row = &fix.row;
    html! {
        tr {
            th.fix scope="row" {
                a.title href=(shell.href(&format!("/submissions/{}", row.id), &[])) { (written(row.title)) }
                small {
                    span.narrow { (stamp(shell, row.status, row.held)) " " }
                    (pull_key(&row.pull))
                    " · " (written(fix.event.name.of(shell.lang)))
                    @if let Some(merged) = row.merged_at {
                        " · " (shell.words().merged) " " (when::stamp(shell, fix.event.zone, merged))
                    }
                }
                @if let Some(reason) = &row.reason { small.reason { (evidence(reason)) } }
                @if let Some(advice) = fix.advice { small.advice { b { (w.do_next) } " " (advice) } }
            }
            td.mid { (stamp(shell, row.status, row.held)) }
            td.num.points { @if row.held { "–" } @else { (row.points) } }
        }
    }
}

fn accounts(page: &MePage<'_>) -> Markup {
    let shell = &page.shell;
    let w = Words::of(shell.lang);
    html! {
        section.card aria-labelledby="accounts" {
            h2 #accounts { (w.accounts) }
            p.quiet { @if page.accounts.is_empty() { (w.no_account) } @else { (w.accounts_lead) } }
            ul.plain.accounts { @for account in &page.accounts { li {
                div {
                    strong { (account.forge.title()) " " (written(account.login)) }
                    small {
                        @if account.proven { (w.proven) }
                        @else if page.forges.iter().any(|forge| *account.forge == *forge) { (w.hint_do) }
                        @else { (w.hint) }
                    }
                }
                (ask_once(w.unbind, w.unbind_means, html! {
                    form method="post" action=(shell.href("/me/accounts/unbind", &[])) {
                        input type="hidden" name="forge" value=(account.forge);
                        input type="hidden" name="login" value=(account.login);
                        button.danger type="submit" { span { (w.unbind) " " (account.forge.title()) " " (written(account.login)) } }
                    }
                }))
            } } }
            div.acts.inset {
                @if page.forges.is_empty() { p.muted { (w.no_forge) } }
                @for forge in page.forges {
                    a.button.quiet-button href=(shell.href(
                        &format!("/auth/{}/start", forge.as_str()), &[("to", "/me?done=bound")],
                    )) { (w.bind_with(forge.title())) }
                }
            }
        }
    }
}

fn data(page: &MePage<'_>) -> Markup {
    let shell = &page.shell;
    let w = Words::of(shell.lang);
    html! {
        section.card aria-labelledby="data" {
            h2 #data { (w.data) }
            p.quiet { (w.data_lead) }
            div.acts.inset {
                a.button.quiet-button href=(shell.href("/api/v1/me/export", &[])) download { (w.download) }
                (ask_once(w.delete, w.delete_means, html! {
                    form method="post" action=(shell.href("/me/delete", &[])) {
                        button.danger type="submit" { (w.delete_do) }
                    }
                }))
            }
        }
    }
}
