//! Whose forge account it is. A login is a hint; a sign-in there proves the numeric id and binds it for good.
//! Contract, sections 2 and 7.

use super::{App, AppError, Definitions, Objection, Who, new_person, reports::evaluate_everywhere};
use crate::{
    domain::{
        forge::{Forge, ForgeHost},
        ledger::Cause,
        login::{LoginId, LoginName},
        team::{Account, PersonId, PullId},
        text::folded,
        time::Moment,
    },
    forge::oauth::ForgeUser,
    store::{self, Db, Deed},
};
use std::collections::BTreeSet;

/// The account that this user of a forge is: by numeric id, else a hint that bears the login and no id. A
/// login that is bound to another id is somebody else's.
fn account_of(db: &mut Db, forge: &ForgeHost, user: &ForgeUser) -> Result<Option<Account>, AppError> {
    let by_id = store::accounts_by_user(db, forge, &user.id)?;
    let nearest = by_id
        .into_iter()
        .min_by_key(|a| (!a.proven, folded(&a.login) != folded(&user.login), a.person));
    if nearest.is_some() {
        return Ok(nearest);
    }
    let by_login = store::account_by_login(db, forge, &user.login)?;
    Ok(by_login.filter(|account| account.id.is_none()))
}

fn is_proven(account: &Account, user: &ForgeUser) -> bool {
    account.proven && account.id.as_deref() == Some(&user.id) && folded(&account.login) == folded(&user.login)
}

/// Binds the user to the person, in place of what was known of the account. Returns the pulls whose author
/// may be somebody else now.
fn prove(
    db: &mut Db,
    forge: &ForgeHost,
    user: &ForgeUser,
    person: PersonId,
    was: Option<&Account>,
) -> Result<BTreeSet<PullId>, AppError> {
    let mut logins = BTreeSet::from([user.login.clone()]);
    let mut ids = BTreeSet::from([user.id.clone()]);
    if let Some(was) = was {
        logins.insert(was.login.clone());
        ids.extend(was.id.clone());
    }
    let same_row = |account: &Account| was.is_some_and(|was| folded(&was.login) == folded(&account.login));
    if let Some(stale) = store::account_by_login(db, forge, &user.login)?
        && !same_row(&stale)
    {
        ids.extend(stale.id.clone());
        set_aside(db, &stale)?;
    }
    if let Some(was) = was
        && folded(&was.login) != folded(&user.login)
    {
        store::rename_account(db, forge, &was.login, &user.login)?;
    }
    let account = Account {
        person,
        forge: forge.clone(),
        login: user.login.clone(),
        id: Some(user.id.clone()),
        proven: true,
    };
    store::put_account(db, &account)?;
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let mut dirty = BTreeSet::new();
    for login in logins {
        dirty.extend(store::pulls_of_author(db, forge, &login, &ids)?);
    }
    Ok(dirty)
}

/// Frees a login that its owner has given up: the account goes on under `login#id`, and by its id earns what
/// it earned.
fn set_aside(db: &mut Db, stale: &Account) -> Result<(), AppError> {
    let name = format!("{}#{}", stale.login, stale.id.as_deref().unwrap_or(""));
    keep_by_id(db, stale, name)
}

/// Gives an account a name that no forge gives, for good: from now on its id alone tells whose it is, and no
/// pull that bears another's login binds it anew.
pub(super) fn keep_by_id(db: &mut Db, account: &Account, mut name: String) -> Result<(), AppError> {
    while store::account_by_login(db, &account.forge, &name)?.is_some() {
        name.push('\'');
    }
    store::rename_account(db, &account.forge, &account.login, &name)?;
    let kept = Account {
        login: name,
        proven: true,
        ..account.clone()
    };
    Ok(store::put_account(db, &kept)?)
}

/// The login of whoever this user is: known by the account, or new here. Errors: `HintOnly`.
pub(super) fn sign_in_user(
    db: &mut Db,
    definitions: &Definitions,
    forge: Forge,
    user: &ForgeUser,
    now: Moment,
) -> Result<LoginId, AppError> {
    let host = &ForgeHost::from(forge);
    if let Some(account) = account_of(db, host, user)?
        && is_proven(&account, user)
        && let Some(login) = store::login_of_person(db, account.person)?
        && !store::is_gone(&login.login)
    {
        return Ok(login.id);
    }
    // What follows can move awards; two first sign-ins of one user take turns.
    store::take_turn(db)?;
    let account = account_of(db, host, user)?;
    if let Some(account) = &account {
        refuse_hint_to_a_role(db, account, user)?;
    }
    let person = match &account {
        Some(account) => account.person,
        None => new_person(db, &user.login)?,
    };
    let dirty = prove(db, host, user, person, account.as_ref())?;
    let (login, act) = match store::login_of_person(db, person)? {
        Some(login) if store::is_gone(&login.login) => {
            let name = free_name(db, forge, user)?;
            store::rename_login(db, login.id, name.as_str(), &name.key())?;
            store::rename_person(db, person, &user.login)?;
            for stay in store::stays_of(db, person)? {
                store::raise_revision(db, stay.competition)?;
            }
            (login.id, "login.return")
        }
        Some(login) => (login.id, "account.prove"),
        None => {
            let name = free_name(db, forge, user)?;
            (store::insert_login(db, &name, None, person, now)?, "login.add")
        }
    };
    store::record(db, &deed(login, now, act, forge))?;
    evaluate_everywhere(db, definitions, dirty, now, Cause::Roster)?;
    Ok(login)
}

/// A hint makes somebody a person, but not a judge: who claims a login that a host once wrote down, and that
/// nobody has proven, does not come by what the person's own login may do. Errors: `HintOnly`.
fn refuse_hint_to_a_role(db: &mut Db, account: &Account, user: &ForgeUser) -> Result<(), AppError> {
    if account.proven {
        return Ok(());
    }
    if let Some(login) = store::login_of_person(db, account.person)?
        && !store::roles_of(db, login.id)?.is_empty()
    {
        let named = format!("{} {}", account.forge.title(), user.login);
        return Err(Objection::HintOnly(named).into());
    }
    Ok(())
}

fn deed(login: LoginId, at: Moment, act: &'static str, forge: Forge) -> Deed {
    Deed {
        at,
        login: Some(login),
        competition: None,
        team: None,
        act,
        subject: forge.to_string(),
        reason: None,
        was: None,
        became: None,
    }
}

/// A login that nobody has: the forge's where it is free here, else with the forge's name behind it.
fn free_name(db: &mut Db, forge: Forge, user: &ForgeUser) -> Result<LoginName, AppError> {
    let plain: String = user
        .login
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') {
                c
            } else {
                '-'
            }
        })
        .take(30)
        .collect();
    let own = plain.trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
    let tried = [own.to_owned(), format!("{own}-{forge}"), format!("{forge}-{}", user.id)];
    let more = (2..100).map(|number| format!("{forge}-{}-{number}", user.id));
    for text in tried.into_iter().chain(more) {
        let Ok(name) = LoginName::parse(&text) else { continue };
        if store::login_by_key(db, &name.key())?.is_none() {
            return Ok(name);
        }
    }
    Err(AppError::Broken("no login is free for a forge's user".into()))
}

/// Binds an account that somebody has proven to be theirs to who is signed in.
///
/// Where the account is that of a person whom a folder named and who has never signed in, and nothing hangs
/// on the one who is signed in yet, the login goes over to that person. Errors: `AccountTaken`, `Banned`.
pub(super) fn bind_user(
    db: &mut Db,
    definitions: &Definitions,
    login: LoginId,
    forge: Forge,
    user: &ForgeUser,
    now: Moment,
) -> Result<(), AppError> {
    let host = &ForgeHost::from(forge);
    store::take_turn(db)?;
    let login = store::login_by_id(db, login)?.ok_or(Objection::SessionOver)?;
    if login.banned_at.is_some() {
        return Err(Objection::Banned.into());
    }
    let account = account_of(db, host, user)?;
    let mut person = login.person;
    if let Some(account) = &account
        && account.person != login.person
    {
        let waits = store::login_of_person(db, account.person)?.is_none();
        if !waits || !store::is_bare(db, login.person)? {
            return Err(Objection::AccountTaken(format!("{} {}", forge.title(), user.login)).into());
        }
        store::set_person(db, login.id, account.person)?;
        person = account.person;
    }
    let dirty = prove(db, host, user, person, account.as_ref())?;
    store::record(db, &deed(login.id, now, "account.bind", forge))?;
    evaluate_everywhere(db, definitions, dirty, now, Cause::Roster)?;
    Ok(())
}

/// Takes an account from who is signed in. Its merges are nobody's then, until somebody binds it again.
///
/// `forges`: those that people sign in with here. Errors: `NotThere`, `LastSignIn`.
pub async fn unbind(
    app: &App,
    who: &Who,
    forge: Forge,
    login: &str,
    forges: Vec<Forge>,
    now: Moment,
) -> Result<(), AppError> {
    let (definitions, who, login) = (app.definitions(), who.clone(), login.to_owned());
    app.store
        .write(move |db| {
            let host = &ForgeHost::from(forge);
            store::take_turn(db)?;
            let account = store::account_by_login(db, host, &login)?
                .filter(|account| account.person == who.person)
                .ok_or(Objection::NotThere("account"))?;
            let has_password = store::login_by_id(db, who.id)?.is_some_and(|login| login.password.is_some());
            let mut others = store::accounts_of(db, who.person)?;
            others.retain(|other| *other != account && forges.iter().any(|forge| other.forge == *forge));
            if !has_password && others.is_empty() {
                return Err(Objection::LastSignIn.into());
            }
            let ids: Vec<&str> = account.id.as_deref().into_iter().collect();
            let dirty = store::pulls_of_author(db, host, &account.login, &ids)?;
            store::remove_account(db, host, &account.login)?;
            store::record(db, &deed(who.id, now, "account.unbind", forge))?;
            evaluate_everywhere(db, &definitions, dirty.into_iter().collect(), now, Cause::Roster)?;
            Ok(())
        })
        .await
}
