//! A competition's definition from the host's hands: read by the one validator, evaluated, written, and noted
//! with what of it changed.

use super::{
    App, AppError, Changes, Competition, Objection, Who, hex,
    parts::{begin, finish},
    reach::look_again,
};
use crate::{
    domain::{competition::Definition, ledger::Cause, text::Slug, time::Moment},
    folder::{self, mask},
    store::{self, Db, Deed, Stored},
};
use aws_lc_rs::digest::{SHA256, digest};
use serde_json::{Map, Value};
use std::sync::Arc;

/// The file that a definition's problems are of.
pub const FILE: &str = "competition.toml";

/// What writing a definition did.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Defined {
    pub competition: Slug,
    /// It was not there before.
    pub created: bool,
    /// The text was another.
    pub changed: bool,
    pub revision: i64,
    pub changes: Changes,
}

/// A definition as somebody wants it.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Of the competition; the text's must be the same.
    pub address: Slug,
    pub text: String,
    pub reason: Option<String>,
    /// There must be no such competition yet.
    pub must_be_new: bool,
    /// The mark of the definition that the text was made from ([`Shown`]); None: whatever stands there.
    pub made_from: Option<String>,
}

/// A definition as it may be shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shown {
    /// Literal secrets are masked.
    pub text: String,
    /// Another definition has another mark.
    pub mark: String,
}

fn mark(definition: &str) -> String {
    let hash = digest(&SHA256, definition.as_bytes());
    hex(hash.as_ref().get(..8).unwrap_or_default())
}

/// A definition that was read, with its text as it is to be kept: secrets that came back masked stand in it.
pub(super) struct Proposed {
    pub text: String,
    pub definition: Definition,
}

/// Reads a text as the definition of the competition at an address.
///
/// Errors: `Refused` with every problem; `OtherThanAddress`.
pub(super) fn proposed(text: &str, address: &Slug, known: Option<&Stored>) -> Result<Proposed, AppError> {
    let stored = known.map(|stored| stored.definition.as_str());
    let text = mask::unmasked(FILE, text, stored)?;
    let definition = folder::definition::read(FILE, &text)?;
    if definition.slug != *address {
        return Err(Objection::OtherThanAddress("slug").into());
    }
    Ok(Proposed { text, definition })
}

/// The slug that a text names, where it is a definition. Errors: `Refused`.
pub fn slug_of(text: &str) -> Result<Slug, AppError> {
    Ok(folder::definition::read(FILE, text)?.slug)
}

/// Writes a definition: of a new competition, or the next one of a known one. Where it says anything else to the
/// rules, everything is looked at again, in parts; a name, a source or a secret moves nothing. Its `[result]` is a folder's way to say what was; here `reveal` and `finalize` do.
///
/// Errors: `Refused`; `OtherThanAddress`, `Sealed`; `Taken` where it must be new, `Changed` where somebody else
/// has changed it meanwhile.
pub async fn define(app: &App, by: &Who, wanted: Wanted, now: Moment) -> Result<Defined, AppError> {
    let by = by.clone();
    let (defined, begun) = app
        .store
        .write(move |db| {
            let Wanted {
                address,
                text,
                reason,
                must_be_new,
                made_from,
            } = wanted;
            store::take_turn(db)?;
            let known = store::competition(db, &address)?;
            if must_be_new && known.is_some() {
                return Err(Objection::Taken {
                    field: "slug",
                    value: address.to_string(),
                }
                .into());
            }
            if known.as_ref().is_some_and(|stored| stored.seal.finalized_at.is_some()) {
                return Err(Objection::Sealed.into());
            }
            if let (Some(made_from), Some(stored)) = (&made_from, &known)
                && *made_from != mark(&stored.definition)
            {
                return Err(Objection::DefinitionChanged.into());
            }
            let Proposed { text, definition } = proposed(&text, &address, known.as_ref())?;
            if let Some(stored) = known.as_ref().filter(|stored| stored.definition == text) {
                let defined = Defined {
                    competition: address,
                    created: false,
                    changed: false,
                    revision: stored.revision,
                    changes: Changes::default(),
                };
                return Ok((defined, None));
            }
            let id = store::put_definition(db, &address, &text, now)?;
            let begun = match &known {
                Some(stored) if folds_alike(stored, &definition) => None,
                _ => Some(begin(db, id, Cause::Definition, now)?),
            };
            let competition = fresh(db, id, Arc::new(definition))?;
            look_again(db, &competition.definition, now)?;
            if known.is_none() {
                store::set_turned(db, id, now)?;
            }
            let (was, became) = differences(known.as_ref().map(|stored| stored.definition.as_str()), &text);
            let act = if known.is_none() {
                "competition.create"
            } else {
                "definition.put"
            };
            let deed = Deed {
                competition: Some(id),
                reason,
                was: known.is_some().then(|| Value::Object(was).to_string()),
                became: Some(Value::Object(became).to_string()),
                ..by.deed(now, act, &address)
            };
            store::record(db, &deed)?;
            let defined = Defined {
                competition: address,
                created: known.is_none(),
                changed: true,
                revision: competition.stored.revision,
                changes: Changes::default(),
            };
            Ok::<_, AppError>((defined, begun))
        })
        .await?;
    let changes = match begun {
        None => Changes::default(),
        Some(begun) => finish(app, begun, now).await,
    };
    Ok(Defined { changes, ..defined })
}

/// Whether a definition gives what the stored one gives, whatever else it says. The read ones are compared, not
/// the texts.
pub(super) fn folds_alike(stored: &Stored, definition: &Definition) -> bool {
    folder::definition::read(FILE, &stored.definition).is_ok_and(|known| known.folds_as(definition))
}

/// The row as it stands in this transaction. The shared book of definitions is not asked: should the
/// transaction be rolled back, it would go on holding what never was.
pub(super) fn fresh(
    db: &mut Db,
    id: crate::domain::team::CompetitionId,
    definition: Arc<Definition>,
) -> Result<Competition, AppError> {
    let stored = store::competition_by_id(db, id)?;
    let stored = stored.ok_or_else(|| AppError::Broken("a competition that was just written is not there".into()))?;
    Ok(Competition { stored, definition })
}

/// A competition's definition with its literal secrets masked. Errors: `NoCompetition`.
pub async fn definition_text(app: &App, slug: &Slug) -> Result<Shown, AppError> {
    let slug = slug.clone();
    app.store
        .read(move |db| match store::competition(db, &slug)? {
            Some(stored) => Ok(Shown {
                text: mask::masked(&stored.definition),
                mark: mark(&stored.definition),
            }),
            None => Err(AppError::NoCompetition(slug.to_string())),
        })
        .await
}

/// The keys whose values differ between two definitions, dotted, with what they were and are. Of a literal
/// secret only that it differs.
pub(super) fn differences(before: Option<&str>, after: &str) -> (Map<String, Value>, Map<String, Value>) {
    let flat = |text: &str| {
        let mut keys = Map::new();
        if let Ok(table) = text.parse::<toml::Table>() {
            flatten(String::new(), &toml::Value::Table(table), &mut keys);
        }
        keys
    };
    let (mut was, mut became) = (flat(before.unwrap_or("")), flat(after));
    let same: Vec<String> = was
        .iter()
        .filter(|(key, value)| became.get(*key) == Some(value))
        .map(|(key, _)| key.clone())
        .collect();
    for key in &same {
        was.remove(key);
        became.remove(key);
    }
    for (key, value) in was.iter_mut().chain(became.iter_mut()) {
        if key.starts_with("source.") {
            hide(value);
        }
    }
    (was, became)
}

fn flatten(path: String, value: &toml::Value, keys: &mut Map<String, Value>) {
    let below = |name: &str| {
        if path.is_empty() {
            name.to_owned()
        } else {
            format!("{path}.{name}")
        }
    };
    match value {
        toml::Value::Table(table) => table.iter().for_each(|(name, value)| flatten(below(name), value, keys)),
        toml::Value::Array(items) if items.iter().any(toml::Value::is_table) => {
            for (at, item) in items.iter().enumerate() {
                flatten(below(&(at + 1).to_string()), item, keys);
            }
        }
        toml::Value::Datetime(at) => {
            keys.insert(path, Value::String(at.to_string()));
        }
        other => {
            keys.insert(path, serde_json::to_value(other).unwrap_or(Value::Null));
        }
    }
}

fn hide(value: &mut Value) {
    match value {
        Value::String(text) if text.starts_with("literal:") => *text = "literal:…".to_owned(),
        Value::Array(items) => items.iter_mut().for_each(hide),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_said_by_key_and_of_a_secret_only_that_it_does() {
        let before = "slug = \"a\"\n[scoring]\nbase = 1\nlabels = { x = 2 }\n[[source]]\nname = \"k\"\nsecrets = [\"literal:one\"]\n";
        let after = before
            .replace("base = 1", "base = 3")
            .replace("{ x = 2 }", "{ y = 2 }")
            .replace("literal:one", "literal:two");
        let (was, became) = differences(Some(before), &after);
        assert_eq!(
            Value::Object(was).to_string(),
            r#"{"scoring.base":1,"scoring.labels.x":2,"source.1.secrets":["literal:…"]}"#
        );
        assert_eq!(
            Value::Object(became).to_string(),
            r#"{"scoring.base":3,"scoring.labels.y":2,"source.1.secrets":["literal:…"]}"#
        );
        let (was, became) = differences(Some(before), before);
        assert!(was.is_empty() && became.is_empty());
    }
}
