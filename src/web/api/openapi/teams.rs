//! What the answers about teams look like.

use super::{list, number, object, or_null, text, time};
use serde_json::{Value, json};

pub(super) fn schemas() -> Vec<(&'static str, Value)> {
    vec![
        (
            "Teams",
            object(&[
                ("competition", text()),
                ("total", number()),
                ("teams", list("RegisteredTeam")),
            ]),
        ),
        (
            "RegisteredTeam",
            object(&[
                ("slug", text()),
                ("kind", json!({"enum": ["city", "university", "enterprise"]})),
                ("region", text()),
                ("name", object(&[("en", text()), ("zh", text())])),
                ("capacity", or_null(number())),
                ("status", standing()),
                ("members", list("Member")),
                // Null to everybody but the organizer, judges and admins.
                ("statement", or_null(text())),
                ("applied_at", or_null(time())),
                ("defence_at", or_null(time())),
                ("recording_url", or_null(text())),
                ("reason", or_null(text())),
            ]),
        ),
        (
            "Member",
            object(&[
                (
                    "person",
                    object(&[("slug", text()), ("name", text()), ("code", text())]),
                ),
                ("joined_at", or_null(time())),
                ("left_at", or_null(time())),
            ]),
        ),
        (
            "Invite",
            object(&[
                ("code", text()),
                ("url", text()),
                ("uses", number()),
                ("used", number()),
                ("expires_at", or_null(time())),
                ("created_at", time()),
                ("ended_at", or_null(time())),
                ("open", json!({"type": "boolean"})),
            ]),
        ),
        ("Invites", object(&[("total", number()), ("invites", list("Invite"))])),
        (
            "JoinRequest",
            object(&[
                (
                    "person",
                    object(&[("slug", text()), ("name", text()), ("code", text())]),
                ),
                ("text", text()),
                ("status", request_state()),
                ("asked_at", time()),
                ("answered_at", or_null(time())),
            ]),
        ),
        (
            "JoinRequests",
            object(&[("total", number()), ("requests", list("JoinRequest"))]),
        ),
    ]
}

pub(super) fn standing() -> Value {
    json!({"enum": ["applied", "defending", "approved", "declined", "suspended"]})
}

pub(super) fn request_state() -> Value {
    json!({"enum": ["open", "accepted", "declined", "withdrawn"]})
}
