//! Signing in with a forge: out with a state that a cookie of this browser knows too, and back.

use super::{me, sign_in};
use crate::{
    app::{self, AppError, Arrival, HANDSHAKE, Objection, Returned},
    domain::time::Moment,
    web::{
        Site, address, gate,
        pages::form::Typed,
        problem::Problem,
        query::Query,
        respond::{self, Asked},
    },
};
use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, HeaderValue},
    web,
};

/// The longest address that is come back to.
const LONGEST: usize = 1_000;

/// One cookie a forge: two sign-ins under way at once do not take each other's.
fn cookie_name(forge: &str) -> String {
    format!("__Host-{forge}-sign-in")
}

fn set_cookie(answer: &mut HttpResponse, forge: &str, state: &str, age: i64) {
    let name = cookie_name(forge);
    let cookie = format!("{name}={state}; Path=/; Max-Age={age}; HttpOnly; Secure; SameSite=Lax");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

/// `GET /auth/{forge}/start?to=`.
pub async fn start(request: HttpRequest, site: web::Data<Site>) -> HttpResponse {
    match begin(&request, &site).await {
        Ok(answer) => answer,
        Err(problem) => problem.answer(&request),
    }
}

async fn begin(request: &HttpRequest, site: &Site) -> Result<HttpResponse, Problem> {
    let now = site.now();
    let provider = site.provider(request.match_info().get("forge").unwrap_or(""))?;
    site.limits
        .begin(address::client(request, &site.proxies), now)
        .map_err(Objection::TooManySignIns)?;
    let asked = Asked::of(request);
    let query = asked.query();
    let to = query.get("to").filter(|to| to.len() <= LONGEST).unwrap_or("/me");
    // Who is signed in binds another account; but not because another site's page said so: with a forge's
    // session that is not the visitor's own, somebody else's account would be bound to them.
    let signed_in = gate::who(request, site).await?;
    let binds = signed_in.filter(|_| !gate::is_from_elsewhere(request, &site.origin));
    let begun = app::begin_handshake(&site.app, provider, &asked.onward(to), binds.as_ref(), now).await?;
    let url = provider.authorize_url(&redirect_uri(request, site, provider), &begun.state, &begun.challenge);
    let mut answer = respond::see(&url);
    set_cookie(
        &mut answer,
        provider.forge.as_str(),
        &begun.state,
        HANDSHAKE / Moment::SECOND,
    );
    Ok(answer)
}

fn redirect_uri(request: &HttpRequest, site: &Site, provider: &crate::forge::oauth::Provider) -> String {
    format!("{}/auth/{}/callback", gate::outside(request, site), provider.forge)
}

/// `GET /auth/{forge}/callback?code=&state=`.
pub async fn callback(request: HttpRequest, site: web::Data<Site>) -> HttpResponse {
    let forge = request.match_info().get("forge").unwrap_or("");
    let mut answer = match end(&request, &site).await {
        Ok(Arrival::SignedIn(session, to)) => sign_in::signed_in(&session, &to),
        Ok(Arrival::Bound(to)) => respond::see(respond::own_path(&to)),
        Err(AppError::Objection(objection)) if takes_pages(&request) => refused(&request, &site, &objection).await,
        Err(error) => Problem::from(error).answer(&request),
    };
    set_cookie(&mut answer, forge, "", 0);
    answer
}

async fn end(request: &HttpRequest, site: &Site) -> Result<Arrival, AppError> {
    let provider = site.provider(request.match_info().get("forge").unwrap_or(""))?;
    let query = Query::of(request.query_string());
    let cookie = request.cookie(&cookie_name(provider.forge.as_str()));
    let signed_in = match gate::who(request, site).await {
        Ok(who) => who,
        Err(problem) => return Err(AppError::Broken(problem.detail)),
    };
    let returned = Returned {
        state: query.get("state").unwrap_or(""),
        begun: cookie.as_ref().map_or("", |cookie| cookie.value()),
        code: query.get("code").filter(|_| query.get("error").is_none()),
        redirect_uri: &redirect_uri(request, site, provider),
        who: signed_in.as_ref(),
    };
    app::end_handshake(&site.app, &site.client, provider, returned, site.now()).await
}

fn takes_pages(request: &HttpRequest) -> bool {
    let accept = request.headers().get(header::ACCEPT);
    accept
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}

/// Says why on the page from which it can be tried again.
async fn refused(request: &HttpRequest, site: &Site, objection: &Objection) -> HttpResponse {
    match gate::who(request, site).await {
        Ok(Some(who)) => me::with(request, site, &who, Some(objection)).await,
        Ok(None) | Err(_) => {
            let typed = Typed {
                values: None,
                objection: Some(objection),
            };
            let status = Problem::from(objection.clone()).status;
            sign_in::drawn(request, site, "/me", status, typed)
        }
    }
}
