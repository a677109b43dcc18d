//! How the tests of this folder see a fold: every pull's verdict in a word, in any order of arrival.

use crate::domain::{
    evaluate::{Subject, Verdict, fold},
    forge::Forge,
    pull::{Pull, RepoPath},
    testing::{actor, pull, world},
};

/// Ann's confirmed bug fix, merged `number` minutes after the others began, changed by `change`.
pub fn fix(number: u64, change: impl FnOnce(&mut Pull)) -> Pull {
    let mut pull = pull(number);
    change(&mut pull);
    pull
}

pub fn on_mirror(pull: &mut Pull) {
    pull.forge = Forge::GitHub.into();
    pull.repository = RepoPath::parse("lanterns-mirror/lantern").unwrap();
    pull.author = actor("dev1#101");
}

/// `accepted`, `rejected: port of 1`, `rejected: reverted by 2`: the ids are places in `pulls`, from 1.
fn say(verdict: &Verdict) -> String {
    let mut why = Vec::new();
    if let Some(by) = verdict.reverted_by {
        why.push(format!("reverted by {}", by.0));
    }
    if let Some(other) = &verdict.duplicate {
        why.push(format!("{} of {}", other.how.as_str(), other.of.0));
    }
    match why.is_empty() {
        true => verdict.status.as_str().to_owned(),
        false => format!("{}: {}", verdict.status.as_str(), why.join(", ")),
    }
}

/// Every order of up to six things.
fn orders(count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![vec![]];
    }
    let shorter = orders(count - 1);
    let with_last = |order: &Vec<usize>, place: usize| {
        let mut order = order.clone();
        order.insert(place, count - 1);
        order
    };
    shorter
        .iter()
        .flat_map(|order| (0..count).map(move |place| with_last(order, place)))
        .collect()
}

/// The fold of `pulls` says `expected`, in whatever order they arrive.
#[track_caller]
pub fn check(what: &str, pulls: &[Pull], expected: &[&str]) {
    let world = world();
    let subjects: Vec<Subject> = pulls
        .iter()
        .zip(1..)
        .map(|(pull, id)| world.subject(id, pull, None))
        .collect();
    for order in orders(pulls.len()) {
        let arrived: Vec<Subject> = order.iter().map(|at| subjects[*at].clone()).collect();
        let mut verdicts = fold(&arrived, world.definition.review);
        verdicts.sort_by_key(|verdict| verdict.id);
        let said: Vec<String> = verdicts.iter().map(say).collect();
        assert_eq!(said, expected, "{what}, arrived as {order:?}");
    }
}
