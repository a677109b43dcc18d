//! Teams register, are decided on, and people join and leave them. Contract, section 7.

use crate::support::*;
use bugathlon::{
    app,
    domain::{competition::Seal, login::LoginName},
    store::{self, StoreError},
};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

const AT: &str = "/api/v1/competitions/spring";

fn application(slug: &str, en: &str, zh: &str) -> Value {
    json!({
        "slug": slug, "kind": "city", "region": "CN-ZJ", "name": {"en": en, "zh": zh}, "capacity": 3,
        "statement": "We meet on Thursdays.",
    })
}

/// Somebody new, signed in; no password is hashed for them.
async fn somebody(site: &Site, login: &str) -> Signed {
    let name = LoginName::parse(login).unwrap();
    let session = site
        .app()
        .store
        .write(move |db| {
            let person = app::new_person(db, name.as_str())?;
            let id = store::insert_login(db, &name, None, person, app::now())?;
            app::open_session(db, id, app::now())
        })
        .await
        .unwrap();
    Signed {
        login: login.to_owned(),
        token: session.token,
    }
}

async fn slug_of(site: &Site, who: &Signed) -> String {
    let session = site.see(who, "/api/v1/session").await.json();
    session["account"]["person"].as_str().unwrap().to_owned()
}

fn in_hours(hours: i64) -> String {
    moment(ago(-hours))
}

/// A team that registered and was approved.
async fn approved(site: &Site, host: &Signed, organizer: &Signed, application: &Value) {
    let slug = application["slug"].as_str().unwrap();
    let answer = site.post(organizer, &format!("{AT}/teams"), application.clone()).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    for body in [
        json!({"status": "defending", "defence_at": in_hours(24)}),
        json!({"status": "approved"}),
    ] {
        let answer = site.patch(host, &format!("{AT}/teams/{slug}"), body).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
}

async fn invite(site: &Site, organizer: &Signed, team: &str, body: Value) -> String {
    let answer = site.post(organizer, &format!("{AT}/teams/{team}/invites"), body).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()["code"].as_str().unwrap().to_owned()
}

async fn members(site: &Site, team: &str) -> Vec<String> {
    let team = site.json(&format!("{AT}/teams/{team}")).await;
    let members = team["members"].as_array().unwrap();
    let slug = |member: &Value| member["person"]["slug"].as_str().unwrap().to_owned();
    members.iter().map(slug).collect()
}

fn deeds(site: &Site) -> Vec<String> {
    site.database
        .texts("SELECT act || ' ' || subject AS text FROM audit WHERE competition_id IS NOT NULL ORDER BY id")
}

#[actix_web::test]
async fn a_team_registers_is_heard_and_is_approved() {
    let site = Site::of(&Folder::new()).await;
    let (host, judge) = (site.admin().await, site.judge("jo", "spring").await);
    let (lin, other) = (somebody(&site, "lin").await, somebody(&site, "other").await);
    let team = format!("{AT}/teams/hangzhou");

    let applied = site
        .post(
            &lin,
            &format!("{AT}/teams"),
            application("Hangzhou", "Hangzhou  MSG", "杭州 MSG"),
        )
        .await;
    assert_eq!(applied.status, 201, "{}", applied.text());
    assert_eq!(
        applied.json(),
        json!({
            "slug": "hangzhou", "kind": "city", "region": "CN-ZJ", "name": {"en": "Hangzhou MSG", "zh": "杭州 MSG"},
            "capacity": 3, "status": "applied", "members": [], "statement": "We meet on Thursdays.",
            "applied_at": applied.json()["applied_at"], "defence_at": null, "recording_url": null, "reason": null,
        })
    );
    // The applicant runs it: the role holds at once.
    assert_eq!(
        site.see(&lin, "/api/v1/session").await.json()["account"]["roles"],
        json!([{"role": "organizer", "competition": "spring", "team": "hangzhou"}])
    );
    // Of an application only those know who have to do with it.
    for (who, status, listed) in [
        (Some(&lin), 200, 4),
        (Some(&judge), 200, 4),
        (Some(&host), 200, 4),
        (Some(&other), 404, 3),
        (None, 404, 3),
    ] {
        let (one, all) = match who {
            Some(who) => (site.see(who, &team).await, site.see(who, &format!("{AT}/teams")).await),
            None => (site.get(&team).await, site.get(&format!("{AT}/teams")).await),
        };
        assert_eq!(one.status, status, "{who:?}");
        assert_eq!(all.json()["total"], listed, "{who:?}");
        assert_eq!(
            all.json()["teams"].as_array().unwrap().len(),
            listed as usize,
            "{who:?}"
        );
    }
    assert_eq!(
        site.see(&judge, &format!("{AT}/teams?status=applied")).await.json()["teams"][0]["statement"],
        "We meet on Thursdays."
    );
    assert_eq!(site.json(&format!("{AT}/teams?status=applied")).await["total"], 0);

    let defence = in_hours(48);
    let heard = site
        .patch(&host, &team, json!({"status": "defending", "defence_at": defence}))
        .await;
    assert_eq!(heard.status, 200, "{}", heard.text());
    assert_eq!(
        (&heard.json()["status"], &heard.json()["defence_at"]),
        (&json!("defending"), &json!(defence))
    );
    let recorded = site
        .patch(&lin, &team, json!({"recording_url": "https://video.example.com/42"}))
        .await;
    assert_eq!(recorded.json()["recording_url"], "https://video.example.com/42");
    let done = site.patch(&judge, &team, json!({"status": "approved"})).await;
    assert_eq!(done.status, 200, "{}", done.text());
    // Everybody sees it now, and not what it said to the judges.
    let public = site.json(&team).await;
    assert_eq!(
        (&public["status"], &public["statement"], &public["recording_url"]),
        (&json!("approved"), &Value::Null, &Value::Null)
    );
    site.board_where("the new team is on the board", |board| board["total"] == 4)
        .await;
    assert_eq!(
        deeds(&site),
        [
            "role.give jo",
            "team.apply hangzhou",
            "team.defend hangzhou",
            "team.edit hangzhou",
            "team.approve hangzhou"
        ]
    );
    let was = site
        .database
        .texts("SELECT was || ' ' || became AS text FROM audit WHERE act = 'team.approve'");
    assert_eq!(was, ["{\"status\":\"defending\"} {\"status\":\"approved\"}"]);
    site.stop().await;
}

#[actix_web::test]
async fn i4_applications_that_are_refused_say_which_field() {
    let site = Site::of(&Folder::new()).await;
    let lin = somebody(&site, "lin").await;
    let teams = format!("{AT}/teams");
    let good = application("hangzhou", "Hangzhou MSG", "杭州 MSG");
    let changed = |field: &str, value: Value| {
        let mut body = good.clone();
        match field.split_once('.') {
            Some((outer, inner)) => body[outer][inner] = value,
            None => body[field] = value,
        }
        body
    };
    for (field, value, status) in [
        ("slug", json!(""), 422),
        ("slug", json!("杭州"), 422),
        ("slug", json!("a/b"), 422),
        ("slug", json!("shanghai"), 409),
        ("slug", json!("SHANGHAI"), 409),
        ("slug", json!("new"), 409),
        ("slug", json!("c1ay"), 422),
        ("kind", json!("village"), 422),
        ("kind", json!(""), 422),
        ("region", json!("Zhejiang"), 422),
        ("region", json!("ZZ"), 422),
        ("capacity", json!(0), 422),
        ("capacity", json!(-1), 422),
        ("capacity", json!(10_001), 422),
        ("statement", json!("  "), 422),
        ("statement", json!("字".repeat(2_001)), 422),
        ("statement", json!("turned \u{202E}round"), 422),
        ("name.en", json!("H"), 422),
        ("name.en", json!("H".repeat(61)), 422),
        ("name.en", json!("Hang\u{200B}zhou"), 422),
        ("name.en", json!("\u{202E}uohzgnaH"), 422),
        ("name.en", json!("Hang\u{2066}zhou"), 422),
        ("name.zh", json!("杭\u{200D}州"), 422),
        ("name.zh", json!("——"), 422),
        // Look-alikes: Cyrillic, full width, case, spaces, another language's name, a slug.
        ("name.en", json!("Shаnghai MSG"), 422),
        ("name.en", json!("ＳＨＡＮＧＨＡＩ ＭＳＧ"), 422),
        ("name.en", json!("shanghai-msg"), 422),
        ("name.en", json!("上海 МSG"), 422),
        ("name.zh", json!("CIay Works"), 422),
        ("name.zh", json!("陶土"), 422),
        ("name.zh", json!("tsinghua"), 422),
    ] {
        let answer = site.post(&lin, &teams, changed(field, value.clone())).await;
        assert_eq!(answer.status, status, "{field} {value}: {}", answer.text());
        answer.is_problem(status);
        assert_eq!(answer.json()["field"], field, "{value}: {}", answer.text());
    }
    // Not of the shape at all.
    for (body, status) in [
        (json!({}), 422),
        (changed("colour", json!("red")), 422),
        (changed("name.fr", json!("Hangzhou")), 422),
        (changed("capacity", json!("three")), 422),
        (changed("status", json!("approved")), 422),
        (changed("statement", json!("x".repeat(70_000))), 413),
    ] {
        site.post(&lin, &teams, body).await.is_problem(status);
    }
    let nowhere = site
        .post(&lin, "/api/v1/competitions/nowhere/teams", good.clone())
        .await;
    nowhere.is_problem(404);
    let nobody = site.http.post(format!("{}{teams}", site.url)).json(&good);
    site.answer(nobody).await.is_problem(401);
    assert_eq!(site.database.count("teams"), 3);
    assert_eq!(site.database.count("registrations"), 0);
    // What is fine is taken; then it is the one that others must not look like, and its name is not told.
    assert_eq!(site.post(&lin, &teams, good.clone()).await.status, 201);
    let alike = site
        .post(&lin, &teams, application("hz", "Hangzh0u MSG", "杭城 MSG"))
        .await;
    alike.is_problem(422);
    assert!(!alike.text().contains("Hangzhou"), "{}", alike.text());
    // A team's own names are no look-alikes of it, and those of a team that was declined are free again.
    let own = site
        .patch(
            &lin,
            &format!("{AT}/teams/hangzhou"),
            json!({"name": {"en": "HANGZHOU msg"}}),
        )
        .await;
    assert_eq!((own.status, &own.json()["name"]["en"]), (200, &json!("HANGZHOU msg")));
    let host = site.admin().await;
    let declined = json!({"status": "declined", "reason": "no venue"});
    assert_eq!(
        site.patch(&host, &format!("{AT}/teams/hangzhou"), declined)
            .await
            .status,
        200
    );
    let again = application("hangzhou-2", "Hangzhou MSG", "杭州 MSG");
    assert_eq!(site.post(&lin, &teams, again).await.status, 201);
    site.stop().await;
}

#[actix_web::test]
async fn steps_are_taken_by_those_who_may_and_in_order() {
    let site = Site::of(&Folder::new()).await;
    let host = site.admin().await;
    let judge = site.judge("jo", "spring").await;
    let lin = somebody(&site, "lin").await;
    let other = site.organizer("sam", "spring", "shanghai").await;
    let team = format!("{AT}/teams/hangzhou");
    let answer = site
        .post(
            &lin,
            &format!("{AT}/teams"),
            application("hangzhou", "Hangzhou MSG", "杭州 MSG"),
        )
        .await;
    assert_eq!(answer.status, 201);
    let at = in_hours(24);
    let past = moment(ago(1));
    for (who, body, status, word) in [
        // Applied.
        (&lin, json!({"status": "defending"}), 403, "judge"),
        (&other, json!({"status": "defending"}), 404, "no such team"),
        (&other, json!({"capacity": 9}), 404, "no such team"),
        (&judge, json!({"status": "defending", "defence_at": at}), 403, "admin"),
        (
            &judge,
            json!({"status": "approved"}),
            409,
            "applied cannot become approved",
        ),
        (&judge, json!({"capacity": 9}), 403, "organizer"),
        (&judge, json!({"name": {"en": "Other Name"}}), 403, "organizer"),
        (&lin, json!({"kind": "university"}), 403, "admin"),
        (&lin, json!({"defence_at": at}), 403, "admin"),
        (&lin, json!({"statement": "Anew"}), 403, "admin"),
        (
            &host,
            json!({"status": "approved"}),
            409,
            "applied cannot become approved",
        ),
        (
            &host,
            json!({"status": "suspended", "reason": "why not"}),
            409,
            "cannot become",
        ),
        (&host, json!({"status": "applied"}), 409, "cannot become"),
        (&host, json!({"status": "gone"}), 422, "status"),
        (&host, json!({"state": "defending"}), 422, "state"),
        (&host, json!({"slug": "elsewhere"}), 422, "slug"),
        (
            &host,
            json!({"status": "defending", "defence_at": past}),
            422,
            "defence_at",
        ),
        (&host, json!({"status": "declined"}), 422, "reason"),
        (&host, json!({"status": "declined", "reason": "no"}), 422, "3 to 2000"),
        (
            &host,
            json!({"status": "declined", "reason": "字".repeat(2_001)}),
            422,
            "2000",
        ),
        (
            &host,
            json!({"recording_url": "javascript:alert(1)"}),
            422,
            "recording_url",
        ),
        (
            &host,
            json!({"status": "defending", "defence_at": at}),
            200,
            "defending",
        ),
        // Defending.
        (&host, json!({"status": "defending"}), 409, "cannot become"),
        (
            &judge,
            json!({"status": "suspended", "reason": "why not"}),
            409,
            "cannot become",
        ),
        (&judge, json!({"status": "declined"}), 422, "reason"),
        (&lin, json!({"status": "approved"}), 403, "judge"),
        (
            &judge,
            json!({"status": "approved", "reason": "A clear plan."}),
            200,
            "A clear plan.",
        ),
        // Approved.
        (
            &judge,
            json!({"status": "suspended", "reason": "copied fixes"}),
            403,
            "admin",
        ),
        (&host, json!({"status": "suspended"}), 422, "reason"),
        (
            &host,
            json!({"status": "suspended", "reason": "copied fixes"}),
            200,
            "copied fixes",
        ),
        (
            &host,
            json!({"status": "declined", "reason": "copied fixes"}),
            409,
            "cannot become",
        ),
        (&host, json!({"status": "approved"}), 200, "approved"),
        // What the organizer may.
        (
            &lin,
            json!({"capacity": null, "region": "CN-BJ", "name": {"zh": "西湖 MSG"}}),
            200,
            "西湖 MSG",
        ),
        (&lin, json!({"region": "Mars"}), 422, "region"),
        (&lin, json!({"name": {"zh": "上海 MSG"}}), 422, "Shanghai MSG"),
        (&lin, json!({}), 200, "CN-BJ"),
    ] {
        let answer = site.patch(who, &team, body.clone()).await;
        assert_eq!(answer.status, status, "{} {body}: {}", who.login, answer.text());
        assert!(answer.text().contains(word), "{body}: {}", answer.text());
    }
    // A judge who runs a team does not approve it.
    let own = site.judge("kim", "spring").await;
    let mine = application("ningbo", "Ningbo MSG", "宁波 MSG");
    assert_eq!(site.post(&own, &format!("{AT}/teams"), mine).await.status, 201);
    let heard = json!({"status": "defending", "defence_at": at});
    assert_eq!(
        site.patch(&host, &format!("{AT}/teams/ningbo"), heard).await.status,
        200
    );
    let answer = site
        .patch(&own, &format!("{AT}/teams/ningbo"), json!({"status": "approved"}))
        .await;
    answer.is_problem(403);
    site.stop().await;
}

#[actix_web::test]
async fn invitations_let_in_as_many_as_they_say() {
    let mut folder = Folder::new();
    folder.teams[1] = "tsinghua,university,CN-BJ,Tsinghua MSG,清华 MSG,2".into();
    let site = Site::of(&folder).await;
    let second = Folder {
        slug: "autumn".into(),
        ..Folder::new()
    };
    site.seed(second.on_disk().path()).await;
    let host = site.admin().await;
    let lin = somebody(&site, "lin").await;
    approved(&site, &host, &lin, &application("hangzhou", "Hangzhou MSG", "杭州 MSG")).await;
    let mut people = Vec::new();
    for at in 0..6 {
        people.push(somebody(&site, &format!("p{at}")).await);
    }
    let invites = format!("{AT}/teams/hangzhou/invites");
    for (body, field) in [
        (json!({"uses": 0}), "uses"),
        (json!({"uses": 1_001}), "uses"),
        (json!({"uses": 1, "expires_at": moment(ago(1))}), "expires_at"),
    ] {
        let answer = site.post(&lin, &invites, body).await;
        answer.is_problem(422);
        assert_eq!(answer.json()["field"], field);
    }
    site.post(&lin, &invites, json!({"limit": 1})).await.is_problem(422);
    site.post(&people[0], &invites, json!({"uses": 1}))
        .await
        .is_problem(404);

    let made = site
        .post(&lin, &invites, json!({"uses": 2, "expires_at": in_hours(1)}))
        .await;
    let made = made.json();
    let two = made["code"].as_str().unwrap().to_owned();
    assert_eq!(made["url"], format!("{}/competitions/spring/join/{two}", site.url));
    assert_eq!((&made["uses"], &made["expires_at"]), (&json!(2), &json!(in_hours(1))));
    let short = invite(
        &site,
        &lin,
        "hangzhou",
        json!({"uses": 9, "expires_at": moment(chrono::Utc::now() + chrono::TimeDelta::seconds(2))}),
    )
    .await;
    let many = invite(&site, &lin, "hangzhou", json!({"uses": 9})).await;
    let back = invite(&site, &lin, "hangzhou", json!({"uses": 9})).await;
    let address = format!("{invites}/{back}");
    site.delete(&people[0], &address).await.is_problem(404);
    assert_eq!(site.delete(&lin, &address).await.status, 204);
    assert_eq!(site.delete(&lin, &address).await.status, 204);
    site.delete(&lin, &format!("{invites}/nothing")).await.is_problem(404);
    let full = invite(&site, &host, "tsinghua", json!({"uses": 9})).await;
    tokio::time::sleep(Duration::from_millis(2_100)).await;

    let join = |code: &str| format!("{AT}/invites/{code}");
    for (who, path, status, word) in [
        (0, join("nothing"), 404, "invitation"),
        (
            0,
            format!("/api/v1/competitions/autumn/invites/{two}"),
            404,
            "invitation",
        ),
        (0, join(&back), 410, "over"),
        (0, join(&short), 410, "over"),
        (0, join(&two), 200, "hangzhou"),
        (0, join(&two), 409, "already in hangzhou"),
        (0, join(&full), 409, "already in hangzhou"),
        (1, join(&two), 200, "hangzhou"),
        (2, join(&two), 409, "used up"),
        (2, join(&full), 200, "tsinghua"),
        (3, join(&full), 409, "all 2 places"),
        (4, join(&many), 200, "hangzhou"),
        // Three seats, three in them.
        (5, join(&many), 409, "all 3 places"),
    ] {
        let answer = site.post(&people[who], &path, json!({})).await;
        assert_eq!(answer.status, status, "{who} {path}: {}", answer.text());
        assert!(answer.text().contains(word), "{who} {path}: {}", answer.text());
    }
    site.answer(site.http.post(format!("{}{}", site.url, join(&many))))
        .await
        .is_problem(401);
    assert_eq!(members(&site, "hangzhou").await.len(), 3);
    let listed = site.see(&lin, &invites).await.json();
    assert_eq!(listed["total"], 4);
    assert_eq!(listed["invites"][3]["used"], 2);
    // Nobody's use was counted who did not come in.
    assert_eq!(listed["invites"][1]["used"], 1);
    // Fewer seats than people are refused, more let the next one in.
    let team = format!("{AT}/teams/hangzhou");
    let fewer = site.patch(&lin, &team, json!({"capacity": 2})).await;
    fewer.is_problem(409);
    assert_eq!(fewer.json()["field"], "capacity");
    assert_eq!(site.patch(&lin, &team, json!({"capacity": 4})).await.status, 200);
    assert_eq!(site.post(&people[5], &join(&many), json!({})).await.status, 200);
    // The code is in no log of deeds.
    assert!(
        site.database
            .texts("SELECT subject || COALESCE(became, '') AS text FROM audit")
            .iter()
            .all(|text| !text.contains(&many))
    );
    site.stop().await;
}

#[actix_web::test]
async fn a_team_that_is_not_approved_lets_nobody_in() {
    let site = Site::of(&Folder::new()).await;
    let host = site.admin().await;
    let (lin, mo) = (somebody(&site, "lin").await, somebody(&site, "mo").await);
    let answer = site
        .post(
            &lin,
            &format!("{AT}/teams"),
            application("hangzhou", "Hangzhou MSG", "杭州 MSG"),
        )
        .await;
    assert_eq!(answer.status, 201);
    let code = invite(&site, &lin, "hangzhou", json!({"uses": 5})).await;
    let join = format!("{AT}/invites/{code}");
    let ask = format!("{AT}/teams/hangzhou/requests");
    site.post(&mo, &join, json!({})).await.is_problem(409);
    // Nobody else is told that it has applied.
    site.post(&mo, &ask, json!({"text": "me"})).await.is_problem(404);
    site.post(&lin, &ask, json!({"text": "me"})).await.is_problem(409);
    for body in [
        json!({"status": "defending"}),
        json!({"status": "approved"}),
        json!({"status": "suspended", "reason": "copied fixes"}),
    ] {
        assert_eq!(
            site.patch(&host, &format!("{AT}/teams/hangzhou"), body).await.status,
            200
        );
    }
    let answer = site.post(&mo, &join, json!({})).await;
    answer.is_problem(409);
    assert!(answer.text().contains("suspended"), "{}", answer.text());
    site.post(&mo, &ask, json!({"text": "me"})).await.is_problem(409);
    assert_eq!(site.database.count("memberships WHERE by_folder = FALSE"), 0);
    site.stop().await;
}

#[actix_web::test]
async fn requests_are_answered_once() {
    let site = Site::of(&Folder::new()).await;
    let host = site.admin().await;
    let lin = somebody(&site, "lin").await;
    approved(&site, &host, &lin, &application("hangzhou", "Hangzhou MSG", "杭州 MSG")).await;
    let sam = site.organizer("sam", "spring", "shanghai").await;
    let (mo, ned, ora) = (
        somebody(&site, "mo").await,
        somebody(&site, "ned").await,
        somebody(&site, "ora").await,
    );
    let slugs = [
        slug_of(&site, &mo).await,
        slug_of(&site, &ned).await,
        slug_of(&site, &ora).await,
    ];
    let [mo_slug, ned_slug, ora_slug] = slugs.each_ref().map(String::as_str);
    let requests = format!("{AT}/teams/hangzhou/requests");
    let of = |person: &str| format!("{requests}/{person}");
    let elsewhere = format!("{AT}/teams/shanghai/requests");
    let (accept, decline) = (json!({"status": "accepted"}), json!({"status": "declined"}));
    use Method as M;
    for (who, method, path, body, status, word) in [
        (
            &mo,
            M::POST,
            requests.clone(),
            json!({"text": "I fix kilns.\nOften."}),
            201,
            "open",
        ),
        (
            &mo,
            M::POST,
            requests.clone(),
            json!({"text": "again"}),
            409,
            "asked already",
        ),
        (&mo, M::POST, elsewhere.clone(), json!({}), 201, "open"),
        (
            &ned,
            M::POST,
            requests.clone(),
            json!({"text": "字".repeat(1_001)}),
            422,
            "1000",
        ),
        (&ned, M::POST, requests.clone(), json!({"words": ""}), 422, "words"),
        (
            &ned,
            M::POST,
            format!("{AT}/teams/nowhere/requests"),
            json!({}),
            404,
            "team",
        ),
        (
            &ned,
            M::POST,
            requests.clone(),
            json!({"text": "let me in"}),
            201,
            "let me in",
        ),
        (&ora, M::POST, requests.clone(), json!({"text": ""}), 201, "open"),
        // Only the team's organizer sees and answers.
        (&mo, M::GET, requests.clone(), Value::Null, 404, "team"),
        (&sam, M::GET, requests.clone(), Value::Null, 404, "team"),
        (&sam, M::PATCH, of(mo_slug), accept.clone(), 404, "team"),
        (&mo, M::PATCH, of(mo_slug), accept.clone(), 404, "team"),
        (&ned, M::DELETE, of(mo_slug), Value::Null, 404, "team"),
        (&lin, M::GET, requests.clone(), Value::Null, 200, "\"total\":3"),
        (
            &lin,
            M::PATCH,
            of(mo_slug),
            json!({"status": "withdrawn"}),
            422,
            "withdrawn",
        ),
        (&lin, M::PATCH, of("ada"), accept.clone(), 404, "request"),
        (&lin, M::PATCH, of(mo_slug), accept.clone(), 200, "accepted"),
        (&lin, M::PATCH, of(mo_slug), accept.clone(), 409, "answered already"),
        (&lin, M::PATCH, of(ned_slug), decline.clone(), 200, "declined"),
        (&lin, M::PATCH, of(ned_slug), accept.clone(), 409, "answered already"),
        (&ora, M::DELETE, of(ora_slug), Value::Null, 200, "withdrawn"),
        (&lin, M::PATCH, of(ora_slug), accept.clone(), 409, "answered already"),
        // Who was declined may ask again, and who is in a team may not.
        (&ned, M::POST, requests.clone(), json!({}), 201, "open"),
        (&mo, M::POST, requests.clone(), json!({}), 409, "already in hangzhou"),
        // What was asked elsewhere is over.
        (
            &sam,
            M::PATCH,
            format!("{elsewhere}/{mo_slug}"),
            accept.clone(),
            409,
            "answered already",
        ),
        (
            &lin,
            M::GET,
            format!("{requests}?status=open"),
            Value::Null,
            200,
            "\"total\":1",
        ),
        (
            &lin,
            M::GET,
            format!("{requests}?status=lost"),
            Value::Null,
            400,
            "status",
        ),
    ] {
        let body = Some(body).filter(|body| !body.is_null());
        let answer = site.ask(who, method.clone(), &path, body.clone()).await;
        assert_eq!(
            answer.status,
            status,
            "{} {method} {path} {body:?}: {}",
            who.login,
            answer.text()
        );
        assert!(
            answer.text().contains(word),
            "{method} {path} {body:?}: {}",
            answer.text()
        );
    }
    assert_eq!(members(&site, "hangzhou").await, [mo_slug]);
    // The last seats: an accepted request needs one as well.
    let team = format!("{AT}/teams/hangzhou");
    assert_eq!(site.patch(&lin, &team, json!({"capacity": 1})).await.status, 200);
    let full = site.patch(&lin, &of(ned_slug), accept).await;
    full.is_problem(409);
    assert!(full.text().contains("all 1 places"), "{}", full.text());
    assert_eq!(
        site.see(&lin, &format!("{requests}?status=open")).await.json()["total"],
        1
    );
    site.stop().await;
}

#[actix_web::test]
async fn s1_the_last_seat_is_taken_once_by_fifty_at_once() {
    let mut folder = Folder::new();
    // Two are in it.
    folder.teams[0] = "shanghai,city,CN-SH,Shanghai MSG,上海 MSG,3".into();
    let site = Site::of(&folder).await;
    let host = site.admin().await;
    let code = invite(&site, &host, "shanghai", json!({"uses": 1_000})).await;
    let mut people = Vec::new();
    for at in 0..50 {
        people.push(somebody(&site, &format!("p{at}")).await);
    }
    // Every connection is open before it matters, so that they do come at once.
    let warm = people.iter().map(|who| site.see(who, "/api/v1/session"));
    futures_util::future::join_all(warm).await;
    let path = format!("{AT}/invites/{code}");
    let sent = people.iter().map(|who| site.post(who, &path, json!({})));
    let answers = futures_util::future::join_all(sent).await;
    let of = |status: u16| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!(
        (of(200), of(409)),
        (1, 49),
        "{:?}",
        answers.iter().map(|a| a.status).collect::<Vec<_>>()
    );
    assert_eq!(members(&site, "shanghai").await.len(), 3);
    assert_eq!(site.database.count("memberships WHERE by_folder = FALSE"), 1);
    assert_eq!(
        site.database.texts("SELECT CAST(used AS TEXT) AS text FROM invites"),
        ["1"]
    );

    // And one person who is asked into two teams at once is in one.
    let codes = [
        invite(&site, &host, "tsinghua", json!({"uses": 9})).await,
        invite(&site, &host, "clay", json!({"uses": 9})).await,
    ];
    let free = somebody(&site, "free").await;
    let sent = (0..10).map(|at| {
        let path = format!("{AT}/invites/{}", codes[at % 2]);
        let (site, free) = (&site, &free);
        async move { site.post(free, &path, json!({})).await.status }
    });
    let mut statuses = futures_util::future::join_all(sent).await;
    statuses.sort_unstable();
    assert_eq!((statuses[0], statuses[1]), (200, 409), "{statuses:?}");
    assert_eq!(site.database.count("memberships WHERE by_folder = FALSE"), 2);
    site.stop().await;
}

#[actix_web::test]
async fn s1_two_teams_that_look_alike_do_not_register_at_once() {
    let site = Site::of(&Folder::new()).await;
    let lin = somebody(&site, "lin").await;
    let path = format!("{AT}/teams");
    let sent = (0..12).map(|at| site.post(&lin, &path, application(&format!("hz{at}"), "Hangzhou MSG", "杭州 MSG")));
    let answers = futures_util::future::join_all(sent).await;
    let taken = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(taken, 1);
    assert_eq!(site.database.count("teams"), 4);
    site.stop().await;
}

#[actix_web::test]
async fn s2_the_same_application_again_is_answered_and_not_done() {
    let site = Site::of(&Folder::new()).await;
    let (lin, mo) = (somebody(&site, "lin").await, somebody(&site, "mo").await);
    let body = application("hangzhou", "Hangzhou MSG", "杭州 MSG");
    let send = |who: &Signed, body: &Value| {
        let request = site.http.post(format!("{}{AT}/teams", site.url));
        request
            .bearer_auth(&who.token)
            .header("idempotency-key", "k-1")
            .json(body)
    };
    let first = site.answer(send(&lin, &body)).await;
    assert_eq!(first.status, 201, "{}", first.text());
    let again = site.answer(send(&lin, &body)).await;
    assert_eq!((again.status, &again.body), (201, &first.body));
    assert_eq!(again.header("idempotency-replayed"), "true");
    let other = application("ningbo", "Ningbo MSG", "宁波 MSG");
    site.answer(send(&lin, &other)).await.is_problem(422);
    // Another person's key is another key.
    assert_eq!(site.answer(send(&mo, &other)).await.status, 201);
    // A refusal is replayed as well.
    let refused = site.answer(send(&mo, &other)).await;
    assert_eq!(refused.status, 201);
    assert_eq!(site.database.count("registrations"), 2);
    site.stop().await;
}

/// Every submission as `number status team`, by number.
fn standings(site: &Site) -> Vec<String> {
    site.database.texts(
        "SELECT p.number || ' ' || s.status || ' ' || COALESCE(t.slug, '-') AS text FROM submissions s \
         JOIN pulls p ON p.id = s.pull_id LEFT JOIN teams t ON t.id = s.team_id ORDER BY p.number",
    )
}

#[actix_web::test]
async fn a_roster_change_never_moves_what_was_merged_before() {
    let mut folder = Folder::new();
    folder.pulls = vec![
        Fix::new("github", 1, "ada").line(),
        Fix::new("github", 2, "ada").open().line(),
        Fix::new("github", 3, "di").line(),
    ];
    let site = Site::of(&folder).await;
    assert_eq!(
        standings(&site),
        ["1 accepted shanghai", "2 waiting shanghai", "3 accepted shanghai"]
    );
    let host = site.admin().await;
    let ada = site.signed("ada", None).await;
    let code = invite(&site, &host, "clay", json!({"uses": 9})).await;
    let join = format!("{AT}/invites/{code}");
    let own = format!("{AT}/teams/shanghai/members/ada");
    // One team at a time; another cannot send her away; she can.
    site.post(&ada, &join, json!({})).await.is_problem(409);
    let sam = site.organizer("sam", "spring", "clay").await;
    site.delete(&sam, &own).await.is_problem(404);
    site.delete(&ada, &format!("{AT}/teams/shanghai/members/di"))
        .await
        .is_problem(404);
    assert_eq!(site.delete(&ada, &own).await.status, 204);
    site.delete(&ada, &own).await.is_problem(409);
    site.delete(&host, &format!("{AT}/teams/shanghai/members/nobody"))
        .await
        .is_problem(404);
    assert_eq!(
        standings(&site),
        ["1 accepted shanghai", "2 rejected -", "3 accepted shanghai"]
    );
    assert_eq!(members(&site, "shanghai").await, ["di"]);
    let joined = site.post(&ada, &join, json!({})).await;
    assert_eq!(joined.status, 200, "{}", joined.text());
    // What is open goes with her; what was merged stays.
    assert_eq!(
        standings(&site),
        ["1 accepted shanghai", "2 waiting clay", "3 accepted shanghai"]
    );
    // Forges say whole seconds: one that is surely past her joining.
    let merged = Fix::new("github", 2, "ada").merged(chrono::Utc::now() + chrono::TimeDelta::seconds(1));
    site.deliver(&github(&merged, SECRET)).await;
    site.settled().await;
    assert_eq!(
        standings(&site),
        ["1 accepted shanghai", "2 accepted clay", "3 accepted shanghai"]
    );
    // Not even where everything is evaluated anew.
    let slug = "spring".parse_slug();
    app::rebuild(site.app(), &slug, app::now()).await.unwrap();
    assert_eq!(
        standings(&site),
        ["1 accepted shanghai", "2 accepted clay", "3 accepted shanghai"]
    );
    let acts = deeds(&site);
    assert!(
        acts.contains(&"team.leave ada".to_owned()) && acts.contains(&"team.join ada".to_owned()),
        "{acts:?}"
    );
    site.stop().await;
}

#[actix_web::test]
async fn a_suspended_team_counts_no_more_until_it_is_back() {
    let mut folder = Folder::new();
    folder.pulls = vec![Fix::new("github", 1, "ada").line(), Fix::new("github", 2, "bo").line()];
    let site = Site::of(&folder).await;
    let host = site.admin().await;
    site.board_where("two points", |board| board["total"] == 3).await;
    let team = format!("{AT}/teams/shanghai");
    let suspended = json!({"status": "suspended", "reason": "copied fixes"});
    assert_eq!(site.patch(&host, &team, suspended).await.status, 200);
    assert_eq!(standings(&site), ["1 rejected -", "2 accepted tsinghua"]);
    site.board_where("the team is off the board", |board| board["total"] == 2)
        .await;
    site.get(&team).await.is_problem(404);
    // The folder that was loaded before does not bring it back, as it is or edited.
    let again = site.seed(folder.on_disk().path()).await;
    assert!(!again.changed);
    folder.teams.push("kiel,city,DE,Kiel MSG,基尔 MSG,".into());
    assert!(site.seed(folder.on_disk().path()).await.changed);
    assert_eq!(standings(&site), ["1 rejected -", "2 accepted tsinghua"]);
    assert_eq!(
        site.patch(&host, &team, json!({"status": "approved"})).await.status,
        200
    );
    assert_eq!(standings(&site), ["1 accepted shanghai", "2 accepted tsinghua"]);
    site.board_where("the team is back", |board| {
        board["total"] == 4 && of_team(board, "shanghai", "points") == 1
    })
    .await;
    site.stop().await;
}

#[actix_web::test]
async fn the_folder_loaded_again_leaves_what_people_did() {
    let mut folder = Folder::new();
    folder.pulls = vec![Fix::new("github", 1, "ada").line()];
    let site = Site::of(&folder).await;
    let host = site.admin().await;
    let lin = somebody(&site, "lin").await;
    approved(&site, &host, &lin, &application("hangzhou", "Hangzhou MSG", "杭州 MSG")).await;
    let (ada, bo) = (site.signed("ada", None).await, site.signed("bo", None).await);
    let code = invite(&site, &lin, "hangzhou", json!({"uses": 9})).await;
    let join = format!("{AT}/invites/{code}");
    assert_eq!(
        site.delete(&ada, &format!("{AT}/teams/shanghai/members/ada"))
            .await
            .status,
        204
    );
    assert_eq!(site.post(&ada, &join, json!({})).await.status, 200);
    assert_eq!(
        site.delete(&bo, &format!("{AT}/teams/tsinghua/members/bo"))
            .await
            .status,
        204
    );
    assert_eq!(site.post(&lin, &join, json!({})).await.status, 200);

    let rows = |site: &Site| {
        site.database.texts(
            "SELECT p.slug || ' ' || t.slug || ' ' || COALESCE(CAST(m.joined_at AS TEXT), '-') || ' ' || \
             COALESCE(CAST(m.left_at AS TEXT), '-') AS text FROM memberships m JOIN people p ON p.id = m.person_id \
             JOIN teams t ON t.id = m.team_id ORDER BY 1",
        )
    };
    let before = rows(&site);
    let shape: Vec<String> = before
        .iter()
        .map(|row| row.chars().filter(|c| !c.is_ascii_digit()).collect())
        .collect();
    assert_eq!(
        shape,
        [
            "ada hangzhou  -",
            "ada shanghai - ",
            "bo tsinghua - ",
            "cy clay - -",
            "di shanghai - -",
            "p hangzhou  -"
        ]
    );
    let seq = site.board().await["seq"].clone();
    assert!(!site.seed(folder.on_disk().path()).await.changed);
    assert_eq!(rows(&site), before);
    // Edited elsewhere: the new row is taken, and nobody is put back where they left.
    folder.people.push("ed,Ed,clay,,,github:ed".into());
    assert!(site.seed(folder.on_disk().path()).await.changed);
    let mut with_ed = before.clone();
    with_ed.push("ed clay - -".into());
    with_ed.sort();
    assert_eq!(rows(&site), with_ed);
    assert_eq!(standings(&site), ["1 accepted shanghai"]);
    assert_eq!(site.board().await["seq"], seq);
    // A row that puts somebody into two teams at once is named.
    folder.people[0] = "ada,Ada,clay,,,github:ada gitee:ada gitlab:ada#1001 gitcode:ada".into();
    let refused = app::seed(site.app(), folder.on_disk().path(), app::now(), |_| ()).await;
    let said = refused.unwrap_err().to_string();
    assert!(
        said.contains("people.csv:2") && said.contains("by themselves"),
        "{said}"
    );
    assert_eq!(rows(&site), with_ed);
    // A team that the folder no longer has goes where nobody has to do with it, and else counts no more; one that
    // registered itself stays.
    folder.people[0] = Folder::new().people[0].clone();
    folder.people[1] = "bo,Bo,,,,github:bo".into();
    folder.people[2] = "cy,Cy,,,,github:cy".into();
    folder.people.pop();
    folder.teams.truncate(1);
    folder.teams.push("kiel,city,DE,Kiel MSG,基尔 MSG,".into());
    assert!(site.seed(folder.on_disk().path()).await.changed);
    let teams = site
        .database
        .texts("SELECT slug || ' ' || standing AS text FROM teams ORDER BY slug");
    assert_eq!(
        teams,
        [
            "hangzhou approved",
            "kiel approved",
            "shanghai approved",
            "tsinghua declined"
        ]
    );
    site.stop().await;
}

#[actix_web::test]
async fn a9_another_citys_things_are_not_there() {
    let site = Site::of(&Folder::new()).await;
    let sam = site.organizer("sam", "spring", "shanghai").await;
    let host = site.admin().await;
    let code = invite(&site, &host, "tsinghua", json!({"uses": 1})).await;
    let own = invite(&site, &sam, "shanghai", json!({"uses": 1})).await;
    use Method as M;
    for (method, path, body) in [
        (M::PATCH, "teams/tsinghua".to_owned(), json!({"capacity": 9})),
        (M::GET, "teams/tsinghua/invites".into(), Value::Null),
        (M::POST, "teams/tsinghua/invites".into(), json!({"uses": 1})),
        (M::DELETE, format!("teams/tsinghua/invites/{code}"), Value::Null),
        // By the own team's address another's invitation is not there either.
        (M::DELETE, format!("teams/shanghai/invites/{code}"), Value::Null),
        (M::GET, "teams/tsinghua/requests".into(), Value::Null),
        (
            M::PATCH,
            "teams/tsinghua/requests/bo".into(),
            json!({"status": "accepted"}),
        ),
        (M::DELETE, "teams/tsinghua/requests/bo".into(), Value::Null),
        (M::DELETE, "teams/tsinghua/members/bo".into(), Value::Null),
        (M::DELETE, "teams/nowhere/members/bo".into(), Value::Null),
    ] {
        let body = Some(body).filter(|body| !body.is_null());
        let answer = site.ask(&sam, method.clone(), &format!("{AT}/{path}"), body).await;
        assert_eq!(answer.status, 404, "{method} {path}: {}", answer.text());
        answer.is_problem(404);
    }
    assert_eq!(
        site.delete(&sam, &format!("{AT}/teams/shanghai/invites/{own}"))
            .await
            .status,
        204
    );
    assert_eq!(
        site.delete(&sam, &format!("{AT}/teams/shanghai/members/di"))
            .await
            .status,
        204
    );
    assert_eq!(members(&site, "tsinghua").await, ["bo"]);
    site.stop().await;
}

#[actix_web::test]
async fn a_final_competition_takes_nobody_in() {
    let site = Site::of(&Folder::new()).await;
    let (host, lin) = (site.admin().await, somebody(&site, "lin").await);
    let ada = site.signed("ada", None).await;
    let code = invite(&site, &host, "shanghai", json!({"uses": 9})).await;
    site.app()
        .store
        .write(|db| {
            let competition = store::competition(db, &"spring".parse_slug())?.unwrap();
            let seal = Seal {
                revealed_at: None,
                finalized_at: Some(app::now()),
            };
            store::set_seal(db, competition.id, seal)?;
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
    for (path, body) in [
        ("teams", application("hangzhou", "Hangzhou MSG", "杭州 MSG")),
        (&*format!("invites/{code}"), json!({})),
        ("teams/shanghai/requests", json!({})),
    ] {
        let answer = site.post(&lin, &format!("{AT}/{path}"), body).await;
        answer.is_problem(409);
        assert!(answer.text().contains("final"), "{path}: {}", answer.text());
    }
    let suspended = json!({"status": "suspended", "reason": "too late"});
    site.patch(&host, &format!("{AT}/teams/shanghai"), suspended)
        .await
        .is_problem(409);
    // Leaving changes no result.
    assert_eq!(
        site.delete(&ada, &format!("{AT}/teams/shanghai/members/ada"))
            .await
            .status,
        204
    );
    site.stop().await;
}

#[actix_web::test]
async fn lists_of_teams_filter_and_page() {
    let site = Site::of(&Folder::new()).await;
    for (query, slugs) in [
        ("", vec!["clay", "shanghai", "tsinghua"]),
        ("?kind=city", vec!["shanghai"]),
        ("?region=CN", vec!["shanghai", "tsinghua"]),
        ("?region=cn-bj", vec!["tsinghua"]),
        ("?region=C", vec![]),
        ("?status=approved&limit=1&offset=1", vec!["shanghai"]),
        ("?status=declined", vec![]),
    ] {
        let list = site.json(&format!("{AT}/teams{query}")).await;
        let found: Vec<&str> = list["teams"]
            .as_array()
            .unwrap()
            .iter()
            .map(|team| team["slug"].as_str().unwrap())
            .collect();
        assert_eq!(found, slugs, "{query}");
    }
    for (query, status) in [
        ("?status=lost", 400),
        ("?kind=village", 400),
        ("?limit=0", 400),
        ("?limit=1001", 400),
    ] {
        site.get(&format!("{AT}/teams{query}")).await.is_problem(status);
    }
    let shanghai = site.json(&format!("{AT}/teams/shanghai")).await;
    assert_eq!(
        shanghai["members"][0],
        json!({"person": {"slug": "ada", "name": "Ada", "code": shanghai["members"][0]["person"]["code"]}, "joined_at": null, "left_at": null})
    );
    assert!(
        shanghai["members"][0]["person"]["code"]
            .as_str()
            .unwrap()
            .starts_with("SI-")
    );
    site.get(&format!("{AT}/teams/nowhere")).await.is_problem(404);
    site.get("/api/v1/competitions/nowhere/teams").await.is_problem(404);
    site.stop().await;
}
