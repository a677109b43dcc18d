//! Sources: their secrets, which are written once and never shown, and what came of what they sent.

use super::{Sheet, Words, ask, overview::source_name, sheet};
use crate::{
    app::{MissingSecret, Overview, SourceCard},
    web::pages::{
        form::{Field, Input, Typed, field, refused},
        parts::{empty, written},
        view::{Event, Shell},
        when,
    },
};
use maud::{Markup, html};

pub struct SourcesPage<'a> {
    pub shell: Shell<'a>,
    pub event: Event<'a>,
    pub overview: &'a Overview,
    /// Variables that its sources name and that are not set.
    pub unset: &'a [MissingSecret],
    pub done: bool,
    pub typed: Typed<'a>,
}

pub fn sources(page: &SourcesPage<'_>) -> Markup {
    let (shell, event) = (&page.shell, &page.event);
    let w = Words::of(shell.lang);
    let edit = shell.href(&event.path("/host/definition"), &[]);
    let body = html! {
        @if page.overview.sources.is_empty() {
            div.card { (empty(w.no_sources, w.no_sources_do, Some((&edit, w.definition)))) }
        } @else {
            div.cols {
                div.cards { @for source in &page.overview.sources { (card(page, source)) } }
                (add_form(page))
            }
        }
        (failed(page))
    };
    sheet(
        shell,
        Sheet {
            title: w.sources,
            lead: w.sources_lead,
            event: Some(event),
            admin: true,
            path: event.path("/host/sources"),
            done: page.done,
            body,
        },
    )
}

fn card(page: &SourcesPage<'_>, source: &SourceCard) -> Markup {
    let (shell, event) = (&page.shell, &page.event);
    let w = Words::of(shell.lang);
    let (forge, name) = (source.forge.as_str(), source.name.as_str());
    let path = event.path(&format!("/host/sources/{forge}/{name}/secrets"));
    html! {
        section.card.prose {
            h2 { (source_name(source.forge, name)) }
            dl.facts {
                div { dt { (w.hook_address) } dd { code { "/hooks/" (forge) "/" (name) } } }
                div { dt { (w.last_heard) } dd { @match source.last {
                    Some(last) => (when::ago(shell, event.zone, last)),
                    None => (w.never),
                } } }
                div { dt { (w.deliveries) } dd { (source.deliveries) } }
                div { dt { (w.failed) } dd { (source.failed) } }
            }
            h3 { (w.secrets) }
            @for missing in page.unset.iter().filter(|missing| missing.source == source.name) {
                p.error { code { (written(&missing.variable)) } " " (w.secret_unset) }
            }
            @if source.holding() == 0 { p.error { (w.no_secret) } }
            ul.secrets {
                @for defined in &source.defined { li {
                    @match defined {
                        Some(variable) => { (w.secret_of_variable) " " code { (written(variable)) } },
                        None => (w.secret_of_file),
                    }
                } }
                @for note in &source.written { li {
                    (w.secret_since) " " (when::stamp(shell, event.zone, note.created_at))
                    @if let Some(ended) = note.ends_at {
                        " · " (w.secret_ended) " " (when::stamp(shell, event.zone, ended))
                    } @else {
                        (ask(w.secret_end, &html! { p { (w.secret_end_means) } }, &html! {
                            form method="post" action=(shell.href(&format!("{path}/{}/end", note.id), &[])) {
                                button.danger type="submit" { (w.secret_end_do) }
                            }
                        }, false))
                    }
                } }
            }
        }
    }
}

/// One form for every source: a secret is typed like a password, and is never sent back.
fn add_form(page: &SourcesPage<'_>) -> Markup {
    let (shell, event, typed) = (&page.shell, &page.event, &page.typed);
    let w = Words::of(shell.lang);
    let named: Vec<String> = page
        .overview
        .sources
        .iter()
        .map(|source| format!("{}/{}", source.forge.as_str(), source.name))
        .collect();
    let choices: Vec<(&str, &str)> = named.iter().map(|name| (name.as_str(), name.as_str())).collect();
    html! {
        form.card.form method="post" action=(shell.href(&event.path("/host/sources"), &[])) {
            h2 { (w.secret_add) }
            (refused(shell, typed))
            (field(shell, typed, &Field {
                name: "source", label: w.source, value: "", hint: None, required: true, autocomplete: "off",
                input: Input::Choice(&choices),
            }))
            (field(shell, typed, &Field {
                name: "secret", label: w.secret, value: "", hint: Some(w.secret_hint), required: true,
                autocomplete: "new-password", input: Input::Line("password"),
            }))
            button type="submit" { (w.secret_add) }
        }
    }
}

fn failed(page: &SourcesPage<'_>) -> Markup {
    let (shell, event) = (&page.shell, &page.event);
    let w = Words::of(shell.lang);
    html! {
        section.card.below aria-labelledby="failed" {
            h2 #failed { (w.failed) }
            @if page.overview.failed.is_empty() { p.hint { (w.no_failed) } }
            @else {
                table.list.flow {
                    caption.quiet { (w.failed_lead) }
                    thead { tr {
                        th scope="col" { (w.received) }
                        th scope="col" { (w.source) }
                        th scope="col" { (w.why) }
                    } }
                    tbody { @for failed in &page.overview.failed { tr {
                        td { (when::stamp(shell, event.zone, failed.received_at)) }
                        td { (written(&failed.forge)) "/" (written(&failed.source)) small { (written(&failed.event)) } }
                        td lang="en" { (written(&failed.reason)) }
                    } } }
                }
            }
        }
    }
}
