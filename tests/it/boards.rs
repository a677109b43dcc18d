//! Many boards at once: readers, one writer, levels over all of them, and a ledger that goes back in time.

use crate::support::*;
use futures_util::future::join_all;
use serde_json::Value;
use std::{path::PathBuf, sync::Arc, time::Duration};

/// What never ends in this time hangs.
const HANGS: Duration = Duration::from_secs(60);

/// A competition over the same repositories and people as `Folder::new`, that hooks are not named for.
fn another(slug: &str) -> Folder {
    Folder {
        slug: slug.into(),
        sources: String::new(),
        ..Folder::new()
    }
}

fn code(people: &Value, person: &str) -> String {
    let rows = people["rows"].as_array().unwrap();
    let row = rows.iter().find(|row| row["person"]["slug"] == person).unwrap();
    row["person"]["code"]
        .as_str()
        .unwrap()
        .split('-')
        .next()
        .unwrap()
        .to_owned()
}

#[actix_web::test]
async fn two_who_ask_for_the_people_of_two_competitions_at_once_stop_nothing() {
    let seeds = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/seeds"));
    let database = Arc::new(Database::new());
    for folder in ["mindcon-geek-week", "spring-sprint"] {
        let folder = seeds.join(folder);
        bugathlon(&database.url, &["seed", folder.to_str().unwrap()])
            .await
            .fine();
    }
    for start in 0..4 {
        let server = Server::start(&database).await;
        let site = Site::at(server.url.clone(), Arc::clone(&database));
        let asked = ["mindcon-geek-week", "spring-sprint"].map(|slug| {
            let path = format!("/api/v1/competitions/{slug}/people?limit=1");
            let site = &site;
            async move { site.get(&path).await.status }
        });
        let answers = tokio::time::timeout(HANGS, join_all(asked)).await;
        assert_eq!(
            answers.expect("two requests stopped the server"),
            [200, 200],
            "start {start}"
        );
        let health = tokio::time::timeout(HANGS, site.get("/healthz")).await;
        assert_eq!(health.expect("the server stands still").status, 200);
    }
}

#[actix_web::test]
async fn many_boards_all_readers_and_one_writer_hold_each_other_up_nowhere() {
    const SLUGS: [&str; 4] = ["spring", "summer", "autumn", "winter"];
    let database = Arc::new(Database::new());
    for slug in &SLUGS[1..] {
        let folder = another(slug).on_disk();
        bugathlon(&database.url, &["seed", folder.path().to_str().unwrap()])
            .await
            .fine();
    }
    let server = Server::seeded(&database, Folder::new().on_disk().path()).await;
    let site = Site::at(server.url.clone(), Arc::clone(&database));
    let paths = SLUGS.iter().flat_map(|slug| {
        let api = format!("/api/v1/competitions/{slug}");
        [
            format!("{api}/leaderboard?q=@"),
            format!("{api}/leaderboard?at={}&limit=1@", moment(ago(1))),
            format!("{api}/people?limit=1@"),
            format!("{api}/people?at={}&limit=1@", moment(ago(1))),
            format!("{api}/history?top=1@"),
            format!("/competitions/{slug}?limit=1@"),
            format!("/competitions/{slug}/people?limit=1@"),
            format!("/competitions/{slug}/teams/shanghai?@"),
            format!("/competitions/{slug}/people/ada?@"),
        ]
    });
    let readers = paths.map(|path| {
        let site = &site;
        async move {
            for number in 0..25 {
                // Another question each time, so that none is answered from bytes that are there.
                let path = path.replace('@', &format!("&x={number}"));
                let answer = site.get(&path).await;
                assert_eq!(answer.status, 200, "{path}: {}", answer.text());
            }
        }
    });
    let streams = SLUGS.iter().map(|slug| {
        let site = &site;
        async move {
            let path = format!("/api/v1/competitions/{slug}/live");
            for _ in 0..5 {
                let mut stream = site.stream(&path, None).await;
                assert_eq!(stream.next().await.unwrap().name, "snapshot");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    });
    let hooks = async {
        for number in 1..=40 {
            let author = ["ada", "bo", "cy", "di"][number as usize % 4];
            site.deliver(&hook(&Fix::new("github", number, author))).await;
        }
    };
    let all = async {
        tokio::join!(join_all(readers), join_all(streams), hooks);
        for slug in SLUGS {
            let path = format!("/api/v1/competitions/{slug}/leaderboard");
            until("every fix on every board", || async {
                let board = site.json(&path).await;
                let rows = board["rows"].as_array().unwrap();
                let points: i64 = rows.iter().map(|row| row["points"].as_i64().unwrap()).sum();
                (points == 40).then_some(())
            })
            .await;
        }
    };
    tokio::time::timeout(HANGS, all)
        .await
        .expect("somebody waits for somebody");
}

#[actix_web::test]
async fn a_pull_counts_once_for_a_level_in_however_many_competitions() {
    let site = Site::of(&Folder::new()).await;
    site.seed(another("summer").on_disk().path()).await;
    // One that looks at other repositories.
    let elsewhere = another("autumn");
    let dir = elsewhere.on_disk();
    let toml = elsewhere.toml().replace("clayworks/gitee", "clayworks/elsewhere");
    std::fs::write(dir.path().join("competition.toml"), toml).unwrap();
    site.seed(dir.path()).await;
    let people = |slug: &'static str| {
        let site = &site;
        async move { site.json(&format!("/api/v1/competitions/{slug}/people")).await }
    };
    // Three merges, accepted in three competitions: nine acceptances, and three fixes.
    for number in 1..=3 {
        site.deliver(&hook(&Fix::new("github", number, "ada"))).await;
    }
    until("three fixes everywhere", || async {
        let mut seen = 0;
        for slug in ["spring", "summer", "autumn"] {
            let people = people(slug).await;
            let ada = people["rows"]
                .as_array()
                .unwrap()
                .iter()
                .find(|row| row["person"]["slug"] == "ada");
            seen += i32::from(ada.is_some_and(|row| row["fixes"] == 3));
        }
        (seen == 3).then_some(())
    })
    .await;
    for slug in ["spring", "summer", "autumn"] {
        assert_eq!(code(&people(slug).await, "ada"), "ST", "{slug}");
    }
    let me = site.json("/api/v1/competitions/spring/people?q=ada").await;
    assert_eq!(code(&me, "ada"), "ST");
    // Two more that one competition alone looks at: all of them say the new level, moved or not.
    let mut seqs = Vec::new();
    for slug in ["spring", "summer"] {
        seqs.push(site.json(&format!("/api/v1/competitions/{slug}/leaderboard")).await["seq"].clone());
    }
    let far = |number| Fix {
        repository: "clayworks/elsewhere".into(),
        ..Fix::new("gitee", number, "ada")
    };
    let lines: Vec<String> = (11..=12).map(|number| far(number).line().to_string()).collect();
    let file = dir.path().join("more.ndjson");
    std::fs::write(&file, lines.join("\n")).unwrap();
    let file = file.to_str().unwrap();
    bugathlon(&site.database.url, &["import", file, "--competition", "autumn"])
        .await
        .fine();
    for (slug, seq) in ["spring", "summer"].into_iter().zip(seqs) {
        until("five fixes are another level", || async {
            (code(&people(slug).await, "ada") == "GI").then_some(())
        })
        .await;
        let board = site.json(&format!("/api/v1/competitions/{slug}/leaderboard")).await;
        assert_eq!(board["seq"], seq, "{slug} has not moved itself");
    }
    assert_eq!(code(&people("autumn").await, "ada"), "GI");
    site.stop().await;
}

/// Puts the ledger of the one competition back to its first `keep` entries, and what is after them away.
fn back_to(keep: i64) -> String {
    format!(
        "BEGIN;
         UPDATE submissions SET status = 'rejected', points = 0
            WHERE id IN (SELECT submission_id FROM ledger WHERE seq > {keep});
         DELETE FROM ledger WHERE seq > {keep};
         UPDATE competitions SET seq = {keep}, hash = (SELECT hash FROM ledger WHERE seq = {keep});
         COMMIT;"
    )
}

#[actix_web::test]
async fn a_ledger_that_goes_back_in_time_is_read_anew_and_streams_are_told() {
    let site = Site::of(&Folder::new()).await;
    let mut stream = site.stream("/api/v1/competitions/spring/live", None).await;
    assert_eq!(stream.next().await.unwrap().name, "snapshot");
    for number in 1..=5 {
        site.deliver(&hook(&Fix::new("github", number, "ada"))).await;
    }
    let points = |points: i64| move |board: &Value| of_team(board, "shanghai", "points") == points;
    let lost = site.board_where("five", points(5)).await["seq"].as_i64().unwrap();
    site.database.run(&back_to(2)).unwrap();
    let board = site.board_where("what was there before", points(2)).await;
    assert_eq!(board["seq"], 2);
    // A change cannot lead back: the last that comes is a snapshot.
    loop {
        let event = stream.next().await.unwrap();
        if event.id == Some(2) && event.name == "snapshot" {
            assert_eq!(event.data["rows"], board["rows"]);
            break;
        }
    }
    // Another history, and longer than the one that was lost: its numbers say nothing to who was there.
    for number in 11..=18 {
        site.deliver(&hook(&Fix::new("github", number, "cy"))).await;
    }
    let board = site
        .board_where("the new ones", |board| of_team(board, "clay", "points") == 8)
        .await;
    assert!(board["seq"].as_i64().unwrap() > lost);
    let mut back = site.stream("/api/v1/competitions/spring/live", Some(lost)).await;
    assert_eq!(back.next().await.unwrap().name, "snapshot");
    site.stop().await;
}

#[actix_web::test]
async fn the_same_number_with_another_hash_is_another_history() {
    let site = Site::of(&Folder::new()).await;
    for number in 1..=3 {
        site.deliver(&hook(&Fix::new("github", number, "ada"))).await;
    }
    let points = |points: i64| move |board: &Value| of_team(board, "shanghai", "points") == points;
    site.board_where("three", points(3)).await;
    let other = |byte: char| match site.database.is_postgres() {
        true => format!("decode('{}', 'hex')", byte.to_string().repeat(64)),
        false => format!("X'{}'", byte.to_string().repeat(64)),
    };
    let last = "(SELECT max(submission_id) FROM ledger)";
    let told = format!(
        "BEGIN; UPDATE submissions SET points = 7 WHERE id = {last};
         UPDATE ledger SET hash = {hash} WHERE seq = 3; UPDATE competitions SET hash = {hash}; COMMIT;",
        hash = other('1')
    );
    site.database.run(&told).unwrap();
    site.board_where("what the other history has", points(9)).await;
    // And one that went on in the meantime: what comes next does not hang on what was read.
    let longer = format!(
        "BEGIN; UPDATE submissions SET points = 20 WHERE id = {last};
         INSERT INTO ledger (competition_id, seq, at, recorded_at, submission_id, person, team, points, status, cause, hash)
            SELECT competition_id, 4, at, recorded_at, submission_id, person, team, 13, status, cause, {hash}
            FROM ledger WHERE seq = 3;
         UPDATE ledger SET hash = {three} WHERE seq = 3;
         UPDATE competitions SET seq = 4, hash = {hash}; COMMIT;",
        hash = other('2'),
        three = other('3')
    );
    // Read as a next entry it would be 13 more on 7: 22 either way. So what was lost is told apart by another pull.
    let apart = longer.replace(
        "COMMIT;",
        &format!("UPDATE submissions SET points = 5 WHERE id < {last}; COMMIT;"),
    );
    site.database.run(&apart).unwrap();
    site.board_where("what the third history has", points(30)).await;
    site.stop().await;
}
