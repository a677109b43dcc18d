//! Every route, on one page. The first ones are asked for most: actix tries them in this order.

use super::{api, assets, health, hooks, live, show};
use actix_web::{guard, web};

/// A route as its description has it: `/api/v1/openapi.json` is made from these, and a test asks each.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// In capitals.
    pub method: &'static str,
    /// With `{name}` for what varies.
    pub path: &'static str,
    pub summary: &'static str,
    /// Query parameters.
    pub query: &'static [&'static str],
    /// The schema of what it answers, by its name in the description; empty for what is no JSON.
    pub answers: &'static str,
}

macro_rules! guard_of {
    (GET) => {
        guard::Any(guard::Get()).or(guard::Head())
    };
    (POST) => {
        guard::Post()
    };
}

macro_rules! routes {
    ($($method:ident $path:literal => $handler:path, $answers:literal, [$($query:literal),*], $summary:literal;)*) => {
        /// Every route of the program.
        pub const ROUTES: &[Route] = &[$(Route {
            method: stringify!($method),
            path: $path,
            summary: $summary,
            query: &[$($query),*],
            answers: $answers,
        }),*];

        pub fn configure(config: &mut web::ServiceConfig) {
            $(config.service(
                web::resource($path)
                    .route(web::route().guard(guard_of!($method)).to($handler))
                    .default_service(web::to(wrong_method)),
            );)*
        }
    };
}

routes! {
    GET "/api/v1/competitions/{slug}/leaderboard" => api::leaderboard, "Leaderboard",
        ["kind", "region", "q", "at", "limit", "offset"], "Teams by points; text/csv on request";
    GET "/competitions/{slug}" => show::leaderboard, "", [], "The leaderboard as a page";
    POST "/hooks/{forge}/{source}" => hooks::hook, "Kept", [], "A forge's webhook";
    GET "/api/v1/competitions/{slug}/live" => live::live, "",
        ["kind", "region", "q", "limit", "offset"], "Changes as they happen, as text/event-stream";
    GET "/api/v1/competitions" => api::competitions, "Competitions", [], "Every competition";
    GET "/api/v1/competitions/{slug}" => api::competition, "Competition", [], "One, with its rules and scoring";
    GET "/api/v1/competitions/{slug}/people" => api::people, "People",
        ["kind", "region", "q", "at", "limit", "offset"], "People by points; text/csv on request";
    GET "/api/v1/competitions/{slug}/history" => api::history, "History",
        ["top", "kind", "region", "q"], "Points over time of the first teams";
    GET "/api/v1/competitions/{slug}/ledger" => api::ledger, "",
        ["after"], "The ledger, as application/x-ndjson";
    GET "/api/v1/competitions/{slug}/submissions" => api::submissions, "Submissions",
        ["status", "team", "person", "after", "limit"], "Submissions with their checks";
    GET "/api/v1/submissions/{id}" => api::submission, "Submission", [], "One submission with its checks";
    GET "/api/v1/competitions/{slug}/explain" => api::explain, "Submission",
        ["url"], "Why a pull counts, or does not";
    GET "/api/v1/openapi.json" => api::openapi, "", [], "This description";
    GET "/" => show::competitions, "", [], "Every competition, as a page";
    GET "/competitions/{slug}/people" => show::people, "", [], "People by points, as a page";
    GET "/competitions/{slug}/rules" => show::rules, "", [], "The rules in plain words, as a page";
    GET "/competitions/{slug}/why" => show::why, "", ["url"], "Why isn't my pull counted? As a page";
    GET "/competitions/{slug}/teams/{team}" => show::team, "", ["offset"], "A team, as a page";
    GET "/competitions/{slug}/people/{person}" => show::person, "", ["offset"], "A person, as a page";
    GET "/submissions/{id}" => show::submission, "", [], "A submission's why, as a page";
    GET "/assets/{file}" => assets::asset_file, "", [], "Style, script and icon";
    GET "/healthz" => health::healthz, "", [], "The process answers";
    GET "/readyz" => health::readyz, "", [], "Requests may be sent";
    GET "/metrics" => health::metrics, "", [], "What was counted, for Prometheus";
}

async fn wrong_method(request: actix_web::HttpRequest) -> actix_web::HttpResponse {
    let detail = format!("{} is not what this address takes", request.method());
    super::problem::Problem::new(actix_web::http::StatusCode::METHOD_NOT_ALLOWED, detail).answer(&request)
}

/// What no route has.
pub async fn nowhere(request: actix_web::HttpRequest) -> actix_web::HttpResponse {
    super::problem::Problem::not_found("there is nothing at this address").answer(&request)
}
