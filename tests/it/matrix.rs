//! A9: who may do what. Every route of the table, asked by every role, for a city of one's own and for another's.
//!
//! What must come of it stands here a second time, by hand: a new kind of access does not compile until it has
//! a row, and a route whose address says whose it is must bear that access.

use crate::support::*;
use bugathlon::{
    app::{self, Access, AppError},
    domain::{
        login::{LoginName, Role},
        text::Slug,
    },
    store,
    web::{ROUTES, Route},
};
use reqwest::Method;
use std::sync::atomic::{AtomicU32, Ordering};

/// Who asks. Shanghai and Tsinghua are teams of `spring`; `autumn` is another competition.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Asker {
    Nobody,
    Participant,
    /// Is in Shanghai's team, and the `{person}` of the address.
    Member,
    OrganizerOfShanghai,
    OrganizerOfTsinghua,
    JudgeOfSpring,
    JudgeOfAutumn,
    Admin,
}

const ASKERS: [Asker; 8] = [
    Asker::Nobody,
    Asker::Participant,
    Asker::Member,
    Asker::OrganizerOfShanghai,
    Asker::OrganizerOfTsinghua,
    Asker::JudgeOfSpring,
    Asker::JudgeOfAutumn,
    Asker::Admin,
];

/// What a gate can do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Gate {
    In,
    SignIn,
    Forbidden,
    Missing,
}

fn expected(access: Access, asker: Asker, city: &str) -> Gate {
    let organizes = match asker {
        Asker::OrganizerOfShanghai => city == "shanghai",
        Asker::OrganizerOfTsinghua => city == "tsinghua",
        Asker::Admin => true,
        Asker::Nobody | Asker::Participant | Asker::Member | Asker::JudgeOfSpring | Asker::JudgeOfAutumn => false,
    };
    let (may, otherwise) = match access {
        Access::Everybody | Access::Forge => return Gate::In,
        Access::SignedIn => (true, Gate::SignIn),
        Access::Organizer => (organizes, Gate::Missing),
        Access::TeamOrJudge => (organizes || asker == Asker::JudgeOfSpring, Gate::Missing),
        Access::Member => (organizes || asker == Asker::Member, Gate::Missing),
        Access::Judge => (matches!(asker, Asker::JudgeOfSpring | Asker::Admin), Gate::Forbidden),
        Access::Admin | Access::Founder => (asker == Asker::Admin, Gate::Forbidden),
    };
    match asker {
        Asker::Nobody => Gate::SignIn,
        _ if may => Gate::In,
        _ => otherwise,
    }
}

static NEXT: AtomicU32 = AtomicU32::new(0);

/// Somebody new, signed in; a token and their slug. Each request has its own: some of them sign out.
async fn somebody(site: &Site, asker: Asker) -> Option<(String, String)> {
    if asker == Asker::Nobody {
        return None;
    }
    let name = format!("asker{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let made = site.app().store.write(move |db| {
        let now = app::now();
        let person = app::new_person(db, &name)?;
        let login = LoginName::parse(&name).unwrap();
        let id = store::insert_login(db, &login, None, person, now)?;
        let competition = |db: &mut store::Db, slug: &str| {
            let slug = Slug::parse(slug).unwrap();
            store::competition(db, &slug).map(|stored| stored.unwrap().id)
        };
        let spring = competition(db, "spring")?;
        let team = |db: &mut store::Db, slug: &str| {
            let slug = Slug::parse(slug).unwrap();
            store::team_by_slug(db, spring, &slug).map(|team| team.unwrap().0)
        };
        match asker {
            Asker::Nobody | Asker::Participant => {}
            Asker::Member => {
                let team = team(db, "shanghai")?;
                store::join(db, spring, person, team, now)?;
            }
            Asker::OrganizerOfShanghai => {
                let team = team(db, "shanghai")?;
                store::grant(db, id, Role::Organizer(spring, team), now)?;
            }
            Asker::OrganizerOfTsinghua => {
                let team = team(db, "tsinghua")?;
                store::grant(db, id, Role::Organizer(spring, team), now)?;
            }
            Asker::JudgeOfSpring => {
                store::grant(db, id, Role::Judge(spring), now)?;
            }
            Asker::JudgeOfAutumn => {
                let autumn = competition(db, "autumn")?;
                store::grant(db, id, Role::Judge(autumn), now)?;
            }
            Asker::Admin => {
                store::grant(db, id, Role::Admin, now)?;
            }
        }
        let person = store::person_by_id(db, person)?.unwrap();
        Ok::<_, AppError>((app::open_session(db, id, now)?.token, person.slug.to_string()))
    });
    Some(made.await.unwrap())
}

fn address(route: &Route, city: &str, person: &str, submission: &str) -> String {
    let names = [
        ("{slug}", "spring"),
        ("{team}", city),
        ("{person}", person),
        ("{id}", submission),
        ("{forge}", "github"),
        ("{source}", "kiln"),
        ("{file}", "none"),
        ("{code}", "no-such-code"),
        ("{appeal}", "1"),
        ("{login}", "no-such-login"),
    ];
    let path = names
        .iter()
        .fold(route.path.to_owned(), |path, (name, value)| path.replace(name, value));
    assert!(!path.contains('{'), "{path}: what to put there?");
    path
}

async fn gate_of(site: &Site, route: &Route, asker: Asker, city: &str, submission: &str) -> (Gate, String) {
    let who = somebody(site, asker).await;
    let own = who.as_ref().map(|(_, slug)| slug.as_str());
    let person = own.filter(|_| asker == Asker::Member).unwrap_or("ada");
    let path = address(route, city, person, submission);
    let method = Method::from_bytes(route.method.as_bytes()).unwrap();
    let mut request = site.http.request(method, format!("{}{path}", site.url));
    if let Some((token, _)) = &who {
        request = request.bearer_auth(token);
    }
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let goes = response
        .headers()
        .get("location")
        .map_or(String::new(), |to| to.to_str().unwrap().to_owned());
    // A stream that is open goes on for good.
    let text = if status < 400 {
        String::new()
    } else {
        response.text().await.unwrap()
    };
    let gate = match status {
        303 if goes.starts_with("/sign-in") && !route.path.starts_with("/sign-in") => Gate::SignIn,
        401 if text.contains("sign in first") => Gate::SignIn,
        403 if text.contains("ask the host for the role") => Gate::Forbidden,
        404 if text.contains("there is no such team") => Gate::Missing,
        _ => Gate::In,
    };
    assert!(status < 500, "{} {path} by {asker:?}: {status} {text}", route.method);
    (gate, format!("{status} {text}"))
}

#[actix_web::test]
async fn a9_every_route_lets_in_whom_it_names_and_nobody_else() {
    let mut folder = Folder::new();
    folder.pulls = vec![Fix::new("github", 1, "ada").line()];
    let site = Site::of(&folder).await;
    folder.slug = "autumn".into();
    site.seed(folder.on_disk().path()).await;
    let submission = site
        .database
        .texts("SELECT CAST(MIN(id) AS TEXT) AS text FROM submissions")
        .remove(0);
    let mut wrong: Vec<String> = Vec::new();
    let mut asked = 0;
    // Who is kept out first: what is let in may end what the others are asked about.
    for inside in [false, true] {
        for route in ROUTES {
            let cities: &[&str] = if route.path.contains("{team}") {
                &["shanghai", "tsinghua"]
            } else {
                &["shanghai"]
            };
            for city in cities {
                for asker in ASKERS {
                    let wanted = expected(route.access, asker, city);
                    if (wanted == Gate::In) != inside {
                        continue;
                    }
                    let (gate, answer) = gate_of(&site, route, asker, city, &submission).await;
                    asked += 1;
                    if gate != wanted {
                        wrong.push(format!(
                            "{} {} of {city} by {asker:?}: {gate:?} and not {wanted:?}: {answer}",
                            route.method, route.path
                        ));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(asked >= ROUTES.len() * ASKERS.len());
    site.stop().await;
}

/// The words of an address that say whose it is, and whom they let in. The first that an address has counts.
const BY_ADDRESS: &[(&str, &[Access])] = &[
    ("/teams/{team}/console", &[Access::Organizer]),
    ("/competitions/{slug}/judge/judges", &[Access::Admin]),
    ("/competitions/{slug}/judge", &[Access::Judge]),
    // The audit log is a judge's to read as well (contract, section 7).
    ("/competitions/{slug}/host/audit", &[Access::Judge]),
    ("/competitions/{slug}/host", &[Access::Admin]),
    ("/host", &[Access::Admin]),
];

/// The contract, section 7: the calls and who.
const BY_CONTRACT: &[(&str, &str, Access)] = &[
    ("POST", "/api/v1/session", Access::Everybody),
    ("GET", "/api/v1/session", Access::SignedIn),
    ("DELETE", "/api/v1/session", Access::SignedIn),
    ("GET", "/api/v1/me", Access::SignedIn),
    ("DELETE", "/api/v1/me", Access::SignedIn),
    ("GET", "/api/v1/me/export", Access::SignedIn),
    ("POST", "/api/v1/me/accounts", Access::SignedIn),
    ("POST", "/api/v1/competitions/{slug}/teams", Access::SignedIn),
    ("GET", "/api/v1/competitions/{slug}/teams", Access::Everybody),
    ("GET", "/api/v1/competitions/{slug}/teams/{team}", Access::Everybody),
    ("PATCH", "/api/v1/competitions/{slug}/teams/{team}", Access::TeamOrJudge),
    (
        "POST",
        "/api/v1/competitions/{slug}/teams/{team}/invites",
        Access::Organizer,
    ),
    ("POST", "/api/v1/competitions/{slug}/invites/{code}", Access::SignedIn),
    (
        "POST",
        "/api/v1/competitions/{slug}/teams/{team}/requests",
        Access::SignedIn,
    ),
    (
        "PATCH",
        "/api/v1/competitions/{slug}/teams/{team}/requests/{person}",
        Access::Organizer,
    ),
    (
        "DELETE",
        "/api/v1/competitions/{slug}/teams/{team}/members/{person}",
        Access::Member,
    ),
    ("GET", "/api/v1/competitions/{slug}/queue", Access::Judge),
    (
        "POST",
        "/api/v1/competitions/{slug}/submissions/{id}/decisions",
        Access::Judge,
    ),
    (
        "DELETE",
        "/api/v1/competitions/{slug}/submissions/{id}/decisions",
        Access::Judge,
    ),
    (
        "POST",
        "/api/v1/competitions/{slug}/submissions/{id}/appeals",
        Access::SignedIn,
    ),
    ("PATCH", "/api/v1/competitions/{slug}/appeals/{appeal}", Access::Judge),
    ("POST", "/api/v1/competitions/{slug}/dry-run", Access::Admin),
    ("PUT", "/api/v1/competitions/{slug}/definition", Access::Founder),
    ("POST", "/api/v1/competitions/{slug}/reveal", Access::Admin),
    ("POST", "/api/v1/competitions/{slug}/finalize", Access::Admin),
    ("POST", "/api/v1/competitions/{slug}/reopen", Access::Admin),
    ("GET", "/api/v1/competitions/{slug}/audit", Access::Judge),
];

#[test]
fn a9_an_address_that_says_whose_it_is_bears_that_access() {
    let mut wrong: Vec<String> = Vec::new();
    for route in ROUTES {
        let row = BY_ADDRESS.iter().find(|(part, _)| match *part {
            "/host" => route.path == "/host" || route.path.starts_with("/host/"),
            part => route.path.contains(part),
        });
        if let Some((_, wanted)) = row
            && !wanted.contains(&route.access)
        {
            wrong.push(format!("{} {}: {:?}", route.method, route.path, route.access));
        }
        let page = !route.path.starts_with("/api/");
        let changes = route.method != "GET" && route.access == Access::Everybody;
        if changes && page && route.path != "/sign-in" {
            wrong.push(format!(
                "{} {}: changes something, for everybody",
                route.method, route.path
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a9_the_calls_of_the_contract_are_there_for_whom_it_says() {
    let mut wrong: Vec<String> = Vec::new();
    for (method, path, access) in BY_CONTRACT {
        match ROUTES
            .iter()
            .find(|route| route.method == *method && route.path == *path)
        {
            None => wrong.push(format!("{method} {path}: is not there")),
            Some(route) if route.access != *access => wrong.push(format!("{method} {path}: {:?}", route.access)),
            Some(_) => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
