//! Long acts as many short ones.
//!
//! A definition, a seal taken off, a team of thousands can move every submission of a competition. No such
//! thing is one transaction:
//!
//! 1. The act itself is a short transaction. With what it changes it writes into the competition's row that its
//!    submissions are to be looked at again ([`begin`]). From its commit on everybody evaluates by what it wrote.
//! 2. Everything is folded on a reader, over one state of the database and with no lock ([`super::compare`]). What
//!    comes of it is only a list: the pulls whose row or links are not what the fold says.
//! 3. The list is gone through in parts of some hundred pulls, each a transaction of its own that takes the turn
//!    and evaluates them with their neighbours by the facts *as they are then*. So nothing that was read earlier is
//!    written, nothing has to be compared with what somebody else wrote meanwhile, and hooks and everybody's
//!    requests go between two parts.
//! 4. The note in the row is taken away where it still is the same act's.
//!
//! **Why one pass is enough.** What is not in the list stood right under the new rules when it was read. Whatever
//! changes after that is evaluated by whoever changes it, under the new rules too. Such an evaluation may find
//! too few neighbours, where the links of one are still those of the old rules; but then that one is in the list,
//! and when its turn comes it has its new links, finds them all, and they are folded together. So whoever of a
//! neighbourhood is written last sees all of it. Points likewise: whoever of a person's is written last awards all
//! of that person's.
//!
//! **A crash** leaves the note, and nobody who says that they are at it: after a minute whoever looks at the clock
//! begins again at 2 ([`finish_left`]). What was written is right already, so it is no longer in the list.
//!
//! **What readers see meanwhile**: the competition's face (names, window, rules) is the new one from the first
//! moment, and figures follow part by part; each part is whole, with its ledger entries, so that ledger, rows and
//! boards agree at every moment. What publishes a result or proves one (finalize, export, rebuild) waits until
//! nothing is unfinished ([`settled`]).
//!
//! One turn for all competitions is kept (`store::take_turn`): pulls, people and accounts are everybody's, and what
//! holds it, holds it for some ten milliseconds.

use super::{App, AppError, Changes, Competition, Dirty, compare::differing, evaluate, seal::open_again};
use crate::{
    domain::{
        ledger::Cause,
        team::{CompetitionId, PullId},
        time::Moment,
    },
    store::{self, Db, Work},
};
use std::time::{Duration, Instant};

/// Pulls of a part at first. A part that takes longer than [`LONG`] makes the next one smaller.
const PART: usize = 500;
const PARTS: std::ops::RangeInclusive<usize> = 25..=1_000;
const SHORT: Duration = Duration::from_millis(15);
const LONG: Duration = Duration::from_millis(50);
/// Between two parts, so that who waits for the turn gets it.
const PAUSE: Duration = Duration::from_millis(2);
/// How long whoever works at an act is believed to do so, in milliseconds, and how often they say it again.
pub(super) const HELD: i64 = 60_000;
const SAY_AGAIN: Duration = Duration::from_secs(20);
/// Between two looks at whether somebody else has finished.
const LOOK: Duration = Duration::from_millis(100);

/// A time that goes on from a given one: long acts outlast the moment at which they began. Whole seconds, so
/// that what is short is of its one moment.
#[derive(Clone, Copy)]
pub(super) struct Clock {
    began: Moment,
    at: Instant,
}

impl Clock {
    pub fn from(began: Moment) -> Self {
        let at = Instant::now();
        Self { began, at }
    }

    pub fn now(self) -> Moment {
        let seconds = i64::try_from(self.at.elapsed().as_secs()).unwrap_or(0);
        self.began.plus(seconds * 1_000)
    }
}

/// A long act that this process is at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Begun {
    pub competition: CompetitionId,
    pub number: i64,
    pub cause: Cause,
}

/// Notes, in the transaction of what makes it so, that every submission is to be looked at again. Whoever calls
/// this calls [`finish`] after the commit.
pub(super) fn begin(db: &mut Db, competition: CompetitionId, cause: Cause, now: Moment) -> Result<Begun, AppError> {
    let number = store::begin_work(db, competition, Work::Fold(cause), Some(now.plus(HELD)))?;
    Ok(Begun {
        competition,
        number,
        cause,
    })
}

/// Looks at every submission again, in parts. What one who asked for it does not wait for goes on; what a fault
/// ends is taken up again by whoever looks at the clock, so it is said in the log and the act stands.
pub(super) async fn finish(app: &App, begun: Begun, now: Moment) -> Changes {
    let app = app.clone();
    let work = tokio::spawn(async move { fold(&app, begun, Clock::from(now)).await });
    match work.await {
        Ok(Ok(changes)) => changes,
        Ok(Err(error)) => {
            tracing::error!(%error, "an evaluation is unfinished and will be taken up again");
            Changes::default()
        }
        Err(panic) => {
            tracing::error!(%panic, "an evaluation is unfinished and will be taken up again");
            Changes::default()
        }
    }
}

async fn fold(app: &App, begun: Begun, clock: Clock) -> Result<Changes, AppError> {
    let Begun {
        competition, number, ..
    } = begun;
    let definitions = app.definitions();
    let read = move |db: &mut Db| {
        let competition = definitions.by_id(db, competition)?;
        let replaced = competition.stored.unfinished.is_none_or(|left| left.number != number);
        // What is sealed is looked at when its seal comes off.
        if replaced || competition.stored.seal.finalized_at.is_some() {
            return Ok(Vec::new());
        }
        differing(db, &competition, clock.now())
    };
    let reading = async {
        let _alone = app.folding.lock().await;
        app.store.read_whole(read).await
    };
    let pulls = held(app, (competition, number), clock, reading).await?;
    let changes = in_parts(app, competition, pulls, clock, begun.cause, Some(number)).await?;
    app.store
        .write(move |db| Ok::<_, AppError>(store::end_work(db, competition, number)?))
        .await?;
    Ok(changes)
}

/// Does something long of an act, and goes on saying that somebody is at it.
pub(super) async fn held<T>(
    app: &App,
    (id, number): (CompetitionId, i64),
    clock: Clock,
    work: impl Future<Output = Result<T, AppError>>,
) -> Result<T, AppError> {
    tokio::pin!(work);
    loop {
        tokio::select! {
            done = &mut work => return done,
            () = tokio::time::sleep(SAY_AGAIN) => {
                let say = move |db: &mut Db| Ok::<_, AppError>(store::hold_work(db, id, number, clock.now().plus(HELD))?);
                app.store.write(say).await?;
            }
        }
    }
}

/// Evaluates these pulls in parts. `number`: as a part of that act, and no further than it is the one to be done.
pub(super) async fn in_parts(
    app: &App,
    id: CompetitionId,
    pulls: Vec<PullId>,
    clock: Clock,
    cause: Cause,
    number: Option<i64>,
) -> Result<Changes, AppError> {
    let mut sum = Changes::default();
    let (mut size, mut done) = (PART, 0);
    while done < pulls.len() {
        let end = (done + size).min(pulls.len());
        let part = pulls.get(done..end).unwrap_or_default().iter().copied().collect();
        let definitions = app.definitions();
        let (changes, took) = app
            .store
            .write(move |db| {
                store::take_turn(db)?;
                let began = Instant::now();
                if let Some(number) = number
                    && !store::hold_work(db, id, number, clock.now().plus(HELD))?
                {
                    return Ok::<_, AppError>((None, began.elapsed()));
                }
                let competition = definitions.by_id(db, id)?;
                let changes = evaluate(db, &competition, &Dirty::Pulls(part), clock.now(), cause)?;
                Ok((Some(changes), began.elapsed()))
            })
            .await?;
        // Another act took this one's place, and looks at everything.
        let Some(changes) = changes else { return Ok(sum) };
        sum.entries += changes.entries;
        sum.submissions += changes.submissions;
        done = end;
        if took > LONG {
            size = (size / 2).max(*PARTS.start());
        } else if took < SHORT {
            size = (size * 2).min(*PARTS.end());
        }
        if done < pulls.len() {
            tokio::time::sleep(PAUSE).await;
        }
    }
    Ok(sum)
}

/// Takes an act that nobody works at, or whose worker is gone. None: there is none, or somebody is at it.
fn take_over(db: &mut Db, competition: &Competition, now: Moment) -> Result<Option<(Work, i64)>, AppError> {
    let free = |left: &store::Unfinished| left.until.is_none_or(|until| until <= now);
    let Some(left) = competition.stored.unfinished.filter(free) else {
        return Ok(None);
    };
    let held = store::hold_work(db, competition.id(), left.number, now.plus(HELD))?;
    Ok(held.then_some((left.work, left.number)))
}

async fn take_up(app: &App, id: CompetitionId, now: Moment) -> Result<Option<Begun>, AppError> {
    let definitions = app.definitions();
    app.store
        .write(move |db| {
            store::take_turn(db)?;
            let competition = definitions.by_id(db, id)?;
            match take_over(db, &competition, now)? {
                None => Ok(None),
                Some((Work::Fold(cause), number)) => Ok(Some(Begun {
                    competition: id,
                    number,
                    cause,
                })),
                // Nobody was told of the result yet, and its facts may have moved on.
                Some((Work::Seal, _)) => open_again(db, &competition, now).map(Some),
            }
        })
        .await
}

/// Takes up every act that its worker left, and does not wait for it.
pub(super) async fn finish_left(app: &App, now: Moment) -> Result<(), AppError> {
    let left = app.store.read(move |db| {
        let all = store::competitions(db)?;
        let left = |c: &store::Stored| c.unfinished.is_some_and(|u| u.until.is_none_or(|until| until <= now));
        Ok::<_, AppError>(all.into_iter().filter(left).map(|c| c.id).collect::<Vec<_>>())
    });
    for id in left.await? {
        if let Some(begun) = take_up(app, id, now).await? {
            let app = app.clone();
            tokio::spawn(async move { finish(&app, begun, now).await });
        }
    }
    Ok(())
}

/// Returns once nothing of a competition is unfinished: whoever works at it is waited for, and what nobody works
/// at is done here.
pub(super) async fn settled(app: &App, id: CompetitionId, now: Moment) -> Result<(), AppError> {
    let clock = Clock::from(now);
    loop {
        let left = app
            .store
            .read(move |db| Ok::<_, AppError>(store::competition_by_id(db, id)?));
        if left.await?.is_none_or(|stored| stored.unfinished.is_none()) {
            return Ok(());
        }
        match take_up(app, id, clock.now()).await? {
            Some(begun) => {
                fold(app, begun, clock).await?;
            }
            None => tokio::time::sleep(LOOK).await,
        }
    }
}
