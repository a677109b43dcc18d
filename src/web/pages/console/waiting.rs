//! What of a team does not count yet and why, with what its author can do.

use super::{Choice, Desk, narrow, page};
use crate::{
    domain::{
        check::{Check, Outcome},
        evaluate::Status,
        time::Moment,
    },
    web::pages::{
        parts::{empty, evidence, pages, person_link, pull_key, stamp, written},
        view::{Paging, PersonRef, PullRef},
        when,
    },
};
use maud::{Markup, html};

pub struct WaitingPage<'a> {
    pub desk: Desk<'a>,
    /// `open`, `review`, `waiting` or `rejected`.
    pub status: &'a str,
    /// `oldest` or `newest`.
    pub sort: &'a str,
    /// A person's slug; empty: everybody.
    pub person: &'a str,
    /// Members to choose from: slugs and names.
    pub people: Vec<(&'a str, &'a str)>,
    pub rows: Vec<WaitingRow<'a>>,
    pub paging: Paging,
}

pub struct WaitingRow<'a> {
    pub id: i64,
    pub title: &'a str,
    pub pull: PullRef<'a>,
    pub person: Option<PersonRef<'a>>,
    pub status: Status,
    /// Merged since the board was frozen.
    pub held: bool,
    pub created_at: Moment,
    pub merged_at: Option<Moment>,
    /// The checks that keep it from counting, said.
    pub reasons: Vec<(Check, Outcome, String)>,
}

pub fn waiting(waiting: &WaitingPage<'_>) -> Markup {
    let desk = &waiting.desk;
    let (shell, w) = (&desk.shell, desk.words());
    let common = shell.words();
    let statuses = [
        ("open", w.status_open),
        ("review", w.status_review),
        ("waiting", w.status_waiting),
        ("rejected", w.status_rejected),
    ];
    let sorts = [("oldest", w.sort_oldest), ("newest", w.sort_newest)];
    let mut people = vec![("", w.everyone)];
    people.extend(waiting.people.iter().copied());
    let choices = [
        Choice {
            name: "status",
            label: w.show,
            all: &statuses,
            now: waiting.status,
        },
        Choice {
            name: "person",
            label: w.of_person,
            all: &people,
            now: waiting.person,
        },
        Choice {
            name: "sort",
            label: crate::web::words::form::Form::of(shell.lang).sort,
            all: &sorts,
            now: waiting.sort,
        },
    ];
    let pairs = [
        ("status", waiting.status),
        ("person", waiting.person),
        ("sort", waiting.sort),
    ];
    let body = html! {
        (narrow(desk, "/waiting", &choices, None))
        div.card {
            @if waiting.rows.is_empty() { (empty(w.no_waiting_title, w.no_waiting_do, None)) }
            @else {
                table.list {
                    caption { (w.waiting_caption) }
                    thead { tr { th scope="col" { (common.fix) } th.mid scope="col" { (common.status) } } }
                    tbody { @for row in &waiting.rows { (line(desk, row)) } }
                }
            }
        }
        (pages(shell, &desk.path("/waiting"), &pairs, &waiting.paging))
    };
    page(desk, "/waiting", w.tab_waiting, Some(w.waiting_lead), &html! {}, &body)
}

fn line(desk: &Desk<'_>, row: &WaitingRow<'_>) -> Markup {
    let (shell, event, w) = (&desk.shell, &desk.event, desk.words());
    let common = shell.words();
    html! {
        tr {
            th.fix scope="row" {
                a.title href=(shell.href(&format!("/submissions/{}", row.id), &[])) { (written(row.title)) }
                small {
                    span.narrow { (stamp(shell, row.status, row.held)) " " }
                    @if let Some(person) = &row.person { (person_link(shell, event, person)) " · " }
                    (pull_key(&row.pull)) " · " (w.opened) " " (when::stamp(shell, event.zone, row.created_at))
                    @if let Some(merged) = row.merged_at { " · " (common.merged) " " (when::stamp(shell, event.zone, merged)) }
                }
                @if row.held { p.reason.after { (w.held_do) } }
                @else {
                    @for (check, outcome, detail) in &row.reasons {
                        p.reason.after {
                            b { (common.check(*check)) } ": " (evidence(detail))
                            span.advice { (common.advice(*check, *outcome)) }
                        }
                    }
                }
            }
            td.mid { (stamp(shell, row.status, row.held)) }
        }
    }
}
