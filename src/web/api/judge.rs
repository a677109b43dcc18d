//! The judge's part of `/api/v1`: the queue, decisions, appeals. Contract, section 7.

use crate::{
    app::{self, Answer, Case, Judgement, Objection, QueueQuery, Ruled, Waiting},
    domain::{
        check::Check,
        team::SubmissionId,
        text::{Lang, Slug},
        time::Moment,
    },
    store::AppealStatus,
    web::{Site, body, gate::Signed, problem::Problem, query::Query, respond},
};
use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json, value::RawValue};

/// The slug in the address.
fn slug(request: &HttpRequest) -> Result<Slug, Problem> {
    Site::slug(request.match_info().get("slug").unwrap_or(""))
}

/// The number in the address. Errors: 404, since what is no number names nothing.
fn number(request: &HttpRequest, name: &str, thing: &'static str) -> Result<i64, Problem> {
    let text = request.match_info().get(name).unwrap_or("");
    text.parse().map_err(|_| Objection::NotThere(thing).into())
}

fn lang(request: &HttpRequest) -> Lang {
    respond::language(request.headers(), request.query_string()).0
}

/// What a judge wants to see of the queue. Errors: 400.
pub(in crate::web) fn wanted(query: &Query) -> Result<QueueQuery, Problem> {
    let check = |text: &str| {
        let found = Check::ALL.into_iter().find(|check| check.as_str() == text);
        found.ok_or_else(|| Problem::bad_request(format!("check: `{text}` is no check")))
    };
    let team = |text: &str| Slug::parse(text).map_err(|why| Problem::bad_request(format!("team: {why}")));
    Ok(QueueQuery {
        kind: query.kind()?,
        team: query.get("team").map(team).transpose()?,
        check: query.get("check").map(check).transpose()?,
        after: query.number("after")?.map(SubmissionId),
        back: false,
        limit: query.part()?.limit,
    })
}

/// A submission as a judge gets it: with the tag that a decision on it is to bear.
fn for_judges(case: &Case, lang: Lang) -> Value {
    let mut value = case.json(lang);
    value["etag"] = json!(case.etag());
    value
}

/// A part of the queue, each submission written when it was read.
#[derive(Serialize)]
struct Queued {
    submissions: Vec<Box<RawValue>>,
    total: u64,
    next: Option<SubmissionId>,
}

/// `GET …/queue?kind=&team=&check=&limit=&after=`.
pub async fn queue(request: HttpRequest, site: web::Data<Site>, who: Signed) -> Result<HttpResponse, Problem> {
    let wanted = wanted(&Query::of(request.query_string()))?;
    let limit = wanted.limit;
    let lang = lang(&request);
    let row = move |waiting: Waiting| {
        let mut value = for_judges(&waiting.case, lang);
        value["waiting_since"] = json!(waiting.case.submission.merged_at);
        value["conflict"] = json!(waiting.conflict.as_ref().map(|conflict| conflict.say(lang)));
        (waiting.case.submission.id, app::written(&value))
    };
    let queue = app::queue(&site.app, &who.0, &slug(&request)?, wanted, site.now(), row).await?;
    let full = queue.waiting.len() == limit;
    let next = queue.waiting.last().filter(|_| full).map(|(id, _)| *id);
    let answer = Queued {
        submissions: queue.waiting.into_iter().map(|(_, row)| row).collect(),
        total: queue.total,
        next,
    };
    Ok(respond::private_json(StatusCode::OK, &answer))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DecisionBody {
    #[serde(default)]
    action: String,
    #[serde(default)]
    points: Option<i64>,
    #[serde(default)]
    merged_at: Option<String>,
    #[serde(default)]
    merge_sha: Option<String>,
    #[serde(default)]
    reason: String,
}

fn time(text: &str) -> Result<Moment, Objection> {
    Moment::parse(text).map_err(|_| Objection::NotA {
        field: "merged_at",
        what: (
            "a time such as 2020-12-24T15:11:31+08:00",
            "时间，如 2020-12-24T15:11:31+08:00",
        ),
    })
}

fn ruled(ruled: &Ruled, lang: Lang) -> HttpResponse {
    let mut answer = respond::private_json(StatusCode::OK, &for_judges(&ruled.case, lang));
    if let Ok(etag) = ruled.etag.parse() {
        answer.headers_mut().insert(header::ETAG, etag);
    }
    answer
}

/// `POST …/submissions/{id}/decisions`, with If-Match.
pub async fn decide(
    request: HttpRequest,
    site: web::Data<Site>,
    who: Signed,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let slug = slug(&request)?;
    let id = SubmissionId(number(&request, "id", "submission")?);
    let said: DecisionBody = body::json(&mut payload.into_inner()).await?;
    let merged_at = said.merged_at.as_deref().map(time).transpose()?;
    let judgement = Judgement::parse(&said.action, said.points, &said.reason)?;
    let judgement = judgement.landed(merged_at, said.merge_sha.as_deref())?;
    let if_match = request
        .headers()
        .get(header::IF_MATCH)
        .map(|tag| tag.to_str().unwrap_or("").to_owned());
    let decided = app::decide(&site.app, &who.0, &slug, id, judgement, if_match, site.now()).await?;
    Ok(ruled(&decided, lang(&request)))
}

/// `DELETE …/submissions/{id}/decisions`.
pub async fn undo(request: HttpRequest, site: web::Data<Site>, who: Signed) -> Result<HttpResponse, Problem> {
    let id = SubmissionId(number(&request, "id", "submission")?);
    let undone = app::undo(&site.app, &who.0, &slug(&request)?, id, site.now()).await?;
    Ok(ruled(&undone, lang(&request)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AppealBody {
    #[serde(default)]
    text: String,
}

/// `POST …/submissions/{id}/appeals`.
pub async fn appeal(
    request: HttpRequest,
    site: web::Data<Site>,
    who: Signed,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let slug = slug(&request)?;
    let id = SubmissionId(number(&request, "id", "submission")?);
    let said: AppealBody = body::json(&mut payload.into_inner()).await?;
    let line = app::appeal(&site.app, &who.0, &slug, id, &said.text, site.now()).await?;
    Ok(respond::private_json(StatusCode::CREATED, &line.json()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AnswerBody {
    #[serde(default)]
    status: String,
    #[serde(default)]
    points: Option<i64>,
    #[serde(default)]
    text: String,
}

/// `PATCH …/appeals/{appeal}`.
pub async fn answer_appeal(
    request: HttpRequest,
    site: web::Data<Site>,
    who: Signed,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let slug = slug(&request)?;
    let id = number(&request, "appeal", "appeal")?;
    let said: AnswerBody = body::json(&mut payload.into_inner()).await?;
    let answer = Answer::parse(&said.status, said.points, &said.text)?;
    let line = app::answer_appeal(&site.app, &who.0, &slug, id, answer, site.now()).await?;
    Ok(respond::private_json(StatusCode::OK, &line.json()))
}

/// `GET …/appeals?status=&after=&limit=`.
pub async fn appeals(request: HttpRequest, site: web::Data<Site>, who: Signed) -> Result<HttpResponse, Problem> {
    let query = Query::of(request.query_string());
    let status = appeal_status(&query)?;
    let limit = query.part()?.limit;
    let after = query.number("after")?.unwrap_or(0);
    let lines = app::appeals(&site.app, &who.0, &slug(&request)?, status, after, limit).await?;
    let next = lines.last().filter(|_| lines.len() == limit).map(|line| line.appeal.id);
    let all: Vec<Value> = lines.iter().map(app::AppealLine::json).collect();
    Ok(respond::private_json(
        StatusCode::OK,
        &json!({ "appeals": all, "next": next }),
    ))
}

/// Errors: 400.
pub(in crate::web) fn appeal_status(query: &Query) -> Result<Option<AppealStatus>, Problem> {
    let parse = |text: &str| {
        AppealStatus::parse(text)
            .ok_or_else(|| Problem::bad_request(format!("status: `{text}` is not open, upheld, dismissed or moot")))
    };
    query.get("status").map(parse).transpose()
}
