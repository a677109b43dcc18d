//! One submission on the judge's desk: all its evidence, and the forms that decide on it.

use super::{
    desk::{DeskFrame, key, own_words, reasons},
    form::Typed,
    parts::{evidence, pull_key, stamp, written},
    verdict::{self, Case, signed},
    view::PullRef,
    when,
};
use crate::{
    app::Objection,
    domain::{
        check::Outcome,
        evaluate::{Action, Seen, Status},
        pull::{Actor, Pull},
        time::Moment,
    },
    store::{AppealStatus, Decided},
    web::words::desk::Desk as Words,
};
use maud::{Markup, html};

pub struct DeskCasePage<'a> {
    pub frame: DeskFrame<'a>,
    pub id: i64,
    pub etag: &'a str,
    pub case: Case<'a>,
    pub pull: &'a Pull,
    pub reverted: bool,
    /// The other of a duplicate: its number and its facts.
    pub twin: Option<(i64, &'a Pull)>,
    pub others: Vec<Other<'a>>,
    pub others_total: u64,
    /// Newest first.
    pub decisions: &'a [Decided],
    pub appeal: Option<i64>,
    /// Why this judge must not decide; why nobody can.
    pub conflict: Option<String>,
    pub refused: Option<String>,
    /// The judge may say when it landed.
    pub dated: bool,
    pub may_undo: bool,
    pub before: Option<i64>,
    pub next: Option<i64>,
    pub total: u64,
    /// The form that was refused, and what was typed into it.
    pub typed: Typed<'a>,
}

/// Another submission of the same person.
#[derive(Clone, Copy)]
pub struct Other<'a> {
    pub id: i64,
    pub title: &'a str,
    pub status: Status,
    pub points: i64,
    pub merged_at: Option<Moment>,
}

impl DeskCasePage<'_> {
    fn standing(&self) -> Option<&Decided> {
        self.decisions.iter().find(|decided| decided.ended.is_none())
    }

    /// A decision can be taken: nobody has, or it came back.
    fn is_open(&self) -> bool {
        let free = self.standing().is_none() || self.case.status == Status::Review;
        free && self.conflict.is_none() && self.refused.is_none()
    }
}

pub fn desk_case(page: &DeskCasePage<'_>) -> Markup {
    let desk = &page.frame;
    let head = html! {
        (verdict::head(&desk.shell, &desk.event, &page.case))
        (steps(page))
    };
    let body = html! {
        (refused(page))
        div.cols.desk {
            div.stack {
                (why_here(page))
                @if let Some(standing) = page.standing() { (changes(page, standing)) }
                @if let Some(twin) = page.twin { (side_by_side(page, twin)) }
                (facts(page))
                (checks(page))
                @if !page.others.is_empty() { (others(page)) }
                @if !page.decisions.is_empty() { (history(desk, page.decisions)) }
            }
            div.stack.panel { (panel(page)) }
        }
    };
    desk.page(page.case.pull.title, &format!("/{}", page.id), head, body)
}

/// To the one before and the next one, and how many wait.
fn steps(page: &DeskCasePage<'_>) -> Markup {
    let (desk, w) = (&page.frame, page.frame.words());
    html! {
        nav.steps aria-label=(w.tab_queue) {
            @if let Some(before) = page.before {
                a rel="prev" data-key="k" aria-keyshortcuts="k" href=(desk.href(&format!("/{before}"))) {
                    "← " (w.before) " " (key("k"))
                }
            }
            a href=(desk.href("")) { (w.waiting(page.total)) }
            @if let Some(next) = page.next {
                a rel="next" data-key="j" aria-keyshortcuts="j" href=(desk.href(&format!("/{next}"))) {
                    (w.next) " →" " " (key("j"))
                }
            }
        }
    }
}

/// What was refused a moment ago, with what was typed where no form holds it any more.
fn refused(page: &DeskCasePage<'_>) -> Markup {
    let (w, lang) = (page.frame.words(), page.frame.shell.lang);
    let typed = page.typed.values.and_then(|values| values.get("reason"));
    html! {
        @if let Some(objection) = page.typed.objection {
            div.refused role="alert" {
                @if objection.field().is_some() { p { (crate::web::words::form::Form::of(lang).refused) } }
                @else if let Objection::AlreadyDecided { by, action, at } = objection {
                    p { strong { (w.already) " " (written(by)) ": " (w.decided(*action)) } " · "
                        (when::stamp(&page.frame.shell, page.frame.event.zone, *at)) }
                }
                @else { p { (written(&objection.say(lang))) } }
                @if !page.is_open() { @if let Some(typed) = typed {
                    p { strong { (w.your_words) } ": " (written(typed)) }
                } }
            }
        }
    }
}

/// The checks that ask or fail, first of all.
fn why_here(page: &DeskCasePage<'_>) -> Markup {
    let (desk, w) = (&page.frame, page.frame.words());
    let shell = &desk.shell;
    let open = || page.case.checks.iter().filter(|line| line.outcome != Outcome::Pass);
    html! {
        section.verdict.(page.case.status.as_str()) aria-labelledby="why" {
            @let in_review = page.case.status == Status::Review;
            h2.say #why {
                (stamp(shell, page.case.status, false)) " " (if in_review { w.why_here } else { w.did_not_pass })
            }
            ul.todo {
                @for line in open() {
                    li { strong { (shell.words().check(line.check)) } ": " (evidence(&line.evidence)) }
                }
                @if open().next().is_none() { li { @if in_review { (w.every_review) } @else { (w.none_open) } } }
            }
        }
    }
}

fn actor(actor: &Actor) -> Markup {
    html! { (written(if actor.login.is_empty() { actor.id.as_deref().unwrap_or("–") } else { &actor.login })) }
}

fn chips(labels: &[String], w: &Words) -> Markup {
    html! {
        @if labels.is_empty() { (w.no_labels) }
        @for label in labels { code.chip { (written(label)) } " " }
    }
}

fn lines(pull: &Pull, w: &Words) -> Markup {
    html! {
        @match (pull.additions, pull.deletions) {
            (None, None) => { (w.unknown) },
            (more, less) => { span.gain { "+" (more.unwrap_or(0)) } " " span.loss { "−" (less.unwrap_or(0)) } },
        }
    }
}

/// A pull's address, where it is one of the web.
fn address(pull: &Pull) -> Option<&str> {
    let url = pull.url.as_deref()?;
    Some(url).filter(|url| url.starts_with("https://") || url.starts_with("http://"))
}

/// Characters of a description that are shown.
const BODY: usize = 4_000;

fn facts(page: &DeskCasePage<'_>) -> Markup {
    let (desk, w, pull) = (&page.frame, page.frame.words(), page.pull);
    let (shell, zone) = (&desk.shell, desk.event.zone);
    let body: String = pull.body.trim().chars().take(BODY).collect();
    html! {
        section.card aria-labelledby="facts" {
            h2 #facts { (w.facts) }
            dl.facts {
                div { dt { (w.size) } dd { (lines(pull, w)) } }
                div { dt { (w.labels) } dd { (chips(&pull.labels, w)) } }
                div { dt { (w.merged_by) } dd { @match &pull.merged_by { Some(by) => (actor(by)), None => (w.unknown) } } }
                div { dt { (w.author) } dd { (actor(&pull.author)) } }
                div { dt { (w.branch) } dd { code { (written(branch(&pull.base_branch))) } } }
                @if !pull.linked_issues.is_empty() {
                    div { dt { (w.issues) } dd { (chips(&pull.linked_issues, w)) } }
                }
                div { dt { (w.created) } dd { (when::both_clocks(shell, zone, pull.created_at)) } }
                @if let Some(merged) = pull.merged_at {
                    div { dt { (w.merged) } dd { (when::both_clocks(shell, zone, merged)) } }
                }
            }
            details open[body.chars().count() <= 600] {
                summary { (w.body) }
                div.written.pre dir="auto" { @if body.is_empty() { (w.no_body) } @else { (written(&body)) } }
            }
        }
    }
}

fn checks(page: &DeskCasePage<'_>) -> Markup {
    let (shell, w) = (&page.frame.shell, page.frame.words());
    let passed = page.case.checks.iter().filter(|line| line.outcome == Outcome::Pass);
    html! {
        details.card {
            summary { strong { (w.checks) } " · " (w.passed_of(passed.count())) }
            (verdict::check_list(shell, &page.case))
        }
    }
}

fn side_by_side(page: &DeskCasePage<'_>, (id, twin): (i64, &Pull)) -> Markup {
    let (desk, w) = (&page.frame, page.frame.words());
    let (shell, zone) = (&desk.shell, desk.event.zone);
    let own = page.pull;
    let key = |pull: &Pull| {
        pull_key(&PullRef {
            forge: &pull.forge,
            repository: pull.repository.as_str(),
            number: pull.number,
        })
    };
    let merged = |pull: &Pull| html! { @if let Some(at) = pull.merged_at { (when::stamp(shell, zone, at)) } };
    let sha = |pull: &Pull| {
        let sha = pull.merge_sha.as_deref().or(pull.head_sha.as_deref()).unwrap_or("–");
        html! { code { (written(&sha.chars().take(10).collect::<String>())) } }
    };
    let rows: [(&str, Markup, Markup); 7] = [
        (w.title, written(&own.title), written(&twin.title)),
        (w.fix, key(own), key(twin)),
        (
            w.branch,
            written(branch(&own.base_branch)),
            written(branch(&twin.base_branch)),
        ),
        (w.merged, merged(own), merged(twin)),
        (w.commit, sha(own), sha(twin)),
        (w.size, lines(own, w), lines(twin, w)),
        (w.labels, chips(&own.labels, w), chips(&twin.labels, w)),
    ];
    html! {
        div.card { table.list.twins {
            caption { (w.twin) }
            thead { tr {
                th scope="col" { span.sr { (w.fix) } }
                th scope="col" { (w.this_one) }
                th scope="col" { a href=(desk.href(&format!("/{id}"))) { (w.other_one) } }
            } }
            tbody { @for (name, own, other) in rows { tr { th scope="row" { (name) } td { (own) } td { (other) } } } }
        }
        @if let Some(url) = address(twin) {
            p.hint { a href=(url) rel="noopener nofollow" { (shell.words().see_at(&twin.forge.title())) } }
        } }
    }
}

fn others(page: &DeskCasePage<'_>) -> Markup {
    let (desk, w) = (&page.frame, page.frame.words());
    let (shell, zone) = (&desk.shell, desk.event.zone);
    html! {
        details.card {
            summary { strong { (w.others) } " · " (page.others_total) }
            table.list {
                caption.sr { (w.others) }
                thead { tr {
                    th scope="col" { (w.fix) }
                    th scope="col" { (w.status) }
                    th.num scope="col" { (w.points) }
                } }
                tbody { @for other in &page.others { tr {
                    th.fix scope="row" {
                        a.title href=(desk.href(&format!("/{}", other.id))) { (written(other.title)) }
                        @if let Some(merged) = other.merged_at { small { (when::stamp(shell, zone, merged)) } }
                    }
                    td { (stamp(shell, other.status, false)) }
                    td.num { (other.points) }
                } } }
            }
        }
    }
}

/// What the judge saw then, and what is there now.
fn changes(page: &DeskCasePage<'_>, standing: &Decided) -> Markup {
    let w = page.frame.words();
    let was = &standing.decision.seen;
    let is = Seen::of(page.pull, page.reverted);
    let yes = |yes: bool| html! { (if yes { w.yes } else { w.no }) };
    let author = (!was.author.is(&is.author)).then(|| (w.author, actor(&was.author), actor(&is.author)));
    let rows = [
        (was.title != is.title).then(|| (w.title, written(&was.title), written(&is.title))),
        (was.labels != is.labels).then(|| (w.labels, chips(&was.labels, w), chips(&is.labels, w))),
        (was.base_branch != is.base_branch).then(|| {
            (
                w.branch,
                written(branch(&was.base_branch)),
                written(branch(&is.base_branch)),
            )
        }),
        author,
        (is.reverted && !was.reverted).then(|| (w.reverted, yes(false), yes(true))),
    ];
    let rows: Vec<_> = rows.into_iter().flatten().collect();
    html! {
        @if page.case.status == Status::Review && !rows.is_empty() {
            div.card.changed { table.list {
                caption { (w.changed_title) }
                thead { tr {
                    th scope="col" { span.sr { (w.facts) } }
                    th scope="col" { (w.changed_was) }
                    th scope="col" { (w.changed_is) }
                } }
                tbody { @for (name, was, is) in rows { tr { th scope="row" { (name) } td { (was) } td { (is) } } } }
            } }
        }
    }
}

/// Every decision, newest first, with who took it.
pub(super) fn history(desk: &DeskFrame<'_>, decisions: &[Decided]) -> Markup {
    let w = desk.words();
    html! {
        section.card aria-labelledby="decided" {
            h2 #decided { (w.decided_before) }
            ul.plain { @for decided in decisions { li {
                strong { (w.decided(decided.decision.action)) }
                @if let Some(points) = decided.decision.points { " " (signed(points)) }
                " · " (written(&decided.judge_login))
                " · " (when::stamp(&desk.shell, desk.event.zone, decided.at))
                " · " @match decided.ended { Some((how, _)) => { (w.ended(how)) }, None => { (w.stands) } }
                br;
                small { (written(&decided.reason)) }
            } } }
        }
    }
}

/// Where the judge decides.
fn panel(page: &DeskCasePage<'_>) -> Markup {
    let (desk, w) = (&page.frame, page.frame.words());
    html! {
        @if let Some(url) = address(page.pull) {
            a.button.full data-key="o" aria-keyshortcuts="o" href=(url) target="_blank" rel="noopener nofollow" {
                (w.open_pull) " ↗ " (key("o"))
            }
        }
        @if let Some(appeal) = page.appeal {
            p.hint { strong { (w.appealed) } ": " a href=(desk.href(&format!("/appeals/{appeal}"))) { (w.see_appeal) } }
        }
        @if let Some(conflict) = &page.conflict {
            div.card.form { h2 { (w.not_you) } p { (conflict) } }
        } @else if let Some(refused) = &page.refused {
            div.card.form { h2 { (w.not_now) } p { (refused) } }
        } @else if page.is_open() {
            (form(page, Action::Accept))
            (form(page, Action::Reject))
        }
        @if page.may_undo && page.frame.done.is_none_or(|done| done.id != page.id) {
            form method="post" action=(desk.href(&format!("/{}/undo", page.id))) {
                button.quiet-button.full type="submit" data-key="u" aria-keyshortcuts="u" { (w.undo) " " (key("u")) }
            }
        }
    }
}

fn form(page: &DeskCasePage<'_>, action: Action) -> Markup {
    let (desk, w) = (&page.frame, page.frame.words());
    // What was typed belongs to the form that it was typed into.
    let mine = page
        .typed
        .values
        .filter(|values| values.get("action") == Some(action.as_str()));
    let value = |name: &str| mine.and_then(|values| values.get(name)).unwrap_or("");
    let template = value(match action {
        Action::Accept => "template-accept",
        Action::Reject => "template-reject",
    });
    let objection = page.typed.objection.filter(|_| mine.is_some());
    let error = |field: &str| {
        let own = objection.filter(|objection| objection.field() == Some(field));
        own.map(|objection| objection.say(desk.shell.lang))
    };
    let (title, word, letter) = match action {
        Action::Accept => (w.accept_because, w.accept, "a"),
        Action::Reject => (w.reject_because, w.reject, "r"),
    };
    html! {
        form.card.form.ruling.(action.as_str()) method="post" action=(desk.href(&format!("/{}", page.id))) {
            fieldset {
                legend { (title) }
                input type="hidden" name="etag" value=(page.etag);
                input type="hidden" name="action" value=(action.as_str());
                (reasons(desk.shell.lang, action, template, value("reason")))
                (own_words(w, action.as_str(), value("reason"), error("reason").as_deref()))
                @if action == Action::Accept {
                    @let wrong = error("points");
                    div.field.line.wrong[wrong.is_some()] {
                        label for="f-points" { (w.points_given) }
                        input #f-points type="number" name="points" min="0" max="10000" step="1" value=(value("points"))
                            aria-invalid=[wrong.as_ref().map(|_| "true")]
                            aria-describedby=[wrong.as_ref().map(|_| "f-points-error")];
                        @if let Some(wrong) = wrong { p.error #f-points-error { (wrong) } }
                    }
                    @if page.dated {
                        (landed(w.landed_at, "merged_at", "datetime-local", value("merged_at"), error("merged_at")))
                        (landed(w.landed_as, "merge_sha", "text", value("merge_sha"), error("merge_sha")))
                        p.hint { (w.landed_hint) }
                    }
                }
                button.full.danger[action == Action::Reject] type="submit" data-key=(letter) aria-keyshortcuts=(letter) {
                    (word) " " (key(letter))
                }
            }
        }
    }
}

/// When it landed, or as which commit, on the competition's clock.
fn landed(label: &str, name: &str, kind: &str, value: &str, wrong: Option<String>) -> Markup {
    let id = format!("f-{name}");
    let about = wrong.as_ref().map(|_| format!("{id}-error"));
    html! {
        div.field.line.wrong[wrong.is_some()] {
            label for=(id) { (label) }
            input id=(id) type=(kind) name=(name) value=(value) aria-invalid=[wrong.as_ref().map(|_| "true")]
                aria-describedby=[about.as_deref()];
            @if let Some(wrong) = wrong { p.error id={ (id) "-error" } { (wrong) } }
        }
    }
}

/// An appeal in a list.
pub struct AppealRow<'a> {
    pub id: i64,
    pub text: &'a str,
    pub status: AppealStatus,
    pub opened_at: Moment,
    pub action: Action,
    pub own: bool,
}

/// The base branch, where somebody has told it.
fn branch(told: &Option<String>) -> &str {
    told.as_deref().unwrap_or("–")
}
