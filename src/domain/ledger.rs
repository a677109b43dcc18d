//! The ledger: an append-only, hash-chained list of every change of a submission's award.
//! Contract, sections 1 and 6.

use super::{evaluate::Status, team::SubmissionId, time::Moment};
use aws_lc_rs::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What made an entry be written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Cause {
    Hook,
    Import,
    Seed,
    Backfill,
    /// Time alone: the grace ended, a membership began or ended.
    Clock,
    Definition,
    Roster,
    Rebuild,
    Decision,
}

impl Cause {
    pub const ALL: [Cause; 9] = [
        Cause::Hook,
        Cause::Import,
        Cause::Seed,
        Cause::Backfill,
        Cause::Clock,
        Cause::Definition,
        Cause::Roster,
        Cause::Rebuild,
        Cause::Decision,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Cause::Hook => "hook",
            Cause::Import => "import",
            Cause::Seed => "seed",
            Cause::Backfill => "backfill",
            Cause::Clock => "clock",
            Cause::Definition => "definition",
            Cause::Roster => "roster",
            Cause::Rebuild => "rebuild",
            Cause::Decision => "decision",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.as_str() == text)
    }
}

/// A SHA-256, printed as 64 hex digits.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// 64 hex digits in lower case, as it prints; None for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' => Some(byte - b'a' + 10),
            _ => None,
        };
        if text.len() != 64 {
            return None;
        }
        let mut hash = [0; 32];
        for (byte, pair) in hash.iter_mut().zip(text.as_bytes().chunks(2)) {
            let [high, low] = pair else { return None };
            *byte = digit(*high)? << 4 | digit(*low)?;
        }
        Some(Self(hash))
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// One entry. The fields stand in the order of the alphabet and none is left out, so that serde's plain
/// output is the canonical JSON (RFC 8785) that the hash is taken of.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// The pull's merged_at; null while it is not merged.
    pub at: Option<Moment>,
    pub cause: Cause,
    /// Slug of whom the points are.
    pub person: Option<String>,
    /// The change; it can be negative.
    pub points: i64,
    pub recorded_at: Moment,
    /// From 1, without gaps.
    pub seq: i64,
    /// The submission's new status; null where it left the team or the competition with this entry.
    pub status: Option<Status>,
    pub submission: SubmissionId,
    /// Slug of the team.
    pub team: Option<String>,
}

impl Entry {
    /// SHA-256 of the previous entry's hash (its 64 hex digits; nothing before the first entry)
    /// followed by this entry's canonical JSON.
    pub fn hash(&self, previous: Option<Hash>) -> Hash {
        let mut text = previous.map(|hash| hash.to_string()).unwrap_or_default().into_bytes();
        // Serialising a struct of plain fields into memory cannot fail; were it to, the chain would not
        // verify, which is what a fault in the ledger must lead to.
        if serde_json::to_writer(&mut text, self).is_err() {
            text.clear();
        }
        let mut hash = [0; 32];
        hash.copy_from_slice(digest(&SHA256, &text).as_ref());
        Hash(hash)
    }
}
