//! What the answers to the host look like.

use super::{list, number, object, or_null, text, time};
use serde_json::{Value, json};

pub(super) fn schemas() -> Vec<(&'static str, Value)> {
    let counted = || {
        let mut counted = object(&[
            ("status", json!({"enum": ["accepted", "review", "waiting", "rejected"]})),
            ("points", number()),
            ("person", or_null(text())),
            ("team", or_null(text())),
        ]);
        counted["description"] = json!("Null: not in scope.");
        or_null(counted)
    };
    let at = || object(&[("rank", number()), ("points", number())]);
    let line = |whose: &'static str| object(&[(whose, text()), ("from", at()), ("to", at())]);
    let seal = || {
        vec![
            ("competition", text()),
            ("revealed_at", or_null(time())),
            ("finalized_at", or_null(time())),
        ]
    };
    let keys = || json!({"type": "object", "description": "Values by dotted key; of a secret only that it differs."});
    vec![
        (
            "DryRun",
            object(&[
                ("competition", text()),
                (
                    "changes",
                    object(&[
                        ("statuses", number()),
                        ("points", number()),
                        ("ranks", number()),
                        ("submissions", number()),
                        ("teams", number()),
                        ("people", number()),
                    ]),
                ),
                ("submissions", list("MovedSubmission")),
                ("teams", list("MovedTeam")),
                ("people", list("MovedPerson")),
                ("definition", object(&[("from", keys()), ("to", keys())])),
            ]),
        ),
        (
            "MovedSubmission",
            object(&[
                ("id", or_null(number())),
                (
                    "pull",
                    object(&[
                        ("forge", text()),
                        ("repository", text()),
                        ("number", number()),
                        ("title", text()),
                    ]),
                ),
                ("from", counted()),
                ("to", counted()),
            ]),
        ),
        ("MovedTeam", line("team")),
        ("MovedPerson", line("person")),
        (
            "Defined",
            object(&[
                ("competition", text()),
                ("created", json!({"type": "boolean"})),
                ("changed", json!({"type": "boolean"})),
                ("revision", number()),
                ("submissions", number()),
                ("entries", number()),
            ]),
        ),
        ("Seal", object(&seal())),
        (
            "Result",
            object(&[
                ("competition", text()),
                ("finalized_at", time()),
                ("sha256", text()),
                ("size", number()),
                (
                    "links",
                    object(&[
                        ("export", text()),
                        ("leaderboard", text()),
                        ("people", text()),
                        ("ledger", text()),
                        ("page", text()),
                    ]),
                ),
            ]),
        ),
        (
            "Audit",
            object(&[("entries", list("AuditEntry")), ("next", or_null(number()))]),
        ),
        (
            "AuditEntry",
            object(&[
                ("id", number()),
                ("at", time()),
                ("who", or_null(text())),
                ("act", text()),
                ("subject", text()),
                ("team", or_null(text())),
                ("reason", or_null(text())),
                ("from", json!({})),
                ("to", json!({})),
            ]),
        ),
        (
            "Sources",
            object(&[("sources", list("SourceCard")), ("failed", list("FailedDelivery"))]),
        ),
        (
            "SourceCard",
            object(&[
                ("forge", text()),
                ("name", text()),
                ("hook", text()),
                ("last_heard_at", or_null(time())),
                ("deliveries", number()),
                ("failed", number()),
                ("secrets_in_definition", number()),
                ("secrets", list("SecretNote")),
            ]),
        ),
        (
            "SecretNote",
            object(&[("id", number()), ("created_at", time()), ("ends_at", or_null(time()))]),
        ),
        (
            "FailedDelivery",
            object(&[
                ("id", number()),
                ("forge", text()),
                ("source", text()),
                ("event", text()),
                ("received_at", time()),
                ("reason", text()),
            ]),
        ),
        (
            "SecretAdded",
            object(&[("id", number()), ("forge", text()), ("source", text())]),
        ),
    ]
}
