use super::*;
use crate::domain::testing::{CAMPUS, SHORE, at, roster};
use chrono_tz::Asia;

/// Some labels that live as long as a detail wants them.
fn labels(names: &[&str]) -> &'static [String] {
    names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>().leak()
}

fn noon() -> Moment {
    at("2026-03-03T04:00:00Z")
}

/// Every kind of detail once: the match does not compile where one is left out or comes twice.
macro_rules! each_detail {
    ($($variant:ident $({ $($field:tt)* })?),* $(,)?) => {
        fn each() -> Vec<(&'static str, Detail<'static>)> {
            #[deny(unreachable_patterns)]
            fn _all_are_here(detail: &Detail<'_>) {
                match detail {
                    $(Detail::$variant { .. } => {})*
                }
            }
            vec![$((stringify!($variant), Detail::$variant $({ $($field)* })?)),*]
        }
    };
}

each_detail! {
    InScope { path: "a/b" },
    MirrorOf { path: "c/d", of: "a/b" },
    OutOfScope { path: "a/b" },
    Confirmed,
    Claimed,
    BranchUntold { allowed: labels(&["master"]) },
    AnyBranch { branch: "master" },
    Branch { branch: "master" },
    OtherBranch { branch: "dev", allowed: labels(&["master", "main"]) },
    Merged { at: noon() },
    MergedByLabel { label: "Merged", at: Some(noon()) },
    MergedByJudge { at: noon() },
    MergedSomewhen,
    Open,
    Closed,
    OpenedInside { at: noon() },
    OpenedEarly { at: noon(), by: 5_000 },
    OpenedLate { at: noon(), by: 5_000 },
    MergedInside { at: noon() },
    MergedInGrace { at: noon(), after: 5_000 },
    MergedEarly { at: noon(), by: 5_000 },
    MergedLate { at: noon(), by: 5_000, grace: true },
    MergeBy { until: noon() },
    MergeTimeUntold,
    NeverMerged { until: noon() },
    Author { login: "dev1", person: "Ann" },
    NoPerson { login: "dev3" },
    OtherId { login: "dev1" },
    Team { team: SHORE },
    NoAuthor,
    NeverInTeam,
    JoinedLater { team: CAMPUS, joined: noon().plus(5_000), at: noon() },
    LeftBefore { team: CAMPUS, left: noon(), at: noon().plus(5_000) },
    TeamStanding { team: SHORE, standing: Standing::Applied },
    Human,
    Bot { login: "merge-bot" },
    MarkedBot { login: "helper" },
    NamedBot { login: "helper-bot" },
    BugLabel { label: "kind/bug" },
    BugTitle { sign: "fix" },
    BugCommand { command: "/kind bug" },
    NoSign { labels: labels(&["sig/ops"]), wanted: labels(&["kind/bug"]) },
    NothingRequired,
    HasRequired,
    Lacks { missing: vec!["cla/yes"], labels: labels(&["cla/no-way"]) },
    NoneForbidden,
    Forbidden { label: "stat/invalid" },
    MergerUnknown,
    MergedByBot { login: "merge-bot" },
    MergedByOther { login: "dev2" },
    MergedBySelf { login: "dev1" },
    SizeUnknown,
    Size { lines: 3 },
    TooSmall { lines: 0, least: 2 },
    NoRevert,
    RevertTitle,
    RevertBranch { branch: "revert-208" },
    NotReverted,
    Reverted { by: "gitee:a/b!9" },
    Single,
    NotYetMerged,
    SameCommit { other: "gitee:a/b!1" },
    Port { other: "gitee:a/b!1" },
    SameTitle { other: "gitee:a/b!1" },
}

fn said(detail: &Detail<'_>) -> [String; 2] {
    let roster = roster();
    [Lang::En, Lang::Zh].map(|lang| {
        let voice = Voice {
            lang,
            zone: Asia::Shanghai,
            roster: &roster,
        };
        voice.say(detail)
    })
}

/// Reads as a sentence: no gap where a word is missing, no trace of how the program writes data.
fn assert_is_a_sentence(text: &str, of: &str) {
    assert!(
        !text.is_empty() && text.trim() == text && !text.contains("  "),
        "{of}: `{text}`"
    );
    for trace in [
        "Some(", "None", "Detail", "Team", "Moment", "\"", "{", "}", "[", "]", "?", "::", "``", "\\",
    ] {
        assert!(!text.contains(trace), "{of}: `{text}` has {trace}");
    }
    assert!(!text.ends_with('.') && !text.ends_with('。'), "{of}: `{text}`");
}

#[test]
fn every_detail_is_said_in_both_languages() {
    let is_han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    for (name, detail) in each() {
        let [en, zh] = said(&detail);
        assert_is_a_sentence(&en, name);
        assert_is_a_sentence(&zh, name);
        assert!(!en.chars().any(is_han), "{name}: {en}");
        assert!(zh.chars().any(is_han), "{name}: {zh}");
    }
}

#[test]
fn no_two_details_say_the_same() {
    let mut seen = std::collections::HashMap::new();
    for (name, detail) in each() {
        for text in said(&detail) {
            assert_eq!(seen.insert(text.clone(), name), None, "{name}: {text}");
        }
    }
}

#[test]
fn what_is_not_known_by_login_is_still_a_sentence() {
    for (detail, en, zh) in [
        (
            Detail::NoPerson { login: "" },
            "no participant has bound the author's account",
            "没有参赛者绑定作者的账号",
        ),
        (
            Detail::MarkedBot { login: "" },
            "the forge marks the author as a bot",
            "代码平台标记作者为机器人",
        ),
        (Detail::MergedByBot { login: "" }, "merged by a bot", "由机器人合并"),
        (
            Detail::MergedByOther { login: "" },
            "merged by somebody else",
            "由他人合并",
        ),
        (
            Detail::MergedBySelf { login: "" },
            "the author merged it",
            "作者自己合并",
        ),
        (
            Detail::Author {
                login: "",
                person: "Ann",
            },
            "Ann",
            "Ann",
        ),
    ] {
        assert_eq!(said(&detail), [en, zh]);
    }
}

#[test]
fn times_are_said_on_the_competitions_clock_and_in_spans() {
    let at = noon();
    let late = |by, grace| Detail::MergedLate { at, by, grace };
    let long = 7_800_000;
    for (detail, en, zh) in [
        (
            late(long, true),
            "merged 2 h 10 min after the grace ended",
            "宽限期结束后 2 小时 10 分 才合并",
        ),
        (
            late(long, false),
            "merged 2 h 10 min after the competition closed",
            "截止后 2 小时 10 分 才合并",
        ),
        (
            late(0, true),
            "merged at the very instant the grace ended",
            "在宽限期结束的那一刻合并",
        ),
        (
            late(0, false),
            "merged at the very instant the competition closed",
            "在截止的那一刻合并",
        ),
        (
            Detail::MergedInGrace { at, after: 0 },
            "merged as the competition closed, within the grace",
            "在截止时合并，仍在宽限期内",
        ),
        (
            Detail::OpenedLate { at, by: 0 },
            "opened at the very instant the competition closed",
            "创建于截止的那一刻",
        ),
        (
            Detail::Merged { at },
            "merged 2026-03-03 12:00:00 +08:00",
            "合并于 2026-03-03 12:00:00 +08:00",
        ),
        (
            Detail::LeftBefore {
                team: SHORE,
                left: at,
                at,
            },
            "left Shore at that very instant",
            "恰在那一刻离开 海岸",
        ),
    ] {
        assert_eq!(said(&detail), [en, zh]);
    }
}

#[test]
fn labels_that_nearly_match_are_named() {
    let wanted = labels(&["kind/bug", "type/bug"]);
    for (found, en, zh) in [
        (
            &["sig/ops", "kind/bugs"][..],
            "label `kind/bugs` looks like `kind/bug`, but is not it",
            "标签 `kind/bugs` 与 `kind/bug` 相似，但不是它",
        ),
        (
            &["type/bag"],
            "label `type/bag` looks like `type/bug`, but is not it",
            "标签 `type/bag` 与 `type/bug` 相似，但不是它",
        ),
        (
            &[],
            "nothing in labels, title or description says that this fixes a bug",
            "标签、标题和描述都没有说明这是修复缺陷",
        ),
    ] {
        let labels = labels(found);
        assert_eq!(said(&Detail::NoSign { labels, wanted }), [en, zh]);
    }
    let missing = vec!["cla/yes", "lgtm"];
    let lacks = Detail::Lacks {
        missing,
        labels: labels(&["CLA-yes"]),
    };
    assert_eq!(
        said(&lacks),
        [
            "lacks `cla/yes`; label `CLA-yes` looks like it; lacks `lgtm`",
            "缺少 `cla/yes`；标签 `CLA-yes` 与它相似；缺少 `lgtm`",
        ]
    );
}

#[test]
fn numbers_agree_with_their_nouns() {
    for (detail, en) in [
        (Detail::Size { lines: 1 }, "1 line changed"),
        (Detail::Size { lines: 2 }, "2 lines changed"),
        (Detail::TooSmall { lines: 1, least: 3 }, "1 line changed, fewer than 3"),
        (Detail::TooSmall { lines: 0, least: 1 }, "0 lines changed, fewer than 1"),
    ] {
        assert_eq!(said(&detail)[0], en);
    }
}

#[test]
fn the_nearest_label_is_named_and_of_equals_the_first_in_the_alphabet() {
    let near = |wanted: &str, names: &[&str]| near_miss(wanted, labels(names));
    assert_eq!(near("kind/bug", &["kind/buggy", "kind/bugs"]), Some("kind/bugs"));
    assert_eq!(near("kind/bug", &["kind/bugz", "kind/buga"]), Some("kind/buga"));
    assert_eq!(near("标签", &["标记"]), Some("标记"));
    assert_eq!(near("kind/bug", &["Kind/BUG"]), Some("Kind/BUG"));
    assert_eq!(near("kind/bug", &["KIND/BUGS"]), Some("KIND/BUGS"));
    assert_eq!(near("kind/bug", &["kind/bug"]), None);
    assert_eq!(near("kind/bug", &["kind/bug123"]), None);
    assert_eq!(near("kind/bug", &[]), None);
}

#[test]
fn spans_say_their_two_largest_units() {
    for (millis, en, zh) in [
        (0, "0 ms", "0 毫秒"),
        (999, "999 ms", "999 毫秒"),
        (7_800_000, "2 h 10 min", "2 小时 10 分"),
        (86_400_000, "1 d", "1 天"),
        (86_400_000 + 60_000, "1 d", "1 天"),
        (61_000, "1 min 1 s", "1 分 1 秒"),
    ] {
        assert_eq!(span(millis, Lang::En), en);
        assert_eq!(span(millis, Lang::Zh), zh);
    }
}

#[test]
fn near_misses_are_up_to_two_edits_away() {
    let labels = ["kind/bugs".to_owned(), "sig/ops".to_owned()];
    assert_eq!(near_miss("kind/bug", &labels), Some("kind/bugs"));
    assert_eq!(near_miss("kind/bugs", &labels), None);
    assert_eq!(near_miss("kind/feature", &labels), None);
}
