use super::*;
use crate::domain::{
    forge::Forge,
    testing::{at, definition},
};

/// Opens on the 1st, frozen from the 12th, closes on the 15th, grace of a day.
fn frozen() -> Definition {
    let mut definition = definition();
    definition.window.freeze_at = Some(at("2026-03-12T00:00:00+08:00"));
    definition
}

#[test]
fn h11_phases_begin_at_their_instant() {
    use Phase::*;
    let open = Seal::default();
    let revealed = Seal {
        revealed_at: Some(at("2026-03-13T00:00:00Z")),
        ..open
    };
    let finalized = Seal {
        finalized_at: Some(at("2026-03-20T00:00:00Z")),
        ..open
    };
    for (instant, offset, [when_open, when_revealed]) in [
        ("2026-03-01T00:00:00+08:00", -1, [Scheduled, Scheduled]),
        ("2026-03-01T00:00:00+08:00", 0, [Open, Open]),
        ("2026-03-12T00:00:00+08:00", -1, [Open, Open]),
        ("2026-03-12T00:00:00+08:00", 0, [Frozen, Open]),
        ("2026-03-15T00:00:00+08:00", -1, [Frozen, Open]),
        ("2026-03-15T00:00:00+08:00", 0, [Review, Review]),
        ("2026-05-15T00:00:00+08:00", 0, [Review, Review]),
    ] {
        let now = at(instant).plus(offset);
        assert_eq!(frozen().phase(open, now), when_open, "{now}");
        assert_eq!(frozen().phase(revealed, now), when_revealed, "{now}");
        assert_eq!(frozen().phase(finalized, now), Final, "{now}");
    }
}

#[test]
fn h11_the_freeze_holds_from_its_instant_until_the_host_reveals() {
    let definition = frozen();
    let freeze = definition.window.freeze_at.unwrap();
    let seal = Seal::default();
    assert_eq!(definition.frozen_at(seal, freeze.plus(-1)), None);
    assert_eq!(definition.frozen_at(seal, freeze), Some(freeze));
    let long_after = freeze.plus(90 * Moment::DAY);
    assert_eq!(definition.frozen_at(seal, long_after), Some(freeze));
    let revealed = Seal {
        revealed_at: Some(freeze),
        ..seal
    };
    assert_eq!(definition.frozen_at(revealed, long_after), None);
    let finalized = Seal {
        finalized_at: Some(freeze),
        ..seal
    };
    assert_eq!(definition.frozen_at(finalized, long_after), None);
}

#[test]
fn h11_turns_come_one_after_the_other() {
    let definition = frozen();
    let mut now = at("2026-01-01T00:00:00Z");
    let mut turns = Vec::new();
    while let Some(turn) = definition.next_turn(now) {
        turns.push(turn.to_string());
        now = turn;
    }
    assert_eq!(
        turns,
        [
            "2026-02-28T16:00:00Z",
            "2026-03-11T16:00:00Z",
            "2026-03-14T16:00:00Z",
            "2026-03-15T16:00:00Z"
        ]
    );
}

#[test]
fn a_scope_has_every_repository_and_mirror_once() {
    let definition = definition();
    let scope = definition.scope();
    let mut paths: Vec<(Forge, &str)> = scope.paths().map(|(forge, path)| (forge.kind, path)).collect();
    paths.sort();
    assert_eq!(
        paths,
        [
            (Forge::Gitee, "lanterns/lantern"),
            (Forge::GitHub, "lanterns-mirror/lantern")
        ]
    );
    let mirror = |forge: Forge, path: &str| {
        scope
            .place_of_path(&forge.into(), &RepoPath::parse(path).unwrap())
            .map(|place| place.mirror)
    };
    assert_eq!(mirror(Forge::Gitee, "Lanterns/Lantern"), Some(false));
    assert_eq!(mirror(Forge::GitHub, "lanterns-mirror/lantern"), Some(true));
    assert_eq!(mirror(Forge::GitLab, "lanterns/lantern"), None);
}

#[test]
fn secrets_are_read_by_reference_and_never_printed() {
    let (env, literal) = (Secret::parse("env:KEY"), Secret::parse("literal:a:b"));
    assert_eq!(env, Some(Secret::Env("KEY".into())));
    assert_eq!(literal, Some(Secret::Literal("a:b".into())));
    for bad in ["", "env:", "literal:", "KEY", "file:x", "ENV:KEY"] {
        assert_eq!(Secret::parse(bad), None, "{bad}");
    }
    assert_eq!(format!("{env:?} {literal:?}"), "Some(env:KEY) Some(literal:…)");
}
