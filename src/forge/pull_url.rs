//! A pull as somebody names it by hand: the address in their browser, or `gitee:owner/repo!12`.
//!
//! Nothing here is fetched. What comes out is a forge, a path and a number, and an address is only ever
//! built again from those ([`PullName::url`]), so that no host, port or password of the text goes further.

use crate::domain::{
    forge::Forge,
    pull::{BadRepoPath, RepoPath},
};
use std::{fmt, net::Ipv4Addr};

/// A pull by its name: the key that every forge gives it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct PullName {
    pub forge: Forge,
    pub repository: RepoPath,
    /// From 1.
    pub number: u64,
}

/// Longer texts are not looked at.
const LONGEST: usize = 2_048;

/// Why a text names no pull. Each prints as a sentence to whoever typed it.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BadPullUrl {
    #[error("the address is longer than {LONGEST} bytes")]
    TooLong,
    #[error(
        "this is neither the address of a pull request, such as https://gitee.com/owner/repo/pulls/12, nor its short form, such as gitee:owner/repo!12"
    )]
    NoAddress,
    #[error("only http and https addresses are read")]
    Scheme,
    #[error("the address has a user name or password in it; leave out what stands before the @")]
    UserInfo,
    #[error("the address has a port in it; leave it out")]
    Port,
    #[error("the address names a machine by number; write the forge's name")]
    IpLiteral,
    #[error("the host is none of the forges known here: github.com, gitee.com, gitlab.com, gitcode.com{}", also(.0))]
    OtherHost(Vec<String>),
    #[error("the address has no number of a {} request in it, such as {}", noun(.0), shape(.0))]
    NoNumber(Forge),
    #[error("the number of the pull request is not between 1 and {}", i64::MAX)]
    Number,
    #[error("the address has no repository such as owner/name in it")]
    Repository,
}

fn also(hosts: &[String]) -> String {
    hosts.iter().map(|host| format!(", {host}")).collect()
}

fn noun(forge: &Forge) -> &'static str {
    match forge {
        Forge::GitHub | Forge::Gitee => "pull",
        Forge::GitLab | Forge::GitCode => "merge",
    }
}

fn shape(forge: &Forge) -> &'static str {
    match forge {
        Forge::GitHub => "https://github.com/owner/repo/pull/12",
        Forge::Gitee => "https://gitee.com/owner/repo/pulls/12",
        Forge::GitLab => "https://gitlab.com/group/repo/-/merge_requests/12",
        Forge::GitCode => "https://gitcode.com/owner/repo/merge_requests/12",
    }
}

impl From<BadRepoPath> for BadPullUrl {
    fn from(_: BadRepoPath) -> Self {
        Self::Repository
    }
}

impl PullName {
    /// The page of the pull at the forge's own address, built from the parts alone. Parses to the same name.
    pub fn url(&self) -> String {
        let (path, number) = (&self.repository, self.number);
        match self.forge {
            Forge::GitHub => format!("https://github.com/{path}/pull/{number}"),
            Forge::Gitee => format!("https://gitee.com/{path}/pulls/{number}"),
            Forge::GitLab => format!("https://gitlab.com/{path}/-/merge_requests/{number}"),
            Forge::GitCode => format!("https://gitcode.com/{path}/merge_requests/{number}"),
        }
    }
}

/// `gitee:owner/repo!12`, the short form; parses to the same name.
impl fmt::Display for PullName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}{}{}",
            self.forge,
            self.repository,
            self.forge.sign(),
            self.number
        )
    }
}

/// Reads an address or the short form. `hosts`: the hosts of own forges, in lower case, besides the four.
///
/// Taken: http and https; `/o/r/pull/N` (GitHub), `/o/r/pulls/N` (Gitee, GitCode), `/o/r/merge_requests/N`
/// and `/g/sub/p/-/merge_requests/N` (GitLab, GitCode). What follows the number, a query and a fragment are
/// dropped. Errors: [`BadPullUrl`]. Checklist, H15.
pub fn parse(text: &str, hosts: &[(String, Forge)]) -> Result<PullName, BadPullUrl> {
    if text.len() > LONGEST {
        return Err(BadPullUrl::TooLong);
    }
    let text = text.trim();
    match text.split_once("://") {
        Some((scheme, rest)) => address(scheme, rest, hosts),
        None => short(text),
    }
}

fn short(text: &str) -> Result<PullName, BadPullUrl> {
    let (forge, rest) = text.split_once(':').ok_or(BadPullUrl::NoAddress)?;
    let forge = Forge::parse(forge).map_err(|_| BadPullUrl::NoAddress)?;
    let (path, digits) = rest.rsplit_once(['!', '#']).ok_or(BadPullUrl::NoNumber(forge))?;
    let parts: Vec<&str> = path.split('/').collect();
    name(forge, &parts, digits)
}

fn address(scheme: &str, rest: &str, hosts: &[(String, Forge)]) -> Result<PullName, BadPullUrl> {
    if !scheme.eq_ignore_ascii_case("https") && !scheme.eq_ignore_ascii_case("http") {
        return Err(BadPullUrl::Scheme);
    }
    // A backslash ends a host for some readers and not for others; here it is in no host that is known.
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let forge = host(authority, hosts)?;
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let parts: Vec<&str> = path.strip_prefix('/').unwrap_or(path).split('/').collect();
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    // A repository may itself be called `pull`: where a path has two parts, the word is the third.
    let third = |word: &str| parts.get(2) == Some(&word) && parts.get(3).is_some_and(is_number);
    let last = |words: &[&str]| {
        let mut pairs = parts.windows(2).enumerate();
        pairs.rfind(|(_, two)| words.contains(&two[0]) && is_number(&two[1]))
    };
    let at = match forge {
        Forge::GitHub => third("pull").then_some(2),
        Forge::Gitee => third("pulls").then_some(2),
        Forge::GitLab => last(&["merge_requests"]).map(|(at, _)| at),
        Forge::GitCode => last(&["merge_requests", "pulls"]).map(|(at, _)| at),
    };
    let at = at.ok_or(BadPullUrl::NoNumber(forge))?;
    let (mut repository, digits) = (
        parts.get(..at).unwrap_or_default(),
        parts.get(at + 1).copied().unwrap_or_default(),
    );
    if matches!(forge, Forge::GitLab | Forge::GitCode)
        && let [before @ .., "-"] = repository
    {
        repository = before;
    }
    name(forge, repository, digits)
}

fn host(authority: &str, hosts: &[(String, Forge)]) -> Result<Forge, BadPullUrl> {
    if authority.contains('@') {
        return Err(BadPullUrl::UserInfo);
    }
    if authority.starts_with('[') {
        return Err(BadPullUrl::IpLiteral);
    }
    if authority.contains(':') {
        return Err(BadPullUrl::Port);
    }
    let host = authority.to_ascii_lowercase();
    // Browsers read `2130706433`, `0x7f.1` and `127.1` as addresses too: no forge's name ends in a number.
    let last = host.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
    let number = !last.is_empty() && (last.bytes().all(|b| b.is_ascii_digit()) || last.starts_with("0x"));
    if number || host.parse::<Ipv4Addr>().is_ok() {
        return Err(BadPullUrl::IpLiteral);
    }
    let own = hosts.iter().find(|(own, _)| *own == host).map(|(_, forge)| *forge);
    let known = match host.strip_prefix("www.").unwrap_or(&host) {
        "github.com" => Some(Forge::GitHub),
        "gitee.com" => Some(Forge::Gitee),
        "gitlab.com" => Some(Forge::GitLab),
        "gitcode.com" => Some(Forge::GitCode),
        _ => None,
    };
    known.or(own).ok_or_else(|| {
        let own = hosts.iter().map(|(own, _)| own.clone());
        BadPullUrl::OtherHost(own.collect())
    })
}

/// `parts`: the repository's path. Every part is of the letters that forges allow, so that the name can be
/// written into an address as it is.
fn name(forge: Forge, parts: &[&str], digits: &str) -> Result<PullName, BadPullUrl> {
    let plain = |part: &&str| {
        let letters = part
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'));
        letters && !part.is_empty() && !matches!(*part, "." | ".." | "-")
    };
    let groups = match forge {
        Forge::GitHub | Forge::Gitee => 2..=2,
        Forge::GitLab | Forge::GitCode => 2..=20,
    };
    if !groups.contains(&parts.len()) || !parts.iter().all(plain) {
        return Err(BadPullUrl::Repository);
    }
    if digits.is_empty() {
        return Err(BadPullUrl::NoNumber(forge));
    }
    let number = Some(digits)
        .filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))
        .and_then(|digits| digits.parse::<u64>().ok())
        .filter(|number| (1..=i64::MAX.unsigned_abs()).contains(number))
        .ok_or(BadPullUrl::Number)?;
    Ok(PullName {
        forge,
        repository: RepoPath::parse(&parts.join("/"))?,
        number,
    })
}
