//! The pages on which teams register and people join and leave, filled from the sample world.

use super::super::{form::Typed, joining, registration as registration_page};
use super::*;
use crate::{
    app::Objection,
    domain::{
        joining::RequestState,
        team::{Standing, Team},
    },
    web::query::Query,
};
use maud::Markup;

fn hostile_or(plain: &str, hostile: bool) -> String {
    if hostile { HOSTILE.to_owned() } else { plain.to_owned() }
}

fn sample_team(standing: Standing, hostile: bool) -> Team {
    Team {
        slug: Slug::parse("hangzhou").unwrap(),
        kind: Kind::City,
        region: Region::parse("CN-ZJ").unwrap(),
        name: name(&hostile_or("Hangzhou MSG", hostile), &hostile_or("杭州 MSG", hostile)),
        capacity: Some(30),
        standing,
    }
}

pub fn team_pages<'a>(
    world: &'a World,
    shell: impl Fn(&'static str) -> Shell<'a>,
    event: Event<'a>,
    hostile: bool,
) -> Vec<(&'static str, Markup)> {
    let mut all = Vec::new();
    let text = hostile_or("We meet on Thursdays.", hostile);
    let organizers = [hostile_or("Lin", hostile), hostile_or("Mo", hostile)];
    let typed = Query::of("name.en=%3Cscript%3Ealert(1)%3C/script%3E&kind=city&act=decline&reason=no&text=a%22b");
    let objection = Objection::LooksLike {
        field: "name.en",
        other: text.clone(),
    };
    let refused = Typed {
        values: Some(&typed),
        objection: Some(&objection),
    };
    let at = world.now;
    for (page, typed) in [("register", Typed::default()), ("register-refused", refused)] {
        let view = RegisterPage {
            shell: shell("/competitions/mindcon-2020/teams/new"),
            event,
            typed,
        };
        all.push((page, register(&view)));
    }
    let acts: [(&'static str, Standing, &[Act]); 5] = [
        (
            "registration-applied",
            Standing::Applied,
            &[Act::Defend, Act::Decline, Act::Details],
        ),
        (
            "registration-defending",
            Standing::Defending,
            &[Act::Approve, Act::Decline, Act::Reschedule],
        ),
        (
            "registration-approved",
            Standing::Approved,
            &[Act::Suspend, Act::Details],
        ),
        ("registration-declined", Standing::Declined, &[]),
        ("registration-suspended", Standing::Suspended, &[Act::Reinstate]),
    ];
    for (page, standing, acts) in acts {
        let team = sample_team(standing, hostile);
        let refused = page == "registration-defending";
        let short = Objection::TooShort {
            field: "reason",
            least: 3,
            most: 2_000,
            got: 2,
        };
        let view = RegistrationPage {
            shell: shell("/competitions/mindcon-2020/teams/hangzhou/registration"),
            event,
            team: &team,
            members: 12,
            statement: Some(&text),
            applied_at: Some(at),
            defence_at: Some(at),
            recording_url: Some("https://video.example.com/1"),
            reason: Some(&text),
            organizers: &organizers,
            acts,
            organizes: standing == Standing::Approved,
            judges: true,
            done: !refused,
            typed: if refused {
                Typed {
                    values: Some(&typed),
                    objection: Some(&short),
                }
            } else {
                Typed::default()
            },
            typed_act: refused.then_some(Act::Decline),
        };
        all.push((page, registration_page::registration(&view)));
    }
    let teams = Standing::ALL.map(|standing| sample_team(standing, hostile));
    let row = |team| RegistrationRow {
        team,
        applied_at: Some(at),
        defence_at: None,
    };
    let list = RegistrationsPage {
        shell: shell("/competitions/mindcon-2020/registrations"),
        event,
        status: Some(Standing::Applied),
        sort: "defence",
        rows: teams.iter().map(row).collect(),
        paging: Paging {
            total: 61,
            offset: 0,
            limit: 20,
        },
    };
    all.push(("registrations", registrations(&list)));
    let team = sample_team(Standing::Approved, hostile);
    let other = Team {
        slug: Slug::parse("ningbo").unwrap(),
        ..team.clone()
    };
    for (page, open, looker) in [
        ("invited", Open::Yes, Looker::Nobody),
        ("invited-free", Open::Yes, Looker::Free),
        ("invited-in", Open::Yes, Looker::InThis),
        ("invited-elsewhere", Open::Yes, Looker::InOther(&other)),
        ("invited-over", Open::Over, Looker::Free),
    ] {
        let view = InvitationPage {
            shell: shell("/competitions/mindcon-2020/join/c0de"),
            event,
            team: &team,
            members: 12,
            code: "c0de",
            expires_at: Some(at),
            organizers: &organizers,
            open,
            looker,
            typed: refused,
        };
        all.push((page, invitation(&view)));
    }
    for (page, mine, request) in [
        ("place-in", Some(&team), None),
        ("place-elsewhere", Some(&other), None),
        ("place-asked", None, Some((RequestState::Open, at))),
        ("place-out", None, Some((RequestState::Declined, at))),
    ] {
        let view = PlacePage {
            shell: shell("/competitions/mindcon-2020/teams/hangzhou/join"),
            event,
            team: &team,
            members: 12,
            mine,
            since: Some(at),
            request,
            inside: true,
            is_final: false,
            typed: refused,
        };
        all.push((page, joining::place(&view)));
    }
    all
}
