//! No bytes make this floor panic, and no form of a body carries a password past `redacted`.

use super::*;
use proptest::prelude::*;
use std::sync::LazyLock;

static BODIES: LazyLock<Vec<(Forge, Vec<u8>)>> = LazyLock::new(|| {
    let of = |forge: Forge| {
        bodies(&root().join(format!("tests/bodies/{forge}")))
            .into_iter()
            .map(move |b| (forge, b.1))
    };
    Forge::ALL.into_iter().flat_map(of).collect()
});

const EVENTS: [Option<&str>; 5] = [
    None,
    Some("pull_request"),
    Some("Merge Request Hook"),
    Some("System Hook"),
    Some("push"),
];

fn everything(forge: Forge, body: &[u8], header: &str) {
    for event in EVENTS {
        let _ = read(forge, event, body);
    }
    let _ = redacted(forge, body);
    let names = [
        "x-hub-signature-256",
        "x-gitee-token",
        "x-gitee-timestamp",
        "x-gitlab-token",
        "webhook-id",
        "webhook-timestamp",
        "x-gitcode-token",
    ];
    let mut rows: Vec<(&str, &str)> = names.iter().map(|n| (*n, header)).collect();
    for last in [
        "webhook-signature",
        "x-gitcode-signature-256",
        "x-github-delivery",
        "x-gitlab-event-uuid",
    ] {
        rows.push((last, header));
        let headers = headers(&rows);
        let hook = Hook {
            headers: &headers,
            body,
        };
        let _ = verify(forge, &hook, &secrets(&["s", "whsec_AAAA", "whsec_%"]), now());
        assert!((1..=128).contains(&delivery_id(forge, &hook).len()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn arbitrary_bytes(forge in 0..4_usize, body in prop::collection::vec(any::<u8>(), 0..400), header in "\\PC{0,80}") {
        everything(Forge::ALL[forge], &body, &header);
    }

    #[test]
    fn arbitrary_json_like_text(forge in 0..4_usize, body in "[\\[\\]{}:,\"\\\\ a-cu0-9=%psword]{0,200}", header in "(v1,|sha256=)?[A-Za-z0-9+/=%. ]{0,90}") {
        everything(Forge::ALL[forge], body.as_bytes(), &header);
    }

    #[test]
    fn mutated_bodies(which in any::<prop::sample::Index>(), cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3_u8), 1..6)) {
        let (forge, body) = &BODIES[which.index(BODIES.len())];
        let mut body = body.clone();
        for (at, byte, how) in cuts {
            if body.is_empty() { break; }
            let at = at.index(body.len());
            match how {
                0 => body[at] = byte,
                1 => body.truncate(at),
                _ => { body.remove(at); }
            }
        }
        everything(*forge, &body, "1733000000");
    }

    #[test]
    fn a_wrong_value_anywhere_is_named_or_harmless(which in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), wrong in 0..6_usize) {
        let (forge, body) = &BODIES[which.index(BODIES.len())];
        let mut value: serde_json::Value = serde_json::from_slice(body).unwrap();
        let places = value_places(&value, String::new());
        let place = &places[at.index(places.len())];
        let odd = [serde_json::json!(null), serde_json::json!(-1), serde_json::json!(1e300), serde_json::json!([{}]), serde_json::json!({"a": []}), serde_json::json!("\0")];
        *value.pointer_mut(place).unwrap() = odd[wrong].clone();
        let event = if *forge == Forge::GitHub { "pull_request" } else { "Merge Request Hook" };
        match read(*forge, Some(event), value.to_string().as_bytes()) {
            Ok(Reading::Pull(pull)) => prop_assert!(!pull.telling.told.title.contains('\0') && pull.number > 0),
            Ok(Reading::Ignored(_)) => {}
            Err(unreadable) => prop_assert!(unreadable.reason.contains(':'), "{}", unreadable.reason),
        }
    }

    #[test]
    fn no_password_gets_through(before in "[\\[\\]{}:, \"a-c]{0,20}", after in "[\\[\\]{}:, a-c\\\\]{0,20}", password in "[k-z]{8,16}") {
        let body = format!("{before}\"password\": \"{password}\"{after}");
        let clean = redacted(Forge::Gitee, body.as_bytes());
        prop_assert!(!String::from_utf8_lossy(&clean).contains(&password), "{body}");
    }
}

/// JSON pointers of all values inside `value`.
fn value_places(value: &serde_json::Value, here: String) -> Vec<String> {
    let inner: Vec<(String, &serde_json::Value)> = match value {
        serde_json::Value::Object(map) => map.iter().map(|(k, v)| (k.replace('/', "~1"), v)).collect(),
        serde_json::Value::Array(list) => list.iter().enumerate().map(|(i, v)| (i.to_string(), v)).collect(),
        _ => Vec::new(),
    };
    let deeper = inner
        .into_iter()
        .flat_map(|(key, v)| value_places(v, format!("{here}/{key}")));
    std::iter::once(here.clone())
        .chain(deeper.collect::<Vec<_>>())
        .filter(|p| !p.is_empty())
        .collect()
}
