//! Reveal, finalize, reopen: what the host says of the result. Contract, section 7.
//!
//! A seal is written by whoever has the turn to evaluate, so nothing is evaluated after the last entry that the
//! export has, which is written behind it.

use super::{
    App, AppError, Competition, Objection, Who,
    compare::compare,
    export::write_export,
    hex,
    parts::{Begun, Clock, HELD, begin, finish, held, in_parts, settled},
    turn::{turned, turning},
    work_queue,
};
use crate::{
    domain::{competition::Seal, ledger::Cause, team::CompetitionId, text::Slug, time::Moment},
    live::ReadDefinition,
    store::{self, Db, Deed, StoreError, Work},
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
    let id = app.competition(slug).await?.id();
    let by = by.clone();
    let check = |competition: &Competition, at: Moment| {
        let own = competition.stored.seal;
        if own.finalized_at.is_some() {
            return Err(Objection::Sealed);
        }
        let closes_at = competition.definition.window.closes_at;
        if at < closes_at {
            return Err(Objection::StillOpen(closes_at));
        }
        Ok(Seal {
            revealed_at: own.revealed_at.or(Some(at)),
            finalized_at: Some(at),
        })
    };
    let told = move |db: &mut Db, before: &Competition, seal: Seal, sha256: &str| {
        let became = json!({"revealed_at": seal.revealed_at, "finalized_at": seal.finalized_at, "sha256": sha256});
        let sealed = Deed {
            became: Some(became.to_string()),
            ..deed(&by, now, "competition.finalize", before, seal, reason.clone())
        };
        Ok(store::record(db, &sealed)?)
    };
    // On its own, so that it goes on where whoever asked hangs up.
    let app = app.clone();
    let sealed = tokio::spawn(async move { seal(&app, id, check, told, now).await });
    sealed
        .await
        .unwrap_or_else(|why| Err(AppError::Broken(format!("a seal was not set: {why}"))))
}

/// How often a seal is tried where facts move on between it and the reading of its export.
const TRIES: usize = 5;
/// Bytes of a packed export that are written in one transaction.
const BLOCK: u64 = 1 << 20;

/// Seals a competition in three steps, none of which holds anybody up for long: the seal itself, from which on
/// nothing is evaluated in it; its export, written on a reader; the export's parts, and with the last of them the
/// result. A fault, or a crash, between the first and the last takes the seal off again: nobody was told of a
/// result.
///
/// `check`: whether and how it is to be sealed, asked in the transaction that does. `told` writes what is to be
/// said of it, in the transaction that publishes.
pub(super) async fn seal<C, T>(
    app: &App,
    id: CompetitionId,
    check: C,
    told: T,
    now: Moment,
) -> Result<SealedResult, AppError>
where
    C: Fn(&Competition, Moment) -> Result<Seal, Objection> + Clone + Send + 'static,
    T: Fn(&mut Db, &Competition, Seal, &str) -> Result<(), AppError> + Clone + Send + 'static,
{
    let clock = Clock::from(now);
    for _ in 0..TRIES {
        let (before, seal, number) = put_seal(app, id, check.clone(), clock).await?;
        let tried = match held(app, (id, number), clock, made_export(app, id)).await {
            Ok(Some(made)) => publish(app, (before, seal, number), made, told.clone(), clock)
                .await
                .map(Some),
            Ok(None) => Ok(None),
            Err(error) => Err(error),
        };
        if let Ok(Some(published)) = tried {
            return Ok(published);
        }
        let back = take_back(app, id, number, clock).await;
        // Why there is no result matters more than that the seal could not be taken off: the clock does that.
        tried?;
        back?;
    }
    Err(StoreError::Busy("facts arrive faster than a result can be sealed; try again".to_owned()).into())
}

/// Sets the seal once nothing is unfinished and what time alone has changed is evaluated: it belongs to the
/// result. Returns the competition as it was, the seal, and the number of the act.
async fn put_seal<C>(app: &App, id: CompetitionId, check: C, clock: Clock) -> Result<(Competition, Seal, i64), AppError>
where
    C: Fn(&Competition, Moment) -> Result<Seal, Objection> + Clone + Send + 'static,
{
    loop {
        settled(app, id, clock.now()).await?;
        let (definitions, asked) = (app.definitions(), check.clone());
        let pulls = app
            .store
            .read_whole(move |db| {
                let competition = definitions.by_id(db, id)?;
                asked(&competition, clock.now())?;
                turning(db, &competition, clock.now())
            })
            .await?;
        let looked_at = pulls.iter().copied().collect();
        in_parts(app, id, pulls, clock, Cause::Clock, None).await?;
        let (definitions, asked) = (app.definitions(), check.clone());
        let sealed = app
            .store
            .write(move |db| {
                store::take_turn(db)?;
                let competition = definitions.by_id(db, id)?;
                if competition.stored.unfinished.is_some() {
                    return Ok::<_, AppError>(None);
                }
                let at = clock.now();
                let seal = asked(&competition, at)?;
                turned(db, &competition, &looked_at, at)?;
                store::remove_result(db, id)?;
                store::set_seal(db, id, seal)?;
                let number = store::begin_work(db, id, Work::Seal, Some(at.plus(HELD)))?;
                Ok(Some((competition, seal, number)))
            })
            .await?;
        if let Some(sealed) = sealed {
            return Ok(sealed);
        }
    }
}

/// Takes a seal off that was set and came to no result: as if it had never been, and what arrived meanwhile is
/// to be evaluated.
pub(super) fn open_again(db: &mut Db, competition: &Competition, now: Moment) -> Result<Begun, AppError> {
    let own = competition.stored.seal;
    let seal = Seal {
        // A seal reveals what nobody had revealed before, at its own instant.
        revealed_at: own.revealed_at.filter(|at| Some(*at) != own.finalized_at),
        finalized_at: None,
    };
    store::set_seal(db, competition.id(), seal)?;
    store::remove_result(db, competition.id())?;
    begin(db, competition.id(), Cause::Rebuild, now)
}

async fn take_back(app: &App, id: CompetitionId, number: i64, clock: Clock) -> Result<(), AppError> {
    let definitions = app.definitions();
    let begun = app
        .store
        .write(move |db| {
            store::take_turn(db)?;
            let competition = definitions.by_id(db, id)?;
            match competition.stored.unfinished {
                Some(left) if left.number == number => Ok(Some(open_again(db, &competition, clock.now())?)),
                _ => Ok::<_, AppError>(None),
            }
        })
        .await?;
    if let Some(begun) = begun {
        finish(app, begun, clock.now()).await;
    }
    Ok(())
}

/// Takes the seal off: everything that arrived meanwhile is evaluated, and the result is no longer published.
/// What was revealed stays revealed.
///
/// Errors: `NoCompetition`; `NotSealed`.
pub async fn reopen(app: &App, by: &Who, slug: &Slug, reason: String, now: Moment) -> Result<Seal, AppError> {
    let (definitions, by, slug) = (app.definitions(), by.clone(), slug.clone());
    let (seal, begun) = app
        .store
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
            let begun = begin(db, id, Cause::Rebuild, now)?;
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
            Ok::<_, AppError>((seal, begun))
        })
        .await?;
    finish(app, begun, now).await;
    Ok(seal)
}

/// An export as it is to be published: packed, in a file of nobody else's.
struct Made {
    sha256: String,
    size: u64,
    packed: tempfile::SpooledTempFile,
}

/// Writes the export of a competition that was just sealed, on a reader. None: facts have moved on since the
/// seal, and the rows are not what they give.
async fn made_export(app: &App, id: CompetitionId) -> Result<Option<Made>, AppError> {
    let definitions = app.definitions();
    let _alone = app.folding.lock().await;
    app.store
        .read_whole(move |db| {
            let sealed = definitions.by_id(db, id)?;
            let Some(finalized_at) = sealed.stored.seal.finalized_at else {
                return Ok(None);
            };
            let last = store::recorded_at(db, id, sealed.stored.seq)?;
            let evaluated_at = last.map_or(finalized_at, |last| last.max(finalized_at));
            let mut moved = false;
            compare(db, &sealed, evaluated_at, false, &mut |compared| {
                moved |= compared.differs()
            })?;
            if moved {
                return Ok(None);
            }
            let fault = |why: io::Error| {
                AppError::Broken(format!("the export of {} cannot be made: {why}", sealed.stored.slug))
            };
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
                let name = Path::new("export");
                write_export(db, &sealed, &read, finalized_at, &mut hashed, name, &mut |_| ())?;
                (hex(hashed.digest.finish().as_ref()), hashed.size)
            };
            file.seek(SeekFrom::Start(0)).map_err(fault)?;
            let packed = tempfile::spooled_tempfile(SPOOL);
            let mut packer = zstd::stream::write::Encoder::new(packed, 0).map_err(fault)?;
            packer.set_pledged_src_size(Some(size)).map_err(fault)?;
            io::copy(&mut file, &mut packer).map_err(fault)?;
            let mut packed = packer.finish().map_err(fault)?;
            packed.seek(SeekFrom::Start(0)).map_err(fault)?;
            Ok(Some(Made { sha256, size, packed }))
        })
        .await
}

/// Writes the parts of an export, and with the first of them, last, the result.
async fn publish<T>(
    app: &App,
    (before, seal, number): (Competition, Seal, i64),
    made: Made,
    told: T,
    clock: Clock,
) -> Result<SealedResult, AppError>
where
    T: Fn(&mut Db, &Competition, Seal, &str) -> Result<(), AppError> + Send + 'static,
{
    let id = before.id();
    let Made {
        sha256,
        size,
        mut packed,
    } = made;
    let mut block = || -> Result<Vec<u8>, AppError> {
        let mut bytes = Vec::new();
        let read = (&mut packed).take(BLOCK).read_to_end(&mut bytes);
        read.map_err(|why| AppError::Broken(format!("an export cannot be read back: {why}")))?;
        Ok(bytes)
    };
    let first = block()?;
    for part in 1.. {
        let bytes = block()?;
        if bytes.is_empty() {
            break;
        }
        app.store
            .write(move |db| {
                if !store::hold_work(db, id, number, clock.now().plus(HELD))? {
                    return Err(AppError::from(Objection::NotSealed));
                }
                Ok(store::put_result_part(db, id, part, &bytes)?)
            })
            .await?;
    }
    app.store
        .write(move |db| {
            store::take_turn(db)?;
            if !store::end_work(db, id, number)? {
                return Err(AppError::from(Objection::NotSealed));
            }
            let finalized_at = seal.finalized_at.unwrap_or(clock.now());
            store::put_result(db, id, finalized_at, &sha256, &first)?;
            told(db, &before, seal, &sha256)?;
            Ok(SealedResult {
                finalized_at,
                sha256,
                size,
            })
        })
        .await
}

/// Bytes of an export that are held in memory while it is made.
const SPOOL: usize = 8 << 20;

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
    let fault = |why: io::Error| AppError::Broken(format!("a kept export cannot be unpacked: {why}"));
    let packed = app
        .store
        .read(move |db| {
            let (id, _) = published(db, &slug)?;
            let mut packed = tempfile::spooled_tempfile(SPOOL);
            for part in 0.. {
                match store::result_part(db, id, part)? {
                    Some(bytes) => packed.write_all(&bytes).map_err(fault)?,
                    None if part == 0 => return Err(AppError::from(Objection::NotThere("result"))),
                    None => break,
                }
            }
            packed.seek(SeekFrom::Start(0)).map_err(fault)?;
            Ok(packed)
        })
        .await?;
    zstd::stream::read::Decoder::new(packed).map_err(fault)
}
