//! A submission's page: why it counts, or why it does not yet.

use super::{
    parts::freeze_banner,
    shell::{Frame, Work, frame},
    verdict::{self, Case},
    view::{Event, Shell},
    when,
};
use crate::{domain::time::Moment, web::words::desk::Desk};
use maud::{Markup, html};

pub struct SubmissionPage<'a> {
    pub shell: Shell<'a>,
    pub event: Event<'a>,
    /// `/submissions/{id}`.
    pub id: i64,
    pub case: Case<'a>,
    /// A judge looks, who can go to the desk from here.
    pub may_judge: bool,
    /// Until when whoever it belongs to can appeal against the decision that stands.
    pub appeal_until: Option<Moment>,
}

/// What a judge sees here and others do not, said so.
fn freeze_banner_of(page: &SubmissionPage<'_>) -> Markup {
    html! { @if page.event.uncovered { (freeze_banner(&page.shell, &page.event)) } }
}

/// What whoever it belongs to, and whoever judges, can do from here.
fn next_steps(page: &SubmissionPage<'_>) -> Markup {
    let (shell, event) = (&page.shell, &page.event);
    let w = Desk::of(shell.lang);
    html! {
        @if let Some(until) = page.appeal_until {
            p.next-step {
                (w.appeal_offer) " " (when::both_clocks(shell, event.zone, until)) " "
                a.button href=(shell.href(&format!("/submissions/{}/appeal", page.id), &[])) { (w.appeal_title) }
            }
        }
        @if page.may_judge {
            p.next-step {
                a.button href=(shell.href(&event.path(&format!("/judge/{}", page.id)), &[])) { (w.at_desk) }
            }
        }
    }
}

pub fn submission(page: &SubmissionPage<'_>) -> Markup {
    let (shell, event) = (&page.shell, &page.event);
    let w = shell.words();
    frame(
        shell,
        Frame {
            title: page.case.pull.title,
            description: w.submission_description,
            event: Some(event),
            tab: None,
            nav: None,
            work: if page.may_judge || page.appeal_until.is_some() {
                Work::Forms
            } else {
                Work::No
            },
            canonical: format!("/submissions/{}", page.id),
            head: verdict::head(shell, event, &page.case),
            body: html! {
                (freeze_banner_of(page))
                (verdict::case(shell, event, &page.case))
                (next_steps(page))
            },
        },
    )
}
