//! Proofs: HMAC-SHA256 and plain tokens, compared in constant time. Every secret is tried, whatever
//! the ones before it gave, so that the time taken does not tell which one fitted.

use super::Refusal;
use crate::domain::time::Moment;
use aws_lc_rs::{digest, hmac};
use base64::{Engine, engine::general_purpose::STANDARD};
use std::fmt::Write;
use subtle::{Choice, ConstantTimeEq};

/// How far a signed time may be from ours, either way, in milliseconds.
pub(super) const MOST_SKEW: i64 = 5 * Moment::MINUTE;

/// Whether one of `claimed` is the HMAC-SHA256 of `parts`, joined, under one of `keys`.
pub(super) fn any_signs<'k>(keys: impl IntoIterator<Item = &'k [u8]>, parts: &[&[u8]], claimed: &[[u8; 32]]) -> bool {
    let mut found = Choice::from(0);
    for key in keys {
        let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key));
        for part in parts {
            context.update(part);
        }
        let tag = context.sign();
        for claim in claimed {
            found |= tag.as_ref().ct_eq(claim.as_slice());
        }
    }
    found.into()
}

/// Whether `token` is one of `secrets`. Digests are compared, so that the secret's length stays hidden.
pub(super) fn any_is(secrets: &[&str], token: &str) -> bool {
    let token = digest::digest(&digest::SHA256, token.as_bytes());
    let mut found = Choice::from(0);
    for secret in secrets {
        let secret = digest::digest(&digest::SHA256, secret.as_bytes());
        found |= secret.as_ref().ct_eq(token.as_ref());
    }
    found.into()
}

/// A signature over what arrives, under each key at once: of the body nothing is kept for it.
pub struct Running {
    header: &'static str,
    contexts: Vec<hmac::Context>,
    claimed: Vec<[u8; 32]>,
}

impl Running {
    /// `claimed` in the header `header`, over what [`Running::update`] is given.
    pub(super) fn new<'k>(
        header: &'static str,
        keys: impl IntoIterator<Item = &'k [u8]>,
        claimed: Vec<[u8; 32]>,
    ) -> Self {
        let context = |key| hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key));
        Self {
            header,
            contexts: keys.into_iter().map(context).collect(),
            claimed,
        }
    }

    /// `sha256=<64 hex digits>`, in the header `header`. Errors: `Malformed`.
    pub(super) fn sha256(header: &'static str, value: &str, secrets: &[&str]) -> Result<Self, Refusal> {
        let hex = value.strip_prefix("sha256=").ok_or(Refusal::Malformed(header))?;
        let claimed = from_hex(hex).ok_or(Refusal::Malformed(header))?;
        Ok(Self::new(header, secrets.iter().map(|s| s.as_bytes()), vec![claimed]))
    }

    pub(super) fn update(&mut self, part: &[u8]) {
        for context in &mut self.contexts {
            context.update(part);
        }
    }

    /// Errors: `Wrong`.
    pub(super) fn finish(self) -> Result<(), Refusal> {
        let mut found = Choice::from(0);
        for context in self.contexts {
            let tag = context.sign();
            for claim in &self.claimed {
                found |= tag.as_ref().ct_eq(claim.as_slice());
            }
        }
        match found.into() {
            true => Ok(()),
            false => Err(Refusal::Wrong(self.header)),
        }
    }
}

/// Errors: `Stale` where `told` is more than 5 minutes from `now`.
pub(super) fn fresh(header: &'static str, told: i64, now: Moment) -> Result<(), Refusal> {
    let skew = told.saturating_sub(now.millis());
    match skew.unsigned_abs() <= MOST_SKEW.unsigned_abs() {
        true => Ok(()),
        false => Err(Refusal::Stale { header, skew }),
    }
}

/// A count of seconds or milliseconds: 1 to 18 digits and nothing else.
pub(super) fn digits(text: &str) -> Option<i64> {
    let plain = (1..=18).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

pub(super) fn from_hex(text: &str) -> Option<[u8; 32]> {
    let nibble = |b: u8| char::from(b).to_digit(16).and_then(|d| u8::try_from(d).ok());
    let bytes: Vec<u8> = text
        .as_bytes()
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => Some(nibble(*high)? << 4 | nibble(*low)?),
            _ => None,
        })
        .collect::<Option<_>>()?;
    bytes.try_into().ok()
}

pub(super) fn from_base64(text: &str) -> Option<[u8; 32]> {
    STANDARD.decode(text).ok()?.try_into().ok()
}

/// SHA-256 of `parts`, joined, as 64 lower-case hex digits.
pub(super) fn sha256_hex(parts: &[&[u8]]) -> String {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in parts {
        context.update(part);
    }
    let mut hex = String::with_capacity(64);
    for byte in context.finish().as_ref() {
        // Writing into a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}
