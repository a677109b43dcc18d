//! Invitations: a link that lets so many people into a team, until it is over. Contract, section 7.

use super::{
    App, AppError, Objection, TeamCard, Who, random_text,
    seats::{take_seat, team_of},
    teams::{card, known},
};
use crate::{
    domain::{
        joining::USES,
        team::{Team, TeamId},
        text::Slug,
        time::Moment,
    },
    store::{self, Deed, Invite, InviteId},
};
use serde_json::json;

/// Invitations that one person makes within an hour.
const AN_HOUR: i64 = 20;
const MAKE: &str = "invite.make";

/// A part of a team's invitations.
pub struct InviteList {
    pub invites: Vec<Invite>,
    pub total: i64,
}

/// An invitation as somebody sees it who has the link.
pub struct Invitation {
    pub invite: Invite,
    pub card: TeamCard,
    /// Names of who organizes the team.
    pub organizers: Vec<String>,
    /// The team of the competition that who looks is in already.
    pub mine: Option<Team>,
    /// The results are final: nobody joins any more.
    pub sealed: bool,
}

/// Makes an invitation. `uses`: 1 to 1,000. `expires_at`: exclusive; None: until it is used up or taken back.
///
/// Errors: `OutOfRange`, `InPast`, `NotThere`, `TooManyInvites`; `NoCompetition`.
pub async fn invite(
    app: &App,
    who: &Who,
    competition: &Slug,
    team: &Slug,
    uses: i64,
    expires_at: Option<Moment>,
    now: Moment,
) -> Result<Invite, AppError> {
    let (least, most) = USES;
    let out_of_range = Objection::OutOfRange {
        field: "uses",
        least,
        most,
    };
    let wanted = u32::try_from(uses).ok().filter(|_| (least..=most).contains(&uses));
    let uses = wanted.ok_or(out_of_range)?;
    if expires_at.is_some_and(|end| end <= now) {
        return Err(Objection::InPast("expires_at").into());
    }
    // 96 bits: nobody guesses one.
    let code = random_text(12)?;
    let (definitions, slug, team, who) = (app.definitions(), competition.clone(), team.clone(), who.clone());
    app.store
        .write(move |db| {
            // Two at once are counted one after the other.
            store::lock_login(db, who.id)?;
            let competition = definitions.of(db, &slug)?;
            let (id, _) = known(db, &competition, &team)?;
            let made = store::done_since(db, who.id, MAKE, now.plus(-Moment::HOUR), AN_HOUR)?;
            if let Some(first) = made.get(AN_HOUR as usize - 1) {
                let wait = first.plus(Moment::HOUR).millis() - now.millis();
                return Err(Objection::TooManyInvites((wait.max(0) as u64).div_ceil(1_000).max(1)).into());
            }
            let mut invite = Invite {
                id: InviteId(0),
                competition: competition.id(),
                team: id,
                code,
                uses,
                used: 0,
                expires_at,
                created_at: now,
                ended_at: None,
            };
            invite.id = store::insert_invite(db, &invite)?;
            let deed = Deed {
                competition: Some(competition.id()),
                team: Some(id),
                became: Some(json!({ "uses": uses, "expires_at": expires_at }).to_string()),
                ..who.deed(now, MAKE, invite.id.0)
            };
            store::record(db, &deed)?;
            Ok(invite)
        })
        .await
}

/// A team's invitations, newest first. Errors: `NotThere`; `NoCompetition`.
pub async fn invites(
    app: &App,
    competition: &Slug,
    team: &Slug,
    offset: i64,
    limit: i64,
) -> Result<InviteList, AppError> {
    let (definitions, slug, team) = (app.definitions(), competition.clone(), team.clone());
    app.store
        .read(move |db| {
            let competition = definitions.of(db, &slug)?;
            let (id, _) = known(db, &competition, &team)?;
            let (invites, total) = store::invites_of(db, id, offset, limit)?;
            Ok(InviteList { invites, total })
        })
        .await
}

/// Takes an invitation back: who has the link cannot join by it any more. Taken back twice is taken back.
///
/// Errors: `NotThere`, also for another team's; `NoCompetition`.
pub async fn take_back(
    app: &App,
    who: &Who,
    competition: &Slug,
    team: &Slug,
    code: &str,
    now: Moment,
) -> Result<(), AppError> {
    let (definitions, who, code) = (app.definitions(), who.clone(), code.to_owned());
    let (slug, team) = (competition.clone(), team.clone());
    app.store
        .write(move |db| {
            let competition = definitions.of(db, &slug)?;
            let (id, _) = known(db, &competition, &team)?;
            let invite = store::invite_by_code(db, competition.id(), &code)?
                .filter(|invite| invite.team == id)
                .ok_or(Objection::NotThere("invitation"))?;
            if invite.ended_at.is_some() {
                return Ok(());
            }
            store::end_invite(db, invite.id, now)?;
            let deed = Deed {
                competition: Some(competition.id()),
                team: Some(id),
                ..who.deed(now, "invite.end", invite.id.0)
            };
            Ok(store::record(db, &deed)?)
        })
        .await
}

/// What an invitation leads to. Errors: `NotThere`; `NoCompetition`.
pub async fn invitation(
    app: &App,
    who: Option<&Who>,
    competition: &Slug,
    code: &str,
    now: Moment,
) -> Result<Invitation, AppError> {
    let (definitions, slug, code) = (app.definitions(), competition.clone(), code.to_owned());
    let person = who.map(|who| who.person);
    app.store
        .read(move |db| {
            let competition = definitions.of(db, &slug)?;
            let invite =
                store::invite_by_code(db, competition.id(), &code)?.ok_or(Objection::NotThere("invitation"))?;
            let (id, team) = store::teams_by_id(db, &[invite.team.0])?
                .pop()
                .ok_or(Objection::NotThere("team"))?;
            let organizers = store::organizers_of(db, id)?;
            let mine = match person {
                Some(person) => team_of(db, &competition, person, now)?,
                None => None,
            };
            let mine = match mine {
                Some(mine) => store::teams_by_id(db, &[mine.0])?.pop().map(|(_, team)| team),
                None => None,
            };
            let card = card(db, &competition, id, team, now)?;
            Ok(Invitation {
                invite,
                // Who has a link to a team sees the team, and not what it said to the judges.
                card: TeamCard {
                    registration: None,
                    inside: false,
                    ..card
                },
                organizers: organizers.into_iter().map(|(_, name)| name).collect(),
                mine,
                sealed: competition.stored.seal.finalized_at.is_some(),
            })
        })
        .await
}

/// Names of who organizes a team, in the order in which they came to.
pub async fn organizers(app: &App, team: TeamId) -> Result<Vec<String>, AppError> {
    app.store
        .read(move |db| {
            let found = store::organizers_of(db, team)?;
            Ok(found.into_iter().map(|(_, name)| name).collect())
        })
        .await
}

/// Joins the team that an invitation is to, from now on.
///
/// Errors: `NotThere`, `InviteOver`, `InviteUsedUp`, `Sealed`, `NotApproved`, `AlreadyInTeam`, `TeamFull`;
/// `NoCompetition`.
pub async fn join(app: &App, who: &Who, competition: &Slug, code: &str, now: Moment) -> Result<TeamCard, AppError> {
    let (definitions, who, code) = (app.definitions(), who.clone(), code.to_owned());
    let slug = competition.clone();
    app.store
        .write(move |db| {
            store::take_turn(db)?;
            let competition = definitions.of(db, &slug)?;
            let invite =
                store::invite_by_code(db, competition.id(), &code)?.ok_or(Objection::NotThere("invitation"))?;
            if invite.is_over(now) {
                return Err(Objection::InviteOver.into());
            }
            if invite.is_used_up() {
                return Err(Objection::InviteUsedUp.into());
            }
            take_seat(db, &competition, invite.team, who.person, now)?;
            store::use_invite(db, invite.id)?;
            let person = store::person_by_id(db, who.person)?.ok_or(Objection::NotThere("person"))?;
            let deed = Deed {
                competition: Some(competition.id()),
                team: Some(invite.team),
                became: Some(json!({ "invite": invite.id.0 }).to_string()),
                ..who.deed(now, "team.join", &person.slug)
            };
            store::record(db, &deed)?;
            let (id, team) = store::teams_by_id(db, &[invite.team.0])?
                .pop()
                .ok_or(Objection::NotThere("team"))?;
            let inside = who.organizes(competition.id(), id);
            let card = card(db, &competition, id, team, now)?;
            Ok(TeamCard {
                registration: card.registration.filter(|_| inside),
                inside,
                ..card
            })
        })
        .await
}
