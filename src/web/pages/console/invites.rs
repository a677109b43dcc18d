//! Invitations: the link, its code for phones, how often it was used, taking it back.

use super::{Desk, page};
use crate::{
    domain::{team::Standing, time::Moment},
    web::pages::{
        form::{Field, Input, Typed, ask_once, field, refused},
        parts::{empty, pages, written},
        qr::qr,
        view::Paging,
        when,
    },
};
use maud::{Markup, html};

pub struct InvitesPage<'a> {
    pub desk: Desk<'a>,
    pub rows: Vec<InviteRow<'a>>,
    pub paging: Paging,
    pub typed: Typed<'a>,
}

/// Whether an invitation lets people in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum InviteState {
    Open,
    UsedUp,
    Over,
    TakenBack,
}

pub struct InviteRow<'a> {
    pub code: &'a str,
    /// The whole address that lets people in.
    pub url: String,
    pub uses: u32,
    pub used: u32,
    pub expires_at: Option<Moment>,
    pub created_at: Moment,
    pub state: InviteState,
}

/// How many may come by a new invitation, where nobody says.
const USES: &str = "20";

pub fn invites(invites: &InvitesPage<'_>) -> Markup {
    let desk = &invites.desk;
    let (shell, event, w) = (&desk.shell, &desk.event, desk.words());
    let hint = format!("{} {}", w.expires_hint, when::offset(event.zone, shell.now));
    let body = html! {
        div.cols {
            section.card aria-labelledby="invites" {
                h2 #invites { (w.invites_caption) }
                @if invites.rows.is_empty() { (empty(w.no_invite_title, w.no_invite_do, None)) }
                @else { ul.plain { @for row in &invites.rows { (line(desk, row)) } } }
                (pages(shell, &desk.path("/invites"), &[], &invites.paging))
            }
            form.card.form.first-narrow method="post" action=(desk.link("/invites", &[])) {
                h2 { (w.new_invite) }
                @if desk.standing != Standing::Approved { p.quiet { (w.only_approved) } }
                (refused(shell, &invites.typed))
                (field(shell, &invites.typed, &Field {
                    name: "uses", label: w.uses, value: USES, hint: None, required: true,
                    autocomplete: "off", input: Input::Line("number"),
                }))
                (field(shell, &invites.typed, &Field {
                    name: "expires_at", label: w.expires, value: "", hint: Some(&hint), required: false,
                    autocomplete: "off", input: Input::Time,
                }))
                button type="submit" { (w.make_invite) }
            }
        }
    };
    page(desk, "/invites", w.tab_invites, Some(w.invites_lead), &html! {}, &body)
}

fn line(desk: &Desk<'_>, row: &InviteRow<'_>) -> Markup {
    let (shell, event, w) = (&desk.shell, &desk.event, desk.words());
    let (class, word) = match row.state {
        InviteState::Open => ("accepted", w.lets_in),
        InviteState::UsedUp => ("held", w.used_up),
        InviteState::Over => ("held", w.over),
        InviteState::TakenBack => ("rejected", w.taken_back),
    };
    let form = html! {
        form method="post" action=(desk.link(&format!("/invites/{}/end", row.code), &[])) {
            button.danger type="submit" { (w.take_back_now) }
        }
    };
    html! {
        li.asked-line.invite {
            @if row.state == InviteState::Open { (code(&row.url, w.qr)) }
            div.stack.tight {
                div.acts { span.stamp.(class) { (word) } b { (w.used(row.used, row.uses)) } }
                // What lets nobody in is not worth being copied.
                @if row.state == InviteState::Open { p.address { a href=(row.url) { (written(&row.url)) } } }
                small.block {
                    (w.made) " " (when::stamp(shell, event.zone, row.created_at)) " · "
                    @match row.expires_at {
                        Some(at) => { (w.expires) " " (when::both_clocks(shell, event.zone, at)) },
                        None => { (w.no_end) },
                    }
                }
                @if row.state == InviteState::Open { (ask_once(w.take_back, w.take_back_means, form)) }
            }
        }
    }
}

/// Black on white in the dark too: cameras read no other.
fn code(url: &str, label: &str) -> Markup {
    html! {
        @if let Some(qr) = qr(url) {
            @let view = format!("0 0 {} {}", qr.side, qr.side);
            svg.qr viewBox=(view) role="img" aria-label=(label) shape-rendering="crispEdges" {
                rect width=(qr.side) height=(qr.side) fill="#fff" {}
                path d=(qr.path) fill="#000" {}
            }
        }
    }
}
