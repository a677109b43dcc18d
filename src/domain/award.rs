//! Awards: the points of a person's accepted submissions. Contract, section 4.

use super::{competition::Scoring, evaluate::Order, team::SubmissionId};
use chrono::NaiveDate;
use chrono_tz::Tz;
use std::collections::HashMap;

/// One accepted submission of a person.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Accepted {
    pub order: Order,
    pub id: SubmissionId,
    /// Points of its labels, or the base.
    pub worth: i64,
    /// Points that a judge gave; they stand as given.
    pub given: Option<i64>,
}

/// What one accepted submission earned, and by what.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Award {
    pub id: SubmissionId,
    pub points: i64,
    pub worth: i64,
    /// 0 where it is not the person's first.
    pub bonus: i64,
    /// It came after the day's limit, so worth and bonus are not earned.
    pub over_limit: bool,
    pub given: Option<i64>,
}

/// The points of each of one person's accepted submissions, sorted by [`Order`].
///
/// The first also earns the bonus; from the (daily_limit + 1)th of a day on they earn 0, the bonus too.
/// What a judge gave takes its place in the order and in the day like any other.
pub fn award(scoring: &Scoring, zone: Tz, accepted: &mut [Accepted]) -> Vec<Award> {
    accepted.sort_by(|a, b| a.order.cmp(&b.order));
    // By day and not by runs: where the clock is turned back over midnight, a day comes again.
    let mut fixes_of: HashMap<NaiveDate, u32> = HashMap::new();
    let mut first = true;
    accepted
        .iter()
        .map(|fix| {
            let of_day = fixes_of.entry(fix.order.merged_at.day(zone)).or_insert(0);
            *of_day = of_day.saturating_add(1);
            let bonus = if first { scoring.first_fix_bonus } else { 0 };
            first = false;
            let over_limit = scoring.daily_limit > 0 && *of_day > scoring.daily_limit;
            let earned = if over_limit { 0 } else { fix.worth.saturating_add(bonus) };
            Award {
                id: fix.id,
                points: fix.given.unwrap_or(earned),
                worth: fix.worth,
                bonus,
                over_limit,
                given: fix.given,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests;
