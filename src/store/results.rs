//! What was published when a competition was made final.

use super::{Db, StoreError, on, schema::results};
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

/// Writes a result; one that was there, from before a reopening, goes.
pub fn put_result(
    db: &mut Db,
    competition: CompetitionId,
    finalized_at: Moment,
    sha256: &str,
    export: &[u8],
) -> Result<(), StoreError> {
    remove_result(db, competition)?;
    let values = (
        results::competition_id.eq(competition.0),
        results::finalized_at.eq(finalized_at.millis()),
        results::sha256.eq(sha256),
        results::export.eq(export),
    );
    on!(db, c => diesel::insert_into(results::table).values(values).execute(c))?;
    Ok(())
}

pub fn remove_result(db: &mut Db, competition: CompetitionId) -> Result<(), StoreError> {
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

/// The export, as it is kept: zstd.
pub fn result_export(db: &mut Db, competition: CompetitionId) -> Result<Option<Vec<u8>>, StoreError> {
    let query = results::table.find(competition.0).select(results::export);
    Ok(on!(db, c => query.first(c).optional())?)
}
