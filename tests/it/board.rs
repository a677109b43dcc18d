//! The leaderboard and its siblings, as the contract writes them.

use crate::support::*;
use serde_json::Value;
use std::io::Read;

const BOARD: &str = "/api/v1/competitions/spring/leaderboard";
const PEOPLE: &str = "/api/v1/competitions/spring/people";

/// Shanghai 6 (ada 3 critical... ), Tsinghua 1, Clay 0; one of Clay waits for a person.
fn folder() -> Folder {
    let mut folder = Folder::new();
    folder.scoring = "base = 1\nlabels = { \"priority/critical\" = 5 }\nfirst_fix_bonus = 0\ndaily_limit = 0\n".into();
    let mut critical = Fix::new("github", 1, "ada").merged(ago(30));
    critical.created_at = ago(40);
    critical.labels.push("priority/critical".into());
    let mut unclear = Fix::new("github", 4, "cy");
    unclear.labels.clear();
    folder
        .rules
        .push_str("no_signal = \"ask\"\nbugfix_title = \"^never$\"\n");
    folder.pulls = vec![
        critical.line(),
        Fix::new("github", 2, "di").merged(ago(2)).line(),
        Fix::new("github", 3, "bo").merged(ago(3)).line(),
        unclear.line(),
    ];
    folder
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

fn slugs(board: &Value) -> Vec<&str> {
    let rows = board["rows"].as_array().unwrap().iter();
    rows.map(|row| row["team"]["slug"].as_str().unwrap()).collect()
}

fn is_time(value: &Value) -> bool {
    value
        .as_str()
        .is_some_and(|text| text.ends_with('Z') && chrono::DateTime::parse_from_rfc3339(text).is_ok())
}

#[actix_web::test]
async fn the_leaderboard_has_the_keys_types_and_order_of_the_contract() {
    let site = Site::of(&folder()).await;
    let board = site.board().await;
    assert_eq!(
        keys(&board),
        ["competition", "phase", "as_of", "seq", "frozen_at", "total", "rows"]
    );
    assert_eq!(
        (board["competition"].as_str(), board["phase"].as_str()),
        (Some("spring"), Some("open"))
    );
    assert!(is_time(&board["as_of"]) && board["frozen_at"].is_null() && board["total"] == 3);
    assert_eq!(board["seq"], site.database.count("ledger"));
    let row = &board["rows"][0];
    assert_eq!(
        keys(row),
        [
            "rank",
            "previous_rank",
            "team",
            "points",
            "fixes",
            "pending",
            "contributors",
            "reached_at"
        ]
    );
    assert_eq!(keys(&row["team"]), ["slug", "kind", "region", "name"]);
    assert_eq!(
        row["team"]["name"].to_string(),
        r#"{"en":"Shanghai MSG","zh":"上海 MSG"}"#
    );
    assert_eq!(row["reached_at"], moment(ago(2)));
    let figures: Vec<_> = ["rank", "previous_rank", "points", "fixes", "pending", "contributors"]
        .iter()
        .map(|key| row[*key].as_i64())
        .collect();
    assert_eq!(figures, [Some(1), Some(1), Some(6), Some(2), Some(0), Some(2)]);
    assert_eq!(slugs(&board), ["shanghai", "tsinghua", "clay"]);
    assert_eq!(of_team(&board, "clay", "pending"), 1);
    assert!(of_team(&board, "clay", "reached_at").is_null());
    site.stop().await;
}

#[actix_web::test]
async fn a_filter_counts_ranks_within_it_and_total_counts_what_it_lets_through() {
    let site = Site::of(&folder()).await;
    for (query, wanted) in [
        ("kind=university", vec!["tsinghua"]),
        ("region=CN", vec!["shanghai", "tsinghua"]),
        ("region=cn-bj", vec!["tsinghua"]),
        ("q=%E6%B8%85%E5%8D%8E", vec!["tsinghua"]),
        ("q=MSG", vec!["shanghai", "tsinghua"]),
        ("kind=city&region=DE", vec![]),
    ] {
        let board = site.json(&format!("{BOARD}?{query}")).await;
        assert_eq!(slugs(&board), wanted, "{query}");
        assert_eq!(board["total"], wanted.len(), "{query}");
        let ranks: Vec<_> = board["rows"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["rank"].as_u64())
            .collect();
        let counted: Vec<_> = (1..=wanted.len() as u64).map(Some).collect();
        assert_eq!(ranks, counted, "{query}");
    }
    let part = site.json(&format!("{BOARD}?limit=1&offset=1")).await;
    assert_eq!((slugs(&part), part["total"].as_u64()), (vec!["tsinghua"], Some(3)));
    let past = site.json(&format!("{BOARD}?offset=99")).await;
    assert_eq!((slugs(&past).len(), past["total"].as_u64()), (0, Some(3)));
    let people = site.json(&format!("{PEOPLE}?kind=city")).await;
    assert_eq!(people["total"], 2);
    site.stop().await;
}

#[actix_web::test]
async fn i5_a_bad_value_is_400_and_names_its_key() {
    let site = Site::of(&folder()).await;
    for path in [BOARD, PEOPLE] {
        for (query, key) in [
            ("kind=village", "kind"),
            ("at=yesterday", "at"),
            ("limit=0", "limit"),
            ("limit=1001", "limit"),
            ("limit=ten", "limit"),
            ("offset=-1", "offset"),
            ("limit=99999999999999999999999", "limit"),
        ] {
            let answer = site.get(&format!("{path}?{query}")).await;
            answer.is_problem(400);
            assert!(
                answer.json()["detail"].as_str().unwrap().contains(key),
                "{query}: {}",
                answer.text()
            );
        }
    }
    for path in [
        "history?top=0",
        "history?top=x",
        "ledger?after=x",
        "live?limit=0",
        "live?at=2020-01-01T00:00:00Z",
    ] {
        site.get(&format!("/api/v1/competitions/spring/{path}"))
            .await
            .is_problem(400);
    }
    for path in ["leaderboard", "people", "history", "ledger", "live", ""] {
        let path = format!("/api/v1/competitions/nowhere/{path}");
        site.get(path.trim_end_matches('/')).await.is_problem(404);
    }
    site.stop().await;
}

#[actix_web::test]
async fn at_shows_what_was_merged_by_then_as_it_is_decided_today() {
    let site = Site::of(&folder()).await;
    let at = moment(ago(10));
    let board = site.json(&format!("{BOARD}?at={at}")).await;
    assert_eq!(board["as_of"], at);
    let points = |team| of_team(&board, team, "points").as_i64().unwrap();
    assert_eq!((points("shanghai"), points("tsinghua"), points("clay")), (5, 0, 0));
    assert_eq!(of_team(&board, "clay", "pending"), 0);
    // An offset that nobody encoded is read all the same.
    let offset = ago(10)
        .with_timezone(&chrono::FixedOffset::east_opt(8 * 3600).unwrap())
        .to_rfc3339();
    assert_eq!(site.json(&format!("{BOARD}?at={offset}")).await, board);
    let exactly = site.json(&format!("{BOARD}?at={}", moment(ago(3)))).await;
    assert_eq!(
        of_team(&exactly, "tsinghua", "points"),
        1,
        "a merge at that very moment counts"
    );
    site.stop().await;
}

#[actix_web::test]
async fn the_previous_rank_is_that_of_24_hours_before() {
    let mut folder = folder();
    let mut late = Fix::new("github", 5, "bo").merged(ago(1));
    late.labels.push("priority/critical".into());
    let mut more = late.clone();
    (more.number, more.title) = (6, "Fix crack 6".into());
    folder.pulls.extend([late.line(), more.line()]);
    let site = Site::of(&folder).await;
    let board = site.board().await;
    assert_eq!(slugs(&board), ["tsinghua", "shanghai", "clay"]);
    let previous: Vec<_> = board["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["previous_rank"].clone())
        .collect();
    // A day ago only Shanghai had points: the other two were equal.
    assert_eq!(previous, [2, 1, 2]);
    let early = site.json(&format!("{BOARD}?at={}", moment(ago(48)))).await;
    assert!(early["rows"].as_array().unwrap().iter().all(|row| row["points"] == 0));
    site.stop().await;
}

#[actix_web::test]
async fn people_bear_their_code_and_their_team() {
    let site = Site::of(&folder()).await;
    let people = site.json(PEOPLE).await;
    assert_eq!(
        keys(&people),
        ["competition", "phase", "as_of", "seq", "frozen_at", "total", "rows"]
    );
    assert_eq!(people["total"], 4);
    let row = &people["rows"][0];
    assert_eq!(
        keys(row),
        [
            "rank",
            "previous_rank",
            "person",
            "team",
            "points",
            "fixes",
            "pending",
            "contributors",
            "reached_at"
        ]
    );
    assert_eq!(row["person"]["slug"], "ada");
    assert_eq!(keys(&row["person"]), ["slug", "name", "code"]);
    let code = row["person"]["code"].as_str().unwrap();
    let (level, number) = code.split_once('-').unwrap();
    assert!(["SI", "ST"].contains(&level) && number.len() == 5, "{code}");
    assert_eq!(row["team"]["slug"], "shanghai");
    site.stop().await;
}

#[actix_web::test]
async fn i3_csv_neutralises_what_a_spreadsheet_would_run() {
    let mut folder = folder();
    folder.teams = vec![
        "shanghai,city,CN-SH,\"=HYPERLINK(\"\"http://evil\"\")\",@上海,".into(),
        "tsinghua,university,CN-BJ,+1+1,清华,".into(),
        "clay,enterprise,DE,\"-2, with a comma\",陶土,".into(),
    ];
    folder.people[0] = "ada,=1+1,shanghai,,,github:ada".into();
    let site = Site::of(&folder).await;
    for path in [BOARD, PEOPLE] {
        let answer = site.get_with(path, &[("accept", "text/csv")]).await;
        assert_eq!(answer.status, 200);
        assert!(answer.header("content-type").starts_with("text/csv"));
        assert!(answer.header("vary").contains("accept"));
        let mut reader = csv::Reader::from_reader(answer.body.as_slice());
        assert_eq!(reader.headers().unwrap().get(0), Some("rank"));
        let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(records.len(), if path == BOARD { 3 } else { 4 });
        for cell in records.iter().flatten() {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell}");
        }
        assert!(answer.text().contains("'="), "{}", answer.text());
    }
    let part = site
        .get_with(&format!("{BOARD}?limit=1"), &[("accept", "text/csv")])
        .await;
    assert_eq!(part.text().lines().count(), 2);
    assert_eq!(site.get(BOARD).await.header("content-type"), "application/json");
    site.stop().await;
}

#[actix_web::test]
async fn history_grows_to_the_points_of_today() {
    let site = Site::of(&folder()).await;
    let history = site.json("/api/v1/competitions/spring/history?top=2").await;
    let teams = history["teams"].as_array().unwrap();
    assert_eq!(teams.len(), 2);
    assert_eq!(teams[0]["team"]["slug"], "shanghai");
    assert_eq!(
        teams[0]["points"],
        serde_json::json!([[moment(ago(30)), 5], [moment(ago(2)), 6]])
    );
    site.stop().await;
}

#[actix_web::test]
async fn the_ledger_is_numbered_without_gaps_and_chained() {
    let site = Site::of(&folder()).await;
    let answer = site.get("/api/v1/competitions/spring/ledger").await;
    assert_eq!(answer.header("content-type"), "application/x-ndjson");
    let text = answer.text();
    let entries: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(entries.len() as i64, site.database.count("ledger"));
    let mut points = 0;
    for (entry, seq) in entries.iter().zip(1..) {
        for key in [
            "seq",
            "at",
            "recorded_at",
            "submission",
            "person",
            "team",
            "points",
            "cause",
            "hash",
        ] {
            assert!(entry.get(key).is_some(), "{key}: {entry}");
        }
        assert_eq!(entry["seq"], seq);
        assert!(is_time(&entry["recorded_at"]));
        assert_eq!(entry["hash"].as_str().unwrap().len(), 64);
        points += entry["points"].as_i64().unwrap();
    }
    assert_eq!(points, 7);
    let rest = site.get("/api/v1/competitions/spring/ledger?after=2").await.text();
    assert_eq!(rest.lines().count(), entries.len() - 2);
    assert_eq!(rest.lines().next(), text.lines().nth(2));
    site.stop().await;
}

#[actix_web::test]
async fn an_etag_saves_the_body_and_changes_with_it() {
    let site = Site::of(&folder()).await;
    for path in [
        BOARD,
        PEOPLE,
        "/competitions/spring",
        "/api/v1/competitions/spring",
        "/api/v1/competitions/spring/history",
    ] {
        let first = site.get(path).await;
        let etag = first.header("etag").to_owned();
        assert!(etag.len() > 2, "{path}");
        for asked in [
            etag.clone(),
            format!("\"other\", {etag}"),
            format!("W/{etag}"),
            "*".into(),
        ] {
            let again = site.get_with(path, &[("if-none-match", &asked)]).await;
            assert_eq!((again.status, again.body.len()), (304, 0), "{path} {asked}");
            assert_eq!(again.header("etag"), etag);
        }
        assert_eq!(
            site.get_with(path, &[("if-none-match", "\"other\"")]).await.status,
            200,
            "{path}"
        );
    }
    let old = site.get(BOARD).await;
    site.deliver(&hook(&Fix::new("github", 9, "cy"))).await;
    site.board_where("the new fix", |board| of_team(board, "clay", "points") == 1)
        .await;
    let new = site.get_with(BOARD, &[("if-none-match", old.header("etag"))]).await;
    assert_eq!(new.status, 200);
    assert_ne!(new.header("etag"), old.header("etag"));
    site.stop().await;
}

#[actix_web::test]
async fn packed_bodies_are_the_plain_ones_and_head_has_no_body() {
    let site = Site::of(&folder()).await;
    for path in [
        BOARD,
        PEOPLE,
        "/competitions/spring",
        "/competitions/spring/people",
        "/",
        "/assets/site.css",
    ] {
        let plain = site.get(path).await;
        if path.starts_with("/assets/") && plain.status == 404 {
            continue;
        }
        assert_eq!((plain.status, plain.header("content-encoding")), (200, ""), "{path}");
        let gzip = site.get_with(path, &[("accept-encoding", "gzip")]).await;
        assert_eq!(gzip.header("content-encoding"), "gzip", "{path}");
        let mut body = Vec::new();
        flate2::read::GzDecoder::new(gzip.body.as_slice())
            .read_to_end(&mut body)
            .unwrap();
        assert!(body == plain.body, "{path}");
        let br = site.get_with(path, &[("accept-encoding", "gzip, deflate, br")]).await;
        assert_eq!(br.header("content-encoding"), "br", "{path}");
        let mut body = Vec::new();
        brotli::Decompressor::new(br.body.as_slice(), 4096)
            .read_to_end(&mut body)
            .unwrap();
        assert!(body == plain.body, "{path}");
        let none = site.get_with(path, &[("accept-encoding", "br;q=0, gzip;q=0")]).await;
        assert_eq!(none.header("content-encoding"), "", "{path}");
        for packed in [&gzip, &br] {
            assert!(packed.header("vary").contains("accept-encoding"), "{path}");
            assert_ne!(packed.header("etag"), "", "{path}");
        }
        let head = site.answer(site.http.head(format!("{}{path}", site.url))).await;
        assert_eq!((head.status, head.body.len()), (200, 0), "{path}");
        assert_eq!(head.header("etag"), plain.header("etag"), "{path}");
    }
    site.stop().await;
}
