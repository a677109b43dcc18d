//! The same delivery, the same pull, the same person: once.

use crate::support::*;

#[actix_web::test]
async fn h7_one_delivery_fifty_times_at_once_is_one_row_and_one_effect() {
    let site = Site::of(&Folder::new()).await;
    let hook = github(&Fix::new("github", 1, "ada"), SECRET);
    let answers = futures_util::future::join_all((0..50).map(|_| site.send(&hook))).await;
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(
        statuses.iter().filter(|status| **status == 202).count(),
        1,
        "{statuses:?}"
    );
    assert_eq!(
        statuses.iter().filter(|status| **status == 200).count(),
        49,
        "{statuses:?}"
    );
    let board = site
        .board_where("the fix", |board| of_team(board, "shanghai", "points") == 1)
        .await;
    assert_eq!(of_team(&board, "shanghai", "fixes"), 1);
    assert_eq!(site.send(&hook).await.status, 200);
    assert_eq!(site.settled().await, ["done "]);
    assert_eq!(site.database.count("ledger"), 1);
    site.stop().await;
}

#[actix_web::test]
async fn h7_a_redelivery_is_known_on_every_forge() {
    let site = Site::of(&Folder::new()).await;
    for forge in ["github", "gitee", "gitlab", "gitcode"] {
        let hook = hook(&Fix::new(forge, 1, "ada"));
        site.deliver(&hook).await;
        let again = site.send(&hook).await;
        assert_eq!(
            (again.status, again.json()["status"].as_str()),
            (200, Some("known")),
            "{forge}"
        );
    }
    assert_eq!(site.settled().await.len(), 4);
    site.stop().await;
}

#[actix_web::test]
async fn h8_one_pull_by_hook_import_and_seed_is_one_submission() {
    let site = Site::of(&Folder::new()).await;
    let fix = Fix::new("github", 5, "ada");
    site.deliver(&hook(&fix)).await;
    site.board_where("the hook's fix", |board| of_team(board, "shanghai", "points") == 1)
        .await;
    let mut folder = Folder::new();
    folder.pulls = vec![fix.line()];
    let dir = folder.on_disk();
    let file = dir.path().join("pulls.ndjson");
    let url = &site.database.url;
    bugathlon(url, &["import", file.to_str().unwrap(), "--competition", "spring"])
        .await
        .fine();
    site.seed(dir.path()).await;
    // Under another path as well: the repository's number says that it is the same.
    let mut renamed = fix.clone();
    renamed.repository = "ClayWorks/GitHub".into();
    site.deliver(&hook(&renamed)).await;
    site.settled().await;
    assert_eq!(site.database.count("submissions"), 1);
    assert_eq!(site.database.count("pulls"), 1);
    assert_eq!(of_team(&site.board().await, "shanghai", "points"), 1);
    site.stop().await;
}

#[actix_web::test]
async fn h11_the_edges_of_the_window_on_both_clocks() {
    let folder = Folder::new();
    let site = Site::of(&folder).await;
    // Seconds are what these bodies have; the edges at 1 ms are the domain's own tests.
    let second = chrono::TimeDelta::seconds(1);
    let mut early = Fix::new("github", 1, "ada");
    early.created_at = folder.opens_at - second;
    let mut first = Fix::new("github", 2, "ada");
    first.created_at = folder.opens_at;
    let mut past = Fix::new("github", 3, "bo");
    past.created_at = folder.opens_at - second;
    let past = past.merged(folder.opens_at - second);
    let mut edge = Fix::new("github", 4, "cy");
    edge.created_at = folder.opens_at;
    let edge = edge.merged(folder.opens_at);
    for fix in [early, first, past, edge] {
        site.deliver(&hook(&fix)).await;
    }
    site.settled().await;
    assert_eq!(
        site.submissions(),
        [
            "github:clayworks/github!1 rejected 0",
            "github:clayworks/github!2 accepted 1",
            "github:clayworks/github!3 rejected 0",
            "github:clayworks/github!4 accepted 1"
        ]
    );
    site.stop().await;
}

#[actix_web::test]
async fn h12_a_login_that_somebody_else_claimed_earns_nothing() {
    let site = Site::of(&Folder::new()).await;
    let first = Fix::new("github", 1, "ada");
    let mut claimed = Fix::new("github", 2, "ada");
    claimed.author_id = Some(666);
    claimed.created_at = ago(10);
    let mut renamed = Fix::new("github", 3, "ada-lovelace");
    renamed.author_id = first.author_id;
    renamed.created_at = ago(5);
    for fix in [&first, &claimed, &renamed] {
        site.deliver(&hook(fix)).await;
    }
    site.settled().await;
    assert_eq!(
        site.submissions(),
        [
            "github:clayworks/github!1 accepted 1",
            "github:clayworks/github!2 rejected 0",
            "github:clayworks/github!3 accepted 1"
        ]
    );
    site.stop().await;
}
