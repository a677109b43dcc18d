//! Numbers that are given once, and the turn that one transaction at a time has.

use super::{Db, StoreError, on, schema::counters};
use diesel::prelude::*;

/// Which numbers.
#[derive(Clone, Copy)]
pub enum Counter {
    /// Of community codes: never reused, even after a person is gone.
    Person,
    Submission,
    /// Imports and seeds, a number a line.
    Act,
}

impl Counter {
    fn name(self) -> &'static str {
        match self {
            Counter::Person => "person",
            Counter::Submission => "submission",
            Counter::Act => "act",
        }
    }
}

/// Takes `count` numbers; the first of them is returned. In a transaction that is rolled back they were
/// not taken.
pub fn take_numbers(db: &mut Db, counter: Counter, count: i64) -> Result<i64, StoreError> {
    let row = counters::table.find(counter.name());
    let last: i64 = on!(db, c => diesel::update(row)
        .set(counters::value.eq(counters::value + count))
        .returning(counters::value)
        .get_result(c))?;
    Ok(last - count + 1)
}

/// Waits for the turn to evaluate, and holds it until the transaction ends. On SQLite a transaction that
/// writes is alone anyway; on PostgreSQL it is a row's lock, which ends with its holder's connection.
pub fn take_turn(db: &mut Db) -> Result<(), StoreError> {
    if let Db::Postgres(c) = db {
        diesel::sql_query("SELECT name FROM turns WHERE name = 'evaluate' FOR UPDATE").execute(c)?;
    }
    Ok(())
}
