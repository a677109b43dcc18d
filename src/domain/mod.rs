//! Floor 1: facts, rules, checks, awards and ranks. No IO, no clock, no randomness.

pub mod forge;
pub mod pull;
pub mod region;
pub mod text;
pub mod time;
