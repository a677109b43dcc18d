//! Reveal, finalize, reopen: what the host says of the result. Contract, section 7.
//!
//! A seal is written by whoever has the turn to evaluate, so nothing is evaluated between the last entry and
//! the export that is published with it.

use super::{
    App, AppError, Competition, Dirty, Objection, Who, define::fresh, evaluate, export::write_export, hex, work_queue,
};
use crate::{
    domain::{competition::Seal, ledger::Cause, team::CompetitionId, text::Slug, time::Moment},
    live::ReadDefinition,
    store::{self, Db, Deed},
};
use aws_lc_rs::digest::{Context, SHA256};
use serde_json::json;
use std::{
    io::{self, Read, Seek, SeekFrom, Write},
    path::Path,
    sync::Arc,
};

/// A sealed result, as it was published.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SealedResult {
    pub finalized_at: Moment,
    /// Of the export's bytes, in hex.
    pub sha256: String,
    /// Bytes of the export.
    pub size: u64,
}

/// What is written of a seal into the audit log.
fn told(seal: Seal) -> String {
    json!({"revealed_at": seal.revealed_at, "finalized_at": seal.finalized_at}).to_string()
}

fn deed(
    by: &Who,
    now: Moment,
    act: &'static str,
    competition: &Competition,
    seal: Seal,
    reason: Option<String>,
) -> Deed {
    Deed {
        competition: Some(competition.id()),
        reason,
        was: Some(told(competition.stored.seal)),
        became: Some(told(seal)),
        ..by.deed(now, act, &competition.stored.slug)
    }
}

/// Ends the freeze: every public form shows all from now on.
///
/// Errors: `NoCompetition`; `Sealed`, `AlreadyRevealed`, `NothingFrozen`.
pub async fn reveal(app: &App, by: &Who, slug: &Slug, reason: Option<String>, now: Moment) -> Result<Seal, AppError> {
    let (definitions, by, slug) = (app.definitions(), by.clone(), slug.clone());
    app.store
        .write(move |db| {
            store::take_turn(db)?;
            let competition = definitions.of(db, &slug)?;
            let own = competition.stored.seal;
            if own.finalized_at.is_some() {
                return Err(Objection::Sealed.into());
            }
            if own.revealed_at.is_some() {
                return Err(Objection::AlreadyRevealed.into());
            }
            if competition.definition.frozen_at(own, now).is_none() {
                return Err(Objection::NothingFrozen.into());
            }
            let seal = Seal {
                revealed_at: Some(now),
                finalized_at: None,
            };
            store::set_seal(db, competition.id(), seal)?;
            store::record(db, &deed(&by, now, "competition.reveal", &competition, seal, reason))?;
            Ok(seal)
        })
        .await
}

/// Looks at deliveries before a seal, this many turns at most: under a flood the seal still comes.
const TURNS: usize = 50;

/// Seals the ledger and publishes the result: its export, and the hash of that. A freeze ends with it. What was
/// kept until now is looked at first.
///
/// Errors: `NoCompetition`; `Sealed`, `StillOpen`.
pub async fn finalize(
    app: &App,
    by: &Who,
    slug: &Slug,
    reason: Option<String>,
    now: Moment,
) -> Result<SealedResult, AppError> {
    for _ in 0..TURNS {
        if work_queue(app, now).await? == 0 {
            break;
        }
    }
    let (definitions, by, slug) = (app.definitions(), by.clone(), slug.clone());
    app.store
        .write(move |db| {
            store::take_turn(db)?;
            let competition = definitions.of(db, &slug)?;
            let own = competition.stored.seal;
            if own.finalized_at.is_some() {
                return Err(Objection::Sealed.into());
            }
            let closes_at = competition.definition.window.closes_at;
            if now < closes_at {
                return Err(Objection::StillOpen(closes_at).into());
            }
            // What time alone has changed since it was last asked belongs to the result.
            let unmerged = store::unmerged(db, competition.id())?.into_iter().collect();
            evaluate(db, &competition, &Dirty::Pulls(unmerged), now, Cause::Clock)?;
            store::set_turned(db, competition.id(), now)?;
            let seal = Seal {
                revealed_at: own.revealed_at.or(Some(now)),
                finalized_at: Some(now),
            };
            store::set_seal(db, competition.id(), seal)?;
            let published = publish(db, &competition, now)?;
            let sealed = Deed {
                became: Some(
                    json!({
                        "revealed_at": seal.revealed_at, "finalized_at": seal.finalized_at, "sha256": published.sha256,
                    })
                    .to_string(),
                ),
                ..deed(&by, now, "competition.finalize", &competition, seal, reason)
            };
            store::record(db, &sealed)?;
            Ok(published)
        })
        .await
}

/// Takes the seal off: everything that arrived meanwhile is evaluated, and the result is no longer published.
/// What was revealed stays revealed.
///
/// Errors: `NoCompetition`; `NotSealed`.
pub async fn reopen(app: &App, by: &Who, slug: &Slug, reason: String, now: Moment) -> Result<Seal, AppError> {
    let (definitions, by, slug) = (app.definitions(), by.clone(), slug.clone());
    app.store
        .write(move |db| {
            store::take_turn(db)?;
            let sealed = definitions.of(db, &slug)?;
            if sealed.stored.seal.finalized_at.is_none() {
                return Err(Objection::NotSealed.into());
            }
            let seal = Seal {
                revealed_at: sealed.stored.seal.revealed_at,
                finalized_at: None,
            };
            let id = sealed.id();
            let sha256 = store::result(db, id)?.map(|published| published.sha256);
            store::set_seal(db, id, seal)?;
            store::remove_result(db, id)?;
            let open = fresh(db, id, Arc::clone(&sealed.definition))?;
            evaluate(db, &open, &Dirty::All, now, Cause::Rebuild)?;
            store::set_turned(db, id, now)?;
            let own = sealed.stored.seal;
            let reopened = Deed {
                was: Some(
                    json!({
                        "revealed_at": own.revealed_at, "finalized_at": own.finalized_at, "sha256": sha256,
                    })
                    .to_string(),
                ),
                ..deed(&by, now, "competition.reopen", &sealed, seal, Some(reason))
            };
            store::record(db, &reopened)?;
            Ok(seal)
        })
        .await
}

/// Writes the export of a competition that was just sealed, and keeps it with its hash.
pub(super) fn publish(db: &mut Db, competition: &Competition, now: Moment) -> Result<SealedResult, AppError> {
    let sealed = fresh(db, competition.id(), Arc::clone(&competition.definition))?;
    let finalized_at = sealed.stored.seal.finalized_at.unwrap_or(now);
    let fault =
        |why: io::Error| AppError::Broken(format!("the export of {} cannot be made: {why}", sealed.stored.slug));
    // Past some megabytes it goes over a file: the whole of it is needed before its length is known.
    let mut file = tempfile::spooled_tempfile(SPOOL);
    let (sha256, size) = {
        let mut hashed = Hashed {
            inner: &mut file,
            digest: Context::new(&SHA256),
            size: 0,
        };
        let definition = Arc::clone(&sealed.definition);
        let read: ReadDefinition = Arc::new(move |_, _| Some(Arc::clone(&definition)));
        write_export(db, &sealed, &read, now, &mut hashed, Path::new("export"), &mut |_| ())?;
        (hex(hashed.digest.finish().as_ref()), hashed.size)
    };
    file.seek(SeekFrom::Start(0)).map_err(fault)?;
    let mut packer = zstd::stream::write::Encoder::new(Vec::new(), 0).map_err(fault)?;
    packer.set_pledged_src_size(Some(size)).map_err(fault)?;
    io::copy(&mut file, &mut packer).map_err(fault)?;
    let packed = packer.finish().map_err(fault)?;
    store::put_result(db, sealed.id(), finalized_at, &sha256, &packed)?;
    Ok(SealedResult {
        finalized_at,
        sha256,
        size,
    })
}

/// Bytes of an export that are held in memory while it is made.
const SPOOL: usize = 32 << 20;

/// Counts and hashes what goes through.
struct Hashed<'w, W: Write> {
    inner: &'w mut W,
    digest: Context,
    size: u64,
}

impl<W: Write> Write for Hashed<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.inner.write_all(bytes)?;
        self.digest.update(bytes);
        self.size += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Errors: `NoCompetition`; `NotThere` until it is final.
fn published(db: &mut Db, slug: &Slug) -> Result<(CompetitionId, store::Published), AppError> {
    let Some(stored) = store::competition(db, slug)? else {
        return Err(AppError::NoCompetition(slug.to_string()));
    };
    let found = store::result(db, stored.id)?.filter(|_| stored.seal.finalized_at.is_some());
    Ok((stored.id, found.ok_or(Objection::NotThere("result"))?))
}

/// The published result. Errors: `NoCompetition`; `NotThere` until it is final.
pub async fn sealed_result(app: &App, slug: &Slug) -> Result<SealedResult, AppError> {
    let slug = slug.clone();
    app.store
        .read(move |db| {
            let (_, found) = published(db, &slug)?;
            let size = zstd::zstd_safe::get_frame_content_size(&found.head).ok().flatten();
            Ok(SealedResult {
                finalized_at: found.finalized_at,
                sha256: found.sha256,
                size: size.ok_or_else(|| AppError::Broken("a kept export does not say its length".into()))?,
            })
        })
        .await
}

/// The published export, unpacked part by part as it is read. Errors: as [`sealed_result`].
pub async fn sealed_export(app: &App, slug: &Slug) -> Result<impl Read + Send + 'static, AppError> {
    let slug = slug.clone();
    let packed = app
        .store
        .read(move |db| {
            let (id, _) = published(db, &slug)?;
            let packed = store::result_export(db, id)?;
            packed.ok_or_else(|| AppError::from(Objection::NotThere("result")))
        })
        .await?;
    zstd::stream::read::Decoder::new(io::Cursor::new(packed))
        .map_err(|why| AppError::Broken(format!("a kept export cannot be unpacked: {why}")))
}
