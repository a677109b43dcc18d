//! `not_duplicate`: the same commit, a port, the same title.

use super::sight::{check, fix, on_mirror};
use crate::domain::{
    forge::Forge,
    pull::{Pull, State},
    testing::{actor, at, settled},
};

fn titled(number: u64, title: &str, branch: &str) -> Pull {
    fix(number, |p| {
        p.title = title.into();
        p.base_branch = Some(branch.into());
    })
}

fn commits(number: u64, merge: Option<&str>, head: Option<&str>) -> Pull {
    fix(number, |p| {
        p.merge_sha = merge.map(str::to_owned);
        p.head_sha = head.map(str::to_owned);
    })
}

#[test]
fn ports_and_repeated_titles_are_told_apart_by_branch() {
    check(
        "a port, whatever group and number it bears",
        &[
            titled(1, "Fix leak", "master"),
            titled(2, "[r1.0] fix  LEAK !1", "r1.0"),
        ],
        &["accepted", "rejected: port of 1"],
    );
    check(
        "the same title on the same branch",
        &[titled(1, "fix leak", "master"), titled(2, "Fix leak #9", "master")],
        &["accepted", "review: same_title of 1"],
    );
    check(
        "another title",
        &[titled(1, "fix leak", "master"), titled(2, "fix leaks", "r1.0")],
        &["accepted", "accepted"],
    );
    let untold = |number| Pull {
        base_branch: None,
        ..titled(number, "fix leak", "master")
    };
    check(
        "of a branch that nobody has told one cannot say that it is another",
        &[
            untold(1),
            titled(2, "fix leak", "r1.0"),
            titled(3, "fix leak", "master"),
        ],
        &["accepted", "review: same_title of 1", "rejected: port of 2"],
    );
    check(
        "branches compare exactly",
        &[titled(1, "fix leak", "master"), titled(2, "fix leak", "Master")],
        &["accepted", "rejected: port of 1"],
    );
    check(
        "a port that failed is nobody's earlier one",
        &[
            titled(1, "fix leak", "master"),
            titled(2, "fix leak", "r1.0"),
            titled(3, "fix leak", "master"),
        ],
        &["accepted", "rejected: port of 1", "review: same_title of 1"],
    );
}

#[test]
fn a_title_is_the_same_only_within_person_and_family() {
    let by_bob = |pull: Pull| Pull {
        author: actor("dev2"),
        ..pull
    };
    check(
        "another person",
        &[titled(1, "fix leak", "master"), by_bob(titled(2, "fix leak", "r1.0"))],
        &["accepted", "accepted"],
    );
    check(
        "the mirror is the same family",
        &[
            titled(1, "fix leak", "master"),
            fix(2, |p| {
                on_mirror(p);
                p.title = "fix leak".into();
            }),
        ],
        &["accepted", "review: same_title of 1"],
    );
    check(
        "nobody's pulls have no title in common",
        &[1, 2].map(|n| Pull {
            author: actor("stranger"),
            ..titled(n, "fix leak", "master")
        }),
        &["rejected", "rejected"],
    );
}

#[test]
fn the_same_commit_fails_whoever_wrote_it() {
    let (a, b) = ("a".repeat(40), "b".repeat(40));
    let (a, b) = (Some(a.as_str()), Some(b.as_str()));
    let mirrored = |number, merge| {
        let mut pull = commits(number, merge, None);
        on_mirror(&mut pull);
        pull
    };
    check(
        "one merge commit may land several pulls of one repository",
        &[commits(1, a, None), commits(2, a, None)],
        &["accepted", "accepted"],
    );
    check(
        "and lands none of them again on the mirror",
        &[commits(1, a, None), commits(2, a, None), mirrored(3, a)],
        &["accepted", "accepted", "rejected: same_commit of 1"],
    );
    check(
        "whichever came first",
        &[mirrored(1, a), commits(2, a, None), commits(3, a, None)],
        &["accepted", "rejected: same_commit of 1", "rejected: same_commit of 1"],
    );
    check(
        "a repository under the same path is another one",
        &[
            commits(1, a, None),
            Pull {
                repository_id: Some("8".into()),
                ..commits(2, a, None)
            },
        ],
        &["accepted", "rejected: same_commit of 1"],
    );
    check(
        "head commit, in upper case and by another person on the mirror",
        &[
            commits(1, None, a),
            fix(2, |p| {
                on_mirror(p);
                p.author = actor("dev2");
                p.head_sha = a.map(str::to_ascii_uppercase);
            }),
        ],
        &["accepted", "rejected: same_commit of 1"],
    );
    check(
        "a merge commit is not held against a head commit",
        &[commits(1, a, b), commits(2, b, a)],
        &["accepted", "accepted"],
    );
    check(
        "an empty sha is none",
        &[commits(1, Some(""), Some("")), commits(2, Some(""), Some(""))],
        &["accepted", "accepted"],
    );
    check(
        "a commit goes before a port",
        &[
            titled(1, "fix leak", "master"),
            commits(2, None, a),
            Pull {
                title: "fix leak".into(),
                base_branch: Some("r1.0".into()),
                ..commits(3, None, a)
            },
        ],
        &["accepted", "accepted", "rejected: same_commit of 2"],
    );
}

#[test]
fn only_what_has_no_failed_check_is_compared_with() {
    let three = |first: &dyn Fn(&mut Pull)| {
        let mut pulls = [
            titled(1, "fix leak", "master"),
            titled(2, "fix leak", "r1.0"),
            titled(3, "fix leak", "r1.1"),
        ];
        first(&mut pulls[0]);
        pulls
    };
    check(
        "a chain of ports names the first",
        &three(&|_| {}),
        &["accepted", "rejected: port of 1", "rejected: port of 1"],
    );
    check(
        "the first fails another check: the second takes its place",
        &three(&|p| p.labels.push("stat/invalid".into())),
        &["rejected", "accepted", "rejected: port of 2"],
    );
    check(
        "the first was opened too early",
        &three(&|p| p.created_at = at("2026-01-01T00:00:00Z")),
        &["rejected", "accepted", "rejected: port of 2"],
    );
    check(
        "an ask is no failure",
        &three(&|p| p.additions = Some(0)),
        &["accepted", "rejected: port of 1", "rejected: port of 1"],
    );
    check(
        "asked about, and still the first",
        &three(&|p| (p.additions, p.deletions) = (Some(0), Some(0))),
        &["review", "rejected: port of 1", "rejected: port of 1"],
    );
    check(
        "a port is a failure, so the third repeats the first alone",
        &[
            titled(1, "fix leak", "master"),
            titled(2, "fix leak", "r1.0"),
            titled(3, "fix leak", "r1.0"),
        ],
        &["accepted", "rejected: port of 1", "rejected: port of 1"],
    );
    check(
        "a reverted first is a failed one",
        &[
            titled(1, "fix leak", "master"),
            fix(2, |p| p.title = "revert !1".into()),
            titled(3, "fix leak", "master"),
        ],
        &["rejected: reverted by 2", "rejected", "accepted"],
    );
}

#[test]
fn h3_an_unconfirmed_claim_is_never_the_earlier_one() {
    check(
        "claimed first, confirmed later",
        &[
            fix(1, |p| {
                p.title = "fix leak".into();
                p.confirmed = false;
            }),
            titled(2, "fix leak", "r1.0"),
        ],
        &["waiting", "accepted"],
    );
    check(
        "a claim is held against what is confirmed",
        &[
            titled(1, "fix leak", "master"),
            fix(2, |p| {
                p.title = "fix leak".into();
                p.base_branch = Some("r1.0".into());
                p.confirmed = false;
            }),
        ],
        &["accepted", "rejected: port of 1"],
    );
}

#[test]
fn what_is_not_merged_repeats_nothing_and_nothing_repeats_it() {
    for state in [State::Open, State::Closed] {
        let unmerged = |number, branch: &str| {
            let mut pull = titled(number, "fix leak", branch);
            pull.state = state;
            settled(pull)
        };
        let status = if state == State::Open { "waiting" } else { "rejected" };
        check(
            "before",
            &[unmerged(1, "master"), titled(2, "fix leak", "r1.0")],
            &[status, "accepted"],
        );
        check(
            "after",
            &[titled(1, "fix leak", "master"), unmerged(2, "r1.0")],
            &["accepted", status],
        );
    }
}

#[test]
fn the_order_is_merge_then_forge_then_repository_then_number() {
    let together = |number: u64, change: &dyn Fn(&mut Pull)| {
        fix(number, |p| {
            p.title = "fix leak".into();
            p.merged_at = Some(at("2026-03-04T00:00:00Z"));
            change(p);
        })
    };
    check(
        "by number, as a number",
        &[together(10, &|_| {}), together(9, &|_| {})],
        &["review: same_title of 2", "accepted"],
    );
    check(
        "by forge before number",
        &[together(1, &on_mirror), together(2, &|_| {})],
        &["review: same_title of 2", "accepted"],
    );
    let of = |id: &str| {
        let id = Some(id.to_owned());
        move |p: &mut Pull| p.repository_id = id.clone()
    };
    check(
        "by the repository's id before number, where two bear one path",
        &[together(1, &of("10")), together(2, &of("9"))],
        &["review: same_title of 2", "accepted"],
    );
    check(
        "by merge before forge",
        &[
            together(1, &|p| p.merged_at = Some(at("2026-03-04T00:00:00.001Z"))),
            together(2, &on_mirror),
        ],
        &["review: same_title of 2", "accepted"],
    );
    assert!(
        Forge::ALL
            .windows(2)
            .all(|pair| pair[0].as_str() < pair[1].as_str() && pair[0] < pair[1])
    );
}
