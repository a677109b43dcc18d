use super::*;

fn figures(points: i64, reached: Option<i64>) -> Figures {
    Figures {
        points,
        reached_at: reached.map(Moment::from_millis),
        ..Figures::default()
    }
}

#[test]
fn equal_lines_share_a_rank_and_nothing_reached_goes_last() {
    let lines = [
        ("d", figures(5, Some(20))),
        ("c", figures(5, Some(10))),
        ("b", figures(5, Some(20))),
        ("z", figures(0, None)),
        ("a", figures(0, None)),
        ("e", figures(9, Some(99))),
    ];
    let ranked = rank(&lines, |l| l.1, |l| l.0);
    let said: Vec<(u32, &str)> = ranked.iter().map(|(rank, at)| (*rank, lines[*at].0)).collect();
    assert_eq!(said, [(1, "e"), (2, "c"), (3, "b"), (3, "d"), (5, "a"), (5, "z")]);
}

#[test]
fn h11_the_freeze_hides_from_its_instant_on() {
    let word = |merged: i64, status| Word {
        merged_at: Some(Moment::from_millis(merged)),
        status,
        points: 3,
    };
    let lens = Lens {
        freeze: Some(Moment::from_millis(100)),
        at: None,
    };
    assert_eq!(lens.part(&word(99, Status::Accepted)), Part::Fix(3));
    assert_eq!(lens.part(&word(100, Status::Accepted)), Part::Pending);
    assert_eq!(lens.part(&word(100, Status::Review)), Part::Pending);
    assert_eq!(lens.part(&word(100, Status::Rejected)), Part::Nothing);
    let until = Lens {
        freeze: None,
        at: Some(Moment::from_millis(99)),
    };
    assert_eq!(until.part(&word(99, Status::Accepted)), Part::Fix(3));
    assert_eq!(until.part(&word(100, Status::Accepted)), Part::Nothing);
}

fn word(merged: Option<i64>, status: Status, points: i32) -> Word {
    Word {
        merged_at: merged.map(Moment::from_millis),
        status,
        points,
    }
}

#[test]
fn a_lens_shows_what_counts_at_its_moment() {
    use Part::*;
    use Status::*;
    let (frozen, until) = (Some(100), Some(200));
    // merged, status; in the open, frozen at 100, seen at 200, both.
    for (merged, status, parts) in [
        (Some(99), Accepted, [Fix(3), Fix(3), Fix(3), Fix(3)]),
        (Some(100), Accepted, [Fix(3), Pending, Fix(3), Pending]),
        (Some(200), Accepted, [Fix(3), Pending, Fix(3), Pending]),
        (Some(201), Accepted, [Fix(3), Pending, Nothing, Nothing]),
        (Some(99), Review, [Pending; 4]),
        (Some(201), Review, [Pending, Pending, Nothing, Nothing]),
        (Some(99), Waiting, [Pending; 4]),
        (None, Waiting, [Pending, Pending, Nothing, Nothing]),
        (None, Review, [Pending, Pending, Nothing, Nothing]),
        (Some(99), Rejected, [Nothing; 4]),
        (Some(201), Rejected, [Nothing; 4]),
        (None, Rejected, [Nothing; 4]),
    ] {
        let lenses = [(None, None), (frozen, None), (None, until), (frozen, until)];
        let seen = lenses.map(|(freeze, at)| {
            let lens = Lens {
                freeze: freeze.map(Moment::from_millis),
                at: at.map(Moment::from_millis),
            };
            lens.part(&word(merged, status, 3))
        });
        assert_eq!(seen, parts, "{merged:?} {status:?}");
    }
}

#[test]
fn figures_count_fixes_and_the_latest_merge_that_earned() {
    let mut line = Figures::default();
    for (part, merged) in [
        (Part::Fix(3), 10),
        (Part::Fix(5), 20),
        (Part::Fix(0), 30),
        (Part::Fix(-2), 40),
        (Part::Pending, 50),
        (Part::Nothing, 60),
        (Part::Fix(1), 15),
    ] {
        line.add(part, Some(Moment::from_millis(merged)));
    }
    let expected = Figures {
        fixes: 5,
        pending: 1,
        ..figures(7, Some(20))
    };
    assert_eq!(line, expected);
}

#[test]
fn ranks_do_not_depend_on_the_order_of_the_lines() {
    let lines = [
        ("b", figures(5, Some(20))),
        ("a", figures(5, Some(20))),
        ("c", figures(5, Some(21))),
        ("d", figures(0, Some(9))),
        ("e", figures(0, None)),
        ("f", figures(-1, None)),
    ];
    for turn in 0..lines.len() {
        let mut lines = lines;
        lines.rotate_left(turn);
        let ranked = rank(&lines, |l| l.1, |l| l.0);
        let said: Vec<(u32, &str)> = ranked.iter().map(|(rank, at)| (*rank, lines[*at].0)).collect();
        assert_eq!(said, [(1, "a"), (1, "b"), (3, "c"), (4, "d"), (5, "e"), (6, "f")]);
    }
    assert_eq!(rank::<(&str, Figures)>(&[], |l| l.1, |l| l.0), []);
}
