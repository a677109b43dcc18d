//! The audit log: who did what, when, why, from what to what. It only grows; the database refuses the rest.

use super::{
    Db, StoreError, on,
    schema::{audit, competitions, logins, teams},
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
    pub competition: Option<String>,
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

/// When somebody did this since then, the newest `limit` times, newest first.
pub fn done_since(
    db: &mut Db,
    login: LoginId,
    act: &str,
    since: Moment,
    limit: i64,
) -> Result<Vec<Moment>, StoreError> {
    let query = audit::table
        .filter(audit::login_id.eq(login.0))
        .filter(audit::act.eq(act))
        .filter(audit::at.gt(since.millis()))
        .order(audit::at.desc())
        .limit(limit)
        .select(audit::at);
    let times: Vec<i64> = on!(db, c => query.load(c))?;
    Ok(times.into_iter().map(Moment::from_millis).collect())
}

/// Which entries, and in which order.
#[derive(Clone, Debug, Default)]
pub struct AuditWanted {
    /// None: those of the whole instance.
    pub competition: Option<CompetitionId>,
    /// Only entries with a higher number.
    pub after: i64,
    /// Only entries with a lower number, the newest first; None: the oldest first.
    pub before: Option<i64>,
    /// What an act begins with: `team` finds `team.apply`.
    pub act: Option<String>,
    /// The doer's login, in the form in which logins are compared.
    pub login: Option<String>,
    pub limit: i64,
}

/// Up to `limit` entries of a competition after the one with the number `after`, oldest first.
pub fn audit_after(
    db: &mut Db,
    competition: CompetitionId,
    after: i64,
    limit: i64,
) -> Result<Vec<AuditEntry>, StoreError> {
    let wanted = AuditWanted {
        competition: Some(competition),
        after,
        limit,
        ..AuditWanted::default()
    };
    audit_entries(db, &wanted)
}

/// The entries that are wanted.
pub fn audit_entries(db: &mut Db, wanted: &AuditWanted) -> Result<Vec<AuditEntry>, StoreError> {
    type Row = (
        (i64, i64),
        (Option<String>, Option<String>, Option<String>),
        (String, String, Option<String>),
        (Option<String>, Option<String>),
    );
    macro_rules! rows {
        ($c:expr) => {{
            let mut query = audit::table
                .left_join(logins::table.on(logins::id.nullable().eq(audit::login_id)))
                .left_join(teams::table.on(teams::id.nullable().eq(audit::team_id)))
                .left_join(competitions::table.on(competitions::id.nullable().eq(audit::competition_id)))
                .filter(audit::id.gt(wanted.after))
                .limit(wanted.limit)
                .select((
                    (audit::id, audit::at),
                    (
                        logins::login.nullable(),
                        competitions::slug.nullable(),
                        teams::slug.nullable(),
                    ),
                    (audit::act, audit::subject, audit::reason),
                    (audit::was, audit::became),
                ))
                .into_boxed();
            if let Some(competition) = wanted.competition {
                query = query.filter(audit::competition_id.eq(competition.0));
            }
            query = match wanted.before {
                Some(before) => query.filter(audit::id.lt(before)).order(audit::id.desc()),
                None => query.order(audit::id),
            };
            if let Some(act) = &wanted.act {
                let plain: String = act.chars().filter(|c| !matches!(c, '%' | '_' | '\\')).collect();
                query = query.filter(audit::act.like(format!("{plain}%")));
            }
            if let Some(login) = &wanted.login {
                query = query.filter(logins::login_key.nullable().eq(login));
            }
            query.load::<Row>($c)?
        }};
    }
    let rows: Vec<Row> = match db {
        Db::Sqlite(c) => rows!(c),
        Db::Postgres(c) => rows!(c),
    };
    let entry = |((id, at), (login, competition, team), (act, subject, reason), (was, became)): Row| AuditEntry {
        id,
        at: Moment::from_millis(at),
        login,
        competition,
        team,
        act,
        subject,
        reason,
        was,
        became,
    };
    Ok(rows.into_iter().map(entry).collect())
}
