//! The server: its tasks, its start and its end.

use super::{
    Proxies, Site,
    limit::Limits,
    observe::observe,
    routes,
    vitals::{Job, Patience, Vitals},
};
use crate::{
    app::{self, App, AppError, Ingest, Sources},
    domain::level::Ladder,
    forge::{client::Client, oauth::Provider},
    live::{Boards, ReadDefinition},
    store::{Panicked, StoreError, guarded_round},
};
use actix_web::{App as Application, HttpServer, dev::ServerHandle, web};
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
use tokio::{sync::watch, task::JoinHandle};

/// How often the ledger is looked at: four changes a second at most.
const BEAT: Duration = Duration::from_millis(250);
/// How long a turn waits for others to come along: a board shows a change with its next beat anyway, and
/// what a turn costs, it costs once.
const GATHER: Duration = Duration::from_millis(100);
/// How often a quiet stream says that it is there.
pub(super) const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How long requests under way may take once the server is on its way out.
const DRAIN: u64 = 5;
/// A look at the clock's turns, in beats.
const TURN_BEATS: u32 = 4;

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
    /// What codes and certificates are read by.
    pub ladder: Ladder,
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
            ladder: Ladder::default(),
            watch: Patience::default(),
            interrupt: None,
        }
    }
}

/// A server that runs. Dropping it leaves it running; [`Running::stop`] ends it.
pub struct Running {
    pub address: SocketAddr,
    handle: ServerHandle,
    stopping: watch::Sender<bool>,
    server: JoinHandle<std::io::Result<()>>,
    tasks: Vec<JoinHandle<()>>,
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
        uncovered: Boards::new(Ladder::default(), false),
        ingest: ingest.clone(),
        sources: sources.clone(),
        vitals,
        stopping: stop.clone(),
        begun: AtomicBool::new(true),
        metrics,
        origin: settings.origin,
        providers: settings.providers,
        client,
        limits: Limits::default(),
        proxies: settings.proxies,
    });
    let data = site.clone();
    let mut server = HttpServer::new(move || {
        Application::new()
            .app_data(data.clone())
            .wrap_fn(observe)
            .configure(routes::configure)
            .default_service(web::to(routes::nowhere))
    })
    .disable_signals()
    .shutdown_timeout(DRAIN)
    .client_request_timeout(Duration::from_secs(30));
    if let Some(workers) = settings.workers {
        server = server.workers(workers);
    }
    let server = server
        .listen(listener)
        .map_err(|why| StartError::Listen(address, why))?
        .run();
    let handle = server.handle();
    let rounds = Rounds {
        site: site.clone(),
        interrupt: settings.interrupt,
    };
    let tasks = vec![
        tokio::spawn(work(app.clone(), ingest, rounds.clone(), stop.clone())),
        tokio::spawn(follow(app, boards.clone(), sources, read, rounds.clone(), stop.clone())),
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

impl Running {
    /// Ends it: no new requests, streams end, what is under way is finished, what was acknowledged is kept.
    pub async fn stop(self) {
        // Streams end first: an open one would hold the server's own end up to its timeout.
        let _ = self.stopping.send(true);
        self.handle.stop(true).await;
        let _ = self.server.await;
        for task in self.tasks {
            let _ = task.await;
        }
    }
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
async fn work(app: App, ingest: Ingest, rounds: Rounds, mut stop: watch::Receiver<bool>) {
    loop {
        let begun = Instant::now();
        let looked = rounds.of(Job::Queue, app::work_queue(&app, app::now())).await;
        // A panic has been said; what it was at is looked at again, after a breath.
        match looked.unwrap_or_else(|panicked| Err(StoreError::from(panicked).into())) {
            Ok(0) => {}
            Ok(_) if !*stop.borrow() => {
                if ingest.is_keeping() {
                    tokio::time::sleep((begun.elapsed() * 3).min(BEAT)).await;
                }
                continue;
            }
            Ok(_) => {}
            Err(error) => {
                // The deliveries are kept; they are looked at once the database is back.
                tracing::error!(%error, "deliveries wait");
                tokio::time::sleep(BEAT).await;
            }
        }
        let rung = tokio::select! {
            () = ingest.bell.notified() => true,
            () = tokio::time::sleep(BEAT) => false,
            _ = stop.wait_for(|stopping| *stopping) => return,
        };
        if rung {
            tokio::time::sleep(GATHER).await;
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
    let mut beats = 0_u32;
    let mut faces: Vec<i64> = Vec::new();
    let mut trouble = sources.trouble();
    loop {
        tokio::select! {
            () = tokio::time::sleep(BEAT) => {}
            _ = stop.wait_for(|stopping| *stopping) => return,
        }
        beats = beats.wrapping_add(1);
        if beats.is_multiple_of(TURN_BEATS) {
            // The recorder keeps each time that a request took until it is told to add them up.
            site.metrics.run_upkeep();
        }
        if beats.is_multiple_of(TURN_BEATS)
            && let Ok(Err(error)) = rounds.of(Job::Clock, app::turn(&app, app::now())).await
        {
            tracing::error!(%error, "the clock's turn waits");
        }
        match rounds.of(Job::Boards, boards.beat(&app.store, &read, app::now())).await {
            Ok(Ok(_)) => site.begun.store(true, Ordering::Release),
            Err(Panicked(_)) => {}
            Ok(Err(error)) => tracing::error!(%error, "boards stand still"),
        }
        // Another revision may bring other sources; a competition that goes apart has none.
        let now: Vec<i64> = boards.all().iter().map(|live| live.board.face().revision).collect();
        if now != faces || beats.is_multiple_of(TURN_BEATS) {
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
