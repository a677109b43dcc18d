//! `/api/v1/session`: sign in with a password, who is signed in, sign out. Contract, section 7.

use crate::{
    app::{self, SESSION},
    domain::time::Moment,
    web::{
        Site, body, entry,
        gate::{self, Signed},
        problem::Problem,
        respond,
    },
};
use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web,
};
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Credentials {
    login: String,
    password: String,
}

/// `POST /api/v1/session`.
pub async fn sign_in(
    request: HttpRequest,
    site: web::Data<Site>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let credentials: Credentials = body::json(&mut payload.into_inner()).await?;
    let session = entry::with_password(&request, &site, &credentials.login, &credentials.password).await?;
    let account = app::account_card(&site.app, &session.who).await?;
    let answer = json!({ "token": session.token, "expires_at": session.expires_at, "account": account });
    let mut answer = respond::private_json(StatusCode::OK, &answer);
    if let Ok(cookie) = gate::cookie(Some((&session.token, SESSION / Moment::SECOND))).parse() {
        answer.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(answer)
}

/// `GET /api/v1/session`.
pub async fn session(site: web::Data<Site>, who: Signed) -> Result<HttpResponse, Problem> {
    let account = app::account_card(&site.app, &who.0).await?;
    Ok(respond::private_json(StatusCode::OK, &json!({ "account": account })))
}

/// `DELETE /api/v1/session`.
pub async fn sign_out(site: web::Data<Site>, who: Signed) -> Result<HttpResponse, Problem> {
    app::sign_out(&site.app, &who.0, site.now()).await?;
    let mut answer = HttpResponse::NoContent().finish();
    if let Ok(cookie) = gate::cookie(None).parse() {
        answer.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(answer)
}
