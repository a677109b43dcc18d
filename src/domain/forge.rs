//! The four forges, as names. How each speaks is the floor `forge/`.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Where a pull lives. In the order of their names, since the contract orders submissions by them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Forge {
    GitCode,
    Gitee,
    GitHub,
    GitLab,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a forge: github, gitee, gitlab or gitcode")]
pub struct UnknownForge(pub String);

impl Forge {
    pub const ALL: [Forge; 4] = [Forge::GitCode, Forge::Gitee, Forge::GitHub, Forge::GitLab];

    /// Without case. Errors: `UnknownForge`, with the text.
    pub fn parse(text: &str) -> Result<Self, UnknownForge> {
        let name = text.trim().to_ascii_lowercase();
        Self::ALL
            .into_iter()
            .find(|forge| forge.as_str() == name)
            .ok_or_else(|| UnknownForge(text.to_owned()))
    }

    /// The word of the contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Forge::GitCode => "gitcode",
            Forge::Gitee => "gitee",
            Forge::GitHub => "github",
            Forge::GitLab => "gitlab",
        }
    }

    /// The forge's own spelling of its name.
    pub fn title(self) -> &'static str {
        match self {
            Forge::GitCode => "GitCode",
            Forge::Gitee => "Gitee",
            Forge::GitHub => "GitHub",
            Forge::GitLab => "GitLab",
        }
    }

    /// What stands before a pull's number there: `#12` on GitHub, `!12` elsewhere.
    pub fn sign(self) -> char {
        match self {
            Forge::GitHub => '#',
            Forge::GitCode | Forge::Gitee | Forge::GitLab => '!',
        }
    }
}

impl fmt::Display for Forge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
