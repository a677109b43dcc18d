//! The page to sign in, and signing out from a page.

use crate::{
    app::{self, AppError, Objection, SESSION, Session},
    domain::time::Moment,
    web::{
        Site, body, entry,
        gate::{self, Signed},
        pages::{self, form::Typed},
        problem::{Problem, SIGN_IN},
        query::Query,
        respond::{self, Asked},
    },
};
use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web,
};

pub async fn sign_in_page(request: HttpRequest, site: web::Data<Site>) -> HttpResponse {
    let asked = Asked::of(&request);
    let query = asked.query();
    let to = query.get("to").unwrap_or("/me");
    match gate::who(&request, &site).await {
        // Who is signed in has nothing to do here: signing out is on their own page.
        Ok(Some(_)) => respond::see(&asked.onward(to)),
        Ok(None) => drawn(&request, &site, to, StatusCode::OK, Typed::default()),
        Err(problem) => problem.answer(&request),
    }
}

pub(super) fn drawn(
    request: &HttpRequest,
    site: &Site,
    to: &str,
    status: StatusCode,
    typed: Typed<'_>,
) -> HttpResponse {
    let asked = Asked::of(request);
    // After the way back from a forge the address bears what is of no use a second time.
    let asked = if request.path() == SIGN_IN {
        asked
    } else {
        asked.at(SIGN_IN)
    };
    let forges = site.forges();
    let page = pages::SignInPage {
        shell: asked.shell(&site.origin),
        to: respond::own_path(to),
        forges: &forges,
        typed,
    };
    let mut answer = respond::private(status, pages::sign_in(&page).into_string());
    if let Some(wait) = typed.objection.and_then(Objection::retry_after) {
        answer.headers_mut().insert(header::RETRY_AFTER, wait.into());
    }
    answer
}

/// Opens the session in the browser and goes on to where it was wanted.
pub fn signed_in(session: &Session, to: &str) -> HttpResponse {
    let mut answer = respond::see(respond::own_path(to));
    if let Ok(cookie) = gate::cookie(Some((&session.token, SESSION / Moment::SECOND))).parse() {
        answer.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    answer
}

pub async fn sign_in_form(request: HttpRequest, site: web::Data<Site>, payload: web::Payload) -> HttpResponse {
    let typed = match body::form(&mut payload.into_inner()).await {
        Ok(typed) => typed,
        Err(problem) => return problem.answer(&request),
    };
    match sign_in(&request, &site, &typed).await {
        Ok(session) => {
            let to = Asked::of(&request).onward(typed.get("to").unwrap_or("/me"));
            signed_in(&session, &to)
        }
        Err(AppError::Objection(objection)) => {
            let status = Problem::from(objection.clone()).status;
            let refused = Typed {
                values: Some(&typed),
                objection: Some(&objection),
            };
            drawn(&request, &site, typed.get("to").unwrap_or("/me"), status, refused)
        }
        Err(error) => Problem::from(error).answer(&request),
    }
}

async fn sign_in(request: &HttpRequest, site: &Site, typed: &Query) -> Result<Session, AppError> {
    let field = |name: &'static str| typed.get(name).ok_or(Objection::Missing(name));
    entry::with_password(request, site, field("login")?, field("password")?).await
}

pub async fn sign_out(request: HttpRequest, site: web::Data<Site>, who: Signed) -> HttpResponse {
    if let Err(error) = app::sign_out(&site.app, &who.0, site.now()).await {
        return Problem::from(error).answer(&request);
    }
    let mut answer = respond::see("/");
    if let Ok(cookie) = gate::cookie(None).parse() {
        answer.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    answer
}
