//! The rules of this floor as rows, whole readings as snapshots over made-up bodies (tests/bodies), and
//! real bodies where they are at hand.

mod anything;
mod identity;
mod listed;
mod proofs;
mod readings;
mod real;

use super::*;
use crate::domain::{pull::Pull, report::Facts};
use std::path::{Path, PathBuf};

pub const NOW: i64 = 1_733_000_000_000;

pub fn now() -> Moment {
    Moment::from_millis(NOW)
}

pub fn headers(rows: &[(&str, &str)]) -> Vec<(String, String)> {
    rows.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()
}

pub fn secrets(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|s| (*s).to_owned()).collect()
}

pub fn check(forge: Forge, rows: &[(&str, &str)], body: &[u8], of: &[&str]) -> Result<Proof, Refusal> {
    let headers = headers(rows);
    verify(
        forge,
        &Hook {
            headers: &headers,
            body,
        },
        &secrets(of),
        now(),
    )
}

pub fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, key);
    aws_lc_rs::hmac::sign(&key, message).as_ref().to_vec()
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

pub fn base64(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The JSON files of a folder, by name; none where the folder is not there.
pub fn bodies(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let files = std::fs::read_dir(folder).into_iter().flatten();
    let mut paths: Vec<PathBuf> = files.map(|f| f.unwrap().path()).collect();
    paths.sort();
    let json = paths.into_iter().filter(|p| p.extension().is_some_and(|e| e == "json"));
    json.map(|p| {
        (
            p.file_stem().unwrap().to_string_lossy().into_owned(),
            std::fs::read(&p).unwrap(),
        )
    })
    .collect()
}

pub fn made_up(forge: Forge, name: &str) -> Vec<u8> {
    let path = root().join(format!("tests/bodies/{forge}/{name}.json"));
    std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The event header that a body of this name comes with.
pub fn event_of(forge: Forge, name: &str) -> &str {
    let begins = |words: &[&str]| words.iter().any(|w| name.starts_with(w));
    match forge {
        Forge::GitHub => match name.split(['-', '.']).next().unwrap_or(name) {
            "pr_review_submitted" | "pr_review_edited" => "pull_request_review",
            short if short.starts_with("pr_") => "pull_request",
            short if short.starts_with("push") => "push",
            short => short.split("__").next().unwrap_or(short),
        },
        Forge::Gitee | Forge::GitCode | Forge::GitLab => {
            if name.contains("comment") || begins(&["note", "issue_hook_note", "issues_note", "note_hook"]) {
                "Note Hook"
            } else if begins(&["pr-", "pr_", "merge_request", "pull_request"]) {
                "Merge Request Hook"
            } else if begins(&["issue"]) {
                "Issue Hook"
            } else {
                "Push Hook"
            }
        }
    }
}

/// The report in a made-up body, which has to have one.
pub fn report_in(forge: Forge, body: &[u8]) -> Report {
    let event = match forge {
        Forge::GitHub => "pull_request",
        Forge::Gitee | Forge::GitCode | Forge::GitLab => "Merge Request Hook",
    };
    match read(forge, Some(event), body) {
        Ok(Reading::Pull(report)) => *report,
        other => panic!("no pull: {other:?}"),
    }
}

/// The facts in a made-up body, as if nothing else were known.
pub fn pull_in(forge: Forge, body: &[u8]) -> Pull {
    pull_of(report_in(forge, body))
}

pub fn pull_of(report: Report) -> Pull {
    let facts = Facts::of([report.telling]);
    let pull = facts.pull(report.forge, report.repository, report.repository_id, report.number);
    pull.unwrap()
}
