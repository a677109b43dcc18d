//! Sources: their secrets, which are written once and never shown, and what came of what they sent.

use super::{Sheet, Words, ask, overview::source_name, sheet};
use crate::{
    app::{MissingSecret, Overview, SourceCard},
    store::Failed,
    web::pages::{
        form::{Field, Input, Typed, field, refused},
        parts::{empty, repository, written},
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
        (shared(page))
        (list(page, "failed", w.failed, w.failed_lead, Some(w.no_failed), &page.overview.failed))
        (list(page, "reach", w.out_of_reach, w.out_of_reach_lead, None, &page.overview.out_of_reach))
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
                div { dt { (w.refused) } dd { (source.refused.iter().map(|refused| refused.count).sum::<i64>()) } }
            }
            @if !source.refused.is_empty() { ul.hint { @for refused in &source.refused { li {
                span lang="en" { (written(&refused.why)) } " · " (refused.count) " · "
                (when::ago(shell, event.zone, refused.last_at))
            } } } }
            @if source.failed > 0 {
                form method="post" action=(shell.href(&event.path(&format!("/host/sources/{forge}/{name}/retry")), &[])) {
                    button type="submit" { (w.retry) }
                }
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

/// Paths that several repositories have borne: the host can name the one that is meant.
fn shared(page: &SourcesPage<'_>) -> Markup {
    let (shell, event) = (&page.shell, &page.event);
    let w = Words::of(shell.lang);
    if page.overview.shared.is_empty() {
        return html! {};
    }
    html! {
        section.card.below.prose aria-labelledby="shared" {
            h2 #shared { (w.shared_names) }
            p { (w.shared_names_lead) }
            ul { @for name in &page.overview.shared { li {
                (repository(&name.forge, &name.path))
                ul { @for one in &name.bearers { li {
                    code { "id = \"" (one.forge_id.as_deref().unwrap_or("")) "\"" }
                    " " (written(one.path.as_str()))
                    @if let Some(first) = one.first_created {
                        " · " (w.first_pull) " " (when::stamp(shell, event.zone, first))
                    }
                } } }
            } } }
        }
    }
}

/// Deliveries that changed nothing. `none`: what is said where there are none; without it, nothing.
fn list(page: &SourcesPage<'_>, id: &str, title: &str, lead: &str, none: Option<&str>, of: &[Failed]) -> Markup {
    let (shell, event) = (&page.shell, &page.event);
    let w = Words::of(shell.lang);
    if of.is_empty() && none.is_none() {
        return html! {};
    }
    html! {
        section.card.below aria-labelledby=(id) {
            h2 id=(id) { (title) }
            @if of.is_empty() { p.hint { (none.unwrap_or_default()) } }
            @else {
                table.list.flow {
                    caption.quiet { (lead) }
                    thead { tr {
                        th scope="col" { (w.received) }
                        th scope="col" { (w.source) }
                        th scope="col" { (w.why) }
                    } }
                    tbody { @for one in of { tr {
                        td { (when::stamp(shell, event.zone, one.received_at)) }
                        td { (written(&one.forge)) "/" (written(&one.source)) small { (written(&one.event)) } }
                        td lang="en" { (written(&one.reason)) }
                    } } }
                }
            }
        }
    }
}
