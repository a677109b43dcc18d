//! A team's registration as its organizer, judges and admins see it: what it said, where it stands, and the next
//! step for whoever may take it. And the list of all of them.

use super::{
    form::{Field, Input, Typed, field, refused},
    parts::{empty, kind_word, pages, written},
    register::{capacity, names, region},
    shell::{Frame, Work, frame},
    view::{Event, Paging, Shell},
    when,
};
use crate::{
    domain::{
        region::Region,
        team::{Kind, Standing, Team},
        time::Moment,
    },
    web::words::{
        form::Form as FormWords,
        teams::{self as said, Teams as Words},
    },
};
use maud::{Markup, html};

/// What somebody can do on the page, as the form says it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Act {
    Defend,
    Reschedule,
    Approve,
    Decline,
    Suspend,
    Reinstate,
    Details,
}

impl Act {
    const ALL: [Act; 7] = [
        Act::Defend,
        Act::Reschedule,
        Act::Approve,
        Act::Decline,
        Act::Suspend,
        Act::Reinstate,
        Act::Details,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Act::Defend => "defend",
            Act::Reschedule => "reschedule",
            Act::Approve => "approve",
            Act::Decline => "decline",
            Act::Suspend => "suspend",
            Act::Reinstate => "reinstate",
            Act::Details => "details",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.as_str() == text)
    }
}

pub struct RegistrationPage<'a> {
    pub shell: Shell<'a>,
    pub event: Event<'a>,
    pub team: &'a Team,
    /// How many are in it now.
    pub members: usize,
    pub statement: Option<&'a str>,
    pub applied_at: Option<Moment>,
    pub defence_at: Option<Moment>,
    pub recording_url: Option<&'a str>,
    pub reason: Option<&'a str>,
    /// Names of people.
    pub organizers: &'a [String],
    /// What who looks may do now.
    pub acts: &'a [Act],
    pub organizes: bool,
    pub judges: bool,
    /// Something was just done.
    pub done: bool,
    /// What was typed, into the form of this act.
    pub typed: Typed<'a>,
    pub typed_act: Option<Act>,
}

/// A team's status as a stamp: sign and word, colour is the third.
pub(super) fn standing_stamp(shell: &Shell<'_>, standing: Standing) -> Markup {
    let (class, sign) = match standing {
        Standing::Applied => ("waiting", "…"),
        Standing::Defending => ("review", "?"),
        Standing::Approved => ("accepted", "✓"),
        Standing::Declined => ("rejected", "✕"),
        Standing::Suspended => ("rejected", "‖"),
    };
    html! {
        span.stamp.(class) { span aria-hidden="true" { (sign) " " } (said::standing(shell.lang, standing)) }
    }
}

pub fn registration(page: &RegistrationPage<'_>) -> Markup {
    let (shell, event, team) = (&page.shell, &page.event, page.team);
    let w = Words::of(shell.lang);
    let name = team.name.of(shell.lang);
    let path = event.path(&format!("/teams/{}/registration", team.slug));
    let head = html! {
        div.head.one { div {
            p.pills { (standing_stamp(shell, team.standing)) }
            h1 { (written(name)) }
            p.counts { (w.registration) " · " (kind_word(shell.words(), team.kind)) " · " (team.region.name(shell.lang)) }
        } }
    };
    let body = html! {
        @if page.done { p.done role="status" { (w.saved) } }
        div.cols {
            div.stack { (facts(page)) (reason(page)) (statement(page)) }
            div.stack {
                (steps(page))
                @if page.acts.contains(&Act::Details) { (details(page)) }
            }
        }
    };
    frame(
        shell,
        Frame {
            title: &shell.words().titled(name, w.registration),
            description: w.registrations_lead,
            event: Some(event),
            tab: None,
            nav: None,
            work: Work::Forms,
            canonical: path.clone(),
            head,
            body,
        },
    )
}

fn time_or(page: &RegistrationPage<'_>, at: Option<Moment>) -> Markup {
    let w = Words::of(page.shell.lang);
    html! {
        @match at {
            Some(at) => (when::both_clocks(&page.shell, page.event.zone, at)),
            None => span.quiet { (w.not_set) },
        }
    }
}

fn facts(page: &RegistrationPage<'_>) -> Markup {
    let (shell, team) = (&page.shell, page.team);
    let w = Words::of(shell.lang);
    let (zh, en) = (&team.name.zh, &team.name.en);
    html! {
        section.card aria-labelledby="facts" {
            h2 #facts { (w.registration) }
            dl.facts {
                div { dt { (w.name_en) } dd { (written(en)) } }
                div { dt { (w.name_zh) } dd { (written(zh)) } }
                div { dt { (w.slug) } dd { code { (team.slug) } } }
                div { dt { (w.members) } dd { (said::seats(shell.lang, page.members, team.capacity)) } }
                @if !page.organizers.is_empty() {
                    div { dt { (w.organizers) } dd {
                        @for (at, name) in page.organizers.iter().enumerate() {
                            @if at > 0 { ", " } (written(name))
                        }
                    } }
                }
                @if page.applied_at.is_some() { div { dt { (w.applied_at) } dd { (time_or(page, page.applied_at)) } } }
                div { dt { (w.defence_at) } dd { (time_or(page, page.defence_at)) } }
                @if let Some(url) = page.recording_url {
                    div { dt { (w.recording) } dd { a href=(url) rel="noopener noreferrer nofollow" { (w.watch) } } }
                }
            }
        }
    }
}

/// Why it was declined, suspended or taken back.
fn reason(page: &RegistrationPage<'_>) -> Markup {
    html! {
        @if let Some(reason) = page.reason {
            section.card aria-labelledby="why" {
                h2 #why { (Words::of(page.shell.lang).reason) }
                p.statement.pre { (written(reason)) }
            }
        }
    }
}

fn statement(page: &RegistrationPage<'_>) -> Markup {
    let w = Words::of(page.shell.lang);
    html! {
        section.card aria-labelledby="says" {
            h2 #says { (w.what_they_say) }
            @match page.statement.filter(|text| !text.is_empty()) {
                Some(text) => p.statement.pre { (written(text)) },
                None => p.statement.quiet { (w.said_nothing) },
            }
        }
    }
}

/// A form of one act, with what was typed into it where it was refused.
fn act_form(page: &RegistrationPage<'_>, act: Act, inside: impl Fn(&Typed<'_>) -> Markup) -> Markup {
    let (shell, event) = (&page.shell, &page.event);
    let path = event.path(&format!("/teams/{}/registration", page.team.slug));
    let typed = if page.typed_act == Some(act) {
        page.typed
    } else {
        Typed::default()
    };
    html! {
        form.form method="post" action=(shell.href(&path, &[])) {
            (refused(shell, &typed))
            input type="hidden" name="act" value=(act.as_str());
            (inside(&typed))
        }
    }
}

/// A fold that asks once, open where the form in it was refused.
fn fold(page: &RegistrationPage<'_>, act: Act, word: &str, what_it_means: &str, form: Markup) -> Markup {
    html! {
        details.once open[page.typed_act == Some(act)] {
            summary.button.quiet-button { (word) }
            div.once-body { p { (what_it_means) } (form) }
        }
    }
}

fn steps(page: &RegistrationPage<'_>) -> Markup {
    let (shell, event, team) = (&page.shell, &page.event, page.team);
    let w = Words::of(shell.lang);
    let waits = match team.standing {
        Standing::Applied => w.wait_defence,
        Standing::Defending => w.wait_decision,
        Standing::Approved => w.wait_approved,
        Standing::Declined => w.wait_declined,
        Standing::Suspended => w.wait_suspended,
    };
    // Somebody else was faster: the form that was sent is not on the page any more.
    let homeless = page.typed_act.is_none_or(|act| !page.acts.contains(&act));
    let steps: Vec<Act> = page.acts.iter().copied().filter(|act| *act != Act::Details).collect();
    html! {
        section.card.padded aria-labelledby="next" {
            h2 #next { (w.next_step) }
            @if homeless { (refused(shell, &page.typed)) }
            @if page.organizes { p { (waits) } }
            @else if steps.is_empty() {
                // To somebody who decides it would be wrong to say that there is nothing to decide.
                p { @if team.standing == Standing::Applied { (w.host_is_next) } @else { (w.no_step) } }
            }
            @for act in &steps { (step(page, *act)) }
            p.acts {
                @if team.standing.is_public() {
                    a href=(shell.href(&event.path(&format!("/teams/{}", team.slug)), &[])) { (w.to_team) }
                    @if page.organizes {
                        a href=(shell.href(&event.path(&format!("/teams/{}/console", team.slug)), &[])) { (w.to_console) }
                    }
                }
                @if page.judges { a href=(shell.href(&event.path("/registrations"), &[])) { (w.to_registrations) } }
            }
        }
    }
}

fn step(page: &RegistrationPage<'_>, act: Act) -> Markup {
    let (shell, event) = (&page.shell, &page.event);
    let w = Words::of(shell.lang);
    let button = |word: &str, danger: bool| html! { div.acts { button.danger[danger] type="submit" { (word) } } };
    let reason = |typed: &Typed<'_>| {
        let hint = FormWords::of(shell.lang).reason_hint;
        field(
            shell,
            typed,
            &Field {
                name: "reason",
                label: w.reason,
                value: "",
                hint: Some(hint),
                required: true,
                autocomplete: "",
                input: Input::Text(3),
            },
        )
    };
    let date = |typed: &Typed<'_>| {
        let before = page
            .defence_at
            .map(|at| when::field_value(event.zone, at))
            .unwrap_or_default();
        let hint = format!(
            "{} {}",
            FormWords::of(shell.lang).time_hint,
            when::offset(event.zone, shell.now)
        );
        field(
            shell,
            typed,
            &Field {
                name: "defence_at",
                label: w.when,
                value: &before,
                hint: Some(&hint),
                required: true,
                autocomplete: "",
                input: Input::Time,
            },
        )
    };
    match act {
        Act::Defend => act_form(
            page,
            act,
            |typed| html! { (date(typed)) (button(w.invite_to_defence, false)) },
        ),
        Act::Reschedule => act_form(page, act, |typed| html! { (date(typed)) (button(w.reschedule, false)) }),
        Act::Approve => act_form(
            page,
            act,
            |_| html! { p { (w.approve_means) } (button(w.approve, false)) },
        ),
        Act::Reinstate => act_form(
            page,
            act,
            |_| html! { p { (w.reinstate_means) } (button(w.reinstate, false)) },
        ),
        Act::Decline => {
            let form = act_form(page, act, |typed| html! { (reason(typed)) (button(w.decline, true)) });
            fold(page, act, w.decline, w.decline_means, form)
        }
        Act::Suspend => {
            let form = act_form(page, act, |typed| html! { (reason(typed)) (button(w.suspend, true)) });
            fold(page, act, w.suspend, w.suspend_means, form)
        }
        Act::Details => html! {},
    }
}

fn details(page: &RegistrationPage<'_>) -> Markup {
    let (shell, team) = (&page.shell, page.team);
    let w = Words::of(shell.lang);
    let seats = team.capacity.map(|seats| seats.to_string()).unwrap_or_default();
    html! {
        section.card.padded aria-labelledby="details" {
            h2 #details { (w.details) }
            (act_form(page, Act::Details, |typed| html! {
                (names(shell, typed, Some(&team.name)))
                div.pair { (region(shell, typed, Some(&team.region))) (capacity(shell, typed, &seats)) }
                (field(shell, typed, &Field {
                    name: "recording_url", label: w.details_recording, value: page.recording_url.unwrap_or(""),
                    hint: Some(w.recording_hint), required: false, autocomplete: "off", input: Input::Line("url"),
                }))
                div.acts { button type="submit" { (w.save) } }
            }))
        }
    }
}

/// A registration in the list.
pub struct RegistrationRow<'a> {
    pub team: &'a Team,
    pub applied_at: Option<Moment>,
    pub defence_at: Option<Moment>,
}

pub struct RegistrationsPage<'a> {
    pub shell: Shell<'a>,
    pub event: Event<'a>,
    pub status: Option<Standing>,
    /// `applied`, `defence` or `slug`.
    pub sort: &'static str,
    pub rows: Vec<RegistrationRow<'a>>,
    pub paging: Paging,
}

pub fn registrations(page: &RegistrationsPage<'_>) -> Markup {
    let (shell, event) = (&page.shell, &page.event);
    let w = Words::of(shell.lang);
    let path = event.path("/registrations");
    let status = page.status.map_or("", Standing::as_str);
    let sort = if page.sort == "applied" { "" } else { page.sort };
    let head = html! {
        div.head.one { div {
            p.counts { (written(event.name.of(shell.lang))) }
            h1 { (w.registrations) }
            p.counts { (w.registrations_lead) }
        } }
    };
    let statuses = [None].into_iter().chain(Standing::ALL.map(Some));
    let sorts = [
        ("applied", w.applied_at),
        ("defence", w.defence_at),
        ("slug", w.sort_slug),
    ];
    let body = html! {
        div.filters {
            nav.chips aria-label=(w.status) {
                @for one in statuses {
                    @let value = one.map_or("", Standing::as_str);
                    a href=(shell.href(&path, &[("status", value), ("sort", sort)]))
                        aria-current=[(one == page.status).then_some("true")] {
                        @match one { None => (w.all), Some(one) => (said::standing(shell.lang, one)) }
                    }
                }
            }
            nav.chips aria-label=(w.sort) {
                span.quiet aria-hidden="true" { (w.sort) }
                @for (value, word) in sorts {
                    @let own = if value == "applied" { "" } else { value };
                    a href=(shell.href(&path, &[("status", status), ("sort", own)]))
                        aria-current=[(value == page.sort).then_some("true")] { (word) }
                }
            }
        }
        @if page.rows.is_empty() { (empty(w.none_title, w.none_do, None)) }
        @else { (table(page)) }
        (pages(shell, &path, &[("status", status), ("sort", sort)], &page.paging))
    };
    frame(
        shell,
        Frame {
            title: &shell.words().titled(w.registrations, event.name.of(shell.lang)),
            description: w.registrations_lead,
            event: Some(event),
            tab: None,
            nav: None,
            work: Work::Forms,
            canonical: path.clone(),
            head,
            body,
        },
    )
}

fn kind_and_region(shell: &Shell<'_>, kind: Kind, region: &Region) -> Markup {
    html! { (kind_word(shell.words(), kind)) " · " (region.name(shell.lang)) }
}

fn table(page: &RegistrationsPage<'_>) -> Markup {
    let (shell, event) = (&page.shell, &page.event);
    let w = Words::of(shell.lang);
    html! {
        div.card { table.list {
            caption { (w.registrations) }
            thead { tr {
                th scope="col" { (w.team) }
                th scope="col" { (w.status) }
                th.mid scope="col" { (w.applied_at) }
                th.mid scope="col" { (w.defence_at) }
            } }
            tbody { @for row in &page.rows { tr {
                th scope="row" {
                    @let path = event.path(&format!("/teams/{}/registration", row.team.slug));
                    a href=(shell.href(&path, &[])) { (written(row.team.name.of(shell.lang))) }
                    small {
                        (kind_and_region(shell, row.team.kind, &row.team.region))
                        @if let Some(at) = row.applied_at {
                            span.narrow { " · " (w.applied_at) " " (when::stamp(shell, event.zone, at)) }
                        }
                    }
                }
                td { (standing_stamp(shell, row.team.standing)) }
                td.mid { @if let Some(at) = row.applied_at { (when::stamp(shell, event.zone, at)) } }
                td.mid { @if let Some(at) = row.defence_at { (when::stamp(shell, event.zone, at)) } }
            } } }
        } }
    }
}
