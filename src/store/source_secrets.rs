//! Secrets of sources that were written in the browser. They are read to prove hooks, and for nothing else.

use super::{Db, StoreError, on, schema::source_secrets};
use crate::domain::{forge::Forge, team::CompetitionId, text::Slug, time::Moment};
use diesel::prelude::*;

/// What may be shown of a secret.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SecretNote {
    pub id: i64,
    pub forge: Forge,
    pub source: Slug,
    pub created_at: Moment,
    /// None: it holds.
    pub ends_at: Option<Moment>,
}

/// A source's name in the table: two forges may have a source of one name.
fn key(forge: Forge, source: &Slug) -> String {
    format!("{}/{source}", forge.as_str())
}

fn parse(key: &str) -> Result<(Forge, Slug), StoreError> {
    let (forge, source) = key
        .split_once('/')
        .ok_or_else(|| StoreError::unreadable("source", &key))?;
    Ok((
        Forge::parse(forge).map_err(|e| StoreError::unreadable("forge", &e))?,
        Slug::parse(source).map_err(|e| StoreError::unreadable("source", &e))?,
    ))
}

pub fn add_source_secret(
    db: &mut Db,
    competition: CompetitionId,
    forge: Forge,
    source: &Slug,
    secret: &str,
    now: Moment,
) -> Result<i64, StoreError> {
    let values = (
        source_secrets::competition_id.eq(competition.0),
        source_secrets::source.eq(key(forge, source)),
        source_secrets::secret.eq(secret),
        source_secrets::created_at.eq(now.millis()),
    );
    let insert = diesel::insert_into(source_secrets::table)
        .values(values)
        .returning(source_secrets::id);
    Ok(on!(db, c => insert.get_result(c))?)
}

/// Every secret of a competition's sources, the ended ones too, oldest first.
pub fn source_secret_notes(db: &mut Db, competition: CompetitionId) -> Result<Vec<SecretNote>, StoreError> {
    let query = source_secrets::table
        .filter(source_secrets::competition_id.eq(competition.0))
        .order(source_secrets::id)
        .select((
            source_secrets::id,
            source_secrets::source,
            source_secrets::created_at,
            source_secrets::ends_at,
        ));
    let rows: Vec<(i64, String, i64, Option<i64>)> = on!(db, c => query.load(c))?;
    rows.into_iter()
        .map(|(id, source, created_at, ends_at)| {
            let (forge, source) = parse(&source)?;
            Ok(SecretNote {
                id,
                forge,
                source,
                created_at: Moment::from_millis(created_at),
                ends_at: ends_at.map(Moment::from_millis),
            })
        })
        .collect()
}

/// Ends a secret; what it was goes with it.
pub fn end_source_secret(db: &mut Db, id: i64, now: Moment) -> Result<(), StoreError> {
    let row = source_secrets::table.find(id);
    let values = (source_secrets::ends_at.eq(now.millis()), source_secrets::secret.eq(""));
    on!(db, c => diesel::update(row).set(values).execute(c))?;
    Ok(())
}

/// A secret that holds, for the one reader that proves hooks.
pub struct SourceSecret {
    pub competition: CompetitionId,
    pub forge: Forge,
    pub source: Slug,
    pub secret: String,
}

/// Every secret that holds.
pub fn source_secrets(db: &mut Db) -> Result<Vec<SourceSecret>, StoreError> {
    let query = source_secrets::table
        .filter(source_secrets::ends_at.is_null())
        .order(source_secrets::id)
        .select((
            source_secrets::competition_id,
            source_secrets::source,
            source_secrets::secret,
        ));
    let rows: Vec<(i64, String, String)> = on!(db, c => query.load(c))?;
    rows.into_iter()
        .map(|(competition, source, secret)| {
            let (forge, source) = parse(&source)?;
            Ok(SourceSecret {
                competition: CompetitionId(competition),
                forge,
                source,
                secret,
            })
        })
        .collect()
}
