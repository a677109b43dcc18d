//! What is bounded, whoever asks for more: bodies, connections, what people make, what is kept.

use crate::support::*;
use bugathlon::{
    app,
    domain::{login::LoginName, time::Moment},
    store, web,
};
use reqwest::Method;
use serde_json::{Value, json};
use std::{
    io::{Read, Write},
    net::TcpStream,
};

const AT: &str = "/api/v1/competitions/spring";

/// Sends the beginning of a request and nothing more; returns the status and the whole answer as soon as it is here.
fn begun(url: &str, head: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(url.trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(head.as_bytes()).unwrap();
    let mut read = Vec::new();
    let mut bytes = [0; 4096];
    loop {
        let count = stream.read(&mut bytes).expect("an answer before the body is there");
        assert!(count > 0, "closed without an answer");
        read.extend_from_slice(&bytes[..count]);
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.to_lowercase().strip_prefix("content-length: ").map(str::to_owned));
            if body.len() >= length.unwrap().parse::<usize>().unwrap() {
                return (head[9..12].parse().unwrap(), body.to_owned());
            }
        }
    }
}

#[actix_web::test]
async fn h1_the_proof_is_looked_at_before_the_body_is_there() {
    let site = Site::of(&Folder::new()).await;
    let good = "x-hub-signature-256: sha256=0000000000000000000000000000000000000000000000000000000000000000\r\n";
    for (path, headers, length, status) in [
        ("github/kiln", "", 24_900_000, 401),
        ("github/kiln", "x-hub-signature-256: sha256=12\r\n", 24_900_000, 401),
        ("github/kiln", "x-hub-signature: sha1=12\r\n", 24_900_000, 401),
        ("gitee/kiln", "", 24_900_000, 401),
        ("gitee/kiln", "x-gitee-token: wrong\r\n", 24_900_000, 401),
        ("gitlab/kiln", "", 24_900_000, 401),
        ("gitlab/kiln", "x-gitlab-token: wrong\r\n", 24_900_000, 401),
        (
            "gitlab/kiln",
            "webhook-signature: v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\nwebhook-id: 1\r\nwebhook-timestamp: 1\r\n",
            24_900_000,
            401,
        ),
        ("gitcode/kiln", "", 24_900_000, 401),
        ("github/nowhere", good, 24_900_000, 404),
        ("github/kiln", good, 26_300_000, 413),
    ] {
        let head = format!("POST /hooks/{path} HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\n{headers}\r\n{{");
        let url = site.url.clone();
        let (got, body) = tokio::task::spawn_blocking(move || begun(&url, &head)).await.unwrap();
        assert_eq!(got, status, "{path} {headers}: {body}");
        assert_eq!(serde_json::from_str::<Value>(&body).unwrap()["status"], status);
    }
    // Who sends all of it all the same reads why.
    let mut hook = github(&Fix::new("github", 1, "ada"), SECRET);
    hook.body.resize(24_900_000, b' ');
    for refused in [hook.clone(), hook.without("x-hub-signature-256")] {
        site.send(&refused).await.is_problem(401);
    }
    assert_eq!(site.database.count("deliveries"), 0);
    site.stop().await;
}

/// A server with few open files, a thousand connections that send half a request, and others who want in.
async fn slow_ones_keep_nobody_out(files: &str) {
    // Both ends are here.
    assert!(web::raise_open_files() > 2_200);
    let database = Database::new();
    let dir = Folder::new().on_disk();
    let seeded = bugathlon(&database.url, &["seed", dir.path().to_str().unwrap()]).await;
    seeded.fine();
    let add = ["account", "add", "host", "--role", "admin"];
    bugathlon_with(&database.url, &add, &[], PASSWORD).await.fine();
    let server = Server::limited(&database, files).await;
    let site = Site::at(server.url.clone(), std::sync::Arc::new(database));
    let url = server.url.clone();
    let halves = tokio::task::spawn_blocking(move || {
        let address = url.trim_start_matches("http://").to_owned();
        let half = |number: usize| {
            let mut stream = TcpStream::connect(&address).unwrap();
            let text: &[u8] = match number % 3 {
                0 => b"GET / HTTP/1.1\r\nhost: x",
                1 => b"",
                _ => b"POST /api/v1/session HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{",
            };
            // It may have been shut out meanwhile.
            let _ = stream.write_all(text);
            stream
        };
        (0..1_020).map(half).collect::<Vec<_>>()
    })
    .await
    .unwrap();
    for round in 0..5 {
        assert_eq!(site.get("/healthz").await.status, 200);
        assert_eq!(site.get("/competitions/spring").await.status, 200);
        site.deliver(&hook(&Fix::new("github", 1 + round, "ada"))).await;
        let credentials = json!({"login": "host", "password": PASSWORD});
        let request = site.http.request(Method::POST, format!("{}/api/v1/session", site.url));
        assert_eq!(site.answer(request.json(&credentials)).await.status, 200);
    }
    assert_eq!(halves.len(), 1_020);
    drop(halves);
    server.kill();
}

#[actix_web::test]
async fn a_thousand_slow_connections_keep_nobody_out_once_the_limit_is_raised() {
    slow_ones_keep_nobody_out("-S -n 1024").await;
}

#[actix_web::test]
async fn a_thousand_slow_connections_keep_nobody_out_where_the_limit_stays() {
    slow_ones_keep_nobody_out("-n 1024").await;
}

fn application(slug: &str, number: usize) -> Value {
    json!({
        "slug": slug, "kind": "city", "region": "CN-ZJ", "capacity": 3, "statement": "We meet on Thursdays.",
        "name": {"en": format!("{slug} {number} MSG"), "zh": format!("{slug} {number} 组")},
    })
}

#[actix_web::test]
async fn five_applications_of_one_person_are_open_at_once_and_what_was_declined_is_free() {
    let site = Site::of(&Folder::new()).await;
    let (host, lin) = (site.admin().await, site.signed("lin", None).await);
    let teams = format!("{AT}/teams");
    for (number, slug) in ["hangzhou", "ningbo", "wenzhou", "jiaxing", "huzhou"]
        .into_iter()
        .enumerate()
    {
        assert_eq!(site.post(&lin, &teams, application(slug, number)).await.status, 201);
    }
    let refused = site.post(&lin, &teams, application("shaoxing", 6)).await;
    refused.is_problem(429);
    assert!(!refused.header("retry-after").is_empty());
    assert_eq!(site.post(&host, &teams, application("shaoxing", 6)).await.status, 201);
    // A slug is somebody's until the application is declined; then it can be applied for again.
    site.post(&host, &teams, application("hangzhou", 9))
        .await
        .is_problem(409);
    let declined = json!({"status": "declined", "reason": "no venue"});
    assert_eq!(
        site.patch(&host, &format!("{teams}/hangzhou"), declined).await.status,
        200
    );
    let again = site.post(&lin, &teams, application("hangzhou", 0)).await;
    assert_eq!((again.status, again.json()["status"].clone()), (201, json!("applied")));
    // What was declined stays readable for whom it is of.
    let slugs = site
        .database
        .texts("SELECT slug AS text FROM teams WHERE standing = 'declined'");
    assert!(
        slugs.len() == 1 && slugs[0].starts_with("hangzhou-declined-"),
        "{slugs:?}"
    );
    let old = site.see(&lin, &format!("{teams}/{}", slugs[0])).await;
    assert_eq!((old.status, old.json()["reason"].clone()), (200, json!("no venue")));
    site.stop().await;
}

#[actix_web::test]
async fn twenty_invitations_of_one_person_are_made_within_an_hour() {
    let site = Site::of(&Folder::new()).await;
    let (lin, kim) = (
        site.organizer("lin", "spring", "shanghai").await,
        site.organizer("kim", "spring", "shanghai").await,
    );
    let invites = format!("{AT}/teams/shanghai/invites");
    let made = futures_util::future::join_all((0..30).map(|_| site.post(&lin, &invites, json!({"uses": 1})))).await;
    let of = |status: u16| made.iter().filter(|answer| answer.status == status).count();
    assert_eq!((of(201), of(429)), (20, 10));
    let refused = made.iter().find(|answer| answer.status == 429).unwrap();
    let wait: i64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=3_600).contains(&wait), "{wait}");
    assert_eq!(site.post(&kim, &invites, json!({"uses": 1})).await.status, 201);
    site.stop().await;
}

#[actix_web::test]
async fn sessions_and_kept_answers_do_not_grow_for_ever() {
    let site = Site::of(&Folder::new()).await;
    site.signed("lin", None).await;
    let opened = site
        .app()
        .store
        .write(|db| {
            let login = store::login_by_key(db, &LoginName::parse("lin").unwrap().key())?.unwrap();
            let at = |second: i64| app::now().plus((second - 1_000) * Moment::SECOND);
            let all = (0..120).map(|second| app::open_session(db, login.id, at(second)));
            all.collect::<Result<Vec<_>, app::AppError>>()
        })
        .await
        .unwrap();
    assert_eq!(site.database.count("sessions"), store::SESSIONS);
    for (at, status) in [(0, 401), (119, 200)] {
        let (login, token) = ("lin".to_owned(), opened[at].token.clone());
        let seen = site.see(&Signed { login, token }, "/api/v1/session").await;
        assert_eq!(seen.status, status, "{at}");
    }
    let now = site.sign_in("lin").await;
    for number in 0..3 {
        let request = site.http.post(format!("{}{AT}/teams", site.url));
        let request = request
            .bearer_auth(&now.token)
            .header("idempotency-key", format!("key {number}"));
        site.answer(request.json(&application("hangzhou", number))).await;
    }
    assert_eq!(site.database.count("idempotency"), 3);
    app::tidy(site.app(), app::now()).await.unwrap();
    assert_eq!(site.database.count("idempotency"), 3);
    assert_eq!(
        app::tidy(site.app(), app::now().plus(30 * Moment::DAY)).await.unwrap(),
        100 + 3
    );
    assert_eq!(
        (site.database.count("idempotency"), site.database.count("sessions")),
        (0, 0)
    );
    site.stop().await;
}
