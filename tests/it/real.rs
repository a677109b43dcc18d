//! A real sprint, and what a program that shares no code with this one makes of it, by every way in.

use crate::support::*;
use bugathlon::{
    app,
    domain::{
        check::Check,
        ledger::Cause,
        team::{PersonId, TeamId},
        text::Slug,
    },
    live::{Boards, Part},
    store,
};
use futures_util::{StreamExt, stream};
use serde_json::{Map, Value, json};
use std::{collections::BTreeMap, fs, path::Path, path::PathBuf};

const SLUG: &str = "sprint-2020-12";

fn sprint() -> Option<PathBuf> {
    let folder = shared("real/sprint-2020-12");
    if folder.is_none() {
        not_run("the real sprint: set BUGATHLON_SHARED to the folder that holds real/");
    }
    folder
}

fn lines(folder: &Path) -> Vec<String> {
    let text = fs::read_to_string(folder.join("pulls.ndjson")).unwrap();
    text.lines().map(str::to_owned).collect()
}

/// The competition without its pulls, with `more` in its definition.
fn definition_alone(folder: &Path, more: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for file in ["teams.csv", "people.csv"] {
        fs::copy(folder.join(file), dir.path().join(file)).unwrap();
    }
    let toml = fs::read_to_string(folder.join("competition.toml")).unwrap();
    fs::write(dir.path().join("competition.toml"), format!("{toml}\n{more}")).unwrap();
    dir
}

/// Another order, the same on every run.
fn shuffled(mut lines: Vec<String>, mut seed: u64) -> Vec<String> {
    for at in (1..lines.len()).rev() {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        lines.swap(at, (seed >> 33) as usize % (at + 1));
    }
    lines
}

/// Rows of the API as the expected files have them.
fn plain(board: &Value) -> Vec<Value> {
    let row = |row: &Value| {
        let holder = row.get("person").unwrap_or(&row["team"]);
        json!({
            "rank": row["rank"], "slug": holder["slug"], "points": row["points"], "fixes": row["fixes"],
            "pending": row["pending"], "contributors": row["contributors"], "reached_at": row["reached_at"],
        })
    };
    board["rows"].as_array().unwrap().iter().map(row).collect()
}

fn same_rows(what: &str, ours: &Value, expected: &Value) {
    let (ours, expected) = (plain(ours), expected.as_array().unwrap());
    for (at, (own, wanted)) in ours.iter().zip(expected).enumerate() {
        assert_eq!(own, wanted, "{what}, row {at}");
    }
    assert_eq!(ours.len(), expected.len(), "{what}");
}

/// Every submission, by the name of its pull.
async fn submissions(site: &Site) -> BTreeMap<String, Value> {
    let read = |db: &mut store::Db| {
        let competition = store::competition(db, &Slug::parse(SLUG).unwrap())?.unwrap().id;
        let roster = store::roster(db, competition)?;
        let rows = store::submissions_of(db, competition)?;
        let pulls: Vec<_> = rows.iter().map(|row| row.pull).collect();
        let facts = store::facts_by_id(db, &pulls)?;
        let names: std::collections::HashMap<_, _> = facts.iter().map(|fact| (fact.id, fact.pull.name())).collect();
        let person = |id: PersonId| roster.people[&id].slug.to_string();
        let team = |id: TeamId| roster.teams[&id].slug.to_string();
        let one = |row: &store::Submission| {
            let open = Check::ALL
                .iter()
                .zip(row.outcomes.chars())
                .filter(|(_, letter)| *letter != 'p');
            let said = open.map(|(check, letter)| {
                let outcome = match letter {
                    'f' => "fail",
                    'a' => "ask",
                    _ => "wait",
                };
                (check.as_str().to_owned(), json!(outcome))
            });
            let value = json!({
                "status": row.status.as_str(), "points": row.points,
                "person": row.person.map(person), "team": row.team.map(team),
                "checks": Value::Object(said.collect::<Map<_, _>>()),
            });
            (names[&row.pull].clone(), value)
        };
        Ok::<_, store::StoreError>(rows.iter().map(one).collect())
    };
    site.app().store.read(read).await.unwrap()
}

async fn equals_what_is_expected(site: &Site, folder: &Path) {
    let expected = |file: &str| -> Value { serde_json::from_slice(&fs::read(folder.join(file)).unwrap()).unwrap() };
    let (live, frozen) = (expected("expected-live.json"), expected("expected-frozen.json"));
    let ours = submissions(site).await;
    for (name, wanted) in live["submissions"].as_object().unwrap() {
        assert_eq!(ours.get(name), Some(wanted), "{name}");
    }
    assert_eq!(ours.len(), live["submissions"].as_object().unwrap().len());

    // As judges see it.
    let (app, slug, now) = (site.app(), Slug::parse(SLUG).unwrap(), app::now());
    let read = app.definitions().reader();
    let board = Boards::one(&app.store, &read, &slug, false, now)
        .await
        .unwrap()
        .unwrap();
    let snapshot = board.snapshot();
    let json = |bytes: Vec<u8>| -> Value { serde_json::from_slice(&bytes).unwrap() };
    let teams = snapshot
        .standings
        .leaderboard(&snapshot.face, snapshot.rows.len(), Part::ALL.of(&snapshot.rows));
    same_rows("teams, live", &json(teams), &live["teams"]);
    let people = board.people();
    let ladder = bugathlon::domain::level::Ladder::default();
    let people = people
        .standings
        .people(&people.face, &ladder, people.rows.len(), &people.rows);
    same_rows("people, live", &json(people), &live["people"]);
    let command = bugathlon(&site.database.url, &["standings", SLUG, "--live", "--format", "json"]).await;
    same_rows("standings --live", &command.json(), &live["teams"]);

    // As everybody does, once the server has caught up with the ledger.
    let seq = site
        .database
        .texts("SELECT CAST(seq AS TEXT) AS text FROM competitions");
    let path = |what: &str| format!("/api/v1/competitions/{SLUG}/{what}?limit=1000");
    until("the board shows the frozen figures", || async {
        let board = site.get(&path("leaderboard")).await;
        (board.status == 200 && plain(&board.json()).first() == frozen["teams"].get(0)).then_some(())
    })
    .await;
    let board = site.json(&path("leaderboard")).await;
    assert!(board["seq"].as_i64().unwrap() <= seq[0].parse().unwrap());
    same_rows("teams, frozen", &board, &frozen["teams"]);
    same_rows("people, frozen", &site.json(&path("people")).await, &frozen["people"]);
    let command = bugathlon(&site.database.url, &["standings", SLUG, "--format", "json"]).await;
    assert_eq!(command.json()["rows"], board["rows"]);
}

#[actix_web::test]
async fn the_real_sprint_seeded_gives_the_expected_figures() {
    let Some(folder) = sprint() else { return };
    let site = Site::start().await;
    let seeded = site.seed(&folder).await;
    assert_eq!((seeded.lines.taken, seeded.lines.refused.len()), (2_988, 0));
    equals_what_is_expected(&site, &folder).await;
    site.stop().await;
}

#[actix_web::test]
async fn s4_the_real_sprint_imported_in_any_order_and_in_parts_gives_the_same() {
    let Some(folder) = sprint() else { return };
    let site = Site::start().await;
    site.seed(definition_alone(&folder, "").path()).await;
    let lines = shuffled(lines(&folder), 7);
    // Parts of many sizes, some lines twice.
    let (mut at, mut size) = (0, 1);
    while at < lines.len() {
        let end = (at + size).min(lines.len());
        let part = lines[at.saturating_sub(3)..end].join("\n");
        let slug = Slug::parse(SLUG).unwrap();
        let sum = app::import(
            site.app(),
            Some(&slug),
            "part",
            part.as_bytes(),
            Cause::Import,
            app::now(),
            |_| (),
        );
        assert!(sum.await.unwrap().refused.is_empty());
        (at, size) = (end, size * 3);
    }
    equals_what_is_expected(&site, &folder).await;
    site.stop().await;
}

/// What Gitee sends of a merge, without the parts that nobody reads.
fn gitee_hook(line: &str) -> Hook {
    let line: Value = serde_json::from_str(line).unwrap();
    let user = |login: &Value| {
        let digits: String = login.as_str().unwrap().chars().filter(char::is_ascii_digit).collect();
        json!({"login": login, "id": digits.parse::<u64>().map_or(1, |n| n + 1_000_000), "type": "User"})
    };
    let labels: Vec<Value> = line["labels"]
        .as_array()
        .unwrap()
        .iter()
        .map(|l| json!({"name": l}))
        .collect();
    assert_eq!(
        (line["forge"].as_str(), line["state"].as_str()),
        (Some("gitee"), Some("merged"))
    );
    let body = json!({
        "action": "merge", "action_desc": "open", "hook_name": "merge_request_hooks", "password": "",
        "number": line["number"], "iid": line["number"], "state": "merged",
        "sender": user(&line["merged_by"]["login"]), "author": user(&line["author"]["login"]),
        "repository": {"full_name": line["repository"], "path_with_namespace": line["repository"], "id": null},
        "pull_request": {
            "number": line["number"], "state": "merged", "merged": true, "title": line["title"], "body": line["body"],
            "user": user(&line["author"]["login"]), "labels": labels,
            "base": {"ref": line["base_branch"]}, "head": {"ref": line["head_branch"], "sha": line["head_sha"]},
            "merge_commit_sha": line["merge_sha"], "created_at": line["created_at"],
            "merged_at": line["merged_at"], "updated_at": line["merged_at"],
            "additions": line["additions"], "deletions": line["deletions"], "html_url": line["url"],
        },
    });
    let mut hook = gitee_with_password(&Fix::new("gitee", 1, "ada"), SECRET);
    hook.path = "/hooks/gitee/mindspore".into();
    hook.body = body.to_string().into_bytes();
    hook
}

#[actix_web::test]
async fn the_real_sprint_as_2988_hooks_over_http_gives_the_same() {
    let Some(folder) = sprint() else { return };
    let site = Site::start().await;
    let source = format!(
        "[[source]]\nname = \"mindspore\"\nforge = \"gitee\"\nsecrets = [\"literal:{SECRET}\"]\nconfirm = false\n"
    );
    site.seed(definition_alone(&folder, &source).path()).await;
    let lines = shuffled(lines(&folder), 11);
    let sending = stream::iter(&lines).map(|line| {
        let (site, hook) = (&site, gitee_hook(line));
        async move { site.deliver(&hook).await }
    });
    sending.buffer_unordered(32).collect::<Vec<()>>().await;
    let settled = site.settled().await;
    assert_eq!(settled.len(), 2_988);
    assert!(settled.iter().all(|line| line == "done "), "{settled:?}");
    equals_what_is_expected(&site, &folder).await;
    site.stop().await;
}
