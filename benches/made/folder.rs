//! A competition's folder of any size. Everybody and everything in it is made up and the same each time.

use std::{
    fmt::Write as _,
    fs,
    io::{BufWriter, Write as _},
    path::Path,
};

pub const SLUG: &str = "bench";
pub const SOURCE: &str = "bench";
pub const SECRET: &str = "a secret of the benchmark alone";
/// Families of one GitHub repository each.
pub const REPOSITORIES: usize = 20;
/// 2026-09-01T00:00:00Z; seeded merges are in the two months from here on.
pub const FIRST_MERGE: i64 = 1_788_220_800;
/// Seconds in which seeded pulls are merged.
pub const SPREAD: i64 = 60 * 86_400;

pub struct Size {
    pub teams: usize,
    pub people: usize,
    pub pulls: usize,
}

pub fn login(person: usize) -> String {
    format!("dev{person:06}")
}

pub fn account_id(person: usize) -> usize {
    900_000_000 + person
}

pub fn repository(number: usize) -> String {
    format!("bench/p{:02}", number % REPOSITORIES)
}

pub fn repository_id(number: usize) -> usize {
    500_000 + number % REPOSITORIES
}

pub fn definition() -> String {
    let mut text = format!(
        r#"slug = "{SLUG}"
name = {{ en = "The Benchmark Sprint", zh = "基准冲刺" }}
time_zone = "Asia/Shanghai"
review = "exceptions"

[window]
opens_at = "2024-01-01T00:00:00+08:00"
closes_at = "2099-01-01T00:00:00+08:00"
merge_grace = "14d"

[rules]
bugfix_labels = ["kind/bug"]
bugfix_title = '(?i)(\bfix|\bbug|修复|修正)'
bugfix_command = "/kind bug"
no_signal = "ask"
required_labels = []
forbidden_labels = ["stat/invalid", "stat/duplicate"]
bots = ["ci-bot"]
min_changed_lines = 1

[scoring]
base = 1
labels = {{ "priority/critical" = 5 }}
first_fix_bonus = 2
daily_limit = 10

[[source]]
name = "{SOURCE}"
forge = "github"
secrets = ["literal:{SECRET}"]
"#
    );
    for number in 0..REPOSITORIES {
        let path = repository(number);
        let _ = write!(text, "\n[[repository]]\nforge = \"github\"\npath = \"{path}\"\n");
    }
    text
}

/// Writes the folder; person `i` is in team `i % teams`.
pub fn write(dir: &Path, size: &Size) -> std::io::Result<()> {
    fs::create_dir_all(dir)?;
    fs::write(dir.join("competition.toml"), definition())?;
    let mut teams = String::from("team,kind,region,name_en,name_zh,capacity\n");
    for team in 0..size.teams {
        let kind = ["city", "university", "enterprise"][team % 3];
        let region = ["CN-SH", "CN-BJ", "CN-GD", "CN-ZJ", "CN-SC"][team % 5];
        let _ = writeln!(
            teams,
            "team-{team:04},{kind},{region},Study Group {team:04},第 {team:04} 学习小组,"
        );
    }
    fs::write(dir.join("teams.csv"), teams)?;
    let mut people = String::from("person,name,team,joined_at,left_at,accounts\n");
    for person in 0..size.people {
        let (login, id, team) = (login(person), account_id(person), person % size.teams);
        let _ = writeln!(
            people,
            "{login},Person {person:06},team-{team:04},,,github:{login}#{id}"
        );
    }
    fs::write(dir.join("people.csv"), people)?;
    if size.pulls > 0 {
        let mut pulls = BufWriter::new(fs::File::create(dir.join("pulls.ndjson"))?);
        for number in 0..size.pulls {
            writeln!(pulls, "{}", pull(number, size))?;
        }
        pulls.flush()?;
    }
    Ok(())
}

fn pull(number: usize, size: &Size) -> serde_json::Value {
    // A few people do most of it, as everywhere: the square of an even spread.
    let share = (number * 7_919 % size.pulls) as f64 / size.pulls as f64;
    let person = ((share * share) * size.people as f64) as usize;
    let merged = FIRST_MERGE + number as i64 * SPREAD / size.pulls as i64;
    let time = |seconds: i64| {
        chrono::DateTime::from_timestamp(seconds, 0)
            .unwrap_or_default()
            .to_rfc3339()
    };
    serde_json::json!({
        "forge": "github",
        "repository": repository(number),
        "repository_id": repository_id(number).to_string(),
        "number": number / REPOSITORIES + 1,
        "state": "merged",
        "title": format!("fix leak {number} in the {} cache", ["tensor", "graph", "kernel", "parser"][number % 4]),
        "body": "Found by a fuzzer.\n\n/kind bug\n",
        "author": {"login": login(person), "id": account_id(person).to_string()},
        "merged_by": {"login": "ci-bot"},
        "base_branch": "main",
        "head_sha": format!("{:040x}", 0x00c0_ffee_0000_0000_u128 + number as u128 * 3),
        "merge_sha": format!("{:040x}", 0x0bad_cafe_0000_0000_u128 + number as u128 * 3 + 1),
        "created_at": time(merged - 86_400),
        "merged_at": time(merged),
        "labels": if number.is_multiple_of(50) { vec!["kind/bug", "priority/critical"] } else { vec!["kind/bug"] },
        "additions": 3 + number % 40,
        "deletions": 1,
        "updated_at": time(merged),
        "url": format!("https://github.com/{}/pull/{}", repository(number), number / REPOSITORIES + 1),
    })
}
