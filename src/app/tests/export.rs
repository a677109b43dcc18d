use super::{Bench, now, spring};
use crate::app::{Verified, export, hex, seed, verify, verify_lines};
use aws_lc_rs::digest::{SHA256, digest};
use proptest::{prelude::*, test_runner::TestRunner};
use serde_json::Value;

async fn exported(bench: &Bench) -> Vec<u8> {
    let path = bench.path("export.ndjson");
    export(&bench.app, &spring(), &path, now(), |_| ()).await.unwrap();
    std::fs::read(path).unwrap()
}

fn verified(bytes: &[u8]) -> Verified {
    verify_lines(bytes, |_| ()).unwrap()
}

/// `bytes` with the end line written anew, as a forger would.
fn sealed_again(bytes: &[u8]) -> Vec<u8> {
    let text = std::str::from_utf8(bytes).unwrap();
    let body: Vec<&str> = text.lines().filter(|line| !line.contains(r#""type":"end""#)).collect();
    let mut out = body.join("\n") + "\n";
    let sha256 = hex(digest(&SHA256, out.as_bytes()).as_ref());
    out += &format!(
        "{{\"type\":\"end\",\"lines\":{},\"sha256\":\"{sha256}\"}}\n",
        body.len()
    );
    out.into_bytes()
}

/// The export with the first line that `edit` changes changed.
fn edited(bytes: &[u8], mut edit: impl FnMut(&mut Value) -> bool) -> Vec<u8> {
    let mut done = false;
    let lines = std::str::from_utf8(bytes).unwrap().lines().map(|line| {
        let mut value: Value = serde_json::from_str(line).unwrap();
        if !done && edit(&mut value) {
            done = true;
            return value.to_string();
        }
        line.to_owned()
    });
    let text = lines.collect::<Vec<_>>().join("\n") + "\n";
    assert!(done, "there is nothing to edit");
    text.into_bytes()
}

#[tokio::test]
async fn an_export_folds_again_to_the_same() {
    let bench = Bench::seeded("spring-sprint").await;
    let bytes = exported(&bench).await;
    let found = verify(&bench.path("export.ndjson"), |_| ()).unwrap();
    assert_eq!(found.differences, Vec::<String>::new());
    assert_eq!(found.holds.len(), 5, "{:?}", found.holds);
    let text = String::from_utf8(bytes).unwrap();
    assert!(!text.contains("secret"), "a secret leaves");
    assert!(!text.contains("[[source]]"));
    assert!(text.starts_with(r#"{"format":"bugathlon-export","version":2,"competition":"spring-sprint""#));
    assert_eq!(text, String::from_utf8(sealed_again(text.as_bytes())).unwrap());
}

/// Facts that come after the seal move no sealed result, and no verification of it.
#[tokio::test]
async fn a_final_competition_verifies_whatever_comes_later() {
    let bench = Bench::empty().await;
    let folder = bench.copied(
        "spring-sprint",
        "[result]\nfinalized_at = \"2026-05-10T00:00:00+08:00\"\n",
    );
    seed(&bench.app, &folder, now(), |_| ()).await.unwrap();
    let lines = std::fs::read_to_string(folder.join("pulls.ndjson")).unwrap();
    let merged = |line: &&str| line.contains(r#""state":"merged""#);
    let mut late: Value = serde_json::from_str(lines.lines().find(merged).unwrap()).unwrap();
    late["updated_at"] = "2026-06-01T00:00:00Z".into();
    late["labels"] = serde_json::json!(["stat/invalid"]);
    let mut new = late.clone();
    new["number"] = 99_999.into();
    let later = format!("{late}\n{new}\n");
    let cause = crate::domain::ledger::Cause::Import;
    let sum = crate::app::import(&bench.app, None, "later", later.as_bytes(), cause, now(), |_| ()).await;
    assert_eq!(sum.unwrap().taken, 2);
    let found = verified(&exported(&bench).await);
    assert_eq!(found.differences, Vec::<String>::new());
    assert_eq!(found.notes.len(), 1);
}

#[tokio::test]
async fn s13_one_altered_byte_is_found_wherever_it_is() {
    let bench = Bench::seeded("spring-sprint").await;
    let bytes = exported(&bench).await;
    let mut runner = TestRunner::new(proptest::test_runner::Config::with_cases(48));
    let places = (0..bytes.len(), 0..8_u32);
    let found = runner.run(&places, |(place, bit)| {
        let mut altered = bytes.clone();
        altered[place] ^= 1 << bit;
        prop_assert!(verified(&altered).found() > 0, "byte {place}, bit {bit}");
        Ok(())
    });
    found.unwrap();
    // Every byte of the end, which is the one line that no hash covers.
    let end = bytes[..bytes.len() - 1].iter().rposition(|b| *b == b'\n').unwrap();
    for place in end..bytes.len() {
        let mut altered = bytes.clone();
        altered[place] ^= 1;
        assert!(verified(&altered).found() > 0, "byte {place}");
    }
    for cut in [0, 1, bytes.len() / 2, end + 1, bytes.len() - 1] {
        assert!(verified(&bytes[..cut]).found() > 0, "cut at {cut}");
    }
}

#[tokio::test]
async fn s13_an_edit_is_found_though_the_end_is_written_anew() {
    let bench = Bench::seeded("spring-sprint").await;
    let bytes = exported(&bench).await;
    let is = |value: &Value, kind: &str| value["type"] == kind;
    type Edit<'a> = Box<dyn FnMut(&mut Value) -> bool + 'a>;
    let edits: Vec<(Edit<'_>, &str)> = vec![
        (
            Box::new(|line| {
                let wanted = is(line, "ledger") && line["seq"] == 17;
                if wanted {
                    line["points"] = (line["points"].as_i64().unwrap() + 1).into();
                }
                wanted
            }),
            "the hash of entry 17 does not fit",
        ),
        (
            Box::new(|line| {
                let wanted = is(line, "ledger") && line["seq"] == 17;
                if wanted {
                    line["seq"] = 18.into();
                }
                wanted
            }),
            "after entry 16 comes entry 18",
        ),
        (
            Box::new(|line| {
                let wanted = is(line, "submission") && line["status"] == "accepted";
                if wanted {
                    line["points"] = 99.into();
                }
                wanted
            }),
            "its points is 99, and the ledger gives",
        ),
        (
            Box::new(|line| {
                let wanted = is(line, "standing") && line["rank"] == 2;
                if wanted {
                    line["points"] = 999.into();
                }
                wanted
            }),
            "999 points",
        ),
        (
            Box::new(|line| {
                let wanted = is(line, "pull") && line["state"] == "merged";
                if wanted {
                    line["base_branch"] = "elsewhere".into();
                }
                wanted
            }),
            "again gives rejected",
        ),
        (
            Box::new(|line| {
                let wanted = is(line, "person") && line["memberships"].as_array().is_some_and(|m| !m.is_empty());
                if wanted {
                    line["memberships"] = serde_json::json!([]);
                }
                wanted
            }),
            "is not one of this competition",
        ),
        (
            Box::new(|line| {
                let wanted = is(line, "definition");
                if wanted {
                    let text = line["text"].as_str().unwrap().replace("base = 1", "base = 2");
                    line["text"] = text.into();
                }
                wanted
            }),
            "differs: points",
        ),
    ];
    for (edit, told) in edits {
        let altered = edited(&bytes, edit);
        assert!(
            verified(&altered)
                .differences
                .iter()
                .any(|d| d.contains("a byte was altered"))
        );
        let differences = verified(&sealed_again(&altered)).differences;
        assert!(differences.iter().any(|d| d.contains(told)), "{told}: {differences:#?}");
        assert!(!differences.iter().any(|d| d.contains("a byte was altered")));
    }
}
