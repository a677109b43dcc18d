//! What is seen of every request: an id, a line in the log, a count. Handles are made once, so that
//! watching costs little beside serving from memory.

use super::{Site, doors, respond::REQUEST_ID};
use actix_web::{
    Error,
    body::MessageBody,
    dev::{Service, ServiceRequest, ServiceResponse},
    http::{
        ConnectionType, Method,
        header::{HeaderName, HeaderValue},
    },
    web,
};
use metrics::{Counter, Histogram};
use std::{
    future::Future,
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Instant, SystemTime, UNIX_EPOCH},
};

const SURFACES: [&str; 6] = ["page", "api", "hook", "live", "asset", "health"];

const LIVE: usize = 3;

fn surface(path: &str) -> usize {
    if path.starts_with("/api/") {
        if path.ends_with("/live") { LIVE } else { 1 }
    } else if path.starts_with("/hooks/") {
        2
    } else if path.starts_with("/assets/") {
        4
    } else if matches!(path, "/healthz" | "/readyz" | "/metrics") {
        5
    } else {
        0
    }
}

struct Seen {
    /// By surface and hundreds of the status.
    requests: Vec<[Counter; 6]>,
    seconds: Vec<Histogram>,
}

static SEEN: LazyLock<Seen> = LazyLock::new(|| {
    Seen {
    requests: SURFACES
        .iter()
        .map(|surface| {
            std::array::from_fn(
                |class| metrics::counter!("bugathlon_requests_total", "surface" => *surface, "status" => format!("{class}xx")),
            )
        })
        .collect(),
    seconds: SURFACES
        .iter()
        .map(|surface| metrics::histogram!("bugathlon_request_seconds", "surface" => *surface))
        .collect(),
}
});

static NEXT: AtomicU64 = AtomicU64::new(0);
/// Tells the ids of one start of the program from those of another.
static START: LazyLock<u64> = LazyLock::new(|| {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_millis() as u64)
});

fn request_id() -> HeaderValue {
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let text = format!("{:x}-{number:x}", *START);
    HeaderValue::from_maybe_shared(bytes::Bytes::from(text)).unwrap_or_else(|_| HeaderValue::from_static("0"))
}

const NOSNIFF: HeaderName = HeaderName::from_static("x-content-type-options");
const REFERRER: HeaderName = HeaderName::from_static("referrer-policy");

/// Wraps the whole application.
pub fn observe<S, B>(
    mut request: ServiceRequest,
    service: &S,
) -> impl Future<Output = Result<ServiceResponse<B>, Error>> + use<S, B>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    S::Future: 'static,
    B: MessageBody,
{
    let started = Instant::now();
    let surface = surface(request.path());
    let closes = doors::arrived(&mut request, surface == LIVE);
    let quiet = matches!(*request.method(), Method::GET | Method::HEAD);
    // What somebody did may show on a board; a hook rings for itself once it was looked at.
    let site = request
        .app_data::<web::Data<Site>>()
        .filter(|_| !quiet && surface != 2)
        .cloned();
    let answering = service.call(request);
    async move {
        let mut answer = answering.await?;
        let status = answer.status().as_u16();
        let class = usize::from(status / 100).min(5);
        let took = started.elapsed();
        if let Some(site) = site.filter(|_| matches!(class, 2 | 3)) {
            site.boards.ring();
        }
        SEEN.requests[surface][class].increment(1);
        SEEN.seconds[surface].record(took.as_secs_f64());
        let id = request_id();
        let loud = !quiet || class == 5;
        if loud || tracing::enabled!(tracing::Level::DEBUG) {
            let request = answer.request();
            let (method, path, id) = (request.method(), request.path(), id.to_str().unwrap_or(""));
            let micros = took.as_micros() as u64;
            match (class, loud) {
                (5, _) => tracing::error!(request_id = id, %method, path, status, micros, "request"),
                (_, true) => tracing::info!(request_id = id, %method, path, status, micros, "request"),
                (_, false) => tracing::debug!(request_id = id, %method, path, status, micros, "request"),
            }
        }
        if closes {
            answer
                .response_mut()
                .head_mut()
                .set_connection_type(ConnectionType::Close);
        }
        let headers = answer.headers_mut();
        headers.insert(REQUEST_ID, id);
        if status != 304 {
            // What is not sent again keeps the headers that it came with.
            headers.insert(NOSNIFF, HeaderValue::from_static("nosniff"));
            headers.insert(REFERRER, HeaderValue::from_static("same-origin"));
        }
        Ok(answer)
    }
}
