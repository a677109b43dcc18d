//! A submission's page: why it counts, or why it does not yet.

use super::{
    shell::{Frame, Work, frame},
    verdict::{self, Case},
    view::{Event, Shell},
};
use maud::{Markup, html};

pub struct SubmissionPage<'a> {
    pub shell: Shell<'a>,
    pub event: Event<'a>,
    /// `/submissions/{id}`.
    pub id: i64,
    pub case: Case<'a>,
    /// A judge looks, who can go to the desk from here.
    pub may_judge: bool,
    /// A decision stands on it that whoever it belongs to can still appeal.
    pub may_appeal: bool,
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
            work: Work::No,
            canonical: format!("/submissions/{}", page.id),
            head: verdict::head(shell, event, &page.case),
            body: html! { (verdict::case(shell, event, &page.case)) },
        },
    )
}
