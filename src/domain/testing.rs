//! Makers of small facts for this floor's tests.

use super::{
    competition::*,
    forge::Forge,
    pull::{Actor, Pull, RepoPath, State},
    text::{Name, Slug},
    time::{Moment, Span},
};

pub fn at(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

/// A confirmed, merged bug fix of `dev1` in the middle of [`definition`]'s window.
pub fn pull(number: u64) -> Pull {
    Pull {
        forge: Forge::Gitee,
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
        base_branch: "master".into(),
        head_branch: None,
        head_sha: None,
        merge_sha: None,
        created_at: at("2026-03-02T10:00:00Z"),
        merged_at: Some(at("2026-03-03T10:00:00Z").plus(number as i64 * Moment::MINUTE)),
        labels: vec!["kind/bug".into()],
        linked_issues: vec![],
        additions: Some(3),
        deletions: Some(1),
        updated_at: Some(at("2026-03-03T10:00:00Z")),
        url: None,
        confirmed: true,
        merge_report: None,
    }
    .reported()
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
            forge: Forge::Gitee,
            path: RepoPath::parse("lanterns/lantern").unwrap(),
            branches: vec![],
            mirrors: vec![(Forge::GitHub, RepoPath::parse("lanterns-mirror/lantern").unwrap())],
        }],
        rules: Rules {
            bugfix_labels: vec!["kind/bug".into()],
            bugfix_title: Some(regex::Regex::new(r"(?i)(\bfix|\bbug|修复)").unwrap()),
            bugfix_command: Some("/kind bug".into()),
            no_signal: NoSignal::Ask,
            required_labels: vec![],
            forbidden_labels: vec!["stat/invalid".into()],
            bots: vec!["merge-bot".into()],
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
