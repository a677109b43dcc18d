//! A pull (merge) request as facts, and how several reports of one pull become one fact.
//! Contract, sections 1 and 2.

use super::{forge::Forge, text::folded, time::Moment};
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
    /// Empty where the forge told the number only (GitLab's hooks do).
    pub login: String,
    /// The forge's numeric id, in digits; survives a change of login.
    pub id: Option<String>,
    /// The forge itself marks the account as a bot.
    pub bot: bool,
}

impl Actor {
    pub fn is(&self, other: &Actor) -> bool {
        match (&self.id, &other.id) {
            (Some(a), Some(b)) => a == b,
            _ => !self.login.is_empty() && folded(&self.login) == folded(&other.login),
        }
    }

    /// What is not told here is taken from `other`, where that is the same account.
    fn fill(&mut self, other: Actor) {
        if self.is(&other) {
            self.id = self.id.take().or(other.id);
            self.bot |= other.bot;
            if self.login.is_empty() {
                self.login = other.login;
            }
        }
    }
}

/// The facts of one pull that a competition looks at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pull {
    pub forge: Forge,
    pub repository: RepoPath,
    /// The forge's numeric id of the repository, in digits; survives a rename.
    pub repository_id: Option<String>,
    pub number: u64,
    pub state: State,
    pub title: String,
    pub body: String,
    pub author: Actor,
    pub merged_by: Option<Actor>,
    pub base_branch: String,
    pub head_branch: Option<String>,
    pub head_sha: Option<String>,
    pub merge_sha: Option<String>,
    pub created_at: Moment,
    /// None where it is not merged, or where the forge said merged and not when.
    pub merged_at: Option<Moment>,
    pub labels: Vec<String>,
    pub linked_issues: Vec<String>,
    pub additions: Option<u64>,
    pub deletions: Option<u64>,
    /// The forge's own; what decides between two reports.
    pub updated_at: Option<Moment>,
    pub url: Option<String>,
    /// The facts come from where they are proven: a covered hook body, the forge's API, an import, a
    /// seed, or a source that says `confirm = false`.
    pub confirmed: bool,
    /// Which report the state, `merged_at` and `merge_sha` came from, once one said merged.
    pub merge_report: Option<MergeReport>,
}

/// Where the merge in a [`Pull`] was read from: what later reports are measured against.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MergeReport {
    pub updated_at: Option<Moment>,
    pub confirmed: bool,
}

impl Pull {
    /// What one report says, before it is held against what was known. Only a merged pull has a merge:
    /// a sha that a forge tried a merge with is none.
    pub fn reported(mut self) -> Self {
        if self.state == State::Merged {
            self.merge_report = Some(MergeReport {
                updated_at: self.updated_at,
                confirmed: self.confirmed,
            });
        } else {
            self.merged_at = None;
            self.merge_sha = None;
            self.merged_by = None;
            self.merge_report = None;
        }
        self
    }

    /// The fact that two reports of the same pull give: `self` was known, `new` has just arrived.
    ///
    /// The later `updated_at` holds; where that does not decide, a confirmed one, then the arrival.
    /// Merged is final: what a merge fixed stays with the earliest report that said so. A claim is not as
    /// much as a proven fact: it never displaces a confirmed merge, since a body that its proof does not
    /// cover must change no score, and where it is displaced nothing of it stays.
    pub fn absorb(self, new: Pull) -> Pull {
        if self.confirmed != new.confirmed {
            return if self.gives_way_to(&new) { new } else { self };
        }
        let merge = earlier_merge(&self, &new);
        let new_holds = self.gives_way_to(&new);
        let (mut held, other) = if new_holds { (new, self) } else { (self, new) };
        held.repository_id = held.repository_id.or(other.repository_id);
        held.author.fill(other.author);
        if let Some((report, merged_at, merge_sha)) = merge {
            held.state = State::Merged;
            held.merged_at = merged_at;
            held.merge_sha = merge_sha;
            held.merge_report = Some(report);
            held.merged_by = match (held.merged_by, other.merged_by) {
                (Some(mut merger), Some(other)) => {
                    merger.fill(other);
                    Some(merger)
                }
                (merger, other) => merger.or(other),
            };
        }
        held
    }

    fn gives_way_to(&self, new: &Pull) -> bool {
        let proven_merge = |pull: &Pull| pull.confirmed && pull.state == State::Merged;
        match (proven_merge(self), proven_merge(new)) {
            (true, _) if !new.confirmed => return false,
            (_, true) if !self.confirmed => return true,
            _ => {}
        }
        match (self.updated_at, new.updated_at) {
            (Some(known), Some(told)) if known != told => told > known,
            _ => new.confirmed || !self.confirmed,
        }
    }

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

type Merge = (MergeReport, Option<Moment>, Option<String>);

fn earlier_merge(a: &Pull, b: &Pull) -> Option<Merge> {
    let of = |p: &Pull| p.merge_report.map(|r| (r, p.merged_at, p.merge_sha.clone()));
    let (first, second) = match (of(a), of(b)) {
        (None, None) => return None,
        (Some(m), None) | (None, Some(m)) => return Some(m),
        (Some(a), Some(b)) => {
            let key = |m: &Merge| (m.0.updated_at.is_none(), m.0.updated_at);
            if key(&b) < key(&a) { (b, a) } else { (a, b) }
        }
    };
    // A gap in the earlier report (some forges say merged and not when) is filled by the later one.
    Some((first.0, first.1.or(second.1), first.2.or(second.2)))
}

#[cfg(test)]
mod tests;
