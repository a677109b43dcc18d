//! "Why isn't my pull counted?": one pastes a pull's address and reads the answer.

use super::{
    parts::{pull_key, repository, written},
    shell::{Frame, Tab, Work, frame},
    verdict::{self, Case},
    view::{Event, PullRef, Shell},
    when,
};
use crate::domain::{
    forge::{Forge, ForgeHost},
    time::Moment,
};
use maud::{Markup, html};

pub struct ExplainPage<'a> {
    pub shell: Shell<'a>,
    pub event: Event<'a>,
    /// What was pasted, as it came; empty where nothing was asked.
    pub url: &'a str,
    /// None: nothing was asked yet.
    pub answer: Option<Answer<'a>>,
    /// A delivery about the pull came then and could not be read; and why, where one may know.
    pub unread: Option<(Moment, Option<&'a str>)>,
}

pub enum Answer<'a> {
    /// The pull is a submission: `id` and all that is known of it.
    Known(i64, Box<Case<'a>>),
    /// Its repository is in scope, but no hook, import or backfill has told of the pull.
    NotKnown(PullRef<'a>),
    /// Its repository is not in scope; the ones that are.
    OutOfScope(PullRef<'a>, Vec<(&'a ForgeHost, &'a str)>),
    /// It may be several, each as it is written with its forge.
    Several(&'a str),
    /// Not the address of a pull on one of the four forges.
    NotAPull,
}

pub fn explain(page: &ExplainPage<'_>) -> Markup {
    let (shell, event) = (&page.shell, &page.event);
    let w = shell.words();
    let head = html! {
        div.head.one { div {
            h1 { (w.why_question) }
            p.counts { (w.why_lead) }
        } }
        (form(page))
    };
    let body = html! {
        @if let Some((at, reason)) = page.unread {
            section.verdict.waiting {
                p.say { strong { (w.unread) } } p { (when::stamp(shell, event.zone, at)) }
                @if let Some(reason) = reason { p { code { (written(reason)) } } }
                p { (w.unread_do) }
            }
        }
        @match &page.answer {
            None => (how(page)),
            Some(Answer::Known(id, case)) => {
                h2.title.asked {
                    a href=(shell.href(&format!("/submissions/{id}"), &[])) { (written(case.pull.title)) }
                    small { (pull_key(&case.pull.key)) }
                }
                (verdict::case(shell, event, case))
            },
            Some(Answer::NotKnown(pull)) => {
                section.verdict.waiting {
                    p.say { strong { (w.not_known) } } p { (pull_key(pull)) } p { (w.not_known_do) }
                }
            },
            Some(Answer::OutOfScope(pull, scope)) => {
                section.verdict.rejected {
                    p.say { strong { (w.out_of_scope) } } p { (pull_key(pull)) } p { (w.out_of_scope_do) }
                    ul { @for (forge, path) in scope { li { (repository(forge, path)) } } }
                }
            },
            Some(Answer::Several(each)) => {
                section.verdict.waiting { p.say { strong { (w.several) } } p { code { (written(each)) } } }
            },
            Some(Answer::NotAPull) => {
                section.verdict.rejected { p.say { strong { (w.not_a_pull) } } p { (w.not_a_pull_do) } }
                (how(page))
            },
        }
    };
    frame(
        shell,
        Frame {
            title: &w.titled(w.why_question, event.name.of(shell.lang)),
            description: w.why_lead,
            event: Some(event),
            tab: Some(Tab::Why),
            nav: None,
            work: Work::No,
            canonical: event.path("/why"),
            head,
            body,
        },
    )
}

fn form(page: &ExplainPage<'_>) -> Markup {
    let shell = &page.shell;
    let w = shell.words();
    html! {
        form.ask method="get" action=(page.event.path("/why")) {
            @if shell.lang_in_url { input type="hidden" name="lang" value=(shell.lang.code()); }
            label for="url" { (w.pull_address) }
            div {
                input #url type="text" name="url" value=(page.url) required maxlength="2000" autocomplete="off"
                    placeholder="https://gitee.com/owner/name/pulls/1" inputmode="url" spellcheck="false";
                button type="submit" { (w.ask) }
            }
        }
    }
}

/// The four forms of address, so that one sees what to copy.
fn how(page: &ExplainPage<'_>) -> Markup {
    let w = page.shell.words();
    let forms = [
        (Forge::GitHub, "https://github.com/owner/name/pull/1"),
        (Forge::Gitee, "https://gitee.com/owner/name/pulls/1"),
        (Forge::GitLab, "https://gitlab.com/group/name/-/merge_requests/1"),
        (Forge::GitCode, "https://gitcode.com/owner/name/pull/1"),
    ];
    html! {
        section.card.prose {
            h2 { (w.address_forms) }
            dl.facts { @for (forge, form) in forms { div { dt { (forge.title()) } dd { code { (form) } } } } }
        }
    }
}
