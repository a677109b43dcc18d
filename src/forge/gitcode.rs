//! GitCode's hooks: bodies like GitLab's, signatures like GitHub's. Source: forges, hooks.

use super::shape::{At, Seen, Text, Unreadable, object, parse};
use super::{Checker, Hook, Proof, Reading, Refusal, merge_request, signature};
use crate::domain::forge::Forge;
use serde::Deserialize;

/// A signature that is there must be right: a token beside it does not make up for it.
pub(super) fn begin(hook: &Hook<'_>, secrets: &[&str]) -> Result<Checker, Refusal> {
    const SIGNATURE: &str = "X-GitCode-Signature-256";
    const TOKEN: &str = "X-GitCode-Token";
    if let Some(value) = hook.headers.get("x-gitcode-signature-256") {
        return signature::Running::sha256(SIGNATURE, value.trim(), secrets).map(Checker::Signed);
    }
    let token = hook.header("x-gitcode-token").ok_or(Refusal::Missing(TOKEN))?;
    match signature::any_is(secrets, token) {
        true => Ok(Checker::Proven(Proof::Uncovered)),
        false => Err(Refusal::Wrong(TOKEN)),
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Body<'a> {
    #[serde(borrow)]
    uuid: Seen<Text<'a>>,
}
object!(Body);

pub(super) fn delivery_id(hook: &Hook<'_>) -> Option<String> {
    if let Some(id) = hook.header("x-gitcode-delivery") {
        return Some(id.to_owned());
    }
    parse::<Body<'_>>(hook.body).ok()?.uuid.word(At("", "uuid")).ok()?
}

pub(super) fn read(event: Option<&str>, body: &[u8]) -> Result<Reading, Unreadable> {
    merge_request::read(Forge::GitCode, event, body)
}
