//! Forms: fields with their labels, what was typed, and what is wrong with it beside them.

use super::{parts::written, view::Shell};
use crate::app::Objection;
use crate::web::{query::Query, words::form::Form as Words};
use maud::{Markup, html};

/// What somebody typed into a form that was refused; nothing of either where it is shown for the first time.
#[derive(Clone, Copy, Default)]
pub struct Typed<'a> {
    pub values: Option<&'a Query>,
    pub objection: Option<&'a Objection>,
}

impl<'a> Typed<'a> {
    /// What stands in a field: what was typed, else `before`.
    pub fn value(&self, name: &str, before: &'a str) -> &'a str {
        match self.values {
            Some(values) => values.get(name).unwrap_or(""),
            None => before,
        }
    }

    fn error(&self, shell: &Shell<'_>, name: &str) -> Option<String> {
        let objection = self.objection.filter(|objection| objection.field() == Some(name))?;
        Some(objection.say(shell.lang))
    }
}

/// What a field takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Input<'a> {
    /// `text`, `password`, `url`, `number`: as HTML has them.
    Line(&'static str),
    /// So many lines.
    Text(u8),
    /// Values and their words.
    Choice(&'a [(&'a str, &'a str)]),
    /// The word for none yet; and named groups of values and their words.
    Groups(&'a str, &'a [(String, Vec<(String, String)>)]),
    /// A day and time on the event's clock, `2020-12-28T10:00`.
    Time,
}

pub(super) struct Field<'a> {
    pub name: &'static str,
    pub label: &'a str,
    /// What stood there before anybody typed.
    pub value: &'a str,
    pub hint: Option<&'a str>,
    pub required: bool,
    /// As HTML's `autocomplete`; empty: as the browser likes.
    pub autocomplete: &'static str,
    pub input: Input<'a>,
}

/// A field with its label, its hint, and what is wrong with it.
pub(super) fn field(shell: &Shell<'_>, typed: &Typed<'_>, field: &Field<'_>) -> Markup {
    let w = Words::of(shell.lang);
    let (name, value) = (field.name, typed.value(field.name, field.value));
    let id = format!("f-{name}");
    let error = typed.error(shell, name);
    let mut about: Vec<String> = Vec::new();
    if field.hint.is_some() {
        about.push(format!("{id}-hint"));
    }
    if error.is_some() {
        about.push(format!("{id}-error"));
    }
    let about = (!about.is_empty()).then(|| about.join(" "));
    let invalid = error.is_some().then_some("true");
    let complete = (!field.autocomplete.is_empty()).then_some(field.autocomplete);
    html! {
        div.field.wrong[error.is_some()] {
            label for=(id) {
                (field.label)
                @if !field.required { " " span.optional { (w.optional) } }
            }
            @if let Some(hint) = field.hint { small.hint id={ (id) "-hint" } { (hint) } }
            @match field.input {
                Input::Line(kind) => {
                    // A password is never sent back.
                    @let value = if kind == "password" { "" } else { value };
                    input id=(id) name=(name) type=(kind) value=(value) required[field.required]
                        autocomplete=[complete] aria-describedby=[about.as_deref()] aria-invalid=[invalid];
                }
                Input::Time => {
                    input id=(id) name=(name) type="datetime-local" value=(value) required[field.required]
                        aria-describedby=[about.as_deref()] aria-invalid=[invalid];
                }
                Input::Text(rows) => {
                    textarea id=(id) name=(name) rows=(rows) required[field.required]
                        aria-describedby=[about.as_deref()] aria-invalid=[invalid] { (value) }
                }
                Input::Choice(choices) => {
                    select id=(id) name=(name) required[field.required]
                        aria-describedby=[about.as_deref()] aria-invalid=[invalid] {
                        @for (own, word) in choices { option value=(own) selected[*own == value] { (word) } }
                    }
                }
                Input::Groups(none, groups) => {
                    select id=(id) name=(name) required[field.required]
                        aria-describedby=[about.as_deref()] aria-invalid=[invalid] {
                        option value="" { (none) }
                        @for (group, choices) in groups { optgroup label=(group) {
                            @for (own, word) in choices { option value=(own) selected[own == value] { (word) } }
                        } }
                    }
                }
            }
            @if let Some(error) = error { p.error id={ (id) "-error" } { (written(&error)) } }
        }
    }
}

/// What stands above a form that was refused: what is wrong, where no field is meant; else that something is.
pub(super) fn refused(shell: &Shell<'_>, typed: &Typed<'_>) -> Markup {
    let w = Words::of(shell.lang);
    html! {
        @if let Some(objection) = typed.objection {
            div.refused role="alert" {
                @if objection.field().is_some() { p { (w.refused) } }
                @else { p { (written(&objection.say(shell.lang))) } }
            }
        }
    }
}

/// A fold that asks once: `word` opens it, and inside stand what it means and the button that does it.
pub(super) fn ask_once(word: &str, what_it_means: &str, form: Markup) -> Markup {
    html! {
        details.once {
            summary.button.quiet-button { (word) }
            div.once-body { p { (what_it_means) } (form) }
        }
    }
}
