//! Sessions: signing in with a password, the tokens that name a session, the keys that sign them.
//!
//! A token says who and which session; whether the session still holds and what its login may do is read from
//! the database at each request, so that a sign-out, a ban or a role taken away holds at once on every instance.

use super::{App, AppError, Objection, Who, password};
use crate::{
    domain::{
        login::{LoginId, LoginName, Role},
        text::Slug,
        time::Moment,
    },
    store::{self, Db, Deed, SigningKey, StoreError},
};
use aws_lc_rs::rand;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode};
use serde::{Deserialize, Serialize};

/// How long a session lasts, and with it its token.
pub const SESSION: i64 = 7 * Moment::DAY;
/// How far two clocks may be apart, in seconds.
const LEEWAY: i64 = 5;
/// Who issues tokens, and for whom.
const ISSUER: &str = "bugathlon";

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    /// The login's number.
    sub: String,
    /// The session.
    jti: String,
    iat: i64,
    exp: i64,
}

/// A session just opened.
#[derive(Clone, Debug)]
pub struct Session {
    pub token: String,
    pub expires_at: Moment,
    pub who: Who,
}

/// Signs in with a password.
///
/// Errors: `WrongPassword` whether or not there is such a login, and as late in both cases; `Banned`; `Busy`.
pub async fn sign_in(app: &App, login: &str, password: &str, now: Moment) -> Result<Session, AppError> {
    let known = match LoginName::parse(login) {
        Ok(name) => app.store.read(move |db| store::login_by_key(db, &name.key())).await?,
        Err(_) => None,
    };
    let hash = known.as_ref().and_then(|login| login.password.as_deref());
    if !password::verify(password, hash).await? {
        return Err(Objection::WrongPassword.into());
    }
    let id = known.map(|login| login.id).ok_or(Objection::WrongPassword)?;
    app.store.write(move |db| open_session(db, id, now)).await
}

/// Opens a session for somebody who has proven who they are. Errors: `Banned`.
pub fn open_session(db: &mut Db, id: LoginId, now: Moment) -> Result<Session, AppError> {
    let login = store::login_by_id(db, id)?.ok_or(Objection::SessionOver)?;
    if login.banned_at.is_some() {
        return Err(Objection::Banned.into());
    }
    let session = random_text(16)?;
    let expires_at = now.plus(SESSION);
    store::insert_session(db, &session, id, now, expires_at)?;
    let key = signing_key(db, now)?;
    let claims = Claims {
        iss: ISSUER.into(),
        aud: ISSUER.into(),
        sub: id.0.to_string(),
        jti: session.clone(),
        iat: now.millis() / Moment::SECOND,
        exp: expires_at.millis() / Moment::SECOND,
    };
    let header = Header {
        kid: Some(key.kid),
        ..Header::new(Algorithm::HS256)
    };
    let token = encode(&header, &claims, &EncodingKey::from_secret(&key.secret))
        .map_err(|why| AppError::Broken(format!("the token could not be signed: {why}")))?;
    Ok(Session {
        token,
        expires_at,
        who: Who::of(db, login, session)?,
    })
}

/// Who bears this token. Errors: `SessionOver`, whatever is wrong with it; `Banned`.
pub async fn who(app: &App, token: &str, now: Moment) -> Result<Who, AppError> {
    let token = token.to_owned();
    app.store.read(move |db| bearer(db, &token, now)).await
}

fn bearer(db: &mut Db, token: &str, now: Moment) -> Result<Who, AppError> {
    let over = || AppError::from(Objection::SessionOver);
    let kid = decode_header(token)
        .ok()
        .and_then(|header| header.kid)
        .ok_or_else(over)?;
    let keys = store::signing_keys(db, now)?;
    let key = keys.into_iter().find(|key| key.kid == kid).ok_or_else(over)?;
    let mut wanted = Validation::new(Algorithm::HS256);
    // Held against the time that came in, below.
    wanted.validate_exp = false;
    wanted.set_issuer(&[ISSUER]);
    wanted.set_audience(&[ISSUER]);
    wanted.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    let claims: Claims = decode(token, &DecodingKey::from_secret(&key.secret), &wanted)
        .map_err(|_| over())?
        .claims;
    if claims.exp.saturating_add(LEEWAY) < now.millis() / Moment::SECOND {
        return Err(over());
    }
    let login = store::session_login(db, &claims.jti, now)?.ok_or_else(over)?;
    if login.id.0.to_string() != claims.sub {
        return Err(over());
    }
    if login.banned_at.is_some() {
        return Err(Objection::Banned.into());
    }
    Ok(Who::of(db, login, claims.jti)?)
}

/// Ends the session, on every instance.
pub async fn sign_out(app: &App, who: &Who, now: Moment) -> Result<(), AppError> {
    let session = who.session.clone();
    app.store
        .write(move |db| Ok(store::end_session(db, &session, now)?))
        .await
}

/// The key that signs; the first one is made here.
fn signing_key(db: &mut Db, now: Moment) -> Result<SigningKey, AppError> {
    let signs = store::signing_keys(db, now)?
        .into_iter()
        .find(|key| key.dies_at.is_none());
    match signs {
        Some(key) => Ok(key),
        None => {
            let key = new_key(now)?;
            store::rotate_signing_key(db, &key, now)?;
            Ok(key)
        }
    }
}

fn new_key(now: Moment) -> Result<SigningKey, AppError> {
    Ok(SigningKey {
        kid: random_text(6)?,
        secret: random_bytes(32)?,
        created_at: now,
        dies_at: None,
    })
}

/// Signs with a new key from now on. What the old ones signed goes on for as long as a session lasts, or ends
/// `at_once`, and with it every session.
pub async fn rotate_keys(app: &App, at_once: bool, now: Moment) -> Result<(), AppError> {
    let key = new_key(now)?;
    let die = if at_once { now } else { now.plus(SESSION) };
    app.store
        .write(move |db| {
            store::rotate_signing_key(db, &key, die)?;
            let deed = Deed {
                at: now,
                login: None,
                competition: None,
                team: None,
                act: "keys.rotate",
                subject: key.kid.clone(),
                reason: None,
                was: None,
                became: None,
            };
            Ok::<_, AppError>(store::record(db, &deed)?)
        })
        .await
}

/// When the key that signs was made; None: nobody has signed in yet.
pub fn signing_since(db: &mut Db, now: Moment) -> Result<Option<Moment>, StoreError> {
    let signs = store::signing_keys(db, now)?
        .into_iter()
        .find(|key| key.dies_at.is_none());
    Ok(signs.map(|key| key.created_at))
}

fn random_bytes(count: usize) -> Result<Vec<u8>, AppError> {
    let mut bytes = vec![0; count];
    rand::fill(&mut bytes).map_err(|_| AppError::Broken("the system gives no random bytes".into()))?;
    Ok(bytes)
}

/// `count` random bytes as text that is safe in a URL and a file name.
pub fn random_text(count: usize) -> Result<String, AppError> {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    Ok(URL_SAFE_NO_PAD.encode(random_bytes(count)?))
}

/// A role by names.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct NamedRole {
    pub role: &'static str,
    pub competition: Option<Slug>,
    pub team: Option<Slug>,
}

/// Somebody's roles by names.
pub fn named_roles(db: &mut Db, roles: &[Role]) -> Result<Vec<NamedRole>, StoreError> {
    let mut found = Vec::with_capacity(roles.len());
    for role in roles {
        let (competition, team) = match role {
            Role::Admin => (None, None),
            Role::Judge(competition) => (Some(*competition), None),
            Role::Organizer(competition, team) => (Some(*competition), Some(team.0)),
        };
        let competition = match competition {
            Some(id) => store::competition_by_id(db, id)?.map(|stored| stored.slug),
            None => None,
        };
        let team = match team {
            Some(id) => store::teams_by_id(db, &[id])?.pop().map(|(_, team)| team.slug),
            None => None,
        };
        found.push(NamedRole {
            role: role.as_str(),
            competition,
            team,
        });
    }
    Ok(found)
}

/// An account as the session's answer shows it. Contract, section 7.
#[derive(Clone, Debug, Serialize)]
pub struct AccountCard {
    pub login: String,
    /// The person's slug.
    pub person: Slug,
    pub name: String,
    pub roles: Vec<NamedRole>,
}

pub async fn account_card(app: &App, who: &Who) -> Result<AccountCard, AppError> {
    let who = who.clone();
    app.store
        .read(move |db| {
            let person = store::person_by_id(db, who.person)?.ok_or(Objection::NotThere("person"))?;
            Ok(AccountCard {
                roles: named_roles(db, &who.roles)?,
                login: who.login,
                person: person.slug,
                name: person.name,
            })
        })
        .await
}
