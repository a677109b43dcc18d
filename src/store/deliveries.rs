//! Deliveries: what forges sent, kept before it is looked at.

use super::{Db, PART, StoreError, on, schema::deliveries};
use crate::domain::{forge::Forge, text::Slug, time::Moment};
use diesel::prelude::*;

/// A delivery's number in this database.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct DeliveryId(pub i64);

/// A hook that was proven and is to be kept.
#[derive(Clone, Debug)]
pub struct NewDelivery {
    pub forge: Forge,
    pub source: Slug,
    /// The forge's own id of the delivery, or a hash of it; at most 128 bytes.
    pub key: String,
    pub event: String,
    pub received_at: Moment,
    /// Its facts are taken as proven.
    pub confirmed: bool,
    /// zstd of the body, passwords blanked.
    pub body: Vec<u8>,
}

/// A delivery that waits to be looked at.
#[derive(Clone, Debug)]
pub struct Queued {
    pub id: DeliveryId,
    pub forge: Forge,
    pub event: String,
    pub confirmed: bool,
    pub body: Vec<u8>,
}

/// What became of a delivery.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DeliveryState {
    Done,
    /// An event that means nothing here, and why.
    Ignored(String),
    /// JSON that is not what the event promises, and where.
    Failed(String),
}

/// Keeps a batch; says for each whether it is new. One that is there already is left as it is.
pub fn keep_deliveries(db: &mut Db, batch: &[NewDelivery]) -> Result<Vec<bool>, StoreError> {
    let mut new = Vec::with_capacity(batch.len());
    for delivery in batch {
        let values = (
            deliveries::forge.eq(delivery.forge.as_str()),
            deliveries::source.eq(delivery.source.as_str()),
            deliveries::delivery_key.eq(&delivery.key),
            deliveries::event.eq(&delivery.event),
            deliveries::received_at.eq(delivery.received_at.millis()),
            deliveries::confirmed.eq(delivery.confirmed),
            deliveries::body.eq(&delivery.body),
            deliveries::state.eq("queued"),
        );
        let inserted = on!(db, c => diesel::insert_into(deliveries::table)
            .values(values)
            .on_conflict_do_nothing()
            .execute(c))?;
        new.push(inserted == 1);
    }
    Ok(new)
}

/// The oldest deliveries that wait, at most `limit`.
pub fn queued_deliveries(db: &mut Db, limit: i64) -> Result<Vec<Queued>, StoreError> {
    let query = deliveries::table
        .filter(deliveries::state.eq("queued"))
        .order(deliveries::id)
        .limit(limit)
        .select((
            deliveries::id,
            deliveries::forge,
            deliveries::event,
            deliveries::confirmed,
            deliveries::body,
        ));
    let rows: Vec<(i64, String, String, bool, Vec<u8>)> = on!(db, c => query.load(c))?;
    rows.into_iter()
        .map(|(id, forge, event, confirmed, body)| {
            Ok(Queued {
                id: DeliveryId(id),
                forge: Forge::parse(&forge).map_err(|e| StoreError::unreadable("forge", &e))?,
                event,
                confirmed,
                body,
            })
        })
        .collect()
}

/// Says what became of deliveries.
pub fn settle_deliveries(db: &mut Db, settled: &[(DeliveryId, DeliveryState)]) -> Result<(), StoreError> {
    let done: Vec<i64> = settled
        .iter()
        .filter(|(_, state)| *state == DeliveryState::Done)
        .map(|(id, _)| id.0)
        .collect();
    for part in done.chunks(PART) {
        let rows = deliveries::table.filter(deliveries::id.eq_any(part));
        on!(db, c => diesel::update(rows).set(deliveries::state.eq("done")).execute(c))?;
    }
    for (id, state) in settled {
        let (state, reason) = match state {
            DeliveryState::Done => continue,
            DeliveryState::Ignored(reason) => ("ignored", reason),
            DeliveryState::Failed(reason) => ("failed", reason),
        };
        let row = deliveries::table.find(id.0);
        let values = (deliveries::state.eq(state), deliveries::reason.eq(reason));
        on!(db, c => diesel::update(row).set(values).execute(c))?;
    }
    Ok(())
}

/// How many deliveries are in each state.
pub fn count_deliveries(db: &mut Db) -> Result<Vec<(String, i64)>, StoreError> {
    let query = deliveries::table
        .group_by(deliveries::state)
        .select((deliveries::state, diesel::dsl::count_star()))
        .order(deliveries::state);
    Ok(on!(db, c => query.load(c))?)
}

/// A delivery that could not be read.
#[derive(Clone, Debug)]
pub struct Failed {
    pub id: DeliveryId,
    pub forge: String,
    pub source: String,
    pub event: String,
    pub received_at: Moment,
    pub reason: String,
}

/// The numbers of the newest deliveries of these sources that could not be read.
pub fn failed_of(db: &mut Db, forge: Forge, sources: &[&str], limit: i64) -> Result<Vec<DeliveryId>, StoreError> {
    let query = deliveries::table
        .filter(deliveries::state.eq("failed"))
        .filter(deliveries::forge.eq(forge.as_str()))
        .filter(deliveries::source.eq_any(sources))
        .order(deliveries::id.desc())
        .limit(limit)
        .select(deliveries::id);
    let ids: Vec<i64> = on!(db, c => query.load(c))?;
    Ok(ids.into_iter().map(DeliveryId).collect())
}

/// A delivery that could not be read, as it came.
#[derive(Clone, Debug)]
pub struct FailedBody {
    pub received_at: Moment,
    pub reason: String,
    /// zstd of the body.
    pub body: Vec<u8>,
}

/// None where it has been read meanwhile.
pub fn failed_body(db: &mut Db, id: DeliveryId) -> Result<Option<FailedBody>, StoreError> {
    let query = deliveries::table
        .find(id.0)
        .filter(deliveries::state.eq("failed"))
        .select((deliveries::received_at, deliveries::reason, deliveries::body));
    let row: Option<(i64, Option<String>, Vec<u8>)> = on!(db, c => query.first(c).optional())?;
    Ok(row.map(|(received_at, reason, body)| FailedBody {
        received_at: Moment::from_millis(received_at),
        reason: reason.unwrap_or_default(),
        body,
    }))
}

/// The newest deliveries that could not be read.
pub fn failed_deliveries(db: &mut Db, limit: i64) -> Result<Vec<Failed>, StoreError> {
    let query = deliveries::table
        .filter(deliveries::state.eq("failed"))
        .order(deliveries::id.desc())
        .limit(limit)
        .select((
            deliveries::id,
            deliveries::forge,
            deliveries::source,
            deliveries::event,
            deliveries::received_at,
            deliveries::reason,
        ));
    type Row = (i64, String, String, String, i64, Option<String>);
    let rows: Vec<Row> = on!(db, c => query.load(c))?;
    let failed = |(id, forge, source, event, received_at, reason): Row| Failed {
        id: DeliveryId(id),
        forge,
        source,
        event,
        received_at: Moment::from_millis(received_at),
        reason: reason.unwrap_or_default(),
    };
    Ok(rows.into_iter().map(failed).collect())
}
