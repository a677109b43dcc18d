//! Commands as people type them: what they print, what they leave, how they end.

use crate::support::*;
use std::{fs, path::Path, sync::Arc};

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

async fn seed(database: &Database, dir: &Path) -> Output {
    bugathlon(&database.url, &["seed", text(dir)]).await
}

async fn points(database: &Database) -> Vec<(String, i64)> {
    let board = bugathlon(&database.url, &["standings", "spring", "--format", "json"])
        .await
        .json();
    let rows = board["rows"].as_array().unwrap().iter();
    rows.map(|row| {
        (
            row["team"]["slug"].as_str().unwrap().to_owned(),
            row["points"].as_i64().unwrap(),
        )
    })
    .collect()
}

/// Everything that a seed may change, as text.
fn state(database: &Database) -> Vec<String> {
    let mut all = Vec::new();
    for (table, columns) in [
        ("competitions", "slug || definition || seq || ' ' || revision"),
        (
            "teams",
            "slug || kind || region || name_en || name_zh || COALESCE(capacity, -1) || standing",
        ),
        ("people", "slug || name || number"),
        (
            "memberships",
            "person_id || ' ' || team_id || ' ' || COALESCE(joined_at, 0) || ' ' || COALESCE(left_at, 0)",
        ),
        ("accounts", "person_id || forge || login || COALESCE(forge_user_id, '')"),
        ("pulls", "forge || repository_id || ' ' || number || title || state"),
        ("submissions", "id || ' ' || pull_id || status || points"),
        ("ledger", "seq || ' ' || submission_id || ' ' || points || cause"),
    ] {
        let mut lines = database.texts(&format!("SELECT {columns} AS text FROM {table}"));
        lines.sort();
        all.push(format!("{table}: {lines:?}"));
    }
    all
}

fn folder() -> Folder {
    let mut folder = Folder::new();
    folder.pulls = vec![
        Fix::new("github", 1, "ada").merged(ago(30)).line(),
        Fix::new("github", 2, "bo").merged(ago(3)).line(),
    ];
    for pull in &mut folder.pulls {
        pull["created_at"] = moment(ago(40)).into();
    }
    folder
}

#[actix_web::test]
async fn a_seed_loaded_again_changes_nothing() {
    let database = Database::new();
    let dir = folder().on_disk();
    let said = seed(&database, dir.path()).await.fine();
    assert!(
        said.contains("spring") && said.contains('3') && said.contains('4'),
        "{said}"
    );
    let before = state(&database);
    let again = seed(&database, dir.path()).await.fine();
    assert!(again.contains("unchanged"), "{again}");
    assert_eq!(state(&database), before);
}

#[actix_web::test]
async fn a_seed_edited_applies_the_difference() {
    let database = Database::new();
    let mut folder = folder();
    seed(&database, folder.on_disk().path()).await.fine();
    let of = |rows: &[(&str, i64)]| {
        rows.iter()
            .map(|(team, points)| ((*team).to_owned(), *points))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        points(&database).await,
        of(&[("shanghai", 1), ("tsinghua", 1), ("clay", 0)])
    );
    // A new team; Ada was there when she merged.
    folder.teams.push("fudan,university,CN-SH,Fudan MSG,复旦 MSG,3".into());
    let (then, github) = (moment(ago(60)), "github:ada gitee:ada gitlab:ada#1001 gitcode:ada");
    folder.people[0] = format!("ada,Ada,shanghai,,{then},{github}");
    folder.people.push(format!("ada,Ada,fudan,{then},,{github}"));
    seed(&database, folder.on_disk().path()).await.fine();
    assert_eq!(
        points(&database).await,
        of(&[("fudan", 1), ("tsinghua", 1), ("clay", 0), ("shanghai", 0)])
    );
    // Another rule.
    folder.scoring = "base = 3\nfirst_fix_bonus = 2\ndaily_limit = 0\n".into();
    seed(&database, folder.on_disk().path()).await.fine();
    assert_eq!(points(&database).await[..2], of(&[("fudan", 5), ("tsinghua", 5)]));
    folder.rules = "forbidden_labels = [\"kind/bug\"]\n".into();
    seed(&database, folder.on_disk().path()).await.fine();
    assert!(points(&database).await.iter().all(|(_, points)| *points == 0));
    // A team that goes, with whoever was in it.
    folder.rules = Folder::new().rules;
    folder.teams.retain(|team| !team.starts_with("tsinghua"));
    folder.people.retain(|person| !person.starts_with("bo"));
    seed(&database, folder.on_disk().path()).await.fine();
    assert_eq!(
        points(&database).await,
        of(&[("fudan", 5), ("clay", 0), ("shanghai", 0)])
    );
    // The ledger has never lost an entry, and its sum is what stands.
    let sum = database.texts("SELECT CAST(sum(points) AS TEXT) AS text FROM ledger");
    assert_eq!(sum, ["5"]);
    assert_eq!(
        database.count("ledger").to_string(),
        database.texts("SELECT CAST(seq AS TEXT) AS text FROM competitions")[0]
    );
}

#[actix_web::test]
async fn a_bad_folder_ends_with_1_names_file_line_and_key_and_changes_nothing() {
    let database = Database::new();
    seed(&database, folder().on_disk().path()).await.fine();
    let before = state(&database);
    let toml = |from: &str, to: &str| {
        let text = folder().toml();
        assert!(text.contains(from), "{from}");
        let line = 1 + text[..text.find(from).unwrap()].matches('\n').count();
        (("competition.toml", text.replacen(from, to, 1)), Some(line))
    };
    let table = |file: &'static str, text: &str| ((file, text.to_owned()), Some(2));
    let teams = "team,kind,region,name_en,name_zh,capacity\n";
    let people = "person,name,team,joined_at,left_at,accounts\n";
    for (((file, text), line), word) in [
        (toml("merge_grace", "mercy"), "mercy"),
        (
            toml("merge_grace = \"7d\"", "merge_grace = \"7 fortnights\""),
            "merge_grace",
        ),
        (
            toml("time_zone = \"Asia/Shanghai\"", "time_zone = \"Asia/Atlantis\""),
            "time_zone",
        ),
        (
            toml("bugfix_labels", "bugfix_title = \"(\"\nbugfix_labels"),
            "bugfix_title",
        ),
        (toml("base = 1", "base = \"one\""), "base"),
        (toml("closes_at = \"20", "closes_at = \"19"), "closes_at"),
        (toml("opens_at = \"20", "opens_at = \"soon 20"), "opens_at"),
        (table("teams.csv", &format!("{teams}a,city,CN,A,A,-1\n")), "capacity"),
        (table("teams.csv", &format!("{teams}a,village,CN,A,A,\n")), "kind"),
        (
            (
                (("teams.csv"), format!("{teams}a,city,CN,A,A,\na,city,CN,B,B,\n")),
                Some(3),
            ),
            "team",
        ),
        (
            (
                (("teams.csv"), "team,kind,region,name_en,capacity\n".to_owned()),
                Some(1),
            ),
            "name_zh",
        ),
        (
            table("people.csv", &format!("{people}ada,Ada,nowhere,,,github:ada\n")),
            "team",
        ),
        (
            table("people.csv", &format!("{people}ada,Ada,shanghai,,,gitlub:ada\n")),
            "accounts",
        ),
        (
            (
                (
                    ("people.csv"),
                    format!("{people}ada,Ada,shanghai,,,github:a\nada,Ada,clay,,,github:a\n"),
                ),
                None,
            ),
            "joined_at",
        ),
    ] {
        let dir = folder().on_disk();
        fs::write(dir.path().join(file), text).unwrap();
        let said = seed(&database, dir.path()).await;
        assert_eq!(said.code, 1, "{word}: {said:?}");
        let place = line.map_or_else(|| format!("{file}:"), |line| format!("{file}:{line}:"));
        assert!(said.err.contains(&place), "{word}: {place}: {}", said.err);
        assert!(said.err.contains(word) || word == "joined_at", "{word}: {}", said.err);
        assert!(
            !said.err.contains(SECRET) && !said.err.contains("panicked"),
            "{}",
            said.err
        );
        assert_eq!(state(&database), before, "{word}");
    }
    for gone in ["competition.toml", "teams.csv", "people.csv"] {
        let dir = folder().on_disk();
        fs::remove_file(dir.path().join(gone)).unwrap();
        let said = seed(&database, dir.path()).await;
        assert!(said.code == 1 && said.err.contains(gone), "{said:?}");
    }
    assert_eq!(seed(&database, Path::new("/nowhere/at/all")).await.code, 3);
    assert_eq!(state(&database), before);
}

#[actix_web::test]
async fn an_import_takes_the_good_lines_names_the_bad_ones_and_ends_with_1() {
    let database = Database::new();
    seed(&database, Folder::new().on_disk().path()).await.fine();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("pulls.ndjson");
    let mut without_author = Fix::new("github", 3, "ada").line();
    without_author["author"] = serde_json::Value::Null;
    let mut odd_time = Fix::new("github", 4, "ada").line();
    odd_time["merged_at"] = "yesterday".into();
    let lines = [
        Fix::new("github", 1, "ada").line().to_string(),
        "{\"forge\":".into(),
        without_author.to_string(),
        odd_time.to_string(),
        String::new(),
        "[]".into(),
        Fix::new("github", 7, "bo").line().to_string(),
    ];
    fs::write(&file, lines.join("\n")).unwrap();
    let said = bugathlon(&database.url, &["import", text(&file), "--competition", "spring"]).await;
    assert_eq!(said.code, 1, "{said:?}");
    for line in [2, 3, 4, 6] {
        assert!(
            said.err.contains(&format!("pulls.ndjson:{line}:")),
            "{line}: {}",
            said.err
        );
    }
    for line in [1, 7] {
        assert!(
            !said.err.contains(&format!("pulls.ndjson:{line}:")),
            "{line}: {}",
            said.err
        );
    }
    assert_eq!(database.count("pulls"), 2);
    fs::write(&file, &lines[0]).unwrap();
    bugathlon(&database.url, &["import", text(&file), "--competition", "spring"])
        .await
        .fine();
    let unknown = bugathlon(&database.url, &["import", text(&file), "--competition", "autumn"]).await;
    assert!(unknown.code == 1 && unknown.err.contains("autumn"), "{unknown:?}");
    let gone = bugathlon(
        &database.url,
        &["import", "/nowhere/pulls.ndjson", "--competition", "spring"],
    )
    .await;
    assert_eq!(gone.code, 3);
}

fn listed(number: u64) -> serde_json::Value {
    serde_json::json!({
        "number": number, "state": "closed", "title": format!("Fix crack {number}"), "body": null,
        "html_url": format!("https://github.com/clayworks/github/pull/{number}"), "user": {"login": "ada", "id": 1001},
        "labels": [{"name": "kind/bug"}], "created_at": moment(ago(20)), "updated_at": moment(ago(1)),
        "merged_at": moment(ago(1)), "merge_commit_sha": format!("c0ffee{number}"), "head": {"ref": "fix", "sha": "abc"},
        "base": {"ref": "main", "repo": {"id": 810_001, "full_name": "clayworks/github"}}
    })
}

#[actix_web::test]
async fn an_import_reads_what_a_forges_api_lists() {
    let database = Database::new();
    seed(&database, Folder::new().on_disk().path()).await.fine();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("pulls.json");
    let mut elsewhere = listed(3);
    elsewhere["base"]["repo"] = serde_json::json!({"id": 9, "full_name": "clayworks/other"});
    let mut bad = listed(4);
    (bad["title"], bad["created_at"]) = (serde_json::Value::Null, "soon".into());
    let page = |all: &[serde_json::Value]| serde_json::Value::from(all.to_vec()).to_string();
    fs::write(
        &file,
        format!("{}\n{}\n", page(&[listed(1), listed(2)]), page(&[elsewhere, bad])),
    )
    .unwrap();
    let from = |more: &[&'static str]| {
        let mut arguments = vec!["import".to_owned(), text(&file).to_owned()];
        arguments.extend(more.iter().map(|one| (*one).to_owned()));
        arguments
    };
    let run = |arguments: Vec<String>| {
        let url = database.url.clone();
        async move {
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            bugathlon(&url, &arguments).await
        }
    };
    let said = run(from(&["--from", "github", "--competition", "spring"])).await;
    assert_eq!(said.code, 1, "{said:?}");
    assert!(
        said.out
            .contains("3 pulls taken, 3 changed something, 1 are of repositories that no competition looks at"),
        "{}",
        said.out
    );
    for wrong in ["pulls.json:2: created_at: `soon`", "title: null"] {
        assert!(said.err.contains(wrong), "{wrong}: {}", said.err);
    }
    assert_eq!(database.count("submissions"), 2);
    let again = run(from(&["--from", "github"])).await;
    assert!(
        again.out.contains("3 pulls taken, 0 changed something"),
        "{}",
        again.out
    );
    // What all lines lack is said once.
    let mut nameless = [listed(5), listed(6)];
    for one in &mut nameless {
        (one["base"]["repo"], one["html_url"]) = (serde_json::Value::Null, serde_json::Value::Null);
    }
    fs::write(&file, page(&nameless)).unwrap();
    let said = run(from(&["--from", "github"])).await;
    assert_eq!(said.code, 1);
    assert_eq!(
        said.err.matches("give --repository owner/name").count(),
        1,
        "{}",
        said.err
    );
    assert!(said.err.contains("all 2 lines"), "{}", said.err);
    let given = run(from(&["--from", "github", "--repository", "clayworks/github"])).await;
    assert_eq!(given.code, 0, "{given:?}");
    assert_eq!(database.count("submissions"), 4);
    for usage in [
        &["--from", "bitbucket"][..],
        &["--repository", "a/b"],
        &["--from", "github", "--host", "a b"],
    ] {
        assert_eq!(run(from(usage)).await.code, 2, "{usage:?}");
    }
}

#[actix_web::test]
async fn exit_codes_tell_refused_input_from_wrong_usage_from_a_failed_environment() {
    let database = Database::new();
    seed(&database, folder().on_disk().path()).await.fine();
    let url = database.url.as_str();
    for (url, arguments, code) in [
        (url, vec!["standings", "spring"], 0),
        (url, vec!["--help"], 0),
        (url, vec!["standings", "autumn"], 1),
        (url, vec!["standings", "no slug"], 1),
        (url, vec!["standings"], 2),
        (url, vec!["standings", "spring", "--format", "xml"], 2),
        (url, vec!["standings", "spring", "--kind", "village"], 2),
        (url, vec!["standings", "spring", "--at", "noon"], 2),
        (url, vec!["fly"], 2),
        (url, vec![], 2),
        (url, vec!["serve", "--listen", "nowhere"], 2),
        ("mysql://localhost/b", vec!["standings", "spring"], 2),
        ("postgres://nobody@127.0.0.1:1/b", vec!["standings", "spring"], 3),
        ("sqlite:///proc/nowhere/b.db", vec!["standings", "spring"], 3),
    ] {
        let said = bugathlon(url, &arguments).await;
        assert_eq!(said.code, code, "{url} {arguments:?}: {said:?}");
        if code != 0 {
            assert!(
                !said.err.trim().is_empty() && !said.err.contains("panicked"),
                "{said:?}"
            );
        }
    }
    let busy = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = busy.local_addr().unwrap().to_string();
    let said = bugathlon(url, &["serve", "--listen", &address]).await;
    assert!(said.code == 3 && said.err.contains("--listen"), "{said:?}");
}

#[actix_web::test]
async fn a_secret_that_is_not_set_shuts_its_source_alone_and_is_said() {
    let database = Arc::new(Database::new());
    let mut folder = folder();
    let source = |forge: &str, secrets: &str| {
        format!("[[source]]\nname = \"kiln\"\nforge = \"{forge}\"\nsecrets = [{secrets}]\n")
    };
    folder.sources = [
        source("gitee", "\"env:KILN_NOT_SET\""),
        source("gitcode", "\"env:KILN_NOT_SET\", \"env:KILN_SET\""),
        source("github", &format!("\"literal:{SECRET}\"")),
    ]
    .join("\n");
    seed(&database, folder.on_disk().path()).await.fine();
    let padded = format!(" {SECRET}\r\n");
    let environment = [("KILN_NOT_SET", "  "), ("KILN_SET", padded.as_str())];
    let server = Server::start_with(&database, &environment).await;
    let site = Site::at(server.url.clone(), Arc::clone(&database));
    let status = async |forge: &'static str, number: u64| site.send(&hook(&Fix::new(forge, number, "ada"))).await;
    let shut = status("gitee", 11).await;
    shut.is_problem(503);
    assert!(
        shut.text().contains("doctor") && !shut.header("retry-after").is_empty(),
        "{}",
        shut.text()
    );
    assert_eq!(
        status("gitcode", 12).await.status,
        202,
        "its other secret, without the space around it"
    );
    assert_eq!(status("github", 13).await.status, 202);
    let examined = bugathlon_with(&database.url, &["doctor"], &environment, "").await;
    assert_eq!(examined.code, 3, "{examined:?}");
    assert!(examined.out.contains("KILN_NOT_SET is not set"), "{}", examined.out);
    // To the host, in both languages.
    bugathlon_with(
        &database.url,
        &["account", "add", "host", "--role", "admin"],
        &[],
        PASSWORD,
    )
    .await
    .fine();
    let body = serde_json::json!({"login": "host", "password": PASSWORD});
    let signed = site
        .answer(site.http.post(format!("{}/api/v1/session", site.url)).json(&body))
        .await;
    let token = format!("Bearer {}", signed.json()["token"].as_str().unwrap());
    for (page, said) in [
        ("/competitions/spring/host?lang=en", "is not set on the server"),
        ("/competitions/spring/host/sources?lang=en", "is not set on the server"),
        ("/competitions/spring/host?lang=zh", "未在服务器上设置"),
        ("/competitions/spring/host/sources?lang=zh", "未在服务器上设置"),
    ] {
        let shown = site.get_with(page, &[("authorization", &token)]).await;
        let text = shown.text();
        assert!(
            shown.status == 200 && text.contains("KILN_NOT_SET") && text.contains(said),
            "{page}: {text}"
        );
        assert!(!text.contains(&format!("KILN_SET</code> {said}")), "{page}");
    }
}

#[actix_web::test]
async fn only_an_act_of_making_makes_a_database() {
    let database = Database::new();
    let url = database.url.as_str();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    let file = text(&file);
    for arguments in [
        vec!["serve", "--listen", "127.0.0.1:0"],
        vec!["account", "add", "host", "--role", "admin"],
        vec!["standings", "spring"],
        vec!["rebuild", "spring"],
        vec!["export", "spring", file],
        vec!["backup", file],
    ] {
        let said = bugathlon_with(url, &arguments, &[], PASSWORD).await;
        assert_eq!(said.code, 3, "{arguments:?}: {said:?}");
        let place = url.strip_prefix("sqlite://").unwrap_or("no tables yet");
        assert!(
            said.err.contains(place) && said.err.contains("serve --create"),
            "{arguments:?}: {said:?}"
        );
    }
    let examined = bugathlon(url, &["doctor"]).await;
    assert!(
        examined.code == 3 && examined.out.contains("serve --create"),
        "{examined:?}"
    );
    assert!(database.files().is_empty(), "{:?}", database.files());
    // As the README has it.
    seed(&database, folder().on_disk().path()).await.fine();
    bugathlon_with(url, &["account", "add", "host", "--role", "admin"], &[], PASSWORD)
        .await
        .fine();
    bugathlon(url, &["backup", file]).await.fine();
    let restored = Database::new();
    bugathlon(&restored.url, &["restore", file]).await.fine();
    assert_eq!(points(&restored).await, points(&database).await);
    // `Server` serves with --create.
    let made = Database::new();
    let server = Server::start(&made).await;
    assert_eq!(
        Site::at(server.url.clone(), Arc::new(made)).get("/readyz").await.status,
        200
    );
}

#[actix_web::test]
async fn only_serve_and_seed_migrate_and_what_a_later_version_did_is_refused_by_name() {
    let database = Arc::new(Database::new());
    let url = database.url.as_str();
    let dir = folder().on_disk();
    let path = text(dir.path());
    seed(&database, dir.path()).await.fine();
    // As the version before left it.
    let undo = || {
        database
            .run("ALTER TABLE competitions DROP COLUMN apart_since")
            .unwrap();
        database.run("DROP TABLE probes").unwrap();
        database
            .run("DELETE FROM __diesel_schema_migrations WHERE version = '20261125310000'")
            .unwrap();
    };
    undo();
    for arguments in [
        ["standings", "spring"],
        ["rebuild", "spring"],
        ["account", "rotate-keys"],
    ] {
        let said = bugathlon(url, &arguments).await;
        assert_eq!(said.code, 3, "{said:?}");
        for word in [
            "2026-11-25-310000_instance",
            "bugathlon serve",
            "bugathlon seed",
            "backup",
        ] {
            assert!(said.err.contains(word), "{word}: {}", said.err);
        }
    }
    seed(&database, dir.path()).await.fine();
    undo();
    drop(Server::start(&database).await);
    bugathlon(url, &["standings", "spring"]).await.fine();
    database
        .run("INSERT INTO __diesel_schema_migrations (version) VALUES ('20991231000000')")
        .unwrap();
    for arguments in [
        vec!["serve", "--listen", "127.0.0.1:0"],
        vec!["serve", "--create", "--listen", "127.0.0.1:0"],
        vec!["seed", path],
        vec!["standings", "spring"],
    ] {
        let said = bugathlon(url, &arguments).await;
        assert_eq!(said.code, 3, "{arguments:?}: {said:?}");
        assert!(said.err.contains("20991231000000"), "{arguments:?}: {}", said.err);
    }
    let examined = bugathlon(url, &["doctor"]).await;
    assert!(
        examined.code == 3 && examined.out.contains("20991231000000"),
        "{examined:?}"
    );
}

#[actix_web::test]
async fn standings_print_a_table_json_and_csv() {
    let database = Database::new();
    seed(&database, folder().on_disk().path()).await.fine();
    let run = |arguments: &'static [&'static str]| {
        let all: Vec<&str> = ["standings", "spring"].iter().chain(arguments).copied().collect();
        let url = database.url.clone();
        async move { bugathlon(&url, &all).await.fine() }
    };
    let table = run(&[]).await;
    for word in ["Spring", "open", "Shanghai MSG", "city", "points"] {
        assert!(table.contains(word), "{word}: {table}");
    }
    let csv = run(&["--format", "csv"]).await;
    assert_eq!(csv.lines().count(), 4, "{csv}");
    let json: serde_json::Value =
        serde_json::from_str(&run(&["--format", "json", "--kind", "university"]).await).unwrap();
    assert_eq!((&json["total"], &json["rows"][0]["rank"]), (&1.into(), &1.into()));
    assert_eq!(of_team(&json, "tsinghua", "points"), 1);
    let at = moment(ago(10));
    let url = &database.url;
    let early = bugathlon(url, &["standings", "spring", "--format", "json", "--at", &at])
        .await
        .json();
    assert_eq!(
        (&early["as_of"], of_team(&early, "tsinghua", "points")),
        (&at.into(), 0.into())
    );
}

#[actix_web::test]
async fn s13_an_export_verifies_and_one_altered_entry_is_found() {
    let database = Database::new();
    seed(&database, folder().on_disk().path()).await.fine();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("spring.export");
    bugathlon(&database.url, &["export", "spring", text(&file)])
        .await
        .fine();
    // No database is looked at.
    let nowhere = "postgres://nobody@127.0.0.1:1/b";
    bugathlon(nowhere, &["verify", text(&file)]).await.fine();
    let whole = fs::read_to_string(&file).unwrap();
    assert!(!whole.contains(SECRET), "an export is for everybody");
    let mut altered = 0;
    for (at, line) in whole.lines().enumerate() {
        let Some(digit) = line.find("\"points\":1") else {
            continue;
        };
        let mut other: Vec<String> = whole.lines().map(str::to_owned).collect();
        other[at].replace_range(digit + 9..digit + 10, "2");
        let bad = dir.path().join("altered");
        fs::write(&bad, other.join("\n") + "\n").unwrap();
        let said = bugathlon(nowhere, &["verify", text(&bad)]).await;
        assert!(said.code == 1 && said.out.contains("differs"), "line {at}: {said:?}");
        altered += 1;
    }
    assert!(altered > 0);
    let unknown = bugathlon(&database.url, &["export", "autumn", text(&file)]).await;
    assert_eq!(unknown.code, 1);
}
