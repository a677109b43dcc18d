//! The audit log: who did what, when, why, from what to what. It only grows; the database refuses the rest.

use super::{
    Db, StoreError, on,
    schema::{audit, logins, teams},
};
use crate::domain::{
    login::LoginId,
    team::{CompetitionId, TeamId},
    time::Moment,
};
use diesel::prelude::*;

/// An entry to write.
#[derive(Clone, Debug)]
pub struct Deed {
    pub at: Moment,
    /// None: the command line.
    pub login: Option<LoginId>,
    pub competition: Option<CompetitionId>,
    pub team: Option<TeamId>,
    /// `team.apply`, `decision.accept`, `definition.put`: what was done, as noun and verb.
    pub act: &'static str,
    /// What it was done to: a slug, a submission's number, a login.
    pub subject: String,
    pub reason: Option<String>,
    /// JSON texts.
    pub was: Option<String>,
    pub became: Option<String>,
}

/// An entry as it stands.
#[derive(Clone, Debug)]
pub struct AuditEntry {
    pub id: i64,
    pub at: Moment,
    /// The login as it is called today; None: the command line.
    pub login: Option<String>,
    pub team: Option<String>,
    pub act: String,
    pub subject: String,
    pub reason: Option<String>,
    pub was: Option<String>,
    pub became: Option<String>,
}

pub fn record(db: &mut Db, deed: &Deed) -> Result<(), StoreError> {
    let values = (
        audit::at.eq(deed.at.millis()),
        audit::login_id.eq(deed.login.map(|l| l.0)),
        audit::competition_id.eq(deed.competition.map(|c| c.0)),
        audit::team_id.eq(deed.team.map(|t| t.0)),
        audit::act.eq(deed.act),
        audit::subject.eq(&deed.subject),
        audit::reason.eq(deed.reason.as_deref()),
        audit::was.eq(deed.was.as_deref()),
        audit::became.eq(deed.became.as_deref()),
    );
    on!(db, c => diesel::insert_into(audit::table).values(values).execute(c))?;
    Ok(())
}

/// Up to `limit` entries of a competition after the one with the number `after`, oldest first.
pub fn audit_after(
    db: &mut Db,
    competition: CompetitionId,
    after: i64,
    limit: i64,
) -> Result<Vec<AuditEntry>, StoreError> {
    let query = audit::table
        .left_join(logins::table.on(logins::id.nullable().eq(audit::login_id)))
        .left_join(teams::table.on(teams::id.nullable().eq(audit::team_id)))
        .filter(audit::competition_id.eq(competition.0))
        .filter(audit::id.gt(after))
        .order(audit::id)
        .limit(limit)
        .select((
            audit::id,
            audit::at,
            logins::login.nullable(),
            teams::slug.nullable(),
            audit::act,
            audit::subject,
            audit::reason,
            audit::was,
            audit::became,
        ));
    type Row = (
        i64,
        i64,
        Option<String>,
        Option<String>,
        String,
        String,
        Option<String>,
        Option<String>,
        Option<String>,
    );
    let rows: Vec<Row> = on!(db, c => query.load(c))?;
    let entry = |(id, at, login, team, act, subject, reason, was, became): Row| AuditEntry {
        id,
        at: Moment::from_millis(at),
        login,
        team,
        act,
        subject,
        reason,
        was,
        became,
    };
    Ok(rows.into_iter().map(entry).collect())
}
