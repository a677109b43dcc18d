//! GitLab's hooks. Source: forges, hooks; the signed form follows "Standard Webhooks".

use super::{Checker, Hook, Proof, Reading, Refusal, merge_request, shape::Unreadable, signature, signature::Running};
use crate::domain::{forge::Forge, time::Moment};
use base64::{Engine, engine::general_purpose::STANDARD};

const TOKEN: &str = "X-Gitlab-Token";
const SIGNATURE: &str = "webhook-signature";
const TIMESTAMP: &str = "webhook-timestamp";
const ID: &str = "webhook-id";

/// A signature that is there must be right: a token beside it does not make up for it, or else who
/// learnt the token could forge bodies that pass as signed.
pub(super) fn begin(hook: &Hook<'_>, secrets: &[&str], now: Moment) -> Result<Checker, Refusal> {
    if let Some(value) = hook.headers.get(SIGNATURE) {
        return begin_signed(hook, value, secrets, now).map(Checker::Signed);
    }
    let token = hook.header("x-gitlab-token").ok_or(Refusal::Missing(TOKEN))?;
    match signature::any_is(secrets, token) {
        true => Ok(Checker::Proven(Proof::Uncovered)),
        false => Err(Refusal::Wrong(TOKEN)),
    }
}

/// A time that is too far off is refused before the body is read.
fn begin_signed(hook: &Hook<'_>, value: &str, secrets: &[&str], now: Moment) -> Result<Running, Refusal> {
    let id = hook.header(ID).ok_or(Refusal::Missing(ID))?;
    let written = hook.header(TIMESTAMP).ok_or(Refusal::Missing(TIMESTAMP))?;
    let told = signature::digits(written).ok_or(Refusal::Malformed(TIMESTAMP))?;
    let claimed: Vec<[u8; 32]> = value
        .split_whitespace()
        .filter_map(|one| one.strip_prefix("v1,"))
        .filter_map(signature::from_base64)
        .collect();
    if claimed.is_empty() {
        return Err(Refusal::Malformed(SIGNATURE));
    }
    let keys: Vec<Vec<u8>> = secrets.iter().flat_map(|secret| keys(secret)).collect();
    signature::fresh(TIMESTAMP, told.saturating_mul(Moment::SECOND), now)?;
    let mut running = Running::new(SIGNATURE, keys.iter().map(Vec::as_slice), claimed);
    for part in [id.as_bytes(), b".", written.as_bytes(), b"."] {
        running.update(part);
    }
    Ok(running)
}

/// The keys that a secret may stand for: its own text, and what `whsec_` and base64 hold. How GitLab
/// takes it is not documented for every version.
fn keys(secret: &str) -> Vec<Vec<u8>> {
    let mut keys = vec![secret.as_bytes().to_vec()];
    let decoded = secret
        .strip_prefix("whsec_")
        .and_then(|text| STANDARD.decode(text).ok());
    // An empty key would be everybody's.
    keys.extend(decoded.filter(|key| !key.is_empty()));
    keys
}

/// Hooks that one hook set off share X-Gitlab-Event-UUID, so that the body tells those apart: a retry
/// sends the same body, another event does not.
pub(super) fn delivery_id(hook: &Hook<'_>) -> Option<String> {
    let own = hook.header(ID).or_else(|| hook.header("idempotency-key"));
    own.map(str::to_owned).or_else(|| {
        let uuid = hook.header("x-gitlab-event-uuid")?;
        Some(signature::sha256_hex(&[uuid.as_bytes(), b"\n", hook.body]))
    })
}

pub(super) fn read(event: Option<&str>, body: &[u8]) -> Result<Reading, Unreadable> {
    // A system hook says in its body only what it is about.
    let event = event.filter(|e| !e.eq_ignore_ascii_case("System Hook"));
    merge_request::read(Forge::GitLab, event, body)
}
