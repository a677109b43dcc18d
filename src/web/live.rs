//! `GET …/live`: a leaderboard's changes as they happen (Server-Sent Events).

use super::{Site, address, problem::Problem, query::Query, streams::Place};
use crate::live::{Listening, Part, View};
use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
    web,
};
use bytes::Bytes;
use futures_util::stream;
use tokio::sync::watch;

/// One open stream.
struct Listener {
    first: Option<Bytes>,
    rest: Listening,
    stopping: watch::Receiver<bool>,
    /// Given back at the end.
    _place: Place,
}

pub async fn live(request: HttpRequest, site: web::Data<Site>) -> Result<HttpResponse, Problem> {
    let slug = request.match_info().get("slug").unwrap_or("");
    let query = Query::of(request.query_string());
    if query.get("at").is_some() {
        return Err(Problem::bad_request(
            "at: a live stream shows the present; leave it out",
        ));
    }
    let live = site.live(slug)?;
    let asked_for_part = query.get("limit").is_some() || query.get("offset").is_some();
    let part = if asked_for_part { query.part()? } else { Part::ALL };
    let view = View {
        filter: query.filter()?,
        part,
    };
    let place = site
        .streams
        .take(address::client(&request, &site.proxies))
        .map_err(|full| {
            // A client that has gone is noticed when something is written to it.
            if site.streams.may_look() {
                site.boards.keep_alive();
            }
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, full.to_string())
        })?;
    let last_seen = request
        .headers()
        .get("last-event-id")
        .and_then(|id| id.to_str().ok())
        .and_then(|id| id.trim().parse().ok());
    let (first, rest) = live.listen(view, last_seen, site.now()).await;
    let listener = Listener {
        first: Some(first),
        rest,
        stopping: site.stopping.clone(),
        _place: place,
    };
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream")))
        .insert_header((header::CACHE_CONTROL, HeaderValue::from_static("no-store")))
        // A proxy that collects bytes would keep changes back.
        .insert_header(("x-accel-buffering", HeaderValue::from_static("no")))
        .streaming(stream::unfold(listener, next)))
}

async fn next(mut listener: Listener) -> Option<(Result<Bytes, std::convert::Infallible>, Listener)> {
    if let Some(first) = listener.first.take() {
        return Some((Ok(first), listener));
    }
    let bytes = tokio::select! {
        biased;
        // Either way the server is going: an open stream would hold its end up.
        _ = listener.stopping.wait_for(|stopping| *stopping) => return None,
        event = listener.rest.next(crate::app::now) => event?,
    };
    Some((Ok(bytes), listener))
}
