//! Deliveries: what forges sent, kept before it is looked at.

use super::{Db, PART, StoreError, on, schema::deliveries};
use crate::domain::{forge::Forge, team::CompetitionId, text::Slug, time::Moment};
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
    /// The competitions whose source proved it.
    pub proven_by: Vec<CompetitionId>,
    /// zstd of the body, passwords blanked.
    pub body: Vec<u8>,
}

/// A delivery that waits to be looked at.
#[derive(Clone, Debug)]
pub struct Queued {
    pub id: DeliveryId,
    pub forge: Forge,
    pub source: Slug,
    pub event: String,
    pub confirmed: bool,
    /// As in [`NewDelivery`]; None: kept before that was noted, so by whoever names the source.
    pub proven_by: Option<Vec<CompetitionId>>,
    pub body: Vec<u8>,
}

/// What became of a delivery.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DeliveryState {
    Done,
    /// An event that means nothing here, and why.
    Ignored(String),
    /// Its source does not speak for the repository, and why; `about`: the repository, as `gitlab:12` or by its path.
    OutOfReach {
        why: String,
        about: String,
    },
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
            deliveries::proven_by.eq(ids_text(&delivery.proven_by)),
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

/// Of a turn one in this many is of the newest that wait: an old backlog does not hold up this minute's merges.
const NEWEST: i64 = 4;

/// Deliveries that wait, at most `limit`, by number: mostly the oldest, and where more wait than that a share of
/// the newest. Nothing depends on the order in which they are looked at.
pub fn queued_deliveries(db: &mut Db, limit: i64) -> Result<Vec<Queued>, StoreError> {
    let columns = (
        deliveries::id,
        deliveries::forge,
        deliveries::source,
        deliveries::event,
        deliveries::confirmed,
        deliveries::proven_by,
        deliveries::body,
    );
    type Row = (i64, String, String, String, bool, Option<String>, Vec<u8>);
    let queued = deliveries::table.filter(deliveries::state.eq("queued"));
    let newest = limit / NEWEST;
    let oldest = queued.order(deliveries::id).limit(limit - newest).select(columns);
    let mut rows: Vec<Row> = on!(db, c => oldest.load(c))?;
    if let Some(last) = rows.last().map(|row| row.0)
        && newest > 0
        && rows.len() as i64 == limit - newest
    {
        let others = queued
            .filter(deliveries::id.gt(last))
            .order(deliveries::id.desc())
            .limit(newest)
            .select(columns);
        let mut others: Vec<Row> = on!(db, c => others.load(c))?;
        others.reverse();
        rows.extend(others);
    }
    rows.into_iter()
        .map(|(id, forge, source, event, confirmed, proven_by, body)| {
            Ok(Queued {
                id: DeliveryId(id),
                forge: Forge::parse(&forge).map_err(|e| StoreError::unreadable("forge", &e))?,
                source: Slug::parse(&source).map_err(|e| StoreError::unreadable("source", &e))?,
                event,
                confirmed,
                proven_by: proven_by.as_deref().map(read_ids),
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
        let (state, reason, about) = match state {
            DeliveryState::Done => continue,
            DeliveryState::Ignored(reason) => ("ignored", reason, None),
            DeliveryState::OutOfReach { why, about } => ("ignored", why, Some(about)),
            DeliveryState::Failed(reason) => ("failed", reason, None),
        };
        let row = deliveries::table.find(id.0);
        let values = (
            deliveries::state.eq(state),
            deliveries::reason.eq(reason),
            deliveries::about.eq(about),
        );
        on!(db, c => diesel::update(row).set(values).execute(c))?;
    }
    Ok(())
}

/// Has deliveries looked at again that were about one of these repositories and out of their source's reach.
pub fn requeue_about(db: &mut Db, abouts: &[String]) -> Result<usize, StoreError> {
    let mut again = 0;
    for part in abouts.chunks(PART) {
        let rows = deliveries::table.filter(deliveries::about.eq_any(part));
        again += on!(db, c => diesel::update(rows).set(&AGAIN).execute(c))?;
    }
    Ok(again)
}

/// Has deliveries of a source looked at again that were out of its reach.
pub fn requeue_out_of_reach(db: &mut Db, forge: Forge, source: &Slug) -> Result<usize, StoreError> {
    let rows = deliveries::table
        .filter(deliveries::about.is_not_null())
        .filter(deliveries::forge.eq(forge.as_str()))
        .filter(deliveries::source.eq(source.as_str()));
    Ok(on!(db, c => diesel::update(rows).set(&AGAIN).execute(c))?)
}

/// What a delivery that is looked at again is set to.
#[derive(AsChangeset)]
#[diesel(table_name = deliveries)]
#[diesel(treat_none_as_null = true)]
struct Again {
    state: &'static str,
    reason: Option<String>,
    about: Option<String>,
}

const AGAIN: Again = Again {
    state: "queued",
    reason: None,
    about: None,
};

pub(super) fn ids_text(ids: &[CompetitionId]) -> String {
    serde_json::to_string(ids).unwrap_or_else(|_| "[]".into())
}

/// What [`ids_text`] wrote; nobody, where somebody else wrote it.
pub(super) fn read_ids(text: &str) -> Vec<CompetitionId> {
    serde_json::from_str(text).unwrap_or_default()
}

/// How many deliveries are in each state.
pub fn count_deliveries(db: &mut Db) -> Result<Vec<(String, i64)>, StoreError> {
    let query = deliveries::table
        .group_by(deliveries::state)
        .select((deliveries::state, diesel::dsl::count_star()))
        .order(deliveries::state);
    Ok(on!(db, c => query.load(c))?)
}

/// A delivery that changed nothing, and why.
#[derive(Clone, Debug)]
pub struct Failed {
    pub id: DeliveryId,
    pub forge: String,
    pub source: String,
    pub event: String,
    pub received_at: Moment,
    pub reason: String,
}

/// The newest deliveries that could not be read.
pub fn failed_deliveries(db: &mut Db, limit: i64) -> Result<Vec<Failed>, StoreError> {
    newest(db, false, limit)
}

/// The newest deliveries that were about what their source does not speak for.
pub fn deliveries_out_of_reach(db: &mut Db, limit: i64) -> Result<Vec<Failed>, StoreError> {
    newest(db, true, limit)
}

fn newest(db: &mut Db, out_of_reach: bool, limit: i64) -> Result<Vec<Failed>, StoreError> {
    let state = if out_of_reach { "ignored" } else { "failed" };
    let query = deliveries::table
        .filter(deliveries::state.eq(state))
        .filter(deliveries::about.is_not_null().eq(out_of_reach))
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
