//! Writing, replacing and taking away what the team is told.

use super::{Room, objection, page_or, see};
use crate::{
    app::{self, Who},
    web::{
        Site, body,
        gate::Signed,
        pages::{
            console::{self, AnnouncementPage},
            form::Typed,
        },
        problem::Problem,
        query::Query,
        respond,
    },
};
use actix_web::{HttpRequest, HttpResponse, web};

pub async fn announcement_page(request: HttpRequest, site: web::Data<Site>) -> HttpResponse {
    page_or(&request, drawn(&request, &site, Typed::default()).await)
}

async fn drawn(request: &HttpRequest, site: &Site, typed: Typed<'_>) -> Result<String, Problem> {
    let room = Room::of(request, site).await?;
    let page = AnnouncementPage {
        desk: room.desk(site),
        now: room
            .managed
            .announcement
            .as_ref()
            .map(|note| (note.text.as_str(), note.announced_at)),
        typed,
    };
    Ok(console::announcement(&page).into_string())
}

pub async fn announce_form(
    request: HttpRequest,
    site: web::Data<Site>,
    who: Signed,
    payload: web::Payload,
) -> HttpResponse {
    let typed = match body::form(&mut payload.into_inner()).await {
        Ok(typed) => typed,
        Err(problem) => return problem.answer(&request),
    };
    match announce(&request, &site, &who.0, &typed).await {
        Ok(answer) => answer,
        Err(problem) => problem.answer(&request),
    }
}

async fn announce(request: &HttpRequest, site: &Site, who: &Who, typed: &Query) -> Result<HttpResponse, Problem> {
    let (competition, team) = super::slugs(request)?;
    let text = typed.get("text").unwrap_or("");
    let error = match app::announce(&site.app, who, &competition, &team, text, site.now()).await {
        Ok(_) => return Ok(see(request, "/announcement")),
        Err(error) => error,
    };
    let objection = objection(error)?;
    let status = Problem::from(objection.clone()).status;
    let refused = Typed {
        values: Some(typed),
        objection: Some(&objection),
    };
    Ok(respond::private(status, drawn(request, site, refused).await?))
}
