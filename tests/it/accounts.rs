//! `bugathlon account …` and what `doctor` says of keys, as processes.

use crate::support::*;
use bugathlon::store::{self, Store};
use serde_json::json;

async fn seeded() -> Database {
    let database = Database::new();
    let dir = Folder::new().on_disk();
    bugathlon(&database.url, &["seed", dir.path().to_str().unwrap()])
        .await
        .fine();
    database
}

async fn account(database: &Database, input: &str, arguments: &[&str]) -> Output {
    let all: Vec<&str> = ["account"].iter().chain(arguments).copied().collect();
    bugathlon_with(&database.url, &all, &[], input).await
}

fn roles(database: &Database) -> Vec<String> {
    database.texts(
        "SELECT l.login || ' ' || r.role || ' ' || COALESCE(c.slug, '-') || ' ' || COALESCE(t.slug, '-') AS text \
         FROM roles r JOIN logins l ON l.id = r.login_id LEFT JOIN competitions c ON c.id = r.competition_id \
         LEFT JOIN teams t ON t.id = r.team_id ORDER BY r.id",
    )
}

#[actix_web::test]
async fn account_makes_logins_sets_passwords_and_gives_and_takes_roles() {
    let database = seeded().await;
    let password = format!("{PASSWORD}\n");
    for (input, arguments) in [
        (password.as_str(), &["add", "Host", "--role", "admin"][..]),
        (&password, &["add", "ada"]),
        (&password, &["add", "lee", "--role", "judge", "--competition", "spring"]),
        (
            "",
            &[
                "role",
                "ada",
                "organizer",
                "--competition",
                "spring",
                "--team",
                "shanghai",
            ],
        ),
        ("", &["role", "ADA", "judge", "--competition", "spring"]),
        ("", &["role", "ada", "judge", "--competition", "spring"]),
    ] {
        let said = account(&database, input, arguments).await.fine();
        assert!(!said.contains(PASSWORD), "{said}");
    }
    assert_eq!(
        roles(&database),
        [
            "Host admin - -",
            "lee judge spring -",
            "ada organizer spring shanghai",
            "ada judge spring -",
        ]
    );
    account(
        &database,
        "",
        &["role", "lee", "judge", "--competition", "spring", "--remove"],
    )
    .await
    .fine();
    account(
        &database,
        "",
        &["role", "lee", "judge", "--competition", "spring", "--remove"],
    )
    .await
    .fine();
    assert_eq!(roles(&database).len(), 3);
    // They sign in where it is served; another password ends what was open, without a restart.
    let server = Server::start(&database).await;
    let site = Site::at(server.url.clone(), database.into());
    let sign_in = async |login: &str, password: &str| {
        let body = json!({"login": login, "password": password});
        site.answer(site.http.post(format!("{}/api/v1/session", site.url)).json(&body))
            .await
    };
    let answer = sign_in("host", PASSWORD).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let host = Signed {
        login: "host".into(),
        token: answer.json()["token"].as_str().unwrap().to_owned(),
    };
    assert_eq!(sign_in("ada", PASSWORD).await.json()["account"]["person"], "ada");
    account(&site.database, "another one\r\n", &["password", "host"])
        .await
        .fine();
    site.see(&host, "/api/v1/session").await.is_problem(401);
    assert_eq!(
        (
            sign_in("host", PASSWORD).await.status,
            sign_in("host", "another one").await.status
        ),
        (401, 200)
    );
    // Nothing that was typed is in the database.
    let kept = site
        .database
        .texts("SELECT password AS text FROM logins WHERE password IS NOT NULL");
    assert!(
        kept.len() == 3 && kept.iter().all(|hash| hash.starts_with("$argon2id$")),
        "{kept:?}"
    );
}

#[actix_web::test]
async fn account_ends_with_1_where_a_name_is_unknown_or_taken_and_with_2_where_it_is_used_wrongly() {
    let database = seeded().await;
    account(&database, PASSWORD, &["add", "host", "--role", "admin"])
        .await
        .fine();
    for (input, arguments, code, said) in [
        (PASSWORD, &["add", "HOST"][..], 1, "taken"),
        ("short", &["add", "new"], 1, "8 to 256"),
        ("", &["add", "new"], 1, "8 to 256"),
        (PASSWORD, &["add", "no login"], 1, "letters"),
        (
            PASSWORD,
            &["add", "new", "--role", "judge", "--competition", "autumn"],
            1,
            "autumn",
        ),
        (PASSWORD, &["password", "nobody"], 1, "login"),
        ("short", &["password", "host"], 1, "8 to 256"),
        ("", &["role", "nobody", "admin"], 1, "login"),
        ("", &["role", "host", "judge", "--competition", "autumn"], 1, "autumn"),
        (
            "",
            &[
                "role",
                "host",
                "organizer",
                "--competition",
                "spring",
                "--team",
                "atlantis",
            ],
            1,
            "team",
        ),
        ("", &["role", "host", "king"], 2, "king"),
        ("", &["role", "host", "judge"], 2, "--competition"),
        (
            "",
            &["role", "host", "judge", "--competition", "spring", "--team", "clay"],
            2,
            "--team",
        ),
        (
            "",
            &["role", "host", "organizer", "--competition", "spring"],
            2,
            "--team",
        ),
        (
            "",
            &["role", "host", "admin", "--competition", "spring"],
            2,
            "--competition",
        ),
        (PASSWORD, &["add", "new", "--team", "clay"], 2, "--role"),
        ("", &["role", "host"], 2, "ROLE"),
        ("", &["add"], 2, "LOGIN"),
        ("", &["dance"], 2, "dance"),
    ] {
        let ended = account(&database, input, arguments).await;
        assert_eq!(ended.code, code, "{arguments:?}: {ended:?}");
        assert!(
            ended.err.contains(said) && !ended.err.contains("panicked"),
            "{arguments:?}: {ended:?}"
        );
        assert!(!ended.err.contains(PASSWORD), "{arguments:?}: {ended:?}");
    }
    assert_eq!((database.count("logins"), roles(&database).len()), (1, 1));
}

#[actix_web::test]
async fn doctor_tells_how_old_the_key_is_and_which_command_makes_a_new_one() {
    let database = seeded().await;
    let line = async || {
        let said = bugathlon(&database.url, &["doctor"]).await;
        assert_eq!(said.code, 0, "{said:?}");
        let line = said.out.lines().find(|line| line.contains("key"));
        line.unwrap_or_else(|| panic!("{}", said.out)).to_owned()
    };
    assert!(line().await.starts_with("ok"));
    account(&database, PASSWORD, &["add", "host", "--role", "admin"])
        .await
        .fine();
    // The first sign-in makes the first key.
    let app = bugathlon::app::App::new(Store::open(&database.parsed()).unwrap());
    let before = bugathlon::app::now().plus(-91 * 24 * 3_600_000);
    let session = bugathlon::app::sign_in(&app, "host", PASSWORD, before).await.unwrap();
    let kid = jsonwebtoken::decode_header(&session.token).unwrap().kid.unwrap();
    let old = line().await;
    assert!(
        old.starts_with("warning") && old.contains("91 days") && old.contains("`bugathlon account rotate-keys`"),
        "{old}"
    );
    assert!(!old.contains(&kid));
    account(&database, "", &["rotate-keys"]).await.fine();
    let new = line().await;
    assert!(new.starts_with("ok") && new.contains("0 days"), "{new}");
    let keys = app
        .store
        .read(|db| store::signing_keys(db, bugathlon::app::now()))
        .await
        .unwrap();
    assert_eq!(keys.len(), 2);
    account(&database, "", &["rotate-keys", "--now"]).await.fine();
    let keys = app
        .store
        .read(|db| store::signing_keys(db, bugathlon::app::now()))
        .await
        .unwrap();
    assert_eq!(keys.len(), 1);
}

#[actix_web::test]
async fn serve_says_which_variable_of_a_forge_is_missing_or_wrong() {
    let database = seeded().await;
    let secret = "the-client-s3cret";
    for (environment, said) in [
        (vec![("GITHUB_CLIENT_ID", "id")], "GITHUB_CLIENT_SECRET"),
        (vec![("GITEE_CLIENT_SECRET", secret)], "GITEE_CLIENT_ID"),
        (
            vec![
                ("GITLAB_CLIENT_ID", "id"),
                ("GITLAB_CLIENT_SECRET", secret),
                ("GITLAB_URL", "git.example.org"),
            ],
            "GITLAB_URL",
        ),
        (vec![("TRUSTED_PROXIES", "10.0.0.0/99")], "10.0.0.0/99"),
    ] {
        let ended = bugathlon_with(&database.url, &["serve", "--listen", "127.0.0.1:0"], &environment, "").await;
        assert_eq!(ended.code, 2, "{environment:?}: {ended:?}");
        assert!(
            ended.err.contains(said) && !ended.err.contains(secret),
            "{environment:?}: {ended:?}"
        );
    }
    let help = bugathlon_with(
        &database.url,
        &["serve", "--help"],
        &[("GITHUB_CLIENT_SECRET", secret)],
        "",
    )
    .await;
    assert!(
        help.out.contains("GITHUB_CLIENT_ID") && !help.out.contains(secret),
        "{}",
        help.out
    );
    let forges = [("GITCODE_CLIENT_ID", "the-id"), ("GITCODE_CLIENT_SECRET", secret)];
    let server = Server::start_with(&database, &forges).await;
    let site = Site::at(server.url.clone(), database.into());
    let start = site.get("/auth/gitcode/start").await;
    let there = start.header("location");
    assert!(
        there.starts_with("https://gitcode.com/oauth/authorize?") && there.contains("client_id=the-id"),
        "{there}"
    );
    assert!(!there.contains(secret));
}
