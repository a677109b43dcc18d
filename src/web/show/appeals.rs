//! Appeals: the judge's list and answer, the person's page; and what judges have done.

use super::{
    cases::Lent,
    desk::{Desk, number, or_problem, points},
    event,
};
use crate::{
    app::{self, Answer, AppError, Objection, Who},
    domain::team::SubmissionId,
    store::AppealStatus,
    web::{
        Site,
        api::judge::appeal_status,
        body,
        gate::Signed,
        pages::{self, AppealRow, JudgeRow, form::Typed},
        problem::Problem,
        query::Query,
        respond::{self, Asked},
    },
};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};

/// Lines of the list on a page.
const LISTED: usize = 50;

pub async fn desk_appeals(request: HttpRequest, site: web::Data<Site>, who: Signed) -> HttpResponse {
    or_problem(&request, list_page(&request, &site, who.0).await)
}

async fn list_page(request: &HttpRequest, site: &Site, who: Who) -> Result<HttpResponse, Problem> {
    let desk = Desk::open(request, site, who).await?;
    let status = match desk.query.get("status") {
        None => Some(AppealStatus::Open),
        Some("all") => None,
        Some(_) => appeal_status(&desk.query)?,
    };
    let after = desk.query.number("after")?.unwrap_or(0);
    let lines = app::appeals(&site.app, &desk.who, &desk.slug, status, after, LISTED).await?;
    let rows = lines
        .iter()
        .map(|line| AppealRow {
            id: line.appeal.id,
            text: &line.appeal.text,
            status: line.appeal.status,
            opened_at: line.appeal.opened_at,
            action: line.decision.decision.action,
            own: line.own,
        })
        .collect();
    let page = pages::AppealsPage {
        frame: desk.frame(site),
        status,
        rows,
        next: lines
            .last()
            .filter(|_| lines.len() == LISTED)
            .map(|line| line.appeal.id),
    };
    Ok(respond::private(
        StatusCode::OK,
        pages::appeals_page(&page).into_string(),
    ))
}

pub async fn desk_appeal(request: HttpRequest, site: web::Data<Site>, who: Signed) -> HttpResponse {
    or_problem(
        &request,
        answer_page(&request, &site, who.0, StatusCode::OK, Typed::default()).await,
    )
}

async fn answer_page(
    request: &HttpRequest,
    site: &Site,
    who: Who,
    status: StatusCode,
    typed: Typed<'_>,
) -> Result<HttpResponse, Problem> {
    let desk = Desk::open(request, site, who).await?;
    let id = number(request, "appeal")?;
    let found = app::appeal_case(&site.app, &desk.who, &desk.slug, id, site.now()).await?;
    let lent = Lent::of(site, &found.case);
    let appeal = &found.line.appeal;
    let page = pages::AnswerPage {
        frame: desk.frame(site),
        id,
        submission: appeal.submission.0,
        case: lent.case(&found.case, desk.lang()),
        text: &appeal.text,
        opened_at: appeal.opened_at,
        status: appeal.status,
        answer: appeal.answer.as_deref(),
        decision: &found.line.decision,
        conflict: found.conflict.as_ref().map(|conflict| conflict.say(desk.lang())),
        typed,
    };
    Ok(respond::private(status, pages::answer_page(&page).into_string()))
}

pub async fn desk_answer(
    request: HttpRequest,
    site: web::Data<Site>,
    who: Signed,
    payload: web::Payload,
) -> HttpResponse {
    or_problem(&request, answered(&request, &site, who.0, payload).await)
}

fn answer(typed: &Query) -> Result<Answer, Objection> {
    let upheld = typed.get("status") == Some(AppealStatus::Upheld.as_str());
    // One form has both buttons; points mean nothing where the decision stays.
    let points = if upheld { points(typed)? } else { None };
    Answer::parse(
        typed.get("status").unwrap_or(""),
        points,
        typed.get("text").unwrap_or(""),
    )
}

async fn answered(
    request: &HttpRequest,
    site: &Site,
    who: Who,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let typed = body::form(&mut payload.into_inner()).await?;
    let desk = Desk::open(request, site, who.clone()).await?;
    let id = number(request, "appeal")?;
    let done = match answer(&typed) {
        Ok(answer) => app::answer_appeal(&site.app, &who, &desk.slug, id, answer, site.now()).await,
        Err(objection) => Err(objection.into()),
    };
    match done {
        Ok(_) => Ok(respond::see(&desk.address(site, &format!("/appeals/{id}"), &[]))),
        Err(AppError::Objection(objection)) => {
            let status = Problem::from(objection.clone()).status;
            let typed = Typed {
                values: Some(&typed),
                objection: Some(&objection),
            };
            answer_page(request, site, who, status, typed).await
        }
        Err(error) => Err(error.into()),
    }
}

pub async fn desk_judges(request: HttpRequest, site: web::Data<Site>, who: Signed) -> HttpResponse {
    or_problem(&request, judges_page(&request, &site, who.0).await)
}

async fn judges_page(request: &HttpRequest, site: &Site, who: Who) -> Result<HttpResponse, Problem> {
    let desk = Desk::open(request, site, who).await?;
    let (judges, waiting) = app::judges(&site.app, &desk.slug).await?;
    let rows = judges
        .iter()
        .map(|judge| JudgeRow {
            login: &judge.login,
            active: judge.active,
            accepted: judge.work.accepted,
            rejected: judge.work.rejected,
            undone: judge.work.undone,
            appealed: judge.work.appealed,
            overturned: judge.work.upheld,
            dismissed: judge.work.dismissed,
            last: judge.work.last,
        })
        .collect();
    let page = pages::JudgesPage {
        frame: desk.frame(site),
        waiting,
        rows,
    };
    Ok(respond::private(
        StatusCode::OK,
        pages::judges_page(&page).into_string(),
    ))
}

/// The page on which the person, or the organizer, appeals.
pub async fn appeal_page(request: HttpRequest, site: web::Data<Site>, who: Signed) -> HttpResponse {
    or_problem(
        &request,
        own_page(&request, &site, who.0, StatusCode::OK, Typed::default()).await,
    )
}

async fn own_page(
    request: &HttpRequest,
    site: &Site,
    who: Who,
    status: StatusCode,
    typed: Typed<'_>,
) -> Result<HttpResponse, Problem> {
    let id = SubmissionId(number(request, "id")?);
    let asked = Asked::of(request);
    let (case, refused) = app::appealable(&site.app, &who, id, site.now()).await?;
    let live = site.live(case.competition.definition.slug.as_str())?;
    let snapshot = live.board.snapshot();
    let lent = Lent::of(site, &case);
    let sent = asked.query().get("sent").is_some() && refused == Some(Objection::AlreadyAppealed);
    let page = pages::AppealPage {
        shell: asked.shell(&site.origin),
        event: event(&snapshot),
        id: id.0,
        case: lent.case(&case, asked.lang),
        refused: refused.map(|objection| objection.say(asked.lang)),
        sent,
        typed,
    };
    Ok(respond::private(status, pages::appeal_page(&page).into_string()))
}

pub async fn appeal_form(
    request: HttpRequest,
    site: web::Data<Site>,
    who: Signed,
    payload: web::Payload,
) -> HttpResponse {
    or_problem(&request, appealed(&request, &site, who.0, payload).await)
}

async fn appealed(
    request: &HttpRequest,
    site: &Site,
    who: Who,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let typed = body::form(&mut payload.into_inner()).await?;
    let id = SubmissionId(number(request, "id")?);
    let (case, _) = app::appealable(&site.app, &who, id, site.now()).await?;
    let slug = case.competition.definition.slug.clone();
    let text = typed.get("text").unwrap_or("");
    match app::appeal(&site.app, &who, &slug, id, text, site.now()).await {
        Ok(_) => {
            let asked = Asked::of(request);
            let path = format!("/submissions/{}/appeal", id.0);
            Ok(respond::see(&asked.shell("").href(&path, &[("sent", "1")])))
        }
        Err(AppError::Objection(objection)) => {
            let status = Problem::from(objection.clone()).status;
            let typed = Typed {
                values: Some(&typed),
                objection: Some(&objection),
            };
            own_page(request, site, who, status, typed).await
        }
        Err(error) => Err(error.into()),
    }
}
