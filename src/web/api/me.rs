//! `/api/v1/me`: a person's own things. Contract, section 7.

use crate::{
    app::{self, Objection, Own, OwnQuery, OwnTeam, Who},
    domain::{forge::Forge, level::Level},
    web::{
        Site, body,
        gate::{self, Signed},
        problem::Problem,
        query::Query,
        respond,
    },
};
use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json, value::RawValue};

/// What `GET /api/v1/me` answers, each submission written when it was read.
#[derive(Serialize)]
struct Me {
    account: Value,
    person: Value,
    code: String,
    level: Value,
    teams: Vec<Value>,
    accounts: Vec<Value>,
    submissions: Vec<Box<RawValue>>,
    total: u64,
    next: Option<usize>,
}

/// `GET /api/v1/me?competition=&status=&offset=&limit=`: of the submissions a part, the newest merge first.
pub async fn me(request: HttpRequest, site: web::Data<Site>, who: Signed) -> Result<HttpResponse, Problem> {
    let query = Query::of(request.query_string());
    let part = query.part()?;
    let wanted = OwnQuery {
        competition: query.slug("competition")?,
        status: query.status()?,
        offset: part.offset,
        limit: part.limit,
    };
    let lang = respond::language(request.headers(), request.query_string()).0;
    let own = app::own(&site.app, &who.0, wanted, site.now(), move |case| case.written(lang)).await?;
    let (ladder, fixes) = (site.boards.ladder(), site.boards.level_fixes(who.0.person));
    let code = ladder.code(own.person.number, fixes);
    let after = part.offset + own.cases.len();
    let rung = |level: &Level| json!({"code": level.code, "name": level.name, "fixes": level.fixes});
    let teams: Vec<Value> = own.teams.iter().map(|team| with_standing(&site, team)).collect();
    let accounts: Vec<Value> = own.accounts.iter().map(app::account_json).collect();
    let answer = Me {
        account: account(&own),
        person: json!({"slug": own.person.slug, "name": own.person.name, "code": code}),
        level: json!({"fixes": fixes, "now": rung(ladder.level(fixes)), "next": ladder.next(fixes).map(rung)}),
        code,
        teams,
        accounts,
        total: own.total,
        next: (after as u64 != own.total && !own.cases.is_empty()).then_some(after),
        submissions: own.cases,
    };
    Ok(respond::private_json(StatusCode::OK, &answer))
}

fn account<T>(own: &Own<T>) -> Value {
    json!({
        "login": own.login, "person": own.person.slug, "name": own.person.name, "roles": own.roles,
        "created_at": own.created_at, "has_password": own.has_password,
    })
}

/// A team with where it stands on the public board; null where it is on none.
fn with_standing(site: &Site, own: &OwnTeam) -> Value {
    let live = site.live(own.competition.as_str()).ok();
    let snapshot = live.map(|live| live.board.snapshot());
    let row = snapshot.and_then(|snapshot| snapshot.row_of(snapshot.face.team_place(own.id)?));
    let mut team = own.json();
    team["rank"] = json!(row.map(|row| row.rank));
    team["points"] = json!(row.map(|row| row.figures.points));
    team
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Binding {
    forge: String,
}

/// `POST /api/v1/me/accounts`: where the browser of who is signed in goes to bind an account.
pub async fn bind(site: web::Data<Site>, _: Signed, payload: web::Payload) -> Result<HttpResponse, Problem> {
    let wanted: Binding = body::json(&mut payload.into_inner()).await?;
    Forge::parse(&wanted.forge).map_err(|_| Objection::NotA {
        field: "forge",
        what: ("github, gitee, gitlab or gitcode", " github、gitee、gitlab 或 gitcode"),
    })?;
    let forge = site.provider(&wanted.forge)?.forge;
    let url = format!("/auth/{forge}/start?to=%2Fme");
    Ok(respond::private_json(StatusCode::OK, &json!({ "url": url })))
}

/// `DELETE /api/v1/me/accounts/{forge}/{login}`.
pub async fn unbind(request: HttpRequest, site: web::Data<Site>, who: Signed) -> Result<HttpResponse, Problem> {
    let named = |name| request.match_info().get(name).unwrap_or("");
    let forge = Forge::parse(named("forge")).map_err(|_| Objection::NotThere("account"))?;
    app::unbind(&site.app, &who.0, forge, named("login"), site.forges(), site.now()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `GET /api/v1/me/export`: everything that is kept about who asks, as a file.
pub async fn export(request: HttpRequest, site: web::Data<Site>, who: Signed) -> Result<HttpResponse, Problem> {
    let lang = respond::language(request.headers(), request.query_string()).0;
    let code = code(&site, &who.0).await?;
    let all = app::kept(&site.app, &who.0, &code, lang, site.now()).await?;
    let mut answer = respond::private_json(StatusCode::OK, &all);
    let file = format!("attachment; filename=\"bugathlon-{code}.json\"");
    if let Ok(file) = header::HeaderValue::from_str(&file) {
        answer.headers_mut().insert(header::CONTENT_DISPOSITION, file);
    }
    Ok(answer)
}

async fn code(site: &Site, who: &Who) -> Result<String, Problem> {
    let id = who.person;
    let person = site
        .app
        .store
        .read(move |db| crate::store::person_by_id(db, id))
        .await?;
    let person = person.ok_or(Objection::NotThere("person"))?;
    let ladder = site.boards.ladder();
    Ok(ladder.code(person.number, site.boards.level_fixes(id)))
}

/// `DELETE /api/v1/me`: name and accounts go, results stay under the code.
pub async fn delete(site: web::Data<Site>, who: Signed) -> Result<HttpResponse, Problem> {
    app::delete_me(&site.app, &who.0, site.now()).await?;
    let mut answer = HttpResponse::NoContent().finish();
    if let Ok(cookie) = gate::cookie(None).parse() {
        answer.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(answer)
}
