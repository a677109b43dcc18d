//! Our own style, script and icon, inside the binary, under names that bear their hash: kept by browsers
//! for a year, and new the moment they change.

use super::{Site, pages::view::Assets, problem::Problem, respond};
use crate::live::{Encoding, Rendered};
use actix_web::{HttpRequest, HttpResponse, http::header, web};
use std::sync::{Arc, LazyLock};

struct Asset {
    url: String,
    content_type: &'static str,
    /// Plain, gzip, brotli.
    forms: [Arc<Rendered>; 3],
}

fn asset(stem: &str, ending: &str, content_type: &'static str, text: &str) -> Asset {
    let form = |encoding| Arc::new(Rendered::of(text.as_bytes(), encoding));
    let forms = [form(Encoding::Plain), form(Encoding::Gzip), form(Encoding::Brotli)];
    let tag = String::from_utf8_lossy(&forms[0].etag);
    let hash = tag.trim_matches('"').get(..12).unwrap_or("0");
    Asset {
        url: format!("/assets/{stem}.{hash}.{ending}"),
        content_type,
        forms,
    }
}

static CSS: LazyLock<Asset> =
    LazyLock::new(|| asset("app", "css", "text/css; charset=utf-8", include_str!("assets/app.css")));
static JS: LazyLock<Asset> = LazyLock::new(|| {
    asset(
        "live",
        "js",
        "text/javascript; charset=utf-8",
        include_str!("assets/live.js"),
    )
});
static FORMS: LazyLock<Asset> = LazyLock::new(|| {
    asset(
        "forms",
        "css",
        "text/css; charset=utf-8",
        include_str!("assets/forms.css"),
    )
});
static DESK: LazyLock<Asset> = LazyLock::new(|| {
    asset(
        "desk",
        "js",
        "text/javascript; charset=utf-8",
        include_str!("assets/desk.js"),
    )
});
static ICON: LazyLock<Asset> =
    LazyLock::new(|| asset("icon", "svg", "image/svg+xml", include_str!("assets/favicon.svg")));

/// Where pages find them.
pub fn urls() -> Assets<'static> {
    Assets {
        css: &CSS.url,
        js: &JS.url,
        forms: &FORMS.url,
        desk: &DESK.url,
        icon: &ICON.url,
    }
}

pub async fn asset_file(request: HttpRequest, _site: web::Data<Site>) -> Result<HttpResponse, Problem> {
    let all: [&'static Asset; 5] = [&CSS, &JS, &FORMS, &DESK, &ICON];
    let found = all.into_iter().find(|asset| asset.url == request.path());
    let asset =
        found.ok_or_else(|| Problem::not_found("there is no such file; the page that named it is old, reload it"))?;
    let at = match respond::encoding(request.headers()) {
        Encoding::Plain => 0,
        Encoding::Gzip => 1,
        Encoding::Brotli => 2,
    };
    let mut answer = respond::form(&request, &asset.forms[at], asset.content_type);
    let forever = header::HeaderValue::from_static("public, max-age=31536000, immutable");
    answer.headers_mut().insert(header::CACHE_CONTROL, forever);
    let vary = header::HeaderValue::from_static("accept-encoding");
    answer.headers_mut().insert(header::VARY, vary);
    Ok(answer)
}
