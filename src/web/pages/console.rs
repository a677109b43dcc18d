//! An organizer's console: what its pages share. Each page is a file of `console/`.

mod announcement;
mod invites;
mod members;
mod overview;
mod requests;
mod waiting;

pub use announcement::{AnnouncementPage, announcement};
pub use invites::{InviteRow, InviteState, InvitesPage, invites};
pub use members::{MemberRow, MembersPage, SILENT_DAYS, members};
pub use overview::{Gap, OverviewPage, Place, Scope, overview};
pub use requests::{RequestRow, RequestsPage, requests};
pub use waiting::{WaitingPage, WaitingRow, waiting};

use super::{
    parts::{freeze_banner, written},
    shell::{Frame, Work, console, frame},
    view::{Event, Shell, TeamRef},
};
use crate::{
    domain::team::Standing,
    web::words::{console::Console as Words, form::Form},
};
use maud::{Markup, html};

/// Whose console, and how the team stands.
#[derive(Clone, Copy, Debug)]
pub struct Desk<'a> {
    pub shell: Shell<'a>,
    pub event: Event<'a>,
    pub team: TeamRef<'a>,
    pub standing: Standing,
    /// A form was taken just now.
    pub done: bool,
}

impl Desk<'_> {
    /// `rest` is empty or begins with `/`.
    fn path(&self, rest: &str) -> String {
        self.event.path(&format!("/teams/{}/console{rest}", self.team.slug))
    }

    fn link(&self, rest: &str, query: &[(&str, &str)]) -> String {
        self.shell.href(&self.path(rest), query)
    }

    fn words(&self) -> &'static Words {
        Words::of(self.shell.lang)
    }
}

/// A page of the console. `rest`: its place below it.
fn page(desk: &Desk<'_>, rest: &str, title: &str, lead: Option<&str>, figures: &Markup, body: &Markup) -> Markup {
    let (shell, event, w) = (&desk.shell, &desk.event, desk.words());
    let name = desk.team.name.of(shell.lang);
    let path = desk.path(rest);
    let public = event.path(&format!("/teams/{}", desk.team.slug));
    let tabs = [
        (desk.path(""), w.tab_overview),
        (desk.path("/waiting"), w.tab_waiting),
        (desk.path("/members"), w.tab_members),
        (desk.path("/requests"), w.tab_requests),
        (desk.path("/invites"), w.tab_invites),
        (desk.path("/announcement"), w.tab_announcement),
    ];
    let head = html! {
        div.head.one {
            div {
                p.counts { a href=(shell.href(&public, &[])) { (written(name)) } " · " (written(event.name.of(shell.lang))) }
                h1 { (title) }
                @if let Some(lead) = lead { p.counts { (lead) } }
            }
        }
        (figures)
    };
    let body = html! {
        @if desk.done { p.done role="status" { (Form::of(shell.lang).done) } }
        @if let Some(standing) = w.standing(desk.standing) { div.banner role="note" { p { (standing) } } }
        (freeze_banner(shell, event))
        (body)
    };
    let common = shell.words();
    frame(
        shell,
        Frame {
            title: &common.titled(&format!("{title} · {name}"), event.name.of(shell.lang)),
            description: w.description,
            event: Some(event),
            tab: None,
            nav: Some(console(shell, w.pages, &path, &tabs)),
            work: Work::Forms,
            canonical: path.clone(),
            head,
            body,
        },
    )
}

/// A choice that narrows or sorts a list.
struct Choice<'a> {
    name: &'static str,
    label: &'a str,
    /// Values and their words.
    all: &'a [(&'a str, &'a str)],
    now: &'a str,
}

/// What a list is narrowed to and sorted by: a form that needs no script, all of it in the address.
fn narrow(desk: &Desk<'_>, rest: &str, choices: &[Choice<'_>], find: Option<(&str, &str)>) -> Markup {
    let shell = &desk.shell;
    html! {
        form.find.narrow-list method="get" action=(desk.path(rest)) {
            @if shell.lang_in_url { input type="hidden" name="lang" value=(shell.lang.code()); }
            @for choice in choices {
                label { small { (choice.label) }
                    select name=(choice.name) {
                        @for (value, word) in choice.all { option value=(value) selected[*value == choice.now] { (word) } }
                    }
                }
            }
            @if let Some((label, q)) = find {
                label { small { (label) } input type="search" name="q" value=(q) maxlength="100"; }
            }
            button type="submit" { (Form::of(shell.lang).filter) }
        }
    }
}
