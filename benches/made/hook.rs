//! Signed GitHub hooks of about 24 KB, each about another merged pull: one body in GitHub's shape, cut
//! where it varies, so that the next one is little more than a copy and its signature.

use super::folder;
use aws_lc_rs::hmac;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// A made-up body in GitHub's shape, pretty-printed; real ones come without white space.
const SHAPE: &str = include_str!("../../tests/bodies/github/pull_request-closed-merged.json");

/// What varies, and the mark that stands for it in the body.
#[derive(Clone, Copy)]
enum Part {
    Number,
    Login,
    Account,
    Merge,
    Head,
}

const MARKS: [(Part, &str); 5] = [
    (Part::Number, "77777701"),
    (Part::Login, "dev-marker"),
    (Part::Account, "777777702"),
    (Part::Merge, "1111111111111111111111111111111111111111"),
    (Part::Head, "2222222222222222222222222222222222222222"),
];

/// Number of the first pull that a hook is about; seeded ones are far below.
const FIRST: u64 = 10_000_000;

/// Makes hooks about the people of a folder of `people` people.
pub struct Hooks {
    /// Text, and what comes behind it.
    pieces: Vec<(String, Option<Part>)>,
    people: usize,
    key: hmac::Key,
    next: u64,
    /// Tells the deliveries and pulls of one maker from those of another.
    run: u32,
    body: Vec<u8>,
    varying: String,
}

impl Hooks {
    pub fn new(people: usize, run: u32) -> Self {
        let mut value: Value = serde_json::from_str(SHAPE).expect("the body under tests/bodies is JSON");
        let mark = |wanted: usize| MARKS[wanted].1;
        let number = |wanted: usize| json!(mark(wanted).parse::<u64>().expect("digits"));
        let merged_at = chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        let pull = &mut value["pull_request"];
        pull["number"] = number(0);
        pull["title"] = json!(format!("fix the leak {} in the glaze scheduler", mark(0)));
        pull["user"]["login"] = json!(mark(1));
        pull["user"]["id"] = number(2);
        pull["merge_commit_sha"] = json!(mark(3));
        pull["head"]["sha"] = json!(mark(4));
        pull["created_at"] = json!("2026-09-01T00:00:00Z");
        for key in ["merged_at", "updated_at", "closed_at"] {
            pull[key] = json!(merged_at);
        }
        value["number"] = number(0);
        value["repository"]["full_name"] = json!(folder::repository(0));
        value["repository"]["id"] = json!(folder::repository_id(0));
        Self {
            pieces: pieces(&value.to_string()),
            people,
            key: hmac::Key::new(hmac::HMAC_SHA256, folder::SECRET.as_bytes()),
            next: FIRST + u64::from(run) * 1_000_000,
            run,
            body: Vec::new(),
            varying: String::new(),
        }
    }

    /// The body of the next hook.
    pub fn body(&mut self) -> &[u8] {
        let number = self.next;
        self.next += 1;
        // A step that is prime to the number of people visits everybody.
        let person = (number as usize).wrapping_mul(7_919) % self.people;
        self.body.clear();
        for (text, part) in &self.pieces {
            self.body.extend_from_slice(text.as_bytes());
            self.varying.clear();
            // Writing into a String cannot fail.
            let _ = match part {
                None => Ok(()),
                Some(Part::Number) => write!(self.varying, "{number}"),
                Some(Part::Login) => write!(self.varying, "{}", folder::login(person)),
                Some(Part::Account) => write!(self.varying, "{}", folder::account_id(person)),
                Some(Part::Merge) => write!(self.varying, "{:040x}", spread(number, 0x9e37_79b9_7f4a_7c15)),
                Some(Part::Head) => write!(self.varying, "{:040x}", spread(number, 0xc2b2_ae3d_27d4_eb4f)),
            };
            self.body.extend_from_slice(self.varying.as_bytes());
        }
        &self.body
    }

    /// The headers that GitHub sends with the body that was made last.
    pub fn headers(&self) -> Vec<(String, String)> {
        let tag = hmac::sign(&self.key, &self.body);
        let mut signature = String::from("sha256=");
        for byte in tag.as_ref() {
            let _ = write!(signature, "{byte:02x}");
        }
        vec![
            ("x-github-event".into(), "pull_request".into()),
            ("x-github-delivery".into(), format!("{:08x}-{}", self.run, self.next)),
            ("x-hub-signature-256".into(), signature),
        ]
    }

    /// The whole next request, into `request`.
    pub fn request(&mut self, request: &mut Vec<u8>) {
        self.body();
        let mut head = format!(
            "POST /hooks/github/{} HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\ncontent-length: {}\r\n",
            folder::SOURCE,
            self.body.len()
        );
        for (name, value) in self.headers() {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        head.push_str("\r\n");
        request.clear();
        request.extend_from_slice(head.as_bytes());
        request.extend_from_slice(&self.body);
    }
}

/// Digits that look random and are different for each number, as those of a sha are.
fn spread(number: u64, by: u128) -> u128 {
    u128::from(number).wrapping_mul(by).wrapping_mul(by) ^ u128::from(number)
}

/// Cuts `text` at every mark.
fn pieces(text: &str) -> Vec<(String, Option<Part>)> {
    let mut pieces = Vec::new();
    let mut rest = text;
    let first = |rest: &str| {
        let found = MARKS
            .iter()
            .filter_map(|(part, mark)| Some((rest.find(mark)?, *part, mark.len())));
        found.min_by_key(|(at, ..)| *at)
    };
    while let Some((at, part, length)) = first(rest) {
        pieces.push((rest[..at].to_owned(), Some(part)));
        rest = &rest[at + length..];
    }
    pieces.push((rest.to_owned(), None));
    pieces
}
