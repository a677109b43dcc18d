//! S11, over every address of the route table: what judges do of merges that a freeze hides leaves each byte as it
//! was, for the public, for organizers and for those whose fixes they are.

use crate::support::*;
use bugathlon::{app::Access, web::ROUTES};
use regex::Regex;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const SPRING: &str = "/api/v1/competitions/spring";
const FREEZE: i64 = 15;

/// A merge in GitLab that nothing says is a bug fix: a judge decides.
fn asks(number: u64, author: &str, hours: i64) -> Fix {
    let mut fix = Fix::new("gitlab", number, author).merged(ago(hours));
    fix.created_at = ago(60);
    fix.labels.clear();
    fix
}

/// Before the freeze two that count; after it some that ask, some that count, one that a rule refuses (6) and one
/// that was closed (7). The daily limit ties one person's points to another of theirs.
fn folder() -> Folder {
    let mut folder = Folder::new();
    folder.freeze_at = Some(ago(FREEZE));
    folder.rules += "forbidden_labels = [\"stat/invalid\"]\n";
    folder.scoring = "base = 1\nfirst_fix_bonus = 2\ndaily_limit = 2\n".into();
    let mut refused = asks(6, "bo", 5);
    refused.labels = vec!["kind/bug".into(), "stat/invalid".into()];
    let mut closed = asks(7, "cy", 9).open().line();
    closed["state"] = "closed".into();
    closed["closed_at"] = moment(ago(9)).into();
    closed["updated_at"] = moment(ago(9)).into();
    closed["labels"] = json!(["kind/bug"]);
    let counts = |number, author, hours| {
        let mut fix = asks(number, author, hours);
        fix.labels = vec!["kind/bug".into()];
        fix.line()
    };
    folder.pulls = vec![
        counts(1, "bo", 20),
        counts(2, "ada", 18),
        asks(3, "ada", 8).line(),
        asks(4, "ada", 7).line(),
        asks(5, "cy", 6).line(),
        refused.line(),
        closed,
        counts(8, "ada", 4),
        counts(9, "bo", 3),
    ];
    folder
}

/// Every address that may be asked for with GET, with each team, person and submission of the competition.
fn addresses(ids: &[String]) -> Vec<(Access, String)> {
    let urls =
        (1..=9).map(|number| format!("https%3A%2F%2Fgitlab.com%2Fclayworks%2Fgitlab%2F-%2Fmerge_requests%2F{number}"));
    let values: [(&str, Vec<String>); 8] = [
        ("{slug}", vec!["spring".into()]),
        ("{team}", ["shanghai", "tsinghua", "clay"].map(String::from).into()),
        ("{person}", ["ada", "bo", "cy"].map(String::from).into()),
        ("{id}", ids.to_vec()),
        ("{forge}", vec!["gitlab".into()]),
        ("{source}", vec!["kiln".into()]),
        ("{code}", vec!["none".into()]),
        ("{file}", vec!["none".into()]),
    ];
    let mut all = Vec::new();
    for route in ROUTES.iter().filter(|route| route.method == "GET") {
        let skipped = ["/metrics", "/readyz", "/healthz", "/live", "/callback", "/start"];
        // Judges and the host see the live board.
        let covered = matches!(
            route.access,
            Access::Everybody | Access::SignedIn | Access::Organizer | Access::TeamOrJudge | Access::Member
        );
        if !covered || skipped.iter().any(|end| route.path.ends_with(end)) {
            continue;
        }
        let mut paths = vec![route.path.to_owned()];
        for (name, values) in &values {
            let each = |path: String| -> Vec<String> {
                if path.contains(name) {
                    values.iter().map(|value| path.replace(name, value)).collect()
                } else {
                    vec![path]
                }
            };
            paths = paths.into_iter().flat_map(each).collect();
        }
        for path in paths {
            if route.query.contains(&"status") {
                let statuses = ["accepted", "review", "waiting", "rejected"];
                all.extend(statuses.map(|status| (route.access, format!("{path}?status={status}"))));
            }
            if route.query.contains(&"at") {
                all.push((route.access, format!("{path}?at={}", moment(ago(5)))));
            }
            if route.query.contains(&"url") {
                all.extend(urls.clone().map(|url| (route.access, format!("{path}?url={url}"))));
            }
            all.push((route.access, path));
        }
    }
    all
}

/// What everybody is told, by who asks and where. What a clock moves by itself is taken out.
async fn look(site: &Site, people: &[&Signed], ids: &[String]) -> BTreeMap<String, String> {
    let clock = Regex::new(concat!(
        r"(?s)<time.*?</time>|role=.timer.*?</p>",
        r#"|"(now|as_of|exported_at|expires_at|last_seen_at|seen_at)":"[^"]*""#,
        r"|/sign-in\?to=[^\x22]*",
        // Drawings: of a server's own address, which is another one at a twin; of a curve up to now (its figures are
        // those of `history`).
        r#"| d="M[^"]*"|127\.0\.0\.1:[0-9]+"#
    ))
    .unwrap();
    let mut seen = BTreeMap::new();
    for (access, path) in addresses(ids) {
        let accept = if path.starts_with("/api/") {
            "application/json"
        } else {
            "text/html"
        };
        let mut askers: Vec<Option<&Signed>> = people.iter().map(|who| Some(*who)).collect();
        if access == Access::Everybody {
            // Who is signed in is told the same of it, but for one of them each time.
            askers.truncate(1);
            askers.push(None);
        }
        for who in askers {
            let answer = match who {
                None => site.get_with(&path, &[("accept", accept)]).await,
                Some(who) if accept == "text/html" => site.page(who, &path).await,
                Some(who) => site.see(who, &path).await,
            };
            assert!(answer.status < 500, "{path}: {}", answer.text());
            let text = match answer.header("content-type").contains("spreadsheet") {
                // It bears the moment of its making, packed; the CSV of the same table is looked at.
                true => String::new(),
                false => clock.replace_all(&answer.text(), "").into_owned(),
            };
            let tag = if accept == "text/html" {
                ""
            } else {
                answer.header("etag")
            };
            let asker = who.map_or("nobody", |who| who.login.as_str());
            seen.insert(format!("{asker} {path}"), format!("{} {tag} {text}", answer.status));
        }
    }
    let mut stream = site.stream(&format!("{SPRING}/live"), None).await;
    let first = stream.next().await.unwrap();
    seen.insert("nobody live".into(), format!("{} {}", first.name, first.data));
    seen
}

/// The first place where two texts part, with what is around it.
fn parting(before: &str, after: &str) -> String {
    let at = before.bytes().zip(after.bytes()).take_while(|(a, b)| a == b).count();
    let around = |text: &str| {
        let bytes = text.as_bytes();
        String::from_utf8_lossy(&bytes[at.saturating_sub(120)..(at + 120).min(bytes.len())]).into_owned()
    };
    format!("\n  was …{}…\n  is  …{}…", around(before), around(after))
}

#[actix_web::test]
async fn s11_what_judges_do_under_a_freeze_changes_no_byte_that_others_see() {
    let site = Site::of(&folder()).await;
    let judge = site.judge("judge1", "spring").await;
    let lead = site.organizer("lead", "spring", "shanghai").await;
    let other = site.organizer("other", "spring", "clay").await;
    let third = site.organizer("third", "spring", "tsinghua").await;
    let ada = site.signed("ada", None).await;
    let cy = site.signed("cy", None).await;
    let id_of = |number: u64| {
        let sql = format!(
            "SELECT CAST(s.id AS TEXT) AS text FROM submissions s JOIN pulls p ON p.id = s.pull_id WHERE p.number = {number}"
        );
        site.database.texts(&sql).remove(0)
    };
    let ids: Vec<String> = (1..=9).map(id_of).collect();
    let people = [&lead, &other, &third, &ada, &cy];
    let before = look(&site, &people, &ids).await;
    assert!(before.len() > 150, "{} addresses", before.len());
    let look_again = async |site: &Site, after: &str| {
        let seen = look(site, &people, &ids).await;
        let differ: Vec<String> = before
            .iter()
            .filter(|(what, text)| seen.get(*what) != Some(text))
            .map(|(what, text)| format!("{what}{}", parting(text, seen.get(what).map_or("", String::as_str))))
            .collect();
        assert!(differ.is_empty(), "after {after}:\n{}", differ.join("\n"));
    };
    let accept = |points: Value| json!({"action": "accept", "points": points, "reason": "It stops a crash."});
    let reject = json!({"action": "reject", "reason": "A translation, not a fix."});
    let dated = json!({
        "action": "accept", "reason": "A robot pushed it.", "merged_at": moment(ago(8)), "merge_sha": "c0ffee77aa",
    });
    // Each with what the judge then sees, so that none of them was refused.
    let acts: [(u64, Option<Value>); 10] = [
        (3, Some(accept(json!(7)))),
        (6, Some(accept(Value::Null))),
        (8, Some(reject.clone())),
        // Moves the points of 9 and 6: one person's bonus and limit.
        (9, Some(reject.clone())),
        (7, Some(dated)),
        (3, None),
        (4, Some(accept(Value::Null))),
        (9, None),
        (5, Some(reject)),
        (7, None),
    ];
    for (at, (number, act)) in acts.into_iter().enumerate() {
        let path = format!("{SPRING}/submissions/{}/decisions", ids[number as usize - 1]);
        let tag = site
            .see(&judge, &format!("/api/v1/submissions/{}", ids[number as usize - 1]))
            .await
            .json()["etag"]
            .as_str()
            .unwrap()
            .to_owned();
        let what = format!("{number}: {act:?}");
        let answer = match act {
            Some(body) => {
                let request = site.http.post(format!("{}{path}", site.url));
                let request = request.bearer_auth(&judge.token).header("if-match", tag);
                site.answer(request.json(&body)).await
            }
            None => site.delete(&judge, &path).await,
        };
        assert_eq!(answer.status, 200, "{what}: {}", answer.text());
        let board = site.see(&judge, &format!("{SPRING}/leaderboard")).await.json();
        assert_eq!(board["live"], true);
        // The public board takes the entry in, whatever it makes of it.
        tokio::time::sleep(std::time::Duration::from_millis(600)).await;
        look_again(&site, &what).await;
        // So does an instance that begins now.
        if [0, 4, 9].contains(&at) {
            let twin = site.twin().await;
            look_again(&twin, &format!("at a twin, {what}")).await;
            twin.stop().await;
        }
    }
    site.stop().await;
}
