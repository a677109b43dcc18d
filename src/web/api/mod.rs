//! JSON under `/api/v1`. Contract, section 6.

mod boards;
mod competitions;
mod openapi;

pub use boards::{history, leaderboard, ledger, people};
pub use competitions::{competition, competitions};
pub use openapi::openapi;
