//! Floor 2: other people's JSON and HTTP and nothing else; pure but for `client`, the only network.
//!
//! A hook comes in as headers and raw bytes. [`begin`], or [`verify`] where all of it is here, says whether it is from who holds the secret,
//! [`delivery_id`] which delivery it is, [`redacted`] what of it may be stored, and [`read`] what it says
//! about a pull. [`oauth`] is how people sign in there. Nothing here asks the clock, and no bytes make it panic.
//! Source: shared facts "What the forges send and answer"; Contract, section 6, webhooks.

pub mod client;
mod gitcode;
mod gitee;
mod github;
mod gitlab;
pub mod listed;
mod merge_request;
pub mod oauth;
mod pull_request;
mod pull_url;
mod redact;
pub mod request;
mod shape;
mod signature;

#[cfg(test)]
mod tests;

pub use pull_url::{BadPullUrl, Bare, Pasted, PullName};
pub use shape::Unreadable;

use crate::domain::{forge::Forge, pull::RepoPath, report::Report, text::readable_json, time::Moment};
use std::borrow::Cow;

/// The headers of a request, so that the web edge can lend its own without copying them.
pub trait Headers {
    /// The first value of the header `name`, which is given in lower case. None where it is absent or
    /// is no text.
    fn get(&self, name: &str) -> Option<&str>;
}

/// Headers as a list of names, in any case, and values.
impl Headers for Vec<(String, String)> {
    fn get(&self, name: &str) -> Option<&str> {
        self.iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// One request that claims to be a forge's hook. `body`: the raw bytes as they came, since signatures
/// are over those.
#[derive(Clone, Copy)]
pub struct Hook<'a> {
    pub headers: &'a dyn Headers,
    pub body: &'a [u8],
}

impl<'a> Hook<'a> {
    /// The header without the white space around it; None where it is absent or blank.
    fn header(&self, name: &str) -> Option<&'a str> {
        self.headers.get(name).map(str::trim).filter(|value| !value.is_empty())
    }
}

/// Whether a right proof also vouches for the body. Where it does not, the body is a claim: the pull is
/// read from the forge's API before it scores.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Proof {
    Covered,
    Uncovered,
}

/// Why a hook is not believed. Never holds a secret or what the sender took for one.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refusal {
    #[error("the source has no secret: set one in its `secrets`")]
    NoSecret,
    #[error("the header {0} is missing")]
    Missing(&'static str),
    #[error("the header {0} is not of the form that the forge documents")]
    Malformed(&'static str),
    #[error("the header {0} fits none of the source's secrets")]
    Wrong(&'static str),
    #[error("only the SHA-1 X-Hub-Signature was sent; X-Hub-Signature-256 is needed")]
    Sha1Only,
    /// `skew`: milliseconds that the sender's time is ahead of ours (negative: behind).
    #[error("the header {header} is {} s off; 300 s are allowed: is a clock wrong, or is this a replay?", .skew / Moment::SECOND)]
    Stale { header: &'static str, skew: i64 },
}

impl Refusal {
    /// What it is, in one of few sentences: without what differs from one hook to the next.
    pub fn kind(&self) -> String {
        match self {
            Refusal::Stale { header, .. } => {
                format!("the header {header} is more than 300 s off: is a clock wrong, or is this a replay?")
            }
            Refusal::NoSecret | Refusal::Missing(_) | Refusal::Malformed(_) | Refusal::Wrong(_) | Refusal::Sha1Only => {
                self.to_string()
            }
        }
    }
}

/// A proof that is checked while the body arrives.
pub enum Checker {
    /// The headers alone have proven it; the body adds nothing.
    Proven(Proof),
    /// A signature over the body.
    Signed(signature::Running),
}

impl Checker {
    /// The next bytes of the raw body.
    pub fn update(&mut self, part: &[u8]) {
        match self {
            Checker::Proven(_) => {}
            Checker::Signed(running) => running.update(part),
        }
    }

    /// Once the whole body was there. Errors: `Wrong`.
    pub fn finish(self) -> Result<Proof, Refusal> {
        match self {
            Checker::Proven(proof) => Ok(proof),
            Checker::Signed(running) => running.finish().map(|()| Proof::Covered),
        }
    }
}

/// Whether `hook` comes from who holds one of `secrets`, all of its body being here: [`begin`] and the rest.
pub fn verify(forge: Forge, hook: &Hook<'_>, secrets: &[String], now: Moment) -> Result<Proof, Refusal> {
    let mut checker = begin(forge, hook.headers, secrets, now)?;
    checker.update(hook.body);
    checker.finish()
}

/// Looks at the headers of a hook, before its body is read: is there a proof that can hold, of one of `secrets`
/// (several while one is rotated; empty ones count as absent)? `now` is held against the time that signed forms
/// bear: 5 minutes off, either way, is the most. All secrets are always tried, each compared in constant time.
///
/// Errors: `Refusal`, whose text may be shown and logged: what no body could make good. Source: forges, hooks.
pub fn begin(forge: Forge, headers: &dyn Headers, secrets: &[String], now: Moment) -> Result<Checker, Refusal> {
    // An empty secret would let everybody in who sends an empty token or signs with an empty key.
    let secrets: Vec<&str> = secrets.iter().map(String::as_str).filter(|s| !s.is_empty()).collect();
    if secrets.is_empty() {
        return Err(Refusal::NoSecret);
    }
    let hook = Hook { headers, body: &[] };
    match forge {
        Forge::GitCode => gitcode::begin(&hook, &secrets),
        Forge::Gitee => gitee::begin(&hook, &secrets, now),
        Forge::GitHub => github::begin(&hook, &secrets),
        Forge::GitLab => gitlab::begin(&hook, &secrets, now),
    }
}

/// The forge's word for what happened, from the event header, such as `pull_request`. What [`read`] takes.
pub fn event<'a>(forge: Forge, hook: &Hook<'a>) -> Option<&'a str> {
    hook.header(match forge {
        Forge::GitCode => "x-gitcode-event",
        Forge::Gitee => "x-gitee-event",
        Forge::GitHub => "x-github-event",
        Forge::GitLab => "x-gitlab-event",
    })
}

/// Whether a hook means something here: it is about a pull, or cannot be read. Mostly its header says so; the
/// body is looked at where that does not tell, and of a ping, which is to fail where the events after it would.
pub fn concerns_us(forge: Forge, event: Option<&str>, body: &[u8]) -> bool {
    let is = |name: &str| event.is_some_and(|event| event.eq_ignore_ascii_case(name));
    let told = match forge {
        Forge::GitHub if is("ping") => None,
        Forge::GitHub => event.map(|_| is("pull_request")),
        Forge::GitLab if is("System Hook") => None,
        Forge::GitLab | Forge::Gitee | Forge::GitCode => event.map(|_| is("Merge Request Hook")),
    };
    told.unwrap_or_else(|| !matches!(read(forge, event, body), Ok(Reading::Ignored(_))))
}

/// The JSON of a body. GitHub's default content type is a form, whose `payload` holds it.
fn json_of(body: &[u8]) -> Cow<'_, [u8]> {
    let first = body.iter().find(|byte| !byte.is_ascii_whitespace());
    if matches!(first, None | Some(b'{' | b'[')) {
        return Cow::Borrowed(body);
    }
    let payload = url::form_urlencoded::parse(body).find(|(name, _)| name == "payload");
    match payload {
        Some((_, json)) => Cow::Owned(json.into_owned().into_bytes()),
        None => Cow::Borrowed(body),
    }
}

/// What makes a delivery the same one when it comes again: the forge's own id, else the SHA-256, in hex,
/// of the redacted body and the timestamp. 1 to 128 bytes; a longer or odd id of the forge is hashed too.
pub fn delivery_id(forge: Forge, hook: &Hook<'_>) -> String {
    let id = match forge {
        Forge::GitCode => gitcode::delivery_id(hook),
        Forge::Gitee => gitee::delivery_id(hook),
        Forge::GitHub => github::delivery_id(hook),
        Forge::GitLab => gitlab::delivery_id(hook),
    };
    let id = id.unwrap_or_else(|| signature::sha256_hex(&[&redacted(forge, hook.body)]));
    if id.len() <= 128 && id.bytes().all(|b| b.is_ascii_graphic()) {
        id
    } else {
        signature::sha256_hex(&[id.as_bytes()])
    }
}

/// `body` as it may be stored and shown: without the password or sign that the forge wrote into it.
/// Reads as `body` does. Borrowed where there was nothing to blank. Where the body is no JSON, what
/// follows a password's name is blanked generously.
pub fn redacted(forge: Forge, body: &[u8]) -> Cow<'_, [u8]> {
    match forge {
        // GitCode's bodies are not documented in full, and its API is modelled on Gitee's.
        Forge::GitCode | Forge::Gitee => redact::redacted(body),
        // These two never write a hook's secret into its body.
        Forge::GitHub | Forge::GitLab => Cow::Borrowed(body),
    }
}

/// What a hook says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reading {
    /// A report of a pull, on the forge's own host and not confirmed: the caller knows the source and its proof.
    Pull(Box<Report>),
    /// An event that means nothing here, and why.
    Ignored(String),
}

/// What `body` says, `event` being what [`event`] gave. Every event about a pull gives its facts,
/// whatever happened to it.
///
/// `body`: as it came, JSON or a form.
///
/// Errors: `Unreadable` where the body is not what the event promises. Source: forges, hooks.
pub fn read(forge: Forge, event: Option<&str>, body: &[u8]) -> Result<Reading, Unreadable> {
    let json = json_of(body);
    let body = readable_json(&json);
    match forge {
        Forge::GitCode => gitcode::read(event, &body),
        Forge::Gitee => gitee::read(event, &body),
        Forge::GitHub => github::read(event, &body),
        Forge::GitLab => gitlab::read(event, &body),
    }
}

/// Whether a body that could not be read seems to be about this pull: it bears the path and the number, as forges
/// write them.
pub fn mentions(body: &[u8], repository: &RepoPath, number: u64) -> bool {
    let json = json_of(body);
    let text = String::from_utf8_lossy(&json).to_lowercase().replace("\\/", "/");
    let digits = number.to_string();
    let followed = |before: &str| {
        let mut found = text.match_indices(before);
        found.any(|(at, _)| {
            let rest = text[at + before.len()..].trim_start_matches([' ', ':', '"']);
            rest.strip_prefix(&digits)
                .is_some_and(|rest| !rest.starts_with(|next: char| next.is_ascii_digit()))
        })
    };
    let ways = ["\"number\"", "\"iid\"", "/pull/", "/pulls/", "/merge_requests/"];
    text.contains(&repository.key()) && ways.iter().any(|before| followed(before))
}

fn ignored(event: &str) -> Result<Reading, Unreadable> {
    let event = shape::clipped(event);
    Ok(Reading::Ignored(format!(
        "the event `{event}` is not about a pull's facts"
    )))
}
