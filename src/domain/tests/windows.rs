//! The competition's two clocks, to the millisecond.

use crate::domain::{
    check::{
        Check::{self, *},
        Outcome::{self, *},
    },
    evaluate::{Status, fold},
    pull::State,
    testing::{World, at, settled, world},
    time::{Moment, Span},
};

const OPENS: &str = "2026-03-01T00:00:00+08:00";
const CLOSES: &str = "2026-03-15T00:00:00+08:00";

/// `offset`: milliseconds after `from`.
fn check(which: Check, change: impl FnOnce(&mut World), outcome: Outcome, says: &str) {
    let mut world = world();
    change(&mut world);
    assert_eq!(world.finding(which), (outcome, says.to_owned()));
}

fn opened(from: &str, offset: i64) -> impl FnOnce(&mut World) {
    let at = at(from).plus(offset);
    move |w| w.pull.created_at = at
}

/// A merge `offset` milliseconds after `from`, in a competition with this grace.
fn merged(grace: &str, from: &str, offset: i64) -> impl FnOnce(&mut World) {
    let (grace, at) = (Span::parse(grace).unwrap(), at(from).plus(offset));
    move |w| {
        w.definition.window.merge_grace = grace;
        w.pull.merged_at = Some(at);
    }
}

/// Not merged, looked at `offset` milliseconds after the close.
fn unmerged(state: State, grace: &str, offset: i64) -> impl FnOnce(&mut World) {
    let (grace, now) = (Span::parse(grace).unwrap(), at(CLOSES).plus(offset));
    move |w| {
        w.definition.window.merge_grace = grace;
        w.now = now;
        w.pull.state = state;
        w.pull = settled(w.pull.clone());
    }
}

#[test]
fn h11_opened_takes_the_window_half_open_to_the_millisecond() {
    for (from, offset, outcome, says) in [
        (
            OPENS,
            -1,
            Fail,
            "opened 2026-02-28 23:59:59 +08:00, 1 ms before the competition opened",
        ),
        (OPENS, 0, Pass, "opened 2026-03-01 00:00:00 +08:00"),
        (OPENS, 1, Pass, "opened 2026-03-01 00:00:00 +08:00"),
        (CLOSES, -1, Pass, "opened 2026-03-14 23:59:59 +08:00"),
        (CLOSES, 0, Fail, "opened at the very instant the competition closed"),
        (
            CLOSES,
            1,
            Fail,
            "opened 2026-03-15 00:00:00 +08:00, 1 ms after the competition closed",
        ),
    ] {
        check(Opened, opened(from, offset), outcome, says);
    }
}

#[test]
fn h11_in_time_takes_window_and_grace_half_open_to_the_millisecond() {
    let grace = Moment::DAY;
    for (given, from, offset, outcome, says) in [
        ("1d", OPENS, -1, Fail, "merged 1 ms before the competition opened"),
        (
            "1d",
            OPENS,
            0,
            Pass,
            "merged 2026-03-01 00:00:00 +08:00, inside the window",
        ),
        (
            "1d",
            CLOSES,
            -1,
            Pass,
            "merged 2026-03-14 23:59:59 +08:00, inside the window",
        ),
        (
            "1d",
            CLOSES,
            0,
            Pass,
            "merged as the competition closed, within the grace",
        ),
        (
            "1d",
            CLOSES,
            1,
            Pass,
            "merged 1 ms after the close, within the grace for late reviews",
        ),
        (
            "1d",
            CLOSES,
            grace - 1,
            Pass,
            "merged 23 h 59 min after the close, within the grace for late reviews",
        ),
        ("1d", CLOSES, grace, Fail, "merged at the very instant the grace ended"),
        ("1d", CLOSES, grace + 1, Fail, "merged 1 ms after the grace ended"),
        (
            "1d",
            CLOSES,
            grace + 130 * Moment::MINUTE,
            Fail,
            "merged 2 h 10 min after the grace ended",
        ),
        (
            "0d",
            CLOSES,
            -1,
            Pass,
            "merged 2026-03-14 23:59:59 +08:00, inside the window",
        ),
        (
            "0d",
            CLOSES,
            0,
            Fail,
            "merged at the very instant the competition closed",
        ),
        (
            "0d",
            CLOSES,
            61_000,
            Fail,
            "merged 1 min 1 s after the competition closed",
        ),
    ] {
        check(InTime, merged(given, from, offset), outcome, says);
    }
}

#[test]
fn h11_what_is_not_merged_waits_until_the_grace_has_ended() {
    let (by, never) = (
        "counts if it is merged before 2026-03-16 00:00:00 +08:00",
        "was not merged before 2026-03-16 00:00:00 +08:00",
    );
    for (state, offset, outcome, says) in [
        (State::Open, -14 * Moment::DAY, Wait, by),
        (State::Open, Moment::DAY - 1, Wait, by),
        (State::Open, Moment::DAY, Fail, never),
        (State::Closed, Moment::DAY - 1, Wait, by),
        (State::Closed, Moment::DAY, Fail, never),
    ] {
        check(InTime, unmerged(state, "1d", offset), outcome, says);
    }
    check(
        InTime,
        unmerged(State::Open, "0d", -1),
        Wait,
        "counts if it is merged before 2026-03-15 00:00:00 +08:00",
    );
    check(
        InTime,
        unmerged(State::Open, "0d", 0),
        Fail,
        "was not merged before 2026-03-15 00:00:00 +08:00",
    );
    // Merged at a time that nobody has told yet.
    let untold = |w: &mut World| {
        unmerged(State::Merged, "1d", 9 * Moment::DAY)(w);
        w.pull.merged_at = None;
    };
    let needs = "merged, and nobody has told when: it takes the forge's own word, an import with `merged_at`, or a \
        judge who gives the time";
    check(InTime, untold, Wait, needs);
}

#[test]
fn h11_both_clocks_decide_the_status() {
    let status = |change: &dyn Fn(&mut World)| {
        let mut world = world();
        change(&mut world);
        let subject = world.subject(1, &world.pull, None);
        fold(&[subject], world.definition.review)[0].status
    };
    assert_eq!(status(&|_| {}), Status::Accepted);
    assert_eq!(status(&|w| opened(CLOSES, -1)(w)), Status::Accepted);
    assert_eq!(status(&|w| opened(CLOSES, 0)(w)), Status::Rejected);
    assert_eq!(status(&|w| merged("1d", CLOSES, Moment::DAY - 1)(w)), Status::Accepted);
    assert_eq!(status(&|w| merged("1d", CLOSES, Moment::DAY)(w)), Status::Rejected);
    assert_eq!(
        status(&|w| unmerged(State::Open, "1d", Moment::DAY - 1)(w)),
        Status::Waiting
    );
    assert_eq!(
        status(&|w| unmerged(State::Open, "1d", Moment::DAY)(w)),
        Status::Rejected
    );
    assert_eq!(status(&|w| unmerged(State::Closed, "1d", -1)(w)), Status::Rejected);
}
