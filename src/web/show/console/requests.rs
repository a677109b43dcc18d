//! Requests to join, and their answers.

use super::{LISTED, Room, objection, see, slugs, word};
use crate::{
    app::{self, Who},
    domain::joining::RequestState,
    web::{
        Site, body,
        gate::Signed,
        pages::{
            console::{self, RequestRow, RequestsPage},
            view::{Paging, PersonRef},
        },
        problem::Problem,
        query::Query,
        respond,
    },
};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};

pub async fn requests_page(request: HttpRequest, site: web::Data<Site>) -> HttpResponse {
    super::page_or(&request, drawn(&request, &site, None).await)
}

async fn drawn(request: &HttpRequest, site: &Site, refused: Option<String>) -> Result<String, Problem> {
    let room = Room::of(request, site).await?;
    let query = room.asked.query();
    let show = word(&query, "show", &["open", "answered", "all"])?;
    let offset = query.part()?.offset;
    let states: &[RequestState] = match show {
        "open" => &[RequestState::Open],
        "answered" => &[RequestState::Accepted, RequestState::Declined, RequestState::Withdrawn],
        _ => &RequestState::ALL,
    };
    let (competition, team) = (room.competition(), room.team());
    let found = app::requests(&site.app, competition, team, states, offset as i64, LISTED as i64).await?;
    let ladder = site.boards.ladder();
    let codes: Vec<String> = found
        .requests
        .iter()
        .map(|request| ladder.code(request.person.number, site.boards.level_fixes(request.person_id)))
        .collect();
    let page = RequestsPage {
        desk: room.desk(site),
        show,
        refused,
        rows: found
            .requests
            .iter()
            .zip(&codes)
            .map(|(request, code)| RequestRow {
                person: PersonRef {
                    slug: request.person.slug.as_str(),
                    name: &request.person.name,
                    code,
                },
                text: &request.text,
                state: request.state,
                asked_at: request.asked_at,
                answered_at: request.answered_at,
            })
            .collect(),
        paging: Paging {
            total: found.total.unsigned_abs(),
            offset: offset as u64,
            limit: LISTED as u64,
        },
    };
    Ok(console::requests(&page).into_string())
}

pub async fn request_form(
    request: HttpRequest,
    site: web::Data<Site>,
    who: Signed,
    payload: web::Payload,
) -> HttpResponse {
    let typed = match body::form(&mut payload.into_inner()).await {
        Ok(typed) => typed,
        Err(problem) => return problem.answer(&request),
    };
    match answer(&request, &site, &who.0, &typed).await {
        Ok(answer) => answer,
        Err(problem) => problem.answer(&request),
    }
}

async fn answer(request: &HttpRequest, site: &Site, who: &Who, typed: &Query) -> Result<HttpResponse, Problem> {
    let (competition, team) = slugs(request)?;
    let person = Site::slug(request.match_info().get("person").unwrap_or(""))?;
    let accepted = match typed.get("status") {
        Some("accepted") => true,
        Some("declined") => false,
        _ => {
            return Err(Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "status: this must be accepted or declined",
            ));
        }
    };
    let done = app::answer_request(&site.app, who, &competition, &team, &person, accepted, site.now()).await;
    let error = match done {
        Ok(_) => return Ok(see(request, "/requests")),
        Err(error) => error,
    };
    let objection = objection(error)?;
    let status = Problem::from(objection.clone()).status;
    let lang = respond::Asked::of(request).lang;
    let page = drawn(request, site, Some(objection.say(lang))).await?;
    Ok(respond::private(status, page))
}
