//! Live streams: what is told, how often, and what a client that was away gets.

use crate::support::*;
use serde_json::Value;
use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

const LIVE: &str = "/api/v1/competitions/spring/live";

#[actix_web::test]
async fn a_stream_begins_with_the_leaderboard_and_tells_what_changed() {
    let site = Site::of(&Folder::new()).await;
    let mut stream = site.stream(LIVE, None).await;
    let snapshot = stream.next().await.unwrap();
    assert_eq!(snapshot.name, "snapshot");
    assert_eq!(snapshot.data, site.board().await);
    site.deliver(&hook(&Fix::new("github", 1, "cy"))).await;
    let change = stream.next().await.unwrap();
    assert_eq!(
        (change.name.as_str(), change.id),
        ("change", change.data["seq"].as_i64())
    );
    let keys: Vec<&String> = change.data.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["seq", "as_of", "now", "phase", "window", "rows"]);
    let board = site.board().await;
    assert_eq!(change.data["seq"], board["seq"]);
    assert_eq!(change.data["rows"].as_array().unwrap().len(), 3, "all three moved");
    for row in change.data["rows"].as_array().unwrap() {
        assert!(board["rows"].as_array().unwrap().contains(row), "{row}");
    }
    site.deliver(&hook(&Fix::new("github", 2, "cy").merged(ago(0)))).await;
    let change = stream.next().await.unwrap();
    let rows = change.data["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 1, "only one row has other figures");
    assert_eq!(
        (&rows[0]["team"]["slug"], &rows[0]["points"]),
        (&"clay".into(), &2.into())
    );
    site.stop().await;
}

#[actix_web::test]
async fn a_filtered_stream_tells_of_its_rows_only() {
    let site = Site::of(&Folder::new()).await;
    let mut cities = site.stream(&format!("{LIVE}?kind=city"), None).await;
    let snapshot = cities.next().await.unwrap();
    assert_eq!(snapshot.data["total"], 1);
    site.deliver(&hook(&Fix::new("github", 1, "cy"))).await;
    site.board_where("the fix of another kind", |board| of_team(board, "clay", "points") == 1)
        .await;
    site.deliver(&hook(&Fix::new("github", 2, "ada"))).await;
    let change = cities.next().await.unwrap();
    let rows = change.data["rows"].as_array().unwrap();
    assert_eq!(
        (rows.len(), &rows[0]["team"]["slug"], &rows[0]["rank"]),
        (1, &"shanghai".into(), &1.into())
    );
    site.stop().await;
}

#[actix_web::test]
async fn a_client_that_comes_back_gets_what_it_missed() {
    let site = Site::of(&Folder::new()).await;
    let mut stream = site.stream(LIVE, None).await;
    let snapshot = stream.next().await.unwrap();
    let (mut kept, mut last) = (Kept::new(), snapshot.id.unwrap());
    apply(&mut kept, &snapshot);
    // Each moves another team, and nobody in front of it.
    for (number, team) in [(1, "shanghai"), (2, "tsinghua"), (3, "clay")] {
        let author = ["ada", "bo", "cy"][number as usize - 1];
        site.deliver(&hook(
            &Fix::new("github", number, author).merged(ago(10 - number as i64)),
        ))
        .await;
        site.board_where("the fix", |board| of_team(board, team, "points") == 1)
            .await;
    }
    drop(stream);
    let mut back = site.stream(LIVE, Some(last)).await;
    let board = site.board().await;
    let seq = board["seq"].as_i64().unwrap();
    while last < seq {
        let event = back.next().await.unwrap();
        assert_eq!(event.name, "change");
        assert!(event.id.unwrap() > last);
        last = event.id.unwrap();
        apply(&mut kept, &event);
    }
    assert_eq!(kept, of_board(&board));
    // From before anything that is remembered, or from a future that never was: the whole again.
    for odd in [seq + 1_000_000, -1] {
        let mut odd = site.stream(LIVE, Some(odd)).await;
        assert_eq!(odd.next().await.unwrap().name, "snapshot");
    }
    site.stop().await;
}

#[actix_web::test]
async fn a_burst_is_at_most_four_changes_a_second() {
    let site = Site::of(&Folder::new()).await;
    let mut stream = site.stream(LIVE, None).await;
    stream.next().await.unwrap();
    let began = Instant::now();
    let mut changes = Vec::new();
    let mut number = 0;
    while began.elapsed() < Duration::from_secs(3) {
        number += 1;
        site.deliver(&hook(&Fix::new("github", number, "ada").merged(ago(0))))
            .await;
        while let Some(event) = stream.before(Instant::now() + Duration::from_millis(5)).await {
            changes.push((began.elapsed(), event));
        }
    }
    let took = began.elapsed().as_secs_f64();
    // One more for the change that was on its way when the counting began.
    assert!(
        changes.len() as f64 <= took * 4.0 + 1.0,
        "{} in {took} s",
        changes.len()
    );
    assert!(changes.len() >= 2, "{}", changes.len());
    site.board_where("every fix", |board| of_team(board, "shanghai", "points") == number)
        .await;
    while changes.last().unwrap().1.data["rows"][0]["points"] != number {
        changes.push((began.elapsed(), stream.next().await.unwrap()));
    }
    site.stop().await;
}

/// A leaderboard as a client keeps it: rows by team.
type Kept = BTreeMap<String, Value>;

fn of_board(board: &Value) -> Kept {
    let rows = board["rows"].as_array().unwrap().iter();
    rows.map(|row| (row["team"]["slug"].as_str().unwrap().to_owned(), row.clone()))
        .collect()
}

fn apply(kept: &mut Kept, event: &Event) {
    if event.name == "snapshot" {
        kept.clear();
    }
    for row in event.data["rows"].as_array().unwrap() {
        kept.insert(row["team"]["slug"].as_str().unwrap().to_owned(), row.clone());
    }
}

#[actix_web::test]
async fn s10_a_stream_that_comes_and_goes_ends_equal_to_the_server() {
    let site = Arc::new(Site::of(&Folder::new()).await);
    let ended = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let readers = (1..=6_u64).map(|seed| {
        let (site, ended) = (Arc::clone(&site), Arc::clone(&ended));
        actix_web::rt::spawn(async move {
            let (mut kept, mut last, mut random) = (Kept::new(), None, seed);
            loop {
                let over = ended.load(std::sync::atomic::Ordering::Relaxed);
                let mut stream = site.stream(LIVE, last).await;
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(seed);
                let stay = Duration::from_millis(50 + (random >> 40) % 500);
                let until = Instant::now() + if over { Duration::from_secs(1) } else { stay };
                while let Some(event) = stream.before(until).await {
                    apply(&mut kept, &event);
                    last = event.id.or(last);
                }
                if over {
                    return kept;
                }
            }
        })
    });
    let readers: Vec<_> = readers.collect();
    for number in 1..=60 {
        let author = ["ada", "bo", "cy", "di"][number as usize * 7 % 4];
        let fix = Fix::new("github", number, author).merged(ago(30 - (number as i64 * 13) % 30));
        site.deliver(&hook(&Fix {
            created_at: ago(40),
            ..fix
        }))
        .await;
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
    site.settled().await;
    let sum = |board: &Value| {
        board["rows"]
            .as_array()
            .unwrap()
            .iter()
            .map(|r| r["points"].as_i64().unwrap())
            .sum::<i64>()
    };
    let board = site.board_where("every fix", |board| sum(board) == 60).await;
    ended.store(true, std::sync::atomic::Ordering::Relaxed);
    let wanted = of_board(&board);
    for reader in readers {
        assert_eq!(reader.await.unwrap(), wanted);
    }
    Arc::into_inner(site).unwrap().stop().await;
}

#[actix_web::test]
async fn s9_sigterm_with_fifty_open_streams_is_out_within_a_second() {
    let database = Arc::new(Database::new());
    let server = Server::seeded(&database, Folder::new().on_disk().path()).await;
    let site = Site::at(server.url.clone(), Arc::clone(&database));
    let mut streams = Vec::new();
    for _ in 0..50 {
        let mut stream = site.stream(LIVE, None).await;
        stream.next().await.unwrap();
        streams.push(stream);
    }
    // What is on its way is not cut: it is answered, and what was answered is kept.
    site.deliver(&hook(&Fix::new("github", 1, "ada"))).await;
    let (code, took) = server.terminate().await;
    assert_eq!(code, Some(0));
    assert!(took < Duration::from_secs(1), "{took:?}");
    for mut stream in streams {
        while stream.next().await.is_some() {}
    }
    assert_eq!(database.count("deliveries"), 1);
}
