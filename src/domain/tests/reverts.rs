//! `not_reverted`: which merges a revert voids.

use super::sight::{check, fix, on_mirror};
use crate::domain::{
    evaluate::fold,
    pull::{Pull, RepoPath, State},
    testing::{actor, at, settled, world},
};

const SHA: &str = "1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d";

/// A revert of number 9, merged after number 1, with this title, head branch and body.
fn revert(title: &str, head: &str, body: &str) -> Pull {
    fix(9, |p| {
        p.title = title.into();
        p.head_branch = Some(head.into());
        p.body = body.into();
    })
}

#[test]
fn a_revert_voids_by_every_form_of_naming() {
    for (title, head, body) in [
        ("x", "revert-merge-1-master", ""),
        ("x", "revert-1-fix", ""),
        ("revert !1", "b", ""),
        ("revert pr 1", "b", ""),
        ("REVERT PR1", "b", ""),
        ("[r1.0] Revert Pull Request !1: fix", "b", ""),
        ("回退 !1", "b", ""),
        ("revert", "b", "Reverts lanterns/lantern!1"),
        ("revert", "b", "Reverts !1"),
        ("Revert \"fix !2\"", "b", "This reverts merge request !1"),
        ("revert !2", "b", "Reverts !1"),
        ("revert", "b", "This reverts commit 1a2b3c4."),
        ("revert", "revert-77", "This reverts commit 1a2b3c4."),
        (
            "revert",
            "b",
            "This reverts commit 1A2B3C4D5E6F7A8B9C0D1A2B3C4D5E6F7A8B9C0D",
        ),
    ] {
        for by in 0..3 {
            let target = fix(1, |p| match by {
                0 => p.head_sha = Some(SHA.into()),
                1 => p.squash_sha = Some(SHA.into()),
                _ => p.merge_sha = Some(SHA.into()),
            });
            check(
                &format!("{title} | {head} | {body}"),
                &[target, revert(title, head, body)],
                &["rejected: reverted by 2", "rejected"],
            );
        }
    }
}

#[test]
fn a_revert_that_names_nothing_or_another_voids_nothing() {
    for (title, head, body) in [
        ("revert the cache", "b", ""),
        ("revert !2", "b", ""),
        ("revert !11", "b", ""),
        // Elsewhere than on GitHub that is an issue.
        ("Revert \"fix leak 1 (#1)\"", "b", ""),
        ("revert", "b", "Reverts lanterns/lantern#1"),
        ("revert", "b", "This reverts commit 1a2b3c."),
        ("revert", "b", "This reverts commit 1a2b3c4d0."),
        ("revert", "b", "closes !1"),
        ("revert !1", "b", "Reverts !2"),
    ] {
        let target = fix(1, |p| p.merge_sha = Some(SHA.into()));
        check(
            &format!("{title} | {head} | {body}"),
            &[target, revert(title, head, body)],
            &["accepted", "rejected"],
        );
    }
    check(
        "a fix that names another is no revert",
        &[fix(1, |_| {}), fix(9, |p| p.body = "Reverts !1".into())],
        &["accepted", "accepted"],
    );
    check(
        "a dialog to revert with is no revert",
        &[fix(1, |_| {}), revert("revert_dialog: fix !1", "b", "")],
        &["accepted", "accepted"],
    );
}

#[test]
fn a_number_in_a_branch_counts_where_the_family_has_such_a_pull() {
    let both = |head: &str| revert("revert", head, "Reverts !1");
    let two = |p: &mut Pull| p.title = "fix two".into();
    check(
        "it has",
        &[fix(1, |_| {}), fix(2, two), both("revert-2-x")],
        &["accepted", "rejected: reverted by 3", "rejected"],
    );
    check(
        "it has none, so the digits may be a commit's",
        &[fix(1, |_| {}), fix(2, two), both("revert-12345678")],
        &["rejected: reverted by 3", "accepted", "rejected"],
    );
    let later = fix(2, |p| {
        two(p);
        p.merged_at = Some(at("2026-03-09T00:00:00Z"));
    });
    check(
        "it has one that was merged later: that is what was named",
        &[fix(1, |_| {}), later, both("revert-2-x")],
        &["accepted", "accepted", "rejected"],
    );
}

#[test]
fn a_revert_voids_only_what_was_merged_before_it() {
    let instant = at("2026-03-05T00:00:00Z");
    let at_offset = |offset: i64| {
        [
            fix(1, |p| p.merged_at = Some(instant.plus(offset))),
            fix(2, |p| {
                p.title = "revert !1".into();
                p.merged_at = Some(instant);
            }),
        ]
    };
    check("1 ms before", &at_offset(-1), &["rejected: reverted by 2", "rejected"]);
    check("at the same instant", &at_offset(0), &["accepted", "rejected"]);
    check("merged later than the revert", &at_offset(1), &["accepted", "rejected"]);
}

#[test]
fn a_revert_counts_whoever_wrote_it_and_whenever_it_merged() {
    let late = fix(2, |p| {
        p.title = "revert !1".into();
        p.author = actor("stranger");
        p.created_at = at("2026-05-01T00:00:00Z");
        p.merged_at = Some(at("2026-06-01T00:00:00Z"));
        p.base_branch = Some("elsewhere".into());
    });
    check(
        "long after",
        &[fix(1, |_| {}), late],
        &["rejected: reverted by 2", "rejected"],
    );
}

#[test]
fn a_revert_must_be_merged_and_confirmed() {
    for state in [State::Open, State::Closed] {
        let mut open = revert("revert !1", "b", "");
        open.state = state;
        check(
            "not merged",
            &[fix(1, |_| {}), settled(open)],
            &["accepted", "rejected"],
        );
    }
    let mut claim = revert("revert !1", "b", "");
    claim.confirmed = false;
    check("h3: only claimed", &[fix(1, |_| {}), claim], &["accepted", "rejected"]);
}

#[test]
fn the_first_revert_is_the_one_that_is_named() {
    check(
        "two reverts",
        &[
            fix(1, |_| {}),
            fix(3, |p| p.title = "revert !1".into()),
            fix(2, |p| p.title = "revert pr 1".into()),
        ],
        &["rejected: reverted by 3", "rejected", "rejected"],
    );
}

#[test]
fn a_revert_that_was_itself_taken_back_voids_nothing() {
    let take_back = |number: u64| fix(number, move |p| p.title = format!("revert !{}", number - 1));
    check(
        "what it took back stands again",
        &[fix(1, |_| {}), take_back(2), take_back(3)],
        &["accepted", "rejected: reverted by 3", "rejected"],
    );
    check(
        "and falls again with the next",
        &[fix(1, |_| {}), take_back(2), take_back(3), take_back(4)],
        &[
            "rejected: reverted by 2",
            "rejected",
            "rejected: reverted by 4",
            "rejected",
        ],
    );
    check(
        "another revert of it stands",
        &[
            fix(1, |_| {}),
            take_back(2),
            take_back(3),
            fix(4, |p| p.title = "revert PR 1".into()),
        ],
        &[
            "rejected: reverted by 4",
            "rejected: reverted by 3",
            "rejected",
            "rejected",
        ],
    );
    let claim = fix(3, |p| {
        p.title = "revert !2".into();
        p.confirmed = false;
    });
    check(
        "h3: a claim takes nothing back, a revert neither",
        &[fix(1, |_| {}), take_back(2), claim],
        &["rejected: reverted by 2", "rejected", "rejected"],
    );
}

#[test]
fn a_number_means_the_reverts_own_repository_first_and_then_the_family() {
    let mirrored = |number, change: &dyn Fn(&mut Pull)| {
        fix(number, |p| {
            on_mirror(p);
            p.title = format!("fix mirror {number}");
            change(p);
        })
    };
    let revert_on_mirror = mirrored(9, &|p| p.title = "revert #1".into());
    check(
        "the mirror has no such number",
        &[fix(1, |_| {}), revert_on_mirror.clone()],
        &["rejected: reverted by 2", "rejected"],
    );
    check(
        "the mirror has one of its own",
        &[fix(1, |_| {}), mirrored(1, &|_| {}), revert_on_mirror.clone()],
        &["accepted", "rejected: reverted by 3", "rejected"],
    );
    let later = mirrored(1, &|p| p.merged_at = Some(at("2026-03-09T00:00:00Z")));
    check(
        "its own was merged later, so nothing is voided",
        &[fix(1, |_| {}), later, revert_on_mirror],
        &["accepted", "accepted", "rejected"],
    );
    check(
        "a commit is the family's wherever it is",
        &[
            fix(1, |p| p.merge_sha = Some(SHA.into())),
            mirrored(1, &|p| p.head_sha = Some(SHA.to_ascii_uppercase())),
            mirrored(9, &|p| {
                p.title = "revert".into();
                p.body = format!("This reverts commit {SHA}");
            }),
        ],
        &["rejected: reverted by 3", "rejected: reverted by 3", "rejected"],
    );
}

#[test]
fn a_revert_reaches_no_other_family() {
    let mut world = world();
    let mut other = world.definition.repositories[0].clone();
    other.path = RepoPath::parse("lanterns/other").unwrap();
    other.mirrors.clear();
    world.definition.repositories.push(other);
    let elsewhere = fix(9, |p| {
        p.repository = RepoPath::parse("lanterns/other").unwrap();
        p.title = "revert !1".into();
        p.body = format!("This reverts commit {SHA}");
    });
    let subjects = [
        world.subject(1, &fix(1, |p| p.merge_sha = Some(SHA.into())), None),
        world.subject(2, &elsewhere, None),
    ];
    let verdicts = fold(&subjects, world.definition.review);
    assert_eq!(verdicts[0].reverted_by, None);
}
