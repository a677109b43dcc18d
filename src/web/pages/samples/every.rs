//! Every page, filled from the sample world.

use super::super::person as person_page;
use super::*;
use maud::Markup;

/// Every page in one language, with its file name.
pub fn pages(world: &World, lang: Lang, hostile: bool) -> Vec<(&'static str, Markup)> {
    let event = world.event();
    let shell = |path: &'static str| Shell {
        lang,
        lang_in_url: true,
        path,
        query: if hostile {
            "q=%3Cscript%3Ealert(1)%3C/script%3E&lang=en"
        } else {
            "kind=city&lang=en"
        },
        origin: "https://bugathlon.example",
        assets: Assets {
            css: "app.css",
            js: "live.js",
            forms: "forms.css",
            desk: "desk.js",
            icon: "favicon.svg",
        },
        now: world.now,
    };
    let filter = Filter {
        kind: None,
        region: None,
        q: if hostile { HOSTILE } else { "" },
    };
    let counts = Counts {
        teams: 20,
        developers: 1236,
        fixes: 3343,
    };
    let rows = if world.empty { Vec::new() } else { world.rows() };
    let feed = TITLES.iter().enumerate().map(|(n, title)| FeedItem {
        submission: n as i64,
        points: [3, 1, 5, 0, -2, 1][n],
        team: Some(world.team(n)),
        title: if hostile { HOSTILE } else { title },
        pull: pull(2_166 + n as u64),
        at: world.now.plus(-(n as i64 * n as i64 * 97_000 + 12_000)),
    });
    let paging = |total| Paging {
        total,
        offset: 0,
        limit: 20,
    };
    let members = (0..5).map(|n| Member {
        person: person(hostile),
        joined_at: (n > 0).then(|| at("2020-12-10T00:00:00+08:00")),
        left_at: (n > 3).then(|| at("2020-12-20T00:00:00+08:00")),
        points: 40 - n * 9,
        fixes: 12,
    });
    let growth = (0..40)
        .map(|n| (event.window.opens_at.plus(n * n * 600_000), n * 28))
        .collect();
    let board = LeaderboardPage {
        shell: shell("/competitions/mindcon-2020"),
        event,
        as_of: world.now,
        seq: 311,
        follow: true,
        counts,
        filter,
        regions: &world.regions,
        paging: Paging {
            total: if world.empty { 0 } else { 43 },
            offset: 0,
            limit: 20,
        },
        leader_points: 1142,
        feed: if world.empty { Vec::new() } else { feed.collect() },
        rows,
    };
    let people_rows = (0..20_u32).map(|n| PersonRow {
        rank: n + 1,
        previous_rank: (n != 3).then_some(1 + (n + 1) % 20),
        person: person(hostile),
        team: Some(world.team(n as usize)),
        points: 200 - 9 * i64::from(n),
        fixes: 40 - n,
        pending: n % 3,
    });
    let team_row = world.rows()[0];
    let level = LevelView {
        fixes: 9,
        now: Rung {
            code: "GI",
            name: &world.rungs[0],
            fixes: 5,
        },
        next: Some(Rung {
            code: "GT",
            name: &world.rungs[1],
            fixes: 15,
        }),
        rungs: vec![
            Rung {
                code: "GI",
                name: &world.rungs[0],
                fixes: 5,
            },
            Rung {
                code: "GT",
                name: &world.rungs[1],
                fixes: 15,
            },
        ],
    };
    let spells = (0..2).map(|n| Spell {
        team: world.team(n),
        joined_at: Some(at("2020-12-10T00:00:00+08:00")),
        left_at: (n == 0).then(|| at("2020-12-20T00:00:00+08:00")),
    });
    let why = |answer: Option<Answer<'_>>| {
        explain(&ExplainPage {
            unread: hostile.then_some((world.now, Some(HOSTILE))),
            shell: shell("/competitions/mindcon-2020/why"),
            event,
            url: if hostile {
                HOSTILE
            } else {
                "https://gitee.com/mindspore/mindspore/pulls/9981"
            },
            answer,
        })
    };
    let hidden = |status, held| {
        submission(&SubmissionPage {
            shell: shell("/submissions/9"),
            event,
            id: 9,
            case: case(world, status, held, hostile),
            may_judge: hostile,
            appeal_until: (hostile && !held).then_some(world.now),
        })
    };
    let mut all = vec![
        ("board", leaderboard(&board)),
        (
            "competitions",
            competitions(&CompetitionsPage {
                shell: shell("/"),
                cards: [Phase::Open, Phase::Scheduled, Phase::Final]
                    .into_iter()
                    .map(|phase| Card {
                        event: Event { phase, ..event },
                        counts,
                        leaders: (0..if phase == Phase::Scheduled { 0 } else { 3 })
                            .map(|n| Leader {
                                rank: n as u32 + 1,
                                team: world.team(n),
                                points: POINTS[n],
                            })
                            .collect(),
                    })
                    .collect(),
            }),
        ),
        (
            "people",
            people(&PeoplePage {
                shell: shell("/competitions/mindcon-2020/people"),
                event,
                as_of: world.now,
                filter,
                regions: &world.regions,
                paging: paging(20),
                leader_points: 200,
                rows: people_rows.collect(),
            }),
        ),
        (
            "team",
            team(&TeamPage {
                shell: shell("/competitions/mindcon-2020/teams/shanghai"),
                event,
                row: team_row,
                capacity: Some(30),
                growth,
                members: members.collect(),
                submissions: submissions(hostile),
                paging: paging(61),
                announcement: Some(Announced {
                    text: if hostile { HOSTILE } else { "We meet on Thursday." },
                    at: world.now,
                }),
            }),
        ),
        (
            "person",
            person_page(&PersonPage {
                shell: shell("/competitions/mindcon-2020/people/ann"),
                event,
                person: person(hostile),
                level: level.clone(),
                rank: Some(12),
                previous_rank: Some(15),
                points: 31,
                fixes: 9,
                pending: 2,
                teams: spells.collect(),
                submissions: submissions(hostile),
                paging: paging(6),
            }),
        ),
        (
            "certificate",
            certificate(&CertificatePage {
                shell: shell("/competitions/mindcon-2020/people/ann/certificate"),
                event,
                person: person(hostile),
                level: level.clone(),
                team: Some(world.team(0)),
                points: 31,
                fixes: 9,
                rank: Some((12, 1236)),
                standing: certificate::Standing::SoFar(world.now),
                address: "https://bugathlon.example/competitions/mindcon-2020/people/ann",
            }),
        ),
        ("accepted", hidden(Status::Accepted, false)),
        ("review", hidden(Status::Review, false)),
        ("waiting", hidden(Status::Waiting, false)),
        ("rejected", hidden(Status::Rejected, false)),
        ("held", hidden(Status::Accepted, true)),
        ("why", why(None)),
        (
            "why-known",
            why(Some(Answer::Known(
                9,
                Box::new(case(world, Status::Rejected, false, hostile)),
            ))),
        ),
        ("why-unknown", why(Some(Answer::NotKnown(pull(77))))),
        (
            "why-outside",
            why(Some(Answer::OutOfScope(
                pull(77),
                vec![(&GITEE, "mindspore/mindspore")],
            ))),
        ),
        ("why-no-pull", why(Some(Answer::NotAPull))),
        ("why-several", why(Some(Answer::Several("gitee:a/b!1, gitcode:a/b!1")))),
        (
            "rules",
            rules(&RulesPage {
                shell: shell("/competitions/mindcon-2020/rules"),
                event,
                definition: &world.definition,
            }),
        ),
        (
            "problem",
            problem(&ProblemPage {
                shell: shell("/competitions/nowhere"),
                problem: Problem::of_status(404),
                event: None,
                detail: Some(if hostile { HOSTILE } else { "`nowhere`" }),
                request_id: Some("0f3a-77"),
            }),
        ),
    ];
    all.extend(super::desk::pages(
        world,
        shell("/competitions/mindcon-2020/judge"),
        event,
        hostile,
    ));
    all.extend(super::teams::team_pages(world, shell, event, hostile));
    all.extend(super::own::own_pages(world, shell, event, level, hostile));
    all
}
