//! What is no pull, no JSON, no source, or too much.

use crate::support::*;
use serde_json::json;

fn github_event(event: &str, body: &serde_json::Value) -> Hook {
    let body = body.to_string().into_bytes();
    let hook = github(&Fix::new("github", 1, "ada"), SECRET)
        .with("X-GitHub-Event", event)
        .with("X-Hub-Signature-256", sha256(SECRET, &body));
    Hook { body, ..hook }
}

#[actix_web::test]
async fn an_event_that_means_nothing_here_is_200_and_kept_as_ignored() {
    let site = Site::of(&Folder::new()).await;
    for hook in [
        github_event("ping", &json!({"zen": "Design for failure.", "hook_id": 1})),
        github_event("push", &json!({"ref": "refs/heads/main"})),
        gitlab(&Fix::new("gitlab", 1, "ada"), SECRET).with("X-Gitlab-Event", "Push Hook"),
        gitee_with_password(&Fix::new("gitee", 1, "ada"), SECRET).with("X-Gitee-Event", "Note Hook"),
    ] {
        let answer = site.send(&hook).await;
        assert_eq!(
            (answer.status, answer.json()["status"].as_str()),
            (200, Some("ignored"))
        );
    }
    let settled = site.settled().await;
    assert_eq!(settled.len(), 4);
    for line in settled {
        assert!(line.starts_with("ignored ") && line.len() > "ignored ".len(), "{line}");
    }
    assert_eq!(site.database.count("pulls"), 0);
    site.stop().await;
}

fn signed(event: &str, body: Vec<u8>) -> Hook {
    let hook = github(&Fix::new("github", 1, "ada"), SECRET)
        .with("X-GitHub-Event", event)
        .with("X-Hub-Signature-256", sha256(SECRET, &body));
    Hook { body, ..hook }
}

/// GitHub's default content type.
fn form(json: &[u8]) -> Vec<u8> {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("payload", &String::from_utf8_lossy(json));
    form.finish().into_bytes()
}

#[actix_web::test]
async fn a_form_counts_as_the_json_in_it_and_so_does_an_address_with_a_slash_at_its_end() {
    let site = Site::of(&Folder::new()).await;
    let of = |number| github(&Fix::new("github", number, "ada"), SECRET);
    site.deliver(&signed("pull_request", form(&of(1).body))).await;
    let mut slash = of(2);
    slash.path.push('/');
    site.deliver(&slash).await;
    site.board_where("both count", |board| of_team(board, "shanghai", "points") == 2)
        .await;
    let mut altered = signed("pull_request", form(&of(3).body));
    altered.body.push(b' ');
    assert_eq!(site.send(&altered).await.status, 401);
    site.stop().await;
}

#[actix_web::test]
async fn a_ping_fails_where_the_events_after_it_would() {
    let site = Site::of(&Folder::new()).await;
    let zen = br#"{"zen":"Design for failure.","hook_id":1}"#;
    for (ping, status) in [
        (signed("ping", zen.to_vec()), 200),
        (signed("ping", form(zen)), 200),
        (
            signed("ping", zen.to_vec()).with("X-Hub-Signature-256", sha256("other", zen)),
            401,
        ),
        (signed("ping", zen.to_vec()).without("X-Hub-Signature-256"), 401),
        (signed("ping", b"zen=1".to_vec()), 202),
    ] {
        assert_eq!(site.send(&ping).await.status, status);
    }
    let settled = site.settled().await;
    assert!(settled[0].starts_with("ignored") && settled[1].starts_with("ignored"));
    assert!(settled[2].starts_with("failed"), "{settled:?}");
    site.stop().await;
}

#[actix_web::test]
async fn a_system_hook_of_a_merge_request_counts_and_any_other_is_ignored() {
    let site = Site::of(&Folder::new()).await;
    let system = |hook: Hook| hook.with("X-Gitlab-Event", "System Hook");
    site.deliver(&system(gitlab_signed(&Fix::new("gitlab", 1, "ada"), SECRET)))
        .await;
    let other = system(gitlab(&Fix::new("gitlab", 2, "ada"), SECRET));
    let other = Hook {
        body: br#"{"event_name":"project_create","path_with_namespace":"clayworks/gitlab"}"#.to_vec(),
        ..other
    };
    let answer = site.send(&other).await;
    assert_eq!(
        (answer.status, answer.json()["status"].as_str()),
        (200, Some("ignored"))
    );
    site.board_where("the merge request counts", |board| {
        of_team(board, "shanghai", "points") == 1
    })
    .await;
    site.stop().await;
}

#[actix_web::test]
async fn a_delivery_that_could_not_be_read_is_named_where_somebody_asks_about_the_pull() {
    let site = Site::of(&Folder::new()).await;
    let whole = github(&Fix::new("github", 77, "ada"), SECRET).body;
    let cut = whole[..whole.len() - 2].to_vec();
    site.deliver(&signed("pull_request", cut)).await;
    assert!(site.settled().await[0].starts_with("failed"));
    let ask = |number: u64| format!("/api/v1/competitions/spring/explain?url=clayworks/github%23{number}");
    let told = site.get(&ask(77)).await;
    told.is_problem(404);
    assert!(told.text().contains("could not be read"), "{}", told.text());
    assert!(!site.get(&ask(7)).await.text().contains("could not be read"));
    for (lang, words) in [("en", "could not be read"), ("zh", "无法读取")] {
        let page = site
            .get(&format!(
                "/competitions/spring/why?lang={lang}&url=clayworks/github%2377"
            ))
            .await;
        assert!(page.text().contains(words), "{lang}");
    }
    site.stop().await;
}

#[actix_web::test]
async fn what_is_not_as_the_event_promises_is_202_and_kept_as_failed_with_the_reason() {
    let site = Site::of(&Folder::new()).await;
    let whole = github(&Fix::new("github", 1, "ada"), SECRET).body;
    let half = String::from_utf8_lossy(&whole[..whole.len() / 2]).into_owned();
    let good: serde_json::Value = serde_json::from_slice(&whole).unwrap();
    let mut without_title = good.clone();
    without_title["pull_request"]["title"] = json!(null);
    let mut odd_number = good.clone();
    odd_number["number"] = json!("one");
    let bodies = [
        b"not json at all".to_vec(),
        half.into_bytes(),
        b"{}".to_vec(),
        b"[]".to_vec(),
        b"\xff\xfe\x00".to_vec(),
        without_title.to_string().into_bytes(),
        odd_number.to_string().into_bytes(),
        Vec::new(),
    ];
    for body in &bodies {
        let hook = github(&Fix::new("github", 1, "ada"), SECRET).with("X-Hub-Signature-256", sha256(SECRET, body));
        let body = body.clone();
        site.deliver(&Hook { body, ..hook }).await;
    }
    // Those behind them are not held up.
    site.deliver(&hook(&Fix::new("github", 9, "ada"))).await;
    let settled = site.settled().await;
    assert_eq!(settled.len(), bodies.len() + 1);
    for line in &settled[..bodies.len()] {
        assert!(line.starts_with("failed ") && line.len() > "failed ".len(), "{line}");
    }
    assert_eq!(site.submissions(), ["github:clayworks/github!9 accepted 1"]);
    site.stop().await;
}

#[actix_web::test]
async fn an_unknown_source_is_404_and_a_wrong_method_405() {
    let site = Site::of(&Folder::new()).await;
    for path in [
        "/hooks/github/other",
        "/hooks/gitlub/kiln",
        "/hooks/github/..%2Fkiln",
        "/hooks/github/",
    ] {
        let mut hook = github(&Fix::new("github", 1, "ada"), SECRET);
        hook.path = path.into();
        site.send(&hook).await.is_problem(404);
    }
    site.get("/hooks/github/kiln").await.is_problem(405);
    site.stop().await;
}

#[actix_web::test]
async fn a_source_that_was_seeded_a_moment_ago_is_known() {
    let site = Site::start().await;
    let hook = hook(&Fix::new("github", 1, "ada"));
    site.send(&hook).await.is_problem(404);
    let dir = Folder::new().on_disk();
    bugathlon(&site.database.url, &["seed", dir.path().to_str().unwrap()])
        .await
        .fine();
    site.deliver(&hook).await;
    site.board_where("the fix", |board| of_team(board, "shanghai", "points") == 1)
        .await;
    site.stop().await;
}

#[actix_web::test]
async fn a_body_over_25_mib_is_413_and_one_of_25_mib_is_kept() {
    let site = Site::of(&Folder::new()).await;
    let limit = 25 * 1024 * 1024;
    let padded = |length: usize| {
        let mut hook = github(&Fix::new("github", 1, "ada"), SECRET);
        hook.body.resize(length, b' ');
        let sign = sha256(SECRET, &hook.body);
        hook.with("X-Hub-Signature-256", sign)
    };
    site.deliver(&padded(limit)).await;
    site.send(&padded(limit + 1)).await.is_problem(413);
    assert_eq!(site.settled().await, ["done "]);
    assert_eq!(site.submissions(), ["github:clayworks/github!1 accepted 1"]);
    site.stop().await;
}
