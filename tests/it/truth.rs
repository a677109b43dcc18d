//! One truth in any order, through the real store: random steps of everything that can move a score, and after
//! each of them what stands is what folding again from the facts gives.
//!
//! Steps are drawn from a seed, so that what fails comes again: `BUGATHLON_SEEDS=17,4000..4100` tries others than
//! the few of every run.

use crate::support::*;
use bugathlon::{
    app::{self, App, Judgement, RoleName, Who},
    domain::{
        forge::ForgeHost,
        ledger::Cause,
        pull::{Actor, RepoPath, State},
        report::{Report, Telling, Told},
        team::SubmissionId,
        text::Slug,
        time::Moment,
    },
    live::Boards,
    store::{self, Store},
};
use std::{collections::BTreeMap, path::Path};

/// A generator of our own: a seed gives the same steps on every machine and with every version of a library.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        // splitmix64
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.roll() % n
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len() as u64) as usize]
    }
}

fn hour(hours: i64) -> Moment {
    Moment::parse("2026-03-02T00:00:00Z")
        .unwrap()
        .plus(hours * Moment::HOUR)
}

/// Repositories as forges know them: host, numeric id, and the paths that they were ever under. Two of them bear
/// one path, two hosts share a number, one is renamed into another's path.
const REPOSITORIES: [(&str, &str, &[&str]); 5] = [
    ("github", "7", &["lanterns/lamp", "lanterns/torch"]),
    ("github", "81", &["lanterns/lamp"]),
    ("github@git.example.org", "7", &["lanterns/lamp"]),
    ("gitee", "70", &["lanterns/mirror", "lanterns/old-mirror"]),
    ("github", "9", &["elsewhere/thing", "lanterns/lamp"]),
];

const AUTHORS: [&str; 7] = ["ann#1001", "ann", "ann#1009", "bo#1002", "#1002", "cy#1003", "ghost#1"];

fn actor(text: &str) -> Actor {
    let (login, id) = text
        .split_once('#')
        .map_or((text, None), |(login, id)| (login, Some(id)));
    Actor {
        bot: false,
        id: id.map(str::to_owned),
        login: login.to_owned(),
    }
}

/// A report of one of a few pulls, with gaps, ties and contradictions.
fn report(dice: &mut Dice) -> Report {
    let (forge, id, paths) = dice.of(&REPOSITORIES);
    let number = 1 + dice.below(4);
    let state = *dice.of(&[State::Open, State::Closed, State::Merged, State::Merged, State::Merged]);
    let mut told = Told::new(state, String::new(), hour(dice.below(30) as i64));
    let title = dice.of(&[
        "Fix cache",
        "[r1] Fix cache",
        "fix leak",
        "Revert \"Fix cache (!1)\"",
        "Reverts the leak",
    ]);
    told.title = (*title).to_owned();
    told.author = Some(actor(dice.of::<&str>(&AUTHORS)));
    told.base_branch = Some((*dice.of(&["main", "main", "r1"])).to_owned()).filter(|_| !dice.one_in(6));
    told.body =
        Some((*dice.of(&["", "", "Reverts !2", "This reverts commit c0ffee1"])).to_owned()).filter(|_| !dice.one_in(4));
    told.labels = Some(match dice.below(4) {
        0 => vec![],
        1 => vec!["kind/bug".into(), "priority/high".into()],
        _ => vec!["kind/bug".into()],
    })
    .filter(|_| !dice.one_in(4));
    told.head_branch = Some("revert-1-x".to_owned()).filter(|_| dice.one_in(10));
    told.head_sha = Some(format!("decaf0{}", dice.below(3))).filter(|_| dice.one_in(2));
    told.merge_sha = Some(format!("c0ffee1{}", dice.below(3))).filter(|_| !dice.one_in(3));
    let landed = hour(30 + dice.below(90) as i64);
    told.merged_at = Some(landed).filter(|_| state == State::Merged && !dice.one_in(8));
    told.closed_at = Some(landed).filter(|_| state != State::Open && dice.one_in(2));
    told.updated_at = Some(hour(40 + dice.below(5) as i64)).filter(|_| !dice.one_in(6));
    told.additions = Some(dice.below(3)).filter(|_| dice.one_in(2));
    let report = Report {
        forge: ForgeHost::parse(forge).unwrap(),
        repository: RepoPath::parse(dice.of::<&str>(paths)).unwrap(),
        repository_id: Some((*id).to_owned()).filter(|_| !dice.one_in(4)),
        number,
        telling: Telling {
            act: None,
            confirmed: !dice.one_in(6),
            path: None,
            told,
        },
    };
    report.settled()
}

/// A folder of one of the two competitions; `edition`: a number for each thing that may be edited.
fn folder(slug: &str, edition: u64, dir: &Path) {
    let mut folder = Folder::new();
    folder.slug = slug.into();
    let bit = |at: u64| edition >> at & 1 == 1;
    let people = [
        format!(
            "ann,Ann,shanghai,{},,github:ann gitee:ann",
            if bit(0) { "2026-03-04T00:00:00Z" } else { "" }
        ),
        format!(
            "bo,Bo,tsinghua,,{},github:bo#1002",
            if bit(1) { "2026-03-05T00:00:00Z" } else { "" }
        ),
        format!(
            "cy,Cy,{},,,github@git.example.org:cy#1003 github:cy gitee:cy",
            if bit(2) { "clay" } else { "shanghai" }
        ),
    ];
    folder.people = people.to_vec();
    folder.rules = format!(
        "bugfix_labels = [\"kind/bug\"]\nno_signal = \"{}\"\nmerged_labels = [\"priority/high\"]\n",
        if bit(3) { "fail" } else { "ask" }
    );
    folder.scoring = format!(
        "base = {}\nlabels = {{ \"priority/high\" = 5 }}\nfirst_fix_bonus = 2\ndaily_limit = {}\n",
        1 + (edition >> 4 & 1),
        2 * (edition >> 5 & 1)
    );
    folder.sources = String::new();
    folder.write(dir);
    let window = "opens_at = \"2026-03-02T00:00:00Z\"\ncloses_at = \"2026-03-05T00:00:00Z\"\nmerge_grace = \"2d\"\nfreeze_at = \"2026-03-04T00:00:00Z\"\n";
    let repositories = if slug == "spring" {
        let id = if bit(6) { "id = \"81\"\n" } else { "" };
        let branches = if bit(7) { "branches = [\"main\"]\n" } else { "" };
        format!(
            "[[repository]]\nforge = \"github\"\npath = \"lanterns/lamp\"\n{id}{branches}mirrors = [\"gitee:lanterns/mirror\"]\n"
        )
    } else {
        "[[repository]]\nforge = \"github\"\npath = \"lanterns/torch\"\n\
         [[repository]]\nforge = \"github\"\nhost = \"git.example.org\"\npath = \"lanterns/lamp\"\n"
            .to_owned()
    };
    let text = format!(
        "slug = \"{slug}\"\nname = {{ en = \"{slug}\", zh = \"{slug}\" }}\ntime_zone = \"Asia/Shanghai\"\n[window]\n{window}{repositories}[rules]\n{}[scoring]\n{}",
        folder.rules, folder.scoring
    );
    std::fs::write(dir.join("competition.toml"), text).unwrap();
    std::fs::remove_file(dir.join("pulls.ndjson")).unwrap();
}

const SLUGS: [&str; 2] = ["spring", "autumn"];

struct World {
    _database: Database,
    app: App,
    judge: Option<Who>,
    /// By competition.
    editions: BTreeMap<&'static str, u64>,
    dir: tempfile::TempDir,
    now: Moment,
    boards: Boards,
}

impl World {
    async fn new(judged: bool) -> Self {
        let database = Database::new();
        let store = Store::open(&database.parsed()).unwrap();
        store::migrate(&store).await.unwrap();
        let app = App::new(store);
        let mut world = Self {
            _database: database,
            app,
            judge: None,
            editions: SLUGS.iter().map(|slug| (*slug, 0)).collect(),
            dir: tempfile::tempdir().unwrap(),
            now: hour(60),
            boards: Boards::new(bugathlon::domain::level::Ladder::default(), true),
        };
        for slug in SLUGS {
            world.seed(slug).await;
        }
        if judged {
            let id = app::add_login(
                &world.app,
                None,
                "judge",
                "kiln-and-lantern-9",
                Some(RoleName::Admin),
                world.now,
            )
            .await
            .unwrap();
            let login = world
                .app
                .store
                .read(move |db| store::login_by_id(db, id))
                .await
                .unwrap()
                .unwrap();
            let who = world
                .app
                .store
                .read(move |db| Who::of(db, login, String::new()))
                .await
                .unwrap();
            world.judge = Some(who);
        }
        world
    }

    async fn seed(&mut self, slug: &'static str) {
        let dir = self.dir.path().join(slug);
        folder(slug, self.editions[slug], &dir);
        app::seed(&self.app, &dir, self.now, |_| ()).await.unwrap();
    }

    async fn tell(&self, reports: Vec<Report>) {
        let (definitions, now) = (self.app.definitions(), self.now);
        let work = move |db: &mut store::Db| app::take_reports(db, &definitions, reports, now, Cause::Hook);
        self.app.store.write(work).await.unwrap();
    }

    async fn act(&self, reports: Vec<Report>) {
        let (definitions, now) = (self.app.definitions(), self.now);
        let work = move |db: &mut store::Db| app::take_acts(db, &definitions, reports, now, Cause::Import);
        self.app.store.write(work).await.unwrap();
    }

    async fn submissions(&self, slug: &str) -> Vec<store::Submission> {
        let id = self.app.competition(&Slug::parse(slug).unwrap()).await.unwrap().id();
        self.app
            .store
            .read(move |db| store::submissions_of(db, id))
            .await
            .unwrap()
    }

    /// A judge's word on a submission; one that may not be decided on stays as it is.
    async fn decide(&self, dice: &mut Dice) {
        let slug = *dice.of(&SLUGS);
        let (Some(judge), all) = (&self.judge, self.submissions(slug).await) else {
            return;
        };
        if all.is_empty() {
            return;
        }
        let id: SubmissionId = dice.of(&all).id;
        let slug = Slug::parse(slug).unwrap();
        if dice.one_in(4) {
            let _ = app::undo(&self.app, judge, &slug, id, self.now).await;
            return;
        }
        let (action, points) = *dice.of(&[("accept", None), ("accept", Some(9)), ("reject", None)]);
        let judgement = Judgement::parse(action, points, "because it is so").unwrap();
        let _ = app::decide(&self.app, judge, &slug, id, judgement, None, self.now).await;
    }

    /// What stands is what folding again gives, and what boards show is what a board made from rows shows.
    async fn holds(&mut self, what: &str) {
        for name in SLUGS {
            let slug = Slug::parse(name).unwrap();
            let rebuilt = app::rebuild(&self.app, &slug, self.now).await.unwrap();
            let same = rebuilt.differed == 0 && !rebuilt.links_differed && rebuilt.rebound == 0 && rebuilt.entries == 0;
            assert!(same && rebuilt.proof.holds(), "{what}: {name}: {rebuilt:?}");
        }
        // A long act that the step began has ended by now.
        let read = self.app.definitions().reader();
        for name in SLUGS {
            let slug = Slug::parse(name).unwrap();
            let fresh = Boards::one(&self.app.store, &read, &slug, true, self.now)
                .await
                .unwrap()
                .unwrap();
            // A board publishes four times a second at most: what a beat read may come with the next.
            let mut live = String::new();
            for _ in 0..100 {
                self.boards.beat(&self.app.store, &read, self.now).await.unwrap();
                live = shown(&self.boards.get(name).unwrap().board);
                if live == shown(&fresh) {
                    break;
                }
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
            assert_eq!(live, shown(&fresh), "{what}: {name}");
        }
    }

    /// An export verifies with no database.
    async fn exports(&self, what: &str) {
        for name in SLUGS {
            let path = self.dir.path().join("export");
            let _ = std::fs::remove_file(&path);
            app::export(&self.app, &Slug::parse(name).unwrap(), &path, self.now, |_| ())
                .await
                .unwrap();
            let verified = app::verify(&path, |_| ()).unwrap();
            assert!(verified.differences.is_empty(), "{what}: {name}: {verified:?}");
        }
    }

    /// Every submission by its pull's name and its repository's id: all that may not depend on arrival.
    async fn state(&self) -> BTreeMap<String, String> {
        let mut state = BTreeMap::new();
        for slug in SLUGS {
            let rows = self.submissions(slug).await;
            let pulls: Vec<_> = rows.iter().map(|row| row.pull).collect();
            let facts = self
                .app
                .store
                .read(move |db| store::facts_by_id(db, &pulls))
                .await
                .unwrap();
            let fact = |row: &store::Submission| facts.iter().find(|fact| fact.id == row.pull).unwrap();
            let name = |row: &store::Submission| {
                let pull = &fact(row).pull;
                format!(
                    "{slug} {}#{}",
                    pull.name(),
                    pull.repository_id.as_deref().unwrap_or("-")
                )
            };
            for row in &rows {
                let other = |id: Option<SubmissionId>| id.and_then(|id| rows.iter().find(|row| row.id == id)).map(name);
                let told = format!(
                    "{:?} {} {} {:?} {:?} by {:?} of {:?} from {:?}",
                    row.status,
                    row.points,
                    row.outcomes,
                    row.person,
                    row.team,
                    other(row.reverted_by),
                    other(row.duplicate.map(|duplicate| duplicate.of)),
                    fact(row).pull,
                );
                assert_eq!(state.insert(name(row), told), None, "two submissions of {}", name(row));
            }
        }
        state
    }
}

/// What a board shows, but for the number of its entry, which says how often things were said and not what.
fn shown(board: &bugathlon::live::Board) -> String {
    let snapshot = board.snapshot();
    format!(
        "{:?} {:?} {:?}",
        snapshot.standings.phase, snapshot.standings.frozen_at, snapshot.rows
    )
}

fn seeds(few: &[u64]) -> Vec<u64> {
    let Ok(wanted) = std::env::var("BUGATHLON_SEEDS") else {
        return few.to_vec();
    };
    let number = |text: &str| text.trim().parse::<u64>().unwrap();
    let part = |part: &str| match part.split_once("..") {
        Some((from, to)) => (number(from)..number(to)).collect(),
        None => vec![number(part)],
    };
    wanted.split(',').flat_map(part).collect()
}

#[actix_web::test]
async fn s4_after_any_step_rebuild_finds_nothing_and_boards_are_what_rows_say() {
    for seed in seeds(&[1, 2, 3]) {
        let mut dice = Dice(seed);
        let mut world = World::new(true).await;
        for step in 0..40 {
            let what = match dice.below(12) {
                0..6 => {
                    let reports = (0..1 + dice.below(3)).map(|_| report(&mut dice)).collect::<Vec<_>>();
                    let what = format!("told {reports:?}");
                    world.tell(reports).await;
                    what
                }
                6 | 7 => {
                    let mut act = report(&mut dice);
                    act.telling.confirmed = true;
                    let what = format!("imported {act:?}");
                    world.act(vec![act]).await;
                    what
                }
                8 | 9 => {
                    world.decide(&mut dice).await;
                    "decided".to_owned()
                }
                10 => {
                    let slug = *dice.of(&SLUGS);
                    let edition = world.editions.get_mut(slug).unwrap();
                    *edition ^= 1 << dice.below(8);
                    let what = format!("{slug} seeded as {edition:b}");
                    world.seed(slug).await;
                    what
                }
                _ => {
                    world.now = world.now.plus(dice.below(20) as i64 * Moment::HOUR);
                    app::turn(&world.app, world.now).await.unwrap();
                    if let Some(judge) = world.judge.clone().filter(|_| dice.one_in(3)) {
                        let slug = Slug::parse(dice.of::<&str>(&SLUGS)).unwrap();
                        let _ = app::reveal(&world.app, &judge, &slug, None, world.now).await;
                    }
                    format!("it is {}", world.now)
                }
            };
            let what = format!("seed {seed}, step {step}: {what}");
            world.holds(&what).await;
            if step % 8 == 7 {
                world.exports(&what).await;
            }
        }
    }
}

#[actix_web::test]
async fn s4_h8_any_order_of_the_same_reports_ends_the_same() {
    for seed in seeds(&[11, 12, 13, 14]) {
        let mut dice = Dice(seed);
        let mut reports: Vec<Report> = (0..4 + dice.below(24)).map(|_| report(&mut dice)).collect();
        // Acts have their numbers from whoever acts: here they are told in their order among the others.
        for (at, report) in reports.iter_mut().enumerate() {
            if dice.one_in(6) {
                report.telling.confirmed = true;
                report.telling.act = Some(at as i64);
            }
        }
        let mut ends: Vec<(Vec<String>, BTreeMap<String, String>)> = Vec::new();
        for order in 0..3 {
            let world = World::new(false).await;
            let mut waiting = reports.clone();
            let mut told = Vec::new();
            while !waiting.is_empty() {
                let many = 1 + dice.below(4) as usize;
                let mut batch = Vec::new();
                while batch.len() < many && !waiting.is_empty() {
                    let at = if order == 0 {
                        0
                    } else {
                        dice.below(waiting.len() as u64) as usize
                    };
                    batch.push(waiting.remove(at));
                    // Some forges send everything twice.
                    if dice.one_in(8) {
                        batch.push(batch.last().unwrap().clone());
                    }
                }
                told.push(format!("{batch:?}"));
                world.tell(batch).await;
            }
            ends.push((told, world.state().await));
        }
        for (told, end) in &ends[1..] {
            let first = &ends[0].1;
            let names: std::collections::BTreeSet<_> = first.keys().chain(end.keys()).collect();
            let differs = |name: &&&String| first.get(**name) != end.get(**name);
            let other = |name: &String| format!("{name}\n  {:?}\n  {:?}", first.get(name), end.get(name));
            let differences: Vec<String> = names.iter().filter(differs).map(|name| other(name)).collect();
            assert!(
                differences.is_empty(),
                "seed {seed}\n{}\nfirst {:#?}\nother {told:#?}",
                differences.join("\n"),
                ends[0].0
            );
        }
    }
}
