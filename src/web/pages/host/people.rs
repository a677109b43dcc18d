//! People who sign in, and what they may do.

use super::{Sheet, Words, ask, reason_field, sheet};
use crate::{
    app::{Account, RoleName},
    domain::text::Slug,
    web::{
        pages::{
            form::{Field, Input, Typed, field, refused},
            parts::{empty, pages, written},
            view::{Paging, Shell},
            when,
        },
        words::form::Form as FormWords,
    },
};
use chrono_tz::Tz;
use maud::{Markup, html};

pub struct PeopleListPage<'a> {
    pub shell: Shell<'a>,
    pub accounts: &'a [Account],
    pub q: &'a str,
    pub paging: Paging,
    pub done: bool,
    pub typed: Typed<'a>,
}

pub fn people_list(page: &PeopleListPage<'_>) -> Markup {
    let shell = &page.shell;
    let (w, words) = (Words::of(shell.lang), shell.words());
    let body = html! {
        div.filters { form.find method="get" action="/host/people" role="search" {
            @if shell.lang_in_url { input type="hidden" name="lang" value=(shell.lang.code()); }
            input type="search" name="q" value=(page.q) placeholder=(w.find_login) aria-label=(w.find_login) maxlength="100";
            button type="submit" { (words.find) }
        } }
        div.cols {
            div {
                @if page.accounts.is_empty() { div.card { (empty(w.nobody, w.nobody_do, None)) } }
                @else { div.card { table.list.flow {
                    caption { (w.people) }
                    thead { tr {
                        th scope="col" { (w.login) }
                        th scope="col" { (w.roles) }
                        th.mid scope="col" { (w.since) }
                    } }
                    tbody { @for account in page.accounts { tr {
                        th scope="row" {
                            a href=(shell.href(&format!("/host/people/{}", account.login), &[])) { (written(&account.login)) }
                            small {
                                @if account.name != account.login { (written(&account.name)) " · " }
                                code { (account.person) }
                                @if account.banned_at.is_some() { " · " span.error { (w.banned) } }
                            }
                        }
                        td {
                            @if account.roles.is_empty() { span.quiet { (w.no_roles) } }
                            @for role in &account.roles { div { (said(shell, role)) } }
                        }
                        td.mid { (when::stamp(shell, Tz::UTC, account.created_at)) }
                    } } }
                } } }
                (pages(shell, "/host/people", &[("q", page.q)], &page.paging))
            }
            (add_form(page))
        }
    };
    sheet(
        shell,
        Sheet {
            title: w.people,
            lead: w.people_lead,
            event: None,
            admin: true,
            path: "/host/people".into(),
            done: page.done,
            body,
        },
    )
}

/// `judge of spring-sprint`, with the link.
fn said(shell: &Shell<'_>, role: &RoleName) -> Markup {
    let w = Words::of(shell.lang);
    let link = |competition: &Slug| {
        html! { a href=(shell.href(&format!("/competitions/{competition}/host"), &[])) { (competition) } }
    };
    match role {
        RoleName::Admin => html! { (w.admin) },
        RoleName::Judge { competition } => html! { (w.judge) " · " (link(competition)) },
        RoleName::Organizer { competition, team } => {
            html! { (w.organizer) " · " (link(competition)) " / " (written(team.as_str())) }
        }
    }
}

fn add_form(page: &PeopleListPage<'_>) -> Markup {
    let (shell, typed) = (&page.shell, &page.typed);
    let w = Words::of(shell.lang);
    html! {
        form.card.form method="post" action=(shell.href("/host/people", &[])) {
            h2 { (w.add_login) }
            (refused(shell, typed))
            (field(shell, typed, &Field {
                name: "login", label: w.login, value: "", hint: None, required: true, autocomplete: "off",
                input: Input::Line("text"),
            }))
            (field(shell, typed, &Field {
                name: "password", label: w.password, value: "", hint: Some(w.password_hint), required: true,
                autocomplete: "new-password", input: Input::Line("password"),
            }))
            button type="submit" { (w.add_login) }
        }
    }
}

pub struct AccountPage<'a> {
    pub shell: Shell<'a>,
    pub account: &'a Account,
    /// Slugs of the competitions that a role can be of.
    pub competitions: &'a [String],
    pub done: bool,
    pub typed: Typed<'a>,
}

pub fn account(page: &AccountPage<'_>) -> Markup {
    let (shell, account) = (&page.shell, page.account);
    let w = Words::of(shell.lang);
    let f = FormWords::of(shell.lang);
    let path = format!("/host/people/{}", account.login);
    let body = html! {
        (refused(shell, &page.typed))
        div.cols {
            div.stack {
                section.card aria-labelledby="roles" {
                    h2 #roles { (w.roles) }
                    @if account.roles.is_empty() { p.hint { (w.no_roles) } }
                    ul.plain.roles { @for role in &account.roles { li {
                        span { (said(shell, role)) }
                        (ask_take(shell, &path, role))
                    } } }
                }
                (give_form(page, &path))
            }
            section.card.prose aria-labelledby="login" {
                h2 #login { (w.login) }
                dl.facts {
                    div { dt { (w.login) } dd { (written(&account.login)) } }
                    div { dt { (w.person) } dd { (written(&account.name)) " " code { (account.person) } } }
                    div { dt { (w.since) } dd { (when::both_clocks(shell, Tz::UTC, account.created_at)) } }
                    @if let Some(banned) = account.banned_at {
                        div { dt { (w.banned) } dd { (when::both_clocks(shell, Tz::UTC, banned)) } }
                    }
                }
                @if account.banned_at.is_some() {
                    form method="post" action=(shell.href(&format!("{path}/unban"), &[])) {
                        button.quiet-button type="submit" { (w.unban) }
                    }
                } @else {
                    (ask(w.ban, &html! { p { (w.ban_means) } }, &html! {
                        form.form.bare method="post" action=(shell.href(&format!("{path}/ban"), &[])) {
                            (reason_field(shell, &page.typed, "reason", true))
                            button.danger type="submit" { (w.ban) }
                        }
                    }, page.typed.objection.is_some_and(|objection| objection.field() == Some("reason"))))
                }
                p { a href=(shell.href("/host/people", &[])) { "← " (w.people) } }
                p.quiet { (f.undoable) }
            }
        }
    };
    sheet(
        shell,
        Sheet {
            title: &account.login,
            lead: w.people,
            event: None,
            admin: true,
            path,
            done: page.done,
            body,
        },
    )
}

/// A role in the fields of a form.
fn role_inputs(role: &RoleName) -> Markup {
    let (competition, team) = match role {
        RoleName::Admin => ("", ""),
        RoleName::Judge { competition } => (competition.as_str(), ""),
        RoleName::Organizer { competition, team } => (competition.as_str(), team.as_str()),
    };
    let name = match role {
        RoleName::Admin => "admin",
        RoleName::Judge { .. } => "judge",
        RoleName::Organizer { .. } => "organizer",
    };
    html! {
        input type="hidden" name="role" value=(name);
        input type="hidden" name="competition" value=(competition);
        input type="hidden" name="team" value=(team);
    }
}

fn ask_take(shell: &Shell<'_>, path: &str, role: &RoleName) -> Markup {
    let w = Words::of(shell.lang);
    let f = FormWords::of(shell.lang);
    let form = html! {
        form method="post" action=(shell.href(&format!("{path}/roles"), &[])) {
            (role_inputs(role))
            button.danger type="submit" name="act" value="take" { (w.take) " " (said_plain(shell, role)) }
        }
    };
    ask(w.change, &html! { p { (f.undoable) } }, &form, false)
}

fn said_plain(shell: &Shell<'_>, role: &RoleName) -> &'static str {
    let w = Words::of(shell.lang);
    match role {
        RoleName::Admin => w.admin,
        RoleName::Judge { .. } => w.judge,
        RoleName::Organizer { .. } => w.organizer,
    }
}

fn give_form(page: &AccountPage<'_>, path: &str) -> Markup {
    let (shell, typed) = (&page.shell, &page.typed);
    let w = Words::of(shell.lang);
    let mut competitions: Vec<(&str, &str)> = vec![("", "–")];
    competitions.extend(page.competitions.iter().map(|slug| (slug.as_str(), slug.as_str())));
    html! {
        form.card.form method="post" action=(shell.href(&format!("{path}/roles"), &[])) {
            h2 { (w.give_role) }
            (field(shell, typed, &Field {
                name: "role", label: w.role, value: "judge", hint: None, required: true, autocomplete: "off",
                input: Input::Choice(&[("judge", w.judge), ("organizer", w.organizer), ("admin", w.admin)]),
            }))
            div.pair {
                (field(shell, typed, &Field {
                    name: "competition", label: w.of_competition, value: "", hint: None, required: false,
                    autocomplete: "off", input: Input::Choice(&competitions),
                }))
                (field(shell, typed, &Field {
                    name: "team", label: w.of_team, value: "", hint: None, required: false, autocomplete: "off",
                    input: Input::Line("text"),
                }))
            }
            button type="submit" name="act" value="give" { (w.give_role) }
        }
    }
}
