//! A neighbourhood folded alone gives what the whole fold gives, and so does any order of arrival.

use super::history::{Draft, arena, edit, history, subjects};
use crate::domain::{
    award::{Accepted, award},
    check::{Check, Outcome},
    competition::Review,
    evaluate::{Key, Likeness, Order, Status, Subject, Verdict, fold},
    revert::{Named, Target},
    team::{PersonId, SubmissionId},
    testing::World,
};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

type Verdicts = BTreeMap<SubmissionId, Verdict>;

fn folded(subjects: &[Subject]) -> Verdicts {
    fold(subjects, Review::Exceptions)
        .into_iter()
        .map(|verdict| (verdict.id, verdict))
        .collect()
}

/// The subjects that share a key with another, even through others, by union-find.
fn components(subjects: &[Subject]) -> Vec<Vec<Subject>> {
    fn root(parents: &mut [usize], mut at: usize) -> usize {
        while parents[at] != at {
            parents[at] = parents[parents[at]];
            at = parents[at];
        }
        at
    }
    let mut parents: Vec<usize> = (0..subjects.len()).collect();
    let mut bearers: HashMap<Key, Vec<usize>> = HashMap::new();
    for (at, subject) in subjects.iter().enumerate() {
        for key in subject.keys() {
            bearers.entry(key).or_default().push(at);
        }
    }
    for (key, those) in &bearers {
        let Some(other) = bearers.get(&key.meets()).map(|met| met[0]) else {
            continue;
        };
        for at in those {
            let (a, b) = (root(&mut parents, *at), root(&mut parents, other));
            parents[a] = b;
        }
    }
    let mut found: BTreeMap<usize, Vec<Subject>> = BTreeMap::new();
    for (at, subject) in subjects.iter().enumerate() {
        found.entry(root(&mut parents, at)).or_default().push(subject.clone());
    }
    found.into_values().collect()
}

/// Every subject that hangs together with one of these keys.
fn around(subjects: &[Subject], keys: impl IntoIterator<Item = Key>) -> Vec<Subject> {
    let mut seen: HashSet<Key> = keys.into_iter().collect();
    let mut inside: Vec<Subject> = Vec::new();
    let mut outside: Vec<&Subject> = subjects.iter().collect();
    loop {
        let (near, far): (Vec<&Subject>, Vec<&Subject>) = outside
            .into_iter()
            .partition(|s| s.keys().iter().any(|key| seen.contains(&key.meets())));
        if near.is_empty() {
            return inside;
        }
        seen.extend(near.iter().flat_map(|s| s.keys()));
        inside.extend(near.into_iter().cloned());
        outside = far;
    }
}

/// Points by submission, of these people.
fn awards(
    world: &World,
    subjects: &[Subject],
    verdicts: &Verdicts,
    of: impl Fn(PersonId) -> bool,
) -> BTreeMap<SubmissionId, i64> {
    let mut accepted: BTreeMap<PersonId, Vec<Accepted>> = BTreeMap::new();
    for subject in subjects {
        let person = subject.person.filter(|person| of(*person));
        let counts = verdicts[&subject.id].status == Status::Accepted;
        if let (Some(person), Some(order), true) = (person, subject.order(), counts) {
            accepted.entry(person).or_default().push(Accepted {
                order,
                id: subject.id,
                worth: subject.worth,
                given: subject.ruling.and_then(|ruling| ruling.points),
            });
        }
    }
    let definition = &world.definition;
    let of_one = |fixes: &mut Vec<Accepted>| award(&definition.scoring, definition.zone, fixes);
    accepted
        .values_mut()
        .flat_map(of_one)
        .map(|award| (award.id, award.points))
        .collect()
}

/// Section 3 read aloud: every pair is looked at, nothing is looked up.
fn naive(subjects: &[Subject]) -> BTreeMap<SubmissionId, (Outcome, Outcome, Option<SubmissionId>)> {
    let home = |a: &Subject, b: &Subject| (&a.forge, &a.repository) == (&b.forge, &b.repository);
    let numbered = |revert: &Subject, target: &Subject, number: u64| {
        let home_has_it = subjects.iter().any(|s| home(s, revert) && s.number == number);
        target.number == number && (home(target, revert) || !home_has_it)
    };
    let names = |revert: &Subject, target: &Subject| {
        if revert.family != target.family || revert.id == target.id {
            return false;
        }
        let has = |number: u64| subjects.iter().any(|s| s.family == revert.family && s.number == number);
        match (
            revert.revert_of.branch.filter(|number| has(*number)),
            &revert.revert_of.said,
        ) {
            (Some(number), _) => numbered(revert, target, number),
            (None, Some(Target::Number(number))) => numbered(revert, target, *number),
            (None, Some(Target::Commit(sha))) => {
                let shas = [&target.merge_sha, &target.squash_sha, &target.head_sha];
                shas.into_iter().flatten().any(|own| own.starts_with(sha))
            }
            (None, None) => false,
        }
    };
    // Whatever it is asked of, by what stands: a revert that is taken back by one that stands does not.
    fn first_standing<'a>(
        subjects: &'a [Subject],
        names: &dyn Fn(&Subject, &Subject) -> bool,
        target: &Subject,
    ) -> Option<&'a Subject> {
        subjects
            .iter()
            .filter(|r| r.confirmed && r.merged_at.is_some() && r.merged_at > target.merged_at)
            .filter(|r| target.merged_at.is_some() && names(r, target))
            .filter(|r| first_standing(subjects, names, r).is_none())
            .min_by_key(|r| r.order())
    }
    let reverter = |target: &Subject| first_standing(subjects, &names, target).map(|revert| revert.id);
    let mut said = BTreeMap::new();
    let mut in_order: Vec<(Option<Order>, &Subject)> = subjects.iter().map(|s| (s.order(), s)).collect();
    in_order.sort_by(|a, b| a.0.cmp(&b.0));
    let mut earlier: Vec<&Subject> = Vec::new();
    for (order, subject) in in_order {
        let reverted = reverter(subject);
        let same = |a: &Option<String>, b: &Option<String>| a.is_some() && a == b;
        let like = |other: &&&Subject| {
            let mirrored = same(&other.merge_sha, &subject.merge_sha) && !home(other, subject);
            let commit = mirrored || same(&other.head_sha, &subject.head_sha);
            let title = subject.person.is_some()
                && (other.person, other.family) == (subject.person, subject.family)
                && other.plain_title == subject.plain_title;
            match (commit, title, other.base_branch == subject.base_branch) {
                (true, ..) | (_, true, false) => 2,
                (_, true, true) => 1,
                _ => 0,
            }
        };
        let worst = earlier
            .iter()
            .filter(|_| order.is_some())
            .map(|other| like(&other))
            .max();
        let duplicate = [Outcome::Pass, Outcome::Ask, Outcome::Fail][worst.unwrap_or(0)];
        let failed = subject.outcomes.has(Outcome::Fail) || reverted.is_some() || duplicate == Outcome::Fail;
        if order.is_some() && subject.confirmed && !failed {
            earlier.push(subject);
        }
        let not_reverted = if reverted.is_some() {
            Outcome::Fail
        } else {
            Outcome::Pass
        };
        said.insert(subject.id, (not_reverted, duplicate, reverted));
    }
    said
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn s4_any_order_of_arrival_gives_the_same_verdicts(
        (drawn, arrived) in history().prop_flat_map(|drawn| (Just(drawn.clone()), Just(drawn).prop_shuffle())),
    ) {
        let world = arena();
        let (drawn, arrived) = (subjects(&world, &drawn), subjects(&world, &arrived));
        let (one, other) = (folded(&drawn), folded(&arrived));
        prop_assert_eq!(&one, &other);
        prop_assert_eq!(awards(&world, &drawn, &one, |_| true), awards(&world, &arrived, &other, |_| true));
    }

    #[test]
    fn s4_the_fold_says_what_every_pair_says(drawn in history()) {
        let subjects = subjects(&arena(), &drawn);
        let expected = naive(&subjects);
        for (id, verdict) in folded(&subjects) {
            let outcomes = verdict.outcomes;
            let said = (outcomes.of(Check::NotReverted), outcomes.of(Check::NotDuplicate), verdict.reverted_by);
            prop_assert_eq!(said, expected[&id]);
            prop_assert_eq!(verdict.duplicate.is_some(), said.1 != Outcome::Pass);
        }
    }

    #[test]
    fn s4_a_component_folded_alone_gives_what_the_whole_gives(drawn in history()) {
        let subjects = subjects(&arena(), &drawn);
        let whole = folded(&subjects);
        let apart: Verdicts = components(&subjects).iter().flat_map(|component| folded(component)).collect();
        prop_assert_eq!(apart, whole);
    }

    #[test]
    fn s4_after_a_change_only_what_hangs_together_with_it_is_folded_again(
        drawn in history(),
        edits in proptest::collection::vec(edit(), 1..5),
    ) {
        let world = arena();
        let mut drawn = drawn;
        let mut known = folded(&subjects(&world, &drawn));
        let mut points = awards(&world, &subjects(&world, &drawn), &known, |_| true);
        for edit in edits {
            if drawn.is_empty() {
                break;
            }
            let before = subjects(&world, &drawn);
            let (after, id) = edit.apply(&drawn);
            drawn = after;
            let now = subjects(&world, &drawn);
            let edited: Vec<&Subject> = before.iter().chain(&now).filter(|subject| subject.id == id).collect();
            let again = around(&now, edited.iter().flat_map(|subject| subject.keys()));

            known.remove(&id);
            known.extend(folded(&again));
            prop_assert_eq!(&known, &folded(&now));

            let ids: BTreeSet<SubmissionId> = again.iter().map(|subject| subject.id).chain([id]).collect();
            let touched: BTreeSet<PersonId> =
                edited.iter().copied().chain(&again).filter_map(|subject| subject.person).collect();
            let theirs = |subject: &&Subject| subject.person.is_some_and(|person| touched.contains(&person));
            for id in ids.into_iter().chain(now.iter().filter(theirs).map(|subject| subject.id)) {
                points.remove(&id);
            }
            points.extend(awards(&world, &now, &known, |person| touched.contains(&person)));
            prop_assert_eq!(&points, &awards(&world, &now, &known, |_| true));
        }
    }
}

#[test]
fn seven_digits_in_common_join_nobody_but_through_a_revert_that_names_them() {
    let world = arena();
    let mut drawn = sample().into_iter().find(|drawn| drawn.len() > 2).unwrap();
    drawn.truncate(2);
    let mut pair = subjects(&world, &drawn);
    assert_eq!(pair.len(), 2);
    for (at, subject) in pair.iter_mut().enumerate() {
        subject.number = 900 + at as u64;
        subject.family = 0;
        subject.person = None;
        subject.revert_of = Named::default();
        subject.head_sha = None;
        subject.merge_sha = Some(format!("abcdef0{at}"));
    }
    assert_eq!(components(&pair).len(), 2);
    let mut revert = pair[0].clone();
    revert.id = SubmissionId(77);
    revert.number = 999;
    revert.merge_sha = None;
    revert.revert_of = Named {
        branch: None,
        said: Some(Target::Commit("abcdef01".into())),
    };
    pair.push(revert);
    assert_eq!(components(&pair).len(), 1);
}

/// 300 histories, the same each time.
fn sample() -> Vec<Vec<Draft>> {
    let mut runner = TestRunner::deterministic();
    let strategy = history();
    (0..300)
        .map(|_| strategy.new_tree(&mut runner).unwrap().current())
        .collect()
}

#[test]
fn generated_histories_hit_what_the_fold_is_about() {
    let world = arena();
    let mut hits: BTreeMap<&str, usize> = BTreeMap::new();
    let mut hit = |what, times| *hits.entry(what).or_default() += times;
    for drawn in sample() {
        let subjects = subjects(&world, &drawn);
        let verdicts = folded(&subjects);
        let components = components(&subjects);
        hit("several components", usize::from(components.len() > 1));
        hit(
            "components of three and more",
            components.iter().filter(|c| c.len() > 2).count(),
        );
        for subject in &subjects {
            let verdict = &verdicts[&subject.id];
            let how = verdict.duplicate.map(|duplicate| duplicate.how);
            hit("ports", usize::from(how == Some(Likeness::Port)));
            hit("same titles", usize::from(how == Some(Likeness::SameTitle)));
            hit("same commits", usize::from(how == Some(Likeness::SameCommit)));
            hit(
                "claimed logins",
                usize::from(verdict.outcomes.of(Check::Author) == Outcome::Fail),
            );
            hit(
                "no team then",
                usize::from(subject.person.is_some() && subject.team.is_none()),
            );
            hit(
                "unconfirmed merges",
                usize::from(!subject.confirmed && subject.merged_at.is_some()),
            );
            hit(
                "decisions gone stale",
                usize::from(subject.ruling.is_some_and(|ruling| !ruling.stands)),
            );
            for status in Status::ALL {
                hit(status.as_str(), usize::from(verdict.status == status));
            }
            if let Some(by) = verdict.reverted_by {
                let revert = subjects.iter().find(|s| s.id == by).unwrap();
                let number = !matches!(revert.revert_of.said, Some(Target::Commit(_)));
                hit(
                    "a number of a branch passed over",
                    usize::from(revert.revert_of.branch.is_some_and(|number| number != subject.number)),
                );
                hit(
                    if number {
                        "reverted by number"
                    } else {
                        "reverted by commit"
                    },
                    1,
                );
                hit(
                    "reverted from a mirror",
                    usize::from(revert.repository != subject.repository),
                );
            }
        }
        for revert in subjects.iter().filter(|s| !s.revert_of.is_nothing()) {
            hit(
                "reverts taken back",
                usize::from(verdicts[&revert.id].reverted_by.is_some()),
            );
        }
        let points = awards(&world, &subjects, &verdicts, |_| true);
        hit(
            "fixes over the limit",
            points.values().filter(|points| **points == 0).count(),
        );
    }
    for (what, least) in [
        ("several components", 150),
        ("components of three and more", 150),
        ("ports", 300),
        ("same titles", 100),
        ("same commits", 100),
        ("reverted by number", 100),
        ("reverted by commit", 100),
        ("reverted from a mirror", 50),
        ("a number of a branch passed over", 20),
        ("reverts taken back", 50),
        ("claimed logins", 300),
        ("no team then", 200),
        ("unconfirmed merges", 300),
        ("decisions gone stale", 100),
        ("fixes over the limit", 100),
        ("accepted", 500),
        ("review", 300),
        ("waiting", 300),
        ("rejected", 500),
    ] {
        assert!(hits[what] >= least, "{what}: {} of {hits:?}", hits[what]);
    }
}
