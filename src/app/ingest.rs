//! From a proven hook to a durable delivery, and from there to facts.
//!
//! Keeping is apart from looking: a hook is answered once its bytes are durable, many of them in one
//! commit, and what they mean is worked out behind that, many of them in one turn.

use super::{App, AppError, Definitions, apart, reach::within_reach, take_reports};
use crate::{
    domain::{ledger::Cause, report::Report, time::Moment},
    forge::{self, Reading},
    store::{self, Db, DeliveryId, DeliveryState, NewDelivery, Queued, SetAside, StoreError, guarded_round},
};
use std::{
    cell::RefCell,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::sync::{Notify, mpsc, oneshot};

/// A hook body is at most this long, packed or not.
pub const BODY_LIMIT: usize = 25 * 1024 * 1024;
/// Hooks that are one commit at most.
const COMMIT: usize = 256;
/// Deliveries that are one turn at most.
const TURN: i64 = 256;

/// What keeping a delivery found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Received {
    New,
    /// The same delivery was kept before; nothing happens again.
    Again,
}

type Waiting = (NewDelivery, oneshot::Sender<Result<Received, StoreError>>);

/// The way in for hooks. Cheap to clone.
#[derive(Clone)]
pub struct Ingest {
    waiting: mpsc::Sender<Waiting>,
    /// Rung when there is something to look at.
    pub bell: Arc<Notify>,
    /// Deliveries that somebody waits for to be kept.
    in_hand: Arc<AtomicUsize>,
}

impl Ingest {
    /// Starts the task that commits what arrives; it ends when the last `Ingest` is gone.
    pub fn start(app: App) -> Self {
        let (waiting, mut arrived) = mpsc::channel::<Waiting>(4 * COMMIT);
        let bell = Arc::new(Notify::new());
        let ring = Arc::clone(&bell);
        tokio::spawn(async move {
            if let Err(error) = app.store.open_inbox().await {
                // Tried again with the first hook, which is told so; /readyz says that nothing can be kept.
                tracing::error!(%error, "the way in for hooks does not open");
            }
            let mut batch: Vec<Waiting> = Vec::with_capacity(COMMIT);
            while arrived.recv_many(&mut batch, COMMIT).await > 0 {
                let (deliveries, askers): (Vec<_>, Vec<_>) = batch.drain(..).unzip();
                // A panic is told to whoever sent these, and the next ones are kept.
                let kept = guarded_round("ingest", app.store.keep(deliveries)).await;
                let kept = kept.unwrap_or_else(|panicked| Err(panicked.into()));
                for (at, asker) in askers.into_iter().enumerate() {
                    let answer = match &kept {
                        Ok(new) if new.get(at).copied().unwrap_or(false) => Ok(Received::New),
                        Ok(_) => Ok(Received::Again),
                        Err(error) => Err(error.clone()),
                    };
                    // A forge that hung up meanwhile will send it again.
                    let _ = asker.send(answer);
                }
                ring.notify_one();
            }
        });
        Self {
            waiting,
            bell,
            in_hand: Arc::default(),
        }
    }

    /// Whether somebody waits for a delivery to be kept.
    pub fn is_keeping(&self) -> bool {
        self.in_hand.load(Ordering::Relaxed) > 0
    }

    /// Returns once the delivery is durable. Errors: what the database said; then nothing was kept.
    pub async fn keep(&self, delivery: NewDelivery) -> Result<Received, StoreError> {
        // Counted by a guard, since a client that hangs up ends this in the middle.
        let _counted = InHand::one_more(&self.in_hand);
        let (answer, answered) = oneshot::channel();
        let sent = self.waiting.send((delivery, answer)).await;
        sent.map_err(|_| StoreError::Closed)?;
        answered.await.map_err(|_| StoreError::Closed)?
    }
}

struct InHand<'a>(&'a AtomicUsize);

impl<'a> InHand<'a> {
    fn one_more(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for InHand<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

thread_local! {
    // A compressor's tables are larger than what it packs, so each thread keeps one.
    static PACKER: RefCell<Option<zstd::bulk::Compressor<'static>>> = const { RefCell::new(None) };
}

/// zstd of a body, as deliveries keep it.
pub fn pack(body: &[u8]) -> Result<Vec<u8>, std::io::Error> {
    PACKER.with_borrow_mut(|packer| {
        if packer.is_none() {
            *packer = Some(zstd::bulk::Compressor::new(1)?);
        }
        match packer {
            Some(packer) => packer.compress(body),
            None => zstd::bulk::compress(body, 1),
        }
    })
}

/// What [`pack`] packed.
pub fn unpack(packed: &[u8]) -> Result<Vec<u8>, std::io::Error> {
    zstd::bulk::decompress(packed, BODY_LIMIT + 1)
}

/// Looks at deliveries that wait, at most one turn of them. Returns how many there were.
///
/// A turn that does not pass changes nothing, whatever the reason: an error is never taken for a fault of a body.
/// Where smaller turns pass and one delivery alone does not, that one is set aside and tried alone, less and less
/// often. It is given up only if others passed between its tries.
///
/// Errors: why nothing passed. It is asked again later.
pub async fn work_queue(app: &App, now: Moment) -> Result<usize, AppError> {
    // What was kept before is looked at whether or not more can be taken over.
    let taken_over = app.store.take_over(TURN).await;
    let fresh = match one_turn(app, None, now).await {
        Err(error) if !is_away(&error) => in_parts(app, error, now).await,
        other => other,
    };
    let fresh = fresh?;
    let set_aside = again(app, now).await?;
    taken_over?;
    Ok(fresh + set_aside)
}

/// Since when the delivery that has waited longest waits to be looked at; None: nothing waits.
pub async fn oldest_waiting(app: &App) -> Result<Option<Moment>, AppError> {
    let queued = app.store.read(store::oldest_queued).await?;
    let inbox = app.store.inbox_oldest().await?;
    Ok(queued.into_iter().chain(inbox).min())
}

/// Whether the database does nothing for anybody, so that it is of no use to look for a culprit.
fn is_away(error: &AppError) -> bool {
    matches!(error, AppError::Store(error) if error.is_away())
}

/// Deliveries that are a part of a turn that did not pass.
const PART: usize = 16;
/// How long one call looks for those that keep others from passing.
const SEARCH: Duration = Duration::from_secs(10);
/// The longest that a delivery waits between two tries.
const LONGEST: i64 = 60_000;
/// Tries that do not pass while others do, until a delivery is given up: where the reason is one of those that pass
/// by themselves, and where it is not.
const TRIES: (i32, i32) = (12, 6);

/// Takes the turn that did not pass with `error` in parts.
async fn in_parts(app: &App, error: AppError, now: Moment) -> Result<usize, AppError> {
    let begun = Instant::now();
    let ids = app.store.read(|db| store::fresh_ids(db, TURN)).await?;
    let mut passed = 0;
    let mut alone: Vec<(DeliveryId, AppError)> = Vec::new();
    'search: for part in ids.chunks(PART) {
        match one_turn(app, Some(part.to_vec()), now).await {
            Ok(count) => passed += count,
            Err(error) if is_away(&error) => return Err(error),
            Err(_) => {
                for id in part {
                    match one_turn(app, Some(vec![*id]), now).await {
                        Ok(count) => passed += count,
                        Err(error) if is_away(&error) => return Err(error),
                        Err(error) => alone.push((*id, error)),
                    }
                    if begun.elapsed() > SEARCH {
                        break 'search;
                    }
                }
            }
        }
        if begun.elapsed() > SEARCH {
            break;
        }
    }
    if passed == 0 {
        // It is not these, as far as anybody can tell: they stay as they are.
        return Err(error);
    }
    for (id, error) in alone {
        let tried = SetAside {
            id,
            attempts: 0,
            tried_at: now,
        };
        not_passed(app, tried, error, now).await?;
    }
    Ok(passed)
}

/// Tries those that were set aside: together, and each alone where that does not pass.
async fn again(app: &App, now: Moment) -> Result<usize, AppError> {
    let due = app
        .store
        .read(move |db| store::set_aside_deliveries(db, now, TURN))
        .await?;
    if due.len() > 1 {
        match one_turn(app, Some(due.iter().map(|tried| tried.id).collect()), now).await {
            Err(error) if !is_away(&error) => {}
            other => return other,
        }
    }
    let begun = Instant::now();
    let mut passed = 0;
    for tried in due {
        match one_turn(app, Some(vec![tried.id]), now).await {
            Ok(count) => passed += count,
            Err(error) if is_away(&error) => return Err(error),
            Err(error) => not_passed(app, tried, error, now).await?,
        }
        if begun.elapsed() > SEARCH {
            break;
        }
    }
    Ok(passed)
}

/// A delivery did not pass alone: it waits longer, or is given up.
async fn not_passed(app: &App, tried: SetAside, error: AppError, now: Moment) -> Result<(), AppError> {
    let others_passed = app.passed.since(tried.tried_at);
    let attempts = tried.attempts + i32::from(others_passed);
    let passes_by_itself = matches!(&error, AppError::Store(error) if error.may_pass());
    let most = if passes_by_itself { TRIES.0 } else { TRIES.1 };
    let why = error.to_string();
    tracing::warn!(delivery = tried.id.0, attempts, %error, "a delivery keeps its turn from passing");
    app.store
        .write(move |db| {
            if others_passed && attempts >= most {
                return settle(db, &[(tried.id, DeliveryState::Failed(why))]);
            }
            let wait = (1_000_i64 << attempts.clamp(0, 6)).min(LONGEST);
            let tried = SetAside {
                attempts,
                tried_at: now,
                ..tried
            };
            Ok(store::set_aside(db, tried, now.plus(wait), &why)?)
        })
        .await
}

/// When a turn last passed that took reports in: what a delivery that did not is held against.
#[derive(Clone, Default)]
pub(super) struct Passed(Arc<AtomicI64>);

impl Passed {
    fn at(&self, now: Moment) {
        self.0.fetch_max(now.millis(), Ordering::Relaxed);
    }

    fn since(&self, tried_at: Moment) -> bool {
        self.0.load(Ordering::Relaxed) >= tried_at.millis()
    }
}

/// One turn: of these that wait, or of the oldest fresh ones.
async fn one_turn(app: &App, of: Option<Vec<DeliveryId>>, now: Moment) -> Result<usize, AppError> {
    if of.is_none() && app.store.read(|db| store::fresh_ids(db, 1)).await?.is_empty() {
        return Ok(0);
    }
    let definitions = app.definitions();
    let (count, reports) = app
        .store
        .write(move |db| {
            store::take_turn(db)?;
            let queued = match of {
                None => store::fresh_deliveries(db, TURN)?,
                Some(ids) => store::waiting_deliveries(db, &ids)?,
            };
            let count = queued.len();
            // What only a competition speaks for that is held apart is put aside, and looked at again with it.
            apart::pass_by(db, &definitions, now)?;
            let (reports, settled) = look_at(db, &definitions, queued)?;
            let told = reports.len();
            take_reports(db, &definitions, reports, now, Cause::Hook)?;
            settle(db, &settled)?;
            Ok::<_, AppError>((count, told))
        })
        .await?;
    if reports > 0 {
        app.passed.at(now);
    }
    Ok(count)
}

fn settle(db: &mut Db, settled: &[(DeliveryId, DeliveryState)]) -> Result<(), AppError> {
    Ok(store::settle_deliveries(db, settled)?)
}

/// What became of deliveries.
type Settled = Vec<(DeliveryId, DeliveryState)>;

/// What deliveries say: the reports among them that their sources speak for, and what becomes of each.
fn look_at(db: &mut Db, definitions: &Definitions, queued: Vec<Queued>) -> Result<(Vec<Report>, Settled), AppError> {
    let mut settled = Vec::with_capacity(queued.len());
    let mut told: Vec<(Queued, Report)> = Vec::with_capacity(queued.len());
    for mut delivery in queued {
        let event = Some(delivery.event.as_str()).filter(|event| !event.is_empty());
        let read = match unpack(&std::mem::take(&mut delivery.body)) {
            Ok(body) => forge::read(delivery.forge, event, &body).map_err(|unreadable| unreadable.reason),
            Err(error) => Err(error.to_string()),
        };
        match read {
            Ok(Reading::Pull(mut report)) => {
                report.telling.confirmed = delivery.confirmed;
                told.push((delivery, *report));
            }
            Ok(Reading::Ignored(why)) => settled.push((delivery.id, DeliveryState::Ignored(why))),
            Err(why) => settled.push((delivery.id, DeliveryState::Failed(why))),
        }
    }
    let mut reports = Vec::with_capacity(told.len());
    for (id, told) in within_reach(db, definitions, told)? {
        match told {
            Ok(report) => {
                reports.push(report);
                settled.push((id, DeliveryState::Done));
            }
            Err(state) => settled.push((id, state)),
        }
    }
    Ok((reports, settled))
}
