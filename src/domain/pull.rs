//! A pull (merge) request as facts. How reports become them: [`super::report`]. Contract, sections 1 and 2.

use super::{forge::ForgeHost, text::folded, time::Moment};
use serde::{Deserialize, Serialize};
use std::{cmp::Ordering, fmt};

/// Where a pull stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Open,
    Closed,
    Merged,
}

impl State {
    pub fn as_str(self) -> &'static str {
        match self {
            State::Open => "open",
            State::Closed => "closed",
            State::Merged => "merged",
        }
    }
}

/// A repository's path, such as `mindspore/mindspore`. Compares without case; prints as it was written.
#[derive(Clone, Debug)]
pub struct RepoPath(String);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a repository path such as owner/name")]
pub struct BadRepoPath(pub String);

impl RepoPath {
    /// Two or more parts (GitLab has subgroups) joined by `/`, without white space, controls or empty
    /// parts, at most 255 bytes. Errors: `BadRepoPath`, with the text.
    pub fn parse(text: &str) -> Result<Self, BadRepoPath> {
        let path = text.trim().trim_matches('/');
        let bad_char = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '?' | '#' | '\\' | ':' | '@');
        let parts = path.split('/').count();
        if parts < 2 || path.len() > 255 || path.chars().any(bad_char) || path.split('/').any(str::is_empty) {
            return Err(BadRepoPath(text.to_owned()));
        }
        Ok(Self(path.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form that is compared and indexed.
    pub fn key(&self) -> String {
        folded(&self.0)
    }
}

impl PartialEq for RepoPath {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}
impl Eq for RepoPath {}
impl PartialOrd for RepoPath {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for RepoPath {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}
impl std::hash::Hash for RepoPath {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}
impl fmt::Display for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Who wrote or merged a pull, as the forge names them.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Actor {
    /// The forge itself marks the account as a bot.
    pub bot: bool,
    /// The host's numeric id, in digits; survives a change of login.
    pub id: Option<String>,
    /// Empty where the forge told the number only (GitLab's hooks do).
    pub login: String,
}

impl Actor {
    pub fn is(&self, other: &Actor) -> bool {
        match (&self.id, &other.id) {
            (Some(a), Some(b)) => a == b,
            _ => !self.login.is_empty() && folded(&self.login) == folded(&other.login),
        }
    }

    /// What is not told here is taken from `other`, where that is the same account.
    pub fn fill(&mut self, other: &Actor) {
        if self.is(other) {
            self.id = self.id.take().or_else(|| other.id.clone());
            self.bot |= other.bot;
            if self.login.is_empty() {
                self.login.clone_from(&other.login);
            }
        }
    }

    /// The forges' name for whoever is gone: nobody's account. Contract, section 2.
    pub fn is_ghost(&self) -> bool {
        is_ghost(&self.login)
    }
}

/// Whether a login is the forges' name for whoever is gone.
pub fn is_ghost(login: &str) -> bool {
    folded(login) == "ghost"
}

/// The facts of one pull that a competition looks at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pull {
    pub forge: ForgeHost,
    /// The path under which its repository is known now.
    pub repository: RepoPath,
    /// The host's numeric id of the repository, in digits; survives a rename.
    pub repository_id: Option<String>,
    pub number: u64,
    pub state: State,
    pub title: String,
    pub body: String,
    /// With an empty login and no id where no report has named one.
    pub author: Actor,
    pub merged_by: Option<Actor>,
    /// None: nobody has told.
    pub base_branch: Option<String>,
    pub head_branch: Option<String>,
    pub head_sha: Option<String>,
    pub merge_sha: Option<String>,
    pub squash_sha: Option<String>,
    pub created_at: Moment,
    /// None where it is not merged, or where the forge said merged and not when.
    pub merged_at: Option<Moment>,
    pub closed_at: Option<Moment>,
    pub labels: Vec<String>,
    pub linked_issues: Vec<String>,
    pub additions: Option<u64>,
    pub deletions: Option<u64>,
    /// Of the report that holds.
    pub updated_at: Option<Moment>,
    pub url: Option<String>,
    pub draft: bool,
    /// The facts come from where they are proven: a covered hook body, the forge's API, an import, a
    /// seed, or a source that says `confirm = false`.
    pub confirmed: bool,
}

impl Pull {
    /// `gitee:mindspore/mindspore!12`: a pull in one word, for logs, tables and exports.
    pub fn name(&self) -> String {
        format!("{}:{}!{}", self.forge, self.repository, self.number)
    }

    /// Lines added and deleted together, where the forge told both or one.
    pub fn changed_lines(&self) -> Option<u64> {
        match (self.additions, self.deletions) {
            (None, None) => None,
            (a, d) => Some(a.unwrap_or(0).saturating_add(d.unwrap_or(0))),
        }
    }
}

#[cfg(test)]
mod tests;
