//! Signing in with a forge: the state that goes out with a browser, once, and what it brings back. The forge
//! is asked between two transactions, never in one.

use super::{
    App, AppError, Objection, Session, Who,
    binding::{bind_user, sign_in_user},
    hex, open_session, random_text,
};
use crate::{
    domain::time::Moment,
    forge::{
        client::{Client, NoAnswer},
        oauth::{ForgeUser, NoToken, Provider},
    },
    store::{self, Handshake},
};
use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use subtle::ConstantTimeEq;

/// How long a browser may be away.
pub const HANDSHAKE: i64 = 10 * Moment::MINUTE;

/// What goes out: the state with the browser, the challenge with it to the forge.
pub struct Begun {
    pub state: String,
    pub challenge: String,
}

/// Begins a sign-in, or, for who is signed in, the binding of another account.
pub async fn begin_handshake(
    app: &App,
    provider: &Provider,
    return_to: &str,
    binds: Option<&Who>,
    now: Moment,
) -> Result<Begun, AppError> {
    let (state, verifier) = (random_text(32)?, random_text(32)?);
    let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()));
    let handshake = Handshake {
        state: name_of(&state),
        forge: provider.forge,
        verifier,
        login: binds.map(|who| who.id),
        return_to: return_to.to_owned(),
        created_at: now,
    };
    app.store
        .write(move |db| {
            store::forget_handshakes(db, now.plus(-HANDSHAKE))?;
            Ok::<_, AppError>(store::insert_handshake(db, &handshake)?)
        })
        .await?;
    Ok(Begun { state, challenge })
}

/// The database keeps no state that it could be robbed of.
fn name_of(state: &str) -> String {
    hex(digest(&SHA256, state.as_bytes()).as_ref())
}

/// What a browser brings back.
pub struct Returned<'a> {
    pub state: &'a str,
    /// The state that this browser was given when it began.
    pub begun: &'a str,
    /// None: the forge, or its user, said no.
    pub code: Option<&'a str>,
    /// Under which the forge has sent it here: the same as when it began.
    pub redirect_uri: &'a str,
    /// Who is signed in with this browser.
    pub who: Option<&'a Who>,
}

/// What a sign-in at a forge has come to, and where to go on.
pub enum Arrival {
    SignedIn(Box<Session>, String),
    Bound(String),
}

/// Takes back what [`begin_handshake`] began.
///
/// Errors: `HandshakeOver` for a state that is unknown, used, older than [`HANDSHAKE`], or another browser's;
/// `ForgeRefused`, `ForgeSilent`; `AccountTaken`, `Banned`.
pub async fn end_handshake(
    app: &App,
    client: &Client,
    provider: &Provider,
    returned: Returned<'_>,
    now: Moment,
) -> Result<Arrival, AppError> {
    let own: bool = returned.state.as_bytes().ct_eq(returned.begun.as_bytes()).into();
    if returned.state.is_empty() || !own {
        return Err(Objection::HandshakeOver.into());
    }
    let name = name_of(returned.state);
    let taken = app
        .store
        .write(move |db| Ok::<_, AppError>(store::take_handshake(db, &name)?))
        .await?;
    let handshake = taken
        .filter(|handshake| handshake.forge == provider.forge && now < handshake.created_at.plus(HANDSHAKE))
        .filter(|handshake| match (handshake.login, returned.who) {
            // Who began to bind must not have become somebody else on the way.
            (Some(login), Some(who)) => login == who.id,
            (Some(_), None) => false,
            (None, _) => true,
        })
        .ok_or(Objection::HandshakeOver)?;
    let refused = || Objection::ForgeRefused(provider.forge.title().to_owned());
    let code = returned.code.ok_or_else(refused)?;
    let user = ask(client, provider, code, &handshake.verifier, returned.redirect_uri).await?;
    let (definitions, forge) = (app.definitions(), provider.forge);
    app.store
        .write(move |db| match handshake.login {
            Some(login) => {
                bind_user(db, &definitions, login, forge, &user, now)?;
                Ok(Arrival::Bound(handshake.return_to))
            }
            None => {
                let login = sign_in_user(db, &definitions, forge, &user, now)?;
                let session = open_session(db, login, now)?;
                Ok(Arrival::SignedIn(Box::new(session), handshake.return_to))
            }
        })
        .await
}

/// Asks the forge who this is. What it answered goes to the log, without token and code.
async fn ask(
    client: &Client,
    provider: &Provider,
    code: &str,
    verifier: &str,
    redirect_uri: &str,
) -> Result<ForgeUser, Objection> {
    let title = || provider.forge.title().to_owned();
    let silent = |asked: &'static str| {
        let forge = provider.forge;
        move |why: NoAnswer| {
            tracing::warn!(%forge, asked, %why, "a sign-in came to nothing");
            Objection::ForgeSilent(forge.title().to_owned())
        }
    };
    let request = provider.token_request(code, verifier, redirect_uri);
    let answer = client.ask(&request).await.map_err(silent("token"))?;
    let token = provider.read_token(&answer).map_err(|why| {
        tracing::warn!(forge = %provider.forge, %why, "a sign-in came to nothing");
        match why {
            NoToken::Refused(_) => Objection::ForgeRefused(title()),
            NoToken::Unreadable(_) => Objection::ForgeSilent(title()),
        }
    })?;
    let request = provider.user_request(&token);
    let answer = client.ask(&request).await.map_err(silent("user"))?;
    provider.read_user(&answer).map_err(|why| {
        tracing::warn!(forge = %provider.forge, %why, "a sign-in came to nothing");
        Objection::ForgeSilent(title())
    })
}
