//! The four forges, as names, and the machines they run on. How each speaks is the floor `forge/`.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{cmp::Ordering, fmt, sync::Arc};

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

    /// The machine that the forge's makers run; what is meant where no host is named.
    pub fn own_host(self) -> &'static str {
        match self {
            Forge::GitCode => "gitcode.com",
            Forge::Gitee => "gitee.com",
            Forge::GitHub => "github.com",
            Forge::GitLab => "gitlab.com",
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

/// A forge on a host. Two hosts share no number: every id of a repository or an account is an id of its host.
/// In the order of forge, then host. In one word as the contract writes it (section 1): `gitlab` on its own host,
/// `gitlab@git.example.org` on a company's. Cheap to clone.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ForgeHost {
    pub kind: Forge,
    /// Folded, and never the forge's own, so that one host has one spelling; None: its own.
    host: Option<Arc<str>>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadForgeHost {
    #[error(transparent)]
    Forge(#[from] UnknownForge),
    #[error("`{0}` is not the name of a host such as git.example.org")]
    Host(String),
}

impl ForgeHost {
    /// `host`: a name such as `git.example.org`, with a port where it has one, in any case. Errors: `Host`, with
    /// the text.
    pub fn on(kind: Forge, host: &str) -> Result<Self, BadForgeHost> {
        let name = host.trim().trim_end_matches('.').to_lowercase();
        let (bare, port) = match name.rsplit_once(':') {
            Some((bare, port)) => (bare, Some(port)),
            None => (name.as_str(), None),
        };
        let label = |label: &str| {
            let letters = label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
            !label.is_empty() && label.len() <= 63 && letters && !label.starts_with('-') && !label.ends_with('-')
        };
        let good_port = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0));
        if !good_port || bare.len() > 253 || !bare.split('.').all(label) {
            return Err(BadForgeHost::Host(host.to_owned()));
        }
        let own = name == kind.own_host();
        Ok(Self {
            kind,
            host: (!own).then(|| name.into()),
        })
    }

    /// A forge on its makers' own host.
    pub const fn own(kind: Forge) -> Self {
        Self { kind, host: None }
    }

    /// `gitlab` or `gitlab@git.example.org`.
    pub fn parse(text: &str) -> Result<Self, BadForgeHost> {
        match text.split_once('@') {
            None => Ok(Forge::parse(text)?.into()),
            Some((kind, host)) => Self::on(Forge::parse(kind)?, host),
        }
    }

    /// The name of the machine.
    pub fn host(&self) -> &str {
        self.host.as_deref().unwrap_or(self.kind.own_host())
    }

    pub fn is_own(&self) -> bool {
        self.host.is_none()
    }

    /// What a reader calls it: the forge's name, and the host of a company's own.
    pub fn title(&self) -> String {
        match &self.host {
            None => self.kind.title().to_owned(),
            Some(host) => format!("{} ({host})", self.kind.title()),
        }
    }

    pub fn sign(&self) -> char {
        self.kind.sign()
    }
}

impl From<Forge> for ForgeHost {
    fn from(kind: Forge) -> Self {
        Self::own(kind)
    }
}

impl PartialEq<Forge> for ForgeHost {
    fn eq(&self, other: &Forge) -> bool {
        self.kind == *other && self.host.is_none()
    }
}

impl PartialOrd for ForgeHost {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ForgeHost {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.kind, self.host()).cmp(&(other.kind, other.host()))
    }
}

impl fmt::Display for ForgeHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.host {
            None => f.write_str(self.kind.as_str()),
            Some(host) => write!(f, "{}@{host}", self.kind),
        }
    }
}

impl fmt::Debug for ForgeHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for ForgeHost {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ForgeHost {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forge_with_a_host_is_one_word_and_its_own_host_has_one_spelling() {
        for (text, said, host) in [
            ("gitlab", "gitlab", "gitlab.com"),
            ("GitLab@GitLab.com", "gitlab", "gitlab.com"),
            ("gitlab@Git.Example.org.", "gitlab@git.example.org", "git.example.org"),
            (
                "github@git.example.org:8443",
                "github@git.example.org:8443",
                "git.example.org:8443",
            ),
        ] {
            let parsed = ForgeHost::parse(text).unwrap();
            assert_eq!((parsed.to_string().as_str(), parsed.host()), (said, host), "{text}");
            assert_eq!(ForgeHost::parse(said), Ok(parsed));
        }
        for bad in [
            "git",
            "gitlab@",
            "gitlab@a b",
            "gitlab@a/b",
            "gitlab@-a",
            "gitlab@a..b",
            "gitlab@a:0",
        ] {
            assert!(ForgeHost::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn forges_are_in_the_order_of_their_names_then_of_their_hosts() {
        let words = [
            "gitcode",
            "gitee",
            "github",
            "gitlab@a.example",
            "gitlab",
            "gitlab@z.example",
        ];
        let mut sorted: Vec<ForgeHost> = words.iter().map(|word| ForgeHost::parse(word).unwrap()).collect();
        sorted.reverse();
        sorted.sort();
        assert_eq!(sorted.iter().map(ToString::to_string).collect::<Vec<_>>(), words);
    }
}
