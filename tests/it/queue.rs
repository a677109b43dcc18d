//! What keeps a turn from passing, and what becomes of a delivery that alone does; what failed is looked at again.

use crate::support::*;
use bugathlon::{
    app::{self, App, Ingest},
    domain::{forge::Forge, team::CompetitionId, text::Slug, time::Moment},
    store::{self, NewDelivery, Store},
};
use std::sync::Arc;

/// A seeded competition with no server, whose queue is worked at the times that a test says.
struct Still {
    database: Arc<Database>,
    app: App,
    ingest: Ingest,
    now: Moment,
}

impl Still {
    async fn new() -> Self {
        let database = Arc::new(Database::new());
        let store = Store::open(&database.parsed()).unwrap();
        store::migrate(&store).await.unwrap();
        let app = App::new(store);
        let now = app::now();
        app::seed(&app, Folder::new().on_disk().path(), now, |_| ())
            .await
            .unwrap();
        Self {
            ingest: Ingest::start(app.clone()),
            database,
            app,
            now,
        }
    }

    async fn keep(&self, number: u64) -> app::Received {
        let hook = hook(&Fix::new("github", number, "ada"));
        let delivery = NewDelivery {
            forge: Forge::GitHub,
            source: Slug::parse("kiln").unwrap(),
            key: format!("key-{number}"),
            event: "pull_request".into(),
            received_at: self.now,
            confirmed: true,
            proven_by: vec![CompetitionId(1)],
            body: app::pack(&hook.body).unwrap(),
        };
        self.ingest.keep(delivery).await.unwrap()
    }

    async fn work(&mut self, seconds: i64) -> Result<usize, app::AppError> {
        self.now = self.now.plus(seconds * 1_000);
        app::work_queue(&self.app, self.now).await
    }

    fn states(&self, state: &str) -> i64 {
        self.database.count(&format!("deliveries WHERE state = '{state}'"))
    }

    /// The database refuses pulls with words that nobody knows: those of a number, or all.
    fn break_pulls(&self, number: Option<u64>) {
        let when = number.map_or("1 = 1".to_owned(), |number| format!("NEW.number = {number}"));
        let sql = if self.database.is_postgres() {
            format!(
                "CREATE FUNCTION boom() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'kaboom'; END $$ LANGUAGE plpgsql; \
                 CREATE TRIGGER boom BEFORE INSERT ON pulls FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION boom()"
            )
        } else {
            format!("CREATE TRIGGER boom BEFORE INSERT ON pulls WHEN {when} BEGIN SELECT RAISE(ABORT, 'kaboom'); END")
        };
        self.database.run(&sql).unwrap();
    }

    fn mend_pulls(&self) {
        let on = if self.database.is_postgres() { " ON pulls" } else { "" };
        self.database.run(&format!("DROP TRIGGER boom{on}")).unwrap();
    }
}

#[actix_web::test]
async fn an_error_of_the_database_changes_nothing_and_fails_nothing() {
    let mut still = Still::new().await;
    for number in 1..=40 {
        still.keep(number).await;
    }
    still.break_pulls(None);
    for _ in 0..20 {
        still.work(61).await.unwrap_err();
    }
    assert_eq!(still.states("queued"), 40);
    assert_eq!(still.database.count("deliveries WHERE tried_at IS NOT NULL"), 0);
    still.mend_pulls();
    assert_eq!(still.work(1).await.unwrap(), 40);
    assert_eq!((still.states("done"), still.database.count("ledger")), (40, 40));
}

#[actix_web::test]
async fn a_delivery_that_alone_keeps_turns_from_passing_waits_alone_and_is_given_up_only_when_others_pass() {
    let mut still = Still::new().await;
    still.break_pulls(Some(13));
    for number in 1..=40 {
        still.keep(number).await;
    }
    assert_eq!(still.work(0).await.unwrap(), 39);
    assert_eq!((still.states("done"), still.states("queued")), (39, 1));
    // Tried before its time: not at all.
    let tried = || {
        still
            .database
            .texts("SELECT CAST(tried_at AS TEXT) AS text FROM deliveries WHERE state = 'queued'")
    };
    let first = tried();
    app::work_queue(&still.app, still.now.plus(900)).await.unwrap();
    assert_eq!(tried(), first);
    // With nobody else to pass, it may be the database: it is never given up.
    for _ in 0..30 {
        still.work(61).await.unwrap();
    }
    assert_eq!((still.states("queued"), still.states("failed")), (1, 0));
    // Others pass at once, each time, and at last it is given up.
    for number in 100..120 {
        still.keep(number).await;
        assert_eq!(still.work(61).await.unwrap(), 1);
    }
    assert_eq!((still.states("done"), still.states("failed")), (59, 1));
    let why = still
        .database
        .texts("SELECT reason AS text FROM deliveries WHERE state = 'failed'");
    assert!(why[0].contains("kaboom"), "{why:?}");
    // And it can still be looked at again.
    still.mend_pulls();
    assert_eq!(app::retry(&still.app, None, still.now).await.unwrap(), 1);
    assert_eq!(still.work(0).await.unwrap(), 1);
    assert_eq!((still.states("done"), still.database.count("ledger")), (60, 60));
}

#[actix_web::test]
async fn many_that_do_not_pass_block_nobody_and_pass_together_once_they_can() {
    let mut still = Still::new().await;
    for number in 1..=30 {
        still.keep(number).await;
    }
    still.keep(99).await;
    let sql = if still.database.is_postgres() {
        "ALTER TABLE pulls ADD CONSTRAINT small CHECK (number > 90)"
    } else {
        "CREATE TRIGGER boom BEFORE INSERT ON pulls WHEN NEW.number <= 90 BEGIN SELECT RAISE(ABORT, 'kaboom'); END"
    };
    still.database.run(sql).unwrap();
    assert_eq!(still.work(0).await.unwrap(), 1);
    assert_eq!((still.states("done"), still.states("queued")), (1, 30));
    if still.database.is_postgres() {
        still.database.run("ALTER TABLE pulls DROP CONSTRAINT small").unwrap();
    } else {
        still.mend_pulls();
    }
    assert_eq!(still.work(2).await.unwrap(), 30);
    assert_eq!(still.states("done"), 31);
}

/// A hook whose body is not what the event promises, kept and failed.
async fn failed(site: &Site) -> Hook {
    let mut broken = hook(&Fix::new("github", 7, "ada"));
    broken.body = br#"{"action":"closed","pull_request":{"number":"seven"}}"#.to_vec();
    let sign = sha256(SECRET, &broken.body);
    let broken = broken.without("X-Hub-Signature-256").with("X-Hub-Signature-256", sign);
    assert_eq!(site.send(&broken).await.status, 202);
    assert!(site.settled().await[0].starts_with("failed "));
    broken
}

#[actix_web::test]
async fn what_failed_is_looked_at_again_when_the_forge_sends_it_again() {
    let site = Site::of(&Folder::new()).await;
    let broken = failed(&site).await;
    // The same delivery, as this version reads it.
    let good = hook(&Fix::new("github", 7, "ada"));
    let key = |hook: &Hook| {
        hook.headers
            .iter()
            .find(|(name, _)| name == "X-GitHub-Delivery")
            .unwrap()
            .1
            .clone()
    };
    let again = good.with("X-GitHub-Delivery", key(&broken));
    assert_eq!(site.send(&again).await.status, 200);
    assert_eq!(site.settled().await, ["done "]);
    assert_eq!(site.submissions(), ["github:clayworks/github!7 accepted 1"]);
    // What was done is not done again.
    assert_eq!(site.send(&again).await.status, 200);
    assert_eq!(
        (site.database.count("deliveries"), site.database.count("ledger")),
        (1, 1)
    );
    // What was ignored is looked at again, and ignored again.
    let ping = hook(&Fix::new("github", 8, "ada")).with("X-GitHub-Event", "ping");
    assert_eq!(site.send(&ping).await.status, 200);
    site.settled().await;
    let queued_at = "SELECT CAST(COALESCE(queued_at, 0) AS TEXT) AS text FROM deliveries WHERE state = 'ignored'";
    assert_eq!(site.database.texts(queued_at), ["0"]);
    assert_eq!(site.send(&ping).await.status, 200);
    site.settled().await;
    assert_ne!(site.database.texts(queued_at), ["0"]);
    site.stop().await;
}

#[actix_web::test]
async fn what_failed_is_looked_at_again_by_command_by_button_and_by_another_version() {
    let site = Site::of(&Folder::new()).await;
    failed(&site).await;
    let host = site.admin().await;
    let queued_at = || {
        site.database
            .texts("SELECT CAST(COALESCE(queued_at, 0) AS TEXT) AS text FROM deliveries")
    };
    let url = site.database.url.clone();
    // By command: of a source, and of a source that nobody knows.
    let out = bugathlon(&url, &["retry", "--source", "gitee/kiln"]).await.fine();
    assert!(out.starts_with("0 deliveries"), "{out}");
    assert_eq!(queued_at(), ["0"]);
    let out = bugathlon(&url, &["retry", "--source", "github/kiln"]).await.fine();
    assert!(out.starts_with("1 deliveries"), "{out}");
    site.settled().await;
    for unknown in ["github/nowhere", "kiln", "nowhere/kiln"] {
        assert_eq!(
            bugathlon(&url, &["retry", "--source", unknown]).await.code,
            1,
            "{unknown}"
        );
    }
    let by_command = queued_at();
    assert_ne!(by_command, ["0"]);
    // By the host's button, which stands there only where something failed, in both languages.
    let page = site.page(&host, "/competitions/spring/host/sources").await.text();
    assert_eq!(page.matches("Look again at what failed").count(), 1);
    let zh = site
        .page(&host, "/competitions/spring/host/sources?lang=zh")
        .await
        .text();
    assert!(zh.contains("重新处理失败的推送"));
    let button = "/competitions/spring/host/sources/github/kiln/retry";
    assert_eq!(site.submit(&host, button, &[]).await.status, 303);
    site.settled().await;
    assert_ne!(queued_at(), by_command);
    let nowhere = "/competitions/spring/host/sources/github/nowhere/retry";
    assert_eq!(site.submit(&host, nowhere, &[]).await.status, 404);
    let audited = "SELECT act || ' ' || subject AS text FROM audit WHERE act = 'source.retry'";
    assert_eq!(site.database.texts(audited), ["source.retry github/kiln"]);
    // By a start of another version; the same one leaves them alone.
    let before = queued_at();
    let twin = site.twin().await;
    assert_eq!(queued_at(), before);
    twin.stop().await;
    site.database.run("UPDATE deliveries SET failed_by = '0.0.0'").unwrap();
    let twin = site.twin().await;
    assert_ne!(queued_at(), before);
    assert!(site.settled().await[0].starts_with("failed "));
    twin.stop().await;
    site.stop().await;
}

#[actix_web::test]
async fn the_age_of_the_queue_is_a_metric_and_stands_on_the_hosts_page() {
    let site = Site::of(&Folder::new()).await;
    let host = site.admin().await;
    let page = site.page(&host, "/competitions/spring/host").await.text();
    assert!(
        page.contains("Oldest delivery not looked at") && page.contains("none waits"),
        "{page}"
    );
    // One that is set aside for long, and so waits.
    failed(&site).await;
    let later = app::now().plus(3_600_000).millis();
    let waits = format!(
        "UPDATE deliveries SET state = 'queued', received_at = received_at - 600000, tried_at = 0, not_before = {later}"
    );
    site.database.run(&waits).unwrap();
    until("the metric", || async {
        let metrics = site.get("/metrics").await.text();
        let line = metrics
            .lines()
            .find(|line| line.starts_with("bugathlon_queue_oldest_seconds "))?;
        let age: f64 = line.rsplit(' ').next()?.parse().ok()?;
        (age >= 600.0).then_some(())
    })
    .await;
    let page = site.page(&host, "/competitions/spring/host").await.text();
    assert!(!page.contains("none waits"), "{page}");
    site.stop().await;
}

#[actix_web::test]
async fn a_row_of_the_inbox_that_cannot_be_read_holds_up_no_other() {
    let mut still = Still::new().await;
    if still.database.is_postgres() {
        return;
    }
    for number in 1..=3 {
        still.keep(number).await;
    }
    still
        .database
        .run_in_the_inbox("UPDATE inbox SET forge = 'nobody' WHERE delivery_key = 'key-2'");
    assert_eq!(still.work(1).await.unwrap(), 2);
    assert_eq!((still.states("done"), still.database.in_the_inbox()), (2, 0));
    // It is still there, for people.
    still
        .database
        .run_in_the_inbox("UPDATE unreadable SET forge = 'github'");
}
