//! The demonstration's forges: pulls that are merged, as GitHub and Gitee tell of them, signed as they sign.

use super::{
    dice::Dice,
    story::{Player, REPOSITORIES, title},
};
use crate::domain::time::Moment;
use aws_lc_rs::hmac;
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

/// A pull of the demonstration.
#[derive(Clone, Debug)]
pub struct Merge {
    pub repository: usize,
    pub number: u64,
    pub title: String,
    pub body: String,
    pub author: Player,
    pub base: &'static str,
    pub head: String,
    pub labels: Vec<&'static str>,
    pub lines: u64,
    pub sha: String,
    pub created_at: Moment,
    pub merged_at: Moment,
}

/// A hook, ready to be sent.
pub struct Sent {
    pub path: &'static str,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

/// The stream of merges, each a little story of its own.
pub struct Merges {
    players: Vec<Player>,
    /// The next number of each repository.
    next: [u64; REPOSITORIES.len()],
    past: Vec<Merge>,
}

impl Merges {
    pub fn new(players: Vec<Player>) -> Self {
        Self {
            players,
            next: [100, 300, 40, 700],
            past: Vec::new(),
        }
    }

    /// The next merge: mostly a fix, now and then a port, a revert, or something that a judge has to look at.
    pub fn next(&mut self, dice: &mut Dice, merged_at: Moment) -> Merge {
        let repository = dice.roll(REPOSITORIES.len() as u64) as usize;
        let number = self.next[repository];
        self.next[repository] += 1 + dice.roll(3);
        // Some cities are busier than others, and which ones changes as one watches.
        let most = self.players.len() as u64;
        let author = self.players[(dice.roll(most).min(dice.roll(most)) as usize) % self.players.len()].clone();
        let mut merge = Merge {
            repository,
            number,
            title: title(dice, number),
            body: "/kind bug\n\nWhat was wrong, and how it was found.".into(),
            author,
            base: "master",
            head: format!("fix-{number}"),
            labels: vec!["kind/bug"],
            lines: 1 + dice.roll(120),
            sha: dice.sha(),
            created_at: merged_at.plus(-(Moment::HOUR + dice.roll(20) as i64 * Moment::HOUR)),
            merged_at,
        };
        match dice.roll(24) {
            0..=3 => merge.labels.push("priority/major"),
            4 | 5 => merge.labels.push("priority/critical"),
            6 => {
                merge.labels = vec!["kind/bugs"];
                merge.title = format!("improve the profiler's table ({number})");
                merge.body = "> /kind bug\n\nTidier columns.".into();
            }
            7 => merge.lines = 0,
            8 if self.past.len() > 20 => self.port(dice, &mut merge),
            9 if self.past.len() > 20 => self.revert(dice, &mut merge),
            _ => {}
        }
        self.past.push(merge.clone());
        if self.past.len() > 200 {
            self.past.remove(0);
        }
        merge
    }

    fn move_to(&mut self, repository: usize, merge: &mut Merge) {
        merge.repository = repository;
        merge.number = self.next[repository];
        self.next[repository] += 1;
    }

    fn port(&mut self, dice: &mut Dice, merge: &mut Merge) {
        let fixed = dice.one_of(&self.past).clone();
        self.move_to(fixed.repository, merge);
        merge.title = format!("[r2.0] {}", fixed.title);
        merge.author = fixed.author;
        merge.base = "r2.0";
    }

    fn revert(&mut self, dice: &mut Dice, merge: &mut Merge) {
        let mistake = dice.one_of(&self.past).clone();
        self.move_to(mistake.repository, merge);
        merge.title = format!("Revert \"{}\"", mistake.title);
        merge.body = format!("This reverts commit {}.", mistake.sha);
        merge.head = format!("revert-{}-master", mistake.number);
        merge.labels = vec![];
    }
}

impl Merge {
    fn forge(&self) -> (&'static str, &'static str, u64) {
        REPOSITORIES[self.repository]
    }

    /// As a line of pulls.ndjson.
    pub fn line(&self) -> Value {
        let (forge, path, id) = self.forge();
        json!({
            "forge": forge, "repository": path, "repository_id": id.to_string(), "number": self.number,
            "state": "merged", "title": self.title, "body": self.body,
            "author": {"login": self.author.login, "id": self.author.id.to_string()},
            "merged_by": {"login": "lantern-bot"}, "base_branch": self.base, "head_branch": self.head,
            "merge_sha": self.sha, "created_at": self.created_at, "merged_at": self.merged_at,
            "labels": self.labels, "additions": self.lines, "deletions": 0, "updated_at": self.merged_at,
        })
    }

    /// As the forge's hook, signed with `secret`.
    pub fn hook(&self, dice: &mut Dice, secret: &str, now: Moment) -> Sent {
        let (forge, path, id) = self.forge();
        let labels: Vec<Value> = self.labels.iter().map(|name| json!({"name": name})).collect();
        let user = |login: &str, id: u64, kind: &str| json!({"login": login, "id": id, "type": kind, "name": login});
        let author = user(&self.author.login, self.author.id, "User");
        let repository = json!({"id": id, "full_name": path, "name": path.rsplit('/').next()});
        let pull = json!({
            "number": self.number, "title": self.title, "body": self.body, "merged": true,
            "state": if forge == "github" { "closed" } else { "merged" },
            "html_url": format!("https://{forge}.com/{path}/{}/{}", if forge == "github" { "pull" } else { "pulls" }, self.number),
            "user": author, "merged_by": user("lantern-bot", 1, "Bot"), "labels": labels,
            "base": {"ref": self.base, "repo": repository}, "head": {"ref": self.head, "sha": dice.sha()},
            "merge_commit_sha": self.sha, "created_at": self.created_at, "merged_at": self.merged_at,
            "updated_at": self.merged_at, "additions": self.lines, "deletions": 0, "changed_files": 1,
        });
        let action = if forge == "github" { "closed" } else { "merge" };
        let body = json!({
            "action": action, "number": self.number, "pull_request": pull, "repository": repository, "sender": author,
        });
        let body = serde_json::to_vec(&body).unwrap_or_default();
        if forge == "github" {
            let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
            let sign: String = hmac::sign(&key, &body)
                .as_ref()
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect();
            return Sent {
                path: "/hooks/github/lanterns",
                headers: vec![
                    ("x-github-event", "pull_request".into()),
                    ("x-github-delivery", dice.sha()),
                    ("x-hub-signature-256", format!("sha256={sign}")),
                ],
                body,
            };
        }
        let stamp = now.millis().to_string();
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let sign = hmac::sign(&key, format!("{stamp}\n{secret}").as_bytes());
        Sent {
            path: "/hooks/gitee/lanterns",
            headers: vec![
                ("x-gitee-event", "Merge Request Hook".into()),
                ("x-gitee-timestamp", stamp),
                ("x-gitee-token", BASE64_STANDARD.encode(sign)),
            ],
            body,
        }
    }
}
