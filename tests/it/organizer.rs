//! An organizer's console: their own team's and no other's; what it hands out; what a freeze hides from it.

use crate::support::*;
use serde_json::json;
use std::{
    collections::BTreeSet,
    io::{Cursor, Read},
};

const CONSOLE: &str = "/competitions/spring/teams/shanghai/console";

const PAGES: [&str; 6] = ["", "/waiting", "/members", "/requests", "/invites", "/announcement"];
const FILES: [&str; 4] = ["/roster.csv", "/roster.xlsx", "/results.csv", "/results.xlsx"];

fn fixes() -> Folder {
    let mut folder = Folder::new();
    folder.pulls = vec![
        Fix::new("github", 1, "ada").merged(ago(5)).line(),
        Fix::new("github", 2, "di").merged(ago(4)).line(),
        Fix::new("github", 3, "bo").merged(ago(3)).line(),
        Fix::new("github", 4, "ada").open().line(),
    ];
    folder
}

/// The text between two marks; the page where one is missing.
fn between<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
    let rest = text.split_once(from).map(|(_, rest)| rest);
    rest.and_then(|rest| rest.split_once(to))
        .unwrap_or_else(|| panic!("no {from} … {to}: {text}"))
        .0
}

#[actix_web::test]
async fn a9_a_console_is_its_own_teams_and_no_other_city_knows_of_it() {
    let site = Site::of(&fixes()).await;
    let own = site.organizer("shanghai-lead", "spring", "shanghai").await;
    let other = site.organizer("tsinghua-lead", "spring", "tsinghua").await;
    let judge = site.judge("jo", "spring").await;
    let member = site.signed("ada", None).await;
    for path in PAGES.iter().chain(&FILES) {
        let path = format!("{CONSOLE}{path}");
        assert_eq!(site.page(&own, &path).await.status, 200, "{path}");
        for who in [&other, &judge, &member] {
            let answer = site.page(who, &path).await;
            assert_eq!(answer.status, 404, "{path} by {}", who.login);
            assert!(!answer.text().contains("Shanghai"), "{path} by {}", who.login);
        }
        let signed_out = site.get_with(&path, &[("accept", "text/html")]).await;
        assert_eq!(signed_out.status, 303, "{path}");
        let to: String = url::form_urlencoded::byte_serialize(path.as_bytes()).collect();
        assert_eq!(signed_out.header("location"), format!("/sign-in?to={to}"));
    }
    // What a form does is done for the own team alone.
    for (form, fields) in [
        ("/announcement", &[("text", "Ours now")][..]),
        ("/invites", &[("uses", "5")]),
        ("/members/ada/remove", &[]),
        ("/requests/ada", &[("status", "accepted")]),
    ] {
        let answer = site.submit(&other, &format!("{CONSOLE}{form}"), fields).await;
        assert_eq!(answer.status, 404, "{form}");
    }
    assert_eq!(site.database.count("announcements"), 0);
    assert_eq!(site.database.count("invites"), 0);
    assert_eq!(site.database.count("memberships WHERE left_at IS NOT NULL"), 0);
    site.stop().await;
}

#[actix_web::test]
async fn the_overview_says_where_the_team_stands_and_what_needs_its_organizer() {
    let mut folder = fixes();
    folder
        .teams
        .push("pudong,university,CN-SH,Pudong Campus,浦东校区,".into());
    let site = Site::of(&folder).await;
    let own = site.organizer("lead", "spring", "shanghai").await;
    let page = site.page(&own, CONSOLE).await.text();
    let places: Vec<&str> = page.split("place-card").skip(1).collect();
    assert_eq!(places.len(), 3);
    for (place, words) in places.iter().zip([
        [
            "Whole competition",
            "<b>1</b> of 4",
            "in front, 1 point ahead of Tsinghua MSG",
        ],
        ["Cities", "<b>1</b> of 1", "the only team here"],
        ["Shanghai", "<b>1</b> of 2", "in front, 2 points ahead of Pudong Campus"],
    ]) {
        for word in words {
            assert!(place.contains(word), "{word}: {place}");
        }
    }
    assert!(page.contains("1 submission does not count yet"), "{page}");
    // Tsinghua looks at it from behind.
    let other = site.organizer("other", "spring", "tsinghua").await;
    let page = site
        .page(&other, "/competitions/spring/teams/tsinghua/console")
        .await
        .text();
    assert!(page.contains("1 point behind Shanghai MSG"), "{page}");
    site.stop().await;
}

#[actix_web::test]
async fn what_waits_is_listed_oldest_first_with_what_the_member_can_do() {
    let mut folder = fixes();
    folder.rules.push_str("required_labels = [\"cla/yes\"]\n");
    let labels = ["kind/bug".to_owned(), "cla/yes".to_owned()].to_vec();
    let fix = |number, author: &str, created: i64, labels: &[String]| {
        let mut fix = Fix::new("github", number, author);
        fix.created_at = ago(created);
        fix.labels = labels.to_vec();
        fix
    };
    folder.pulls = vec![
        fix(11, "ada", 30, &labels).open().line(),
        fix(12, "di", 40, &labels[1..]).line(),
        fix(13, "ada", 50, &labels[..1]).line(),
        fix(14, "bo", 60, &labels).open().line(),
    ];
    let site = Site::of(&folder).await;
    let own = site.organizer("lead", "spring", "shanghai").await;
    let listed = |page: &str| -> Vec<String> {
        page.split("Fix crack ")
            .skip(1)
            .map(|rest| rest.split('<').next().unwrap_or("").to_owned())
            .collect()
    };
    for (query, numbers) in [
        ("", &["12", "11"][..]),
        ("?sort=newest", &["11", "12"]),
        ("?status=review", &["12"]),
        ("?status=waiting", &["11"]),
        ("?status=rejected", &["13"]),
        ("?person=di", &["12"]),
        ("?person=nobody", &[]),
        ("?offset=1", &["11"]),
    ] {
        let page = site.page(&own, &format!("{CONSOLE}/waiting{query}")).await;
        assert_eq!(page.status, 200, "{query}");
        assert_eq!(listed(&page.text()), numbers, "{query}");
    }
    let page = site.page(&own, &format!("{CONSOLE}/waiting")).await.text();
    assert!(
        page.contains("Ask for a review: it counts once it is merged."),
        "{page}"
    );
    let page = site
        .page(&own, &format!("{CONSOLE}/waiting?status=rejected&lang=zh"))
        .await
        .text();
    assert!(page.contains("请补上缺少的标签"), "{page}");
    for query in ["?status=gone", "?sort=best", "?offset=-1", "?person=%20%20x%20y"] {
        let answer = site.page(&own, &format!("{CONSOLE}/waiting{query}")).await;
        assert_eq!(answer.status, 400, "{query}");
    }
    site.stop().await;
}

#[actix_web::test]
async fn members_are_listed_with_who_has_gone_silent_and_leave_when_they_are_sent_away() {
    let mut folder = fixes();
    folder
        .people
        .push(format!("ed,Ed,shanghai,{},,github:ed", moment(ago(24 * 4))));
    folder
        .people
        .push(format!("fe,Fe,shanghai,,{},github:fe", moment(ago(24 * 2))));
    let old = Fix::new("github", 9, "di");
    folder.pulls = vec![
        Fix::new("github", 1, "ada").merged(ago(5)).line(),
        Fix {
            created_at: ago(24 * 6),
            ..old.merged(ago(24 * 5))
        }
        .line(),
    ];
    let site = Site::of(&folder).await;
    let own = site.organizer("lead", "spring", "shanghai").await;
    let listed = |page: &str| -> Vec<String> {
        let body = between(page, "<tbody>", "</tbody>");
        body.split("/people/")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap_or("").to_owned())
            .collect()
    };
    for (query, people) in [
        ("", &["ada", "di", "ed"][..]),
        ("?show=former", &["fe"]),
        ("?show=all", &["ada", "di", "ed", "fe"]),
        ("?show=silent&days=3", &["di", "ed"]),
        ("?sort=last", &["di", "ed", "ada"]),
        ("?sort=points&q=d", &["ada", "di", "ed"]),
        ("?q=DI", &["di"]),
    ] {
        let page = site.page(&own, &format!("{CONSOLE}/members{query}")).await;
        assert_eq!(page.status, 200, "{query}");
        assert_eq!(listed(&page.text()), people, "{query}");
    }
    let page = site.page(&own, &format!("{CONSOLE}/members?days=3")).await.text();
    assert!(page.contains("silent for 5 days"), "{page}");
    assert!(page.contains("nothing yet, after 4 days"), "{page}");
    for query in ["?days=5", "?show=both", "?sort=age"] {
        assert_eq!(
            site.page(&own, &format!("{CONSOLE}/members{query}")).await.status,
            400,
            "{query}"
        );
    }
    // Sent away: what was merged before stays with the team.
    let answer = site.submit(&own, &format!("{CONSOLE}/members/ada/remove"), &[]).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    assert_eq!(answer.header("location"), format!("{CONSOLE}/members?done=1"));
    let page = site.page(&own, &format!("{CONSOLE}/members")).await.text();
    assert_eq!(listed(&page), ["di", "ed"]);
    let former = site
        .page(&own, &format!("{CONSOLE}/members?show=former&sort=points"))
        .await
        .text();
    assert_eq!(listed(&former), ["ada", "fe"]);
    assert_eq!(of_team(&site.board().await, "shanghai", "points"), 2);
    let twice = site.submit(&own, &format!("{CONSOLE}/members/ada/remove"), &[]).await;
    assert_eq!(twice.status, 409, "{}", twice.text());
    site.stop().await;
}

#[actix_web::test]
async fn requests_are_answered_once_and_invites_let_in_until_they_are_taken_back() {
    let site = Site::of(&fixes()).await;
    let own = site.organizer("lead", "spring", "shanghai").await;
    let names = ["gia", "hal", "ida"];
    let mut people = Vec::new();
    for name in names {
        people.push(site.signed(name, None).await);
    }
    let slug = |who: Signed| {
        let site = &site;
        async move {
            let session = site.see(&who, "/api/v1/session").await.json();
            session["account"]["person"].as_str().unwrap().to_owned()
        }
    };
    let ask = "/api/v1/competitions/spring/teams/shanghai/requests";
    for who in &people[..2] {
        let answer = site.post(who, ask, json!({"text": "<b>me</b>"})).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
    }
    let page = site.page(&own, &format!("{CONSOLE}/requests")).await.text();
    assert!(
        page.contains("&lt;b&gt;me&lt;/b&gt;") && !page.contains("<b>me</b>"),
        "{page}"
    );
    for (person, status, code) in [
        (0, "accepted", 303),
        (1, "declined", 303),
        (1, "accepted", 409),
        (2, "accepted", 404),
        (0, "maybe", 422),
    ] {
        let path = format!("{CONSOLE}/requests/{}", slug(people[person].clone()).await);
        let answer = site.submit(&own, &path, &[("status", status)]).await;
        assert_eq!(answer.status, code, "{person} {status}: {}", answer.text());
    }
    let page = site.page(&own, &format!("{CONSOLE}/members")).await.text();
    assert!(page.contains(">gia<") && !page.contains(">hal<"), "{page}");
    let page = site
        .page(&own, &format!("{CONSOLE}/requests?show=answered"))
        .await
        .text();
    assert!(page.contains("let in") && page.contains("declined"), "{page}");

    // A form that is refused keeps what was typed and says what is wrong beside the field.
    for (uses, expires, field) in [
        ("0", "", "f-uses-error"),
        ("many", "", "f-uses-error"),
        ("7", "tomorrow", "f-expires_at-error"),
        ("7", "2001-01-01T10:00", "f-expires_at-error"),
    ] {
        let form = [("uses", uses), ("expires_at", expires)];
        let answer = site.submit(&own, &format!("{CONSOLE}/invites"), &form).await;
        assert_eq!(answer.status, 422, "{uses} {expires}");
        let page = answer.text();
        assert!(page.contains(field), "{uses} {expires}: {page}");
        assert!(page.contains(&format!("value=\"{uses}\"")), "{page}");
    }
    let form = [("uses", "2"), ("expires_at", "2999-12-31T18:00")];
    let answer = site.submit(&own, &format!("{CONSOLE}/invites?lang=zh"), &form).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    assert_eq!(answer.header("location"), format!("{CONSOLE}/invites?done=1&lang=zh"));
    let expires = site
        .database
        .texts("SELECT CAST(expires_at AS TEXT) AS text FROM invites")
        .remove(0);
    // 18:00 on the event's clock, which is Shanghai's.
    assert_eq!(expires, "32503629600000");
    let code = site.database.texts("SELECT code AS text FROM invites").remove(0);
    let page = site.page(&own, &format!("{CONSOLE}/invites")).await.text();
    let link = format!("{}/competitions/spring/join/{code}", site.url);
    assert!(page.contains(&link) && page.contains("class=\"qr\""), "{link}: {page}");
    let joined = site
        .post(
            &people[2],
            &format!("/api/v1/competitions/spring/invites/{code}"),
            json!({}),
        )
        .await;
    assert!(joined.status < 300, "{}", joined.text());
    let page = site.page(&own, &format!("{CONSOLE}/invites")).await.text();
    assert!(page.contains("1 of 2 used"), "{page}");
    let answer = site.submit(&own, &format!("{CONSOLE}/invites/{code}/end"), &[]).await;
    assert_eq!(answer.status, 303);
    let page = site.page(&own, &format!("{CONSOLE}/invites")).await.text();
    assert!(page.contains("taken back") && !page.contains(&link), "{page}");
    site.stop().await;
}

#[actix_web::test]
async fn an_announcement_is_put_replaced_and_taken_away() {
    let site = Site::of(&fixes()).await;
    let own = site.organizer("lead", "spring", "shanghai").await;
    let path = format!("{CONSOLE}/announcement");
    let long = "长".repeat(2_001);
    for (text, status, stands) in [
        ("We meet at 7.\n<i>Room</i> 4", 303, Some("&lt;i&gt;Room&lt;/i&gt; 4")),
        (long.as_str(), 422, Some("&lt;i&gt;Room&lt;/i&gt; 4")),
        ("At 8.", 303, Some("At 8.")),
        ("", 303, None),
    ] {
        let answer = site.submit(&own, &path, &[("text", text)]).await;
        assert_eq!(answer.status, status, "{text}");
        if status == 422 {
            let page = answer.text();
            assert!(
                page.contains("f-text-error") && page.contains(&long),
                "what was typed is kept"
            );
        }
        let page = site.page(&own, CONSOLE).await.text();
        match stands {
            Some(stands) => assert!(page.contains(stands), "{stands}: {page}"),
            None => assert!(!page.contains("class=\"note\""), "{page}"),
        }
    }
    site.stop().await;
}

/// Cells of a CSV file, without its byte order mark.
fn cells_of_csv(bytes: &[u8]) -> Vec<String> {
    let bytes = bytes.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes);
    let rows = reader.records().map(|row| row.unwrap());
    rows.flat_map(|row| row.iter().map(str::to_owned).collect::<Vec<_>>())
        .collect()
}

/// The texts of a workbook's first sheet, and whether it holds anything that runs.
fn cells_of_xlsx(bytes: &[u8]) -> Vec<String> {
    let mut book = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut part = |name: &str| {
        let mut text = String::new();
        book.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    };
    let (strings, sheet) = (part("xl/sharedStrings.xml"), part("xl/worksheets/sheet1.xml"));
    let strings = roxmltree::Document::parse(&strings).unwrap();
    let text_of = |node: roxmltree::Node<'_, '_>| -> String {
        node.descendants()
            .filter_map(|inner| inner.text().filter(|_| inner.is_element()))
            .collect()
    };
    let strings: Vec<String> = strings
        .descendants()
        .filter(|node| node.has_tag_name((node.tag_name().namespace().unwrap_or(""), "si")))
        .map(text_of)
        .collect();
    let sheet = roxmltree::Document::parse(&sheet).unwrap();
    let named =
        |name: &'static str| move |node: &roxmltree::Node<'_, '_>| node.is_element() && node.tag_name().name() == name;
    assert_eq!(sheet.descendants().filter(named("f")).count(), 0, "a formula");
    let cells = sheet.descendants().filter(named("c"));
    cells
        .filter(|cell| cell.attribute("t") == Some("s"))
        .map(|cell| strings[text_of(cell).parse::<usize>().unwrap()].clone())
        .collect()
}

#[actix_web::test]
async fn i3_cells_that_a_spreadsheet_would_run_are_text_in_every_file() {
    let leads = ['=', '+', '-', '@', '\t', '\r'];
    let mut folder = Folder::new();
    folder.teams[0] = "shanghai,city,CN-SH,\"=HYPERLINK(\"\"http://evil\"\",\"\"x\"\")\",@上海,".into();
    folder.people = vec![
        "ada,\"=cmd|' /C calc'!A0\",shanghai,,,github:ada".into(),
        "di,+Di,shanghai,,,github:di".into(),
        "ed,-Ed,shanghai,,,github:ed".into(),
        "fe,@Fe,shanghai,,,github:fe".into(),
    ];
    folder.pulls = leads
        .iter()
        .zip(20..)
        .map(|(lead, number)| {
            let mut fix = Fix::new("github", number, "ada");
            fix.title = format!("{lead}SUM(1+{number})*fix");
            fix.line()
        })
        .collect();
    let site = Site::of(&folder).await;
    let own = site.organizer("lead", "spring", "shanghai").await;
    let mut seen = BTreeSet::new();
    for file in FILES {
        let answer = site.page(&own, &format!("{CONSOLE}{file}")).await;
        assert_eq!(answer.status, 200, "{file}");
        let name = format!("spring-shanghai-{}", &file[1..]);
        assert_eq!(
            answer.header("content-disposition"),
            format!("attachment; filename=\"{name}\"")
        );
        let cells = if file.ends_with("csv") {
            assert!(answer.body.starts_with("\u{FEFF}".as_bytes()), "{file}");
            cells_of_csv(&answer.body)
        } else {
            cells_of_xlsx(&answer.body)
        };
        for cell in &cells {
            assert!(!cell.starts_with(leads), "{file}: {cell:?}");
            seen.extend(cell.strip_prefix('\'').map(str::to_owned));
        }
    }
    for (path, accept) in [
        ("/api/v1/competitions/spring/leaderboard", "en"),
        ("/api/v1/competitions/spring/leaderboard", "zh"),
        ("/api/v1/competitions/spring/people", "en"),
    ] {
        let headers = [("accept", "text/csv"), ("accept-language", accept)];
        let answer = site.get_with(path, &headers).await;
        let cells = cells_of_csv(&answer.body);
        assert!(cells.len() > 10, "{path}");
        for cell in cells {
            assert!(!cell.starts_with(leads), "{path}: {cell:?}");
            seen.extend(cell.strip_prefix('\'').map(str::to_owned));
        }
    }
    // They are there, whole, behind their apostrophe.
    for text in [
        "=cmd|' /C calc'!A0",
        "+Di",
        "-Ed",
        "@Fe",
        "=HYPERLINK(\"http://evil\",\"x\")",
        "@上海",
        "=SUM(1+20)*fix",
        "+SUM(1+21)*fix",
        "-SUM(1+22)*fix",
        "@SUM(1+23)*fix",
        "\tSUM(1+24)*fix",
        "\rSUM(1+25)*fix",
    ] {
        assert!(seen.contains(text), "{text:?}: {seen:?}");
    }
    site.stop().await;
}

#[actix_web::test]
async fn s11_a_freeze_hides_from_an_organizer_what_it_hides_from_the_public() {
    let mut folder = fixes();
    folder.freeze_at = Some(ago(2));
    let mut hidden = Fix::new("github", 10, "ada").merged(ago(1));
    hidden.labels = vec!["kind/bug".into(), "secret/huge".into()];
    folder.scoring.push_str("labels = { \"secret/huge\" = 777 }\n");
    folder.pulls.push(hidden.line());
    let site = Site::of(&folder).await;
    let own = site.organizer("lead", "spring", "shanghai").await;
    let pages = PAGES.iter().chain(&FILES[..1]).chain(&FILES[2..3]);
    for path in pages {
        let text = site.page(&own, &format!("{CONSOLE}{path}")).await.text();
        assert!(!text.contains("777"), "{path}: {text}");
    }
    let page = site.page(&own, CONSOLE).await.text();
    assert!(page.contains("The board is frozen"), "{page}");
    assert!(page.contains("<dt>Points</dt><dd>2</dd>"), "{page}");
    // The hidden one waits, and only that is said of it.
    for (query, shown) in [("", true), ("?status=waiting", true), ("?status=review", false)] {
        let page = site.page(&own, &format!("{CONSOLE}/waiting{query}")).await.text();
        assert_eq!(page.contains("Fix crack 10"), shown, "{query}: {page}");
    }
    let results = site.page(&own, &format!("{CONSOLE}/results.csv")).await;
    let row: Vec<String> = cells_of_csv(&results.body);
    let at = row.iter().position(|cell| cell == "Fix crack 10").unwrap();
    assert_eq!(
        row[at + 5..at + 7],
        ["Held until the reveal".to_owned(), "0".to_owned()]
    );
    // The certificate and the wall as well, for a judge too.
    let host = site.admin().await;
    for path in [
        "/competitions/spring/people/ada/certificate.svg",
        "/competitions/spring/wall",
    ] {
        let public = site.get_with(path, &[("accept", "text/html")]).await.text();
        let seen = site.page(&host, path).await.text();
        for text in [&public, &seen] {
            assert!(!text.contains("777") && !text.contains("778"), "{path}: {text}");
        }
    }
    let drawing = site.get("/competitions/spring/people/ada/certificate.svg").await.text();
    assert!(drawing.contains("1 fix in all"), "{drawing}");
    site.stop().await;
}

#[actix_web::test]
async fn a_team_that_is_not_approved_has_a_console_that_says_what_happens_next() {
    let site = Site::of(&fixes()).await;
    let applicant = site.signed("applicant", None).await;
    let body = json!({
        "slug": "hangzhou", "kind": "city", "region": "CN-ZJ", "name": {"en": "Hangzhou MSG", "zh": "杭州 MSG"},
        "capacity": 3, "statement": "We meet on Thursdays.",
    });
    let answer = site.post(&applicant, "/api/v1/competitions/spring/teams", body).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    for path in PAGES.iter().chain(&FILES) {
        let path = format!("/competitions/spring/teams/hangzhou/console{path}");
        let answer = site.page(&applicant, &path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    }
    let page = site
        .page(&applicant, "/competitions/spring/teams/hangzhou/console")
        .await;
    assert!(
        page.text().contains("The application is with the host"),
        "{}",
        page.text()
    );
    assert!(page.text().contains("Not on the board"), "{}", page.text());
    site.stop().await;
}

#[actix_web::test]
async fn what_an_organizer_does_is_in_the_audit_log() {
    let site = Site::of(&fixes()).await;
    let own = site.organizer("lead", "spring", "shanghai").await;
    for (form, fields) in [
        ("/announcement", &[("text", "Hello")][..]),
        ("/invites", &[("uses", "5")]),
        ("/members/di/remove", &[]),
    ] {
        let answer = site.submit(&own, &format!("{CONSOLE}{form}"), fields).await;
        assert_eq!(answer.status, 303, "{form}: {}", answer.text());
    }
    let acts = site.database.texts("SELECT act AS text FROM audit ORDER BY id");
    for act in ["team.announce", "invite.make", "team.remove"] {
        assert_eq!(acts.iter().filter(|own| *own == act).count(), 1, "{act}: {acts:?}");
    }
    site.stop().await;
}
