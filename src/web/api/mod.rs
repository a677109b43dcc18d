//! JSON under `/api/v1`. Contract, section 6.

mod boards;
mod competitions;
mod me;
mod openapi;
mod session;
mod submissions;

pub use boards::{history, leaderboard, ledger, people};
pub use competitions::{competition, competitions};
pub use me::{bind, delete as delete_me, export as export_me, me, unbind};
pub use openapi::openapi;
pub use session::{session, sign_in, sign_out};
pub use submissions::{explain, submission, submissions};
