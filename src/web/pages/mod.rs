//! The pages, as functions from a view to markup. No IO, no clock, no requests.
//!
//! Each page takes one struct with public fields (a view); the routes fill it. Text that people wrote
//! goes through maud's escaping and stands in a `<bdi>`, so that it can change nothing around it.

pub mod certificate;
pub mod chart;
pub mod competitions;
pub mod console;
pub mod desk;
pub mod desk_appeals;
pub mod desk_case;
pub mod explain;
mod fit;
pub mod form;
pub mod host;
pub mod joining;
pub mod leaderboard;
pub mod me;
pub mod parts;
pub mod people;
pub mod person;
pub mod problem;
mod qr;
pub mod register;
pub mod registration;
pub mod rules;
pub mod shell;
pub mod sign_in;
pub mod submission;
pub mod team;
pub mod verdict;
pub mod view;
pub mod wall;
pub mod when;

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;

pub use certificate::{CertificatePage, certificate, certificate_svg};
pub use competitions::{Card, CompetitionsPage, Leader, competitions};
pub use desk::{BulkLine, BulkPage, DeskFilter, DeskFrame, JustDone, QueuePage, QueueRow, bulk as bulk_done, queue};
pub use desk_appeals::{
    AnswerPage, AppealPage, AppealsPage, JudgeRow, JudgesPage, answer as answer_page, appeal as appeal_page,
    appeals as appeals_page, judges as judges_page,
};
pub use desk_case::{AppealRow, DeskCasePage, Other, desk_case};
pub use explain::{Answer, ExplainPage, explain};
pub use joining::{InvitationPage, Looker, Open, PlacePage, invitation, place};
pub use leaderboard::{FeedItem, LeaderboardPage, TeamRow, leaderboard};
pub use me::{Done, Duty, MePage, OwnAccount, OwnFix, OwnTeam, me};
pub use people::{PeoplePage, PersonRow, people};
pub use person::{LevelView, PersonPage, Rung, Spell, person};
pub use problem::{Problem, ProblemPage, problem};
pub use register::{RegisterPage, register};
pub use registration::{Act, RegistrationPage, RegistrationRow, RegistrationsPage, registration, registrations};
pub use rules::{RulesPage, rules};
pub use sign_in::{SignInPage, sign_in};
pub use submission::{SubmissionPage, submission};
pub use team::{Announced, Member, TeamPage, team};
pub use verdict::{Case, DecisionView, HistoryLine, Line, PartKind, PullFacts};
pub use view::{Assets, Counts, Event, Filter, Paging, PersonRef, PullRef, Shell, SubmissionRow, TeamRef};
pub use wall::wall;
