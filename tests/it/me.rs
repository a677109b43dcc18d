//! A person's own page and data, and how somebody goes.

use crate::support::*;
use bugathlon::{app, domain::forge::Forge};
use serde_json::{Value, json};

/// Ada with two merges that count, one that does not, and another competition that looks at the same.
async fn world() -> (Provider, Site) {
    let provider = Provider::start();
    let mut folder = Folder::new();
    folder.pulls = vec![
        Fix::new("github", 1, "ada").merged(ago(3)).line(),
        Fix::new("gitee", 2, "ada").merged(ago(2)).line(),
        Fix::new("github", 4, "bo").line(),
    ];
    let mut no_sign = Fix::new("github", 3, "ada").merged(ago(1));
    no_sign.labels = Vec::new();
    no_sign.title = "Polish".into();
    folder.rules.push_str("no_signal = \"fail\"\n");
    folder.pulls.push(no_sign.line());
    let site = Site::set_up(&folder, |settings| {
        provider.set_up(settings, &[Forge::GitHub, Forge::Gitee])
    })
    .await;
    let mut autumn = Folder::new();
    autumn.slug = "autumn".into();
    autumn.pulls = Vec::new();
    autumn.sources = String::new();
    site.seed(autumn.on_disk().path()).await;
    site.board_where("the fixes", |board| of_team(board, "shanghai", "points") == 2)
        .await;
    (provider, site)
}

#[actix_web::test]
async fn me_tells_teams_accounts_code_and_submissions_with_their_reasons() {
    let (provider, site) = world().await;
    let ada = site.signed("ada", None).await;
    until("every board is there", || async {
        let own = site.see(&ada, "/api/v1/me").await.json();
        Some(()).filter(|()| own["teams"][1]["rank"].is_i64())
    })
    .await;
    let own = site.see(&ada, "/api/v1/me").await.json();
    assert_eq!(
        own["person"],
        json!({"slug": "ada", "name": "Ada", "code": own["code"]})
    );
    let code = own["code"].as_str().unwrap();
    assert!(code.starts_with("ST-0"), "{code}");
    assert_eq!(
        (&own["level"]["fixes"], &own["level"]["next"]["code"]),
        // A pull counts once for the level, in however many competitions it was accepted.
        (&json!(2), &json!("GI"))
    );
    let teams: Vec<_> = own["teams"]
        .as_array()
        .unwrap()
        .iter()
        .map(|t| (&t["competition"], &t["points"]))
        .collect();
    assert_eq!(teams, [(&json!("spring"), &json!(2)), (&json!("autumn"), &json!(2))]);
    assert_eq!(own["accounts"].as_array().unwrap().len(), 4);
    assert_eq!(
        (&own["account"]["login"], &own["account"]["has_password"]),
        (&json!("ada"), &json!(true))
    );
    // The newest merge first, each with its checks.
    let listed: Vec<_> = own["submissions"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|s| s["competition"] == "spring")
        .map(|s| (&s["pull"]["number"], &s["status"]))
        .collect();
    assert_eq!(
        listed,
        [
            (&json!(3), &json!("rejected")),
            (&json!(2), &json!("accepted")),
            (&json!(1), &json!("accepted"))
        ]
    );
    let mut all = own["submissions"].as_array().unwrap().iter();
    let rejected = all.find(|s| s["status"] == "rejected").unwrap();
    let checks = rejected["checks"].as_array().unwrap();
    let bugfix = checks.iter().find(|check| check["check"] == "bugfix").unwrap();
    assert!(
        bugfix["outcome"] == "fail" && !bugfix["detail"].as_str().unwrap().is_empty(),
        "{bugfix}"
    );
    // In parts.
    let mut seen = Vec::new();
    let mut next = json!(0);
    while let Some(offset) = next.as_i64() {
        let part = site
            .see(&ada, &format!("/api/v1/me?limit=2&offset={offset}"))
            .await
            .json();
        assert_eq!(part["total"], 6);
        seen.extend(part["submissions"].as_array().unwrap().clone());
        next = part["next"].clone();
    }
    assert_eq!(&Value::from(seen), &own["submissions"]);
    // Narrowed.
    for (query, total) in [
        ("competition=spring", 3),
        ("competition=spring&status=accepted", 2),
        ("status=accepted", 4),
        ("status=rejected", 1),
        ("status=review", 1),
        ("status=waiting", 0),
    ] {
        let part = site.see(&ada, &format!("/api/v1/me?{query}")).await.json();
        assert_eq!(part["total"], total, "{query}");
        assert_eq!(part["submissions"].as_array().unwrap().len(), total, "{query}");
    }
    site.see(&ada, "/api/v1/me?status=lost").await.is_problem(400);
    site.see(&ada, "/api/v1/me?competition=winter").await.is_problem(404);
    site.see(&ada, "/api/v1/me?limit=0").await.is_problem(400);
    site.get("/api/v1/me").await.is_problem(401);
    provider.stop().await;
    site.stop().await;
}

#[actix_web::test]
async fn my_page_says_where_i_stand_why_and_what_to_do() {
    let (provider, site) = world().await;
    let ada = site.signed("ada", None).await;
    let page = site.page(&ada, "/me").await;
    assert_eq!((page.status, page.header("cache-control")), (200, "no-store"));
    let text = page.text();
    for wanted in [
        "Ada",
        "ST-0",
        "Shanghai MSG",
        "No. 1 of 3",
        "you: no. 1, 2 points",
        "What to do:",
        "/submissions/",
        "href=\"/auth/gitee/start?to=%2Fme%3Fdone%3Dbound\"",
        "action=\"/me/accounts/unbind\"",
        "action=\"/me/delete\"",
        "action=\"/sign-out\"",
        "href=\"/api/v1/me/export\"",
    ] {
        assert!(text.contains(wanted), "{wanted}: {text}");
    }
    assert!(!text.contains("/host\"") && !text.contains("/judge\""), "{text}");
    let chinese = site.page(&ada, "/me?lang=zh").await.text();
    assert!(
        chinese.contains("第 1 名，共 3 支") && chinese.contains("下一步"),
        "{chinese}"
    );
    // Those with a role find their consoles.
    let role = |role| app::give_role(site.app(), None, "ada", role, app::now());
    let (competition, team) = ("spring".parse_slug(), "shanghai".parse_slug());
    role(app::RoleName::Admin).await.unwrap();
    role(app::RoleName::Judge {
        competition: competition.clone(),
    })
    .await
    .unwrap();
    role(app::RoleName::Organizer { competition, team }).await.unwrap();
    let text = site.page(&ada, "/me").await.text();
    for console in [
        "\"/host\"",
        "\"/competitions/spring/judge\"",
        "\"/competitions/spring/teams/shanghai/console\"",
    ] {
        assert!(text.contains(&format!("href={console}")), "{console}: {text}");
    }
    // Nobody else's.
    let stranger = site.get_with("/me", &[("accept", "text/html")]).await;
    assert_eq!(
        (stranger.status, stranger.header("location")),
        (303, "/sign-in?to=%2Fme")
    );
    provider.stop().await;
    site.stop().await;
}

#[actix_web::test]
async fn the_export_holds_everything_and_no_secret() {
    let (provider, site) = world().await;
    let ada = site.signed("ada", None).await;
    let answer = site.see(&ada, "/api/v1/me/export").await;
    assert_eq!(answer.status, 200);
    let file = answer.header("content-disposition");
    assert!(file.starts_with("attachment; filename=\"bugathlon-ST-0"), "{file}");
    assert_eq!(answer.header("cache-control"), "no-store");
    let all = answer.json();
    assert_eq!(all["submissions"].as_array().unwrap().len(), 6);
    assert_eq!(all["teams"].as_array().unwrap().len(), 2);
    assert_eq!(all["accounts"].as_array().unwrap().len(), 4);
    assert_eq!(all["sessions"].as_array().unwrap().len(), 1);
    assert_eq!(all["person"]["name"], "Ada");
    for part in ["requests", "appeals", "decisions", "audit"] {
        assert!(all[part].is_array(), "{part}");
    }
    let session = jsonwebtoken::decode_header(&ada.token).unwrap().kid.unwrap();
    for secret in ["argon2", PASSWORD, SECRET, &ada.token, &session] {
        assert!(!answer.text().contains(secret), "{secret}");
    }
    assert!(!answer.text().contains("\"bo\""), "another's");
    provider.stop().await;
    site.stop().await;
}

#[actix_web::test]
async fn who_goes_takes_name_and_accounts_along_and_leaves_the_results_under_the_code() {
    let (provider, site) = world().await;
    let ada = site
        .signed(
            "ada",
            Some(app::RoleName::Judge {
                competition: "spring".parse_slug(),
            }),
        )
        .await;
    let other = site.sign_in("ada").await;
    let code = site.see(&ada, "/api/v1/me").await.json()["code"]
        .as_str()
        .unwrap()
        .to_owned();
    let before = site.submissions();
    assert_eq!(site.delete(&ada, "/api/v1/me").await.status, 204);
    // Signed out everywhere, and the password opens nothing.
    for stale in [&ada, &other] {
        site.see(stale, "/api/v1/me").await.is_problem(401);
    }
    let credentials = json!({"login": "ada", "password": PASSWORD});
    let request = site
        .http
        .post(format!("{}/api/v1/session", site.url))
        .json(&credentials);
    site.answer(request).await.is_problem(401);
    assert_eq!(site.database.count("roles"), 0);
    // Results stay, under the code and without the name.
    assert_eq!(site.submissions(), before);
    let people = until("the name is gone", || async {
        let people = site.json("/api/v1/competitions/spring/people").await;
        Some(people.clone()).filter(|people| !people.to_string().contains("\"Ada\""))
    })
    .await;
    let row = people["rows"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["person"]["code"] == code.as_str());
    let row = row.unwrap_or_else(|| panic!("no {code}: {people}"));
    assert_eq!((&row["points"], &row["fixes"]), (&json!(2), &json!(2)));
    assert_eq!(of_team(&site.board().await, "shanghai", "points"), 2);
    let page = site.get("/competitions/spring/people/ada").await.text();
    assert!(!page.contains(">Ada<") && page.contains(&code), "{page}");
    // No account bears a login any more, and nobody is in a team any more.
    let accounts = site.database.texts(
        "SELECT a.forge || a.login AS text FROM accounts a JOIN people p ON p.id = a.person_id WHERE p.slug = 'ada'",
    );
    assert!(accounts.iter().all(|account| account.contains('#')), "{accounts:?}");
    assert_eq!(
        site.database
            .count("memberships m JOIN people p ON p.id = m.person_id WHERE p.slug = 'ada' AND m.left_at IS NULL"),
        0
    );
    let names = "people WHERE name = 'Ada'";
    assert_eq!(
        (
            site.database.count(names),
            site.database.count("logins WHERE login = 'ada'")
        ),
        (0, 0)
    );
    // What folds everything anew agrees, the chain holds, and a folder brings nobody back.
    let rebuilt = app::rebuild(site.app(), &"spring".parse_slug(), app::now())
        .await
        .unwrap();
    assert!(rebuilt.differed == 0 && rebuilt.proof.holds(), "{:?}", rebuilt.named);
    assert!(
        app::prove_ledger(site.app(), &"spring".parse_slug())
            .await
            .unwrap()
            .holds()
    );
    let mut folder = Folder::new();
    folder.rules.push_str("no_signal = \"fail\"\n");
    folder.teams[1] = "tsinghua,university,CN-BJ,Tsinghua,清华,".into();
    site.seed(folder.on_disk().path()).await;
    assert_eq!(site.database.count(names), 0);
    assert_eq!(site.submissions(), before);
    // Only the same account brings them back, to the same code.
    provider.user(1001, "lovelace");
    let mut browser = Browser::new(&site);
    assert_eq!(browser.through("/auth/github/start").await.status, 303);
    let own = browser.get("/api/v1/me").await.json();
    assert_eq!(
        (&own["person"]["slug"], &own["person"]["name"], &own["total"]),
        (&json!("ada"), &json!("lovelace"), &json!(6))
    );
    assert_eq!(own["code"], code.as_str());
    provider.stop().await;
    site.stop().await;
}

#[actix_web::test]
async fn a_login_that_pulls_tell_whose_they_are_by_stays_for_them_alone() {
    let mut folder = Folder::new();
    let mut without_id = Fix::new("github", 1, "ada");
    without_id.author_id = None;
    folder.pulls = vec![without_id.line()];
    let site = Site::of(&folder).await;
    let ada = site.signed("ada", None).await;
    let before = site.submissions();
    assert_eq!(site.delete(&ada, "/api/v1/me").await.status, 204);
    app::rebuild(site.app(), &"spring".parse_slug(), app::now())
        .await
        .unwrap();
    assert_eq!(site.submissions(), before);
    // Gitee's, GitLab's and GitCode's have no such pull.
    let accounts = site.database.texts(
        "SELECT a.forge || ' ' || a.login AS text FROM accounts a JOIN people p ON p.id = a.person_id \
         WHERE p.slug = 'ada' ORDER BY 1",
    );
    assert_eq!(accounts, ["github ada", "gitlab #1001"]);
    site.stop().await;
}

#[actix_web::test]
async fn the_last_admin_stays() {
    let site = Site::of(&Folder::new()).await;
    let host = site.admin().await;
    site.delete(&host, "/api/v1/me").await.is_problem(409);
    let page = site.submit(&host, "/me/delete", &[]).await;
    assert!(
        page.status == 409 && page.text().contains("only admin"),
        "{}",
        page.text()
    );
    site.signed("second", Some(app::RoleName::Admin)).await;
    let gone = site.submit(&host, "/me/delete", &[]).await;
    assert_eq!((gone.status, gone.header("location")), (303, "/"));
    assert!(gone.header("set-cookie").contains("Max-Age=0"));
    site.see(&host, "/api/v1/session").await.is_problem(401);
    // The audit log knows that it was done, and not by what name.
    let deeds = site
        .database
        .texts("SELECT act || ' ' || subject AS text FROM audit WHERE act = 'login.delete'");
    assert_eq!(deeds.len(), 1);
    assert!(!deeds[0].contains("host"), "{deeds:?}");
    site.stop().await;
}

#[actix_web::test]
async fn s11_a_freeze_hides_ones_own_results_too() {
    let mut folder = Folder::new();
    folder.freeze_at = Some(ago(5));
    folder.pulls = vec![
        Fix::new("github", 1, "ada").merged(ago(8)).line(),
        Fix::new("github", 2, "ada").merged(ago(1)).line(),
    ];
    let site = Site::of(&folder).await;
    let ada = site.signed("ada", None).await;
    let own = site.see(&ada, "/api/v1/me").await.json();
    let held = &own["submissions"][0];
    assert_eq!(
        (
            &held["pull"]["number"],
            &held["status"],
            &held["points"],
            &held["checks"]
        ),
        (&json!(2), &json!("waiting"), &json!(0), &json!([]))
    );
    for (status, numbers) in [("accepted", vec![1]), ("waiting", vec![2])] {
        let own = site.see(&ada, &format!("/api/v1/me?status={status}")).await.json();
        let listed = own["submissions"].as_array().unwrap().iter();
        let listed: Vec<i64> = listed.map(|one| one["pull"]["number"].as_i64().unwrap()).collect();
        assert_eq!(listed, numbers, "{status}");
    }
    assert_eq!(
        (&own["teams"][0]["points"], &own["level"]["fixes"]),
        (&json!(1), &json!(1))
    );
    let kept = site.see(&ada, "/api/v1/me/export").await.json();
    assert_eq!(kept["submissions"][0]["status"], "waiting");
    let page = site.page(&ada, "/me").await.text();
    assert!(page.contains("Held until the reveal"), "{page}");
    site.stop().await;
}
