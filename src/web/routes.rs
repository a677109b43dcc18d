//! Every route, on one page. The first ones are asked for most: actix tries them in this order.

use super::{api, assets, gate::gate, health, hooks, live, show};
use crate::app::Access;
use actix_web::{guard, middleware::from_fn, web};

/// A route as its description has it: `/api/v1/openapi.json` is made from these, and a test asks each.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// In capitals.
    pub method: &'static str,
    /// With `{name}` for what varies.
    pub path: &'static str,
    /// Who may: the one table of that.
    pub access: Access,
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
    (PUT) => {
        guard::Put()
    };
    (PATCH) => {
        guard::Patch()
    };
    (DELETE) => {
        guard::Delete()
    };
}

macro_rules! routes {
    ($($access:ident $method:ident $path:literal => $handler:path, $answers:literal, [$($query:literal),*], $summary:literal;)*) => {
        /// Every route of the program.
        pub const ROUTES: &[Route] = &[$(Route {
            method: stringify!($method),
            path: $path,
            access: Access::$access,
            summary: $summary,
            query: &[$($query),*],
            answers: $answers,
        }),*];

        pub fn configure(config: &mut web::ServiceConfig) {
            $(
                let resource = web::resource($path).guard(guard_of!($method));
                // What everybody may ask for has nothing in its way; what changes something is looked at.
                if matches!(Access::$access, Access::Forge)
                    || matches!((Access::$access, stringify!($method)), (Access::Everybody, "GET"))
                {
                    config.service(resource.to($handler));
                } else {
                    let gated = from_fn(|request, next| gate(Access::$access, request, next));
                    config.service(resource.route(web::route().to($handler).wrap(gated)));
                }
            )*
            // An address that is there, asked in a way that it does not take.
            for route in ROUTES {
                config.service(web::resource(route.path).default_service(web::to(wrong_method)));
            }
        }
    };
}

routes! {
    Everybody GET "/api/v1/competitions/{slug}/leaderboard" => api::leaderboard, "Leaderboard",
        ["kind", "region", "q", "at", "limit", "offset"], "Teams by points; text/csv on request";
    Everybody GET "/competitions/{slug}" => show::leaderboard, "", [], "The leaderboard as a page";
    Forge POST "/hooks/{forge}/{source}" => hooks::hook, "Kept", [], "A forge's webhook";
    Everybody GET "/api/v1/competitions/{slug}/live" => live::live, "",
        ["kind", "region", "q", "limit", "offset"], "Changes as they happen, as text/event-stream";
    Everybody GET "/api/v1/competitions" => api::competitions, "Competitions", [], "Every competition";
    Everybody GET "/api/v1/competitions/{slug}" => api::competition, "Competition", [], "One, with its rules and scoring";
    Everybody GET "/api/v1/competitions/{slug}/people" => api::people, "People",
        ["kind", "region", "q", "at", "limit", "offset"], "People by points; text/csv on request";
    Everybody GET "/api/v1/competitions/{slug}/history" => api::history, "History",
        ["top", "kind", "region", "q"], "Points over time of the first teams";
    Everybody GET "/api/v1/competitions/{slug}/ledger" => api::ledger, "",
        ["after"], "The ledger, as application/x-ndjson";
    Everybody GET "/api/v1/competitions/{slug}/submissions" => api::submissions, "Submissions",
        ["status", "team", "person", "after", "limit"], "Submissions with their checks";
    Everybody GET "/api/v1/submissions/{id}" => api::submission, "Submission", [], "One submission with its checks";
    Everybody GET "/api/v1/competitions/{slug}/explain" => api::explain, "Submission",
        ["url"], "Why a pull counts, or does not";
    Everybody GET "/api/v1/openapi.json" => api::openapi, "", [], "This description";
    Everybody GET "/" => show::competitions, "", [], "Every competition, as a page";
    Everybody GET "/competitions/{slug}/people" => show::people, "", [], "People by points, as a page";
    Everybody GET "/competitions/{slug}/rules" => show::rules, "", [], "The rules in plain words, as a page";
    Everybody GET "/competitions/{slug}/why" => show::why, "", ["url"], "Why isn't my pull counted? As a page";
    Everybody GET "/competitions/{slug}/teams/{team}" => show::team, "", ["offset"], "A team, as a page";
    Everybody GET "/competitions/{slug}/people/{person}" => show::person, "", ["offset"], "A person, as a page";
    Everybody GET "/submissions/{id}" => show::submission, "", [], "A submission's why, as a page";
    Everybody GET "/assets/{file}" => assets::asset_file, "", [], "Style, script and icon";

    // Who is signed in.
    Everybody GET "/sign-in" => show::sign_in_page, "", ["to"], "The page to sign in";
    Everybody POST "/sign-in" => show::sign_in_form, "", [], "Sign in from the page";
    SignedIn POST "/sign-out" => show::sign_out, "", [], "Sign out from a page";
    Everybody POST "/api/v1/session" => api::sign_in, "Session", [], "Sign in with a password";
    SignedIn GET "/api/v1/session" => api::session, "Account", [], "Who is signed in";
    SignedIn DELETE "/api/v1/session" => api::sign_out, "", [], "Sign out, everywhere";

    Everybody GET "/auth/{forge}/start" => show::start, "", ["to"], "Off to a forge to sign in, or to bind another account";
    Everybody GET "/auth/{forge}/callback" => show::callback, "", ["code", "state", "error"], "Back from a forge";

    // A person's own.
    SignedIn GET "/me" => show::me, "", ["status", "competition", "offset", "done"], "My page";
    SignedIn POST "/me/accounts/unbind" => show::unbind, "", [], "Unbind an account from the page";
    SignedIn POST "/me/delete" => show::delete_me, "", [], "Delete me, from the page";
    SignedIn GET "/api/v1/me" => api::me, "Me", ["status", "competition", "offset", "limit"], "Who I am: teams, accounts, submissions with reasons, code";
    SignedIn DELETE "/api/v1/me" => api::delete_me, "", [], "Delete me: name and accounts go, results stay under the code";
    SignedIn GET "/api/v1/me/export" => api::export_me, "OwnData", [], "Everything that is kept about me";
    SignedIn POST "/api/v1/me/accounts" => api::bind, "BindAt", [], "Where to go to bind another forge account";
    SignedIn DELETE "/api/v1/me/accounts/{forge}/{login}" => api::unbind, "", [], "Unbind a forge account";

    // Teams: how they register, who is in them.

    // An organizer's console; codes and certificates.

    // The judge's desk.

    // The host's console.

    // What runs the program.
    Everybody GET "/healthz" => health::healthz, "", [], "The process answers";
    Everybody GET "/readyz" => health::readyz, "", [], "Requests may be sent";
    Everybody GET "/metrics" => health::metrics, "", [], "What was counted, for Prometheus";
}

async fn wrong_method(request: actix_web::HttpRequest) -> actix_web::HttpResponse {
    let detail = format!("{} is not what this address takes", request.method());
    super::problem::Problem::new(actix_web::http::StatusCode::METHOD_NOT_ALLOWED, detail).answer(&request)
}

/// What no route has.
pub async fn nowhere(request: actix_web::HttpRequest) -> actix_web::HttpResponse {
    super::problem::Problem::not_found("there is nothing at this address").answer(&request)
}
