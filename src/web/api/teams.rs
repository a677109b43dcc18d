//! `/api/v1/competitions/{slug}/teams`: how teams register, and what becomes of them. Contract, section 7.

use super::people_of::person_json;
use crate::{
    app::{self, Application, TeamCard, TeamChange, TeamQuery},
    domain::{
        text::{Name, Slug},
        time::Moment,
    },
    web::{
        Site, body,
        gate::{self, Signed},
        problem::Problem,
        query::Query,
        respond,
    },
};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

/// The slug of an address by its place in the route. Errors: 404.
pub(super) fn named(request: &HttpRequest, place: &str) -> Result<Slug, Problem> {
    Site::slug(request.match_info().get(place).unwrap_or(""))
}

/// A team as JSON. What it said to the judges is null to everybody else.
pub(super) fn team_json(site: &Site, card: &TeamCard) -> Value {
    let members: Vec<Value> = card
        .seats
        .iter()
        .map(|seat| {
            json!({
                "person": person_json(site, seat.id, &seat.person),
                "joined_at": seat.joined_at,
                "left_at": seat.left_at,
            })
        })
        .collect();
    let (team, said) = (&card.team, card.registration.as_ref());
    json!({
        "slug": team.slug,
        "kind": team.kind,
        "region": team.region,
        "name": team.name,
        "capacity": team.capacity,
        "status": team.standing,
        "members": members,
        "statement": said.map(|said| &said.statement),
        "applied_at": said.map(|said| said.applied_at),
        "defence_at": said.and_then(|said| said.defence_at),
        "recording_url": said.and_then(|said| said.recording_url.as_ref()),
        "reason": said.and_then(|said| said.reason.as_ref()),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Applied {
    slug: String,
    kind: String,
    region: String,
    name: Name,
    #[serde(default)]
    capacity: Option<i64>,
    statement: String,
}

/// `POST /teams`.
pub async fn apply(
    request: HttpRequest,
    site: web::Data<Site>,
    who: Signed,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let applied: Applied = body::json(&mut payload.into_inner()).await?;
    let application = Application {
        slug: applied.slug,
        kind: applied.kind,
        region: applied.region,
        name_en: applied.name.en,
        name_zh: applied.name.zh,
        capacity: applied.capacity,
        statement: applied.statement,
    };
    let competition = named(&request, "slug")?;
    let card = app::apply(&site.app, &who.0, &competition, application, site.now()).await?;
    Ok(respond::private_json(StatusCode::CREATED, &team_json(&site, &card)))
}

/// What is there and may be null: `null` is Some(None), and absent is None.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(from).map(Some)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Names {
    #[serde(default)]
    en: Option<String>,
    #[serde(default)]
    zh: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Changed {
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    reason: Option<String>,
    #[serde(default, deserialize_with = "given")]
    defence_at: Option<Option<Moment>>,
    #[serde(default, deserialize_with = "given")]
    recording_url: Option<Option<String>>,
    #[serde(default)]
    kind: Option<String>,
    #[serde(default)]
    region: Option<String>,
    #[serde(default)]
    name: Option<Names>,
    #[serde(default, deserialize_with = "given")]
    capacity: Option<Option<i64>>,
    #[serde(default)]
    statement: Option<String>,
}

/// `PATCH /teams/{team}`.
pub async fn change_team(
    request: HttpRequest,
    site: web::Data<Site>,
    who: Signed,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let changed: Changed = body::json(&mut payload.into_inner()).await?;
    let names = changed.name.unwrap_or(Names { en: None, zh: None });
    let change = TeamChange {
        status: changed.status,
        reason: changed.reason,
        defence_at: changed.defence_at,
        recording_url: changed.recording_url,
        kind: changed.kind,
        region: changed.region,
        name_en: names.en,
        name_zh: names.zh,
        capacity: changed.capacity,
        statement: changed.statement,
    };
    let (competition, team) = (named(&request, "slug")?, named(&request, "team")?);
    let card = app::change_team(&site.app, &who.0, &competition, &team, change, site.now()).await?;
    Ok(respond::private_json(StatusCode::OK, &team_json(&site, &card)))
}

/// `GET /teams`: the approved ones for all; applications for their organizer, judges and admins.
pub async fn teams(request: HttpRequest, site: web::Data<Site>) -> Result<HttpResponse, Problem> {
    let who = gate::who(&request, &site).await?;
    let query = Query::of(request.query_string());
    let (filter, part) = (query.filter()?, query.part()?);
    let wanted = TeamQuery {
        kind: filter.kind,
        region: filter.region,
        status: query.standing()?,
        offset: part.offset,
        limit: part.limit,
        ..TeamQuery::default()
    };
    let competition = named(&request, "slug")?;
    let (cards, total) = app::teams(&site.app, who.as_ref(), &competition, wanted, site.now()).await?;
    let teams: Vec<Value> = cards.iter().map(|card| team_json(&site, card)).collect();
    let answer = json!({ "competition": competition, "total": total, "teams": teams });
    Ok(shown(&request, who.is_some(), &answer))
}

/// `GET /teams/{team}`.
pub async fn team(request: HttpRequest, site: web::Data<Site>) -> Result<HttpResponse, Problem> {
    let who = gate::who(&request, &site).await?;
    let (competition, team) = (named(&request, "slug")?, named(&request, "team")?);
    let card = app::team(&site.app, who.as_ref(), &competition, &team, site.now()).await?;
    Ok(shown(&request, who.is_some(), &team_json(&site, &card)))
}

/// What everybody sees may be kept; what this person sees is theirs.
fn shown(request: &HttpRequest, signed_in: bool, answer: &Value) -> HttpResponse {
    if signed_in {
        respond::private_json(StatusCode::OK, answer)
    } else {
        respond::json(request, answer)
    }
}
