//! What stands around every page: head, skip link, navigation, the band with the title, footer.

use super::view::{Event, Shell};
use crate::domain::text::Lang;
use maud::{DOCTYPE, Markup, html};
use serde_json::json;

/// The pages of one competition that its navigation shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Tab {
    Board,
    People,
    Rules,
    Why,
}

pub(super) struct Frame<'a> {
    /// Plain text of `<title>`, without the program's name.
    pub title: &'a str,
    pub description: &'a str,
    pub event: Option<&'a Event<'a>>,
    pub tab: Option<Tab>,
    /// The canonical path and query, without the language.
    pub canonical: String,
    /// The navigation of a console, in place of the competition's public pages.
    pub nav: Option<Markup>,
    /// What a page of forms and consoles needs besides.
    pub work: Work,
    /// Inside the band; holds the page's only h1.
    pub head: Markup,
    pub body: Markup,
}

/// Whether a page is one to look at or one to work with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Work {
    /// To look at: one style, one script, the same for everybody.
    No,
    /// Forms and tables.
    Forms,
    /// The judge's desk, with its keys.
    Desk,
}

/// A console's navigation: addresses below the competition or elsewhere, their words, the current one.
pub(super) fn console(shell: &Shell<'_>, label: &str, current: &str, links: &[(String, &str)]) -> Markup {
    html! {
        nav.tabs aria-label=(label) {
            @for (path, word) in links {
                a href=(shell.href(path, &[])) aria-current=[(path == current).then_some("page")] { (word) }
            }
        }
    }
}

pub(super) fn frame(shell: &Shell<'_>, frame: Frame<'_>) -> Markup {
    let w = shell.words();
    html! {
        (DOCTYPE)
        html lang=(w.html_lang) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (frame.title) " · " (w.program) }
                meta name="description" content=(frame.description);
                meta name="color-scheme" content="light dark";
                meta name="theme-color" content="#0a1633";
                link rel="canonical" href={ (shell.origin) (frame.canonical) };
                link rel="icon" type="image/svg+xml" href=(shell.assets.icon);
                link rel="stylesheet" href=(shell.assets.css);
                @if frame.work != Work::No { link rel="stylesheet" href=(shell.assets.forms); }
                script src=(shell.assets.js) defer {}
                @if frame.work == Work::Desk { script src=(shell.assets.desk) defer {} }
            }
            body data-words=(script_words(shell)) {
                a.skip href="#main" { (w.skip) }
                header.band.top { div.wrap {
                    a.brand href=(shell.href("/", &[])) { (mark()) span { (w.program) } }
                    div.corner {
                        a.me href=(shell.href("/me", &[])) { (w.me) }
                        (language(shell))
                    }
                } }
                main #main tabindex="-1" {
                    div.band.hero { div.wrap {
                        (frame.head)
                        @if let Some(nav) = &frame.nav { (nav) }
                        @else if let Some(event) = frame.event { (tabs(shell, event, frame.tab)) }
                    } }
                    div.wrap.body { (frame.body) }
                }
                footer { div.wrap {
                    p { (w.footer_promise) }
                    @if let Some(event) = frame.event { (data_links(shell, event)) }
                } }
            }
        }
    }
}

fn tabs(shell: &Shell<'_>, event: &Event<'_>, current: Option<Tab>) -> Markup {
    let w = shell.words();
    let all = [
        (Tab::Board, "", w.tab_board),
        (Tab::People, "/people", w.tab_people),
        (Tab::Rules, "/rules", w.tab_rules),
        (Tab::Why, "/why", w.tab_why),
    ];
    html! {
        nav.tabs aria-label=(w.competition_pages) {
            @for (tab, rest, word) in all {
                a href=(shell.href(&event.path(rest), &[])) aria-current=[(current == Some(tab)).then_some("page")] {
                    (word)
                }
            }
        }
    }
}

fn language(shell: &Shell<'_>) -> Markup {
    let w = shell.words();
    let other = match shell.lang {
        Lang::En => Lang::Zh,
        Lang::Zh => Lang::En,
    };
    html! {
        nav.language aria-label=(w.language) {
            a href=(shell.in_language(other)) lang=(other.code()) hreflang=(other.code()) { (w.other_language) }
        }
    }
}

fn data_links(shell: &Shell<'_>, event: &Event<'_>) -> Markup {
    let w = shell.words();
    let api = |rest: &str| format!("/api/v1{}", event.path(rest));
    html! {
        p {
            (w.footer_data) " "
            a href=(api("/leaderboard")) { (w.footer_json) } " · "
            a href=(api("/ledger")) { (w.footer_ledger) }
        }
    }
}

/// The words that `live.js` puts on the page, in an attribute: it needs no inline script.
fn script_words(shell: &Shell<'_>) -> String {
    let w = shell.words();
    json!({
        "live": w.live,
        "reconnecting": w.reconnecting,
        "asOf": w.as_of,
        "up": w.moved_up,
        "down": w.moved_down,
        "same": w.moved_not,
        "new": w.moved_new,
        "newShort": w.new_short,
        "now": w.announce_rank,
        "yours": w.your_time,
        "ago": w.ago_form,
        "units": [w.unit_day, w.unit_hour, w.unit_minute, w.unit_second],
        "kinds": { "city": w.kind_city, "university": w.kind_university, "enterprise": w.kind_enterprise },
        "name": shell.lang.code(),
    })
    .to_string()
}

/// The sign: a running track seen from above, with six legs.
fn mark() -> Markup {
    html! {
        svg.mark viewBox="0 0 32 32" width="32" height="32" aria-hidden="true" {
            path.legs d="M9 9 4 5M9 16H2M9 23l-5 4M23 9l5-4M23 16h7M23 23l5 4" {}
            rect.track x="9" y="3" width="14" height="26" rx="7" {}
            path.lane d="M16 8.5v15" {}
        }
    }
}
