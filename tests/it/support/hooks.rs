//! Hooks as the forges send them: the made-up bodies of tests/bodies with a fix's facts in them, and the
//! headers that prove them.

use super::{
    Fix,
    folder::{SECRET, moment},
};
use serde_json::{Map, Value, json};

/// A request to `/hooks/{forge}/{source}`.
#[derive(Clone, Debug)]
pub struct Hook {
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Hook {
    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self
    }

    pub fn with(self, name: &str, value: impl Into<String>) -> Self {
        let mut hook = self.without(name);
        hook.headers.push((name.to_owned(), value.into()));
        hook
    }
}

pub fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, key);
    aws_lc_rs::hmac::sign(&key, message).as_ref().to_vec()
}

pub fn base64(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

pub fn sha256(secret: &str, body: &[u8]) -> String {
    let hex: String = hmac(secret.as_bytes(), body)
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    format!("sha256={hex}")
}

fn body(name: &str) -> Value {
    let path = format!("{}/tests/bodies/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap()
}

fn put(at: &mut Value, pairs: &[(&str, Value)]) {
    for (path, value) in pairs {
        let (parent, key) = path.rsplit_once('/').unwrap();
        let parent = at.pointer_mut(parent).unwrap_or_else(|| panic!("no {path}"));
        parent.as_object_mut().unwrap().insert(key.to_owned(), value.clone());
    }
}

fn fresh_id() -> String {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!(
        "delivery-{}-{}",
        std::process::id(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    )
}

fn sent(forge: &str, body: Vec<u8>, headers: &[(&str, String)]) -> Hook {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    Hook {
        path: format!("/hooks/{forge}/kiln"),
        headers: headers
            .chain([("Content-Type".into(), "application/json".into())])
            .collect(),
        body,
    }
}

/// The hook that the fix's own forge sends, proven the way that covers the body where there is one.
pub fn hook(fix: &Fix) -> Hook {
    match fix.forge {
        "github" => github(fix, SECRET),
        "gitee" => gitee_with_password(fix, SECRET),
        "gitlab" => gitlab_signed(fix, SECRET),
        _ => gitcode(fix, SECRET),
    }
}

/// The facts of GitHub's `pull_request` object, which Gitee's has too.
fn pull_request(body: &mut Value, fix: &Fix) {
    let merged = fix.merged_at.is_some();
    let labels: Vec<Value> = fix.labels.iter().map(|name| json!({"id": 1, "name": name})).collect();
    put(
        body,
        &[
            ("/number", json!(fix.number)),
            ("/repository/full_name", json!(fix.repository)),
            ("/repository/id", json!(fix.repository_id)),
            ("/pull_request/number", json!(fix.number)),
            ("/pull_request/title", json!(fix.title)),
            ("/pull_request/body", json!("")),
            ("/pull_request/user/login", json!(fix.author)),
            ("/pull_request/user/id", json!(fix.author_id)),
            ("/pull_request/base/ref", json!(fix.base_branch)),
            ("/pull_request/head/ref", json!(format!("fix-{}", fix.number))),
            ("/pull_request/head/sha", json!(fix.head_sha())),
            ("/pull_request/merged", json!(merged)),
            ("/pull_request/merge_commit_sha", json!(fix.merge_sha())),
            ("/pull_request/created_at", json!(moment(fix.created_at))),
            ("/pull_request/updated_at", json!(moment(fix.updated_at))),
            ("/pull_request/merged_at", json!(fix.merged_at.map(moment))),
            ("/pull_request/labels", json!(labels)),
            ("/pull_request/html_url", json!(fix.url())),
            ("/pull_request/additions", json!(3)),
            ("/pull_request/deletions", json!(1)),
        ],
    );
}

pub fn github(fix: &Fix, secret: &str) -> Hook {
    let mut body = body("github/pull_request-closed-merged");
    pull_request(&mut body, fix);
    let merged = fix.merged_at.is_some();
    put(
        &mut body,
        &[
            ("/action", json!(if merged { "closed" } else { "opened" })),
            ("/pull_request/state", json!(if merged { "closed" } else { "open" })),
        ],
    );
    let body = body.to_string().into_bytes();
    let headers = [
        ("X-GitHub-Event", "pull_request".to_owned()),
        ("X-GitHub-Delivery", fresh_id()),
        ("X-Hub-Signature-256", sha256(secret, &body)),
    ];
    sent("github", body, &headers)
}

fn gitee_body(fix: &Fix, password: &str) -> Vec<u8> {
    let mut body = body("gitee/pr-merge");
    pull_request(&mut body, fix);
    let state = if fix.merged_at.is_some() { "merged" } else { "open" };
    put(
        &mut body,
        &[
            ("/repository/path_with_namespace", json!(fix.repository)),
            ("/action", json!(if fix.merged_at.is_some() { "merge" } else { "open" })),
            ("/state", json!(state)),
            ("/pull_request/state", json!(state)),
            ("/iid", json!(fix.number)),
            ("/password", json!(password)),
            ("/author/login", json!(fix.author)),
            ("/author/id", json!(fix.author_id)),
        ],
    );
    body.to_string().into_bytes()
}

fn now_ms() -> String {
    chrono::Utc::now().timestamp_millis().to_string()
}

/// With the password as the token, and in the body, as Gitee repeats it there.
pub fn gitee_with_password(fix: &Fix, password: &str) -> Hook {
    let headers = [
        ("X-Gitee-Event", "Merge Request Hook".to_owned()),
        ("X-Gitee-Token", password.to_owned()),
        ("X-Gitee-Timestamp", now_ms()),
    ];
    sent("gitee", gitee_body(fix, password), &headers)
}

/// With a sign over the time, `skew` milliseconds from now.
pub fn gitee_signed(fix: &Fix, secret: &str, skew: i64) -> Hook {
    let at = (chrono::Utc::now().timestamp_millis() + skew).to_string();
    let sign = base64(&hmac(secret.as_bytes(), format!("{at}\n{secret}").as_bytes()));
    let headers = [
        ("X-Gitee-Event", "Merge Request Hook".to_owned()),
        ("X-Gitee-Token", sign),
        ("X-Gitee-Timestamp", at),
    ];
    sent("gitee", gitee_body(fix, ""), &headers)
}

fn merge_request(name: &str, fix: &Fix) -> Value {
    let mut body = body(name);
    let merged = fix.merged_at.is_some();
    let labels: Vec<Value> = fix.labels.iter().map(|name| json!({"id": 1, "title": name})).collect();
    put(
        &mut body,
        &[
            ("/labels", json!(labels)),
            ("/project/path_with_namespace", json!(fix.repository)),
            ("/project/id", json!(fix.repository_id)),
            ("/object_attributes/iid", json!(fix.number)),
            ("/object_attributes/title", json!(fix.title)),
            ("/object_attributes/description", json!("")),
            ("/object_attributes/author_id", json!(fix.author_id)),
            ("/object_attributes/target_branch", json!(fix.base_branch)),
            ("/object_attributes/source_branch", json!(format!("fix-{}", fix.number))),
            ("/object_attributes/last_commit/id", json!(fix.head_sha())),
            ("/object_attributes/merge_commit_sha", json!(fix.merge_sha())),
            ("/object_attributes/created_at", json!(moment(fix.created_at))),
            ("/object_attributes/updated_at", json!(moment(fix.updated_at))),
            ("/object_attributes/merged_at", json!(fix.merged_at.map(moment))),
            (
                "/object_attributes/state",
                json!(if merged { "merged" } else { "opened" }),
            ),
            (
                "/object_attributes/action",
                json!(if merged { "merge" } else { "open" }),
            ),
        ],
    );
    body
}

/// With the plain token, which covers nothing.
pub fn gitlab(fix: &Fix, token: &str) -> Hook {
    let body = merge_request("gitlab/merge_request-merged-newer", fix)
        .to_string()
        .into_bytes();
    let headers = [
        ("X-Gitlab-Event", "Merge Request Hook".to_owned()),
        ("X-Gitlab-Token", token.to_owned()),
        ("X-Gitlab-Event-UUID", fresh_id()),
    ];
    sent("gitlab", body, &headers)
}

/// With the newer signature, which covers the body.
pub fn gitlab_signed(fix: &Fix, secret: &str) -> Hook {
    let hook = gitlab(fix, secret).without("X-Gitlab-Token");
    let (id, at) = (fresh_id(), chrono::Utc::now().timestamp().to_string());
    let message = [id.as_bytes(), b".", at.as_bytes(), b".", &hook.body].concat();
    let sign = format!("v1,{}", base64(&hmac(secret.as_bytes(), &message)));
    hook.with("webhook-id", id)
        .with("webhook-timestamp", at)
        .with("webhook-signature", sign)
}

pub fn gitcode(fix: &Fix, secret: &str) -> Hook {
    let mut body = merge_request("gitcode/merge_request-merge", fix);
    let author: Map<String, Value> = [
        ("username".to_owned(), json!(fix.author)),
        ("id".to_owned(), json!(fix.author_id)),
    ]
    .into_iter()
    .collect();
    put(
        &mut body,
        &[
            ("/object_attributes/author", Value::Object(author)),
            ("/uuid", json!(fresh_id())),
        ],
    );
    let body = body.to_string().into_bytes();
    let headers = [
        ("X-GitCode-Event", "Merge Request Hook".to_owned()),
        ("X-GitCode-Delivery", fresh_id()),
        ("X-GitCode-Signature-256", sha256(secret, &body)),
    ];
    sent("gitcode", body, &headers)
}
