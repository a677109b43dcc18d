//! A person's own: who they are here, their teams, accounts and submissions, and all of it as one download.

use super::{
    App, AppError, Case, Competition, NamedRole, Objection, Sight, Who, explain::hide, named_roles,
    submissions::each_case,
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
use serde::Serialize;
use serde_json::{Value, json, value::RawValue};
use std::{
    cmp::Reverse,
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

/// What somebody sees of themselves, their submissions as what was made of each.
pub struct Own<T = Case> {
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
    pub cases: Vec<T>,
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
pub async fn own<T: Send + 'static>(
    app: &App,
    who: &Who,
    query: OwnQuery,
    now: Moment,
    each: impl FnMut(Case) -> T + Send + 'static,
) -> Result<Own<T>, AppError> {
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
            let mut known: HashMap<CompetitionId, Arc<Competition>> = HashMap::new();
            for row in &rows {
                if let Entry::Vacant(place) = known.entry(row.competition) {
                    place.insert(Arc::new(definitions.by_id(db, row.competition)?));
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
            rows.sort_by_cached_key(|row| {
                let freeze = known.get(&row.competition).and_then(|competition| {
                    let seal = competition.stored.seal;
                    competition.definition.frozen_at(seal, now)
                });
                let merged_at = row.told_merged_at(freeze);
                (merged_at.is_some(), Reverse(merged_at), Reverse(row.id))
            });
            let total = rows.len() as u64;
            let rows: Vec<Submission> = rows.into_iter().skip(query.offset).take(query.limit).collect();
            Ok(Own {
                roles: named_roles(db, &who.roles)?,
                accounts: store::accounts_of(db, who.person)?,
                teams: teams(db, &who)?,
                cases: explained(db, &known, rows, now, each)?,
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
fn explained<T>(
    db: &mut Db,
    known: &HashMap<CompetitionId, Arc<Competition>>,
    rows: Vec<Submission>,
    now: Moment,
    mut each: impl FnMut(Case) -> T,
) -> Result<Vec<T>, AppError> {
    let order: HashMap<_, _> = rows.iter().enumerate().map(|(place, row)| (row.id, place)).collect();
    let mut by_competition: HashMap<CompetitionId, Vec<Submission>> = HashMap::new();
    for row in rows {
        by_competition.entry(row.competition).or_default().push(row);
    }
    let mut all = Vec::new();
    for (id, rows) in by_competition {
        if let Some(competition) = known.get(&id) {
            let numbered = |case: Case| (case.submission.id, each(case));
            all.extend(each_case(db, competition, rows, Sight::Public, now, numbered)?);
        }
    }
    all.sort_by_key(|(id, _)| order.get(id).copied());
    Ok(all.into_iter().map(|(_, made)| made).collect())
}

/// Everything that is kept about somebody, as they may take it along. `code`: the community code as it is now.
pub async fn kept(app: &App, who: &Who, code: &str, lang: Lang, now: Moment) -> Result<impl Serialize, AppError> {
    let own = own(app, who, OwnQuery::ALL, now, move |case| case.written(lang)).await?;
    let (id, person) = (who.id, who.person);
    let kept = app.store.read(move |db| store::kept_of(db, id, person)).await?;
    let accounts: Vec<Value> = own.accounts.iter().map(account_json).collect();
    let teams: Vec<Value> = own.teams.iter().map(OwnTeam::json).collect();
    #[derive(Serialize)]
    struct Everything {
        exported_at: Moment,
        account: Value,
        person: Value,
        accounts: Vec<Value>,
        teams: Vec<Value>,
        submissions: Vec<Box<RawValue>>,
        requests: Value,
        appeals: Value,
        decisions: Value,
        sessions: Value,
        audit: Value,
    }
    Ok(Everything {
        exported_at: now,
        account: json!({
            "login": own.login, "created_at": own.created_at, "has_password": own.has_password, "roles": own.roles,
        }),
        person: json!({
            "slug": own.person.slug, "name": own.person.name, "number": own.person.number, "code": code,
        }),
        accounts,
        teams,
        submissions: own.cases,
        requests: json!(kept.requests),
        appeals: json!(kept.appeals),
        decisions: json!(kept.decisions),
        sessions: json!(kept.sessions),
        audit: json!(kept.deeds),
    })
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
