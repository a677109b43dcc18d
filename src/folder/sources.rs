//! `[[source]]`: who sends hooks, with which secrets. A secret is never part of a problem's text.

use super::{
    notes::shown,
    repositories::forge_host,
    table::{Field, Table},
};
use crate::domain::{
    competition::{Secret, Source},
    forge::Forge,
    text::Slug,
};
use std::collections::HashMap;
use url::Url;

pub(super) const KEYS: [&str; 8] = [
    "name",
    "forge",
    "host",
    "repositories",
    "secrets",
    "confirm",
    "api_url",
    "token",
];

/// Refuses a source of the same forge and name twice: its hook would have two owners.
pub(super) fn sources(tables: Vec<Table<'_>>) -> Option<Vec<Source>> {
    let mut named: HashMap<(Forge, Slug), usize> = HashMap::new();
    // Each is read before any absence counts, so that the problems of all are said.
    let read: Vec<Option<Source>> = tables.iter().map(|table| source(table, &mut named)).collect();
    read.into_iter().collect()
}

fn source(table: &Table<'_>, named: &mut HashMap<(Forge, Slug), usize>) -> Option<Source> {
    let forge = forge_host(table);
    let naming = table.need("name", "write the last part of the hook's address");
    let name = naming
        .as_ref()
        .and_then(|field| field.parsed(Slug::parse, "write another"));
    if let (Some(field), Some(forge), Some(name)) = (&naming, &forge, &name) {
        // The hook's address has the forge and the name, whatever the host.
        let kind = forge.kind;
        if let Some(line) = named.get(&(kind, name.clone())) {
            let problem = format!("`{name}` is a source of {kind} already, in line {line}");
            field.refuse(problem, "write another name, or both secrets in one source");
        } else {
            named.insert((kind, name.clone()), field.line);
        }
    }
    let repositories = table
        .get("repositories")
        .map_or(Some(None), |field| reach(&field).map(Some));
    let secrets = table.get("secrets").map_or(Some(Vec::new()), |field| secrets(&field));
    let confirm = table
        .get("confirm")
        .map_or(Some(None), |field| field.boolean().map(Some));
    let api_url = table
        .get("api_url")
        .map_or(Some(None), |field| address(&field).map(Some));
    let token = table.get("token").map_or(Some(None), |field| secret(&field).map(Some));
    Some(Source {
        name: name?,
        forge: forge?,
        repositories: repositories?,
        secrets: secrets?,
        confirm: confirm?,
        api_url: api_url?,
        token: token?,
    })
}

/// Paths, in which `*` stands for any characters.
fn reach(field: &Field<'_>) -> Option<Vec<String>> {
    const REMEDY: &str = "write such as [\"owner/name\", \"owner/*\"]";
    let patterns = field.words()?;
    if patterns.is_empty() {
        field.refuse("is empty, so that the source would speak for nothing", REMEDY);
        return None;
    }
    let odd = patterns.iter().find(|pattern| {
        pattern
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || matches!(c, ':' | '@' | '#'))
    });
    if let Some(odd) = odd {
        field.refuse(format!("`{}` is not a repository path", shown(odd)), REMEDY);
        return None;
    }
    Some(patterns)
}

fn secrets(field: &Field<'_>) -> Option<Vec<Secret>> {
    let read: Vec<Option<Secret>> = field.items()?.iter().map(secret).collect();
    read.into_iter().collect()
}

fn secret(field: &Field<'_>) -> Option<Secret> {
    let secret = Secret::parse(field.text()?);
    if secret.is_none() {
        let problem = "is neither env: nor literal: with something after it (not shown here)";
        field.refuse(problem, "write \"env:NAME\", NAME being a variable of the environment");
    }
    secret
}

/// The base of a forge's API, without a slash at its end.
fn address(field: &Field<'_>) -> Option<String> {
    const REMEDY: &str = "write such as \"https://gitee.com/api/v5\"";
    let text = field.text()?.trim();
    match Url::parse(text) {
        // A password in an address would end up in logs; there is a key for it.
        _ if text.contains('@') => {
            field.refuse(
                "has a user name or password in it (not shown here)",
                "write it as `token`",
            );
            None
        }
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => {
            Some(text.trim_end_matches('/').to_owned())
        }
        _ => {
            field.refuse(format!("`{}` is not an http or https address", shown(text)), REMEDY);
            None
        }
    }
}
