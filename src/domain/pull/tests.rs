use super::*;
use crate::domain::testing::actor;

#[test]
fn paths_and_logins_compare_without_case() {
    let path = |text| RepoPath::parse(text);
    assert_eq!(path("A/b"), path("a/B"));
    assert_ne!(path("a/b"), path("a/c"));
    for bad in [
        "",
        "a",
        "/a/",
        "a//b",
        "a b/c",
        "a/b?c",
        "a/b#c",
        "a:b/c",
        "u@a/b",
        &"a/".repeat(200),
    ] {
        assert!(RepoPath::parse(bad).is_err(), "{bad}");
    }
    assert_eq!(
        path(" /group/sub/name/ ").map(|p| p.to_string()),
        Ok("group/sub/name".into())
    );
    for (a, b, same) in [
        ("a#1", "b#1", true),
        ("a#1", "a#2", false),
        ("a", "A#2", true),
        ("a", "b", false),
        ("#1", "a", false),
        ("", "", false),
    ] {
        assert_eq!(actor(a).is(&actor(b)), same, "{a} {b}");
    }
}
