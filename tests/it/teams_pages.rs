//! The pages on which teams register and people join and leave, as a browser without a script uses them.

use crate::support::*;
use serde_json::json;

const AT: &str = "/competitions/spring";

fn form<'a>(slug: &'a str, en: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("name.en", en),
        ("name.zh", "杭州 MSG"),
        ("kind", "city"),
        ("region", "CN-ZJ"),
        ("slug", slug),
        ("capacity", ""),
        ("statement", "We meet <b>on</b> Thursdays."),
    ]
}

#[actix_web::test]
async fn a_team_goes_its_way_by_forms_alone() {
    let site = Site::of(&Folder::new()).await;
    let (host, judge) = (site.admin().await, site.judge("jo", "spring").await);
    let (lin, mo) = (site.signed("lin", None).await, site.signed("mo", None).await);
    let registration = format!("{AT}/teams/hangzhou/registration");

    // Who is not signed in is sent to sign in, and comes back.
    let away = site
        .get_with(&format!("{AT}/teams/new"), &[("accept", "text/html")])
        .await;
    assert_eq!(
        (away.status, away.header("location")),
        (303, "/sign-in?to=%2Fcompetitions%2Fspring%2Fteams%2Fnew")
    );
    let empty = site.page(&lin, &format!("{AT}/teams/new")).await;
    assert_eq!(empty.status, 200);
    assert!(
        empty
            .text()
            .contains("<optgroup label=\"China\"><option value=\"CN\">China</option>")
    );

    // A refused form keeps what was typed and says what is wrong beside the field.
    let refused = site
        .submit(&lin, &format!("{AT}/teams/new"), &form("hangzhou", "Shаnghai MSG"))
        .await;
    assert_eq!(refused.status, 422);
    let text = refused.text();
    for kept in [
        "this looks like Shanghai MSG",
        "id=\"f-name.en-error\"",
        "value=\"杭州 MSG\"",
        "value=\"hangzhou\"",
        "<option value=\"CN-ZJ\" selected>",
        "<option value=\"city\" selected>",
        "We meet &lt;b&gt;on&lt;/b&gt; Thursdays.",
    ] {
        assert!(text.contains(kept), "{kept}: {text}");
    }
    let zh = site
        .submit(&lin, &format!("{AT}/teams/new?lang=zh"), &[("name.en", "Hangzhou MSG")])
        .await;
    assert_eq!(zh.status, 422);
    assert!(zh.text().contains("请填写此项"), "{}", zh.text());

    let applied = site
        .submit(&lin, &format!("{AT}/teams/new"), &form("hangzhou", "Hangzhou MSG"))
        .await;
    assert_eq!(
        (applied.status, applied.header("location")),
        (303, &*registration),
        "{}",
        applied.text()
    );
    let own = site.page(&lin, &registration).await.text();
    assert!(
        own.contains("The host will invite you") && own.contains("value=\"details\""),
        "{own}"
    );
    for act in ["defend", "approve", "decline", "suspend"] {
        assert!(!own.contains(&format!("value=\"{act}\"")), "{act}");
    }
    assert_eq!(site.page(&mo, &registration).await.status, 404);

    // The list, for judges.
    let list = site.page(&judge, &format!("{AT}/registrations")).await.text();
    assert!(
        list.contains("Hangzhou MSG") && !list.contains("Shanghai MSG"),
        "{list}"
    );
    let none = site
        .page(&judge, &format!("{AT}/registrations?status=declined&sort=slug"))
        .await
        .text();
    assert!(none.contains("No registration here"));
    assert_eq!(
        site.page(&judge, &format!("{AT}/registrations?sort=size")).await.status,
        400
    );
    assert_eq!(site.page(&lin, &format!("{AT}/registrations")).await.status, 403);

    // Steps. `zone` of the competition is UTC+8.
    for (who, fields, status, word) in [
        (&host, vec![("act", "defend")], 422, "f-defence_at-error"),
        (
            &host,
            vec![("act", "defend"), ("defence_at", "tomorrow")],
            422,
            "f-defence_at-error",
        ),
        (
            &host,
            vec![("act", "defend"), ("defence_at", "2020-01-01T10:00")],
            422,
            "f-defence_at-error",
        ),
        (&host, vec![("act", "dance")], 400, ""),
        (
            &lin,
            vec![("act", "defend"), ("defence_at", "2099-01-01T10:00")],
            403,
            "",
        ),
        (
            &host,
            vec![("act", "defend"), ("defence_at", "2099-01-01T10:00")],
            303,
            "",
        ),
        (
            &judge,
            vec![("act", "decline"), ("reason", "no")],
            422,
            "<details class=\"once\" open>",
        ),
        (&judge, vec![("act", "decline"), ("reason", "")], 422, "f-reason-error"),
        (
            &lin,
            vec![
                ("act", "details"),
                ("name.en", "Shanghai MSG"),
                ("name.zh", "杭州 MSG"),
                ("region", "CN-ZJ"),
            ],
            422,
            "f-name.en-error",
        ),
        (
            &lin,
            vec![
                ("act", "details"),
                ("name.en", "Hangzhou MSG"),
                ("name.zh", "西湖 MSG"),
                ("region", "CN-ZJ"),
                ("capacity", "2"),
                ("recording_url", "https://video.example.com/1"),
            ],
            303,
            "",
        ),
        (&judge, vec![("act", "approve")], 303, ""),
        (&judge, vec![("act", "approve")], 409, "cannot become"),
        (&host, vec![("act", "suspend"), ("reason", "copied fixes")], 303, ""),
        (&host, vec![("act", "reinstate")], 303, ""),
    ] {
        let answer = site.submit(who, &registration, &fields).await;
        assert_eq!(answer.status, status, "{} {fields:?}: {}", who.login, answer.text());
        assert!(answer.text().contains(word), "{fields:?}: {}", answer.text());
        if status == 303 {
            assert_eq!(answer.header("location"), format!("{registration}?done=1"));
        }
    }
    let done = site.page(&host, &format!("{registration}?done=1")).await.text();
    assert!(
        done.contains("role=\"status\"") && done.contains("2099-01-01T02:00:00Z"),
        "{done}"
    );
    let team = site.json("/api/v1/competitions/spring/teams/hangzhou").await;
    assert_eq!(
        (&team["status"], &team["capacity"], &team["name"]["zh"]),
        (&json!("approved"), &json!(2), &json!("西湖 MSG"))
    );
    site.stop().await;
}

#[actix_web::test]
async fn people_join_by_link_ask_and_leave_by_forms_alone() {
    let mut folder = Folder::new();
    folder.teams[1] = "tsinghua,university,CN-BJ,Tsinghua MSG,清华 MSG,1".into();
    let site = Site::of(&folder).await;
    let sam = site.organizer("sam", "spring", "shanghai").await;
    let (host, mo) = (site.admin().await, site.signed("mo", None).await);
    let code = |team: &'static str, uses: i64| {
        let (site, host) = (&site, &host);
        async move {
            let path = format!("/api/v1{AT}/teams/{team}/invites");
            let made = site.post(host, &path, json!({ "uses": uses })).await;
            made.json()["url"].as_str().unwrap().replace(&site.url, "")
        }
    };
    let (link, full) = (code("shanghai", 5).await, code("tsinghua", 5).await);
    let place = format!("{AT}/teams/shanghai/join");

    // Everybody sees who invites and how many seats are left, and what to do next.
    let seen = site.get_with(&link, &[("accept", "text/html")]).await;
    assert_eq!((seen.status, seen.header("cache-control")), (200, "no-store"));
    let sign_in = format!("/sign-in?to={}", link.replace('/', "%2F"));
    let text = seen.text();
    assert!(
        text.contains(&sign_in) && text.contains("<bdi>sam</bdi>") && text.contains("2 taken, no limit"),
        "{text}"
    );
    assert_eq!(
        site.get_with(&format!("{AT}/join/nothing"), &[("accept", "text/html")])
            .await
            .status,
        404
    );
    let closed = site.page(&mo, &full).await.text();
    assert!(
        closed.contains("All seats are taken") && !closed.contains("<form method=\"post\""),
        "{closed}"
    );
    // Who posts all the same is told on the page.
    let refused = site.submit(&mo, &full, &[]).await;
    assert_eq!(refused.status, 409);
    assert!(refused.text().contains("role=\"alert\""), "{}", refused.text());

    let joined = site.submit(&mo, &link, &[]).await;
    assert_eq!((joined.status, joined.header("location")), (303, &*place));
    let inside = site.page(&mo, &place).await.text();
    assert!(
        inside.contains("You are in this team.") && inside.contains("value=\"leave\""),
        "{inside}"
    );
    assert!(site.page(&mo, &link).await.text().contains("You are in this team."));
    assert!(site.page(&mo, &full).await.text().contains("All seats are taken"));
    let elsewhere = site.page(&mo, &format!("{AT}/teams/clay/join")).await.text();
    assert!(
        elsewhere.contains("You are in another team") && !elsewhere.contains("value=\"ask\""),
        "{elsewhere}"
    );
    assert_eq!(
        site.submit(&mo, &format!("{AT}/teams/clay/join"), &[("act", "leave")])
            .await
            .status,
        409
    );

    for (fields, status) in [
        (vec![("act", "leave")], 303),
        (vec![("act", "leave")], 409),
        (vec![("act", "withdraw")], 404),
        (vec![("act", "ask"), ("text", "turned \u{202E}round")], 422),
        (vec![("act", "ask"), ("text", "Me <again>")], 303),
        (vec![("act", "ask"), ("text", "")], 409),
        (vec![("act", "withdraw")], 303),
        (vec![("act", "ask"), ("text", "")], 303),
        (vec![("act", "jump")], 400),
    ] {
        let answer = site.submit(&mo, &place, &fields).await;
        assert_eq!(answer.status, status, "{fields:?}: {}", answer.text());
    }
    assert!(site.page(&mo, &place).await.text().contains("You have asked to join"));
    // Another site's page cannot make anybody leave or join.
    let cookie = format!("__Host-session={}", mo.token);
    let across = site
        .http
        .post(format!("{}{link}", site.url))
        .header("cookie", &cookie)
        .header("sec-fetch-site", "cross-site");
    assert_eq!(site.answer(across).await.status, 403);

    // The announcement stands on the team's page, as text.
    let slug = |text: &str| text.parse_slug();
    let who = bugathlon::app::who(site.app(), &sam.token, bugathlon::app::now())
        .await
        .unwrap();
    let (competition, team) = (slug("spring"), slug("shanghai"));
    let now = bugathlon::app::now();
    let said = bugathlon::app::announce(
        site.app(),
        &who,
        &competition,
        &team,
        "Thursday <i>19:00</i>\nat the lake",
        now,
    )
    .await;
    assert!(said.unwrap().is_some());
    let page = site
        .get_with(&format!("{AT}/teams/shanghai"), &[("accept", "text/html")])
        .await
        .text();
    assert!(
        page.contains("Thursday &lt;i&gt;19:00&lt;/i&gt;\nat the lake") && page.contains(&place),
        "{page}"
    );
    let said = bugathlon::app::announce(site.app(), &who, &competition, &team, " ", now).await;
    assert!(said.unwrap().is_none());
    let page = site
        .get_with(&format!("{AT}/teams/shanghai"), &[("accept", "text/html")])
        .await
        .text();
    assert!(!page.contains("at the lake"));
    site.stop().await;
}
