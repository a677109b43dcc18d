//! The server: its tasks, its start and its end.

use super::{
    Proxies, Site,
    doors::{Doors, open_files},
    limit::Limits,
    observe::observe,
    routes,
    running::Running,
    streams::{self, Streams},
    vitals::{Job, Patience, Vitals},
};
use crate::{
    app::{self, App, AppError, Ingest, Refusals, Sources},
    domain::level::Ladder,
    forge::{client::Client, oauth::Provider},
    live::{Boards, ReadDefinition},
    store::{Panicked, StoreError, guarded_round},
};
use actix_web::{App as Application, HttpServer, web};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use std::{
    future::Future,
    net::{SocketAddr, TcpListener},
    pin::Pin,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::sync::watch;

/// How often the ledger is looked at where nobody here rings: others write to it too.
const BEAT: Duration = Duration::from_millis(250);
/// How long a turn waits for others to come along, while more keep coming: what a turn costs, it costs once.
/// One that comes alone waits for nobody.
const GATHER: Duration = Duration::from_millis(100);
/// How often it is looked whether they still do.
const GATHER_LOOK: Duration = Duration::from_millis(5);
/// How long deliveries wait after a turn that did not pass, at first and at most.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// How often a quiet stream says that it is there.
pub(super) const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How long requests under way may take once the server is on its way out.
const DRAIN: u64 = 5;
/// How often it is looked at what time alone changes, and how often what is over is taken away.
const TURN: Duration = Duration::from_secs(1);
const TIDY: Duration = Duration::from_secs(60);
/// How long a request's head may take.
const HEAD: Duration = Duration::from_secs(30);

/// What happens before each round of a task: nothing, but in tests of what happens when one fails or hangs.
pub type Interrupt = Arc<dyn Fn(Job) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

/// How a server is to run.
pub struct Settings {
    pub listen: SocketAddr,
    /// Threads that answer requests; None: one a core.
    pub workers: Option<usize>,
    /// For links that leave the page; empty: relative.
    pub origin: String,
    /// Forges that people sign in with.
    pub providers: Vec<Provider>,
    /// How long a forge may take to answer somebody's sign-in.
    pub patience: Duration,
    /// Proxies that are believed about who asks.
    pub proxies: Proxies,
    /// Live streams at most; None: as many as the limit of open files leaves room for.
    pub streams: Option<usize>,
    /// What codes and certificates are read by.
    pub ladder: Ladder,
    /// How many files this process may open, connections among them.
    pub open_files: u64,
    /// When /readyz takes something for a fault.
    pub watch: Patience,
    pub interrupt: Option<Interrupt>,
}

impl Settings {
    /// With nothing set up but where to listen.
    pub fn at(listen: SocketAddr) -> Self {
        Self {
            listen,
            workers: None,
            origin: String::new(),
            providers: Vec::new(),
            patience: Duration::from_secs(10),
            proxies: Proxies::default(),
            streams: None,
            ladder: Ladder::default(),
            open_files: open_files(),
            watch: Patience::default(),
            interrupt: None,
        }
    }
}

// The recorder is the process's: a second server in it (as tests have) shares the first one's.
static METRICS: LazyLock<PrometheusHandle> = LazyLock::new(|| {
    let builder = PrometheusBuilder::new();
    let recorder = builder
        .set_buckets(&[0.000_1, 0.001, 0.01, 0.1, 1.0, 10.0])
        .unwrap_or_else(|_| PrometheusBuilder::new())
        .build_recorder();
    let handle = recorder.handle();
    // Fails where another recorder was there first: then this one counts nothing, which /metrics shows.
    let _ = metrics::set_global_recorder(recorder);
    handle
});

/// Why a server did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    App(#[from] AppError),
    #[error("cannot listen on {0}: {1}; set --listen (LISTEN) to a free address")]
    Listen(SocketAddr, std::io::Error),
    #[error("nothing can speak to a forge: this machine's TLS or resolver is not set up")]
    Client,
}

/// Starts serving. Returns once the boards are read and the address is listened on.
pub async fn start(app: App, sources: Sources, settings: Settings) -> Result<Running, StartError> {
    let metrics = METRICS.clone();
    let listener = TcpListener::bind(settings.listen).map_err(|why| StartError::Listen(settings.listen, why))?;
    let address = listener
        .local_addr()
        .map_err(|why| StartError::Listen(settings.listen, why))?;
    let (stopping, stop) = watch::channel(false);
    let boards = Boards::new(settings.ladder, true);
    let ingest = Ingest::start(app.clone());
    app::turn(&app, app::now()).await?;
    app::retry_of_other_versions(&app, app::now()).await?;
    let vitals = Vitals::new(settings.watch)?;
    vitals.forget(&app.store, app::now()).await;
    vitals.look(&app.store, app::now()).await;
    let read = app.definitions().reader();
    boards
        .beat(&app.store, &read, app::now())
        .await
        .map_err(AppError::from)?;
    let client = Client::new(settings.patience).map_err(|_| StartError::Client)?;
    let site = web::Data::new(Site {
        app: app.clone(),
        boards: boards.clone(),
        uncovered: boards.uncovered(),
        ingest: ingest.clone(),
        sources: sources.clone(),
        refusals: Refusals::default(),
        vitals,
        stopping: stop.clone(),
        begun: AtomicBool::new(true),
        metrics,
        origin: settings.origin,
        providers: settings.providers,
        client,
        limits: Limits::default(),
        streams: Streams::new(settings.streams.unwrap_or_else(|| streams::left_by(streams::files()))),
        proxies: settings.proxies,
    });
    let data = site.clone();
    let doors = Doors::new(settings.open_files, site.proxies.clone());
    let mut server = HttpServer::new(move || {
        Application::new()
            .app_data(data.clone())
            .wrap_fn(observe)
            .configure(routes::configure)
            .default_service(web::to(routes::nowhere))
    })
    .disable_signals()
    .shutdown_timeout(DRAIN)
    .client_request_timeout(HEAD)
    .on_connect(move |connection, data| doors.enter(connection, data));
    if let Some(workers) = settings.workers {
        server = server.workers(workers);
    }
    let server = server
        .listen(listener)
        .map_err(|why| StartError::Listen(address, why))?
        .run();
    let handle = server.handle();
    let asked = app.clone();
    let rounds = Rounds {
        site: site.clone(),
        interrupt: settings.interrupt,
    };
    let tasks = vec![
        tokio::spawn(work(app.clone(), ingest, boards.clone(), rounds.clone(), stop.clone())),
        tokio::spawn(follow(app, boards.clone(), sources, read, rounds.clone(), stop.clone())),
        tokio::spawn(tell_queue(asked, stop.clone())),
        tokio::spawn(keep_alive(boards, rounds.clone(), stop.clone())),
        tokio::spawn(watch_vitals(site, stop)),
    ];
    Ok(Running {
        address,
        handle,
        stopping,
        server: tokio::spawn(server),
        tasks,
    })
}

/// The rounds of the tasks: each is noted, and a panic in one ends that round alone.
#[derive(Clone)]
struct Rounds {
    site: web::Data<Site>,
    interrupt: Option<Interrupt>,
}

impl Rounds {
    async fn of<T>(&self, job: Job, round: impl Future<Output = T>) -> Result<T, Panicked> {
        self.site.vitals.beat(job);
        let interrupted = async {
            if let Some(interrupt) = &self.interrupt {
                interrupt(job).await;
            }
            round.await
        };
        guarded_round(job.name(), interrupted).await
    }
}

/// Looks again and again at what /readyz promises.
async fn watch_vitals(site: web::Data<Site>, mut stop: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(site.vitals.pause()) => {}
            _ = stop.wait_for(|stopping| *stopping) => return,
        }
        // What panics here has been said; /readyz then finds that nothing was committed for long.
        let _ = guarded_round("vitals", site.vitals.look(&site.app.store, app::now())).await;
    }
}

/// Looks at deliveries as they are kept, here and by other instances.
///
/// While more arrive, keeping them goes first: a forge gives a hook up after seconds, and what it means can
/// wait for a moment. So looking takes a quarter of the time then, and all of it once they pause.
async fn work(app: App, ingest: Ingest, boards: Boards, rounds: Rounds, mut stop: watch::Receiver<bool>) {
    let mut wait = FIRST_WAIT;
    loop {
        let begun = Instant::now();
        let looked = rounds.of(Job::Queue, app::work_queue(&app, app::now())).await;
        // A panic has been said; what it was at is looked at again, after a breath.
        match looked.unwrap_or_else(|panicked| Err(StoreError::from(panicked).into())) {
            Ok(0) => wait = FIRST_WAIT,
            Ok(_) if !*stop.borrow() => {
                boards.ring();
                wait = FIRST_WAIT;
                if ingest.is_keeping() {
                    tokio::time::sleep((begun.elapsed() * 3).min(BEAT)).await;
                }
                continue;
            }
            Ok(_) => boards.ring(),
            Err(error) => {
                // The deliveries are kept; they are looked at once the database does it again.
                tracing::error!(%error, ?wait, "deliveries wait");
                tokio::select! {
                    () = tokio::time::sleep(wait) => {}
                    () = rung_after(&ingest, FIRST_WAIT) => {}
                    _ = stop.wait_for(|stopping| *stopping) => return,
                }
                let away = matches!(&error, AppError::Store(error) if error.is_away());
                // One that is away is asked at little cost, and everything waits for it.
                wait = (wait * 2).min(if away { FIRST_WAIT * 2 } else { LONGEST_WAIT });
                continue;
            }
        }
        let rung = tokio::select! {
            () = ingest.bell.notified() => true,
            () = tokio::time::sleep(BEAT) => false,
            _ = stop.wait_for(|stopping| *stopping) => return,
        };
        if rung {
            gather(&ingest).await;
        }
    }
}

/// Waits while others come along, for so long at most.
async fn gather(ingest: &Ingest) {
    let begun = Instant::now();
    while ingest.is_keeping() && begun.elapsed() < GATHER {
        tokio::time::sleep(GATHER_LOOK).await;
    }
}

/// A hook that was kept says that the database does something again.
async fn rung_after(ingest: &Ingest, at_least: Duration) {
    tokio::time::sleep(at_least).await;
    ingest.bell.notified().await;
}

/// Tells how old the queue is, as a metric: of what was last seen, where the database does not say.
async fn tell_queue(app: App, mut stop: watch::Receiver<bool>) {
    let mut oldest = None;
    loop {
        match app::oldest_waiting(&app).await {
            Ok(since) => oldest = since,
            Err(error) => tracing::debug!(%error, "the queue's age is not known"),
        }
        let age = oldest.map_or(0, |since| (app::now().millis() - since.millis()).max(0));
        metrics::gauge!("bugathlon_queue_oldest_seconds").set(age as f64 / 1_000.0);
        tokio::select! {
            () = tokio::time::sleep(FIRST_WAIT) => {}
            _ = stop.wait_for(|stopping| *stopping) => return,
        }
    }
}

/// Follows the ledger, and what the clock alone changes.
async fn follow(
    app: App,
    boards: Boards,
    sources: Sources,
    read: ReadDefinition,
    rounds: Rounds,
    mut stop: watch::Receiver<bool>,
) {
    let site = rounds.site.clone();
    let (mut turned, mut tidied) = (Instant::now(), Instant::now());
    let mut faces: Vec<i64> = Vec::new();
    let mut trouble = sources.trouble();
    loop {
        tokio::select! {
            () = boards.due(BEAT) => {}
            _ = stop.wait_for(|stopping| *stopping) => return,
        }
        let due = turned.elapsed() >= TURN;
        if due {
            turned = Instant::now();
            // The recorder keeps each time that a request took until it is told to add them up.
            site.metrics.run_upkeep();
            if let Err(error) = site.refusals.write(&app).await {
                tracing::error!(%error, "refused hooks are not written down yet");
            }
            if let Ok(Err(error)) = rounds.of(Job::Clock, app::turn(&app, app::now())).await {
                tracing::error!(%error, "the clock's turn waits");
            }
        }
        if tidied.elapsed() >= TIDY {
            tidied = Instant::now();
            if let Err(error) = app::tidy(&app, app::now()).await {
                tracing::error!(%error, "what is over stays");
            }
        }
        match rounds.of(Job::Boards, boards.beat(&app.store, &read, app::now())).await {
            Ok(Ok(_)) => site.begun.store(true, Ordering::Release),
            Err(Panicked(_)) => {}
            Ok(Err(error)) => tracing::error!(%error, "boards stand still"),
        }
        // Another revision may bring other sources; a competition that goes apart has none.
        let now: Vec<i64> = boards.all().iter().map(|live| live.board.face().revision).collect();
        if now != faces || due {
            faces = now;
            match rounds.of(Job::Sources, sources.refresh(&app)).await {
                Ok(Ok(found)) if found != trouble => {
                    found.said().iter().for_each(|said| tracing::error!("{said}"));
                    trouble = found;
                }
                Ok(Ok(_)) | Err(Panicked(_)) => {}
                Ok(Err(error)) => tracing::error!(%error, "sources stay as they were"),
            }
        }
    }
}

async fn keep_alive(boards: Boards, rounds: Rounds, mut stop: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(KEEP_ALIVE) => {}
            _ = stop.wait_for(|stopping| *stopping) => return,
        }
        let _ = rounds.of(Job::KeepAlive, async { boards.keep_alive() }).await;
    }
}
