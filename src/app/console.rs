//! What a host sees of a competition: how it stands, what waits, and what its sources have sent.

use super::{App, AppError, Competition, Objection, RoleName};
use crate::{
    domain::{
        competition::Secret,
        evaluate::Status,
        forge::Forge,
        login::{LoginName, Role},
        team::Standing,
        text::Slug,
        time::Moment,
    },
    store::{self, Db, Failed, Login, Refused, SecretNote, SharedName},
};

/// A competition as its host sees it.
#[derive(Clone)]
pub struct Overview {
    pub competition: Competition,
    pub work: Work,
    pub sources: Vec<SourceCard>,
    /// Deliveries of its sources that could not be read, newest first, at most [`FAILED`].
    pub failed: Vec<Failed>,
    /// Of its sources, what was about a repository that they do not speak for, as `failed`.
    pub out_of_reach: Vec<Failed>,
    /// Paths of its scope that several repositories have borne.
    pub shared: Vec<SharedName>,
    /// Since when the delivery that has waited longest waits to be looked at, of any source of the instance.
    pub oldest_queued: Option<Moment>,
}

/// What waits, in numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Work {
    pub submissions: i64,
    pub accepted: i64,
    pub review: i64,
    pub waiting: i64,
    pub teams: i64,
    /// Teams that applied or are in their defence.
    pub applications: i64,
    pub appeals: i64,
}

/// A source, with what may be known of its secrets.
#[derive(Clone, Debug)]
pub struct SourceCard {
    pub forge: Forge,
    pub name: Slug,
    /// Variables of the environment that the definition names; None: a secret written out there.
    pub defined: Vec<Option<String>>,
    /// Written in the browser, ended ones too.
    pub written: Vec<SecretNote>,
    /// When it was last heard of, whatever it sent.
    pub last: Option<Moment>,
    /// Deliveries: all of them, and those that could not be read.
    pub deliveries: i64,
    /// What was refused, the latest first: what never became a delivery.
    pub refused: Vec<Refused>,
    pub failed: i64,
}

impl SourceCard {
    /// Secrets that hold.
    pub fn holding(&self) -> usize {
        self.defined.len() + self.written.iter().filter(|note| note.ends_at.is_none()).count()
    }
}

/// Failed deliveries that are shown.
pub const FAILED: usize = 50;

/// Errors: `NoCompetition`.
pub async fn overview(app: &App, slug: &Slug) -> Result<Overview, AppError> {
    let oldest_queued = super::oldest_waiting(app).await?;
    let (definitions, slug) = (app.definitions(), slug.clone());
    app.store
        .read(move |db| {
            let competition = definitions.of(db, &slug)?;
            let work = work(db, &competition)?;
            let sources = sources(db, &competition)?;
            let of_ours = |failed: &Failed| {
                let same = |own: &SourceCard| own.forge.as_str() == failed.forge && own.name.as_str() == failed.source;
                sources.iter().any(same)
            };
            let ours = |mut newest: Vec<Failed>| {
                newest.retain(of_ours);
                newest.truncate(FAILED);
                newest
            };
            let failed = ours(store::failed_deliveries(db, 1_000)?);
            let out_of_reach = ours(store::deliveries_out_of_reach(db, 1_000)?);
            let shared = store::shared_names(db, competition.definition.scope().paths())?;
            Ok(Overview {
                work,
                failed,
                out_of_reach,
                shared,
                competition,
                sources,
                oldest_queued,
            })
        })
        .await
}

/// Every competition with what waits in it, the latest to close first.
pub async fn all_work(app: &App) -> Result<Vec<(Competition, Work)>, AppError> {
    let definitions = app.definitions();
    app.store
        .read(move |db| {
            let mut all = Vec::new();
            for competition in definitions.all(db)? {
                let work = work(db, &competition)?;
                all.push((competition, work));
            }
            all.sort_by_key(|(competition, _)| std::cmp::Reverse(competition.definition.window.closes_at));
            Ok(all)
        })
        .await
}

fn work(db: &mut Db, competition: &Competition) -> Result<Work, AppError> {
    let id = competition.id();
    let mut work = Work {
        appeals: store::open_appeals(db, id)?,
        ..Work::default()
    };
    for (status, count) in store::count_by_status(db, id)? {
        work.submissions += count;
        match Status::parse(&status) {
            Some(Status::Accepted) => work.accepted += count,
            Some(Status::Review) => work.review += count,
            Some(Status::Waiting) => work.waiting += count,
            Some(Status::Rejected) | None => {}
        }
    }
    for (standing, count) in store::count_by_standing(db, id)? {
        match Standing::parse(&standing) {
            Some(Standing::Approved) => work.teams += count,
            Some(Standing::Applied | Standing::Defending) => work.applications += count,
            Some(Standing::Declined | Standing::Suspended) | None => {}
        }
    }
    Ok(work)
}

fn sources(db: &mut Db, competition: &Competition) -> Result<Vec<SourceCard>, AppError> {
    let heard = store::heard(db)?;
    let refused = store::refusals(db)?;
    let notes = store::source_secret_notes(db, competition.id())?;
    let card = |source: &crate::domain::competition::Source| {
        let own = || {
            heard
                .iter()
                .filter(|heard| heard.forge == source.forge.kind && heard.source == source.name.as_str())
        };
        SourceCard {
            forge: source.forge.kind,
            name: source.name.clone(),
            defined: source
                .secrets
                .iter()
                .map(|secret| match secret {
                    Secret::Env(variable) => Some(variable.clone()),
                    Secret::Literal(_) => None,
                })
                .collect(),
            written: notes
                .iter()
                .filter(|note| note.forge == source.forge.kind && note.source == source.name)
                .cloned()
                .collect(),
            last: own().map(|heard| heard.last).max(),
            refused: refused
                .iter()
                .filter(|refused| refused.forge == source.forge.kind && refused.source == source.name)
                .cloned()
                .collect(),
            deliveries: own().map(|heard| heard.count).sum(),
            failed: own()
                .filter(|heard| heard.state == "failed")
                .map(|heard| heard.count)
                .sum(),
        }
    };
    Ok(competition.definition.sources.iter().map(card).collect())
}

/// Somebody who signs in, as the host sees them.
#[derive(Clone, Debug)]
pub struct Account {
    pub login: String,
    pub person: Slug,
    pub name: String,
    pub roles: Vec<RoleName>,
    pub created_at: Moment,
    pub banned_at: Option<Moment>,
}

/// A part of everybody who signs in, by login, and how many match.
pub async fn people(app: &App, q: &str, offset: u64, limit: u64) -> Result<(Vec<Account>, u64), AppError> {
    let q = q.to_owned();
    app.store
        .read(move |db| {
            let offset = i64::try_from(offset).unwrap_or(i64::MAX);
            let (logins, total) = store::logins_like(db, &q, offset, limit as i64)?;
            let mut accounts = Vec::with_capacity(logins.len());
            for login in logins {
                accounts.extend(account_of(db, login)?);
            }
            Ok((accounts, u64::try_from(total).unwrap_or(0)))
        })
        .await
}

/// Somebody who signs in, by login. Errors: `NotThere`.
pub async fn account(app: &App, login: &str) -> Result<Account, AppError> {
    let name = LoginName::parse(login).map_err(|_| Objection::NotThere("login"))?;
    app.store
        .read(move |db| {
            let found = match store::login_by_key(db, &name.key())? {
                Some(login) => account_of(db, login)?,
                None => None,
            };
            found.ok_or_else(|| Objection::NotThere("login").into())
        })
        .await
}

fn account_of(db: &mut Db, login: Login) -> Result<Option<Account>, AppError> {
    let Some(person) = store::person_by_id(db, login.person)? else {
        return Ok(None);
    };
    let mut roles = Vec::new();
    for role in store::roles_of(db, login.id)? {
        roles.extend(role_name(db, role)?);
    }
    Ok(Some(Account {
        login: login.login,
        person: person.slug,
        name: person.name,
        roles,
        created_at: login.created_at,
        banned_at: login.banned_at,
    }))
}

/// None where what it is a role of has gone.
fn role_name(db: &mut Db, role: Role) -> Result<Option<RoleName>, AppError> {
    let slug = |db: &mut Db, id| Ok::<_, AppError>(store::competition_by_id(db, id)?.map(|stored| stored.slug));
    Ok(match role {
        Role::Admin => Some(RoleName::Admin),
        Role::Judge(id) => slug(db, id)?.map(|competition| RoleName::Judge { competition }),
        Role::Organizer(id, team) => {
            let team = store::teams_by_id(db, &[team.0])?.into_iter().next();
            slug(db, id)?
                .zip(team)
                .map(|(competition, (_, team))| RoleName::Organizer {
                    competition,
                    team: team.slug,
                })
        }
    })
}
