//! Teams, people, who is in which team when, and whose account a pull's author is.
//! Contract, sections 1, 2 and 7.

use super::{
    forge::ForgeHost,
    pull::Actor,
    region::Region,
    text::{Name, Slug, folded},
    time::Moment,
};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);
    )*};
}
ids! {
    /// A competition's number in this database.
    CompetitionId,
    /// A team's number in this database.
    TeamId,
    /// A person's number in this database.
    PersonId,
    /// A pull's number in this database.
    PullId,
    /// A submission's number in this database; public, as `/submissions/{id}`.
    SubmissionId
}

/// What sort of study group a team is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    City,
    University,
    Enterprise,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a kind: city, university or enterprise")]
pub struct UnknownKind(pub String);

impl Kind {
    pub const ALL: [Kind; 3] = [Kind::City, Kind::University, Kind::Enterprise];

    /// Errors: `UnknownKind`, with the text.
    pub fn parse(text: &str) -> Result<Self, UnknownKind> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str().eq_ignore_ascii_case(text.trim()))
            .ok_or_else(|| UnknownKind(text.to_owned()))
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Kind::City => "city",
            Kind::University => "university",
            Kind::Enterprise => "enterprise",
        }
    }
}

/// A team's way through registration. Contract, section 7.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    Applied,
    Defending,
    Approved,
    Declined,
    Suspended,
}

impl Standing {
    pub const ALL: [Standing; 5] = [
        Standing::Applied,
        Standing::Defending,
        Standing::Approved,
        Standing::Declined,
        Standing::Suspended,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Standing::Applied => "applied",
            Standing::Defending => "defending",
            Standing::Approved => "approved",
            Standing::Declined => "declined",
            Standing::Suspended => "suspended",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|standing| standing.as_str() == text)
    }

    /// The steps of a team's way: every pair, once. Contract, section 7.
    pub fn may_become(self, next: Standing) -> bool {
        use Standing::*;
        match (self, next) {
            (Applied, Defending)
            | (Applied, Declined)
            | (Defending, Approved)
            | (Defending, Declined)
            | (Approved, Suspended)
            | (Suspended, Approved) => true,
            (Applied, Applied | Approved | Suspended)
            | (Defending, Applied | Defending | Suspended)
            | (Approved, Applied | Defending | Approved | Declined)
            | (Declined, Applied | Defending | Approved | Declined | Suspended)
            | (Suspended, Applied | Defending | Declined | Suspended) => false,
        }
    }

    /// Where a team can go from here, in the order of its way.
    pub fn next(self) -> impl Iterator<Item = Standing> {
        Self::ALL.into_iter().filter(move |next| self.may_become(*next))
    }

    /// Everybody may see a team that is approved; of the others only those who have to do with them know.
    pub fn is_public(self) -> bool {
        self == Standing::Approved
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Team {
    pub slug: Slug,
    pub kind: Kind,
    pub region: Region,
    pub name: Name,
    /// None: no limit.
    pub capacity: Option<u32>,
    pub standing: Standing,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Person {
    pub slug: Slug,
    pub name: String,
    /// The number of the community code, given once and never again.
    pub number: i64,
}

/// Person in team for `[joined_at, left_at)`; None: from always, until always.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Membership {
    pub team: TeamId,
    pub joined_at: Option<Moment>,
    pub left_at: Option<Moment>,
}

impl Membership {
    pub fn covers(&self, at: Moment) -> bool {
        self.joined_at.is_none_or(|joined| joined <= at) && self.left_at.is_none_or(|left| at < left)
    }

    /// Both hold at some instant.
    pub fn overlaps(&self, other: &Membership) -> bool {
        let joined = self.joined_at.max(other.joined_at);
        let left = [self.left_at, other.left_at].into_iter().flatten().min();
        match (joined, left) {
            (Some(joined), Some(left)) => joined < left,
            _ => true,
        }
    }
}

/// How many are in a team at once at most, now or at any time to come: what is left of its capacity is what a
/// newcomer who stays finds.
pub fn most_at_once(memberships: &[Membership], now: Moment) -> usize {
    let turns = memberships.iter().filter_map(|m| m.joined_at).filter(|at| *at > now);
    let most = turns
        .chain([now])
        .map(|at| memberships.iter().filter(|m| m.covers(at)).count());
    most.max().unwrap_or(0)
}

/// A forge account of a person.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Account {
    pub person: PersonId,
    pub forge: ForgeHost,
    pub login: String,
    /// The forge's numeric id: given, or read off the earliest created pull that bears the login.
    pub id: Option<String>,
    /// The id was given (a file, a sign-in, an admin) and not read off a pull.
    pub proven: bool,
}

/// The people of a competition, or those of them that a neighbourhood needs.
#[derive(Clone, Debug, Default)]
pub struct Roster {
    pub teams: HashMap<TeamId, Team>,
    pub people: HashMap<PersonId, Person>,
    memberships: HashMap<PersonId, Vec<Membership>>,
    by_id: HashMap<(ForgeHost, String), Vec<Account>>,
    by_login: HashMap<(ForgeHost, String), Account>,
}

/// Why an author is nobody's, where it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Nobody {
    /// No person has bound such an account.
    Unbound,
    /// The login is bound to another numeric id: it was renamed and claimed by somebody else.
    OtherId,
}

impl Roster {
    pub fn add_membership(&mut self, person: PersonId, membership: Membership) {
        self.memberships.entry(person).or_default().push(membership);
    }

    pub fn add_account(&mut self, account: Account) {
        if let Some(id) = &account.id {
            let owners = self.by_id.entry((account.forge.clone(), id.clone())).or_default();
            if !owners.contains(&account) {
                owners.push(account.clone());
            }
        }
        let key = (account.forge.clone(), folded(&account.login));
        self.by_login.insert(key, account);
    }

    /// Every account, in no order.
    pub fn accounts(&self) -> impl Iterator<Item = &Account> {
        self.by_login.values()
    }

    pub fn memberships(&self, person: PersonId) -> &[Membership] {
        self.memberships.get(&person).map_or(&[], Vec::as_slice)
    }

    /// The person whose account wrote the pull: by numeric id where both sides have one, else by login.
    ///
    /// Two hints can be bound to one id (a login renamed between two pulls): a proven one goes first,
    /// then the one that bears the login, then the older person, so that the order of arrival does not matter.
    pub fn person_of(&self, forge: &ForgeHost, author: &Actor) -> Result<PersonId, Nobody> {
        let login = folded(&author.login);
        if let Some(id) = &author.id {
            let owner = self.by_id.get(&(forge.clone(), id.clone())).and_then(|owners| {
                owners
                    .iter()
                    .min_by_key(|a| (!a.proven, folded(&a.login) != login, a.person))
            });
            if let Some(owner) = owner {
                return Ok(owner.person);
            }
        }
        match self.by_login.get(&(forge.clone(), login)) {
            Some(account) if account.id.is_none() || author.id.is_none() => Ok(account.person),
            Some(_) => Err(Nobody::OtherId),
            None => Err(Nobody::Unbound),
        }
    }

    /// The approved team that the person was in at `at`.
    pub fn team_at(&self, person: PersonId, at: Moment) -> Option<TeamId> {
        self.memberships(person)
            .iter()
            .filter(|membership| membership.covers(at))
            .map(|membership| membership.team)
            .filter(|team| self.teams.get(team).is_some_and(|t| t.standing == Standing::Approved))
            .min()
    }
}

#[cfg(test)]
mod tests;
