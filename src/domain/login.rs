//! Somebody who signs in, and what they may do. Contract, section 7.

use super::team::{CompetitionId, TeamId};
use serde::{Deserialize, Serialize};

/// A sign-in's number in this database.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LoginId(pub i64);

/// What somebody may do besides what every participant may.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Role {
    /// Runs the instance.
    Admin,
    /// Decides on the submissions of a competition.
    Judge(CompetitionId),
    /// Runs a team of a competition.
    Organizer(CompetitionId, TeamId),
}

impl Role {
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Admin => "admin",
            Role::Judge(_) => "judge",
            Role::Organizer(..) => "organizer",
        }
    }
}

/// A login as it is written: 1 to 64 letters, digits, `.`, `_`, `-`, `@` or `+`, the first a letter or digit.
/// Kept as it was written, compared without case.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LoginName(String);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a login: 1 to 64 letters a-z, digits, `.`, `_`, `-`, `@` or `+`, beginning with a letter or digit"
)]
pub struct BadLogin(pub String);

impl LoginName {
    /// Errors: `BadLogin`, with the text.
    pub fn parse(text: &str) -> Result<Self, BadLogin> {
        let login = text.trim();
        let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '@' | '+');
        let first = login.chars().next().is_some_and(|c| c.is_ascii_alphanumeric());
        if first && login.len() <= 64 && login.chars().all(good) {
            Ok(Self(login.to_owned()))
        } else {
            Err(BadLogin(text.to_owned()))
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form in which logins are compared.
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logins_are_plain_and_compare_without_case() {
        for good in ["dev0042", "A.b_c-d@e.f+g", "7"] {
            assert!(LoginName::parse(good).is_ok(), "{good}");
        }
        for bad in ["", ".a", "a b", "上海", "a/b", "a\u{202e}b", &"a".repeat(65)] {
            assert!(LoginName::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(LoginName::parse(" Dev ").map(|l| l.key()), Ok("dev".into()));
    }
}
