//! The first snapshot and all changes lead to the last snapshot, from any point of joining, whatever happens.

use super::*;
use crate::{
    domain::{
        evaluate::Status,
        ledger::{Cause, Entry, Hash},
        rank::Word,
        region::Region,
        team::{CompetitionId, Kind, PersonId, PullId, SubmissionId, TeamId},
        text::{Name, Slug},
    },
    folder,
    live::{
        PersonCard, TeamCard,
        slots::Slot,
        state::{Beginning, State},
    },
    store::{BoardWord, Chained},
};
use proptest::prelude::*;
use serde_json::Value;
use std::collections::BTreeMap;

const ROOM: usize = 1 << 20;
const TEAMS: usize = 6;

/// What a host can change, and what the ledger has said.
#[derive(Clone)]
struct World {
    names: [u8; TEAMS],
    approved: [bool; TEAMS],
    closes: i64,
    freeze: Option<i64>,
    revision: i64,
    seq: i64,
    now: i64,
    words: BTreeMap<i64, BoardWord>,
}

fn hours(hours: i64) -> Moment {
    Moment::from_millis(1_700_000_000_000 + hours * 3_600_000)
}

impl World {
    fn face(&self) -> Arc<Face> {
        let freeze = self
            .freeze
            .map(|at| format!("freeze_at = \"{}\"\n", hours(at)))
            .unwrap_or_default();
        let toml = format!(
            "slug = \"spring\"\nname = {{ en = \"Spring\", zh = \"春\" }}\ntime_zone = \"UTC\"\n[window]\n\
             opens_at = \"{}\"\ncloses_at = \"{}\"\nmerge_grace = \"1d\"\n{freeze}\n\
             [[repository]]\nforge = \"github\"\npath = \"a/b\"\n[scoring]\nbase = 1\n",
            hours(0),
            hours(self.closes),
        );
        let definition = Arc::new(folder::definition::read("competition.toml", &toml).unwrap());
        let team = |at: usize| {
            let slug = Slug::parse(&format!("team{at}")).unwrap();
            let kind = [Kind::City, Kind::University][at % 2];
            let name = format!("Name {}", self.names[at]);
            TeamCard::new(
                TeamId(at as i64),
                slug,
                kind,
                Region::parse("DE").unwrap(),
                Name {
                    en: name.clone(),
                    zh: name,
                },
            )
        };
        let teams = (0..TEAMS).filter(|at| self.approved[*at]).map(team).collect();
        let people = (0..TEAMS as i64).map(|at| PersonCard {
            id: PersonId(at),
            slug: Slug::parse(&format!("person{at}")).unwrap(),
            name: String::new(),
            number: at,
            team: None,
        });
        Arc::new(Face::new(
            CompetitionId(1),
            self.revision,
            definition,
            teams,
            people.collect(),
        ))
    }

    fn state(&self) -> State {
        let face = self.face();
        let slots: Vec<Slot> = self.words.values().map(|word| Slot::of(&face, word)).collect();
        let beginning = Beginning {
            face,
            slots,
            seq: self.seq,
            hash: None,
            shown: self.seq,
            recorded: Some(hours(0)),
            feed: Vec::new(),
        };
        State::new(beginning, true, hours(self.now))
    }
}

#[derive(Clone, Debug)]
enum Act {
    /// A submission's new status: which, whose, merged so many hours ago, points.
    Entry(i64, usize, Status, i64, i64),
    Hours(i64),
    Name(usize, u8),
    Closes(i64),
    Freeze(Option<i64>),
    Approved(usize, bool),
}

fn act() -> impl Strategy<Value = Act> {
    let status = prop_oneof![
        4 => Just(Status::Accepted),
        1 => Just(Status::Waiting),
        1 => Just(Status::Rejected),
    ];
    prop_oneof![
        8 => (0..15_i64, 0..TEAMS, status, 0..40_i64, 0..4_i64).prop_map(|(a, b, c, d, e)| Act::Entry(a, b, c, d, e)),
        2 => (1..9_i64).prop_map(Act::Hours),
        2 => (0..TEAMS, 0..3_u8).prop_map(|(at, name)| Act::Name(at, name)),
        1 => (100..103_i64).prop_map(Act::Closes),
        1 => prop_oneof![Just(None), (40..60_i64).prop_map(Some)].prop_map(Act::Freeze),
        1 => (0..TEAMS, any::<bool>()).prop_map(|(at, is)| Act::Approved(at, is)),
    ]
}

/// A client of the contract: rows by team, and what else an event says.
#[derive(Clone, Debug, Default, PartialEq)]
struct Client {
    rows: BTreeMap<String, Value>,
    total: Value,
    phase: Value,
    window: Value,
    last: i64,
}

impl Client {
    fn take(&mut self, event: &Bytes, all: bool) {
        let text = std::str::from_utf8(event).unwrap();
        if text.starts_with(':') {
            return;
        }
        let line = |key: &str| text.lines().find_map(|line| line.strip_prefix(key));
        let data: Value = serde_json::from_str(line("data: ").unwrap()).unwrap();
        if line("event: ") == Some("snapshot") {
            self.rows.clear();
        } else {
            assert!(data["now"].is_string() && data["window"]["closes_at"].is_string());
            self.window = data["window"].clone();
        }
        for row in data["rows"].as_array().unwrap() {
            self.rows
                .insert(row["team"]["slug"].as_str().unwrap().to_owned(), row.clone());
        }
        self.phase = data["phase"].clone();
        self.total = match data.get("total") {
            Some(total) => total.clone(),
            None if all => self.rows.len().into(),
            None => self.total.take(),
        };
        self.last = line("id: ").unwrap().parse().unwrap();
    }

    fn is_as(&self, other: &Self) -> bool {
        (&self.rows, &self.total, &self.phase) == (&other.rows, &other.total, &other.phase)
    }
}

fn views() -> Vec<View> {
    let kind = Filter {
        kind: Some(Kind::City),
        ..Filter::default()
    };
    let named = Filter {
        q: Some("name 1".into()),
        ..Filter::default()
    };
    let part = |offset, limit| Part { offset, limit };
    [
        (Filter::default(), Part::ALL),
        (kind.clone(), Part::ALL),
        (named.clone(), Part::ALL),
        (Filter::default(), part(0, 2)),
        (kind, part(1, 1)),
        (named, part(0, 3)),
    ]
    .map(|(filter, part)| View { filter, part })
    .into()
}

fn holds(acts: &[Act], awake: &[bool]) {
    let mut world = World {
        names: [0; TEAMS],
        approved: [true; TEAMS],
        closes: 100,
        freeze: None,
        revision: 1,
        seq: 0,
        now: 30,
        words: BTreeMap::new(),
    };
    let mut state = world.state();
    let mut snapshot = state.snapshot(ROOM, hours(world.now));
    let mut told = Told::first(&snapshot, ROOM);
    // Of each view: who stays and hears all, who is slow, and who left after each event, with what they knew.
    let views = views();
    let begin = |told: &Told, snapshot: &Snapshot, view: &View| {
        let mut client = Client::default();
        client.take(&told.whole(view, snapshot), view.part == Part::ALL);
        client
    };
    let mut quick: Vec<(Client, u64)> = views
        .iter()
        .map(|v| (begin(&told, &snapshot, v), told.version()))
        .collect();
    let mut slow = quick.clone();
    let mut left: Vec<Vec<Client>> = quick.iter().map(|(client, _)| vec![client.clone()]).collect();
    for (step, act) in acts.iter().enumerate() {
        let mut reread = true;
        match act {
            Act::Entry(id, who, status, ago, points) => {
                reread = false;
                world.seq += 1;
                let known = world.words.get(id).filter(|word| word.team.is_some());
                let before = known.map_or(0, |word| i64::from(word.word.points));
                let merged = hours(world.now - ago);
                let entry = Entry {
                    at: Some(merged),
                    cause: Cause::Hook,
                    person: Some(format!("person{who}")),
                    points: points - before,
                    recorded_at: hours(world.now),
                    seq: world.seq,
                    status: Some(*status),
                    submission: SubmissionId(*id),
                    team: Some(format!("team{who}")),
                };
                let word = BoardWord {
                    submission: SubmissionId(*id),
                    pull: PullId(*id),
                    person: Some(PersonId(*who as i64)),
                    team: Some(TeamId(*who as i64)),
                    word: Word {
                        merged_at: Some(merged),
                        status: *status,
                        points: *points as i32,
                    },
                };
                world.words.insert(*id, word);
                let hash = Hash::default();
                state.take(
                    &Chained {
                        entry,
                        hash,
                        by_rules: None,
                        was_at: None,
                    },
                    &HashMap::new(),
                );
            }
            Act::Hours(hours) => {
                world.now += hours;
                reread = state.freeze() != world.state().freeze();
            }
            Act::Name(at, name) => world.names[*at] = *name,
            Act::Closes(at) => world.closes = *at,
            Act::Freeze(at) => world.freeze = *at,
            Act::Approved(at, is) => world.approved[*at] = *is,
        }
        if reread {
            world.revision += 1;
            state = world.state();
        }
        let next = state.snapshot(ROOM, hours(world.now));
        if next.standings == snapshot.standings && next.rows == snapshot.rows && !reread {
            continue;
        }
        told = told.next(&next, ROOM);
        snapshot = next;
        let clock = hours(world.now);
        for (at, view) in views.iter().enumerate() {
            let all = view.part == Part::ALL;
            let hear = |client: &mut (Client, u64)| {
                let event = told.since(view, client.1, &snapshot, clock);
                client.1 = told.version();
                if let Some(event) = event {
                    client.0.take(&event, all);
                    return true;
                }
                false
            };
            if hear(&mut quick[at]) {
                let known = quick[at].0.clone();
                left[at].push(known);
            }
            if awake[step % awake.len()] {
                hear(&mut slow[at]);
            }
        }
    }
    let clock = hours(world.now);
    for (at, view) in views.iter().enumerate() {
        let all = view.part == Part::ALL;
        let last = begin(&told, &snapshot, view);
        if let Some(event) = told.since(view, slow[at].1, &snapshot, clock) {
            slow[at].0.take(&event, all);
        }
        assert!(quick[at].0.is_as(&last), "{view:?}: {:?} is not {last:?}", quick[at].0);
        assert!(
            slow[at].0.is_as(&last),
            "{view:?}, slow: {:?} is not {last:?}",
            slow[at].0
        );
        for known in &left[at] {
            let mut client = known.clone();
            let missed = told.missed(view, known.last, clock);
            client.take(&missed.unwrap_or_else(|| told.whole(view, &snapshot)), all);
            assert!(
                client.is_as(&last),
                "{view:?}, back from {known:?}: {client:?} is not {last:?}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn from_any_point_of_joining_changes_lead_to_the_last_snapshot(
        acts in proptest::collection::vec(act(), 1..50),
        awake in proptest::collection::vec(any::<bool>(), 1..7),
    ) {
        holds(&acts, &awake);
    }
}

/// Who left in between knows another count.
#[test]
fn a_team_that_goes_and_comes_back_is_counted_by_whoever_left_in_between() {
    let entry = |points| Act::Entry(0, 2, Status::Accepted, 0, points);
    let (goes, comes) = (Act::Approved(1, false), Act::Approved(1, true));
    holds(&[entry(1), entry(0), entry(1), goes, comes], &[false]);
}

/// More than is remembered, too.
#[test]
fn a_long_history_leads_there_too() {
    let acts: Vec<Act> = (0..3 * REMEMBERED as i64)
        .map(|n| match n % 11 {
            0 => Act::Name(n as usize % TEAMS, n as u8 % 3),
            5 => Act::Hours(1),
            _ => Act::Entry(n % 15, n as usize % TEAMS, Status::Accepted, n % 30, n % 4),
        })
        .collect();
    holds(&acts, &[false, false, true]);
    holds(&acts, &[false]);
}

#[test]
fn what_is_remembered_and_kept_for_others_is_bounded() {
    let mut world = World {
        names: [0; TEAMS],
        approved: [true; TEAMS],
        closes: 100,
        freeze: None,
        revision: 1,
        seq: 0,
        now: 30,
        words: BTreeMap::new(),
    };
    let room = 64 << 10;
    let mut told = Told::first(&world.state().snapshot(room, hours(30)), room);
    for name in 0..200 {
        world.names[0] = name;
        let snapshot = world.state().snapshot(room, hours(30));
        told = told.next(&snapshot, room);
        for view in 0..200 {
            let filter = Filter {
                q: Some(format!("{:view$}", "team0")),
                ..Filter::default()
            };
            let part = Part::ALL;
            told.whole(&View { filter, part }, &snapshot);
        }
        assert!(told.events.bytes() <= room / SHARE && told.tables.len() <= REMEMBERED);
    }
}

#[test]
fn numbers_of_a_history_that_is_no_more_mean_nothing() {
    let mut world = World {
        names: [0; TEAMS],
        approved: [true; TEAMS],
        closes: 100,
        freeze: None,
        revision: 1,
        seq: 9,
        now: 30,
        words: BTreeMap::new(),
    };
    let told = Told::first(&world.state().snapshot(ROOM, hours(30)), ROOM);
    world.seq = 2;
    let mut told = told.anew(&world.state().snapshot(ROOM, hours(30)), ROOM);
    for seq in 3..12 {
        world.seq = seq;
        world.names[0] = seq as u8;
        told = told.next(&world.state().snapshot(ROOM, hours(30)), ROOM);
    }
    let view = View::default();
    assert_eq!(told.missed(&view, 9, hours(30)), None);
    assert!(told.missed(&view, 10, hours(30)).is_some());
    assert_eq!(told.missed(&view, 12, hours(30)), None);
}
