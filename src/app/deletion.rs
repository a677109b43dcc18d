//! Somebody deletes themselves: the name and the accounts go, the results stay under the code.
//!
//! What stays, and why: the person's row with its number and slug, since the ledger's hashes bear the slug and
//! the number is never given again; the times in teams, since what was merged then is the team's; of each
//! account the forge's numeric id, without which the merges would be nobody's and the results would fall (the
//! login too, where a pull was reported with no id); pulls as the forge published them; and under a number in
//! place of the login what was decided, appealed and done, since the audit log only grows. Whoever signs in
//! with such an account again is that person again.

use super::{App, AppError, Objection, Who, binding::keep_by_id, reports::evaluate_everywhere};
use crate::{
    domain::{ledger::Cause, login::Role, team::PullId, time::Moment},
    store::{self, Db},
};
use std::collections::BTreeSet;

/// Errors: `LastAdmin`.
pub async fn delete_me(app: &App, who: &Who, now: Moment) -> Result<(), AppError> {
    let (definitions, who) = (app.definitions(), who.clone());
    app.store
        .write(move |db| {
            store::take_turn(db)?;
            if who.roles.contains(&Role::Admin) && store::admins(db)?.len() == 1 {
                return Err(Objection::LastAdmin.into());
            }
            let person = store::person_by_id(db, who.person)?.ok_or(Objection::NotThere("person"))?;
            let dirty = forget_accounts(db, &who)?;
            leave_teams(db, &who, now)?;
            store::withdraw_requests(db, who.person, now)?;
            store::rename_person(db, who.person, &format!("#{:05}", person.number))?;
            store::revoke_all(db, who.id)?;
            store::end_sessions(db, who.id, now)?;
            store::forget_handshakes_of(db, who.id)?;
            store::forget_answers(db, who.id, now.plus(Moment::DAY))?;
            store::close_login(db, who.id)?;
            store::record(db, &who.deed(now, "login.delete", &person.slug))?;
            evaluate_everywhere(db, &definitions, dirty, now, Cause::Roster)?;
            Ok(())
        })
        .await
}

/// Takes the logins out of the accounts. Returns the pulls that they wrote.
fn forget_accounts(db: &mut Db, who: &Who) -> Result<BTreeSet<PullId>, AppError> {
    let mut dirty = BTreeSet::new();
    for account in store::accounts_of(db, who.person)? {
        let ids: Vec<&str> = account.id.as_deref().into_iter().collect();
        dirty.extend(store::pulls_of_author(db, &account.forge, &account.login, &ids)?);
        if store::is_known_by_login_alone(db, &account.forge, &account.login)? {
            continue;
        }
        let Some(id) = &account.id else {
            store::remove_account(db, &account.forge, &account.login)?;
            continue;
        };
        keep_by_id(db, &account, format!("#{id}"))?;
    }
    Ok(dirty)
}

/// Ends every time in a team that runs; what was merged before stays with the team. Boards read the name anew.
fn leave_teams(db: &mut Db, who: &Who, now: Moment) -> Result<(), AppError> {
    for stay in store::stays_of(db, who.person)? {
        let sealed =
            store::competition_by_id(db, stay.competition)?.is_none_or(|stored| stored.seal.finalized_at.is_some());
        if !sealed {
            store::leave(db, stay.competition, who.person, stay.membership.team, now)?;
        }
        store::raise_revision(db, stay.competition)?;
    }
    Ok(())
}
