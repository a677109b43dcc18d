//! Reports of one pull, in any order: what a forge told, in parts, and what a forger claims beside it.

use crate::domain::{
    pull::{Pull, State},
    testing::{actor, at, pull},
    time::Moment,
};
use proptest::{prelude::*, sample::Index};

fn minute(minutes: i64) -> Moment {
    at("2026-03-03T00:00:00Z").plus(minutes * Moment::MINUTE)
}

/// A report of number 1 that the forge dates to this minute.
fn report(minutes: i64, change: impl FnOnce(&mut Pull)) -> Pull {
    let mut report = pull(1);
    report.updated_at = Some(minute(minutes));
    change(&mut report);
    report.reported()
}

fn absorbed(reports: impl IntoIterator<Item = Pull>) -> Pull {
    reports.into_iter().reduce(Pull::absorb).unwrap()
}

/// What one report of a pull tells of the truth.
#[derive(Clone, Debug)]
struct Telling {
    title: u8,
    closed: bool,
    confirmed: bool,
    /// Which of repository id, merged_at and merge_sha it leaves out.
    gaps: [bool; 3],
    author: u8,
    merger: u8,
    repeated: bool,
}

fn telling() -> impl Strategy<Value = Telling> {
    let rest = (any::<[bool; 3]>(), 0..3_u8, 0..4_u8, any::<bool>());
    (0..3_u8, any::<bool>(), any::<bool>(), rest).prop_map(
        |(title, closed, confirmed, (gaps, author, merger, repeated))| Telling {
            title,
            closed,
            confirmed,
            gaps,
            author,
            merger,
            repeated,
        },
    )
}

/// `numbers`: a forge that leaves out logins, else one that leaves out numbers.
fn told(telling: &Telling, minutes: usize, merged_from: usize, numbers: bool) -> Pull {
    let who = |form: u8, login: &str, id: &str| match (form, numbers) {
        (0, true) => actor(&format!("#{id}")),
        (0, false) => actor(login),
        _ => actor(&format!("{login}#{id}")),
    };
    report(minutes as i64, |p| {
        p.title = format!("title {}", telling.title);
        p.confirmed = telling.confirmed;
        p.state = match (minutes >= merged_from, telling.closed) {
            (true, _) => State::Merged,
            (false, true) => State::Closed,
            (false, false) => State::Open,
        };
        p.repository_id = Some("7".to_owned()).filter(|_| !telling.gaps[0]);
        p.merged_at = Some(minute(100)).filter(|_| !telling.gaps[1]);
        p.merge_sha = Some("abc".to_owned()).filter(|_| !telling.gaps[2]);
        p.author = who(telling.author, "a", "5");
        // An account by its number alone does not say that it is a bot.
        p.author.bot = !p.author.login.is_empty();
        p.merged_by = Some(who(telling.merger, "x", "9")).filter(|_| telling.merger < 3);
    })
}

/// The reports in the order in which the forge dates them, and in the order of `arrival`.
fn both_orders(tellings: &[Telling], merged_from: Index, numbers: bool, arrival: &[Index]) -> [Vec<Pull>; 2] {
    let merged_from = merged_from.index(tellings.len() + 1);
    let dated: Vec<Pull> = tellings
        .iter()
        .zip(0..)
        .map(|(telling, at)| told(telling, at, merged_from, numbers))
        .collect();
    let mut waiting = dated.clone();
    waiting.extend(
        dated
            .iter()
            .zip(tellings)
            .filter(|(_, t)| t.repeated)
            .map(|(pull, _)| pull.clone()),
    );
    let mut arrived = Vec::new();
    for next in arrival {
        if !waiting.is_empty() {
            arrived.push(waiting.swap_remove(next.index(waiting.len())));
        }
    }
    arrived.extend(waiting);
    [dated, arrived]
}

proptest! {
    #[test]
    fn s4_h8_any_order_of_the_same_reports_gives_the_same_pull(
        mut tellings in proptest::collection::vec(telling(), 1..7),
        merged_from in any::<Index>(),
        (numbers, mixed) in any::<(bool, bool)>(),
        arrival in proptest::collection::vec(any::<Index>(), 14),
    ) {
        let first = tellings[0].confirmed;
        for telling in &mut tellings {
            if mixed {
                // Between a claim and a confirmed report one holds whole, so that gaps stay gaps: beside
                // claims, what confirms them (the API) tells everything.
                telling.gaps[0] = false;
                telling.author = 2;
            } else {
                telling.confirmed = first;
            }
        }
        let [dated, arrived] = both_orders(&tellings, merged_from, numbers, &arrival);
        prop_assert_eq!(absorbed(dated), absorbed(arrived));
    }

    #[test]
    fn h3_claims_beside_a_confirmed_merge_change_nothing(
        mut tellings in proptest::collection::vec(telling(), 1..7),
        forged in proptest::collection::vec((telling(), 0..9_usize, 0..9_usize), 1..4),
        merged_from in any::<Index>(),
        arrival in proptest::collection::vec(any::<Index>(), 10),
    ) {
        for telling in &mut tellings {
            (telling.confirmed, telling.repeated, telling.gaps[0], telling.author) = (true, false, false, 2);
        }
        let merged_from = merged_from.index(tellings.len());
        let mut waiting: Vec<Pull> =
            tellings.iter().zip(0..).map(|(telling, at)| told(telling, at, merged_from, true)).collect();
        let proven = absorbed(waiting.clone());
        prop_assert_eq!(proven.state, State::Merged);
        for (telling, minutes, merged_from) in forged {
            let mut forged = told(&telling, minutes, merged_from, true);
            forged.title = "forged".into();
            forged.author = actor("mallory#66");
            forged.merged_at = forged.merged_at.map(|at| at.plus(-1));
            forged.confirmed = false;
            waiting.push(forged.reported());
        }
        let mut arrived = Vec::new();
        for next in arrival {
            if !waiting.is_empty() {
                arrived.push(waiting.swap_remove(next.index(waiting.len())));
            }
        }
        prop_assert_eq!(absorbed(arrived), proven);
    }
}
