//! Who asks, and whether they may: every route names one [`Access`] (`web::routes`), and this is where it is
//! decided what each of them lets through.

use super::Objection;
use crate::{
    domain::{
        login::{LoginId, Role},
        team::{CompetitionId, PersonId, TeamId},
        text::Slug,
    },
    store::{self, Db, Deed, Login, StoreError},
};

/// Somebody who is signed in, with what they may do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Who {
    pub id: LoginId,
    /// As it was written.
    pub login: String,
    pub person: PersonId,
    /// The session that the request bears.
    pub session: String,
    pub roles: Vec<Role>,
}

impl Who {
    pub fn of(db: &mut Db, login: Login, session: String) -> Result<Self, StoreError> {
        Ok(Self {
            roles: store::roles_of(db, login.id)?,
            id: login.id,
            login: login.login,
            person: login.person,
            session,
        })
    }

    pub fn is_admin(&self) -> bool {
        self.roles.contains(&Role::Admin)
    }

    /// A judge of the competition, or an admin.
    pub fn judges(&self, competition: CompetitionId) -> bool {
        self.is_admin() || self.roles.contains(&Role::Judge(competition))
    }

    /// The team's organizer, or an admin.
    pub fn organizes(&self, competition: CompetitionId, team: TeamId) -> bool {
        self.is_admin() || self.roles.contains(&Role::Organizer(competition, team))
    }

    /// The teams of a competition that somebody organizes by role.
    pub fn teams(&self, competition: CompetitionId) -> impl Iterator<Item = TeamId> {
        self.roles.iter().filter_map(move |role| match role {
            Role::Organizer(of, team) if *of == competition => Some(*team),
            Role::Organizer(..) | Role::Judge(_) | Role::Admin => None,
        })
    }

    /// An entry of the audit log that this person is the doer of.
    pub fn deed(&self, at: crate::domain::time::Moment, act: &'static str, subject: impl ToString) -> Deed {
        Deed {
            at,
            login: Some(self.id),
            competition: None,
            team: None,
            act,
            subject: subject.to_string(),
            reason: None,
            was: None,
            became: None,
        }
    }
}

/// Whom a route lets in. What further depends on the thing itself (a conflict of interest, a step of a team's
/// way) is its use case's to say.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Access {
    /// Everybody, signed in or not.
    Everybody,
    /// A forge, by its hook's signature.
    Forge,
    SignedIn,
    /// The organizer of the `{team}` in the address, and admins; to others there is no such thing.
    Organizer,
    /// As `Organizer`, and judges of the competition.
    TeamOrJudge,
    /// As `Organizer`, and the `{person}` in the address.
    Member,
    /// Judges of the competition, and admins.
    Judge,
    Admin,
    /// As `Admin`, where the competition in the address need not be there yet.
    Founder,
}

/// What an address names. `team` and `person` are absent where there is nothing of that name.
#[derive(Clone, Copy, Debug, Default)]
pub struct Named {
    pub competition: Option<CompetitionId>,
    pub team: Option<TeamId>,
    pub person: Option<PersonId>,
}

impl Access {
    /// Errors: `NotSignedIn`, `NeedsRole`, or `NotThere` where somebody asks for another team's things.
    pub fn admit(self, who: Option<&Who>, named: Named) -> Result<(), Objection> {
        if matches!(self, Access::Everybody | Access::Forge) {
            return Ok(());
        }
        let who = who.ok_or(Objection::NotSignedIn)?;
        let organizes = || {
            named
                .competition
                .zip(named.team)
                .is_some_and(|(competition, team)| who.organizes(competition, team))
        };
        let judges = || named.competition.is_some_and(|competition| who.judges(competition));
        let (allowed, otherwise) = match self {
            Access::Everybody | Access::Forge | Access::SignedIn => (true, Objection::NotSignedIn),
            Access::Organizer => (organizes(), Objection::NotThere("team")),
            Access::TeamOrJudge => (
                named.team.is_some() && (organizes() || judges()),
                Objection::NotThere("team"),
            ),
            Access::Member => (
                named.team.is_some() && (organizes() || named.person == Some(who.person)),
                Objection::NotThere("team"),
            ),
            Access::Judge => (who.is_admin() || judges(), Objection::NeedsRole("judge")),
            Access::Admin | Access::Founder => (who.is_admin(), Objection::NeedsRole("admin")),
        };
        if allowed { Ok(()) } else { Err(otherwise) }
    }
}

/// What the slugs of an address stand for.
pub fn named(
    db: &mut Db,
    competition: Option<&Slug>,
    team: Option<&Slug>,
    person: Option<&Slug>,
) -> Result<Named, StoreError> {
    let mut named = Named::default();
    if let Some(slug) = competition {
        named.competition = store::competition(db, slug)?.map(|stored| stored.id);
    }
    if let (Some(competition), Some(slug)) = (named.competition, team) {
        named.team = store::team_by_slug(db, competition, slug)?.map(|(id, _)| id);
    }
    if let Some(slug) = person {
        named.person = store::person_by_slug(db, slug)?.map(|(id, _)| id);
    }
    Ok(named)
}
