//! Reverts: which pulls are one, and which pull they name. Contract, section 3.

use super::{forge::Forge, pull::Pull, text::without_leading_groups};
use regex::Regex;
use std::sync::LazyLock;

/// How a pull shows that it is a revert.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sign<'a> {
    Title,
    Branch(&'a str),
}

/// The pull that a revert takes back, as the revert names it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Target {
    Number(u64),
    /// The first 7 or more hex digits of its merge_sha, squash_sha or head_sha, in lower case.
    Commit(String),
}

/// What a revert names; nothing where a pull is no revert.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Named {
    /// The number in the head branch. It counts where the family has such a pull, since `revert-12345678` may be a
    /// commit's digits; else `said` does.
    pub branch: Option<u64>,
    /// The first of body and title.
    pub said: Option<Target>,
}

impl Named {
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// Everything that may be meant.
    pub fn targets(&self) -> impl Iterator<Item = Target> {
        self.branch.map(Target::Number).into_iter().chain(self.said.clone())
    }
}

// The patterns are constants of this file; a test compiles each, so that none can fail at run time.
fn pattern(text: &str) -> Option<Regex> {
    Regex::new(text).ok()
}

type Pattern = LazyLock<Option<Regex>>;

// Word boundaries are ASCII's, since in `回退PR12的` the letters around `PR12` are letters too.
static TITLE_SIGN: Pattern = LazyLock::new(|| pattern(r"^(?i)(?:revert(?:s|ed|ing)?(?-u:\b)|回退)"));
static BRANCH_SIGN: Pattern = LazyLock::new(|| pattern(r"^revert-(?:merge-)?[0-9]+"));
// GitLab's `revert-1a2b3c4d` is a commit and not number 1: a number is not followed by a letter.
static BRANCH_NUMBER: Pattern = LazyLock::new(|| pattern(r"^revert-(?:merge-)?([0-9]+)(?:[^0-9A-Za-z]|$)"));
// A bare `#12` is an issue but on GitHub, so it is told apart.
static TITLE_NUMBER: Pattern = LazyLock::new(|| {
    pattern(r"(?i)(?:(?P<issue>#)|!|(?-u:\b)PR ?[!#]?|(?-u:\b)(?:pull|merge) request ?[!#]?)(?P<number>[0-9]+)(?-u:\b)")
});
static BODY: Pattern = LazyLock::new(|| {
    let number = [
        // `Reverts owner/name#12`, `Reverts !12`: a path and a sign.
        r"[\w.~/-]*(?:(?P<issue>#)|!)(?P<number>[0-9]+)(?-u:\b)",
        // `Reverts merge request group/name!12`, `Reverts pull request 12`: words, with or without the rest.
        r"(?:(?:pull|merge)\s+request|PR|MR)\s*(?:[\w.~/-]*[!#])?(?P<worded>[0-9]+)(?-u:\b)",
        r"<?https?://\S+?/(?:pull|pulls|merge_requests)/(?P<linked>[0-9]+)(?-u:\b)",
        // `This reverts commit 1a2b3c4 (fix #12)` names the commit.
        r"commit\s+`?(?P<commit>[0-9a-f]{7,64})(?-u:\b)",
    ];
    pattern(&format!(r"(?i)(?-u:\b)reverts(?-u:\b):?\s+(?:{})", number.join("|")))
});

/// Whether the pull is itself a revert, and by what.
pub fn sign(pull: &Pull) -> Option<Sign<'_>> {
    let title = without_leading_groups(&pull.title);
    if TITLE_SIGN.as_ref()?.is_match(title) {
        return Some(Sign::Title);
    }
    let branch = pull.head_branch.as_deref()?;
    let pattern = BRANCH_SIGN.as_ref()?;
    pattern.is_match(branch).then_some(Sign::Branch(branch))
}

/// What a pull takes back, where it is a revert.
pub fn named(pull: &Pull) -> Named {
    if sign(pull).is_none() {
        return Named::default();
    }
    let branch = || {
        let found = BRANCH_NUMBER.as_ref()?.captures(pull.head_branch.as_deref()?)?;
        found.get(1)?.as_str().parse().ok()
    };
    Named {
        branch: branch(),
        said: in_body(pull).or_else(|| in_title(pull)),
    }
}

/// `#12` names a pull on GitHub alone; elsewhere it is an issue.
fn is_issue(pull: &Pull, found: &regex::Captures<'_>) -> bool {
    found.name("issue").is_some() && pull.forge.kind != Forge::GitHub
}

fn in_body(pull: &Pull) -> Option<Target> {
    let mut all = BODY.as_ref()?.captures_iter(&pull.body);
    all.find_map(|found| {
        if let Some(sha) = found.name("commit") {
            // Whose words are only `reverts commit` have not said it as git does.
            let start = found.get(0)?.start();
            let before = pull.body.get(..start)?.trim_end();
            let this = before.get(before.len().checked_sub(4)?..)?;
            return this
                .eq_ignore_ascii_case("this")
                .then(|| Target::Commit(sha.as_str().to_ascii_lowercase()));
        }
        let number = ["number", "worded", "linked"]
            .iter()
            .find_map(|name| found.name(name))?;
        match is_issue(pull, &found) {
            true => None,
            false => number.as_str().parse().ok().map(Target::Number),
        }
    })
}

fn in_title(pull: &Pull) -> Option<Target> {
    let mut all = TITLE_NUMBER.as_ref()?.captures_iter(&pull.title);
    let found = all.find(|found| !is_issue(pull, found))?;
    found.name("number")?.as_str().parse().ok().map(Target::Number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::testing::pull;

    fn revert(forge: Forge, title: &str, head: &str, body: &str) -> Pull {
        let mut revert = pull(1);
        revert.forge = forge.into();
        revert.title = title.into();
        revert.head_branch = Some(head.into());
        revert.body = body.into();
        revert
    }

    #[track_caller]
    fn check(forge: Forge, [title, head, body]: [&str; 3], branch: Option<u64>, said: Option<Target>) {
        let named = named(&revert(forge, title, head, body));
        assert_eq!(named, Named { branch, said }, "{forge}: {title} | {head} | {body}");
    }

    #[test]
    fn patterns_compile() {
        for compiled in [&TITLE_SIGN, &BRANCH_SIGN, &BRANCH_NUMBER, &TITLE_NUMBER, &BODY] {
            assert!(compiled.is_some());
        }
    }

    #[test]
    fn a_revert_is_one_by_its_titles_first_word_or_its_branch() {
        for (title, head, is) in [
            ("Revert \"fix leak\"", "b", true),
            ("REVERTS the cache", "b", true),
            ("[r1.0][MD] reverted: cache", "b", true),
            ("reverting", "b", true),
            ("revert", "b", true),
            ("revert修复", "b", true),
            ("回退修复", "b", true),
            ("[r1.0] 回退 !12", "b", true),
            ("revert_dialog: fix the button", "b", false),
            ("revertible fix", "b", false),
            ("Reverter leaks", "b", false),
            ("fix revert", "b", false),
            ("fix", "revert-12-x", true),
            ("fix", "revert-merge-12-x", true),
            ("fix", "revert-1a2b3c4d", true),
            ("fix", "revert-abc", false),
            ("fix", "x/revert-12", false),
        ] {
            let pull = revert(Forge::GitLab, title, head, "");
            assert_eq!(sign(&pull).is_some(), is, "{title} | {head}");
        }
    }

    #[test]
    fn reverts_name_their_target_by_branch_then_body_then_title() {
        use Forge::{GitCode, GitHub, GitLab, Gitee};
        let number = |n| Some(Target::Number(n));
        let commit = |sha: &str| Some(Target::Commit(sha.into()));
        let branch = |head| check(Gitee, ["x", head, ""], Some(208), None);
        branch("revert-merge-208-master");
        branch("revert-208-fix-cache");
        branch("revert-208_x");
        branch("revert-208");
        check(Gitee, ["Revert !7", "revert-208", ""], Some(208), number(7));
        for forge in [Gitee, GitLab, GitCode, GitHub] {
            let said = |title: &str, body: &str, said| check(forge, [title, "b", body], None, said);
            let title = |title: &str, named| said(title, "", named);
            title("[r1.0] revert Pull Request !9: cache", number(9));
            title("revert PR 31", number(31));
            title("revert pr #31", number(31));
            title("回退PR31的修复", number(31));
            title("revert spr31", None);
            title("revert !12a", None);
            title("Revert cache", None);
            let body = |text: &str, named| said("Revert cache", text, named);
            body("Reverts !56", number(56));
            body("reverts group/sub/name!56.", number(56));
            body("This reverts merge request !57", number(57));
            body("This reverts merge request lanterns/lamp!57", number(57));
            body("Reverts pull request #58", number(58));
            body("Reverts pull request 58", number(58));
            body("Reverts https://git.example.org/a/b/-/merge_requests/59", number(59));
            body("This reverts commit 1A2b3c4d5.", commit("1a2b3c4d5"));
            body("This reverts commit `1a2b3c4d5`", commit("1a2b3c4d5"));
            body("This reverts commit 1a2b3c4 (fix #12)", commit("1a2b3c4"));
            body("This reverts commit 1a2b3c.", None);
            body("Reverts 2 commits", None);
            body("Reverts the fix of 12", None);
            body("Closes !12", None);
            said("Revert \"fix leak !12\"", "Reverts !57", number(57));
            said(
                "Revert \"fix leak !12\"",
                "This reverts commit 1a2b3c4",
                commit("1a2b3c4"),
            );
            said("Revert !12 and !13", "", number(12));
            said("Revert cache", "Reverts !1\nThis reverts commit 1a2b3c4", number(1));
            said(
                "Revert cache",
                "This reverts commit 1a2b3c4\nReverts !1",
                commit("1a2b3c4"),
            );
            let hash = |n| number(n).filter(|_| forge == GitHub);
            said("Revert \"fix leak (#12)\"", "", hash(12));
            said("Revert cache", "Reverts lanterns/lantern#55", hash(55));
            said("Revert cache", "Reverts #55", hash(55));
            // What an issue's number leaves unsaid, the next word says.
            said(
                "Revert \"fix (#12)\" of !13",
                "",
                if forge == GitHub { number(12) } else { number(13) },
            );
        }
        check(
            GitLab,
            ["x", "revert-1a2b3c4d", "This reverts commit 1a2b3c4d"],
            None,
            commit("1a2b3c4d"),
        );
        check(
            GitLab,
            ["x", "revert-12345678", "This reverts commit 12345678"],
            Some(12_345_678),
            commit("12345678"),
        );
        check(GitLab, ["fix !12", "fix", "Reverts !3"], None, None);
    }
}
