//! What a request bears: JSON and forms, up to a cap, with an error that names the place.

use super::{problem::Problem, query::Query};
use actix_web::{dev::Payload, http::StatusCode, web::BytesMut};
use bytes::Bytes;
use futures_util::StreamExt;
use serde::de::DeserializeOwned;

/// The longest body of anything but a hook and a definition, in bytes.
pub const CAP: usize = 64 * 1024;
/// The longest competition.toml.
pub const DEFINITION_CAP: usize = 1024 * 1024;

/// Errors: 413 above `cap`, 400 where the body breaks off.
pub async fn bytes(payload: &mut Payload, cap: usize) -> Result<Bytes, Problem> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Problem::bad_request("the body broke off; send it again"))?;
        if body.len() + chunk.len() > cap {
            return Err(Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                format!("the body is longer than {cap} bytes"),
            ));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// Errors: 400 where it is no JSON; 422 where a field is unknown, missing or of another kind, named.
pub async fn json<T: DeserializeOwned>(payload: &mut Payload) -> Result<T, Problem> {
    let bytes = bytes(payload, CAP).await?;
    parse(&bytes)
}

/// As [`json`], of a body that may be empty: then as `{}`.
pub async fn json_or_empty<T: DeserializeOwned>(payload: &mut Payload) -> Result<T, Problem> {
    let bytes = bytes(payload, CAP).await?;
    parse(if bytes.is_empty() { b"{}" } else { &bytes })
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(bytes).map_err(|why| {
        if why.is_data() {
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, format!("the body: {why}"))
        } else {
            Problem::bad_request(format!("the body is not JSON: {why}"))
        }
    })
}

/// Text of a body, such as a competition.toml. Errors: 413, 400 where it is not UTF-8.
pub async fn text(payload: &mut Payload, cap: usize) -> Result<String, Problem> {
    let bytes = bytes(payload, cap).await?;
    String::from_utf8(bytes.to_vec()).map_err(|_| Problem::bad_request("the body is not UTF-8"))
}

/// The fields of a form that a page sent.
pub async fn form(payload: &mut Payload) -> Result<Query, Problem> {
    let text = text(payload, DEFINITION_CAP).await?;
    Ok(Query::of(&text))
}
