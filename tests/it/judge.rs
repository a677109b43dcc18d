//! Judges: the queue, decisions, conflicts of interest, appeals, what others see of it. Contract, section 7.

use crate::support::*;
use bugathlon::app::{self, RoleName};
use reqwest::Method;
use serde_json::{Value, json};

const SPRING: &str = "/api/v1/competitions/spring";

/// A pull that nothing says is a bug fix: a judge decides.
fn asks(number: u64, author: &str) -> Fix {
    let mut fix = Fix::new("gitlab", number, author).merged(ago(10 + number as i64));
    fix.created_at = ago(60);
    fix.labels.clear();
    fix
}

/// Pulls 1 to 3 in review, the last one waiting longest; 4 accepted, 5 rejected, 6 open, 7 of a stranger.
fn folder() -> Folder {
    let mut folder = Folder::new();
    folder.rules += "forbidden_labels = [\"stat/invalid\"]\n";
    let mut invalid = Fix::new("gitlab", 5, "bo");
    invalid.labels.push("stat/invalid".into());
    folder.pulls = vec![
        asks(1, "ada").line(),
        asks(2, "bo").line(),
        asks(3, "cy").line(),
        Fix::new("gitlab", 4, "ada").line(),
        invalid.line(),
        asks(6, "bo").open().line(),
        asks(7, "stranger").line(),
    ];
    folder
}

/// The submission's number by that of its pull.
fn id(site: &Site, number: u64) -> i64 {
    let sql = format!(
        "SELECT CAST(s.id AS TEXT) AS text FROM submissions s JOIN pulls p ON p.id = s.pull_id \
         JOIN competitions c ON c.id = s.competition_id WHERE c.slug = 'spring' AND p.number = {number}"
    );
    site.database.texts(&sql)[0].parse().unwrap()
}

fn decisions(site: &Site, number: u64) -> String {
    format!("{SPRING}/submissions/{}/decisions", id(site, number))
}

fn accept() -> Value {
    json!({"action": "accept", "points": null, "reason": "It stops a crash."})
}

fn reject() -> Value {
    json!({"action": "reject", "reason": "A translation, not a fix."})
}

async fn etag(site: &Site, judge: &Signed, number: u64) -> String {
    let path = format!("/api/v1/submissions/{}", id(site, number));
    site.see(judge, &path).await.json()["etag"].as_str().unwrap().to_owned()
}

async fn with_etag(site: &Site, who: &Signed, number: u64, etag: &str, body: Value) -> Answer {
    let request = site.http.post(format!("{}{}", site.url, decisions(site, number)));
    site.answer(request.bearer_auth(&who.token).header("if-match", etag).json(&body))
        .await
}

fn numbers(queue: &Value) -> Vec<i64> {
    let all = queue["submissions"].as_array().unwrap().iter();
    all.map(|one| one["pull"]["number"].as_i64().unwrap()).collect()
}

async fn queue(site: &Site, who: &Signed, query: &str) -> Value {
    let answer = site.see(who, &format!("{SPRING}/queue{query}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

/// Rebuilt, nothing differs; exported, it verifies.
async fn holds_together(site: &Site) -> Vec<Value> {
    let rebuilt = app::rebuild(site.app(), &"spring".parse_slug(), app::now())
        .await
        .unwrap();
    assert_eq!((rebuilt.differed, rebuilt.entries), (0, 0), "{:?}", rebuilt.named);
    assert!(rebuilt.proof.holds(), "{:?}", rebuilt.proof);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export.ndjson");
    app::export(site.app(), &"spring".parse_slug(), &path, app::now(), |_| ())
        .await
        .unwrap();
    let verified = app::verify(&path, |_| ()).unwrap();
    assert_eq!(verified.differences, Vec::<String>::new());
    let text = std::fs::read_to_string(&path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[actix_web::test]
async fn the_queue_has_what_waits_longest_first_and_filters() {
    let mut folder = folder();
    let mut small = asks(8, "di");
    small.labels = vec!["kind/bug".into()];
    let mut line = small.line();
    (line["additions"], line["deletions"]) = (0.into(), 0.into());
    folder.pulls.push(line);
    let site = Site::of(&folder).await;
    let judge = site.judge("judge1", "spring").await;
    let all = queue(&site, &judge, "").await;
    assert_eq!(numbers(&all), [8, 3, 2, 1]);
    assert_eq!(all["total"], 4);
    let first = &all["submissions"][0];
    assert_eq!(first["waiting_since"], moment(ago(18)));
    assert!(first["etag"].as_str().unwrap().starts_with('"'));
    assert_eq!((&first["conflict"], &first["decision"]), (&Value::Null, &Value::Null));
    for (query, wanted) in [
        ("?kind=city", vec![8, 1]),
        ("?kind=university", vec![2]),
        ("?team=clay", vec![3]),
        ("?team=nowhere", vec![]),
        ("?check=bugfix", vec![3, 2, 1]),
        ("?check=size", vec![8]),
        ("?kind=city&check=size", vec![8]),
    ] {
        assert_eq!(numbers(&queue(&site, &judge, query).await), wanted, "{query}");
    }
    let (mut after, mut seen) = (String::new(), Vec::new());
    loop {
        let part = queue(&site, &judge, &format!("?limit=3{after}")).await;
        seen.extend(numbers(&part));
        match part["next"].as_i64() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    assert_eq!(seen, [8, 3, 2, 1]);
    for query in ["?check=taste", "?kind=village", "?limit=0"] {
        site.see(&judge, &format!("{SPRING}/queue{query}"))
            .await
            .is_problem(400);
    }
    let di = site.judge("di", "spring").await;
    let conflicts = queue(&site, &di, "").await;
    let conflict = |at: usize| conflicts["submissions"][at]["conflict"].is_string();
    assert_eq!([0, 1, 2, 3].map(conflict), [true, false, false, true]);
    site.stop().await;
}

#[actix_web::test]
async fn a_decision_replaces_the_status_gives_points_and_is_told() {
    let site = Site::of(&folder()).await;
    let judge = site.judge("judge1", "spring").await;
    let tag = etag(&site, &judge, 1).await;
    let body = json!({"action": "accept", "points": 7, "reason": "It stops a crash."});
    let answer = with_etag(&site, &judge, 1, &tag, body).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let accepted = answer.json();
    assert_eq!(
        (&accepted["status"], &accepted["points"]),
        (&"accepted".into(), &7.into())
    );
    assert_eq!(accepted["decision"]["by"], "judge1");
    assert_eq!(
        (accepted["etag"].as_str().unwrap(), answer.header("etag")),
        (answer.header("etag"), accepted["etag"].as_str().unwrap())
    );
    assert_ne!(accepted["etag"], tag.as_str());
    // What rules accepted a judge can reject, and what rules rejected a judge can accept.
    assert_eq!(
        site.post(&judge, &decisions(&site, 4), reject()).await.json()["status"],
        "rejected"
    );
    assert_eq!(
        site.post(&judge, &decisions(&site, 5), accept()).await.json()["status"],
        "accepted"
    );
    let board = site
        .board_where("the decisions", |board| of_team(board, "tsinghua", "points") == 1)
        .await;
    assert_eq!(
        (
            of_team(&board, "shanghai", "points"),
            of_team(&board, "shanghai", "fixes")
        ),
        (7.into(), 1.into())
    );
    // Everybody learns what was decided and why, and not by whom.
    let public = site.json(&format!("/api/v1/submissions/{}", id(&site, 1))).await;
    let told = public["decision"].as_object().unwrap();
    assert_eq!(
        told.keys().collect::<Vec<_>>(),
        ["action", "points", "reason", "decided_at", "stands"]
    );
    assert_eq!(
        (&told["reason"], &told["stands"]),
        (&"It stops a crash.".into(), &true.into())
    );
    assert!(public.get("etag").is_none());
    let page = site.get(&format!("/submissions/{}", id(&site, 1))).await.text();
    assert!(page.contains("It stops a crash.") && !page.contains("judge1"), "{page}");
    let causes = site
        .database
        .texts("SELECT cause AS text FROM ledger WHERE cause = 'decision'");
    assert_eq!(causes.len(), 3);
    let audit = site.database.texts(
        "SELECT act || ' ' || reason || ' ' || was || ' ' || became AS text FROM audit WHERE act LIKE 'decision.%' ORDER BY id",
    );
    assert_eq!(audit.len(), 3);
    assert!(
        audit[0].starts_with("decision.accept It stops a crash. {\"status\":\"review\""),
        "{audit:?}"
    );
    assert!(
        audit[0].ends_with("{\"status\":\"accepted\",\"points\":7}"),
        "{audit:?}"
    );
    holds_together(&site).await;
    site.stop().await;
}

#[actix_web::test]
async fn what_is_no_decision_is_refused_and_says_why() {
    let site = Site::of(&folder()).await;
    let judge = site.judge("judge1", "spring").await;
    let reason = |length: usize| json!({"action": "accept", "reason": "x".repeat(length)});
    let rows: Vec<(u64, Value, u16, &str)> = vec![
        (1, reason(2), 422, "reason: give 3 to 2000 characters; these are 2"),
        (1, json!({"action": "accept", "reason": "  a  "}), 422, "these are 1"),
        (1, json!({"action": "accept"}), 422, "reason: "),
        (1, reason(2_001), 422, "reason: at most 2000"),
        (1, json!({"action": "maybe", "reason": "because"}), 422, "action: "),
        (
            1,
            json!({"action": "accept", "points": -1, "reason": "because"}),
            422,
            "points: ",
        ),
        (
            1,
            json!({"action": "accept", "points": 10_001, "reason": "because"}),
            422,
            "points: ",
        ),
        (
            1,
            json!({"action": "reject", "points": 1, "reason": "because"}),
            422,
            "points: ",
        ),
        (
            1,
            json!({"action": "accept", "points": "3", "reason": "because"}),
            422,
            "the body",
        ),
        (
            1,
            json!({"action": "accept", "reason": "because", "loudly": true}),
            422,
            "loudly",
        ),
        (6, accept(), 409, "not merged yet"),
        (7, accept(), 409, "no approved team"),
        (7, reject(), 409, "no approved team"),
    ];
    for (number, body, status, told) in rows {
        let answer = site.post(&judge, &decisions(&site, number), body.clone()).await;
        answer.is_problem(status);
        let detail = answer.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(told), "{body}: {detail}");
    }
    for path in ["999999", "x", "-1"] {
        let path = format!("{SPRING}/submissions/{path}/decisions");
        site.post(&judge, &path, accept()).await.is_problem(404);
    }
    site.delete(&judge, &decisions(&site, 1)).await.is_problem(409);
    assert_eq!(site.database.count("decisions"), 0);
    let person = site.signed("ada", None).await;
    site.post(&person, &decisions(&site, 2), accept()).await.is_problem(403);
    site.see(&person, &format!("{SPRING}/queue")).await.is_problem(403);
    site.get(&format!("{SPRING}/queue")).await.is_problem(401);
    site.stop().await;
}

#[actix_web::test]
async fn a_submission_of_another_competition_is_not_there_and_its_judge_may_nothing_here() {
    let site = Site::of(&folder()).await;
    let mut other = Folder::new();
    other.slug = "autumn".into();
    other.sources = String::new();
    site.seed(other.on_disk().path()).await;
    let elsewhere = site.judge("judge2", "autumn").await;
    site.post(&elsewhere, &decisions(&site, 1), accept())
        .await
        .is_problem(403);
    let here = id(&site, 1);
    let path = format!("/api/v1/competitions/autumn/submissions/{here}/decisions");
    site.post(&elsewhere, &path, accept()).await.is_problem(404);
    site.stop().await;
}

/// Who the judge is, what is decided on, and what stands against it.
#[actix_web::test]
async fn a10_nobody_decides_on_the_own_team_the_own_pull_or_what_they_merged() {
    let mut folder = folder();
    let mut merged = |number, login: &str, id: Option<&str>| {
        let mut line = asks(number, "bo").line();
        line["merged_by"] = json!({"login": login, "id": id});
        folder.pulls.push(line);
    };
    merged(20, "CY", None);
    merged(21, "cy-renamed", Some("1003"));
    merged(22, "cy", Some("7777"));
    merged(23, "somebody", Some("7778"));
    // In Shanghai when pull 1 was merged, in no team now; and the other way round.
    let (left, joined) = (moment(ago(2)), moment(ago(3)));
    folder.people.push(format!("left,Left,shanghai,,{left},gitlab:left"));
    folder.people.push(format!("late,Late,shanghai,{joined},,gitlab:late"));
    let over = moment(ago(24));
    folder
        .people
        .push(format!("before,Before,shanghai,,{over},gitlab:before"));
    let site = Site::of(&folder).await;
    let organizer = site.organizer("runs-shanghai", "spring", "shanghai").await;
    let competition = "spring".parse_slug();
    app::give_role(
        site.app(),
        None,
        "runs-shanghai",
        RoleName::Judge { competition },
        app::now(),
    )
    .await
    .unwrap();
    let cy = site.judge("cy", "spring").await;
    let ada = site.judge("ada", "spring").await;
    let di = site.signed("di", Some(RoleName::Admin)).await;
    let mut people = Vec::new();
    for login in ["left", "late", "before"] {
        people.push(site.judge(login, "spring").await);
    }
    for (who, number, told) in [
        (&ada, 1, Some("you wrote it")),
        (&di, 1, Some("your own team")),
        (&organizer, 1, Some("your own team")),
        (&people[0], 1, Some("your own team")),
        (&people[1], 1, Some("your own team")),
        (&people[2], 1, None),
        (&cy, 20, Some("you merged it")),
        (&cy, 21, Some("you merged it")),
        (&cy, 22, Some("you merged it")),
        (&cy, 23, None),
        (&cy, 3, Some("you wrote it")),
        (&di, 2, None),
    ] {
        let answer = site.post(who, &decisions(&site, number), accept()).await;
        match told {
            None => assert_eq!(answer.status, 200, "{} {number}: {}", who.login, answer.text()),
            Some(told) => {
                answer.is_problem(403);
                let detail = answer.json()["detail"].as_str().unwrap().to_owned();
                assert!(detail.contains(told), "{} {number}: {detail}", who.login);
            }
        }
    }
    // Taking another judge's decision back is deciding too, for an admin as well.
    let judge = site.judge("judge1", "spring").await;
    let tag = etag(&site, &judge, 20).await;
    assert_eq!(with_etag(&site, &judge, 20, &tag, reject()).await.status, 200);
    let admin = RoleName::Admin;
    app::give_role(site.app(), None, "cy", admin, app::now()).await.unwrap();
    site.delete(&cy, &decisions(&site, 20)).await.is_problem(403);
    // An admin who has nothing to do with it may.
    assert_eq!(site.delete(&di, &decisions(&site, 20)).await.status, 200);
    site.stop().await;
}

/// Eight pairs, each both at once, on whichever database the tests run.
#[actix_web::test]
async fn s3_two_judges_at_once_give_one_decision_and_one_409() {
    let mut folder = Folder::new();
    folder.pulls = (30..38).map(|number| asks(number, "ada").line()).collect();
    let site = Site::of(&folder).await;
    let one = site.judge("judge1", "spring").await;
    let two = site.judge("judge2", "spring").await;
    for number in 30..38 {
        let tag = etag(&site, &one, number).await;
        let (first, second) = tokio::join!(
            with_etag(&site, &one, number, &tag, accept()),
            with_etag(&site, &two, number, &tag, reject())
        );
        let mut statuses = [first.status, second.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409], "{} {}", first.text(), second.text());
        let (won, lost) = if first.status == 200 {
            (&first, &second)
        } else {
            (&second, &first)
        };
        lost.is_problem(409);
        let detail = lost.json()["detail"].as_str().unwrap().to_owned();
        let by = won.json()["decision"]["by"].as_str().unwrap().to_owned();
        assert!(
            detail.contains(&format!(
                "already decided by {by}: {}",
                won.json()["status"].as_str().unwrap()
            )),
            "{detail}"
        );
        let standing = format!(
            "decisions WHERE ended_at IS NULL AND submission_id = {}",
            id(&site, number)
        );
        assert_eq!(site.database.count(&standing), 1);
    }
    // Without a tag nothing that stands is lost either.
    site.post(&two, &decisions(&site, 30), reject()).await.is_problem(409);
    holds_together(&site).await;
    site.stop().await;
}

#[actix_web::test]
async fn a_tag_of_something_else_is_refused() {
    let site = Site::of(&folder()).await;
    let judge = site.judge("judge1", "spring").await;
    let tag = etag(&site, &judge, 2).await;
    let mut changed = asks(2, "bo");
    changed.title = "Fix the crack for good".into();
    changed.updated_at = ago(0);
    site.deliver(&hook(&changed)).await;
    site.settled().await;
    let answer = with_etag(&site, &judge, 2, &tag, accept()).await;
    answer.is_problem(409);
    assert!(
        answer.text().contains("it has changed since you looked"),
        "{}",
        answer.text()
    );
    let tag = etag(&site, &judge, 2).await;
    for other in ["\"0\"", "", "nonsense"] {
        with_etag(&site, &judge, 2, other, accept()).await.is_problem(409);
    }
    assert_eq!(
        with_etag(&site, &judge, 2, &format!("\"0\", {tag}"), accept())
            .await
            .status,
        200
    );
    site.stop().await;
}

#[actix_web::test]
async fn a_decision_is_undone_by_its_judge_or_an_admin_and_kept_in_the_history() {
    let site = Site::of(&folder()).await;
    let one = site.judge("judge1", "spring").await;
    let two = site.judge("judge2", "spring").await;
    let host = site.admin().await;
    assert_eq!(site.post(&one, &decisions(&site, 1), accept()).await.status, 200);
    site.delete(&two, &decisions(&site, 1)).await.is_problem(403);
    let undone = site.delete(&one, &decisions(&site, 1)).await;
    assert_eq!(undone.status, 200);
    let undone = undone.json();
    assert_eq!(
        (&undone["status"], &undone["decision"]),
        (&"review".into(), &Value::Null)
    );
    assert_eq!(
        site.post(&two, &decisions(&site, 1), reject()).await.json()["status"],
        "rejected"
    );
    assert_eq!(
        site.delete(&host, &decisions(&site, 1)).await.json()["status"],
        "review"
    );
    let kept = site
        .database
        .texts("SELECT action || ' ' || ended_how AS text FROM decisions ORDER BY id");
    assert_eq!(kept, ["accept undone", "reject undone"]);
    holds_together(&site).await;
    site.stop().await;
}

#[actix_web::test]
async fn what_changed_comes_back_with_the_old_decision_and_is_decided_anew() {
    let site = Site::of(&folder()).await;
    let one = site.judge("judge1", "spring").await;
    let two = site.judge("judge2", "spring").await;
    assert_eq!(site.post(&one, &decisions(&site, 2), accept()).await.status, 200);
    let mut changed = asks(2, "bo");
    changed.labels.push("kind/docs".into());
    changed.updated_at = ago(0);
    site.deliver(&hook(&changed)).await;
    site.settled().await;
    let back = queue(&site, &two, "").await;
    let of_two = back["submissions"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["pull"]["number"] == 2)
        .unwrap();
    assert_eq!(
        (&of_two["status"], &of_two["decision"]["stands"]),
        (&"review".into(), &false.into())
    );
    // Without a tag it could be the old facts that were looked at.
    site.post(&two, &decisions(&site, 2), reject()).await.is_problem(409);
    let tag = of_two["etag"].as_str().unwrap().to_owned();
    assert_eq!(
        with_etag(&site, &two, 2, &tag, reject()).await.json()["status"],
        "rejected"
    );
    let kept = site
        .database
        .texts("SELECT action || ' ' || COALESCE(ended_how, 'stands') AS text FROM decisions ORDER BY id");
    assert_eq!(kept, ["accept replaced", "reject stands"]);
    holds_together(&site).await;
    site.stop().await;
}

#[actix_web::test]
async fn s4_an_export_with_decisions_verifies_and_one_altered_decision_is_found() {
    let site = Site::of(&folder()).await;
    let judge = site.judge("judge1", "spring").await;
    let body = json!({"action": "accept", "points": 50, "reason": "It stops a crash."});
    assert_eq!(site.post(&judge, &decisions(&site, 3), body).await.status, 200);
    assert_eq!(site.post(&judge, &decisions(&site, 4), reject()).await.status, 200);
    let mut lines = holds_together(&site).await;
    let decided: Vec<usize> = (0..lines.len()).filter(|at| lines[*at]["type"] == "decision").collect();
    assert_eq!(decided.len(), 2);
    let text = serde_json::to_string(&lines).unwrap();
    assert!(
        !text.contains("judge1") && !text.contains("stops a crash"),
        "who decided leaves"
    );
    lines[decided[0]]["points"] = 51.into();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("altered.ndjson");
    let text: Vec<String> = lines.iter().map(|line| format!("{line}\n")).collect();
    std::fs::write(&path, text.concat()).unwrap();
    let found = app::verify(&path, |_| ()).unwrap().differences;
    assert!(found.iter().any(|said| said.contains("51 points")), "{found:?}");
    // The same pulls, told again in another order: nothing moves.
    let mut again = crate::judge::folder();
    again.pulls.reverse();
    let before = site.submissions();
    site.seed(again.on_disk().path()).await;
    assert_eq!(site.submissions(), before);
    holds_together(&site).await;
    site.stop().await;
}

fn appeals(site: &Site, number: u64) -> String {
    format!("{SPRING}/submissions/{}/appeals", id(site, number))
}

#[actix_web::test]
async fn an_appeal_goes_to_another_judge_who_upholds_or_dismisses() {
    let site = Site::of(&folder()).await;
    let (one, two) = (
        site.judge("judge1", "spring").await,
        site.judge("judge2", "spring").await,
    );
    let (ada, bo) = (site.signed("ada", None).await, site.signed("bo", None).await);
    let runs = site.organizer("runs-shanghai", "spring", "shanghai").await;
    let text = json!({"text": "The log in the issue shows the crash."});
    site.post(&ada, &appeals(&site, 1), text.clone()).await.is_problem(409);
    assert_eq!(site.post(&one, &decisions(&site, 1), reject()).await.status, 200);
    site.post(&ada, &appeals(&site, 1), json!({"text": "no"}))
        .await
        .is_problem(422);
    for stranger in [&bo, &two] {
        site.post(stranger, &appeals(&site, 1), text.clone())
            .await
            .is_problem(404);
    }
    let made = site.post(&ada, &appeals(&site, 1), text.clone()).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let appeal = made.json();
    assert_eq!(
        (&appeal["status"], &appeal["submission"]),
        (&"open".into(), &id(&site, 1).into())
    );
    site.post(&runs, &appeals(&site, 1), text.clone()).await.is_problem(409);
    let path = format!("{SPRING}/appeals/{}", appeal["id"]);
    let uphold = json!({"status": "upheld", "text": "The log shows it.", "points": 3});
    site.patch(&one, &path, uphold.clone()).await.is_problem(403);
    site.patch(&ada, &path, uphold.clone()).await.is_problem(403);
    for (bad, status) in [
        (json!({"status": "upheld", "text": "x"}), 422),
        (json!({"status": "open", "text": "because"}), 422),
        (json!({"status": "dismissed", "text": "because", "points": 1}), 422),
        (json!({"status": "upheld", "text": "because", "points": 10_001}), 422),
    ] {
        site.patch(&two, &path, bad).await.is_problem(status);
    }
    let di = site.judge("di", "spring").await;
    site.patch(&di, &path, uphold.clone()).await.is_problem(403);
    let upheld = site.patch(&two, &path, uphold.clone()).await;
    assert_eq!(
        (upheld.status, &upheld.json()["status"]),
        (200, &"upheld".into()),
        "{}",
        upheld.text()
    );
    site.patch(&two, &path, uphold).await.is_problem(409);
    let now = site
        .see(&two, &format!("/api/v1/submissions/{}", id(&site, 1)))
        .await
        .json();
    assert_eq!(
        (&now["status"], &now["points"], &now["decision"]["by"]),
        (&"accepted".into(), &3.into(), &"judge2".into())
    );
    // The organizer appeals about points; the first judge of that decision is the second one now.
    let made = site.post(&runs, &appeals(&site, 1), text.clone()).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let path = format!("{SPRING}/appeals/{}", made.json()["id"]);
    let dismiss = json!({"status": "dismissed", "text": "Three is right."});
    site.patch(&two, &path, dismiss.clone()).await.is_problem(403);
    assert_eq!(site.patch(&one, &path, dismiss).await.json()["status"], "dismissed");
    let now = site
        .see(&two, &format!("/api/v1/submissions/{}", id(&site, 1)))
        .await
        .json();
    assert_eq!((&now["points"], &now["decision"]["by"]), (&3.into(), &"judge2".into()));
    let ended = site
        .database
        .texts("SELECT COALESCE(ended_how, 'stands') AS text FROM decisions ORDER BY id");
    assert_eq!(ended, ["overturned", "stands"]);
    for (status, count) in [
        ("", 2),
        ("?status=open", 0),
        ("?status=upheld", 1),
        ("?status=dismissed", 1),
    ] {
        let list = site.see(&two, &format!("{SPRING}/appeals{status}")).await.json();
        assert_eq!(list["appeals"].as_array().unwrap().len(), count, "{status}");
    }
    // An appeal whose decision is taken back is about nothing any more.
    assert_eq!(site.post(&one, &decisions(&site, 2), reject()).await.status, 200);
    let made = site.post(&bo, &appeals(&site, 2), text.clone()).await.json();
    assert_eq!(site.delete(&one, &decisions(&site, 2)).await.status, 200);
    let list = site.see(&two, &format!("{SPRING}/appeals?status=moot")).await.json();
    assert_eq!(list["appeals"][0]["id"], made["id"]);
    let path = format!("{SPRING}/appeals/{}", made["id"]);
    site.patch(&two, &path, json!({"status": "upheld", "text": "because"}))
        .await
        .is_problem(409);
    holds_together(&site).await;
    site.stop().await;
}

#[actix_web::test]
async fn an_appeal_is_possible_for_seven_days() {
    let site = Site::of(&folder()).await;
    let one = site.judge("judge1", "spring").await;
    let ada = site.signed("ada", None).await;
    assert_eq!(site.post(&one, &decisions(&site, 1), reject()).await.status, 200);
    let who = app::who(site.app(), &ada.token, app::now()).await.unwrap();
    let at = |millis: i64| app::now().plus(millis);
    let week = 7 * 24 * 3_600_000;
    let submission = bugathlon::domain::team::SubmissionId(id(&site, 1));
    let spring = "spring".parse_slug();
    let try_at = |now| app::appeal(site.app(), &who, &spring, submission, "Please look again.", now);
    // Two seconds: the decision was a moment ago.
    let late = try_at(at(week + 2_000)).await;
    assert!(matches!(
        late,
        Err(app::AppError::Objection(app::Objection::AppealTooLate))
    ));
    assert!(try_at(at(week - 2_000)).await.is_ok());
    site.stop().await;
}

#[actix_web::test]
async fn a_final_competition_is_sealed_for_judges_too() {
    let site = Site::of(&folder()).await;
    let judge = site.judge("judge1", "spring").await;
    let two = site.judge("judge2", "spring").await;
    let ada = site.signed("ada", None).await;
    assert_eq!(site.post(&judge, &decisions(&site, 1), reject()).await.status, 200);
    let made = site
        .post(&ada, &appeals(&site, 1), json!({"text": "Please look again."}))
        .await
        .json();
    let mut last = folder();
    last.sources += &format!("[result]\nfinalized_at = \"{}\"\n", moment(ago(0)));
    site.seed(last.on_disk().path()).await;
    for (who, method, path, body) in [
        (&judge, Method::POST, decisions(&site, 2), Some(accept())),
        (&judge, Method::DELETE, decisions(&site, 1), None),
        (
            &ada,
            Method::POST,
            appeals(&site, 1),
            Some(json!({"text": "Please look again."})),
        ),
        (
            &two,
            Method::PATCH,
            format!("{SPRING}/appeals/{}", made["id"]),
            Some(json!({"status": "upheld", "text": "because"})),
        ),
    ] {
        let answer = site.ask(who, method, &path, body).await;
        answer.is_problem(409);
        assert!(answer.text().contains("final"), "{}", answer.text());
    }
    site.stop().await;
}

#[actix_web::test]
async fn s11_judges_see_the_live_board_while_it_is_frozen_and_others_what_they_saw_before() {
    let mut folder = folder();
    folder.freeze_at = Some(ago(15));
    let site = Site::of(&folder).await;
    let (judge, ada) = (site.judge("judge1", "spring").await, site.signed("ada", None).await);
    let hidden = id(&site, 1);
    let forms = [
        format!("{SPRING}/leaderboard"),
        format!("{SPRING}/leaderboard?kind=city"),
        format!("{SPRING}/people"),
        format!("{SPRING}/submissions"),
        format!("/api/v1/submissions/{hidden}"),
        format!("{SPRING}/explain?url=https%3A%2F%2Fgitlab.com%2Fclayworks%2Fgitlab%2F-%2Fmerge_requests%2F1"),
    ];
    let mut before = Vec::new();
    for path in &forms {
        before.push(site.get(path).await);
    }
    let tag = etag(&site, &judge, 1).await;
    assert_eq!(with_etag(&site, &judge, 1, &tag, accept()).await.status, 200);
    for (path, was) in forms.iter().zip(&before) {
        let live = site.see(&judge, path).await;
        assert_eq!(live.status, 200, "{path}");
        assert_eq!(live.json()["live"], true, "{path}");
        assert_eq!(live.header("cache-control"), "private, no-store", "{path}");
        for other in [site.get(path).await, site.see(&ada, path).await] {
            assert_eq!(other.text(), was.text(), "{path}");
            assert_eq!(other.header("etag"), was.header("etag"), "{path}");
            assert!(other.json().get("live").is_none(), "{path}");
        }
    }
    let live = site.see(&judge, &forms[0]).await.json();
    assert_eq!(
        (of_team(&live, "shanghai", "points"), &live["frozen_at"]),
        (2.into(), &Value::Null)
    );
    let of_people = site.see(&judge, &forms[2]).await.json();
    assert_eq!(of_people["rows"][0]["person"]["slug"], "ada");
    let one = site.see(&judge, &forms[4]).await.json();
    assert_eq!(
        (&one["status"], &one["decision"]["by"]),
        (&"accepted".into(), &"judge1".into())
    );
    // The live board goes on being live.
    assert_eq!(site.delete(&judge, &decisions(&site, 1)).await.status, 200);
    let live = site.see(&judge, &forms[0]).await.json();
    assert_eq!(of_team(&live, "shanghai", "points"), 1);
    for path in [
        "/competitions/spring".to_owned(),
        "/competitions/spring/people".into(),
        "/competitions/spring/teams/shanghai".into(),
        "/competitions/spring/people/ada".into(),
    ] {
        let (own, all) = (site.page(&judge, &path).await, site.get(&path).await);
        assert!(own.text().contains("You see the live board"), "{path}");
        assert_eq!(own.header("cache-control"), "private, no-store", "{path}");
        assert!(!all.text().contains("You see the live board"), "{path}");
        assert!(
            !site.page(&ada, &path).await.text().contains("You see the live board"),
            "{path}"
        );
    }
    site.stop().await;
}

/// What the rules let pass and a judge rejects goes on waiting in public, and what they refuse and a judge
/// accepts goes on being refused: on this instance, and on one that starts afterwards.
#[actix_web::test]
async fn s11_what_judges_say_of_a_late_merge_shows_in_no_form() {
    let mut folder = folder();
    folder.freeze_at = Some(ago(15));
    let site = Site::of(&folder).await;
    let judge = site.judge("judge1", "spring").await;
    let mut forms = vec![
        format!("{SPRING}/leaderboard"),
        format!("{SPRING}/people"),
        format!("{SPRING}/history"),
        format!("{SPRING}/submissions"),
    ];
    forms.extend(
        ["accepted", "review", "waiting", "rejected"].map(|status| format!("{SPRING}/submissions?status={status}")),
    );
    forms.extend([2, 5].map(|number| format!("/api/v1/submissions/{}", id(&site, number))));
    let mut before = Vec::new();
    for path in &forms {
        before.push(site.get(path).await);
    }
    for (number, said, stands) in [(2, reject(), "rejected"), (5, accept(), "accepted")] {
        let answer = site.post(&judge, &decisions(&site, number), said).await;
        assert_eq!(
            (answer.status, &answer.json()["status"]),
            (200, &stands.into()),
            "{}",
            answer.text()
        );
    }
    until("the judge's board has both", || async {
        let live = site.see(&judge, &forms[0]).await.json();
        Some(()).filter(|()| of_team(&live, "tsinghua", "fixes") == 1)
    })
    .await;
    let twin = site.twin().await;
    for (path, was) in forms.iter().zip(&before) {
        for (place, now) in [("here", site.get(path).await), ("a twin", twin.get(path).await)] {
            assert_eq!(now.text(), was.text(), "{path}, {place}");
            assert_eq!(now.header("etag"), was.header("etag"), "{path}, {place}");
        }
    }
    let host = site.admin().await;
    assert_eq!(
        site.post(&host, &format!("{SPRING}/reveal"), json!({})).await.status,
        200
    );
    site.board_where("the reveal shows it", |board| {
        of_team(board, "tsinghua", "fixes") == 1
            && of_team(board, "tsinghua", "pending") != of_team(&before[0].json(), "tsinghua", "pending")
    })
    .await;
    twin.stop().await;
    site.stop().await;
}

#[actix_web::test]
async fn a_judge_says_when_a_pull_landed_that_its_forge_calls_closed() {
    let mut folder = Folder::new();
    let mut closed = Fix::new("gitlab", 1, "ada").line();
    (closed["state"], closed["merged_at"], closed["merge_sha"]) = ("closed".into(), Value::Null, Value::Null);
    let mut untold = Fix::new("gitlab", 2, "bo").line();
    (untold["merged_at"], untold["merge_sha"]) = (Value::Null, Value::Null);
    folder.pulls = vec![
        closed,
        untold,
        Fix::new("gitlab", 3, "cy").line(),
        Fix::new("gitlab", 4, "cy").open().line(),
    ];
    let site = Site::of(&folder).await;
    let judge = site.judge("judge1", "spring").await;
    let landed = moment(ago(3));
    let body = |merged_at: Value| json!({"action": "accept", "reason": "Pushed to main by the robot.", "merged_at": merged_at, "merge_sha": "C0FFEE1"});
    let post = |number, body| {
        let (site, judge) = (&site, &judge);
        async move { site.post(judge, &decisions(site, number), body).await }
    };
    // Without the time there is nothing that could count.
    post(1, accept()).await.is_problem(409);
    let waits = post(2, accept()).await;
    waits.is_problem(409);
    assert!(waits.text().contains("nobody has told when"), "{}", waits.text());
    for (number, told) in [
        (3, json!(landed)),
        (4, json!(landed)),
        (1, json!(moment(ahead(1)))),
        (1, json!(moment(ago(100)))),
        (1, json!("yesterday")),
        (1, Value::Null),
    ] {
        post(number, body(told)).await.is_problem(422);
    }
    let reject = json!({"action": "reject", "reason": "Not a fix.", "merged_at": landed});
    post(1, reject).await.is_problem(422);
    for number in [1, 2] {
        let answer = post(number, body(json!(landed))).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let told = answer.json();
        assert_eq!((&told["status"], &told["points"]), (&"accepted".into(), &1.into()));
        assert_eq!(told["pull"]["merged_at"], landed);
        assert_eq!(told["decision"]["merge_sha"], "c0ffee1");
    }
    site.board_where("both count", |board| {
        of_team(board, "shanghai", "points") == 1 && of_team(board, "tsinghua", "points") == 1
    })
    .await;
    let lines = holds_together(&site).await;
    let decided = |line: &&Value| line["type"] == "decision";
    assert_eq!(lines.iter().filter(decided).count(), 2);
    assert!(lines.iter().filter(decided).all(|line| line["merged_at"] == landed));
    let undone = site.delete(&judge, &decisions(&site, 1)).await.json();
    assert_eq!(
        (&undone["status"], &undone["pull"]["merged_at"]),
        (&"rejected".into(), &Value::Null)
    );
    holds_together(&site).await;
    site.stop().await;
}
