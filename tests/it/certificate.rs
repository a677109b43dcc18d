//! Certificates and levels.

use crate::support::*;

fn drawing(text: &str) -> roxmltree::Document<'_> {
    roxmltree::Document::parse(text).unwrap_or_else(|why| panic!("{why}: {text}"))
}

/// The words of a drawing, a line each.
fn words(text: &str) -> Vec<String> {
    let document = drawing(text);
    let texts = document.descendants().filter(|node| node.tag_name().name() == "text");
    texts
        .map(|node| {
            node.descendants()
                .filter_map(|inner| inner.text().filter(|_| inner.is_text()))
                .collect()
        })
        .collect()
}

fn of(fixes: u64) -> Folder {
    let mut folder = Folder::new();
    folder.pulls = (1..=fixes)
        .map(|number| Fix::new("github", number, "ada").line())
        .collect();
    folder
}

const ADA: &str = "/competitions/spring/people/ada/certificate";

#[actix_web::test]
async fn a_certificate_says_who_what_and_so_far_in_both_languages() {
    let site = Site::of(&of(6)).await;
    let svg = format!("{ADA}.svg");
    for (lang, wanted) in [
        (
            "en",
            &[
                "CERTIFICATE",
                "Ada",
                "for Shanghai MSG",
                "Growing",
                "GI-00001",
                "6 fixes in all",
                "Spring",
                "6",
                "fixes counted",
                "points",
                "1",
                "rank of 4",
                "JT",
                "100",
            ][..],
        ),
        (
            "zh",
            &[
                "证书",
                "所在队伍：上海 MSG",
                "成长",
                "累计 6 个修复",
                "春",
                "个修复计入",
                "积分",
            ],
        ),
    ] {
        let answer = site.get_with(&svg, &[("accept-language", lang)]).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-type"), "image/svg+xml");
        assert_eq!(
            answer.header("content-security-policy"),
            "default-src 'none'; sandbox; frame-ancestors 'none'"
        );
        let text = answer.text();
        let said = words(&text);
        for word in wanted {
            assert!(said.iter().any(|line| line == word), "{lang} {word}: {said:?}");
        }
        let so_far = if lang == "en" {
            "So far, as of "
        } else {
            "尚非最终结果"
        };
        assert!(said.iter().any(|line| line.contains(so_far)), "{said:?}");
        // It loads nothing: no address but those that it prints.
        for loads in ["href", "<style", "<script", "<image", "@import", "<foreignObject"] {
            assert!(!text.contains(loads), "{loads}");
        }
        let page = site
            .get_with(ADA, &[("accept", "text/html"), ("accept-language", lang)])
            .await;
        assert_eq!(page.status, 200);
        assert!(page.text().contains(&format!("src=\"{svg}\"")), "{}", page.text());
    }
    let person = site.get("/competitions/spring/people/ada").await.text();
    assert!(person.contains(&format!("href=\"{ADA}\"")), "{person}");
    for path in [
        "/competitions/spring/people/nobody/certificate",
        "/competitions/nowhere/people/ada/certificate.svg",
    ] {
        assert_eq!(site.get(path).await.status, 404, "{path}");
    }
    site.stop().await;
}

#[actix_web::test]
async fn i1_a_certificate_of_hostile_names_is_one_drawing_and_holds_no_markup_of_theirs() {
    let plain = {
        let site = Site::of(&of(1)).await;
        let text = site.get(&format!("{ADA}.svg")).await.text();
        site.stop().await;
        text
    };
    let elements = |text: &str| {
        let document = drawing(text);
        let mut names: Vec<String> = document
            .descendants()
            .filter(roxmltree::Node::is_element)
            .map(|node| {
                let attributes: Vec<&str> = node.attributes().map(|attribute| attribute.name()).collect();
                format!("{} {}", node.tag_name().name(), attributes.join(" "))
            })
            .collect();
        names.sort();
        names.dedup();
        names
    };
    let known = elements(&plain);
    for name in [
        "</text></svg><script>alert(1)</script>",
        "<svg onload=alert(1)>",
        "]]><![CDATA[ x &amp; &lt; &#x41; %26",
        "A\" onload=\"alert(1)",
        "<!--  <?xml version='1.0'?> <!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>",
        &"W".repeat(199),
        &"𠀀龘".repeat(90),
        "محمد بن موسى الخوارزمي ﷽﷽﷽",
        "Z\u{300}\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}\u{307}algo",
    ] {
        let mut folder = of(1);
        folder.people[0] = format!("ada,\"{}\",shanghai,,,github:ada", name.replace('"', "\"\""));
        folder.teams[0] = format!("shanghai,city,CN-SH,\"{0}\",\"{0}\",", name.replace('"', "\"\""));
        let site = Site::of(&folder).await;
        for lang in ["en", "zh"] {
            let text = site.get(&format!("{ADA}.svg?lang={lang}")).await.text();
            for element in elements(&text) {
                assert!(known.contains(&element), "{name}: {element}");
            }
            let page = site
                .get_with(&format!("{ADA}?lang={lang}"), &[("accept", "text/html")])
                .await;
            assert_eq!(page.status, 200, "{name}");
            assert!(!page.text().contains("<script>alert"), "{name}");
        }
        // A name that has room stands there whole.
        if name.chars().count() < 60 && !name.contains('\u{300}') {
            let said = words(&site.get(&format!("{ADA}.svg")).await.text()).join(" ");
            let squeezed = |text: &str| text.split_whitespace().collect::<String>();
            assert!(squeezed(&said).contains(&squeezed(name)), "{name}: {said}");
        }
        site.stop().await;
    }
}

#[actix_web::test]
async fn a_certificate_of_a_final_competition_says_final_and_when() {
    let mut folder = of(2);
    folder.opens_at = ago(24 * 30);
    folder.closes_at = ago(24);
    folder.merge_grace = "0d".into();
    folder.pulls = vec![
        Fix {
            created_at: ago(24 * 5),
            ..Fix::new("github", 1, "ada").merged(ago(24 * 4))
        }
        .line(),
    ];
    let at = ago(2);
    folder.sources.push_str(&format!(
        "\n[result]\nrevealed_at = \"{0}\"\nfinalized_at = \"{0}\"\n",
        moment(at)
    ));
    let site = Site::of(&folder).await;
    let said = words(&site.get(&format!("{ADA}.svg")).await.text());
    let day = at.with_timezone(&chrono_tz::Asia::Shanghai).format("%-d %b %Y");
    assert!(said.contains(&format!("Final results, {day}")), "{said:?}");
    site.stop().await;
}

#[actix_web::test]
async fn a_ladder_of_the_instances_own_is_what_codes_and_certificates_are_read_by() {
    let database = Database::new();
    let dir = tempfile::tempdir().unwrap();
    let levels = dir.path().join("own.toml");
    let level = |code: &str, fixes: u32| {
        format!(
            "[[level]]\ncode = \"{code}\"\nname = {{ en = \"Rung {code}\", zh = \"级 {code}\" }}\nfixes = {fixes}\n"
        )
    };
    std::fs::write(&levels, [level("AA", 0), level("BBB", 2), level("CCCC", 9)].concat()).unwrap();
    let folder = of(3);
    bugathlon(&database.url, &["seed", folder.on_disk().path().to_str().unwrap()])
        .await
        .fine();
    let server = Server::start_with(&database, &[("LEVELS", levels.to_str().unwrap())]).await;
    let site = Site::at(server.url.clone(), std::sync::Arc::new(database));
    let people = site.json("/api/v1/competitions/spring/people").await;
    let code = |slug: &str| {
        let rows = people["rows"].as_array().unwrap();
        let row = rows.iter().find(|row| row["person"]["slug"] == slug).unwrap();
        row["person"]["code"].as_str().unwrap().to_owned()
    };
    assert_eq!((code("ada").as_str(), code("bo").as_str()), ("BBB-00001", "AA-00002"));
    let said = words(&site.get(&format!("{ADA}.svg")).await.text());
    for word in ["BBB-00001", "Rung BBB", "CCCC", "9"] {
        assert!(said.iter().any(|line| line == word), "{word}: {said:?}");
    }
    let page = site
        .get_with("/competitions/spring/people/ada", &[("accept", "text/html")])
        .await
        .text();
    assert!(page.contains("6 more fixes to CCCC Rung CCCC"), "{page}");
    drop(server);

    // A ladder that is none is refused before anything is served.
    std::fs::write(&levels, level("AA", 3)).unwrap();
    for (file, code, told) in [
        (levels.to_str().unwrap(), 1, "own.toml:4: level.fixes: is 3"),
        (
            "/nowhere/levels.toml",
            3,
            "--levels (LEVELS): /nowhere/levels.toml: cannot be read",
        ),
    ] {
        let arguments = ["serve", "--listen", "127.0.0.1:0", "--levels", file];
        let output = bugathlon(&site.database.url, &arguments).await;
        assert_eq!(output.code, code, "{output:?}");
        assert!(output.err.contains(told), "{output:?}");
    }
}
