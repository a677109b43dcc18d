use super::{Bench, at, now, spring};
use crate::{
    app::{Health, Symptom, doctor, rebuild},
    store::DatabaseUrl,
};

#[tokio::test]
async fn s4_rebuild_equals_live() {
    let bench = Bench::seeded("spring-sprint").await;
    let rebuilt = rebuild(&bench.app, &spring(), now()).await.unwrap();
    assert_eq!((rebuilt.submissions, rebuilt.differed, rebuilt.entries), (250, 0, 0));
    assert!(!rebuilt.links_differed && rebuilt.proof.holds(), "{rebuilt:?}");
    assert_eq!(rebuilt.proof.entries, 250);
}

#[tokio::test]
async fn s4_what_was_altered_is_folded_back() {
    let bench = Bench::seeded("spring-sprint").await;
    bench
        .sql(
            "UPDATE submissions SET points = points + 5 WHERE id IN (SELECT id FROM submissions WHERE status = 'accepted' LIMIT 2);
             UPDATE accounts SET forge_user_id = '999999' WHERE NOT proven AND forge_user_id IS NOT NULL;
             DELETE FROM links WHERE submission_id = 7;",
        )
        .await;
    let rebuilt = rebuild(&bench.app, &spring(), now()).await.unwrap();
    // The alteration had no entry, so the way back has none: the ledger was right all along.
    assert_eq!((rebuilt.differed, rebuilt.named.len(), rebuilt.entries), (2, 2, 0));
    assert!(rebuilt.links_differed && rebuilt.rebound > 0);
    assert!(rebuilt.proof.holds(), "{:?}", rebuilt.proof);
    let again = rebuild(&bench.app, &spring(), now()).await.unwrap();
    assert_eq!((again.differed, again.rebound, again.links_differed), (0, 0, false));
}

#[tokio::test]
async fn s13_rebuild_and_doctor_name_the_first_altered_entry() {
    let bench = Bench::seeded("spring-sprint").await;
    bench.sql("UPDATE ledger SET points = points + 1 WHERE seq = 17").await;
    let rebuilt = rebuild(&bench.app, &spring(), now()).await.unwrap();
    let told = rebuilt.proof.broken.unwrap().to_string();
    assert_eq!(
        told,
        "the hash of entry 17 does not fit the entry and the hash before it"
    );
    assert_eq!(rebuilt.proof.count, 1);
    let symptoms = examine(&bench, now()).await;
    let broken = symptoms.iter().find(|s| s.said.contains("entry 17")).unwrap();
    assert_eq!(broken.health, Health::Failure);
}

async fn examine(bench: &Bench, now: crate::domain::time::Moment) -> Vec<Symptom> {
    doctor(
        &DatabaseUrl::Sqlite(bench.path("b.db")),
        |variable| variable == "SET",
        || now,
    )
    .await
}

#[tokio::test]
async fn doctor_finds_nothing_in_a_healthy_database_and_everything_in_a_sick_one() {
    let bench = Bench::seeded("mindcon-geek-week").await;
    let worst = |symptoms: &[Symptom]| {
        let sick = symptoms.iter().filter(|s| s.health != Health::Ok);
        sick.map(|s| format!("{}: {}", s.health.as_str(), s.said))
            .collect::<Vec<_>>()
    };
    let healthy = examine(&bench, now()).await;
    assert_eq!(worst(&healthy), Vec::<String>::new());

    bench
        .sql(
            "UPDATE competitions SET definition = replace(definition, 'literal:demonstration-only-gitee-secret', 'env:UNSET_VARIABLE');
             INSERT INTO deliveries (forge, source, delivery_key, event, received_at, confirmed, body, state, reason) VALUES
               ('gitee', 'lanterns', 'k1', 'e', 5, TRUE, x'00', 'failed', 'no number'),
               ('gitee', 'lanterns', 'k2', 'e', 5, TRUE, x'00', 'queued', NULL);
             PRAGMA foreign_keys = OFF;
             INSERT INTO memberships (competition_id, person_id, team_id) VALUES (77, 77, 77);",
        )
        .await;
    let sick = worst(&examine(&bench, at("2026-11-01T00:00:00Z")).await);
    for told in [
        "failure: the database file is damaged: row",
        "failure: this machine's clock is",
        "secrets: the environment variable UNSET_VARIABLE is not set",
        "warning: 1 deliveries could not be read",
        "no number",
        "warning: 1 deliveries have waited for over a minute",
    ] {
        assert!(sick.iter().any(|said| said.contains(told)), "{told}: {sick:#?}");
    }
    assert!(
        !sick.iter().any(|said| said.contains("demonstration-only")),
        "a secret is printed"
    );
    let nowhere = doctor(&DatabaseUrl::Sqlite(bench.path("none.db")), |_| true, now).await;
    assert!(nowhere[0].said.starts_with("there is no database at"));
    assert!(!bench.path("none.db").exists(), "looking made a database");
}
