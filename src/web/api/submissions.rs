//! Submissions as JSON, and the explainer.

use crate::{
    app::{self, Case, Explained, ListQuery},
    domain::{check, team::SubmissionId, text::Lang, words::Voice},
    web::{
        Site,
        problem::Problem,
        query::{MOST, Query},
        respond, sight,
    },
};
use actix_web::{HttpRequest, HttpResponse, http::header, web};
use serde::Serialize;
use serde_json::{json, value::RawValue};

fn lang(request: &HttpRequest) -> Lang {
    respond::language(request.headers(), request.query_string()).0
}

/// A page of submissions, each written when it was read.
#[derive(Serialize)]
struct Listed {
    submissions: Vec<Box<RawValue>>,
    next: Option<SubmissionId>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    live: bool,
}

/// `GET …/submissions?status=&team=&person=&after=&limit=`.
pub async fn submissions(request: HttpRequest, site: web::Data<Site>) -> Result<HttpResponse, Problem> {
    let slug = Site::slug(request.match_info().get("slug").unwrap_or(""))?;
    let query = Query::of(request.query_string());
    let limit = query.part()?.limit.min(MOST);
    let wanted = ListQuery {
        status: query.status()?,
        team: query.slug("team")?,
        person: query.slug("person")?,
        after: query.number("after")?.map(SubmissionId),
        limit,
    };
    let looked = sight::board(&request, &site, slug.as_str()).await?;
    let lang = lang(&request);
    let row = move |case: Case| (case.submission.id, case.written(lang));
    let rows = app::list(&site.app, &slug, wanted, looked.sight(), site.now(), row).await?;
    // A full page may have another behind it.
    let next = rows.last().filter(|_| rows.len() == limit).map(|(id, _)| *id);
    let answer = Listed {
        submissions: rows.into_iter().map(|(_, row)| row).collect(),
        next,
        live: looked.uncovered.is_some(),
    };
    Ok(looked.hand_out(respond::json(&request, &answer)))
}

/// `GET /api/v1/submissions/{id}`: to judges and admins with the tag that a decision on it is to bear.
pub async fn submission(request: HttpRequest, site: web::Data<Site>) -> Result<HttpResponse, Problem> {
    let id = request.match_info().get("id").unwrap_or("");
    let looked = sight::submission(&request, &site, id).await?;
    let mut value = looked.case.json(lang(&request));
    if looked.judge.is_none() {
        return Ok(respond::json(&request, &value));
    }
    let etag = looked.case.etag();
    value["etag"] = json!(etag);
    if looked.uncovered.is_some() {
        value["live"] = json!(true);
    }
    let mut answer = sight::unkept(respond::json(&request, &value));
    if let Ok(etag) = etag.parse() {
        answer.headers_mut().insert(header::ETAG, etag);
    }
    Ok(answer)
}

/// `GET …/explain?url=`: the submission, or the one check that says why there is none.
pub async fn explain(request: HttpRequest, site: web::Data<Site>) -> Result<HttpResponse, Problem> {
    let slug = Site::slug(request.match_info().get("slug").unwrap_or(""))?;
    let query = Query::of(request.query_string());
    let text = query
        .get("url")
        .ok_or_else(|| Problem::bad_request("url: is missing; give the address of a pull"))?;
    let name = app::pasted(&site.live(slug.as_str())?.board.face().definition, text);
    let name = name.map_err(|why| Problem::bad_request(format!("url: {why}")))?;
    let looked = sight::board(&request, &site, slug.as_str()).await?;
    let found = app::explain(&site.app, &slug, &name, looked.sight(), site.now()).await?;
    let pull = json!({
        "forge": name.forge.kind, "host": name.forge.host(), "repository": name.repository.as_str(), "number": name.number, "url": name.url(),
    });
    let lang = lang(&request);
    let unread = found
        .unread
        .as_ref()
        .map(|unread| json!({ "received_at": unread.received_at, "reason": unread.reason }));
    Ok(match found.what {
        Explained::Case(case) => {
            let mut value = case.json(lang);
            if let Some(unread) = unread {
                value["unread"] = unread;
            }
            if looked.uncovered.is_some() {
                value["live"] = json!(true);
            }
            looked.hand_out(respond::json(&request, &value))
        }
        Explained::OutOfScope => {
            let finding = check::out_of_scope(name.repository.as_str());
            let live = site.live(slug.as_str())?;
            let voice = Voice {
                lang,
                zone: live.board.face().definition.zone,
                roster: &Default::default(),
            };
            let line = json!({
                "check": finding.check, "outcome": finding.outcome, "detail": voice.say(&finding.detail),
            });
            let answer = json!({
                "id": null, "competition": slug, "pull": pull, "person": null, "team": null,
                "status": "rejected", "points": 0, "checks": [line], "decision": null,
            });
            respond::json(&request, &answer)
        }
        Explained::Unknown => {
            let detail = match &found.unread {
                None => "its repository is part of this competition, but no hook, import or seed has told of this pull"
                    .to_owned(),
                Some(unread) => format!(
                    "a delivery of {} seems to be about it and could not be read; the host sees why and can have it looked at again",
                    unread.received_at
                ),
            };
            return Err(Problem::not_found(format!("{name}: {detail}")));
        }
    })
}
