//! The judge's desk as pages: forms, what stands on them, and where they lead. It all works without a script.

use crate::support::*;
use serde_json::json;

const DESK: &str = "/competitions/spring/judge";

fn asks(number: u64, author: &str) -> Fix {
    let mut fix = Fix::new("gitlab", number, author).merged(ago(40 - number as i64));
    fix.created_at = ago(60);
    fix.labels.clear();
    fix.title = format!("Mend crack {number}");
    fix
}

/// Four in review, in the order of their numbers; `same` also has the title of another.
fn folder() -> Folder {
    let mut folder = Folder::new();
    let mut same = asks(14, "bo");
    same.title = "Mend crack 12".into();
    folder.pulls = vec![
        asks(11, "ada").line(),
        asks(12, "bo").line(),
        asks(13, "cy").line(),
        same.line(),
    ];
    folder
}

fn id(site: &Site, number: u64) -> i64 {
    let sql = format!(
        "SELECT CAST(s.id AS TEXT) AS text FROM submissions s JOIN pulls p ON p.id = s.pull_id WHERE p.number = {number}"
    );
    site.database.texts(&sql)[0].parse().unwrap()
}

fn page_of(site: &Site, number: u64) -> String {
    format!("{DESK}/{}", id(site, number))
}

/// The value of a hidden field.
fn field(page: &str, name: &str) -> String {
    let rest = page.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap();
    rest.split('"').next().unwrap().replace("&quot;", "\"")
}

async fn etag(site: &Site, judge: &Signed, number: u64) -> String {
    field(&site.page(judge, &page_of(site, number)).await.text(), "etag")
}

fn status(site: &Site, number: u64) -> String {
    site.submissions()
        .into_iter()
        .find(|line| line.contains(&format!("!{number} ")))
        .unwrap()
}

#[actix_web::test]
async fn a_decision_from_the_page_leads_to_the_next_one_and_can_be_undone_there() {
    let site = Site::of(&folder()).await;
    let judge = site.judge("judge1", "spring").await;
    let queue = site.page(&judge, DESK).await.text();
    assert!(queue.contains("4 wait for a judge"), "{queue}");
    let order: Vec<usize> = [11, 12, 13]
        .map(|n| queue.find(&format!("Mend crack {n}")).unwrap())
        .into();
    assert!(order.is_sorted(), "{order:?}");
    let form = [
        ("etag", etag(&site, &judge, 11).await),
        ("action", "accept".into()),
        ("template-accept", "fixes".into()),
        ("reason", "Well found.".into()),
        ("points", "4".into()),
    ];
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let path = format!("{}?team=tsinghua&lang=en", page_of(&site, 11));
    let answer = site.submit(&judge, &path, &form).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    // To the next of what was filtered, with the filter.
    let next = answer.header("location").to_owned();
    assert!(
        next.starts_with(&page_of(&site, 12)) && next.contains("team=tsinghua"),
        "{next}"
    );
    assert_eq!(status(&site, 11), "gitlab:clayworks/gitlab!11 accepted 4");
    let kept = site.database.texts("SELECT reason AS text FROM decisions");
    assert_eq!(kept, ["It fixes a bug. Well found."]);
    let page = site.page(&judge, &next).await.text();
    let done = page.split("undoable").nth(1).unwrap();
    assert!(
        done.contains("accepted") && done.contains("Mend crack 11") && done.contains("/undo"),
        "{done}"
    );
    let undone = site.submit(&judge, &format!("{}/undo", page_of(&site, 11)), &[]).await;
    assert_eq!(undone.status, 303);
    assert_eq!(status(&site, 11), "gitlab:clayworks/gitlab!11 review 0");
    let page = site.page(&judge, undone.header("location")).await.text();
    assert!(page.contains("Undone: Mend crack 11"), "{page}");
    site.stop().await;
}

#[actix_web::test]
async fn what_was_typed_is_kept_where_it_is_refused_and_where_another_judge_was_faster() {
    let site = Site::of(&folder()).await;
    let (one, two) = (
        site.judge("judge1", "spring").await,
        site.judge("judge2", "spring").await,
    );
    let tag = etag(&site, &two, 12).await;
    let form = |reason: &'static str| {
        [
            ("etag", tag.clone()),
            ("action", "reject".into()),
            ("template-reject", "own".into()),
            ("reason", reason.into()),
        ]
    };
    let send = |reason| {
        let form = form(reason);
        let (site, two) = (&site, &two);
        async move {
            let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
            site.submit(two, &page_of(site, 12), &form).await
        }
    };
    let short = send("no").await;
    assert_eq!(short.status, 422);
    let text = short.text();
    assert!(
        text.contains(">no</textarea>") && text.contains("give 3 to 2000 characters; these are 2"),
        "{text}"
    );
    assert!(text.contains("value=\"own\" checked"), "{text}");
    let first = [
        ("etag", tag.as_str()),
        ("action", "accept"),
        ("template-accept", "shown"),
    ];
    assert_eq!(site.submit(&one, &page_of(&site, 12), &first).await.status, 303);
    let late = send("I read all of it and it is only a rename.").await;
    assert_eq!(late.status, 409);
    let text = late.text();
    assert!(text.contains("Already decided by") && text.contains("judge1"), "{text}");
    assert!(text.contains("I read all of it and it is only a rename."), "{text}");
    assert_eq!(site.database.count("decisions"), 1);
    site.stop().await;
}

#[actix_web::test]
async fn the_evidence_of_a_submission_is_on_one_page() {
    let mut folder = folder();
    let mut line = asks(15, "bo").line();
    line["title"] = "Mend crack 12".into();
    line["merged_by"] = json!({"login": "bo"});
    line["labels"] = json!(["sig/<kiln>"]);
    (line["additions"], line["deletions"]) = (31.into(), 7.into());
    line["body"] = "The kiln <b>cracked</b>.".into();
    folder.pulls.push(line);
    let site = Site::of(&folder).await;
    let judge = site.judge("judge1", "spring").await;
    let page = site.page(&judge, &page_of(&site, 15)).await;
    assert_eq!(page.header("cache-control"), "no-store");
    let text = page.text();
    assert!(
        text.contains(&format!("{}\"", page_of(&site, 14))),
        "their other one: {text}"
    );
    for told in [
        "+31",
        "−7",
        "sig/&lt;kiln&gt;",
        "The kiln &lt;b&gt;cracked&lt;/b&gt;.",
        "Beside the other one",
        "gitlab:clayworks/gitlab!12",
        "bo merged their own pull",
        "Others of the same person",
        "https://forge.example.com/clayworks/gitlab/pulls/15",
    ] {
        assert!(text.contains(told), "{told}: {text}");
    }
    // Decided, and changed since: what changed stands there.
    assert_eq!(
        site.submit(
            &judge,
            &page_of(&site, 11),
            &[
                ("etag", &etag(&site, &judge, 11).await),
                ("action", "accept"),
                ("template-accept", "fixes")
            ]
        )
        .await
        .status,
        303
    );
    let mut changed = asks(11, "ada");
    changed.title = "Mend crack 11 for good".into();
    changed.updated_at = ago(0);
    site.deliver(&hook(&changed)).await;
    site.settled().await;
    let text = site.page(&judge, &page_of(&site, 11)).await.text();
    let changes = text.split("Changed since the decision").nth(1).unwrap();
    assert!(
        changes.contains("Mend crack 11 for good") && changes.contains(">Mend crack 11<"),
        "{changes}"
    );
    let queue = site.page(&judge, DESK).await.text();
    assert!(queue.contains("Changed since it was decided"), "{queue}");
    site.stop().await;
}

#[actix_web::test]
async fn several_are_accepted_at_once_and_what_does_not_go_is_named() {
    let site = Site::of(&folder()).await;
    let (one, two) = (
        site.judge("judge1", "spring").await,
        site.judge("judge2", "spring").await,
    );
    let queue = site.page(&one, DESK).await.text();
    // Only those can be picked that miss nothing but a sign of a bug fix.
    let pick = |number| format!("pick-{}", id(&site, number));
    assert!(
        queue.contains(&pick(11)) && queue.contains(&pick(12)) && !queue.contains(&pick(14)),
        "{queue}"
    );
    let tags: Vec<(String, String)> = [11, 12, 13]
        .map(|number| (pick(number), field(&queue, &pick(number))))
        .into();
    let first = [
        ("etag", tags[1].1.as_str()),
        ("action", "reject"),
        ("template-reject", "no-fix"),
    ];
    assert_eq!(site.submit(&two, &page_of(&site, 12), &first).await.status, 303);
    let mut form: Vec<(&str, &str)> = tags.iter().map(|(name, tag)| (name.as_str(), tag.as_str())).collect();
    form.push(("template-accept", "small"));
    // One that asks for more than a sign is not taken along, whoever names it.
    let (also, tag) = (pick(14), etag(&site, &one, 14).await);
    form.push((&also, &tag));
    let answer = site.submit(&one, &format!("{DESK}/bulk"), &form).await;
    assert_eq!(answer.status, 200);
    let text = answer.text();
    assert!(text.contains("Already decided by judge2: rejected"), "{text}");
    assert!(text.contains("it has changed since you looked"), "{text}");
    assert_eq!(
        [11, 12, 13, 14].map(|number| status(&site, number)),
        [
            "gitlab:clayworks/gitlab!11 accepted 1",
            "gitlab:clayworks/gitlab!12 rejected 0",
            "gitlab:clayworks/gitlab!13 accepted 1",
            "gitlab:clayworks/gitlab!14 review 0"
        ]
    );
    let none = site
        .submit(&one, &format!("{DESK}/bulk"), &[("template-accept", "small")])
        .await;
    assert_eq!(none.status, 422);
    assert!(none.text().contains("Pick at least one"), "{}", none.text());
    site.stop().await;
}

#[actix_web::test]
async fn a10_the_desk_offers_no_form_where_the_judge_must_not_decide_and_skips_it() {
    let site = Site::of(&folder()).await;
    let di = site.judge("di", "spring").await;
    let queue = site.page(&di, DESK).await.text();
    assert!(queue.contains("it is of your own team"), "{queue}");
    assert!(!queue.contains(&format!("pick-{}", id(&site, 11))), "{queue}");
    let page = site.page(&di, &page_of(&site, 11)).await.text();
    assert!(
        page.contains("You do not decide on this one") && !page.contains("name=\"etag\""),
        "{page}"
    );
    let form = [("etag", "*"), ("action", "accept"), ("template-accept", "fixes")];
    assert_eq!(site.submit(&di, &page_of(&site, 11), &form).await.status, 403);
    // From the last one it goes on at the head, past the one of the own team.
    let next = site
        .submit(
            &di,
            &page_of(&site, 14),
            &[("etag", &etag(&site, &di, 14).await), form[1], form[2]],
        )
        .await;
    assert!(
        next.header("location").starts_with(&page_of(&site, 12)),
        "{}",
        next.header("location")
    );
    site.stop().await;
}

#[actix_web::test]
async fn an_appeal_goes_from_the_public_page_to_another_judge_and_back() {
    let site = Site::of(&folder()).await;
    let (one, two) = (
        site.judge("judge1", "spring").await,
        site.judge("judge2", "spring").await,
    );
    let (ada, bo, host) = (
        site.signed("ada", None).await,
        site.signed("bo", None).await,
        site.admin().await,
    );
    let form = [
        ("etag", etag(&site, &one, 11).await),
        ("action", "reject".into()),
        ("template-reject", "text-only".into()),
    ];
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(site.submit(&one, &page_of(&site, 11), &form).await.status, 303);
    let public = format!("/submissions/{}", id(&site, 11));
    let text = site.get(&public).await.text();
    assert!(
        text.contains("It changes text or comments only.") && text.contains(&format!("{public}/appeal")),
        "{text}"
    );
    let path = format!("{public}/appeal");
    let to_sign_in = site.get_with(&path, &[("accept", "text/html")]).await;
    assert_eq!(
        (to_sign_in.status, to_sign_in.header("location").contains("/sign-in")),
        (303, true)
    );
    assert_eq!(site.page(&bo, &path).await.status, 404);
    assert_eq!(
        site.submit(&bo, &path, &[("text", "It is mine, I say.")]).await.status,
        404
    );
    let short = site.submit(&ada, &path, &[("text", "no")]).await;
    assert_eq!(short.status, 422);
    assert!(short.text().contains(">no</textarea>"), "{}", short.text());
    let sent = site.submit(&ada, &path, &[("text", "The log shows the crash.")]).await;
    assert_eq!(sent.status, 303);
    assert!(
        site.page(&ada, sent.header("location"))
            .await
            .text()
            .contains("Your appeal is with another judge now.")
    );
    assert!(site.page(&ada, &path).await.text().contains("was appealed already"));
    let list = site.page(&two, &format!("{DESK}/appeals")).await.text();
    assert!(
        list.contains("The log shows the crash.") && list.contains("Appeals 1"),
        "{list}"
    );
    let appeal = site
        .database
        .texts("SELECT CAST(id AS TEXT) AS text FROM appeals")
        .remove(0);
    let answer = format!("{DESK}/appeals/{appeal}");
    let own = site.page(&one, &answer).await.text();
    assert!(
        own.contains("another judge answers") && !own.contains("value=\"upheld\""),
        "{own}"
    );
    let refused = site
        .submit(
            &two,
            &answer,
            &[("status", "upheld"), ("text", "Yes."), ("points", "many")],
        )
        .await;
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains(">Yes.</textarea>"), "{}", refused.text());
    let upheld = site
        .submit(
            &two,
            &answer,
            &[("status", "upheld"), ("text", "The log shows it."), ("points", "2")],
        )
        .await;
    assert_eq!(upheld.status, 303, "{}", upheld.text());
    assert_eq!(status(&site, 11), "gitlab:clayworks/gitlab!11 accepted 2");
    assert!(site.get(&public).await.text().contains("The log shows it."));
    // What judges have done is for admins.
    assert_eq!(site.page(&one, &format!("{DESK}/judges")).await.status, 403);
    let judges = site.page(&host, &format!("{DESK}/judges")).await.text();
    let row = judges.split(">judge1<").nth(1).unwrap().split("</tr>").next().unwrap();
    let figures: Vec<&str> = row
        .split("<td")
        .skip(1)
        .map(|cell| cell.split('>').nth(1).unwrap().split('<').next().unwrap())
        .collect();
    assert_eq!(figures[..6], ["0", "1", "0", "1", "1", "0 %"], "{row}");
    site.stop().await;
}
