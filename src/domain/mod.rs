//! Floor 1: facts, rules, checks, awards and ranks. No IO, no clock, no randomness.

pub mod award;
pub mod check;
pub mod competition;
pub mod evaluate;
pub mod forge;
pub mod joining;
pub mod landing;
pub mod ledger;
pub mod level;
pub mod login;
pub mod names;
pub mod pull;
pub mod rank;
pub mod region;
pub mod report;
pub mod revert;
pub mod tally;
pub mod team;
pub mod text;
pub mod time;
pub mod words;

#[cfg(test)]
mod real_data;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
