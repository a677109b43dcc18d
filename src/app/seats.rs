//! Seats of a team: somebody takes one, somebody leaves. What was merged before stays with the team it was
//! merged for; what is not merged yet is judged anew. Contract, section 7.

use super::{App, AppError, Competition, Dirty, Objection, Who, apply::unsealed, evaluate, teams::known};
use crate::{
    domain::{
        joining::RequestState,
        ledger::Cause,
        team::{Membership, PersonId, PullId, Standing, TeamId, most_at_once},
        text::Slug,
        time::Moment,
    },
    store::{self, Db, Deed},
};
use std::collections::BTreeSet;

/// Every pull of a person's accounts.
pub(super) fn pulls_of(db: &mut Db, person: PersonId) -> Result<BTreeSet<PullId>, AppError> {
    let mut pulls = BTreeSet::new();
    for account in store::accounts_of(db, person)? {
        let ids: Vec<&str> = account.id.as_deref().into_iter().collect();
        pulls.extend(store::pulls_of_author(db, &account.forge, &account.login, &ids)?);
    }
    Ok(pulls)
}

/// Boards read the roster anew, and what the person has not merged yet is judged by it.
fn settled(db: &mut Db, competition: &Competition, person: PersonId, now: Moment) -> Result<(), AppError> {
    store::raise_revision(db, competition.id())?;
    let pulls = pulls_of(db, person)?;
    if !pulls.is_empty() {
        evaluate(db, competition, &Dirty::Pulls(pulls), now, Cause::Roster)?;
    }
    Ok(())
}

/// The team of a competition that somebody is in, now or from a time on that is set already.
pub(super) fn team_of(
    db: &mut Db,
    competition: &Competition,
    person: PersonId,
    now: Moment,
) -> Result<Option<TeamId>, AppError> {
    let from_now_on = |team| Membership {
        team,
        joined_at: Some(now),
        left_at: None,
    };
    let spells = store::memberships_of(db, competition.id(), person)?;
    let holds = spells.iter().find(|spell| spell.overlaps(&from_now_on(spell.team)));
    Ok(holds.map(|spell| spell.team))
}

/// Errors: `AlreadyInTeam`, by its slug.
pub(super) fn in_no_team(
    db: &mut Db,
    competition: &Competition,
    person: PersonId,
    now: Moment,
) -> Result<(), AppError> {
    let Some(team) = team_of(db, competition, person, now)? else {
        return Ok(());
    };
    let found = store::teams_by_id(db, &[team.0])?;
    let slug = found
        .first()
        .map_or_else(String::new, |(_, team)| team.slug.to_string());
    Err(Objection::AlreadyInTeam(slug).into())
}

/// Gives somebody a seat from now on. The turn is taken already: of two who want the last seat, one finds it.
///
/// Errors: `Sealed`, `NotApproved`, `AlreadyInTeam`, `TeamFull`.
pub(super) fn take_seat(
    db: &mut Db,
    competition: &Competition,
    id: TeamId,
    person: PersonId,
    now: Moment,
) -> Result<(), AppError> {
    unsealed(competition)?;
    store::lock_team(db, id)?;
    let (_, team) = store::teams_by_id(db, &[id.0])?
        .pop()
        .ok_or(Objection::NotThere("team"))?;
    if team.standing != Standing::Approved {
        return Err(Objection::NotApproved(team.standing).into());
    }
    in_no_team(db, competition, person, now)?;
    if let Some(capacity) = team.capacity {
        let seats = store::members_of(db, competition.id(), id)?;
        let memberships: Vec<Membership> = seats.iter().map(|seat| seat.membership(id)).collect();
        if most_at_once(&memberships, now) >= capacity as usize {
            return Err(Objection::TeamFull { capacity }.into());
        }
    }
    store::join(db, competition.id(), person, id, now)?;
    for request in store::open_requests(db, competition.id(), person)? {
        let state = if request.team == id {
            RequestState::Accepted
        } else {
            RequestState::Withdrawn
        };
        store::answer_request(db, request.id, state, now)?;
    }
    settled(db, competition, person, now)
}

/// Somebody leaves a team, or is sent away, from now on.
///
/// Errors: `NotThere`, `NotInTeam`; `NoCompetition`.
pub async fn leave(
    app: &App,
    who: &Who,
    competition: &Slug,
    team: &Slug,
    person: &Slug,
    now: Moment,
) -> Result<(), AppError> {
    let (definitions, who) = (app.definitions(), who.clone());
    let (slug, team, person) = (competition.clone(), team.clone(), person.clone());
    app.store
        .write(move |db| {
            store::take_turn(db)?;
            let competition = definitions.of(db, &slug)?;
            let (id, _) = known(db, &competition, &team)?;
            let (person_id, person) = store::person_by_slug(db, &person)?.ok_or(Objection::NotThere("person"))?;
            if !store::leave(db, competition.id(), person_id, id, now)? {
                return Err(Objection::NotInTeam.into());
            }
            let act = if person_id == who.person {
                "team.leave"
            } else {
                "team.remove"
            };
            let deed = Deed {
                competition: Some(competition.id()),
                team: Some(id),
                ..who.deed(now, act, &person.slug)
            };
            store::record(db, &deed)?;
            settled(db, &competition, person_id, now)
        })
        .await
}
