//! What was published when a competition was made final.

use super::{
    Db, StoreError, on,
    schema::{result_parts, results},
};
use crate::domain::{team::CompetitionId, time::Moment};
use diesel::{dsl::sql, prelude::*, sql_types::Binary};

/// A published result, without its export.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Published {
    pub finalized_at: Moment,
    /// Of the export's bytes before they are packed, in hex.
    pub sha256: String,
    /// The first bytes of the packed export: its frame says how long it is unpacked.
    pub head: Vec<u8>,
}

/// Writes a result whose export's later parts are there already. `first`: the first of them.
pub fn put_result(
    db: &mut Db,
    competition: CompetitionId,
    finalized_at: Moment,
    sha256: &str,
    first: &[u8],
) -> Result<(), StoreError> {
    on!(db, c => diesel::delete(results::table.find(competition.0)).execute(c))?;
    let values = (
        results::competition_id.eq(competition.0),
        results::finalized_at.eq(finalized_at.millis()),
        results::sha256.eq(sha256),
        results::export.eq(first),
    );
    on!(db, c => diesel::insert_into(results::table).values(values).execute(c))?;
    Ok(())
}

/// Writes one part of an export, from the second on: each is a transaction of its own, and none is read
/// before the result is there.
pub fn put_result_part(db: &mut Db, competition: CompetitionId, part: i64, bytes: &[u8]) -> Result<(), StoreError> {
    on!(db, c => diesel::delete(result_parts::table.find((competition.0, part))).execute(c))?;
    let values = (
        result_parts::competition_id.eq(competition.0),
        result_parts::part.eq(part),
        result_parts::bytes.eq(bytes),
    );
    on!(db, c => diesel::insert_into(result_parts::table).values(values).execute(c))?;
    Ok(())
}

/// Takes away a result and every part of its export, whole or not.
pub fn remove_result(db: &mut Db, competition: CompetitionId) -> Result<(), StoreError> {
    let parts = result_parts::table.filter(result_parts::competition_id.eq(competition.0));
    on!(db, c => diesel::delete(parts).execute(c))?;
    on!(db, c => diesel::delete(results::table.find(competition.0)).execute(c))?;
    Ok(())
}

pub fn result(db: &mut Db, competition: CompetitionId) -> Result<Option<Published>, StoreError> {
    let query = results::table.find(competition.0).select((
        results::finalized_at,
        results::sha256,
        // The longest header of a zstd frame is 18 bytes.
        sql::<Binary>("substr(export, 1, 18)"),
    ));
    let row: Option<(i64, String, Vec<u8>)> = on!(db, c => query.first(c).optional())?;
    Ok(row.map(|(finalized_at, sha256, head)| Published {
        finalized_at: Moment::from_millis(finalized_at),
        sha256,
        head,
    }))
}

/// A part of the export as it is kept, which is zstd: 0 is the first. None after the last.
pub fn result_part(db: &mut Db, competition: CompetitionId, part: i64) -> Result<Option<Vec<u8>>, StoreError> {
    if part == 0 {
        let query = results::table.find(competition.0).select(results::export);
        return Ok(on!(db, c => query.first(c).optional())?);
    }
    let query = result_parts::table
        .find((competition.0, part))
        .select(result_parts::bytes);
    Ok(on!(db, c => query.first(c).optional())?)
}
