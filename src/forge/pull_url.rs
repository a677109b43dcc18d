//! The address of a pull, as somebody pastes it. Checklist, H15: known hosts only, parsed and rebuilt.

use crate::domain::{
    forge::{Forge, ForgeHost},
    pull::RepoPath,
};
use std::fmt;
use url::{Host, Url};

/// An address is at most this long.
const LONGEST: usize = 2_048;

/// A pull by its key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PullName {
    pub forge: ForgeHost,
    pub repository: RepoPath,
    /// From 1.
    pub number: u64,
}

/// Why a text is not the address of a pull.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BadPullUrl {
    #[error("an address is at most 2,048 bytes long")]
    TooLong,
    #[error("this is no address; paste the pull's page, such as https://gitee.com/owner/repository/pulls/12")]
    NoUrl,
    #[error("an address here begins with https://")]
    Scheme,
    #[error("an address here bears no user, password or port")]
    Authority,
    #[error("`{0}` is not one of the forges: github.com, gitee.com, gitlab.com, gitcode.com")]
    Host(String),
    #[error("this is not the page of one pull; it ends like /pull/12, /pulls/12 or /merge_requests/12")]
    NoPull,
}

impl PullName {
    /// Reads an address, or the short form `gitee:owner/repository!12`. `hosts`: a community's own
    /// forges. What follows the number (`/files`, a query, a fragment) is dropped.
    ///
    /// Errors: [`BadPullUrl`], with what to paste instead.
    pub fn parse(text: &str, hosts: &[ForgeHost]) -> Result<Self, BadPullUrl> {
        let text = text.trim();
        if text.len() > LONGEST {
            return Err(BadPullUrl::TooLong);
        }
        if let Some(name) = Self::short(text) {
            return Ok(name);
        }
        let url = Url::parse(text).map_err(|_| BadPullUrl::NoUrl)?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(BadPullUrl::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some() || url.port().is_some() {
            return Err(BadPullUrl::Authority);
        }
        let forge = Self::forge(&url, hosts)?;
        let parts: Vec<&str> = url.path_segments().map(|parts| parts.collect()).unwrap_or_default();
        let word = |part: &str| match forge.kind {
            Forge::GitHub => part == "pull",
            Forge::Gitee => part == "pulls",
            Forge::GitLab => part == "merge_requests",
            Forge::GitCode => matches!(part, "pulls" | "pull" | "merge_requests"),
        };
        // A repository may itself be called `pull`, so the word is looked for from the third part on.
        let at = parts
            .iter()
            .skip(2)
            .position(|part| word(part))
            .ok_or(BadPullUrl::NoPull)?
            + 2;
        let path = parts[..at].strip_suffix(&["-"]).unwrap_or(&parts[..at]);
        if forge.kind != Forge::GitLab && path.len() != 2 {
            return Err(BadPullUrl::NoPull);
        }
        let number = parts.get(at + 1).ok_or(BadPullUrl::NoPull)?;
        Self::of(forge, &path.join("/"), number).ok_or(BadPullUrl::NoPull)
    }

    fn forge(url: &Url, hosts: &[ForgeHost]) -> Result<ForgeHost, BadPullUrl> {
        let Some(Host::Domain(host)) = url.host() else {
            return Err(BadPullUrl::Host(
                url.host_str().unwrap_or("").chars().take(80).collect(),
            ));
        };
        let bare = host.strip_prefix("www.").unwrap_or(host);
        let known = Forge::ALL.into_iter().find(|forge| forge.own_host() == bare);
        let known = known.map(ForgeHost::from);
        let own = || hosts.iter().find(|own| own.host().eq_ignore_ascii_case(host)).cloned();
        known
            .or_else(own)
            .ok_or_else(|| BadPullUrl::Host(host.chars().take(80).collect()))
    }

    fn short(text: &str) -> Option<Self> {
        let (rest, number) = text.rsplit_once(['!', '#'])?;
        let (forge, path) = rest.rsplit_once(':')?;
        let forge = ForgeHost::parse(forge).ok()?;
        Self::of(forge, path, number)
    }

    fn of(forge: ForgeHost, path: &str, number: &str) -> Option<Self> {
        let digits = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
        let number = number
            .parse()
            .ok()
            .filter(|number| digits && (1..=i64::MAX as u64).contains(number))?;
        Some(Self {
            forge,
            repository: RepoPath::parse(path).ok()?,
            number,
        })
    }

    /// The page of the pull on its host.
    pub fn url(&self) -> String {
        let (host, path, number) = (self.forge.host(), &self.repository, self.number);
        match self.forge.kind {
            Forge::GitHub => format!("https://{host}/{path}/pull/{number}"),
            Forge::Gitee | Forge::GitCode => format!("https://{host}/{path}/pulls/{number}"),
            Forge::GitLab => format!("https://{host}/{path}/-/merge_requests/{number}"),
        }
    }
}

impl fmt::Display for PullName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}!{}", self.forge, self.repository, self.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, expected: Result<&str, BadPullUrl>) {
        let own = [ForgeHost::parse("gitlab@git.example.org").unwrap()];
        let parsed = PullName::parse(text, &own).map(|name| name.to_string());
        assert_eq!(parsed, expected.map(str::to_owned), "{text}");
    }

    #[test]
    fn h15_addresses_of_pulls_are_parsed_and_rebuilt() {
        check(
            "https://gitee.com/lanterns/lantern/pulls/12",
            Ok("gitee:lanterns/lantern!12"),
        );
        check(
            " http://www.gitee.com/lanterns/lantern/pulls/12/files?x=1#diff ",
            Ok("gitee:lanterns/lantern!12"),
        );
        check("https://github.com/a/pull/pull/7/commits", Ok("github:a/pull!7"));
        check(
            "https://gitlab.com/g/sub/p/-/merge_requests/3/diffs",
            Ok("gitlab:g/sub/p!3"),
        );
        check("https://gitlab.com/g/p/merge_requests/3", Ok("gitlab:g/p!3"));
        check("https://gitcode.com/a/b/merge_requests/3", Ok("gitcode:a/b!3"));
        check(
            "https://git.example.org/a/b/-/merge_requests/3",
            Ok("gitlab@git.example.org:a/b!3"),
        );
        check("gitee:a/b!9", Ok("gitee:a/b!9"));
        check("GitHub:a/b#9", Ok("github:a/b!9"));
    }

    #[test]
    fn h15_everything_else_is_refused() {
        let host = |host: &str| Err(BadPullUrl::Host(host.into()));
        check("12", Err(BadPullUrl::NoUrl));
        check("javascript:alert(1)", Err(BadPullUrl::Scheme));
        check("ftp://gitee.com/a/b/pulls/1", Err(BadPullUrl::Scheme));
        check("https://me:secret@gitee.com/a/b/pulls/1", Err(BadPullUrl::Authority));
        check("https://gitee.com:8443/a/b/pulls/1", Err(BadPullUrl::Authority));
        check("https://127.0.0.1/a/b/pulls/1", host("127.0.0.1"));
        check("https://[::1]/a/b/pulls/1", host("[::1]"));
        check(
            "https://gitee.com.evil.example/a/b/pulls/1",
            host("gitee.com.evil.example"),
        );
        check("https://gitee.com/a/b/issues/1", Err(BadPullUrl::NoPull));
        check("https://gitee.com/a/b/pulls/0", Err(BadPullUrl::NoPull));
        check("https://gitee.com/a/b/pulls/+1", Err(BadPullUrl::NoPull));
        check("https://gitee.com/a/b/c/pulls/1", Err(BadPullUrl::NoPull));
        check("https://gitee.com/a/b/pulls", Err(BadPullUrl::NoPull));
        check(
            &format!("https://gitee.com/{}", "a".repeat(3_000)),
            Err(BadPullUrl::TooLong),
        );
    }

    proptest! {
        #[test]
        fn no_text_panics_and_what_parses_rebuilds(text in "(https://(gitee|github|gitlab|gitcode)\\.com)?[a-z:/!#0-9-]{0,40}") {
            if let Ok(name) = PullName::parse(&text, &[]) {
                prop_assert_eq!(PullName::parse(&name.url(), &[]), Ok(name));
            }
        }
    }
}
