//! Whether the program lives, whether it may be sent requests, and what it has counted.

use super::{Site, problem::Problem};
use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
    web,
};

/// The process answers: needs no database.
pub async fn healthz() -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({"status": "ok"}))
}

/// May be sent requests: the boards are read, the server is not on its way out, and what it promises can be kept, as
/// [`Vitals`](super::vitals::Vitals) last saw it.
pub async fn readyz(site: web::Data<Site>) -> Result<HttpResponse, Problem> {
    let no = |why: &str| Problem::new(StatusCode::SERVICE_UNAVAILABLE, why);
    if site.is_stopping() {
        return Err(no("draining: this instance is on its way out"));
    }
    if !site.has_begun() {
        return Err(no("the leaderboards are being read"));
    }
    if let Some(fault) = site.vitals.fault(&site.app.store, site.now()) {
        return Err(no(&fault));
    }
    Ok(HttpResponse::Ok().json(serde_json::json!({"status": "ready"})))
}

pub async fn metrics(site: web::Data<Site>) -> HttpResponse {
    let listeners: usize = site.boards.all().iter().map(|live| live.listeners()).sum();
    metrics::gauge!("bugathlon_live_streams").set(listeners as f64);
    for live in site.boards.all() {
        let snapshot = live.board.snapshot();
        let slug = snapshot.face.slug().to_string();
        metrics::gauge!("bugathlon_seq", "competition" => slug).set(snapshot.standings.seq as f64);
    }
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/plain; version=0.0.4"))
        .body(site.metrics.render())
}
