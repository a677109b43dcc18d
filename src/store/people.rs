//! People, their forge accounts, and who is in which team when.

use super::{
    Counter, Db, PART, StoreError, on,
    schema::{accounts, memberships, people, teams},
    take_numbers,
};
use crate::domain::{
    forge::ForgeHost,
    pull::Actor,
    team::{Account, CompetitionId, Membership, Person, PersonId, Roster, TeamId},
    text::{Slug, folded},
    time::Moment,
};
use diesel::prelude::*;
use std::collections::{BTreeSet, HashMap};

type AccountRow = (i64, i64, String, String, String, Option<String>, bool);

fn account(row: AccountRow) -> Result<Account, StoreError> {
    let (_, person, forge, login, _, id, proven) = row;
    Ok(Account {
        person: PersonId(person),
        forge: ForgeHost::parse(&forge).map_err(|e| StoreError::unreadable("forge", &e))?,
        login,
        id,
        proven,
    })
}

fn person(row: (i64, String, String, i64)) -> Result<(PersonId, Person), StoreError> {
    let (id, slug, name, number) = row;
    let slug = Slug::parse(&slug).map_err(|e| StoreError::unreadable("person", &e))?;
    Ok((PersonId(id), Person { slug, name, number }))
}

fn moment(millis: Option<i64>) -> Option<Moment> {
    millis.map(Moment::from_millis)
}

/// The whole roster of a competition: its teams, everybody who was ever in one, every account of theirs.
pub fn roster(db: &mut Db, competition: CompetitionId) -> Result<Roster, StoreError> {
    let mut roster = Roster::default();
    roster.teams.extend(super::teams(db, competition)?);
    // Somebody with an account and no team is a person too: `author` passes and `team` fails.
    let rows: Vec<AccountRow> = on!(db, c => accounts::table.order(accounts::id).load(c))?;
    for row in rows {
        roster.add_account(account(row)?);
    }
    let rows: Vec<(i64, String, String, i64)> = on!(db, c => people::table.load(c))?;
    for row in rows {
        let (id, person) = person(row)?;
        roster.people.insert(id, person);
    }
    let of = memberships::table.filter(memberships::competition_id.eq(competition.0));
    load_memberships(db, of.into_boxed(), of.into_boxed(), &mut roster)?;
    Ok(roster)
}

type Boxed<'a, B> = memberships::BoxedQuery<'a, B>;

fn load_memberships<'a>(
    db: &mut Db,
    sqlite: Boxed<'a, diesel::sqlite::Sqlite>,
    postgres: Boxed<'a, diesel::pg::Pg>,
    roster: &mut Roster,
) -> Result<(), StoreError> {
    type MembershipRow = (i64, i64, Option<i64>, Option<i64>);
    let columns = (
        memberships::person_id,
        memberships::team_id,
        memberships::joined_at,
        memberships::left_at,
    );
    let rows: Vec<MembershipRow> = match db {
        Db::Sqlite(c) => sqlite.order(memberships::id).select(columns).load(c)?,
        Db::Postgres(c) => postgres.order(memberships::id).select(columns).load(c)?,
    };
    for (person, team, joined_at, left_at) in rows {
        let membership = Membership {
            team: TeamId(team),
            joined_at: moment(joined_at),
            left_at: moment(left_at),
        };
        roster.add_membership(PersonId(person), membership);
    }
    Ok(())
}

/// The part of the roster that these authors and people need: as [`roster`] for them, and nothing of others.
pub fn roster_of(
    db: &mut Db,
    competition: CompetitionId,
    authors: &[(ForgeHost, Actor)],
    also: &BTreeSet<PersonId>,
) -> Result<Roster, StoreError> {
    let mut roster = Roster::default();
    let mut persons = also.clone();
    let forges: BTreeSet<&ForgeHost> = authors.iter().map(|(forge, _)| forge).collect();
    for forge in forges {
        let of = |pick: &dyn Fn(&Actor) -> Option<String>| -> Vec<String> {
            let all = authors
                .iter()
                .filter(|(f, _)| f == forge)
                .filter_map(|(_, actor)| pick(actor));
            all.collect::<BTreeSet<_>>().into_iter().collect()
        };
        let ids = of(&|actor| actor.id.clone());
        let logins = of(&|actor| (!actor.login.is_empty()).then(|| folded(&actor.login)));
        let mut rows: Vec<AccountRow> = Vec::new();
        for part in ids.chunks(PART) {
            let query = accounts::table.filter(accounts::forge.eq(forge.to_string()));
            rows.extend(on!(db, c => query.filter(accounts::forge_user_id.eq_any(part)).load::<AccountRow>(c))?);
        }
        for part in logins.chunks(PART) {
            let query = accounts::table.filter(accounts::forge.eq(forge.to_string()));
            rows.extend(on!(db, c => query.filter(accounts::login_key.eq_any(part)).load::<AccountRow>(c))?);
        }
        rows.sort();
        rows.dedup();
        for row in rows {
            let account = account(row)?;
            persons.insert(account.person);
            roster.add_account(account);
        }
    }
    let persons: Vec<i64> = persons.into_iter().map(|p| p.0).collect();
    for part in persons.chunks(PART) {
        let query = people::table.filter(people::id.eq_any(part));
        for row in on!(db, c => query.load::<(i64, String, String, i64)>(c))? {
            let (id, person) = person(row)?;
            roster.people.insert(id, person);
        }
        let part = part.to_vec();
        let of = memberships::table.filter(memberships::competition_id.eq(competition.0));
        let of = of.filter(memberships::person_id.eq_any(part));
        load_memberships(db, of.clone().into_boxed(), of.into_boxed(), &mut roster)?;
    }
    let wanted: BTreeSet<i64> = roster
        .people
        .keys()
        .flat_map(|person| roster.memberships(*person))
        .map(|membership| membership.team.0)
        .collect();
    let wanted: Vec<i64> = wanted.into_iter().collect();
    load_teams(db, &wanted, &mut roster)?;
    Ok(roster)
}

/// Adds teams to a roster by number, such as one that a submission is taken away from.
pub fn load_teams(db: &mut Db, wanted: &[i64], roster: &mut Roster) -> Result<(), StoreError> {
    roster.teams.extend(super::teams_by_id(db, wanted)?);
    Ok(())
}

/// Writes a person's name; a new person gets the next number of the community code, for good.
pub fn put_person(db: &mut Db, slug: &Slug, name: &str) -> Result<PersonId, StoreError> {
    let known = people::table.filter(people::slug.eq(slug.as_str()));
    let id: Option<i64> = on!(db, c => known.select(people::id).first(c).optional())?;
    if let Some(id) = id {
        on!(db, c => diesel::update(people::table.find(id)).set(people::name.eq(name)).execute(c))?;
        return Ok(PersonId(id));
    }
    let number = take_numbers(db, Counter::Person, 1)?;
    insert_person(db, slug, name, number)
}

/// Writes a new person, with a number that was taken for them.
pub fn insert_person(db: &mut Db, slug: &Slug, name: &str, number: i64) -> Result<PersonId, StoreError> {
    let values = (
        people::slug.eq(slug.as_str()),
        people::name.eq(name),
        people::number.eq(number),
    );
    let insert = diesel::insert_into(people::table).values(values).returning(people::id);
    let id: i64 = on!(db, c => insert.get_result(c))?;
    Ok(PersonId(id))
}

pub fn person_by_slug(db: &mut Db, slug: &Slug) -> Result<Option<(PersonId, Person)>, StoreError> {
    let query = people::table.filter(people::slug.eq(slug.as_str()));
    let row: Option<(i64, String, String, i64)> = on!(db, c => query.first(c).optional())?;
    row.map(person).transpose()
}

pub fn person_by_id(db: &mut Db, id: PersonId) -> Result<Option<Person>, StoreError> {
    let row: Option<(i64, String, String, i64)> = on!(db, c => people::table.find(id.0).first(c).optional())?;
    Ok(row.map(person).transpose()?.map(|(_, person)| person))
}

/// The accounts of a person, in the order in which they were bound.
pub fn accounts_of(db: &mut Db, person: PersonId) -> Result<Vec<Account>, StoreError> {
    let query = accounts::table
        .filter(accounts::person_id.eq(person.0))
        .order(accounts::id);
    let rows: Vec<AccountRow> = on!(db, c => query.load(c))?;
    rows.into_iter().map(account).collect()
}

/// The accounts of these people, by person, in the order in which they were bound.
pub fn accounts_of_people(db: &mut Db, people: &[PersonId]) -> Result<HashMap<PersonId, Vec<Account>>, StoreError> {
    let people: Vec<i64> = people.iter().map(|person| person.0).collect();
    let mut of: HashMap<PersonId, Vec<Account>> = HashMap::new();
    for part in people.chunks(PART) {
        let query = accounts::table.filter(accounts::person_id.eq_any(part));
        for row in on!(db, c => query.order(accounts::id).load::<AccountRow>(c))? {
            let account = account(row)?;
            of.entry(account.person).or_default().push(account);
        }
    }
    Ok(of)
}

/// The account with this login, whoever it belongs to.
pub fn account_by_login(db: &mut Db, forge: &ForgeHost, login: &str) -> Result<Option<Account>, StoreError> {
    let query = accounts::table.filter(accounts::forge.eq(forge.to_string()));
    let query = query.filter(accounts::login_key.eq(folded(login)));
    let row: Option<AccountRow> = on!(db, c => query.first(c).optional())?;
    row.map(account).transpose()
}

/// The accounts with these folded logins, whoever they belong to.
pub fn accounts_by_logins(db: &mut Db, forge: &ForgeHost, logins: &[&str]) -> Result<Vec<Account>, StoreError> {
    let mut found = Vec::new();
    for part in logins.chunks(PART) {
        let query = accounts::table
            .filter(accounts::forge.eq(forge.to_string()))
            .filter(accounts::login_key.eq_any(part));
        for row in on!(db, c => query.load::<AccountRow>(c))? {
            found.push(account(row)?);
        }
    }
    Ok(found)
}

/// The accounts that are bound to this numeric id: the proven one first, then hints that pulls bound to it.
pub fn accounts_by_user(db: &mut Db, forge: &ForgeHost, id: &str) -> Result<Vec<Account>, StoreError> {
    let query = accounts::table
        .filter(accounts::forge.eq(forge.to_string()))
        .filter(accounts::forge_user_id.eq(id))
        .order((accounts::proven.desc(), accounts::person_id, accounts::id));
    let rows: Vec<AccountRow> = on!(db, c => query.load(c))?;
    rows.into_iter().map(account).collect()
}

/// The accounts that were given without an id: hints, bound to what pulls say.
pub fn hinted_accounts(db: &mut Db) -> Result<Vec<Account>, StoreError> {
    let query = accounts::table.filter(accounts::proven.eq(false)).order(accounts::id);
    let rows: Vec<AccountRow> = on!(db, c => query.load(c))?;
    rows.into_iter().map(account).collect()
}

/// Writes an account by its forge and login; an id that it was bound to by a pull is kept where `account`
/// has none.
pub fn put_account(db: &mut Db, account: &Account) -> Result<(), StoreError> {
    let (forge, key) = (account.forge.to_string(), folded(&account.login));
    let values = (
        accounts::person_id.eq(account.person.0),
        accounts::forge.eq(&forge),
        accounts::login.eq(&account.login),
        accounts::login_key.eq(&key),
        accounts::forge_user_id.eq(account.id.as_deref()),
        accounts::proven.eq(account.proven),
    );
    on!(db, c => diesel::insert_into(accounts::table)
        .values(values)
        .on_conflict((accounts::forge, accounts::login_key))
        .do_update()
        .set(values)
        .execute(c))?;
    Ok(())
}

/// Binds a login that was given without an id to the id read off a pull, or to none.
pub fn bind_account(db: &mut Db, forge: &ForgeHost, login: &str, id: Option<&str>) -> Result<(), StoreError> {
    let row = accounts::table.filter(accounts::forge.eq(forge.to_string()));
    let row = row.filter(accounts::login_key.eq(folded(login)));
    on!(db, c => diesel::update(row).set(accounts::forge_user_id.eq(id)).execute(c))?;
    Ok(())
}

pub fn remove_account(db: &mut Db, forge: &ForgeHost, login: &str) -> Result<(), StoreError> {
    let row = accounts::table.filter(accounts::forge.eq(forge.to_string()));
    on!(db, c => diesel::delete(row.filter(accounts::login_key.eq(folded(login)))).execute(c))?;
    Ok(())
}

/// The memberships that a folder put there, or those that people made or ended by themselves, by person.
pub fn memberships_made(
    db: &mut Db,
    competition: CompetitionId,
    by_folder: bool,
) -> Result<HashMap<PersonId, Vec<Membership>>, StoreError> {
    let query = memberships::table
        .filter(memberships::competition_id.eq(competition.0))
        .filter(memberships::by_folder.eq(by_folder))
        .order(memberships::id)
        .select((
            memberships::person_id,
            memberships::team_id,
            memberships::joined_at,
            memberships::left_at,
        ));
    let rows: Vec<(i64, i64, Option<i64>, Option<i64>)> = on!(db, c => query.load(c))?;
    let mut of: HashMap<PersonId, Vec<Membership>> = HashMap::new();
    for (person, team, joined_at, left_at) in rows {
        of.entry(PersonId(person)).or_default().push(Membership {
            team: TeamId(team),
            joined_at: moment(joined_at),
            left_at: moment(left_at),
        });
    }
    Ok(of)
}

/// Somebody joins a team by themselves.
pub fn join(
    db: &mut Db,
    competition: CompetitionId,
    person: PersonId,
    team: TeamId,
    now: Moment,
) -> Result<(), StoreError> {
    let values = (
        memberships::competition_id.eq(competition.0),
        memberships::person_id.eq(person.0),
        memberships::team_id.eq(team.0),
        memberships::joined_at.eq(now.millis()),
        memberships::by_folder.eq(false),
    );
    on!(db, c => diesel::insert_into(memberships::table).values(values).execute(c))?;
    Ok(())
}

/// Ends the time of a person in a team that runs at `now`. What was merged before stays where it is. Returns
/// whether there was any.
pub fn leave(
    db: &mut Db,
    competition: CompetitionId,
    person: PersonId,
    team: TeamId,
    now: Moment,
) -> Result<bool, StoreError> {
    let query = memberships::table
        .filter(memberships::competition_id.eq(competition.0))
        .filter(memberships::person_id.eq(person.0))
        .filter(memberships::team_id.eq(team.0))
        .select((memberships::id, memberships::left_at));
    let rows: Vec<(i64, Option<i64>)> = on!(db, c => query.load(c))?;
    let mut ended = false;
    for (id, left_at) in rows {
        if left_at.is_none_or(|left| now.millis() < left) {
            let row = memberships::table.find(id);
            // What a person ended is no longer the folder's, which would else begin it again.
            let values = (memberships::left_at.eq(now.millis()), memberships::by_folder.eq(false));
            on!(db, c => diesel::update(row).set(values).execute(c))?;
            ended = true;
        }
    }
    Ok(ended)
}

/// Replaces the memberships that a folder gave a person in a competition; those that people made by
/// themselves stay.
pub fn put_memberships(
    db: &mut Db,
    competition: CompetitionId,
    person: PersonId,
    wanted: &[Membership],
) -> Result<(), StoreError> {
    let of = memberships::table.filter(memberships::competition_id.eq(competition.0));
    let of = of
        .filter(memberships::person_id.eq(person.0))
        .filter(memberships::by_folder.eq(true));
    on!(db, c => diesel::delete(of).execute(c))?;
    for membership in wanted {
        let values = (
            memberships::competition_id.eq(competition.0),
            memberships::person_id.eq(person.0),
            memberships::team_id.eq(membership.team.0),
            memberships::joined_at.eq(membership.joined_at.map(Moment::millis)),
            memberships::left_at.eq(membership.left_at.map(Moment::millis)),
            memberships::by_folder.eq(true),
        );
        on!(db, c => diesel::insert_into(memberships::table).values(values).execute(c))?;
    }
    Ok(())
}

/// The next instant after `after` at which a membership of the competition begins or ends.
pub fn next_membership_turn(
    db: &mut Db,
    competition: CompetitionId,
    after: Moment,
) -> Result<Option<Moment>, StoreError> {
    let of = memberships::table.filter(memberships::competition_id.eq(competition.0));
    let joins = of.filter(memberships::joined_at.gt(after.millis()));
    let leaves = of.filter(memberships::left_at.gt(after.millis()));
    let joins: Option<i64> = on!(db, c => joins.select(diesel::dsl::min(memberships::joined_at)).first(c))?;
    let leaves: Option<i64> = on!(db, c => leaves.select(diesel::dsl::min(memberships::left_at)).first(c))?;
    Ok([joins, leaves].into_iter().flatten().min().map(Moment::from_millis))
}

/// Those whose time in a team of the competition begins or ends after `after` and not after `until`.
pub fn turning_people(
    db: &mut Db,
    competition: CompetitionId,
    after: Moment,
    until: Moment,
) -> Result<Vec<PersonId>, StoreError> {
    let of = memberships::table.filter(memberships::competition_id.eq(competition.0));
    let joins = of
        .filter(memberships::joined_at.gt(after.millis()))
        .filter(memberships::joined_at.le(until.millis()))
        .select(memberships::person_id);
    let leaves = of
        .filter(memberships::left_at.gt(after.millis()))
        .filter(memberships::left_at.le(until.millis()))
        .select(memberships::person_id);
    let mut people: Vec<i64> = on!(db, c => joins.load(c))?;
    people.extend(on!(db, c => leaves.load::<i64>(c))?);
    people.sort_unstable();
    people.dedup();
    Ok(people.into_iter().map(PersonId).collect())
}

/// Somebody who is or was in a team of a competition, as a board shows them.
#[derive(Clone, Debug)]
pub struct BoardPerson {
    pub id: PersonId,
    pub person: Person,
    /// The team they are in at the moment asked for; else the one they were in last.
    pub team: Option<TeamId>,
}

/// Everybody with a membership in an approved team of the competition, by id.
pub fn board_people(db: &mut Db, competition: CompetitionId, at: Moment) -> Result<Vec<BoardPerson>, StoreError> {
    let query = memberships::table
        .inner_join(people::table.on(people::id.eq(memberships::person_id)))
        .inner_join(teams::table.on(teams::id.eq(memberships::team_id)))
        .filter(memberships::competition_id.eq(competition.0))
        .filter(teams::standing.eq(crate::domain::team::Standing::Approved.as_str()))
        .order((people::id, memberships::joined_at, memberships::id))
        .select((
            (people::id, people::slug, people::name, people::number),
            memberships::team_id,
            memberships::joined_at,
            memberships::left_at,
        ));
    type Row = ((i64, String, String, i64), i64, Option<i64>, Option<i64>);
    let rows: Vec<Row> = on!(db, c => query.load(c))?;
    let mut found: Vec<(BoardPerson, bool)> = Vec::new();
    for (row, team, joined_at, left_at) in rows {
        let membership = Membership {
            team: TeamId(team),
            joined_at: moment(joined_at),
            left_at: moment(left_at),
        };
        let now = membership.covers(at);
        match found.last_mut() {
            Some((known, current)) if known.id.0 == row.0 => {
                if now || !*current {
                    known.team = Some(membership.team);
                    *current = now;
                }
            }
            _ => {
                let (id, person) = person(row)?;
                let team = Some(membership.team);
                found.push((BoardPerson { id, person, team }, now));
            }
        }
    }
    Ok(found.into_iter().map(|(person, _)| person).collect())
}

/// Somebody's time in a team.
#[derive(Clone, Debug)]
pub struct Seat {
    pub id: PersonId,
    pub person: Person,
    pub joined_at: Option<Moment>,
    pub left_at: Option<Moment>,
}

impl Seat {
    /// `team`: the one it is a seat of.
    pub fn membership(&self, team: TeamId) -> Membership {
        Membership {
            team,
            joined_at: self.joined_at,
            left_at: self.left_at,
        }
    }
}

/// Everybody who is or was in a team, by name.
pub fn members_of(db: &mut Db, competition: CompetitionId, team: TeamId) -> Result<Vec<Seat>, StoreError> {
    let query = memberships::table
        .inner_join(people::table)
        .filter(memberships::competition_id.eq(competition.0))
        .filter(memberships::team_id.eq(team.0))
        .order((people::name, people::id, memberships::joined_at))
        .select((
            (people::id, people::slug, people::name, people::number),
            memberships::joined_at,
            memberships::left_at,
        ));
    type Row = ((i64, String, String, i64), Option<i64>, Option<i64>);
    let rows: Vec<Row> = on!(db, c => query.load(c))?;
    let seat = |(row, joined_at, left_at): Row| {
        let (id, person) = person(row)?;
        Ok(Seat {
            id,
            person,
            joined_at: moment(joined_at),
            left_at: moment(left_at),
        })
    };
    rows.into_iter().map(seat).collect()
}

/// Everybody who is or was in one of these teams, by name within each.
pub fn members_of_teams(
    db: &mut Db,
    competition: CompetitionId,
    wanted: &[TeamId],
) -> Result<HashMap<TeamId, Vec<Seat>>, StoreError> {
    type Row = ((i64, String, String, i64), i64, Option<i64>, Option<i64>);
    let ids: Vec<i64> = wanted.iter().map(|team| team.0).collect();
    let mut found: HashMap<TeamId, Vec<Seat>> = HashMap::new();
    for part in ids.chunks(PART) {
        let query = memberships::table
            .inner_join(people::table)
            .filter(memberships::competition_id.eq(competition.0))
            .filter(memberships::team_id.eq_any(part))
            .order((people::name, people::id, memberships::joined_at))
            .select((
                (people::id, people::slug, people::name, people::number),
                memberships::team_id,
                memberships::joined_at,
                memberships::left_at,
            ));
        let rows: Vec<Row> = on!(db, c => query.load(c))?;
        for (row, team, joined_at, left_at) in rows {
            let (id, person) = person(row)?;
            found.entry(TeamId(team)).or_default().push(Seat {
                id,
                person,
                joined_at: moment(joined_at),
                left_at: moment(left_at),
            });
        }
    }
    Ok(found)
}

/// The teams that somebody is or was in, oldest first.
pub fn memberships_of(
    db: &mut Db,
    competition: CompetitionId,
    person: PersonId,
) -> Result<Vec<Membership>, StoreError> {
    let query = memberships::table
        .filter(memberships::competition_id.eq(competition.0))
        .filter(memberships::person_id.eq(person.0))
        .order(memberships::id)
        .select((memberships::team_id, memberships::joined_at, memberships::left_at));
    let rows: Vec<(i64, Option<i64>, Option<i64>)> = on!(db, c => query.load(c))?;
    let membership = |(team, joined_at, left_at)| Membership {
        team: TeamId(team),
        joined_at: moment(joined_at),
        left_at: moment(left_at),
    };
    let mut spells: Vec<Membership> = rows.into_iter().map(membership).collect();
    spells.sort_by_key(|spell| spell.joined_at);
    Ok(spells)
}

/// Seats of a team; None: no limit.
pub fn team_capacity(db: &mut Db, team: TeamId) -> Result<Option<u32>, StoreError> {
    let query = teams::table.find(team.0).select(teams::capacity);
    let capacity: Option<Option<i64>> = on!(db, c => query.first(c).optional())?;
    Ok(capacity.flatten().and_then(|seats| u32::try_from(seats).ok()))
}
