//! Reverts: which pulls are one, and which pull they name. Contract, section 3.

use super::{pull::Pull, text::without_leading_groups};
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
    /// The first 7 to 40 hex digits of its merge_sha or head_sha, in lower case.
    Commit(String),
}

// The patterns are constants of this file; a test compiles each, so that none can fail at run time.
fn pattern(text: &str) -> Option<Regex> {
    Regex::new(text).ok()
}

static BRANCH_SIGN: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"^revert-(?:merge-)?[0-9]+"));
// GitLab's `revert-1a2b3c4d` is a commit and not number 1: a number is not followed by a letter.
static BRANCH_NUMBER: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"^revert-(?:merge-)?([0-9]+)(?:[^0-9A-Za-z]|$)"));
// The word boundary is ASCII's, since in `回退PR12` the letter before `PR` is a letter too.
static TITLE_NUMBER: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"(?i)(?:[!#]|(?-u:\b)PR ?)([0-9]+)"));
static BODY_NUMBER: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"(?i)(?-u:\b)reverts(?-u:\b)([^\n]*?)[#!]([0-9]+)"));
static BODY_COMMIT: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"(?i)this reverts commit\s+([0-9a-f]{7,40})"));

/// Whether the pull is itself a revert, and by what.
pub fn sign(pull: &Pull) -> Option<Sign<'_>> {
    let title = without_leading_groups(&pull.title);
    let word = title.as_bytes().get(..6);
    if word.is_some_and(|w| w.eq_ignore_ascii_case(b"revert")) || title.starts_with("回退") {
        return Some(Sign::Title);
    }
    let branch = pull.head_branch.as_deref()?;
    let pattern = BRANCH_SIGN.as_ref()?;
    pattern.is_match(branch).then_some(Sign::Branch(branch))
}

/// The pull that a revert names, by the first of head branch, title, body; None where it names nothing.
pub fn target(pull: &Pull) -> Option<Target> {
    sign(pull)?;
    let number = |pattern: &Option<Regex>, text: &str| -> Option<Target> {
        let digits = pattern.as_ref()?.captures(text)?.get(1)?;
        digits.as_str().parse().ok().map(Target::Number)
    };
    // `This reverts commit 1a2b3c4 (fix #12)` names the commit.
    let named_in_body = |text: &str| -> Option<Target> {
        let mut found = BODY_NUMBER.as_ref()?.captures_iter(text);
        let named = found.find(|found| found.get(1).is_none_or(|between| !between.as_str().contains("commit")))?;
        named.get(2)?.as_str().parse().ok().map(Target::Number)
    };
    let commit = |text: &str| -> Option<Target> {
        let sha = BODY_COMMIT.as_ref()?.captures(text)?.get(1)?;
        Some(Target::Commit(sha.as_str().to_ascii_lowercase()))
    };
    pull.head_branch
        .as_deref()
        .and_then(|branch| number(&BRANCH_NUMBER, branch))
        .or_else(|| number(&TITLE_NUMBER, &pull.title))
        .or_else(|| named_in_body(&pull.body))
        .or_else(|| commit(&pull.body))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::testing::pull;

    fn check(title: &str, head: &str, body: &str, expected: Option<Target>) {
        let mut revert = pull(1);
        revert.title = title.into();
        revert.head_branch = Some(head.into());
        revert.body = body.into();
        assert_eq!(target(&revert), expected, "{title} | {head} | {body}");
    }

    #[test]
    fn patterns_compile() {
        for compiled in [&BRANCH_SIGN, &BRANCH_NUMBER, &TITLE_NUMBER, &BODY_NUMBER, &BODY_COMMIT] {
            assert!(compiled.is_some());
        }
    }

    #[test]
    fn reverts_name_their_target_by_the_first_of() {
        let number = |n| Some(Target::Number(n));
        let commit = |sha: &str| Some(Target::Commit(sha.into()));
        check("x", "revert-merge-208-master", "", number(208));
        check("x", "revert-208-fix-cache", "", number(208));
        check("Revert !7", "revert-208", "", number(208));
        check("Revert \"fix leak (#12)\"", "b", "", number(12));
        check("[r1.0] revert Pull Request !9: cache", "b", "", number(9));
        check("revert PR 31", "b", "", number(31));
        check("回退PR31", "b", "", number(31));
        check("revert spr31", "b", "", None);
        check("Revert cache", "b", "Reverts lanterns/lantern#55", number(55));
        check("Revert cache", "b", "Reverts !56", number(56));
        check(
            "Revert cache",
            "b",
            "This reverts commit 1A2b3c4d5.",
            commit("1a2b3c4d5"),
        );
        check("Revert cache", "b", "This reverts merge request !57", number(57));
        check(
            "Revert cache",
            "b",
            "This reverts commit 1a2b3c4 (fix #12)",
            commit("1a2b3c4"),
        );
        check("x", "revert-208_x", "", number(208));
        check("Revert cache", "b", "This reverts commit 1a2b3c.", None);
        check(
            "x",
            "revert-1a2b3c4d",
            "This reverts commit 1a2b3c4d",
            commit("1a2b3c4d"),
        );
        check("fix !12", "fix", "Reverts #3", None);
    }
}
