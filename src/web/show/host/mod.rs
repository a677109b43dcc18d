//! The host's console, filled; and what its forms do.

mod acts;
mod definition;
mod people;
mod sources;

pub use acts::{audit, finalize, instance, instance_audit, overview, reopen, result, reveal};
pub use definition::{apply, create, dry_run, edit, new};
pub use people::{account, add, ban, people, roles, unban};
pub use sources::{add_secret, end_secret, retry_source, sources};

use crate::{
    app::Objection,
    domain::text::Slug,
    web::{
        Site, body,
        problem::Problem,
        query::Query,
        respond::{self, Asked},
    },
};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web::Payload};

fn slug(request: &HttpRequest) -> Result<Slug, Problem> {
    Site::slug(request.match_info().get("slug").unwrap_or(""))
}

async fn form(payload: Payload) -> Result<Query, Problem> {
    body::form(&mut payload.into_inner()).await
}

/// Whether a form was just taken, which the page then says.
fn is_done(asked: &Asked) -> bool {
    asked.query().get("done").is_some()
}

/// On to a page that says that it was done.
fn done(asked: &Asked, path: &str) -> HttpResponse {
    respond::see(&asked.shell("").href(path, &[("done", "1")]))
}

/// The status of a form that was refused.
fn status(objection: &Objection) -> StatusCode {
    Problem::from(objection.clone()).status
}

/// What a page answers, or the problem as a page.
fn or_problem(request: &HttpRequest, answer: Result<HttpResponse, Problem>) -> HttpResponse {
    answer.unwrap_or_else(|problem| problem.answer(request))
}
