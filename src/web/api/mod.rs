//! JSON under `/api/v1`. Contract, section 6.

mod boards;
mod competitions;
mod openapi;
mod submissions;

pub use boards::{history, leaderboard, ledger, people};
pub use competitions::{competition, competitions};
pub use openapi::openapi;
pub use submissions::{explain, submission, submissions};
