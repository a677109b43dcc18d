//! A person's own: who they are here, their teams, accounts and submissions, and all of it as one download.

use super::{
    App, AppError, Case, Competition, NamedRole, Objection, Sight, Who, explain::hide, named_roles, submissions::cases,
};
use crate::{
    domain::{
        evaluate::Status,
        team::{Account, CompetitionId, Membership, Person, Team, TeamId},
        text::{Lang, Slug},
        time::Moment,
    },
    store::{self, Db, Submission},
};
use serde_json::{Value, json};
use std::collections::{HashMap, hash_map::Entry};

/// What somebody sees of themselves.
pub struct Own {
    pub login: String,
    pub created_at: Moment,
    /// False: signs in with forge accounts only.
    pub has_password: bool,
    pub roles: Vec<NamedRole>,
    pub person: Person,
    pub accounts: Vec<Account>,
    /// Competition by competition, oldest first.
    pub teams: Vec<OwnTeam>,
    /// A part of their submissions of every competition, the newest merge first, and how many there are.
    pub cases: Vec<Case>,
    pub total: u64,
}

/// A time in a team.
#[derive(Clone, Debug)]
pub struct OwnTeam {
    pub competition: Slug,
    pub id: TeamId,
    pub team: Team,
    pub membership: Membership,
}

/// Which of somebody's submissions are asked for.
#[derive(Clone, Debug)]
pub struct OwnQuery {
    pub competition: Option<Slug>,
    pub status: Option<Status>,
    pub offset: usize,
    pub limit: usize,
}

impl OwnQuery {
    pub const ALL: Self = Self {
        competition: None,
        status: None,
        offset: 0,
        limit: usize::MAX,
    };
}

/// What a freeze hides, it hides from its author too: it is waiting, and under no other status.
///
/// Errors: `NoCompetition`.
pub async fn own(app: &App, who: &Who, query: OwnQuery, now: Moment) -> Result<Own, AppError> {
    let (definitions, who) = (app.definitions(), who.clone());
    app.store
        .read(move |db| {
            let login = store::login_by_id(db, who.id)?.ok_or(Objection::SessionOver)?;
            let person = store::person_by_id(db, who.person)?.ok_or(Objection::NotThere("person"))?;
            let of = match &query.competition {
                Some(slug) => Some(definitions.of(db, slug)?.id()),
                None => None,
            };
            let mut rows = store::submissions_of_person(db, who.person, of)?;
            let mut known: HashMap<CompetitionId, Competition> = HashMap::new();
            for row in &rows {
                if let Entry::Vacant(place) = known.entry(row.competition) {
                    place.insert(definitions.by_id(db, row.competition)?);
                }
            }
            if let Some(status) = query.status {
                rows.retain(|row| {
                    let mut told = row.clone();
                    if let Some(competition) = known.get(&row.competition) {
                        hide(competition, &mut told, Sight::Public, now);
                    }
                    told.status == status
                });
            }
            let total = rows.len() as u64;
            let rows: Vec<Submission> = rows.into_iter().skip(query.offset).take(query.limit).collect();
            Ok(Own {
                roles: named_roles(db, &who.roles)?,
                accounts: store::accounts_of(db, who.person)?,
                teams: teams(db, &who)?,
                cases: explained(db, &known, rows, now)?,
                total,
                login: login.login,
                created_at: login.created_at,
                has_password: login.password.is_some(),
                person,
            })
        })
        .await
}

fn teams(db: &mut Db, who: &Who) -> Result<Vec<OwnTeam>, AppError> {
    let mut found = Vec::new();
    for stay in store::stays_of(db, who.person)? {
        let team = store::teams_by_id(db, &[stay.membership.team.0])?.pop();
        let stored = store::competition_by_id(db, stay.competition)?;
        if let (Some((id, team)), Some(stored)) = (team, stored) {
            found.push(OwnTeam {
                competition: stored.slug,
                id,
                team,
                membership: stay.membership,
            });
        }
    }
    Ok(found)
}

/// The rows with what explains them, in the order in which they came, which goes across competitions.
fn explained(
    db: &mut Db,
    known: &HashMap<CompetitionId, Competition>,
    rows: Vec<Submission>,
    now: Moment,
) -> Result<Vec<Case>, AppError> {
    let order: HashMap<_, _> = rows.iter().enumerate().map(|(place, row)| (row.id, place)).collect();
    let mut by_competition: HashMap<CompetitionId, Vec<Submission>> = HashMap::new();
    for row in rows {
        by_competition.entry(row.competition).or_default().push(row);
    }
    let mut all = Vec::new();
    for (id, rows) in by_competition {
        if let Some(competition) = known.get(&id) {
            all.extend(cases(db, competition, rows, Sight::Public, now)?);
        }
    }
    all.sort_by_key(|case| order.get(&case.submission.id).copied());
    Ok(all)
}

/// Everything that is kept about somebody, as they may take it along. `code`: the community code as it is now.
pub async fn kept(app: &App, who: &Who, code: &str, lang: Lang, now: Moment) -> Result<Value, AppError> {
    let own = own(app, who, OwnQuery::ALL, now).await?;
    let (id, person) = (who.id, who.person);
    let kept = app.store.read(move |db| store::kept_of(db, id, person)).await?;
    let accounts: Vec<Value> = own.accounts.iter().map(account_json).collect();
    let teams: Vec<Value> = own.teams.iter().map(OwnTeam::json).collect();
    let submissions: Vec<Value> = own.cases.iter().map(|case| case.json(lang)).collect();
    Ok(json!({
        "exported_at": now,
        "account": {
            "login": own.login, "created_at": own.created_at, "has_password": own.has_password, "roles": own.roles,
        },
        "person": {"slug": own.person.slug, "name": own.person.name, "number": own.person.number, "code": code},
        "accounts": accounts,
        "teams": teams,
        "submissions": submissions,
        "requests": kept.requests,
        "appeals": kept.appeals,
        "decisions": kept.decisions,
        "sessions": kept.sessions,
        "audit": kept.deeds,
    }))
}

pub fn account_json(account: &Account) -> Value {
    let mut json = json!({
        "forge": account.forge.kind, "login": account.login, "id": account.id, "proven": account.proven,
    });
    if !account.forge.is_own() {
        json["host"] = json!(account.forge.host());
    }
    json
}

impl OwnTeam {
    pub fn json(&self) -> Value {
        let team = &self.team;
        json!({
            "competition": self.competition,
            "team": {"slug": team.slug, "kind": team.kind, "region": team.region.as_str(), "name": team.name},
            "status": team.standing,
            "joined_at": self.membership.joined_at,
            "left_at": self.membership.left_at,
        })
    }
}
