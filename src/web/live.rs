//! `GET …/live`: a leaderboard's changes as they happen (Server-Sent Events).

use super::{Site, problem::Problem, query::Query};
use crate::live::{Channel, Part, View};
use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, HeaderValue},
    web,
};
use bytes::Bytes;
use futures_util::stream;
use std::sync::Arc;
use tokio::sync::{broadcast, watch};

/// One open stream.
struct Listener {
    first: Option<Bytes>,
    rest: broadcast::Receiver<Bytes>,
    channel: Arc<Channel>,
    stopping: watch::Receiver<bool>,
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
    let channel = live.channel(&View {
        filter: query.filter()?,
        part,
    });
    let last_seen = request
        .headers()
        .get("last-event-id")
        .and_then(|id| id.to_str().ok())
        .and_then(|id| id.trim().parse().ok());
    let joined = channel.join(last_seen);
    let listener = Listener {
        first: Some(joined.first),
        rest: joined.rest,
        channel,
        stopping: site.stopping.clone(),
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
        message = listener.rest.recv() => match message {
            Ok(bytes) => bytes,
            // Too slow for what came: the whole leaderboard makes it equal to the server again.
            Err(broadcast::error::RecvError::Lagged(_)) => listener.channel.snapshot_event(),
            Err(broadcast::error::RecvError::Closed) => return None,
        },
    };
    Some((Ok(bytes), listener))
}
