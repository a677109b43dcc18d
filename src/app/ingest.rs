//! From a proven hook to a durable delivery, and from there to facts.
//!
//! Keeping is apart from looking: a hook is answered once its bytes are durable, many of them in one
//! commit, and what they mean is worked out behind that, many of them in one turn.

use super::{App, AppError, Definitions, apart, reach::within_reach, take_reports};
use crate::{
    domain::{ledger::Cause, report::Report, time::Moment},
    forge::{self, Reading},
    store::{self, Db, DeliveryId, DeliveryState, NewDelivery, Queued, StoreError},
};
use std::{
    cell::RefCell,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
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
            let mut batch: Vec<Waiting> = Vec::with_capacity(COMMIT);
            while arrived.recv_many(&mut batch, COMMIT).await > 0 {
                let (deliveries, askers): (Vec<_>, Vec<_>) = batch.drain(..).unzip();
                let kept = app.store.write(move |db| store::keep_deliveries(db, &deliveries)).await;
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
/// A turn that the database refuses is taken again one delivery at a time, so that one body nobody
/// foresaw fails alone, with its reason, and the others are not held up by it.
pub async fn work_queue(app: &App, now: Moment) -> Result<usize, AppError> {
    match one_turn(app, TURN, now).await {
        Err(AppError::Store(StoreError::Refused(_) | StoreError::Unreadable(_))) => {
            let one = one_turn(app, 1, now).await;
            let Err(AppError::Store(StoreError::Refused(why) | StoreError::Unreadable(why))) = one else {
                return one;
            };
            app.store
                .write(move |db| {
                    store::take_turn(db)?;
                    let first = store::queued_deliveries(db, 1)?;
                    let failed: Vec<_> = first
                        .iter()
                        .map(|d| (d.id, DeliveryState::Failed(why.clone())))
                        .collect();
                    store::settle_deliveries(db, &failed)?;
                    Ok::<_, AppError>(failed.len())
                })
                .await
        }
        other => other,
    }
}

async fn one_turn(app: &App, limit: i64, now: Moment) -> Result<usize, AppError> {
    let waiting = app.store.read(|db| store::queued_deliveries(db, 1)).await?;
    if waiting.is_empty() {
        return Ok(0);
    }
    let definitions = app.definitions();
    app.store
        .write(move |db| {
            store::take_turn(db)?;
            let queued = store::queued_deliveries(db, limit)?;
            let count = queued.len();
            // What only a competition speaks for that is held apart is put aside, and looked at again with it.
            apart::pass_by(db, &definitions, now)?;
            let (reports, settled) = look_at(db, &definitions, queued)?;
            take_reports(db, &definitions, reports, now, Cause::Hook)?;
            settle(db, &settled)?;
            Ok::<_, AppError>(count)
        })
        .await
}

fn settle(db: &mut Db, settled: &[(DeliveryId, DeliveryState)]) -> Result<(), AppError> {
    Ok(store::settle_deliveries(db, settled)?)
}

/// What deliveries say: the reports among them that their sources speak for, and what becomes of each.
fn look_at(
    db: &mut Db,
    definitions: &Definitions,
    queued: Vec<Queued>,
) -> Result<(Vec<Report>, Vec<(DeliveryId, DeliveryState)>), AppError> {
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
