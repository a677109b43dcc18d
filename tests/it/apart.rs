//! A competition whose stored definition cannot be read is held apart, and the others go on.

use crate::support::*;

fn autumn() -> Folder {
    let mut folder = Folder {
        slug: "autumn".into(),
        ..Folder::new()
    };
    folder.sources += &format!("\n[[source]]\nname = \"oven\"\nforge = \"github\"\nsecrets = [\"literal:{SECRET}\"]\n");
    folder
}

async fn points_in(site: &Site, slug: &str, wanted: i64) {
    let path = format!("/api/v1/competitions/{slug}/leaderboard");
    until(&format!("{wanted} points in {slug}"), || async {
        let answer = site.get(&path).await;
        (answer.status == 200 && of_team(&answer.json(), "shanghai", "points") == wanted).then_some(())
    })
    .await;
}

fn define(site: &Site, definition: &str) {
    let quoted = definition.replace('\'', "''");
    let sql = format!("UPDATE competitions SET definition = '{quoted}', revision = revision + 1 WHERE slug = 'autumn'");
    site.database.run(&sql).unwrap();
}

#[actix_web::test]
async fn a_definition_that_cannot_be_read_stops_nobody_else_and_takes_in_later_what_passed_it_by() {
    let site = Site::of(&Folder::new()).await;
    site.seed(autumn().on_disk().path()).await;
    site.deliver(&hook(&Fix::new("github", 1, "ada"))).await;
    points_in(&site, "spring", 1).await;
    points_in(&site, "autumn", 1).await;
    let definition = site
        .database
        .texts("SELECT definition AS text FROM competitions WHERE slug = 'autumn'");
    let oven = |number| {
        let mut hook = hook(&Fix::new("github", number, "ada"));
        hook.path = "/hooks/github/oven".into();
        hook
    };
    define(&site, &definition[0].replace("Asia/Shanghai", "Asia/Atlantis"));
    until("its own source is shut", || async {
        (site.send(&oven(1)).await.status == 503).then_some(())
    })
    .await;
    // The others count on; what was shown of it last is shown.
    site.deliver(&hook(&Fix::new("github", 2, "ada"))).await;
    points_in(&site, "spring", 2).await;
    let settled = site.settled().await;
    // What came by its own source in the last moment is put aside, and looked at again later.
    let fine = |line: &String| line == "done " || line.contains("names the source");
    assert!(settled.iter().all(fine), "{settled:?}");
    points_in(&site, "autumn", 1).await;
    assert_eq!(site.get("/readyz").await.status, 200);
    // A start over it is a start.
    let twin = site.twin().await;
    points_in(&twin, "spring", 2).await;
    twin.get("/api/v1/competitions/autumn/leaderboard")
        .await
        .is_problem(503);
    twin.stop().await;
    // It is said.
    let examined = bugathlon(&site.database.url, &["doctor"]).await;
    assert_eq!(examined.code, 3);
    assert!(
        examined.out.contains("autumn: held apart") && examined.out.contains("Atlantis"),
        "{}",
        examined.out
    );
    let host = site.admin().await;
    for (lang, said) in [("en", "Held apart"), ("zh", "已单独搁置")] {
        let page = site.see(&host, &format!("/host?lang={lang}")).await.text();
        assert!(
            page.contains("autumn") && page.contains(said) && page.contains("spring"),
            "{page}"
        );
    }
    // Not even TOML: no source of it is known, and any unknown one may be its own.
    define(&site, "slug =");
    until("any unknown source waits", || async {
        (site.send(&oven(1)).await.status == 503).then_some(())
    })
    .await;
    site.deliver(&hook(&Fix::new("github", 4, "ada"))).await;
    points_in(&site, "spring", 3).await;
    define(&site, &definition[0]);
    points_in(&site, "autumn", 3).await;
    until("its source is open", || async {
        (site.send(&oven(5)).await.status == 202).then_some(())
    })
    .await;
    points_in(&site, "autumn", 4).await;
    assert_eq!(site.database.count("competitions WHERE apart_since IS NOT NULL"), 0);
    let entries = site.database.count("ledger");
    for slug in ["spring", "autumn"] {
        bugathlon(&site.database.url, &["rebuild", slug]).await.fine();
    }
    assert_eq!(
        site.database.count("ledger"),
        entries,
        "a rebuild finds nothing that differs"
    );
    site.stop().await;
}

#[actix_web::test]
async fn a_stored_definition_may_have_keys_that_only_another_version_knows() {
    let site = Site::of(&Folder::new()).await;
    site.seed(autumn().on_disk().path()).await;
    let definition = site
        .database
        .texts("SELECT definition AS text FROM competitions WHERE slug = 'autumn'");
    let later = definition[0].replace("[scoring]", "later = 3\n[scoring]") + "\n[[track]]\nslug = \"t\"\n";
    define(&site, &later);
    site.deliver(&hook(&Fix::new("github", 1, "ada"))).await;
    points_in(&site, "autumn", 1).await;
    let examined = bugathlon(&site.database.url, &["doctor"]).await.fine();
    for key in ["rules.later", "track"] {
        assert!(examined.contains(&format!("autumn: {key}: is unknown")), "{examined}");
    }
    // New text is refused for the same.
    let dir = autumn().on_disk();
    std::fs::write(dir.path().join("competition.toml"), later).unwrap();
    let said = bugathlon(&site.database.url, &["seed", dir.path().to_str().unwrap()]).await;
    assert!(said.code == 1 && said.err.contains("rules.later"), "{said:?}");
    site.stop().await;
}
