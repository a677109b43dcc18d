//! `competition.toml` as it may be shown: literal secrets written as `literal:…`, everything else as it stands.
//! A masked text that comes back gets the secrets that it had, so that a rule can be edited by somebody who
//! does not know them.

use super::{Refused, notes::Notes, table::Lines};
use std::{collections::HashMap, ops::Range};
use toml::de::{DeTable, DeValue};

/// What stands for a literal secret; its second and later ones of a source bear their number.
const MASK: &str = "literal:…";

/// A literal secret in a text, where it stands and whose it is.
struct Spot {
    /// Forge and name of the source, folded as the definition compares them.
    source: (String, String),
    place: Place,
    key: String,
    /// Of the value with its quotes, in bytes.
    span: Range<usize>,
    value: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Place {
    /// From 0, within the source's `secrets`.
    Secret(usize),
    Token,
}

impl Spot {
    /// What shows in its place.
    fn mask(&self) -> String {
        match self.place {
            Place::Secret(at) if at > 0 => format!("{MASK}{}", at + 1),
            Place::Secret(_) | Place::Token => MASK.to_owned(),
        }
    }

    /// Which secret of the stored definition a masked one stands for; None: it is no masked one.
    fn stands_for(&self) -> Option<Place> {
        let number = self.value.strip_prefix(MASK)?;
        match (self.place, number) {
            (Place::Token, "") => Some(Place::Token),
            (Place::Secret(_), "") => Some(Place::Secret(0)),
            (Place::Secret(_), number) => number
                .parse()
                .ok()
                .filter(|n| *n > 0)
                .map(|n: usize| Place::Secret(n - 1)),
            (Place::Token, _) => None,
        }
    }
}

/// The literal secrets of a text that is TOML, whatever else it is; none where it is not.
fn spots(text: &str) -> Vec<Spot> {
    let (document, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        return Vec::new();
    }
    let Some(sources) = document.get_ref().get("source") else {
        return Vec::new();
    };
    let Some(sources) = sources.get_ref().as_array() else {
        return Vec::new();
    };
    let mut spots = Vec::new();
    for source in sources.iter() {
        let Some(table) = source.get_ref().as_table() else {
            continue;
        };
        let text_of = |key: &str| {
            let value = table.get(key).and_then(|value| value.get_ref().as_str());
            value.unwrap_or("").to_lowercase()
        };
        let source = (text_of("forge"), text_of("name"));
        let mut take = |place: Place, key: &str, span: Range<usize>, value: &DeValue<'_>| {
            if let Some(value) = value.as_str().filter(|value| value.starts_with("literal:")) {
                spots.push(Spot {
                    source: source.clone(),
                    place,
                    key: format!("source.{key}"),
                    span,
                    value: value.to_owned(),
                });
            }
        };
        if let Some(token) = table.get("token") {
            take(Place::Token, "token", token.span(), token.get_ref());
        }
        let secrets = table.get("secrets").and_then(|secrets| secrets.get_ref().as_array());
        for (at, secret) in secrets.into_iter().flat_map(|secrets| secrets.iter()).enumerate() {
            take(Place::Secret(at), "secrets", secret.span(), secret.get_ref());
        }
    }
    spots.sort_by_key(|spot| spot.span.start);
    spots
}

/// `text` with other words in these places, which are in order and do not overlap.
fn replaced<'s>(text: &str, by: impl Iterator<Item = (&'s Range<usize>, String)>) -> String {
    let mut written = String::with_capacity(text.len());
    let mut from = 0;
    for (span, value) in by {
        written.push_str(text.get(from..span.start).unwrap_or(""));
        written.push_str(&toml::Value::String(value).to_string());
        from = span.end;
    }
    written.push_str(text.get(from..).unwrap_or(""));
    written
}

/// A comment may hold a secret that was taken out of use.
fn comments_masked(text: &str) -> String {
    let line = |line: &str| match line.find("literal:") {
        Some(at) if line.trim_start().starts_with('#') => format!("{}{MASK}", line.get(..at).unwrap_or("")),
        _ => line.to_owned(),
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

/// The text with its literal secrets masked.
pub fn masked(text: &str) -> String {
    let spots = spots(text);
    let masked = replaced(text, spots.iter().map(|spot| (&spot.span, spot.mask())));
    comments_masked(&masked)
}

/// The text with masked secrets as they stand in `stored`; a text that is no TOML comes back as it is.
///
/// Errors: a masked secret that `stored` has none for, with its line.
pub fn unmasked(file: &str, text: &str, stored: Option<&str>) -> Result<String, Refused> {
    let spots = spots(text);
    if !spots.iter().any(|spot| spot.value.starts_with(MASK)) {
        return Ok(text.to_owned());
    }
    let known: HashMap<((String, String), Place), String> = stored
        .map(self::spots)
        .unwrap_or_default()
        .into_iter()
        .map(|spot| ((spot.source, spot.place), spot.value))
        .collect();
    let (notes, lines) = (Notes::new(file), Lines::of(text));
    let mut by = Vec::new();
    for spot in spots.iter().filter(|spot| spot.value.starts_with(MASK)) {
        let found = spot
            .stands_for()
            .and_then(|place| known.get(&(spot.source.clone(), place)));
        match found {
            Some(value) => by.push((&spot.span, value.clone())),
            None => notes.refuse(
                Some(lines.line(spot.span.start)),
                Some(&spot.key),
                "is a secret that is not shown, and none is kept for this source",
                "write the secret itself, or `env:NAME`",
            ),
        }
    }
    let text = replaced(text, by.into_iter());
    notes.settle(Some(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# secrets = [\"literal:once-upon\"]\nslug = \"a\" # bug\n\n[[source]]\nname = \"Kiln\"\nforge = \"gitee\"\n\
        secrets = [ 'literal:one', \"env:TWO\", \"literal:th\\\"ree\" ] # two\ntoken = \"literal:tok\"\n\n\
        [[source]]\nname = \"kiln\"\nforge = \"github\"\nsecrets = [\"literal:four\"]\n";

    #[test]
    fn a_masked_text_shows_no_secret_and_comes_back_as_it_was() {
        let shown = masked(TEXT);
        for secret in ["one\"", "th\\", "ree", "tok\"", "four", "once-upon"] {
            assert!(!shown.contains(secret), "{secret}: {shown}");
        }
        for kept in ["# bug", "env:TWO", "# two", "name = \"Kiln\""] {
            assert!(shown.contains(kept), "{kept}: {shown}");
        }
        let back = unmasked("c.toml", &shown, Some(TEXT)).unwrap();
        let table = |text: &str| text.parse::<toml::Table>().unwrap();
        assert_eq!(table(&back), table(TEXT));
        assert_eq!(masked(&back), shown);
    }

    #[test]
    fn a_secret_keeps_its_number_where_one_before_it_goes() {
        let shown = masked(TEXT).replace("\"literal:…\", \"env:TWO\", ", "");
        let back = unmasked("c.toml", &shown, Some(TEXT)).unwrap();
        assert!(back.contains("ree"), "{back}");
        assert!(!back.contains("literal:one"), "{back}");
    }

    #[test]
    fn a_masked_secret_that_nothing_stands_behind_is_refused_with_its_line() {
        let shown = masked(TEXT).replace("github", "gitlab");
        let refused = unmasked("c.toml", &shown, Some(TEXT)).unwrap_err();
        let said: Vec<_> = refused.0.iter().map(|p| (p.line, p.key.as_deref())).collect();
        assert_eq!(said, [(Some(13), Some("source.secrets"))]);
        assert_eq!(
            unmasked("c.toml", "no toml at all [", None).unwrap(),
            "no toml at all ["
        );
    }
}
