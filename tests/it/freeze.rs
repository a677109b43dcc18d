//! S11: what happened after the freeze is hidden in every public form, and so is that it happened.

use crate::support::*;
use serde_json::Value;

/// Frozen two hours ago: Tsinghua leads, whatever Shanghai has merged since.
fn folder() -> Folder {
    let mut folder = Folder::new();
    folder.freeze_at = Some(ago(2));
    folder.pulls = vec![
        Fix::new("github", 1, "bo").merged(ago(5)).line(),
        Fix::new("github", 2, "bo").merged(ago(4)).line(),
        Fix::new("github", 3, "ada").merged(ago(3)).line(),
    ];
    folder
}

const FORMS: [(&str, &str); 18] = [
    ("/api/v1/competitions/spring/leaderboard", "application/json"),
    ("/api/v1/competitions/spring/leaderboard", "text/csv"),
    ("/api/v1/competitions/spring/leaderboard?kind=city", "application/json"),
    ("/api/v1/competitions/spring/people", "application/json"),
    ("/api/v1/competitions/spring/people", "text/csv"),
    ("/api/v1/competitions/spring/history", "application/json"),
    ("/api/v1/competitions/spring/ledger", "application/json"),
    ("/api/v1/competitions/spring", "application/json"),
    ("/api/v1/competitions", "application/json"),
    ("/competitions/spring", "text/html"),
    ("/competitions/spring/people", "text/html"),
    ("/competitions/spring/teams/shanghai", "text/html"),
    ("/competitions/spring/people/ada", "text/html"),
    ("/submissions/{hidden}", "text/html"),
    ("/api/v1/submissions/{hidden}", "application/json"),
    ("/api/v1/competitions/spring/submissions", "application/json"),
    (
        "/api/v1/competitions/spring/submissions?status=accepted",
        "application/json",
    ),
    (
        "/api/v1/competitions/spring/explain?url=https://github.com/clayworks/github/pull/10",
        "application/json",
    ),
];

async fn forms(site: &Site) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let countdown = regex::Regex::new(r"(?s)<time.*?</time>|role=.timer.*?</p>").unwrap();
    let of_hidden =
        "SELECT CAST(s.id AS TEXT) AS text FROM submissions s JOIN pulls p ON p.id = s.pull_id WHERE p.number = 10";
    let hidden = site.database.texts(of_hidden).remove(0);
    for (path, accept) in FORMS {
        let path = path.replace("{hidden}", &hidden);
        let answer = site.get_with(&path, &[("accept", accept)]).await;
        assert_eq!(answer.status, 200, "{path}");
        let mut text = answer.text();
        if accept == "text/html" {
            // A page says how long it is to the close; nothing else of it may move.
            text = countdown.replace_all(&text, "").into_owned();
            assert!(text.contains("hanghai"), "{text}");
        }
        let etag = if accept == "text/html" {
            ""
        } else {
            answer.header("etag")
        };
        all.push((format!("{path} {accept}"), format!("{etag} {text}")));
    }
    all
}

#[actix_web::test]
async fn s11_points_of_after_the_freeze_are_in_no_public_form() {
    let mut folder = folder();
    for number in 10..15 {
        let mut hidden = Fix::new("github", number, "ada").merged(ago(1));
        hidden.title = format!("Fix hidden crack {number}");
        folder.pulls.push(hidden.line());
    }
    let site = Site::of(&folder).await;
    let board = site.board().await;
    assert_eq!(
        (board["phase"].as_str(), &board["frozen_at"]),
        (Some("frozen"), &Value::from(moment(ago(2))))
    );
    let of = |team, field| of_team(&board, team, field);
    assert_eq!(
        (of("tsinghua", "points"), of("shanghai", "points")),
        (2.into(), 1.into())
    );
    assert_eq!(
        (of("shanghai", "fixes"), of("shanghai", "pending")),
        (1.into(), 5.into())
    );
    assert_eq!(of("shanghai", "reached_at"), moment(ago(3)));
    for path in ["history", "leaderboard?at=2999-01-01T00:00:00Z", "people"] {
        let text = site.get(&format!("/api/v1/competitions/spring/{path}")).await.text();
        assert!(
            !text.contains(&moment(ago(1))) || path.contains("at="),
            "{path}: {text}"
        );
    }
    let later = site
        .json("/api/v1/competitions/spring/leaderboard?at=2999-01-01T00:00:00Z")
        .await;
    assert_eq!(of_team(&later, "shanghai", "points"), 1);
    let people = site.json("/api/v1/competitions/spring/people").await;
    let ada = people["rows"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["person"]["slug"] == "ada")
        .unwrap();
    assert_eq!((&ada["points"], &ada["pending"]), (&1.into(), &5.into()));
    let history = site.json("/api/v1/competitions/spring/history").await;
    for team in history["teams"].as_array().unwrap() {
        for point in team["points"].as_array().unwrap() {
            assert!(point[0].as_str().unwrap() < moment(ago(2)).as_str(), "{team}");
        }
    }
    let page = site.get("/competitions/spring").await.text();
    assert!(
        page.contains("Fix crack 3") && !page.contains("hidden crack"),
        "the feed of the page"
    );
    for line in site.get("/api/v1/competitions/spring/ledger").await.text().lines() {
        let entry: Value = serde_json::from_str(line).unwrap();
        let shows = entry["at"].as_str().is_none_or(|at| at < moment(ago(2)).as_str());
        assert!(shows, "{entry}");
        if entry["hidden"] == true {
            assert_eq!(entry.as_object().unwrap().len(), 3, "{entry}");
        }
    }
    let mut stream = site.stream("/api/v1/competitions/spring/live", None).await;
    assert_eq!(stream.next().await.unwrap().data, board);
    site.stop().await;
}

#[actix_web::test]
async fn s11_a_decision_on_what_is_hidden_moves_nothing_that_anybody_can_see() {
    let mut folder = folder();
    let hidden = Fix::new("github", 10, "ada").merged(ago(1));
    folder.pulls.push(hidden.line());
    let site = Site::of(&folder).await;
    let before = forms(&site).await;
    let mut stream = site.stream("/api/v1/competitions/spring/live", None).await;
    assert_eq!(stream.next().await.unwrap().name, "snapshot");
    // The label goes, so the points go; a waiting line stays a pending one.
    let mut unlabelled = hidden.clone();
    unlabelled.labels.clear();
    unlabelled.updated_at = ago(0);
    site.deliver(&hook(&unlabelled)).await;
    site.settled().await;
    assert!(
        site.submissions()
            .contains(&"github:clayworks/github!10 review 0".to_owned())
    );
    // It shows to judges, and to nobody else.
    let live = bugathlon(
        &site.database.url,
        &["standings", "spring", "--live", "--format", "json"],
    )
    .await
    .json();
    assert_eq!(of_team(&live, "shanghai", "points"), 1);
    let until = std::time::Instant::now() + std::time::Duration::from_millis(1_200);
    assert_eq!(
        stream.before(until).await,
        None,
        "the stream told that something happened"
    );
    for ((form, was), (_, is)) in before.iter().zip(&forms(&site).await) {
        let same = was.chars().zip(is.chars()).take_while(|(a, b)| a == b).count();
        let around = |text: &str| text.chars().skip(same.saturating_sub(80)).take(200).collect::<String>();
        assert!(was == is, "{form}:\n{}\n{}", around(was), around(is));
    }
    site.stop().await;
}

#[actix_web::test]
async fn s11_a_merge_after_the_freeze_shows_as_pending_and_live_shows_all() {
    let site = Site::of(&folder()).await;
    let before = site.board().await;
    site.deliver(&hook(&Fix::new("github", 20, "cy").merged(ago(1)))).await;
    let after = site
        .board_where("the pending one", |board| of_team(board, "clay", "pending") == 1)
        .await;
    assert_eq!(of_team(&after, "clay", "points"), 0);
    assert_eq!(of_team(&after, "clay", "fixes"), 0);
    for team in ["shanghai", "tsinghua"] {
        for field in ["rank", "points", "fixes", "pending", "reached_at"] {
            assert_eq!(of_team(&before, team, field), of_team(&after, team, field));
        }
    }
    let url = &site.database.url;
    let live = bugathlon(url, &["standings", "spring", "--live", "--format", "json"])
        .await
        .json();
    assert_eq!(of_team(&live, "clay", "points"), 1);
    assert!(live["frozen_at"].is_null());
    let public = bugathlon(url, &["standings", "spring", "--format", "json"])
        .await
        .json();
    assert_eq!(public["rows"], after["rows"]);
    site.stop().await;
}

#[actix_web::test]
async fn s11_a_freeze_that_begins_while_people_watch_tells_them_and_hides() {
    let mut folder = folder();
    folder.freeze_at = Some(chrono::Utc::now() + chrono::TimeDelta::seconds(8));
    let site = Site::of(&folder).await;
    let mut stream = site.stream("/api/v1/competitions/spring/live", None).await;
    assert_eq!(stream.next().await.unwrap().data["phase"], "open");
    let told = stream.next().await.unwrap();
    assert_eq!(
        (told.name.as_str(), told.data["phase"].as_str()),
        ("snapshot", Some("frozen"))
    );
    assert_eq!(told.data, site.board().await);
    site.stop().await;
}
