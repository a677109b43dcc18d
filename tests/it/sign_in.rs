//! Tokens, sessions and their cookie, requests from elsewhere, limits on signing in.

use crate::support::*;
use bugathlon::{
    app,
    domain::{forge::Forge, login::LoginId, time::Moment},
    store::{self, SigningKey},
};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

async fn key(site: &Site) -> SigningKey {
    let keys = site
        .app()
        .store
        .read(|db| store::signing_keys(db, app::now()))
        .await
        .unwrap();
    keys.into_iter().find(|key| key.dies_at.is_none()).unwrap()
}

/// What a token of a session says.
async fn claims(site: &Site, session: &str, ends: Moment) -> Value {
    let id = session.to_owned();
    let login = site
        .app()
        .store
        .write(move |db| {
            let login = store::login_by_key(db, "host")?.unwrap().id;
            store::insert_session(db, &id, login, app::now(), ends).map(|()| login)
        })
        .await
        .unwrap();
    json!({
        "iss": "bugathlon", "aud": "bugathlon", "sub": login.0.to_string(), "jti": session,
        "iat": app::now().millis() / 1_000, "exp": ends.millis() / 1_000,
    })
}

fn signed(kid: &str, algorithm: Algorithm, secret: &[u8], claims: &Value) -> String {
    let header = Header {
        kid: Some(kid.to_owned()),
        ..Header::new(algorithm)
    };
    encode(&header, claims, &EncodingKey::from_secret(secret)).unwrap()
}

fn part(value: &Value) -> String {
    let text = base64(value.to_string().as_bytes()).replace('+', "-").replace('/', "_");
    text.trim_end_matches('=').to_owned()
}

async fn status_of(site: &Site, token: &str) -> u16 {
    let request = site.http.get(format!("{}/api/v1/session", site.url)).bearer_auth(token);
    site.answer(request).await.status
}

#[actix_web::test]
async fn a1_only_tokens_that_this_server_signed_and_that_say_everything_are_taken() {
    let site = Site::start().await;
    site.admin().await;
    let key = key(&site).await;
    let good = claims(&site, "one", app::now().plus(Moment::HOUR)).await;
    // The forger's way works where nothing is forged: what is refused below is refused for what it is.
    assert_eq!(
        status_of(&site, &signed(&key.kid, Algorithm::HS256, &key.secret, &good)).await,
        200
    );
    let with = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        claims
    };
    let without = |name: &str| {
        let mut claims = good.clone();
        claims.as_object_mut().unwrap().remove(name);
        claims
    };
    let now = app::now().millis() / 1_000;
    let hs256 = |claims: &Value| signed(&key.kid, Algorithm::HS256, &key.secret, claims);
    let mut header = json!({"alg": "none", "typ": "JWT", "kid": key.kid});
    let none = format!("{}.{}.", part(&header), part(&good));
    header["alg"] = json!("HS256");
    let signature = hs256(&good).rsplit('.').next().unwrap().to_owned();
    let other_claims = with("sub", json!("999"));
    for (what, token) in [
        ("alg none", none),
        ("none with a signature", {
            let header = json!({"alg": "none", "typ": "JWT", "kid": key.kid});
            format!("{}.{}.{signature}", part(&header), part(&good))
        }),
        ("HS384", signed(&key.kid, Algorithm::HS384, &key.secret, &good)),
        ("HS512", signed(&key.kid, Algorithm::HS512, &key.secret, &good)),
        ("RS256 in name", {
            let header = json!({"alg": "RS256", "typ": "JWT", "kid": key.kid});
            format!("{}.{}.{signature}", part(&header), part(&good))
        }),
        ("a wrong key", signed(&key.kid, Algorithm::HS256, b"guessed", &good)),
        ("an empty key", signed(&key.kid, Algorithm::HS256, b"", &good)),
        (
            "no kid",
            encode(&Header::default(), &good, &EncodingKey::from_secret(&key.secret)).unwrap(),
        ),
        ("an unknown kid", signed("other", Algorithm::HS256, &key.secret, &good)),
        (
            "other claims under the signature",
            format!("{}.{}.{signature}", part(&header), part(&other_claims)),
        ),
        ("no exp", hs256(&without("exp"))),
        ("no iss", hs256(&without("iss"))),
        ("no aud", hs256(&without("aud"))),
        ("no sub", hs256(&without("sub"))),
        ("no jti", hs256(&without("jti"))),
        ("another issuer", hs256(&with("iss", json!("elsewhere")))),
        ("another audience", hs256(&with("aud", json!("elsewhere")))),
        ("another's session", hs256(&other_claims)),
        ("a session that is none", hs256(&with("jti", json!("two")))),
        ("expired", hs256(&with("exp", json!(now - 6)))),
        ("expired long ago", hs256(&with("exp", json!(0)))),
        ("exp as a text", hs256(&with("exp", json!("9999999999")))),
        ("nothing", String::new()),
        ("rubbish", "a.b.c".into()),
    ] {
        assert_eq!(status_of(&site, &token).await, 401, "{what}");
    }
    site.stop().await;
}

#[actix_web::test]
async fn a2_keys_go_by_kid_and_a_retired_one_dies_on_time() {
    let site = Site::start().await;
    let host = site.admin().await;
    let old = key(&site).await;
    let month = app::now().plus(30 * Moment::DAY);
    let lasting = claims(&site, "lasting", month).await;
    let token = signed(&old.kid, Algorithm::HS256, &old.secret, &lasting);
    let rotated = app::now();
    app::rotate_keys(site.app(), false, rotated).await.unwrap();
    // The old one goes on verifying, a new one signs.
    assert_eq!(status_of(&site, &host.token).await, 200);
    let again = site.sign_in("host").await;
    assert_eq!(status_of(&site, &again.token).await, 200);
    let new = key(&site).await;
    assert_ne!(new.kid, old.kid);
    let kid = |token: &str| jsonwebtoken::decode_header(token).unwrap().kid.unwrap();
    assert_eq!(
        (kid(&host.token), kid(&again.token)),
        (old.kid.clone(), new.kid.clone())
    );
    // A key's name does not make another key good.
    assert_eq!(
        status_of(&site, &signed(&new.kid, Algorithm::HS256, &old.secret, &lasting)).await,
        401
    );
    // To the millisecond.
    let dies = rotated.plus(app::SESSION);
    assert!(app::who(site.app(), &token, dies.plus(-1)).await.is_ok());
    assert!(app::who(site.app(), &token, dies).await.is_err());
    // At once, where that is wanted: every session is over.
    app::rotate_keys(site.app(), true, app::now()).await.unwrap();
    for token in [&host.token, &again.token, &token] {
        assert_eq!(status_of(&site, token).await, 401);
    }
    let fresh = site.sign_in("host").await;
    assert_eq!(status_of(&site, &fresh.token).await, 200);
    site.stop().await;
}

#[actix_web::test]
async fn a3_a_sign_out_a_role_taken_away_and_a_ban_hold_on_every_instance_at_once() {
    let site = Site::of(&Folder::new()).await;
    let twin = site.twin().await;
    let host = site.admin().await;
    let cy = site.signed("cy", None).await;
    for instance in [&site, &twin] {
        assert_eq!(instance.see(&cy, "/api/v1/session").await.status, 200);
    }
    // Signed out here, out there.
    assert_eq!(site.delete(&cy, "/api/v1/session").await.status, 204);
    for instance in [&site, &twin] {
        let stale = instance.see(&cy, "/api/v1/session").await;
        stale.is_problem(401);
        assert_eq!(stale.json()["sign_in"], "/sign-in");
        assert_eq!(stale.header("www-authenticate"), "Bearer");
    }
    // A role that is taken away.
    let judge = site.judge("bo", "spring").await;
    let roles = |answer: Answer| answer.json()["account"]["roles"].as_array().unwrap().len();
    assert_eq!(roles(twin.see(&judge, "/api/v1/session").await), 1);
    let role = app::RoleName::Judge {
        competition: "spring".parse_slug(),
    };
    app::take_role(site.app(), None, "bo", role, app::now()).await.unwrap();
    assert_eq!(roles(twin.see(&judge, "/api/v1/session").await), 0);
    // Another password ends every session; a ban too, and opens no new one.
    app::new_password(site.app(), None, "bo", PASSWORD, app::now())
        .await
        .unwrap();
    twin.see(&judge, "/api/v1/session").await.is_problem(401);
    let judge = site.sign_in("bo").await;
    assert_eq!(twin.see(&judge, "/api/v1/session").await.status, 200);
    let by = app::who(site.app(), &host.token, app::now()).await.unwrap();
    app::ban(site.app(), &by, "bo", true, None, app::now()).await.unwrap();
    twin.see(&judge, "/api/v1/session").await.is_problem(401);
    let credentials = json!({"login": "bo", "password": PASSWORD});
    twin.post(&judge, "/api/v1/session", credentials).await.is_problem(403);
    // A page sends who has no session to where it is got, and back.
    let page = twin.page(&judge, "/me?offset=0").await;
    assert_eq!(
        (page.status, page.header("location")),
        (303, "/sign-in?to=%2Fme%3Foffset%3D0")
    );
    // In the language that they chose.
    let page = twin.page(&judge, "/me?lang=zh").await;
    assert_eq!(page.header("location"), "/sign-in?to=%2Fme%3Flang%3Dzh&lang=zh");
    twin.stop().await;
    site.stop().await;
}

/// The cookie that an answer sets.
fn cookie(answer: &Answer) -> Vec<String> {
    let cookie = answer.header("set-cookie");
    let parts = cookie.split("; ").map(str::to_owned);
    parts.collect()
}

#[actix_web::test]
async fn a4_the_sessions_cookie_is_for_this_host_alone_and_for_no_script() {
    let provider = Provider::start();
    let site = Site::set_up(&Folder::new(), |settings| provider.set_up(settings, &[Forge::GitHub])).await;
    site.signed("ada", None).await;
    let url = |path: &str| format!("{}{path}", site.url);
    let by_json = site.http.post(url("/api/v1/session"));
    let by_json = by_json.json(&json!({"login": "ada", "password": PASSWORD}));
    let by_form = site.http.post(url("/sign-in"));
    let by_form = by_form.form(&[("login", "ada"), ("password", PASSWORD), ("to", "//evil.example/")]);
    let by_form = site.answer(by_form).await;
    assert_eq!((by_form.status, by_form.header("location")), (303, "/"));
    provider.user(5_000, "newcomer");
    let by_forge = Browser::new(&site).through("/auth/github/start").await;
    for answer in [site.answer(by_json).await, by_form, by_forge] {
        let parts = cookie(&answer);
        assert!(parts[0].starts_with("__Host-session=ey"), "{parts:?}");
        let attributes: Vec<&str> = parts[1..].iter().map(String::as_str).collect();
        assert_eq!(
            attributes,
            ["Path=/", "Max-Age=604800", "HttpOnly", "Secure", "SameSite=Lax"]
        );
        assert!(answer.header("cache-control").contains("no-store"));
    }
    // Signing out takes it away.
    let ada = site.sign_in("ada").await;
    let out = site.submit(&ada, "/sign-out", &[]).await;
    let parts = cookie(&out);
    assert_eq!((parts[0].as_str(), parts[2].as_str()), ("__Host-session=", "Max-Age=0"));
    provider.stop().await;
    site.stop().await;
}

#[actix_web::test]
async fn a5_what_another_sites_page_sends_with_the_cookie_is_refused() {
    let site = Site::of(&Folder::new()).await;
    let ada = site.signed("ada", None).await;
    let host = site.url.trim_start_matches("http://").to_owned();
    let same = format!("http://{host}");
    // Past the gate there is no such forge.
    let (in_, out) = (404, 403);
    for (headers, status) in [
        (vec![("sec-fetch-site", "same-origin")], in_),
        (vec![("sec-fetch-site", "none")], in_),
        (vec![("sec-fetch-site", "same-site")], out),
        (vec![("sec-fetch-site", "cross-site")], out),
        (vec![("sec-fetch-site", "cross-site"), ("origin", same.as_str())], out),
        (vec![("sec-fetch-site", "")], out),
        (vec![("origin", same.as_str())], in_),
        (vec![("origin", "https://evil.example")], out),
        (vec![("origin", "http://127.0.0.1:1")], out),
        (vec![("origin", "null")], out),
        (vec![("referer", same.as_str())], out),
        (vec![], out),
    ] {
        for (method, path) in [
            (reqwest::Method::POST, "/api/v1/me/accounts"),
            (reqwest::Method::DELETE, "/api/v1/me/accounts/github/nobody"),
        ] {
            let mut request = site.http.request(method, format!("{}{path}", site.url));
            request = request.header("cookie", format!("__Host-session={}", ada.token));
            for (name, value) in &headers {
                request = request.header(*name, *value);
            }
            let answer = site.answer(request.json(&json!({"forge": "github"}))).await;
            assert_eq!(answer.status, status, "{path} {headers:?}: {}", answer.text());
        }
    }
    // A token in a header cannot be another page's doing.
    let bearer = site.post(&ada, "/api/v1/me/accounts", json!({"forge": "github"})).await;
    assert_eq!(bearer.status, 404);
    // Nor can another page sign somebody in as whom it likes.
    let form = [("login", "ada"), ("password", PASSWORD)];
    for (site_of, status) in [("cross-site", 403), ("same-origin", 303)] {
        let request = site.http.post(format!("{}/sign-in", site.url)).form(&form);
        let answer = site.answer(request.header("sec-fetch-site", site_of)).await;
        assert_eq!(answer.status, status, "{site_of}");
    }
    // Reading is not changing.
    let request = site.http.get(format!("{}/api/v1/me", site.url));
    let request = request.header("cookie", format!("__Host-session={}", ada.token));
    assert_eq!(
        site.answer(request.header("sec-fetch-site", "cross-site")).await.status,
        200
    );
    site.stop().await;
}

async fn try_in(site: &Site, login: &str, password: &str, forwarded: Option<&str>) -> Answer {
    let mut request = site.http.post(format!("{}/api/v1/session", site.url));
    if let Some(from) = forwarded {
        request = request.header("x-forwarded-for", from);
    }
    site.answer(request.json(&json!({"login": login, "password": password})))
        .await
}

#[actix_web::test]
async fn a7_ten_failures_close_an_account_for_a_while_whether_or_not_it_is_there() {
    let site = Site::start().await;
    for login in ["ada", "bo"] {
        site.signed(login, None).await;
    }
    for login in ["ada", "nobody"] {
        // All at once: none slips past before the first has failed.
        let tries = (0..14).map(|number| {
            let password = format!("guess number {number}");
            let site = &site;
            async move { try_in(site, login, &password, None).await.status }
        });
        let mut answers = futures_util::future::join_all(tries).await;
        answers.sort();
        assert_eq!(answers, [vec![401; 10], vec![429; 4]].concat(), "{login}");
    }
    // The right password does not help now; another account does not mind.
    let late = try_in(&site, "ADA", PASSWORD, None).await;
    late.is_problem(429);
    let wait: u64 = late.header("retry-after").parse().unwrap();
    assert!((1..=900).contains(&wait), "{wait}");
    assert_eq!(try_in(&site, "bo", PASSWORD, None).await.status, 200);
    // The page says it in words, and keeps what was typed but not the password.
    let form = [("login", "ada"), ("password", PASSWORD)];
    let request = site.http.post(format!("{}/sign-in", site.url)).form(&form);
    let page = site.answer(request.header("accept", "text/html")).await;
    assert_eq!(page.status, 429);
    assert!(!page.header("retry-after").is_empty());
    assert!(
        page.text().contains("value=\"ada\"") && !page.text().contains(PASSWORD),
        "{}",
        page.text()
    );
    // A success forgives what went before.
    for _ in 0..3 {
        for _ in 0..9 {
            assert_eq!(try_in(&site, "bo", "wrong", None).await.status, 401);
        }
        assert_eq!(try_in(&site, "bo", PASSWORD, None).await.status, 200);
    }
    site.stop().await;
}

#[actix_web::test]
async fn a7_unknown_users_take_as_long() {
    let site = Site::start().await;
    site.signed("ada", None).await;
    let logins = ["ada", "nobody", "no login at all!", ""];
    // What else this machine does is in every time that is taken, so a few looks are allowed. Where nothing
    // is hashed for somebody unknown, no look at all finds them alike.
    let mut looks = Vec::new();
    let alike = loop {
        let mut shortest = [Duration::MAX; 4];
        for _ in 0..6 {
            for (login, shortest) in logins.iter().zip(&mut shortest) {
                let began = Instant::now();
                let refused = app::sign_in(site.app(), login, "a wrong password", app::now()).await;
                *shortest = began.elapsed().min(*shortest);
                assert!(refused.is_err(), "{login}");
            }
        }
        looks.push(shortest);
        let known = shortest[0];
        let near = |took: Duration| took * 2 > known && took < known * 2;
        if known > Duration::from_millis(2) && shortest.into_iter().all(near) {
            break true;
        }
        if looks.len() == 12 {
            break false;
        }
    };
    assert!(alike, "{looks:?}");
    site.stop().await;
}

#[actix_web::test]
async fn a8_a_forwarded_address_is_believed_from_a_named_proxy_alone() {
    for (proxies, believed) in [("", false), ("10.0.0.0/8", false), ("127.0.0.1", true)] {
        let site = Site::set_up(&Folder::new(), |settings| settings.proxies = proxies.parse().unwrap()).await;
        // Sixty failures from what says to be one address after another.
        let tries = (0..60).map(|number| {
            let site = &site;
            let from = if believed {
                "192.0.2.1".to_owned()
            } else {
                format!("192.0.2.{number}")
            };
            async move {
                try_in(site, &format!("login{number}"), "guess", Some(&from))
                    .await
                    .status
            }
        });
        let answers = futures_util::future::join_all(tries).await;
        assert!(answers.iter().all(|status| *status == 401), "{proxies}: {answers:?}");
        let same = try_in(&site, "one-more", "guess", Some("192.0.2.1")).await.status;
        let other = try_in(&site, "one-more", "guess", Some("198.51.100.7")).await.status;
        // A client that writes the header itself is behind what the proxy wrote.
        let lied = try_in(&site, "one-more", "guess", Some("203.0.113.9, 192.0.2.1"))
            .await
            .status;
        let wanted = if believed { (429, 401, 429) } else { (429, 429, 429) };
        assert_eq!((same, other, lied), wanted, "{proxies}");
        site.stop().await;
    }
}

#[actix_web::test]
async fn sign_ins_that_are_begun_have_a_limit_too() {
    let provider = Provider::start();
    let site = Site::set_up(&Folder::new(), |settings| provider.set_up(settings, &[Forge::GitHub])).await;
    let begins = (0..210).map(|_| async { site.get("/auth/github/start").await.status });
    let mut answers = futures_util::future::join_all(begins).await;
    answers.sort();
    assert_eq!(answers, [vec![303; 200], vec![429; 10]].concat());
    assert_eq!(site.database.count("handshakes"), 200);
    provider.stop().await;
    site.stop().await;
}

#[actix_web::test]
async fn a_session_ends_by_itself() {
    let site = Site::start().await;
    let host = site.admin().await;
    let opened = app::now();
    let at = |millis: i64| Moment::from_millis(opened.millis() + millis);
    assert!(
        app::who(site.app(), &host.token, at(app::SESSION - 60_000))
            .await
            .is_ok()
    );
    assert!(
        app::who(site.app(), &host.token, at(app::SESSION + 60_000))
            .await
            .is_err()
    );
    let who = app::who(site.app(), &host.token, opened).await.unwrap();
    assert!(who.id > LoginId(0) && who.is_admin());
    // A body that is not as the contract says.
    for (body, status) in [
        (json!({"login": "host", "password": "x", "role": "admin"}), 422),
        (json!({"login": "host"}), 422),
        (json!({"login": 7, "password": "x"}), 422),
    ] {
        site.post(&host, "/api/v1/session", body).await.is_problem(status);
    }
    site.stop().await;
}
