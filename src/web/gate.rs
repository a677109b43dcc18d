//! What stands before every route that is not open to everybody: who asks, from where, whether they may, and
//! whether the very same was asked before.

use super::{
    Site,
    body::{self, CAP},
    problem::{Problem, SIGN_IN},
    respond,
};
use crate::app::{self, Access, Again, AppError, Objection, Who};
use actix_web::{
    FromRequest, HttpMessage, HttpRequest, HttpResponse,
    body::MessageBody,
    dev::{Payload, ServiceRequest, ServiceResponse},
    http::{Method, StatusCode, header},
    middleware::Next,
    web,
};
use std::future::{Ready, ready};
use url::form_urlencoded;

/// The session's cookie. `__Host-`: this host alone, over TLS (or on this machine), for every path.
pub const COOKIE: &str = "__Host-session";

/// Who is signed in: for the handlers of routes whose access asks for it.
pub struct Signed(pub Who);

impl FromRequest for Signed {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let who = request.extensions().get::<Who>().cloned();
        ready(who.map(Signed).ok_or_else(|| Objection::NotSignedIn.into()))
    }
}

/// The token that a request bears.
pub enum Bearer {
    Header(String),
    Cookie(String),
}

impl Bearer {
    fn of(request: &HttpRequest) -> Option<Self> {
        let header = request
            .headers()
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| Self::Header(token.trim().to_owned()));
        header.or_else(|| {
            request
                .cookie(COOKIE)
                .map(|cookie| Self::Cookie(cookie.value().to_owned()))
        })
    }

    fn token(&self) -> &str {
        match self {
            Bearer::Header(token) | Bearer::Cookie(token) => token,
        }
    }
}

/// Whether a request bears what may be a session; costs no look at the database.
pub fn bears_session(request: &HttpRequest) -> bool {
    Bearer::of(request).is_some()
}

/// Who asks, where a request bears a session that holds; None: nobody that we know.
pub async fn who(request: &HttpRequest, site: &Site) -> Result<Option<Who>, Problem> {
    match Bearer::of(request) {
        None => Ok(None),
        Some(bearer) => match app::who(&site.app, bearer.token(), site.now()).await {
            Ok(who) => Ok(Some(who)),
            Err(AppError::Objection(_)) => Ok(None),
            Err(error) => Err(error.into()),
        },
    }
}

/// The browser says that another site's page sent this. One that says nothing is no browser, or an old one.
pub fn is_from_elsewhere(request: &HttpRequest, origin: &str) -> bool {
    let says = request.headers().contains_key("sec-fetch-site") || request.headers().contains_key(header::ORIGIN);
    says && is_cross_site(request, origin)
}

/// A page or a program of another site made the browser send this. Browsers say where a request comes from in
/// one of two headers; one that says it in neither is not believed.
fn is_cross_site(request: &HttpRequest, origin: &str) -> bool {
    let text = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return !matches!(site, "same-origin" | "none");
    }
    let Some(from) = text(header::ORIGIN.as_str()) else {
        return true;
    };
    if !origin.is_empty() {
        return from != origin;
    }
    let host = text(header::HOST.as_str()).unwrap_or("");
    from.split_once("://").is_none_or(|(_, named)| named != host)
}

fn is_page(request: &HttpRequest) -> bool {
    !request.path().starts_with("/api/")
}

/// Lets a request through, or answers why not.
pub async fn gate(
    access: Access,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, actix_web::Error> {
    match admitted(access, request.request()).await {
        Ok(who) => {
            let replayable = request.method() == Method::POST && !is_page(request.request());
            let key = request.headers().get("idempotency-key").cloned();
            if let Some(who) = &who {
                request.extensions_mut().insert(who.clone());
            }
            match (who, key.filter(|_| replayable)) {
                (Some(who), Some(key)) => once(&who, key.to_str().unwrap_or("").to_owned(), request, next).await,
                _ => Ok(next.call(request).await?.map_into_boxed_body()),
            }
        }
        Err(problem) => {
            let answer = refused(request.request(), &problem);
            Ok(request.into_response(answer))
        }
    }
}

/// Somebody who asks for a page and is not signed in goes to sign in, and comes back.
fn refused(request: &HttpRequest, problem: &Problem) -> HttpResponse {
    let asks = matches!(*request.method(), Method::GET | Method::HEAD);
    if problem.status == StatusCode::UNAUTHORIZED && asks && is_page(request) {
        let here = request.uri().path_and_query().map_or("/", |path| path.as_str());
        let to: String = form_urlencoded::byte_serialize(here.as_bytes()).collect();
        let lang = match respond::language(request.headers(), request.query_string()) {
            (lang, true) => format!("&lang={}", lang.code()),
            (_, false) => String::new(),
        };
        return HttpResponse::SeeOther()
            .insert_header((header::LOCATION, format!("{SIGN_IN}?to={to}{lang}")))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .finish();
    }
    problem.answer(request)
}

async fn admitted(access: Access, request: &HttpRequest) -> Result<Option<Who>, Problem> {
    let Some(site) = request.app_data::<web::Data<Site>>() else {
        return Err(Problem::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "the server is not set up",
        ));
    };
    let bearer = Bearer::of(request);
    let unsafe_method = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let refused = match bearer {
        // A page of another site cannot know a token.
        Some(Bearer::Header(_)) => false,
        Some(Bearer::Cookie(_)) => is_cross_site(request, &site.origin),
        // Nor may it sign somebody in as somebody else.
        None => is_from_elsewhere(request, &site.origin),
    };
    if unsafe_method && refused {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "this came from another site's page, or without saying from where; send it from here, or with `Authorization: Bearer`",
        ));
    }
    let who = match &bearer {
        None => None,
        Some(bearer) => match app::who(&site.app, bearer.token(), site.now()).await {
            Ok(who) => Some(who),
            // To what everybody may do, a session that is over is none.
            Err(AppError::Objection(_)) if access == Access::Everybody => None,
            Err(error) => return Err(error.into()),
        },
    };
    if access == Access::Everybody {
        return Ok(who);
    }
    let slug = |name: &str| request.match_info().get(name).map(Site::slug).transpose();
    let (competition, team, person) = (slug("slug")?, slug("team")?, slug("person")?);
    let missing = competition.clone();
    let named = site
        .app
        .store
        .read(move |db| app::named(db, competition.as_ref(), team.as_ref(), person.as_ref()))
        .await?;
    if who.is_some()
        && access != Access::Founder
        && named.competition.is_none()
        && let Some(slug) = missing
    {
        return Err(AppError::NoCompetition(slug.to_string()).into());
    }
    access.admit(who.as_ref(), named)?;
    Ok(who)
}

/// Does a request that bears an Idempotency-Key once: the same again gets the first one's answer.
async fn once(
    who: &Who,
    key: String,
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, actix_web::Error> {
    let Some(site) = request.app_data::<web::Data<Site>>().cloned() else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    let mut payload = request.take_payload();
    let bytes = match body::bytes(&mut payload, CAP).await {
        Ok(bytes) => bytes,
        Err(problem) => {
            let answer = problem.json();
            return Ok(request.into_response(answer));
        }
    };
    let asked = format!("{} {}\n", request.method(), request.uri());
    let begun = app::begin_once(&site.app, who, &key, &[asked.as_bytes(), &bytes], site.now()).await;
    let once = match begun {
        Ok(Again::First(once)) => once,
        Ok(Again::Answered { status, body }) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
            let kind = if status.is_success() {
                "application/json"
            } else {
                "application/problem+json"
            };
            let answer = HttpResponse::build(status)
                .insert_header((header::CONTENT_TYPE, kind))
                .insert_header((header::CACHE_CONTROL, "no-store"))
                .insert_header(("idempotency-replayed", "true"))
                .body(body);
            return Ok(request.into_response(answer));
        }
        Err(error) => {
            let answer = Problem::from(error).json();
            return Ok(request.into_response(answer));
        }
    };
    request.set_payload(Payload::from(bytes));
    let (request, answer) = next.call(request).await?.into_parts();
    let (head, answered) = answer.into_parts();
    let answered = actix_web::body::to_bytes(answered)
        .await
        .map_err(|_| actix_web::error::ErrorInternalServerError("the answer broke off"))?;
    // What failed here is not what was asked: the next one may try again.
    let done = (!head.status().is_server_error()).then(|| (head.status().as_u16(), answered.to_vec()));
    if let Err(error) = app::end_once(&site.app, once, done).await {
        tracing::error!(%error, "an answer was not kept for its Idempotency-Key");
    }
    let answer = head.set_body(answered).map_into_boxed_body();
    Ok(ServiceResponse::new(request, answer))
}

/// Scheme and authority under which people reach this server: the configured one, else the one that this
/// request came to.
pub fn outside(request: &HttpRequest, site: &Site) -> String {
    if !site.origin.is_empty() {
        return site.origin.clone();
    }
    let host = request.headers().get(header::HOST);
    let host = host.and_then(|host| host.to_str().ok()).unwrap_or("");
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let here = matches!(name, "localhost" | "127.0.0.1" | "[::1]");
    format!("{}://{host}", if here { "http" } else { "https" })
}

/// The headers that set the session's cookie, or take it away.
pub fn cookie(token: Option<(&str, i64)>) -> String {
    let (token, age) = token.unwrap_or(("", 0));
    format!("{COOKIE}={token}; Path=/; Max-Age={age}; HttpOnly; Secure; SameSite=Lax")
}
