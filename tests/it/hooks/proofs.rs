use crate::support::*;

#[actix_web::test]
async fn h1_every_forge_is_believed_by_its_proof_and_a_covered_body_scores() {
    let site = Site::of(&Folder::new()).await;
    for (forge, author) in [("github", "ada"), ("gitlab", "bo"), ("gitcode", "cy")] {
        site.deliver(&hook(&Fix::new(forge, 7, author))).await;
    }
    assert_eq!(site.settled().await, ["done "; 3]);
    assert_eq!(
        site.submissions(),
        [
            "gitcode:clayworks/gitcode!7 accepted 1",
            "github:clayworks/github!7 accepted 1",
            "gitlab:clayworks/gitlab!7 accepted 1"
        ]
    );
    let board = site
        .board_where("three fixes", |board| {
            ["shanghai", "tsinghua", "clay"]
                .iter()
                .all(|team| of_team(board, team, "points") == 1)
        })
        .await;
    assert_eq!(of_team(&board, "clay", "fixes"), 1);
    site.stop().await;
}

#[actix_web::test]
async fn h1_a_flipped_bit_a_wrong_or_a_missing_proof_is_401_and_keeps_nothing() {
    let site = Site::of(&Folder::new()).await;
    for forge in ["github", "gitlab", "gitcode"] {
        let good = hook(&Fix::new(forge, 1, "ada"));
        for at in [0, good.body.len() / 2, good.body.len() - 1] {
            let mut flipped = good.clone();
            flipped.body[at] ^= 1;
            site.send(&flipped).await.is_problem(401);
        }
    }
    let fix = |forge| Fix::new(forge, 1, "ada");
    for refused in [
        github(&fix("github"), "another"),
        github(&fix("github"), SECRET).without("X-Hub-Signature-256"),
        gitee_with_password(&fix("gitee"), "another"),
        gitee_with_password(&fix("gitee"), SECRET).without("X-Gitee-Token"),
        gitee_signed(&fix("gitee"), "another", 0),
        gitlab(&fix("gitlab"), "another"),
        gitlab(&fix("gitlab"), SECRET).without("X-Gitlab-Token"),
        gitlab_signed(&fix("gitlab"), "another"),
        gitcode(&fix("gitcode"), "another"),
        gitcode(&fix("gitcode"), SECRET).without("X-GitCode-Signature-256"),
    ] {
        let answer = site.send(&refused).await;
        answer.is_problem(401);
        assert!(!answer.text().contains(SECRET));
    }
    assert_eq!(site.database.count("deliveries"), 0);
    site.stop().await;
}

#[actix_web::test]
async fn h2_a_sha1_signature_alone_is_refused() {
    let site = Site::of(&Folder::new()).await;
    let hook = github(&Fix::new("github", 1, "ada"), SECRET).without("X-Hub-Signature-256");
    let answer = site
        .send(&hook.with("X-Hub-Signature", "sha1=3f2a4c0000000000000000000000000000000000"))
        .await;
    answer.is_problem(401);
    assert!(answer.text().contains("SHA-1"), "{}", answer.text());
    site.stop().await;
}

#[actix_web::test]
async fn h3_gitee_signs_within_five_minutes() {
    let site = Site::of(&Folder::new()).await;
    let fix = |number| Fix::new("gitee", number, "ada");
    for skew in [-310_000, 310_000] {
        site.send(&gitee_signed(&fix(1), SECRET, skew)).await.is_problem(401);
    }
    for (number, skew) in [(2, -240_000), (3, 240_000)] {
        site.deliver(&gitee_signed(&fix(number), SECRET, skew)).await;
    }
    site.stop().await;
}

#[actix_web::test]
async fn h3_a_valid_sign_over_an_altered_body_changes_no_score() {
    let site = Site::of(&Folder::new()).await;
    let mut folder = Folder::new();
    // What is known is proven; then somebody who has seen one signed request writes bodies of their own.
    folder.pulls = vec![
        Fix::new("gitee", 1, "ada").line(),
        Fix::new("gitee", 2, "bo").open().line(),
    ];
    site.seed(folder.on_disk().path()).await;
    let before = site
        .board_where("the seeded fix", |board| of_team(board, "shanghai", "points") == 1)
        .await;
    let stolen = Fix::new("gitee", 1, "cy").merged(ago(0));
    let merged = Fix::new("gitee", 2, "bo").merged(ago(0));
    let invented = Fix::new("gitee", 3, "cy");
    for fix in [stolen, merged, invented] {
        site.deliver(&gitee_signed(&fix, SECRET, 0)).await;
    }
    assert_eq!(site.settled().await, ["done "; 3]);
    let after = site.board().await;
    for team in ["shanghai", "tsinghua", "clay"] {
        for field in ["points", "fixes", "contributors", "reached_at"] {
            assert_eq!(
                of_team(&before, team, field),
                of_team(&after, team, field),
                "{team} {field}"
            );
        }
    }
    assert!(
        site.submissions()
            .contains(&"gitee:clayworks/gitee!1 accepted 1".to_owned())
    );
    site.stop().await;
}

#[actix_web::test]
async fn h4_a_gitlab_token_vouches_for_the_sender_only() {
    let site = Site::of(&Folder::new()).await;
    site.deliver(&gitlab(&Fix::new("gitlab", 1, "ada"), SECRET)).await;
    site.settled().await;
    assert_eq!(site.submissions(), ["gitlab:clayworks/gitlab!1 waiting 0"]);
    let at = (chrono::Utc::now().timestamp() - 301).to_string();
    let stale = gitlab_signed(&Fix::new("gitlab", 2, "ada"), SECRET);
    let message = [b"old.", at.as_bytes(), b".", &stale.body].concat();
    let sign = format!("v1,{}", base64(&hmac(SECRET.as_bytes(), &message)));
    let stale = stale
        .with("webhook-id", "old")
        .with("webhook-timestamp", at)
        .with("webhook-signature", sign);
    site.send(&stale).await.is_problem(401);
    site.stop().await;
}

#[actix_web::test]
async fn h5_a_wrong_gitcode_signature_is_not_made_up_for_by_the_token() {
    let site = Site::of(&Folder::new()).await;
    let wrong = gitcode(&Fix::new("gitcode", 1, "ada"), "another").with("X-GitCode-Token", SECRET);
    site.send(&wrong).await.is_problem(401);
    let token = gitcode(&Fix::new("gitcode", 1, "ada"), SECRET)
        .without("X-GitCode-Signature-256")
        .with("X-GitCode-Token", SECRET);
    site.deliver(&token).await;
    site.settled().await;
    assert_eq!(site.submissions(), ["gitcode:clayworks/gitcode!1 waiting 0"]);
    site.stop().await;
}

#[actix_web::test]
async fn h10_an_uncovered_body_waits_unless_its_source_asks_for_no_more() {
    let mut folder = Folder::new();
    folder.sources = format!(
        "{}\n[[source]]\nname = \"trusted\"\nforge = \"gitee\"\nsecrets = [\"literal:{SECRET}\"]\nconfirm = false\n\
         [[source]]\nname = \"doubted\"\nforge = \"github\"\nsecrets = [\"literal:{SECRET}\"]\nconfirm = true\n",
        folder.sources
    );
    let site = Site::of(&folder).await;
    site.deliver(&gitee_with_password(&Fix::new("gitee", 1, "ada"), SECRET))
        .await;
    let mut trusted = gitee_with_password(&Fix::new("gitee", 2, "bo"), SECRET);
    trusted.path = "/hooks/gitee/trusted".into();
    site.deliver(&trusted).await;
    let mut doubted = github(&Fix::new("github", 3, "cy"), SECRET);
    doubted.path = "/hooks/github/doubted".into();
    site.deliver(&doubted).await;
    assert_eq!(site.settled().await, ["done "; 3]);
    assert_eq!(
        site.submissions(),
        [
            "gitee:clayworks/gitee!1 waiting 0",
            "gitee:clayworks/gitee!2 accepted 1",
            "github:clayworks/github!3 waiting 0"
        ]
    );
    let board = site
        .board_where("both are pending", |board| of_team(board, "clay", "pending") == 1)
        .await;
    assert_eq!(of_team(&board, "shanghai", "pending"), 1);
    site.stop().await;
}

#[actix_web::test]
async fn h13_both_secrets_hold_while_one_is_rotated() {
    let mut folder = Folder::new();
    folder.sources = folder.sources.replace(
        &format!("[\"literal:{SECRET}\"]"),
        &format!("[\"literal:{SECRET}\", \"literal:the-next-one\"]"),
    );
    let site = Site::of(&folder).await;
    for (number, secret) in [(1, SECRET), (2, "the-next-one")] {
        site.deliver(&github(&Fix::new("github", number, "ada"), secret)).await;
        site.deliver(&gitee_with_password(&Fix::new("gitee", number, "ada"), secret))
            .await;
        site.deliver(&gitlab_signed(&Fix::new("gitlab", number, "ada"), secret))
            .await;
        site.deliver(&gitcode(&Fix::new("gitcode", number, "ada"), secret))
            .await;
    }
    site.send(&github(&Fix::new("github", 3, "ada"), "the-last-one"))
        .await
        .is_problem(401);
    site.stop().await;
}

#[actix_web::test]
async fn a_gitee_password_never_reaches_the_disk() {
    let site = Site::of(&Folder::new()).await;
    let database = site.database.clone();
    let password = "pa55-word-of-a-hook-that-nobody-seeded";
    let mut folder = Folder::new();
    // The definition is stored as it was given, a literal secret with it: this one comes from the environment.
    folder.sources = "[[source]]\nname = \"kiln\"\nforge = \"gitee\"\nsecrets = [\"env:KILN_TEST\"]\n".into();
    drop(site);
    let database_url = database.url.clone();
    let dir = folder.on_disk();
    bugathlon(&database_url, &["seed", dir.path().to_str().unwrap()])
        .await
        .fine();
    let server = Server::start_with(&database, &[("KILN_TEST", password)]).await;
    let site = Site::at(server.url.clone(), database.clone());
    let good = gitee_with_password(&Fix::new("gitee", 1, "ada"), password);
    assert!(String::from_utf8_lossy(&good.body).contains(password));
    site.deliver(&good).await;
    // Not as JSON either.
    let mut odd = good.clone();
    odd.body.truncate(odd.body.len() - 1);
    site.deliver(&odd).await;
    site.settled().await;
    let stored =
        database.texts("SELECT delivery_key || event || state || COALESCE(reason, '') AS text FROM deliveries");
    assert_eq!(stored.len(), 2);
    let kept = bodies(&database);
    assert_eq!(kept.len(), 2);
    for body in &kept {
        assert!(body.contains("merge_request_hooks"), "the body is kept: {body}");
        assert!(!body.contains(password), "{body}");
    }
    for file in database.files() {
        let bytes = std::fs::read(&file).unwrap();
        let found = bytes
            .windows(password.len())
            .any(|window| window == password.as_bytes());
        assert!(!found, "{}", file.display());
    }
    drop(server);
}

/// The bodies of all deliveries, unpacked.
fn bodies(database: &Database) -> Vec<String> {
    let sql = if database.is_postgres() {
        "SELECT encode(body, 'hex') AS text FROM deliveries ORDER BY id"
    } else {
        "SELECT lower(hex(body)) AS text FROM deliveries ORDER BY id"
    };
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    let unhex = |text: String| text.as_bytes().chunks(2).map(byte).collect::<Vec<u8>>();
    database
        .texts(sql)
        .into_iter()
        .map(|text| String::from_utf8(bugathlon::app::unpack(&unhex(text)).unwrap()).unwrap())
        .collect()
}
