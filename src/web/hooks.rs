//! `POST /hooks/{forge}/{source}`: the proof, then the bytes, then 202. Contract, section 6, webhooks.

use super::{Site, problem::Problem};
use crate::{
    app::{BODY_LIMIT, Received, pack},
    domain::{forge::Forge, text::Slug},
    forge::{self, Headers, Hook},
    store::NewDelivery,
};
use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header::HeaderMap},
    web,
};
use serde_json::json;

/// The request's headers, lent and not copied.
struct Lent<'a>(&'a HeaderMap);

impl Headers for Lent<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(|value| value.to_str().ok())
    }
}

pub async fn hook(request: HttpRequest, payload: web::Payload, site: web::Data<Site>) -> Result<HttpResponse, Problem> {
    let (forge, source) = addressed(&request, &site).await?;
    let body = match payload.to_bytes_limited(BODY_LIMIT).await {
        Ok(Ok(body)) => body,
        Ok(Err(error)) => return Err(Problem::bad_request(format!("the body did not arrive: {error}"))),
        Err(_) => {
            return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "a hook is at most 25 MiB"));
        }
    };
    let headers = Lent(request.headers());
    let hook = Hook {
        headers: &headers,
        body: &body,
    };
    let now = site.now();
    let proven = site
        .sources
        .verify(forge, &source, &hook, now)
        .map_err(|refusal| Problem::new(StatusCode::UNAUTHORIZED, refusal.to_string()))?;
    let event = forge::event(forge, &hook);
    let delivery = NewDelivery {
        forge,
        source,
        key: forge::delivery_id(forge, &hook),
        event: event.unwrap_or_default().chars().take(64).collect(),
        received_at: now,
        confirmed: proven.confirmed,
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
