//! Pure code by itself: `cargo bench --bench pure`. Everything here works on made-up facts in memory; only
//! the board's are read from a database first, since nobody else may make a board.

#[path = "made/mod.rs"]
mod made;

use bugathlon::{
    app::{self, App},
    domain::{
        award::{Accepted, award},
        check::Outcomes,
        competition::{Definition, Review},
        evaluate::{Order, Subject, fold},
        forge::Forge,
        level::Ladder,
        rank::{Figures, rank},
        revert::Named,
        team::{PersonId, SubmissionId, TeamId},
        text::{Lang, Slug, plain_title},
        time::Moment,
    },
    folder,
    forge::{self, Hook},
    live::{Board, Boards, Part, Snapshot},
    store::{DatabaseUrl, Store, migrate},
    web::pages::{self, Assets, Counts, Event, Filter, LeaderboardPage, Paging, Shell, TeamRow},
};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use made::{
    folder::{SECRET, SLUG, Size},
    hook::Hooks,
};
use std::hint::black_box;

fn moment(number: usize) -> Moment {
    Moment::from_millis((made::folder::FIRST_MERGE + number as i64) * 1000)
}

/// A subject that nothing speaks against. Every tenth is a port of the one before, as in real sprints.
fn subject(number: usize, people: usize) -> Subject {
    let port = number % 10 == 9;
    let like = if port { number - 1 } else { number };
    let person = like % people;
    Subject {
        id: SubmissionId(number as i64 + 1),
        forge: Forge::Gitee.into(),
        repository: made::folder::repository(like),
        repository_id: None,
        number: number as u64 + 1,
        family: (like % made::folder::REPOSITORIES) as u32,
        merged_at: Some(moment(number)),
        landed_by_judge: false,
        confirmed: true,
        merge_sha: Some(format!("{:040x}", number * 2 + 1)),
        squash_sha: None,
        head_sha: Some(format!("{:040x}", number * 2)),
        base_branch: Some(if port { "r1.0" } else { "master" }.to_owned()),
        plain_title: format!("fix leak {like} in the tensor cache"),
        revert_of: Named::default(),
        person: Some(PersonId(person as i64 + 1)),
        team: Some(TeamId(person as i64 % 1_000 + 1)),
        worth: 1,
        outcomes: Outcomes::passed(),
        ruling: None,
    }
}

fn definition() -> Definition {
    folder::definition::read("competition.toml", &made::folder::definition()).expect("the benchmark's own definition")
}

fn evaluation(bench: &mut Criterion) {
    let mut group = bench.benchmark_group("evaluate");
    for count in [10_000, 100_000] {
        let subjects: Vec<Subject> = (0..count).map(|number| subject(number, count / 10)).collect();
        group.throughput(Throughput::Elements(count as u64));
        group.sample_size(20);
        group.bench_function(format!("fold {count} subjects"), |b| {
            b.iter(|| fold(black_box(&subjects), Review::Exceptions));
        });
    }
    let neighbourhood: Vec<Subject> = (0..10).map(|number| subject(number, 1)).collect();
    group.throughput(Throughput::Elements(1));
    group.bench_function("fold one neighbourhood of 10, and its keys", |b| {
        b.iter(|| {
            let keys: usize = neighbourhood.iter().map(|subject| subject.keys().len()).sum();
            (keys, fold(black_box(&neighbourhood), Review::Exceptions))
        });
    });
    group.finish();
}

fn awards(bench: &mut Criterion) {
    let definition = definition();
    let accepted: Vec<Accepted> = (0..100)
        .map(|number| Accepted {
            // Neither in order nor all on one day.
            order: Order {
                merged_at: moment(number * 7_919 % 100 * 10_000),
                forge: Forge::GitHub.into(),
                repository: made::folder::repository(number),
                repository_id: None,
                number: number as u64,
            },
            id: SubmissionId(number as i64),
            worth: 1,
            given: None,
        })
        .collect();
    bench.bench_function("award a person's 100 fixes", |b| {
        b.iter_batched_ref(
            || accepted.clone(),
            |accepted| award(&definition.scoring, definition.zone, accepted),
            BatchSize::SmallInput,
        );
    });
    let lines: Vec<(String, Figures)> = (0..1_000)
        .map(|team| {
            let figures = Figures {
                points: (team * 7_919 % 300) as i64,
                fixes: 3,
                pending: 1,
                contributors: 2,
                reached_at: Some(moment(team * 31 % 700)),
            };
            (format!("team-{team:04}"), figures)
        })
        .collect();
    bench.bench_function("rank 1,000 teams", |b| {
        b.iter(|| rank(black_box(&lines), |line| line.1, |line| &line.0));
    });
}

/// A board of 1,000 teams, as a server has it.
fn board() -> Board {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let size = Size {
        teams: 1_000,
        people: 2_000,
        pulls: 4_000,
    };
    made::folder::write(&dir.path().join("competition"), &size).expect("the folder can be written");
    actix_web::rt::System::new().block_on(async {
        let store = Store::open(&DatabaseUrl::Sqlite(dir.path().join("bench.db"))).expect("a database");
        migrate(&store).await.expect("its tables");
        let app = App::new(store);
        let folder = dir.path().join("competition");
        app::seed(&app, &folder, app::now(), |_| {})
            .await
            .expect("the folder is a good one");
        let slug = Slug::parse(SLUG).expect("a slug");
        let read = app.definitions().reader();
        let board = Boards::one(&app.store, &read, &slug, true, app::now()).await;
        board.expect("the board can be read").expect("it is there")
    })
}

fn leaderboard_page(snapshot: &Snapshot) -> String {
    let face = &snapshot.face;
    let definition = &face.definition;
    let rows = snapshot.filtered(&bugathlon::live::Filter::default());
    let listed = Part { offset: 0, limit: 100 }.of(&rows);
    let growths = snapshot.team_growth(&listed.iter().map(|row| row.team).collect::<Vec<_>>());
    let sparks: Vec<Vec<i64>> = growths
        .iter()
        .map(|growth| {
            (0..24)
                .map(|at| growth.get(at).map_or(0, |(_, points)| *points))
                .collect()
        })
        .collect();
    let page = LeaderboardPage {
        shell: Shell {
            lang: Lang::En,
            lang_in_url: false,
            path: "/competitions/bench",
            query: "",
            origin: "",
            assets: Assets {
                css: "/assets/app.css",
                js: "/assets/live.js",
                icon: "/assets/icon.svg",
                forms: "/assets/forms.css",
                desk: "/assets/desk.js",
            },
            now: moment(0),
        },
        event: Event {
            slug: definition.slug.as_str(),
            name: &definition.name,
            zone: definition.zone,
            phase: snapshot.standings.phase,
            window: definition.window,
            frozen_at: None,
            uncovered: false,
        },
        as_of: snapshot.standings.as_of,
        seq: snapshot.standings.seq,
        follow: true,
        counts: Counts {
            teams: 1_000,
            developers: 2_000,
            fixes: 4_000,
        },
        filter: Filter {
            kind: None,
            region: None,
            q: "",
        },
        regions: &[],
        paging: Paging {
            total: rows.len() as u64,
            offset: 0,
            limit: 100,
        },
        leader_points: rows.first().map_or(0, |row| row.figures.points),
        rows: listed
            .iter()
            .zip(&sparks)
            .filter_map(|(row, spark)| {
                let team = face.team(row.team)?;
                Some(TeamRow {
                    rank: row.rank,
                    previous_rank: row.previous_rank,
                    slug: team.slug.as_str(),
                    kind: team.kind,
                    region: &team.region,
                    name: &team.name,
                    points: row.figures.points,
                    fixes: row.figures.fixes,
                    pending: row.figures.pending,
                    contributors: row.figures.contributors,
                    spark,
                })
            })
            .collect(),
        feed: Vec::new(),
    };
    pages::leaderboard(&page).into_string()
}

fn forms(bench: &mut Criterion) {
    let board = board();
    let snapshot = board.snapshot();
    let mut group = bench.benchmark_group("snapshot");
    let (face, rows) = (&snapshot.face, &snapshot.rows);
    group.bench_function("JSON of 1,000 teams", |b| {
        b.iter(|| snapshot.standings.leaderboard(face, rows.len(), black_box(rows)));
    });
    group.bench_function("page of 100 rows", |b| b.iter(|| leaderboard_page(&snapshot)));
    let page = leaderboard_page(&snapshot);
    group.bench_function("brotli of that page", |b| {
        b.iter(|| bugathlon::live::Rendered::of(black_box(page.as_bytes()), bugathlon::live::Encoding::Brotli));
    });
    group.bench_function("a person's code", |b| {
        let ladder = Ladder::default();
        b.iter(|| ladder.code(black_box(42), black_box(17)));
    });
    group.finish();
}

fn hooks(bench: &mut Criterion) {
    let mut hooks = Hooks::new(5_000, 0);
    let body = hooks.body().to_vec();
    let headers = hooks.headers();
    let secrets = [SECRET.to_owned()];
    let mut group = bench.benchmark_group("hook");
    group.throughput(Throughput::Bytes(body.len() as u64));
    group.bench_function("read a GitHub body of 24 KB", |b| {
        b.iter(|| forge::read(Forge::GitHub, Some("pull_request"), black_box(&body)));
    });
    group.bench_function("verify, redact and pack it", |b| {
        b.iter(|| {
            let hook = Hook {
                headers: &headers,
                body: black_box(&body),
            };
            let proof = forge::verify(Forge::GitHub, &hook, &secrets, moment(0)).expect("the signature is right");
            (proof, app::pack(&forge::redacted(Forge::GitHub, &body)))
        });
    });
    group.bench_function("unpack it", |b| {
        let packed = app::pack(&body).expect("it can be packed");
        b.iter(|| app::unpack(black_box(&packed)));
    });
    group.bench_function("redact a Gitee body of that size", |b| {
        b.iter(|| forge::redacted(Forge::Gitee, black_box(&body)).len());
    });
    group.finish();
    bench.bench_function("plain title", |b| {
        b.iter(|| plain_title(black_box("[r1.0][MD] Fix  the Tensor cache !123 leak（第 #9 次）")));
    });
}

criterion_group!(benches, evaluation, awards, forms, hooks);
criterion_main!(benches);
