//! Secrets of sources, written by an admin and shown to nobody again. Two may hold while one is rotated.

use super::{App, AppError, Competition, Objection, Who};
use crate::{
    domain::{forge::Forge, text::Slug, time::Moment},
    store::{self, Db, Deed},
};
use serde_json::json;

/// Characters of a secret, at least and at most.
pub const SECRET: (usize, usize) = (8, 256);
/// Secrets of one source, written here, that may hold at once.
const MOST: usize = 2;

pub(super) fn known(competition: &Competition, forge: Forge, source: &Slug) -> Result<(), Objection> {
    let own = competition.definition.sources.iter();
    let found = own.into_iter().any(|own| own.forge == forge && own.name == *source);
    if found {
        Ok(())
    } else {
        Err(Objection::NotThere("source"))
    }
}

fn good_secret(secret: &str) -> Result<(), Objection> {
    let (least, most) = SECRET;
    let got = secret.chars().count();
    if got < least {
        return Err(Objection::TooShort {
            field: "secret",
            least,
            most,
            got,
        });
    }
    if got > most {
        return Err(Objection::TooLong {
            field: "secret",
            most,
            got,
        });
    }
    // Forges send it in a header or sign with its bytes: what they could not write is a mistake of pasting.
    match secret.chars().find(|c| c.is_control() || c.is_whitespace()) {
        Some(c) => Err(Objection::Invisible {
            field: "secret",
            code: u32::from(c),
        }),
        None => Ok(()),
    }
}

/// The numbers of the secrets that hold.
fn holding(db: &mut Db, competition: &Competition, forge: Forge, source: &Slug) -> Result<Vec<i64>, AppError> {
    let notes = store::source_secret_notes(db, competition.id())?;
    let holds = |note: &&store::SecretNote| note.forge == forge && note.source == *source && note.ends_at.is_none();
    Ok(notes.iter().filter(holds).map(|note| note.id).collect())
}

fn deed(by: &Who, now: Moment, act: &'static str, competition: &Competition, forge: Forge, source: &Slug) -> Deed {
    Deed {
        competition: Some(competition.id()),
        ..by.deed(now, act, format!("{}/{source}", forge.as_str()))
    }
}

/// Writes another secret of a source; hooks that it proves are taken within a second, on every instance.
/// Returns its number.
///
/// Errors: `NoCompetition`; `NotThere`, `TooShort`, `TooLong`, `Invisible`, `TwoSecrets`.
pub async fn add_source_secret(
    app: &App,
    by: &Who,
    slug: &Slug,
    (forge, source): (Forge, &Slug),
    secret: &str,
    now: Moment,
) -> Result<i64, AppError> {
    good_secret(secret)?;
    let (definitions, by, slug, source) = (app.definitions(), by.clone(), slug.clone(), source.clone());
    let secret = secret.to_owned();
    app.store
        .write(move |db| {
            let competition = definitions.of(db, &slug)?;
            known(&competition, forge, &source)?;
            let before = holding(db, &competition, forge, &source)?;
            if before.len() >= MOST {
                return Err(Objection::TwoSecrets.into());
            }
            let id = store::add_source_secret(db, competition.id(), forge, &source, &secret, now)?;
            store::raise_revision(db, competition.id())?;
            let after: Vec<i64> = before.iter().copied().chain([id]).collect();
            let added = Deed {
                was: Some(json!({"secrets": before}).to_string()),
                became: Some(json!({"secrets": after}).to_string()),
                ..deed(&by, now, "secret.add", &competition, forge, &source)
            };
            store::record(db, &added)?;
            Ok(id)
        })
        .await
}

/// Ends a secret that was written here: hooks that only it proves are refused from now on.
///
/// Errors: `NoCompetition`; `NotThere` where it is no secret of this source, or was ended.
pub async fn end_source_secret(
    app: &App,
    by: &Who,
    slug: &Slug,
    (forge, source): (Forge, &Slug),
    id: i64,
    now: Moment,
) -> Result<(), AppError> {
    let (definitions, by, slug, source) = (app.definitions(), by.clone(), slug.clone(), source.clone());
    app.store
        .write(move |db| {
            let competition = definitions.of(db, &slug)?;
            let before = holding(db, &competition, forge, &source)?;
            if !before.contains(&id) {
                return Err(Objection::NotThere("secret").into());
            }
            store::end_source_secret(db, id, now)?;
            store::raise_revision(db, competition.id())?;
            let after: Vec<i64> = before.iter().copied().filter(|own| *own != id).collect();
            let ended = Deed {
                was: Some(json!({"secrets": before}).to_string()),
                became: Some(json!({"secrets": after}).to_string()),
                ..deed(&by, now, "secret.end", &competition, forge, &source)
            };
            Ok(store::record(db, &ended)?)
        })
        .await
}
