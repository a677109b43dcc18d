//! A competition's definition, by form or as the file: both give one text, which one validator reads.

use super::{Sheet, Words, sheet};
use crate::{
    app::Objection,
    folder::{Problem, form::field_of},
    web::pages::{
        form::{Field, Input, Typed, field, refused},
        parts::written,
        view::{Event, Shell},
    },
};
use maud::{Markup, html};

/// How the definition is edited.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    Form,
    File,
}

impl Way {
    pub fn as_str(self) -> &'static str {
        match self {
            Way::Form => "form",
            Way::File => "file",
        }
    }
}

pub struct DefinitionPage<'a> {
    pub shell: Shell<'a>,
    /// None: a new competition.
    pub event: Option<Event<'a>>,
    pub way: Way,
    /// What stands in the form's fields; None: the text is no TOML, and only the file can be edited.
    pub values: Option<&'a [(&'static str, String)]>,
    pub text: &'a str,
    /// Which definition the text was made from.
    pub mark: &'a str,
    pub problems: &'a [Problem],
    pub objection: Option<&'a Objection>,
    /// The results are final.
    pub sealed: bool,
}

impl DefinitionPage<'_> {
    fn path(&self) -> String {
        match &self.event {
            Some(event) => event.path("/host/definition"),
            None => "/host/competitions/new".into(),
        }
    }

    fn typed(&self) -> Typed<'_> {
        Typed {
            values: None,
            objection: self.objection,
        }
    }
}

pub fn definition(page: &DefinitionPage<'_>) -> Markup {
    let shell = &page.shell;
    let w = Words::of(shell.lang);
    let way = page.values.map_or(Way::File, |_| page.way);
    let (action, button) = match &page.event {
        Some(event) => (event.path("/host/dry-run"), w.dry_run),
        None => ("/host/competitions/new".to_owned(), w.create),
    };
    let body = html! {
        @if page.sealed {
            div.banner role="note" { p { (w.sealed_note) } }
        }
        div.filters { nav.chips aria-label=(w.ways) {
            @for (own, word) in [(Way::Form, w.by_form), (Way::File, w.by_file)] {
                a href=(shell.href(&page.path(), &[("as", own.as_str())])) aria-current=[(own == way).then_some("true")] {
                    (word)
                }
            }
        } }
        (problems(page))
        (refused(shell, &page.typed()))
        form.stack method="post" action=(shell.href(&action, &[])) {
            input type="hidden" name="as" value=(way.as_str());
            input type="hidden" name="made_from" value=(page.mark);
            @match (way, page.values) {
                (Way::Form, Some(values)) => (fields(page, values)),
                (Way::Form, None) | (Way::File, _) => (file(page)),
            }
            @if !page.sealed { div.acts { button type="submit" { (button) } } }
        }
    };
    sheet(
        shell,
        Sheet {
            title: if page.event.is_some() { w.definition } else { w.new },
            lead: if page.event.is_some() { w.edit_lead } else { w.new_lead },
            event: page.event.as_ref(),
            admin: true,
            path: page.path(),
            done: false,
            body,
        },
    )
}

/// What the validator says, with line and key; each as a link to its field, where there is one.
fn problems(page: &DefinitionPage<'_>) -> Markup {
    let w = Words::of(page.shell.lang);
    let form = page.way == Way::Form && page.values.is_some();
    let to = |problem: &Problem| problem.key.as_deref().and_then(field_of).filter(|_| form);
    html! {
        @if !page.problems.is_empty() {
            div.refused role="alert" {
                p { strong { (w.not_taken) } }
                ul.said { @for problem in page.problems { li {
                    @match to(problem) {
                        Some(name) => a href={ "#f-" (name) } { (place(page, problem)) },
                        None => (place(page, problem)),
                    }
                    " " span lang="en" { (written(&said(problem))) }
                } } }
            }
        }
    }
}

fn place(page: &DefinitionPage<'_>, problem: &Problem) -> Markup {
    let w = Words::of(page.shell.lang);
    html! {
        @if let Some(line) = problem.line { (w.line) " " (line) " · " }
        @if let Some(key) = &problem.key { code { (written(key)) } } @else { code { (problem.file) } }
    }
}

fn said(problem: &Problem) -> String {
    format!("{}; {}", problem.problem, problem.remedy)
}

fn file(page: &DefinitionPage<'_>) -> Markup {
    let w = Words::of(page.shell.lang);
    html! {
        @if page.values.is_none() { p.quiet { (w.file_only) } }
        div.card.form.code-field {
            (field(&page.shell, &Typed::default(), &Field {
                name: "text", label: w.file_label, value: page.text, hint: Some(w.file_hint), required: true,
                autocomplete: "off", input: Input::Text(28),
            }))
        }
    }
}

fn fields(page: &DefinitionPage<'_>, values: &[(&'static str, String)]) -> Markup {
    let w = Words::of(page.shell.lang);
    let one =
        |name: &'static str, label: &'static str, hint: Option<&'static str>, required: bool, input: Input<'_>| {
            let value = values
                .iter()
                .find(|(own, _)| *own == name)
                .map_or("", |(_, value)| value.as_str());
            let of = |problem: &&Problem| problem.key.as_deref().and_then(field_of) == Some(name);
            html! {
                div.told {
                    (field(&page.shell, &page.typed(), &Field {
                        name, label, value, hint, required, autocomplete: "off", input,
                    }))
                    @for problem in page.problems.iter().filter(of) {
                        p.error lang="en" { (written(&said(problem))) }
                    }
                }
            }
        };
    let line = Input::Line("text");
    let number = Input::Line("number");
    html! {
        fieldset.card.form {
            legend { (w.names) }
            @if page.event.is_none() { (one("slug", w.slug, Some(w.slug_hint), true, line)) }
            div.pair {
                (one("name_en", w.name_en, None, true, line))
                (one("name_zh", w.name_zh, None, true, line))
            }
        }
        fieldset.card.form {
            legend { (w.when) }
            (one("time_zone", w.time_zone, Some(w.time_zone_hint), true, line))
            div.pair {
                (one("opens_at", w.opens_at, None, true, Input::Time))
                (one("closes_at", w.closes_at, None, true, Input::Time))
                (one("freeze_at", w.freeze_at, None, false, Input::Time))
                (one("merge_grace", w.merge_grace, Some(w.merge_grace_hint), false, line))
            }
        }
        fieldset.card.form {
            legend { (w.where_) }
            (one("repositories", w.repositories, Some(w.repositories_hint), true, Input::Text(4)))
            (one("sources", w.source_lines, Some(w.source_lines_hint), false, Input::Text(3)))
        }
        fieldset.card.form {
            legend { (w.rules) }
            div.pair {
                (one("review", w.review_field, None, false, Input::Choice(&[
                    ("exceptions", w.review_exceptions), ("every", w.review_every),
                ])))
                (one("no_signal", w.no_signal, None, false, Input::Choice(&[
                    ("ask", w.no_signal_ask), ("fail", w.no_signal_fail),
                ])))
            }
            div.pair {
                (one("bugfix_title", w.bugfix_title, Some(w.bugfix_title_hint), false, line))
                (one("bugfix_command", w.bugfix_command, Some(w.bugfix_command_hint), false, line))
            }
            div.pair {
                (one("bugfix_labels", w.bugfix_labels, Some(w.one_a_line), false, Input::Text(3)))
                (one("required_labels", w.required_labels, Some(w.one_a_line), false, Input::Text(3)))
                (one("forbidden_labels", w.forbidden_labels, Some(w.one_a_line), false, Input::Text(3)))
                (one("bots", w.bots, Some(w.one_a_line), false, Input::Text(3)))
            }
        }
        fieldset.card.form {
            legend { (w.scoring) }
            div.pair {
                (one("base", w.base, None, false, number))
                (one("first_fix_bonus", w.first_fix_bonus, None, false, number))
                (one("daily_limit", w.daily_limit, Some(w.daily_limit_hint), false, number))
            }
            (one("labels", w.labels, Some(w.labels_hint), false, Input::Text(4)))
        }
    }
}
