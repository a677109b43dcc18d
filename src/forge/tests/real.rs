//! Real bodies of the four forges, where they are at hand: they are other people's and not part of this
//! project. `../shared/fixtures`, or the folder `fixtures` in `BUGATHLON_SHARED`.

use super::*;
use crate::domain::pull::Pull;
use serde_json::Value;

fn text(value: &Value, pointer: &str) -> Option<String> {
    match value.pointer(pointer)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Where the facts stand, as the table of the forges says, and what was read of each.
fn places(forge: Forge, pull: &Pull) -> Vec<(&'static str, Option<String>)> {
    let number = Some(pull.number.to_string());
    let repository = Some(pull.repository.to_string());
    match forge {
        Forge::GitHub | Forge::Gitee => vec![
            ("/number", number),
            ("/repository/full_name", repository),
            ("/repository/id", pull.repository_id.clone()),
            ("/pull_request/title", Some(pull.title.clone())),
            ("/pull_request/user/login", Some(pull.author.login.clone())),
            ("/pull_request/user/id", pull.author.id.clone()),
            ("/pull_request/base/ref", pull.base_branch.clone()),
            ("/pull_request/head/ref", pull.head_branch.clone()),
            ("/pull_request/head/sha", pull.head_sha.clone()),
            ("/pull_request/html_url", pull.url.clone()),
            ("/pull_request/additions", pull.additions.map(|n| n.to_string())),
            ("/pull_request/deletions", pull.deletions.map(|n| n.to_string())),
        ],
        Forge::GitLab | Forge::GitCode => vec![
            ("/object_attributes/iid", number),
            ("/project/path_with_namespace", repository),
            ("/project/id", pull.repository_id.clone()),
            ("/object_attributes/title", Some(pull.title.clone())),
            ("/object_attributes/author_id", pull.author.id.clone()),
            ("/object_attributes/target_branch", pull.base_branch.clone()),
            ("/object_attributes/source_branch", pull.head_branch.clone()),
            ("/object_attributes/last_commit/id", pull.head_sha.clone()),
            ("/object_attributes/url", pull.url.clone()),
        ],
    }
}

/// Body, labels, state, times and merge, which a lookup has to look at more than one place for.
fn same(forge: Forge, value: &Value, pull: &Pull) {
    let (at, body, tag) = match forge {
        Forge::GitHub | Forge::Gitee => ("/pull_request", "body", "name"),
        Forge::GitLab | Forge::GitCode => ("/object_attributes", "description", "title"),
    };
    let of = |name: &str| text(value, &format!("{at}/{name}"));
    assert_eq!(pull.body, of(body).unwrap_or_default());
    let list = match forge {
        Forge::GitHub | Forge::Gitee => value.pointer("/pull_request/labels"),
        Forge::GitLab | Forge::GitCode => value.pointer("/labels"),
    };
    let labels = list.and_then(Value::as_array).into_iter().flatten();
    let labels: Vec<&str> = labels.map(|l| l[tag].as_str().unwrap()).collect();
    assert_eq!(pull.labels, labels);
    let merged =
        of("state").as_deref() == Some("merged") || value.pointer("/pull_request/merged") == Some(&Value::Bool(true));
    let state = match of("state").as_deref() {
        _ if merged => "merged",
        Some("open" | "opened") => "open",
        _ => "closed",
    };
    assert_eq!(pull.state.as_str(), state);
    assert_eq!(pull.merge_sha, of("merge_commit_sha").filter(|_| merged));
    let moment = |text: String| Moment::parse(&text.replace(" UTC", "Z").replacen(' ', "T", 1)).unwrap();
    assert_eq!(Some(pull.created_at), of("created_at").map(moment));
    assert_eq!(pull.updated_at, of("updated_at").map(moment));
    assert_eq!(pull.merged_at, of("merged_at").map(moment).filter(|_| merged));
}

#[test]
fn real_bodies_read_as_a_lookup_sees_them() {
    let shared = std::env::var_os("BUGATHLON_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from);
    let fixtures = shared.join("fixtures");
    if !fixtures.is_dir() {
        println!("did not run: {} is not there", fixtures.display());
        return;
    }
    let mut pulls = 0;
    for forge in Forge::ALL {
        let all = bodies(&fixtures.join(forge.as_str()).join("webhooks"));
        assert!(!all.is_empty(), "{forge}");
        for (name, body) in all {
            let short = name.split_once("__").map_or(name.as_str(), |(_, short)| short);
            let event = event_of(forge, short);
            for other in [
                None,
                Some("pull_request"),
                Some("Merge Request Hook"),
                Some("System Hook"),
                Some("push"),
            ] {
                let _ = read(forge, other, &body);
            }
            let wanted = matches!(event, "pull_request" | "Merge Request Hook");
            assert_eq!(
                read(forge, Some(event), &redacted(forge, &body)),
                read(forge, Some(event), &body),
                "{forge} {name}"
            );
            match read(forge, Some(event), &body) {
                Ok(Reading::Pull(pull)) if wanted => {
                    pulls += 1;
                    let pull = pull_of(*pull);
                    let value: Value = serde_json::from_slice(&body).unwrap();
                    for (pointer, read) in places(forge, &pull) {
                        assert_eq!(read, text(&value, pointer), "{forge} {name} {pointer}");
                    }
                    same(forge, &value, &pull);
                }
                Ok(Reading::Ignored(_)) if !wanted => {}
                other => panic!("{forge} {name}, {event}: {other:?}"),
            }
        }
    }
    println!("{pulls} pulls");
    assert!(pulls > 20);
}
