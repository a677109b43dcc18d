//! `seed`: a competition's folder becomes the competition, or the difference to what it was.

use super::{
    App, AppError, Competition, LineSum, Objection,
    define::folds_alike,
    parts::{Begun, begin, finish},
    reach::look_again,
    reports::{import, rebind},
};
use crate::{
    domain::{
        ledger::Cause,
        team::{Account, CompetitionId, Membership, PersonId, Standing, Team, TeamId},
        text::{Slug, folded},
        time::Moment,
    },
    folder::{Folder, MembershipLine, PersonEntry, Problem, Refused},
    store::{self, Db},
};
use std::{
    collections::{HashMap, HashSet},
    fs::File,
    io::BufReader,
    path::Path,
};

/// What a seed did.
#[derive(Debug)]
pub struct Seeded {
    pub slug: Slug,
    /// The definition, a team or a person was new or changed.
    pub changed: bool,
    pub teams: usize,
    pub people: usize,
    pub lines: LineSum,
}

/// Loads a folder. Definition, teams and people are taken whole or not at all; of pulls the good lines are
/// taken and each bad one is named.
pub async fn seed(app: &App, dir: &Path, now: Moment, progress: impl FnMut(usize)) -> Result<Seeded, AppError> {
    let folder = crate::folder::open(dir)?;
    let slug = folder.definition.slug.clone();
    let (teams, people) = (folder.teams.len(), folder.people.len());
    let pulls = folder.pulls.clone();
    let seal = folder.definition.seal;
    let (changed, begun) = app.store.write_whole(move |db| put_folder(db, &folder, now)).await?;
    if let Some(begun) = begun {
        finish(app, begun, now).await;
    }
    let lines = match &pulls {
        None => LineSum::default(),
        Some(path) => {
            let file = File::open(path).map_err(|e| AppError::File {
                path: path.clone(),
                why: e.to_string(),
            })?;
            import(
                app,
                None,
                "pulls.ndjson",
                BufReader::new(file),
                Cause::Seed,
                now,
                progress,
            )
            .await?
        }
    };
    // The seal comes last: once a competition is final, nothing that is taken in changes it any more.
    let competition = app.competition(&slug).await?;
    let id = competition.id();
    if competition.stored.seal != seal && seal.finalized_at.is_some() {
        let check = move |_: &Competition, _: Moment| Ok(seal);
        super::seal::seal(app, id, check, |_, _, _, _| Ok(()), now).await?;
    } else if competition.stored.seal != seal && seal.revealed_at.is_some() {
        app.store
            .write(move |db| {
                store::take_turn(db)?;
                Ok::<_, AppError>(store::set_seal(db, id, seal)?)
            })
            .await?;
    }
    Ok(Seeded {
        slug,
        changed,
        teams,
        people,
        lines,
    })
}

/// Writes what differs of definition, teams and people. Where anything did that decides who counts and what,
/// everything is to be looked at again.
fn put_folder(db: &mut Db, folder: &Folder, now: Moment) -> Result<(bool, Option<Begun>), AppError> {
    store::take_turn(db)?;
    let slug = &folder.definition.slug;
    let known = store::competition(db, slug)?;
    let mut changed = known
        .as_ref()
        .is_none_or(|stored| stored.definition != folder.definition_text);
    let roster_changed = known.as_ref().and_then(|stored| stored.roster_hash.as_deref()) != Some(&folder.roster_hash);
    // Final is final for a folder too; one that is as it was loaded changes nothing and is no attempt.
    let is_final = known.as_ref().is_some_and(|stored| stored.seal.finalized_at.is_some());
    if is_final && (changed || roster_changed) {
        return Err(Objection::Sealed.into());
    }
    let id = match &known {
        Some(stored) if !changed => stored.id,
        _ => store::put_definition(db, slug, &folder.definition_text, now)?,
    };
    if changed {
        look_again(db, &folder.definition, now)?;
    }
    // Teams and people as they were loaded last are left alone: since then people may have joined and left.
    let (mut teams_changed, mut people_changed) = (false, false);
    if roster_changed {
        let (teams, changed, gone) = put_teams(db, id, folder)?;
        teams_changed = changed;
        people_changed = put_people(db, id, folder, &teams)?;
        for (team, mut left) in gone {
            // What the folder no longer has counts no more; where people have joined it or an organizer has
            // worked with it, it stays as their history.
            if store::is_referred(db, team)? {
                left.standing = Standing::Declined;
                store::put_team(db, id, &left)?;
            } else {
                store::remove_team(db, team)?;
            }
        }
        store::set_roster_hash(db, id, &folder.roster_hash)?;
    }
    if (teams_changed || people_changed) && !changed {
        store::raise_revision(db, id)?;
    }
    let alike = known
        .as_ref()
        .is_some_and(|stored| folds_alike(stored, &folder.definition));
    let mut begun = None;
    if teams_changed || people_changed || !alike {
        let cause = if known.is_none() {
            Cause::Seed
        } else {
            Cause::Definition
        };
        begun = Some(begin(db, id, cause, now)?);
        if known.is_none() {
            store::set_turned(db, id, now)?;
        }
    }
    changed |= teams_changed || people_changed;
    Ok((changed, begun))
}

type Teams = HashMap<Slug, TeamId>;
/// Teams that the folder no longer has.
type Gone = Vec<(TeamId, Team)>;

/// Teams by slug, whether any is new or different, and those that the folder no longer has. A team that
/// registered itself is not the folder's, and stays; one that was suspended stays so until it is taken back.
fn put_teams(db: &mut Db, id: CompetitionId, folder: &Folder) -> Result<(Teams, bool, Gone), AppError> {
    let registered = store::registered(db, id)?;
    let known: HashMap<Slug, (TeamId, Team)> = store::teams(db, id)?
        .into_iter()
        .map(|(id, team)| (team.slug.clone(), (id, team)))
        .collect();
    let mut teams = Teams::new();
    let mut changed = false;
    for line in &folder.teams {
        let mut team = line.team.clone();
        let known = known.get(&team.slug);
        if known.is_some_and(|(_, known)| known.standing == Standing::Suspended) {
            team.standing = Standing::Suspended;
        }
        let team_id = match known {
            Some((team_id, known)) if *known == team => *team_id,
            _ => {
                changed = true;
                store::put_team(db, id, &team)?
            }
        };
        teams.insert(team.slug.clone(), team_id);
    }
    let gone: Gone = known
        .into_iter()
        .filter(|(slug, _)| !teams.contains_key(slug))
        .map(|(_, known)| known)
        .filter(|(team_id, team)| team.standing == Standing::Approved && !registered.contains(team_id))
        .collect();
    changed |= !gone.is_empty();
    Ok((teams, changed, gone))
}

fn put_people(db: &mut Db, id: CompetitionId, folder: &Folder, teams: &Teams) -> Result<bool, AppError> {
    let roster = store::roster(db, id)?;
    let memberships = store::memberships_made(db, id, true)?;
    let by_themselves = store::memberships_made(db, id, false)?;
    let gone = store::gone_people(db)?;
    let of = |person: PersonId| memberships.get(&person).map_or(&[][..], Vec::as_slice);
    let own = |person: PersonId| by_themselves.get(&person).map_or(&[][..], Vec::as_slice);
    let known: HashMap<&Slug, PersonId> = roster.people.iter().map(|(id, p)| (&p.slug, *id)).collect();
    let mut changed = false;
    let mut kept: HashSet<PersonId> = HashSet::with_capacity(folder.people.len());
    let mut problems: Vec<Problem> = Vec::new();
    for entry in &folder.people {
        // Who has deleted themselves stays so: the folder brings neither name nor accounts back.
        if let Some(person) = known.get(&entry.slug).filter(|person| gone.contains(*person)) {
            kept.insert(*person);
            continue;
        }
        let person = match known.get(&entry.slug) {
            Some(person) if roster.people.get(person).is_some_and(|p| p.name == entry.name) => *person,
            _ => {
                changed = true;
                store::put_person(db, &entry.slug, &entry.name)?
            }
        };
        kept.insert(person);
        let mut wanted: Vec<Membership> = Vec::with_capacity(entry.memberships.len());
        for line in &entry.memberships {
            let Some(team) = teams.get(&line.team) else {
                continue;
            };
            let membership = Membership {
                team: *team,
                joined_at: line.joined_at,
                left_at: line.left_at,
            };
            let began = |own: &&Membership| (own.team, own.joined_at) == (membership.team, membership.joined_at);
            if own(person).iter().any(|own| began(&own)) {
                // The same time in the team, which ended otherwise than the folder says: people's word holds.
                continue;
            }
            if own(person).iter().any(|own| own.overlaps(&membership)) {
                problems.push(two_teams(line));
                continue;
            }
            wanted.push(membership);
        }
        if of(person) != wanted {
            changed = true;
            store::put_memberships(db, id, person, &wanted)?;
        }
        changed |= put_accounts(db, person, entry, &mut problems)?;
    }
    if !problems.is_empty() {
        return Err(Refused(problems).into());
    }
    let left_out = roster.people.keys().filter(|person| !kept.contains(*person));
    for person in left_out {
        if !of(*person).is_empty() {
            changed = true;
            store::put_memberships(db, id, *person, &[])?;
        }
    }
    Ok(changed)
}

fn two_teams(line: &MembershipLine) -> Problem {
    Problem {
        file: "people.csv".into(),
        line: Some(line.line),
        key: Some("team".into()),
        problem: format!(
            "the person has joined a team by themselves in the time that this row puts them in `{}`",
            line.team
        ),
        remedy: "end the row's time before that, or take the row out".into(),
    }
}

/// Binds the accounts that the folder names. One that is another person's already is refused.
fn put_accounts(
    db: &mut Db,
    person: PersonId,
    entry: &PersonEntry,
    problems: &mut Vec<Problem>,
) -> Result<bool, AppError> {
    let mut changed = false;
    let known = store::accounts_of(db, person)?;
    for account in &entry.accounts {
        // A login that somebody else has taken since is set aside as `login#id`: it is the same account.
        let bare = |login: &str| folded(login.split('#').next().unwrap_or(""));
        let same = |a: &&Account| {
            let same_id = account.id.is_some() && a.id == account.id;
            a.forge == account.forge && (bare(&a.login) == folded(&account.login) || same_id)
        };
        if let Some(bound) = known.iter().find(same)
            && (account.id.is_none() || (bound.proven && bound.id == account.id))
        {
            continue;
        }
        let owner = store::account_by_login(db, &account.forge, &account.login)?;
        if owner.is_some_and(|owner| owner.person != person) {
            problems.push(Problem {
                file: "people.csv".into(),
                line: Some(entry.line),
                key: Some("accounts".into()),
                problem: format!("{}:{} is bound to another person already", account.forge, account.login),
                remedy: "give one account to one person".into(),
            });
            continue;
        }
        changed = true;
        let bound = Account {
            person,
            forge: account.forge.clone(),
            login: account.login.clone(),
            id: account.id.clone(),
            proven: account.id.is_some(),
        };
        store::put_account(db, &bound)?;
        rebind(db, &account.forge, &account.login)?;
    }
    Ok(changed)
}
