use crate::{
    domain::forge::Forge,
    forge::pull_url::{BadPullUrl, PullName, parse},
};
use proptest::prelude::*;

fn own() -> Vec<(String, Forge)> {
    vec![("git.example.org".to_owned(), Forge::GitLab)]
}

fn check(text: &str, expected: &str) {
    let said = match parse(text, &own()) {
        Ok(name) => name.to_string(),
        Err(bad) => format!("{bad:?}"),
    };
    assert_eq!(said, expected, "{text}");
}

#[test]
fn h15_addresses_of_forges_are_read() {
    for (text, name) in [
        (
            "https://github.com/lanterns/lantern/pull/12",
            "github:lanterns/lantern#12",
        ),
        ("HTTP://www.GitHub.com/L/l/pull/12/files?w=1#diff", "github:L/l#12"),
        ("https://gitee.com/a/b/pulls/7", "gitee:a/b!7"),
        (" https://gitee.com/a/b/pulls/7/commits ", "gitee:a/b!7"),
        (
            "https://gitlab.com/g/sub/p/-/merge_requests/3/diffs",
            "gitlab:g/sub/p!3",
        ),
        ("https://gitlab.com/g/p/merge_requests/3", "gitlab:g/p!3"),
        ("https://gitcode.com/a/b/merge_requests/3", "gitcode:a/b!3"),
        ("https://gitcode.com/a/b/pulls/3", "gitcode:a/b!3"),
        ("https://git.example.org/g/p/-/merge_requests/9", "gitlab:g/p!9"),
        ("https://github.com/wei/pull/pull/12", "github:wei/pull#12"),
        ("gitee:owner/repo!12", "gitee:owner/repo!12"),
        ("github:owner/repo#12", "github:owner/repo#12"),
        ("GitHub:owner/repo!12", "github:owner/repo#12"),
    ] {
        check(text, name);
    }
}

#[test]
fn h15_everything_else_is_refused_with_why() {
    for (text, why) in [
        ("", "NoAddress"),
        ("lantern", "NoAddress"),
        ("ftp://github.com/a/b/pull/1", "Scheme"),
        ("file:///etc/passwd", "Scheme"),
        ("https://me:pw@github.com/a/b/pull/1", "UserInfo"),
        ("https://@github.com/a/b/pull/1", "UserInfo"),
        ("https://github.com@evil.example/a/b/pull/1", "UserInfo"),
        ("https://github.com:443/a/b/pull/1", "Port"),
        ("https://127.0.0.1/a/b/pull/1", "IpLiteral"),
        ("https://2130706433/a/b/pull/1", "IpLiteral"),
        ("https://0x7f.1/a/b/pull/1", "IpLiteral"),
        ("https://127.0.0.0x1/a/b/pull/1", "IpLiteral"),
        ("https://[::1]/a/b/pull/1", "IpLiteral"),
        (
            "https://github.com.evil.example/a/b/pull/1",
            "OtherHost([\"git.example.org\"])",
        ),
        (
            "https://evil.example\\github.com/a/b/pull/1",
            "OtherHost([\"git.example.org\"])",
        ),
        (
            "https://www.git.example.org/g/p/-/merge_requests/9",
            "OtherHost([\"git.example.org\"])",
        ),
        ("https://github.com/a/b", "NoNumber(GitHub)"),
        ("https://github.com/a/b/issues/1", "NoNumber(GitHub)"),
        ("https://github.com/a/b/pull/x", "NoNumber(GitHub)"),
        ("https://gitee.com/a/b/pull/1", "NoNumber(Gitee)"),
        ("https://github.com/a/b/pull/0", "Number"),
        ("https://github.com/a/b/pull/99999999999999999999", "Number"),
        ("https://github.com/a/pull/1", "NoNumber(GitHub)"),
        ("https://github.com/../../pull/1", "Repository"),
        ("https://github.com/a%2fb/c/pull/1", "Repository"),
        ("gitee:owner/repo", "NoNumber(Gitee)"),
        ("gitee:owner/repo!", "NoNumber(Gitee)"),
        ("gitee:owner/repo!+1", "Number"),
        ("bitbucket:owner/repo!1", "NoAddress"),
    ] {
        check(text, why);
    }
    assert_eq!(parse(&"a".repeat(2_049), &[]), Err(BadPullUrl::TooLong));
}

proptest! {
    #[test]
    fn h15_no_text_panics_and_what_parses_is_built_again(
        text in r"(https?|ftp)?(://|:)(github\.com|gitee\.com|gitlab\.com|gitcode\.com|git\.example\.org|gitee|github|\PC{0,8})(/[a-z.%-]{0,4}){0,4}(/-)?(/pull|/pulls|/merge_requests)?[/!#][0-9]{0,5}\PC{0,6}",
        any in ".*",
    ) {
        let _ = parse(&any, &own());
        if let Ok(name) = parse(&text, &own()) {
            prop_assert_eq!(parse(&name.url(), &[]), Ok(name.clone()));
            prop_assert_eq!(parse(&name.to_string(), &[]), Ok(name));
        }
    }

    #[test]
    fn h15_every_name_is_its_address(
        forge in prop::sample::select(&Forge::ALL[..]),
        owner in "[a-zA-Z][a-zA-Z0-9_.-]{0,8}",
        repo in "[a-zA-Z][a-zA-Z0-9_.-]{0,8}",
        number in 1..u64::from(u32::MAX),
    ) {
        if let Ok(name) = parse(&format!("{forge}:{owner}/{repo}!{number}"), &[]) {
            let name: PullName = name;
            prop_assert_eq!(parse(&name.url(), &[]), Ok(name));
        }
    }
}
