//! What is kept about one person, across every table, and how it goes.

use super::{
    Db, StoreError, on,
    schema::{
        accounts, appeals, audit, competitions, decisions, logins, memberships, people, pulls, requests, sessions,
        teams,
    },
};
use crate::domain::{
    forge::ForgeHost,
    login::LoginId,
    team::{CompetitionId, Membership, PersonId, TeamId},
    text::folded,
    time::Moment,
};
use diesel::prelude::*;
use serde_json::{Value, json};
use std::collections::HashSet;

/// What the login of somebody who is gone is called. No login that people choose has a `#` in it.
fn gone(id: LoginId) -> String {
    format!("gone#{}", id.0)
}

/// The login of somebody who has deleted themselves.
pub fn is_gone(login: &str) -> bool {
    login.starts_with("gone#")
}

/// What is left of a login: a number, so that what it did as a judge or organizer stays one doer's.
pub fn close_login(db: &mut Db, id: LoginId) -> Result<(), StoreError> {
    super::rename_login(db, id, &gone(id), &gone(id))?;
    super::set_password(db, id, None)
}

/// Everybody who has deleted themselves: a folder that names them again brings nothing of them back.
pub fn gone_people(db: &mut Db) -> Result<HashSet<PersonId>, StoreError> {
    let query = logins::table
        .filter(logins::login_key.like("gone#%"))
        .select(logins::person_id);
    let ids: Vec<i64> = on!(db, c => query.load(c))?;
    Ok(ids.into_iter().map(PersonId).collect())
}

pub fn rename_person(db: &mut Db, id: PersonId, name: &str) -> Result<(), StoreError> {
    let row = people::table.find(id.0);
    on!(db, c => diesel::update(row).set(people::name.eq(name)).execute(c))?;
    Ok(())
}

/// Writes another login into an account, such as the one that its owner took at the forge.
pub fn rename_account(db: &mut Db, forge: &ForgeHost, login: &str, to: &str) -> Result<(), StoreError> {
    let row = accounts::table.filter(accounts::forge.eq(forge.to_string()));
    let row = row.filter(accounts::login_key.eq(folded(login)));
    let values = (accounts::login.eq(to), accounts::login_key.eq(folded(to)));
    on!(db, c => diesel::update(row).set(values).execute(c))?;
    Ok(())
}

/// Whether a pull bears this login and no id: then the login is all that tells whose it is.
pub fn is_known_by_login_alone(db: &mut Db, forge: &ForgeHost, login: &str) -> Result<bool, StoreError> {
    let query = pulls::table
        .filter(pulls::forge.eq(forge.to_string()))
        .filter(pulls::author_key.eq(folded(login)))
        .filter(pulls::author_id.is_null());
    let count: i64 = on!(db, c => query.count().get_result(c))?;
    Ok(count > 0)
}

/// Somebody's time in a team of a competition.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stay {
    pub competition: CompetitionId,
    pub membership: Membership,
}

/// Every team that somebody is or was in, competition by competition, oldest first.
pub fn stays_of(db: &mut Db, person: PersonId) -> Result<Vec<Stay>, StoreError> {
    let query = memberships::table
        .filter(memberships::person_id.eq(person.0))
        .order((memberships::competition_id, memberships::joined_at, memberships::id))
        .select((
            memberships::competition_id,
            memberships::team_id,
            memberships::joined_at,
            memberships::left_at,
        ));
    let rows: Vec<(i64, i64, Option<i64>, Option<i64>)> = on!(db, c => query.load(c))?;
    let stay = |(competition, team, joined_at, left_at): (i64, i64, Option<i64>, Option<i64>)| Stay {
        competition: CompetitionId(competition),
        membership: Membership {
            team: TeamId(team),
            joined_at: joined_at.map(Moment::from_millis),
            left_at: left_at.map(Moment::from_millis),
        },
    };
    Ok(rows.into_iter().map(stay).collect())
}

/// Nothing hangs on this person: no team, no account, no request. A login can leave it for another.
pub fn is_bare(db: &mut Db, person: PersonId) -> Result<bool, StoreError> {
    let stays = memberships::table.filter(memberships::person_id.eq(person.0));
    let bound = accounts::table.filter(accounts::person_id.eq(person.0));
    let asked = requests::table.filter(requests::person_id.eq(person.0));
    let stays: i64 = on!(db, c => stays.count().get_result(c))?;
    let bound: i64 = on!(db, c => bound.count().get_result(c))?;
    let asked: i64 = on!(db, c => asked.count().get_result(c))?;
    Ok(stays + bound + asked == 0)
}

/// Takes back what somebody has asked for and nobody has answered.
pub fn withdraw_requests(db: &mut Db, person: PersonId, now: Moment) -> Result<(), StoreError> {
    let open = requests::table
        .filter(requests::person_id.eq(person.0))
        .filter(requests::status.eq("open"));
    let values = (requests::status.eq("withdrawn"), requests::answered_at.eq(now.millis()));
    on!(db, c => diesel::update(open).set(values).execute(c))?;
    Ok(())
}

/// A row of what is kept, as JSON for who it is about.
pub type KeptRow = Value;

/// What a login has done and left, for a download of it. Reads in the order in which it came about.
pub struct Kept {
    pub sessions: Vec<KeptRow>,
    pub requests: Vec<KeptRow>,
    pub appeals: Vec<KeptRow>,
    pub decisions: Vec<KeptRow>,
    pub deeds: Vec<KeptRow>,
}

fn at(millis: i64) -> Value {
    json!(Moment::from_millis(millis))
}

fn at_if(millis: Option<i64>) -> Value {
    json!(millis.map(Moment::from_millis))
}

pub fn kept_of(db: &mut Db, login: LoginId, person: PersonId) -> Result<Kept, StoreError> {
    Ok(Kept {
        sessions: sessions_of(db, login)?,
        requests: requests_of(db, person)?,
        appeals: appeals_of(db, login)?,
        decisions: decisions_of(db, login)?,
        deeds: deeds_of(db, login)?,
    })
}

/// When somebody was signed in. The session's own name stays here: a token bears it.
fn sessions_of(db: &mut Db, login: LoginId) -> Result<Vec<KeptRow>, StoreError> {
    let query = sessions::table
        .filter(sessions::login_id.eq(login.0))
        .order((sessions::created_at, sessions::id))
        .select((sessions::created_at, sessions::expires_at, sessions::ended_at));
    let rows: Vec<(i64, i64, Option<i64>)> = on!(db, c => query.load(c))?;
    let row = |(created, expires, ended)| json!({"created_at": at(created), "expires_at": at(expires), "ended_at": at_if(ended)});
    Ok(rows.into_iter().map(row).collect())
}

fn requests_of(db: &mut Db, person: PersonId) -> Result<Vec<KeptRow>, StoreError> {
    let query = requests::table
        .inner_join(competitions::table.on(competitions::id.eq(requests::competition_id)))
        .inner_join(teams::table.on(teams::id.eq(requests::team_id)))
        .filter(requests::person_id.eq(person.0))
        .order(requests::id)
        .select((
            competitions::slug,
            teams::slug,
            requests::text,
            requests::status,
            requests::asked_at,
            requests::answered_at,
        ));
    type Row = (String, String, String, String, i64, Option<i64>);
    let rows: Vec<Row> = on!(db, c => query.load(c))?;
    let row = |(competition, team, text, status, asked, answered): Row| {
        json!({
            "competition": competition, "team": team, "text": text, "status": status,
            "asked_at": at(asked), "answered_at": at_if(answered),
        })
    };
    Ok(rows.into_iter().map(row).collect())
}

fn appeals_of(db: &mut Db, login: LoginId) -> Result<Vec<KeptRow>, StoreError> {
    let query = appeals::table
        .filter(appeals::login_id.eq(login.0))
        .order(appeals::id)
        .select((
            appeals::submission_id,
            appeals::text,
            appeals::opened_at,
            appeals::status,
            appeals::answer,
            appeals::answered_at,
        ));
    type Row = (i64, String, i64, String, Option<String>, Option<i64>);
    let rows: Vec<Row> = on!(db, c => query.load(c))?;
    let row = |(submission, text, opened, status, answer, answered): Row| {
        json!({
            "submission": submission, "text": text, "opened_at": at(opened), "status": status,
            "answer": answer, "answered_at": at_if(answered),
        })
    };
    Ok(rows.into_iter().map(row).collect())
}

/// What somebody decided as a judge.
fn decisions_of(db: &mut Db, login: LoginId) -> Result<Vec<KeptRow>, StoreError> {
    let query = decisions::table
        .filter(decisions::login_id.eq(login.0))
        .order(decisions::id)
        .select((
            decisions::submission_id,
            decisions::action,
            decisions::points,
            decisions::reason,
            decisions::decided_at,
            decisions::ended_at,
            decisions::ended_how,
        ));
    type Row = (i64, String, Option<i64>, String, i64, Option<i64>, Option<String>);
    let rows: Vec<Row> = on!(db, c => query.load(c))?;
    let row = |(submission, action, points, reason, decided, ended, how): Row| {
        json!({
            "submission": submission, "action": action, "points": points, "reason": reason,
            "decided_at": at(decided), "ended_at": at_if(ended), "ended_how": how,
        })
    };
    Ok(rows.into_iter().map(row).collect())
}

/// What somebody did, by the audit log.
fn deeds_of(db: &mut Db, login: LoginId) -> Result<Vec<KeptRow>, StoreError> {
    let query = audit::table
        .filter(audit::login_id.eq(login.0))
        .order(audit::id)
        .select((audit::at, audit::act, audit::subject, audit::reason));
    let rows: Vec<(i64, String, String, Option<String>)> = on!(db, c => query.load(c))?;
    let row = |(when, act, subject, reason)| json!({"at": at(when), "act": act, "subject": subject, "reason": reason});
    Ok(rows.into_iter().map(row).collect())
}
