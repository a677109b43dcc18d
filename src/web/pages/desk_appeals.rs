//! Appeals on the judge's desk: the list, and the page where another judge answers. What judges have done.

use super::{
    desk::DeskFrame,
    desk_case::{AppealRow, history},
    form::{Field, Input, Typed, field, refused},
    parts::{empty, evidence, stamp, written},
    shell::{Frame, Work, frame},
    verdict::{self, Case},
    view::{Event, Shell},
    when,
};
use crate::{
    domain::{check::Outcome, time::Moment},
    store::{AppealStatus, Decided},
    web::words::desk::Desk as Words,
};
use maud::{Markup, html};

pub struct AppealsPage<'a> {
    pub frame: DeskFrame<'a>,
    pub status: Option<AppealStatus>,
    pub rows: Vec<AppealRow<'a>>,
    /// The last one shown, where more come after it.
    pub next: Option<i64>,
}

pub fn appeals(page: &AppealsPage<'_>) -> Markup {
    let (desk, w) = (&page.frame, page.frame.words());
    let path = desk.event.path("/judge/appeals");
    let status = page.status.map_or("all", AppealStatus::as_str);
    let choices = [
        ("open", w.appeal_status(AppealStatus::Open)),
        ("upheld", w.appeal_status(AppealStatus::Upheld)),
        ("dismissed", w.appeal_status(AppealStatus::Dismissed)),
        ("moot", w.appeal_status(AppealStatus::Moot)),
        ("all", w.all_appeals),
    ];
    let head = html! { div.head.one { div { h1 { (w.tab_appeals) } } } };
    let body = html! {
        nav.chips aria-label=(w.status) {
            @for (value, word) in choices {
                a href=(desk.shell.href(&path, &[("status", value)])) aria-current=[(value == status).then_some("true")] {
                    (word)
                }
            }
        }
        @if page.rows.is_empty() { (empty(w.no_appeal, w.no_appeal_do, None)) }
        @else {
            div.card { table.list {
                caption { (w.appeals_caption) }
                thead { tr {
                    th scope="col" { (w.appeal_says) }
                    th.mid scope="col" { (w.first_decision) }
                    th scope="col" { (w.status) }
                } }
                tbody { @for row in &page.rows { tr {
                    th.fix scope="row" {
                        a.title data-row href=(desk.href(&format!("/appeals/{}", row.id))) { (written(row.text)) }
                        small { (w.opened) " " (when::stamp(&desk.shell, desk.event.zone, row.opened_at))
                            @if row.own { " · " (w.by_you) } }
                    }
                    td.mid { (w.decided(row.action)) }
                    td { (w.appeal_status(row.status)) }
                } } }
            } }
            @if let Some(next) = page.next {
                nav.pages aria-label=(desk.shell.words().pages) {
                    a rel="next" href=(desk.shell.href(&path, &[("status", status), ("after", &next.to_string())])) {
                        (w.further) " →"
                    }
                }
            }
        }
    };
    desk.page(w.tab_appeals, "/appeals", head, body)
}

pub struct AnswerPage<'a> {
    pub frame: DeskFrame<'a>,
    pub id: i64,
    pub submission: i64,
    pub case: Case<'a>,
    pub text: &'a str,
    pub opened_at: Moment,
    pub status: AppealStatus,
    pub answer: Option<&'a str>,
    pub decision: &'a Decided,
    pub conflict: Option<String>,
    pub typed: Typed<'a>,
}

pub fn answer(page: &AnswerPage<'_>) -> Markup {
    let (desk, w) = (&page.frame, page.frame.words());
    let (shell, zone) = (&desk.shell, desk.event.zone);
    let open = page.status == AppealStatus::Open && page.conflict.is_none();
    let asks = page.case.checks.iter().filter(|line| line.outcome != Outcome::Pass);
    let body = html! {
        div.cols.desk {
            div.stack {
                section.verdict.review aria-labelledby="says" {
                    h2 #says { (w.appeal_says) }
                    div.pre { (written(page.text)) }
                    p.hint { (w.opened) " " (when::both_clocks(shell, zone, page.opened_at)) }
                }
                (history(desk, std::slice::from_ref(page.decision)))
                section.card.form aria-labelledby="facts" {
                    h2 #facts { (stamp(shell, page.case.status, false)) }
                    ul.todo { @for line in asks {
                        li { strong { (shell.words().check(line.check)) } ": " (evidence(&line.evidence)) }
                    } }
                    p { a.button.quiet-button href=(desk.href(&format!("/{}", page.submission))) { (w.at_desk) } }
                }
            }
            div.stack.panel {
                @if page.status != AppealStatus::Open {
                    div.card.form {
                        h2 { (w.appeal_status(page.status)) }
                        @if let Some(answer) = page.answer { p { (written(answer)) } }
                    }
                } @else if let Some(conflict) = &page.conflict {
                    div.card.form { h2 { (w.not_you) } p { (conflict) } }
                }
                @if open { (form(page)) }
            }
        }
    };
    let head = verdict::head(shell, &desk.event, &page.case);
    desk.page(w.appeal, &format!("/appeals/{}", page.id), head, body)
}

fn form(page: &AnswerPage<'_>) -> Markup {
    let (desk, w) = (&page.frame, page.frame.words());
    let shell = &desk.shell;
    html! {
        form.card.form method="post" action=(desk.href(&format!("/appeals/{}", page.id))) {
            h2 { (w.answered) }
            (refused(shell, &page.typed))
            (field(shell, &page.typed, &Field {
                name: "text", label: w.answer_text, value: "", hint: None, required: true, autocomplete: "",
                input: Input::Text(4),
            }))
            (field(shell, &page.typed, &Field {
                name: "points", label: w.points_given, value: "", hint: None, required: false, autocomplete: "off",
                input: Input::Line("number"),
            }))
            p.hint { (w.answer_final) }
            div.acts {
                button type="submit" name="status" value="upheld" { (w.uphold) }
                button.danger type="submit" name="status" value="dismissed" { (w.dismiss) }
            }
        }
    }
}

/// A judge and what that judge has done.
pub struct JudgeRow<'a> {
    pub login: &'a str,
    pub active: bool,
    pub accepted: u64,
    pub rejected: u64,
    pub undone: u64,
    pub appealed: u64,
    pub overturned: u64,
    pub dismissed: u64,
    pub last: Option<Moment>,
}

impl JudgeRow<'_> {
    /// Appeals dismissed of those answered, in percent; None where none was.
    fn agreement(&self) -> Option<u64> {
        let answered = self.overturned + self.dismissed;
        (answered > 0).then(|| self.dismissed * 100 / answered)
    }
}

pub struct JudgesPage<'a> {
    pub frame: DeskFrame<'a>,
    pub waiting: u64,
    pub rows: Vec<JudgeRow<'a>>,
}

pub fn judges(page: &JudgesPage<'_>) -> Markup {
    let (desk, w) = (&page.frame, page.frame.words());
    let sum = |of: &dyn Fn(&JudgeRow<'_>) -> u64| page.rows.iter().map(of).sum::<u64>();
    let total = JudgeRow {
        login: w.in_all,
        active: true,
        accepted: sum(&|row| row.accepted),
        rejected: sum(&|row| row.rejected),
        undone: sum(&|row| row.undone),
        appealed: sum(&|row| row.appealed),
        overturned: sum(&|row| row.overturned),
        dismissed: sum(&|row| row.dismissed),
        last: page.rows.iter().filter_map(|row| row.last).max(),
    };
    let head = html! { div.head.one { div { h1 { (w.tab_judges) } p.counts { (w.waiting(page.waiting)) } } } };
    let body = html! {
        @if page.rows.is_empty() { (empty(w.no_judge, w.no_judge_do, None)) }
        @else {
            div.card { table.list.judges {
                caption { (w.judges_caption) }
                thead { tr {
                    th scope="col" { (w.judge) }
                    th.num scope="col" { (w.accepted) }
                    th.num scope="col" { (w.rejected) }
                    th.num.mid scope="col" { (w.undone) }
                    th.num.mid scope="col" { (w.appealed_count) }
                    th.num.mid scope="col" { (w.overturned) }
                    th.num.mid scope="col" { (w.agreement) }
                    th.num.mid scope="col" { (w.last) }
                } }
                tbody { @for row in &page.rows { (judge_row(desk, row)) } }
                tfoot { (judge_row(desk, &total)) }
            } }
            p.hint { (w.judges_lead) }
        }
    };
    desk.page(w.tab_judges, "/judges", head, body)
}

fn judge_row(desk: &DeskFrame<'_>, row: &JudgeRow<'_>) -> Markup {
    let w = desk.words();
    html! { tr {
        th scope="row" {
            (written(row.login)) @if !row.active { " " small { (w.former) } }
            small.narrow {
                (w.appealed_count) " " (row.appealed) " · " (w.overturned) " " (row.overturned)
                @if let Some(percent) = row.agreement() { " · " (w.agreement) " " (percent) " %" }
            }
        }
        td.num { (row.accepted) }
        td.num { (row.rejected) }
        td.num.mid { (row.undone) }
        td.num.mid { (row.appealed) }
        td.num.mid { (row.overturned) }
        td.num.mid { @match row.agreement() { Some(percent) => { (percent) " %" }, None => "–" } }
        td.num.mid { @match row.last { Some(at) => (when::stamp(&desk.shell, desk.event.zone, at)), None => "–" } }
    } }
}

/// The person's side: why it should be decided otherwise.
pub struct AppealPage<'a> {
    pub shell: Shell<'a>,
    pub event: Event<'a>,
    pub id: i64,
    pub case: Case<'a>,
    /// Why no appeal is possible.
    pub refused: Option<String>,
    pub sent: bool,
    pub typed: Typed<'a>,
}

pub fn appeal(page: &AppealPage<'_>) -> Markup {
    let (shell, event) = (&page.shell, &page.event);
    let w = Words::of(shell.lang);
    let back = shell.href(&format!("/submissions/{}", page.id), &[]);
    let body = html! {
        div.narrow-column.stack {
            @if page.sent { div.done role="status" { p { (w.appeal_sent) } } }
            @if let Some(decision) = &page.case.decision { (verdict::decided(shell, event, decision)) }
            @if !page.sent { @match &page.refused {
                Some(why) => div.card.form { h2 { (w.no_appeal_now) } p { (written(why)) } },
                None => form.card.form method="post" action=(shell.href(&format!("/submissions/{}/appeal", page.id), &[])) {
                    h2 { (w.appeal_title) }
                    p { (w.appeal_lead) }
                    (refused(shell, &page.typed))
                    (field(shell, &page.typed, &Field {
                        name: "text", label: w.appeal_text, value: "", hint: Some(w.appeal_hint), required: true,
                        autocomplete: "", input: Input::Text(6),
                    }))
                    button type="submit" { (w.appeal_send) }
                },
            } }
            p { a href=(back) { "← " (w.back) } }
        }
    };
    frame(
        shell,
        Frame {
            title: w.appeal_title,
            description: w.appeal_lead,
            event: Some(event),
            tab: None,
            nav: None,
            work: Work::Forms,
            canonical: format!("/submissions/{}/appeal", page.id),
            head: verdict::head(shell, event, &page.case),
            body,
        },
    )
}
