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
async fn a_moved_window_name_or_team_is_a_change_and_what_nobody_sees_is_nothing() {
    let mut folder = Folder::new();
    let site = Site::of(&folder).await;
    let mut stream = site.stream(LIVE, None).await;
    let mut cities = site.stream(&format!("{LIVE}?kind=city"), None).await;
    let mut first = site.stream(&format!("{LIVE}?limit=1"), None).await;
    for stream in [&mut stream, &mut cities, &mut first] {
        assert_eq!(stream.next().await.unwrap().name, "snapshot");
    }
    let slugs = |event: &Event| -> Vec<String> {
        let rows = event.data["rows"].as_array().unwrap().iter();
        rows.map(|row| row["team"]["slug"].as_str().unwrap().to_owned())
            .collect()
    };
    // The window.
    folder.closes_at += chrono::TimeDelta::hours(5);
    site.seed(folder.on_disk().path()).await;
    for stream in [&mut stream, &mut cities, &mut first] {
        let moved = stream.next().await.unwrap();
        assert_eq!((moved.name.as_str(), slugs(&moved)), ("change", vec![]));
        let about = site.json("/api/v1/competitions/spring").await;
        assert_eq!(moved.data["window"], about["window"]);
        assert_eq!(moved.data["window"]["closes_at"], moment(folder.closes_at));
        let time = |key: &str| chrono::DateTime::parse_from_rfc3339(moved.data[key].as_str().unwrap()).unwrap();
        assert!(time("now") >= time("as_of"));
    }
    // A rule that moved nobody, and somebody more in a team: nothing of it is on the board. Then a team's name.
    folder.rules += "bots = [\"nobody-bot\"]\n";
    site.seed(folder.on_disk().path()).await;
    folder.people.push("ed,Ed,clay,,,github:ed".into());
    site.seed(folder.on_disk().path()).await;
    folder.teams[2] = "clay,enterprise,DE,Kiln Works,陶土,".into();
    site.seed(folder.on_disk().path()).await;
    let named = stream.next().await.unwrap();
    assert_eq!((named.name.as_str(), slugs(&named)), ("change", vec!["clay".into()]));
    assert_eq!(named.data["rows"][0]["team"]["name"]["en"], "Kiln Works");
    assert_eq!(named.data.get("name"), None);
    // A team that came: beside it nobody else moved.
    folder.teams.push("zhuhai,city,CN-GD,Zhuhai MSG,珠海 MSG,".into());
    site.seed(folder.on_disk().path()).await;
    let came = stream.next().await.unwrap();
    assert_eq!((came.name.as_str(), slugs(&came)), ("change", vec!["zhuhai".into()]));
    let came = cities.next().await.unwrap();
    assert_eq!((came.name.as_str(), slugs(&came)), ("change", vec!["zhuhai".into()]));
    // Whoever looks at the first alone sees how many there are.
    let named = first.next().await.unwrap();
    assert_eq!((slugs(&named), named.data.get("total")), (vec!["clay".into()], None));
    let came = first.next().await.unwrap();
    assert_eq!(
        (came.name.as_str(), slugs(&came), &came.data["total"]),
        ("change", vec![], &4.into())
    );
    // One that does not count any more leaves the board, which a change does not say.
    site.database
        .run("UPDATE teams SET standing = 'suspended' WHERE slug = 'zhuhai'")
        .unwrap();
    site.database
        .run("UPDATE competitions SET revision = revision + 1")
        .unwrap();
    let left = stream.next().await.unwrap();
    assert_eq!((left.name.as_str(), left.data), ("snapshot", site.board().await));
    site.stop().await;
}

#[actix_web::test]
async fn one_address_holds_half_of_the_streams_and_gets_its_places_back() {
    let site = Site::set_up(&Folder::new(), |settings| {
        settings.streams = Some(6);
        settings.proxies = "127.0.0.1".parse().unwrap();
    })
    .await;
    let ask = |address: &'static str| {
        let request = site.http.get(format!("{}{LIVE}", site.url));
        async move { request.header("X-Forwarded-For", address).send().await.unwrap() }
    };
    let mut hall = Vec::new();
    for _ in 0..3 {
        hall.push(Stream::new(ask("192.0.2.1").await));
    }
    let full = ask("192.0.2.1").await;
    assert_eq!(
        (full.status().as_u16(), full.headers().contains_key("retry-after")),
        (503, true)
    );
    assert_eq!(full.headers()["content-type"], "application/problem+json");
    let mut others = vec![Stream::new(ask("192.0.2.2").await)];
    for address in ["192.0.2.3", "192.0.2.4"] {
        others.push(Stream::new(ask(address).await));
    }
    // Now all are taken, and pages are there as ever.
    assert_eq!(ask("192.0.2.5").await.status(), 503);
    site.board().await;
    for stream in hall.iter_mut().chain(&mut others) {
        assert_eq!(stream.next().await.unwrap().name, "snapshot");
    }
    hall.pop();
    until("a place is given back", || async {
        (ask("192.0.2.1").await.status() == 200).then_some(())
    })
    .await;
    site.stop().await;
}

/// Everything a client keeps: what it was told first, and each change on it.
#[actix_web::test]
async fn from_any_point_of_joining_the_changes_lead_to_the_last_snapshot() {
    let mut folder = Folder::new();
    let site = Site::of(&folder).await;
    // What somebody knew who was there until an event, and the number of it.
    let mut known: Vec<(Kept, i64)> = Vec::new();
    let mut stream = site.stream(LIVE, None).await;
    let mut kept = Kept::new();
    let mut random = 7_u64;
    for number in 1..=14_u64 {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        match random >> 61 {
            0 => {
                folder.closes_at += chrono::TimeDelta::hours(1);
                site.seed(folder.on_disk().path()).await;
            }
            1 | 2 => {
                folder.teams[1] = format!("tsinghua,university,CN-BJ,Tsinghua {number},清华,");
                site.seed(folder.on_disk().path()).await;
            }
            at => {
                let author = ["ada", "bo", "cy", "di"][at as usize % 4];
                let late = Fix::new("github", number, author).merged(ago((random >> 32) as i64 % 50));
                let created_at = ago(60);
                site.deliver(&hook(&Fix { created_at, ..late })).await;
            }
        }
        while let Some(event) = stream.before(Instant::now() + Duration::from_millis(60)).await {
            apply(&mut kept, &event);
            known.push((kept.clone(), event.id.unwrap()));
        }
    }
    site.settled().await;
    let board = until("the board stands still", || async {
        let seq = site
            .database
            .texts("SELECT CAST(seq AS TEXT) AS text FROM competitions")[0]
            .clone();
        let board = site.board().await;
        (board["seq"].as_i64() == seq.parse().ok()).then_some(board)
    })
    .await;
    let wanted = of_board(&board);
    assert!(known.len() > 5);
    known.push((Kept::new(), -1));
    for (mut kept, seen) in known {
        let mut back = site.stream(LIVE, Some(seen)).await;
        // What was missed comes at once, in one or in several; the last name may still be on its way.
        let began = Instant::now();
        while kept != wanted {
            assert!(began.elapsed() < PATIENCE, "from {seen}: {kept:?} is not {wanted:?}");
            if let Some(event) = back.before(Instant::now() + Duration::from_millis(500)).await {
                apply(&mut kept, &event);
            }
        }
    }
    site.stop().await;
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
