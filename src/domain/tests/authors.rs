//! Whose a pull is, and for which team: `author` and `team`.

use crate::domain::{
    check::{
        Check::{self, *},
        Outcome::{self, *},
    },
    evaluate::{Status, fold},
    forge::Forge,
    pull::State,
    team::{Nobody, PersonId, Roster, Standing},
    testing::*,
    time::Moment,
};

fn check(which: Check, outcome: Outcome, says: &str, change: impl FnOnce(&mut World)) {
    let mut world = world();
    change(&mut world);
    assert_eq!(world.finding(which), (outcome, says.to_owned()));
}

#[test]
fn author_is_who_has_bound_the_account() {
    check(Author, Pass, "dev1 is Ann", |_| {});
    check(Author, Pass, "DEV2 is Bob", |w| w.pull.author = actor("DEV2"));
    check(Author, Pass, "Ann", |w| w.pull.author = actor("#1"));
    let nobody = "no participant has bound the account dev3; bind it, and earlier merges count again";
    check(Author, Fail, nobody, |w| w.pull.author = actor("dev3"));
    check(Author, Fail, "no participant has bound the author's account", |w| {
        w.pull.author = actor("#3")
    });
    check(Team, Fail, "the author is no participant, so no team either", |w| {
        w.pull.author = actor("dev3")
    });
}

#[test]
fn h12_a_renamed_login_claimed_by_another_earns_nothing() {
    let other = "the login dev1 now belongs to another account than the participant's";
    check(Author, Fail, other, |w| w.pull.author = actor("dev1#2"));
    let mut world = world();
    world.pull.author = actor("dev1#2");
    let subject = world.subject(1, &world.pull, None);
    assert_eq!((subject.person, subject.team), (None, None));
    assert_eq!(fold(&[subject], world.definition.review)[0].status, Status::Rejected);
    check(Author, Pass, "dev1-new is Ann", |w| w.pull.author = actor("dev1-new#1"));
}

#[test]
fn h12_the_owner_of_an_account_is_found_by_number_then_by_login() {
    let of = |accounts: &[(PersonId, &str)], author: &str| {
        let mut roster = Roster::default();
        for (person, login) in accounts {
            roster.add_account(account(*person, Forge::Gitee, login));
        }
        roster.person_of(&Forge::Gitee.into(), &actor(author))
    };
    for (accounts, author, owner) in [
        (&[(ANN, "a#1")][..], "a#1", Ok(ANN)),
        (&[(ANN, "a#1")], "a", Ok(ANN)),
        (&[(ANN, "a#1")], "b#1", Ok(ANN)),
        (&[(ANN, "a#1")], "A#2", Err(Nobody::OtherId)),
        (&[(ANN, "a#1")], "b", Err(Nobody::Unbound)),
        (&[(ANN, "a")], "a#7", Ok(ANN)),
        (&[(ANN, "a")], "#7", Err(Nobody::Unbound)),
        // Ann gave up login a; Bob claimed it, and is a participant too.
        (&[(ANN, "a-new#1"), (BOB, "a#2")], "a#1", Ok(ANN)),
        (&[(ANN, "a-new#1"), (BOB, "a#2")], "a#2", Ok(BOB)),
        (&[(ANN, "a-new#1"), (BOB, "a#2")], "a", Ok(BOB)),
    ] {
        assert_eq!(of(accounts, author), owner, "{accounts:?} {author}");
        let backwards: Vec<(PersonId, &str)> = accounts.iter().rev().copied().collect();
        assert_eq!(of(&backwards, author), owner, "{backwards:?} {author}");
    }
}

#[test]
fn h12_of_two_accounts_with_one_number_the_proven_goes_first_then_the_login_then_the_older_person() {
    let owner = |proven: [bool; 2], author: &str| {
        let mut answers = [[0, 1], [1, 0]].map(|order| {
            let accounts = [(ANN, "a#1"), (BOB, "b#1")];
            let mut roster = Roster::default();
            for at in order {
                let (person, login) = accounts[at];
                let mut account = account(person, Forge::Gitee, login);
                account.proven = proven[at];
                roster.add_account(account);
            }
            roster.person_of(&Forge::Gitee.into(), &actor(author))
        });
        answers.reverse();
        assert_eq!(answers[0], answers[1], "the order of binding matters");
        answers[0]
    };
    assert_eq!(owner([false, true], "a#1"), Ok(BOB));
    assert_eq!(owner([true, false], "b#1"), Ok(ANN));
    assert_eq!(owner([false, false], "B#1"), Ok(BOB));
    assert_eq!(owner([false, false], "c#1"), Ok(ANN));
}

/// Ann's memberships, and when her pull was merged.
fn team(outcome: Outcome, says: &str, memberships: &[(i64, Option<i64>, Option<i64>)], merged: i64) {
    check(Team, outcome, says, |w| {
        let close = at("2026-03-15T00:00:00+08:00");
        w.roster = people();
        for (team, joined, left) in memberships {
            let when = |offset: &Option<i64>| offset.map(|o| close.plus(o));
            let team = crate::domain::team::TeamId(*team);
            w.roster.add_membership(ANN, membership(team, when(joined), when(left)));
        }
        w.pull.merged_at = Some(close.plus(merged));
    });
}

#[test]
fn h11_team_is_judged_at_the_merge_or_one_millisecond_before_the_close() {
    let hour = Moment::HOUR;
    // Offsets are milliseconds after the close.
    team(Pass, "for Shore", &[(1, None, None)], -hour);
    team(Pass, "for Shore", &[(1, Some(-hour), None)], -hour);
    team(
        Fail,
        "joined Shore 1 ms after this counted",
        &[(1, Some(-hour + 1), None)],
        -hour,
    );
    team(Pass, "for Shore", &[(1, None, Some(-hour + 1))], -hour);
    team(
        Fail,
        "left Shore at that very instant",
        &[(1, None, Some(-hour))],
        -hour,
    );
    team(
        Fail,
        "left Shore 1 h before this counted",
        &[(1, None, Some(-2 * hour))],
        -hour,
    );
    // Merged in the grace: whoever was there when it closed.
    team(Pass, "for Shore", &[(1, Some(-1), None)], hour);
    team(
        Fail,
        "joined Shore 1 ms after this counted",
        &[(1, Some(0), None)],
        hour,
    );
    team(Pass, "for Shore", &[(1, None, Some(0))], hour);
    team(Fail, "left Shore at that very instant", &[(1, None, Some(-1))], hour);
    team(Fail, "the author is in no team of this competition", &[], -hour);
    // Of several, the nearest one is named.
    let later = &[(2, Some(-hour), None), (1, Some(-2 * hour), Some(-hour))];
    team(Fail, "joined Shore 1 h after this counted", later, -3 * hour);
    let before = &[(2, Some(-5 * hour), Some(-4 * hour)), (1, None, Some(-5 * hour))];
    team(Fail, "left Campus 1 h before this counted", before, -3 * hour);
}

#[test]
fn h11_a_transfer_takes_along_what_is_merged_from_its_instant_on() {
    let moves = &[(1, None, Some(-1_000)), (2, Some(-1_000), None)];
    team(Pass, "for Shore", moves, -1_001);
    team(Pass, "for Campus", moves, -1_000);
    let gap = &[(1, None, Some(-2_000)), (2, Some(-1_000), None)];
    team(Fail, "joined Campus 500 ms after this counted", gap, -1_500);
}

#[test]
fn team_of_what_is_not_merged_is_judged_now() {
    let open = |now: &str| {
        let now = at(now);
        move |w: &mut World| {
            w.roster = people();
            let moved = at("2026-03-10T00:00:00Z");
            w.roster.add_membership(ANN, membership(SHORE, None, Some(moved)));
            w.roster.add_membership(ANN, membership(CAMPUS, Some(moved), None));
            w.pull.state = State::Open;
            w.pull = settled(w.pull.clone());
            w.now = now;
        }
    };
    check(Team, Pass, "for Shore", open("2026-03-09T23:59:59.999Z"));
    check(Team, Pass, "for Campus", open("2026-03-10T00:00:00Z"));
    check(Team, Pass, "for Campus", open("2026-05-01T00:00:00Z"));
}

#[test]
fn team_must_be_approved() {
    for (standing, says) in [
        (Standing::Applied, "Shore is not approved yet"),
        (Standing::Defending, "Shore is not approved yet"),
        (Standing::Declined, "Shore is declined"),
        (Standing::Suspended, "Shore is suspended"),
    ] {
        check(Team, Fail, says, |w| {
            w.roster.teams.get_mut(&SHORE).unwrap().standing = standing
        });
    }
}
