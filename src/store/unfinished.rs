//! Long acts: what is begun and not finished of a competition, and who works at it.

use super::{Db, StoreError, on, schema::competitions};
use crate::domain::{ledger::Cause, team::CompetitionId, time::Moment};
use diesel::prelude::*;

/// What a long act does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Work {
    /// Every submission is looked at again.
    Fold(Cause),
    /// The result is sealed, and its export is being written.
    Seal,
}

impl Work {
    fn as_str(self) -> &'static str {
        match self {
            Work::Fold(cause) => cause.as_str(),
            Work::Seal => SEAL,
        }
    }
}

const SEAL: &str = "seal";

/// A long act that is not finished.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Unfinished {
    pub work: Work,
    /// Another act has another number.
    pub number: i64,
    /// Until then somebody works at it; None: nobody yet.
    pub until: Option<Moment>,
}

pub(super) fn unfinished(
    work: Option<String>,
    number: i64,
    until: Option<i64>,
) -> Result<Option<Unfinished>, StoreError> {
    let Some(text) = work else { return Ok(None) };
    let work = match text.as_str() {
        SEAL => Work::Seal,
        cause => Work::Fold(Cause::parse(cause).ok_or_else(|| StoreError::unreadable("unfinished work", &text))?),
    };
    Ok(Some(Unfinished {
        work,
        number,
        until: until.map(Moment::from_millis),
    }))
}

/// Notes that a long act has begun, in place of any that was not finished. Returns its number.
pub fn begin_work(db: &mut Db, id: CompetitionId, work: Work, until: Option<Moment>) -> Result<i64, StoreError> {
    let values = (
        competitions::unfinished.eq(work.as_str()),
        competitions::unfinished_number.eq(competitions::unfinished_number + 1),
        competitions::unfinished_until.eq(until.map(Moment::millis)),
    );
    let row = competitions::table.find(id.0);
    Ok(on!(db, c => diesel::update(row)
        .set(values)
        .returning(competitions::unfinished_number)
        .get_result(c))?)
}

/// Holds an act until `until`. Returns whether it is still the one to be done.
pub fn hold_work(db: &mut Db, id: CompetitionId, number: i64, until: Moment) -> Result<bool, StoreError> {
    let row = competitions::table
        .filter(competitions::id.eq(id.0))
        .filter(competitions::unfinished_number.eq(number))
        .filter(competitions::unfinished.is_not_null());
    let values = competitions::unfinished_until.eq(until.millis());
    Ok(on!(db, c => diesel::update(row).set(values).execute(c))? == 1)
}

/// Notes that an act is finished. Returns whether it was still the one to be done.
pub fn end_work(db: &mut Db, id: CompetitionId, number: i64) -> Result<bool, StoreError> {
    let row = competitions::table
        .filter(competitions::id.eq(id.0))
        .filter(competitions::unfinished_number.eq(number))
        .filter(competitions::unfinished.is_not_null());
    let values = (
        competitions::unfinished.eq(None::<String>),
        competitions::unfinished_until.eq(None::<i64>),
    );
    Ok(on!(db, c => diesel::update(row).set(values).execute(c))? == 1)
}
