//! Idempotency keys: the same request again gets the first one's answer, and does nothing.

use super::{App, AppError, Objection, Who, hex};
use crate::{
    domain::{login::LoginId, time::Moment},
    store,
};
use aws_lc_rs::digest::{Context, SHA256};

/// Characters of a key, at most.
const LONGEST: usize = 255;
/// How long an answer is kept.
pub(super) const KEPT: i64 = Moment::DAY;
/// After this a first request that never answered is taken to have died.
const DEAD: i64 = 60 * Moment::SECOND;

/// A request that is done for the first time.
pub struct Once {
    login: LoginId,
    key: String,
}

/// Whether a request was there before.
pub enum Again {
    First(Once),
    Answered { status: u16, body: Vec<u8> },
}

/// Errors: `OtherBody` where the key came with another request, `UnderWay`, `TooLong`.
pub async fn begin_once(app: &App, who: &Who, key: &str, request: &[&[u8]], now: Moment) -> Result<Again, AppError> {
    let got = key.chars().count();
    if got == 0 || got > LONGEST {
        return Err(Objection::TooLong {
            field: "Idempotency-Key",
            most: LONGEST,
            got,
        }
        .into());
    }
    let mut hash = Context::new(&SHA256);
    request.iter().for_each(|part| hash.update(part));
    let asked = hex(hash.finish().as_ref());
    let (login, key) = (who.id, key.to_owned());
    app.store
        .write(move |db| {
            store::forget_answers(db, login, now.plus(-KEPT))?;
            if store::begin_answer(db, login, &key, &asked, now)? {
                return Ok(Again::First(Once { login, key }));
            }
            let Some(known) = store::answer(db, login, &key)? else {
                return Err(Objection::UnderWay.into());
            };
            if known.request != asked {
                return Err(Objection::OtherBody.into());
            }
            match known.answer {
                Some((status, body)) => Ok(Again::Answered { status, body }),
                None if known.created_at.plus(DEAD) < now => Ok(Again::First(Once { login, key })),
                None => Err(Objection::UnderWay.into()),
            }
        })
        .await
}

/// Keeps the answer; None: it failed here, and the key is free again.
pub async fn end_once(app: &App, once: Once, answer: Option<(u16, Vec<u8>)>) -> Result<(), AppError> {
    app.store
        .write(move |db| Ok(store::end_answer(db, once.login, &once.key, answer)?))
        .await
}
