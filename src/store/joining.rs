//! The ways into a team: invitations, and requests to be let in.

use super::{
    Db, StoreError, on,
    schema::{invites, people, requests},
};
use crate::domain::{
    joining::RequestState,
    team::{CompetitionId, Person, PersonId, TeamId},
    text::Slug,
    time::Moment,
};
use diesel::prelude::*;

/// An invitation's number in this database: what the audit log names it by, since its code lets people in.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct InviteId(pub i64);

/// A link that lets so many people into a team.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Invite {
    pub id: InviteId,
    pub competition: CompetitionId,
    pub team: TeamId,
    pub code: String,
    pub uses: u32,
    pub used: u32,
    /// Exclusive; None: until it is used up or taken back.
    pub expires_at: Option<Moment>,
    pub created_at: Moment,
    pub ended_at: Option<Moment>,
}

impl Invite {
    /// It was taken back, or its time is over.
    pub fn is_over(&self, now: Moment) -> bool {
        self.ended_at.is_some() || self.expires_at.is_some_and(|end| end <= now)
    }

    pub fn is_used_up(&self) -> bool {
        self.used >= self.uses
    }
}

type InviteRow = (i64, i64, i64, String, i64, i64, Option<i64>, i64, Option<i64>);

fn invite(row: InviteRow) -> Invite {
    let (id, competition, team, code, uses, used, expires_at, created_at, ended_at) = row;
    let count = |n: i64| u32::try_from(n).unwrap_or(0);
    Invite {
        id: InviteId(id),
        competition: CompetitionId(competition),
        team: TeamId(team),
        code,
        uses: count(uses),
        used: count(used),
        expires_at: expires_at.map(Moment::from_millis),
        created_at: Moment::from_millis(created_at),
        ended_at: ended_at.map(Moment::from_millis),
    }
}

/// A new invitation; of `invite`, its number and how often it was used are not looked at.
pub fn insert_invite(db: &mut Db, invite: &Invite) -> Result<InviteId, StoreError> {
    let values = (
        invites::competition_id.eq(invite.competition.0),
        invites::team_id.eq(invite.team.0),
        invites::code.eq(&invite.code),
        invites::uses.eq(i64::from(invite.uses)),
        invites::used.eq(0),
        invites::expires_at.eq(invite.expires_at.map(Moment::millis)),
        invites::created_at.eq(invite.created_at.millis()),
    );
    let insert = diesel::insert_into(invites::table)
        .values(values)
        .returning(invites::id);
    let id: i64 = on!(db, c => insert.get_result(c))?;
    Ok(InviteId(id))
}

pub fn invite_by_code(db: &mut Db, competition: CompetitionId, code: &str) -> Result<Option<Invite>, StoreError> {
    let query = invites::table
        .filter(invites::competition_id.eq(competition.0))
        .filter(invites::code.eq(code));
    let row: Option<InviteRow> = on!(db, c => query.first(c).optional())?;
    Ok(row.map(invite))
}

/// A team's invitations, newest first, and how many there are.
pub fn invites_of(db: &mut Db, team: TeamId, offset: i64, limit: i64) -> Result<(Vec<Invite>, i64), StoreError> {
    let of = || invites::table.filter(invites::team_id.eq(team.0));
    let query = of().order(invites::id.desc()).offset(offset).limit(limit);
    let rows: Vec<InviteRow> = on!(db, c => query.load(c))?;
    let total: i64 = on!(db, c => of().count().get_result(c))?;
    Ok((rows.into_iter().map(invite).collect(), total))
}

/// Somebody has come by it.
pub fn use_invite(db: &mut Db, id: InviteId) -> Result<(), StoreError> {
    let row = invites::table.find(id.0);
    on!(db, c => diesel::update(row).set(invites::used.eq(invites::used + 1)).execute(c))?;
    Ok(())
}

pub fn end_invite(db: &mut Db, id: InviteId, now: Moment) -> Result<(), StoreError> {
    let row = invites::table.find(id.0);
    on!(db, c => diesel::update(row).set(invites::ended_at.eq(now.millis())).execute(c))?;
    Ok(())
}

/// Somebody who asked to be let in.
#[derive(Clone, Debug)]
pub struct Request {
    pub id: i64,
    pub team: TeamId,
    pub person_id: PersonId,
    pub person: Person,
    pub text: String,
    pub state: RequestState,
    pub asked_at: Moment,
    pub answered_at: Option<Moment>,
}

type RequestRow = ((i64, i64, String, String, i64, Option<i64>), (i64, String, String, i64));

fn request(row: RequestRow) -> Result<Request, StoreError> {
    let ((id, team, text, state, asked_at, answered_at), (person_id, slug, name, number)) = row;
    Ok(Request {
        id,
        team: TeamId(team),
        person_id: PersonId(person_id),
        person: Person {
            slug: Slug::parse(&slug).map_err(|e| StoreError::unreadable("person", &e))?,
            name,
            number,
        },
        text,
        state: RequestState::parse(&state).ok_or_else(|| StoreError::unreadable("request", &state))?,
        asked_at: Moment::from_millis(asked_at),
        answered_at: answered_at.map(Moment::from_millis),
    })
}

type RequestColumns = (
    (
        requests::id,
        requests::team_id,
        requests::text,
        requests::status,
        requests::asked_at,
        requests::answered_at,
    ),
    (people::id, people::slug, people::name, people::number),
);
const COLUMNS: RequestColumns = (
    (
        requests::id,
        requests::team_id,
        requests::text,
        requests::status,
        requests::asked_at,
        requests::answered_at,
    ),
    (people::id, people::slug, people::name, people::number),
);

pub fn insert_request(
    db: &mut Db,
    competition: CompetitionId,
    team: TeamId,
    person: PersonId,
    text: &str,
    now: Moment,
) -> Result<(), StoreError> {
    let values = (
        requests::competition_id.eq(competition.0),
        requests::team_id.eq(team.0),
        requests::person_id.eq(person.0),
        requests::text.eq(text),
        requests::status.eq(RequestState::Open.as_str()),
        requests::asked_at.eq(now.millis()),
    );
    on!(db, c => diesel::insert_into(requests::table).values(values).execute(c))?;
    Ok(())
}

/// Requests to a team in these states, newest first, and how many there are.
pub fn requests_of(
    db: &mut Db,
    team: TeamId,
    states: &[RequestState],
    offset: i64,
    limit: i64,
) -> Result<(Vec<Request>, i64), StoreError> {
    let states: Vec<&str> = states.iter().map(|state| state.as_str()).collect();
    let of = || {
        requests::table
            .inner_join(people::table.on(people::id.eq(requests::person_id)))
            .filter(requests::team_id.eq(team.0))
            .filter(requests::status.eq_any(states.clone()))
    };
    let query = of().order(requests::id.desc()).offset(offset).limit(limit);
    let rows: Vec<RequestRow> = on!(db, c => query.select(COLUMNS).load(c))?;
    let total: i64 = on!(db, c => of().count().get_result(c))?;
    let found: Result<Vec<Request>, StoreError> = rows.into_iter().map(request).collect();
    Ok((found?, total))
}

/// A person's last request to a team.
pub fn request_of(db: &mut Db, team: TeamId, person: PersonId) -> Result<Option<Request>, StoreError> {
    let query = requests::table
        .inner_join(people::table.on(people::id.eq(requests::person_id)))
        .filter(requests::team_id.eq(team.0))
        .filter(requests::person_id.eq(person.0))
        .order(requests::id.desc())
        .select(COLUMNS);
    let row: Option<RequestRow> = on!(db, c => query.first(c).optional())?;
    row.map(request).transpose()
}

/// A person's open requests in a competition.
pub fn open_requests(db: &mut Db, competition: CompetitionId, person: PersonId) -> Result<Vec<Request>, StoreError> {
    let query = requests::table
        .inner_join(people::table.on(people::id.eq(requests::person_id)))
        .filter(requests::competition_id.eq(competition.0))
        .filter(requests::person_id.eq(person.0))
        .filter(requests::status.eq(RequestState::Open.as_str()))
        .order(requests::id)
        .select(COLUMNS);
    let rows: Vec<RequestRow> = on!(db, c => query.load(c))?;
    rows.into_iter().map(request).collect()
}

pub fn answer_request(db: &mut Db, id: i64, state: RequestState, now: Moment) -> Result<(), StoreError> {
    let values = (
        requests::status.eq(state.as_str()),
        requests::answered_at.eq(now.millis()),
    );
    on!(db, c => diesel::update(requests::table.find(id)).set(values).execute(c))?;
    Ok(())
}
