//! `POST /hooks/{forge}/{source}`: the proof, then the bytes, then 202. Contract, section 6, webhooks.

use super::{
    Site, address,
    body::{self, Room},
    limit,
    problem::Problem,
};
use crate::{
    app::{BODY_LIMIT, NotProven, Received, pack},
    domain::{forge::Forge, text::Slug},
    forge::{self, Headers, Hook},
    store::NewDelivery,
};
use actix_web::{
    HttpRequest, HttpResponse,
    body::{BoxBody, MessageBody, SizedStream},
    dev::Payload,
    http::{StatusCode, header::HeaderMap},
    web::{self, Bytes},
};
use futures_util::{StreamExt, stream};
use serde_json::json;
use std::{convert::Infallible, future::ready};

/// The request's headers, lent and not copied.
struct Lent<'a>(&'a HeaderMap);

impl Headers for Lent<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(|value| value.to_str().ok())
    }
}

pub async fn hook(request: HttpRequest, payload: web::Payload, site: web::Data<Site>) -> Result<HttpResponse, Problem> {
    let mut payload = payload.into_inner();
    match taken(&request, &mut payload, &site).await {
        Ok(answer) => Ok(answer),
        Err(problem) => Ok(refused(problem, payload)),
    }
}

/// What is still to come of a refused hook is not looked at and not kept; but a forge that sends it to its end reads
/// why, where one that is cut off would show its owner a broken connection.
fn refused(problem: Problem, mut payload: Payload) -> HttpResponse {
    let answer = problem.json();
    let (head, body) = answer.into_parts();
    let Ok(said) = body.try_into_bytes() else {
        return problem.json();
    };
    let length = said.len() as u64;
    let said = stream::once(ready(Ok::<_, Infallible>(said)));
    let rest = stream::once(async move {
        body::spill(&mut payload, BODY_LIMIT).await;
        Ok(Bytes::new())
    });
    head.set_body(BoxBody::new(SizedStream::new(length, said.chain(rest).boxed_local())))
}

/// Headers first: what no body could make good is refused before any of it is read.
async fn taken(request: &HttpRequest, payload: &mut Payload, site: &Site) -> Result<HttpResponse, Problem> {
    let (forge, source) = addressed(request, site).await?;
    let now = site.now();
    let unproven = |why: NotProven| match why {
        NotProven::Refused(refusal) => {
            site.refusals.note(forge, &source, &refusal, now);
            Problem::new(StatusCode::UNAUTHORIZED, refusal.to_string())
        }
        NotProven::Unready => Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "this source cannot be proven now: its secret is not set on the server, or its competition's definition \
             cannot be read; the host's console and `bugathlon doctor` say what to do, then send it again",
        ),
    };
    let headers = Lent(request.headers());
    let mut checking = site.sources.begin(forge, &source, &headers, now).map_err(unproven)?;
    let too_long = || Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "a hook is at most 25 MiB");
    if body::told_length(request.headers()).is_some_and(|told| told > BODY_LIMIT) {
        return Err(too_long());
    }
    // Held until the hook is kept.
    let mut room = Room::of_hook(limit::of(address::client(request, &site.proxies)));
    let arriving = body::arriving(payload, BODY_LIMIT, &mut room, |part| checking.update(part)).await;
    let body = arriving.map_err(|problem| {
        if problem.status == StatusCode::PAYLOAD_TOO_LARGE {
            too_long()
        } else {
            problem
        }
    })?;
    let proven = checking.finish().map_err(unproven)?;
    let hook = Hook {
        headers: &headers,
        body: &body,
    };
    let event = forge::event(forge, &hook);
    let delivery = NewDelivery {
        forge,
        source,
        key: forge::delivery_id(forge, &hook),
        event: event.unwrap_or_default().chars().take(64).collect(),
        received_at: now,
        confirmed: proven.confirmed,
        proven_by: proven.by,
        body: pack(&forge::redacted(forge, &body))
            .map_err(|_| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the body could not be packed"))?,
    };
    let concerns = forge::concerns_us(forge, event, &body);
    let received = site.ingest.keep(delivery).await?;
    Ok(match (received, concerns) {
        (Received::Again, _) => HttpResponse::Ok().json(json!({"status": "known"})),
        (Received::New, false) => HttpResponse::Ok().json(json!({"status": "ignored"})),
        (Received::New, true) => HttpResponse::Accepted().json(json!({"status": "kept"})),
    })
}

/// Which source the path names. Errors: 404.
async fn addressed(request: &HttpRequest, site: &Site) -> Result<(Forge, Slug), Problem> {
    let part = |name: &str| request.match_info().get(name).unwrap_or("").to_owned();
    let unknown = || Problem::not_found("there is no such source; a competition's [[source]] names it");
    let forge = Forge::parse(&part("forge")).map_err(|_| unknown())?;
    let name = Slug::parse(&part("source")).map_err(|_| unknown())?;
    if !site.sources.knows(forge, &name) {
        // It may have been seeded a moment ago, by another process.
        site.sources.refresh(&site.app).await?;
        if !site.sources.knows(forge, &name) {
            return Err(unknown());
        }
    }
    Ok((forge, name))
}
