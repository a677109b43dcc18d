use super::*;
use crate::domain::{
    forge::Forge,
    testing::{actor, at, pull},
};
use proptest::{prelude::*, sample::Index};

fn minute(minutes: i64) -> Moment {
    at("2026-03-03T00:00:00Z").plus(minutes * Moment::MINUTE)
}

/// A confirmed report of a merged pull that tells everything, dated to this minute by the forge.
fn telling(minutes: i64, change: impl FnOnce(&mut Telling)) -> Telling {
    let mut report = Report::of(pull(1));
    report.telling.told.updated_at = Some(minute(minutes));
    report.telling.told.merged_at = Some(minute(100));
    change(&mut report.telling);
    report.settled().placed().telling
}

fn read(facts: &Facts) -> Option<Pull> {
    let path = RepoPath::parse("lanterns/lantern").unwrap();
    facts.pull(Forge::Gitee.into(), path, Some("7".into()), 1)
}

/// Both orders of two reports, and of each told twice, give what `see` reads.
#[track_caller]
fn check<T: PartialEq + std::fmt::Debug>(what: &str, a: &Telling, b: &Telling, see: impl Fn(&Pull) -> T, expected: T) {
    for order in [[a, b, a, b], [b, a, a, b], [b, b, a, a]] {
        let mut facts = Facts::default();
        for telling in order {
            facts.take(telling.clone());
        }
        assert_eq!(see(&read(&facts).unwrap()), expected, "{what}");
    }
}

fn titled(title: &'static str) -> impl FnOnce(&mut Telling) {
    move |telling| telling.told.title = title.into()
}

fn title(pull: &Pull) -> String {
    pull.title.clone()
}

#[test]
fn h8_the_later_report_holds_from_wherever_it_came() {
    check(
        "later",
        &telling(1, titled("old")),
        &telling(2, titled("new")),
        title,
        "new".into(),
    );
    let claim = |minutes, title| telling(minutes, |t| (t.confirmed, t.told.title) = (false, String::from(title)));
    check("claims", &claim(1, "old"), &claim(2, "new"), title, "new".into());
    let undated = |merged: i64, title: &str| {
        telling(0, |t| {
            t.told.updated_at = None;
            t.told.merged_at = Some(minute(merged));
            t.told.title = title.into();
        })
    };
    check(
        "its latest time dates it",
        &undated(90, "old"),
        &undated(91, "new"),
        title,
        "new".into(),
    );
    check(
        "also beside a dated one",
        &undated(90, "old"),
        &telling(91, titled("new")),
        title,
        "new".into(),
    );
}

#[test]
fn what_ties_is_decided_the_same_whichever_came_first() {
    let with = |change: &dyn Fn(&mut Telling)| telling(1, |t| change(t));
    let rows: [(&str, Telling, Telling); 6] = [
        (
            "an act",
            with(&|t| (t.act, t.told.title) = (Some(1), "new".into())),
            with(&|t| t.told.labels = Some(vec!["a".into(), "b".into(), "c".into()])),
        ),
        (
            "the later act",
            with(&|t| (t.act, t.told.title) = (Some(2), "new".into())),
            with(&|t| t.act = Some(1)),
        ),
        (
            "a confirmed one",
            with(&|t| (t.told.state, t.told.title) = (State::Open, "new".into())),
            with(&|t| (t.confirmed, t.told.state) = (false, State::Closed)),
        ),
        (
            "closed before open",
            with(&|t| (t.told.state, t.told.merged_at, t.told.title) = (State::Closed, None, "new".into())),
            with(&|t| t.told.state = State::Open),
        ),
        (
            "more labels",
            with(&|t| (t.told.labels, t.told.title) = (Some(vec!["a".into(), "b".into()]), "new".into())),
            with(&|t| t.told.labels = Some(vec!["z".into()])),
        ),
        (
            "the greater bytes",
            with(&|t| t.told.title = "new".into()),
            with(&|t| t.told.title = "mew".into()),
        ),
    ];
    for (what, holds, gives_way) in &rows {
        check(what, holds, gives_way, title, "new".into());
    }
}

#[test]
fn what_is_not_told_stays_and_what_is_empty_is() {
    let body = |body: Option<&str>| {
        let body = body.map(str::to_owned);
        move |t: &mut Telling| t.told.body = body
    };
    let see = |pull: &Pull| pull.body.clone();
    check(
        "untold",
        &telling(1, body(Some("x"))),
        &telling(2, body(None)),
        see,
        "x".into(),
    );
    check(
        "empty",
        &telling(1, body(Some("x"))),
        &telling(2, body(Some(""))),
        see,
        String::new(),
    );
    let labels = |labels: Option<Vec<String>>| move |t: &mut Telling| t.told.labels = labels;
    let see = |pull: &Pull| pull.labels.clone();
    check(
        "no list",
        &telling(1, labels(Some(vec!["a".into()]))),
        &telling(2, labels(None)),
        see,
        vec!["a".into()],
    );
    check(
        "an empty list",
        &telling(1, labels(Some(vec!["a".into()]))),
        &telling(2, labels(Some(vec![]))),
        see,
        vec![],
    );
}

#[test]
fn merged_is_final() {
    let merge = |p: &Pull| (p.state, p.merged_at, p.merge_sha.clone(), p.title.clone());
    let first = telling(1, |t| t.told.merge_sha = Some("abc".into()));
    let kept = (
        State::Merged,
        Some(minute(100)),
        Some("abc".to_owned()),
        "edited".to_owned(),
    );
    for state in [State::Open, State::Closed] {
        let later = telling(2, |t| {
            (t.told.state, t.told.title) = (state, "edited".into());
            (t.told.merged_at, t.told.merge_sha) = (None, Some("tried".into()));
        });
        check("a later report takes nothing back", &first, &later, merge, kept.clone());
    }
    let other = telling(2, |t| {
        (t.told.merged_at, t.told.merge_sha) = (Some(minute(200)), Some("def".into()));
        t.told.title = "edited".into();
    });
    check("nor says it otherwise", &first, &other, merge, kept);
    let gap = telling(0, |t| (t.told.merged_at, t.told.merge_sha) = (None, None));
    let see = |p: &Pull| (p.merged_at, p.merge_sha.clone());
    check(
        "a gap in the earliest is filled",
        &gap,
        &first,
        see,
        (Some(minute(100)), Some("abc".into())),
    );
    let corrected = telling(1, |t| (t.act, t.told.merged_at) = (Some(1), Some(minute(90))));
    check(
        "an act holds over what ties with it",
        &first,
        &corrected,
        |p| p.merged_at,
        Some(minute(90)),
    );
}

#[test]
fn closed_with_a_merge_time_is_merged_and_an_open_one_has_no_merge() {
    let closed = telling(1, |t| t.told.state = State::Closed);
    assert_eq!(closed.told.state, State::Merged);
    let open = telling(1, |t| {
        t.told.state = State::Open;
        t.told.merge_sha = Some("tried".into());
        t.told.merged_by = Some(actor("x"));
    });
    let told = open.told;
    assert_eq!(
        (told.state, told.merged_at, told.merge_sha, told.merged_by),
        (State::Open, None, None, None)
    );
}

#[test]
fn an_author_stays_known() {
    let author = |p: &Pull| (p.author.login.clone(), p.author.id.clone(), p.author.bot);
    let by = |text: &str, bot: bool| {
        let author = Actor { bot, ..actor(text) };
        move |t: &mut Telling| t.told.author = Some(author)
    };
    let told = |login: &str, id: Option<&str>, bot| (login.to_owned(), id.map(str::to_owned), bot);
    for (what, earlier, later, expected) in [
        ("number", by("a#5", false), by("a", false), told("a", Some("5"), false)),
        ("login", by("a#5", false), by("#5", false), told("a", Some("5"), false)),
        (
            "renamed",
            by("a#5", false),
            by("b#5", false),
            told("b", Some("5"), false),
        ),
        ("another", by("a#5", false), by("b", false), told("b", None, false)),
        ("bot", by("a#5", true), by("#5", false), told("a", Some("5"), true)),
        (
            "ghost",
            by("a#5", false),
            by("Ghost#10137", false),
            told("a", Some("5"), false),
        ),
    ] {
        check(what, &telling(1, earlier), &telling(2, later), author, expected);
    }
    check(
        "null",
        &telling(1, by("a#5", false)),
        &telling(2, |t| t.told.author = None),
        author,
        told("a", Some("5"), false),
    );
}

#[test]
fn h3_h10_a_claim_moves_nothing_that_may_have_counted() {
    let altered = |t: &mut Telling| {
        t.confirmed = false;
        t.told.title = "altered".into();
        t.told.author = Some(actor("dev1#66"));
        t.told.labels = Some(vec![]);
        t.told.merged_at = Some(minute(50));
    };
    let proven = telling(1, |_| {});
    let whole = read(&Facts::of([proven.clone()])).unwrap();
    for minutes in [0, 1, 9] {
        check(
            "a merge",
            &proven,
            &telling(minutes, altered),
            Pull::clone,
            whole.clone(),
        );
    }
    // A robot closes what it merged by hand: that may count too.
    let closed = telling(1, |t| (t.told.state, t.told.merged_at) = (State::Closed, None));
    let whole = read(&Facts::of([closed.clone()])).unwrap();
    check("a closed one", &closed, &telling(9, altered), Pull::clone, whole);
    let open = telling(1, |t| (t.told.state, t.told.merged_at) = (State::Open, None));
    let see = |p: &Pull| (p.state, p.confirmed);
    check(
        "an open one waits for the proof",
        &open,
        &telling(9, altered),
        see,
        (State::Merged, false),
    );
    let proof = telling(9, |_| {});
    check(
        "and has it",
        &proof,
        &telling(9, altered),
        |p| (p.title.clone(), p.confirmed),
        ("fix leak 1".into(), true),
    );
}

/// What one report tells, drawn so that ties, gaps and contradictions come up often.
#[derive(Clone, Debug)]
struct Drawn {
    minutes: i64,
    dated: bool,
    state: u8,
    confirmed: bool,
    act: bool,
    title: u8,
    gaps: [bool; 6],
    author: u8,
    merger: u8,
    merged: i64,
    path: u8,
}

fn drawn() -> impl Strategy<Value = Drawn> {
    let worth = (any::<bool>(), 0..5_u8, 0..3_u8);
    let said = (0..2_u8, any::<[bool; 6]>(), 0..6_u8, 0..4_u8, 0..2_i64);
    ((0..3_i64, prop::bool::weighted(0.8), 0..4_u8), worth, said).prop_map(
        |((minutes, dated, state), (confirmed, act, path), (title, gaps, author, merger, merged))| Drawn {
            minutes,
            dated,
            state,
            confirmed,
            act: act == 0,
            title,
            gaps,
            author,
            merger,
            merged,
            path,
        },
    )
}

fn told(drawn: &Drawn, number: usize) -> Telling {
    let who = ["a", "a#5", "#5", "b#5", "b#6", "ghost#1"];
    let mut telling = telling(drawn.minutes, |t| {
        t.confirmed = drawn.confirmed || drawn.act;
        t.act = drawn.act.then_some(number as i64);
        let told = &mut t.told;
        told.state = [State::Open, State::Closed, State::Merged, State::Merged][drawn.state as usize];
        told.title = format!("title {}", drawn.title);
        told.updated_at = told.updated_at.filter(|_| drawn.dated);
        let closed_at = minute(drawn.merged);
        told.merged_at = (drawn.state == 2).then_some(closed_at);
        told.closed_at = Some(closed_at).filter(|_| drawn.gaps[0]);
        told.merge_sha = Some(format!("abc{}", drawn.merged)).filter(|_| drawn.gaps[1]);
        told.labels = Some(vec!["kind/bug".into(); drawn.title as usize]).filter(|_| drawn.gaps[2]);
        told.body = Some(format!("body {}", drawn.merged)).filter(|_| drawn.gaps[3]);
        told.additions = Some(3).filter(|_| drawn.gaps[4]);
        told.base_branch = Some("master".into()).filter(|_| drawn.gaps[5]);
        told.author = Some(actor(who[drawn.author as usize]));
        told.merged_by = who
            .get(drawn.merger as usize)
            .map(|text| actor(text))
            .filter(|_| drawn.merger < 3);
    });
    telling.path = [None, Some("a/b"), Some("a/c")][drawn.path as usize].map(str::to_owned);
    telling
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn s4_any_order_of_the_same_reports_gives_the_same_facts(
        drawn in prop::collection::vec(drawn(), 1..8),
        again in prop::collection::vec(any::<Index>(), 0..4),
        arrival in prop::collection::vec(any::<Index>(), 14),
    ) {
        let tellings: Vec<Telling> = drawn.iter().enumerate().map(|(number, drawn)| told(drawn, number)).collect();
        let mut waiting = tellings.clone();
        waiting.extend(again.iter().map(|index| index.get(&tellings).clone()));
        let mut arrived = Facts::default();
        for next in &arrival {
            if !waiting.is_empty() {
                arrived.take(waiting.swap_remove(next.index(waiting.len())));
            }
        }
        waiting.into_iter().for_each(|telling| arrived.take(telling));
        let at_once = Facts::of(tellings.clone());
        prop_assert_eq!(&arrived, &at_once);
        prop_assert_eq!(read(&arrived), read(&at_once));
        // What was let go was worth nothing: with every report kept, each field reads the same.
        let mut all = Facts::default();
        tellings.into_iter().for_each(|telling| all.put(telling));
        let (mut kept, all) = (read(&arrived).unwrap(), read(&all).unwrap());
        // Whether a claim still tells something is what letting go is about.
        prop_assert!(kept.confirmed || !all.confirmed);
        kept.confirmed = all.confirmed;
        prop_assert_eq!(kept, all);
    }

    #[test]
    fn what_speaks_of_a_path_can_be_taken_out_again_whole(
        drawn in prop::collection::vec(drawn(), 1..8),
    ) {
        let tellings: Vec<Telling> = drawn.iter().enumerate().map(|(number, drawn)| told(drawn, number)).collect();
        let of = |path: Option<&str>| Facts::of(tellings.iter().filter(|t| t.path.as_deref() == path).cloned());
        let mut mixed = Facts::of(tellings.clone());
        prop_assert_eq!(mixed.take_out("a/b"), of(Some("a/b")));
        prop_assert_eq!(mixed.take_out("a/c"), of(Some("a/c")));
        prop_assert_eq!(mixed, of(None));
    }

    #[test]
    fn reports_come_back_from_json_as_they_were(drawn in drawn()) {
        let telling = told(&drawn, 1);
        let text = serde_json::to_string(&telling).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Telling>(&text).unwrap(), &telling);
        // Its own JSON is canonical: keys in their order.
        let told = serde_json::to_value(&telling.told).unwrap();
        let keys: Vec<&String> = told.as_object().unwrap().keys().collect();
        prop_assert!(keys.is_sorted());
    }
}
