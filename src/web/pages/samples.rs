//! Sample views, rich and hostile, for the tests of the pages; and `render_samples`, which writes them out to be looked at.

mod desk;
mod every;
mod own;
mod teams;

pub use every::pages;

use super::*;
use crate::domain::{
    check::{Check, Outcome},
    competition::{Definition, NoSignal, Phase, Repository, Review, Rules, Scoring, Seal, Window},
    evaluate::{Action, Status},
    forge::{Forge, ForgeHost},
    ledger::Cause,
    pull::{RepoPath, State},
    region::Region,
    team::Kind,
    text::{Lang, Name, Slug},
    time::{Moment, Span},
};

const HOSTILE: &str = "<script>alert(1)</script>\"' onload=alert(2) style=x \u{202e}desrever\u{200b} ]]>&amp;";
const LONG: &str = "Antidisestablishmentarianism-and-Floccinaucinihilipilification-Study-Group-of-the-Greater-Bay-Area";

const CSS: &str = include_str!("../assets/app.css");
const JS: &str = include_str!("../assets/live.js");
const ICON: &str = include_str!("../assets/favicon.svg");

fn at(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

pub struct World {
    pub definition: Definition,
    pub now: Moment,
    teams: Vec<(String, Kind, Region, Name, Vec<i64>)>,
    regions: Vec<Region>,
    rungs: [Name; 2],
    empty: bool,
}

fn name(en: &str, zh: &str) -> Name {
    Name {
        en: en.into(),
        zh: zh.into(),
    }
}

const TEAMS: [(&str, Kind, &str, &str, &str); 20] = [
    ("shanghai", Kind::City, "CN-SH", "Shanghai MSG", "上海 MSG"),
    ("shenzhen", Kind::City, "CN-GD", "Shenzhen MSG", "深圳 MSG"),
    (
        "campus-east",
        Kind::University,
        "CN-SH",
        "Campus East MSG",
        "东校区 MSG",
    ),
    ("suzhou", Kind::City, "CN-JS", "Suzhou MSG", "苏州 MSG"),
    ("start-up", Kind::Enterprise, "CN-SH", "Start-up MSG", "创业园 MSG"),
    ("wuhan", Kind::City, "CN-HB", "Wuhan MSG", "武汉 MSG"),
    ("hangzhou", Kind::City, "CN-ZJ", "Hangzhou MSG", "杭州 MSG"),
    (
        "long",
        Kind::University,
        "CN-GD",
        LONG,
        "粤港澳大湾区开源缺陷修复与代码评审联合学习小组第一分队（南校区）",
    ),
    ("hostile", Kind::Enterprise, "CN-HB", HOSTILE, HOSTILE),
    ("xian", Kind::City, "CN-SN", "Xi’an MSG", "西安 MSG"),
    ("singapore", Kind::City, "SG", "Singapore MSG", "新加坡 MSG"),
    ("tianjin", Kind::City, "CN-TJ", "Tianjin MSG", "天津 MSG"),
    ("lakeside", Kind::University, "CN-ZJ", "Lakeside University", "湖畔大学"),
    ("chengdu", Kind::City, "CN-SC", "Chengdu MSG", "成都 MSG"),
    ("foundry", Kind::Enterprise, "CN-JS", "Foundry Works", "铸造工坊"),
    ("harbin", Kind::City, "CN-HL", "Harbin MSG", "哈尔滨 MSG"),
    (
        "north-hill",
        Kind::University,
        "CN-SN",
        "North Hill Institute",
        "北山学院",
    ),
    ("berlin", Kind::City, "DE", "Berlin MSG", "柏林 MSG"),
    ("kunming", Kind::City, "CN-YN", "Kunming MSG", "昆明 MSG"),
    ("orchard", Kind::Enterprise, "SG", "Orchard Systems", "果园系统"),
];
const POINTS: [i64; 20] = [
    1142, 1138, 921, 697, 588, 471, 471, 352, 340, 301, 220, 180, 133, 90, 71, 40, 21, 8, 0, 0,
];

impl World {
    pub fn new(hostile: bool) -> Self {
        let word = |plain: &str| if hostile { HOSTILE.to_owned() } else { plain.to_owned() };
        let definition = Definition {
            slug: Slug::parse("mindcon-2020").unwrap(),
            name: if hostile {
                name(HOSTILE, HOSTILE)
            } else {
                name("MindCon Geek Week 2020", "MindCon 极客周 2020")
            },
            zone: chrono_tz::Asia::Shanghai,
            review: Review::Exceptions,
            window: Window {
                opens_at: at("2020-12-14T00:00:00+08:00"),
                closes_at: at("2020-12-28T00:00:00+08:00"),
                merge_grace: Span::parse("14d").unwrap(),
                freeze_at: Some(at("2020-12-27T12:00:00+08:00")),
            },
            repositories: vec![Repository {
                forge: GITEE.clone(),
                path: RepoPath::parse("mindspore/mindspore").unwrap(),
                id: None,
                branches: vec![word("master")],
                mirrors: vec![(GITHUB.clone(), RepoPath::parse("mindspore-ai/mindspore").unwrap())],
            }],
            rules: Rules {
                bugfix_labels: vec![word("kind/bug")],
                bugfix_title: Some(regex::Regex::new(r"(?i)(\bfix|\bbug|修复|修正|<script>alert)").unwrap()),
                bugfix_command: Some(word("/kind bug")),
                no_signal: NoSignal::Ask,
                required_labels: vec![word("mindspore-cla/yes")],
                forbidden_labels: vec![word("stat/invalid"), word("stat/duplicate")],
                bots: vec!["mindspore-ci-bot".into(), word("i-robot")],
                merged_labels: vec![],
                min_changed_lines: 1,
            },
            scoring: Scoring {
                base: 1,
                labels: vec![(word("priority/critical"), 5), (word("priority/major"), 3)],
                first_fix_bonus: 2,
                daily_limit: 10,
            },
            sources: Vec::new(),
            seal: Seal::default(),
        };
        let teams: Vec<_> = TEAMS
            .iter()
            .zip(POINTS)
            .enumerate()
            .map(|(at, ((slug, kind, region, en, zh), points))| {
                // Each team runs its own race: some fast at first, some late, some in bursts.
                let power = 0.4 + (at * 7 % 10) as f64 / 4.0;
                let steps: Vec<i64> = (0..=28_u32)
                    .map(|step| (points as f64 * (f64::from(step) / 28.0).powf(power)) as i64)
                    .map(|value| value - value % (1 + points / (4 + at as i64 % 5 * 4)))
                    .chain([points])
                    .collect();
                let shown = if hostile { name(HOSTILE, HOSTILE) } else { name(en, zh) };
                ((*slug).to_owned(), *kind, Region::parse(region).unwrap(), shown, steps)
            })
            .collect();
        let mut regions: Vec<Region> = teams.iter().map(|team| team.2.clone()).collect();
        regions.sort();
        regions.dedup();
        Self {
            definition,
            now: at("2020-12-25T19:47:29+08:00"),
            teams,
            regions,
            rungs: [name("Growing", "成长"), name("Gatherer", "进阶")],
            empty: false,
        }
    }

    fn event(&self) -> Event<'_> {
        let definition = &self.definition;
        let seal = definition.seal;
        Event {
            slug: definition.slug.as_str(),
            name: &definition.name,
            zone: definition.zone,
            phase: definition.phase(seal, self.now),
            window: definition.window,
            frozen_at: definition.frozen_at(seal, self.now),
            uncovered: false,
        }
    }

    fn rows(&self) -> Vec<TeamRow<'_>> {
        let mut rank = 0;
        self.teams
            .iter()
            .zip(POINTS)
            .enumerate()
            .map(|(at, ((slug, kind, region, name, spark), points))| {
                rank = if at > 0 && POINTS[at - 1] == points {
                    rank
                } else {
                    at as u32 + 1
                };
                TeamRow {
                    rank,
                    previous_rank: [Some(3), Some(1), Some(4), Some(4), Some(3), Some(9)]
                        .get(at)
                        .copied()
                        .unwrap_or((at < 18).then_some(rank)),
                    slug,
                    kind: *kind,
                    region,
                    name,
                    points,
                    fixes: (points / 2) as u32,
                    pending: (at * 5 % 12) as u32,
                    contributors: 9,
                    spark,
                }
            })
            .collect()
    }

    fn team(&self, at: usize) -> TeamRef<'_> {
        TeamRef {
            slug: &self.teams[at].0,
            name: &self.teams[at].3,
        }
    }
}

static GITEE: ForgeHost = ForgeHost::own(Forge::Gitee);
static GITHUB: ForgeHost = ForgeHost::own(Forge::GitHub);

fn pull(number: u64) -> PullRef<'static> {
    let (forge, repository) = if number.is_multiple_of(2) {
        (&GITHUB, "mindspore-ai/mindspore")
    } else {
        (&GITEE, "mindspore/mindspore")
    };
    PullRef {
        forge,
        repository,
        number,
    }
}

fn person(hostile: bool) -> PersonRef<'static> {
    PersonRef {
        slug: "ann",
        name: if hostile { HOSTILE } else { "Ann Example 安然" },
        code: if hostile { HOSTILE } else { "GI-00042" },
    }
}

const TITLES: [&str; 6] = [
    "fix LearningRateScheduler callback when the epoch restarts",
    HOSTILE,
    "修复数据集缓存在多进程下的内存泄漏",
    "[r1.0][MD] fix out-of-range index in GatherV2 with a negative axis on Ascend and an extremely_long_identifier_without_any_break_that_goes_on",
    "its merge was reverted",
    "bugfix: profiler",
];

fn case<'a>(world: &'a World, status: Status, held: bool, hostile: bool) -> Case<'a> {
    let bad = match status {
        Status::Accepted => None,
        Status::Review => Some((
            Check::Bugfix,
            Outcome::Ask,
            "label `kind/bugs` looks like `kind/bug`, but is not it",
        )),
        Status::Waiting => Some((Check::Merged, Outcome::Wait, "still open")),
        Status::Rejected => Some((Check::InTime, Outcome::Fail, "merged 2 h 10 min after the grace ended")),
    };
    let checks = Check::ALL
        .into_iter()
        .map(|check| match bad {
            Some((which, outcome, evidence)) if which == check => Line {
                check,
                outcome,
                evidence: if hostile { HOSTILE.into() } else { evidence.into() },
            },
            _ => Line {
                check,
                outcome: Outcome::Pass,
                evidence: if hostile {
                    HOSTILE.into()
                } else {
                    "merged 2020-12-24 15:11:31 +08:00, inside the window".into()
                },
            },
        })
        .collect();
    Case {
        pull: PullFacts {
            key: pull(9981),
            title: if hostile { HOSTILE } else { TITLES[0] },
            url: Some(if hostile {
                "javascript:alert(1)"
            } else {
                "https://gitee.com/mindspore/mindspore/pulls/9981"
            }),
            author_login: if hostile { HOSTILE } else { "dev0042" },
            base_branch: if hostile { HOSTILE } else { "master" },
            state: State::Merged,
            created_at: at("2020-12-14T10:00:00+08:00"),
            merged_at: Some(at("2020-12-24T15:11:31+08:00")),
        },
        person: Some(person(hostile)),
        team: Some(world.team(0)),
        status,
        held,
        points: if status == Status::Accepted { 7 } else { 0 },
        points_parts: vec![
            (
                PartKind::Label(if hostile {
                    HOSTILE.into()
                } else {
                    "priority/critical".into()
                }),
                5,
            ),
            (PartKind::FirstFix, 2),
        ],
        checks,
        decision: hostile.then_some(DecisionView {
            action: Action::Accept,
            points: None,
            reason: HOSTILE,
            at: world.now,
            stands: false,
        }),
        history: [
            (Some(Status::Waiting), 0, Cause::Hook),
            (Some(Status::Accepted), 7, Cause::Backfill),
            (None, -2, Cause::Roster),
        ]
        .into_iter()
        .enumerate()
        .map(|(n, (status, points, cause))| HistoryLine {
            seq: 300 + n as i64,
            recorded_at: world.now,
            points,
            status,
            cause,
        })
        .collect(),
    }
}

fn submissions(hostile: bool) -> Vec<SubmissionRow<'static>> {
    let kinds = [
        Status::Accepted,
        Status::Review,
        Status::Accepted,
        Status::Rejected,
        Status::Rejected,
        Status::Waiting,
    ];
    TITLES
        .iter()
        .zip(kinds)
        .enumerate()
        .map(|(n, (title, status))| SubmissionRow {
            id: n as i64,
            pull: pull(9_981 + n as u64),
            title: if hostile { HOSTILE } else { title },
            status,
            held: n == 2,
            points: if status == Status::Accepted { 3 } else { 0 },
            merged_at: Some(at("2020-12-24T15:11:31+08:00")),
            reason: Some(if hostile {
                HOSTILE.into()
            } else {
                "label `kind/bugs` looks like `kind/bug`, but is not it".into()
            }),
            person: Some(person(hostile)),
        })
        .collect()
}

/// `cargo test --lib render_samples -- --ignored`: writes all pages to a folder under the temporary one.
#[test]
#[ignore = "writes files to be looked at"]
fn render_samples() {
    let folder = std::env::temp_dir().join("bugathlon-pages");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("app.css"), CSS).unwrap();
    std::fs::write(folder.join("live.js"), JS).unwrap();
    std::fs::write(folder.join("favicon.svg"), ICON).unwrap();
    let plain = World::new(false);
    let mut frozen = World::new(false);
    frozen.now = at("2020-12-27T23:58:41+08:00");
    let mut empty = World::new(false);
    empty.empty = true;
    for lang in [Lang::En, Lang::Zh] {
        for (page, html) in pages(&plain, lang, false) {
            std::fs::write(folder.join(format!("{page}-{}.html", lang.code())), html.into_string()).unwrap();
        }
        for (world, name) in [(&frozen, "frozen"), (&empty, "empty")] {
            let html = pages(world, lang, false).remove(0).1.into_string();
            std::fs::write(folder.join(format!("{name}-{}.html", lang.code())), html).unwrap();
        }
    }
    println!("{}", folder.display());
}
