//! How answers are made: negotiated, cached forms with their ETag, and pages with their headers.

use super::{Site, assets, pages::view, problem::Problem, query::Query};
use crate::{
    domain::{text::Lang, time::Moment},
    live::{Encoding, Rendered, RenderedSet},
};
use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
};
use bytes::Bytes;
use std::sync::Arc;

/// Nothing runs and nothing loads on a page but our own files.
pub const CSP: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

pub const JSON: &str = "application/json";
pub const CSV: &str = "text/csv; charset=utf-8";
pub const HTML: &str = "text/html; charset=utf-8";
pub const SVG: &str = "image/svg+xml";

/// The best packing that the client takes. Quality values are read only as far as `q=0`.
pub fn encoding(headers: &HeaderMap) -> Encoding {
    let Some(accepted) = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
    else {
        return Encoding::Plain;
    };
    let takes = |name: &str| {
        accepted.split(',').any(|item| {
            let mut parts = item.split(';').map(str::trim);
            let refused = |q: &str| matches!(q, "q=0" | "q=0.0" | "q=0.00" | "q=0.000");
            parts.next().is_some_and(|own| own.eq_ignore_ascii_case(name)) && !parts.any(refused)
        })
    };
    if takes("br") {
        Encoding::Brotli
    } else if takes("gzip") {
        Encoding::Gzip
    } else {
        Encoding::Plain
    }
}

/// Serves a form of a snapshot: from the shelf, or made now and put there.
///
/// `key`: everything that the form depends on besides the snapshot. Errors: what `make` says.
pub fn cached(
    request: &HttpRequest,
    set: &RenderedSet,
    key: &str,
    content_type: &'static str,
    make: impl FnOnce() -> Result<Vec<u8>, Problem>,
) -> Result<HttpResponse, Problem> {
    let encoding = encoding(request.headers());
    let rendered = match set.get(key, encoding) {
        Some(rendered) => rendered,
        None => set.keep(key, encoding, &make()?),
    };
    Ok(form(request, &rendered, content_type))
}

/// One rendered form: 304 where the client has it.
pub fn form(request: &HttpRequest, rendered: &Arc<Rendered>, content_type: &'static str) -> HttpResponse {
    let etag = etag(&rendered.etag);
    if matches(request.headers(), &rendered.etag) {
        return HttpResponse::NotModified()
            .insert_header((header::ETAG, etag))
            .insert_header((header::CACHE_CONTROL, HeaderValue::from_static("no-cache")))
            .insert_header((header::VARY, vary(content_type)))
            .finish();
    }
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header((header::CONTENT_TYPE, HeaderValue::from_static(content_type)))
        .insert_header((header::ETAG, etag))
        .insert_header((header::CACHE_CONTROL, HeaderValue::from_static("no-cache")))
        .insert_header((header::VARY, vary(content_type)));
    if let Some(token) = rendered.encoding.token() {
        answer.insert_header((header::CONTENT_ENCODING, HeaderValue::from_static(token)));
    }
    if content_type == HTML {
        answer.insert_header((header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CSP)));
    }
    answer.body(rendered.body.clone())
}

/// What else a form depends on: a page on the language, an API answer on the form that was asked for.
fn vary(content_type: &str) -> HeaderValue {
    HeaderValue::from_static(if content_type == HTML {
        "accept-encoding, accept-language"
    } else {
        "accept-encoding, accept, accept-language"
    })
}

fn etag(text: &Bytes) -> HeaderValue {
    HeaderValue::from_maybe_shared(text.clone()).unwrap_or_else(|_| HeaderValue::from_static("\"\""))
}

/// If-None-Match names the form, in its list or as `*`.
fn matches(headers: &HeaderMap, etag: &[u8]) -> bool {
    let Some(asked) = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    let same = |one: &str| one.trim().trim_start_matches("W/").as_bytes() == etag;
    asked.as_bytes() == etag || asked.trim() == "*" || asked.split(',').any(same)
}

/// A page made for this request alone.
pub fn html(status: StatusCode, text: String) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((header::CONTENT_TYPE, HeaderValue::from_static(HTML)))
        .insert_header((header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CSP)))
        .insert_header((header::CACHE_CONTROL, HeaderValue::from_static("no-cache")))
        .insert_header((header::VARY, HeaderValue::from_static("accept-language")))
        .body(text)
}

/// A page made for this request alone, packed, with an ETag.
pub fn page(request: &HttpRequest, text: &str) -> HttpResponse {
    form(
        request,
        &Arc::new(Rendered::of(text.as_bytes(), encoding(request.headers()))),
        HTML,
    )
}

/// A drawing or another text made for this request alone, packed, with an ETag.
pub fn drawing(request: &HttpRequest, text: &str, content_type: &'static str) -> HttpResponse {
    let rendered = Rendered::of(text.as_bytes(), encoding(request.headers()));
    form(request, &Arc::new(rendered), content_type)
}

/// Scheme and authority under which people reach this site: as the host set it, else as this request came, for
/// links that leave the page that it asks for.
pub fn origin(request: &HttpRequest, site: &Site) -> String {
    if site.origin.is_empty() {
        let connection = request.connection_info();
        format!("{}://{}", connection.scheme(), connection.host())
    } else {
        site.origin.clone()
    }
}

/// JSON made for this request alone, packed, with an ETag.
pub fn json(request: &HttpRequest, value: &impl serde::Serialize) -> HttpResponse {
    let text = serde_json::to_vec(value).unwrap_or_default();
    form(
        request,
        &Arc::new(Rendered::of(&text, encoding(request.headers()))),
        JSON,
    )
}

/// Goes on to another page of this site, as every form that was taken does.
pub fn see(path: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, path))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .finish()
}

/// A path of this site, where that is what the text is; else `/`: nobody is sent elsewhere from here.
pub fn own_path(text: &str) -> &str {
    let plain = |c: char| !c.is_control() && c != '\\';
    let own = text.starts_with('/') && !text.starts_with("//") && text.chars().all(plain);
    if own { text } else { "/" }
}

/// A page for one person alone: kept by nobody.
pub fn private(status: StatusCode, text: String) -> HttpResponse {
    let mut answer = html(status, text);
    let headers = answer.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

/// JSON for one person alone.
pub fn private_json(status: StatusCode, value: &impl serde::Serialize) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((header::CONTENT_TYPE, JSON))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(serde_json::to_vec(value).unwrap_or_default())
}

pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The language and the address of a request, as pages need them.
pub struct Asked {
    pub lang: Lang,
    pub lang_in_url: bool,
    path: String,
    query: String,
    now: Moment,
}

impl Asked {
    pub fn of(request: &HttpRequest) -> Self {
        let query = request.query_string();
        let (lang, lang_in_url) = language(request.headers(), query);
        Self {
            lang,
            lang_in_url,
            path: request.path().to_owned(),
            query: query.to_owned(),
            now: crate::app::now(),
        }
    }

    pub fn query(&self) -> Query {
        Query::of(&self.query)
    }

    /// As if this path had been asked for: a page that is shown in another's place, whose links are its own.
    pub fn at(self, path: &str) -> Self {
        Self {
            path: path.to_owned(),
            query: String::new(),
            ..self
        }
    }

    /// Where somebody wants to go, as a path of this site, in the language that they chose.
    pub fn onward(&self, to: &str) -> String {
        let to = own_path(to);
        let has_lang = to.contains("?lang=") || to.contains("&lang=");
        if !self.lang_in_url || has_lang {
            return to.to_owned();
        }
        let (path, fragment) = to.split_once('#').map_or((to, None), |(path, rest)| (path, Some(rest)));
        let joint = if path.contains('?') { '&' } else { '?' };
        let fragment = fragment.map(|rest| format!("#{rest}")).unwrap_or_default();
        format!("{path}{joint}lang={}{fragment}", self.lang.code())
    }

    pub fn shell<'a>(&'a self, origin: &'a str) -> view::Shell<'a> {
        view::Shell {
            lang: self.lang,
            lang_in_url: self.lang_in_url,
            path: &self.path,
            query: &self.query,
            origin,
            assets: assets::urls(),
            now: self.now,
        }
    }
}

/// `?lang=` where it is given, else what the browser prefers of the two, else English.
pub fn language(headers: &HeaderMap, query: &str) -> (Lang, bool) {
    let chosen = query.split('&').find_map(|pair| match pair {
        "lang=zh" => Some(Lang::Zh),
        "lang=en" => Some(Lang::En),
        _ => None,
    });
    if let Some(lang) = chosen {
        return (lang, true);
    }
    let accepted = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("");
    let mut best = (0_u32, Lang::En);
    for item in accepted.split(',') {
        let mut parts = item.split(';').map(str::trim);
        let tag = parts.next().unwrap_or("").to_ascii_lowercase();
        let quality = parts
            .find_map(|part| part.strip_prefix("q="))
            .map_or(Some(1.0), |q| q.parse::<f32>().ok())
            .map_or(0, |q| (q.clamp(0.0, 1.0) * 1000.0) as u32);
        let lang = match tag.split('-').next() {
            Some("zh") => Lang::Zh,
            Some("en") => Lang::En,
            _ => continue,
        };
        if quality > best.0 {
            best = (quality, lang);
        }
    }
    (best.1, false)
}
