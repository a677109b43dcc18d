//! What is over and only grows is taken away: sessions, kept answers, sign-ins at a forge that nobody finished.

use super::{App, AppError, handshake::HANDSHAKE, once::KEPT};
use crate::{domain::time::Moment, store};

/// Rows of a kind that go in one turn: a turn is a transaction, and others wait for it.
const AT_ONCE: i64 = 1_000;

/// One turn of it. Returns how many rows went.
pub async fn tidy(app: &App, now: Moment) -> Result<usize, AppError> {
    app.store
        .write(move |db| {
            store::forget_handshakes(db, now.plus(-HANDSHAKE))?;
            let sessions = store::forget_sessions(db, now, AT_ONCE)?;
            let answers = store::forget_old_answers(db, now.plus(-KEPT), AT_ONCE)?;
            Ok(sessions + answers)
        })
        .await
}
