//! S6: what was acknowledged survives kill -9, and is evaluated by whoever comes next.

use crate::support::*;
use std::{sync::Arc, time::Duration};

#[actix_web::test]
async fn s6_kill_9_in_a_loop_under_load_loses_nothing_that_was_acknowledged() {
    let database = Arc::new(Database::new());
    let mut server = Server::seeded(&database, Folder::new().on_disk().path()).await;
    let mut acknowledged: Vec<u64> = Vec::new();
    let mut number = 0;
    for round in 0..5_u64 {
        let site = Arc::new(Site::at(server.url.clone(), Arc::clone(&database)));
        let sending: Vec<_> = (0..8)
            .map(|lane| {
                let (site, first) = (Arc::clone(&site), number + 1 + lane * 1_000);
                actix_web::rt::spawn(async move {
                    let mut kept = Vec::new();
                    for number in first.. {
                        let hook = hook(&Fix::new("github", number, "ada"));
                        let mut request = site.http.post(format!("{}{}", site.url, hook.path)).body(hook.body);
                        for (name, value) in hook.headers {
                            request = request.header(name, value);
                        }
                        match request.send().await {
                            Ok(answer) if answer.status() == 202 => kept.push(number),
                            // Killed: what was not answered may be there or not.
                            _ => return kept,
                        }
                    }
                    kept
                })
            })
            .collect();
        // Another moment every time: while hooks commit, while a turn runs, between them.
        tokio::time::sleep(Duration::from_millis(600 + round * 97)).await;
        server.kill();
        for lane in sending {
            acknowledged.extend(lane.await.unwrap());
        }
        number += 10_000;
        server = Server::start(&database).await;
    }
    assert!(acknowledged.len() > 5, "a load: {}", acknowledged.len());
    let site = Site::at(server.url.clone(), Arc::clone(&database));
    let settled = site.settled().await;
    assert!(settled.iter().all(|line| line == "done "), "{settled:?}");
    let there = site.submissions();
    for number in &acknowledged {
        let line = format!("github:clayworks/github!{number} accepted 1");
        assert!(there.binary_search(&line).is_ok(), "lost: {line}");
    }
    // The ledger tells the same story, without a gap.
    let (count, sum) = (
        there.len() as i64,
        database.texts("SELECT CAST(sum(points) AS TEXT) AS text FROM ledger"),
    );
    assert_eq!(sum, [count.to_string()]);
    let last = database.texts("SELECT CAST(max(seq) AS TEXT) AS text FROM ledger");
    assert_eq!(last, [database.count("ledger").to_string()]);
    site.board_where("every fix", |board| of_team(board, "shanghai", "points") == count)
        .await;
    if !database.is_postgres() {
        assert_eq!(
            database.texts("SELECT integrity_check AS text FROM pragma_integrity_check"),
            ["ok"]
        );
    }
}

#[actix_web::test]
async fn s14_the_database_that_cuts_every_connection_loses_nothing_and_is_found_again() {
    if Database::server().is_none() {
        // The run over PostgreSQL does it.
        return;
    }
    let database = Arc::new(Database::new());
    let server = Server::seeded(&database, Folder::new().on_disk().path()).await;
    let site = Site::at(server.url.clone(), Arc::clone(&database));
    let mut acknowledged: Vec<u64> = Vec::new();
    for round in 0..3_u64 {
        let hooks: Vec<(u64, Hook)> = (1..=20)
            .map(|at| round * 100 + at)
            .map(|number| (number, hook(&Fix::new("github", number, "ada"))))
            .collect();
        let sending = futures_util::future::join_all(hooks.iter().map(|(_, hook)| site.send(hook)));
        let cutting = async {
            tokio::time::sleep(Duration::from_millis(20 + 15 * round)).await;
            database.texts(
                "SELECT CAST(pg_terminate_backend(pid) AS TEXT) AS text FROM pg_stat_activity \
                 WHERE datname = current_database() AND pid <> pg_backend_pid()",
            )
        };
        let (answers, cut) = futures_util::future::join(sending, cutting).await;
        assert!(!cut.is_empty());
        for ((number, hook), answer) in hooks.iter().zip(answers) {
            match answer.status {
                202 => acknowledged.push(*number),
                // Told to come again, which forges and people do.
                503 => {
                    assert_ne!(answer.header("retry-after"), "");
                    until("the hook is taken", || async {
                        matches!(site.send(hook).await.status, 200 | 202).then_some(())
                    })
                    .await;
                    acknowledged.push(*number);
                }
                other => panic!("{other}: {}", answer.text()),
            }
        }
    }
    let all = acknowledged.len() as i64;
    assert_eq!(all, 60);
    site.board_where("every fix", |board| of_team(board, "shanghai", "points") == all)
        .await;
    until("it is ready again", || async {
        (site.get("/readyz").await.status == 200).then_some(())
    })
    .await;
    assert_eq!(database.count("ledger"), all);
}
