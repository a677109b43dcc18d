//! Pages about submissions: a submission's "why", the explainer, a team's and a person's page.

use super::{boards::team_row, event, event_of};
use crate::{
    app::{self, Case, Explained, Whose},
    domain::{
        check::Outcome,
        evaluate::Status,
        level::Level,
        team::{Person, PersonId},
        text::{Lang, Slug},
        time::Moment,
    },
    forge::BadPullUrl,
    live::{Part, Snapshot},
    store,
    web::{
        Site,
        pages::{
            self, Answer, DecisionView, HistoryLine, Line, PartKind, PullFacts,
            view::{Event, Paging, PersonRef, PullRef, SubmissionRow, TeamRef},
        },
        problem::Problem,
        respond::{self, Asked},
        sight,
    },
};
use actix_web::{HttpRequest, HttpResponse, web};
use std::{borrow::Cow, sync::Arc};

/// Submissions on a team's or a person's page.
const LISTED: usize = 50;

/// A page, or the problem as a page.
fn page_or(request: &HttpRequest, made: Result<HttpResponse, Problem>) -> HttpResponse {
    made.unwrap_or_else(|problem| problem.answer(request))
}

fn code(site: &Site, person: &Person, id: PersonId) -> String {
    site.boards.ladder().code(person.number, site.boards.level_fixes(id))
}

pub async fn submission(request: HttpRequest, site: web::Data<Site>) -> HttpResponse {
    page_or(&request, submission_page(&request, &site).await)
}

async fn submission_page(request: &HttpRequest, site: &Site) -> Result<HttpResponse, Problem> {
    let looked = sight::submission(request, site, request.match_info().get("id").unwrap_or("")).await?;
    let case = &looked.case;
    let live = site.live(case.competition.definition.slug.as_str())?;
    let snapshot = live.board.snapshot();
    let asked = Asked::of(request);
    let lent = Lent::of(site, case);
    let page = pages::SubmissionPage {
        shell: asked.shell(&site.origin),
        event: Event {
            uncovered: looked.uncovered.is_some(),
            ..event(&snapshot)
        },
        id: case.submission.id.0,
        case: lent.case(case, asked.lang),
        may_judge: looked.judge.is_some(),
        appeal_until: case.appeal_until(),
    };
    let answer = respond::page(request, &pages::submission(&page).into_string());
    Ok(if looked.judge.is_some() {
        sight::unkept(answer)
    } else {
        answer
    })
}

/// What a case's page borrows and the case does not own.
pub(super) struct Lent {
    code: String,
}

impl Lent {
    pub fn of(site: &Site, case: &Case) -> Self {
        let person = case.submission.person.zip(case.person());
        Self {
            code: person.map(|(id, person)| code(site, person, id)).unwrap_or_default(),
        }
    }

    pub fn case<'a>(&'a self, case: &'a Case, lang: Lang) -> pages::Case<'a> {
        let pull = &case.fact.pull;
        pages::Case {
            pull: PullFacts {
                key: pull_ref(case),
                title: &pull.title,
                url: pull.url.as_deref(),
                author_login: &pull.author.login,
                base_branch: pull.base_branch.as_deref().unwrap_or_default(),
                state: pull.state,
                created_at: pull.created_at,
                merged_at: case.landing().merged_at,
            },
            person: case.person().map(|person| PersonRef {
                slug: person.slug.as_str(),
                name: &person.name,
                code: &self.code,
            }),
            team: case.team().map(|team| TeamRef {
                slug: team.slug.as_str(),
                name: &team.name,
            }),
            status: case.status(),
            held: case.hidden,
            points: case.points(),
            points_parts: parts(case),
            checks: case
                .lines(lang)
                .into_iter()
                .map(|line| Line {
                    check: line.check,
                    outcome: line.outcome,
                    evidence: Cow::Owned(line.detail),
                })
                .collect(),
            decision: case.decision.as_ref().map(|decided| DecisionView {
                action: decided.decision.action,
                points: decided.decision.points,
                reason: &decided.reason,
                at: decided.at,
                stands: case.decision_holds(),
            }),
            history: case
                .history
                .iter()
                .map(|chained| HistoryLine {
                    seq: chained.entry.seq,
                    recorded_at: chained.entry.recorded_at,
                    points: chained.entry.points,
                    status: chained.entry.status,
                    cause: chained.entry.cause,
                })
                .collect(),
        }
    }
}

pub(super) fn pull_ref(case: &Case) -> PullRef<'_> {
    let pull = &case.fact.pull;
    PullRef {
        forge: &pull.forge,
        repository: pull.repository.as_str(),
        number: pull.number,
    }
}

/// Where the points come from; what it would earn, where nothing is decided yet.
fn parts(case: &Case) -> Vec<(PartKind, i64)> {
    if case.hidden {
        return Vec::new();
    }
    let scoring = &case.competition.definition.scoring;
    let worth = case.submission.worth;
    let labels = &case.fact.pull.labels;
    let label = scoring
        .labels
        .iter()
        .find(|(label, points)| *points == worth && labels.contains(label));
    let kind = label.map_or(PartKind::Base, |(label, _)| PartKind::Label(label.clone()));
    let Some(award) = &case.award else {
        return vec![(kind, worth)];
    };
    if let Some(given) = award.given {
        return vec![(PartKind::Judge, given)];
    }
    let mut parts = vec![(kind, award.worth)];
    if award.bonus != 0 {
        parts.push((PartKind::FirstFix, award.bonus));
    }
    if award.over_limit {
        parts.push((PartKind::DailyLimit, -(award.worth + award.bonus)));
    }
    parts
}

pub async fn why(request: HttpRequest, site: web::Data<Site>) -> HttpResponse {
    page_or(&request, why_page(&request, &site).await)
}

async fn why_page(request: &HttpRequest, site: &Site) -> Result<HttpResponse, Problem> {
    let looked = sight::board(request, site, request.match_info().get("slug").unwrap_or("")).await?;
    let snapshot = looked.live.board.snapshot();
    let asked = Asked::of(request);
    let query = asked.query();
    let url = query.get("url").unwrap_or("");
    let name = app::pasted(&snapshot.face.definition, url);
    let found = match &name {
        Ok(name) => {
            let slug = snapshot.face.slug().clone();
            Some(app::explain(&site.app, &slug, name, looked.sight(), site.now()).await?)
        }
        Err(_) => None,
    };
    let unread = found.as_ref().and_then(|found| found.unread.as_ref());
    let unread = unread.map(|unread| (unread.received_at, unread.reason.as_deref()));
    let what = found.as_ref().map(|found| &found.what);
    let lent = match what {
        Some(Explained::Case(case)) => Lent::of(site, case),
        _ => Lent { code: String::new() },
    };
    let pull = name.as_ref().ok().map(|name| PullRef {
        forge: &name.forge,
        repository: name.repository.as_str(),
        number: name.number,
    });
    let definition = &snapshot.face.definition;
    let answer = match (what, pull) {
        (Some(Explained::Case(case)), _) => Some(Answer::Known(
            case.submission.id.0,
            Box::new(lent.case(case, asked.lang)),
        )),
        (Some(Explained::Unknown), Some(pull)) => Some(Answer::NotKnown(pull)),
        (Some(Explained::OutOfScope), Some(pull)) => {
            let scope = definition
                .repositories
                .iter()
                .map(|r| (&r.forge, r.path.as_str()))
                .collect();
            Some(Answer::OutOfScope(pull, scope))
        }
        _ if url.is_empty() => None,
        _ => Some(match &name {
            Err(BadPullUrl::Several(_, each)) => Answer::Several(each),
            _ => Answer::NotAPull,
        }),
    };
    let page = pages::ExplainPage {
        shell: asked.shell(&site.origin),
        event: event_of(&snapshot, &looked),
        url,
        answer,
        unread,
    };
    Ok(looked.hand_out(respond::page(request, &pages::explain(&page).into_string())))
}

pub async fn team(request: HttpRequest, site: web::Data<Site>) -> HttpResponse {
    page_or(&request, team_page(&request, &site).await)
}

/// What a list of submissions borrows.
fn rows<'a>(cases: &'a [Case], codes: &'a [String], lang: Lang, with_person: bool) -> Vec<SubmissionRow<'a>> {
    let row = |(case, code): (&'a Case, &'a String)| SubmissionRow {
        id: case.submission.id.0,
        pull: pull_ref(case),
        title: &case.fact.pull.title,
        status: case.status(),
        held: case.hidden,
        points: case.points(),
        merged_at: case.landing().merged_at,
        reason: reason(case, lang).map(Cow::Owned),
        person: case.person().filter(|_| with_person).map(|person| PersonRef {
            slug: person.slug.as_str(),
            name: &person.name,
            code,
        }),
    };
    cases.iter().zip(codes).map(row).collect()
}

/// What the judge said who rejected it; else the first check that decides against it, or that somebody or something still has to answer.
fn reason(case: &Case, lang: Lang) -> Option<String> {
    if case.submission.status == Status::Accepted {
        return None;
    }
    if let Some(words) = case.rejection() {
        return Some(crate::web::words::words(lang).judge_said(words));
    }
    let lines = case.lines(lang);
    let first = |outcome| {
        lines
            .iter()
            .find(|line| line.outcome == outcome)
            .map(|line| line.detail.clone())
    };
    first(Outcome::Fail)
        .or_else(|| first(Outcome::Wait))
        .or_else(|| first(Outcome::Ask))
}

pub(super) fn code_of(site: &Site, case: &Case) -> String {
    Lent::of(site, case).code
}

pub(super) fn codes(site: &Site, cases: &[Case]) -> Vec<String> {
    cases.iter().map(|case| code_of(site, case)).collect()
}

async fn team_page(request: &HttpRequest, site: &Site) -> Result<HttpResponse, Problem> {
    let looked = sight::board(request, site, request.match_info().get("slug").unwrap_or("")).await?;
    let live = &looked.live;
    let snapshot = live.board.snapshot();
    let face = &snapshot.face;
    let slug = request.match_info().get("team").unwrap_or("").to_ascii_lowercase();
    let missing = || Problem::not_found(format!("there is no team `{slug}` in this competition"));
    let place = face.team_by_slug(&slug).ok_or_else(missing)?;
    let row = snapshot.row_of(place).ok_or_else(missing)?;
    let id = face.team(place).ok_or_else(missing)?.id;
    let asked = Asked::of(request);
    let part = part(&asked)?;
    let (cases, total) = app::latest(
        &site.app,
        face.slug(),
        Whose::Team(id),
        part.offset,
        part.limit,
        looked.sight(),
        site.now(),
    )
    .await?;
    let competition = face.id;
    let (seats, capacity, announced) = site
        .app
        .store
        .read(move |db| {
            let capacity = store::team_capacity(db, id)?;
            let announced = store::announcement(db, id)?;
            Ok::<_, store::StoreError>((store::members_of(db, competition, id)?, capacity, announced))
        })
        .await?;
    let figures = snapshot.members(place);
    let member_codes: Vec<String> = seats.iter().map(|seat| code(site, &seat.person, seat.id)).collect();
    let members = seats
        .iter()
        .zip(&member_codes)
        .map(|(seat, code)| {
            let own = face
                .person_place(seat.id)
                .and_then(|at| figures.iter().find(|(person, _)| *person == at));
            pages::Member {
                person: PersonRef {
                    slug: seat.person.slug.as_str(),
                    name: &seat.person.name,
                    code,
                },
                joined_at: seat.joined_at,
                left_at: seat.left_at,
                points: own.map_or(0, |(_, figures)| figures.points),
                fixes: own.map_or(0, |(_, figures)| figures.fixes),
            }
        })
        .collect();
    let codes = codes(site, &cases);
    let growth: Vec<(Moment, i64)> = snapshot.team_growth(&[place]).pop().unwrap_or_default();
    let row = team_row(face, &row, &[]).ok_or_else(missing)?;
    let page = pages::TeamPage {
        shell: asked.shell(&site.origin),
        event: event_of(&snapshot, &looked),
        row,
        capacity,
        growth,
        members,
        submissions: rows(&cases, &codes, asked.lang, true),
        paging: paging(&part, total),
        announcement: announced.as_ref().map(|said| pages::Announced {
            text: &said.text,
            at: said.announced_at,
        }),
    };
    Ok(looked.hand_out(respond::page(request, &pages::team(&page).into_string())))
}

pub(super) fn rung(level: &Level) -> pages::Rung<'_> {
    pages::Rung {
        code: &level.code,
        name: &level.name,
        fixes: level.fixes,
    }
}

fn part(asked: &Asked) -> Result<Part, Problem> {
    let offset = asked.query().part()?.offset;
    Ok(Part { offset, limit: LISTED })
}

fn paging(part: &Part, total: u64) -> Paging {
    Paging {
        total,
        offset: part.offset as u64,
        limit: part.limit as u64,
    }
}

pub(super) fn missing_person(slug: &str) -> Problem {
    Problem::not_found(format!("there is nobody called `{slug}` in this competition"))
}

pub async fn person(request: HttpRequest, site: web::Data<Site>) -> HttpResponse {
    page_or(&request, person_page(&request, &site).await)
}

async fn person_page(request: &HttpRequest, site: &Site) -> Result<HttpResponse, Problem> {
    let looked = sight::board(request, site, request.match_info().get("slug").unwrap_or("")).await?;
    let live = &looked.live;
    let snapshot: Arc<Snapshot> = live.board.snapshot();
    let face = &snapshot.face;
    let text = request.match_info().get("person").unwrap_or("");
    let missing = || missing_person(text);
    let slug = Slug::parse(text).map_err(|_| missing())?;
    let place = face.person_by_slug(&slug).ok_or_else(missing)?;
    let card = face.person(place).ok_or_else(missing)?;
    let people = live.board.people();
    let at = people.face.person_place(card.id);
    let row = people.rows.iter().find(|row| Some(row.person) == at).copied();
    let asked = Asked::of(request);
    let part = part(&asked)?;
    let whose = Whose::Person(card.id);
    let (cases, total) = app::latest(
        &site.app,
        face.slug(),
        whose,
        part.offset,
        part.limit,
        looked.sight(),
        site.now(),
    )
    .await?;
    let (competition, id) = (face.id, card.id);
    let spells = site
        .app
        .store
        .read(move |db| store::memberships_of(db, competition, id))
        .await?;
    let fixes = site.boards.level_fixes(card.id);
    let ladder = site.boards.ladder();
    let code = ladder.code(card.number, fixes);
    let codes = codes(site, &cases);
    let figures = row.map(|row| row.figures).unwrap_or_default();
    let team_ref = |place: Option<u32>| {
        place.and_then(|at| face.team(at)).map(|team| TeamRef {
            slug: team.slug.as_str(),
            name: &team.name,
        })
    };
    let page = pages::PersonPage {
        shell: asked.shell(&site.origin),
        event: event_of(&snapshot, &looked),
        person: PersonRef {
            slug: card.slug.as_str(),
            name: &card.name,
            code: &code,
        },
        level: pages::LevelView {
            fixes,
            now: rung(ladder.level(fixes)),
            next: ladder.next(fixes).map(rung),
            rungs: ladder.rungs().iter().map(rung).collect(),
        },
        rank: row.map(|row| row.rank),
        previous_rank: row.and_then(|row| row.previous_rank),
        points: figures.points,
        fixes: figures.fixes,
        pending: figures.pending,
        teams: spells
            .iter()
            .filter_map(|spell| {
                Some(pages::Spell {
                    team: team_ref(face.team_place(spell.team))?,
                    joined_at: spell.joined_at,
                    left_at: spell.left_at,
                })
            })
            .collect(),
        submissions: rows(&cases, &codes, asked.lang, false),
        paging: paging(&part, total),
    };
    Ok(looked.hand_out(respond::page(request, &pages::person(&page).into_string())))
}
