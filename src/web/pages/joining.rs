//! The ways into a team and out of it: the page that an invitation opens, and the page of somebody's own place.

use super::{
    form::{Field, Input, Typed, ask_once, field, refused},
    parts::{kind_word, written},
    shell::{Frame, Work, frame},
    view::{Event, Shell},
    when,
};
use crate::{
    domain::{
        joining::RequestState,
        team::{Standing, Team},
        time::Moment,
    },
    web::words::teams::{self as said, Teams as Words},
};
use maud::{Markup, html};

/// Whether an invitation lets somebody in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Open {
    Yes,
    Over,
    UsedUp,
    Full,
    NotApproved,
    Final,
}

/// Who looks at an invitation.
#[derive(Clone, Copy, Debug)]
pub enum Looker<'a> {
    Nobody,
    /// In no team of this competition.
    Free,
    InThis,
    InOther(&'a Team),
}

pub struct InvitationPage<'a> {
    pub shell: Shell<'a>,
    pub event: Event<'a>,
    pub team: &'a Team,
    /// How many are in it now.
    pub members: usize,
    pub code: &'a str,
    pub expires_at: Option<Moment>,
    /// Names of people.
    pub organizers: &'a [String],
    pub open: Open,
    pub looker: Looker<'a>,
    pub typed: Typed<'a>,
}

fn head(shell: &Shell<'_>, event: &Event<'_>, team: &Team, above: &str) -> Markup {
    html! {
        div.head.one { div {
            p.counts { (above) " · " (written(event.name.of(shell.lang))) }
            h1 { (written(team.name.of(shell.lang))) }
            p.counts { (kind_word(shell.words(), team.kind)) " · " (team.region.name(shell.lang)) }
        } }
    }
}

fn team_path(event: &Event<'_>, team: &Team, rest: &str) -> String {
    event.path(&format!("/teams/{}{rest}", team.slug))
}

pub fn invitation(page: &InvitationPage<'_>) -> Markup {
    let (shell, event, team) = (&page.shell, &page.event, page.team);
    let w = Words::of(shell.lang);
    let path = event.path(&format!("/join/{}", page.code));
    let name = team.name.of(shell.lang);
    let body = html! {
        div.narrow-column.stack {
            section.card aria-labelledby="invited" {
                h2 #invited { (w.invited) }
                dl.facts {
                    @if !page.organizers.is_empty() {
                        div { dt { (w.from) } dd {
                            @for (at, name) in page.organizers.iter().enumerate() {
                                @if at > 0 { ", " } (written(name))
                            }
                        } }
                    }
                    div { dt { (w.places) } dd { (said::seats(shell.lang, page.members, team.capacity)) } }
                    @if let Some(end) = page.expires_at {
                        div { dt { (w.valid_until) } dd { (when::both_clocks(shell, event.zone, end)) } }
                    }
                }
                div.form { (way_in(page, &path)) }
            }
        }
    };
    frame(
        shell,
        Frame {
            title: &said::join_title(shell.lang, name),
            description: w.join_means,
            event: Some(event),
            tab: None,
            nav: None,
            work: Work::Forms,
            canonical: path.clone(),
            head: head(shell, event, team, w.invited),
            body,
        },
    )
}

fn way_in(page: &InvitationPage<'_>, path: &str) -> Markup {
    let (shell, event, team) = (&page.shell, &page.event, page.team);
    let w = Words::of(shell.lang);
    let closed = match page.open {
        Open::Yes => None,
        Open::Over => Some(w.invite_over),
        Open::UsedUp => Some(w.invite_used_up),
        Open::Full => Some(w.team_full),
        Open::NotApproved => Some(w.not_approved),
        Open::Final => Some(w.is_final),
    };
    let to = shell.href(path, &[]);
    html! {
        (refused(shell, &page.typed))
        @match (page.looker, closed) {
            (Looker::InThis, _) => {
                p { (w.in_it) }
                p { a.button href=(shell.href(&team_path(event, team, ""), &[])) { (w.to_team) } }
            },
            (_, Some(closed)) => {
                p { strong { (closed) } }
                @if team.standing == Standing::Approved && page.open != Open::Final {
                    p { a href=(shell.href(&team_path(event, team, "/join"), &[])) { (w.ask) } }
                }
            },
            (Looker::InOther(other), None) => {
                p { (w.in_other) }
                p { a.button href=(shell.href(&team_path(event, other, "/join"), &[])) {
                    (written(other.name.of(shell.lang)))
                } }
            },
            (Looker::Nobody, None) => {
                p { (w.join_means) }
                p { a.button.whole href=(shell.href("/sign-in", &[("to", &to)])) { (w.sign_in_to_join) } }
            },
            (Looker::Free, None) => {
                p { (w.join_means) }
                form method="post" action=(to) { button.whole type="submit" { (w.join) } }
            },
        }
    }
}

pub struct PlacePage<'a> {
    pub shell: Shell<'a>,
    pub event: Event<'a>,
    pub team: &'a Team,
    pub members: usize,
    /// The team that they are in.
    pub mine: Option<&'a Team>,
    /// Since when they are in this one, where it is this one; None also: from always.
    pub since: Option<Moment>,
    /// Their last request to this team: what became of it, and when they asked.
    pub request: Option<(RequestState, Moment)>,
    /// Who looks may see the registration.
    pub inside: bool,
    pub is_final: bool,
    pub typed: Typed<'a>,
}

pub fn place(page: &PlacePage<'_>) -> Markup {
    let (shell, event, team) = (&page.shell, &page.event, page.team);
    let w = Words::of(shell.lang);
    let path = team_path(event, team, "/join");
    let name = team.name.of(shell.lang);
    let body = html! {
        div.narrow-column.stack {
            section.card.padded aria-labelledby="place" {
                @match page.mine {
                    Some(mine) if mine.slug == team.slug => (member(page, &path)),
                    Some(other) => (elsewhere(page, other)),
                    None => (outside(page, &path)),
                }
            }
            p.acts {
                @if team.standing.is_public() {
                    a href=(shell.href(&team_path(event, team, ""), &[])) { (w.to_team) }
                }
                @if page.inside {
                    a href=(shell.href(&team_path(event, team, "/registration"), &[])) { (w.registration) }
                }
            }
        }
    };
    frame(
        shell,
        Frame {
            title: &said::join_title(shell.lang, name),
            description: w.ask_means,
            event: Some(event),
            tab: None,
            nav: None,
            work: Work::Forms,
            canonical: path.clone(),
            head: head(shell, event, team, w.your_place),
            body,
        },
    )
}

fn member(page: &PlacePage<'_>, path: &str) -> Markup {
    let (shell, event) = (&page.shell, &page.event);
    let w = Words::of(shell.lang);
    let form = html! {
        form method="post" action=(shell.href(path, &[])) {
            input type="hidden" name="act" value="leave";
            button.danger type="submit" { (w.leave) }
        }
    };
    html! {
        h2 #place { (w.in_it) }
        @if let Some(since) = page.since {
            p.quiet { (shell.words().since) " " (when::both_clocks(shell, event.zone, since)) }
        }
        (refused(shell, &page.typed))
        (ask_once(w.leave, w.leave_means, form))
    }
}

fn elsewhere(page: &PlacePage<'_>, other: &Team) -> Markup {
    let (shell, event) = (&page.shell, &page.event);
    let w = Words::of(shell.lang);
    html! {
        h2 #place { (w.in_other) }
        (refused(shell, &page.typed))
        p { a.button href=(shell.href(&team_path(event, other, "/join"), &[])) {
            (written(other.name.of(shell.lang)))
        } }
    }
}

fn outside(page: &PlacePage<'_>, path: &str) -> Markup {
    let (shell, event, team) = (&page.shell, &page.event, page.team);
    let w = Words::of(shell.lang);
    let to = shell.href(path, &[]);
    if page.is_final {
        return html! { h2 #place { (w.is_final) } (refused(shell, &page.typed)) };
    }
    if team.standing != Standing::Approved {
        return html! { h2 #place { (w.not_approved) } (refused(shell, &page.typed)) };
    }
    if let Some((RequestState::Open, asked_at)) = page.request {
        let form = html! {
            form method="post" action=(to) {
                input type="hidden" name="act" value="withdraw";
                button type="submit" { (w.withdraw) }
            }
        };
        return html! {
            h2 #place { (w.asked) }
            p.quiet { (when::both_clocks(shell, event.zone, asked_at)) }
            (refused(shell, &page.typed))
            p { (w.asked_wait) }
            (ask_once(w.withdraw, w.withdraw_means, form))
        };
    }
    html! {
        h2 #place { (w.ask) }
        p.quiet { (w.places) ": " (said::seats(shell.lang, page.members, team.capacity)) }
        @if let Some((RequestState::Declined, _)) = page.request { p { (w.asked_declined) } }
        p { (w.ask_means) }
        form.form method="post" action=(to) {
            (refused(shell, &page.typed))
            input type="hidden" name="act" value="ask";
            (field(shell, &page.typed, &Field {
                name: "text", label: w.ask_text, value: "", hint: Some(w.ask_hint), required: false,
                autocomplete: "", input: Input::Text(4),
            }))
            div.acts { button type="submit" { (w.send) } }
        }
    }
}
