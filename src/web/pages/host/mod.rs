//! The host's console: one instance, and one competition of it.

mod audit;
mod definition;
mod dry_run;
mod instance;
mod overview;
mod people;
mod result;
mod sources;

pub use audit::{AuditPage, audit};
pub use definition::{DefinitionPage, Way, definition};
pub use dry_run::{DryRunPage, SHOWN, dry_run};
pub use instance::{InstancePage, event, instance};
pub use overview::{OverviewPage, overview};
pub use people::{AccountPage, PeopleListPage, account, people_list};
pub use result::{ResultPage, ResultRow, result};
pub use sources::{SourcesPage, sources};

use super::{
    form::{Field, Input, Typed, field},
    parts::{phase_pill, written},
    shell::{Frame, Work, console, frame},
    view::{Event, Shell},
};
use crate::web::words::{form::Form as FormWords, host::Host as Words};
use maud::{Markup, html};

/// A page of the console before it is framed.
struct Sheet<'a> {
    title: &'a str,
    lead: &'a str,
    /// None: a page of the whole instance.
    event: Option<&'a Event<'a>>,
    /// An admin sees every page of the console; a judge the audit log alone.
    admin: bool,
    path: String,
    done: bool,
    body: Markup,
}

fn sheet(shell: &Shell<'_>, sheet: Sheet<'_>) -> Markup {
    let w = Words::of(shell.lang);
    let of = |rest: &str| sheet.event.map_or_else(String::new, |event| event.path(rest));
    let links: Vec<(String, &str)> = match (sheet.event, sheet.admin) {
        (None, _) => vec![
            ("/host".into(), w.competitions),
            ("/host/competitions/new".into(), w.new),
            ("/host/people".into(), w.people),
            ("/host/audit".into(), w.audit),
        ],
        (Some(_), true) => vec![
            (of("/host"), w.overview),
            (of("/host/definition"), w.definition),
            (of("/host/sources"), w.sources),
            (of("/host/audit"), w.audit),
            (of(""), w.board),
            ("/host".into(), w.all),
        ],
        (Some(_), false) => vec![(of("/host/audit"), w.audit), (of(""), w.board)],
    };
    let head = html! {
        div.head.one { div {
            p.pills {
                span.pill { (w.console) }
                @if let Some(event) = sheet.event { (phase_pill(shell, event)) }
            }
            h1 {
                @match sheet.event {
                    Some(event) => (written(event.name.of(shell.lang))),
                    // A login is somebody's word.
                    None => (written(sheet.title)),
                }
            }
            p.counts { @if sheet.event.is_some() { (sheet.title) " · " } (sheet.lead) }
        } }
    };
    let body = html! {
        @if sheet.done { p.done role="status" { (w.done) } }
        (sheet.body)
    };
    frame(
        shell,
        Frame {
            title: sheet.title,
            description: w.description,
            event: None,
            tab: None,
            nav: Some(console(shell, w.nav, &sheet.path, &links)),
            work: Work::Forms,
            canonical: sheet.path.clone(),
            head,
            body,
        },
    )
}

/// A fold that asks once; it stands open where what was sent from it was refused.
fn ask(word: &str, means: &Markup, form: &Markup, open: bool) -> Markup {
    html! {
        details.once open[open] {
            summary.button.quiet-button { (word) }
            div.once-body { (means) (form) }
        }
    }
}

/// The field for a reason, under a name of its own: a page can have several.
fn reason_field(shell: &Shell<'_>, typed: &Typed<'_>, name: &'static str, required: bool) -> Markup {
    let f = FormWords::of(shell.lang);
    field(
        shell,
        typed,
        &Field {
            name,
            label: f.reason,
            value: "",
            hint: Some(f.reason_hint),
            required,
            autocomplete: "off",
            input: Input::Text(2),
        },
    )
}
