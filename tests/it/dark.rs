//! A database that takes what is sent to it and says nothing, as behind a tunnel that went dark.

use crate::support::*;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// A server over PostgreSQL by a way that can go dark; None: these tests run on SQLite.
async fn behind_a_tunnel() -> Option<(Server, Site, Proxy)> {
    let database = Arc::new(Database::new());
    if !database.is_postgres() {
        not_run("a database that goes dark: needs PostgreSQL (BUGATHLON_TEST_DATABASE)");
        return None;
    }
    let folder = Folder::new().on_disk();
    bugathlon(&database.url, &["seed", folder.path().to_str().unwrap()])
        .await
        .fine();
    let proxy = Proxy::to(&database);
    let server = Server::start_at(&proxy.url).await;
    let site = Site::at(server.url.clone(), database);
    site.deliver(&hook(&Fix::new("github", 1, "ada"))).await;
    site.board_where("a fix", |board| of_team(board, "shanghai", "points") == 1)
        .await;
    Some((server, site, proxy))
}

#[actix_web::test]
async fn a_database_gone_dark_is_told_at_once_and_hooks_are_kept_again_once_it_is_back() {
    let Some((server, site, proxy)) = behind_a_tunnel().await else {
        return;
    };
    for round in 0..2 {
        proxy.dark(true);
        let lost = hook(&Fix::new("github", 10 * round + 2, "ada"));
        let began = Instant::now();
        let answer = site.send(&lost).await;
        answer.is_problem(503);
        assert!(!answer.header("retry-after").is_empty());
        assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
        until("/readyz says so", || async {
            let answer = site.get("/readyz").await;
            (answer.status == 503 && answer.text().contains("nothing can be committed")).then_some(())
        })
        .await;
        // Many more than there are connections.
        let began = Instant::now();
        for number in 0..30 {
            site.send(&hook(&Fix::new("github", 100 + number, "ada")))
                .await
                .is_problem(503);
            site.get("/api/v1/competitions/spring/submissions")
                .await
                .is_problem(503);
        }
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
        proxy.dark(false);
        until("it is ready again", || async {
            (site.get("/readyz").await.status == 200).then_some(())
        })
        .await;
        // The forge sends again what was not acknowledged.
        let answer = site.send(&lost).await;
        assert!((200..300).contains(&answer.status), "{}", answer.text());
        site.deliver(&hook(&Fix::new("github", 10 * round + 3, "ada"))).await;
        site.board_where("both fixes", |board| {
            of_team(board, "shanghai", "points") == 3 + 2 * round
        })
        .await;
    }
    let (code, _) = server.terminate().await;
    assert_eq!(code, Some(0));
}

#[actix_web::test]
async fn sigterm_is_heard_while_the_database_is_dark() {
    for known in [false, true] {
        let Some((server, site, proxy)) = behind_a_tunnel().await else {
            return;
        };
        proxy.dark(true);
        let waiting = actix_web::rt::spawn(async move {
            let hook = hook(&Fix::new("github", 2, "ada"));
            let mut request = site.http.post(format!("{}{}", site.url, hook.path)).body(hook.body);
            for (name, value) in &hook.headers {
                request = request.header(name, value);
            }
            request.send().await.map(|answer| answer.status().as_u16())
        });
        tokio::time::sleep(Duration::from_secs(if known { 10 } else { 1 })).await;
        let (code, took) = server.terminate().await;
        assert_eq!(code, Some(0));
        assert!(took < Duration::from_secs(16), "{took:?}");
        // It may have been hung up on, and was not told that it is kept.
        assert_ne!(waiting.await.unwrap().unwrap_or(503), 202);
        proxy.dark(false);
    }
}
