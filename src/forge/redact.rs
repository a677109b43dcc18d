//! What must not reach the disk: the password or the sign that a forge writes into its own hook's body.

use serde::de::IgnoredAny;
use std::{borrow::Cow, ops::Range};

/// The names whose values are blanked, at any depth; besides every name that holds `password`.
const NAMES: [&str; 5] = ["sign", "secret", "token", "secret_token", "access_token"];

/// See [`super::redacted`].
pub(super) fn redacted(body: &[u8]) -> Cow<'_, [u8]> {
    if !may_bear_one(body) {
        return Cow::Borrowed(body);
    }
    // Where strings begin and end is certain in valid JSON alone.
    let (spans, blank) = match serde_json::from_slice::<IgnoredAny>(body) {
        Ok(_) => (in_json(body), b"\"[redacted]\"".as_slice()),
        Err(_) => (in_anything(body), b"[redacted]".as_slice()),
    };
    if spans.is_empty() {
        return Cow::Borrowed(body);
    }
    let mut clean = Vec::with_capacity(body.len() + spans.len() * blank.len());
    let mut from = 0;
    for span in spans {
        clean.extend_from_slice(body.get(from..span.start).unwrap_or_default());
        clean.extend_from_slice(blank);
        from = span.end;
    }
    clean.extend_from_slice(body.get(from..).unwrap_or_default());
    Cow::Owned(clean)
}

/// One pass without parsing: the beginnings of the names, or an escape that could spell one.
fn may_bear_one(body: &[u8]) -> bool {
    const BEGINNINGS: [&[u8; 4]; 6] = [b"pass", b"\"sig", b"\"sec", b"\"tok", b"\"acc", b"\\u00"];
    body.windows(4)
        .any(|w| BEGINNINGS.iter().any(|b| w.eq_ignore_ascii_case(*b)))
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.contains("password") || NAMES.contains(&name.as_str())
}

/// Values of valid JSON that stand under a secret's name. Empty texts, null, true and false stay.
fn in_json(body: &[u8]) -> Vec<Range<usize>> {
    let mut spans = Vec::new();
    let mut at = 0;
    while let Some(quote) = find(body, at, |b| b == b'"') {
        let end = end_of_string(body, quote);
        let colon = find(body, end, |b| !b.is_ascii_whitespace()).unwrap_or(body.len());
        if body.get(colon) != Some(&b':') {
            at = end;
            continue;
        }
        at = colon + 1;
        let key = body.get(quote..end).unwrap_or_default();
        if serde_json::from_slice::<Cow<'_, str>>(key).is_ok_and(|key| is_secret(&key)) {
            let start = find(body, at, |b| !b.is_ascii_whitespace()).unwrap_or(body.len());
            at = end_of_value(body, start);
            let value = body.get(start..at).unwrap_or_default();
            if ![b"\"\"".as_slice(), b"null", b"true", b"false"].contains(&value) {
                spans.push(start..at);
            }
        }
    }
    spans
}

/// The first place at or after `from` whose byte is wanted.
fn find(body: &[u8], from: usize, wanted: impl Fn(u8) -> bool) -> Option<usize> {
    let rest = body.get(from..)?;
    rest.iter().position(|b| wanted(*b)).map(|found| from + found)
}

/// Just behind the string that begins with the quote at `quote`.
fn end_of_string(body: &[u8], quote: usize) -> usize {
    let mut at = quote + 1;
    while let Some(found) = find(body, at, |b| matches!(b, b'"' | b'\\')) {
        match body.get(found) {
            Some(b'"') => return found + 1,
            _ => at = found + 2,
        }
    }
    body.len()
}

pub(super) fn end_of_value(body: &[u8], start: usize) -> usize {
    match body.get(start) {
        Some(b'"') => end_of_string(body, start),
        Some(b'{' | b'[') => {
            let (mut at, mut depth) = (start, 0_usize);
            while let Some(found) = find(body, at, |b| matches!(b, b'"' | b'{' | b'[' | b'}' | b']')) {
                at = found + 1;
                match body.get(found) {
                    Some(b'"') => at = end_of_string(body, found),
                    Some(b'{' | b'[') => depth += 1,
                    _ if depth <= 1 => return at,
                    _ => depth -= 1,
                }
            }
            body.len()
        }
        _ => find(body, start, |b| {
            matches!(b, b',' | b'}' | b']') || b.is_ascii_whitespace()
        })
        .unwrap_or(body.len()),
    }
}

/// The same where the body is no JSON: cut off, a form, or with a quote too many. Wherever a secret's
/// name is followed by a colon or an equals sign, its value goes: up to the quote that closes it where
/// that is plain, else up to the end of the body. Rather too much than a password on the disk.
fn in_anything(body: &[u8]) -> Vec<Range<usize>> {
    let mut spans = Vec::new();
    let mut at = 0;
    while let Some(behind) = behind_a_name(body, at) {
        at = behind;
        if let Some((start, quoted)) = value_behind(body, behind) {
            let end = if quoted {
                end_of_loose_string(body, start)
            } else {
                body.len()
            };
            spans.push(start..end);
            at = end;
        }
    }
    spans
}

/// Just behind the next secret's name. The short ones count in quotes only, since they are also words.
fn behind_a_name(body: &[u8], from: usize) -> Option<usize> {
    let rest = body.get(from..)?;
    (0..rest.len()).find_map(|at| {
        let here = rest.get(at..)?;
        let starts = |name: &[u8]| here.get(..name.len()).is_some_and(|h| h.eq_ignore_ascii_case(name));
        if starts(b"password") {
            return Some(from + at + b"password".len());
        }
        let inner = here.strip_prefix(b"\"")?;
        let length = inner.iter().take(16).position(|b| *b == b'"')?;
        let name = std::str::from_utf8(inner.get(..length)?).ok()?;
        is_secret(name).then_some(from + at + 1 + length)
    })
}

/// Where the value begins, and whether with one plain quote. None where no colon or equals sign comes.
fn value_behind(body: &[u8], from: usize) -> Option<(usize, bool)> {
    let (mut at, mut named, mut plain) = (from, false, true);
    loop {
        let rest = body.get(at..)?;
        let encoded = |code: &[u8]| rest.get(..3).is_some_and(|r| r.eq_ignore_ascii_case(code));
        match rest.first() {
            Some(b'"') if named && plain => return Some((at + 1, true)),
            Some(b'"' | b'\\' | b'\'') => {
                // The name's own closing quote is the only other one that plain JSON has.
                plain &= at == from && rest.first() == Some(&b'"');
                at += 1;
            }
            Some(b':') => (named, at) = (true, at + 1),
            Some(b'=') => (named, plain, at) = (true, false, at + 1),
            Some(b) if b.is_ascii_whitespace() => at += 1,
            Some(b'%') if encoded(b"%3A") || encoded(b"%3D") => (named, plain, at) = (true, false, at + 3),
            Some(b'%') if encoded(b"%22") || encoded(b"%20") || encoded(b"%27") => (plain, at) = (false, at + 3),
            Some(_) if named => return Some((at, false)),
            _ => return None,
        }
    }
}

/// At the quote, not escaped, that something closing follows: a comma, a bracket, the end.
fn end_of_loose_string(body: &[u8], start: usize) -> usize {
    let mut at = start;
    while let Some(found) = find(body, at, |b| matches!(b, b'"' | b'\\')) {
        if body.get(found) == Some(&b'\\') {
            at = found + 2;
            continue;
        }
        let next = find(body, found + 1, |b| !b.is_ascii_whitespace());
        match next.and_then(|n| body.get(n)) {
            None | Some(b',' | b'}' | b']') => return found,
            Some(_) => at = found + 1,
        }
    }
    body.len()
}
