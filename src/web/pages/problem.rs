//! An error as a page: what happened, and what to do next.

use super::{
    parts::written,
    shell::{Frame, Work, frame},
    view::{Event, Shell},
};
use maud::{Markup, html};

pub struct ProblemPage<'a> {
    pub shell: Shell<'a>,
    pub problem: Problem,
    /// The competition that the address names, where it is known: its navigation helps on.
    pub event: Option<Event<'a>>,
    /// What of the request was wrong, in the reader's language; never an inner error.
    pub detail: Option<&'a str>,
    /// For whoever runs the instance.
    pub request_id: Option<&'a str>,
}

/// What can go wrong with a page, whatever the status code says in detail.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Problem {
    NotFound,
    BadRequest,
    Forbidden,
    TooMany,
    Unavailable,
    Internal,
}

impl Problem {
    /// The problem that a status code of 400 to 599 belongs to.
    pub fn of_status(status: u16) -> Self {
        match status {
            404 | 410 => Self::NotFound,
            401 | 403 => Self::Forbidden,
            429 => Self::TooMany,
            502..=504 => Self::Unavailable,
            500..=599 => Self::Internal,
            _ => Self::BadRequest,
        }
    }
}

pub fn problem(page: &ProblemPage<'_>) -> Markup {
    let shell = &page.shell;
    let w = shell.words();
    let (title, next) = match page.problem {
        Problem::NotFound => (w.not_found, w.not_found_do),
        Problem::BadRequest => (w.bad_request, w.bad_request_do),
        Problem::Forbidden => (w.forbidden, w.forbidden_do),
        Problem::TooMany => (w.too_many, w.too_many_do),
        Problem::Unavailable => (w.unavailable, w.unavailable_do),
        Problem::Internal => (w.internal, w.internal_do),
    };
    let (home, word) = match &page.event {
        Some(event) => (shell.href(&event.path(""), &[]), w.tab_board),
        None => (shell.href("/", &[]), w.competitions),
    };
    let head = html! { div.head { div { h1 { (title) } } } };
    let body = html! {
        div.card.prose {
            @if let Some(detail) = page.detail { p { (written(detail)) } }
            p { (next) }
            p { a.button href=(home) { (word) } }
            @if let Some(id) = page.request_id { p.quiet { (w.request_number) " " code { (written(id)) } } }
        }
    };
    frame(
        shell,
        Frame {
            title,
            description: next,
            event: page.event.as_ref(),
            tab: None,
            nav: None,
            work: Work::No,
            canonical: shell.path.to_owned(),
            head,
            body,
        },
    )
}
