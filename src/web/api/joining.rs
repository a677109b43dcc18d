//! `/api/v1/competitions/{slug}`: the ways into a team and out of it. Contract, section 7.

use super::{
    people_of::person_json,
    teams::{named, team_json},
};
use crate::{
    app,
    domain::{joining::RequestState, time::Moment},
    store::{Invite, Request},
    web::{Site, body, gate::Signed, problem::Problem, query::Query, respond},
};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use serde::Deserialize;
use serde_json::{Value, json};

/// The page that an invitation's link opens. `origin`: scheme and authority, since the link is sent around.
pub(in crate::web) fn invite_url(origin: &str, competition: &str, code: &str) -> String {
    format!("{origin}/competitions/{competition}/join/{code}")
}

fn code(request: &HttpRequest) -> &str {
    request.match_info().get("code").unwrap_or("")
}

fn invite_json(origin: &str, competition: &str, invite: &Invite, now: Moment) -> Value {
    json!({
        "code": invite.code,
        "url": invite_url(origin, competition, &invite.code),
        "uses": invite.uses,
        "used": invite.used,
        "expires_at": invite.expires_at,
        "created_at": invite.created_at,
        "ended_at": invite.ended_at,
        "open": !invite.is_over(now) && !invite.is_used_up(),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    #[serde(default)]
    uses: Option<i64>,
    #[serde(default)]
    expires_at: Option<Moment>,
}

/// `POST /teams/{team}/invites`. Where nobody says how many, one may come by it.
pub async fn invite(
    request: HttpRequest,
    site: web::Data<Site>,
    who: Signed,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let wanted: Wanted = body::json_or_empty(&mut payload.into_inner()).await?;
    let (competition, team) = (named(&request, "slug")?, named(&request, "team")?);
    let uses = wanted.uses.unwrap_or(1);
    let now = site.now();
    let invite = app::invite(&site.app, &who.0, &competition, &team, uses, wanted.expires_at, now).await?;
    let origin = respond::origin(&request, &site);
    let answer = invite_json(&origin, competition.as_str(), &invite, now);
    Ok(respond::private_json(StatusCode::CREATED, &answer))
}

/// `GET /teams/{team}/invites`: newest first.
pub async fn invites(request: HttpRequest, site: web::Data<Site>, _: Signed) -> Result<HttpResponse, Problem> {
    let (competition, team) = (named(&request, "slug")?, named(&request, "team")?);
    let part = Query::of(request.query_string()).part()?;
    let offset = i64::try_from(part.offset).unwrap_or(i64::MAX);
    let list = app::invites(&site.app, &competition, &team, offset, part.limit as i64).await?;
    let (now, origin) = (site.now(), respond::origin(&request, &site));
    let invites: Vec<Value> = list
        .invites
        .iter()
        .map(|invite| invite_json(&origin, competition.as_str(), invite, now))
        .collect();
    let answer = json!({ "total": list.total, "invites": invites });
    Ok(respond::private_json(StatusCode::OK, &answer))
}

/// `DELETE /teams/{team}/invites/{code}`: nobody comes by it any more.
pub async fn take_back_invite(
    request: HttpRequest,
    site: web::Data<Site>,
    who: Signed,
) -> Result<HttpResponse, Problem> {
    let (competition, team) = (named(&request, "slug")?, named(&request, "team")?);
    app::take_back(&site.app, &who.0, &competition, &team, code(&request), site.now()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `POST /invites/{code}`: joined now.
pub async fn join(request: HttpRequest, site: web::Data<Site>, who: Signed) -> Result<HttpResponse, Problem> {
    let competition = named(&request, "slug")?;
    let card = app::join(&site.app, &who.0, &competition, code(&request), site.now()).await?;
    Ok(respond::private_json(StatusCode::OK, &team_json(&site, &card)))
}

fn request_json(site: &Site, request: &Request) -> Value {
    json!({
        "person": person_json(site, request.person_id, &request.person),
        "text": request.text,
        "status": request.state,
        "asked_at": request.asked_at,
        "answered_at": request.answered_at,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    #[serde(default)]
    text: String,
}

/// `POST /teams/{team}/requests`.
pub async fn ask_to_join(
    request: HttpRequest,
    site: web::Data<Site>,
    who: Signed,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let asked: Asked = body::json_or_empty(&mut payload.into_inner()).await?;
    let (competition, team) = (named(&request, "slug")?, named(&request, "team")?);
    let made = app::ask_to_join(&site.app, &who.0, &competition, &team, &asked.text, site.now()).await?;
    Ok(respond::private_json(StatusCode::CREATED, &request_json(&site, &made)))
}

/// `GET /teams/{team}/requests`: newest first.
pub async fn requests(request: HttpRequest, site: web::Data<Site>, _: Signed) -> Result<HttpResponse, Problem> {
    let (competition, team) = (named(&request, "slug")?, named(&request, "team")?);
    let query = Query::of(request.query_string());
    let parse = |text: &str| {
        RequestState::parse(text).ok_or_else(|| {
            Problem::bad_request(format!("status: `{text}` is not open, accepted, declined or withdrawn"))
        })
    };
    let state = query.get("status").map(parse).transpose()?;
    let part = query.part()?;
    let offset = i64::try_from(part.offset).unwrap_or(i64::MAX);
    let states = state.as_ref().map_or(&RequestState::ALL[..], std::slice::from_ref);
    let list = app::requests(&site.app, &competition, &team, states, offset, part.limit as i64).await?;
    let requests: Vec<Value> = list.requests.iter().map(|one| request_json(&site, one)).collect();
    let answer = json!({ "total": list.total, "requests": requests });
    Ok(respond::private_json(StatusCode::OK, &answer))
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Accepted,
    Declined,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answered {
    status: Verdict,
}

/// `PATCH /teams/{team}/requests/{person}`: let in or not.
pub async fn answer_request(
    request: HttpRequest,
    site: web::Data<Site>,
    who: Signed,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let answered: Answered = body::json(&mut payload.into_inner()).await?;
    let (competition, team) = (named(&request, "slug")?, named(&request, "team")?);
    let person = named(&request, "person")?;
    let accepted = match answered.status {
        Verdict::Accepted => true,
        Verdict::Declined => false,
    };
    let now = site.now();
    let made = app::answer_request(&site.app, &who.0, &competition, &team, &person, accepted, now).await?;
    Ok(respond::private_json(StatusCode::OK, &request_json(&site, &made)))
}

/// `DELETE /teams/{team}/requests/{person}`: taken back.
pub async fn withdraw_request(
    request: HttpRequest,
    site: web::Data<Site>,
    who: Signed,
) -> Result<HttpResponse, Problem> {
    let (competition, team) = (named(&request, "slug")?, named(&request, "team")?);
    let person = named(&request, "person")?;
    let made = app::withdraw_request(&site.app, &who.0, &competition, &team, &person, site.now()).await?;
    Ok(respond::private_json(StatusCode::OK, &request_json(&site, &made)))
}

/// `DELETE /teams/{team}/members/{person}`: left from now on.
pub async fn leave(request: HttpRequest, site: web::Data<Site>, who: Signed) -> Result<HttpResponse, Problem> {
    let (competition, team) = (named(&request, "slug")?, named(&request, "team")?);
    let person = named(&request, "person")?;
    app::leave(&site.app, &who.0, &competition, &team, &person, site.now()).await?;
    Ok(HttpResponse::NoContent().finish())
}
