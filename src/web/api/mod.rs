//! JSON under `/api/v1`. Contract, section 6.

mod boards;
mod competitions;
mod host;
mod joining;
pub(super) mod judge;
mod me;
mod openapi;
mod people_of;
mod session;
mod submissions;
mod teams;

pub use boards::{history, leaderboard, ledger, people};
pub use competitions::{competition, competitions};
pub use host::{
    add_secret, audit, definition, dry_run, end_secret, export, finalize, put_definition, reopen, result, reveal,
    sources,
};
pub(in crate::web) use joining::invite_url;
pub use joining::{
    answer_request, ask_to_join, invite, invites, join, leave, requests, take_back_invite, withdraw_request,
};
pub use judge::{answer_appeal, appeal, appeals, decide, queue, undo};
pub use me::{bind, delete as delete_me, export as export_me, me, unbind};
pub use openapi::openapi;
pub use session::{session, sign_in, sign_out};
pub use submissions::{explain, submission, submissions};
pub use teams::{apply, change_team, team, teams};
