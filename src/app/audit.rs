//! The audit log, read.

use super::{App, AppError};
use crate::{
    domain::{login::LoginName, text::Slug},
    store::{self, AuditEntry, AuditWanted},
};

/// Which entries of the audit log are asked for.
#[derive(Clone, Debug, Default)]
pub struct AuditQuery {
    /// None: of the whole instance.
    pub competition: Option<Slug>,
    pub after: i64,
    /// Newest first, from before this one; None: oldest first.
    pub before: Option<i64>,
    /// What an act begins with.
    pub act: Option<String>,
    pub login: Option<String>,
    pub limit: usize,
}

/// The entries, and whether there are more behind them. Errors: `NoCompetition`.
pub async fn audit(app: &App, query: AuditQuery) -> Result<(Vec<AuditEntry>, bool), AppError> {
    app.store
        .read(move |db| {
            let competition = match &query.competition {
                None => None,
                Some(slug) => match store::competition(db, slug)? {
                    Some(stored) => Some(stored.id),
                    None => return Err(AppError::NoCompetition(slug.to_string())),
                },
            };
            // What cannot be a login did nothing.
            let login = match &query.login {
                None => None,
                Some(text) => match LoginName::parse(text) {
                    Ok(login) => Some(login.key()),
                    Err(_) => return Ok((Vec::new(), false)),
                },
            };
            let wanted = AuditWanted {
                competition,
                after: query.after,
                before: query.before,
                act: query.act,
                login,
                limit: query.limit as i64 + 1,
            };
            let mut entries = store::audit_entries(db, &wanted)?;
            let more = entries.len() > query.limit;
            entries.truncate(query.limit);
            Ok((entries, more))
        })
        .await
}
