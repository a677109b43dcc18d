//! The checks: one rule's answer on one submission, with its evidence. Contract, section 3.
//!
//! The first fifteen look at one pull alone (`check/alone.rs`); `not_reverted` and `not_duplicate` look at its
//! neighbours and are decided in [`super::evaluate`].

mod alone;

pub use alone::{Alone, alone, out_of_scope};

use super::{
    team::{Standing, TeamId},
    time::Moment,
};
use serde::Serialize;

/// The names of the contract, in its order, which is also the order of [`Outcomes`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    Repository,
    Confirmed,
    Branch,
    Merged,
    Opened,
    InTime,
    Author,
    Team,
    Bot,
    Bugfix,
    RequiredLabels,
    ForbiddenLabels,
    SelfMerge,
    Size,
    NotRevert,
    NotReverted,
    NotDuplicate,
}

impl Check {
    pub const ALL: [Check; 17] = [
        Check::Repository,
        Check::Confirmed,
        Check::Branch,
        Check::Merged,
        Check::Opened,
        Check::InTime,
        Check::Author,
        Check::Team,
        Check::Bot,
        Check::Bugfix,
        Check::RequiredLabels,
        Check::ForbiddenLabels,
        Check::SelfMerge,
        Check::Size,
        Check::NotRevert,
        Check::NotReverted,
        Check::NotDuplicate,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Check::Repository => "repository",
            Check::Confirmed => "confirmed",
            Check::Branch => "branch",
            Check::Merged => "merged",
            Check::Opened => "opened",
            Check::InTime => "in_time",
            Check::Author => "author",
            Check::Team => "team",
            Check::Bot => "bot",
            Check::Bugfix => "bugfix",
            Check::RequiredLabels => "required_labels",
            Check::ForbiddenLabels => "forbidden_labels",
            Check::SelfMerge => "self_merge",
            Check::Size => "size",
            Check::NotRevert => "not_revert",
            Check::NotReverted => "not_reverted",
            Check::NotDuplicate => "not_duplicate",
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    Pass,
    Fail,
    /// A human decides.
    Ask,
    /// Not decidable yet.
    Wait,
}

impl Outcome {
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Pass => "pass",
            Outcome::Fail => "fail",
            Outcome::Ask => "ask",
            Outcome::Wait => "wait",
        }
    }

    fn letter(self) -> u8 {
        match self {
            Outcome::Pass => b'p',
            Outcome::Fail => b'f',
            Outcome::Ask => b'a',
            Outcome::Wait => b'w',
        }
    }
}

/// The answer of every check, in the order of [`Check::ALL`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Outcomes([Outcome; Check::ALL.len()]);

impl Outcomes {
    pub fn passed() -> Self {
        Self([Outcome::Pass; Check::ALL.len()])
    }

    pub fn of(&self, check: Check) -> Outcome {
        self.0[check as usize]
    }

    pub fn set(&mut self, check: Check, outcome: Outcome) {
        self.0[check as usize] = outcome;
    }

    pub fn has(&self, outcome: Outcome) -> bool {
        self.0.contains(&outcome)
    }

    /// What [`Outcomes::letters`] wrote; None for anything else.
    pub fn parse(letters: &str) -> Option<Self> {
        let all = [Outcome::Pass, Outcome::Fail, Outcome::Ask, Outcome::Wait];
        let outcome = |letter: u8| all.into_iter().find(|outcome| outcome.letter() == letter);
        let outcomes: Option<Vec<Outcome>> = letters.bytes().map(outcome).collect();
        outcomes?.try_into().ok().map(Self)
    }

    /// A letter a check (`p`, `f`, `a`, `w`): how a submission's row keeps them.
    pub fn letters(&self) -> String {
        self.0.iter().map(|outcome| char::from(outcome.letter())).collect()
    }
}

/// A check's answer with what it saw.
#[derive(Clone, PartialEq, Debug)]
pub struct Finding<'a> {
    pub check: Check,
    pub outcome: Outcome,
    pub detail: Detail<'a>,
}

/// The evidence of a check, as data; [`super::words`] says it in English and Chinese.
#[derive(Clone, PartialEq, Debug)]
pub enum Detail<'a> {
    InScope {
        path: &'a str,
    },
    MirrorOf {
        path: &'a str,
        of: &'a str,
    },
    OutOfScope {
        path: &'a str,
    },
    Confirmed,
    Claimed,
    /// `allowed` empty: every branch counts.
    BranchUntold {
        allowed: &'a [String],
    },
    AnyBranch {
        branch: &'a str,
    },
    Branch {
        branch: &'a str,
    },
    OtherBranch {
        branch: &'a str,
        allowed: &'a [String],
    },
    Merged {
        at: Moment,
    },
    /// By a robot that pushed the commit and closed the pull; None: nobody has told when.
    MergedByLabel {
        label: &'a str,
        at: Option<Moment>,
    },
    MergedByJudge {
        at: Moment,
    },
    MergedSomewhen,
    Open,
    Closed,
    OpenedInside {
        at: Moment,
    },
    OpenedEarly {
        at: Moment,
        by: i64,
    },
    OpenedLate {
        at: Moment,
        by: i64,
    },
    MergedInside {
        at: Moment,
    },
    MergedInGrace {
        at: Moment,
        after: i64,
    },
    MergedEarly {
        at: Moment,
        by: i64,
    },
    MergedLate {
        at: Moment,
        by: i64,
        grace: bool,
    },
    MergeBy {
        until: Moment,
    },
    /// Merged, and nobody has told when.
    MergeTimeUntold,
    NeverMerged {
        until: Moment,
    },
    Author {
        login: &'a str,
        person: &'a str,
    },
    NoPerson {
        login: &'a str,
    },
    OtherId {
        login: &'a str,
    },
    Team {
        team: TeamId,
    },
    NoAuthor,
    NeverInTeam,
    JoinedLater {
        team: TeamId,
        joined: Moment,
        at: Moment,
    },
    LeftBefore {
        team: TeamId,
        left: Moment,
        at: Moment,
    },
    TeamStanding {
        team: TeamId,
        standing: Standing,
    },
    Human,
    Bot {
        login: &'a str,
    },
    MarkedBot {
        login: &'a str,
    },
    /// Its login ends as bots' do.
    NamedBot {
        login: &'a str,
    },
    BugLabel {
        label: &'a str,
    },
    BugTitle {
        sign: &'a str,
    },
    BugCommand {
        command: &'a str,
    },
    NoSign {
        labels: &'a [String],
        wanted: &'a [String],
    },
    NothingRequired,
    HasRequired,
    Lacks {
        missing: Vec<&'a str>,
        labels: &'a [String],
    },
    NoneForbidden,
    Forbidden {
        label: &'a str,
    },
    MergerUnknown,
    MergedByBot {
        login: &'a str,
    },
    MergedByOther {
        login: &'a str,
    },
    MergedBySelf {
        login: &'a str,
    },
    SizeUnknown,
    Size {
        lines: u64,
    },
    TooSmall {
        lines: u64,
        least: u64,
    },
    NoRevert,
    RevertTitle,
    RevertBranch {
        branch: &'a str,
    },
    NotReverted,
    Reverted {
        by: &'a str,
    },
    Single,
    NotYetMerged,
    SameCommit {
        other: &'a str,
    },
    Port {
        other: &'a str,
    },
    SameTitle {
        other: &'a str,
    },
}
