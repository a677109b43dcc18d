//! A person's own page and the page to sign in, filled from the sample world.

use super::super::form::Typed;
use super::*;
use crate::app::Objection;
use crate::domain::team::Standing;
use crate::web::query::Query;
use maud::Markup;

pub fn own_pages<'a>(
    world: &'a World,
    shell: impl Fn(&'static str) -> Shell<'a>,
    event: Event<'a>,
    level: LevelView<'a>,
    hostile: bool,
) -> Vec<(&'static str, Markup)> {
    let word = |plain: &'static str| if hostile { HOSTILE } else { plain };
    let rows = submissions(hostile);
    let fixes = rows.into_iter().map(|row| OwnFix {
        event,
        advice: row.reason.is_some().then_some("Ask a maintainer for the label."),
        row,
    });
    let team = |n: usize, current: bool, standing| OwnTeam {
        event,
        team: world.team(n),
        standing,
        joined_at: Some(at("2020-12-10T00:00:00+08:00")),
        left_at: (!current).then(|| at("2020-12-15T00:00:00+08:00")),
        current,
        place: (n < 2).then_some((n as u32 + 1, 20, 1142)),
        own: current.then_some((12, 31)),
    };
    let full = MePage {
        shell: shell("/me"),
        login: word("ann"),
        name: word("Ann"),
        code: "GI-00042",
        level,
        duties: vec![
            Duty::Host,
            Duty::Judge("mindcon-2020", word("MindCon")),
            Duty::Organizer("mindcon-2020", "shanghai", word("Shanghai MSG")),
        ],
        teams: vec![
            team(7, true, Standing::Applied),
            team(0, true, Standing::Approved),
            team(1, false, Standing::Approved),
        ],
        fixes: fixes.collect(),
        status: Some(Status::Rejected),
        competition: Some("mindcon-2020"),
        paging: Paging {
            total: 61,
            offset: 20,
            limit: 20,
        },
        accounts: vec![
            OwnAccount {
                forge: &GITEE,
                login: word("ann"),
                proven: false,
            },
            OwnAccount {
                forge: &GITHUB,
                login: word("ann-at-home"),
                proven: true,
            },
        ],
        forges: &Forge::ALL,
        done: Some(Done::Bound),
        typed: Typed::default(),
    };
    let full_page = me(&full);
    let taken = Objection::AccountTaken(word("Gitee ann").to_owned());
    let nothing = MePage {
        shell: shell("/me"),
        duties: Vec::new(),
        teams: Vec::new(),
        fixes: Vec::new(),
        accounts: Vec::new(),
        forges: &[],
        done: None,
        typed: Typed {
            values: None,
            objection: Some(&taken),
        },
        ..full
    };
    let typed = Query::of("login=%3Cscript%3Ealert(1)%3C%2Fscript%3E&password=secret");
    let wrong = Objection::WrongPassword;
    let sign_in_page = SignInPage {
        shell: shell("/sign-in"),
        to: word("/competitions/mindcon-2020"),
        forges: &Forge::ALL,
        typed: Typed {
            values: Some(&typed),
            objection: Some(&wrong),
        },
    };
    vec![
        ("me", full_page),
        ("me-refused", me(&nothing)),
        ("sign-in", sign_in(&sign_in_page)),
    ]
}
