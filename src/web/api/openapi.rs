//! `/api/v1/openapi.json`: made from the route table, so that it cannot say another thing than the server.

mod host;
mod judge;
mod me;
mod session;
mod teams;

use crate::app::Access;
use crate::web::{ROUTES, Route, Site, respond};
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Map, Value, json};

pub async fn openapi(request: HttpRequest, _site: web::Data<Site>) -> HttpResponse {
    respond::json(&request, &description())
}

/// The whole description.
pub fn description() -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for route in ROUTES {
        let operations = paths.entry(route.path).or_insert_with(|| json!({}));
        if let Value::Object(operations) = operations {
            operations.insert(route.method.to_lowercase(), operation(route));
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Bugathlon",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Bug-fix sprints between study groups: competitions, leaderboards, submissions with their reasons, and the ledger that anybody can fold again.",
        },
        "paths": paths,
        "components": {
            "schemas": every_schema(),
            "securitySchemes": {
                "bearer": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT" },
                "cookie": { "type": "apiKey", "in": "cookie", "name": "__Host-session" },
            },
        },
    })
}

/// What answers with a new thing.
const CREATED: &[(&str, &str)] = &[
    ("POST", "/api/v1/competitions/{slug}/teams"),
    ("POST", "/api/v1/competitions/{slug}/teams/{team}/invites"),
    ("POST", "/api/v1/competitions/{slug}/teams/{team}/requests"),
];

fn operation(route: &Route) -> Value {
    let named = route.path.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    let in_path = named.map(|name| parameter(route, "path", name));
    let in_query = route.query.iter().map(|name| parameter(route, "query", name));
    let parameters: Vec<Value> = in_path.chain(in_query).collect();
    let problem = json!({
        "description": "A problem (RFC 9457)",
        "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
    });
    let mut good = json!({ "description": route.summary });
    if !route.answers.is_empty() {
        let schema = format!("#/components/schemas/{}", route.answers);
        good["content"] = json!({ "application/json": { "schema": { "$ref": schema } } });
    }
    let done = if CREATED.contains(&(route.method, route.path)) {
        "201"
    } else {
        "200"
    };
    let mut responses = json!({ done: good, "default": problem });
    match route.access {
        Access::Forge => {
            responses["202"] = json!({ "description": "Kept; what it means is worked out behind this answer" });
        }
        Access::Everybody => {}
        Access::SignedIn
        | Access::Organizer
        | Access::TeamOrJudge
        | Access::Member
        | Access::Judge
        | Access::Admin
        | Access::Founder => {
            let security = json!([{ "bearer": [] }, { "cookie": [] }]);
            return json!({
                "summary": route.summary, "parameters": parameters, "responses": responses, "security": security,
            });
        }
    }
    json!({ "summary": route.summary, "parameters": parameters, "responses": responses })
}

/// The schemas of every part: a new part is added here.
fn every_schema() -> Value {
    let mut all = schemas();
    let submission = all["Submission"].clone();
    if let Value::Object(all) = &mut all {
        let parts = [
            session::schemas(),
            teams::schemas(),
            judge::schemas(&submission),
            host::schemas(),
            me::schemas(),
        ];
        all.extend(
            parts
                .into_iter()
                .flatten()
                .map(|(name, schema)| (name.to_owned(), schema)),
        );
    }
    all
}

fn text() -> Value {
    json!({"type": "string"})
}

fn number() -> Value {
    json!({"type": "integer"})
}

fn time() -> Value {
    json!({"type": "string", "format": "date-time"})
}

fn or_null(mut kind: Value) -> Value {
    if let Some(name) = kind.get("type").cloned() {
        kind["type"] = json!([name, "null"]);
    }
    kind
}

/// A list of a schema by its name.
fn list(of: &str) -> Value {
    json!({"type": "array", "items": {"$ref": format!("#/components/schemas/{of}")}})
}

/// A schema by its name.
fn one(of: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{of}")})
}

fn parameter(route: &Route, place: &str, name: &str) -> Value {
    let schema = match name {
        "status" if route.path.ends_with("/teams") || route.path.ends_with("/registrations") => teams::standing(),
        "status" if route.path.ends_with("/requests") => teams::request_state(),
        "status" if route.path.ends_with("/appeals") => json!({"enum": ["open", "upheld", "dismissed", "moot"]}),
        "limit" => json!({"type": "integer", "minimum": 1, "maximum": 1000}),
        "top" => json!({"type": "integer", "minimum": 1, "maximum": 100}),
        "offset" | "after" | "id" => json!({"type": "integer", "minimum": 0}),
        "at" => json!({"type": "string", "format": "date-time"}),
        "kind" => json!({"enum": ["city", "university", "enterprise"]}),
        "status" => json!({"enum": ["accepted", "review", "waiting", "rejected"]}),
        "forge" => json!({"enum": ["github", "gitee", "gitlab", "gitcode"]}),
        _ => json!({"type": "string"}),
    };
    json!({ "in": place, "name": name, "required": place == "path", "schema": schema })
}

fn object(fields: &[(&str, Value)]) -> Value {
    let properties: Map<String, Value> = fields
        .iter()
        .map(|(name, kind)| ((*name).into(), kind.clone()))
        .collect();
    let names: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
    json!({ "type": "object", "properties": properties, "required": names })
}

/// A judge's decision, as everybody gets it; judges and admins also get `by`.
fn decision() -> Value {
    or_null(object(&[
        ("action", json!({"enum": ["accept", "reject"]})),
        ("points", or_null(number())),
        ("merged_at", or_null(time())),
        ("merge_sha", or_null(text())),
        ("reason", text()),
        ("decided_at", time()),
        ("stands", json!({"type": "boolean"})),
    ]))
}

fn schemas() -> Value {
    let phase = || json!({"enum": ["scheduled", "open", "frozen", "review", "final"]});
    let board = |rows: Value| {
        object(&[
            ("competition", text()),
            ("phase", phase()),
            ("as_of", time()),
            ("seq", number()),
            ("frozen_at", or_null(time())),
            ("total", number()),
            ("rows", rows),
        ])
    };
    let figures = || {
        vec![
            ("points", number()),
            ("fixes", number()),
            ("pending", number()),
            ("contributors", number()),
            ("reached_at", or_null(time())),
        ]
    };
    let with_figures = |mut fields: Vec<(&'static str, Value)>| {
        fields.extend(figures());
        object(&fields)
    };
    json!({
        "Problem": object(&[("type", text()), ("title", text()), ("status", number()), ("detail", text())]),
        "Kept": object(&[("status", json!({"enum": ["kept", "known", "ignored"]}))]),
        "Name": object(&[("en", text()), ("zh", text())]),
        "Team": object(&[
            ("slug", text()),
            ("kind", json!({"enum": ["city", "university", "enterprise"]})),
            ("region", text()),
            ("name", one("Name")),
        ]),
        "Person": object(&[("slug", text()), ("name", text()), ("code", text())]),
        "Row": with_figures(vec![
            ("rank", number()), ("previous_rank", or_null(number())), ("team", one("Team")),
        ]),
        "PersonRow": with_figures(vec![
            ("rank", number()), ("previous_rank", or_null(number())), ("person", one("Person")),
            ("team", json!({"oneOf": [one("Team"), {"type": "null"}]})),
        ]),
        "Leaderboard": board(list("Row")),
        "People": board(list("PersonRow")),
        "Competitions": object(&[("competitions", list("Competition"))]),
        "Competition": object(&[
            ("slug", text()), ("name", one("Name")), ("phase", phase()), ("time_zone", text()),
            ("window", object(&[
                ("opens_at", time()), ("closes_at", time()), ("merge_until", time()), ("freeze_at", or_null(time())),
            ])),
            ("as_of", time()), ("seq", number()), ("frozen_at", or_null(time())),
            ("teams", number()), ("people", number()), ("fixes", number()), ("pending", number()),
        ]),
        "History": object(&[
            ("competition", text()), ("phase", phase()), ("as_of", time()), ("seq", number()),
            ("frozen_at", or_null(time())),
            ("teams", json!({"type": "array", "items": object(&[
                ("rank", number()), ("team", one("Team")),
                ("points", json!({"type": "array", "items": {"type": "array"}})),
            ])})),
        ]),
        "Submission": object(&[
            ("id", number()), ("competition", text()),
            ("pull", object(&[
                ("forge", text()), ("host", text()), ("repository", text()), ("number", number()), ("title", text()),
                ("url", or_null(text())), ("author", object(&[("login", text())])), ("base_branch", or_null(text())),
                ("created_at", time()), ("merged_at", or_null(time())),
            ])),
            ("person", or_null(text())), ("team", or_null(text())),
            ("status", json!({"enum": ["accepted", "review", "waiting", "rejected"]})), ("points", number()),
            ("checks", json!({"type": "array", "items": object(&[
                ("check", text()), ("outcome", json!({"enum": ["pass", "fail", "ask", "wait"]})), ("detail", text()),
            ])})),
            ("decision", decision()),
        ]),
        "Submissions": object(&[("submissions", list("Submission")), ("next", or_null(number()))]),
    })
}
