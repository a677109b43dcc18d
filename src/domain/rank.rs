//! Figures and ranks: what the ledger's latest words add up to. Contract, section 4.

use super::{evaluate::Status, time::Moment};
use serde::Serialize;
use std::cmp::Reverse;

/// The latest word on one submission, as far as figures need it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Word {
    /// None: not merged.
    pub merged_at: Option<Moment>,
    pub status: Status,
    pub points: i32,
}

/// Through what a leaderboard is looked at.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Lens {
    /// What was merged from here on is pending, unless it is rejected.
    pub freeze: Option<Moment>,
    /// Only what was merged at or before it, as it is decided today.
    pub at: Option<Moment>,
}

/// What a word adds to its team and to its person.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    Nothing,
    Pending,
    Fix(i32),
}

impl Lens {
    pub fn part(&self, word: &Word) -> Part {
        let hidden = |merged: Moment| self.freeze.is_some_and(|freeze| merged >= freeze);
        if let Some(at) = self.at
            && word.merged_at.is_none_or(|merged| merged > at)
        {
            return Part::Nothing;
        }
        match word.status {
            // A rejected one could not have counted: the independent figures for real merges leave it out
            // of `pending` too, though "whatever their status" could be read otherwise.
            Status::Rejected => Part::Nothing,
            Status::Accepted if word.merged_at.is_some_and(hidden) => Part::Pending,
            Status::Accepted => Part::Fix(word.points),
            Status::Review | Status::Waiting => Part::Pending,
        }
    }
}

/// One line of a leaderboard, before it has a rank.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize)]
pub struct Figures {
    pub points: i64,
    /// Accepted submissions.
    pub fixes: u32,
    /// Submissions in review or waiting, and those that a freeze hides.
    pub pending: u32,
    /// People with an accepted one.
    pub contributors: u32,
    /// The latest merge among accepted ones with points above 0.
    pub reached_at: Option<Moment>,
}

impl Figures {
    /// Takes one word in; contributors are counted by whoever knows the people.
    pub fn add(&mut self, part: Part, merged_at: Option<Moment>) {
        match part {
            Part::Nothing => {}
            Part::Pending => self.pending += 1,
            Part::Fix(points) => {
                self.points += i64::from(points);
                self.fixes += 1;
                if points > 0 {
                    self.reached_at = self.reached_at.max(merged_at);
                }
            }
        }
    }

    /// Points descending, then who reached them first; teams that reached nothing go last.
    fn standing(&self) -> (Reverse<i64>, bool, Option<Moment>) {
        (Reverse(self.points), self.reached_at.is_none(), self.reached_at)
    }
}

/// The places of `lines` in order, each with its rank: equal lines share one (1, 2, 2, 4) and are
/// listed by `slug`.
pub fn rank<'s, T>(
    lines: &'s [T],
    figures: impl Fn(&T) -> Figures,
    slug: impl Fn(&'s T) -> &'s str,
) -> Vec<(u32, usize)> {
    let mut order: Vec<usize> = (0..lines.len()).collect();
    let standing = |at: usize| figures(&lines[at]).standing();
    order.sort_by(|a, b| {
        let by_slug = || slug(&lines[*a]).cmp(slug(&lines[*b]));
        standing(*a).cmp(&standing(*b)).then_with(by_slug)
    });
    let mut ranked: Vec<(u32, usize)> = Vec::with_capacity(order.len());
    for (place, at) in order.into_iter().enumerate() {
        let shared = ranked
            .last()
            .filter(|(_, before)| standing(*before) == standing(at))
            .map(|(rank, _)| *rank);
        ranked.push((shared.unwrap_or(place as u32 + 1), at));
    }
    ranked
}

#[cfg(test)]
mod tests;
