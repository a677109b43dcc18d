//! The judge's desk and what belongs to it, filled from the sample world.

use super::super::desk::{BulkLine, BulkPage, DeskFilter, DeskFrame, JustDone, QueuePage, QueueRow, bulk, queue};
use super::super::desk_appeals::{
    AnswerPage, AppealPage, AppealsPage, JudgeRow, JudgesPage, answer, appeal, appeals, judges,
};
use super::super::desk_case::{AppealRow, DeskCasePage, Other, desk_case};
use super::super::form::Typed;
use super::*;
use crate::{
    app::Objection,
    domain::{
        evaluate::{Decision, Seen},
        login::LoginId,
        pull::{Actor, Pull},
        team::SubmissionId,
    },
    store::{AppealStatus, Decided, Ended},
};
use maud::Markup;

fn sample_pull(world: &World, hostile: bool) -> Pull {
    let word = |plain: &str| if hostile { HOSTILE.to_owned() } else { plain.to_owned() };
    let actor = |login: &str| Actor {
        login: word(login),
        id: Some("7".into()),
        bot: false,
    };
    Pull {
        forge: Forge::Gitee.into(),
        repository: RepoPath::parse("mindspore/mindspore").unwrap(),
        repository_id: None,
        number: 9981,
        state: State::Merged,
        title: word(TITLES[0]),
        body: word("The callback forgot its epoch."),
        author: actor("dev0042"),
        merged_by: Some(actor("mindspore-ci-bot")),
        base_branch: Some(word("master")),
        head_branch: None,
        head_sha: None,
        merge_sha: Some(word("c0ffee00c0ffee00")),
        squash_sha: None,
        created_at: at("2020-12-14T10:00:00+08:00"),
        merged_at: Some(world.now),
        closed_at: None,
        labels: vec![word("kind/bugs"), word("sig/data")],
        linked_issues: vec![word("I1DBA8")],
        additions: Some(3),
        deletions: None,
        updated_at: None,
        url: Some(if hostile {
            "javascript:alert(1)".into()
        } else {
            "https://gitee.com/mindspore/mindspore/pulls/9981".into()
        }),
        draft: false,
        confirmed: true,
    }
}

pub fn pages<'a>(world: &'a World, shell: Shell<'a>, event: Event<'a>, hostile: bool) -> Vec<(&'static str, Markup)> {
    let text = if hostile { HOSTILE } else { "The log shows the crash." };
    let frame = |path: &'static str| DeskFrame {
        shell: Shell { path, ..shell },
        event,
        open_appeals: 2,
        admin: true,
        filter: DeskFilter {
            kind: Some(Kind::City),
            team: if hostile { HOSTILE } else { "shanghai" },
            check: Some(Check::Bugfix),
        },
        done: Some(JustDone {
            id: 8,
            title: text,
            action: (!hostile).then_some(Action::Accept),
        }),
    };
    let own = sample_pull(world, hostile);
    let mut before = own.clone();
    before.title = "before".into();
    before.labels.clear();
    let decided = |id: i64, ended| Decided {
        id,
        submission: SubmissionId(9),
        judge: LoginId(1),
        judge_login: text.into(),
        decision: Decision {
            action: Action::Reject,
            points: None,
            landed: None,
            seen: Seen::of(&before, false),
        },
        reason: text.into(),
        at: world.now,
        ended,
    };
    let decisions = [decided(2, None), decided(1, Some((Ended::Undone, world.now)))];
    let row = |id: i64| QueueRow {
        id,
        etag: "\"0123456789abcdef\"".into(),
        pull: pull(9_981),
        title: text,
        person: Some(person(hostile)),
        team: Some(world.team(8)),
        asks: vec![(Check::Bugfix, text.into())],
        came_back: id == 2,
        since: Some(world.now),
        conflict: (id == 3).then(|| Objection::OwnTeam.say(shell.lang)),
        simple: id == 1,
    };
    let waits = queue(&QueuePage {
        frame: frame("/competitions/mindcon-2020/judge"),
        rows: if world.empty { vec![] } else { (1..4).map(row).collect() },
        total: 3,
        first: Some(1),
        next: Some(3),
        further: true,
        teams: (0..9).map(|n| world.team(n)).collect(),
        none_picked: hostile,
    });
    let objection = Objection::AlreadyDecided {
        by: text.into(),
        action: Action::Accept,
        at: world.now,
    };
    let one = desk_case(&DeskCasePage {
        frame: frame("/competitions/mindcon-2020/judge/9"),
        id: 9,
        etag: "\"0123456789abcdef\"",
        case: case(world, Status::Review, false, hostile),
        pull: &own,
        reverted: true,
        twin: Some((7, &own)),
        others: vec![Other {
            id: 5,
            title: text,
            status: Status::Accepted,
            points: 3,
            merged_at: Some(world.now),
        }],
        others_total: 1,
        decisions: &decisions,
        appeal: Some(4),
        conflict: None,
        refused: None,
        dated: true,
        may_undo: true,
        before: Some(8),
        next: Some(10),
        total: 3,
        typed: Typed {
            values: None,
            objection: hostile.then_some(&objection),
        },
    });
    let done = bulk(&BulkPage {
        frame: frame("/competitions/mindcon-2020/judge/bulk"),
        lines: vec![
            BulkLine {
                id: 1,
                title: Some(text),
                refused: None,
            },
            BulkLine {
                id: 2,
                title: None,
                refused: Some(text.into()),
            },
        ],
    });
    let listed = appeals(&AppealsPage {
        frame: frame("/competitions/mindcon-2020/judge/appeals"),
        status: Some(AppealStatus::Open),
        rows: vec![AppealRow {
            id: 4,
            text,
            status: AppealStatus::Open,
            opened_at: world.now,
            action: Action::Reject,
            own: hostile,
        }],
        next: Some(4),
    });
    let answered = answer(&AnswerPage {
        frame: frame("/competitions/mindcon-2020/judge/appeals/4"),
        id: 4,
        submission: 9,
        case: case(world, Status::Rejected, false, hostile),
        text,
        opened_at: world.now,
        status: AppealStatus::Open,
        answer: None,
        decision: &decisions[0],
        conflict: None,
        typed: Typed::default(),
    });
    let work = judges(&JudgesPage {
        frame: frame("/competitions/mindcon-2020/judge/judges"),
        waiting: 3,
        rows: vec![JudgeRow {
            login: text,
            active: !hostile,
            accepted: 30,
            rejected: 12,
            undone: 1,
            appealed: 4,
            overturned: 1,
            dismissed: 2,
            last: Some(world.now),
        }],
    });
    let own_side = appeal(&AppealPage {
        shell: Shell {
            path: "/submissions/9/appeal",
            ..shell
        },
        event,
        id: 9,
        case: case(world, Status::Rejected, false, hostile),
        refused: None,
        sent: false,
        typed: Typed::default(),
    });
    vec![
        ("desk", waits),
        ("desk-case", one),
        ("desk-bulk", done),
        ("desk-appeals", listed),
        ("desk-answer", answered),
        ("desk-judges", work),
        ("appeal", own_side),
    ]
}
