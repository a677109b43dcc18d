//! What holds of every route: the description, problems, headers.

use crate::support::*;
use bugathlon::{
    app::Access,
    web::{ROUTES, Route},
};
use reqwest::Method;
use serde_json::Value;
use std::collections::BTreeSet;

/// A path with something real in it.
fn sample(path: &str, submission: &str, asset: &str) -> String {
    let names = [
        ("{slug}", "spring"),
        ("{forge}", "github"),
        ("{source}", "kiln"),
        ("{team}", "shanghai"),
        ("{person}", "ada"),
        ("{id}", submission),
        ("{file}", asset),
        // What parts make for themselves stands in their own tests; here it is enough that the address is read.
        ("{code}", "no-such-code"),
        ("{appeal}", "1"),
        ("{login}", "host"),
    ];
    let path = names
        .iter()
        .fold(path.to_owned(), |path, (name, value)| path.replace(name, value));
    assert!(!path.contains('{'), "no sample for {path}");
    path
}

async fn site() -> (Site, String, String) {
    let mut folder = Folder::new();
    folder.pulls = vec![Fix::new("github", 1, "ada").line()];
    let site = Site::of(&folder).await;
    let submission = site
        .database
        .texts("SELECT CAST(id AS TEXT) AS text FROM submissions")
        .remove(0);
    let page = site.get("/competitions/spring").await.text();
    let asset = page
        .split("/assets/")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    (site, submission, asset)
}

/// A GET as somebody who may: the host, where not everybody is let in.
fn get(site: &Site, host: &Signed, route: &Route, path: &str) -> reqwest::RequestBuilder {
    let request = site.http.get(format!("{}{path}", site.url));
    match route.access {
        Access::Everybody => request,
        _ => request.bearer_auth(&host.token),
    }
}

/// Routes that answer with something only once somebody has made it, tried where that is made.
const MADE_FIRST: &[&str] = &[
    // tests/it/judge.rs and desk.rs
    "/competitions/{slug}/judge/appeals/{appeal}",
    "/submissions/{id}/appeal",
    "/api/v1/competitions/{slug}/result",
    "/api/v1/competitions/{slug}/export",
    "/competitions/{slug}/result",
    "/auth/{forge}/start",
    "/auth/{forge}/callback",
    "/competitions/{slug}/join/{code}",
];

#[actix_web::test]
async fn the_description_names_the_routes_and_no_others() {
    let site = Site::start().await;
    let openapi = site.json("/api/v1/openapi.json").await;
    assert!(openapi["openapi"].as_str().unwrap().starts_with("3."));
    let described: BTreeSet<String> = openapi["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, operations)| {
            let methods = operations.as_object().unwrap().keys();
            methods.map(move |method| format!("{} {path}", method.to_uppercase()))
        })
        .collect();
    let routes: BTreeSet<String> = ROUTES
        .iter()
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    assert_eq!(described, routes);
    assert_eq!(routes.len(), ROUTES.len(), "a route twice");
    // Every schema that is named is there.
    let text = openapi.to_string();
    for name in text
        .split("#/components/schemas/")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
    {
        assert!(openapi["components"]["schemas"][name].is_object(), "{name}");
    }
    // What the contract promises by now.
    for path in ["leaderboard", "people", "history", "ledger", "live"] {
        let path = format!("/api/v1/competitions/{{slug}}/{path}");
        assert!(openapi["paths"][&path]["get"].is_object(), "{path}");
    }
    site.stop().await;
}

#[actix_web::test]
async fn every_get_route_answers_and_takes_head() {
    let (site, submission, asset) = site().await;
    let host = site.admin().await;
    let plain = |route: &&Route| route.method == "GET" && !MADE_FIRST.contains(&route.path);
    for route in ROUTES.iter().filter(plain) {
        let mut path = sample(route.path, &submission, &asset);
        if route.query.contains(&"url") {
            path.push_str("?url=https%3A%2F%2Fgithub.com%2Fclayworks%2Fgithub%2Fpull%2F1");
        }
        let response = get(&site, &host, route, &path).send().await.unwrap();
        assert!(response.status().as_u16() < 400, "{path}: {}", response.status());
        assert!(response.headers().contains_key("x-request-id"), "{path}");
        assert_eq!(response.headers()["x-content-type-options"], "nosniff", "{path}");
        let kind = response.headers()["content-type"].to_str().unwrap().to_owned();
        if !route.answers.is_empty() {
            assert_eq!(kind, "application/json", "{path}");
        }
        if kind.starts_with("text/html") {
            let csp = response.headers()["content-security-policy"].to_str().unwrap();
            assert!(
                csp.contains("default-src 'none'") && !csp.contains("unsafe"),
                "{path}: {csp}"
            );
        }
        if !path.ends_with("/live") {
            let head = site.http.head(format!("{}{path}", site.url)).bearer_auth(&host.token);
            let head = site.answer(head).await;
            assert!(
                head.status < 400 && head.body.is_empty(),
                "HEAD {path}: {}",
                head.status
            );
        }
        let taken = |method: &Method| {
            ROUTES
                .iter()
                .any(|other| other.path == route.path && other.method == method.as_str())
        };
        let others = [Method::DELETE, Method::PUT, Method::PATCH];
        let other = others.into_iter().find(|method| !taken(method)).unwrap();
        let refused = site.http.request(other, format!("{}{path}", site.url));
        site.answer(refused).await.is_problem(405);
    }
    site.stop().await;
}

/// The values of an answer are of the shape that the description gives.
fn fits(schemas: &Value, schema: &Value, value: &Value, at: &str) {
    if let Some(name) = schema["$ref"].as_str() {
        return fits(schemas, &schemas[name.rsplit('/').next().unwrap()], value, at);
    }
    if let Some(one) = schema["oneOf"].as_array() {
        let other = if value.is_null() { one.len() - 1 } else { 0 };
        return fits(schemas, &one[other], value, at);
    }
    let types = match &schema["type"] {
        Value::Array(types) => types.clone(),
        Value::Null => return,
        one => vec![one.clone()],
    };
    let own = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_i64() => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    assert!(
        types.iter().any(|wanted| wanted == own),
        "{at}: {value} is no {types:?}"
    );
    if let (Some(items), Some(values)) = (schema.get("items"), value.as_array()) {
        values
            .iter()
            .for_each(|value| fits(schemas, items, value, &format!("{at}[]")));
    }
    if let (Some(fields), Some(object)) = (schema["properties"].as_object(), value.as_object()) {
        for (key, field) in fields {
            let inner = object.get(key).unwrap_or_else(|| panic!("{at}: no {key} in {value}"));
            fits(schemas, field, inner, &format!("{at}.{key}"));
        }
    }
}

#[actix_web::test]
async fn answers_are_of_the_shape_that_the_description_gives() {
    let (site, submission, asset) = site().await;
    let host = site.admin().await;
    let openapi = site.json("/api/v1/openapi.json").await;
    let schemas = &openapi["components"]["schemas"];
    let mut asked = 0;
    for route in ROUTES
        .iter()
        .filter(|route| route.method == "GET" && !route.answers.is_empty() && !MADE_FIRST.contains(&route.path))
    {
        let mut path = sample(route.path, &submission, &asset);
        if route.query.contains(&"url") {
            path.push_str("?url=https%3A%2F%2Fgithub.com%2Fclayworks%2Fgithub%2Fpull%2F1");
        }
        assert!(schemas[route.answers].is_object(), "{}", route.answers);
        let answer = site.answer(get(&site, &host, route, &path)).await;
        fits(schemas, &schemas[route.answers], &answer.json(), &path);
        asked += 1;
    }
    assert!(asked >= 5);
    site.stop().await;
}

#[actix_web::test]
async fn i6_errors_are_problems_and_say_nothing_of_the_inside() {
    let site = Site::of(&Folder::new()).await;
    for (path, status) in [
        ("/api/v1/nothing", 404),
        ("/api/v1/competitions/nowhere", 404),
        ("/api/v1/competitions/%2e%2e%2fetc", 404),
        ("/api/v1/competitions/spring/leaderboard?kind='%20OR%201=1--", 400),
        ("/api/v1/competitions/spring/leaderboard?q=%FF%FE", 200),
        ("/assets/..%2f..%2fCargo.toml", 404),
        ("/nothing", 404),
    ] {
        let answer = site.get(path).await;
        assert_eq!(answer.status, status, "{path}");
        assert_ne!(answer.header("x-request-id"), "", "{path}");
        if status != 200 {
            answer.is_problem(status);
        }
        for inside in ["SELECT", "src/", "panicked", SECRET, ".db"] {
            assert!(!answer.text().contains(inside), "{path}: {inside}");
        }
    }
    for path in [
        "/nothing",
        "/competitions/nowhere",
        "/competitions/spring?kind=village",
        "/competitions/nowhere/rules",
    ] {
        let page = site.get_with(path, &[("accept", "text/html,*/*;q=0.8")]).await;
        assert!(
            page.status >= 400 && page.header("content-type").starts_with("text/html"),
            "{path}: {}",
            page.status
        );
        assert_ne!(page.header("content-security-policy"), "", "{path}");
        assert!(page.text().contains("<h1"), "{path}");
    }
    let ids = [site.get("/healthz").await, site.get("/healthz").await].map(|a| a.header("x-request-id").to_owned());
    assert_ne!(ids[0], ids[1]);
    for path in [
        "/api/v1/competitions/spring",
        "/competitions/spring/rules",
        "/metrics",
        "/api/v1/openapi.json",
    ] {
        assert!(!site.get(path).await.text().contains(SECRET), "{path}");
    }
    site.stop().await;
}

#[actix_web::test]
async fn i1_hostile_titles_and_names_stay_text() {
    let script = "</script><img src=x onerror=alert(1)>\"'&";
    let mut folder = Folder::new();
    folder.teams[0] = "shanghai,city,CN-SH,\"<b onmouseover=alert(1)>\"\"S&H\",<i>上海</i>,".into();
    folder.people[0] = "ada,<svg onload=alert(1)>,shanghai,,,github:ada".into();
    let mut fix = Fix::new("github", 1, "ada");
    fix.title = format!("Fix {script}");
    folder.pulls = vec![fix.line()];
    let (site, submission) = {
        let site = Site::of(&folder).await;
        let id = site
            .database
            .texts("SELECT CAST(id AS TEXT) AS text FROM submissions")
            .remove(0);
        (site, id)
    };
    let host = site.admin().await;
    let mut looked_at = 0;
    for route in ROUTES
        .iter()
        .filter(|route| route.method == "GET" && !route.path.contains("{file}"))
    {
        if route.path.ends_with("/live") {
            continue;
        }
        for lang in ["en", "zh"] {
            let path = sample(route.path, &submission, "");
            let asked = get(&site, &host, route, &path)
                .header("accept", "text/html")
                .header("accept-language", lang);
            let answer = site.answer(asked).await;
            let kind = answer.header("content-type");
            if kind.starts_with("text/html") || kind.starts_with("image/svg+xml") {
                let text = answer.text();
                looked_at += 1;
                for hostile in ["<img src=x", "<b onmouse", "<svg onload", "<i>上海", "</script><img"] {
                    assert!(!text.contains(hostile), "{path}: {hostile}");
                }
            }
        }
    }
    assert!(looked_at > 20, "only {looked_at} pages were looked at");
    site.stop().await;
}

#[actix_web::test]
async fn s8_health_and_readiness() {
    let site = Site::start().await;
    assert_eq!(site.get("/healthz").await.status, 200);
    assert_eq!(site.get("/readyz").await.status, 200);
    let metrics = site.get("/metrics").await;
    assert!(
        metrics.text().contains("bugathlon_requests_total"),
        "{}",
        metrics.text()
    );
    site.stop().await;
}

/// Calls whose body is no JSON object: a competition.toml, or nothing at all.
const OTHER_BODIES: &[&str] = &[
    "/api/v1/competitions/{slug}/dry-run",
    "/api/v1/competitions/{slug}/definition",
    "/api/v1/competitions/{slug}/invites/{code}",
];

#[actix_web::test]
async fn i5_unknown_fields_and_long_bodies_are_refused_by_every_call() {
    let (site, submission, _) = site().await;
    let host = site.admin().await;
    let (mut asked, mut wrong) = (0, Vec::new());
    for route in ROUTES {
        let takes = matches!(route.method, "POST" | "PUT" | "PATCH") && route.path.starts_with("/api/");
        if !takes {
            continue;
        }
        let path = sample(route.path, &submission, "");
        let method = Method::from_bytes(route.method.as_bytes()).unwrap();
        let send = |body: String| {
            let request = site.http.request(method.clone(), format!("{}{path}", site.url));
            site.answer(request.bearer_auth(&host.token).body(body))
        };
        asked += 1;
        if OTHER_BODIES.contains(&route.path) {
            if !route.path.contains("invites") {
                let long = send(" ".repeat(1024 * 1024 + 1)).await;
                if long.status != 413 {
                    wrong.push(format!(
                        "{} {path}: a long body: {} {}",
                        route.method,
                        long.status,
                        long.text()
                    ));
                }
            }
            continue;
        }
        let unknown = send("{\"no_such_field\":true}".into()).await;
        if unknown.status != 422 || !unknown.text().contains("no_such_field") {
            wrong.push(format!(
                "{} {path}: an unknown field: {} {}",
                route.method,
                unknown.status,
                unknown.text()
            ));
        }
        let long = send(format!("{{\"reason\":\"{}\"}}", "x".repeat(64 * 1024))).await;
        if long.status != 413 {
            wrong.push(format!(
                "{} {path}: a long body: {} {}",
                route.method,
                long.status,
                long.text()
            ));
        }
        let broken = send("{".into()).await;
        if broken.status != 400 {
            wrong.push(format!(
                "{} {path}: half a JSON: {} {}",
                route.method,
                broken.status,
                broken.text()
            ));
        }
    }
    assert!(asked > 12, "{asked}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    site.stop().await;
}
