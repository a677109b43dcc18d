//! Whether PostgreSQL can be reached, so that nobody waits for one that cannot: a tunnel that went dark takes what
//! is written to it and says nothing.
//!
//! Whoever has waited for long suspects it, and so does whoever finds no connection. Then a thread asks over a new
//! connection: an answer clears it, and without one it is known to be away. From then on everybody is told so at
//! once, whoever waits too, and the thread asks about once a second until it answers. Then all connections are made
//! anew, since those that hang would hold their places.

use super::{DatabaseUrl, StoreError, guarded};
use diesel::{connection::SimpleConnection, pg::PgConnection, prelude::*};
use parking_lot::Mutex;
use std::{
    future::Future,
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    time::Duration,
};
use tokio::{sync::watch, time::Instant};

/// After how long somebody who waits asks whether it answers at all; what takes long asks again and again.
const SUSPICIOUS: Duration = Duration::from_secs(2);
/// How long an answer may take that clears it: libpq gives up before.
const ANSWER: Duration = Duration::from_secs(5);
/// Between two questions to one that is away.
const PAUSE: Duration = Duration::from_secs(1);

/// Parameters of libpq by which it finds out that nobody is there, in seconds, and of the last in milliseconds. They
/// end a connection over TCP whose packets are lost within some 15 s.
const PARAMETERS: [(&str, &str); 5] = [
    ("connect_timeout", "4"),
    ("keepalives_idle", "5"),
    ("keepalives_interval", "3"),
    ("keepalives_count", "3"),
    ("tcp_user_timeout", "10000"),
];
/// What the server ends by itself. A lock is never waited for that long where nothing is wrong, and a transaction
/// whose client went silent holds its locks no longer than that.
const SESSION: &str = "SET lock_timeout = '30s'; SET idle_in_transaction_session_timeout = '60s'";

/// Opens a connection that ends where nobody is there. Errors: what libpq said.
pub(super) fn establish(url: &str) -> Result<PgConnection, StoreError> {
    let mut connection = PgConnection::establish(&patient(url)).map_err(|e| StoreError::unreachable(&e))?;
    connection.batch_execute(SESSION)?;
    Ok(connection)
}

/// The URL with the parameters that it does not give itself.
fn patient(url: &str) -> String {
    let mut patient = url.to_owned();
    let given = url.split_once('?').map_or("", |(_, query)| query);
    let gives = |name: &str| given.split('&').any(|pair| pair.split('=').next() == Some(name));
    let mut joint = if url.contains('?') { '&' } else { '?' };
    for (name, value) in PARAMETERS {
        if !gives(name) {
            patient.push(joint);
            patient.push_str(&format!("{name}={value}"));
            joint = '&';
        }
    }
    patient
}

/// What is to be done once the database answers again, before anybody is let in.
type Renew = Box<dyn Fn() + Send + Sync>;

pub(super) struct Reach {
    url: Arc<DatabaseUrl>,
    away: watch::Sender<bool>,
    /// A thread asks.
    asking: AtomicBool,
    renew: Mutex<Option<Renew>>,
}

impl Reach {
    pub fn of(url: Arc<DatabaseUrl>) -> Arc<Self> {
        Arc::new(Self {
            url,
            away: watch::Sender::new(false),
            asking: AtomicBool::new(false),
            renew: Mutex::default(),
        })
    }

    pub fn on_return(&self, renew: impl Fn() + Send + Sync + 'static) {
        *self.renew.lock() = Some(Box::new(renew));
    }

    /// Errors: `Unreachable`, where the database is known to be away.
    pub fn check(&self) -> Result<(), StoreError> {
        if *self.away.borrow() { Err(silent()) } else { Ok(()) }
    }

    /// Waits for an answer of the database: for `longest` at most, and no longer than it is there.
    ///
    /// Errors: `Unreachable` and `Later`; then what was asked may be done or not.
    pub async fn wait<T>(
        self: &Arc<Self>,
        answer: impl Future<Output = T>,
        longest: Duration,
    ) -> Result<T, StoreError> {
        let mut answer = std::pin::pin!(answer);
        let ends = Instant::now() + longest;
        let suspicious = Instant::now() + SUSPICIOUS;
        if let Ok(answer) = tokio::time::timeout_at(suspicious.min(ends), &mut answer).await {
            return Ok(answer);
        }
        let mut away = self.away.subscribe();
        loop {
            if Instant::now() >= ends {
                return Err(StoreError::Later(format!(
                    "it took longer than {} s",
                    longest.as_secs()
                )));
            }
            self.suspect();
            tokio::select! {
                biased;
                answer = &mut answer => return Ok(answer),
                _ = away.wait_for(|away| *away) => return Err(silent()),
                () = tokio::time::sleep_until(ends.min(Instant::now() + ANSWER)) => {}
            }
        }
    }

    /// Has it asked whether it answers, where nobody asks already.
    pub fn suspect(self: &Arc<Self>) {
        if self.asking.swap(true, Ordering::AcqRel) {
            return;
        }
        let reach = Arc::downgrade(self);
        let work = move || {
            let _ = guarded("reach", || ask_until_it_answers(&reach));
            if let Some(reach) = reach.upgrade() {
                reach.asking.store(false, Ordering::Release);
            }
        };
        let thread = std::thread::Builder::new().name("store-reach".into());
        if let Err(error) = thread.spawn(work) {
            tracing::error!(%error, "whether the database answers is not asked");
            self.asking.store(false, Ordering::Release);
        }
    }
}

fn silent() -> StoreError {
    StoreError::Unreachable("it does not answer".into())
}

/// Ends with the store too.
fn ask_until_it_answers(reach: &Weak<Reach>) {
    while let Some(reach) = reach.upgrade() {
        match ask(&reach.url) {
            Ok(()) => {
                if *reach.away.borrow() {
                    tracing::warn!("the database answers again");
                    if let Some(renew) = &*reach.renew.lock() {
                        renew();
                    }
                }
                reach.away.send_replace(false);
                return;
            }
            Err(error) => {
                if !reach.away.send_replace(true) {
                    tracing::error!(%error, "the database does not answer");
                }
            }
        }
        drop(reach);
        std::thread::sleep(PAUSE);
    }
}

/// Asks on a thread of its own: one that hangs after it was let in is left behind.
fn ask(url: &Arc<DatabaseUrl>) -> Result<(), StoreError> {
    let (answer, answered) = mpsc::channel();
    let url = Arc::clone(url);
    let question = move || {
        let DatabaseUrl::Postgres(url) = &*url else { return };
        let _ = answer.send(establish(url).map(drop));
    };
    let thread = std::thread::Builder::new().name("store-question".into());
    thread.spawn(question).map_err(|e| StoreError::unreachable(&e))?;
    match answered.recv_timeout(ANSWER) {
        Ok(Err(error)) if !is_full(&error) => Err(error),
        Ok(_) => Ok(()),
        Err(_) => Err(silent()),
    }
}

/// Whether it has no room for one more connection: then it is there.
fn is_full(error: &StoreError) -> bool {
    let text = error.to_string();
    text.contains("too many") || text.contains("remaining connection slots")
}

/// Has a pool's trouble looked at.
#[derive(Debug)]
pub(super) struct Trouble(pub Weak<Reach>);

impl std::fmt::Debug for Reach {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Reach")
    }
}

impl diesel::r2d2::HandleError<StoreError> for Trouble {
    fn handle_error(&self, error: StoreError) {
        tracing::warn!(%error, "no connection");
        if let Some(reach) = self.0.upgrade() {
            reach.suspect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_url_says_itself_holds() {
        let plain = patient("postgres://me@127.0.0.1/b");
        assert_eq!(
            plain,
            "postgres://me@127.0.0.1/b?connect_timeout=4&keepalives_idle=5&keepalives_interval=3\
             &keepalives_count=3&tcp_user_timeout=10000"
        );
        assert_eq!(patient(&plain), plain);
        let own = patient("postgres:///b?host=/tmp/pg&connect_timeout=30");
        assert!(
            own.starts_with("postgres:///b?host=/tmp/pg&connect_timeout=30&keepalives_idle=5"),
            "{own}"
        );
        assert_eq!(own.matches("connect_timeout").count(), 1);
    }

    #[tokio::test]
    async fn nobody_waits_for_one_that_is_not_there() {
        // Takes connections and says nothing.
        let dark = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("postgres://me@{}/b", dark.local_addr().unwrap());
        let reach = Reach::of(Arc::new(DatabaseUrl::parse(&url).unwrap()));
        reach.check().unwrap();
        let began = std::time::Instant::now();
        let waited = reach.wait(std::future::pending::<()>(), Duration::from_secs(60)).await;
        assert!(matches!(waited, Err(StoreError::Unreachable(_))), "{waited:?}");
        assert!(began.elapsed() < Duration::from_secs(9), "{:?}", began.elapsed());
        assert!(reach.check().is_err());
    }
}
