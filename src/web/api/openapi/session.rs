//! What the answers about sessions look like.

use super::{list, object, one, or_null, text, time};
use serde_json::{Value, json};

pub(super) fn schemas() -> Vec<(&'static str, Value)> {
    vec![
        (
            "Session",
            object(&[
                ("token", text()),
                ("expires_at", time()),
                ("account", one("AccountCard")),
            ]),
        ),
        ("Account", object(&[("account", one("AccountCard"))])),
        (
            "AccountCard",
            object(&[
                ("login", text()),
                ("person", text()),
                ("name", text()),
                ("roles", list("Role")),
            ]),
        ),
        (
            "Role",
            object(&[
                ("role", json!({"enum": ["admin", "judge", "organizer"]})),
                ("competition", or_null(text())),
                ("team", or_null(text())),
            ]),
        ),
    ]
}
