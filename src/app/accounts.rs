//! Logins and roles, as the host's command line and console make them.

use super::{App, AppError, Objection, Who, password};
use crate::{
    domain::{
        login::{LoginId, LoginName, Role},
        team::PersonId,
        text::Slug,
        time::Moment,
    },
    store::{self, Counter, Db, Deed, Login},
};

/// Characters of a password, at least and at most.
pub const PASSWORD: (usize, usize) = (8, 256);

/// A role as it is asked for, by names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RoleName {
    Admin,
    Judge { competition: Slug },
    Organizer { competition: Slug, team: Slug },
}

impl RoleName {
    /// Errors: `NoCompetition`, `NotThere`.
    fn role(&self, db: &mut Db) -> Result<Role, AppError> {
        let id = |db: &mut Db, slug: &Slug| {
            let stored = store::competition(db, slug)?;
            stored
                .map(|stored| stored.id)
                .ok_or_else(|| AppError::NoCompetition(slug.to_string()))
        };
        match self {
            RoleName::Admin => Ok(Role::Admin),
            RoleName::Judge { competition } => Ok(Role::Judge(id(db, competition)?)),
            RoleName::Organizer { competition, team } => {
                let competition = id(db, competition)?;
                let team = store::team_by_slug(db, competition, team)?;
                let (team, _) = team.ok_or(Objection::NotThere("team"))?;
                Ok(Role::Organizer(competition, team))
            }
        }
    }
}

/// Errors: `TooShort`, `TooLong`.
pub fn good_password(password: &str) -> Result<(), Objection> {
    let (least, most) = PASSWORD;
    let got = password.chars().count();
    if got < least {
        Err(Objection::TooShort {
            field: "password",
            least,
            most,
            got,
        })
    } else if got > most {
        Err(Objection::TooLong {
            field: "password",
            most,
            got,
        })
    } else {
        Ok(())
    }
}

fn deed(by: Option<&Who>, at: Moment, act: &'static str, login: &str) -> Deed {
    Deed {
        at,
        login: by.map(|who| who.id),
        competition: None,
        team: None,
        act,
        subject: login.to_owned(),
        reason: None,
        was: None,
        became: None,
    }
}

/// Makes a login with a password, for the person whose slug it is, or for a new one.
///
/// Errors: `NotA`, `TooShort`, `TooLong`, `Taken`; `NoCompetition`.
pub async fn add_login(
    app: &App,
    by: Option<&Who>,
    login: &str,
    secret: &str,
    role: Option<RoleName>,
    now: Moment,
) -> Result<LoginId, AppError> {
    let name = LoginName::parse(login).map_err(|_| NO_LOGIN)?;
    good_password(secret)?;
    let hash = password::hash(secret).await?;
    let by = by.cloned();
    app.store
        .write(move |db| {
            let taken = || Objection::Taken {
                field: "login",
                value: name.as_str().to_owned(),
            };
            if store::login_by_key(db, &name.key())?.is_some() {
                return Err(taken().into());
            }
            let person = person_for(db, &name)?;
            let id = store::insert_login(db, &name, Some(&hash), person, now)?;
            store::record(db, &deed(by.as_ref(), now, "login.add", name.as_str()))?;
            if let Some(role) = role {
                give(db, by.as_ref(), id, name.as_str(), &role, now)?;
            }
            Ok(id)
        })
        .await
}

const NO_LOGIN: Objection = Objection::NotA {
    field: "login",
    what: (
        "1 to 64 letters a-z, digits, `.`, `_`, `-`, `@` or `+`, beginning with a letter or digit",
        "1 到 64 个字母、数字或 . _ - @ +，以字母或数字开头",
    ),
};

/// The person whose slug the login is, where that person has no login yet; else a new one.
fn person_for(db: &mut Db, name: &LoginName) -> Result<PersonId, AppError> {
    if let Ok(slug) = Slug::parse(name.as_str())
        && let Some((person, _)) = store::person_by_slug(db, &slug)?
        && store::login_of_person(db, person)?.is_none()
    {
        return Ok(person);
    }
    new_person(db, name.as_str())
}

/// A new person, with the next number of the community code. The slug says nothing but that number: it stands
/// in the ledger for good, and a name can go.
pub fn new_person(db: &mut Db, name: &str) -> Result<PersonId, AppError> {
    let number = store::take_numbers(db, Counter::Person, 1)?;
    let slug = Slug::parse(&format!("p{number:05}")).map_err(|why| AppError::Broken(why.to_string()))?;
    Ok(store::insert_person(db, &slug, name, number)?)
}

fn give(db: &mut Db, by: Option<&Who>, id: LoginId, login: &str, role: &RoleName, now: Moment) -> Result<(), AppError> {
    let role_id = role.role(db)?;
    if store::grant(db, id, role_id, now)? {
        store::record(db, &role_deed(by, now, "role.give", login, role_id))?;
    }
    Ok(())
}

fn role_deed(by: Option<&Who>, now: Moment, act: &'static str, login: &str, role: Role) -> Deed {
    let (competition, team) = match role {
        Role::Admin => (None, None),
        Role::Judge(competition) => (Some(competition), None),
        Role::Organizer(competition, team) => (Some(competition), Some(team)),
    };
    let told = Some(format!("{{\"role\":\"{}\"}}", role.as_str()));
    let (was, became) = if act == "role.take" { (told, None) } else { (None, told) };
    Deed {
        competition,
        team,
        was,
        became,
        ..deed(by, now, act, login)
    }
}

/// Errors: `NotThere`.
fn known(db: &mut Db, login: &str) -> Result<Login, AppError> {
    let name = LoginName::parse(login).map_err(|_| NO_LOGIN)?;
    let found = store::login_by_key(db, &name.key())?;
    found.ok_or_else(|| Objection::NotThere("login").into())
}

/// Gives a role. Errors: `NotThere`, `NoCompetition`.
pub async fn give_role(app: &App, by: Option<&Who>, login: &str, role: RoleName, now: Moment) -> Result<(), AppError> {
    let (by, login) = (by.cloned(), login.to_owned());
    app.store
        .write(move |db| {
            let known = known(db, &login)?;
            give(db, by.as_ref(), known.id, &known.login, &role, now)
        })
        .await
}

/// Somebody else is an admin who can sign in. Errors: `LastAdmin`.
fn others_run_it(db: &mut Db, id: LoginId) -> Result<(), AppError> {
    let admins = store::admins(db)?;
    if !admins.contains(&id) {
        return Ok(());
    }
    for other in admins.into_iter().filter(|other| *other != id) {
        if store::login_by_id(db, other)?.is_some_and(|login| login.banned_at.is_none()) {
            return Ok(());
        }
    }
    Err(Objection::LastAdmin.into())
}

/// Takes a role away; it holds with the next request. Errors: `NotThere`, `NoCompetition`, `LastAdmin`.
pub async fn take_role(app: &App, by: Option<&Who>, login: &str, role: RoleName, now: Moment) -> Result<(), AppError> {
    let (by, login) = (by.cloned(), login.to_owned());
    app.store
        .write(move |db| {
            let known = known(db, &login)?;
            let role = role.role(db)?;
            if role == Role::Admin {
                others_run_it(db, known.id)?;
            }
            if store::revoke(db, known.id, role)? {
                store::record(db, &role_deed(by.as_ref(), now, "role.take", &known.login, role))?;
            }
            Ok(())
        })
        .await
}

/// Sets another password, and ends every session. Errors: `NotThere`, `TooShort`, `TooLong`.
pub async fn new_password(app: &App, by: Option<&Who>, login: &str, secret: &str, now: Moment) -> Result<(), AppError> {
    good_password(secret)?;
    let hash = password::hash(secret).await?;
    let (by, login) = (by.cloned(), login.to_owned());
    app.store
        .write(move |db| {
            let known = known(db, &login)?;
            store::set_password(db, known.id, Some(&hash))?;
            store::end_sessions(db, known.id, now)?;
            Ok(store::record(
                db,
                &deed(by.as_ref(), now, "login.password", &known.login),
            )?)
        })
        .await
}

/// Closes a login, or opens it again; what it may do ends with the next request. Errors: `NotThere`, `LastAdmin`.
pub async fn ban(
    app: &App,
    by: &Who,
    login: &str,
    banned: bool,
    reason: Option<String>,
    now: Moment,
) -> Result<(), AppError> {
    let (by, login) = (by.clone(), login.to_owned());
    app.store
        .write(move |db| {
            let known = known(db, &login)?;
            if banned {
                others_run_it(db, known.id)?;
            }
            store::set_banned(db, known.id, banned.then_some(now))?;
            if banned {
                store::end_sessions(db, known.id, now)?;
            }
            let act = if banned { "login.ban" } else { "login.unban" };
            let told = |banned: bool| Some(format!("{{\"banned\":{banned}}}"));
            let deed = Deed {
                reason,
                was: told(known.banned_at.is_some()),
                became: told(banned),
                ..deed(Some(&by), now, act, &known.login)
            };
            Ok(store::record(db, &deed)?)
        })
        .await
}
