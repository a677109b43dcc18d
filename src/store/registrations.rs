//! What teams said when they registered, what became of it, and what organizers announce.

use super::{
    Db, StoreError, on,
    schema::{announcements, audit, invites, logins, memberships, people, registrations, requests, roles, teams},
};
use crate::domain::{
    login::LoginId,
    team::{CompetitionId, Standing, Team, TeamId},
    text::Slug,
    time::Moment,
};
use diesel::prelude::*;
use std::collections::{HashMap, HashSet};

/// A team's registration, as it stands. A folder's teams have none, until a step of theirs is written here.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Registration {
    pub statement: String,
    /// None: nobody applied, it was a folder's team.
    pub applicant: Option<LoginId>,
    pub applied_at: Moment,
    pub defence_at: Option<Moment>,
    pub recording_url: Option<String>,
    /// Why it was declined, suspended or taken back: of the last step.
    pub reason: Option<String>,
}

type Row = (
    i64,
    String,
    Option<i64>,
    i64,
    Option<i64>,
    Option<String>,
    Option<String>,
);

fn registration(row: Row) -> (TeamId, Registration) {
    let (team, statement, applicant, applied_at, defence_at, recording_url, reason) = row;
    let registration = Registration {
        statement,
        applicant: applicant.map(LoginId),
        applied_at: Moment::from_millis(applied_at),
        defence_at: defence_at.map(Moment::from_millis),
        recording_url,
        reason,
    };
    (TeamId(team), registration)
}

pub fn registration_of(db: &mut Db, team: TeamId) -> Result<Option<Registration>, StoreError> {
    let row: Option<Row> = on!(db, c => registrations::table.find(team.0).first(c).optional())?;
    Ok(row.map(|row| registration(row).1))
}

/// Of the teams of a competition, those that have one.
pub fn registrations(db: &mut Db, competition: CompetitionId) -> Result<HashMap<TeamId, Registration>, StoreError> {
    let query = registrations::table
        .inner_join(teams::table.on(teams::id.eq(registrations::team_id)))
        .filter(teams::competition_id.eq(competition.0))
        .select(registrations::all_columns);
    let rows: Vec<Row> = on!(db, c => query.load(c))?;
    Ok(rows.into_iter().map(registration).collect())
}

/// Writes a team's registration: the first, or what it is now.
pub fn put_registration(db: &mut Db, team: TeamId, registration: &Registration) -> Result<(), StoreError> {
    let values = (
        registrations::team_id.eq(team.0),
        registrations::statement.eq(&registration.statement),
        registrations::applicant_id.eq(registration.applicant.map(|login| login.0)),
        registrations::applied_at.eq(registration.applied_at.millis()),
        registrations::defence_at.eq(registration.defence_at.map(Moment::millis)),
        registrations::recording_url.eq(registration.recording_url.as_deref()),
        registrations::reason.eq(registration.reason.as_deref()),
    );
    on!(db, c => diesel::insert_into(registrations::table)
        .values(values)
        .on_conflict(registrations::team_id)
        .do_update()
        .set(values)
        .execute(c))?;
    Ok(())
}

/// How many of somebody's applications nobody has decided on yet, in every competition.
pub fn open_applications(db: &mut Db, applicant: LoginId) -> Result<i64, StoreError> {
    let open = [Standing::Applied, Standing::Defending].map(Standing::as_str);
    let query = registrations::table
        .inner_join(teams::table.on(teams::id.eq(registrations::team_id)))
        .filter(registrations::applicant_id.eq(applicant.0))
        .filter(teams::standing.eq_any(open))
        .count();
    Ok(on!(db, c => query.get_result(c))?)
}

/// Gives a team another slug: what was declined leaves its own to whoever applies next. Errors: `Duplicate`.
pub fn rename_team(db: &mut Db, team: TeamId, slug: &Slug) -> Result<(), StoreError> {
    let row = teams::table.find(team.0);
    on!(db, c => diesel::update(row).set(teams::slug.eq(slug.as_str())).execute(c))?;
    Ok(())
}

/// Writes a new team. Errors: `Duplicate` where its slug is taken.
pub fn insert_team(db: &mut Db, competition: CompetitionId, team: &Team) -> Result<TeamId, StoreError> {
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
    let insert = diesel::insert_into(teams::table).values(values).returning(teams::id);
    let id: i64 = on!(db, c => insert.get_result(c))?;
    Ok(TeamId(id))
}

/// Holds the team's row until the transaction ends, so that two that count its seats do so one after the other.
/// SQLite has one writer at a time anyway.
pub fn lock_team(db: &mut Db, team: TeamId) -> Result<(), StoreError> {
    if let Db::Postgres(c) = db {
        teams::table
            .find(team.0)
            .select(teams::id)
            .for_update()
            .first::<i64>(c)?;
    }
    Ok(())
}

/// Somebody or something besides a folder has to do with the team: its row has to stay.
pub fn is_referred(db: &mut Db, team: TeamId) -> Result<bool, StoreError> {
    macro_rules! any {
        ($($table:ident),*) => {
            $(if on!(db, c => diesel::select(diesel::dsl::exists(
                $table::table.filter($table::team_id.eq(team.0)),
            )).get_result::<bool>(c))? {
                return Ok(true);
            })*
        };
    }
    any!(
        registrations,
        announcements,
        invites,
        requests,
        memberships,
        roles,
        audit
    );
    Ok(false)
}

/// What an organizer tells the team.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Announcement {
    pub text: String,
    /// The login as it is called today; None: it is gone.
    pub by: Option<String>,
    pub announced_at: Moment,
}

pub fn announcement(db: &mut Db, team: TeamId) -> Result<Option<Announcement>, StoreError> {
    let query = announcements::table
        .left_join(logins::table.on(logins::id.nullable().eq(announcements::login_id)))
        .filter(announcements::team_id.eq(team.0))
        .select((
            announcements::text,
            logins::login.nullable(),
            announcements::announced_at,
        ));
    let row: Option<(String, Option<String>, i64)> = on!(db, c => query.first(c).optional())?;
    Ok(row.map(|(text, by, at)| Announcement {
        text,
        by,
        announced_at: Moment::from_millis(at),
    }))
}

/// Writes a team's announcement over the one before; None takes it away.
pub fn put_announcement(
    db: &mut Db,
    team: TeamId,
    text: Option<&str>,
    by: LoginId,
    now: Moment,
) -> Result<(), StoreError> {
    let Some(text) = text else {
        on!(db, c => diesel::delete(announcements::table.find(team.0)).execute(c))?;
        return Ok(());
    };
    let values = (
        announcements::team_id.eq(team.0),
        announcements::text.eq(text),
        announcements::login_id.eq(by.0),
        announcements::announced_at.eq(now.millis()),
    );
    on!(db, c => diesel::insert_into(announcements::table)
        .values(values)
        .on_conflict(announcements::team_id)
        .do_update()
        .set(values)
        .execute(c))?;
    Ok(())
}

/// The teams of a competition that registered themselves, whatever became of it.
pub fn registered(db: &mut Db, competition: CompetitionId) -> Result<HashSet<TeamId>, StoreError> {
    let query = registrations::table
        .inner_join(teams::table.on(teams::id.eq(registrations::team_id)))
        .filter(teams::competition_id.eq(competition.0))
        .filter(registrations::applicant_id.is_not_null())
        .select(registrations::team_id);
    let ids: Vec<i64> = on!(db, c => query.load(c))?;
    Ok(ids.into_iter().map(TeamId).collect())
}

/// Who organizes a team, in the order in which they came to: the login and the person's name.
pub fn organizers_of(db: &mut Db, team: TeamId) -> Result<Vec<(LoginId, String)>, StoreError> {
    let query = roles::table
        .inner_join(logins::table.on(logins::id.eq(roles::login_id)))
        .inner_join(people::table.on(people::id.eq(logins::person_id)))
        .filter(roles::team_id.eq(team.0))
        .order(roles::id)
        .select((logins::id, people::name));
    let rows: Vec<(i64, String)> = on!(db, c => query.load(c))?;
    Ok(rows.into_iter().map(|(id, name)| (LoginId(id), name)).collect())
}
