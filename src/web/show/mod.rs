//! Pages filled: what a page needs is taken from a board or a use case and lent to `pages`.

mod appeals;
mod boards;
mod cases;
mod certificate;
mod competitions;
mod console;
mod desk;
mod forge_sign_in;
pub mod host;
mod joining;
mod me;
mod sign_in;
mod teams;

pub use appeals::{appeal_form, appeal_page, desk_answer, desk_appeal, desk_appeals, desk_judges};
pub use boards::{leaderboard, people, wall};
pub use cases::{person, submission, team, why};
pub use certificate::{certificate, certificate_svg};
pub use competitions::{competitions, rules};
pub use console::{
    announce_form, announcement_page, end_invite_form, invite_form, invites_page, members_page, overview_page,
    remove_form, request_form, requests_page, results_csv, results_xlsx, roster_csv, roster_xlsx, waiting_page,
};
pub use desk::{desk, desk_bulk, desk_case, desk_decide, desk_undo};
pub use forge_sign_in::{callback, start};
pub use joining::{join_form, join_page, place_form, place_page};
pub use me::{delete as delete_me, me, unbind};
pub use sign_in::{sign_in_form, sign_in_page, sign_out};
pub use teams::{register_form, register_page, registration_form, registration_page, registrations};

use super::{
    pages::view::{Counts, Event},
    sight::Looked,
};
use crate::live::Snapshot;

/// The competition as its pages show it.
fn event(snapshot: &Snapshot) -> Event<'_> {
    let definition = &snapshot.face.definition;
    Event {
        slug: definition.slug.as_str(),
        name: &definition.name,
        zone: definition.zone,
        phase: snapshot.standings.phase,
        window: definition.window,
        frozen_at: snapshot.standings.frozen_at,
        uncovered: false,
    }
}

/// As [`event`], of a board as somebody may see it.
fn event_of<'a>(snapshot: &'a Snapshot, looked: &Looked) -> Event<'a> {
    let event = event(snapshot);
    Event {
        frozen_at: looked.uncovered.or(event.frozen_at),
        uncovered: looked.uncovered.is_some(),
        ..event
    }
}

fn counts(snapshot: &Snapshot) -> Counts {
    Counts {
        teams: snapshot.face.teams.len() as u64,
        developers: snapshot.face.people.len() as u64,
        fixes: snapshot.rows.iter().map(|row| u64::from(row.figures.fixes)).sum(),
    }
}
