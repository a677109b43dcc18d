//! A team's way and what it says of itself: invited to a defence, approved or declined, suspended and back;
//! names, region and seats as its organizer wants them. Contract, section 7, `PATCH /teams/{team}`.

use super::{
    App, AppError, Competition, Dirty, Objection, TeamCard, Who,
    apply::{kind, nobody_looks_like, region, seats, statement, team_name, unsealed},
    evaluate,
    parts::{begin, finish},
    reason::REASON,
    seats::pulls_of,
    teams::{card, known},
};
use crate::{
    domain::{
        ledger::Cause,
        names,
        team::{Membership, PersonId, Standing, Team, TeamId, most_at_once},
        text::Slug,
        time::Moment,
    },
    store::{self, Db, Deed, Registration},
};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// A team with more pulls than this is looked at in parts.
const AT_ONCE: usize = 1_000;

/// Characters of a link to a recording, at most.
const LINK: usize = 500;

/// What is to change of a team, as it was sent; None: it stays. Of what can be taken away, the inner None does.
#[derive(Clone, Default, Debug)]
pub struct TeamChange {
    pub status: Option<String>,
    pub reason: Option<String>,
    pub defence_at: Option<Option<Moment>>,
    pub recording_url: Option<Option<String>>,
    pub kind: Option<String>,
    pub region: Option<String>,
    pub name_en: Option<String>,
    pub name_zh: Option<String>,
    pub capacity: Option<Option<i64>>,
    pub statement: Option<String>,
}

/// Changes a team. An admin may change all of it; a judge decides on a team at its defence; its organizer changes
/// names, region, capacity and the recording.
///
/// Errors: `NeedsRole`, `NoSuchStep`, `Missing`, `NotA`, `TooShort`, `TooLong`, `Invisible`, `InPast`, `OutOfRange`,
/// `CapacityBelowMembers`, `LooksLike`, `Sealed`, `NotThere`; `NoCompetition`.
pub async fn change_team(
    app: &App,
    who: &Who,
    competition: &Slug,
    team: &Slug,
    change: TeamChange,
    now: Moment,
) -> Result<TeamCard, AppError> {
    let (definitions, slug, team, who) = (app.definitions(), competition.clone(), team.clone(), who.clone());
    let (card, begun) = app
        .store
        .write(move |db| {
            store::take_turn(db)?;
            let competition = definitions.of(db, &slug)?;
            let (id, before) = known(db, &competition, &team)?;
            unsealed(&competition)?;
            let step = step(&who, &competition, id, before.standing, &change)?;
            may_edit(&who, &competition, id, &change)?;
            let after = edited(db, &competition, id, &before, &change, step, now)?;
            let said_before = store::registration_of(db, id)?;
            let said = said(said_before.clone(), &change, step, now)?;
            write(
                db,
                &competition,
                id,
                (&before, &after),
                (said_before.as_ref(), said.as_ref()),
            )?;
            let deed = deed(
                &who,
                &competition,
                id,
                (&before, &after),
                (said_before.as_ref(), said.as_ref()),
                now,
            );
            let reason = change.reason.as_deref().map(reason).transpose()?;
            store::record(db, &Deed { reason, ..deed })?;
            let mut begun = None;
            if before.standing != after.standing && [before.standing, after.standing].contains(&Standing::Approved) {
                // Who counts is judged by the teams that are approved: those who are or were in this one.
                let seats = store::members_of(db, competition.id(), id)?;
                let people: BTreeSet<PersonId> = seats.iter().map(|seat| seat.id).collect();
                let mut pulls = BTreeSet::new();
                for person in people {
                    pulls.extend(pulls_of(db, person)?);
                }
                if pulls.len() > AT_ONCE {
                    begun = Some(begin(db, competition.id(), Cause::Roster, now)?);
                } else {
                    evaluate(db, &competition, &Dirty::Pulls(pulls), now, Cause::Roster)?;
                }
            }
            Ok::<_, AppError>((card(db, &competition, id, after, now)?, begun))
        })
        .await?;
    if let Some(begun) = begun {
        finish(app, begun, now).await;
    }
    Ok(card)
}

/// The step that is asked for, where it is one of a team's way and this person's to take.
fn step(
    who: &Who,
    competition: &Competition,
    team: TeamId,
    from: Standing,
    change: &TeamChange,
) -> Result<Option<Standing>, Objection> {
    let Some(text) = &change.status else {
        return Ok(None);
    };
    if !who.judges(competition.id()) {
        return Err(Objection::NeedsRole("judge"));
    }
    let to = Standing::parse(text).ok_or(Objection::NotA {
        field: "status",
        what: (
            "applied, defending, approved, declined or suspended",
            "applied、defending、approved、declined 或 suspended",
        ),
    })?;
    if !from.may_become(to) {
        return Err(Objection::NoSuchStep { from, to });
    }
    // A judge decides at the defence, and not on a team that they run themselves.
    let decides = from == Standing::Defending && !who.organizes(competition.id(), team);
    if !who.is_admin() && !decides {
        return Err(Objection::NeedsRole("admin"));
    }
    if matches!(to, Standing::Declined | Standing::Suspended) && change.reason.is_none() {
        return Err(Objection::Missing("reason"));
    }
    Ok(Some(to))
}

fn reason(text: &str) -> Result<String, Objection> {
    names::words(text, REASON).map_err(|bad| Objection::of_text("reason", REASON, bad))
}

fn may_edit(who: &Who, competition: &Competition, team: TeamId, change: &TeamChange) -> Result<(), Objection> {
    let of_organizer = change.name_en.is_some()
        || change.name_zh.is_some()
        || change.region.is_some()
        || change.capacity.is_some()
        || change.recording_url.is_some();
    let of_admin = change.kind.is_some() || change.statement.is_some() || change.defence_at.is_some();
    if of_organizer && !who.organizes(competition.id(), team) {
        return Err(Objection::NeedsRole("organizer"));
    }
    if of_admin && !who.is_admin() {
        return Err(Objection::NeedsRole("admin"));
    }
    Ok(())
}

fn edited(
    db: &mut Db,
    competition: &Competition,
    id: TeamId,
    before: &Team,
    change: &TeamChange,
    step: Option<Standing>,
    now: Moment,
) -> Result<Team, AppError> {
    let mut team = before.clone();
    if let Some(text) = &change.kind {
        team.kind = kind(text)?;
    }
    if let Some(text) = &change.region {
        team.region = region(text)?;
    }
    if let Some(text) = &change.name_en {
        team.name.en = team_name("name.en", text)?;
    }
    if let Some(text) = &change.name_zh {
        team.name.zh = team_name("name.zh", text)?;
    }
    if team.name != before.name {
        nobody_looks_like(db, competition, Some(id), &team)?;
    }
    if let Some(wanted) = change.capacity {
        team.capacity = wanted.map(seats).transpose()?;
        let taken = store::members_of(db, competition.id(), id)?;
        let taken: Vec<Membership> = taken.iter().map(|seat| seat.membership(id)).collect();
        let members = most_at_once(&taken, now) as u32;
        if team.capacity.is_some_and(|capacity| capacity < members) {
            return Err(Objection::CapacityBelowMembers { members }.into());
        }
    }
    if let Some(standing) = step {
        team.standing = standing;
    }
    Ok(team)
}

/// The registration as it is afterwards; None: a folder's team of which there is still nothing to say.
fn said(
    before: Option<Registration>,
    change: &TeamChange,
    step: Option<Standing>,
    now: Moment,
) -> Result<Option<Registration>, AppError> {
    let mut said = before.clone().unwrap_or(Registration {
        statement: String::new(),
        applicant: None,
        applied_at: now,
        defence_at: None,
        recording_url: None,
        reason: None,
    });
    let nothing = said.clone();
    if let Some(text) = &change.statement {
        said.statement = statement(text)?;
    }
    if let Some(at) = change.defence_at {
        if at.is_some_and(|at| at <= now) {
            return Err(Objection::InPast("defence_at").into());
        }
        said.defence_at = at;
    }
    if let Some(url) = &change.recording_url {
        said.recording_url = url.as_deref().map(link).transpose()?;
    }
    if step.is_some() {
        said.reason = change.reason.as_deref().map(reason).transpose()?;
    }
    Ok(if before.is_none() && said == nothing {
        None
    } else {
        Some(said)
    })
}

/// An address that a browser opens, and nothing that it would run.
fn link(text: &str) -> Result<String, Objection> {
    let text = text.trim();
    let got = text.chars().count();
    if got > LINK {
        return Err(Objection::TooLong {
            field: "recording_url",
            most: LINK,
            got,
        });
    }
    let parsed = url::Url::parse(text).ok();
    let good = parsed.filter(|url| matches!(url.scheme(), "https" | "http") && url.has_host());
    good.map(String::from).ok_or(Objection::NotA {
        field: "recording_url",
        what: (
            "an address that begins with https:// or http://",
            "以 https:// 或 http:// 开头的网址",
        ),
    })
}

fn write(
    db: &mut Db,
    competition: &Competition,
    id: TeamId,
    (before, after): (&Team, &Team),
    (said_before, said): (Option<&Registration>, Option<&Registration>),
) -> Result<(), AppError> {
    if before != after {
        store::put_team(db, competition.id(), after)?;
        store::raise_revision(db, competition.id())?;
    }
    if let Some(said) = said
        && said_before != Some(said)
    {
        store::put_registration(db, id, said)?;
    }
    Ok(())
}

/// What the audit log says: the fields that changed, from what to what.
fn deed(
    who: &Who,
    competition: &Competition,
    id: TeamId,
    (before, after): (&Team, &Team),
    (said_before, said): (Option<&Registration>, Option<&Registration>),
    now: Moment,
) -> Deed {
    let fields = |team: &Team, said: Option<&Registration>| -> Map<String, Value> {
        let value = json!({
            "status": team.standing, "kind": team.kind, "region": team.region, "name": team.name,
            "capacity": team.capacity,
            "statement": said.map(|said| &said.statement),
            "defence_at": said.and_then(|said| said.defence_at),
            "recording_url": said.and_then(|said| said.recording_url.as_ref()),
        });
        match value {
            Value::Object(fields) => fields,
            _ => Map::new(),
        }
    };
    let (mut was, mut became) = (fields(before, said_before), fields(after, said));
    let same: Vec<String> = was
        .iter()
        .filter(|(key, value)| became.get(*key) == Some(*value))
        .map(|(key, _)| key.clone())
        .collect();
    for key in same {
        was.remove(&key);
        became.remove(&key);
    }
    let act = match (before.standing, after.standing) {
        (Standing::Suspended, Standing::Approved) => "team.reinstate",
        (from, to) if from == to => "team.edit",
        (_, Standing::Applied) => "team.apply",
        (_, Standing::Defending) => "team.defend",
        (_, Standing::Approved) => "team.approve",
        (_, Standing::Declined) => "team.decline",
        (_, Standing::Suspended) => "team.suspend",
    };
    Deed {
        competition: Some(competition.id()),
        team: Some(id),
        was: Some(Value::Object(was).to_string()),
        became: Some(Value::Object(became).to_string()),
        ..who.deed(now, act, &before.slug)
    }
}
