//! Several processes over one PostgreSQL. SQLite has one.

use crate::support::*;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

async fn two(folder: &Folder) -> Option<(Arc<Database>, Server, Server)> {
    // The run over PostgreSQL does it.
    Database::server()?;
    let database = Arc::new(Database::new());
    let first = Server::seeded(&database, folder.on_disk().path()).await;
    let second = Server::start(&database).await;
    Some((database, first, second))
}

#[actix_web::test]
async fn a_hook_to_one_instance_shows_on_the_others_board_and_stream_within_a_second() {
    let Some((database, first, second)) = two(&Folder::new()).await else {
        return;
    };
    let here = Site::at(first.url.clone(), Arc::clone(&database));
    let there = Site::at(second.url.clone(), Arc::clone(&database));
    let mut stream = there.stream("/api/v1/competitions/spring/live", None).await;
    stream.next().await.unwrap();
    let mut took = Vec::new();
    for number in 1..=5 {
        let began = Instant::now();
        here.deliver(&hook(&Fix::new("github", number, "ada").merged(ago(0))))
            .await;
        let change = stream.next().await.unwrap();
        assert_eq!(change.data["rows"][0]["points"], number);
        let board = there
            .board_where("the fix", |board| of_team(board, "shanghai", "points") == number)
            .await;
        took.push(began.elapsed());
        // Twins show the same, to the byte.
        assert_eq!(
            here.board_where("the fix", |board| of_team(board, "shanghai", "points") == number)
                .await,
            board
        );
    }
    // The middle one: others work on this machine too.
    took.sort();
    assert!(took[2] < Duration::from_secs(1), "{took:?}");
    let etags = [&here, &there].map(|site| site.get("/api/v1/competitions/spring/leaderboard"));
    let [one, other] = futures_util::future::join_all(etags).await.try_into().unwrap();
    assert_eq!((one.header("etag"), &one.body), (other.header("etag"), &other.body));
}

#[actix_web::test]
async fn the_same_delivery_to_both_instances_at_once_has_one_effect() {
    let Some((database, first, second)) = two(&Folder::new()).await else {
        return;
    };
    let sites = [first.url.clone(), second.url.clone()].map(|url| Site::at(url, Arc::clone(&database)));
    for number in 1..=10 {
        let hook = hook(&Fix::new("github", number, "ada"));
        let sending = (0..10).map(|at| sites[at % 2].send(&hook));
        let answers = futures_util::future::join_all(sending).await;
        let new = answers.iter().filter(|answer| answer.status == 202).count();
        assert_eq!(
            (new, answers.iter().filter(|answer| answer.status == 200).count()),
            (1, 9)
        );
    }
    sites[0]
        .board_where("ten fixes", |board| of_team(board, "shanghai", "points") == 10)
        .await;
    assert_eq!((database.count("deliveries"), database.count("ledger")), (10, 10));
}

#[actix_web::test]
async fn s6_kill_9_of_the_instance_that_acknowledged_loses_nothing() {
    let Some((database, first, second)) = two(&Folder::new()).await else {
        return;
    };
    let here = Site::at(first.url.clone(), Arc::clone(&database));
    let there = Site::at(second.url.clone(), Arc::clone(&database));
    let hooks: Vec<Hook> = (1..=30)
        .map(|number| hook(&Fix::new("github", number, "ada")))
        .collect();
    let answers = futures_util::future::join_all(hooks.iter().map(|hook| here.send(hook))).await;
    first.kill();
    assert!(answers.iter().all(|answer| answer.status == 202));
    there
        .board_where("every fix", |board| of_team(board, "shanghai", "points") == 30)
        .await;
    assert_eq!(there.settled().await, vec!["done "; 30]);
}
