//! The status, with and without what a judge said.

use super::sight::fix;
use crate::domain::{
    competition,
    evaluate::{
        Action::{self, *},
        Decision, Landed, Seen,
        Status::{self, *},
        fold,
    },
    pull::{Pull, State},
    team::Standing,
    testing::{SHORE, World, actor, at, pull, settled, world},
    time::Moment,
};

/// What changes after a decision, with its name.
type Row<'a> = (&'a str, &'a dyn Fn(&mut World));

/// The status of a pull on which a judge decided, after `later` changed what is known.
fn decided(action: Action, before: &dyn Fn(&mut Pull), later: &dyn Fn(&mut World)) -> Status {
    let mut world = world();
    before(&mut world.pull);
    let decision = Decision {
        action,
        points: None,
        landed: None,
        seen: Seen::of(&world.pull, false),
    };
    later(&mut world);
    let subject = world.subject(1, &world.pull, Some(&decision));
    fold(&[subject], world.definition.review)[0].status
}

fn undecided(change: &dyn Fn(&mut World)) -> Status {
    let mut world = world();
    change(&mut world);
    let subject = world.subject(1, &world.pull, None);
    fold(&[subject], world.definition.review)[0].status
}

fn open(pull: &mut Pull) {
    pull.state = State::Open;
    *pull = settled(pull.clone());
}

#[test]
fn the_worst_outcome_is_the_status() {
    let small = |w: &mut World| (w.pull.additions, w.pull.deletions) = (Some(0), None);
    let claimed = |w: &mut World| w.pull.confirmed = false;
    let invalid = |w: &mut World| w.pull.labels.push("stat/invalid".into());
    assert_eq!(undecided(&|_| {}), Accepted);
    assert_eq!(undecided(&small), Review);
    assert_eq!(undecided(&|w| (small(w), claimed(w)).0), Waiting);
    assert_eq!(undecided(&|w| (small(w), claimed(w), invalid(w)).0), Rejected);
    assert_eq!(undecided(&|w| open(&mut w.pull)), Waiting);
}

#[test]
fn review_of_every_submission_holds_what_would_be_accepted() {
    let every = |w: &mut World| w.definition.review = competition::Review::Every;
    assert_eq!(undecided(&every), Review);
    assert_eq!(undecided(&|w| (every(w), w.pull.confirmed = false).0), Waiting);
    assert_eq!(
        undecided(&|w| (every(w), w.pull.author = actor("stranger")).0),
        Rejected
    );
    assert_eq!(decided(Accept, &|_| {}, &every), Accepted);
    assert_eq!(decided(Reject, &|_| {}, &every), Rejected);
}

#[test]
fn a_decision_replaces_the_status_either_way() {
    let invalid = |p: &mut Pull| p.labels.push("stat/invalid".into());
    assert_eq!(decided(Accept, &|_| {}, &|_| {}), Accepted);
    assert_eq!(decided(Accept, &invalid, &|_| {}), Accepted);
    assert_eq!(decided(Reject, &|_| {}, &|_| {}), Rejected);
    assert_eq!(decided(Reject, &invalid, &|_| {}), Rejected);
}

#[test]
fn a_decision_counts_only_where_author_and_team_pass() {
    for action in [Accept, Reject] {
        let stranger = |p: &mut Pull| p.author = actor("stranger");
        assert_eq!(decided(action, &stranger, &|_| {}), Rejected);
        let suspend = |w: &mut World| w.roster.teams.get_mut(&SHORE).unwrap().standing = Standing::Suspended;
        assert_eq!(decided(action, &|_| {}, &suspend), Rejected);
        let no_team = |w: &mut World| w.roster = crate::domain::testing::people();
        assert_eq!(decided(action, &|_| {}, &no_team), Rejected);
    }
}

#[test]
fn a_decision_goes_stale_with_title_labels_branch_or_author() {
    let stale: [Row; 6] = [
        ("title", &|w| w.pull.title.push('!')),
        ("title's case", &|w| w.pull.title = w.pull.title.to_uppercase()),
        ("a label more", &|w| w.pull.labels.push("x".into())),
        ("a label less", &|w| w.pull.labels.clear()),
        ("branch", &|w| w.pull.base_branch = Some("r1.0".into())),
        ("author", &|w| w.pull.author = actor("dev2#2")),
    ];
    for (what, later) in stale {
        for action in [Accept, Reject] {
            assert_eq!(decided(action, &|_| {}, later), Review, "{what}");
        }
    }
}

#[test]
fn a_decision_stands_through_everything_else() {
    let two_labels = |p: &mut Pull| p.labels = vec!["kind/bug".into(), "a".into()];
    let still: [Row; 7] = [
        ("order of labels", &|w| w.pull.labels.reverse()),
        ("body", &|w| w.pull.body = "more".into()),
        ("size", &|w| (w.pull.additions, w.pull.deletions) = (Some(0), Some(0))),
        ("merger", &|w| w.pull.merged_by = Some(w.pull.author.clone())),
        ("renamed author", &|w| w.pull.author = actor("dev1-new#1")),
        ("author's number unknown", &|w| w.pull.author = actor("DEV1")),
        ("rules", &|w| w.definition.rules.forbidden_labels.push("a".into())),
    ];
    for (what, later) in still {
        assert_eq!(decided(Accept, &two_labels, later), Accepted, "{what}");
        assert_eq!(decided(Reject, &two_labels, later), Rejected, "{what}");
    }
}

#[test]
fn points_of_a_judge_come_with_the_ruling() {
    let world = world();
    let decision = Decision {
        action: Accept,
        points: Some(7),
        landed: None,
        seen: Seen::of(&world.pull, false),
    };
    let ruling = world.subject(1, &world.pull, Some(&decision)).ruling.unwrap();
    assert_eq!((ruling.action, ruling.points, ruling.stands), (Accept, Some(7), true));
}

/// The status of pull 1, decided on when it was `seen_reverted` or not, with a merged revert beside it or not.
fn reverted(action: Action, seen_reverted: bool, now_reverted: bool) -> Status {
    let world = world();
    let decision = Decision {
        action,
        points: None,
        landed: None,
        seen: Seen::of(&pull(1), seen_reverted),
    };
    let mut subjects = vec![world.subject(1, &pull(1), Some(&decision))];
    if now_reverted {
        subjects.push(world.subject(2, &fix(2, |p| p.title = "revert !1".into()), None));
    }
    fold(&subjects, competition::Review::Exceptions)[0].status
}

#[test]
fn a_revert_after_the_decision_puts_it_back_and_one_that_was_seen_does_not() {
    for (action, status) in [(Accept, Accepted), (Reject, Rejected)] {
        assert_eq!(reverted(action, false, false), status);
        assert_eq!(reverted(action, false, true), Review);
        assert_eq!(reverted(action, true, true), status);
        assert_eq!(reverted(action, true, false), status);
    }
}

/// What pull 1 comes to where a judge accepts it and says that it landed then.
fn landed(then: &str, change: &dyn Fn(&mut Pull)) -> (Status, Option<Moment>, Option<String>) {
    let mut world = world();
    change(&mut world.pull);
    let decision = Decision {
        action: Accept,
        points: None,
        landed: Some(Landed {
            merged_at: at(then),
            merge_sha: Some("abc1234".into()),
        }),
        seen: Seen::of(&world.pull, false),
    };
    let subject = world.subject(1, &world.pull, Some(&decision));
    let status = fold(std::slice::from_ref(&subject), world.definition.review)[0].status;
    (status, subject.merged_at, subject.merge_sha)
}

#[test]
fn a_judge_says_when_a_pull_landed_where_the_forge_could_not() {
    let then = "2026-03-05T00:00:00Z";
    let said = (Accepted, Some(at(then)), Some("abc1234".to_owned()));
    let closed = |p: &mut Pull| (p.state, p.merged_at) = (State::Closed, None);
    assert_eq!(landed(then, &closed), said);
    let untold = |p: &mut Pull| p.merged_at = None;
    assert_eq!(landed(then, &untold), said);
    // The forge's own word, told later, holds over it.
    let told = |p: &mut Pull| p.merge_sha = Some("def".into());
    let own = pull(1).merged_at;
    assert_eq!(landed(then, &told), (Accepted, own, Some("def".to_owned())));
    let open = |p: &mut Pull| (p.state, p.merged_at) = (State::Open, None);
    assert_eq!(landed(then, &open).1, None);
}

#[test]
fn a_revert_takes_back_what_a_judge_said_has_landed() {
    let mut world = world();
    (world.pull.state, world.pull.merged_at) = (State::Closed, None);
    let decision = Decision {
        action: Accept,
        points: None,
        landed: Some(Landed {
            merged_at: at("2026-03-03T00:00:00Z"),
            merge_sha: Some("abc1234def".into()),
        }),
        seen: Seen::of(&world.pull, false),
    };
    let revert = fix(2, |p| {
        p.title = "Revert".into();
        p.body = "This reverts commit abc1234.".into();
    });
    let subjects = [
        world.subject(1, &world.pull, Some(&decision)),
        world.subject(2, &revert, None),
    ];
    let verdicts = fold(&subjects, competition::Review::Exceptions);
    assert_eq!(
        (verdicts[0].status, verdicts[0].reverted_by),
        (Review, Some(subjects[1].id))
    );
}
