//! Invitations: making them, showing them, taking them back.

use super::{Room, objection, see, slugs};
use crate::{
    app::{self, AppError, Objection, Who},
    domain::time::Moment,
    store::Invite,
    web::{
        Site,
        api::invite_url,
        body,
        gate::Signed,
        pages::{
            console::{self, InviteRow, InviteState, InvitesPage},
            form::Typed,
            view::Paging,
        },
        problem::Problem,
        query::Query,
        respond,
    },
};
use actix_web::{HttpRequest, HttpResponse, web};

/// Invitations on one page: each has its code for phones.
const LISTED: usize = 20;

pub async fn invites_page(request: HttpRequest, site: web::Data<Site>) -> HttpResponse {
    super::page_or(&request, drawn(&request, &site, Typed::default()).await)
}

async fn drawn(request: &HttpRequest, site: &Site, typed: Typed<'_>) -> Result<String, Problem> {
    let room = Room::of(request, site).await?;
    let offset = room.asked.query().part()?.offset;
    let (competition, team) = (room.competition(), room.team());
    let found = app::invites(&site.app, competition, team, offset as i64, LISTED as i64).await?;
    let origin = respond::origin(request, site);
    let page = InvitesPage {
        desk: room.desk(site),
        rows: found
            .invites
            .iter()
            .map(|invite| InviteRow {
                code: &invite.code,
                url: invite_url(&origin, competition.as_str(), &invite.code),
                uses: invite.uses,
                used: invite.used,
                expires_at: invite.expires_at,
                created_at: invite.created_at,
                state: state(invite, room.now),
            })
            .collect(),
        paging: Paging {
            total: found.total.unsigned_abs(),
            offset: offset as u64,
            limit: LISTED as u64,
        },
        typed,
    };
    Ok(console::invites(&page).into_string())
}

fn state(invite: &Invite, now: Moment) -> InviteState {
    if invite.ended_at.is_some() {
        InviteState::TakenBack
    } else if invite.is_over(now) {
        InviteState::Over
    } else if invite.is_used_up() {
        InviteState::UsedUp
    } else {
        InviteState::Open
    }
}

pub async fn invite_form(
    request: HttpRequest,
    site: web::Data<Site>,
    who: Signed,
    payload: web::Payload,
) -> HttpResponse {
    let typed = match body::form(&mut payload.into_inner()).await {
        Ok(typed) => typed,
        Err(problem) => return problem.answer(&request),
    };
    match made(&request, &site, &who.0, &typed).await {
        Ok(answer) => answer,
        Err(problem) => problem.answer(&request),
    }
}

async fn made(request: &HttpRequest, site: &Site, who: &Who, typed: &Query) -> Result<HttpResponse, Problem> {
    let error = match invite(request, site, who, typed).await {
        Ok(_) => return Ok(see(request, "/invites")),
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

async fn invite(request: &HttpRequest, site: &Site, who: &Who, typed: &Query) -> Result<Invite, AppError> {
    let missing = |_| Objection::NotThere("team");
    let (competition, team) = slugs(request).map_err(missing)?;
    let uses = typed.get("uses").ok_or(Objection::Missing("uses"))?;
    // What is no number is out of range as well: the sentence says what to give.
    let uses = uses.trim().parse().unwrap_or(0);
    let managed = app::managed_team(&site.app, &competition, &team).await?;
    let expires_at = typed.local_time("expires_at", managed.competition.definition.zone)?;
    app::invite(&site.app, who, &competition, &team, uses, expires_at, site.now()).await
}

pub async fn end_invite_form(request: HttpRequest, site: web::Data<Site>, who: Signed) -> HttpResponse {
    match end(&request, &site, &who.0).await {
        Ok(()) => see(&request, "/invites"),
        Err(problem) => problem.answer(&request),
    }
}

async fn end(request: &HttpRequest, site: &Site, who: &Who) -> Result<(), Problem> {
    let (competition, team) = slugs(request)?;
    let code = request.match_info().get("code").unwrap_or("");
    Ok(app::take_back(&site.app, who, &competition, &team, code, site.now()).await?)
}
