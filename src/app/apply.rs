//! A team registers: it stands as applied, and who applied is its organizer. Contract, section 7.

use super::{App, AppError, Competition, Objection, TeamCard, Who, teams::card};
use crate::{
    domain::{
        login::Role,
        names::{self, Looks, TEAM_NAME},
        region::Region,
        team::{Kind, Standing, Team, TeamId},
        text::{Name, Slug},
        time::Moment,
    },
    store::{self, Db, Deed, Registration},
};
use serde_json::json;

/// Characters of what a team says of itself, at least and at most.
pub const STATEMENT: (usize, usize) = (1, 2_000);
/// Applications of one person that may be open at once: each keeps a slug and waits for a judge.
const OPEN: usize = 5;
/// Seats of a team, at least and at most.
const SEATS: (i64, i64) = (1, 10_000);

/// What a team says when it registers, as it was sent.
#[derive(Clone, Debug)]
pub struct Application {
    pub slug: String,
    pub kind: String,
    pub region: String,
    pub name_en: String,
    pub name_zh: String,
    /// None: no limit.
    pub capacity: Option<i64>,
    pub statement: String,
}

/// Registers a team.
///
/// Errors: `Missing`, `NotA`, `TooShort`, `TooLong`, `Invisible`, `OutOfRange`, `LooksLike`, `Taken`, `Sealed`,
/// `TooManyApplications`;
/// `NoCompetition`.
pub async fn apply(
    app: &App,
    who: &Who,
    competition: &Slug,
    application: Application,
    now: Moment,
) -> Result<TeamCard, AppError> {
    let (definitions, slug, who) = (app.definitions(), competition.clone(), who.clone());
    let team = Team {
        slug: slug_of(&application.slug)?,
        kind: kind(&application.kind)?,
        region: region(&application.region)?,
        name: Name {
            en: team_name("name.en", &application.name_en)?,
            zh: team_name("name.zh", &application.name_zh)?,
        },
        capacity: application.capacity.map(seats).transpose()?,
        standing: Standing::Applied,
    };
    let statement = statement(&application.statement)?;
    app.store
        .write(move |db| {
            // Two that register at once look at the names one after the other.
            store::take_turn(db)?;
            let competition = definitions.of(db, &slug)?;
            unsealed(&competition)?;
            let open = store::open_applications(db, who.id)?.unsigned_abs() as usize;
            if open >= OPEN {
                return Err(Objection::TooManyApplications(open).into());
            }
            match store::team_by_slug(db, competition.id(), &team.slug)? {
                None => {}
                Some((id, known)) if known.standing == Standing::Declined => step_aside(db, id, &known.slug)?,
                Some(_) => return Err(taken(&team.slug)),
            }
            nobody_looks_like(db, &competition, None, &team)?;
            let id = store::insert_team(db, competition.id(), &team)?;
            let registration = Registration {
                statement,
                applicant: Some(who.id),
                applied_at: now,
                defence_at: None,
                recording_url: None,
                reason: None,
            };
            store::put_registration(db, id, &registration)?;
            store::grant(db, who.id, Role::Organizer(competition.id(), id), now)?;
            let deed = Deed {
                competition: Some(competition.id()),
                team: Some(id),
                became: Some(
                    json!({
                        "status": team.standing, "kind": team.kind, "region": team.region,
                        "name": team.name, "capacity": team.capacity,
                    })
                    .to_string(),
                ),
                ..who.deed(now, "team.apply", &team.slug)
            };
            store::record(db, &deed)?;
            store::raise_revision(db, competition.id())?;
            card(db, &competition, id, team, now)
        })
        .await
}

/// Errors: `Sealed`, where the results are final.
pub(super) fn unsealed(competition: &Competition) -> Result<(), Objection> {
    match competition.stored.seal.finalized_at {
        None => Ok(()),
        Some(_) => Err(Objection::Sealed),
    }
}

/// A declined application leaves its slug to whoever applies next, and stays readable under another for whom it is of:
/// with its own number, which nobody else's bears.
fn step_aside(db: &mut Db, id: TeamId, slug: &Slug) -> Result<(), AppError> {
    let end = format!("-declined-{}", id.0);
    let begin: String = slug.as_str().chars().take(64 - end.len()).collect();
    let aside = Slug::parse(&format!("{begin}{end}")).map_err(|why| AppError::Broken(why.to_string()))?;
    Ok(store::rename_team(db, id, &aside)?)
}

fn taken(slug: &Slug) -> AppError {
    let value = slug.to_string();
    Objection::Taken { field: "slug", value }.into()
}

fn slug_of(text: &str) -> Result<Slug, AppError> {
    if text.trim().is_empty() {
        return Err(Objection::Missing("slug").into());
    }
    let slug = Slug::parse(text).map_err(|_| Objection::NotA {
        field: "slug",
        what: (
            "1 to 64 letters a-z, digits, `.`, `_` or `-`, beginning with a letter or digit",
            "1 到 64 个字母 a-z、数字或 . _ -，以字母或数字开头",
        ),
    })?;
    // The page to register a team stands at this address.
    if slug.as_str() == "new" {
        return Err(taken(&slug));
    }
    Ok(slug)
}

/// Errors: `Missing`, `NotA`.
pub(super) fn kind(text: &str) -> Result<Kind, Objection> {
    if text.trim().is_empty() {
        return Err(Objection::Missing("kind"));
    }
    Kind::parse(text).map_err(|_| Objection::NotA {
        field: "kind",
        what: (
            "city, university or enterprise",
            "city（城市）、university（高校）或 enterprise（企业）",
        ),
    })
}

/// Errors: `Missing`, `NotA`.
pub(super) fn region(text: &str) -> Result<Region, Objection> {
    if text.trim().is_empty() {
        return Err(Objection::Missing("region"));
    }
    Region::parse(text).map_err(|_| Objection::NotA {
        field: "region",
        what: ("an ISO 3166 code such as SG or CN-SH", "ISO 3166 代码，如 SG 或 CN-SH"),
    })
}

/// Errors: `Missing`, `TooShort`, `TooLong`, `Invisible`, `NotA`.
pub(super) fn team_name(field: &'static str, text: &str) -> Result<String, Objection> {
    names::name(text, TEAM_NAME).map_err(|bad| Objection::of_text(field, TEAM_NAME, bad))
}

/// Errors: `OutOfRange`.
pub(super) fn seats(wanted: i64) -> Result<u32, Objection> {
    let (least, most) = SEATS;
    let refused = Objection::OutOfRange {
        field: "capacity",
        least,
        most,
    };
    if (least..=most).contains(&wanted) {
        u32::try_from(wanted).map_err(|_| refused)
    } else {
        Err(refused)
    }
}

/// Errors: `Missing`, `TooLong`, `Invisible`.
pub(super) fn statement(text: &str) -> Result<String, Objection> {
    names::words(text, STATEMENT).map_err(|bad| Objection::of_text("statement", STATEMENT, bad))
}

/// No other team of the competition can be taken for this one. Those that were declined are not there for
/// anybody to be mistaken for.
///
/// `own`: the team itself, where it is there already. Errors: `LooksLike`.
pub(super) fn nobody_looks_like(
    db: &mut Db,
    competition: &Competition,
    own: Option<TeamId>,
    team: &Team,
) -> Result<(), AppError> {
    let others: Vec<(Team, Looks)> = store::teams(db, competition.id())?
        .into_iter()
        .filter(|(id, other)| Some(*id) != own && other.standing != Standing::Declined)
        .map(|(_, other)| {
            let looks = Looks::of(&other.slug, &other.name);
            (other, looks)
        })
        .collect();
    let mut texts = vec![("name.en", team.name.en.as_str()), ("name.zh", team.name.zh.as_str())];
    // A slug is for good: that of a team which is there already was looked at when it came.
    if own.is_none() {
        texts.insert(0, ("slug", team.slug.as_str()));
    }
    for (field, text) in texts {
        if let Some((other, _)) = others.iter().find(|(_, looks)| looks.has(text)) {
            // What a team that is not public is called is not said to others.
            let other = if other.standing.is_public() {
                other.name.en.clone()
            } else {
                text.to_owned()
            };
            return Err(Objection::LooksLike { field, other }.into());
        }
    }
    Ok(())
}
