//! JSON under `/api/v1`. Contract, section 6.

mod boards;
mod competitions;
mod host;
mod openapi;
mod session;
mod submissions;

pub use boards::{history, leaderboard, ledger, people};
pub use competitions::{competition, competitions};
pub use host::{
    add_secret, audit, definition, dry_run, end_secret, export, finalize, put_definition, reopen, result, reveal,
    sources,
};
pub use openapi::openapi;
pub use session::{session, sign_in, sign_out};
pub use submissions::{explain, submission, submissions};
