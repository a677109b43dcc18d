//! What the answers about a person's own things look like.

use super::{list, number, object, one, or_null, text, time};
use serde_json::{Value, json};

pub(super) fn schemas() -> Vec<(&'static str, Value)> {
    let flag = || json!({"type": "boolean"});
    let rung = || object(&[("code", text()), ("name", one("Name")), ("fixes", number())]);
    let objects = || json!({"type": "array", "items": {"type": "object"}});
    vec![
        (
            "Me",
            object(&[
                ("account", one("OwnLogin")),
                ("person", one("Person")),
                ("code", text()),
                (
                    "level",
                    object(&[
                        ("fixes", number()),
                        ("now", rung()),
                        ("next", json!({"oneOf": [rung(), {"type": "null"}]})),
                    ]),
                ),
                ("teams", list("OwnTeam")),
                ("accounts", list("OwnAccount")),
                ("submissions", list("Submission")),
                ("total", number()),
                ("next", or_null(number())),
            ]),
        ),
        (
            "OwnLogin",
            object(&[
                ("login", text()),
                ("person", text()),
                ("name", text()),
                ("roles", list("Role")),
                ("created_at", time()),
                ("has_password", flag()),
            ]),
        ),
        (
            "OwnTeam",
            object(&[
                ("competition", text()),
                ("team", one("Team")),
                ("status", text()),
                ("joined_at", or_null(time())),
                ("left_at", or_null(time())),
                ("rank", or_null(number())),
                ("points", or_null(number())),
            ]),
        ),
        (
            "OwnAccount",
            object(&[
                ("forge", text()),
                ("login", text()),
                ("id", or_null(text())),
                ("proven", flag()),
            ]),
        ),
        ("BindAt", object(&[("url", text())])),
        (
            "OwnData",
            object(&[
                ("exported_at", time()),
                ("account", json!({"type": "object"})),
                (
                    "person",
                    object(&[
                        ("slug", text()),
                        ("name", text()),
                        ("number", number()),
                        ("code", text()),
                    ]),
                ),
                ("accounts", list("OwnAccount")),
                ("teams", objects()),
                ("submissions", list("Submission")),
                ("requests", objects()),
                ("appeals", objects()),
                ("decisions", objects()),
                ("sessions", objects()),
                ("audit", objects()),
            ]),
        ),
    ]
}
