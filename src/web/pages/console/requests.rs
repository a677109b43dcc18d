//! Who asks to join, and letting them in or not.

use super::{Choice, Desk, narrow, page};
use crate::{
    domain::{joining::RequestState, time::Moment},
    web::pages::{
        form::ask_once,
        parts::{empty, pages, written},
        view::{Paging, PersonRef},
        when,
    },
};
use maud::{Markup, html};

pub struct RequestsPage<'a> {
    pub desk: Desk<'a>,
    /// `open`, `answered` or `all`.
    pub show: &'a str,
    /// Why one was not answered just now.
    pub refused: Option<String>,
    pub rows: Vec<RequestRow<'a>>,
    pub paging: Paging,
}

#[derive(Clone, Copy, Debug)]
pub struct RequestRow<'a> {
    pub person: PersonRef<'a>,
    /// What they say; may be empty.
    pub text: &'a str,
    pub state: RequestState,
    pub asked_at: Moment,
    pub answered_at: Option<Moment>,
}

pub fn requests(requests: &RequestsPage<'_>) -> Markup {
    let desk = &requests.desk;
    let (shell, w) = (&desk.shell, desk.words());
    let shows = [
        ("open", w.request_open),
        ("answered", w.request_answered),
        ("all", w.show_all),
    ];
    let choices = [Choice {
        name: "show",
        label: w.show,
        all: &shows,
        now: requests.show,
    }];
    let invites = desk.link("/invites", &[]);
    let body = html! {
        @if let Some(refused) = &requests.refused { div.refused role="alert" { p { (written(refused)) } } }
        (narrow(desk, "/requests", &choices, None))
        section.card aria-labelledby="asked" {
            h2 #asked { (w.requests_caption) }
            @if requests.rows.is_empty() { (empty(w.no_request_title, w.no_request_do, Some((&invites, w.tab_invites)))) }
            @else { ul.plain { @for row in &requests.rows { (line(desk, row)) } } }
        }
        (pages(shell, &desk.path("/requests"), &[("show", requests.show)], &requests.paging))
    };
    page(
        desk,
        "/requests",
        w.tab_requests,
        Some(w.requests_lead),
        &html! {},
        &body,
    )
}

fn line(desk: &Desk<'_>, row: &RequestRow<'_>) -> Markup {
    let (shell, event, w) = (&desk.shell, &desk.event, desk.words());
    let (class, word) = match row.state {
        RequestState::Open => ("waiting", w.request_waiting),
        RequestState::Accepted => ("accepted", w.request_accepted),
        RequestState::Declined => ("rejected", w.request_declined),
        RequestState::Withdrawn => ("held", w.request_withdrawn),
    };
    let action = desk.link(&format!("/requests/{}", row.person.slug), &[]);
    let answer = |status: &str, class: &str, word: &str| {
        html! {
            form method="post" action=(action) {
                input type="hidden" name="status" value=(status);
                button.(class) type="submit" { span { (word) ": " (written(row.person.name)) } }
            }
        }
    };
    html! {
        li.asked-line {
            div.acts { b { (written(row.person.name)) } code { (written(row.person.code)) } span.stamp.(class) { (word) } }
            small.block {
                (w.asked) " " (when::stamp(shell, event.zone, row.asked_at))
                @if let Some(at) = row.answered_at { " · " (word) " " (when::stamp(shell, event.zone, at)) }
            }
            @if !row.text.is_empty() { p.pre { (written(row.text)) } }
            @if row.state == RequestState::Open {
                div.acts.answers {
                    (answer("accepted", "go", w.accept))
                    (ask_once(w.decline, w.decline_means, answer("declined", "danger", w.decline_now)))
                }
            }
        }
    }
}
