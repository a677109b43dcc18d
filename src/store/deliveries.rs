//! Deliveries: what forges sent, kept before it is looked at.

use super::{Db, PART, StoreError, on, schema::deliveries};
use crate::domain::{forge::Forge, team::CompetitionId, text::Slug, time::Moment};
use diesel::{
    define_sql_function,
    prelude::*,
    sql_types::{BigInt, Nullable},
};

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

/// Keeps a batch; says for each whether it is new. One that is there already is left as it is, but looked at again
/// where nothing came of it: the forge sent it again for a reason.
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
        if inserted == 0 {
            sent_again(db, delivery)?;
        }
        new.push(inserted == 1);
    }
    Ok(new)
}

/// A delivery that is there already, as it was sent this time.
fn sent_again(db: &mut Db, delivery: &NewDelivery) -> Result<(), StoreError> {
    let nothing_came_of_it = deliveries::table
        .filter(deliveries::forge.eq(delivery.forge.as_str()))
        .filter(deliveries::source.eq(delivery.source.as_str()))
        .filter(deliveries::delivery_key.eq(&delivery.key))
        .filter(deliveries::state.eq_any(["failed", "ignored"]));
    let values = (
        Again::at(delivery.received_at),
        deliveries::event.eq(&delivery.event),
        deliveries::confirmed.eq(delivery.confirmed),
        deliveries::proven_by.eq(ids_text(&delivery.proven_by)),
        deliveries::body.eq(&delivery.body),
    );
    on!(db, c => diesel::update(nothing_came_of_it).set(values).execute(c))?;
    Ok(())
}

type Found = (i64, String, String, String, bool, Option<String>, Vec<u8>);

const FOUND: (
    deliveries::id,
    deliveries::forge,
    deliveries::source,
    deliveries::event,
    deliveries::confirmed,
    deliveries::proven_by,
    deliveries::body,
) = (
    deliveries::id,
    deliveries::forge,
    deliveries::source,
    deliveries::event,
    deliveries::confirmed,
    deliveries::proven_by,
    deliveries::body,
);

fn queued((id, forge, source, event, confirmed, proven_by, body): Found) -> Result<Queued, StoreError> {
    Ok(Queued {
        id: DeliveryId(id),
        forge: Forge::parse(&forge).map_err(|e| StoreError::unreadable("forge", &e))?,
        source: Slug::parse(&source).map_err(|e| StoreError::unreadable("source", &e))?,
        event,
        confirmed,
        proven_by: proven_by.as_deref().map(read_ids),
        body,
    })
}

/// Of a turn one in this many is of the newest that wait: an old backlog does not hold up this minute's merges.
const NEWEST: i64 = 4;

/// Deliveries that wait and were not set aside, at most `limit`, by number: mostly the oldest, and where more wait
/// than that a share of the newest. Nothing depends on the order in which they are looked at.
pub fn fresh_deliveries(db: &mut Db, limit: i64) -> Result<Vec<Queued>, StoreError> {
    let ids = fresh_ids(db, limit)?;
    waiting_deliveries(db, &ids)
}

/// Those of these deliveries that wait, by number.
pub fn waiting_deliveries(db: &mut Db, ids: &[DeliveryId]) -> Result<Vec<Queued>, StoreError> {
    let mut found = Vec::with_capacity(ids.len());
    for part in ids.chunks(PART) {
        let query = deliveries::table
            .filter(deliveries::id.eq_any(part.iter().map(|id| id.0)))
            .filter(deliveries::state.eq("queued"))
            .order(deliveries::id)
            .select(FOUND);
        let rows: Vec<Found> = on!(db, c => query.load(c))?;
        for row in rows {
            found.push(queued(row)?);
        }
    }
    Ok(found)
}

/// The numbers of the deliveries that [`fresh_deliveries`] gives.
pub fn fresh_ids(db: &mut Db, limit: i64) -> Result<Vec<DeliveryId>, StoreError> {
    let fresh = deliveries::table
        .filter(deliveries::state.eq("queued"))
        .filter(deliveries::tried_at.is_null())
        .select(deliveries::id);
    let newest = limit / NEWEST;
    let oldest = fresh.order(deliveries::id).limit(limit - newest);
    let mut ids: Vec<i64> = on!(db, c => oldest.load(c))?;
    if let Some(last) = ids.last().copied()
        && newest > 0
        && ids.len() as i64 == limit - newest
    {
        let others = fresh.filter(deliveries::id.gt(last));
        let others = others.order(deliveries::id.desc()).limit(newest);
        let others: Vec<i64> = on!(db, c => others.load(c))?;
        ids.extend(others.into_iter().rev());
    }
    Ok(ids.into_iter().map(DeliveryId).collect())
}

/// A delivery that alone kept a turn from passing, and is tried alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SetAside {
    pub id: DeliveryId,
    /// Tries that did not pass while others did.
    pub attempts: i32,
    pub tried_at: Moment,
}

/// Deliveries that were set aside and may be tried again at `now`, the longest waiting first.
pub fn set_aside_deliveries(db: &mut Db, now: Moment, limit: i64) -> Result<Vec<SetAside>, StoreError> {
    let query = deliveries::table
        .filter(deliveries::state.eq("queued"))
        .filter(deliveries::tried_at.is_not_null())
        .filter(deliveries::not_before.le(now.millis()))
        .order((deliveries::not_before, deliveries::id))
        .limit(limit)
        .select((deliveries::id, deliveries::attempts, deliveries::tried_at));
    let rows: Vec<(i64, i32, Option<i64>)> = on!(db, c => query.load(c))?;
    let set_aside = |(id, attempts, tried_at): (i64, i32, Option<i64>)| SetAside {
        id: DeliveryId(id),
        attempts,
        tried_at: Moment::from_millis(tried_at.unwrap_or(0)),
    };
    Ok(rows.into_iter().map(set_aside).collect())
}

/// Sets a delivery that waits aside until `not_before`.
pub fn set_aside(db: &mut Db, tried: SetAside, not_before: Moment, why: &str) -> Result<(), StoreError> {
    let row = deliveries::table
        .find(tried.id.0)
        .filter(deliveries::state.eq("queued"));
    let values = (
        deliveries::attempts.eq(tried.attempts),
        deliveries::tried_at.eq(tried.tried_at.millis()),
        deliveries::not_before.eq(not_before.millis()),
        deliveries::reason.eq(why),
    );
    on!(db, c => diesel::update(row).set(values).execute(c))?;
    Ok(())
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
        let values = (deliveries::state.eq("done"), deliveries::reason.eq(None::<String>));
        on!(db, c => diesel::update(rows).set(values).execute(c))?;
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
            deliveries::failed_by.eq((state == "failed").then_some(VERSION)),
        );
        on!(db, c => diesel::update(row).set(values).execute(c))?;
    }
    Ok(())
}

/// Has deliveries looked at again that were about one of these repositories and out of their source's reach.
pub fn requeue_about(db: &mut Db, abouts: &[String], now: Moment) -> Result<usize, StoreError> {
    let mut again = 0;
    for part in abouts.chunks(PART) {
        let rows = deliveries::table.filter(deliveries::about.eq_any(part));
        again += on!(db, c => diesel::update(rows).set(Again::at(now)).execute(c))?;
    }
    Ok(again)
}

/// Has deliveries of a source looked at again that were out of its reach.
pub fn requeue_out_of_reach(db: &mut Db, forge: Forge, source: &Slug, now: Moment) -> Result<usize, StoreError> {
    let rows = deliveries::table
        .filter(deliveries::about.is_not_null())
        .filter(deliveries::forge.eq(forge.as_str()))
        .filter(deliveries::source.eq(source.as_str()));
    Ok(on!(db, c => diesel::update(rows).set(Again::at(now)).execute(c))?)
}

/// Has deliveries looked at again that could not be read: of one source, or all. Returns how many.
pub fn requeue_failed(db: &mut Db, of: Option<(Forge, &Slug)>, now: Moment) -> Result<usize, StoreError> {
    let failed = deliveries::table.filter(deliveries::state.eq("failed"));
    Ok(match of {
        None => on!(db, c => diesel::update(failed).set(Again::at(now)).execute(c))?,
        Some((forge, source)) => {
            let rows = failed
                .filter(deliveries::forge.eq(forge.as_str()))
                .filter(deliveries::source.eq(source.as_str()));
            on!(db, c => diesel::update(rows).set(Again::at(now)).execute(c))?
        }
    })
}

/// Has deliveries looked at again that another version of the program could not read. Returns how many.
pub fn requeue_failed_elsewhen(db: &mut Db, now: Moment) -> Result<usize, StoreError> {
    let rows = deliveries::table
        .filter(deliveries::state.eq("failed"))
        .filter(deliveries::failed_by.is_null().or(deliveries::failed_by.ne(VERSION)));
    Ok(on!(db, c => diesel::update(rows).set(Again::at(now)).execute(c))?)
}

/// Whether a source ever sent anything that was kept.
pub fn has_sent(db: &mut Db, forge: Forge, source: &Slug) -> Result<bool, StoreError> {
    let query = deliveries::table
        .filter(deliveries::forge.eq(forge.as_str()))
        .filter(deliveries::source.eq(source.as_str()))
        .select(deliveries::id)
        .limit(1);
    let found: Option<i64> = on!(db, c => query.first(c).optional())?;
    Ok(found.is_some())
}

/// The version of the program, as deliveries remember who could not read them.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What a delivery that is looked at again is set to.
#[derive(AsChangeset)]
#[diesel(table_name = deliveries)]
#[diesel(treat_none_as_null = true)]
struct Again {
    state: &'static str,
    reason: Option<String>,
    about: Option<String>,
    queued_at: Option<i64>,
    attempts: i32,
    tried_at: Option<i64>,
    not_before: Option<i64>,
    failed_by: Option<String>,
}

impl Again {
    fn at(now: Moment) -> Self {
        Self {
            state: "queued",
            reason: None,
            about: None,
            queued_at: Some(now.millis()),
            attempts: 0,
            tried_at: None,
            not_before: None,
            failed_by: None,
        }
    }
}

/// Since when the delivery that has waited longest waits; None: nothing waits.
pub fn oldest_queued(db: &mut Db) -> Result<Option<Moment>, StoreError> {
    let query = deliveries::table
        .filter(deliveries::state.eq("queued"))
        .order(waits_since())
        .select(waits_since())
        .limit(1);
    let since: Option<i64> = on!(db, c => query.first(c).optional())?;
    Ok(since.map(Moment::from_millis))
}

/// As [`oldest_queued`], of those that were not set aside: one that keeps failing by itself says nothing of the others.
pub fn oldest_fresh(db: &mut Db) -> Result<Option<Moment>, StoreError> {
    let query = deliveries::table
        .filter(deliveries::state.eq("queued"))
        .filter(deliveries::tried_at.is_null())
        .order(waits_since())
        .select(waits_since())
        .limit(1);
    let since: Option<i64> = on!(db, c => query.first(c).optional())?;
    Ok(since.map(Moment::from_millis))
}

define_sql_function! {
    #[sql_name = "COALESCE"]
    fn first_of(a: Nullable<BigInt>, b: BigInt) -> BigInt;
}

/// Since when a delivery waits, of one that does.
pub(super) fn waits_since() -> first_of<deliveries::queued_at, deliveries::received_at> {
    first_of(deliveries::queued_at, deliveries::received_at)
}

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
