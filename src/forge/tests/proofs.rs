//! Checklist H1 to H5, and verify's part of H13.

use super::*;

const BODY: &[u8] = b"{\"number\": 42, \"title\": \"\xe4\xbf\xae\xe5\xa4\x8d\"}";
const GITEE_SECRET: &str = "bBg5lrt03VixkX85CNqYIcecC0SIGASE";
const GITEE_TIME: &str = "1633679083918";
const GITEE_SIGN: &str = "Xvh4YPVe6l31XpDRL9J2yeaEXabsckIoUUschpXiVck=";

fn sha256(secret: &str, body: &[u8]) -> String {
    format!("sha256={}", hex(&hmac(secret.as_bytes(), body)))
}

fn signed(key: &[u8], id: &str, seconds: &str, body: &[u8]) -> String {
    let message = [id.as_bytes(), b".", seconds.as_bytes(), b".", body].concat();
    format!("v1,{}", base64(&hmac(key, &message)))
}

#[test]
fn github_wants_sha256() {
    let good = sha256("old", BODY);
    let github = |rows: &[(&str, &str)], of: &[&str]| check(Forge::GitHub, rows, BODY, of);
    const HEADER: &str = "X-Hub-Signature-256";
    for (rows, of, wanted) in [
        (vec![(HEADER, good.as_str())], vec!["old"], Ok(Proof::Covered)),
        (vec![(HEADER, good.as_str())], vec!["new", "old"], Ok(Proof::Covered)),
        (vec![(HEADER, good.as_str())], vec!["old", "new"], Ok(Proof::Covered)),
        (vec![(HEADER, good.as_str())], vec!["new"], Err(Refusal::Wrong(HEADER))),
        (vec![(HEADER, good.as_str())], vec![], Err(Refusal::NoSecret)),
        (vec![(HEADER, good.as_str())], vec![""], Err(Refusal::NoSecret)),
        (vec![], vec!["old"], Err(Refusal::Missing(HEADER))),
        (vec![(HEADER, " ")], vec!["old"], Err(Refusal::Missing(HEADER))),
        (
            vec![("X-Hub-Signature", "sha1=9a2f")],
            vec!["old"],
            Err(Refusal::Sha1Only),
        ),
        (
            vec![(HEADER, "sha1=9a2f")],
            vec!["old"],
            Err(Refusal::Malformed(HEADER)),
        ),
        (
            vec![(HEADER, &good[..good.len() - 1])],
            vec!["old"],
            Err(Refusal::Malformed(HEADER)),
        ),
        (
            vec![(HEADER, &good[..good.len() - 2])],
            vec!["old"],
            Err(Refusal::Malformed(HEADER)),
        ),
        (
            vec![(HEADER, "sha256=ключ")],
            vec!["old"],
            Err(Refusal::Malformed(HEADER)),
        ),
        (vec![(HEADER, "sha256=")], vec!["old"], Err(Refusal::Malformed(HEADER))),
    ] {
        assert_eq!(github(&rows, &of), wanted, "{rows:?} {of:?}");
    }
    // GitHub's own example: docs.github.com, "Validating webhook deliveries".
    let theirs = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    let rows = [(HEADER, theirs)];
    assert_eq!(
        check(Forge::GitHub, &rows, b"Hello, World!", &["It's a Secret to Everybody"]),
        Ok(Proof::Covered)
    );
}

#[test]
fn one_flipped_bit_is_refused() {
    let at = (NOW / 1_000).to_string();
    let github = sha256("s", BODY);
    let gitlab = signed(b"s", "msg-1", &at, BODY);
    let covered: [(Forge, Vec<(&str, &str)>); 3] = [
        (Forge::GitHub, vec![("x-hub-signature-256", &github)]),
        (Forge::GitCode, vec![("x-gitcode-signature-256", &github)]),
        (
            Forge::GitLab,
            vec![
                ("webhook-id", "msg-1"),
                ("webhook-timestamp", &at),
                ("webhook-signature", &gitlab),
            ],
        ),
    ];
    for (forge, rows) in covered {
        assert_eq!(check(forge, &rows, BODY, &["s"]), Ok(Proof::Covered));
        for bit in 0..BODY.len() * 8 {
            let mut body = BODY.to_vec();
            body[bit / 8] ^= 1 << (bit % 8);
            assert!(
                matches!(check(forge, &rows, &body, &["s"]), Err(Refusal::Wrong(_))),
                "{forge}, bit {bit}"
            );
        }
    }
    let good = hmac(b"s", BODY);
    for bit in 0..256 {
        let mut sign = good.clone();
        sign[bit / 8] ^= 1 << (bit % 8);
        let value = format!("sha256={}", hex(&sign));
        assert!(
            check(Forge::GitHub, &[("x-hub-signature-256", &value)], BODY, &["s"]).is_err(),
            "bit {bit}"
        );
    }
}

#[test]
fn gitee_takes_the_password_or_a_fresh_sign() {
    let sent = Moment::from_millis(1_633_679_083_918);
    let encoded = GITEE_SIGN.replace('=', "%3D");
    let stale = |skew| {
        Err(Refusal::Stale {
            header: "X-Gitee-Timestamp",
            skew,
        })
    };
    let wrong = Err(Refusal::Wrong("X-Gitee-Token"));
    for (token, timestamp, of, later, wanted) in [
        (GITEE_SIGN, GITEE_TIME, GITEE_SECRET, 0, Ok(Proof::Uncovered)),
        (encoded.as_str(), GITEE_TIME, GITEE_SECRET, 0, Ok(Proof::Uncovered)),
        (GITEE_SIGN, GITEE_TIME, GITEE_SECRET, 300_000, Ok(Proof::Uncovered)),
        (GITEE_SIGN, GITEE_TIME, GITEE_SECRET, -300_000, Ok(Proof::Uncovered)),
        (GITEE_SIGN, GITEE_TIME, GITEE_SECRET, 300_001, stale(-300_001)),
        (GITEE_SIGN, GITEE_TIME, GITEE_SECRET, -300_001, stale(300_001)),
        (GITEE_SIGN, "1633679083919", GITEE_SECRET, 0, wrong.clone()),
        (GITEE_SIGN, GITEE_TIME, "another", 0, wrong.clone()),
        (
            GITEE_SIGN,
            "",
            GITEE_SECRET,
            0,
            Err(Refusal::Missing("X-Gitee-Timestamp")),
        ),
        (
            GITEE_SIGN,
            "-1",
            GITEE_SECRET,
            0,
            Err(Refusal::Malformed("X-Gitee-Timestamp")),
        ),
        ("", GITEE_TIME, GITEE_SECRET, 0, Err(Refusal::Missing("X-Gitee-Token"))),
        ("pass word", "", "pass word", 0, Ok(Proof::Uncovered)),
        ("pass word", GITEE_TIME, "pass word", 86_400_000, Ok(Proof::Uncovered)),
        ("pass wor", GITEE_TIME, "pass word", 0, wrong.clone()),
    ] {
        let headers = headers(&[("X-Gitee-Token", token), ("X-Gitee-Timestamp", timestamp)]);
        let hook = Hook {
            headers: &headers,
            body: BODY,
        };
        for of in [secrets(&[of]), secrets(&["", "other", of])] {
            assert_eq!(
                verify(Forge::Gitee, &hook, &of, sent.plus(later)),
                wanted,
                "{token} {timestamp} {later}"
            );
        }
    }
    // What the body repeats of a proof proves nothing.
    let body = format!(r#"{{"password":"{GITEE_SECRET}","sign":"{GITEE_SIGN}","timestamp":"{GITEE_TIME}"}}"#);
    let refused = check(Forge::Gitee, &[], body.as_bytes(), &[GITEE_SECRET]);
    assert_eq!(refused, Err(Refusal::Missing("X-Gitee-Token")));
}

#[test]
fn gitee_signs_with_every_character_of_base64_url_encoded() {
    let (mut plus, mut slash) = (false, false);
    for n in 0..40 {
        let secret = format!("secret-{n}");
        let sign = base64(&hmac(secret.as_bytes(), format!("{NOW}\n{secret}").as_bytes()));
        (plus, slash) = (plus || sign.contains('+'), slash || sign.contains('/'));
        let encoded = sign.replace('+', "%2B").replace('/', "%2f").replace('=', "%3D");
        for token in [sign, encoded] {
            let rows = [
                ("x-gitee-token", token.as_str()),
                ("x-gitee-timestamp", &NOW.to_string()),
            ];
            assert_eq!(
                check(Forge::Gitee, &rows, BODY, &[&secret]),
                Ok(Proof::Uncovered),
                "{token}"
            );
        }
    }
    assert!(plus && slash);
}

#[test]
fn gitlab_takes_the_token_or_a_fresh_signature() {
    let key = b"\x00\xffbinary key of thirty-two bytes";
    let whsec = format!("whsec_{}", base64(key));
    let at = (NOW / 1_000).to_string();
    let old = (NOW / 1_000 - 301).to_string();
    let edge = (NOW / 1_000 + 300).to_string();
    let raw = signed(b"raw", "msg", &at, BODY);
    let many = format!("v2,abc {} {raw}", signed(b"retired", "msg", &at, BODY));
    let base = signed(key, "msg", &at, BODY);
    let (stale, last) = (signed(b"raw", "msg", &old, BODY), signed(b"raw", "msg", &edge, BODY));
    let none = signed(b"", "msg", &at, BODY);
    let (id, time, sign, token) = ("webhook-id", "webhook-timestamp", "webhook-signature", "X-Gitlab-Token");
    let wrong = Err(Refusal::Wrong("webhook-signature"));
    let msg = (id, "msg");
    for (rows, of, wanted) in [
        (vec![(token, "t")], "t", Ok(Proof::Uncovered)),
        (vec![(token, "T")], "t", Err(Refusal::Wrong(token))),
        (vec![], "t", Err(Refusal::Missing(token))),
        (vec![msg, (time, &at), (sign, &raw)], "raw", Ok(Proof::Covered)),
        (vec![msg, (time, &at), (sign, &many)], "raw", Ok(Proof::Covered)),
        (vec![msg, (time, &at), (sign, &base)], &whsec, Ok(Proof::Covered)),
        (vec![msg, (time, &edge), (sign, &last)], "raw", Ok(Proof::Covered)),
        (vec![msg, (time, &at), (sign, &base)], "raw", wrong.clone()),
        (vec![msg, (time, &at), (sign, &none)], "whsec_", wrong.clone()),
        (vec![msg, (time, &at), (sign, &none)], "raw", wrong.clone()),
        // A token beside it does not make up for a wrong, empty or stale signature.
        (
            vec![msg, (time, &at), (sign, &base), (token, "raw")],
            "raw",
            wrong.clone(),
        ),
        (
            vec![msg, (time, &at), (sign, ""), (token, "raw")],
            "raw",
            Err(Refusal::Malformed(sign)),
        ),
        (
            vec![msg, (time, &at), (sign, "v1,zz"), (token, "raw")],
            "raw",
            Err(Refusal::Malformed(sign)),
        ),
        (
            vec![("webhook-id", "other"), (time, &at), (sign, &raw)],
            "raw",
            wrong.clone(),
        ),
        (vec![msg, (time, &edge), (sign, &raw)], "raw", wrong.clone()),
        (vec![(time, &at), (sign, &raw)], "raw", Err(Refusal::Missing(id))),
        (vec![msg, (sign, &raw)], "raw", Err(Refusal::Missing(time))),
        (
            vec![msg, (time, "soon"), (sign, &raw)],
            "raw",
            Err(Refusal::Malformed(time)),
        ),
        (
            vec![msg, (time, &old), (sign, &stale)],
            "raw",
            Err(Refusal::Stale {
                header: "webhook-timestamp",
                skew: -301_000,
            }),
        ),
    ] {
        assert_eq!(check(Forge::GitLab, &rows, BODY, &[of]), wanted, "{rows:?}");
        assert_eq!(
            check(Forge::GitLab, &rows, BODY, &["another", of]),
            wanted,
            "{rows:?}, rotated"
        );
    }
}

#[test]
fn gitcode_takes_the_signature_or_the_token() {
    let good = sha256("s", BODY);
    let (sign, token) = ("X-GitCode-Signature-256", "X-GitCode-Token");
    for (rows, wanted) in [
        (vec![(sign, good.as_str())], Ok(Proof::Covered)),
        (vec![(sign, good.as_str()), (token, "other")], Ok(Proof::Covered)),
        (vec![(token, "s")], Ok(Proof::Uncovered)),
        (vec![(token, "no")], Err(Refusal::Wrong(token))),
        (vec![(sign, ""), (token, "s")], Err(Refusal::Malformed(sign))),
        (vec![], Err(Refusal::Missing(token))),
    ] {
        assert_eq!(check(Forge::GitCode, &rows, BODY, &["x", "s"]), wanted, "{rows:?}");
    }
    let other = sha256("other", BODY);
    let rows = [(sign, other.as_str()), (token, "s")];
    assert_eq!(check(Forge::GitCode, &rows, BODY, &["s"]), Err(Refusal::Wrong(sign)));
}

#[test]
fn a_refusal_says_neither_the_secret_nor_what_was_sent() {
    for (forge, header) in [
        (Forge::GitHub, "x-hub-signature-256"),
        (Forge::Gitee, "x-gitee-token"),
        (Forge::GitLab, "x-gitlab-token"),
        (Forge::GitCode, "x-gitcode-token"),
    ] {
        let refusal = check(forge, &[(header, "near-miss")], BODY, &["s3cr3t"]).unwrap_err();
        let text = format!("{refusal} {refusal:?}");
        assert!(!text.contains("s3cr3t") && !text.contains("near-miss"), "{text}");
    }
}
