//! Competitions and their teams.

use super::{
    Db, PART, StoreError, on,
    schema::{competitions, teams},
    unfinished::{Unfinished, unfinished},
};
use crate::domain::{
    competition::Seal,
    ledger::Hash,
    region::Region,
    team::{CompetitionId, Kind, Standing, Team, TeamId},
    text::{Name, Slug},
    time::Moment,
};
use diesel::prelude::*;

/// A competition as it is stored.
#[derive(Clone, Debug)]
pub struct Stored {
    pub id: CompetitionId,
    pub slug: Slug,
    /// competition.toml as it was taken.
    pub definition: String,
    /// The last ledger entry's number; 0 before the first.
    pub seq: i64,
    pub hash: Option<Hash>,
    /// Raised whenever definition, teams or people change.
    pub revision: i64,
    pub seal: Seal,
    pub turned_at: Moment,
    /// Of teams.csv and people.csv as they were loaded last.
    pub roster_hash: Option<String>,
    /// A long act that has begun and is not finished.
    pub unfinished: Option<Unfinished>,
    /// Since when facts have passed it by, because its definition could not be read.
    pub apart_since: Option<Moment>,
}

type Row = (
    i64,
    String,
    String,
    i64,
    Option<Vec<u8>>,
    i64,
    Option<i64>,
    Option<i64>,
    i64,
    Option<String>,
    Option<String>,
    i64,
    Option<i64>,
    Option<i64>,
);

fn stored(row: Row) -> Result<Stored, StoreError> {
    let (
        id,
        slug,
        definition,
        seq,
        hash,
        revision,
        revealed_at,
        finalized_at,
        turned_at,
        roster_hash,
        work,
        number,
        until,
        apart_since,
    ) = row;
    Ok(Stored {
        id: CompetitionId(id),
        slug: Slug::parse(&slug).map_err(|e| StoreError::unreadable("competition", &e))?,
        definition,
        seq,
        hash: hash.as_deref().and_then(Hash::from_bytes),
        revision,
        seal: Seal {
            revealed_at: revealed_at.map(Moment::from_millis),
            finalized_at: finalized_at.map(Moment::from_millis),
        },
        turned_at: Moment::from_millis(turned_at),
        roster_hash,
        unfinished: unfinished(work, number, until)?,
        apart_since: apart_since.map(Moment::from_millis),
    })
}

/// Every competition, by id.
pub fn competitions(db: &mut Db) -> Result<Vec<Stored>, StoreError> {
    let rows: Vec<Row> = on!(db, c => competitions::table.order(competitions::id).load(c))?;
    rows.into_iter().map(stored).collect()
}

pub fn competition(db: &mut Db, slug: &Slug) -> Result<Option<Stored>, StoreError> {
    let query = competitions::table.filter(competitions::slug.eq(slug.as_str()));
    let row: Option<Row> = on!(db, c => query.first(c).optional())?;
    row.map(stored).transpose()
}

pub fn competition_by_id(db: &mut Db, id: CompetitionId) -> Result<Option<Stored>, StoreError> {
    let row: Option<Row> = on!(db, c => competitions::table.find(id.0).first(c).optional())?;
    row.map(stored).transpose()
}

/// What a poll needs to know of a competition: has anything happened since?
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pulse {
    pub id: CompetitionId,
    pub seq: i64,
    pub revision: i64,
    /// Of the ledger's last entry: another one beside the same number is another history.
    pub hash: Option<Hash>,
}

pub fn pulses(db: &mut Db) -> Result<Vec<Pulse>, StoreError> {
    let query = competitions::table.select((
        competitions::id,
        competitions::seq,
        competitions::revision,
        competitions::hash,
    ));
    let rows: Vec<(i64, i64, i64, Option<Vec<u8>>)> = on!(db, c => query.order(competitions::id).load(c))?;
    let pulse = |(id, seq, revision, hash): (i64, i64, i64, Option<Vec<u8>>)| Pulse {
        id: CompetitionId(id),
        seq,
        revision,
        hash: hash.as_deref().and_then(Hash::from_bytes),
    };
    Ok(rows.into_iter().map(pulse).collect())
}

/// Writes a competition's definition: a new competition, or the next revision of a known one.
pub fn put_definition(db: &mut Db, slug: &Slug, definition: &str, now: Moment) -> Result<CompetitionId, StoreError> {
    let known = competitions::table.filter(competitions::slug.eq(slug.as_str()));
    let id: Option<i64> = on!(db, c => known.select(competitions::id).first(c).optional())?;
    if let Some(id) = id {
        let row = competitions::table.find(id);
        on!(db, c => diesel::update(row).set(competitions::definition.eq(definition)).execute(c))?;
        raise_revision(db, CompetitionId(id))?;
        return Ok(CompetitionId(id));
    }
    let values = (
        competitions::slug.eq(slug.as_str()),
        competitions::definition.eq(definition),
        competitions::seq.eq(0),
        competitions::revision.eq(1),
        competitions::turned_at.eq(now.millis()),
    );
    let insert = diesel::insert_into(competitions::table)
        .values(values)
        .returning(competitions::id);
    let id: i64 = on!(db, c => insert.get_result(c))?;
    Ok(CompetitionId(id))
}

/// Boards of every instance read definition, teams and people anew after this.
pub fn raise_revision(db: &mut Db, id: CompetitionId) -> Result<(), StoreError> {
    let row = competitions::table.find(id.0);
    on!(db, c => diesel::update(row).set(competitions::revision.eq(competitions::revision + 1)).execute(c))?;
    Ok(())
}

pub fn set_seal(db: &mut Db, id: CompetitionId, seal: Seal) -> Result<(), StoreError> {
    let values = (
        competitions::revealed_at.eq(seal.revealed_at.map(Moment::millis)),
        competitions::finalized_at.eq(seal.finalized_at.map(Moment::millis)),
    );
    on!(db, c => diesel::update(competitions::table.find(id.0)).set(values).execute(c))?;
    raise_revision(db, id)
}

/// What time alone changes has been evaluated up to `at`.
pub fn set_turned(db: &mut Db, id: CompetitionId, at: Moment) -> Result<(), StoreError> {
    let row = competitions::table.find(id.0);
    on!(db, c => diesel::update(row).set(competitions::turned_at.eq(at.millis())).execute(c))?;
    Ok(())
}

pub fn set_roster_hash(db: &mut Db, id: CompetitionId, hash: &str) -> Result<(), StoreError> {
    let row = competitions::table.find(id.0);
    on!(db, c => diesel::update(row).set(competitions::roster_hash.eq(hash)).execute(c))?;
    Ok(())
}

/// Facts pass it by from now on; None: it has taken them all in.
pub fn set_apart(db: &mut Db, id: CompetitionId, since: Option<Moment>) -> Result<(), StoreError> {
    let row = competitions::table.find(id.0);
    on!(db, c => diesel::update(row).set(competitions::apart_since.eq(since.map(Moment::millis))).execute(c))?;
    Ok(())
}

/// The end of the ledger after entries were appended. Takes the row's lock until the transaction ends.
pub fn set_ledger_end(db: &mut Db, id: CompetitionId, seq: i64, hash: Hash) -> Result<(), StoreError> {
    let values = (competitions::seq.eq(seq), competitions::hash.eq(hash.0.to_vec()));
    on!(db, c => diesel::update(competitions::table.find(id.0)).set(values).execute(c))?;
    Ok(())
}

type TeamRow = (i64, i64, String, String, String, String, String, Option<i64>, String);

fn team(row: TeamRow) -> Result<(TeamId, Team), StoreError> {
    let (id, _, slug, kind, region, en, zh, capacity, standing) = row;
    let team = Team {
        slug: Slug::parse(&slug).map_err(|e| StoreError::unreadable("team", &e))?,
        kind: Kind::parse(&kind).map_err(|e| StoreError::unreadable("kind", &e))?,
        region: Region::parse(&region).map_err(|e| StoreError::unreadable("region", &e))?,
        name: Name { en, zh },
        capacity: capacity.and_then(|n| u32::try_from(n).ok()),
        standing: Standing::parse(&standing).ok_or_else(|| StoreError::unreadable("standing", &standing))?,
    };
    Ok((TeamId(id), team))
}

/// Every team of a competition, whatever its standing, by slug.
pub fn teams(db: &mut Db, competition: CompetitionId) -> Result<Vec<(TeamId, Team)>, StoreError> {
    let query = teams::table
        .filter(teams::competition_id.eq(competition.0))
        .order(teams::slug);
    let rows: Vec<TeamRow> = on!(db, c => query.load(c))?;
    rows.into_iter().map(team).collect()
}

pub fn team_by_slug(
    db: &mut Db,
    competition: CompetitionId,
    slug: &Slug,
) -> Result<Option<(TeamId, Team)>, StoreError> {
    let query = teams::table
        .filter(teams::competition_id.eq(competition.0))
        .filter(teams::slug.eq(slug.as_str()));
    let row: Option<TeamRow> = on!(db, c => query.first(c).optional())?;
    row.map(team).transpose()
}

/// The teams with these numbers, of whatever competition and standing, in no order.
pub fn teams_by_id(db: &mut Db, ids: &[i64]) -> Result<Vec<(TeamId, Team)>, StoreError> {
    let mut found = Vec::with_capacity(ids.len());
    for part in ids.chunks(PART) {
        let query = teams::table.filter(teams::id.eq_any(part));
        for row in on!(db, c => query.load::<TeamRow>(c))? {
            found.push(team(row)?);
        }
    }
    Ok(found)
}

/// Writes a team: a new one, or what is new of a known one.
pub fn put_team(db: &mut Db, competition: CompetitionId, team: &Team) -> Result<TeamId, StoreError> {
    let values = (
        teams::competition_id.eq(competition.0),
        teams::slug.eq(team.slug.as_str()),
        teams::kind.eq(team.kind.as_str()),
        teams::region.eq(team.region.as_str()),
        teams::name_en.eq(&team.name.en),
        teams::name_zh.eq(&team.name.zh),
        teams::capacity.eq(team.capacity.map(i64::from)),
        teams::standing.eq(team.standing.as_str()),
    );
    let id: i64 = on!(db, c => diesel::insert_into(teams::table)
        .values(values)
        .on_conflict((teams::competition_id, teams::slug))
        .do_update()
        .set(values)
        .returning(teams::id)
        .get_result(c))?;
    Ok(TeamId(id))
}

/// Takes away a team that nothing refers to any more.
pub fn remove_team(db: &mut Db, team: TeamId) -> Result<(), StoreError> {
    on!(db, c => diesel::delete(teams::table.find(team.0)).execute(c))?;
    Ok(())
}
