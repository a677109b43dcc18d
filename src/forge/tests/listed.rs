//! What forges' APIs list, in made-up bodies of their shape, and real ones where they are at hand.

use super::*;
use crate::domain::{
    forge::ForgeHost,
    pull::{RepoPath, State},
};
use crate::forge::listed::{Lister, items, read};
use serde_json::{Value, json};

fn github() -> Value {
    json!({
        "id": 1, "number": 12, "state": "closed", "title": "Fix the glaze", "body": "/kind bug", "draft": false,
        "html_url": "https://github.com/kilnworks/kiln/pull/12", "user": {"login": "ann", "id": 1001, "type": "User"},
        "labels": [{"id": 3, "name": "kind/bug"}], "created_at": "2026-03-01T00:00:00Z",
        "updated_at": "2026-03-03T00:00:00Z", "closed_at": "2026-03-02T00:00:00Z", "merged_at": "2026-03-02T00:00:00Z",
        "merge_commit_sha": "abc", "head": {"ref": "fix", "sha": "def", "repo": null},
        "base": {"ref": "main", "sha": "123", "repo": {"id": 810001, "full_name": "kilnworks/kiln"}}
    })
}

fn gitlab() -> Value {
    json!({
        "id": 9, "iid": 7, "project_id": 44, "target_project_id": 44, "state": "merged", "title": "Fix the glaze",
        "description": null, "author": {"id": 5, "username": "ann"}, "merge_user": {"id": 6, "username": "bo"},
        "target_branch": "main", "source_branch": "fix", "sha": "def", "merge_commit_sha": "abc",
        "squash_commit_sha": "fed", "created_at": "2026-03-01T00:00:00.250Z", "updated_at": "2026-03-03T00:00:00Z",
        "merged_at": "2026-03-02T00:00:00Z", "closed_at": null, "labels": ["kind/bug"], "draft": false,
        "references": {"full": "kilnworks/sub/kiln!7"},
        "web_url": "https://gitlab.com/kilnworks/sub/kiln/-/merge_requests/7"
    })
}

fn gitcode() -> Value {
    json!({
        "id": 179, "html_url": "https://gitcode.com/kilnworks/kiln/merge_requests/3", "number": 3, "state": "opened",
        "title": "Fix the glaze", "body": "many files", "labels": [{"id": 1, "name": "kind/bug"}],
        "created_at": "2026-03-01T08:00:00+08:00", "updated_at": "2026-03-01T08:00:00+08:00", "closed_at": "",
        "merged_at": "", "user": {"id": "not-a-number", "login": "ann"}, "head": {"ref": "fix", "sha": "def"},
        "base": {"ref": "main", "sha": "123", "repo": {"path": "kiln", "name": "kiln", "namespace": {"path": "kilnworks"}}}
    })
}

fn gh() -> Value {
    json!({
        "number": 12, "url": "https://github.com/kilnworks/kiln/pull/12", "state": "MERGED", "title": "Fix the glaze",
        "author": {"id": "MDQ6", "is_bot": false, "login": "ann", "name": ""}, "mergedBy": {"login": "bo"},
        "baseRefName": "main", "headRefName": "fix", "headRefOid": "def", "mergeCommit": {"oid": "abc"},
        "createdAt": "2026-03-01T00:00:00Z", "mergedAt": "2026-03-02T00:00:00Z", "closedAt": "2026-03-02T00:00:00Z",
        "labels": [{"id": "x", "name": "kind/bug"}], "additions": 3, "deletions": 1, "isDraft": false,
        "closingIssuesReferences": [{"id": "x", "number": 4}]
    })
}

fn one(lister: Lister, item: &Value) -> Result<Report, Vec<String>> {
    on(lister, &lister.forge().into(), None, item)
}

fn on(lister: Lister, host: &ForgeHost, given: Option<&str>, item: &Value) -> Result<Report, Vec<String>> {
    let given = given.map(|path| RepoPath::parse(path).unwrap());
    read(lister, host, given.as_ref(), item.to_string().as_bytes()).map_err(|unreadable| {
        let each = unreadable.each.into_iter();
        each.map(|(place, what)| format!("{place}: {what}")).collect()
    })
}

const API: fn(Forge) -> Lister = Lister::Api;

#[test]
fn each_forges_list_reads_as_it_is() {
    let found = one(API(Forge::GitHub), &github()).unwrap();
    assert_eq!(found.repository_id.as_deref(), Some("810001"));
    assert!(found.telling.confirmed);
    let pull = pull_of(found);
    assert_eq!(
        (pull.name().as_str(), pull.state),
        ("github:kilnworks/kiln!12", State::Merged)
    );
    assert_eq!(
        (pull.merge_sha.as_deref(), pull.head_sha.as_deref()),
        (Some("abc"), Some("def"))
    );
    assert_eq!(
        (pull.labels, pull.author.id.as_deref()),
        (vec!["kind/bug".to_owned()], Some("1001"))
    );

    let gitee = json!({"number": 12, "html_url": "https://gitee.com/kilnworks/kiln/pulls/12"});
    let mut value = github();
    value
        .as_object_mut()
        .unwrap()
        .extend(gitee.as_object().unwrap().clone());
    let pull = pull_of(one(API(Forge::Gitee), &value).unwrap());
    assert_eq!(pull.name(), "gitee:kilnworks/kiln!12");

    let found = one(API(Forge::GitLab), &gitlab()).unwrap();
    assert_eq!(found.repository_id.as_deref(), Some("44"));
    let pull = pull_of(found);
    assert_eq!(
        (pull.name().as_str(), pull.state),
        ("gitlab:kilnworks/sub/kiln!7", State::Merged)
    );
    assert_eq!(
        (pull.squash_sha.as_deref(), pull.head_sha.as_deref()),
        (Some("fed"), Some("def"))
    );
    assert_eq!(pull.merged_by.unwrap().login, "bo");
    assert_eq!(pull.created_at.to_string(), "2026-03-01T00:00:00.250Z");

    let pull = pull_of(one(API(Forge::GitCode), &gitcode()).unwrap());
    assert_eq!(
        (pull.name().as_str(), pull.state),
        ("gitcode:kilnworks/kiln!3", State::Open)
    );
    assert_eq!((pull.merged_at, pull.closed_at, pull.author.id), (None, None, None));

    let pull = pull_of(one(Lister::Gh, &gh()).unwrap());
    assert_eq!(
        (pull.name().as_str(), pull.state),
        ("github:kilnworks/kiln!12", State::Merged)
    );
    assert_eq!(
        (pull.merge_sha.as_deref(), pull.changed_lines()),
        (Some("abc"), Some(4))
    );
    assert_eq!(
        (pull.linked_issues, pull.author.login),
        (vec!["4".to_owned()], "ann".to_owned())
    );
}

#[test]
fn the_rest_may_be_absent() {
    let least = json!({
        "number": 1, "state": "MERGED", "title": "t", "author": {"login": "ann"}, "createdAt": "2026-03-01T00:00:00Z",
        "url": "https://github.com/a/b/pull/1"
    });
    let told = one(Lister::Gh, &least).unwrap().telling.told;
    assert_eq!(
        (told.state, told.merged_at, told.base_branch, told.labels),
        (State::Merged, None, None, None)
    );
    let least = json!({
        "iid": 1, "state": "opened", "title": "t", "author": null, "created_at": "2026-03-01T00:00:00Z",
        "web_url": "https://gitlab.com/a/b/merge_requests/1"
    });
    let found = one(API(Forge::GitLab), &least).unwrap();
    assert_eq!((found.repository.as_str(), found.telling.told.author), ("a/b", None));
}

#[test]
fn which_repository_is_told_by_the_pull_or_given() {
    let mut item = gh();
    item["url"] = json!(null);
    assert_eq!(
        one(Lister::Gh, &item),
        Err(vec!["repository: nothing in it tells which it is of".to_owned()])
    );
    let given = on(Lister::Gh, &Forge::GitHub.into(), Some("kilnworks/other"), &item).unwrap();
    assert_eq!(given.repository.as_str(), "kilnworks/other");
    let mut company = gh();
    company["url"] = json!("https://git.example.org/kilnworks/kiln/pull/12");
    assert_eq!(
        one(Lister::Gh, &company),
        Err(vec!["url: is on git.example.org, and github.com is meant".to_owned()])
    );
    let host = ForgeHost::parse("github@git.example.org").unwrap();
    assert_eq!(on(Lister::Gh, &host, None, &company).unwrap().forge, host);
}

#[test]
fn everything_that_is_wrong_with_one_is_said_at_once() {
    let mut item = github();
    item["title"] = json!(null);
    item["created_at"] = json!("soon");
    item["base"] = json!(null);
    assert_eq!(
        one(API(Forge::GitHub), &item).unwrap_err(),
        [
            "base: null",
            "created_at: `soon` is not a time with its zone",
            "title: null"
        ]
    );
    let issue = json!({"iid": 1});
    assert_eq!(
        one(API(Forge::GitLab), &issue).unwrap_err(),
        [
            "repository: nothing in it tells which it is of",
            "author: missing",
            "state: missing",
            "created_at: missing",
            "title: missing",
        ]
    );
    assert_eq!(
        one(API(Forge::GitHub), &json!([1])).unwrap_err(),
        ["the body: a list where an object belongs"]
    );
}

#[test]
fn a_file_is_pages_or_lines() {
    let said = |file: &str| -> Vec<(usize, String)> {
        let all = items(file.as_bytes()).into_iter();
        all.map(|item| (item.line, String::from_utf8(item.json.to_vec()).unwrap()))
            .collect()
    };
    let two =
        |first: usize, second: usize| vec![(first, "{\"a\":1}".to_owned()), (second, "{\"b\":\"]}\"}".to_owned())];
    for (file, expected) in [
        ("[{\"a\":1},{\"b\":\"]}\"}]", two(1, 1)),
        ("\u{FEFF}[\n {\"a\":1},\n {\"b\":\"]}\"}\n]\n", two(2, 3)),
        ("[{\"a\":1}][{\"b\":\"]}\"}]", two(1, 1)),
        ("[[{\"a\":1}],\n[{\"b\":\"]}\"}]]", two(1, 2)),
        ("[]\n[{\"a\":1}]\n[{\"b\":\"]}\"}]", two(2, 3)),
        ("{\"a\":1}\n\n{\"b\":\"]}\"}\r\n", two(1, 3)),
        ("", vec![]),
        ("[]", vec![]),
    ] {
        assert_eq!(said(file), expected, "{file}");
    }
    assert_eq!(said("{\n \"a\": 1\n}\n{\"b\": 2}").len(), 2);
    // A line that is cut off takes no other with it.
    let broken = said("{\"a\":1}\n{\"b\":\n{\"c\":3}");
    assert_eq!(broken.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(said("[{\"a\":1},{\"b\":").len(), 2);
}

proptest::proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(proptest::arbitrary::any::<u8>(), 0..200), text in "[\\[\\]{}:,\"\\\\ a-c0-9\n]{0,80}") {
        for file in [&bytes[..], text.as_bytes()] {
            for item in items(file) {
                for lister in [API(Forge::GitHub), API(Forge::GitLab), Lister::Gh] {
                    let _ = read(lister, &lister.forge().into(), None, item.json);
                }
            }
        }
    }
}

#[test]
fn real_answers_read() {
    let shared = std::env::var_os("BUGATHLON_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from);
    let fixtures = shared.join("fixtures");
    if !fixtures.is_dir() {
        println!("did not run: {} is not there", fixtures.display());
        return;
    }
    for (file, forge, count) in [
        ("github/api/goscm__pulls.json", Forge::GitHub, 1),
        ("github/api/goscm__pr.json", Forge::GitHub, 1),
        ("gitee/api/goscm__pulls.json", Forge::Gitee, 3),
        ("gitee/api/goscm__pr.json", Forge::Gitee, 1),
        ("gitlab/api/goscm__merges.json", Forge::GitLab, 1),
        ("gitlab/api/derived__merge_merged.json", Forge::GitLab, 1),
        ("gitcode/api/gogitcode__pull_requests.json", Forge::GitCode, 1),
    ] {
        let bytes = std::fs::read(fixtures.join(file)).unwrap();
        let all = items(&bytes);
        assert_eq!(all.len(), count, "{file}");
        for item in all {
            let found = read(API(forge), &forge.into(), None, item.json);
            assert!(found.is_ok(), "{file}: {found:?}");
        }
    }
}
