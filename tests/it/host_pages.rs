//! The host's console as pages: forms as a browser without script sends them.

use crate::support::*;
use serde_json::json;

const HOST: &str = "/competitions/spring/host";

fn folder() -> Folder {
    let mut folder = Folder::new();
    folder.pulls = (1..=4)
        .map(|number| Fix::new("github", number, if number < 3 { "ada" } else { "bo" }).line())
        .collect();
    folder
}

/// The value of a hidden field, or of an input.
fn value(page: &str, name: &str) -> String {
    let tag = page
        .split('<')
        .find(|tag| tag.starts_with("input") && tag.contains(&format!("name=\"{name}\"")))
        .unwrap_or_else(|| panic!("no {name}: {page}"));
    let value = tag.split("value=\"").nth(1).unwrap().split('"').next().unwrap();
    value
        .replace("&quot;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

const NEW: [(&str, &str); 12] = [
    ("as", "form"),
    ("slug", "kiln-days"),
    ("name_en", "Kiln <b>Days</b>"),
    ("name_zh", "窑日"),
    ("time_zone", "Asia/Shangai"),
    ("review", "exceptions"),
    ("opens_at", "2026-10-01T00:00"),
    ("closes_at", "2026-11-01T00:00"),
    ("repositories", "github:clayworks/github\r\n"),
    ("sources", "github:oven"),
    ("base", "3"),
    ("labels", "priority/critical = 5"),
];

#[actix_web::test]
async fn a_competition_is_created_in_the_browser_and_a_refused_form_keeps_what_was_typed() {
    let site = Site::of(&folder()).await;
    let host = site.admin().await;
    let page = site.page(&host, "/host/competitions/new").await;
    assert_eq!(page.status, 200);
    let refused = site.submit(&host, "/host/competitions/new", &NEW).await;
    assert_eq!(refused.status, 422);
    let text = refused.text();
    for kept in [
        "value=\"Asia/Shangai\"",
        "value=\"Kiln &lt;b&gt;Days&lt;/b&gt;\"",
        "github:clayworks/github",
        "priority/critical = 5",
    ] {
        assert!(text.contains(kept), "{kept}: {text}");
    }
    // By line and key, and beside the field.
    assert!(
        text.contains("Line 7") && text.contains("<code><bdi>time_zone</bdi></code>"),
        "{text}"
    );
    assert!(
        text.contains("href=\"#f-time_zone\"") && text.contains("class=\"error\""),
        "{text}"
    );
    assert_eq!(site.database.count("competitions"), 1);

    let mut good = NEW;
    good[4].1 = "Asia/Shanghai";
    let made = site.submit(&host, "/host/competitions/new", &good).await;
    assert_eq!(
        (made.status, made.header("location")),
        (303, "/competitions/kiln-days/host?done=1")
    );
    let toml = site
        .see(&host, "/api/v1/competitions/kiln-days/definition")
        .await
        .text();
    for line in [
        "base = 3",
        "closes_at = \"2026-11-01T00:00:00+08:00\"",
        "labels = { \"priority/critical\" = 5 }",
        "# A person's fixes a day",
    ] {
        assert!(toml.contains(line), "{line}: {toml}");
    }
    let overview = site.page(&host, "/competitions/kiln-days/host").await;
    assert!(
        overview.text().contains("<bdi>Kiln &lt;b&gt;Days&lt;/b&gt;</bdi>"),
        "{}",
        overview.text()
    );
    let again = site.submit(&host, "/host/competitions/new", &good).await;
    assert_eq!(again.status, 409);
    assert!(again.text().contains("kiln-days is taken"), "{}", again.text());
    site.stop().await;
}

#[actix_web::test]
async fn an_edit_is_tried_then_applied_with_a_reason_and_nobody_overwrites_another() {
    let site = Site::of(&folder()).await;
    let host = site.admin().await;
    let page = site.page(&host, &format!("{HOST}/definition")).await.text();
    let mark = value(&page, "made_from");
    assert_eq!(value(&page, "base"), "1");
    let form = [("as", "form"), ("made_from", mark.as_str()), ("base", "6")];
    let tried = site.submit(&host, &format!("{HOST}/dry-run"), &form).await;
    assert_eq!(tried.status, 200);
    let tried = tried.text();
    assert!(
        tried.contains("scoring.base") && tried.contains("Shanghai MSG"),
        "{tried}"
    );
    assert_eq!(site.database.count("audit WHERE act = 'definition.put'"), 0);
    let text = value(&tried, "text");
    assert!(text.contains("base = 6") && !text.contains(SECRET), "{text}");

    let apply = format!("{HOST}/definition");
    let fields = |reason: &'static str| {
        [
            ("as", "file"),
            ("made_from", mark.as_str()),
            ("text", text.as_str()),
            ("reason", reason),
        ]
    };
    let short = site.submit(&host, &apply, &fields("x")).await;
    assert_eq!(short.status, 422);
    assert!(
        short.text().contains("give 3 to 2000 characters; these are 1"),
        "{}",
        short.text()
    );
    assert_eq!(value(&short.text(), "text"), text);
    let done = site.submit(&host, &apply, &fields("worth more")).await;
    assert_eq!(
        (done.status, done.header("location")),
        (303, format!("{HOST}?done=1").as_str())
    );
    let board = site
        .board_where("six a fix", |board| of_team(board, "shanghai", "points") == 12)
        .await;
    assert_eq!(of_team(&board, "tsinghua", "points"), 12);

    // Made from what no longer stands there.
    let late = site.submit(&host, &apply, &fields("worth more still")).await;
    assert_eq!(late.status, 409);
    assert!(
        late.text().contains("somebody else has changed the definition"),
        "{}",
        late.text()
    );
    let again = site
        .submit(&host, &apply, &[("as", "file"), ("text", &text), ("edit", "again")])
        .await;
    assert!(
        again.status == 200 && again.text().contains("<textarea id=\"f-text\""),
        "{}",
        again.text()
    );
    let broken = site
        .submit(
            &host,
            &format!("{HOST}/dry-run"),
            &[("as", "file"), ("text", "slug = [")],
        )
        .await;
    assert_eq!(broken.status, 422);
    assert!(broken.text().contains("slug = ["), "{}", broken.text());
    site.stop().await;
}

#[actix_web::test]
async fn the_overview_reveals_finalizes_and_reopens_and_says_what_still_waits() {
    let mut folder = folder();
    folder.closes_at = ago(1);
    folder.freeze_at = Some(ago(3));
    let mut asks = Fix::new("github", 9, "ada").merged(ago(2));
    asks.labels.clear();
    folder.pulls.push(asks.line());
    let site = Site::of(&folder).await;
    let host = site.admin().await;
    let page = site.page(&host, HOST).await.text();
    assert!(
        page.contains("/host/reveal") && page.contains("/host/finalize") && !page.contains("/host/reopen"),
        "{page}"
    );
    assert!(page.contains("Judges decide: 1"), "{page}");
    let location = format!("{HOST}?done=1");
    let done = site
        .submit(&host, &format!("{HOST}/reveal"), &[("reveal_reason", "")])
        .await;
    assert_eq!((done.status, done.header("location")), (303, location.as_str()));
    let twice = site.submit(&host, &format!("{HOST}/reveal"), &[]).await;
    assert!(
        twice.status == 409 && twice.text().contains("revealed already"),
        "{}",
        twice.text()
    );
    let done = site
        .submit(
            &host,
            &format!("{HOST}/finalize"),
            &[("finalize_reason", "all is said")],
        )
        .await;
    assert_eq!(done.status, 303);
    site.board_where("final", |board| board["phase"] == "final").await;
    let result = site
        .get_with("/competitions/spring/result", &[("accept", "text/html")])
        .await;
    assert_eq!(result.status, 200);
    let hash = site.json("/api/v1/competitions/spring/result").await["sha256"].clone();
    assert!(result.text().contains(hash.as_str().unwrap()));
    let board = site.get("/competitions/spring").await.text();
    assert!(board.contains("href=\"/competitions/spring/result\""));
    let silent = site
        .submit(&host, &format!("{HOST}/reopen"), &[("reopen_reason", "no")])
        .await;
    assert_eq!(silent.status, 422);
    assert!(
        silent.text().contains("f-reopen_reason-error") && silent.text().contains(">no</textarea>"),
        "{}",
        silent.text()
    );
    let done = site
        .submit(
            &host,
            &format!("{HOST}/reopen"),
            &[("reopen_reason", "one was forgotten")],
        )
        .await;
    assert_eq!(done.status, 303);
    site.board_where("open again", |board| board["phase"] == "review").await;
    assert_eq!(site.get("/competitions/spring/result").await.status, 404);
    site.stop().await;
}

#[actix_web::test]
async fn people_get_roles_and_lose_them_and_the_last_admin_stays() {
    let site = Site::of(&folder()).await;
    let host = site.admin().await;
    let add = |login: &'static str, password: &'static str| [("login", login), ("password", password)];
    let short = site.submit(&host, "/host/people", &add("mei", "short")).await;
    assert_eq!(short.status, 422);
    assert!(
        short.text().contains("value=\"mei\"") && !short.text().contains("short\""),
        "{}",
        short.text()
    );
    let made = site.submit(&host, "/host/people", &add("mei", PASSWORD)).await;
    assert_eq!((made.status, made.header("location")), (303, "/host/people/mei?done=1"));
    assert_eq!(
        site.submit(&host, "/host/people", &add("MEI", PASSWORD)).await.status,
        409
    );
    let mei = site.sign_in("mei").await;
    site.see(&mei, "/api/v1/competitions/spring/audit")
        .await
        .is_problem(403);
    let role = |act: &'static str, role: &'static str, team: &'static str| {
        [("act", act), ("role", role), ("competition", "spring"), ("team", team)]
    };
    let roles = "/host/people/mei/roles";
    for (fields, status) in [
        (role("give", "judge", ""), 303),
        (role("give", "organizer", "shanghai"), 303),
        (role("give", "organizer", ""), 422),
        (role("give", "organizer", "nowhere"), 404),
        (role("give", "emperor", ""), 422),
    ] {
        let answer = site.submit(&host, roles, &fields).await;
        assert_eq!(answer.status, status, "{fields:?}: {}", answer.text());
    }
    assert_eq!(site.see(&mei, "/api/v1/competitions/spring/audit").await.status, 200);
    let list = site.page(&host, "/host/people?q=me").await.text();
    assert!(
        list.contains("/host/people/mei") && !list.contains("/host/people/host"),
        "{list}"
    );
    assert!(list.contains("judge · ") && list.contains("organizer · "), "{list}");
    assert_eq!(site.submit(&host, roles, &role("take", "judge", "")).await.status, 303);
    site.see(&mei, "/api/v1/competitions/spring/audit")
        .await
        .is_problem(403);

    for path in ["/host/people/host/roles", "/host/people/host/ban"] {
        let last = site
            .submit(
                &host,
                path,
                &[("act", "take"), ("role", "admin"), ("reason", "tired of it")],
            )
            .await;
        assert!(
            last.status == 409 && last.text().contains("only admin"),
            "{path}: {}",
            last.text()
        );
    }
    assert_eq!(
        site.submit(&host, "/host/people/mei/ban", &[("reason", "")])
            .await
            .status,
        422
    );
    assert_eq!(
        site.submit(&host, "/host/people/mei/ban", &[("reason", "spoke as another")])
            .await
            .status,
        303
    );
    site.see(&mei, "/api/v1/session").await.is_problem(401);
    let credentials = json!({"login": "mei", "password": PASSWORD});
    let signs_in = || site.post(&host, "/api/v1/session", credentials.clone());
    assert_ne!(signs_in().await.status, 200);
    assert_eq!(site.submit(&host, "/host/people/mei/unban", &[]).await.status, 303);
    assert_eq!(signs_in().await.status, 200);

    let log = site.page(&host, "/host/audit?who=host").await.text();
    for said in [
        "added a login",
        "gave a role",
        "took a role away",
        "closed a login",
        "opened a login again",
        "spoke as another",
    ] {
        assert!(log.contains(said), "{said}: {log}");
    }
    assert!(!log.contains(PASSWORD));
    site.stop().await;
}

#[actix_web::test]
async fn the_console_is_the_hosts_alone_and_the_log_a_judges_too() {
    let site = Site::of(&folder()).await;
    let (host, judge) = (site.admin().await, site.judge("jude", "spring").await);
    let organizer = site.organizer("org", "spring", "shanghai").await;
    let audit = format!("{HOST}/audit");
    let paths = [
        "/host",
        "/host/people",
        "/host/people/host",
        "/host/competitions/new",
        "/host/audit",
        HOST,
    ];
    for path in paths.into_iter().chain([audit.as_str()]) {
        let anonymous = site.get_with(path, &[("accept", "text/html")]).await;
        assert_eq!(anonymous.status, 303, "{path}");
        assert!(anonymous.header("location").starts_with("/sign-in?to="), "{path}");
        assert_eq!(site.page(&organizer, path).await.status, 403, "{path}");
        assert_eq!(
            site.page(&judge, path).await.status,
            if path == audit { 200 } else { 403 },
            "{path}"
        );
        let page = site.page(&host, path).await;
        assert_eq!((page.status, page.header("cache-control")), (200, "no-store"), "{path}");
        assert_eq!(page.text().matches("<h1").count(), 1, "{path}");
    }
    assert_eq!(site.page(&host, "/competitions/nowhere/host").await.status, 404);
    let from_judge = site.submit(&judge, &format!("{HOST}/finalize"), &[]).await;
    assert_eq!(from_judge.status, 403);
    site.stop().await;
}

#[actix_web::test]
async fn a_delivery_that_could_not_be_read_is_shown_to_the_host_with_why() {
    let site = Site::of(&folder()).await;
    let host = site.admin().await;
    let mut broken = hook(&Fix::new("github", 7, "ada"));
    broken.body = br#"{"action":"closed","pull_request":{"number":"<b>seven</b>"}}"#.to_vec();
    let sign = sha256(SECRET, &broken.body);
    let broken = broken.without("X-Hub-Signature-256").with("X-Hub-Signature-256", sign);
    assert_eq!(site.send(&broken).await.status, 202);
    let states = site.settled().await;
    let why = states[0]
        .strip_prefix("failed ")
        .unwrap_or_else(|| panic!("{states:?}"));
    let page = site.page(&host, &format!("{HOST}/sources")).await.text();
    let plain = page
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&");
    assert!(plain.contains(why), "{why}: {page}");
    assert!(!page.contains("<b>seven"), "{page}");
    let sources = site.see(&host, "/api/v1/competitions/spring/sources").await.json();
    assert_eq!(sources["failed"][0]["reason"], why);
    assert_eq!(sources["sources"][0]["failed"], 1);
    // Two a page, in another language.
    let zh = site.page(&host, &format!("{HOST}/sources?lang=zh")).await.text();
    assert!(zh.contains("失败的推送") && zh.contains("lang=\"zh-Hans\""));
    site.stop().await;
}
