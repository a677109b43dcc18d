//! GitHub's hooks. Source: forges, hooks; docs.github.com, "Webhook events and payloads".

use super::pull_request::{Acted, PullRequest, Repository};
use super::shape::{At, Number, Seen, Unreadable, Wrongs, object, parse};
use super::{Checker, Hook, Reading, Refusal, ignored, signature::Running};
use crate::domain::forge::Forge;
use serde::Deserialize;

/// Only X-Hub-Signature-256 counts: SHA-1 is not safe, and a hook that bears just that is refused.
pub(super) fn begin(hook: &Hook<'_>, secrets: &[&str]) -> Result<Checker, Refusal> {
    const HEADER: &str = "X-Hub-Signature-256";
    match hook.header("x-hub-signature-256") {
        Some(value) => Running::sha256(HEADER, value, secrets).map(Checker::Signed),
        None if hook.header("x-hub-signature").is_some() => Err(Refusal::Sha1Only),
        None => Err(Refusal::Missing(HEADER)),
    }
}

/// The same on redelivery.
pub(super) fn delivery_id(hook: &Hook<'_>) -> Option<String> {
    hook.header("x-github-delivery").map(str::to_owned)
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Body<'a> {
    number: Seen<Number>,
    #[serde(borrow)]
    pull_request: Seen<PullRequest<'a>>,
    #[serde(borrow)]
    repository: Seen<Repository<'a>>,
}
object!(Body);

pub(super) fn read(event: Option<&str>, body: &[u8]) -> Result<Reading, Unreadable> {
    match event {
        Some("pull_request") => {}
        // A ping fails where the events after it would: its body is looked at as theirs will be.
        Some("ping") => {
            parse::<Body<'_>>(body)?;
            return Ok(Reading::Ignored("a ping: the hook is set up".to_owned()));
        }
        // The events of reviews bear a pull too, but one that lacks `merged` and the counts of lines.
        Some(other) => return ignored(other),
        // The body does not say by itself what it is, and a fact must not be lost in silence.
        None => {
            return Err(Unreadable::new(
                "the header X-GitHub-Event",
                "missing; does a proxy take it away?",
            ));
        }
    }
    let body: Body<'_> = parse(body)?;
    let mut wrongs = Wrongs::default();
    let repository = body.repository.required(At("", "repository"));
    let repository = wrongs.of(repository.and_then(|repository| repository.read(At("repository.", "full_name"))));
    let number = wrongs.of(body.number.optional(At("", "number"))).flatten();
    let Some(pull) = wrongs.of(body.pull_request.required(At("", "pull_request"))) else {
        return Err(wrongs.unreadable());
    };
    let of = Forge::GitHub.into();
    let pull = pull.fact(of, "pull_request.", repository, number, Acted::default(), wrongs)?;
    Ok(Reading::Pull(Box::new(pull)))
}
