//! `bugathlon account …`: logins, roles, and the keys that sessions are signed with.

use super::{Failure, slug};
use crate::{
    app::{self, App, RoleName},
    config::Account,
};
use std::io::{BufRead, IsTerminal};

pub async fn run(app: &App, wanted: &Account) -> Result<(), Failure> {
    let now = app::now();
    match wanted {
        Account::Add { login, role } => {
            let role = match &role.role {
                None if role.competition.is_some() || role.team.is_some() => {
                    return Err(Failure::usage(
                        "--competition and --team go with --role judge or --role organizer",
                    ));
                }
                None => None,
                Some(name) => Some(role_name(name, role.competition.as_deref(), role.team.as_deref())?),
            };
            let secret = password()?;
            app::add_login(app, None, login, &secret, role, now).await?;
            println!("{login} can sign in");
        }
        Account::Password { login } => {
            let secret = password()?;
            app::new_password(app, None, login, &secret, now).await?;
            println!("{login} has a new password; every session of it has ended");
        }
        Account::Role {
            login,
            role,
            competition,
            team,
            remove,
        } => {
            let role_wanted = role_name(role, competition.as_deref(), team.as_deref())?;
            if *remove {
                app::take_role(app, None, login, role_wanted, now).await?;
                println!("{login} is {role} no more");
            } else {
                app::give_role(app, None, login, role_wanted, now).await?;
                println!("{login} is {role}");
            }
        }
        Account::RotateKeys { now: at_once } => {
            app::rotate_keys(app, *at_once, now).await?;
            println!("sessions are signed with a new key");
        }
    }
    Ok(())
}

fn role_name(role: &str, competition: Option<&str>, team: Option<&str>) -> Result<RoleName, Failure> {
    let competition = competition.map(slug).transpose()?;
    let team = team.map(slug).transpose()?;
    match (role, competition, team) {
        ("admin", None, None) => Ok(RoleName::Admin),
        ("admin", ..) => Err(Failure::usage(
            "an admin runs the whole instance: without --competition and --team",
        )),
        ("judge", Some(competition), None) => Ok(RoleName::Judge { competition }),
        ("judge", ..) => Err(Failure::usage(
            "a judge is of a competition: --competition SLUG, without --team",
        )),
        ("organizer", Some(competition), Some(team)) => Ok(RoleName::Organizer { competition, team }),
        ("organizer", ..) => Err(Failure::usage(
            "an organizer is of a team: --competition SLUG --team TEAM",
        )),
        _ => Err(Failure::usage(format!(
            "`{role}` is not a role: admin, judge or organizer"
        ))),
    }
}

/// The first line of standard input, without its end; at a terminal it is asked for, and does not show.
fn password() -> Result<String, Failure> {
    let failed = |why: std::io::Error| Failure::environment(format!("standard input: {why}"));
    let input = std::io::stdin();
    if input.is_terminal() {
        return rpassword::prompt_password("password (8 to 256 characters): ").map_err(failed);
    }
    let mut line = String::new();
    input.lock().read_line(&mut line).map_err(failed)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
