//! One submission looked at closely: the verdict, what to do next, every check, the points, the history.
//! The submission's own page and the explainer both show it.

use super::{
    parts::{evidence, person_link, pull_key, stamp, status_word, team_link, written},
    view::{Event, PersonRef, PullRef, Shell, TeamRef},
    when,
};
use crate::domain::{
    check::{Check, Outcome},
    evaluate::{Action, Status},
    ledger::Cause,
    pull::State,
    time::Moment,
};
use maud::{Markup, html};
use std::borrow::Cow;

/// A submission with all that is known of it.
pub struct Case<'a> {
    pub pull: PullFacts<'a>,
    pub person: Option<PersonRef<'a>>,
    pub team: Option<TeamRef<'a>>,
    pub status: Status,
    /// Merged from `frozen_at` on and looked at by the public: only the pull's facts are shown, and that it is held.
    pub held: bool,
    /// What it earns; 0 unless accepted.
    pub points: i64,
    /// Where they come from; they add up to `points`, or to what it would earn where it waits or
    /// is in review; not shown where it is rejected.
    pub points_parts: Vec<(PartKind, i64)>,
    /// Every check, in the contract's order.
    pub checks: Vec<Line<'a>>,
    pub decision: Option<DecisionView<'a>>,
    /// Oldest first.
    pub history: Vec<HistoryLine>,
}

/// The pull as the forge told it.
#[derive(Clone, Copy, Debug)]
pub struct PullFacts<'a> {
    pub key: PullRef<'a>,
    pub title: &'a str,
    /// Linked only where it begins with `https://` or `http://`.
    pub url: Option<&'a str>,
    pub author_login: &'a str,
    pub base_branch: &'a str,
    pub state: State,
    pub created_at: Moment,
    pub merged_at: Option<Moment>,
}

/// A check's answer with its evidence in the reader's language (`domain::words::Voice::say`).
#[derive(Clone, Debug)]
pub struct Line<'a> {
    pub check: Check,
    pub outcome: Outcome,
    pub evidence: Cow<'a, str>,
}

/// A reason for points.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PartKind {
    /// The highest label of the scoring that the pull bears.
    Label(String),
    Base,
    FirstFix,
    /// What the daily limit takes; 0 or negative.
    DailyLimit,
    /// Points that a judge gave; they stand as given.
    Judge,
}

#[derive(Clone, Copy, Debug)]
pub struct DecisionView<'a> {
    pub action: Action,
    pub points: Option<i64>,
    pub reason: &'a str,
    pub at: Moment,
    /// False: what the judge saw has changed, and it is shown as the old decision.
    pub stands: bool,
}

/// One entry of the ledger about this submission.
#[derive(Clone, Copy, Debug)]
pub struct HistoryLine {
    pub seq: i64,
    pub recorded_at: Moment,
    /// The change; it can be negative.
    pub points: i64,
    pub status: Option<Status>,
    pub cause: Cause,
}

/// The page's head: the title as h1, where the pull is, whose it is.
pub(super) fn head(shell: &Shell<'_>, event: &Event<'_>, case: &Case<'_>) -> Markup {
    let w = shell.words();
    html! {
        div.head.one { div {
            p.counts { (pull_key(&case.pull.key)) }
            h1.title { (written(case.pull.title)) }
            p.counts {
                @match &case.person {
                    Some(person) => { (w.by) " " (person_link(shell, event, person)) },
                    None => { (w.by) " " (written(case.pull.author_login)) },
                }
                @if let Some(team) = &case.team { " · " (team_link(shell, event, team)) }
            }
        } }
    }
}

pub(super) fn case(shell: &Shell<'_>, event: &Event<'_>, case: &Case<'_>) -> Markup {
    html! {
        (verdict(shell, event, case))
        div.cols {
            div.stack {
                @if !case.held { (checks(shell, case)) }
                @if !case.held && !case.history.is_empty() { (history(shell, event, case)) }
            }
            div.stack {
                @if !case.held && case.status != Status::Rejected && !case.points_parts.is_empty() { (points(shell, case)) }
                (facts(shell, event, case))
            }
        }
    }
}

fn verdict(shell: &Shell<'_>, event: &Event<'_>, case: &Case<'_>) -> Markup {
    let w = shell.words();
    let class = if case.held { "held" } else { case.status.as_str() };
    let open: Vec<&Line<'_>> = reasons(case).collect();
    let sentence = if case.held {
        w.verdict_held.to_owned()
    } else {
        match case.status {
            Status::Accepted => w.verdict_accepted(case.points),
            Status::Review if open.is_empty() => w.verdict_every.to_owned(),
            Status::Review => w.verdict_review.to_owned(),
            Status::Waiting => w.verdict_waiting.to_owned(),
            Status::Rejected => w.verdict_rejected.to_owned(),
        }
    };
    html! {
        section.verdict.(class) aria-labelledby="verdict" {
            p.say #verdict { (stamp(shell, case.status, case.held)) strong { (sentence) } }
            @if !case.held && !open.is_empty() {
                h2 { (w.what_to_do) }
                ul.todo {
                    @for line in open {
                        li {
                            strong { (w.check(line.check)) } ": " (evidence(&line.evidence))
                            br;
                            (w.advice(line.check, line.outcome))
                        }
                    }
                }
            }
            @if !case.held { @if let Some(decision) = &case.decision { (decided(shell, event, decision)) } }
        }
    }
}

/// The checks that keep it from counting: those that decide its status, the worst first.
fn reasons<'c>(case: &'c Case<'_>) -> impl Iterator<Item = &'c Line<'c>> {
    let outcome = match case.status {
        Status::Accepted => None,
        Status::Review => Some(Outcome::Ask),
        Status::Waiting => Some(Outcome::Wait),
        Status::Rejected => Some(Outcome::Fail),
    };
    case.checks.iter().filter(move |line| Some(line.outcome) == outcome)
}

pub(super) fn decided(shell: &Shell<'_>, event: &Event<'_>, decision: &DecisionView<'_>) -> Markup {
    let w = shell.words();
    let word = match (decision.stands, decision.action) {
        (true, Action::Accept) => w.judge_accepted,
        (true, Action::Reject) => w.judge_rejected,
        (false, _) => w.judge_before,
    };
    html! {
        blockquote.decision {
            p { strong { (word) } " · " (when::stamp(shell, event.zone, decision.at)) }
            p { (written(decision.reason)) }
        }
    }
}

fn checks(shell: &Shell<'_>, case: &Case<'_>) -> Markup {
    let w = shell.words();
    html! {
        section.card aria-labelledby="checks" {
            h2 #checks { (w.checks) }
            (check_list(shell, case))
        }
    }
}

pub(super) fn check_list(shell: &Shell<'_>, case: &Case<'_>) -> Markup {
    let w = shell.words();
    html! {
        ul.checks {
            @for line in &case.checks {
                li.(line.outcome.as_str()) {
                    span.sign aria-hidden="true" { (sign(line.outcome)) }
                    strong { (w.check(line.check)) span.sr { ": " (w.outcome(line.outcome)) } }
                    span.evidence { (evidence(&line.evidence)) }
                }
            }
        }
    }
}

fn sign(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Pass => "✓",
        Outcome::Fail => "✕",
        Outcome::Ask => "?",
        Outcome::Wait => "…",
    }
}

fn points(shell: &Shell<'_>, case: &Case<'_>) -> Markup {
    let w = shell.words();
    let total: i64 = case
        .points_parts
        .iter()
        .fold(0, |sum, (_, points)| sum.saturating_add(*points));
    let (title, class) = if case.status == Status::Accepted {
        (w.points, "sum")
    } else {
        (w.points_if, "sum if")
    };
    html! {
        section.card aria-labelledby="points" {
            h2 #points { (title) }
            dl.parts {
                @for (kind, points) in &case.points_parts {
                    div {
                        dt { @match kind {
                            PartKind::Label(label) => { (w.part_label) " " code { (written(label)) } },
                            PartKind::Base => (w.part_base),
                            PartKind::FirstFix => (w.part_first_fix),
                            PartKind::DailyLimit => (w.part_daily_limit),
                            PartKind::Judge => (w.part_judge),
                        } }
                        dd { (signed(*points)) }
                    }
                }
                div.(class) { dt { (w.part_sum) } dd { (total) } }
            }
        }
    }
}

/// `+3`, `−2`, `0`.
pub(super) fn signed(points: i64) -> String {
    match points {
        0 => "0".to_owned(),
        points if points > 0 => format!("+{points}"),
        points => format!("−{}", points.unsigned_abs()),
    }
}

fn facts(shell: &Shell<'_>, event: &Event<'_>, case: &Case<'_>) -> Markup {
    let w = shell.words();
    let pull = &case.pull;
    let url = pull
        .url
        .filter(|url| url.starts_with("https://") || url.starts_with("http://"));
    let state = match pull.state {
        State::Open => w.state_open,
        State::Closed => w.state_closed,
        State::Merged => w.state_merged,
    };
    html! {
        section.card aria-labelledby="facts" {
            h2 #facts { (w.pull_facts) }
            dl.facts {
                div { dt { (w.fact_pull) } dd { (pull_key(&pull.key)) } }
                div { dt { (w.fact_author) } dd { (written(pull.author_login)) } }
                div { dt { (w.fact_branch) } dd { code { (written(pull.base_branch)) } } }
                div { dt { (w.fact_state) } dd { (state) } }
                div { dt { (w.fact_created) } dd { (when::both_clocks(shell, event.zone, pull.created_at)) } }
                @if let Some(merged) = pull.merged_at {
                    div { dt { (w.fact_merged) } dd { (when::both_clocks(shell, event.zone, merged)) } }
                }
            }
            @if let Some(url) = url {
                p.hint { a href=(url) rel="noopener nofollow" { (w.see_at(&pull.key.forge.title())) } }
            }
        }
    }
}

fn history(shell: &Shell<'_>, event: &Event<'_>, case: &Case<'_>) -> Markup {
    let w = shell.words();
    html! {
        section.card { table.list {
            caption { (w.history_caption) }
            thead { tr {
                th.num scope="col" { (w.seq) }
                th scope="col" { (w.time) }
                th scope="col" { (w.status) }
                th.num scope="col" { (w.change) }
            } }
            tbody { @for line in &case.history { tr {
                td.num { (line.seq) }
                th scope="row" { (when::stamp(shell, event.zone, line.recorded_at)) small { (w.cause(line.cause)) } }
                td { @match line.status { Some(status) => (status_word(w, status)), None => "–" } }
                td.num { (signed(line.points)) }
            } } }
        } }
    }
}
