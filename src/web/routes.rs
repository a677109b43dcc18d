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
    Forge POST "/hooks/{forge}/{source}/" => hooks::hook, "Kept", [], "The same: addresses are pasted with a slash too";
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
    SignedIn GET "/competitions/{slug}/teams/new" => show::register_page, "", [], "The page to register a team";
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
    Everybody GET "/api/v1/competitions/{slug}/teams" => api::teams, "Teams",
        ["kind", "region", "status", "limit", "offset"], "Teams with their members";
    SignedIn POST "/api/v1/competitions/{slug}/teams" => api::apply, "RegisteredTeam", [], "Register a team";
    Everybody GET "/api/v1/competitions/{slug}/teams/{team}" => api::team, "RegisteredTeam", [], "A team with its members";
    TeamOrJudge PATCH "/api/v1/competitions/{slug}/teams/{team}" => api::change_team, "RegisteredTeam",
        [], "A step of a team's way, or what it says of itself";
    Organizer GET "/api/v1/competitions/{slug}/teams/{team}/invites" => api::invites, "Invites",
        ["limit", "offset"], "A team's invitations, newest first";
    Organizer POST "/api/v1/competitions/{slug}/teams/{team}/invites" => api::invite, "Invite", [], "Make an invitation";
    Organizer DELETE "/api/v1/competitions/{slug}/teams/{team}/invites/{code}" => api::take_back_invite, "",
        [], "Take an invitation back";
    SignedIn POST "/api/v1/competitions/{slug}/invites/{code}" => api::join, "RegisteredTeam",
        [], "Join the team that an invitation is to";
    Organizer GET "/api/v1/competitions/{slug}/teams/{team}/requests" => api::requests, "JoinRequests",
        ["status", "limit", "offset"], "Who asked to be let in, newest first";
    SignedIn POST "/api/v1/competitions/{slug}/teams/{team}/requests" => api::ask_to_join, "JoinRequest",
        [], "Ask to be let in";
    Organizer PATCH "/api/v1/competitions/{slug}/teams/{team}/requests/{person}" => api::answer_request, "JoinRequest",
        [], "Let somebody in, or not";
    Member DELETE "/api/v1/competitions/{slug}/teams/{team}/requests/{person}" => api::withdraw_request, "JoinRequest",
        [], "Take a request back";
    Member DELETE "/api/v1/competitions/{slug}/teams/{team}/members/{person}" => api::leave, "",
        [], "Leave a team, or send somebody away, from now on";

    SignedIn POST "/competitions/{slug}/teams/new" => show::register_form, "", [], "Register a team from the page";
    Everybody GET "/competitions/{slug}/join/{code}" => show::join_page, "", [], "What an invitation leads to, as a page";
    SignedIn POST "/competitions/{slug}/join/{code}" => show::join_form, "", [], "Join from the page";
    SignedIn GET "/competitions/{slug}/teams/{team}/join" => show::place_page, "", [], "One's own place in a team, as a page";
    SignedIn POST "/competitions/{slug}/teams/{team}/join" => show::place_form, "",
        [], "Ask to join, take it back, or leave, from the page";
    TeamOrJudge GET "/competitions/{slug}/teams/{team}/registration" => show::registration_page, "",
        [], "A team's registration, as a page";
    TeamOrJudge POST "/competitions/{slug}/teams/{team}/registration" => show::registration_form, "",
        [], "The next step, or what a team says of itself, from the page";
    Judge GET "/competitions/{slug}/registrations" => show::registrations, "",
        ["status", "sort", "offset"], "Every registration, as a page";

    // An organizer's console; codes and certificates.
    Everybody GET "/competitions/{slug}/people/{person}/certificate" => show::certificate, "", [],
        "A person's certificate, as a page";
    Everybody GET "/competitions/{slug}/people/{person}/certificate.svg" => show::certificate_svg, "", [],
        "A person's certificate, as a drawing";
    Everybody GET "/competitions/{slug}/wall" => show::wall, "", [], "The leaderboard for a wall, as a page";
    Organizer GET "/competitions/{slug}/teams/{team}/console" => show::overview_page, "", [], "An organizer's console";
    Organizer GET "/competitions/{slug}/teams/{team}/console/waiting" => show::waiting_page, "",
        ["status", "person", "sort", "offset"], "What of a team does not count yet, as a page";
    Organizer GET "/competitions/{slug}/teams/{team}/console/members" => show::members_page, "",
        ["show", "days", "sort", "q", "offset"], "A team's members, as a page";
    Organizer POST "/competitions/{slug}/teams/{team}/console/members/{person}/remove" => show::remove_form, "",
        [], "Send somebody away, from the page";
    Organizer GET "/competitions/{slug}/teams/{team}/console/requests" => show::requests_page, "",
        ["show", "offset"], "Who asks to join, as a page";
    Organizer POST "/competitions/{slug}/teams/{team}/console/requests/{person}" => show::request_form, "",
        [], "Let somebody in or not, from the page";
    Organizer GET "/competitions/{slug}/teams/{team}/console/invites" => show::invites_page, "",
        ["offset"], "A team's invitations, as a page";
    Organizer POST "/competitions/{slug}/teams/{team}/console/invites" => show::invite_form, "",
        [], "Make an invitation, from the page";
    Organizer POST "/competitions/{slug}/teams/{team}/console/invites/{code}/end" => show::end_invite_form, "",
        [], "Take an invitation back, from the page";
    Organizer GET "/competitions/{slug}/teams/{team}/console/announcement" => show::announcement_page, "",
        [], "What the team is told, as a page";
    Organizer POST "/competitions/{slug}/teams/{team}/console/announcement" => show::announce_form, "",
        [], "Tell the team something, from the page";
    Organizer GET "/competitions/{slug}/teams/{team}/console/roster.csv" => show::roster_csv, "", [], "The roster as CSV";
    Organizer GET "/competitions/{slug}/teams/{team}/console/roster.xlsx" => show::roster_xlsx, "", [], "The roster as XLSX";
    Organizer GET "/competitions/{slug}/teams/{team}/console/results.csv" => show::results_csv, "", [], "The results as CSV";
    Organizer GET "/competitions/{slug}/teams/{team}/console/results.xlsx" => show::results_xlsx, "", [], "The results as XLSX";

    // The judge's desk.
    Judge GET "/api/v1/competitions/{slug}/queue" => api::queue, "Queue",
        ["kind", "team", "check", "after", "limit"], "Submissions in review, longest waiting first";
    Judge POST "/api/v1/competitions/{slug}/submissions/{id}/decisions" => api::decide, "JudgedSubmission", [],
        "Decide, with If-Match";
    Judge DELETE "/api/v1/competitions/{slug}/submissions/{id}/decisions" => api::undo, "JudgedSubmission", [],
        "Take a decision back";
    SignedIn POST "/api/v1/competitions/{slug}/submissions/{id}/appeals" => api::appeal, "Appeal", [],
        "Appeal against the decision that stands";
    Judge GET "/api/v1/competitions/{slug}/appeals" => api::appeals, "Appeals",
        ["status", "after", "limit"], "Appeals, oldest first";
    Judge PATCH "/api/v1/competitions/{slug}/appeals/{appeal}" => api::answer_appeal, "Appeal", [],
        "Uphold or dismiss an appeal";
    Judge GET "/competitions/{slug}/judge" => show::desk, "",
        ["kind", "team", "check", "after"], "The judge's queue, as a page";
    Judge POST "/competitions/{slug}/judge/bulk" => show::desk_bulk, "", [], "Accept several from the page";
    Judge GET "/competitions/{slug}/judge/appeals" => show::desk_appeals, "", ["status", "after"], "Appeals, as a page";
    Judge GET "/competitions/{slug}/judge/appeals/{appeal}" => show::desk_appeal, "", [], "An appeal, as a page";
    Judge POST "/competitions/{slug}/judge/appeals/{appeal}" => show::desk_answer, "", [], "Answer it from the page";
    Admin GET "/competitions/{slug}/judge/judges" => show::desk_judges, "", [], "What judges have done, as a page";
    Judge GET "/competitions/{slug}/judge/{id}" => show::desk_case, "",
        ["kind", "team", "check"], "One submission on the judge's desk";
    Judge POST "/competitions/{slug}/judge/{id}" => show::desk_decide, "", [], "Decide from the page";
    Judge POST "/competitions/{slug}/judge/{id}/undo" => show::desk_undo, "", [], "Take a decision back from the page";
    SignedIn GET "/submissions/{id}/appeal" => show::appeal_page, "", [], "The page to appeal";
    SignedIn POST "/submissions/{id}/appeal" => show::appeal_form, "", [], "Appeal from the page";

    // The host's console.
    Admin POST "/api/v1/competitions/{slug}/dry-run" => api::dry_run, "DryRun", [],
        "What a competition.toml as the body would change; nothing is written";
    Founder PUT "/api/v1/competitions/{slug}/definition" => api::put_definition, "Defined", ["reason"],
        "A competition.toml as the body becomes the definition; 201 where the competition is new";
    Admin GET "/api/v1/competitions/{slug}/definition" => api::definition, "", [],
        "The definition as application/toml, its secrets masked";
    Admin POST "/api/v1/competitions/{slug}/reveal" => api::reveal, "Seal", [], "Ends the freeze";
    Admin POST "/api/v1/competitions/{slug}/finalize" => api::finalize, "Result", [],
        "Seals the ledger and publishes the result";
    Admin POST "/api/v1/competitions/{slug}/reopen" => api::reopen, "Seal", [], "Takes the seal off, with a reason";
    Judge GET "/api/v1/competitions/{slug}/audit" => api::audit, "Audit", ["after", "limit", "act", "who"],
        "Who did what, when, why, from what to what";
    Everybody GET "/api/v1/competitions/{slug}/result" => api::result, "Result", [],
        "The published result, once it is final";
    Everybody GET "/api/v1/competitions/{slug}/export" => api::export, "", [],
        "The sealed export as application/x-ndjson, once it is final";
    Admin GET "/api/v1/competitions/{slug}/sources" => api::sources, "Sources", [],
        "Sources, when they were last heard of, and deliveries that could not be read";
    Admin POST "/api/v1/competitions/{slug}/sources/{forge}/{source}/secrets" => api::add_secret, "SecretAdded", [],
        "Another secret of a source; it is shown to nobody again";
    Admin DELETE "/api/v1/competitions/{slug}/sources/{forge}/{source}/secrets/{id}" => api::end_secret, "", [],
        "Ends a secret";
    Everybody GET "/competitions/{slug}/result" => show::host::result, "", [], "The final result, as a page";
    Admin GET "/host" => show::host::instance, "", [], "The instance's competitions, for its host";
    Admin GET "/host/audit" => show::host::instance_audit, "", ["act", "who", "before"], "The whole audit log, as a page";
    Admin GET "/host/people" => show::host::people, "", ["q", "offset"], "Who signs in, as a page";
    Admin POST "/host/people" => show::host::add, "", [], "A new login, from the page";
    Admin GET "/host/people/{login}" => show::host::account, "", [], "One login and its roles, as a page";
    Admin POST "/host/people/{login}/roles" => show::host::roles, "", [], "Give or take a role, from the page";
    Admin POST "/host/people/{login}/ban" => show::host::ban, "", [], "Close a login, from the page";
    Admin POST "/host/people/{login}/unban" => show::host::unban, "", [], "Open a login again, from the page";
    Admin GET "/host/competitions/new" => show::host::new, "", ["as"], "A new competition, as a page";
    Admin POST "/host/competitions/new" => show::host::create, "", [], "Create a competition, from the page";
    Admin GET "/competitions/{slug}/host" => show::host::overview, "", [], "How a competition stands, for its host";
    Admin GET "/competitions/{slug}/host/definition" => show::host::edit, "", ["as"], "The definition, by form or as the file";
    Admin POST "/competitions/{slug}/host/dry-run" => show::host::dry_run, "", [], "What would change, as a page";
    Admin POST "/competitions/{slug}/host/definition" => show::host::apply, "", [], "Apply a definition, from the page";
    Admin GET "/competitions/{slug}/host/sources" => show::host::sources, "", [], "Sources and their secrets, as a page";
    Admin POST "/competitions/{slug}/host/sources" => show::host::add_secret, "", [], "Another secret, from the page";
    Admin POST "/competitions/{slug}/host/sources/{forge}/{source}/secrets/{id}/end" => show::host::end_secret, "", [],
        "End a secret, from the page";
    Admin POST "/competitions/{slug}/host/sources/{forge}/{source}/retry" => show::host::retry_source, "", [],
        "Look again at what of a source failed, from the page";
    Judge GET "/competitions/{slug}/host/audit" => show::host::audit, "", ["act", "who", "before"],
        "The audit log of a competition, as a page";
    Admin POST "/competitions/{slug}/host/reveal" => show::host::reveal, "", [], "Reveal, from the page";
    Admin POST "/competitions/{slug}/host/finalize" => show::host::finalize, "", [], "Make final, from the page";
    Admin POST "/competitions/{slug}/host/reopen" => show::host::reopen, "", [], "Reopen, from the page";

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
