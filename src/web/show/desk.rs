//! The judge's desk: its queue, one submission with its forms, several at once.

use super::{cases::Lent, event};
use crate::{
    app::{self, AppError, Case, Evidence, Judgement, Objection, QueueQuery, Sight, Who},
    domain::{
        check::{Check, Outcome},
        evaluate::Action,
        team::SubmissionId,
        text::{Lang, Slug},
    },
    live::Snapshot,
    web::{
        Site,
        api::judge::wanted,
        body,
        gate::Signed,
        pages::{
            self, BulkLine, DeskFilter, DeskFrame, JustDone, Other, QueueRow,
            form::Typed,
            view::{PullRef, TeamRef},
        },
        problem::Problem,
        query::Query,
        respond::{self, Asked},
        words::desk::{Desk as Words, Template},
    },
};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use chrono_tz::Tz;
use std::sync::Arc;

/// Lines of the queue on a page.
const LISTED: usize = 50;

/// What a page of the desk is drawn from.
pub(super) struct Desk {
    pub slug: Slug,
    pub snapshot: Arc<Snapshot>,
    pub asked: Asked,
    pub query: Query,
    pub wanted: QueueQuery,
    pub who: Who,
    pub open_appeals: u64,
    /// What was decided or undone a moment ago.
    done: Option<(Case, bool)>,
}

impl Desk {
    pub async fn open(request: &HttpRequest, site: &Site, who: Who) -> Result<Self, Problem> {
        let snapshot = site
            .live(request.match_info().get("slug").unwrap_or(""))?
            .board
            .snapshot();
        let asked = Asked::of(request);
        let query = asked.query();
        let slug = snapshot.face.slug().clone();
        let done = done(site, &query).await?;
        Ok(Self {
            wanted: QueueQuery {
                limit: LISTED,
                ..wanted(&query)?
            },
            open_appeals: app::open_appeals(&site.app, &slug).await?,
            done: done.filter(|(case, _)| case.competition.id() == snapshot.face.id),
            slug,
            snapshot,
            asked,
            query,
            who,
        })
    }

    pub fn frame<'a>(&'a self, site: &'a Site) -> DeskFrame<'a> {
        DeskFrame {
            shell: self.asked.shell(&site.origin),
            event: event(&self.snapshot),
            open_appeals: self.open_appeals,
            admin: self.who.is_admin(),
            filter: DeskFilter {
                kind: self.wanted.kind,
                team: self.wanted.team.as_ref().map_or("", Slug::as_str),
                check: self.wanted.check,
            },
            done: self.done.as_ref().and_then(|(case, undone)| {
                let own = case.decision.as_ref().filter(|decided| decided.judge == self.who.id);
                let action = own.map(|decided| decided.decision.action);
                // Neither a decision that is not there any more nor another judge's is one's own to undo.
                (*undone || action.is_some()).then(|| JustDone {
                    id: case.submission.id.0,
                    title: &case.fact.pull.title,
                    action: action.filter(|_| !undone),
                })
            }),
        }
    }

    /// An address of the desk with the filter and what goes along. `rest` is empty or begins with `/`.
    pub fn address(&self, site: &Site, rest: &str, more: &[(&str, &str)]) -> String {
        let frame = self.frame(site);
        let mut pairs = frame.filter.pairs().to_vec();
        pairs.extend(more);
        frame.shell.href(&frame.event.path(&format!("/judge{rest}")), &pairs)
    }

    pub fn lang(&self) -> Lang {
        self.asked.lang
    }
}

/// The submission that `done` or `undone` names; whether it was undone.
async fn done(site: &Site, query: &Query) -> Result<Option<(Case, bool)>, Problem> {
    let number = |key: &str| query.get(key).and_then(|text| text.parse().ok()).map(SubmissionId);
    let (id, undone) = match (number("done"), number("undone")) {
        (Some(id), _) => (id, false),
        (None, Some(id)) => (id, true),
        (None, None) => return Ok(None),
    };
    let case = app::case(&site.app, id, Sight::Live, site.now()).await?;
    Ok(case.map(|case| (case, undone)))
}

pub(super) fn or_problem(request: &HttpRequest, made: Result<HttpResponse, Problem>) -> HttpResponse {
    made.unwrap_or_else(|problem| problem.answer(request))
}

/// The number in the address. Errors: 404.
pub(super) fn number(request: &HttpRequest, name: &str) -> Result<i64, Problem> {
    let text = request.match_info().get(name).unwrap_or("");
    text.parse()
        .map_err(|_| Problem::not_found("there is nothing at this address"))
}

/// The checks of a case that keep it from counting by itself, with what they answer and say.
fn open_checks(case: &Case, lang: Lang) -> Vec<(Check, Outcome, String)> {
    let lines = case.lines(lang).into_iter();
    let open = lines.filter(|line| line.outcome != Outcome::Pass);
    open.map(|line| (line.check, line.outcome, line.detail)).collect()
}

/// It misses nothing but a sign of a bug fix, and nobody has decided on it.
fn is_simple(case: &Case) -> bool {
    let open: Vec<(Check, Outcome)> = open_checks(case, Lang::En)
        .into_iter()
        .map(|(check, outcome, _)| (check, outcome))
        .collect();
    open == [(Check::Bugfix, Outcome::Ask)] && case.decision.is_none()
}

pub async fn desk(request: HttpRequest, site: web::Data<Site>, who: Signed) -> HttpResponse {
    or_problem(&request, queue_page(&request, &site, who.0, false).await)
}

async fn queue_page(request: &HttpRequest, site: &Site, who: Who, none_picked: bool) -> Result<HttpResponse, Problem> {
    let desk = Desk::open(request, site, who).await?;
    let queue = app::queue(
        &site.app,
        &desk.who,
        &desk.slug,
        desk.wanted.clone(),
        site.now(),
        |waiting| waiting,
    )
    .await?;
    let lang = desk.lang();
    let lent: Vec<Lent> = queue
        .waiting
        .iter()
        .map(|waiting| Lent::of(site, &waiting.case))
        .collect();
    let rows: Vec<QueueRow<'_>> = queue
        .waiting
        .iter()
        .zip(&lent)
        .map(|(waiting, lent)| {
            let case = &waiting.case;
            let pull = &case.fact.pull;
            let view = lent.case(case, lang);
            QueueRow {
                id: case.submission.id.0,
                etag: case.etag(),
                pull: PullRef {
                    forge: &pull.forge,
                    repository: pull.repository.as_str(),
                    number: pull.number,
                },
                title: &pull.title,
                person: view.person,
                team: view.team,
                asks: open_checks(case, lang)
                    .into_iter()
                    .map(|(check, _, said)| (check, said))
                    .collect(),
                came_back: case.decision.is_some(),
                since: case.submission.merged_at,
                conflict: waiting.conflict.as_ref().map(|conflict| conflict.say(lang)),
                simple: waiting.conflict.is_none() && is_simple(case),
            }
        })
        .collect();
    let face = &desk.snapshot.face;
    let mut teams: Vec<TeamRef<'_>> = face
        .teams
        .iter()
        .map(|team| TeamRef {
            slug: team.slug.as_str(),
            name: &team.name,
        })
        .collect();
    teams.sort_by_key(|team| team.slug);
    let full = rows.len() == LISTED;
    let page = pages::QueuePage {
        frame: desk.frame(site),
        total: queue.total,
        first: rows.iter().find(|row| row.conflict.is_none()).map(|row| row.id),
        next: rows.last().filter(|_| full).map(|row| row.id),
        further: desk.wanted.after.is_some(),
        rows,
        teams,
        none_picked,
    };
    let status = if none_picked {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    Ok(respond::private(status, pages::queue(&page).into_string()))
}

pub async fn desk_case(request: HttpRequest, site: web::Data<Site>, who: Signed) -> HttpResponse {
    or_problem(
        &request,
        case_page(&request, &site, who.0, StatusCode::OK, Typed::default()).await,
    )
}

async fn case_page(
    request: &HttpRequest,
    site: &Site,
    who: Who,
    status: StatusCode,
    typed: Typed<'_>,
) -> Result<HttpResponse, Problem> {
    let desk = Desk::open(request, site, who).await?;
    let id = SubmissionId(number(request, "id")?);
    let wanted = desk.wanted.clone();
    let evidence: Evidence = app::evidence(&site.app, &desk.who, &desk.slug, id, wanted, site.now()).await?;
    let lang = desk.lang();
    let lent = Lent::of(site, &evidence.case);
    let standing = evidence.case.decision.as_ref();
    let own = standing.is_some_and(|decided| decided.judge == desk.who.id || desk.who.is_admin());
    let page = pages::DeskCasePage {
        frame: desk.frame(site),
        id: id.0,
        etag: &evidence.etag,
        case: lent.case(&evidence.case, lang),
        pull: &evidence.case.fact.pull,
        reverted: evidence.case.submission.reverted_by.is_some(),
        twin: evidence
            .twin
            .as_ref()
            .map(|twin| (twin.submission.id.0, &twin.fact.pull)),
        others: evidence
            .others
            .iter()
            .map(|other| Other {
                id: other.id.0,
                title: &other.title,
                status: other.status,
                points: other.points,
                merged_at: other.merged_at,
            })
            .collect(),
        others_total: evidence.others_total,
        decisions: &evidence.decisions,
        appeal: evidence.appeal.as_ref().map(|appeal| appeal.id),
        conflict: evidence.conflict.as_ref().map(|conflict| conflict.say(lang)),
        refused: evidence.refused.as_ref().map(|refused| refused.say(lang)),
        dated: evidence.dated,
        may_undo: own && evidence.conflict.is_none(),
        before: evidence.before.map(|id| id.0),
        next: evidence.next.map(|id| id.0),
        total: evidence.total,
        typed,
    };
    Ok(respond::private(status, pages::desk_case(&page).into_string()))
}

/// What a form says: the reason that was chosen, and what was typed besides.
fn reason(typed: &Query, action: &str, lang: Lang) -> String {
    let chosen = typed.get(&format!("template-{action}")).and_then(Template::find);
    let own = typed.get("reason").unwrap_or("").trim();
    let chosen = chosen.map_or("", |template| template.say(lang));
    format!("{chosen} {own}").trim().to_owned()
}

/// Points that were typed. Errors: `OutOfRange`.
pub(super) fn points(typed: &Query) -> Result<Option<i64>, Objection> {
    let refused = Objection::OutOfRange {
        field: "points",
        least: 0,
        most: 10_000,
    };
    let text = typed.get("points").map(str::trim).filter(|text| !text.is_empty());
    text.map(|text| text.parse().map_err(|_| refused)).transpose()
}

/// `zone`: the clock on which the judge typed when it landed.
fn judgement(typed: &Query, lang: Lang, zone: Tz) -> Result<Judgement, Objection> {
    let action = typed.get("action").unwrap_or("");
    let judgement = Judgement::parse(action, points(typed)?, &reason(typed, action, lang))?;
    let merged_at = typed.get("merged_at").filter(|text| !text.trim().is_empty());
    let merged_at = merged_at.map_or(Ok(None), |_| typed.local_time("merged_at", zone))?;
    judgement.landed(merged_at, typed.get("merge_sha"))
}

pub async fn desk_decide(
    request: HttpRequest,
    site: web::Data<Site>,
    who: Signed,
    payload: web::Payload,
) -> HttpResponse {
    or_problem(&request, decided(&request, &site, who.0, payload).await)
}

async fn decided(request: &HttpRequest, site: &Site, who: Who, payload: web::Payload) -> Result<HttpResponse, Problem> {
    let typed = body::form(&mut payload.into_inner()).await?;
    let desk = Desk::open(request, site, who.clone()).await?;
    let id = SubmissionId(number(request, "id")?);
    let tag = Some(typed.get("etag").unwrap_or("").to_owned());
    let zone = event(&desk.snapshot).zone;
    let done = match judgement(&typed, desk.lang(), zone) {
        Ok(judgement) => app::decide(&site.app, &who, &desk.slug, id, judgement, tag, site.now()).await,
        Err(objection) => Err(objection.into()),
    };
    match done {
        Ok(_) => {
            let wanted = desk.wanted.clone();
            let next = app::next_in_queue(&site.app, &who, &desk.slug, id, wanted, site.now()).await?;
            let rest = next.map(|next| format!("/{}", next.0)).unwrap_or_default();
            Ok(respond::see(&desk.address(site, &rest, &[("done", &id.0.to_string())])))
        }
        Err(AppError::Objection(objection)) => {
            let status = Problem::from(objection.clone()).status;
            let typed = Typed {
                values: Some(&typed),
                objection: Some(&objection),
            };
            case_page(request, site, who, status, typed).await
        }
        Err(error) => Err(error.into()),
    }
}

pub async fn desk_undo(request: HttpRequest, site: web::Data<Site>, who: Signed) -> HttpResponse {
    or_problem(&request, undone(&request, &site, who.0).await)
}

async fn undone(request: &HttpRequest, site: &Site, who: Who) -> Result<HttpResponse, Problem> {
    let desk = Desk::open(request, site, who.clone()).await?;
    let id = SubmissionId(number(request, "id")?);
    match app::undo(&site.app, &who, &desk.slug, id, site.now()).await {
        Ok(_) => {
            let text = id.0.to_string();
            Ok(respond::see(&desk.address(
                site,
                &format!("/{text}"),
                &[("undone", &text)],
            )))
        }
        Err(AppError::Objection(objection)) => {
            let status = Problem::from(objection.clone()).status;
            let typed = Typed {
                values: None,
                objection: Some(&objection),
            };
            case_page(request, site, who, status, typed).await
        }
        Err(error) => Err(error.into()),
    }
}

pub async fn desk_bulk(
    request: HttpRequest,
    site: web::Data<Site>,
    who: Signed,
    payload: web::Payload,
) -> HttpResponse {
    or_problem(&request, bulk(&request, &site, who.0, payload).await)
}

/// Accepts each that was picked, by its own tag, and says which went and which did not.
async fn bulk(request: &HttpRequest, site: &Site, who: Who, payload: web::Payload) -> Result<HttpResponse, Problem> {
    let typed = body::form(&mut payload.into_inner()).await?;
    let picked = typed.under("pick-");
    if picked.is_empty() {
        return queue_page(request, site, who, true).await;
    }
    let desk = Desk::open(request, site, who.clone()).await?;
    let action = Action::Accept.as_str();
    let judgement = Judgement::parse(action, None, &reason(&typed, action, desk.lang()))?;
    let mut done: Vec<(i64, Option<Case>, Option<String>)> = Vec::new();
    for (id, tag) in picked.into_iter().take(LISTED) {
        let Ok(id) = id.parse().map(SubmissionId) else { continue };
        let case = app::case(&site.app, id, Sight::Live, site.now()).await?;
        let simple = case.as_ref().is_some_and(is_simple);
        let decided = if simple || case.as_ref().is_some_and(|case| case.decision.is_some()) {
            let tag = Some(tag.to_owned());
            app::decide(&site.app, &who, &desk.slug, id, judgement.clone(), tag, site.now())
                .await
                .map(|_| ())
        } else {
            Err(Objection::Changed.into())
        };
        let refused = match decided {
            Ok(()) => None,
            Err(AppError::Objection(Objection::AlreadyDecided { by, action, .. })) => {
                let w = Words::of(desk.lang());
                Some(format!("{} {by}: {}", w.already, w.decided(action)))
            }
            Err(AppError::Objection(objection)) => Some(objection.say(desk.lang())),
            Err(error) => return Err(error.into()),
        };
        done.push((id.0, case, refused));
    }
    let lines = done
        .iter()
        .map(|(id, case, refused)| BulkLine {
            id: *id,
            title: case.as_ref().map(|case| case.fact.pull.title.as_str()),
            refused: refused.clone(),
        })
        .collect();
    let page = pages::BulkPage {
        frame: desk.frame(site),
        lines,
    };
    Ok(respond::private(StatusCode::OK, pages::bulk_done(&page).into_string()))
}
