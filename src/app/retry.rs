//! Deliveries that could not be read, looked at again: by a command, by a host, by a newer version.

use super::{App, AppError, Objection, Who, source_secrets::known};
use crate::{
    domain::{forge::Forge, text::Slug, time::Moment},
    store::{self, Deed},
};
use serde_json::json;

/// Has deliveries looked at again that could not be read: those of one source, or all. Returns how many.
///
/// Errors: `NotThere` where no competition names the source and nothing was ever kept of it.
pub async fn retry(app: &App, of: Option<(Forge, Slug)>, now: Moment) -> Result<usize, AppError> {
    let definitions = app.definitions();
    app.store
        .write(move |db| {
            let of = of.as_ref().map(|(forge, source)| (*forge, source));
            if let Some((forge, source)) = of
                && !store::has_sent(db, forge, source)?
                && !definitions
                    .all(db)?
                    .iter()
                    .any(|competition| known(competition, forge, source).is_ok())
            {
                return Err(Objection::NotThere("source").into());
            }
            Ok(store::requeue_failed(db, of, now)?)
        })
        .await
}

/// The same for a host, of a source of their competition. Errors: `NoCompetition`; `NotThere`.
pub async fn retry_source(
    app: &App,
    by: &Who,
    slug: &Slug,
    (forge, source): (Forge, &Slug),
    now: Moment,
) -> Result<usize, AppError> {
    let (definitions, by, slug, source) = (app.definitions(), by.clone(), slug.clone(), source.clone());
    app.store
        .write(move |db| {
            let competition = definitions.of(db, &slug)?;
            known(&competition, forge, &source)?;
            let again = store::requeue_failed(db, Some((forge, &source)), now)?;
            let retried = Deed {
                competition: Some(competition.id()),
                became: Some(json!({"deliveries": again}).to_string()),
                ..by.deed(now, "source.retry", format!("{}/{source}", forge.as_str()))
            };
            store::record(db, &retried)?;
            Ok(again)
        })
        .await
}

/// Has deliveries looked at again that another version of the program could not read. Returns how many.
pub async fn retry_of_other_versions(app: &App, now: Moment) -> Result<usize, AppError> {
    let again = app
        .store
        .write(move |db| store::requeue_failed_elsewhen(db, now).map_err(AppError::from))
        .await?;
    if again > 0 {
        tracing::info!(
            again,
            "deliveries that another version could not read are looked at again"
        );
    }
    Ok(again)
}
