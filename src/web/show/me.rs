//! A person's own page, and what its buttons do.

use super::{
    cases::{pull_ref, rung},
    event,
};
use crate::{
    app::{self, Case, NamedRole, Objection, Own, OwnQuery, OwnTeam, Who},
    domain::{
        check::Outcome,
        evaluate::Status,
        forge::Forge,
        team::PersonId,
        text::{Lang, Slug},
        time::Moment,
    },
    live::{Live, Snapshot},
    web::{
        Site, body,
        gate::{self, Signed},
        pages::{
            self, Done,
            form::Typed,
            view::{Paging, SubmissionRow, TeamRef},
        },
        problem::Problem,
        respond::{self, Asked},
    },
};
use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web,
};
use std::{borrow::Cow, collections::HashMap, sync::Arc};

const ME: &str = "/me";
/// Submissions on a page.
const LISTED: usize = 20;

/// `GET /me`.
pub async fn me(request: HttpRequest, site: web::Data<Site>, who: Signed) -> HttpResponse {
    with(&request, &site, &who.0, None).await
}

/// The page, with why something was not done.
pub async fn with(request: &HttpRequest, site: &Site, who: &Who, objection: Option<&Objection>) -> HttpResponse {
    match drawn(request, site, who, objection).await {
        Ok(answer) => answer,
        Err(problem) => problem.answer(request),
    }
}

type Boards = HashMap<Slug, (Arc<Live>, Arc<Snapshot>)>;

/// The board of every competition that the page speaks of.
fn boards(site: &Site, own: &Own) -> Boards {
    let teams = own.teams.iter().map(|team| &team.competition);
    let cases = own.cases.iter().map(|case| &case.competition.stored.slug);
    let roles = own.roles.iter().filter_map(|role| role.competition.as_ref());
    let mut boards = Boards::new();
    for slug in teams.chain(cases).chain(roles) {
        if let Ok(live) = site.live(slug.as_str()) {
            let snapshot = live.board.snapshot();
            boards.insert(slug.clone(), (live, snapshot));
        }
    }
    boards
}

async fn drawn(
    request: &HttpRequest,
    site: &Site,
    who: &Who,
    objection: Option<&Objection>,
) -> Result<HttpResponse, Problem> {
    let asked = Asked::of(request);
    // Shown in place of what was refused, its links are its own.
    let asked = if request.path() == ME { asked } else { asked.at(ME) };
    let query = asked.query();
    let offset = query.part()?.offset;
    let now = site.now();
    let wanted = OwnQuery {
        competition: query.slug("competition")?,
        status: query.status()?,
        offset,
        limit: LISTED,
    };
    let (status, competition) = (wanted.status, wanted.competition.clone());
    let own = app::own(&site.app, who, wanted, now, |case| case).await?;
    let boards = boards(site, &own);
    let fixes = site.boards.level_fixes(who.person);
    let ladder = site.boards.ladder();
    let code = ladder.code(own.person.number, fixes);
    let forges = site.forges();
    let whys: Vec<Option<Why>> = own.cases.iter().map(|case| why(case, asked.lang)).collect();
    let shell = asked.shell(&site.origin);
    let page = pages::MePage {
        login: &own.login,
        name: &own.person.name,
        code: &code,
        level: pages::LevelView {
            fixes,
            now: rung(ladder.level(fixes)),
            next: ladder.next(fixes).map(rung),
            rungs: ladder.rungs().iter().map(rung).collect(),
        },
        duties: duties(&own.roles, &boards, asked.lang),
        teams: own
            .teams
            .iter()
            .rev()
            .filter_map(|team| own_team(&boards, who.person, team, now))
            .collect(),
        fixes: own
            .cases
            .iter()
            .zip(&whys)
            .filter_map(|(case, why)| own_fix(&shell, &boards, case, why.as_ref()))
            .collect(),
        status,
        competition: competition.as_ref().map(Slug::as_str),
        paging: Paging {
            total: own.total,
            offset: offset as u64,
            limit: LISTED as u64,
        },
        accounts: own
            .accounts
            .iter()
            .map(|account| pages::OwnAccount {
                forge: &account.forge,
                login: &account.login,
                proven: account.proven,
            })
            .collect(),
        forges: &forges,
        done: match query.get("done") {
            Some("bound") => Some(Done::Bound),
            Some("unbound") => Some(Done::Unbound),
            _ => None,
        }
        .filter(|_| objection.is_none()),
        typed: Typed {
            values: None,
            objection,
        },
        shell,
    };
    let code = objection.map_or(StatusCode::OK, |objection| Problem::from(objection.clone()).status);
    Ok(respond::private(code, pages::me(&page).into_string()))
}

fn duties<'a>(roles: &'a [NamedRole], boards: &'a Boards, lang: Lang) -> Vec<pages::Duty<'a>> {
    let mut all = Vec::new();
    for role in roles {
        let Some(competition) = role.competition.as_ref() else {
            all.push(pages::Duty::Host);
            continue;
        };
        let face = boards.get(competition).map(|(_, snapshot)| &snapshot.face);
        let name = face.map_or(competition.as_str(), |face| face.definition.name.of(lang));
        all.push(match &role.team {
            None => pages::Duty::Judge(competition.as_str(), name),
            Some(team) => {
                let card = face.and_then(|face| face.team(face.team_by_slug(team.as_str())?));
                let name = card.map_or(team.as_str(), |card| card.name.of(lang));
                pages::Duty::Organizer(competition.as_str(), team.as_str(), name)
            }
        });
    }
    all
}

fn own_team<'a>(boards: &'a Boards, person: PersonId, own: &'a OwnTeam, now: Moment) -> Option<pages::OwnTeam<'a>> {
    let (live, snapshot) = boards.get(&own.competition)?;
    let face = &snapshot.face;
    let current = own.membership.covers(now);
    let place = || {
        let row = snapshot.row_of(face.team_place(own.id)?)?;
        Some((row.rank, face.teams.len(), row.figures.points))
    };
    let of_person = || {
        let people = live.board.people();
        let at = people.face.person_place(person).filter(|_| current)?;
        let row = people.rows.iter().find(|row| row.person == at)?;
        Some((row.rank, row.figures.points))
    };
    Some(pages::OwnTeam {
        event: event(snapshot),
        team: TeamRef {
            slug: own.team.slug.as_str(),
            name: &own.team.name,
        },
        standing: own.team.standing,
        joined_at: own.membership.joined_at,
        left_at: own.membership.left_at,
        current,
        place: place(),
        own: of_person(),
    })
}

/// What keeps a submission from counting, and what its author can do.
struct Why {
    reason: String,
    advice: &'static str,
}

fn why(case: &Case, lang: Lang) -> Option<Why> {
    let w = crate::web::words::words(lang);
    if case.hidden || case.status() == Status::Accepted {
        return None;
    }
    if let Some(words) = case.rejection() {
        return Some(Why {
            reason: w.judge_said(words),
            advice: w.rule_appeal,
        });
    }
    let lines = case.lines(lang);
    let first = |outcome| lines.iter().find(|line| line.outcome == outcome);
    let line = first(Outcome::Fail)
        .or_else(|| first(Outcome::Wait))
        .or_else(|| first(Outcome::Ask));
    Some(match line {
        Some(line) => Why {
            reason: line.detail.clone(),
            advice: w.advice(line.check, line.outcome),
        },
        None => Why {
            reason: w.verdict_review.to_owned(),
            advice: w.verdict_every,
        },
    })
}

fn own_fix<'a>(
    shell: &pages::Shell<'_>,
    boards: &'a Boards,
    case: &'a Case,
    why: Option<&'a Why>,
) -> Option<pages::OwnFix<'a>> {
    let (_, snapshot) = boards.get(&case.competition.stored.slug)?;
    let reason = match why {
        Some(why) => Some(Cow::Borrowed(why.reason.as_str())),
        None if case.hidden => Some(Cow::Borrowed(shell.words().verdict_held)),
        None => None,
    };
    Some(pages::OwnFix {
        event: event(snapshot),
        row: SubmissionRow {
            id: case.submission.id.0,
            pull: pull_ref(case),
            title: &case.fact.pull.title,
            status: case.status(),
            held: case.hidden,
            points: case.points(),
            merged_at: case.landing().merged_at,
            reason,
            person: None,
        },
        advice: why.map(|why| why.advice),
    })
}

/// `POST /me/accounts/unbind`.
pub async fn unbind(request: HttpRequest, site: web::Data<Site>, who: Signed, payload: web::Payload) -> HttpResponse {
    let typed = match body::form(&mut payload.into_inner()).await {
        Ok(typed) => typed,
        Err(problem) => return problem.answer(&request),
    };
    let forge = Forge::parse(typed.get("forge").unwrap_or(""));
    let unbound = match forge {
        Ok(forge) => {
            let login = typed.get("login").unwrap_or("");
            app::unbind(&site.app, &who.0, forge, login, site.forges(), site.now()).await
        }
        Err(_) => Err(Objection::NotThere("account").into()),
    };
    match unbound {
        Ok(()) => respond::see(&Asked::of(&request).shell("").href("/me", &[("done", "unbound")])),
        Err(app::AppError::Objection(objection)) => with(&request, &site, &who.0, Some(&objection)).await,
        Err(error) => Problem::from(error).answer(&request),
    }
}

/// `POST /me/delete`.
pub async fn delete(request: HttpRequest, site: web::Data<Site>, who: Signed) -> HttpResponse {
    match app::delete_me(&site.app, &who.0, site.now()).await {
        Ok(()) => {
            let mut answer = respond::see("/");
            if let Ok(cookie) = gate::cookie(None).parse() {
                answer.headers_mut().insert(header::SET_COOKIE, cookie);
            }
            answer
        }
        Err(app::AppError::Objection(objection)) => with(&request, &site, &who.0, Some(&objection)).await,
        Err(error) => Problem::from(error).answer(&request),
    }
}
