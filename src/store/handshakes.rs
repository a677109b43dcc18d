//! Sign-ins at a forge that were begun and may come back once.

use super::{Db, StoreError, on, schema::handshakes};
use crate::domain::{forge::Forge, login::LoginId, time::Moment};
use diesel::prelude::*;

/// A sign-in that is under way.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Handshake {
    /// SHA-256 of the state, in hex.
    pub state: String,
    pub forge: Forge,
    /// Of PKCE.
    pub verifier: String,
    /// Who binds another account; None: somebody signs in.
    pub login: Option<LoginId>,
    /// A path of this site.
    pub return_to: String,
    pub created_at: Moment,
}

pub fn insert_handshake(db: &mut Db, handshake: &Handshake) -> Result<(), StoreError> {
    let values = (
        handshakes::state.eq(&handshake.state),
        handshakes::forge.eq(handshake.forge.as_str()),
        handshakes::verifier.eq(&handshake.verifier),
        handshakes::login_id.eq(handshake.login.map(|login| login.0)),
        handshakes::return_to.eq(&handshake.return_to),
        handshakes::created_at.eq(handshake.created_at.millis()),
    );
    on!(db, c => diesel::insert_into(handshakes::table).values(values).execute(c))?;
    Ok(())
}

/// Takes a handshake out: of two that ask at once, one gets it.
pub fn take_handshake(db: &mut Db, state: &str) -> Result<Option<Handshake>, StoreError> {
    type Row = (String, String, String, Option<i64>, String, i64);
    let take = diesel::delete(handshakes::table.find(state)).returning(handshakes::all_columns);
    let row: Option<Row> = on!(db, c => take.get_result(c).optional())?;
    let handshake = |(state, forge, verifier, login, return_to, created_at): Row| {
        Ok(Handshake {
            state,
            forge: Forge::parse(&forge).map_err(|e| StoreError::unreadable("forge", &e))?,
            verifier,
            login: login.map(LoginId),
            return_to,
            created_at: Moment::from_millis(created_at),
        })
    };
    row.map(handshake).transpose()
}

/// Forgets those that were begun before this moment and never came back.
pub fn forget_handshakes(db: &mut Db, before: Moment) -> Result<(), StoreError> {
    let old = handshakes::table.filter(handshakes::created_at.lt(before.millis()));
    on!(db, c => diesel::delete(old).execute(c))?;
    Ok(())
}

pub fn forget_handshakes_of(db: &mut Db, login: LoginId) -> Result<(), StoreError> {
    let of = handshakes::table.filter(handshakes::login_id.eq(login.0));
    on!(db, c => diesel::delete(of).execute(c))?;
    Ok(())
}
