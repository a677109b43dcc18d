//! Which delivery it is, what the event is called, and what of a body may be stored.

use super::*;

fn id(forge: Forge, rows: &[(&str, &str)], body: &[u8]) -> String {
    let headers = headers(rows);
    delivery_id(
        forge,
        &Hook {
            headers: &headers,
            body,
        },
    )
}

#[test]
fn the_forges_own_id_comes_first() {
    for (forge, rows, body, wanted) in [
        (Forge::GitHub, vec![("X-GitHub-Delivery", " 72d3-1 ")], "{}", "72d3-1"),
        (
            Forge::GitLab,
            vec![("Idempotency-Key", "k1"), ("X-Gitlab-Event-UUID", "u")],
            "{}",
            "k1",
        ),
        (
            Forge::GitLab,
            vec![("Idempotency-Key", "k1"), ("webhook-id", "w1")],
            "{}",
            "w1",
        ),
        (
            Forge::GitCode,
            vec![("X-GitCode-Delivery", "d1")],
            r#"{"uuid":"b1"}"#,
            "d1",
        ),
        (Forge::GitCode, vec![], r#"{"uuid":"b1"}"#, "b1"),
    ] {
        assert_eq!(id(forge, &rows, body.as_bytes()), wanted);
    }
}

#[test]
fn without_one_the_body_and_the_timestamp_say_which_it_is() {
    for forge in Forge::ALL {
        let hashed = id(forge, &[], b"{}");
        assert_eq!(hashed.len(), 64, "{forge}");
        assert_eq!(hashed, id(forge, &[], b"{}"));
        assert_ne!(hashed, id(forge, &[], b"{ }"));
    }
    let gitee = |time: &str, body: &[u8]| id(Forge::Gitee, &[("X-Gitee-Timestamp", time)], body);
    assert_eq!(gitee("1", b"{}"), gitee("1", b"{}"));
    assert_ne!(gitee("1", b"{}"), gitee("2", b"{}"));
    // The hash tells nothing of the password, which could be guessed from it.
    assert_eq!(gitee("1", br#"{"password":"a"}"#), gitee("1", br#"{"password":"b"}"#));
    // Hooks that one hook set off share the UUID and differ in their bodies.
    let uuid = [("X-Gitlab-Event-UUID", "u1")];
    assert_ne!(id(Forge::GitLab, &uuid, b"{}"), id(Forge::GitLab, &uuid, b"[]"));
    assert_eq!(id(Forge::GitLab, &uuid, b"{}"), id(Forge::GitLab, &uuid, b"{}"));
}

#[test]
fn an_id_is_bounded_and_printable() {
    for odd in [&*"x".repeat(129), "a b", "a\u{7f}b", "标识"] {
        let hashed = id(Forge::GitHub, &[("x-github-delivery", odd)], b"{}");
        assert_eq!(hashed.len(), 64, "{odd}");
    }
    let longest = "x".repeat(128);
    assert_eq!(id(Forge::GitHub, &[("x-github-delivery", &longest)], b"{}"), longest);
}

#[test]
fn events_are_read_from_the_forges_header() {
    let headers = headers(&[
        ("X-GitHub-Event", "pull_request"),
        ("X-Gitee-Event", "Merge Request Hook"),
        ("X-GITLAB-EVENT", "Note Hook"),
        ("X-GitCode-Event", " "),
    ]);
    let hook = Hook {
        headers: &headers,
        body: b"",
    };
    assert_eq!(event(Forge::GitHub, &hook), Some("pull_request"));
    assert_eq!(event(Forge::Gitee, &hook), Some("Merge Request Hook"));
    assert_eq!(event(Forge::GitLab, &hook), Some("Note Hook"));
    assert_eq!(event(Forge::GitCode, &hook), None);
}

#[test]
fn a_password_does_not_reach_the_disk() {
    for (body, wanted) in [
        (
            r#"{"password":"hunter2","number":1}"#,
            r#"{"password":"[redacted]","number":1}"#,
        ),
        (
            r#"{"a":[{"password" : "hunter2"}]}"#,
            r#"{"a":[{"password" : "[redacted]"}]}"#,
        ),
        (
            r#"{"password":"a\"hunter2\\","sign":"hunter2="}"#,
            r#"{"password":"[redacted]","sign":"[redacted]"}"#,
        ),
        (r#"{"PassWord":"hunter2"}"#, r#"{"PassWord":"[redacted]"}"#),
        (r#"{"p\u0061ssword":"hunter2"}"#, r#"{"p\u0061ssword":"[redacted]"}"#),
        (
            r#"{"old_password":"hunter2","token":5}"#,
            r#"{"old_password":"[redacted]","token":"[redacted]"}"#,
        ),
        (
            r#"{"password":{"a":["}hunter2"]},"b":1}"#,
            r#"{"password":"[redacted]","b":1}"#,
        ),
        (r#"{"password":["hunter2"]}"#, r#"{"password":"[redacted]"}"#),
        (
            r#"{"password":12345,"password":"hunter2"}"#,
            r#"{"password":"[redacted]","password":"[redacted]"}"#,
        ),
        // No JSON: rather too much than a password.
        (r#"{"password":"hunter2","#, r#"{"password":"[redacted]","#),
        (r#"{"password":"hunter2"#, r#"{"password":"[redacted]"#),
        (r#"{" "password":"hunter2"}"#, r#"{" "password":"[redacted]"}"#),
        (
            r#"{"password":"a"hunter2","b":1}"#,
            r#"{"password":"[redacted]","b":1}"#,
        ),
        (r#"{"password":"a\"hunter2","b"}"#, r#"{"password":"[redacted]","b"}"#),
        (r#"{"sign":"hunter2","b"}"#, r#"{"sign":"[redacted]","b"}"#),
        (r#"{\"password\":\"hunter2\"}"#, r#"{\"password\":\"[redacted]"#),
        ("password=hunter2&a=b", "password=[redacted]"),
        (
            "payload=%7B%22password%22%3A%22hunter2%22%7D",
            "payload=%7B%22password%22%3A%22[redacted]",
        ),
        ("{'password': 'hunter2'}", "{'password': '[redacted]"),
    ] {
        for forge in [Forge::Gitee, Forge::GitCode] {
            let clean = redacted(forge, body.as_bytes());
            assert_eq!(String::from_utf8_lossy(&clean), wanted);
        }
    }
}

#[test]
fn what_bears_no_password_is_left_as_it_was() {
    for body in [
        "",
        "{}",
        r#"{"title":"reset the \"password\": \"x\" page","body":"password"}"#,
        r#"{"password":"","sign":null,"token":true}"#,
        r#"["password",":","hunter2"]"#,
        r#"{"assignee":"signpost","design":"x"}"#,
        r#"{"title":"the password page"#,
        "\u{feff}{",
    ] {
        assert!(
            matches!(redacted(Forge::Gitee, body.as_bytes()), Cow::Borrowed(_)),
            "{body}"
        );
    }
    let body = br#"{"password":"of nobody"}"#;
    assert!(matches!(redacted(Forge::GitHub, body), Cow::Borrowed(_)));
}

#[test]
fn a_redacted_body_reads_the_same() {
    for forge in Forge::ALL {
        for (name, body) in bodies(&root().join(format!("tests/bodies/{forge}"))) {
            let event = Some(event_of(forge, &name));
            assert_eq!(
                read(forge, event, &redacted(forge, &body)),
                read(forge, event, &body),
                "{forge} {name}"
            );
        }
    }
    let clean = redacted(Forge::Gitee, &made_up(Forge::Gitee, "pr-update-label")).into_owned();
    assert!(!String::from_utf8(clean).unwrap().contains("ecret"));
}
