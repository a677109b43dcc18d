//! Competitions held apart: their stored definition cannot be read by this version, so facts pass them by while the
//! others go on. It is remembered in the row, and once the definition can be read they take in all that passed.

use super::{
    AppError, Definitions,
    parts::{Begun, begin},
    reach::look_again,
};
use crate::{
    domain::{ledger::Cause, time::Moment},
    folder::Refused,
    store::{self, Db, Stored},
};

/// A competition whose definition is refused, and why.
#[derive(Clone, Debug)]
pub struct Apart {
    pub stored: Stored,
    pub refused: Refused,
}

/// Remembers which competitions facts pass by from now on. Asked in each transaction that takes facts in.
pub(super) fn pass_by(db: &mut Db, definitions: &Definitions, now: Moment) -> Result<(), AppError> {
    for apart in definitions.each(db)?.apart {
        if apart.stored.apart_since.is_none() {
            store::set_apart(db, apart.stored.id, Some(now))?;
        }
    }
    Ok(())
}

/// Whether any went apart or came back since it was last looked at.
pub(super) fn have_moved(db: &mut Db, definitions: &Definitions) -> Result<bool, AppError> {
    let each = definitions.each(db)?;
    let went = each.apart.iter().any(|apart| apart.stored.apart_since.is_none());
    Ok(went || each.readable.iter().any(|own| own.stored.apart_since.is_some()))
}

/// Has those that came back take in what passed them by: in parts, by whoever looks at the clock next.
pub(super) fn take_back(db: &mut Db, definitions: &Definitions, now: Moment) -> Result<Vec<Begun>, AppError> {
    let mut begun = Vec::new();
    for competition in definitions.all(db)? {
        let Some(since) = competition.stored.apart_since else {
            continue;
        };
        let id = competition.id();
        // What only its sources speak for was put aside meanwhile.
        look_again(db, &competition.definition, now)?;
        begun.push(begin(db, id, Cause::Definition, now)?);
        store::set_apart(db, id, None)?;
        store::raise_revision(db, id)?;
        tracing::info!(competition = %competition.stored.slug, %since, "held apart no more");
    }
    Ok(begun)
}
