//! Long acts: what is done in parts ends as one whole fold would, whoever interrupts it.

use super::{Bench, at, now, spring};
use crate::{
    app::{
        AppError, Wanted, Who,
        compare::differing,
        define, dry_run, export, finalize, new_person,
        parts::{Clock, begin, finish, in_parts},
        rebuild, reopen, sealed_export, sealed_result, take_reports, turn, verify,
    },
    domain::{ledger::Cause, login::LoginName, report::Report},
    store::{self, Work},
};

async fn text(bench: &Bench) -> String {
    let competition = bench.app.competition(&spring()).await.unwrap();
    competition.stored.definition
}

async fn put(bench: &Bench, text: String) -> crate::app::Defined {
    let wanted = Wanted {
        address: spring(),
        text,
        reason: Some("a test".into()),
        must_be_new: false,
        made_from: None,
    };
    define(&bench.app, &host(bench).await, wanted, now()).await.unwrap()
}

async fn host(bench: &Bench) -> Who {
    let made = |db: &mut store::Db| {
        let name = LoginName::parse("host").unwrap();
        let login = match store::login_by_key(db, &name.key())? {
            Some(login) => login.id,
            None => {
                let person = new_person(db, "host")?;
                store::insert_login(db, &name, None, person, now())?
            }
        };
        let login = store::login_by_id(db, login)?.unwrap();
        Ok::<_, AppError>(Who::of(db, login, String::new())?)
    };
    bench.app.store.write(made).await.unwrap()
}

async fn unfinished(bench: &Bench) -> bool {
    let competition = bench.app.competition(&spring()).await.unwrap();
    competition.stored.unfinished.is_some()
}

async fn folds_to_the_same(bench: &Bench) {
    let rebuilt = rebuild(&bench.app, &spring(), now()).await.unwrap();
    assert_eq!((rebuilt.differed, rebuilt.entries), (0, 0), "{:?}", rebuilt.named);
    assert!(!rebuilt.links_differed && rebuilt.proof.holds(), "{rebuilt:?}");
}

#[tokio::test]
async fn what_no_rule_reads_moves_and_folds_nothing() {
    let bench = Bench::seeded("spring-sprint").await;
    let known = text(&bench).await;
    let before = bench.app.competition(&spring()).await.unwrap().stored;
    let renamed = known.replacen("en = \"", "en = \"New ", 1);
    assert_ne!(renamed, known);
    // An alteration that a fold would find: none is made.
    bench.sql("UPDATE submissions SET worth = worth + 1 WHERE id = 3").await;
    let defined = put(&bench, renamed).await;
    assert!(defined.changed && defined.changes.submissions == 0);
    let after = bench.app.competition(&spring()).await.unwrap().stored;
    assert!(after.revision > before.revision && after.unfinished.is_none());
    assert_eq!(rebuild(&bench.app, &spring(), now()).await.unwrap().differed, 1);
}

#[tokio::test]
async fn s4_a_definition_that_was_not_folded_to_its_end_is_finished_by_whoever_looks_next() {
    let bench = Bench::seeded("spring-sprint").await;
    // As the act's own transaction leaves it where the process is killed behind it.
    let text = text(&bench).await;
    let doubled = text.replacen("base = 1", "base = 7", 1);
    assert_ne!(doubled, text);
    bench
        .app
        .store
        .write(move |db| {
            let id = store::put_definition(db, &spring(), &doubled, now())?;
            store::begin_work(db, id, Work::Fold(Cause::Definition), Some(now().plus(60_000)))
        })
        .await
        .unwrap();
    // Somebody may be at it: nobody else begins.
    turn(&bench.app, now()).await.unwrap();
    assert!(unfinished(&bench).await);
    // They have not said so for a minute.
    let later = now().plus(61_000);
    turn(&bench.app, later).await.unwrap();
    for _ in 0..500 {
        if !unfinished(&bench).await {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert!(!unfinished(&bench).await);
    folds_to_the_same(&bench).await;
}

#[tokio::test]
async fn s6_a_seal_that_came_to_no_result_is_taken_off_again() {
    let bench = Bench::seeded("spring-sprint").await;
    let sealed_at = now();
    bench
        .app
        .store
        .write(move |db| {
            let id = store::competition(db, &spring())?.unwrap().id;
            let seal = crate::domain::competition::Seal {
                revealed_at: Some(sealed_at),
                finalized_at: Some(sealed_at),
            };
            store::set_seal(db, id, seal)?;
            store::put_result_part(db, id, 1, b"half")?;
            store::begin_work(db, id, Work::Seal, Some(sealed_at.plus(60_000)))
        })
        .await
        .unwrap();
    assert!(sealed_result(&bench.app, &spring()).await.is_err());
    let path = bench.path("export");
    // An export waits for what is unfinished, and here does it.
    let done = export(&bench.app, &spring(), &path, now().plus(61_000), |_| ()).await;
    done.unwrap();
    let competition = bench.app.competition(&spring()).await.unwrap();
    assert_eq!(competition.stored.seal, Default::default());
    assert!(verify(&path, |_| ()).unwrap().differences.is_empty());
    folds_to_the_same(&bench).await;
}

#[tokio::test]
async fn a_seal_publishes_an_export_in_parts_and_comes_off_again() {
    let bench = Bench::seeded("spring-sprint").await;
    let end = at("2027-03-01T00:00:00Z");
    let sealed = finalize(&bench.app, &host(&bench).await, &spring(), None, end)
        .await
        .unwrap();
    assert_eq!(sealed_result(&bench.app, &spring()).await.unwrap(), sealed);
    let mut bytes = Vec::new();
    let mut reader = sealed_export(&bench.app, &spring()).await.unwrap();
    std::io::Read::read_to_end(&mut reader, &mut bytes).unwrap();
    assert_eq!(bytes.len() as u64, sealed.size);
    let path = bench.path("sealed");
    std::fs::write(&path, &bytes).unwrap();
    assert!(verify(&path, |_| ()).unwrap().differences.is_empty());
    reopen(&bench.app, &host(&bench).await, &spring(), "a mistake".into(), end)
        .await
        .unwrap();
    assert!(!unfinished(&bench).await);
    assert!(sealed_result(&bench.app, &spring()).await.is_err());
}

#[tokio::test]
async fn a_dry_run_of_a_name_folds_nothing_and_of_a_rule_says_what_applying_does() {
    let bench = Bench::seeded("spring-sprint").await;
    let text = text(&bench).await;
    let dry = dry_run(
        &bench.app,
        &spring(),
        &text.replacen("en = \"", "en = \"New ", 1),
        now(),
    )
    .await
    .unwrap();
    assert_eq!((dry.moved.submissions, dry.was.len()), (0, 1));
    let every = text.replacen("\"exceptions\"", "\"every\"", 1);
    assert_ne!(every, text);
    let dry = dry_run(&bench.app, &spring(), &every, now()).await.unwrap();
    let defined = put(&bench, every).await;
    assert_eq!(dry.moved.submissions, defined.changes.submissions);
    assert_eq!(dry.submissions.len(), dry.moved.submissions);
    folds_to_the_same(&bench).await;
}

/// A definition under which families have other numbers, labels other points, and everything is reviewed or not,
/// applied in parts of twenty while reports come between them, each with another title, label or author.
#[tokio::test]
async fn s4_reports_between_the_parts_end_as_one_whole_fold() {
    let bench = Bench::seeded("spring-sprint").await;
    let known = text(&bench).await;
    let (head, rest) = known.split_once("[[repository]]").unwrap();
    let at = rest.find("[rules]").unwrap();
    let (repositories, tail) = rest.split_at(at);
    let mut tables: Vec<&str> = repositories.split("[[repository]]").collect();
    assert!(tables.len() > 1, "the seed has one repository");
    tables.reverse();
    let turned = format!("{head}[[repository]]{}{tail}", tables.join("\n[[repository]]"));
    let turned = turned.replacen("base = 1", "base = 4", 1);
    let begun = bench
        .app
        .store
        .write(move |db| {
            let id = store::put_definition(db, &spring(), &turned, now())?;
            begin(db, id, Cause::Definition, now())
        })
        .await
        .unwrap();
    let definitions = bench.app.definitions();
    let pulls = bench
        .app
        .store
        .read(move |db| {
            let competition = definitions.by_id(db, begun.competition)?;
            differing(db, &competition, now())
        })
        .await
        .unwrap();
    assert!(pulls.len() > 100, "{} differ", pulls.len());
    for (turn, part) in pulls.chunks(20).enumerate() {
        in_parts(
            &bench.app,
            begun.competition,
            part.to_vec(),
            Clock::from(now()),
            Cause::Definition,
            Some(begun.number),
        )
        .await
        .unwrap();
        let (definitions, of) = (bench.app.definitions(), pulls.clone());
        bench
            .app
            .store
            .write(move |db| {
                let ids: Vec<_> = of.iter().copied().skip(turn * 7 % of.len()).step_by(31).collect();
                let facts = store::facts_by_id(db, &ids)?;
                let title = facts[0].pull.title.clone();
                let (sha, author) = (facts[0].pull.merge_sha.clone(), facts[0].pull.author.clone());
                let reports = facts.into_iter().enumerate().map(|(at, fact)| {
                    let mut pull = fact.pull;
                    match (at + turn) % 4 {
                        0 => pull.title.clone_from(&title),
                        1 => pull.head_sha.clone_from(&sha),
                        2 => pull.author = author.clone(),
                        _ => pull.labels.clear(),
                    }
                    pull.updated_at = Some(now().plus(turn as i64 * 1_000));
                    Report::of(pull)
                });
                take_reports(db, &definitions, reports.collect(), now(), Cause::Hook)
            })
            .await
            .unwrap();
    }
    bench
        .app
        .store
        .write(move |db| store::end_work(db, begun.competition, begun.number))
        .await
        .unwrap();
    folds_to_the_same(&bench).await;
}

/// Who began earlier stops where another act took its place, and its note stays for the other's.
#[tokio::test]
async fn an_act_that_another_replaced_stops() {
    let bench = Bench::seeded("spring-sprint").await;
    let doubled = text(&bench).await.replacen("base = 1", "base = 7", 1);
    let (first, second) = bench
        .app
        .store
        .write(move |db| {
            let id = store::put_definition(db, &spring(), &doubled, now())?;
            Ok::<_, AppError>((
                begin(db, id, Cause::Definition, now())?,
                begin(db, id, Cause::Roster, now())?,
            ))
        })
        .await
        .unwrap();
    let done = finish(&bench.app, first, now()).await;
    assert_eq!(done.submissions, 0);
    assert!(unfinished(&bench).await);
    let done = finish(&bench.app, second, now()).await;
    assert!(done.submissions > 0 && !unfinished(&bench).await);
    folds_to_the_same(&bench).await;
}

/// An old backlog does not hold up what came this minute: of each turn a share is of the newest.
#[tokio::test]
async fn a_turn_takes_mostly_the_oldest_and_some_of_the_newest() {
    let bench = Bench::seeded("spring-sprint").await;
    let taken = bench
        .app
        .store
        .write(|db| {
            let kept: Vec<store::NewDelivery> = (0..20).map(waiting).collect();
            store::keep_deliveries(db, &kept)?;
            let few = store::fresh_deliveries(db, 40)?.len();
            let taken = store::fresh_deliveries(db, 8)?;
            let first = store::fresh_deliveries(db, 1)?;
            Ok::<_, AppError>((few, taken, first))
        })
        .await
        .unwrap();
    let (few, taken, first) = taken;
    let ids: Vec<i64> = taken.iter().map(|queued| queued.id.0).collect();
    assert_eq!((few, first[0].id.0), (20, 1));
    assert_eq!(ids, [1, 2, 3, 4, 5, 6, 19, 20]);
}

fn waiting(number: i64) -> store::NewDelivery {
    store::NewDelivery {
        forge: crate::domain::forge::Forge::Gitee,
        source: crate::domain::text::Slug::parse("lanterns").unwrap(),
        key: number.to_string(),
        event: "e".into(),
        received_at: now(),
        confirmed: true,
        proven_by: Vec::new(),
        body: Vec::new(),
    }
}
