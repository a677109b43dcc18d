//! The rules on real merges: `shared/real/sprint-2020-12` and what an independent program makes of it.
//!
//! The folder is not part of the project. It is looked for beside the checkout, or under
//! `BUGATHLON_SHARED`; where it is not, the test says that it did not run.

use super::{
    award::{Accepted, award},
    check::{Check, Outcome},
    competition::*,
    evaluate::{Status, Subject, Verdict, fold},
    forge::Forge,
    pull::{Actor, Pull, RepoPath, State},
    rank::{Figures, Lens, Part, Word, rank},
    region::Region,
    team::*,
    testing::{at, settled},
    text::{Name, Slug},
    time::{Moment, Span},
};
use serde_json::{Map, Value, json};
use std::{
    collections::{BTreeMap, HashMap},
    path::PathBuf,
};

fn folder() -> Option<PathBuf> {
    let shared = std::env::var_os("BUGATHLON_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared")),
        PathBuf::from,
    );
    Some(shared.join("real/sprint-2020-12")).filter(|folder| folder.is_dir())
}

fn sprint() -> Definition {
    let words = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
    let project = |name: &&str| Repository {
        forge: Forge::Gitee.into(),
        path: RepoPath::parse(&format!("mindspore/{name}")).unwrap(),
        id: None,
        branches: vec![],
        mirrors: vec![(
            Forge::GitHub.into(),
            RepoPath::parse(&format!("mindspore-ai/{name}")).unwrap(),
        )],
    };
    let projects = [
        "book",
        "docs",
        "graphengine",
        "hub",
        "mindarmour",
        "mindinsight",
        "mindspore",
        "serving",
    ];
    Definition {
        slug: Slug::parse("sprint-2020-12").unwrap(),
        name: Name {
            en: "sprint-2020-12".into(),
            zh: "sprint-2020-12".into(),
        },
        zone: chrono_tz::Asia::Shanghai,
        review: Review::Exceptions,
        window: Window {
            opens_at: at("2020-12-01T00:00:00+08:00"),
            closes_at: at("2020-12-15T00:00:00+08:00"),
            merge_grace: Span::parse("14d").unwrap(),
            freeze_at: Some(at("2020-12-14T12:00:00+08:00")),
        },
        repositories: projects.iter().map(project).collect(),
        rules: Rules {
            bugfix_labels: words(&["kind/bug"]),
            bugfix_title: Some(regex::Regex::new(r"(?i)(\bfix|\bbug|修复|修正)").unwrap()),
            bugfix_command: Some("/kind bug".into()),
            no_signal: NoSignal::Ask,
            required_labels: vec![],
            forbidden_labels: words(&["stat/invalid", "stat/duplicate"]),
            bots: words(&["mindspore-ci-bot", "i-robot"]),
            merged_labels: vec![],
            min_changed_lines: 1,
        },
        scoring: Scoring {
            base: 1,
            labels: vec![("priority/critical".into(), 5)],
            first_fix_bonus: 2,
            daily_limit: 10,
        },
        sources: vec![],
        seal: Seal::default(),
    }
}

fn rows(file: PathBuf) -> Vec<HashMap<String, String>> {
    let mut reader = csv::Reader::from_path(file).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

fn roster(folder: &std::path::Path) -> Roster {
    let mut roster = Roster::default();
    let mut team_ids = HashMap::new();
    for (row, id) in rows(folder.join("teams.csv")).into_iter().zip(1..) {
        team_ids.insert(row["team"].clone(), TeamId(id));
        let team = Team {
            slug: Slug::parse(&row["team"]).unwrap(),
            kind: Kind::parse(&row["kind"]).unwrap(),
            region: Region::parse(&row["region"]).unwrap(),
            name: Name {
                en: row["name_en"].clone(),
                zh: row["name_zh"].clone(),
            },
            capacity: None,
            standing: Standing::Approved,
        };
        roster.teams.insert(TeamId(id), team);
    }
    let mut person_ids = HashMap::new();
    for row in rows(folder.join("people.csv")) {
        let next = person_ids.len() as i64 + 1;
        let id = *person_ids.entry(row["person"].clone()).or_insert(PersonId(next));
        let person = Person {
            slug: Slug::parse(&row["person"]).unwrap(),
            name: row["name"].clone(),
            number: id.0,
        };
        roster.people.insert(id, person);
        let when = |column: &str| Some(row[column].as_str()).filter(|t| !t.is_empty()).map(at);
        let membership = Membership {
            team: team_ids[&row["team"]],
            joined_at: when("joined_at"),
            left_at: when("left_at"),
        };
        roster.add_membership(id, membership);
        for account in row["accounts"].split_whitespace() {
            let (forge, login) = account.split_once(':').unwrap();
            roster.add_account(Account {
                person: id,
                forge: Forge::parse(forge).unwrap().into(),
                login: login.into(),
                id: None,
                proven: false,
            });
        }
    }
    roster
}

fn pulls(folder: &std::path::Path) -> Vec<Pull> {
    let text = std::fs::read_to_string(folder.join("pulls.ndjson")).unwrap();
    text.lines()
        .map(|line| pull(&serde_json::from_str(line).unwrap()))
        .collect()
}

fn pull(line: &Value) -> Pull {
    let text = |name: &str| line[name].as_str().map(str::to_owned);
    let actor = |name: &str| {
        line[name]["login"].as_str().map(|login| Actor {
            login: login.into(),
            ..Actor::default()
        })
    };
    settled(Pull {
        forge: Forge::parse(&text("forge").unwrap()).unwrap().into(),
        repository: RepoPath::parse(&text("repository").unwrap()).unwrap(),
        repository_id: None,
        number: line["number"].as_u64().unwrap(),
        state: serde_json::from_value::<State>(line["state"].clone()).unwrap(),
        title: text("title").unwrap(),
        body: text("body").unwrap_or_default(),
        author: actor("author").unwrap(),
        merged_by: actor("merged_by"),
        base_branch: text("base_branch"),
        head_branch: text("head_branch"),
        head_sha: text("head_sha"),
        merge_sha: text("merge_sha"),
        squash_sha: None,
        created_at: at(&text("created_at").unwrap()),
        merged_at: text("merged_at").as_deref().map(at),
        closed_at: None,
        labels: serde_json::from_value(line["labels"].clone()).unwrap(),
        linked_issues: vec![],
        additions: line["additions"].as_u64(),
        deletions: line["deletions"].as_u64(),
        updated_at: text("updated_at").as_deref().map(at),
        url: text("url"),
        draft: false,
        confirmed: true,
    })
}

/// Everything that the rules say of the folder.
struct Sprint {
    roster: Roster,
    pulls: Vec<Pull>,
    subjects: Vec<Subject>,
    verdicts: Vec<Verdict>,
    points: HashMap<SubmissionId, i64>,
}

fn judge(folder: &std::path::Path) -> Sprint {
    let (definition, roster, pulls) = (sprint(), roster(folder), pulls(folder));
    let scope = definition.scope();
    let now = at("2026-01-01T00:00:00Z");
    let subject = |(pull, id): (&Pull, i64)| {
        let place = scope.place_of_path(&pull.forge, &pull.repository).unwrap();
        Subject::of(SubmissionId(id), &definition, place, &roster, pull, None, now)
    };
    let subjects: Vec<Subject> = pulls.iter().zip(0..).map(subject).collect();
    let verdicts = fold(&subjects, definition.review);
    let mut accepted: HashMap<PersonId, Vec<Accepted>> = HashMap::new();
    for (subject, verdict) in subjects.iter().zip(&verdicts) {
        if verdict.status == Status::Accepted {
            accepted.entry(subject.person.unwrap()).or_default().push(Accepted {
                order: subject.order().unwrap(),
                id: subject.id,
                worth: subject.worth,
                given: None,
            });
        }
    }
    let points = accepted
        .values_mut()
        .flat_map(|fixes| award(&definition.scoring, definition.zone, fixes))
        .map(|award| (award.id, award.points))
        .collect();
    Sprint {
        roster,
        pulls,
        subjects,
        verdicts,
        points,
    }
}

impl Sprint {
    /// As `submissions` of the expected file: by name, with the checks that did not pass.
    fn submissions(&self) -> BTreeMap<String, Value> {
        let one = |(pull, (subject, verdict)): (&Pull, (&Subject, &Verdict))| {
            let open = Check::ALL
                .into_iter()
                .filter(|check| verdict.outcomes.of(*check) != Outcome::Pass)
                .map(|check| (check.as_str().to_owned(), json!(verdict.outcomes.of(check).as_str())));
            let said = json!({
                "status": verdict.status.as_str(),
                "points": self.points.get(&subject.id).copied().unwrap_or(0),
                "person": subject.person.map(|p| self.roster.people[&p].slug.as_str()),
                "team": subject.team.map(|t| self.roster.teams[&t].slug.as_str()),
                "checks": Value::Object(open.collect::<Map<_, _>>()),
            });
            (pull.name(), said)
        };
        let judged = self.subjects.iter().zip(&self.verdicts);
        self.pulls.iter().zip(judged).map(one).collect()
    }

    /// A leaderboard of whoever `holder` names, with a line for each of `everyone`.
    fn board<Id: Copy + Eq + std::hash::Hash>(
        &self,
        lens: Lens,
        everyone: impl Iterator<Item = (Id, String)>,
        holder: impl Fn(&Subject) -> Option<Id>,
    ) -> Vec<Value> {
        let mut figures: HashMap<Id, (Figures, Vec<PersonId>)> = HashMap::new();
        for (subject, verdict) in self.subjects.iter().zip(&self.verdicts) {
            let Some(id) = holder(subject) else { continue };
            let word = Word {
                merged_at: subject.merged_at,
                status: verdict.status,
                points: self.points.get(&subject.id).copied().unwrap_or(0) as i32,
            };
            let part = lens.part(&word);
            let (line, people) = figures.entry(id).or_default();
            line.add(part, word.merged_at);
            if matches!(part, Part::Fix(_)) {
                people.extend(subject.person);
                people.sort();
                people.dedup();
                line.contributors = people.len() as u32;
            }
        }
        let lines: Vec<(String, Figures)> = everyone
            .map(|(id, slug)| (slug, figures.get(&id).map_or(Figures::default(), |(line, _)| *line)))
            .collect();
        let row = |(rank, place): (u32, usize)| {
            let (slug, line) = &lines[place];
            let mut row = serde_json::to_value(line).unwrap();
            row["rank"] = json!(rank);
            row["slug"] = json!(slug);
            row
        };
        let ranked = rank(&lines, |line| line.1, |line| line.0.as_str());
        ranked.into_iter().map(row).collect()
    }

    fn teams(&self, lens: Lens) -> Vec<Value> {
        let everyone = self.roster.teams.iter().map(|(id, team)| (*id, team.slug.to_string()));
        self.board(lens, everyone, |subject| subject.team)
    }

    fn people(&self, lens: Lens) -> Vec<Value> {
        let everyone = self.roster.people.iter();
        let everyone = everyone.map(|(id, person)| (*id, person.slug.to_string()));
        self.board(lens, everyone, |subject| subject.person)
    }
}

fn assert_rows(said: &[Value], expected: &Value, which: &str) {
    let expected = expected.as_array().unwrap();
    for (said, expected) in said.iter().zip(expected) {
        assert_eq!(said, expected, "{which}");
    }
    assert_eq!(said.len(), expected.len(), "{which}");
}

#[test]
fn real_merges_give_the_figures_of_an_independent_program() {
    let Some(folder) = folder() else {
        eprintln!("not run: no real merges here (set BUGATHLON_SHARED to the folder that holds real/)");
        return;
    };
    let expected = |file: &str| -> Value {
        let text = std::fs::read_to_string(folder.join(file)).unwrap();
        serde_json::from_str(&text).unwrap()
    };
    let (live, frozen) = (expected("expected-live.json"), expected("expected-frozen.json"));
    let sprint = judge(&folder);

    let submissions = sprint.submissions();
    let wanted = live["submissions"].as_object().unwrap();
    assert_eq!(submissions.len(), wanted.len());
    for (name, said) in &submissions {
        assert_eq!(said, &wanted[name], "{name}");
    }

    let now = Lens::default();
    assert_rows(&sprint.teams(now), &live["teams"], "teams, live");
    assert_rows(&sprint.people(now), &live["people"], "people, live");
    let public = Lens {
        freeze: sprint_freeze(),
        at: None,
    };
    assert_rows(&sprint.teams(public), &frozen["teams"], "teams, frozen");
    assert_rows(&sprint.people(public), &frozen["people"], "people, frozen");
}

fn sprint_freeze() -> Option<Moment> {
    sprint().window.freeze_at
}
