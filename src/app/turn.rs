//! What time alone changes: a grace that ends, a membership that begins or ends. Every instant at which
//! something can change is known beforehand, so nothing is looked at between two of them.

use super::{
    App, AppError, Changes, Competition, Dirty, apart, evaluate,
    parts::{Clock, finish, finish_left, in_parts},
};
use crate::{
    domain::{ledger::Cause, team::PullId, time::Moment},
    store::{self, Db},
};
use std::collections::BTreeSet;

/// The next instant after what was evaluated at which time alone can change a submission of it.
pub fn next_turn(db: &mut Db, competition: &Competition) -> Result<Option<Moment>, AppError> {
    let after = competition.stored.turned_at;
    let end = Some(competition.definition.window.merge_end()).filter(|end| *end > after);
    let membership = store::next_membership_turn(db, competition.id(), after)?;
    Ok([end, membership].into_iter().flatten().min())
}

/// The pulls that the clock can have changed up to `now`: where no window ended, only those of people who came
/// into a team or left one.
pub(super) fn turning(db: &mut Db, competition: &Competition, now: Moment) -> Result<Vec<PullId>, AppError> {
    let (id, after) = (competition.id(), competition.stored.turned_at);
    let end = competition.definition.window.merge_end();
    if after < end && end <= now {
        return Ok(store::unmerged(db, id, None)?);
    }
    let people = store::turning_people(db, id, after, now)?;
    Ok(store::unmerged(db, id, Some(&people))?)
}

/// Evaluates what the clock has changed since it was last asked, in parts. Takes up long acts that nobody is at
/// any more, without waiting for them.
pub async fn turn(app: &App, now: Moment) -> Result<Changes, AppError> {
    finish_left(app, now).await?;
    let definitions = app.definitions();
    let (moved, due) = app
        .store
        .read(move |db| {
            let mut due = Vec::new();
            let moved = apart::have_moved(db, &definitions)?;
            for competition in definitions.all(db)? {
                if next_turn(db, &competition)?.is_some_and(|turn| turn <= now) {
                    due.push((competition.id(), turning(db, &competition, now)?));
                }
            }
            Ok::<_, AppError>((moved, due))
        })
        .await?;
    let mut sum = Changes::default();
    if moved {
        let definitions = app.definitions();
        let came_back = app
            .store
            .write(move |db| {
                store::take_turn(db)?;
                apart::pass_by(db, &definitions, now)?;
                apart::take_back(db, &definitions, now)
            })
            .await?;
        for begun in came_back {
            let changes = finish(app, begun, now).await;
            sum.entries += changes.entries;
            sum.submissions += changes.submissions;
        }
    }
    for (id, pulls) in due {
        let looked_at = pulls.iter().copied().collect();
        let changes = in_parts(app, id, pulls, Clock::from(now), Cause::Clock, None).await?;
        let definitions = app.definitions();
        let late = app
            .store
            .write(move |db| {
                store::take_turn(db)?;
                let competition = definitions.by_id(db, id)?;
                let late = turned(db, &competition, &looked_at, now)?;
                // Somebody may be in another team now, which boards show.
                store::raise_revision(db, id)?;
                Ok::<_, AppError>(late)
            })
            .await?;
        sum.entries += changes.entries + late.entries;
        sum.submissions += changes.submissions + late.submissions;
    }
    Ok(sum)
}

/// Notes that the clock was asked, once what came meanwhile and was judged by an earlier clock is looked at too.
pub(super) fn turned(
    db: &mut Db,
    competition: &Competition,
    looked_at: &BTreeSet<PullId>,
    now: Moment,
) -> Result<Changes, AppError> {
    let mut late: BTreeSet<PullId> = turning(db, competition, now)?.into_iter().collect();
    late.retain(|pull| !looked_at.contains(pull));
    let changes = evaluate(db, competition, &Dirty::Pulls(late), now, Cause::Clock)?;
    store::set_turned(db, competition.id(), now)?;
    Ok(changes)
}
