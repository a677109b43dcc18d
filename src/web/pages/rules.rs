//! The rules of one competition in plain words, read off its definition. Contract, sections 2 to 4.
//!
//! Sources and their secrets are part of the definition and never of this page.

use super::{
    parts::{clock, freeze_banner, phase_pill, repository, written},
    shell::{Frame, Tab, Work, frame},
    view::{Event, Shell},
    when,
};
use crate::domain::{
    competition::{Definition, NoSignal, Repository, Review},
    words::span,
};
use maud::{Markup, html};

pub struct RulesPage<'a> {
    pub shell: Shell<'a>,
    pub event: Event<'a>,
    pub definition: &'a Definition,
}

pub fn rules(page: &RulesPage<'_>) -> Markup {
    let (shell, event) = (&page.shell, &page.event);
    let w = shell.words();
    let name = event.name.of(shell.lang);
    let head = html! {
        div.head {
            div {
                p.pills { (phase_pill(shell, event)) }
                h1 { (w.rules) }
                p.counts { (written(name)) }
            }
            (clock(shell, event))
        }
    };
    let body = html! {
        (freeze_banner(shell, event))
        div.rules {
            (section("when", w.rules_when, times(page)))
            (section("where", w.rules_where, places(page)))
            (section("what", w.rules_what, bugfix(page)))
            (section("labels", w.rules_not, refused(page)))
            (section("points", w.rules_points, points(page)))
            (section("ranks", w.rules_ranks, ranks(page)))
            (section("judges", w.rules_judges, judges(page)))
        }
    };
    frame(
        shell,
        Frame {
            title: &w.titled(w.rules, name),
            description: w.rules_description,
            event: Some(event),
            tab: Some(Tab::Rules),
            nav: None,
            work: Work::No,
            canonical: event.path("/rules"),
            head,
            body,
        },
    )
}

fn section(id: &str, title: &str, body: Markup) -> Markup {
    html! { section.card.prose aria-labelledby=(id) { h2 id=(id) { (title) } (body) } }
}

fn times(page: &RulesPage<'_>) -> Markup {
    let (shell, zone) = (&page.shell, page.definition.zone);
    let w = shell.words();
    let window = &page.definition.window;
    let grace = window.merge_grace.millis();
    html! {
        dl.facts {
            div { dt { (w.opens) } dd { (when::both_clocks(shell, zone, window.opens_at)) } }
            @if let Some(freeze) = window.freeze_at {
                div { dt { (w.freezes) } dd { (when::both_clocks(shell, zone, freeze)) } }
            }
            div { dt { (w.closes) } dd { (when::both_clocks(shell, zone, window.closes_at)) } }
            @if grace > 0 { div { dt { (w.grace_ends) } dd { (when::both_clocks(shell, zone, window.merge_end())) } } }
        }
        p { (w.rule_window) }
        @if grace > 0 { p { (w.rule_grace(&span(grace, shell.lang))) } } @else { p { (w.rule_no_grace) } }
        @if window.freeze_at.is_some() { p { (w.rule_freeze) } }
    }
}

fn places(page: &RulesPage<'_>) -> Markup {
    let w = page.shell.words();
    html! {
        p { (w.rule_repositories) }
        ul { @for place in &page.definition.repositories { li { (one_place(page, place)) } } }
        @if page.definition.repositories.iter().any(|place| !place.mirrors.is_empty()) { p { (w.rule_mirrors) } }
    }
}

fn one_place(page: &RulesPage<'_>, place: &Repository) -> Markup {
    let w = page.shell.words();
    html! {
        (repository(&place.forge, place.path.as_str()))
        small {
            @if place.branches.is_empty() { (w.every_branch) }
            @else { (w.only_branches) " " (codes(&place.branches)) }
            @for (forge, path) in &place.mirrors { br; (w.mirror) " " (repository(forge, path.as_str())) }
        }
    }
}

fn codes(words: &[String]) -> Markup {
    html! { @for (at, word) in words.iter().enumerate() { @if at > 0 { " " } code { (written(word)) } } }
}

fn bugfix(page: &RulesPage<'_>) -> Markup {
    let w = page.shell.words();
    let rules = &page.definition.rules;
    html! {
        p { (w.rule_signs) }
        ul {
            @if !rules.bugfix_labels.is_empty() { li { (w.rule_sign_label) " " (codes(&rules.bugfix_labels)) } }
            @if let Some(title) = &rules.bugfix_title { li { (w.rule_sign_title) " " code { (written(title.as_str())) } } }
            @if let Some(command) = &rules.bugfix_command { li { (w.rule_sign_command) " " code { (written(command)) } } }
        }
        p { @match rules.no_signal { NoSignal::Ask => (w.rule_no_sign_ask), NoSignal::Fail => (w.rule_no_sign_fail) } }
        @if !rules.required_labels.is_empty() { p { (w.rule_required) " " (codes(&rules.required_labels)) } }
        p { (w.rule_account) }
        p { (w.rule_team) }
    }
}

fn refused(page: &RulesPage<'_>) -> Markup {
    let w = page.shell.words();
    let rules = &page.definition.rules;
    html! {
        ul {
            @if !rules.forbidden_labels.is_empty() { li { (w.rule_forbidden) " " (codes(&rules.forbidden_labels)) } }
            li { (w.rule_revert) }
            li { (w.rule_same_commit) }
            li { (w.rule_port) }
            li { (w.rule_bots) @if !rules.bots.is_empty() { " " (codes(&rules.bots)) } }
        }
    }
}

fn points(page: &RulesPage<'_>) -> Markup {
    let w = page.shell.words();
    let scoring = &page.definition.scoring;
    let mut labels: Vec<&(String, i64)> = scoring.labels.iter().collect();
    labels.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    html! {
        table.list {
            caption { (w.rule_points_caption) }
            thead { tr { th scope="col" { (w.fix) } th.num scope="col" { (w.points) } } }
            tbody {
                @for (label, points) in labels {
                    tr { th scope="row" { (w.part_label) " " code { (written(label)) } } td.num { (points) } }
                }
                tr { th scope="row" { (w.rule_base) } td.num { (scoring.base) } }
                @if scoring.first_fix_bonus != 0 {
                    tr {
                        th scope="row" { (w.part_first_fix) }
                        td.num { (super::verdict::signed(scoring.first_fix_bonus)) }
                    }
                }
            }
        }
        p { (w.rule_highest_label) }
        p {
            @if scoring.daily_limit > 0 { (w.rule_daily_limit(scoring.daily_limit)) } @else { (w.rule_no_daily_limit) }
        }
    }
}

fn ranks(page: &RulesPage<'_>) -> Markup {
    let w = page.shell.words();
    html! { p { (w.rule_ranks) } p { (w.rule_ties) } p { (w.rule_recompute) } }
}

fn judges(page: &RulesPage<'_>) -> Markup {
    let w = page.shell.words();
    let least = page.definition.rules.min_changed_lines;
    html! {
        @match page.definition.review {
            Review::Every => p { (w.rule_review_every) },
            Review::Exceptions => {
                p { (w.rule_review_exceptions) }
                ul {
                    @if page.definition.rules.no_signal == NoSignal::Ask { li { (w.rule_ask_no_sign) } }
                    li { (w.rule_ask_self_merge) }
                    @if least > 0 { li { (w.rule_ask_size(least)) } }
                    li { (w.rule_ask_same_title) }
                }
            },
        }
        p { (w.rule_appeal) }
    }
}
