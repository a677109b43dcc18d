//! Requests: somebody asks to be let into a team, and its organizer answers once. Contract, section 7.

use super::{
    App, AppError, Objection, TeamCard, Who,
    apply::unsealed,
    seats::{in_no_team, take_seat, team_of},
    teams::{card, is_inside, known},
};
use crate::{
    domain::{
        joining::RequestState,
        names,
        team::{Standing, Team},
        text::Slug,
        time::Moment,
    },
    store::{self, Deed, Request},
};

/// Characters of what somebody says who asks, at least and at most.
pub const REQUEST_TEXT: (usize, usize) = (0, 1_000);

/// A part of a team's requests.
pub struct RequestList {
    pub requests: Vec<Request>,
    pub total: i64,
}

/// Asks to be let in.
///
/// Errors: `TooLong`, `Invisible`, `NotThere`, `NotApproved`, `AlreadyInTeam`, `AlreadyAsked`, `Sealed`;
/// `NoCompetition`.
pub async fn ask_to_join(
    app: &App,
    who: &Who,
    competition: &Slug,
    team: &Slug,
    text: &str,
    now: Moment,
) -> Result<Request, AppError> {
    let text = names::words(text, REQUEST_TEXT).map_err(|bad| Objection::of_text("text", REQUEST_TEXT, bad))?;
    let (definitions, slug, team, who) = (app.definitions(), competition.clone(), team.clone(), who.clone());
    app.store
        .write(move |db| {
            // Nobody asks the same team twice by asking twice at once.
            store::take_turn(db)?;
            let competition = definitions.of(db, &slug)?;
            let (id, team) = known(db, &competition, &team)?;
            match team.standing {
                Standing::Approved => {}
                Standing::Suspended => return Err(Objection::NotApproved(team.standing).into()),
                // Of applications only those know who have to do with them.
                Standing::Applied | Standing::Defending | Standing::Declined => {
                    return Err(if is_inside(Some(&who), competition.id(), id) {
                        Objection::NotApproved(team.standing).into()
                    } else {
                        Objection::NotThere("team").into()
                    });
                }
            }
            unsealed(&competition)?;
            in_no_team(db, &competition, who.person, now)?;
            let before = store::request_of(db, id, who.person)?;
            if before.is_some_and(|request| request.state == RequestState::Open) {
                return Err(Objection::AlreadyAsked.into());
            }
            store::insert_request(db, competition.id(), id, who.person, &text, now)?;
            let request = store::request_of(db, id, who.person)?.ok_or(Objection::NotThere("request"))?;
            let deed = Deed {
                competition: Some(competition.id()),
                team: Some(id),
                ..who.deed(now, "request.ask", &request.person.slug)
            };
            store::record(db, &deed)?;
            Ok(request)
        })
        .await
}

/// A team's requests in these states, newest first. Errors: `NotThere`; `NoCompetition`.
pub async fn requests(
    app: &App,
    competition: &Slug,
    team: &Slug,
    states: &[RequestState],
    offset: i64,
    limit: i64,
) -> Result<RequestList, AppError> {
    let (definitions, slug, team) = (app.definitions(), competition.clone(), team.clone());
    let states = states.to_vec();
    app.store
        .read(move |db| {
            let competition = definitions.of(db, &slug)?;
            let (id, _) = known(db, &competition, &team)?;
            let (requests, total) = store::requests_of(db, id, &states, offset, limit)?;
            Ok(RequestList { requests, total })
        })
        .await
}

/// Lets somebody in who asked, or not.
///
/// Errors: `NotThere`, `RequestAnswered`, and where they are let in `Sealed`, `NotApproved`, `AlreadyInTeam`,
/// `TeamFull`; `NoCompetition`.
pub async fn answer_request(
    app: &App,
    who: &Who,
    competition: &Slug,
    team: &Slug,
    person: &Slug,
    accepted: bool,
    now: Moment,
) -> Result<Request, AppError> {
    let state = if accepted {
        RequestState::Accepted
    } else {
        RequestState::Declined
    };
    answer(app, who, competition, team, person, state, now).await
}

/// Somebody takes their own request back; where its organizer does, it is declined. Errors: `NotThere`, `RequestAnswered`; `NoCompetition`.
pub async fn withdraw_request(
    app: &App,
    who: &Who,
    competition: &Slug,
    team: &Slug,
    person: &Slug,
    now: Moment,
) -> Result<Request, AppError> {
    answer(app, who, competition, team, person, RequestState::Withdrawn, now).await
}

async fn answer(
    app: &App,
    who: &Who,
    competition: &Slug,
    team: &Slug,
    person: &Slug,
    state: RequestState,
    now: Moment,
) -> Result<Request, AppError> {
    let act = match state {
        RequestState::Accepted => "request.accept",
        RequestState::Declined => "request.decline",
        RequestState::Open | RequestState::Withdrawn => "request.withdraw",
    };
    let (definitions, who) = (app.definitions(), who.clone());
    let (slug, team, person) = (competition.clone(), team.clone(), person.clone());
    app.store
        .write(move |db| {
            store::take_turn(db)?;
            let competition = definitions.of(db, &slug)?;
            let (id, _) = known(db, &competition, &team)?;
            let (person, _) = store::person_by_slug(db, &person)?.ok_or(Objection::NotThere("request"))?;
            let request = store::request_of(db, id, person)?.ok_or(Objection::NotThere("request"))?;
            if request.state != RequestState::Open {
                return Err(Objection::RequestAnswered.into());
            }
            // What somebody else takes away, the one who asked did not take back.
            let (state, act) = match state {
                RequestState::Withdrawn if person != who.person => (RequestState::Declined, "request.decline"),
                state => (state, act),
            };
            if state == RequestState::Accepted {
                // Answers the request with the rest of what the person has asked elsewhere.
                take_seat(db, &competition, id, person, now)?;
            } else {
                store::answer_request(db, request.id, state, now)?;
            }
            let deed = Deed {
                competition: Some(competition.id()),
                team: Some(id),
                ..who.deed(now, act, &request.person.slug)
            };
            store::record(db, &deed)?;
            Ok(Request {
                state,
                answered_at: Some(now),
                ..request
            })
        })
        .await
}

/// Where somebody stands towards a team.
#[derive(Clone, Debug)]
pub struct Place {
    pub card: TeamCard,
    /// Who asks.
    pub person: Slug,
    /// The team of the competition that they are in now, or will be.
    pub mine: Option<Team>,
    /// Their last request to this team.
    pub request: Option<Request>,
}

/// Errors: `NotThere`, also where the asker may not know of the team; `NoCompetition`.
pub async fn my_place(app: &App, who: &Who, competition: &Slug, team: &Slug, now: Moment) -> Result<Place, AppError> {
    let (definitions, slug, team, who) = (app.definitions(), competition.clone(), team.clone(), who.clone());
    app.store
        .read(move |db| {
            let competition = definitions.of(db, &slug)?;
            let (id, team) = known(db, &competition, &team)?;
            let mine = team_of(db, &competition, who.person, now)?;
            let inside = is_inside(Some(&who), competition.id(), id);
            // Who is in a team that was suspended may still leave it.
            if !inside && !team.standing.is_public() && mine != Some(id) {
                return Err(Objection::NotThere("team").into());
            }
            let mine = match mine {
                Some(mine) => store::teams_by_id(db, &[mine.0])?.pop().map(|(_, team)| team),
                None => None,
            };
            let person = store::person_by_id(db, who.person)?.ok_or(Objection::NotThere("person"))?;
            let card = card(db, &competition, id, team, now)?;
            Ok(Place {
                card: TeamCard {
                    registration: card.registration.filter(|_| inside),
                    inside,
                    ..card
                },
                person: person.slug,
                mine,
                request: store::request_of(db, id, who.person)?,
            })
        })
        .await
}
