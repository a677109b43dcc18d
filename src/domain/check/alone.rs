//! The checks that look at one pull alone, a function each. Contract, section 3.

use super::{Check, Detail, Finding, Outcome};
use crate::domain::{
    competition::{Definition, NoSignal, Place},
    landing::{Landing, Word},
    pull::{Actor, Pull, State},
    revert,
    team::{Membership, Nobody, PersonId, Roster, Standing, TeamId},
    text::folded,
    time::Moment,
};

/// What the checks on one pull alone gave.
#[derive(Clone, PartialEq, Debug)]
pub struct Alone<'a> {
    pub findings: Vec<Finding<'a>>,
    pub person: Option<PersonId>,
    pub team: Option<TeamId>,
}

/// Every check that looks at one pull alone, in order. `landing`: how the pull landed, as the competition sees it;
/// `now` matters to what is not merged yet.
/// A pull whose repository is out of scope has no `place`, and no submission is kept of it.
pub fn alone<'a>(
    definition: &'a Definition,
    place: Place<'a>,
    roster: &'a Roster,
    pull: &'a Pull,
    landing: &Landing<'a>,
    now: Moment,
) -> Alone<'a> {
    let person = roster.person_of(&pull.forge, &pull.author);
    let (team, team_finding) = team(definition, roster, landing, person.ok(), now);
    let findings = vec![
        repository(place, pull),
        confirmed(pull),
        branch(place, pull),
        merged(landing),
        opened(definition, pull),
        in_time(definition, landing, now),
        author(roster, pull, person),
        team_finding,
        bot(definition, pull),
        bugfix(definition, pull),
        required_labels(definition, pull),
        forbidden_labels(definition, pull),
        self_merge(definition, pull),
        size(definition, pull),
        not_revert(pull),
    ];
    Alone {
        findings,
        person: person.ok(),
        team,
    }
}

fn found<'a>(check: Check, outcome: Outcome, detail: Detail<'a>) -> Finding<'a> {
    Finding { check, outcome, detail }
}

/// The answer of `repository` where it is no: for the explainer alone.
pub fn out_of_scope(pull_path: &str) -> Finding<'_> {
    found(Check::Repository, Outcome::Fail, Detail::OutOfScope { path: pull_path })
}

fn repository<'a>(place: Place<'a>, pull: &'a Pull) -> Finding<'a> {
    let path = pull.repository.as_str();
    let detail = if place.mirror {
        Detail::MirrorOf {
            path,
            of: place.repository.path.as_str(),
        }
    } else {
        Detail::InScope { path }
    };
    found(Check::Repository, Outcome::Pass, detail)
}

fn confirmed(pull: &Pull) -> Finding<'_> {
    let (outcome, detail) = if !pull.confirmed {
        (Outcome::Wait, Detail::Claimed)
    } else {
        (Outcome::Pass, Detail::Confirmed)
    };
    found(Check::Confirmed, outcome, detail)
}

fn branch<'a>(place: Place<'a>, pull: &'a Pull) -> Finding<'a> {
    let allowed = place.repository.branches.as_slice();
    let Some(branch) = pull.base_branch.as_deref().filter(|branch| !branch.is_empty()) else {
        let outcome = if allowed.is_empty() {
            Outcome::Pass
        } else {
            Outcome::Wait
        };
        return found(Check::Branch, outcome, Detail::BranchUntold { allowed });
    };
    let (outcome, detail) = if allowed.is_empty() {
        (Outcome::Pass, Detail::AnyBranch { branch })
    } else if allowed.iter().any(|name| name == branch) {
        (Outcome::Pass, Detail::Branch { branch })
    } else {
        (Outcome::Fail, Detail::OtherBranch { branch, allowed })
    };
    found(Check::Branch, outcome, detail)
}

fn merged<'a>(landing: &Landing<'a>) -> Finding<'a> {
    let (outcome, detail) = match landing.state {
        State::Merged => {
            let at = landing.merged_at;
            let detail = match landing.word {
                Word::Label(label) => Detail::MergedByLabel { label, at },
                Word::Judge => at.map_or(Detail::MergedSomewhen, |at| Detail::MergedByJudge { at }),
                Word::Forge => at.map_or(Detail::MergedSomewhen, |at| Detail::Merged { at }),
            };
            (Outcome::Pass, detail)
        }
        State::Open => (Outcome::Wait, Detail::Open),
        State::Closed => (Outcome::Fail, Detail::Closed),
    };
    found(Check::Merged, outcome, detail)
}

fn opened<'a>(definition: &Definition, pull: &Pull) -> Finding<'a> {
    let window = &definition.window;
    let at = pull.created_at;
    let (outcome, detail) = if at < window.opens_at {
        let by = window.opens_at.millis() - at.millis();
        (Outcome::Fail, Detail::OpenedEarly { at, by })
    } else if at >= window.closes_at {
        let by = at.millis() - window.closes_at.millis();
        (Outcome::Fail, Detail::OpenedLate { at, by })
    } else {
        (Outcome::Pass, Detail::OpenedInside { at })
    };
    found(Check::Opened, outcome, detail)
}

fn in_time<'a>(definition: &Definition, landing: &Landing<'a>, now: Moment) -> Finding<'a> {
    let window = &definition.window;
    let until = window.merge_end();
    let (outcome, detail) = match landing.merged_at {
        Some(at) if at < window.opens_at => {
            let by = window.opens_at.millis() - at.millis();
            (Outcome::Fail, Detail::MergedEarly { at, by })
        }
        Some(at) if at >= until => {
            let by = at.millis() - until.millis();
            let grace = window.merge_grace.millis() > 0;
            (Outcome::Fail, Detail::MergedLate { at, by, grace })
        }
        Some(at) if at >= window.closes_at => {
            let after = at.millis() - window.closes_at.millis();
            (Outcome::Pass, Detail::MergedInGrace { at, after })
        }
        Some(at) => (Outcome::Pass, Detail::MergedInside { at }),
        None if landing.is_untold() => (Outcome::Wait, Detail::MergeTimeUntold),
        None if now < until => (Outcome::Wait, Detail::MergeBy { until }),
        None => (Outcome::Fail, Detail::NeverMerged { until }),
    };
    found(Check::InTime, outcome, detail)
}

fn author<'a>(roster: &'a Roster, pull: &'a Pull, person: Result<PersonId, Nobody>) -> Finding<'a> {
    let login = pull.author.login.as_str();
    let (outcome, detail) = match person {
        Ok(person) => {
            let name = roster.people.get(&person).map_or("", |p| p.name.as_str());
            (Outcome::Pass, Detail::Author { login, person: name })
        }
        Err(Nobody::Unbound) => (Outcome::Fail, Detail::NoPerson { login }),
        Err(Nobody::OtherId) => (Outcome::Fail, Detail::OtherId { login }),
    };
    found(Check::Author, outcome, detail)
}

fn team<'a>(
    definition: &Definition,
    roster: &Roster,
    landing: &Landing<'_>,
    person: Option<PersonId>,
    now: Moment,
) -> (Option<TeamId>, Finding<'a>) {
    let fail = |detail| (None, found(Check::Team, Outcome::Fail, detail));
    let Some(person) = person else {
        return fail(Detail::NoAuthor);
    };
    let at = landing
        .merged_at
        .map_or(now, |merged| merged.min(definition.window.last_instant()));
    if let Some(team) = roster.team_at(person, at) {
        return (Some(team), found(Check::Team, Outcome::Pass, Detail::Team { team }));
    }
    let memberships = roster.memberships(person);
    let standing = |team: TeamId| roster.teams.get(&team).map_or(Standing::Declined, |t| t.standing);
    if let Some(then) = memberships.iter().find(|m| m.covers(at)) {
        let team = then.team;
        return fail(Detail::TeamStanding {
            team,
            standing: standing(team),
        });
    }
    let joined = |m: &Membership| m.joined_at.filter(|joined| *joined > at).map(|joined| (joined, m.team));
    let left = |m: &Membership| m.left_at.filter(|left| *left <= at).map(|left| (left, m.team));
    if let Some((joined, team)) = memberships.iter().filter_map(joined).min() {
        fail(Detail::JoinedLater { team, joined, at })
    } else if let Some((left, team)) = memberships.iter().filter_map(left).max() {
        fail(Detail::LeftBefore { team, left, at })
    } else {
        fail(Detail::NeverInTeam)
    }
}

fn is_listed_bot(definition: &Definition, login: &str) -> bool {
    let login = folded(login);
    definition.rules.bots.iter().any(|bot| folded(bot) == login)
}

/// How GitHub ends the logins of its apps; other forges' robots take it over.
fn is_named_bot(actor: &Actor) -> bool {
    folded(&actor.login).ends_with("[bot]")
}

fn bot<'a>(definition: &Definition, pull: &'a Pull) -> Finding<'a> {
    let login = pull.author.login.as_str();
    let (outcome, detail) = if is_listed_bot(definition, login) {
        (Outcome::Fail, Detail::Bot { login })
    } else if pull.author.bot {
        (Outcome::Fail, Detail::MarkedBot { login })
    } else if is_named_bot(&pull.author) {
        (Outcome::Fail, Detail::NamedBot { login })
    } else {
        (Outcome::Pass, Detail::Human)
    };
    found(Check::Bot, outcome, detail)
}

fn bugfix<'a>(definition: &'a Definition, pull: &'a Pull) -> Finding<'a> {
    let rules = &definition.rules;
    let label = rules.bugfix_labels.iter().find(|label| pull.labels.contains(label));
    let title = || rules.bugfix_title.as_ref().and_then(|sign| sign.find(&pull.title));
    // A quoted line is the template speaking, so only a line that itself begins with the command counts.
    let command = || {
        let wanted = rules.bugfix_command.as_deref()?;
        pull.body.lines().any(|line| line.starts_with(wanted)).then_some(wanted)
    };
    let (outcome, detail) = if let Some(label) = label {
        (Outcome::Pass, Detail::BugLabel { label })
    } else if let Some(sign) = title() {
        (Outcome::Pass, Detail::BugTitle { sign: sign.as_str() })
    } else if let Some(command) = command() {
        (Outcome::Pass, Detail::BugCommand { command })
    } else {
        let outcome = match rules.no_signal {
            NoSignal::Ask => Outcome::Ask,
            NoSignal::Fail => Outcome::Fail,
        };
        let detail = Detail::NoSign {
            labels: &pull.labels,
            wanted: &rules.bugfix_labels,
        };
        (outcome, detail)
    };
    found(Check::Bugfix, outcome, detail)
}

fn required_labels<'a>(definition: &'a Definition, pull: &'a Pull) -> Finding<'a> {
    let required = &definition.rules.required_labels;
    let missing: Vec<&str> = required
        .iter()
        .filter(|label| !pull.labels.contains(label))
        .map(String::as_str)
        .collect();
    let (outcome, detail) = if required.is_empty() {
        (Outcome::Pass, Detail::NothingRequired)
    } else if missing.is_empty() {
        (Outcome::Pass, Detail::HasRequired)
    } else {
        let labels = &pull.labels;
        (Outcome::Fail, Detail::Lacks { missing, labels })
    };
    found(Check::RequiredLabels, outcome, detail)
}

fn forbidden_labels<'a>(definition: &'a Definition, pull: &'a Pull) -> Finding<'a> {
    let forbidden = &definition.rules.forbidden_labels;
    let (outcome, detail) = match forbidden.iter().find(|label| pull.labels.contains(label)) {
        Some(label) => (Outcome::Fail, Detail::Forbidden { label }),
        None => (Outcome::Pass, Detail::NoneForbidden),
    };
    found(Check::ForbiddenLabels, outcome, detail)
}

fn self_merge<'a>(definition: &Definition, pull: &'a Pull) -> Finding<'a> {
    let (outcome, detail) = match &pull.merged_by {
        None => (Outcome::Pass, Detail::MergerUnknown),
        Some(merger) => {
            let login = merger.login.as_str();
            if merger.bot || is_named_bot(merger) || is_listed_bot(definition, login) {
                (Outcome::Pass, Detail::MergedByBot { login })
            } else if merger.is(&pull.author) {
                (Outcome::Ask, Detail::MergedBySelf { login })
            } else {
                (Outcome::Pass, Detail::MergedByOther { login })
            }
        }
    };
    found(Check::SelfMerge, outcome, detail)
}

fn size<'a>(definition: &Definition, pull: &Pull) -> Finding<'a> {
    let least = definition.rules.min_changed_lines;
    let (outcome, detail) = match pull.changed_lines() {
        None => (Outcome::Pass, Detail::SizeUnknown),
        Some(lines) if lines >= least => (Outcome::Pass, Detail::Size { lines }),
        Some(lines) => (Outcome::Ask, Detail::TooSmall { lines, least }),
    };
    found(Check::Size, outcome, detail)
}

fn not_revert(pull: &Pull) -> Finding<'_> {
    let (outcome, detail) = match revert::sign(pull) {
        None => (Outcome::Pass, Detail::NoRevert),
        Some(revert::Sign::Title) => (Outcome::Fail, Detail::RevertTitle),
        Some(revert::Sign::Branch(branch)) => (Outcome::Fail, Detail::RevertBranch { branch }),
    };
    found(Check::NotRevert, outcome, detail)
}
