//! What the answers about decisions look like.

use super::{list, number, object, or_null, text, time};
use serde_json::{Value, json};

/// `submission`: the schema of a submission as everybody gets it.
pub(super) fn schemas(submission: &Value) -> Vec<(&'static str, Value)> {
    let with = |more: &[(&str, Value)]| {
        let mut schema = submission.clone();
        for (name, kind) in more {
            schema["properties"][*name] = kind.clone();
            if let Some(required) = schema["required"].as_array_mut() {
                required.push(json!(name));
            }
        }
        schema
    };
    let etag = ("etag", text());
    vec![
        ("JudgedSubmission", with(std::slice::from_ref(&etag))),
        (
            "QueuedSubmission",
            with(&[
                etag.clone(),
                ("waiting_since", or_null(time())),
                ("conflict", or_null(text())),
            ]),
        ),
        (
            "Queue",
            object(&[
                ("submissions", list("QueuedSubmission")),
                ("total", number()),
                ("next", or_null(number())),
            ]),
        ),
        (
            "Appeal",
            object(&[
                ("id", number()),
                ("submission", number()),
                ("status", json!({"enum": ["open", "upheld", "dismissed", "moot"]})),
                ("text", text()),
                ("opened_at", time()),
                ("answer", or_null(text())),
                ("answered_at", or_null(time())),
                (
                    "decision",
                    object(&[
                        ("action", json!({"enum": ["accept", "reject"]})),
                        ("points", or_null(number())),
                        ("reason", text()),
                        ("decided_at", time()),
                    ]),
                ),
            ]),
        ),
        (
            "Appeals",
            object(&[("appeals", list("Appeal")), ("next", or_null(number()))]),
        ),
    ]
}
