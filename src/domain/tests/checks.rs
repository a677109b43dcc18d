//! Each check on one pull alone: every outcome, with what it says of it.

use crate::domain::{
    check::{
        Check::{self, *},
        Outcome::{self, *},
        alone, out_of_scope,
    },
    competition::NoSignal,
    forge::Forge,
    landing::landing,
    pull::{Actor, RepoPath, State},
    testing::{World, actor, settled, world},
};

fn check(which: Check, outcome: Outcome, says: &str, change: impl FnOnce(&mut World)) {
    let mut world = world();
    change(&mut world);
    assert_eq!(world.finding(which), (outcome, says.to_owned()), "{}", which.as_str());
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn path(text: &str) -> RepoPath {
    RepoPath::parse(text).unwrap()
}

#[test]
fn every_check_runs_in_the_order_of_the_contract_and_none_hides_another() {
    let mut world = world();
    world.pull.author = actor("stranger");
    world.pull.labels = words(&["stat/invalid"]);
    world.pull.title = "Revert !7".into();
    world.pull.state = State::Closed;
    world.pull = settled(world.pull);
    let scope = world.definition.scope();
    let place = scope.place_of_path(&world.pull.forge, &world.pull.repository).unwrap();
    let landing = landing(&world.definition, &world.pull, None);
    let alone = alone(
        &world.definition,
        place,
        &world.roster,
        &world.pull,
        &landing,
        world.now,
    );
    let ran: Vec<Check> = alone.findings.iter().map(|finding| finding.check).collect();
    assert_eq!(ran, Check::ALL[..15]);
    let failed: Vec<Check> = alone
        .findings
        .iter()
        .filter(|f| f.outcome == Fail)
        .map(|f| f.check)
        .collect();
    assert_eq!(failed, [Merged, Author, Team, ForbiddenLabels, NotRevert]);
    assert_eq!((alone.person, alone.team), (None, None));
}

#[test]
fn repository_knows_its_mirrors_without_case() {
    check(Repository, Pass, "lanterns/lantern is part of this competition", |_| {});
    check(Repository, Pass, "Lanterns/LANTERN is part of this competition", |w| {
        w.pull.repository = path("Lanterns/LANTERN");
    });
    let mirror = "lanterns-mirror/Lantern is a mirror of lanterns/lantern, which is part of this competition";
    check(Repository, Pass, mirror, |w| {
        w.pull.forge = Forge::GitHub.into();
        w.pull.repository = path("lanterns-mirror/Lantern");
    });
}

#[test]
fn repository_out_of_scope_has_no_place_and_fails() {
    let world = world();
    let scope = world.definition.scope();
    for (forge, name) in [
        (Forge::GitHub, "lanterns/lantern"),
        (Forge::Gitee, "lanterns-mirror/lantern"),
        (Forge::Gitee, "lanterns/lantern2"),
    ] {
        assert!(
            scope.place_of_path(&forge.into(), &path(name)).is_none(),
            "{forge} {name}"
        );
    }
    assert_eq!(out_of_scope("a/b").outcome, Fail);
}

#[test]
fn confirmed_waits_for_the_forges_own_answer() {
    check(Confirmed, Pass, "the facts are proven", |_| {});
    let claimed = "reported by a hook whose proof does not cover its text; waiting for the forge's own answer";
    check(Confirmed, Wait, claimed, |w| w.pull.confirmed = false);
    // When it was merged is another check's question.
    check(Confirmed, Pass, "the facts are proven", |w| w.pull.merged_at = None);
    check(Confirmed, Pass, "the facts are proven", |w| {
        w.pull.state = State::Open;
        w.pull = settled(w.pull.clone());
    });
}

#[test]
fn branch_counts_where_it_is_allowed_exactly() {
    check(Branch, Pass, "into `master`; every branch counts", |_| {});
    let only = |names: &[&str], base: &str| {
        let (names, base) = (words(names), base.to_owned());
        move |w: &mut World| {
            w.definition.repositories[0].branches = names;
            w.pull.base_branch = Some(base);
        }
    };
    check(Branch, Pass, "into `r1.0`", only(&["master", "r1.0"], "r1.0"));
    check(
        Branch,
        Fail,
        "into `r1.0`; only `master` counts",
        only(&["master"], "r1.0"),
    );
    check(
        Branch,
        Fail,
        "into `Master`; only `master` or `main` counts",
        only(&["master", "main"], "Master"),
    );
    check(Branch, Pass, "nobody has told the branch; every branch counts", |w| {
        w.pull.base_branch = None;
    });
    let untold =
        "nobody has told into which branch; only `master` counts. The forge's own answer or an import tells it";
    check(Branch, Wait, untold, |w| {
        only(&["master"], "")(w);
        w.pull.base_branch = None;
    });
    check(Branch, Fail, "into `dev`; only `master` counts", |w| {
        only(&["master"], "dev")(w);
        w.pull.forge = Forge::GitHub.into();
        w.pull.repository = path("lanterns-mirror/lantern");
    });
}

#[test]
fn merged_waits_while_open_and_fails_once_closed() {
    check(Merged, Pass, "merged 2026-03-03 18:01:00 +08:00", |_| {});
    check(Merged, Pass, "merged", |w| w.pull.merged_at = None);
    let state = |state| {
        move |w: &mut World| {
            w.pull.state = state;
            w.pull = settled(w.pull.clone());
        }
    };
    check(Merged, Wait, "still open", state(State::Open));
    check(Merged, Fail, "closed without a merge", state(State::Closed));
}

#[test]
fn merged_by_a_robot_that_closes_the_pull_shows_in_its_label() {
    let closed = |labels: &[&str], at: Option<&str>| {
        let (labels, at) = (words(labels), at.map(crate::domain::testing::at));
        move |w: &mut World| {
            w.definition.rules.merged_labels = words(&["Merged", "landed"]);
            w.pull.state = State::Closed;
            w.pull.labels = labels;
            w.pull.merged_at = None;
            w.pull.closed_at = at;
        }
    };
    let at = Some("2026-03-03T10:01:00Z");
    let says = "label `Merged` says that a robot merged it; closed 2026-03-03 18:01:00 +08:00";
    check(Merged, Pass, says, closed(&["x", "Merged"], at));
    let inside = "merged 2026-03-03 18:01:00 +08:00, inside the window";
    check(InTime, Pass, inside, closed(&["landed"], at));
    check(Merged, Fail, "closed without a merge", closed(&["merged"], at));
    let untold = closed(&["Merged"], None);
    check(Merged, Pass, "label `Merged` says that a robot merged it", untold);
    let needs = "merged, and nobody has told when: it takes the forge's own word, an import with `merged_at`, or a \
        judge who gives the time";
    check(InTime, Wait, needs, closed(&["Merged"], None));
    check(Merged, Wait, "still open", |w| {
        closed(&["Merged"], at)(w);
        w.pull.state = State::Open;
    });
}

#[test]
fn bot_is_listed_without_case_or_marked_by_the_forge() {
    check(Bot, Pass, "not a bot", |_| {});
    check(Bot, Fail, "Merge-BOT is one of the bots of this competition", |w| {
        w.pull.author = actor("Merge-BOT");
    });
    check(Bot, Fail, "dev1 is one of the bots of this competition", |w| {
        w.definition.rules.bots = words(&["DEV1"]);
    });
    check(Bot, Fail, "the forge marks dev1 as a bot", |w| w.pull.author.bot = true);
    check(Bot, Pass, "not a bot", |w| w.pull.author = actor("merge-bot-2"));
    check(Bot, Fail, "renovate[bot] has a bot's name", |w| {
        w.pull.author = actor("renovate[bot]");
    });
    check(Bot, Fail, "Renovate[BOT] has a bot's name", |w| {
        w.pull.author = actor("Renovate[BOT]");
    });
    check(Bot, Pass, "not a bot", |w| w.pull.author = actor("bot"));
}

/// Rows of `bugfix`: labels, title, body.
fn bugfix(outcome: Outcome, says: &str, labels: &[&str], title: &str, body: &str) {
    check(Bugfix, outcome, says, |w| {
        w.pull.labels = words(labels);
        w.pull.title = title.into();
        w.pull.body = body.into();
    });
}

#[test]
fn bugfix_shows_in_a_label_the_title_or_a_command() {
    let none = "nothing in labels, title or description says that this fixes a bug";
    bugfix(Pass, "label `kind/bug`", &["sig/ops", "kind/bug"], "tidy", "");
    bugfix(Pass, "the title says `Fix`", &[], "Fixed cache", "");
    bugfix(Pass, "the title says `修复`", &[], "修复越界", "");
    bugfix(Ask, none, &[], "prefix the cache", "");
    bugfix(Ask, none, &[], "tidy", "");
}

#[test]
fn bugfix_command_is_a_line_that_starts_with_it_and_not_a_quoted_one() {
    let none = "nothing in labels, title or description says that this fixes a bug";
    let said = "the description has the line `/kind bug`";
    for body in [
        "/kind bug",
        "what it does\n/kind bug\nmore",
        "a\r\n/kind bug\r\nb",
        "/kind bug please",
    ] {
        bugfix(Pass, said, &[], "tidy", body);
    }
    for body in [
        "> /kind bug",
        ">/kind bug",
        "> Uncomment one:\n> /kind bug\n> /kind task\n",
        " /kind bug",
        "say /kind bug",
        "/kind  bug",
        "/Kind Bug",
    ] {
        bugfix(Ask, none, &[], "tidy", body);
    }
    bugfix(Pass, said, &[], "tidy", "> /kind bug\n/kind bug");
    check(Bugfix, Ask, none, |w| {
        w.definition.rules.bugfix_command = None;
        w.definition.rules.bugfix_title = None;
        w.pull.labels.clear();
        w.pull.body = "/kind bug".into();
    });
}

#[test]
fn bugfix_names_a_label_that_is_nearly_it() {
    for label in ["kind/bugs", "kind/Bug", "KIND/BUG", "Kind-Bug", "kind/bg", "kind/buggy"] {
        let says = format!("label `{label}` looks like `kind/bug`, but is not it");
        bugfix(Ask, &says, &["sig/ops", label], "tidy", "");
    }
    let none = "nothing in labels, title or description says that this fixes a bug";
    bugfix(Ask, none, &["kind/feature", "kind/bug123"], "tidy", "");
}

#[test]
fn bugfix_without_a_sign_fails_where_the_rules_say_so() {
    let says = "nothing in labels, title or description says that this fixes a bug";
    check(Bugfix, Fail, says, |w| {
        w.definition.rules.no_signal = NoSignal::Fail;
        w.pull.labels.clear();
        w.pull.title = "tidy".into();
    });
}

#[test]
fn required_labels_must_all_be_there_exactly() {
    let rows = |required: &[&str], labels: &[&str]| {
        let (required, labels) = (words(required), words(labels));
        move |w: &mut World| {
            w.definition.rules.required_labels = required;
            w.pull.labels = labels;
        }
    };
    check(RequiredLabels, Pass, "no label is required", rows(&[], &[]));
    let both = &["cla/yes", "lgtm"];
    check(
        RequiredLabels,
        Pass,
        "every required label is there",
        rows(both, &["lgtm", "cla/yes", "x"]),
    );
    check(RequiredLabels, Fail, "lacks `cla/yes`; lacks `lgtm`", rows(both, &[]));
    check(RequiredLabels, Fail, "lacks `lgtm`", rows(both, &["cla/yes"]));
    check(
        RequiredLabels,
        Fail,
        "lacks `cla/yes`; label `cla/yep` looks like it; lacks `lgtm`; label `LGtm` looks like it",
        rows(both, &["cla/yep", "LGtm"]),
    );
    check(
        RequiredLabels,
        Fail,
        "lacks `cla/yes`",
        rows(&["cla/yes"], &["cla/no-way"]),
    );
}

#[test]
fn forbidden_labels_rule_out_exactly() {
    let bears = |labels: &[&str]| {
        let labels = words(labels);
        move |w: &mut World| w.pull.labels = labels
    };
    check(ForbiddenLabels, Pass, "no label that rules it out", bears(&[]));
    check(
        ForbiddenLabels,
        Pass,
        "no label that rules it out",
        bears(&["stat/Invalid", "stat/invalids"]),
    );
    check(
        ForbiddenLabels,
        Fail,
        "label `stat/invalid` rules it out",
        bears(&["kind/bug", "stat/invalid"]),
    );
}

#[test]
fn self_merge_is_asked_about_unless_a_bot_merged() {
    let by = |author: &str, merger: Actor| {
        let author = actor(author);
        move |w: &mut World| {
            w.pull.author = author;
            w.pull.merged_by = Some(merger);
        }
    };
    check(SelfMerge, Pass, "who merged it is not told", |_| {});
    check(
        SelfMerge,
        Pass,
        "merged by the bot Merge-Bot",
        by("dev1#1", actor("Merge-Bot#9")),
    );
    check(
        SelfMerge,
        Pass,
        "merged by the bot land[bot]",
        by("land[bot]", actor("land[bot]")),
    );
    check(SelfMerge, Pass, "merged by dev2", by("dev1#1", actor("dev2#2")));
    check(SelfMerge, Ask, "DEV1 merged their own pull", by("dev1", actor("DEV1")));
    check(
        SelfMerge,
        Ask,
        "dev1 merged their own pull",
        by("dev1#1", actor("dev1")),
    );
    check(SelfMerge, Ask, "new merged their own pull", by("old#1", actor("new#1")));
    check(SelfMerge, Pass, "merged by dev1", by("dev1#1", actor("dev1#2")));
    check(SelfMerge, Pass, "merged by somebody else", by("dev1#1", actor("#2")));
    check(SelfMerge, Ask, "the author merged it", by("dev1#1", actor("#1")));
    let marked = Actor {
        bot: true,
        ..actor("dev1#1")
    };
    check(SelfMerge, Pass, "merged by the bot dev1", by("dev1#1", marked));
    check(
        SelfMerge,
        Pass,
        "merged by the bot merge-bot",
        by("merge-bot#1", actor("merge-bot#1")),
    );
}

#[test]
fn size_is_asked_about_below_the_least() {
    let lines = |additions, deletions, least| {
        move |w: &mut World| {
            w.pull.additions = additions;
            w.pull.deletions = deletions;
            w.definition.rules.min_changed_lines = least;
        }
    };
    check(Size, Pass, "4 lines changed", |_| {});
    check(
        Size,
        Pass,
        "the forge did not say how many lines changed",
        lines(None, None, 5),
    );
    check(Size, Pass, "1 line changed", lines(Some(1), Some(0), 1));
    check(Size, Pass, "5 lines changed", lines(None, Some(5), 5));
    check(Size, Ask, "4 lines changed, fewer than 5", lines(Some(4), None, 5));
    check(Size, Ask, "1 line changed, fewer than 2", lines(Some(1), Some(0), 2));
    check(Size, Ask, "0 lines changed, fewer than 1", lines(Some(0), Some(0), 1));
    check(Size, Pass, "0 lines changed", lines(Some(0), Some(0), 0));
    check(
        Size,
        Pass,
        "18446744073709551615 lines changed",
        lines(Some(u64::MAX), Some(u64::MAX), 1),
    );
}

#[test]
fn not_revert_looks_past_leading_groups_and_at_the_branch() {
    let named = |title: &str, head: &str| {
        let (title, head) = (title.to_owned(), head.to_owned());
        move |w: &mut World| {
            w.pull.title = title;
            w.pull.head_branch = Some(head);
        }
    };
    let title = "the title says that this takes another change back";
    for revert in [
        "Revert \"fix cache\"",
        "REVERT !7",
        "[r1.0][MD] revert fix",
        "  [a] [b]\tReverted fix",
        "回退 !7",
        "[r1.0]回退越界",
    ] {
        check(NotRevert, Fail, title, named(revert, "b"));
    }
    for head in ["revert-merge-208-master", "revert-208-fix", "revert-208"] {
        let says = format!("the branch `{head}` takes another change back");
        check(NotRevert, Fail, &says, named("x", head));
    }
    for (other, head) in [
        ("fix: revert the default", "b"),
        ("[revert] fix", "b"),
        ("[open revert", "b"),
        ("修复回退", "b"),
        ("x", "revert-fix"),
        ("x", "fix-revert-208"),
        ("x", "revert-merge-x"),
        ("回", "b"),
        ("reve", "b"),
    ] {
        check(NotRevert, Pass, "takes nothing back", named(other, head));
    }
}
