use super::*;
use crate::domain::testing::{actor, at, pull};

fn minute(minutes: i64) -> Moment {
    at("2026-03-03T00:00:00Z").plus(minutes * Moment::MINUTE)
}

/// A confirmed report of number 1 that the forge dates to this minute.
fn report(minutes: i64, change: impl FnOnce(&mut Pull)) -> Pull {
    let mut report = pull(1);
    report.merge_report = None;
    report.updated_at = Some(minute(minutes));
    report.merged_at = Some(minute(100));
    change(&mut report);
    report.reported()
}

fn claim(minutes: i64, change: impl FnOnce(&mut Pull)) -> Pull {
    let mut claim = report(minutes, change);
    claim.confirmed = false;
    claim.reported()
}

fn open(pull: &mut Pull) {
    pull.state = State::Open;
}

/// Both orders of two reports give what `expected` reads.
#[track_caller]
fn check<T: PartialEq + fmt::Debug>(what: &str, a: Pull, b: Pull, read: impl Fn(&Pull) -> T, expected: T) {
    assert_eq!(read(&a.clone().absorb(b.clone())), expected, "{what}");
    assert_eq!(read(&b.absorb(a)), expected, "{what}, the other way round");
}

fn titled(title: &str) -> impl FnOnce(&mut Pull) {
    let title = title.to_owned();
    |p| p.title = title
}

fn title(pull: &Pull) -> String {
    pull.title.clone()
}

#[test]
fn h8_the_later_report_holds_from_wherever_it_came() {
    check(
        "later",
        report(1, titled("old")),
        report(2, titled("new")),
        title,
        "new".into(),
    );
    check(
        "claims alike",
        claim(1, titled("old")),
        claim(2, titled("new")),
        title,
        "new".into(),
    );
    let same = report(1, |_| {});
    assert_eq!(same.clone().absorb(same.clone()), same);
}

#[test]
fn where_the_date_does_not_decide_a_confirmed_report_holds_then_the_later_arrival() {
    let undated = |title: &str| {
        report(0, |p| {
            p.title = title.into();
            p.updated_at = None;
        })
    };
    let (a, b) = (undated("a"), undated("b"));
    assert_eq!(a.clone().absorb(b.clone()).title, "b");
    assert_eq!(b.clone().absorb(a.clone()).title, "a");
    assert_eq!(report(1, titled("dated")).absorb(a.clone()).title, "a");
    assert_eq!(
        report(1, titled("first")).absorb(report(1, titled("second"))).title,
        "second"
    );
    let open_at = |title: &str, confirmed: bool| {
        let mut told = report(1, |p| (open(p), p.title = title.into()).0);
        told.confirmed = confirmed;
        told
    };
    check(
        "confirmed",
        open_at("claimed", false),
        open_at("proven", true),
        title,
        "proven".into(),
    );
}

#[test]
fn merged_is_final() {
    let merge = |p: &Pull| (p.state, p.merged_at, p.merge_sha.clone(), p.title.clone());
    let first = report(1, |p| p.merge_sha = Some("abc".into()));
    let closed = report(2, |p| {
        p.state = State::Closed;
        p.title = "edited".into();
    });
    let kept = (
        State::Merged,
        Some(minute(100)),
        Some("abc".to_owned()),
        "edited".to_owned(),
    );
    check(
        "a later report takes nothing back",
        first.clone(),
        closed,
        merge,
        kept.clone(),
    );
    let other = report(2, |p| {
        p.merged_at = Some(minute(200));
        p.merge_sha = Some("def".into());
        p.title = "edited".into();
    });
    check("nor says it otherwise", first.clone(), other, merge, kept.clone());
    let gap = report(0, |p| (p.merged_at, p.title) = (None, "older".into()));
    let filled = (
        State::Merged,
        Some(minute(100)),
        Some("abc".to_owned()),
        first.title.clone(),
    );
    check("a gap in the earliest is filled", gap, first, merge, filled);
}

#[test]
fn only_a_merged_report_has_a_merge() {
    let open = report(1, |p| {
        open(p);
        p.merge_sha = Some("tried".into());
        p.merged_by = Some(actor("x"));
    });
    assert_eq!(
        (open.merged_at, open.merge_sha, open.merged_by, open.merge_report),
        (None, None, None, None)
    );
}

#[test]
fn what_the_later_report_does_not_tell_is_kept() {
    let author = |p: &Pull| (p.author.login.clone(), p.author.id.clone(), p.author.bot);
    let by = |login: &str, bot: bool| {
        let author = Actor { bot, ..actor(login) };
        |p: &mut Pull| p.author = author
    };
    let told = |login: &str, id: Option<&str>, bot| (login.to_owned(), id.map(str::to_owned), bot);
    check(
        "number",
        report(1, by("a#5", false)),
        report(2, by("a", false)),
        author,
        told("a", Some("5"), false),
    );
    check(
        "login",
        report(1, by("a#5", false)),
        report(2, by("#5", false)),
        author,
        told("a", Some("5"), false),
    );
    check(
        "renamed",
        report(1, by("a#5", false)),
        report(2, by("b#5", false)),
        author,
        told("b", Some("5"), false),
    );
    check(
        "another",
        report(1, by("a#5", false)),
        report(2, by("b", false)),
        author,
        told("b", None, false),
    );
    check(
        "bot",
        report(1, by("a#5", true)),
        report(2, by("#5", false)),
        author,
        told("a", Some("5"), true),
    );
    let repository = |id: Option<&str>| {
        let id = id.map(str::to_owned);
        |p: &mut Pull| p.repository_id = id
    };
    let read = |p: &Pull| p.repository_id.clone();
    check(
        "repository",
        report(1, repository(Some("7"))),
        report(2, repository(None)),
        read,
        Some("7".into()),
    );
}

#[test]
fn who_merged_stays_known_where_a_later_report_tells_the_number_only() {
    let merger = |p: &Pull| p.merged_by.clone().map(|m| (m.login, m.id));
    let by = |text: Option<&str>| {
        let merger = text.map(actor);
        |p: &mut Pull| p.merged_by = merger
    };
    let told = |login: &str, id: &str| Some((login.to_owned(), Some(id.to_owned())));
    check(
        "number only",
        report(1, by(Some("x#9"))),
        report(2, by(Some("#9"))),
        merger,
        told("x", "9"),
    );
    check(
        "nothing",
        report(1, by(Some("x#9"))),
        report(2, by(None)),
        merger,
        told("x", "9"),
    );
    check(
        "another",
        report(1, by(Some("x#9"))),
        report(2, by(Some("y#8"))),
        merger,
        told("y", "8"),
    );
}

#[test]
fn h3_h10_a_claim_displaces_no_confirmed_merge_and_leaves_nothing_behind() {
    let proven = report(1, |p| p.merged_by = None);
    let altered = claim(9, |p| {
        p.title = "altered".into();
        p.author = actor("dev1#1");
        p.repository_id = Some("8".into());
        p.base_branch = "r1.0".into();
        p.merged_at = Some(minute(50));
        p.merge_sha = Some("bad".into());
        p.merged_by = Some(actor("x"));
        p.labels.clear();
    });
    check("later", proven.clone(), altered.clone(), Pull::clone, proven.clone());
    let early = claim(0, |p| p.merged_at = Some(minute(50)));
    check("earlier", proven.clone(), early, Pull::clone, proven);
    let open_known = report(1, open);
    check("not merged yet", open_known, altered.clone(), Pull::clone, altered);
}

#[test]
fn paths_and_logins_compare_without_case() {
    let path = |text| RepoPath::parse(text);
    assert_eq!(path("A/b"), path("a/B"));
    assert_ne!(path("a/b"), path("a/c"));
    for bad in [
        "",
        "a",
        "/a/",
        "a//b",
        "a b/c",
        "a/b?c",
        "a/b#c",
        "a:b/c",
        "u@a/b",
        &"a/".repeat(200),
    ] {
        assert!(RepoPath::parse(bad).is_err(), "{bad}");
    }
    assert_eq!(
        path(" /group/sub/name/ ").map(|p| p.to_string()),
        Ok("group/sub/name".into())
    );
    for (a, b, same) in [
        ("a#1", "b#1", true),
        ("a#1", "a#2", false),
        ("a", "A#2", true),
        ("a", "b", false),
        ("#1", "a", false),
        ("", "", false),
    ] {
        assert_eq!(actor(a).is(&actor(b)), same, "{a} {b}");
    }
}
