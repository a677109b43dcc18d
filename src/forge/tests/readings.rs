//! What bodies read as: whole ones as snapshots, single rules as rows of one change to a made-up body.

use super::*;
use crate::domain::pull::State;
use serde_json::{Value, json};

#[test]
fn made_up_bodies() {
    for forge in Forge::ALL {
        let all = bodies(&root().join(format!("tests/bodies/{forge}")));
        assert!(all.len() > 5, "{forge}");
        for (name, body) in all {
            let reading = read(forge, Some(event_of(forge, &name)), &body);
            insta::with_settings!({snapshot_path => "../snapshots", prepend_module_to_snapshot => false}, {
                insta::assert_snapshot!(format!("{forge}__{name}"), format!("{reading:#?}"));
            });
        }
    }
}

const OPENED: [(Forge, &str); 4] = [
    (Forge::GitHub, "pull_request-opened"),
    (Forge::Gitee, "pr-open"),
    (Forge::GitLab, "merge_request-open"),
    (Forge::GitCode, "merge_request-open"),
];

fn changed(forge: Forge, name: &str, changes: &[(&str, Value)]) -> Vec<u8> {
    let mut body: Value = serde_json::from_slice(&made_up(forge, name)).unwrap();
    for (pointer, value) in changes {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        body.pointer_mut(parent).unwrap()[key] = value.clone();
    }
    body.to_string().into_bytes()
}

fn opened(forge: Forge, changes: &[(&str, Value)]) -> Vec<u8> {
    let (_, name) = OPENED.into_iter().find(|(f, _)| *f == forge).unwrap();
    changed(forge, name, changes)
}

fn reason(forge: Forge, body: &[u8]) -> String {
    let event = if forge == Forge::GitHub {
        "pull_request"
    } else {
        "Merge Request Hook"
    };
    match read(forge, Some(event), body) {
        Err(unreadable) => unreadable.reason,
        other => panic!("readable: {other:?}"),
    }
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    let no = || json!(null);
    for (forge, place, value, wanted) in [
        (
            Forge::GitHub,
            "/pull_request/created_at",
            json!("soon"),
            "pull_request.created_at: `soon` is not a time with its zone",
        ),
        (
            Forge::GitHub,
            "/pull_request/created_at",
            no(),
            "pull_request.created_at: missing",
        ),
        (
            Forge::GitHub,
            "/pull_request/merged_at",
            json!(5),
            "pull_request.merged_at: a number where a text belongs",
        ),
        (
            Forge::GitHub,
            "/pull_request",
            json!([]),
            "pull_request: a list where an object belongs",
        ),
        (Forge::GitHub, "/pull_request", no(), "pull_request: null"),
        (Forge::GitHub, "/pull_request/title", no(), "pull_request.title: null"),
        (
            Forge::GitHub,
            "/pull_request/state",
            json!("odd"),
            "pull_request.state: `odd` is not open, closed or merged",
        ),
        (
            Forge::GitHub,
            "/pull_request/base/ref",
            json!(""),
            "pull_request.base.ref: missing",
        ),
        (
            Forge::GitHub,
            "/pull_request/user/login",
            no(),
            "pull_request.user.login: null",
        ),
        (
            Forge::GitHub,
            "/pull_request/number",
            json!(7),
            "pull_request.number: 7, and beside it 42",
        ),
        (
            Forge::GitHub,
            "/pull_request/additions",
            json!(-1),
            "pull_request.additions: a number below 0 where a whole number belongs",
        ),
        (
            Forge::GitHub,
            "/pull_request/additions",
            json!(1.5),
            "pull_request.additions: a fraction or a number too large where a whole number belongs",
        ),
        (
            Forge::GitHub,
            "/pull_request/labels",
            json!([{"id": 1}]),
            "pull_request.labels: the one at 0 has neither a name nor a title",
        ),
        (
            Forge::GitHub,
            "/repository/full_name",
            json!("kiln"),
            "repository.full_name: `kiln` is not a path such as owner/name",
        ),
        (Forge::GitHub, "/repository", no(), "repository: null"),
        (
            Forge::Gitee,
            "/pull_request/number",
            json!(0),
            "pull_request.number: 0, and beside it 998",
        ),
        (
            Forge::Gitee,
            "/hook_name",
            json!("note_hooks"),
            "hook_name: `note_hooks`, where the event promises `merge_request_hooks`",
        ),
        (
            Forge::GitLab,
            "/object_kind",
            json!("note"),
            "object_kind: `note`, where the event promises `merge_request`",
        ),
        (
            Forge::GitLab,
            "/object_attributes/iid",
            json!(0),
            "object_attributes.iid: 0 is no pull's number",
        ),
        (
            Forge::GitLab,
            "/object_attributes/iid",
            no(),
            "object_attributes.iid: missing",
        ),
        (Forge::GitLab, "/project", no(), "project: null"),
        (
            Forge::GitCode,
            "/object_attributes/target_branch",
            json!(" "),
            "object_attributes.target_branch: empty",
        ),
        (
            Forge::GitCode,
            "/object_attributes/created_at",
            json!(""),
            "object_attributes.created_at: missing",
        ),
        (
            Forge::GitCode,
            "/labels",
            json!("bug"),
            "labels: a text where a list of labels belongs",
        ),
    ] {
        assert_eq!(reason(forge, &opened(forge, &[(place, value)])), wanted);
    }
    let both = [("/number", json!(0)), ("/pull_request/number", json!(0))];
    assert_eq!(
        reason(Forge::Gitee, &opened(Forge::Gitee, &both)),
        "pull_request.number: 0 is no pull's number"
    );
}

#[test]
fn what_is_no_json_says_so() {
    for (body, wanted) in [
        (&b""[..], "the body: EOF while parsing a value at line 1 column 0"),
        (b"[]", "the body: a list where an object belongs"),
        (b"{}x", "the body: trailing characters at line 1 column 3"),
        (b"payload=%7B%7D", "repository: missing; pull_request: missing"),
        (b"load=%7B%7D", "the body: expected value at line 1 column 1"),
        (
            b"{\"number\":1,\"number\":2}",
            "the body: duplicate field `number` at line 1 column 20",
        ),
    ] {
        assert_eq!(reason(Forge::GitHub, body), wanted);
    }
    assert!(reason(Forge::GitHub, &b"[".repeat(10_000)).contains("EOF"));
    assert!(reason(Forge::GitHub, &b"{\"number\":".repeat(10_000)).contains("EOF"));
    let long = opened(Forge::GitHub, &[("/pull_request/created_at", json!("é".repeat(5_000)))]);
    assert!(reason(Forge::GitHub, &long).chars().count() < 200);
}

#[test]
fn times_in_every_forges_way() {
    for (text, wanted) in [
        ("2017-12-10T17:08:07Z", "2017-12-10T17:08:07Z"),
        ("2017-12-11T01:08:07+08:00", "2017-12-10T17:08:07Z"),
        ("2017-12-10 17:08:07 UTC", "2017-12-10T17:08:07Z"),
        ("2017-12-10 17:08:07.250 UTC", "2017-12-10T17:08:07.250Z"),
        ("2017-12-11 01:08:07 +0800", "2017-12-10T17:08:07Z"),
        ("2017-12-11T01:08:07.250+0800", "2017-12-10T17:08:07.250Z"),
        (" 2017-12-10T17:08:07Z ", "2017-12-10T17:08:07Z"),
    ] {
        for (forge, place) in [
            (Forge::GitHub, "/pull_request/created_at"),
            (Forge::Gitee, "/pull_request/created_at"),
            (Forge::GitLab, "/object_attributes/created_at"),
            (Forge::GitCode, "/object_attributes/created_at"),
        ] {
            let pull = pull_in(forge, &opened(forge, &[(place, json!(text))]));
            assert_eq!(pull.created_at.to_string(), wanted, "{forge} {text}");
        }
    }
}

#[test]
fn closed_is_not_merged() {
    let closed = ("/pull_request/state", json!("closed"));
    let at = ("/pull_request/merged_at", json!("2025-03-11T12:00:01Z"));
    let merged = |m: Value| ("/pull_request/merged", m);
    let sha = ("/pull_request/merge_commit_sha", json!("abc"));
    for (changes, state) in [
        (vec![closed.clone(), merged(json!(false))], State::Closed),
        (vec![closed.clone(), merged(json!(null))], State::Closed),
        (vec![closed.clone(), merged(json!(true))], State::Merged),
        (vec![closed.clone(), merged(json!(true)), at.clone()], State::Merged),
        (vec![closed.clone(), merged(json!(null)), at.clone()], State::Merged),
        (vec![closed.clone(), merged(json!(false)), at.clone()], State::Closed),
        (vec![at.clone()], State::Open),
        (vec![], State::Open),
    ] {
        let pull = pull_in(
            Forge::GitHub,
            &opened(Forge::GitHub, &[&changes[..], std::slice::from_ref(&sha)].concat()),
        );
        assert_eq!(pull.state, state, "{changes:?}");
        let is_merged = state == State::Merged;
        assert_eq!(
            pull.merge_sha.is_some(),
            is_merged,
            "a trial merge is none: {changes:?}"
        );
        assert_eq!(
            pull.merged_at.is_some(),
            is_merged && changes.contains(&at),
            "{changes:?}"
        );
        assert!(!pull.confirmed);
    }
    for (word, state) in [
        ("open", State::Open),
        ("opened", State::Open),
        ("reopened", State::Open),
        ("progressing", State::Open),
        ("closed", State::Closed),
        ("locked", State::Open),
        ("merged", State::Merged),
        ("Merged", State::Merged),
    ] {
        for (forge, place) in [
            (Forge::Gitee, "/pull_request/state"),
            (Forge::GitCode, "/object_attributes/state"),
        ] {
            assert_eq!(
                pull_in(forge, &opened(forge, &[(place, json!(word))])).state,
                state,
                "{forge} {word}"
            );
        }
    }
}

#[test]
fn who_wrote_it_and_who_merged_it() {
    let gitlab = |name: &str, changes: &[(&str, Value)]| pull_in(Forge::GitLab, &changed(Forge::GitLab, name, changes));
    let name = |a: &crate::domain::pull::Actor| (a.login.clone(), a.id.clone());
    let who = |login: &str, id: &str| (login.to_owned(), (!id.is_empty()).then(|| id.to_owned()));
    // GitLab names the author only by a number, and who acted by all.
    let by_author = gitlab("merge_request-open", &[]);
    assert_eq!(name(&by_author.author), who("dev0007", "51007"));
    let by_another = gitlab("merge_request-label", &[]);
    assert_eq!(name(&by_another.author), who("", "51007"));
    assert_eq!(by_another.merged_by, None);
    let merged = gitlab("merge_request-merge", &[]);
    assert_eq!(merged.merged_by.as_ref().map(name), Some(who("dev0008", "")));
    let later = gitlab("merge_request-merged-newer", &[]);
    assert_eq!(later.merged_by.as_ref().map(name), Some(who("", "51008")));
    let newer = gitlab(
        "merge_request-label",
        &[("/object_attributes/author", json!({"username": "dev0007", "id": 51007}))],
    );
    assert_eq!(name(&newer.author), who("dev0007", "51007"));
    let gitee = pull_in(Forge::Gitee, &made_up(Forge::Gitee, "pr-merge"));
    assert_eq!(gitee.merged_by.as_ref().map(|a| a.login.as_str()), Some("clay-ci-bot"));
    // Ids as numbers or digits; what is no number binds nothing.
    for (id, wanted) in [
        (json!(77), Some("77")),
        (json!("077"), Some("77")),
        (json!(18_446_744_073_709_551_615_u64), Some("18446744073709551615")),
        (json!("65f9fgas"), None),
        (json!(""), None),
        (json!(0), None),
        (json!(null), None),
    ] {
        let pull = pull_in(
            Forge::GitHub,
            &opened(Forge::GitHub, &[("/pull_request/user/id", id.clone())]),
        );
        assert_eq!(pull.author.id.as_deref(), wanted, "{id}");
    }
}

#[test]
fn odd_words_do_not_become_facts() {
    let with = |place: &str, value: Value| pull_in(Forge::GitHub, &opened(Forge::GitHub, &[(place, value)]));
    for (url, kept) in [
        ("https://github.example.com/a/b/pull/1", true),
        ("http://github.example.com/a", true),
        ("javascript:alert(1)", false),
        ("data:text/html,x", false),
        ("/a/b", false),
        ("https://", false),
    ] {
        assert_eq!(with("/pull_request/html_url", json!(url)).url.is_some(), kept, "{url}");
    }
    assert_eq!(with("/pull_request/body", json!(null)).body, "");
    assert_eq!(with("/pull_request/title", json!("a\0b")).title, "a\u{fffd}b");
    assert_eq!(with("/pull_request/labels", json!(null)).labels, Vec::<String>::new());
    assert_eq!(
        with("/pull_request/labels", json!([{"name": " Bug "}])).labels,
        [" Bug "]
    );
    assert_eq!(with("/pull_request/head", json!(null)).head_branch, None);
}

#[test]
fn events_that_are_not_about_a_pulls_facts() {
    let ignored = |forge, event, body: &[u8]| matches!(read(forge, event, body), Ok(Reading::Ignored(_)));
    for event in [
        "push",
        "issues",
        "issue_comment",
        "pull_request_review",
        "pull_request_review_comment",
    ] {
        assert!(ignored(Forge::GitHub, Some(event), b"not looked at"), "{event}");
    }
    for forge in [Forge::Gitee, Forge::GitLab, Forge::GitCode] {
        for event in ["Push Hook", "Tag Push Hook", "Issue Hook", "Note Hook"] {
            assert!(ignored(forge, Some(event), b""), "{forge} {event}");
        }
        let (_, name) = OPENED.into_iter().find(|(f, _)| *f == forge).unwrap();
        let body = made_up(forge, name);
        let pull = |event| matches!(read(forge, event, &body), Ok(Reading::Pull(_)));
        assert!(pull(Some("Merge Request Hook")) && pull(Some("merge request hook")));
        // Where the header was lost, the body says what it is.
        assert!(pull(None), "{forge}");
        assert!(ignored(forge, None, &made_up(forge, "push")), "{forge}");
        assert!(read(forge, None, b"{}").is_err());
    }
    let body = made_up(Forge::GitLab, "merge_request-open");
    assert!(matches!(
        read(Forge::GitLab, Some("System Hook"), &body),
        Ok(Reading::Pull(_))
    ));
    assert!(
        read(Forge::GitHub, None, b"{}")
            .unwrap_err()
            .reason
            .contains("X-GitHub-Event")
    );
}

/// A made-up body as GitHub's default content type has it.
fn form(json: &[u8]) -> Vec<u8> {
    let json = String::from_utf8(json.to_vec()).unwrap();
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("payload", &json);
    form.finish().into_bytes()
}

#[test]
fn a_form_reads_as_the_json_in_it() {
    for name in ["pull_request-closed-merged", "pull_request-labeled"] {
        let json = made_up(Forge::GitHub, name);
        let both = [json.clone(), form(&json)].map(|body| read(Forge::GitHub, Some("pull_request"), &body));
        assert!(matches!(both[0], Ok(Reading::Pull(_))));
        assert_eq!(both[0], both[1], "{name}");
    }
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let none = || json!(null);
    let changes = [
        ("/pull_request/title", none()),
        ("/pull_request/created_at", json!("soon")),
        ("/pull_request/base/ref", json!("")),
    ];
    assert_eq!(
        reason(Forge::GitHub, &opened(Forge::GitHub, &changes)),
        "pull_request.base.ref: missing; pull_request.created_at: `soon` is not a time with its zone; \
         pull_request.title: null"
    );
    let changes = [
        ("/object_attributes/iid", json!(0)),
        ("/object_attributes/title", none()),
        ("/project", none()),
    ];
    assert_eq!(
        reason(Forge::GitLab, &opened(Forge::GitLab, &changes)),
        "project: null; object_attributes.iid: 0 is no pull's number; object_attributes.title: null"
    );
}

#[test]
fn text_that_is_no_text_is_taken_with_a_mark_in_its_place() {
    for (forge, place) in [
        (Forge::GitHub, "/pull_request/title"),
        (Forge::Gitee, "/pull_request/title"),
        (Forge::GitLab, "/object_attributes/title"),
        (Forge::GitCode, "/object_attributes/title"),
    ] {
        let body = String::from_utf8(opened(forge, &[(place, json!("HALF"))])).unwrap();
        let half = body.replace("HALF", "a\\ud83d");
        assert_eq!(pull_in(forge, half.as_bytes()).title, "a\u{FFFD}", "{forge}");
        let [before, after] = body.split("HALF").collect::<Vec<_>>()[..] else {
            panic!("{body}")
        };
        let bytes = [before.as_bytes(), b"a\xFFb", after.as_bytes()].concat();
        assert_eq!(pull_in(forge, &bytes).title, "a\u{FFFD}b", "{forge}");
    }
}

#[test]
fn who_is_gone_is_named_by_nobody() {
    let ghost = json!({"login": "ghost", "username": "ghost", "id": 10_137});
    for (forge, places) in [
        (Forge::GitHub, vec![("/pull_request/user", ghost.clone())]),
        (
            Forge::Gitee,
            vec![("/pull_request/user", ghost.clone()), ("/author", ghost.clone())],
        ),
        (Forge::GitLab, vec![("/object_attributes/author_id", json!(null))]),
        (
            Forge::GitCode,
            vec![
                ("/object_attributes/author", ghost.clone()),
                ("/object_attributes/author_id", json!(null)),
            ],
        ),
    ] {
        let body = opened(forge, &places);
        assert_eq!(report_in(forge, &body).telling.told.author, None, "{forge}");
    }
}

#[test]
fn system_hooks_of_other_kinds_are_ignored() {
    let system = |body: &[u8]| read(Forge::GitLab, Some("System Hook"), body);
    assert!(matches!(
        system(b"{\"event_name\":\"project_create\",\"path\":\"lamp\"}"),
        Ok(Reading::Ignored(why)) if why.contains("project_create")
    ));
    assert!(matches!(system(b"{\"object_kind\":\"push\"}"), Ok(Reading::Ignored(_))));
    let merged = made_up(Forge::GitLab, "merge_request-merge");
    assert!(matches!(system(&merged), Ok(Reading::Pull(_))));
    assert!(system(b"{\"some\":1}").is_err());
}

#[test]
fn what_means_nothing_here_is_told_from_what_does_by_header_or_body() {
    let merged = |forge, name: &str| made_up(forge, name);
    let pull = merged(Forge::GitHub, "pull_request-closed-merged");
    let request = merged(Forge::GitLab, "merge_request-merge");
    let push = merged(Forge::GitLab, "push");
    for (forge, event, body, concerns) in [
        (Forge::GitHub, Some("pull_request"), &pull[..], true),
        (Forge::GitHub, Some("push"), b"", false),
        (Forge::GitHub, Some("ping"), b"{\"zen\":\"x\"}", false),
        (Forge::GitHub, Some("ping"), b"payload=%7B%7D", false),
        // What would fail of an event fails of a ping.
        (Forge::GitHub, Some("ping"), b"load=%7B%7D", true),
        (Forge::GitHub, None, &pull, true),
        (Forge::GitLab, Some("Merge Request Hook"), &request, true),
        (Forge::GitLab, Some("System Hook"), &request, true),
        (Forge::GitLab, Some("System Hook"), &push, false),
        (
            Forge::GitLab,
            Some("System Hook"),
            b"{\"event_name\":\"user_create\"}",
            false,
        ),
        (Forge::GitLab, Some("Note Hook"), b"", false),
        (Forge::GitLab, None, &push, false),
        (Forge::Gitee, Some("Push Hook"), b"", false),
        (Forge::GitCode, Some("merge request hook"), &request, true),
    ] {
        assert_eq!(concerns_us(forge, event, body), concerns, "{forge} {event:?}");
    }
}

#[test]
fn a_body_that_cannot_be_read_is_found_by_path_and_number() {
    let path = RepoPath::parse("KilnWorks/kiln").unwrap();
    for (body, number, found) in [
        (&br#"{"number": 42, "full_name": "kilnworks/kiln"}"#[..], 42, true),
        (br#"{"number":42,"full_name":"kilnworks/kiln"}"#, 4, false),
        (br#"{"number":421,"full_name":"kilnworks/kiln"}"#, 42, false),
        (br#"{"iid":"42","path":"kilnworks\/kiln""#, 42, true),
        (br#"{"url":"https://x/kilnworks/kiln/pull/42.diff""#, 42, true),
        (br#"{"number":42,"full_name":"kilnworks/other"}"#, 42, false),
        (
            b"payload=%7B%22number%22%3A42%2C%22x%22%3A%22kilnworks%2Fkiln%22",
            42,
            true,
        ),
    ] {
        assert_eq!(
            mentions(body, &path, number),
            found,
            "{}",
            String::from_utf8_lossy(body)
        );
    }
}
