//! Everything that goes wrong, as `application/problem+json` (RFC 9457), or as a page for people.
//! The one place where an error becomes a status code.

use super::{pages, respond};
use crate::{
    app::{AppError, Class, Objection},
    folder::{self, Refused},
    store::StoreError,
};
use actix_web::{
    HttpRequest, HttpResponse, ResponseError,
    http::{StatusCode, header},
};
use serde::Serialize;
use std::fmt;

/// An answer that is no result. `detail` says what is wrong and what to do, and holds no path, no SQL, no
/// secret.
#[derive(Debug, Clone)]
pub struct Problem {
    pub status: StatusCode,
    pub detail: String,
    /// What stands in the way, where it is of the kind that a reader can do something about.
    pub objection: Option<Objection>,
    /// What is wrong with a definition, each with its line and key.
    pub refused: Option<Refused>,
}

#[derive(Serialize)]
struct RefusedLine<'a> {
    line: Option<usize>,
    key: Option<&'a str>,
    problem: &'a str,
    remedy: &'a str,
}

impl<'a> RefusedLine<'a> {
    fn of(found: &'a folder::Problem) -> Self {
        Self {
            line: found.line,
            key: found.key.as_deref(),
            problem: &found.problem,
            remedy: &found.remedy,
        }
    }
}

#[derive(Serialize)]
struct Body<'a> {
    r#type: &'a str,
    title: &'a str,
    status: u16,
    detail: &'a str,
    /// The field of the body that is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    /// Where to sign in.
    #[serde(skip_serializing_if = "Option::is_none")]
    sign_in: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problems: Option<Vec<RefusedLine<'a>>>,
}

/// Where people sign in.
pub const SIGN_IN: &str = "/sign-in";

impl Problem {
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            status,
            detail: detail.into(),
            objection: None,
            refused: None,
        }
    }

    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    /// Seconds after which asking again may be of use.
    fn retry_after(&self) -> Option<u64> {
        let told = self.objection.as_ref().and_then(Objection::retry_after);
        told.or((self.status == StatusCode::SERVICE_UNAVAILABLE).then_some(2))
    }

    /// As JSON, whoever asks.
    pub fn json(&self) -> HttpResponse {
        let body = Body {
            r#type: "about:blank",
            title: self.status.canonical_reason().unwrap_or("Problem"),
            status: self.status.as_u16(),
            detail: &self.detail,
            field: self.objection.as_ref().and_then(Objection::field),
            sign_in: (self.status == StatusCode::UNAUTHORIZED).then_some(SIGN_IN),
            problems: self
                .refused
                .as_ref()
                .map(|refused| refused.0.iter().map(RefusedLine::of).collect()),
        };
        let mut answer = HttpResponse::build(self.status);
        answer.insert_header((header::CONTENT_TYPE, "application/problem+json"));
        answer.insert_header((header::CACHE_CONTROL, "no-store"));
        if let Some(wait) = self.retry_after() {
            answer.insert_header((header::RETRY_AFTER, wait));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            answer.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        answer.body(serde_json::to_vec(&body).unwrap_or_default())
    }

    /// As a page.
    pub fn page(&self, request: &HttpRequest) -> HttpResponse {
        let asked = respond::Asked::of(request);
        let said = self.objection.as_ref().map(|objection| objection.say(asked.lang));
        let page = pages::problem::ProblemPage {
            shell: asked.shell(""),
            problem: pages::problem::Problem::of_status(self.status.as_u16()),
            event: None,
            // Other details are said in one language, for programs; the page says what to do in the reader's.
            detail: said.as_deref(),
            request_id: None,
        };
        let mut answer = respond::html(self.status, pages::problem::problem(&page).into_string());
        if let Some(wait) = self.retry_after() {
            answer.headers_mut().insert(header::RETRY_AFTER, wait.into());
        }
        answer
    }

    /// As a page for a browser on a page, else as JSON.
    pub fn answer(&self, request: &HttpRequest) -> HttpResponse {
        let path = request.path();
        let machine = path.starts_with("/api/") || path.starts_with("/hooks/");
        let html = request
            .headers()
            .get(header::ACCEPT)
            .and_then(|accept| accept.to_str().ok())
            .is_some_and(|accept| accept.contains("text/html"));
        if html && !machine {
            self.page(request)
        } else {
            self.json()
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.status, self.detail)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        self.json()
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        // What the database said goes to the log; the asker learns what to do.
        tracing::error!(%error, "store");
        match error {
            StoreError::Unreachable(_) | StoreError::Closed => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "the database cannot be reached; try again shortly",
            ),
            StoreError::Busy(_) => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "the database is busy; try again shortly",
            ),
            StoreError::ReadOnly(_) => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "nothing can be written right now; try again shortly",
            ),
            StoreError::Later(_) => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "the database could not do it now; try again shortly",
            ),
            StoreError::Duplicate(_) => Self::new(StatusCode::CONFLICT, "it is there already"),
            StoreError::Refused(_) | StoreError::Unreadable(_) | StoreError::Panicked(_) => Self::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "that went wrong here; the log says what",
            ),
        }
    }
}

/// What everybody is told of a competition whose definition cannot be read.
pub fn apart(slug: &str) -> String {
    format!(
        "the competition `{slug}` is held apart: its stored definition cannot be read; \
         its host puts it right, and `bugathlon doctor` says what is wrong"
    )
}

impl From<AppError> for Problem {
    fn from(error: AppError) -> Self {
        match error {
            AppError::Store(error) => error.into(),
            AppError::Refused(refused) => Self {
                refused: Some(refused.clone()),
                ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, refused.to_string())
            },
            AppError::NoCompetition(slug) => Self::not_found(format!("there is no competition `{slug}`")),
            AppError::Objection(objection) => objection.into(),
            AppError::Definition { slug, refused } => {
                tracing::error!(competition = %slug, %refused, "held apart");
                Self::new(StatusCode::SERVICE_UNAVAILABLE, apart(slug.as_str()))
            }
            AppError::File { .. } | AppError::Broken(_) => {
                tracing::error!(%error, "app");
                Self::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "that went wrong here; the log says what",
                )
            }
        }
    }
}

impl From<Objection> for Problem {
    fn from(objection: Objection) -> Self {
        let status = match objection.class() {
            Class::Unknown => StatusCode::UNAUTHORIZED,
            Class::Forbidden => StatusCode::FORBIDDEN,
            Class::Missing => StatusCode::NOT_FOUND,
            Class::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            Class::Conflict => StatusCode::CONFLICT,
            Class::Gone => StatusCode::GONE,
            Class::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Class::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Class::Elsewhere => StatusCode::BAD_GATEWAY,
        };
        Self {
            objection: Some(objection.clone()),
            ..Self::new(status, objection.to_string())
        }
    }
}
