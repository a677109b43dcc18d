//! Answers that were given to requests with an Idempotency-Key.

use super::{Db, StoreError, on, schema::idempotency};
use crate::domain::{login::LoginId, time::Moment};
use diesel::{dsl::count_star, prelude::*};

/// A request that was begun, and its answer where it has one.
pub struct Answer {
    /// A hash of it.
    pub request: String,
    pub answer: Option<(u16, Vec<u8>)>,
    pub created_at: Moment,
}

/// Writes that a request was begun; false where the key is there already.
pub fn begin_answer(db: &mut Db, login: LoginId, key: &str, request: &str, now: Moment) -> Result<bool, StoreError> {
    let values = (
        idempotency::login_id.eq(login.0),
        idempotency::key.eq(key),
        idempotency::request.eq(request),
        idempotency::created_at.eq(now.millis()),
    );
    let written = on!(db, c => diesel::insert_into(idempotency::table)
        .values(values)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(written == 1)
}

pub fn answer(db: &mut Db, login: LoginId, key: &str) -> Result<Option<Answer>, StoreError> {
    let query = idempotency::table.find((login.0, key)).select((
        idempotency::request,
        idempotency::status,
        idempotency::body,
        idempotency::created_at,
    ));
    type Row = (String, Option<i64>, Option<Vec<u8>>, i64);
    let row: Option<Row> = on!(db, c => query.first(c).optional())?;
    Ok(row.map(|(request, status, body, created_at)| Answer {
        request,
        answer: status.and_then(|status| u16::try_from(status).ok()).zip(body),
        created_at: Moment::from_millis(created_at),
    }))
}

/// Keeps an answer, or takes the key away.
pub fn end_answer(db: &mut Db, login: LoginId, key: &str, answer: Option<(u16, Vec<u8>)>) -> Result<(), StoreError> {
    let row = idempotency::table.find((login.0, key));
    match answer {
        Some((status, body)) => {
            let values = (idempotency::status.eq(i64::from(status)), idempotency::body.eq(body));
            on!(db, c => diesel::update(row).set(values).execute(c))?;
        }
        None => {
            on!(db, c => diesel::delete(row).execute(c))?;
        }
    }
    Ok(())
}

/// Takes away what is older.
pub fn forget_answers(db: &mut Db, login: LoginId, before: Moment) -> Result<(), StoreError> {
    let old = idempotency::table
        .filter(idempotency::login_id.eq(login.0))
        .filter(idempotency::created_at.lt(before.millis()));
    on!(db, c => diesel::delete(old).execute(c))?;
    Ok(())
}

/// Answers that are kept for one login at most; the oldest go.
pub const ANSWERS: i64 = 10_000;

/// Takes away what is older, whosever, and of each login what is too much: so many at a time. Returns how many.
pub fn forget_old_answers(db: &mut Db, before: Moment, most: i64) -> Result<usize, StoreError> {
    let old = idempotency::table
        .filter(idempotency::created_at.lt(before.millis()))
        .order(idempotency::created_at)
        .select((idempotency::login_id, idempotency::key))
        .limit(most);
    let mut rows: Vec<(i64, String)> = on!(db, c => old.load(c))?;
    let busy = idempotency::table
        .group_by(idempotency::login_id)
        .having(count_star().gt(ANSWERS))
        .select(idempotency::login_id);
    let busy: Vec<i64> = on!(db, c => busy.load(c))?;
    for login in busy {
        let beyond = idempotency::table
            .filter(idempotency::login_id.eq(login))
            .order(idempotency::created_at.desc())
            .offset(ANSWERS)
            .limit(most)
            .select((idempotency::login_id, idempotency::key));
        rows.extend(on!(db, c => beyond.load::<(i64, String)>(c))?);
    }
    let mut gone = 0;
    for (login, key) in rows {
        let row = idempotency::table.find((login, key));
        gone += on!(db, c => diesel::delete(row).execute(c))?;
    }
    Ok(gone)
}
