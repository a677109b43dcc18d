//! Signing in with a forge, binding accounts and taking them away.

use crate::support::*;
use bugathlon::{
    app,
    domain::{forge::Forge, time::Moment},
};
use serde_json::{Value, json};

async fn site_of(folder: &Folder, provider: &Provider) -> Site {
    Site::set_up(folder, |settings| provider.set_up(settings, &Forge::ALL)).await
}

async fn me(browser: &mut Browser<'_>) -> Value {
    let answer = browser.get("/api/v1/me").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

fn fixes(of: &[(&'static str, u64, &str, Option<u64>)]) -> Vec<Value> {
    let line = |(forge, number, author, id): &(&'static str, u64, &str, Option<u64>)| {
        let mut fix = Fix::new(forge, *number, author);
        fix.author_id = *id;
        fix.line()
    };
    of.iter().map(line).collect()
}

#[actix_web::test]
async fn each_forge_signs_somebody_in_and_knows_them_again() {
    let provider = Provider::start();
    let site = site_of(&Folder::new(), &provider).await;
    for (number, forge) in Forge::ALL.into_iter().enumerate() {
        provider.user(5_000 + number as u64, "newcomer");
        let mut browser = Browser::new(&site);
        let answer = browser
            .through(&format!("/auth/{forge}/start?to=/competitions/spring"))
            .await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (303, "/competitions/spring"),
            "{forge}: {}",
            answer.text()
        );
        let first = me(&mut browser).await;
        let id = (5_000 + number).to_string();
        assert_eq!(
            first["accounts"],
            json!([{"forge": forge.as_str(), "login": "newcomer", "id": id, "proven": true}])
        );
        // The same user again is the same person; a renamed one too.
        provider.user(5_000 + number as u64, "renamed");
        let mut other = Browser::new(&site);
        other.through(&format!("/auth/{forge}/start")).await;
        let again = me(&mut other).await;
        assert_eq!(again["person"]["slug"], first["person"]["slug"]);
        assert_eq!(again["accounts"][0]["login"], "renamed");
    }
    // One name at four forges is four people, each with a login of their own.
    let mut logins = site.database.texts("SELECT login AS text FROM logins");
    logins.sort();
    assert_eq!(
        logins,
        ["newcomer", "newcomer-gitee", "newcomer-github", "newcomer-gitlab"]
    );
    let challenges = provider.challenges();
    assert_eq!(challenges.len(), 8);
    assert!(
        challenges.iter().all(|challenge| challenge.len() == 43),
        "{challenges:?}"
    );
    provider.stop().await;
    site.stop().await;
}

#[actix_web::test]
async fn a6_a_state_is_used_once_by_the_browser_that_began_in_time() {
    let provider = Provider::start();
    let site = site_of(&Folder::new(), &provider).await;
    provider.user(5_000, "newcomer");
    let mut browser = Browser::new(&site);
    let back = browser.out_and_back("/auth/github/start").await;
    // Another browser brings it.
    let stolen = Browser::new(&site).get(&back).await;
    assert_eq!(stolen.status, 410, "{}", stolen.text());
    // With another state, with none, at another forge.
    let other = Browser::new(&site).out_and_back("/auth/github/start").await;
    let cookies = browser.cookies.clone();
    let other_forge = back.replace("/auth/github/", "/auth/gitee/");
    for wrong in [other.as_str(), back.split('?').next().unwrap(), &other_forge] {
        let answer = browser.get(wrong).await;
        assert_eq!(answer.status, 410, "{wrong}: {}", answer.text());
        assert!(!browser.cookies.contains_key("__Host-session"));
        browser.cookies = cookies.clone();
    }
    assert_eq!(site.database.count("logins"), 0);
    // The right one, once.
    assert_eq!(browser.get(&back).await.status, 303);
    assert!(browser.cookies.contains_key("__Host-session"));
    browser.cookies = cookies;
    assert_eq!(browser.get(&back).await.status, 410);
    assert_eq!(site.database.count("sessions"), 1);
    // The database keeps no state, and each sign-in has a state and a challenge of its own.
    let kept = site.database.texts("SELECT state AS text FROM handshakes");
    assert!(
        kept.iter().all(|state| state.len() == 64 && !back.contains(state)),
        "{kept:?}"
    );
    let mut challenges = provider.challenges();
    challenges.sort();
    challenges.dedup();
    assert_eq!(challenges.len(), 2);
    provider.stop().await;
    site.stop().await;
}

#[actix_web::test]
async fn a6_a_state_is_ten_minutes_old_at_most() {
    let provider = Provider::start();
    let site = site_of(&Folder::new(), &provider).await;
    provider.user(5_000, "newcomer");
    let base = bugathlon::forge::oauth::Provider::new(
        Forge::GitHub,
        "our-client",
        "our-client-s3cret",
        Some(&provider.url),
        Some(&format!("{}/api", provider.url)),
    )
    .unwrap();
    let client = bugathlon::forge::client::Client::new(std::time::Duration::from_secs(2)).unwrap();
    for (late, taken) in [(app::HANDSHAKE - 1, true), (app::HANDSHAKE, false)] {
        let begun_at = app::now();
        let begun = app::begin_handshake(site.app(), &base, "/", None, begun_at)
            .await
            .unwrap();
        let redirect_uri = format!("{}/auth/github/callback", site.url);
        let url = base.authorize_url(&redirect_uri, &begun.state, &begun.challenge);
        let back = site.get_at(&url).await;
        let back = url::Url::parse(back.header("location")).unwrap();
        let code = back
            .query_pairs()
            .find(|(name, _)| name == "code")
            .unwrap()
            .1
            .into_owned();
        let returned = app::Returned {
            state: &begun.state,
            begun: &begun.state,
            code: Some(&code),
            redirect_uri: &redirect_uri,
            who: None,
        };
        let now = Moment::from_millis(begun_at.millis() + late);
        let ended = app::end_handshake(site.app(), &client, &base, returned, now).await;
        assert_eq!(ended.is_ok(), taken, "{late}: {:?}", ended.err());
    }
    provider.stop().await;
    site.stop().await;
}

#[actix_web::test]
async fn a6_nobody_is_sent_elsewhere() {
    let provider = Provider::start();
    let site = site_of(&Folder::new(), &provider).await;
    provider.user(5_000, "newcomer");
    for (to, goes) in [
        ("/competitions/spring?kind=city", "/competitions/spring?kind=city"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("/\t/evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/me"),
    ] {
        let query: String = url::form_urlencoded::byte_serialize(to.as_bytes()).collect();
        let mut browser = Browser::new(&site);
        let answer = browser.through(&format!("/auth/github/start?to={query}")).await;
        assert_eq!((answer.status, answer.header("location")), (303, goes), "{to}");
    }
    // A forge that is not set up, and one that is none.
    let bare = Site::start().await;
    for forge in ["github", "sourceforge", "%00"] {
        bare.get(&format!("/auth/{forge}/start")).await.is_problem(404);
        bare.get(&format!("/auth/{forge}/callback?code=1&state=2"))
            .await
            .is_problem(404);
    }
    bare.stop().await;
    provider.stop().await;
    site.stop().await;
}

#[actix_web::test]
async fn a_forge_that_does_not_do_its_part_signs_nobody_in() {
    let provider = Provider::start();
    let site = site_of(&Folder::new(), &provider).await;
    provider.user(5_000, "newcomer");
    for (manner, status) in [
        (Manner::Denies, 409),
        (Manner::RefusesCode, 409),
        (Manner::BadRequest, 409),
        (Manner::Status500, 502),
        (Manner::Redirects, 502),
        (Manner::Slow, 502),
        (Manner::HalfToken, 502),
        (Manner::HalfUser, 502),
        (Manner::NoId, 502),
        (Manner::Endless, 502),
    ] {
        provider.manner(manner);
        let mut browser = Browser::new(&site);
        let answer = browser.through("/auth/gitee/start").await;
        assert_eq!(answer.status, status, "{manner:?}: {}", answer.text());
        assert!(answer.text().contains("Gitee"), "{manner:?}: {}", answer.text());
        // The page to try again from, with nobody signed in and nothing of the exchange on it.
        assert!(answer.text().contains("/auth/gitee/start"), "{manner:?}");
        assert!(browser.cookies.is_empty(), "{manner:?}: {:?}", browser.cookies);
        for inside in ["s3cret", "gho_", "code-"] {
            assert!(!answer.text().contains(inside), "{manner:?}: {inside}");
        }
    }
    assert_eq!(site.database.count("logins"), 0);
    assert_eq!(site.database.count("handshakes"), 0);
    // A program gets a problem.
    provider.manner(Manner::Status500);
    let mut browser = Browser::new(&site);
    let back = browser.out_and_back("/auth/gitee/start").await;
    let cookie = browser
        .cookies
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .next()
        .unwrap();
    let answer = site.answer(site.http.get(back).header("cookie", cookie)).await;
    answer.is_problem(502);
    provider.stop().await;
    site.stop().await;
}

#[actix_web::test]
async fn a_hinted_account_becomes_its_persons_and_stays_so() {
    let provider = Provider::start();
    let mut folder = Folder::new();
    folder.pulls = fixes(&[("github", 1, "ada", Some(1001)), ("gitee", 2, "bo", None)]);
    let site = site_of(&folder, &provider).await;
    // By the id that a pull has bound the hint to, whatever the login is now.
    provider.user(1001, "ada-lovelace");
    let mut ada = Browser::new(&site);
    ada.through("/auth/github/start").await;
    let own = me(&mut ada).await;
    assert_eq!(own["person"]["slug"], "ada");
    assert_eq!(own["account"]["login"], "ada-lovelace");
    assert_eq!(own["submissions"][0]["status"], "accepted");
    assert_eq!(
        (&own["teams"][0]["team"]["slug"], &own["teams"][0]["points"]),
        (&json!("shanghai"), &json!(1))
    );
    // By the login, where no id is known.
    provider.user(7002, "BO");
    let mut bo = Browser::new(&site);
    bo.through("/auth/gitee/start").await;
    assert_eq!(me(&mut bo).await["person"]["slug"], "bo");
    site.board_where("both count", |board| {
        of_team(board, "shanghai", "points") == 1 && of_team(board, "tsinghua", "points") == 1
    })
    .await;
    // A folder that is loaded again after an edit takes nothing of it back.
    folder.scoring = "base = 2\n".into();
    site.seed(folder.on_disk().path()).await;
    let accounts = site.database.texts(
        "SELECT p.slug || ' ' || a.login || ' ' || a.forge_user_id AS text FROM accounts a \
         JOIN people p ON p.id = a.person_id WHERE a.proven AND p.slug IN ('ada', 'bo') AND a.forge <> 'gitlab' ORDER BY 1",
    );
    assert_eq!(accounts, ["ada ada-lovelace 1001", "bo BO 7002"]);
    provider.stop().await;
    site.stop().await;
}

#[actix_web::test]
async fn h12_a_login_that_somebody_else_claims_earns_nothing_even_signed_in() {
    let provider = Provider::start();
    let mut folder = Folder::new();
    folder.pulls = fixes(&[("github", 1, "ada", Some(1001))]);
    let site = site_of(&folder, &provider).await;
    // Ada has renamed hers; Mallory takes the login and signs in with it.
    provider.user(6666, "ada");
    let mut mallory = Browser::new(&site);
    mallory.through("/auth/github/start").await;
    let own = me(&mut mallory).await;
    assert_ne!(own["person"]["slug"], "ada");
    assert_eq!(own["submissions"], json!([]));
    assert_eq!(own["teams"], json!([]));
    let mut later = Fix::new("github", 2, "ada");
    later.author_id = Some(6666);
    site.deliver(&hook(&later)).await;
    site.settled().await;
    let mut fix = Fix::new("github", 3, "ada-lovelace");
    fix.author_id = Some(1001);
    site.deliver(&hook(&fix)).await;
    site.settled().await;
    assert_eq!(
        site.submissions(),
        [
            "github:clayworks/github!1 accepted 1",
            "github:clayworks/github!2 rejected 0",
            "github:clayworks/github!3 accepted 1",
        ]
    );
    // The folder names the hint still, with and without the id that it was bound to.
    for accounts in ["github:ada gitee:ada", "github:ada#1001 gitee:ada"] {
        folder.people[0] = format!("ada,Ada,shanghai,,,{accounts}");
        site.seed(folder.on_disk().path()).await;
        assert_eq!(
            site.submissions()
                .iter()
                .filter(|line| line.contains("accepted"))
                .count(),
            2
        );
    }
    let rebuilt = app::rebuild(site.app(), &"spring".parse_slug(), app::now())
        .await
        .unwrap();
    assert!(rebuilt.differed == 0 && rebuilt.rebound == 0, "{:?}", rebuilt.named);
    // Ada signs in under her new login and is herself.
    provider.user(1001, "ada-lovelace");
    let mut ada = Browser::new(&site);
    ada.through("/auth/github/start").await;
    let own = me(&mut ada).await;
    assert_eq!((&own["person"]["slug"], &own["total"]), (&json!("ada"), &json!(2)));
    provider.stop().await;
    site.stop().await;
}

#[actix_web::test]
async fn binding_an_account_counts_its_past_merges_at_once_and_unbinding_takes_them_back() {
    let provider = Provider::start();
    let mut folder = Folder::new();
    folder.pulls = fixes(&[
        ("gitee", 1, "ada-at-home", Some(9001)),
        ("gitee", 2, "ada-at-home", Some(9001)),
    ]);
    let site = site_of(&folder, &provider).await;
    let ada = site.signed("ada", None).await;
    let mut browser = Browser::of(&site, &ada.token);
    assert_eq!(
        site.submissions()
            .iter()
            .filter(|line| line.contains("accepted"))
            .count(),
        0
    );
    let asked = site.post(&ada, "/api/v1/me/accounts", json!({"forge": "gitee"})).await;
    assert_eq!(asked.status, 200, "{}", asked.text());
    let start = asked.json()["url"].as_str().unwrap().to_owned();
    assert!(start.starts_with("/auth/gitee/start?"), "{start}");
    provider.user(9001, "ada-at-home");
    let bound = browser.through(&start).await;
    assert_eq!(
        (bound.status, bound.header("location")),
        (303, "/me"),
        "{}",
        bound.text()
    );
    // Still the same person, with one account more.
    let own = me(&mut browser).await;
    assert_eq!((&own["person"]["slug"], &own["total"]), (&json!("ada"), &json!(2)));
    assert_eq!(
        site.submissions(),
        [
            "gitee:clayworks/gitee!1 accepted 1",
            "gitee:clayworks/gitee!2 accepted 1"
        ]
    );
    site.board_where("the fixes count", |board| of_team(board, "shanghai", "points") == 2)
        .await;
    let sum = "SELECT CAST(sum(points) AS TEXT) AS text FROM ledger WHERE cause = 'roster'";
    assert_eq!(site.database.texts(sum), ["2"]);
    // Somebody else cannot have it.
    let bo = site.signed("bo", None).await;
    let mut other = Browser::of(&site, &bo.token);
    let refused = other.through("/auth/gitee/start").await;
    assert!(
        refused.status == 409 && refused.text().contains("ada-at-home"),
        "{}",
        refused.text()
    );
    // Only one's own goes, and its points with it.
    let path = "/api/v1/me/accounts/gitee/ada-at-home";
    site.delete(&bo, path).await.is_problem(404);
    assert_eq!(site.delete(&ada, path).await.status, 204);
    site.delete(&ada, path).await.is_problem(404);
    assert!(
        site.submissions().iter().all(|line| line.ends_with("rejected 0")),
        "{:?}",
        site.submissions()
    );
    site.board_where("the fixes are gone", |board| of_team(board, "shanghai", "points") == 0)
        .await;
    for (forge, status) in [("sourceforge", 422), ("", 422)] {
        site.post(&ada, "/api/v1/me/accounts", json!({"forge": forge}))
            .await
            .is_problem(status);
    }
    site.post(&ada, "/api/v1/me/accounts", json!({"forge": "gitee", "id": 1}))
        .await
        .is_problem(422);
    provider.stop().await;
    site.stop().await;
}

#[actix_web::test]
async fn what_was_final_stays_when_an_account_is_bound_or_not() {
    let provider = Provider::start();
    let mut folder = Folder::new();
    folder.pulls = fixes(&[
        ("gitee", 1, "ada-at-home", Some(9001)),
        ("github", 2, "ada", Some(1001)),
    ]);
    let site = site_of(&folder, &provider).await;
    let ada = site.signed("ada", None).await;
    let sealed = |db: &mut bugathlon::store::Db| {
        let id = bugathlon::store::competitions(db)?[0].id;
        let seal = bugathlon::domain::competition::Seal {
            finalized_at: Some(app::now()),
            ..Default::default()
        };
        bugathlon::store::set_seal(db, id, seal)
    };
    site.app().store.write(sealed).await.unwrap();
    let before = site.submissions();
    provider.user(9001, "ada-at-home");
    let mut browser = Browser::of(&site, &ada.token);
    assert_eq!(browser.through("/auth/gitee/start").await.status, 303);
    assert_eq!(site.delete(&ada, "/api/v1/me/accounts/github/ada").await.status, 204);
    assert_eq!(site.submissions(), before);
    provider.stop().await;
    site.stop().await;
}

#[actix_web::test]
async fn a_new_login_takes_over_the_person_that_a_folder_named() {
    let provider = Provider::start();
    let site = site_of(&Folder::new(), &provider).await;
    // Nothing hangs on this one yet.
    let fresh = site.signed("lovelace", None).await;
    provider.user(1001, "ada");
    let mut browser = Browser::of(&site, &fresh.token);
    assert_eq!(browser.through("/auth/github/start").await.status, 303);
    let own = me(&mut browser).await;
    assert_eq!(
        (
            &own["person"]["slug"],
            &own["account"]["login"],
            &own["teams"][0]["team"]["slug"]
        ),
        (&json!("ada"), &json!("lovelace"), &json!("shanghai"))
    );
    // On this one something does: two people are not made one.
    provider.user(1002, "bo");
    let refused = browser.through("/auth/github/start").await;
    assert_eq!(refused.status, 409, "{}", refused.text());
    provider.stop().await;
    site.stop().await;
}

#[actix_web::test]
async fn a_hint_opens_no_login_that_has_a_role() {
    let provider = Provider::start();
    let site = site_of(&Folder::new(), &provider).await;
    let bo = site.judge("bo", "spring").await;
    // Whoever has taken the login that the folder names.
    provider.user(6666, "bo");
    let mut browser = Browser::new(&site);
    let refused = browser.through("/auth/github/start").await;
    assert!(
        refused.status == 409 && refused.text().contains("GitHub bo"),
        "{}",
        refused.text()
    );
    assert!(browser.cookies.is_empty());
    // Bo binds it, and from then on comes in by it.
    provider.user(1002, "bo");
    assert_eq!(
        Browser::of(&site, &bo.token).through("/auth/github/start").await.status,
        303
    );
    let mut browser = Browser::new(&site);
    assert_eq!(browser.through("/auth/github/start").await.status, 303);
    assert_eq!(me(&mut browser).await["account"]["roles"][0]["role"], "judge");
    provider.stop().await;
    site.stop().await;
}

#[actix_web::test]
async fn another_sites_page_binds_nothing_to_who_is_signed_in() {
    let provider = Provider::start();
    let site = site_of(&Folder::new(), &provider).await;
    let ada = site.signed("ada", None).await;
    provider.user(6666, "mallory");
    let mut browser = Browser::of(&site, &ada.token);
    browser.fetch_site = "cross-site";
    browser.through("/auth/github/start").await;
    let accounts = site
        .database
        .texts("SELECT p.slug AS text FROM accounts a JOIN people p ON p.id = a.person_id WHERE a.login = 'mallory'");
    assert_ne!(accounts, ["ada"]);
    // Who has signed out, or become somebody else, on the way binds nothing either.
    let mut browser = Browser::of(&site, &ada.token);
    provider.user(6667, "eve");
    let back = browser.out_and_back("/auth/gitlab/start").await;
    let bo = site.signed("bo", None).await;
    browser.cookies.insert("__Host-session".into(), bo.token.clone());
    assert_eq!(browser.get(&back).await.status, 410);
    assert_eq!(site.database.count("accounts WHERE login = 'eve'"), 0);
    provider.stop().await;
    site.stop().await;
}

#[actix_web::test]
async fn the_last_way_in_is_not_taken_away() {
    let provider = Provider::start();
    let site = Site::set_up(&Folder::new(), |settings| {
        provider.set_up(settings, &[Forge::GitHub, Forge::Gitee])
    })
    .await;
    provider.user(5_000, "newcomer");
    let mut browser = Browser::new(&site);
    browser.through("/auth/github/start").await;
    let token = browser.cookies["__Host-session"].clone();
    let newcomer = Signed {
        login: "newcomer".into(),
        token,
    };
    let path = "/api/v1/me/accounts/github/newcomer";
    site.delete(&newcomer, path).await.is_problem(409);
    let refused = browser
        .post("/me/accounts/unbind", &[("forge", "github"), ("login", "newcomer")])
        .await;
    assert!(
        refused.status == 409 && refused.text().contains("role=\"alert\""),
        "{}",
        refused.text()
    );
    // With another account bound it can go.
    provider.user(5_001, "newcomer-too");
    assert_eq!(browser.through("/auth/gitee/start").await.status, 303);
    let unbound = browser
        .post("/me/accounts/unbind", &[("forge", "github"), ("login", "NewComer")])
        .await;
    assert_eq!((unbound.status, unbound.header("location")), (303, "/me?done=unbound"));
    assert_eq!(me(&mut browser).await["accounts"].as_array().unwrap().len(), 1);
    site.delete(&newcomer, "/api/v1/me/accounts/gitee/newcomer-too")
        .await
        .is_problem(409);
    provider.stop().await;
    site.stop().await;
}

#[actix_web::test]
async fn the_page_to_sign_in_offers_the_forges_that_are_set_up() {
    let provider = Provider::start();
    let site = Site::set_up(&Folder::new(), |settings| provider.set_up(settings, &[Forge::Gitee])).await;
    let page = Browser::new(&site).get("/sign-in?to=/competitions/spring").await.text();
    assert!(
        page.contains("href=\"/auth/gitee/start?to=%2Fcompetitions%2Fspring\""),
        "{page}"
    );
    assert!(!page.contains("/auth/github/"), "{page}");
    // Who is signed in goes on.
    let ada = site.signed("ada", None).await;
    let on = Browser::of(&site, &ada.token).get("/sign-in?to=//evil.example").await;
    assert_eq!((on.status, on.header("location")), (303, "/"));
    provider.stop().await;
    site.stop().await;
}
