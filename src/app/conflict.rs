//! Conflicts of interest: what somebody must not decide on, whatever their role.

use super::{Competition, Objection, Who};
use crate::{
    domain::{
        pull::{Actor, Pull},
        team::{Account, Membership, PersonId, TeamId},
        text::folded,
        time::Moment,
    },
    store::{self, Db, StoreError, Submission},
};

/// What ties somebody to teams and pulls of a competition.
pub(super) struct Ties {
    person: PersonId,
    accounts: Vec<Account>,
    spells: Vec<Membership>,
    organizes: Vec<TeamId>,
}

impl Ties {
    pub fn of(db: &mut Db, competition: &Competition, who: &Who) -> Result<Self, StoreError> {
        Ok(Self {
            person: who.person,
            accounts: store::accounts_of(db, who.person)?,
            spells: store::memberships_of(db, competition.id(), who.person)?,
            organizes: who.teams(competition.id()).collect(),
        })
    }

    /// Why somebody must not decide on this submission; None: they may. Admins are not exempt.
    pub fn conflict(&self, submission: &Submission, pull: &Pull, now: Moment) -> Option<Objection> {
        if submission.person == Some(self.person) || self.is(pull, &pull.author) {
            return Some(Objection::OwnPull);
        }
        if submission
            .team
            .is_some_and(|team| self.belongs(team, submission.merged_at, now))
        {
            return Some(Objection::OwnTeam);
        }
        let merger = pull.merged_by.as_ref();
        merger
            .filter(|merger| self.is(pull, merger))
            .map(|_| Objection::MergedByYou)
    }

    /// In the team now, or when it was merged; or its organizer.
    fn belongs(&self, team: TeamId, merged_at: Option<Moment>, now: Moment) -> bool {
        let covers = |spell: &Membership| spell.covers(now) || merged_at.is_some_and(|at| spell.covers(at));
        let member = self.spells.iter().any(|spell| spell.team == team && covers(spell));
        member || self.organizes.contains(&team)
    }

    /// One of their accounts, by number or by login: a login that changed hands is no reason to look away.
    fn is(&self, pull: &Pull, actor: &Actor) -> bool {
        self.accounts.iter().filter(|own| own.forge == pull.forge).any(|own| {
            let same_id = own.id.is_some() && own.id == actor.id;
            same_id || (!actor.login.is_empty() && folded(&own.login) == folded(&actor.login))
        })
    }
}
