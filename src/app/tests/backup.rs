use super::{Bench, now, open, seeds, spring};
use crate::{
    app::{App, AppError, backup, export, import, restore, seed, verify},
    domain::ledger::Cause,
    store,
};
use std::{
    io::{BufReader, Read},
    path::Path,
};

/// The rows of a backup, without its header and its end.
fn rows(path: &Path) -> Vec<String> {
    let mut text = String::new();
    let file = std::fs::File::open(path).unwrap();
    zstd::Decoder::new(file).unwrap().read_to_string(&mut text).unwrap();
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines[1..lines.len() - 1].to_vec()
}

async fn refusal(app: &App, path: &Path) -> String {
    match restore(app, path, |_| ()).await {
        Err(AppError::Refused(refused)) => refused.to_string(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn s7_a_backup_restores_to_the_same() {
    let bench = Bench::seeded("spring-sprint").await;
    // A body that is no text, and a second competition.
    seed(&bench.app, &seeds("mindcon-geek-week"), now(), |_| ())
        .await
        .unwrap();
    bench
        .sql(
            "INSERT INTO deliveries (forge, source, delivery_key, event, received_at, confirmed, body, state) \
             VALUES ('gitee', 'lanterns', 'k1', 'Merge Request Hook', 5, TRUE, x'00ff28b52ffd', 'done')",
        )
        .await;
    let (one, two) = (bench.path("one.bak"), bench.path("two.bak"));
    let written = backup(&bench.app, &one, now(), |_| ()).await.unwrap();
    assert_eq!(written["deliveries"], 1);
    let other = open(&bench.path("other.db")).await;
    assert_eq!(restore(&other, &one, |_| ()).await.unwrap(), written);
    backup(&other, &two, now(), |_| ()).await.unwrap();
    assert_eq!(std::fs::read(&one).unwrap(), std::fs::read(&two).unwrap());
    // Life goes on: the next ids and numbers follow the ones that came in.
    let again = seed(&other, &bench.path("folder"), now(), |_| ()).await.unwrap();
    assert!(!again.changed && again.lines.changes.entries == 0);
    let path = bench.path("export.ndjson");
    export(&other, &spring(), &path, now(), |_| ()).await.unwrap();
    assert_eq!(verify(&path, |_| ()).unwrap().differences, Vec::<String>::new());

    let told = refusal(&other, &one).await;
    assert!(
        told.starts_with("the database: is not empty: there is something in competitions,"),
        "{told}"
    );
}

#[tokio::test]
async fn s7_what_is_cut_off_or_altered_is_refused_and_the_database_stays_as_it_was() {
    let bench = Bench::seeded("spring-sprint").await;
    let path = bench.path("one.bak");
    backup(&bench.app, &path, now(), |_| ()).await.unwrap();
    let whole = std::fs::read(&path).unwrap();
    let mut plain = Vec::new();
    zstd::Decoder::new(&whole[..]).unwrap().read_to_end(&mut plain).unwrap();
    let packed = |text: &str| zstd::encode_all(text.as_bytes(), 1).unwrap();
    let plain = String::from_utf8(plain).unwrap();
    let last = plain.trim_end().rfind('\n').unwrap() + 1;
    let without = |start: &str| {
        let row = plain.find(start).unwrap();
        let end = row + plain[row..].find('\n').unwrap() + 1;
        format!("{}{}", &plain[..row], &plain[end..])
    };
    let without_a_row = without("{\"id\":3,");
    let without_a_link = without("{\"competition_id\":1,\"key\":");
    // The newest migration, which every line of work moves on.
    let end = plain.find("\"]").unwrap();
    let newest = &plain[end - 14..end];
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 4;
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("cut", whole[..whole.len() / 2].to_vec(), "cannot be read"),
        ("cut at the end", whole[..whole.len() - 1].to_vec(), "cannot be read"),
        ("flipped", flipped, ""),
        ("empty", Vec::new(), "incomplete frame"),
        ("no zstd", b"hello\n".to_vec(), "cannot be read"),
        ("cut before it was packed", packed(&plain[..last]), "has no end"),
        ("cut inside a line", packed(&plain[..plain.len() / 2]), "cut off"),
        (
            "another name",
            packed(&plain.replacen("\"slug\":\"", "\"slug\":\"x", 3)),
            "altered",
        ),
        ("a row less", packed(&without_a_row), ""),
        ("a link less", packed(&without_a_link), "altered"),
        (
            "more after the end",
            packed(&format!("{plain}{{}}\n")),
            "stands after the end",
        ),
        (
            "another version",
            packed(&plain.replacen("\"version\":1", "\"version\":2", 1)),
            "version 2",
        ),
        (
            "other tables",
            packed(&plain.replacen(&format!("{newest}\"]"), "99991123100000\"]", 1)),
            "tables of migration 9",
        ),
        (
            "another table",
            packed(&plain.replacen("{\"table\":\"teams\"}", "{\"table\":\"tea\"}", 1)),
            "does not have",
        ),
        (
            "a column less",
            packed(&plain.replacen("\"revision\":1,", "", 1)),
            "is not taken",
        ),
    ];
    let other = open(&bench.path("other.db")).await;
    let before = backup(&other, &bench.path("before.bak"), now(), |_| ()).await.unwrap();
    for (what, bytes, told) in cases {
        let path = bench.path("bad.bak");
        std::fs::write(&path, bytes).unwrap();
        let refused = refusal(&other, &path).await;
        assert!(
            refused.contains(told) && refused.contains("bad.bak"),
            "{what}: {refused}"
        );
        let after = bench.path("after.bak");
        assert_eq!(backup(&other, &after, now(), |_| ()).await.unwrap(), before, "{what}");
        assert_eq!(rows(&after), rows(&bench.path("before.bak")), "{what}");
    }
    restore(&other, &path, |_| ()).await.unwrap();
}

/// A backup is of one instant, though pulls come in while it is written.
#[tokio::test]
async fn s7_a_backup_under_load_folds_again() {
    let bench = Bench::empty().await;
    let folder = bench.copied("spring-sprint", "");
    std::fs::remove_file(folder.join("pulls.ndjson")).unwrap();
    seed(&bench.app, &folder, now(), |_| ()).await.unwrap();
    let app = bench.app.clone();
    let load = tokio::spawn(async move {
        let text = std::fs::read_to_string(seeds("spring-sprint").join("pulls.ndjson")).unwrap();
        for line in text.lines() {
            let reader = BufReader::new(line.as_bytes());
            import(&app, None, "pulls", reader, Cause::Import, now(), |_| ())
                .await
                .unwrap();
        }
    });
    let mut taken = 0;
    while !load.is_finished() {
        let file = bench.path("load.bak");
        backup(&bench.app, &file, now(), |_| ()).await.unwrap();
        let copy = bench.path(&format!("copy{taken}.db"));
        let other = open(&copy).await;
        restore(&other, &file, |_| ()).await.unwrap();
        let path = bench.path("export.ndjson");
        export(&other, &spring(), &path, now(), |_| ()).await.unwrap();
        assert_eq!(verify(&path, |_| ()).unwrap().differences, Vec::<String>::new());
        taken += 1;
    }
    load.await.unwrap();
    assert!(taken > 1, "the load was over too soon to say anything");
    let sound = bench.app.store.read(store::filled_tables).await.unwrap();
    assert!(sound.contains(&"ledger"));
}
