//! Backup, restore and rebuild, while the program is in use.

use crate::support::*;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

#[actix_web::test]
async fn s7_a_backup_under_load_restores_and_folds_to_the_same() {
    let database = Arc::new(Database::new());
    let server = Server::seeded(&database, Folder::new().on_disk().path()).await;
    let site = Arc::new(Site::at(server.url.clone(), Arc::clone(&database)));
    let over = Arc::new(AtomicBool::new(false));
    let load = {
        let (site, over) = (Arc::clone(&site), Arc::clone(&over));
        actix_web::rt::spawn(async move {
            let mut number = 0;
            while !over.load(Ordering::Relaxed) {
                number += 1;
                site.deliver(&hook(&Fix::new("github", number, "ada"))).await;
            }
        })
    };
    site.board_where("a load", |board| {
        of_team(board, "shanghai", "points").as_i64() > Some(2)
    })
    .await;
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("backup");
    let file = file.to_str().unwrap();
    bugathlon(&database.url, &["backup", file]).await.fine();
    over.store(true, Ordering::Relaxed);
    load.await.unwrap();

    let other = Database::new();
    bugathlon(&other.url, &["restore", file]).await.fine();
    let (kept, folded) = (other.count("deliveries"), other.count("ledger"));
    assert!(kept > 2 && folded > 2, "{kept} deliveries, {folded} entries");
    if !other.is_postgres() {
        assert_eq!(
            other.texts("SELECT integrity_check AS text FROM pragma_integrity_check"),
            ["ok"]
        );
    }
    let export = dir.path().join("export");
    let export = export.to_str().unwrap();
    bugathlon(&other.url, &["export", "spring", export]).await.fine();
    bugathlon(&other.url, &["verify", export]).await.fine();
    // Whoever restored goes on from there: what was kept and not looked at yet is looked at.
    let restored = Server::start(&other).await;
    let other = Arc::new(other);
    let there = Site::at(restored.url.clone(), Arc::clone(&other));
    let settled = there.settled().await;
    assert!(settled.iter().all(|line| line == "done "), "{settled:?}");
    assert_eq!(there.submissions().len() as i64, kept);
    there
        .board_where("every delivery of the backup", |board| {
            of_team(board, "shanghai", "points") == kept
        })
        .await;
}

#[actix_web::test]
async fn a_restore_into_a_database_that_holds_something_is_refused() {
    let database = Database::new();
    let seed = Folder::new().on_disk();
    bugathlon(&database.url, &["seed", seed.path().to_str().unwrap()])
        .await
        .fine();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("backup");
    let file = file.to_str().unwrap();
    bugathlon(&database.url, &["backup", file]).await.fine();
    let said = bugathlon(&database.url, &["restore", file]).await;
    assert!([1, 3].contains(&said.code) && !said.err.is_empty(), "{said:?}");
    assert_eq!(database.count("teams"), 3);
    std::fs::write(file, "no backup").unwrap();
    let empty = Database::new();
    assert_eq!(bugathlon(&empty.url, &["restore", file]).await.code, 1);
}

#[actix_web::test]
async fn s4_a_rebuild_of_what_came_by_hooks_changes_nothing() {
    let site = Site::of(&Folder::new()).await;
    for number in 1..=12 {
        let author = ["ada", "bo", "cy"][number as usize % 3];
        let mut fix = Fix::new("github", number, author).merged(ago(13 - number as i64));
        // Ports and doubles among them.
        fix.title = format!("Fix crack {}", number % 5);
        site.deliver(&hook(&fix)).await;
    }
    site.settled().await;
    let (before, entries) = (site.submissions(), site.database.count("ledger"));
    let said = bugathlon(&site.database.url, &["rebuild", "spring"]).await.fine();
    assert_eq!(
        (site.submissions(), site.database.count("ledger")),
        (before, entries),
        "{said}"
    );
    assert_eq!(bugathlon(&site.database.url, &["rebuild", "autumn"]).await.code, 1);
    site.stop().await;
}
