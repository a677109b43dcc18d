//! Signing in with a password, from a page or a program, within the limits.

use super::{Site, address};
use crate::app::{self, AppError, Objection, Session};
use actix_web::HttpRequest;

/// Errors: `TooManySignIns`, whether or not the password is right; `WrongPassword`, `Banned`.
pub async fn with_password(
    request: &HttpRequest,
    site: &Site,
    login: &str,
    password: &str,
) -> Result<Session, AppError> {
    let now = site.now();
    let from = address::client(request, &site.proxies);
    let tried = site
        .limits
        .sign_in(login, from, now)
        .map_err(Objection::TooManySignIns)?;
    let session = app::sign_in(&site.app, login, password, now).await;
    // Only a guess counts: not a closed account, not a fault of ours.
    if !matches!(session, Err(AppError::Objection(Objection::WrongPassword))) {
        site.limits.forgive(&tried);
    }
    session
}
