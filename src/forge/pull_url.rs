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

/// What somebody pasted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Pasted {
    Pull(PullName),
    /// `owner/name#1` or `owner/name!1`, which says of no forge.
    Bare(Bare),
}

/// A pull whose forge is not said. Which is meant is decided by the repositories of a competition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bare {
    pub repository: RepoPath,
    pub number: u64,
    /// `#` or `!`: how one forge or another writes it.
    pub sign: char,
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
    #[error("`{0}` may be several; write one of them: {1}")]
    Several(String, String),
}

impl Bare {
    /// The pull that is meant among these repositories. Where several bear the path, the sign decides; where none
    /// does, whatever forge writes it so, so that it can be said that it is not part.
    ///
    /// Errors: `Several`, with what to write.
    pub fn among<'a>(
        &self,
        repositories: impl Iterator<Item = (&'a ForgeHost, &'a str)>,
    ) -> Result<PullName, BadPullUrl> {
        let name = |forge: &ForgeHost| PullName {
            forge: forge.clone(),
            repository: self.repository.clone(),
            number: self.number,
        };
        let all: Vec<(&ForgeHost, &str)> = repositories.collect();
        let key = self.repository.key();
        let mut bearing: Vec<&ForgeHost> = all
            .iter()
            .filter(|(_, path)| *path == key)
            .map(|(forge, _)| *forge)
            .collect();
        bearing.sort();
        bearing.dedup();
        let signed: Vec<&ForgeHost> = bearing
            .iter()
            .copied()
            .filter(|forge| forge.sign() == self.sign)
            .collect();
        match (&bearing[..], &signed[..]) {
            ([only], _) | (_, [only]) => Ok(name(only)),
            ([], _) => {
                let mut forges: Vec<&ForgeHost> = all.iter().map(|(forge, _)| *forge).collect();
                forges.sort();
                let of_sign = forges.iter().find(|forge| forge.sign() == self.sign);
                let other = match self.sign {
                    '#' => Forge::GitHub,
                    _ => Forge::Gitee,
                };
                Ok(of_sign.map_or_else(|| name(&other.into()), |forge| name(forge)))
            }
            (several, _) => {
                let said: Vec<String> = several.iter().map(|forge| name(forge).to_string()).collect();
                let asked = format!("{}{}{}", self.repository, self.sign, self.number);
                Err(BadPullUrl::Several(asked, said.join(", ")))
            }
        }
    }
}

impl Pasted {
    /// Reads an address, or a short form: `gitee:owner/repository!12`, `gitlab@git.example.org:group/name!3`,
    /// `owner/name#1`. `hosts`: a community's own forges. What follows the number (`.patch`, `/files`, a query, a
    /// fragment) is dropped; an address of the API or of Gitee's enterprise pages is the pull's.
    ///
    /// Errors: [`BadPullUrl`], with what to paste instead.
    pub fn parse(text: &str, hosts: &[ForgeHost]) -> Result<Self, BadPullUrl> {
        let text = text.trim();
        if text.len() > LONGEST {
            return Err(BadPullUrl::TooLong);
        }
        if let Some(bare) = Self::bare(text, hosts) {
            return Ok(Pasted::Bare(bare));
        }
        PullName::parse(text, hosts).map(Pasted::Pull)
    }

    fn bare(text: &str, hosts: &[ForgeHost]) -> Option<Bare> {
        let (path, number) = text.rsplit_once(['!', '#'])?;
        let sign = text.get(path.len()..)?.chars().next()?;
        // An address without its scheme is one.
        let host = path.split('/').next()?;
        if PullName::known(host, None, hosts).is_some() {
            return None;
        }
        let PullName { repository, number, .. } = PullName::of(Forge::GitLab.into(), path, number)?;
        Some(Bare {
            repository,
            number,
            sign,
        })
    }
}

impl PullName {
    /// As [`Pasted::parse`], of what says its forge. Errors: [`BadPullUrl`].
    pub fn parse(text: &str, hosts: &[ForgeHost]) -> Result<Self, BadPullUrl> {
        let text = text.trim();
        if text.len() > LONGEST {
            return Err(BadPullUrl::TooLong);
        }
        if let Some(name) = Self::short(text) {
            return Ok(name);
        }
        let url = match Url::parse(text) {
            // `git.example.org:8443/…` reads as a scheme.
            Ok(url) if url.has_host() || url.cannot_be_a_base() && !text.contains('/') => url,
            read => {
                let host = text.split('/').next().unwrap_or_default();
                let (name, port) = host
                    .split_once(':')
                    .map_or((host, None), |(name, port)| (name, port.parse().ok()));
                match Self::known(name, port, hosts) {
                    Some(_) => Url::parse(&format!("https://{text}")).map_err(|_| BadPullUrl::NoUrl)?,
                    None => read.map_err(|_| BadPullUrl::NoUrl)?,
                }
            }
        };
        if !matches!(url.scheme(), "https" | "http") {
            return Err(BadPullUrl::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(BadPullUrl::Authority);
        }
        let forge = Self::forge(&url, hosts)?;
        Self::on(&forge, &url).ok_or(BadPullUrl::NoPull)
    }

    /// The pull of an address on a forge; whether it is on that host is the caller's to know.
    pub(super) fn on(forge: &ForgeHost, url: &Url) -> Option<Self> {
        let parts: Vec<&str> = url.path_segments()?.filter(|part| !part.is_empty()).collect();
        if let Some(name) = Self::in_api(forge, &parts) {
            return Some(name);
        }
        let word = |part: &str| match forge.kind {
            Forge::GitHub => part == "pull",
            Forge::Gitee => part == "pulls",
            Forge::GitLab => part == "merge_requests",
            Forge::GitCode => matches!(part, "pulls" | "pull" | "merge_requests"),
        };
        // A repository may itself be called `pull`, so the word is looked for from the third part on.
        let at = parts.iter().skip(2).position(|part| word(part))? + 2;
        let path = parts[..at].strip_suffix(&["-"]).unwrap_or(&parts[..at]);
        let path = match path {
            // Gitee's enterprise pages: `e.gitee.com/company/repos/owner/name/pulls/1`.
            [_, "repos", path @ ..] if forge.kind == Forge::Gitee && path.len() == 2 => path,
            path => path,
        };
        if forge.kind != Forge::GitLab && path.len() != 2 {
            return None;
        }
        Self::of(forge.clone(), &path.join("/"), parts.get(at + 1)?)
    }

    /// `api.github.com/repos/o/r/pulls/1`, `…/api/v5/repos/o/r/pulls/1`, `…/api/v4/projects/ENC/merge_requests/1`.
    fn in_api(forge: &ForgeHost, parts: &[&str]) -> Option<Self> {
        let version = |part: &str| part.strip_prefix('v').is_some_and(|rest| rest.parse::<u8>().is_ok());
        let parts = match parts {
            ["api", number, rest @ ..] if version(number) => rest,
            parts => parts,
        };
        match (forge.kind, parts) {
            (Forge::GitLab, ["projects", path, "merge_requests", number, ..]) => {
                let path = path.replace("%2F", "/").replace("%2f", "/");
                Self::of(forge.clone(), &path, number)
            }
            (
                Forge::GitHub | Forge::Gitee | Forge::GitCode,
                ["repos", owner, name, "pulls" | "pull" | "merge_requests", number, ..],
            ) => Self::of(forge.clone(), &format!("{owner}/{name}"), number),
            _ => None,
        }
    }

    fn forge(url: &Url, hosts: &[ForgeHost]) -> Result<ForgeHost, BadPullUrl> {
        let Some(Host::Domain(host)) = url.host() else {
            return Err(BadPullUrl::Host(
                url.host_str().unwrap_or("").chars().take(80).collect(),
            ));
        };
        match (Self::known(host, url.port(), hosts), Self::known(host, None, hosts)) {
            (Some(forge), _) => Ok(forge),
            (None, Some(_)) => Err(BadPullUrl::Authority),
            (None, None) => Err(BadPullUrl::Host(host.chars().take(80).collect())),
        }
    }

    /// The forge that speaks under a name: its own host, that of its API or of its enterprise pages, or one of
    /// `hosts`, with the port that it is configured with.
    fn known(host: &str, port: Option<u16>, hosts: &[ForgeHost]) -> Option<ForgeHost> {
        let host = host.to_ascii_lowercase();
        let with_port = port.map_or_else(|| host.clone(), |port| format!("{host}:{port}"));
        if let Some(own) = hosts.iter().find(|own| own.host() == with_port) {
            return Some(own.clone());
        }
        if port.is_some() {
            return None;
        }
        let bare = host.strip_prefix("www.").unwrap_or(&host);
        let alias = match bare {
            "api.github.com" => Some(Forge::GitHub),
            "api.gitcode.com" => Some(Forge::GitCode),
            "e.gitee.com" => Some(Forge::Gitee),
            _ => None,
        };
        let known = Forge::ALL.into_iter().find(|forge| forge.own_host() == bare);
        known.or(alias).map(ForgeHost::from)
    }

    fn short(text: &str) -> Option<Self> {
        let (rest, number) = text.rsplit_once(['!', '#'])?;
        let (forge, path) = rest.rsplit_once(':')?;
        let forge = ForgeHost::parse(forge).ok()?;
        Self::of(forge, path, number)
    }

    fn of(forge: ForgeHost, path: &str, number: &str) -> Option<Self> {
        let ending = |ending| number.strip_suffix(ending);
        let number = ending(".patch").or_else(|| ending(".diff")).unwrap_or(number);
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
    fn what_people_paste_is_taken() {
        for (text, name) in [
            ("https://github.com/o/r/pull/1.patch", "github:o/r!1"),
            ("https://github.com/o/r/pull/1.diff", "github:o/r!1"),
            ("https://github.com/o/r/pull/1/", "github:o/r!1"),
            ("https://github.com/o/r/pull/1/commits/abc", "github:o/r!1"),
            ("https://gitee.com/o/r/pulls/1#note_77", "gitee:o/r!1"),
            ("https://gitee.com/o/r/pulls/1/files", "gitee:o/r!1"),
            ("gitee.com/o/r/pulls/1#note_77", "gitee:o/r!1"),
            ("github.com/o/r/pull/1#issuecomment-5", "github:o/r!1"),
            ("https://e.gitee.com/company/repos/o/r/pulls/1", "gitee:o/r!1"),
            ("https://e.gitee.com/company/repos/o/r/pulls/1/files", "gitee:o/r!1"),
            ("https://e.gitee.com/o/r/pulls/1", "gitee:o/r!1"),
            ("https://api.github.com/repos/o/r/pulls/1", "github:o/r!1"),
            ("https://api.github.com/repos/o/r/pulls/1/files", "github:o/r!1"),
            ("https://gitee.com/api/v5/repos/o/r/pulls/1", "gitee:o/r!1"),
            ("https://api.gitcode.com/api/v5/repos/o/r/pulls/1", "gitcode:o/r!1"),
            (
                "https://gitlab.com/api/v4/projects/g%2Fs%2fn/merge_requests/1",
                "gitlab:g/s/n!1",
            ),
            (
                "https://git.example.org/api/v4/projects/g%2Fn/merge_requests/1",
                "gitlab@git.example.org:g/n!1",
            ),
            (
                "git.example.org/g/n/-/merge_requests/1/diffs",
                "gitlab@git.example.org:g/n!1",
            ),
            (
                "https://code.example.org:8443/api/v3/repos/o/r/pulls/1",
                "github@code.example.org:8443:o/r!1",
            ),
            ("code.example.org:8443/o/r/pull/1", "github@code.example.org:8443:o/r!1"),
            ("gitlab@git.example.org:g/n!3", "gitlab@git.example.org:g/n!3"),
            (
                "github@code.example.org:8443:o/r#3",
                "github@code.example.org:8443:o/r!3",
            ),
            ("https://github.com/api/v3/pull/1", "github:api/v3!1"),
        ] {
            let own = ["gitlab@git.example.org", "github@code.example.org:8443"];
            let own = own.map(|host| ForgeHost::parse(host).unwrap());
            let read = Pasted::parse(text, &own);
            assert!(
                matches!(&read, Ok(Pasted::Pull(found)) if found.to_string() == name),
                "{text}: {read:?}"
            );
        }
    }

    #[test]
    fn which_forge_is_meant_is_decided_by_the_repositories_and_by_the_sign() {
        let forges = ["gitee", "github", "gitlab@git.example.org"].map(|forge| ForgeHost::parse(forge).unwrap());
        let [gitee, github, gitlab] = &forges;
        let scope = [
            (gitee, "a/only"),
            (gitee, "a/both"),
            (github, "a/both"),
            (gitee, "a/bangs"),
            (gitlab, "a/bangs"),
        ];
        for (text, expected) in [
            ("a/only!1", Ok("gitee:a/only!1")),
            ("A/Only#1", Ok("gitee:A/Only!1")),
            ("a/both#7", Ok("github:a/both!7")),
            ("a/both!7", Ok("gitee:a/both!7")),
            (
                "a/bangs!7",
                Err("`a/bangs!7` may be several; write one of them: gitee:a/bangs!7, gitlab@git.example.org:a/bangs!7"),
            ),
            ("x/y#7", Ok("github:x/y!7")),
            ("x/y!7", Ok("gitee:x/y!7")),
        ] {
            let Ok(Pasted::Bare(bare)) = Pasted::parse(text, &[]) else {
                panic!("{text}")
            };
            let read = bare.among(scope.into_iter()).map(|name| name.to_string());
            assert_eq!(
                read.as_deref().map_err(ToString::to_string),
                expected.map_err(str::to_owned),
                "{text}"
            );
        }
        for bad in ["name#1", "#1", "a/b#", "a/b#x", "a/b!0", "a b/c#1"] {
            assert!(Pasted::parse(bad, &[]).is_err(), "{bad}");
        }
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
