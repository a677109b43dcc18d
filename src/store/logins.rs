//! Who signs in: logins, their roles, their sessions, and the keys that tokens are signed with.

use super::{
    Db, StoreError, on,
    schema::{logins, people, roles, sessions, signing_keys},
};
use crate::domain::{
    login::{LoginId, LoginName, Role},
    team::{CompetitionId, PersonId, TeamId},
    time::Moment,
};
use diesel::prelude::*;

/// Somebody who signs in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Login {
    pub id: LoginId,
    /// As it was written.
    pub login: String,
    /// A PHC string; None: signs in with a forge account only.
    pub password: Option<String>,
    pub person: PersonId,
    pub created_at: Moment,
    pub banned_at: Option<Moment>,
}

type Row = (i64, String, String, Option<String>, i64, i64, Option<i64>);

fn login(row: Row) -> Login {
    let (id, login, _, password, person, created_at, banned_at) = row;
    Login {
        id: LoginId(id),
        login,
        password,
        person: PersonId(person),
        created_at: Moment::from_millis(created_at),
        banned_at: banned_at.map(Moment::from_millis),
    }
}

pub fn login_by_id(db: &mut Db, id: LoginId) -> Result<Option<Login>, StoreError> {
    let row: Option<Row> = on!(db, c => logins::table.find(id.0).first(c).optional())?;
    Ok(row.map(login))
}

/// `key`: as [`LoginName::key`] gives it.
pub fn login_by_key(db: &mut Db, key: &str) -> Result<Option<Login>, StoreError> {
    let query = logins::table.filter(logins::login_key.eq(key));
    let row: Option<Row> = on!(db, c => query.first(c).optional())?;
    Ok(row.map(login))
}

pub fn login_of_person(db: &mut Db, person: PersonId) -> Result<Option<Login>, StoreError> {
    let query = logins::table.filter(logins::person_id.eq(person.0));
    let row: Option<Row> = on!(db, c => query.first(c).optional())?;
    Ok(row.map(login))
}

/// A part of all logins by login, those first whose login or person's name contains `q`; and how many match.
pub fn logins_like(db: &mut Db, q: &str, offset: i64, limit: i64) -> Result<(Vec<Login>, i64), StoreError> {
    let pattern = format!("%{}%", q.to_lowercase().replace(['%', '_', '\\'], ""));
    let of = || {
        logins::table
            .inner_join(people::table.on(people::id.eq(logins::person_id)))
            .filter(
                logins::login_key
                    .like(pattern.clone())
                    .or(people::name.like(pattern.clone())),
            )
    };
    let query = of()
        .order(logins::login_key)
        .offset(offset)
        .limit(limit)
        .select(logins::all_columns);
    let rows: Vec<Row> = on!(db, c => query.load(c))?;
    let total: i64 = on!(db, c => of().count().get_result(c))?;
    Ok((rows.into_iter().map(login).collect(), total))
}

/// Writes a new login. Errors: `Duplicate` where the login is taken or the person has one.
pub fn insert_login(
    db: &mut Db,
    name: &LoginName,
    password: Option<&str>,
    person: PersonId,
    now: Moment,
) -> Result<LoginId, StoreError> {
    let values = (
        logins::login.eq(name.as_str()),
        logins::login_key.eq(name.key()),
        logins::password.eq(password),
        logins::person_id.eq(person.0),
        logins::created_at.eq(now.millis()),
    );
    let insert = diesel::insert_into(logins::table).values(values).returning(logins::id);
    let id: i64 = on!(db, c => insert.get_result(c))?;
    Ok(LoginId(id))
}

/// Writes another login name: what is left of somebody who is gone.
pub fn rename_login(db: &mut Db, id: LoginId, name: &str, key: &str) -> Result<(), StoreError> {
    let values = (logins::login.eq(name), logins::login_key.eq(key));
    on!(db, c => diesel::update(logins::table.find(id.0)).set(values).execute(c))?;
    Ok(())
}

pub fn set_password(db: &mut Db, id: LoginId, password: Option<&str>) -> Result<(), StoreError> {
    let row = logins::table.find(id.0);
    on!(db, c => diesel::update(row).set(logins::password.eq(password)).execute(c))?;
    Ok(())
}

/// Gives the login another person, such as the one whose forge account it has proven.
pub fn set_person(db: &mut Db, id: LoginId, person: PersonId) -> Result<(), StoreError> {
    let row = logins::table.find(id.0);
    on!(db, c => diesel::update(row).set(logins::person_id.eq(person.0)).execute(c))?;
    Ok(())
}

pub fn set_banned(db: &mut Db, id: LoginId, at: Option<Moment>) -> Result<(), StoreError> {
    let row = logins::table.find(id.0);
    on!(db, c => diesel::update(row).set(logins::banned_at.eq(at.map(Moment::millis))).execute(c))?;
    Ok(())
}

type RoleRow = (i64, i64, String, Option<i64>, Option<i64>, i64);

fn role(row: &RoleRow) -> Result<Role, StoreError> {
    let (_, _, role, competition, team, _) = row;
    let competition = competition.map(CompetitionId);
    match (role.as_str(), competition, team.map(TeamId)) {
        ("admin", None, None) => Ok(Role::Admin),
        ("judge", Some(competition), None) => Ok(Role::Judge(competition)),
        ("organizer", Some(competition), Some(team)) => Ok(Role::Organizer(competition, team)),
        _ => Err(StoreError::unreadable("role", role)),
    }
}

pub fn roles_of(db: &mut Db, id: LoginId) -> Result<Vec<Role>, StoreError> {
    let query = roles::table.filter(roles::login_id.eq(id.0)).order(roles::id);
    let rows: Vec<RoleRow> = on!(db, c => query.load(c))?;
    rows.iter().map(role).collect()
}

/// Everybody with a role in a competition (admins are not of one), in the order in which they got it.
pub fn roles_in(db: &mut Db, competition: CompetitionId) -> Result<Vec<(LoginId, Role)>, StoreError> {
    let query = roles::table
        .filter(roles::competition_id.eq(competition.0))
        .order(roles::id);
    let rows: Vec<RoleRow> = on!(db, c => query.load(c))?;
    rows.iter().map(|row| Ok((LoginId(row.1), role(row)?))).collect()
}

pub fn admins(db: &mut Db) -> Result<Vec<LoginId>, StoreError> {
    let query = roles::table
        .filter(roles::role.eq(Role::Admin.as_str()))
        .order(roles::id)
        .select(roles::login_id);
    let ids: Vec<i64> = on!(db, c => query.load(c))?;
    Ok(ids.into_iter().map(LoginId).collect())
}

/// Whether it changed anything: a role that somebody has is not given twice.
pub fn grant(db: &mut Db, id: LoginId, role: Role, now: Moment) -> Result<bool, StoreError> {
    if roles_of(db, id)?.contains(&role) {
        return Ok(false);
    }
    let (competition, team) = match role {
        Role::Admin => (None, None),
        Role::Judge(competition) => (Some(competition.0), None),
        Role::Organizer(competition, team) => (Some(competition.0), Some(team.0)),
    };
    let values = (
        roles::login_id.eq(id.0),
        roles::role.eq(role.as_str()),
        roles::competition_id.eq(competition),
        roles::team_id.eq(team),
        roles::granted_at.eq(now.millis()),
    );
    on!(db, c => diesel::insert_into(roles::table).values(values).execute(c))?;
    Ok(true)
}

/// Whether it changed anything.
pub fn revoke(db: &mut Db, id: LoginId, wanted: Role) -> Result<bool, StoreError> {
    let query = roles::table.filter(roles::login_id.eq(id.0));
    let rows: Vec<RoleRow> = on!(db, c => query.load(c))?;
    let mut changed = false;
    for row in rows {
        if role(&row)? == wanted {
            on!(db, c => diesel::delete(roles::table.find(row.0)).execute(c))?;
            changed = true;
        }
    }
    Ok(changed)
}

/// Takes every role from a login.
pub fn revoke_all(db: &mut Db, id: LoginId) -> Result<(), StoreError> {
    let of = roles::table.filter(roles::login_id.eq(id.0));
    on!(db, c => diesel::delete(of).execute(c))?;
    Ok(())
}

/// Holds the login's row until the transaction ends, so that what two requests of one person count, they count one
/// after the other. SQLite has one writer at a time anyway.
pub fn lock_login(db: &mut Db, id: LoginId) -> Result<(), StoreError> {
    if let Db::Postgres(c) = db {
        logins::table
            .find(id.0)
            .select(logins::id)
            .for_update()
            .first::<i64>(c)?;
    }
    Ok(())
}

/// Sessions that one login has at once; with another the oldest ends.
pub const SESSIONS: i64 = 100;

/// Takes away sessions that are over, whosever: so many at a time. Returns how many there were.
pub fn forget_sessions(db: &mut Db, now: Moment, most: i64) -> Result<usize, StoreError> {
    let over = sessions::table
        .filter(sessions::expires_at.lt(now.millis()))
        .select(sessions::id)
        .limit(most);
    let over: Vec<String> = on!(db, c => over.load(c))?;
    let rows = sessions::table.filter(sessions::id.eq_any(&over));
    Ok(on!(db, c => diesel::delete(rows).execute(c))?)
}

/// Writes a session, and takes away those of the same login that are over or too many.
pub fn insert_session(db: &mut Db, id: &str, login: LoginId, now: Moment, ends: Moment) -> Result<(), StoreError> {
    let over = sessions::table
        .filter(sessions::login_id.eq(login.0))
        .filter(sessions::expires_at.lt(now.millis()));
    on!(db, c => diesel::delete(over).execute(c))?;
    let values = (
        sessions::id.eq(id),
        sessions::login_id.eq(login.0),
        sessions::created_at.eq(now.millis()),
        sessions::expires_at.eq(ends.millis()),
    );
    on!(db, c => diesel::insert_into(sessions::table).values(values).execute(c))?;
    let oldest = sessions::table
        .filter(sessions::login_id.eq(login.0))
        .order((sessions::created_at.desc(), sessions::id))
        .offset(SESSIONS)
        .limit(SESSIONS)
        .select(sessions::id);
    let oldest: Vec<String> = on!(db, c => oldest.load(c))?;
    if !oldest.is_empty() {
        let rows = sessions::table.filter(sessions::id.eq_any(&oldest));
        on!(db, c => diesel::delete(rows).execute(c))?;
    }
    Ok(())
}

/// Whose session this is, where it is not over.
pub fn session_login(db: &mut Db, id: &str, now: Moment) -> Result<Option<Login>, StoreError> {
    let query = sessions::table
        .inner_join(logins::table.on(logins::id.eq(sessions::login_id)))
        .filter(sessions::id.eq(id))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::expires_at.gt(now.millis()))
        .select(logins::all_columns);
    let row: Option<Row> = on!(db, c => query.first(c).optional())?;
    Ok(row.map(login))
}

pub fn end_session(db: &mut Db, id: &str, now: Moment) -> Result<(), StoreError> {
    let row = sessions::table.find(id);
    on!(db, c => diesel::update(row).set(sessions::ended_at.eq(now.millis())).execute(c))?;
    Ok(())
}

/// Ends every session of a login: after another password, a ban, or on wish.
pub fn end_sessions(db: &mut Db, login: LoginId, now: Moment) -> Result<(), StoreError> {
    let of = sessions::table
        .filter(sessions::login_id.eq(login.0))
        .filter(sessions::ended_at.is_null());
    on!(db, c => diesel::update(of).set(sessions::ended_at.eq(now.millis())).execute(c))?;
    Ok(())
}

/// A key that tokens are signed with.
#[derive(Clone)]
pub struct SigningKey {
    pub kid: String,
    pub secret: Vec<u8>,
    pub created_at: Moment,
    /// None: it signs. Else it only verifies, until then.
    pub dies_at: Option<Moment>,
}

/// Every key that is not dead, newest first.
pub fn signing_keys(db: &mut Db, now: Moment) -> Result<Vec<SigningKey>, StoreError> {
    let query = signing_keys::table.order((signing_keys::created_at.desc(), signing_keys::kid));
    let rows: Vec<(String, Vec<u8>, i64, Option<i64>)> = on!(db, c => query.load(c))?;
    let key = |(kid, secret, created_at, dies_at): (String, Vec<u8>, i64, Option<i64>)| SigningKey {
        kid,
        secret,
        created_at: Moment::from_millis(created_at),
        dies_at: dies_at.map(Moment::from_millis),
    };
    let alive = |key: &SigningKey| key.dies_at.is_none_or(|dies| now < dies);
    Ok(rows.into_iter().map(key).filter(alive).collect())
}

/// Writes a new key; those that signed until now die at `others_die`.
pub fn rotate_signing_key(db: &mut Db, key: &SigningKey, others_die: Moment) -> Result<(), StoreError> {
    let dead = signing_keys::table.filter(signing_keys::dies_at.le(key.created_at.millis()));
    on!(db, c => diesel::delete(dead).execute(c))?;
    let later = signing_keys::table.filter(
        signing_keys::dies_at
            .is_null()
            .or(signing_keys::dies_at.gt(others_die.millis()).assume_not_null()),
    );
    let dies = signing_keys::dies_at.eq(others_die.millis());
    match db {
        Db::Sqlite(c) => diesel::update(later).set(dies).execute(c)?,
        Db::Postgres(c) => diesel::update(later).set(dies).execute(c)?,
    };
    let values = (
        signing_keys::kid.eq(&key.kid),
        signing_keys::secret.eq(&key.secret),
        signing_keys::created_at.eq(key.created_at.millis()),
    );
    on!(db, c => diesel::insert_into(signing_keys::table).values(values).execute(c))?;
    Ok(())
}
