//! The host: definitions, dry runs, reveal, finalize, reopen, secrets of sources, the audit log.

use crate::support::*;
use bugathlon::app;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const API: &str = "/api/v1/competitions/spring";

fn at(rest: &str) -> String {
    format!("{API}{rest}")
}

/// Sends a competition.toml.
async fn send(site: &Site, who: &Signed, method: Method, path: &str, toml: &str) -> Answer {
    let request = site.http.request(method, format!("{}{path}", site.url));
    site.answer(request.bearer_auth(&who.token).body(toml.to_owned())).await
}

async fn dry_run(site: &Site, who: &Signed, toml: &str) -> Value {
    let answer = send(site, who, Method::POST, &at("/dry-run"), toml).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

async fn put(site: &Site, who: &Signed, toml: &str) -> Value {
    let path = at("/definition?reason=the%20rules%20of%20the%20kiln");
    let answer = send(site, who, Method::PUT, &path, toml).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

/// Fixes of four people, with what rules can tell apart: labels, days, branches, forges.
fn folder() -> Folder {
    let mut folder = Folder::new();
    folder.scoring = "base = 1\nlabels = { \"priority/critical\" = 5 }\nfirst_fix_bonus = 2\ndaily_limit = 3\n".into();
    let mut number = 0;
    let mut fix = |forge: &'static str, author: &str, hours: i64, label: &str| {
        number += 1;
        let mut fix = Fix::new(forge, number, author).merged(ago(hours));
        fix.created_at = ago(hours + 5);
        fix.labels.push(label.to_owned());
        fix
    };
    let mut pulls = vec![
        fix("github", "ada", 30, "x"),
        fix("github", "ada", 29, "priority/critical"),
        fix("gitee", "bo", 28, "x"),
        fix("gitee", "bo", 27, "area/clay"),
        fix("gitlab", "cy", 26, "priority/critical"),
        fix("github", "cy", 25, "x"),
        fix("github", "di", 24, "area/clay"),
        fix("github", "nobody", 23, "x"),
    ];
    pulls[5].labels.retain(|label| label != "kind/bug");
    pulls[6].base_branch = "r1".into();
    pulls.extend((0..4).map(|at| fix("gitcode", "bo", 20 - at, "x")));
    folder.pulls = pulls.iter().map(Fix::line).collect();
    folder
}

/// A judge decides on the one that waits longest. What was decided goes through a dry run as it stands.
async fn decide(site: &Site, decision: Value) -> Answer {
    let judge = site.judge("jude", "spring").await;
    let queue = site.see(&judge, &at("/queue")).await.json();
    let first = &queue["submissions"][0];
    let path = at(&format!("/submissions/{}/decisions", first["id"]));
    let request = site.http.post(format!("{}{path}", site.url)).bearer_auth(&judge.token);
    let request = request
        .header("if-match", first["etag"].as_str().unwrap())
        .json(&decision);
    let answer = site.answer(request).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer
}

type Places = BTreeMap<String, (i64, i64)>;

/// Rank and points by slug.
async fn places(site: &Site, list: &str, of: &str) -> Places {
    let board = site.json(&at(list)).await;
    let rows = board["rows"].as_array().unwrap().iter();
    rows.map(|row| {
        let figure = |name: &str| row[name].as_i64().unwrap();
        (
            row[of]["slug"].as_str().unwrap().to_owned(),
            (figure("rank"), figure("points")),
        )
    })
    .collect()
}

/// Status and points by pull.
async fn statuses(site: &Site) -> BTreeMap<String, (String, i64)> {
    let all = site.json(&at("/submissions?limit=1000")).await;
    let rows = all["submissions"].as_array().unwrap().iter();
    rows.map(|row| {
        let pull = &row["pull"];
        let key = format!("{}!{}", pull["repository"].as_str().unwrap(), pull["number"]);
        (
            key,
            (
                row["status"].as_str().unwrap().to_owned(),
                row["points"].as_i64().unwrap(),
            ),
        )
    })
    .collect()
}

/// What moved between two looks, as the dry run has it.
fn moved<T: Clone + PartialEq>(
    before: &BTreeMap<String, T>,
    after: &BTreeMap<String, T>,
) -> BTreeMap<String, (Option<T>, Option<T>)> {
    let keys = before.keys().chain(after.keys());
    keys.map(|key| (key.clone(), (before.get(key).cloned(), after.get(key).cloned())))
        .filter(|(_, (was, is))| was != is)
        .collect()
}

/// Waits until the board has read the whole ledger.
async fn caught_up(site: &Site) {
    let last = site.database.texts("SELECT CAST(max(seq) AS TEXT) AS text FROM ledger");
    let last: i64 = last[0].parse().unwrap();
    site.board_where("the board has read all", |board| board["seq"] == last)
        .await;
}

#[actix_web::test]
async fn a_dry_run_says_exactly_what_applying_does_and_writes_nothing() {
    let original = folder();
    let site = Site::of(&original).await;
    let host = site.admin().await;
    decide(
        &site,
        json!({"action": "accept", "points": 11, "reason": "it does fix the kiln"}),
    )
    .await;
    let start = original.toml();
    let edit = |from: &str, to: &str| {
        assert!(start.contains(from), "{from}");
        start.replacen(from, to, 1)
    };
    let edits = [
        edit("base = 1", "base = 7"),
        edit("\"priority/critical\" = 5", "\"area/clay\" = 9"),
        edit("first_fix_bonus = 2", "first_fix_bonus = 0"),
        edit("daily_limit = 3", "daily_limit = 1"),
        edit("[rules]\n", "[rules]\nno_signal = \"fail\"\n"),
        edit("[rules]\n", "[rules]\nforbidden_labels = [\"area/clay\"]\n"),
        edit("[rules]\n", "[rules]\nmin_changed_lines = 100\n"),
        edit(
            "path = \"clayworks/github\"\n",
            "path = \"clayworks/github\"\nbranches = [\"main\"]\n",
        ),
        edit("[[repository]]\nforge = \"github\"\npath = \"clayworks/github\"\n", ""),
        edit("time_zone", "review = \"every\"\ntime_zone"),
        edit(&moment(original.opens_at), &moment(ago(31))),
        edit("name = { en = \"Spring\"", "name = { en = \"Spring again\""),
        start.clone(),
    ];
    let mut kinds = [0_usize; 3];
    for toml in edits {
        // From the last edit's state to the next one's: some take repositories out, the next brings them back.
        let seen = |site: &Site| {
            let table = |of: &str| site.database.texts(of);
            (
                table("SELECT CAST(count(*) AS TEXT) || ' ' || CAST(max(seq) AS TEXT) AS text FROM ledger"),
                table("SELECT name || CAST(value AS TEXT) AS text FROM counters ORDER BY name"),
                table("SELECT definition || CAST(revision AS TEXT) AS text FROM competitions"),
                table("SELECT CAST(id AS TEXT) || status || CAST(points AS TEXT) AS text FROM submissions ORDER BY id"),
                table("SELECT act AS text FROM audit ORDER BY id"),
            )
        };
        let before = seen(&site);
        let told = dry_run(&site, &host, &toml).await;
        assert_eq!(seen(&site), before, "a dry run wrote");
        caught_up(&site).await;
        let was = (
            statuses(&site).await,
            places(&site, "/leaderboard", "team").await,
            places(&site, "/people", "person").await,
        );
        put(&site, &host, &toml).await;
        caught_up(&site).await;
        let is = (
            statuses(&site).await,
            places(&site, "/leaderboard", "team").await,
            places(&site, "/people", "person").await,
        );

        let submissions = moved(&was.0, &is.0);
        let told_submissions: BTreeMap<_, _> = told["submissions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| {
                let pull = &row["pull"];
                let side = |side: &Value| {
                    let status = side["status"].as_str()?.to_owned();
                    Some((status, side["points"].as_i64()?))
                };
                (
                    format!("{}!{}", pull["repository"].as_str().unwrap(), pull["number"]),
                    (side(&row["from"]), side(&row["to"])),
                )
            })
            .collect();
        assert_eq!(told_submissions, submissions, "{toml}");
        let lines = |list: &str, of: &str| -> BTreeMap<String, _> {
            let rows = told[list].as_array().unwrap().iter();
            rows.map(|row| {
                let side = |side: &Value| Some((side["rank"].as_i64().unwrap(), side["points"].as_i64().unwrap()));
                (
                    row[of].as_str().unwrap().to_owned(),
                    (side(&row["from"]), side(&row["to"])),
                )
            })
            .collect()
        };
        let (teams, people) = (moved(&was.1, &is.1), moved(&was.2, &is.2));
        assert_eq!(lines("teams", "team"), teams, "{toml}");
        assert_eq!(lines("people", "person"), people, "{toml}");
        let points = |side: &Option<(String, i64)>| side.as_ref().map_or(0, |side| side.1);
        let status = |side: &Option<(String, i64)>| side.as_ref().map(|side| side.0.clone());
        let counts = [
            submissions
                .values()
                .filter(|(was, is)| status(was) != status(is))
                .count(),
            submissions
                .values()
                .filter(|(was, is)| points(was) != points(is))
                .count(),
            teams
                .values()
                .chain(people.values())
                .filter(|(was, is)| was.map(|at| at.0) != is.map(|at| at.0))
                .count(),
        ];
        let changes = &told["changes"];
        let told_counts = ["statuses", "points", "ranks"].map(|name| changes[name].as_u64().unwrap() as usize);
        assert_eq!(told_counts, counts, "{toml}");
        for (sum, count) in kinds.iter_mut().zip(counts) {
            *sum += count;
        }
    }
    // The edits were worth trying.
    assert!(kinds.iter().all(|count| *count >= 10), "{kinds:?}");
    site.stop().await;
}

#[actix_web::test]
async fn a_definition_is_made_and_refused_by_the_one_validator() {
    let site = Site::of(&folder()).await;
    let host = site.admin().await;
    let judge = site.judge("jude", "spring").await;
    let mut autumn = folder();
    autumn.slug = "autumn".into();
    let path = "/api/v1/competitions/autumn/definition";
    send(&site, &judge, Method::PUT, path, &autumn.toml())
        .await
        .is_problem(403);
    assert_eq!(site.database.count("competitions"), 1);
    let made = send(&site, &host, Method::PUT, path, &autumn.toml()).await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert_eq!(made.json()["created"], true);
    // The pulls of its repositories are known already, and are evaluated at once.
    assert_eq!(made.json()["submissions"], 12);
    until("its board", || async {
        let answer = site.get("/api/v1/competitions/autumn").await;
        (answer.status == 200).then_some(())
    })
    .await;
    let again = send(&site, &host, Method::PUT, path, &autumn.toml()).await;
    assert_eq!((again.status, &again.json()["changed"]), (200, &json!(false)));

    let toml = folder().toml();
    let rows = [
        (toml.replace("slug = \"spring\"", "slug = \"winter\""), None),
        (toml.replace("base = 1", "base = \"one\""), Some("scoring.base")),
        (toml.replace("base = 1", "bass = 1"), Some("scoring.bass")),
        (toml.replace("Asia/Shanghai", "Asia/Shangai"), Some("time_zone")),
        ("not = [toml".to_owned(), None),
    ];
    for (toml, key) in rows {
        for (method, rest) in [(Method::POST, "/dry-run"), (Method::PUT, "/definition")] {
            let answer = send(&site, &host, method, &at(rest), &toml).await;
            answer.is_problem(422);
            if let Some(key) = key {
                let problem = &answer.json()["problems"][0];
                assert_eq!(problem["key"], key, "{problem}");
                let line = 1 + toml
                    .lines()
                    .position(|line| line.contains(key.rsplit('.').next().unwrap()))
                    .unwrap();
                assert_eq!(problem["line"], line, "{problem}");
                for said in ["problem", "remedy"] {
                    assert!(problem[said].as_str().is_some_and(|text| !text.is_empty()), "{problem}");
                }
            }
        }
    }
    let long = format!("{toml}\n# {}", "x".repeat(1 << 20));
    send(&site, &host, Method::PUT, &at("/definition"), &long)
        .await
        .is_problem(413);
    let short = send(
        &site,
        &host,
        Method::PUT,
        &at("/definition?reason=x"),
        &toml.replace("base = 1", "base = 2"),
    )
    .await;
    short.is_problem(422);
    assert_eq!(short.json()["field"], "reason");
    assert_eq!(site.database.count("audit WHERE act = 'definition.put'"), 0);
    site.stop().await;
}

#[actix_web::test]
async fn secrets_are_masked_kept_rotated_and_never_shown() {
    let mut folder = folder();
    folder.pulls.clear();
    let site = Site::of(&folder).await;
    let host = site.admin().await;
    let shown = site.see(&host, &at("/definition")).await;
    assert_eq!(shown.status, 200);
    assert!(
        !shown.text().contains(SECRET) && shown.text().contains("literal:…"),
        "{}",
        shown.text()
    );

    // The masked text comes back with another rule: the secret stays what it was.
    put(&site, &host, &shown.text().replace("base = 1", "base = 4")).await;
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    let sent = |number: u64, secret: &str| github(&Fix::new("github", number, "ada"), secret);
    assert_eq!(site.send(&sent(1, SECRET)).await.status, 202);
    // A masked secret of a source that has none is refused.
    let other = shown.text().replace("name = \"kiln\"", "name = \"oven\"");
    let refused = send(&site, &host, Method::PUT, &at("/definition"), &other).await;
    refused.is_problem(422);
    assert_eq!(refused.json()["problems"][0]["key"], "source.secrets");

    let (first, second) = ("first-secret-of-the-oven", "second-secret-of-the-oven");
    let secrets = at("/sources/github/kiln/secrets");
    let mut ids = Vec::new();
    for secret in [first, second] {
        assert_eq!(site.send(&sent(2, secret)).await.status, 401);
        let added = site.post(&host, &secrets, json!({"secret": secret})).await;
        assert_eq!(added.status, 201, "{}", added.text());
        assert!(!added.text().contains(secret));
        ids.push(added.json()["id"].as_i64().unwrap());
    }
    let third = site.post(&host, &secrets, json!({"secret": "a-third-secret"})).await;
    third.is_problem(409);
    for (body, status) in [
        (json!({"secret": "short"}), 422),
        (json!({"secret": "with a space in it"}), 422),
        (json!({"secret": "x".repeat(300)}), 422),
        (json!({"secret": first, "more": 1}), 422),
        (json!({}), 422),
    ] {
        site.post(&host, &secrets, body).await.is_problem(status);
    }
    site.post(&host, &at("/sources/github/oven/secrets"), json!({"secret": first}))
        .await
        .is_problem(404);
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    for (number, secret) in [(3, first), (4, second), (5, SECRET)] {
        assert_eq!(site.send(&sent(number, secret)).await.status, 202, "{secret}");
    }
    let end = format!("{secrets}/{}", ids[0]);
    assert_eq!(site.delete(&host, &end).await.status, 204);
    site.delete(&host, &end).await.is_problem(404);
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    assert_eq!(site.send(&sent(6, first)).await.status, 401);
    assert_eq!(site.send(&sent(7, second)).await.status, 202);
    assert_eq!(
        site.database.count(&format!("source_secrets WHERE secret = '{first}'")),
        0
    );

    let sources = site.see(&host, &at("/sources")).await;
    let github = &sources.json()["sources"][0];
    assert_eq!(
        (&github["forge"], &github["hook"]),
        (&json!("github"), &json!("/hooks/github/kiln"))
    );
    assert_eq!(github["secrets"].as_array().unwrap().len(), 2);
    assert!(github["last_heard_at"].is_string());
    for path in [
        at("/sources"),
        at("/definition"),
        at("/audit?limit=1000"),
        at(""),
        "/competitions/spring/host/sources".into(),
        "/competitions/spring/host/definition".into(),
        "/competitions/spring/host/audit".into(),
    ] {
        let text = site.page(&host, &path).await.text();
        for secret in [SECRET, first, second] {
            assert!(!text.contains(secret), "{path}");
        }
    }
    site.stop().await;
}

/// Closed an hour ago, with a freeze before that.
fn closed() -> Folder {
    let mut folder = folder();
    folder.closes_at = ago(1);
    folder.freeze_at = Some(ago(26));
    folder
}

#[actix_web::test]
async fn a_reveal_ends_the_freeze_once() {
    let site = Site::of(&closed()).await;
    let host = site.admin().await;
    let board = site.board().await;
    assert_eq!(
        (&board["phase"], board["frozen_at"].is_string()),
        (&json!("review"), true)
    );
    let seen = site.post(&host, &at("/reveal"), json!({"reason": "the gala"})).await;
    assert_eq!(seen.status, 200, "{}", seen.text());
    assert!(seen.json()["revealed_at"].is_string());
    let after = site.board_where("revealed", |board| board["frozen_at"].is_null()).await;
    assert_ne!(
        of_team(&after, "tsinghua", "points"),
        of_team(&board, "tsinghua", "points")
    );
    site.post(&host, &at("/reveal"), json!({})).await.is_problem(409);
    site.stop().await;

    let site = Site::of(&folder()).await;
    let host = site.admin().await;
    // Nothing is frozen; an empty body is as good as one without a reason.
    site.ask(&host, Method::POST, &at("/reveal"), None)
        .await
        .is_problem(409);
    let early = site.ask(&host, Method::POST, &at("/finalize"), None).await;
    early.is_problem(409);
    assert!(early.text().contains("open until"), "{}", early.text());
    site.post(&host, &at("/reopen"), json!({"reason": "a mistake"}))
        .await
        .is_problem(409);
    site.stop().await;
}

#[actix_web::test]
async fn a_final_result_is_sealed_published_verifiable_and_can_be_reopened() {
    let site = Site::of(&closed()).await;
    let host = site.admin().await;
    for path in [at("/result"), at("/export")] {
        site.get(&path).await.is_problem(404);
    }
    let done = site.ask(&host, Method::POST, &at("/finalize"), None).await;
    assert_eq!(done.status, 200, "{}", done.text());
    let board = site.board_where("final", |board| board["phase"] == "final").await;
    assert!(board["frozen_at"].is_null());
    let result = site.json(&at("/result")).await;
    assert_eq!(result, done.json());
    let export = site.get(&at("/export")).await;
    assert_eq!(export.status, 200);
    assert_eq!(export.header("content-length"), result["size"].to_string());
    assert_eq!(export.body.len() as u64, result["size"].as_u64().unwrap());
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &export.body);
    let hash: String = hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(result["sha256"], hash);
    let verified = app::verify_lines(export.body.as_slice(), |_| ()).unwrap();
    assert_eq!(verified.differences, Vec::<String>::new());
    assert!(!verified.holds.is_empty());
    assert!(!export.text().contains(SECRET));

    // Nothing that comes now changes it: not a late fix, not a revert, not a rule, not a decision of the host.
    let seq = board["seq"].as_i64().unwrap();
    let before = site.submissions();
    let mut revert = Fix::new("github", 90, "di").merged(ago(0));
    revert.title = "Revert \"Fix crack 1\" (#1)".into();
    site.deliver(&github(&revert, SECRET)).await;
    site.deliver(&github(&Fix::new("github", 91, "ada").merged(ago(2)), SECRET))
        .await;
    site.settled().await;
    assert_eq!(site.submissions(), before);
    assert_eq!(site.board().await["seq"], seq);
    let toml = closed().toml().replace("base = 1", "base = 9");
    for (method, rest) in [(Method::POST, "/dry-run"), (Method::PUT, "/definition")] {
        send(&site, &host, method, &at(rest), &toml).await.is_problem(409);
    }
    // Not a folder either: neither its rules nor its people.
    let mut rules = closed();
    rules.scoring = rules.scoring.replace("base = 1", "base = 9");
    let mut people = closed();
    people.people.push("eve,Eve,clay,,,github:eve".into());
    for edited in [rules, people] {
        let dir = edited.on_disk();
        let refused = app::seed(site.app(), dir.path(), app::now(), |_| ()).await.err();
        let said = refused.expect("a folder changed what is final").to_string();
        assert!(said.contains("final"), "{said}");
    }
    for act in ["/reveal", "/finalize"] {
        site.ask(&host, Method::POST, &at(act), None).await.is_problem(409);
    }
    assert_eq!(site.get(&at("/export")).await.body, export.body);

    // Reopened, it takes in what arrived meanwhile, and the result is published no longer.
    let silent = site.ask(&host, Method::POST, &at("/reopen"), None).await;
    silent.is_problem(422);
    assert_eq!(silent.json()["field"], "reason");
    let open = site
        .post(&host, &at("/reopen"), json!({"reason": "a revert came late"}))
        .await;
    assert_eq!(open.status, 200, "{}", open.text());
    let first = "github:clayworks/github!1 rejected 0".to_owned();
    assert!(!before.contains(&first));
    assert!(site.submissions().contains(&first), "{:?}", site.submissions());
    // The phase is the first thing that shows; what comes of it follows in parts.
    let open_again = |board: &Value| board["phase"] == "review" && board["seq"].as_i64() > Some(seq);
    let board = site.board_where("open again", open_again).await;
    assert!(board["frozen_at"].is_null());
    site.get(&at("/result")).await.is_problem(404);
    let again = site.ask(&host, Method::POST, &at("/finalize"), None).await;
    assert_eq!(again.status, 200);
    assert_ne!(again.json()["sha256"], result["sha256"]);
    let export = site.get(&at("/export")).await;
    assert_eq!(
        app::verify_lines(export.body.as_slice(), |_| ()).unwrap().differences,
        Vec::<String>::new()
    );
    site.stop().await;
}

#[actix_web::test]
async fn s5_the_database_refuses_to_change_or_take_away_an_entry_of_the_audit_log() {
    let site = Site::of(&folder()).await;
    site.admin().await;
    let count = site.database.count("audit");
    assert!(count >= 2);
    for sql in [
        "UPDATE audit SET reason = 'another'",
        "UPDATE audit SET at = at + 1 WHERE id = 1",
        "DELETE FROM audit WHERE id = 1",
        "DELETE FROM audit",
    ] {
        let refused = site.database.run(sql).unwrap_err();
        assert!(refused.contains("append-only"), "{sql}: {refused}");
    }
    assert_eq!(site.database.count("audit"), count);
    site.stop().await;
}

#[actix_web::test]
async fn s5_every_act_of_the_host_is_in_the_audit_log_with_who_why_before_and_after() {
    let site = Site::of(&closed()).await;
    let host = site.admin().await;
    let judge = site.judge("jude", "spring").await;
    let toml = closed().toml();
    put(
        &site,
        &host,
        &toml
            .replace("base = 1", "base = 3")
            .replace(SECRET, "another-secret-of-the-kiln"),
    )
    .await;
    let secret = "a-secret-of-the-browser";
    let added = site
        .post(&host, &at("/sources/gitee/kiln/secrets"), json!({"secret": secret}))
        .await;
    let id = added.json()["id"].clone();
    site.delete(&host, &format!("{}/{id}", at("/sources/gitee/kiln/secrets")))
        .await;
    site.post(&host, &at("/reveal"), json!({"reason": "the gala begins"}))
        .await;
    site.post(&host, &at("/finalize"), json!({"reason": "appeals are over"}))
        .await;
    site.post(&host, &at("/reopen"), json!({"reason": "one was forgotten"}))
        .await;

    let log = site.see(&judge, &at("/audit")).await;
    assert_eq!(log.status, 200);
    let entries = log.json()["entries"].as_array().unwrap().clone();
    let of = |act: &str| {
        entries
            .iter()
            .find(|entry| entry["act"] == act)
            .unwrap_or_else(|| panic!("no {act}: {entries:?}"))
    };
    let rows = [
        ("role.give", "jude", None, "/to/role", json!("judge")),
        (
            "definition.put",
            "spring",
            Some("the rules of the kiln"),
            "/from/scoring.base",
            json!(1),
        ),
        (
            "definition.put",
            "spring",
            Some("the rules of the kiln"),
            "/to/scoring.base",
            json!(3),
        ),
        (
            "definition.put",
            "spring",
            Some("the rules of the kiln"),
            "/to/source.1.secrets",
            json!(["literal:…"]),
        ),
        ("secret.add", "gitee/kiln", None, "/from/secrets", json!([])),
        ("secret.add", "gitee/kiln", None, "/to/secrets", json!([id])),
        ("secret.end", "gitee/kiln", None, "/to/secrets", json!([])),
        (
            "competition.reveal",
            "spring",
            Some("the gala begins"),
            "/from/revealed_at",
            Value::Null,
        ),
        (
            "competition.finalize",
            "spring",
            Some("appeals are over"),
            "/from/finalized_at",
            Value::Null,
        ),
        (
            "competition.reopen",
            "spring",
            Some("one was forgotten"),
            "/to/finalized_at",
            Value::Null,
        ),
    ];
    for (act, subject, reason, pointer, value) in rows {
        let entry = of(act);
        assert_eq!(
            (&entry["subject"], &entry["reason"]),
            (&json!(subject), &json!(reason)),
            "{entry}"
        );
        assert_eq!(entry.pointer(pointer).unwrap_or(&json!("absent")), &value, "{entry}");
        let who = if act == "role.give" { Value::Null } else { json!("host") };
        assert_eq!(entry["who"], who, "{entry}");
        assert!(entry["at"].is_string(), "{entry}");
    }
    let hash = of("competition.finalize")["to"]["sha256"].clone();
    assert_eq!(hash.as_str().map(str::len), Some(64));
    assert_eq!(of("competition.reopen")["from"]["sha256"], hash);
    for hidden in [SECRET, "another-secret", secret] {
        assert!(!log.text().contains(hidden), "{hidden}");
    }
    // It goes on where it ended, and can be filtered.
    let mut after = 0;
    let mut paged = Vec::new();
    loop {
        let part = site
            .see(&judge, &at(&format!("/audit?limit=2&after={after}")))
            .await
            .json();
        paged.extend(part["entries"].as_array().unwrap().iter().cloned());
        match part["next"].as_i64() {
            Some(next) => after = next,
            None => break,
        }
    }
    assert_eq!(paged, entries);
    let filtered = site.see(&judge, &at("/audit?act=competition&who=HOST")).await.json();
    assert_eq!(filtered["entries"].as_array().unwrap().len(), 3);
    let nobody = site.signed("somebody", None).await;
    site.see(&nobody, &at("/audit")).await.is_problem(403);
    site.stop().await;
}
