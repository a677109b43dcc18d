//! Submissions with their reasons, over the API and as a command.

use crate::support::*;
use serde_json::Value;

const LIST: &str = "/api/v1/competitions/spring/submissions";

fn folder() -> Folder {
    let mut folder = Folder::new();
    let mut unlabelled = Fix::new("github", 3, "bo");
    unlabelled.labels = vec!["kind/bugs".into()];
    let mut elsewhere = Fix::new("github", 4, "cy");
    elsewhere.created_at = folder.opens_at - chrono::TimeDelta::hours(3);
    folder.rules = "bugfix_labels = [\"kind/bug\"]\nrequired_labels = [\"kind/bug\"]\n".into();
    folder.pulls = vec![
        Fix::new("github", 1, "ada").line(),
        Fix::new("github", 2, "bo").open().line(),
        unlabelled.line(),
        elsewhere.line(),
    ];
    folder
}

fn numbers(list: &Value) -> Vec<i64> {
    let all = list["submissions"].as_array().unwrap().iter();
    all.map(|one| one["pull"]["number"].as_i64().unwrap()).collect()
}

fn check<'a>(submission: &'a Value, name: &str) -> &'a Value {
    let checks = submission["checks"].as_array().unwrap().iter();
    checks
        .into_iter()
        .find(|check| check["check"] == name)
        .unwrap_or_else(|| panic!("{name}: {submission}"))
}

#[actix_web::test]
async fn a_submission_has_the_keys_of_the_contract_and_every_check() {
    let site = Site::of(&folder()).await;
    let list = site.json(LIST).await;
    assert_eq!(list["submissions"].as_array().unwrap().len(), 4);
    for one in list["submissions"].as_array().unwrap() {
        let keys: Vec<&String> = one.as_object().unwrap().keys().collect();
        assert_eq!(
            keys,
            [
                "id",
                "competition",
                "pull",
                "person",
                "team",
                "status",
                "points",
                "checks",
                "decision"
            ]
        );
        let keys: Vec<&String> = one["pull"].as_object().unwrap().keys().collect();
        let wanted = [
            "forge",
            "host",
            "repository",
            "number",
            "title",
            "url",
            "author",
            "base_branch",
            "created_at",
            "merged_at",
        ];
        assert_eq!(keys, wanted);
        assert_eq!(
            one["checks"].as_array().unwrap().len(),
            bugathlon::domain::check::Check::ALL.len()
        );
        for check in one["checks"].as_array().unwrap() {
            assert!(["pass", "fail", "ask", "wait"].contains(&check["outcome"].as_str().unwrap()));
            assert!(!check["detail"].as_str().unwrap().is_empty(), "{check}");
        }
        assert!(one["decision"].is_null());
        let path = format!("/api/v1/submissions/{}", one["id"]);
        assert_eq!(site.json(&path).await["status"], one["status"]);
    }
    site.stop().await;
}

#[actix_web::test]
async fn submissions_are_filtered_and_paged_by_their_numbers() {
    let site = Site::of(&folder()).await;
    for (query, wanted) in [
        ("status=accepted", vec![1]),
        ("status=waiting", vec![2]),
        ("status=rejected", vec![3, 4]),
        ("status=review", vec![]),
        ("team=tsinghua", vec![2, 3]),
        ("person=cy", vec![4]),
        ("person=cy&status=accepted", vec![]),
        ("team=nowhere", vec![]),
    ] {
        let mut found = numbers(&site.json(&format!("{LIST}?{query}")).await);
        found.sort_unstable();
        assert_eq!(found, wanted, "{query}");
    }
    let (mut after, mut seen) = (0, Vec::new());
    loop {
        let part = site.json(&format!("{LIST}?limit=3&after={after}")).await;
        seen.extend(numbers(&part));
        match part["next"].as_i64() {
            Some(next) => after = next,
            None => break,
        }
    }
    seen.sort_unstable();
    assert_eq!(seen, [1, 2, 3, 4]);
    for query in ["status=fine", "limit=0", "after=x", "limit=1001"] {
        site.get(&format!("{LIST}?{query}")).await.is_problem(400);
    }
    for path in [
        "/api/v1/submissions/999999",
        "/api/v1/submissions/x",
        "/api/v1/submissions/-1",
    ] {
        site.get(path).await.is_problem(404);
    }
    site.stop().await;
}

#[actix_web::test]
async fn the_explainer_says_why_in_both_languages_and_of_pulls_that_are_not_here() {
    let site = Site::of(&folder()).await;
    let ask = |number: u32, lang: &'static str| {
        let path = format!(
            "/api/v1/competitions/spring/explain?lang={lang}&url=https%3A%2F%2Fgithub.com%2Fclayworks%2Fgithub%2Fpull%2F{number}"
        );
        let site = &site;
        async move { site.json(&path).await }
    };
    let near = ask(3, "en").await;
    assert_eq!(near["status"], "rejected");
    let said = check(&near, "required_labels");
    assert_eq!(said["outcome"], "fail");
    let detail = said["detail"].as_str().unwrap();
    assert!(detail.contains("kind/bugs") && detail.contains("kind/bug"), "{detail}");
    let chinese = ask(3, "zh").await;
    let detail = check(&chinese, "required_labels")["detail"].as_str().unwrap();
    assert!(detail.contains("kind/bugs") && !detail.is_ascii(), "{detail}");
    assert_eq!(check(&ask(4, "en").await, "opened")["outcome"], "fail");
    assert_eq!(check(&ask(2, "en").await, "merged")["outcome"], "wait");
    let elsewhere = "/api/v1/competitions/spring/explain?url=https%3A%2F%2Fgithub.com%2Fother%2Fplace%2Fpull%2F1";
    let elsewhere = site.json(elsewhere).await;
    assert_eq!(
        (&elsewhere["id"], &check(&elsewhere, "repository")["outcome"]),
        (&Value::Null, &"fail".into())
    );
    let path = "/api/v1/competitions/spring/explain";
    site.get(&format!(
        "{path}?url=https%3A%2F%2Fgithub.com%2Fclayworks%2Fgithub%2Fpull%2F99"
    ))
    .await
    .is_problem(404);
    for odd in [
        "",
        "?url=",
        "?url=nothing",
        "?url=https%3A%2F%2Fu%3Ap%40github.com%2Fa%2Fb%2Fpull%2F1",
    ] {
        site.get(&format!("{path}{odd}")).await.is_problem(400);
    }
    let url = "https://github.com/clayworks/github/pull/3";
    let said = bugathlon(&site.database.url, &["explain", url, "--competition", "spring"])
        .await
        .fine();
    assert!(said.contains("required_labels") || said.contains("kind/bugs"), "{said}");
    let unknown = bugathlon(&site.database.url, &["explain", url, "--competition", "autumn"]).await;
    assert_eq!(unknown.code, 1);
    site.stop().await;
}

/// Lists of cases over HTTP, each with the statements that it takes beside those of the board's beat.
#[actix_web::test]
async fn a_page_of_a_thousand_takes_some_dozen_statements() {
    count_statements();
    let mut folder = folder();
    folder.pulls.extend((10..1_300).map(|number| {
        let mut fix = Fix::new("github", number, ["ada", "bo", "cy", "di"][number as usize % 4]);
        // Some are told to be another's twin, so that there are names to look up.
        fix.title = format!("fix the leak {}", number % 644);
        fix.line()
    }));
    let site = Site::of(&folder).await;
    let jo = site.judge("jo", "spring").await;
    for (path, all) in [(LIST.to_owned(), 1_000), (LIST.replace("submissions", "queue"), 646)] {
        let asked = async |limit: usize| {
            // The board looks at the database four times a second whoever asks: the least of some tries is the list's.
            let mut least = usize::MAX;
            for _ in 0..5 {
                let before = statements(&site.database.url);
                let list = site.see(&jo, &format!("{path}?limit={limit}")).await.json();
                assert_eq!(list["submissions"].as_array().unwrap().len(), limit.min(all), "{path}");
                least = least.min(statements(&site.database.url) - before);
            }
            least
        };
        let (few, many) = (asked(10).await, asked(1_000).await);
        assert!(few > 3, "{path}: nothing was counted");
        assert!(
            many <= 130,
            "{path}: a page of 10 takes {few} statements, one of 1,000 takes {many}"
        );
    }
    site.stop().await;
}
