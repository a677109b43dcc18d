use super::*;
use crate::domain::testing::{ANN, CAMPUS, SHORE, membership, people};
use proptest::prelude::*;

fn span(joined: Option<i64>, left: Option<i64>) -> Membership {
    membership(SHORE, joined.map(Moment::from_millis), left.map(Moment::from_millis))
}

#[test]
fn h11_a_membership_covers_its_first_instant_and_not_its_last() {
    for (joined, left, at, covers) in [
        (Some(10), Some(20), 9, false),
        (Some(10), Some(20), 10, true),
        (Some(10), Some(20), 19, true),
        (Some(10), Some(20), 20, false),
        (None, Some(20), i64::MIN, true),
        (None, Some(20), 20, false),
        (Some(10), None, 9, false),
        (Some(10), None, i64::MAX, true),
        (None, None, 0, true),
        (Some(10), Some(10), 10, false),
    ] {
        let membership = span(joined, left);
        assert_eq!(
            membership.covers(Moment::from_millis(at)),
            covers,
            "{membership:?} {at}"
        );
    }
}

#[test]
fn h11_memberships_that_only_touch_do_not_overlap() {
    for (a, b, overlap) in [
        (span(None, Some(10)), span(Some(10), None), false),
        (span(None, Some(11)), span(Some(10), None), true),
        (span(Some(0), Some(10)), span(Some(20), Some(30)), false),
        (span(Some(0), Some(30)), span(Some(10), Some(20)), true),
        (span(None, None), span(Some(10), Some(11)), true),
        (span(None, None), span(Some(10), Some(10)), false),
        (span(Some(0), None), span(None, None), true),
    ] {
        assert_eq!((a.overlaps(&b), b.overlaps(&a)), (overlap, overlap), "{a:?} {b:?}");
    }
}

proptest! {
    #[test]
    fn overlaps_are_instants_in_both(
        ends in [proptest::option::of(1_i64..8), proptest::option::of(1_i64..8),
                 proptest::option::of(1_i64..8), proptest::option::of(1_i64..8)],
    ) {
        let (a, b) = (span(ends[0], ends[1]), span(ends[2], ends[3]));
        let both = (0..10).map(Moment::from_millis).any(|at| a.covers(at) && b.covers(at));
        prop_assert_eq!(a.overlaps(&b), both);
        prop_assert_eq!(b.overlaps(&a), both);
    }
}

#[test]
fn the_team_at_an_instant_is_the_approved_one() {
    let mut roster = people();
    let moment = Moment::from_millis;
    roster.add_membership(ANN, membership(SHORE, None, Some(moment(10))));
    roster.add_membership(ANN, membership(CAMPUS, Some(moment(10)), Some(moment(20))));
    let teams = |roster: &Roster| [9, 10, 19, 20].map(|at| roster.team_at(ANN, moment(at)));
    assert_eq!(teams(&roster), [Some(SHORE), Some(CAMPUS), Some(CAMPUS), None]);
    roster.teams.get_mut(&SHORE).unwrap().standing = Standing::Suspended;
    assert_eq!(teams(&roster), [None, Some(CAMPUS), Some(CAMPUS), None]);
    roster.teams.remove(&CAMPUS);
    assert_eq!(teams(&roster), [None; 4]);
    assert_eq!(roster.team_at(PersonId(99), moment(0)), None);
}

#[test]
fn words_of_kind_and_standing_are_read_back() {
    for kind in Kind::ALL {
        assert_eq!(Kind::parse(&format!(" {} ", kind.as_str().to_uppercase())), Ok(kind));
    }
    assert!(Kind::parse("village").is_err());
    for standing in Standing::ALL {
        assert_eq!(Standing::parse(standing.as_str()), Some(standing));
    }
    assert_eq!(Standing::parse("Approved"), None);
}

#[test]
fn a_teams_way_has_six_steps_of_25_pairs() {
    let steps: Vec<String> = Standing::ALL
        .into_iter()
        .flat_map(|from| Standing::ALL.map(|to| (from, to)))
        .filter(|(from, to)| from.may_become(*to))
        .map(|(from, to)| format!("{} {}", from.as_str(), to.as_str()))
        .collect();
    assert_eq!(
        steps,
        [
            "applied defending",
            "applied declined",
            "defending approved",
            "defending declined",
            "approved suspended",
            "suspended approved",
        ]
    );
    for from in Standing::ALL {
        assert!(from.next().all(|to| from.may_become(to)));
    }
}

#[test]
fn seats_are_counted_for_now_and_for_what_is_to_come() {
    let at = Moment::from_millis;
    let seat = |joined: Option<i64>, left: Option<i64>| Membership {
        team: TeamId(1),
        joined_at: joined.map(at),
        left_at: left.map(at),
    };
    for (seats, most) in [
        (vec![], 0),
        (vec![seat(None, None)], 1),
        (vec![seat(None, Some(10))], 0),
        (vec![seat(None, Some(11))], 1),
        // One goes as the other comes.
        (vec![seat(None, Some(20)), seat(Some(20), None)], 1),
        (vec![seat(None, Some(21)), seat(Some(20), None)], 2),
        (vec![seat(Some(30), None), seat(Some(40), None)], 2),
    ] {
        assert_eq!(most_at_once(&seats, at(10)), most, "{seats:?}");
    }
}
