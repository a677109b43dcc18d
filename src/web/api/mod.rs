//! JSON under `/api/v1`. Contract, section 6.

mod boards;
mod competitions;
pub(super) mod judge;
mod openapi;
mod session;
mod submissions;

pub use boards::{history, leaderboard, ledger, people};
pub use competitions::{competition, competitions};
pub use judge::{answer_appeal, appeal, appeals, decide, queue, undo};
pub use openapi::openapi;
pub use session::{session, sign_in, sign_out};
pub use submissions::{explain, submission, submissions};
