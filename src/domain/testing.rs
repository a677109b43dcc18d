//! Makers of small facts for this floor's tests.

use super::{
    check::{Check, Outcome, alone},
    competition::*,
    evaluate::{Decision, Subject},
    forge::{Forge, ForgeHost},
    landing::landing,
    pull::{Actor, Pull, RepoPath, State},
    region::Region,
    report::{Facts, Report},
    team::*,
    text::{Lang, Name, Slug},
    time::{Moment, Span},
    words::Voice,
};

pub fn at(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

/// The pull as its facts are, told by one report.
pub fn settled(mut pull: Pull) -> Pull {
    if pull.state != State::Merged {
        pull.merged_at = None;
    }
    let report = Report::of(pull);
    let facts = Facts::of([report.telling]);
    let pull = facts.pull(report.forge, report.repository, report.repository_id, report.number);
    pull.unwrap()
}

/// A confirmed, merged bug fix of `dev1` in the middle of [`definition`]'s window.
pub fn pull(number: u64) -> Pull {
    settled(Pull {
        forge: Forge::Gitee.into(),
        repository: RepoPath::parse("lanterns/lantern").unwrap(),
        repository_id: Some("7".into()),
        number,
        state: State::Merged,
        title: format!("fix leak {number}"),
        body: String::new(),
        author: Actor {
            login: "dev1".into(),
            id: Some("1".into()),
            bot: false,
        },
        merged_by: None,
        base_branch: Some("master".into()),
        head_branch: None,
        head_sha: None,
        merge_sha: None,
        squash_sha: None,
        created_at: at("2026-03-02T10:00:00Z"),
        merged_at: Some(at("2026-03-03T10:00:00Z").plus(number as i64 * Moment::MINUTE)),
        closed_at: None,
        labels: vec!["kind/bug".into()],
        linked_issues: vec![],
        additions: Some(3),
        deletions: Some(1),
        updated_at: Some(at("2026-03-03T10:00:00Z")),
        url: None,
        draft: false,
        confirmed: true,
    })
}

/// A fortnight in March with a day's grace, one family on two forges.
pub fn definition() -> Definition {
    Definition {
        slug: Slug::parse("spring").unwrap(),
        name: Name {
            en: "Spring".into(),
            zh: "春".into(),
        },
        zone: chrono_tz::Asia::Shanghai,
        review: Review::Exceptions,
        window: Window {
            opens_at: at("2026-03-01T00:00:00+08:00"),
            closes_at: at("2026-03-15T00:00:00+08:00"),
            merge_grace: Span::parse("1d").unwrap(),
            freeze_at: None,
        },
        repositories: vec![Repository {
            forge: Forge::Gitee.into(),
            path: RepoPath::parse("lanterns/lantern").unwrap(),
            id: None,
            branches: vec![],
            mirrors: vec![(
                Forge::GitHub.into(),
                RepoPath::parse("lanterns-mirror/lantern").unwrap(),
            )],
        }],
        rules: Rules {
            bugfix_labels: vec!["kind/bug".into()],
            bugfix_title: Some(regex::Regex::new(r"(?i)(\bfix|\bbug|修复)").unwrap()),
            bugfix_command: Some("/kind bug".into()),
            no_signal: NoSignal::Ask,
            required_labels: vec![],
            forbidden_labels: vec!["stat/invalid".into()],
            bots: vec!["merge-bot".into()],
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

pub fn team(slug: &str, en: &str, zh: &str) -> Team {
    Team {
        slug: Slug::parse(slug).unwrap(),
        kind: Kind::City,
        region: Region::parse("CN-SH").unwrap(),
        name: Name {
            en: en.into(),
            zh: zh.into(),
        },
        capacity: None,
        standing: Standing::Approved,
    }
}

pub fn person(number: i64, name: &str) -> Person {
    Person {
        slug: Slug::parse(name).unwrap(),
        name: name.into(),
        number,
    }
}

/// `login` or `login#id`.
pub fn account(person: PersonId, forge: impl Into<ForgeHost>, text: &str) -> Account {
    let (login, id) = text.split_once('#').map_or((text, None), |(l, id)| (l, Some(id)));
    Account {
        person,
        forge: forge.into(),
        login: login.into(),
        id: id.map(str::to_owned),
        proven: id.is_some(),
    }
}

/// `login` or `login#id`.
pub fn actor(text: &str) -> Actor {
    let (login, id) = text.split_once('#').map_or((text, None), |(l, id)| (l, Some(id)));
    Actor {
        login: login.into(),
        id: id.map(str::to_owned),
        bot: false,
    }
}

pub const ANN: PersonId = PersonId(1);
pub const BOB: PersonId = PersonId(2);
pub const SHORE: TeamId = TeamId(1);
pub const CAMPUS: TeamId = TeamId(2);

/// Teams Shore and Campus; Ann, who writes [`pull`], and Bob, whose accounts are hints; in no team yet.
pub fn people() -> Roster {
    let mut roster = Roster::default();
    roster.teams.insert(SHORE, team("shore", "Shore", "海岸"));
    roster.teams.insert(CAMPUS, team("campus", "Campus", "校园"));
    roster.people.insert(ANN, person(1, "Ann"));
    roster.people.insert(BOB, person(2, "Bob"));
    for (owner, forge, login) in [
        (ANN, Forge::Gitee, "dev1#1"),
        (ANN, Forge::GitHub, "dev1#101"),
        (BOB, Forge::Gitee, "dev2"),
        (BOB, Forge::GitHub, "dev2"),
    ] {
        roster.add_account(account(owner, forge, login));
    }
    roster
}

pub fn membership(team: TeamId, joined_at: Option<Moment>, left_at: Option<Moment>) -> Membership {
    Membership {
        team,
        joined_at,
        left_at,
    }
}

/// [`people`] with Ann in Shore and Bob in Campus for good.
pub fn roster() -> Roster {
    let mut roster = people();
    roster.add_membership(ANN, membership(SHORE, None, None));
    roster.add_membership(BOB, membership(CAMPUS, None, None));
    roster
}

/// What one evaluation sees, for a test to change.
pub struct World {
    pub definition: Definition,
    pub roster: Roster,
    pub now: Moment,
    pub pull: Pull,
}

/// [`definition`], [`roster`] and `pull(1)`, in the middle of the window.
pub fn world() -> World {
    World {
        definition: definition(),
        roster: roster(),
        now: at("2026-03-10T00:00:00Z"),
        pull: pull(1),
    }
}

impl World {
    /// What `which` answers on the pull, and how it says so in English.
    pub fn finding(&self, which: Check) -> (Outcome, String) {
        let scope = self.definition.scope();
        let place = scope.place_of_path(&self.pull.forge, &self.pull.repository).unwrap();
        let alone = alone(
            &self.definition,
            place,
            &self.roster,
            &self.pull,
            &landing(&self.definition, &self.pull, None),
            self.now,
        );
        let finding = alone.findings.iter().find(|f| f.check == which).unwrap();
        let voice = Voice {
            lang: Lang::En,
            zone: self.definition.zone,
            roster: &self.roster,
        };
        (finding.outcome, voice.say(&finding.detail))
    }

    pub fn subject(&self, id: i64, pull: &Pull, decision: Option<&Decision>) -> Subject {
        let scope = self.definition.scope();
        let place = scope.place_of_path(&pull.forge, &pull.repository).unwrap();
        let id = SubmissionId(id);
        Subject::of(id, &self.definition, place, &self.roster, pull, decision, self.now)
    }
}
