use super::*;
use crate::domain::{
    competition::Scoring,
    forge::Forge,
    testing::{at, definition},
};
use chrono_tz::{America, Asia, Tz};

/// A fix of number `number`, merged then, worth this, with these points given.
fn fix(number: u64, merged: &str, worth: i64, given: Option<i64>) -> Accepted {
    Accepted {
        order: Order {
            merged_at: at(merged),
            forge: Forge::Gitee.into(),
            repository: "lanterns/lantern".into(),
            repository_id: None,
            number,
        },
        id: SubmissionId(number as i64),
        worth,
        given,
    }
}

fn scoring(first_fix_bonus: i64, daily_limit: u32) -> Scoring {
    Scoring {
        first_fix_bonus,
        daily_limit,
        ..definition().scoring
    }
}

/// Points by number, whatever the order in which the fixes come.
#[track_caller]
fn check(scoring: &Scoring, zone: Tz, fixes: &[Accepted], expected: &[(i64, i64)]) {
    for turn in 0..fixes.len().max(1) {
        let mut fixes = fixes.to_vec();
        fixes.rotate_left(turn);
        let points: Vec<(i64, i64)> = award(scoring, zone, &mut fixes)
            .iter()
            .map(|a| (a.id.0, a.points))
            .collect();
        assert_eq!(points, expected, "rotated by {turn}");
    }
}

#[test]
fn the_first_fix_earns_the_bonus_and_no_other() {
    let fixes = [
        fix(1, "2026-03-03T00:00:00Z", 1, None),
        fix(2, "2026-03-04T00:00:00Z", 5, None),
        fix(3, "2026-03-05T00:00:00Z", 1, None),
    ];
    check(&scoring(2, 10), Asia::Shanghai, &fixes, &[(1, 3), (2, 5), (3, 1)]);
    check(&scoring(0, 10), Asia::Shanghai, &fixes, &[(1, 1), (2, 5), (3, 1)]);
    check(&scoring(2, 10), Asia::Shanghai, &[], &[]);
}

#[test]
fn beyond_the_days_limit_nothing_is_earned() {
    let day = |n: u64| fix(n, &format!("2026-03-03T0{n}:00:00Z"), 5, None);
    let next = fix(9, "2026-03-04T00:00:00Z", 1, None);
    let fixes = [day(1), day(2), day(3), day(4), next];
    check(
        &scoring(2, 2),
        Tz::UTC,
        &fixes,
        &[(1, 7), (2, 5), (3, 0), (4, 0), (9, 1)],
    );
    check(
        &scoring(2, 1),
        Tz::UTC,
        &fixes,
        &[(1, 7), (2, 0), (3, 0), (4, 0), (9, 1)],
    );
    check(
        &scoring(2, 0),
        Tz::UTC,
        &fixes,
        &[(1, 7), (2, 5), (3, 5), (4, 5), (9, 1)],
    );
    check(
        &scoring(2, 4),
        Tz::UTC,
        &fixes,
        &[(1, 7), (2, 5), (3, 5), (4, 5), (9, 1)],
    );
}

#[test]
fn h11_a_day_is_the_competitions_calendar_day_to_the_millisecond() {
    // 15:59:59.999Z is the end of the 3rd in Shanghai; in UTC all three are the 3rd.
    let fixes = [
        fix(1, "2026-03-03T15:59:59.998Z", 1, None),
        fix(2, "2026-03-03T15:59:59.999Z", 1, None),
        fix(3, "2026-03-03T16:00:00Z", 1, None),
    ];
    check(&scoring(0, 1), Asia::Shanghai, &fixes, &[(1, 1), (2, 0), (3, 1)]);
    check(&scoring(0, 1), Tz::UTC, &fixes, &[(1, 1), (2, 0), (3, 0)]);
    // Two dates in UTC, one in Shanghai.
    let across = [
        fix(1, "2026-03-03T23:00:00Z", 1, None),
        fix(2, "2026-03-04T01:00:00Z", 1, None),
    ];
    check(&scoring(0, 1), Asia::Shanghai, &across, &[(1, 1), (2, 0)]);
    check(&scoring(0, 1), Tz::UTC, &across, &[(1, 1), (2, 1)]);
}

#[test]
fn a_day_that_the_clock_turned_back_into_is_still_one_day() {
    // St John's left summer time at 00:01 on the 7th, and was on the 6th again until midnight.
    let zone = America::St_Johns;
    let fixes = [
        fix(1, "2010-11-07T02:00:00Z", 1, None),
        fix(2, "2010-11-07T02:30:30Z", 1, None),
        fix(3, "2010-11-07T02:40:00Z", 1, None),
        fix(4, "2010-11-07T12:00:00Z", 1, None),
    ];
    let days = fixes.each_ref().map(|fix| fix.order.merged_at.day(zone).to_string());
    assert_eq!(days, ["2010-11-06", "2010-11-07", "2010-11-06", "2010-11-07"]);
    check(&scoring(0, 1), zone, &fixes, &[(1, 1), (2, 1), (3, 0), (4, 0)]);
}

#[test]
fn given_points_stand_as_given_and_take_their_place() {
    let fixes = [
        fix(1, "2026-03-03T01:00:00Z", 1, Some(9)),
        fix(2, "2026-03-03T02:00:00Z", 1, None),
        fix(3, "2026-03-03T03:00:00Z", 1, None),
        fix(4, "2026-03-03T04:00:00Z", 1, Some(-3)),
        fix(5, "2026-03-03T05:00:00Z", 1, Some(0)),
    ];
    // The first is first, so no other earns the bonus; the third and later are over the limit.
    check(
        &scoring(2, 2),
        Tz::UTC,
        &fixes,
        &[(1, 9), (2, 1), (3, 0), (4, -3), (5, 0)],
    );
}

#[test]
fn an_award_says_where_its_points_come_from() {
    let mut fixes = [
        fix(1, "2026-03-03T01:00:00Z", 5, None),
        fix(2, "2026-03-03T02:00:00Z", 5, Some(4)),
    ];
    let awards = award(&scoring(2, 1), Tz::UTC, &mut fixes);
    let first = Award {
        id: SubmissionId(1),
        points: 7,
        worth: 5,
        bonus: 2,
        over_limit: false,
        given: None,
    };
    let second = Award {
        id: SubmissionId(2),
        points: 4,
        worth: 5,
        bonus: 0,
        over_limit: true,
        given: Some(4),
    };
    assert_eq!(awards, [first, second]);
}

#[test]
fn ties_are_taken_by_forge_then_repository_then_number() {
    let same = "2026-03-03T01:00:00Z";
    let placed = |number, forge: Forge, repository: &str| {
        let mut fix = fix(number, same, 1, None);
        fix.order.forge = forge.into();
        fix.order.repository = repository.into();
        fix
    };
    let fixes = [
        placed(1, Forge::GitLab, "a/a"),
        placed(2, Forge::GitHub, "b/b"),
        placed(10, Forge::GitHub, "a/a"),
        placed(9, Forge::GitHub, "a/a"),
        placed(5, Forge::GitCode, "z/z"),
        placed(6, Forge::Gitee, "z/z"),
    ];
    check(
        &scoring(2, 3),
        Tz::UTC,
        &fixes,
        &[(5, 3), (6, 1), (9, 1), (10, 0), (2, 0), (1, 0)],
    );
}

#[test]
fn the_highest_label_replaces_the_base() {
    let mut scoring = scoring(0, 0);
    scoring.labels = vec![("low".into(), -1), ("high".into(), 5), ("mid".into(), 3)];
    for (labels, worth) in [
        (&[][..], 1),
        (&["other"][..], 1),
        (&["mid"], 3),
        (&["mid", "high", "low"], 5),
        (&["low"], -1),
        (&["High"], 1),
    ] {
        let labels: Vec<String> = labels.iter().map(|l| (*l).to_owned()).collect();
        assert_eq!(scoring.worth(&labels), worth, "{labels:?}");
    }
}

#[test]
fn points_stop_at_the_largest_number() {
    let fixes = [fix(1, "2026-03-03T01:00:00Z", i64::MAX, None)];
    check(&scoring(2, 0), Tz::UTC, &fixes, &[(1, i64::MAX)]);
}
