//! What time alone changes: a grace that ends, a membership that begins or ends. Every instant at which
//! something can change is known beforehand, so nothing is looked at between two of them.

use super::{App, AppError, Changes, Competition, Dirty, apart, evaluate};
use crate::{
    domain::{ledger::Cause, time::Moment},
    store::{self, Db},
};

/// The next instant after what was evaluated at which time alone can change a submission of it.
pub fn next_turn(db: &mut Db, competition: &Competition) -> Result<Option<Moment>, AppError> {
    let after = competition.stored.turned_at;
    let end = Some(competition.definition.window.merge_end()).filter(|end| *end > after);
    let membership = store::next_membership_turn(db, competition.id(), after)?;
    Ok([end, membership].into_iter().flatten().min())
}

/// Evaluates what the clock has changed since it was last asked.
pub async fn turn(app: &App, now: Moment) -> Result<Changes, AppError> {
    let definitions = app.definitions();
    let due = app
        .store
        .read(move |db| {
            let mut due = apart::have_moved(db, &definitions)?;
            for competition in definitions.all(db)? {
                due |= next_turn(db, &competition)?.is_some_and(|turn| turn <= now);
            }
            Ok::<_, AppError>(due)
        })
        .await?;
    if !due {
        return Ok(Changes::default());
    }
    let definitions = app.definitions();
    app.store
        .write(move |db| {
            store::take_turn(db)?;
            apart::pass_by(db, &definitions, now)?;
            let mut sum = apart::take_back(db, &definitions, now)?;
            for competition in definitions.all(db)? {
                if next_turn(db, &competition)?.is_none_or(|turn| turn > now) {
                    continue;
                }
                let pulls = store::unmerged(db, competition.id())?.into_iter().collect();
                let changes = evaluate(db, &competition, &Dirty::Pulls(pulls), now, Cause::Clock)?;
                store::set_turned(db, competition.id(), now)?;
                // Somebody may be in another team now, which boards show.
                store::raise_revision(db, competition.id())?;
                sum.entries += changes.entries;
                sum.submissions += changes.submissions;
            }
            Ok::<_, AppError>(sum)
        })
        .await
}
