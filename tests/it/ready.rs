//! Tasks that fail or hang, and what /readyz says of what cannot be kept.

use crate::support::*;
use bugathlon::{
    app,
    store::{self, StoreError},
    web::{Job, Patience},
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

/// Looks often, and is as patient as ever.
fn often() -> Patience {
    Patience {
        look: Duration::from_millis(50),
        ..Patience::default()
    }
}

async fn unready(site: &Site, reason: &str) {
    until(&format!("/readyz: {reason}"), || async {
        let answer = site.get("/readyz").await;
        (answer.status == 503 && answer.text().contains(reason)).then_some(())
    })
    .await;
}

async fn ready(site: &Site) {
    until("it is ready", || async {
        (site.get("/readyz").await.status == 200).then_some(())
    })
    .await;
}

#[actix_web::test]
async fn a_panic_in_a_transaction_undoes_it_and_the_next_one_works() {
    let site = Site::of(&Folder::new()).await;
    let store = &site.app().store;
    for round in 0..40 {
        let failed: Result<(), StoreError> = store
            .write(|db| {
                store::probe(db, "half", app::now())?;
                panic!("in the middle")
            })
            .await;
        assert!(matches!(failed, Err(StoreError::Panicked(_))), "{round}: {failed:?}");
        let failed: Result<(), StoreError> = store.read(|_| panic!("reading")).await;
        assert!(matches!(failed, Err(StoreError::Panicked(_))), "{round}: {failed:?}");
        let failed: Result<(), StoreError> = store.bare(|_| panic!("bare")).await;
        assert!(matches!(failed, Err(StoreError::Panicked(_))), "{round}: {failed:?}");
    }
    assert_eq!(site.database.count("probes WHERE instance = 'half'"), 0);
    let worked: Result<(), StoreError> = store.write(|db| store::probe(db, "whole", app::now())).await;
    worked.unwrap();
    assert_eq!(site.database.count("probes WHERE instance = 'whole'"), 1);
    site.deliver(&hook(&Fix::new("github", 1, "ada"))).await;
    site.board_where("a fix", |board| of_team(board, "shanghai", "points") == 1)
        .await;
    let counted = site.get("/metrics").await.text();
    assert!(counted.contains("bugathlon_panics_total{job=\"store\"}"), "{counted}");
    site.stop().await;
}

#[actix_web::test]
async fn a_task_that_panics_is_counted_and_goes_on() {
    let rounds: Arc<[AtomicU32; 5]> = Arc::default();
    let seen = Arc::clone(&rounds);
    let site = Site::set_up(&Folder::new(), move |settings| {
        settings.interrupt = Some(Arc::new(move |job: Job| {
            let round = seen[job as usize].fetch_add(1, Ordering::Relaxed);
            Box::pin(async move { assert!(round > 2, "round {round}") })
        }));
    })
    .await;
    site.deliver(&hook(&Fix::new("github", 1, "ada"))).await;
    site.board_where("a fix", |board| of_team(board, "shanghai", "points") == 1)
        .await;
    for job in [Job::Queue, Job::Clock, Job::Boards, Job::Sources] {
        until(job.name(), || async {
            (rounds[job as usize].load(Ordering::Relaxed) > 4).then_some(())
        })
        .await;
        let line = format!("bugathlon_panics_total{{job=\"{}\"}}", job.name());
        let counted = site.get("/metrics").await.text();
        assert!(counted.contains(&line), "{line}: {counted}");
    }
    assert_eq!(site.get("/readyz").await.status, 200);
    site.stop().await;
}

#[actix_web::test]
async fn readyz_says_that_nothing_can_be_committed_and_that_tables_are_others() {
    let site = Site::set_up(&Folder::new(), |settings| settings.watch = often()).await;
    ready(&site).await;
    site.database.run("ALTER TABLE probes RENAME TO elsewhere").unwrap();
    unready(&site, "nothing can be committed").await;
    site.database.run("ALTER TABLE elsewhere RENAME TO probes").unwrap();
    ready(&site).await;
    let version = "'20261125310000'";
    let sql = format!("DELETE FROM __diesel_schema_migrations WHERE version = {version}");
    site.database.run(&sql).unwrap();
    unready(&site, "migrations are pending (2026-11-25-310000_instance)").await;
    let sql = format!("INSERT INTO __diesel_schema_migrations (version) VALUES ({version})");
    site.database.run(&sql).unwrap();
    ready(&site).await;
    site.database
        .run("INSERT INTO __diesel_schema_migrations (version) VALUES ('20991231000000')")
        .unwrap();
    unready(&site, "migration 20991231000000 is unknown").await;
    assert_eq!(site.get("/healthz").await.status, 200);
    site.stop().await;
}

#[actix_web::test]
async fn readyz_says_which_task_stands_still() {
    let site = Site::set_up(&Folder::new(), |settings| {
        settings.watch = Patience {
            still: Duration::from_millis(300),
            ..often()
        };
        settings.interrupt = Some(Arc::new(|job: Job| {
            Box::pin(async move {
                if job == Job::Boards {
                    std::future::pending::<()>().await;
                }
            })
        }));
    })
    .await;
    unready(&site, "the task `boards` has stood still").await;
}

#[actix_web::test]
async fn readyz_says_that_deliveries_have_waited_for_too_long() {
    let site = Site::set_up(&Folder::new(), |settings| {
        settings.watch = Patience {
            still: Duration::from_secs(3600),
            queue: Duration::from_millis(200),
            ..often()
        };
        settings.interrupt = Some(Arc::new(|job: Job| {
            Box::pin(async move {
                if job == Job::Queue {
                    std::future::pending::<()>().await;
                }
            })
        }));
    })
    .await;
    ready(&site).await;
    site.deliver(&hook(&Fix::new("github", 1, "ada"))).await;
    unready(&site, "deliveries wait: the oldest arrived").await;
}

#[actix_web::test]
async fn readyz_says_that_no_commit_has_come_for_long() {
    // It looks once, at the start, and so sees none after.
    let site = Site::set_up(&Folder::new(), |settings| {
        settings.watch = Patience {
            look: Duration::from_millis(400),
            still: Duration::ZERO,
            ..Patience::default()
        };
    })
    .await;
    unready(&site, "nothing has been committed for").await;
    site.stop().await;
}

#[actix_web::test]
async fn readyz_says_that_the_file_at_the_path_is_another() {
    if Database::server().is_some() {
        return;
    }
    for replaced in [false, true] {
        let site = Site::set_up(&Folder::new(), |settings| settings.watch = often()).await;
        ready(&site).await;
        let path = site.database.url.trim_start_matches("sqlite://").to_owned();
        if replaced {
            std::fs::copy(&path, format!("{path}.copy")).unwrap();
            std::fs::rename(format!("{path}.copy"), &path).unwrap();
            unready(&site, "another file than the one that is open").await;
        } else {
            std::fs::remove_file(&path).unwrap();
            unready(&site, "is gone from its path").await;
        }
        site.stop().await;
    }
}

#[actix_web::test]
async fn a_hook_into_an_inbox_that_was_taken_away_is_not_acknowledged() {
    if Database::server().is_some() {
        return;
    }
    for replaced in [false, true] {
        let site = Site::set_up(&Folder::new(), |settings| settings.watch = often()).await;
        ready(&site).await;
        site.deliver(&hook(&Fix::new("github", 1, "ada"))).await;
        site.settled().await;
        let path = format!("{}-inbox", site.database.url.trim_start_matches("sqlite://"));
        if replaced {
            std::fs::copy(&path, format!("{path}.copy")).unwrap();
            std::fs::rename(format!("{path}.copy"), &path).unwrap();
        } else {
            std::fs::remove_file(&path).unwrap();
        }
        site.send(&hook(&Fix::new("github", 2, "ada"))).await.is_problem(503);
        unready(&site, "-inbox is").await;
        site.stop().await;
    }
}

#[actix_web::test]
async fn one_delivery_that_was_set_aside_does_not_make_it_unready() {
    let site = Site::set_up(&Folder::new(), |settings| settings.watch = often()).await;
    site.deliver(&hook(&Fix::new("github", 1, "ada"))).await;
    site.settled().await;
    site.database
        .run("UPDATE deliveries SET state = 'queued', received_at = 1, tried_at = 1, not_before = 9999999999999")
        .unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
    ready(&site).await;
    site.stop().await;
}

#[actix_web::test]
async fn the_line_before_the_writer_of_sqlite_has_an_end() {
    let database = Database::new();
    if database.is_postgres() {
        return;
    }
    let store = store::Store::open(&database.parsed()).unwrap();
    let (begun, begins) = std::sync::mpsc::channel();
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let holder = store.clone();
    let held = actix_web::rt::spawn(async move {
        holder
            .write(move |_| {
                begun.send(()).unwrap();
                wait.recv().unwrap();
                Ok::<_, StoreError>(())
            })
            .await
    });
    tokio::task::spawn_blocking(move || begins.recv().unwrap())
        .await
        .unwrap();
    let waiting: Vec<_> = (0..512)
        .map(|_| {
            let store = store.clone();
            actix_web::rt::spawn(async move { store.write(|_| Ok::<_, StoreError>(())).await })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let refused = store.write(|_| Ok::<_, StoreError>(())).await;
    assert!(matches!(refused, Err(StoreError::Later(_))), "{refused:?}");
    go.send(()).unwrap();
    held.await.unwrap().unwrap();
    for one in waiting {
        one.await.unwrap().unwrap();
    }
    store.write(|_| Ok::<_, StoreError>(())).await.unwrap();
}
