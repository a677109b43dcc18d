//! The lines of an export, version 2: what `export` writes and `verify` reads. One JSON object a line: a
//! header; then lines with a `type`, in the order of [`Line`]; the last is the end, which bears the SHA-256
//! of every byte before it.

use crate::domain::{
    competition::PlaceAt,
    evaluate::{Action, Seen, Status},
    forge::{Forge, ForgeHost},
    ledger::{Cause, Entry, Hash},
    pull::{Actor, Pull, RepoPath, State},
    rank::Figures,
    team::{PersonId, PullId, SubmissionId, TeamId},
    text::Name,
    time::Moment,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(super) const FORMAT: &str = "bugathlon-export";
pub(super) const VERSION: u32 = 2;

/// The first line.
#[derive(Serialize, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct Header {
    pub format: String,
    pub version: u32,
    pub competition: String,
    /// The last entry's number and hash.
    pub seq: i64,
    pub hash: Option<String>,
    pub as_of: Moment,
    /// The instant for which the clock's part in the checks was last decided.
    pub evaluated_at: Moment,
    pub phase: String,
    pub frozen_at: Option<Moment>,
    pub revealed_at: Option<Moment>,
    pub finalized_at: Option<Moment>,
}

#[derive(Serialize, Deserialize, Debug)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(super) enum Line {
    Definition(DefinitionLine),
    Team(TeamLine),
    Person(PersonLine),
    Decision(Box<DecisionLine>),
    Pull(Box<PullLine>),
    Submission(SubmissionLine),
    Ledger(LedgerLine),
    Standing(StandingLine),
    End(EndLine),
}

#[derive(Serialize, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct DefinitionLine {
    /// competition.toml without its sources, whose secrets are nobody's business.
    pub text: String,
}

#[derive(Serialize, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct TeamLine {
    pub id: TeamId,
    pub slug: String,
    pub kind: String,
    pub region: String,
    pub name: Name,
    pub capacity: Option<u32>,
    pub standing: String,
}

#[derive(Serialize, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct PersonLine {
    pub id: PersonId,
    pub slug: String,
    pub name: String,
    pub number: i64,
    pub accounts: Vec<AccountLine>,
    pub memberships: Vec<MembershipLine>,
}

#[derive(Serialize, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountLine {
    pub forge: ForgeHost,
    pub login: String,
    pub id: Option<String>,
    pub proven: bool,
}

#[derive(Serialize, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct MembershipLine {
    pub team: TeamId,
    pub joined_at: Option<Moment>,
    pub left_at: Option<Moment>,
}

/// A judge's decision that stands, and what the judge saw: what an evaluation of its pull needs. Who decided,
/// and why, is for the submission's own page.
#[derive(Serialize, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct DecisionLine {
    pub pull: PullId,
    pub action: Action,
    pub points: Option<i64>,
    /// When it landed and as which commit, where the judge said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged_at: Option<Moment>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merge_sha: Option<String>,
    pub decided_at: Moment,
    pub seen: Seen,
}

/// A pull as the contract's pulls.ndjson has it, and what an evaluation needs besides.
#[derive(Serialize, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct PullLine {
    pub id: PullId,
    /// Where its repository stands in the competition's scope, whatever its path is today.
    pub scope: PlaceAt,
    pub confirmed: bool,
    pub forge: Forge,
    #[serde(default)]
    pub host: Option<String>,
    pub repository: String,
    #[serde(default)]
    pub repository_id: Option<String>,
    pub number: u64,
    pub state: State,
    pub title: String,
    #[serde(default)]
    pub body: String,
    pub author: ActorLine,
    #[serde(default)]
    pub merged_by: Option<ActorLine>,
    #[serde(default)]
    pub base_branch: Option<String>,
    #[serde(default)]
    pub head_branch: Option<String>,
    #[serde(default)]
    pub head_sha: Option<String>,
    #[serde(default)]
    pub merge_sha: Option<String>,
    #[serde(default)]
    pub squash_sha: Option<String>,
    pub created_at: Moment,
    #[serde(default)]
    pub merged_at: Option<Moment>,
    #[serde(default)]
    pub closed_at: Option<Moment>,
    #[serde(default)]
    pub labels: Vec<String>,
    #[serde(default)]
    pub linked_issues: Vec<String>,
    #[serde(default)]
    pub additions: Option<u64>,
    #[serde(default)]
    pub deletions: Option<u64>,
    #[serde(default)]
    pub updated_at: Option<Moment>,
    #[serde(default)]
    pub url: Option<String>,
    #[serde(default)]
    pub draft: bool,
}

#[derive(Serialize, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct ActorLine {
    pub login: String,
    #[serde(default)]
    pub id: Option<String>,
    #[serde(default)]
    pub bot: bool,
}

impl ActorLine {
    fn actor(self) -> Actor {
        Actor {
            login: self.login,
            id: self.id,
            bot: self.bot,
        }
    }
}

/// The line of a pull, as [`PullLine`] reads it.
pub(super) fn pull_line(id: PullId, scope: PlaceAt, pull: &Pull) -> Value {
    let mut line = json!({
        "type": "pull",
        "id": id,
        "scope": scope,
        "confirmed": pull.confirmed,
    });
    if let (Value::Object(line), Value::Object(fields)) = (&mut line, crate::folder::pulls::write(pull)) {
        line.extend(fields);
    }
    line
}

impl PullLine {
    /// Errors: where the repository's path is none.
    pub fn pull(self) -> Result<Pull, String> {
        Ok(Pull {
            forge: match self.host {
                None => self.forge.into(),
                Some(host) => ForgeHost::on(self.forge, &host).map_err(|bad| bad.to_string())?,
            },
            repository: RepoPath::parse(&self.repository).map_err(|bad| bad.to_string())?,
            repository_id: self.repository_id,
            number: self.number,
            state: self.state,
            title: self.title,
            body: self.body,
            author: self.author.actor(),
            merged_by: self.merged_by.map(ActorLine::actor),
            base_branch: self.base_branch,
            head_branch: self.head_branch,
            head_sha: self.head_sha,
            merge_sha: self.merge_sha,
            squash_sha: self.squash_sha,
            created_at: self.created_at,
            merged_at: self.merged_at,
            closed_at: self.closed_at,
            labels: self.labels,
            linked_issues: self.linked_issues,
            additions: self.additions,
            deletions: self.deletions,
            updated_at: self.updated_at,
            url: self.url,
            confirmed: self.confirmed,
            draft: self.draft,
        })
    }
}

#[derive(Serialize, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct SubmissionLine {
    pub id: SubmissionId,
    pub pull: PullId,
    pub status: Status,
    pub points: i64,
    pub merged_at: Option<Moment>,
    pub person: Option<String>,
    pub team: Option<String>,
    /// A letter a check, in the contract's order.
    pub outcomes: String,
    pub reverted_by: Option<SubmissionId>,
    pub duplicate: Option<DuplicateLine>,
}

#[derive(Serialize, Deserialize, Debug, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(super) struct DuplicateLine {
    pub of: SubmissionId,
    pub how: String,
}

/// The entry's own fields, in the order in which they are hashed, and the hash.
#[derive(Serialize, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct LedgerLine {
    at: Option<Moment>,
    cause: Cause,
    person: Option<String>,
    points: i64,
    recorded_at: Moment,
    seq: i64,
    status: Option<Status>,
    submission: SubmissionId,
    team: Option<String>,
    hash: String,
}

impl LedgerLine {
    pub fn of(entry: Entry, hash: Hash) -> Self {
        Self {
            at: entry.at,
            cause: entry.cause,
            person: entry.person,
            points: entry.points,
            recorded_at: entry.recorded_at,
            seq: entry.seq,
            status: entry.status,
            submission: entry.submission,
            team: entry.team,
            hash: hash.to_string(),
        }
    }

    /// The entry and its hash; a text that is no hash is one that fits nothing.
    pub fn entry(self) -> (Entry, Hash) {
        let hash = Hash::parse(&self.hash).unwrap_or_default();
        let entry = Entry {
            at: self.at,
            cause: self.cause,
            person: self.person,
            points: self.points,
            recorded_at: self.recorded_at,
            seq: self.seq,
            status: self.status,
            submission: self.submission,
            team: self.team,
        };
        (entry, hash)
    }
}

#[derive(Serialize, Deserialize, Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum BoardOf {
    Teams,
    People,
}

/// A row of a live leaderboard, without the rank of 24 h before, which is a matter of when one looks.
#[derive(Serialize, Deserialize, Debug, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(super) struct StandingLine {
    pub board: BoardOf,
    pub rank: u32,
    pub slug: String,
    pub points: i64,
    pub fixes: u32,
    pub pending: u32,
    pub contributors: u32,
    pub reached_at: Option<Moment>,
}

impl StandingLine {
    pub fn of(board: BoardOf, rank: u32, slug: &str, figures: &Figures) -> Self {
        Self {
            board,
            rank,
            slug: slug.to_owned(),
            points: figures.points,
            fixes: figures.fixes,
            pending: figures.pending,
            contributors: figures.contributors,
            reached_at: figures.reached_at,
        }
    }
}

/// The last line. `lines`: how many stand before it.
#[derive(Serialize, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct EndLine {
    pub lines: u64,
    /// In hex, of every byte before this line.
    pub sha256: String,
}
