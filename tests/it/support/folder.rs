//! Competitions and pulls made up in code: around now, with people and teams that most tests need.

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use serde_json::{Value, json};
use std::{fs, path::Path, sync::LazyLock};

/// When the tests began: two asked for the same hour get the same one, however long a test takes.
static NOW: LazyLock<DateTime<Utc>> = LazyLock::new(|| Utc::now().trunc_subsecs(0));

/// So many hours before now, to the second.
pub fn ago(hours: i64) -> DateTime<Utc> {
    *NOW - TimeDelta::hours(hours)
}

pub fn ahead(hours: i64) -> DateTime<Utc> {
    ago(-hours)
}

/// A time as the program prints it.
pub fn moment(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A competition's folder. `Folder::new` is open, a week old, with three teams, four people and a source
/// of each forge.
#[derive(Clone)]
pub struct Folder {
    pub slug: String,
    pub opens_at: DateTime<Utc>,
    pub closes_at: DateTime<Utc>,
    pub merge_grace: String,
    pub freeze_at: Option<DateTime<Utc>>,
    /// Lines of `[rules]` and of `[scoring]`.
    pub rules: String,
    pub scoring: String,
    /// Whole `[[source]]` tables.
    pub sources: String,
    pub teams: Vec<String>,
    pub people: Vec<String>,
    pub pulls: Vec<Value>,
}

pub const SECRET: &str = "s3cret-of-the-kiln";

impl Folder {
    pub fn new() -> Self {
        let source = |forge: &str| {
            format!("[[source]]\nname = \"kiln\"\nforge = \"{forge}\"\nsecrets = [\"literal:{SECRET}\"]\n")
        };
        let rows = |rows: &[&str]| rows.iter().map(|row| (*row).to_owned()).collect();
        Self {
            slug: "spring".into(),
            opens_at: ago(24 * 7),
            closes_at: ahead(24 * 7),
            merge_grace: "7d".into(),
            freeze_at: None,
            rules: "bugfix_labels = [\"kind/bug\"]\n".into(),
            scoring: "base = 1\nfirst_fix_bonus = 0\ndaily_limit = 0\n".into(),
            sources: ["github", "gitee", "gitlab", "gitcode"].map(source).join("\n"),
            teams: rows(&[
                "shanghai,city,CN-SH,Shanghai MSG,上海 MSG,",
                "tsinghua,university,CN-BJ,Tsinghua MSG,清华 MSG,",
                "clay,enterprise,DE,Clay Works,陶土,",
            ]),
            people: rows(&[
                "ada,Ada,shanghai,,,github:ada gitee:ada gitlab:ada#1001 gitcode:ada",
                "bo,Bo,tsinghua,,,github:bo gitee:bo gitlab:bo#1002 gitcode:bo",
                "cy,Cy,clay,,,github:cy gitee:cy gitlab:cy#1003 gitcode:cy",
                "di,Di,shanghai,,,github:di gitee:di gitlab:di#1004 gitcode:di",
            ]),
            pulls: Vec::new(),
        }
    }

    pub fn toml(&self) -> String {
        let freeze = self
            .freeze_at
            .map(|at| format!("freeze_at = \"{}\"\n", moment(at)))
            .unwrap_or_default();
        let repository = |forge: &str| format!("[[repository]]\nforge = \"{forge}\"\npath = \"clayworks/{forge}\"\n");
        format!(
            "slug = \"{}\"\nname = {{ en = \"Spring\", zh = \"春\" }}\ntime_zone = \"Asia/Shanghai\"\n\n\
             [window]\nopens_at = \"{}\"\ncloses_at = \"{}\"\nmerge_grace = \"{}\"\n{freeze}\n{}\n\
             [rules]\n{}\n[scoring]\n{}\n{}",
            self.slug,
            moment(self.opens_at),
            moment(self.closes_at),
            self.merge_grace,
            ["github", "gitee", "gitlab", "gitcode"].map(repository).join("\n"),
            self.rules,
            self.scoring,
            self.sources,
        )
    }

    pub fn write(&self, dir: &Path) {
        fs::create_dir_all(dir).unwrap();
        fs::write(dir.join("competition.toml"), self.toml()).unwrap();
        let table = |head: &str, rows: &[String]| format!("{head}\n{}\n", rows.join("\n"));
        fs::write(
            dir.join("teams.csv"),
            table("team,kind,region,name_en,name_zh,capacity", &self.teams),
        )
        .unwrap();
        fs::write(
            dir.join("people.csv"),
            table("person,name,team,joined_at,left_at,accounts", &self.people),
        )
        .unwrap();
        let lines: Vec<String> = self.pulls.iter().map(|pull| format!("{pull}\n")).collect();
        fs::write(dir.join("pulls.ndjson"), lines.concat()).unwrap();
    }

    /// Written into a folder that goes with what is returned.
    pub fn on_disk(&self) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        self.write(dir.path());
        dir
    }
}

/// A pull that fixes a bug. Every form of it (a line, a hook of its forge) says the same facts.
#[derive(Clone, Debug)]
pub struct Fix {
    pub forge: &'static str,
    pub repository: String,
    pub repository_id: u64,
    pub number: u64,
    pub title: String,
    pub author: String,
    pub author_id: Option<u64>,
    pub created_at: DateTime<Utc>,
    pub merged_at: Option<DateTime<Utc>>,
    pub updated_at: DateTime<Utc>,
    pub labels: Vec<String>,
    pub base_branch: String,
}

impl Fix {
    /// Merged an hour ago, with the label that counts.
    pub fn new(forge: &'static str, number: u64, author: &str) -> Self {
        Self {
            forge,
            repository: format!("clayworks/{forge}"),
            repository_id: 810_001,
            number,
            title: format!("Fix crack {number}"),
            author: author.into(),
            author_id: match author {
                "ada" => Some(1001),
                "bo" => Some(1002),
                "cy" => Some(1003),
                "di" => Some(1004),
                _ => Some(2000),
            },
            created_at: ago(20),
            merged_at: Some(ago(1)),
            updated_at: ago(1),
            labels: vec!["kind/bug".into()],
            base_branch: "main".into(),
        }
    }

    pub fn merged(mut self, at: DateTime<Utc>) -> Self {
        self.merged_at = Some(at);
        self.updated_at = at;
        self
    }

    pub fn open(mut self) -> Self {
        self.merged_at = None;
        self.updated_at = self.created_at;
        self
    }

    pub fn merge_sha(&self) -> Option<String> {
        self.merged_at.map(|_| self.sha("c0ffee"))
    }

    pub fn head_sha(&self) -> String {
        self.sha("decaf0")
    }

    pub fn url(&self) -> String {
        format!("https://forge.example.com/{}/pulls/{}", self.repository, self.number)
    }

    /// Another one for each pull.
    fn sha(&self, of: &str) -> String {
        let forge: String = self.forge.bytes().map(|byte| format!("{byte:02x}")).collect();
        format!("{of}{:010x}{forge:0<24}", self.number)
    }

    /// A line of pulls.ndjson.
    pub fn line(&self) -> Value {
        json!({
            "forge": self.forge, "repository": self.repository, "repository_id": self.repository_id.to_string(),
            "number": self.number, "state": if self.merged_at.is_some() { "merged" } else { "open" },
            "title": self.title, "body": "", "author": {"login": self.author, "id": self.author_id.map(|id| id.to_string())},
            "merged_by": self.merged_at.map(|_| json!({"login": "merge-bot"})),
            "base_branch": self.base_branch, "head_branch": format!("fix-{}", self.number),
            "head_sha": self.head_sha(), "merge_sha": self.merge_sha(),
            "created_at": moment(self.created_at), "merged_at": self.merged_at.map(moment),
            "updated_at": moment(self.updated_at), "labels": self.labels, "additions": 3, "deletions": 1,
            "url": self.url(),
        })
    }
}
