//! What a board begins with, read in one state of the database.

use super::{Board, Boards, Face, slots::Slot, state::Beginning};
use crate::{
    domain::{
        competition::Definition,
        evaluate::Status,
        ledger::Cause,
        team::{CompetitionId, SubmissionId},
        text::Slug,
        time::Moment,
    },
    store::{self, Db, Store, StoreError, Stored},
};
use std::{collections::HashMap, sync::Arc};

/// Entries read in one go.
pub(super) const READ: i64 = 2_000;
/// Changes of points that a board's feed shows.
pub(super) const FEED: i64 = 12;

/// Reads a definition that the store keeps as text.
pub type ReadDefinition = Arc<dyn Fn(&mut Db, &Stored) -> Option<Arc<Definition>> + Send + Sync>;

impl Boards {
    /// Reads one board, outside the beat: for a command.
    pub async fn one(
        store: &Store,
        read: &ReadDefinition,
        slug: &Slug,
        hide: bool,
        now: Moment,
    ) -> Result<Option<Board>, StoreError> {
        let (read, slug) = (Arc::clone(read), slug.clone());
        let beginning = store
            .read(move |db| match store::competition(db, &slug)? {
                None => Ok(None),
                Some(stored) => begin(db, &read, stored.id, hide, now),
            })
            .await?;
        Ok(beginning.map(|beginning| Board::alone(beginning, hide, now)))
    }
}

impl Board {
    /// Reads a board in the transaction under way. None where there is no such competition, or where this
    /// version refuses its definition.
    pub fn read(
        db: &mut Db,
        read: &ReadDefinition,
        id: CompetitionId,
        hide: bool,
        now: Moment,
    ) -> Result<Option<Self>, StoreError> {
        let beginning = begin(db, read, id, hide, now)?;
        Ok(beginning.map(|beginning| Self::alone(beginning, hide, now)))
    }
}

/// Reads what a board begins with, in one state of the database.
pub(super) fn begin(
    db: &mut Db,
    read: &ReadDefinition,
    id: CompetitionId,
    hide: bool,
    now: Moment,
) -> Result<Option<Beginning>, StoreError> {
    let Some(stored) = store::competition_by_id(db, id)? else {
        return Ok(None);
    };
    let Some(definition) = read(db, &stored) else {
        return Ok(None);
    };
    let freeze = definition.frozen_at(stored.seal, now).filter(|_| hide);
    let face = Arc::new(Face::load(db, &stored, definition, now)?);
    let mut slots: Vec<Slot> = Vec::new();
    store::board_words(db, id, |word| slots.push(Slot::of(&face, &word)))?;
    slots.shrink_to_fit();
    let (shown, recorded) = match freeze {
        None => (stored.seq, store::recorded_at(db, id, stored.seq)?),
        Some(freeze) => {
            let told = told_under(db, id, freeze)?;
            slots.iter_mut().for_each(|slot| slot.tell(freeze, &told.pending));
            (told.shown, told.recorded)
        }
    };
    Ok(Some(Beginning {
        face,
        slots,
        seq: stored.seq,
        hash: stored.hash,
        shown,
        recorded,
        feed: store::feed(db, id, freeze, FEED)?,
    }))
}

/// What a reader may know under a freeze.
struct Told {
    /// The last entry that is told, and when it was recorded: one on what was merged before the freeze, or one
    /// that made something pending or took it away.
    shown: i64,
    recorded: Option<Moment>,
    /// Of what was merged from the freeze on, whether it is pending: as the rules have it, since what judges say
    /// meanwhile is not told.
    pending: HashMap<SubmissionId, bool>,
}

fn told_under(db: &mut Db, id: CompetitionId, freeze: Moment) -> Result<Told, StoreError> {
    let mut shown = store::last_entry_before_freeze(db, id, freeze)?;
    let mut pending: HashMap<SubmissionId, bool> = HashMap::new();
    let mut after = 0;
    loop {
        let entries = store::ledger_from_freeze(db, id, freeze, after, READ)?;
        let Some(last) = entries.last() else { break };
        after = last.entry.seq;
        for chained in &entries {
            let entry = &chained.entry;
            if chained.by_rules.is_none() && entry.cause == Cause::Decision && pending.contains_key(&entry.submission) {
                continue;
            }
            let told = entry.status.map(|status| chained.by_rules.unwrap_or(status));
            let is = told.is_some_and(|status| status != Status::Rejected);
            let was = pending.insert(entry.submission, is).unwrap_or(false);
            if is != was && shown.is_none_or(|(seq, _)| entry.seq > seq) {
                shown = Some((entry.seq, entry.recorded_at));
            }
        }
    }
    Ok(Told {
        shown: shown.map_or(0, |(seq, _)| seq),
        recorded: shown.map(|(_, recorded)| recorded),
        pending,
    })
}
