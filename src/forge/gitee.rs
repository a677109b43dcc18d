//! Gitee's hooks. Source: forges, hooks.

use super::pull_request::{Account, Acted, PullRequest, Repository};
use super::shape::{At, Number, Seen, Text, Unreadable, Wrongs, object, parse};
use super::{Checker, Hook, Proof, Reading, Refusal, ignored, redact, signature};
use crate::domain::{forge::Forge, time::Moment};
use serde::Deserialize;

const TOKEN: &str = "X-Gitee-Token";
const TIMESTAMP: &str = "X-Gitee-Timestamp";

/// The token is the password itself, or a sign over the timestamp and the secret. Neither is over the
/// body. What the body repeats of them proves nothing: just the headers count.
///
/// A password does not vouch for the timestamp beside it (whoever has the one can write the other), so
/// that a wrong clock is held against a sign only.
pub(super) fn begin(hook: &Hook<'_>, secrets: &[&str], now: Moment) -> Result<Checker, Refusal> {
    let token = hook.header("x-gitee-token").ok_or(Refusal::Missing(TOKEN))?;
    if signature::any_is(secrets, token) {
        return Ok(Checker::Proven(Proof::Uncovered));
    }
    let sign = signature::from_base64(&plain(token)).ok_or(Refusal::Wrong(TOKEN))?;
    let written = hook.header("x-gitee-timestamp").ok_or(Refusal::Missing(TIMESTAMP))?;
    let told = signature::digits(written).ok_or(Refusal::Malformed(TIMESTAMP))?;
    let mut signed = false;
    for secret in secrets {
        let message = [written.as_bytes(), b"\n", secret.as_bytes()];
        signed |= signature::any_signs([secret.as_bytes()], &message, &[sign]);
    }
    if !signed {
        return Err(Refusal::Wrong(TOKEN));
    }
    signature::fresh(TIMESTAMP, told, now).map(|()| Checker::Proven(Proof::Uncovered))
}

/// A sign as base64. The documentation URL-encodes it, the real ones are not; these three are all that
/// base64 and URL-encoding have in common.
fn plain(token: &str) -> String {
    let mut plain = token.to_owned();
    for (encoded, character) in [
        ("%2B", "+"),
        ("%2b", "+"),
        ("%2F", "/"),
        ("%2f", "/"),
        ("%3D", "="),
        ("%3d", "="),
    ] {
        plain = plain.replace(encoded, character);
    }
    plain
}

/// Gitee gives none. The hash is over the redacted body, since one over the password could be used to
/// guess it.
pub(super) fn delivery_id(hook: &Hook<'_>) -> Option<String> {
    let timestamp = hook.header("x-gitee-timestamp").unwrap_or_default();
    let body = redact::redacted(hook.body);
    Some(signature::sha256_hex(&[&body, b"\n", timestamp.as_bytes()]))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Body<'a> {
    #[serde(borrow)]
    hook_name: Seen<Text<'a>>,
    #[serde(borrow)]
    action: Seen<Text<'a>>,
    number: Seen<Number>,
    iid: Seen<Number>,
    #[serde(borrow)]
    author: Seen<Account<'a>>,
    #[serde(borrow)]
    sender: Seen<Account<'a>>,
    #[serde(borrow)]
    pull_request: Seen<PullRequest<'a>>,
    #[serde(borrow)]
    repository: Seen<Repository<'a>>,
}
object!(Body);

pub(super) fn read(event: Option<&str>, body: &[u8]) -> Result<Reading, Unreadable> {
    if let Some(other) = event.filter(|e| !e.eq_ignore_ascii_case("Merge Request Hook")) {
        return ignored(other);
    }
    let body: Body<'_> = parse(body)?;
    let hook_name = body.hook_name.word(At("", "hook_name"))?;
    match (event, hook_name.as_deref()) {
        (_, Some("merge_request_hooks")) | (Some(_), None) => {}
        (None, Some(other)) => return ignored(other),
        (Some(_), Some(other)) => return Err(At("", "hook_name").promised("merge_request_hooks", other)),
        (None, None) => return Err(At("", "hook_name").missing()),
    }
    let mut wrongs = Wrongs::default();
    let repository = body.repository.required(At("", "repository"));
    let repository = wrongs.of(repository.and_then(|repository| repository.read(At("repository.", "full_name"))));
    let Some(pull) = wrongs.of(body.pull_request.required(At("", "pull_request"))) else {
        return Err(wrongs.unreadable());
    };
    let number = body.number.optional(At("", "number"))?;
    let number = number.or(body.iid.optional(At("", "iid"))?);
    let merge = body.action.word(At("", "action"))?.as_deref() == Some("merge");
    let acted = Acted {
        merge,
        // Who sent the event that says it was merged is who merged it.
        by: if merge {
            body.sender.optional(At("", "sender"))?
        } else {
            None
        },
        author: body.author.optional(At("", "author"))?,
    };
    let pull = pull.fact(Forge::Gitee.into(), "pull_request.", repository, number, acted, wrongs)?;
    Ok(Reading::Pull(Box::new(pull)))
}
