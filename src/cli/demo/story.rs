//! Who takes part in the demonstration: made-up teams, people and repositories.

use super::dice::Dice;
use crate::domain::time::Moment;
use std::{fmt::Write as _, fs, io, path::Path};

/// Slug, kind, region, English name, Chinese name.
const TEAMS: [(&str, &str, &str, &str, &str); 18] = [
    ("beijing", "city", "CN-BJ", "Beijing MSG", "北京 MSG"),
    ("shanghai", "city", "CN-SH", "Shanghai MSG", "上海 MSG"),
    ("shenzhen", "city", "CN-GD", "Shenzhen MSG", "深圳 MSG"),
    ("hangzhou", "city", "CN-ZJ", "Hangzhou MSG", "杭州 MSG"),
    ("suzhou", "city", "CN-JS", "Suzhou MSG", "苏州 MSG"),
    ("wuhan", "city", "CN-HB", "Wuhan MSG", "武汉 MSG"),
    ("xian", "city", "CN-SN", "Xi'an MSG", "西安 MSG"),
    ("chengdu", "city", "CN-SC", "Chengdu MSG", "成都 MSG"),
    ("tianjin", "city", "CN-TJ", "Tianjin MSG", "天津 MSG"),
    ("singapore", "city", "SG", "Singapore MSG", "新加坡 MSG"),
    ("london", "city", "GB-LND", "London MSG", "伦敦 MSG"),
    ("lakeside", "university", "CN-ZJ", "Lakeside University", "湖畔大学"),
    ("north-star", "university", "CN-BJ", "North Star Institute", "北辰学院"),
    ("southern", "university", "CN-GD", "Southern Polytechnic", "南方理工"),
    (
        "yulan",
        "university",
        "CN-SH",
        "Yulan Normal University",
        "玉兰师范大学",
    ),
    ("lantern-works", "enterprise", "CN-SH", "Lantern Works", "灯笼工场"),
    ("red-crane", "enterprise", "CN-AH", "Red Crane Robotics", "丹鹤机器人"),
    ("bamboo-cloud", "enterprise", "CN-GD", "Bamboo Cloud", "竹云科技"),
];

const FAMILY: [&str; 16] = [
    "Lin", "Chen", "Wei", "Zhao", "Sun", "Qin", "Luo", "Tan", "Xu", "Gao", "Ma", "He", "Mori", "Patel", "Novak",
    "Silva",
];
const GIVEN: [&str; 16] = [
    "Yue", "Hao", "Jing", "Bo", "Mei", "Tao", "Xin", "Rui", "Nan", "Kai", "Shan", "Ling", "Ada", "Ravi", "Eva", "Noor",
];

/// People a team.
const SEATS: usize = 6;

/// Somebody who sends pulls.
#[derive(Clone, Debug)]
pub struct Player {
    pub login: String,
    /// The forge's numeric id, the same on both forges.
    pub id: u64,
    pub team: usize,
}

/// Where pulls go: forge, path, number of the repository.
pub const REPOSITORIES: [(&str, &str, u64); 4] = [
    ("gitee", "lanterns/lantern", 8_100_001),
    ("gitee", "lanterns/serving", 8_100_002),
    ("github", "lanterns-mirror/lantern", 9_200_001),
    ("github", "lanterns-mirror/docs", 9_200_003),
];

const WHAT: [&str; 20] = [
    "fix dataset cache leak when the epoch restarts",
    "fix wrong gradient of BiLSTM on the last axis",
    "修复 Conv3D 动态 shape 推导错误",
    "fix deadlock between two profilers",
    "fix off-by-one in the learning rate warm-up",
    "修正 LogSoftmax 文档中的公式",
    "fix crash on an empty checkpoint",
    "fix race in the graph compiler's thread pool",
    "修复 PReLU 在 CPU 上的精度问题",
    "fix broken anchor in the install guide",
    "fix int32 overflow in a large embedding",
    "修复多卡训练偶发卡死",
    "fix the error message that blamed the user",
    "fix memory held after the session is closed",
    "修复 Windows 路径中的反斜杠",
    "fix time zone in the event log",
    "fix flaky test of the allreduce ring",
    "修复单元测试随机失败",
    "fix import order that hid an exception",
    "fix sparse tensor printed upside down",
];

pub fn title(dice: &mut Dice, number: u64) -> String {
    format!("{} ({number})", dice.one_of(&WHAT))
}

pub fn team_name(team: usize) -> &'static str {
    TEAMS.get(team).map_or("?", |team| team.3)
}

pub fn players() -> Vec<Player> {
    let seat = |team: usize, seat: usize| Player {
        login: format!("dev{:04}", team * 100 + seat + 1),
        id: 40_000 + (team * 100 + seat) as u64,
        team,
    };
    (0..TEAMS.len())
        .flat_map(|team| (0..SEATS).map(move |at| seat(team, at)))
        .collect()
}

/// Writes the competition's folder. It opened three days ago and closes in two; `pulls`: what was merged so
/// far, a line each.
pub fn write(dir: &Path, now: Moment, secret: &str, pulls: &str) -> io::Result<()> {
    let opens = now.plus(-3 * Moment::DAY);
    let closes = now.plus(2 * Moment::DAY);
    let mut toml = format!(
        r#"slug      = "demo"
name      = {{ en = "Bugathlon demonstration", zh = "Bugathlon 演示赛" }}
time_zone = "Asia/Shanghai"
review    = "exceptions"

[window]
opens_at    = "{opens}"
closes_at   = "{closes}"
merge_grace = "7d"

[rules]
bugfix_labels    = ["kind/bug"]
bugfix_title     = '(?i)(\bfix|\bbug|修复|修正)'
bugfix_command   = "/kind bug"
forbidden_labels = ["stat/invalid"]
bots             = ["lantern-bot"]
min_changed_lines = 1

[scoring]
base            = 1
labels          = {{ "priority/critical" = 5, "priority/major" = 3 }}
first_fix_bonus = 2
daily_limit     = 20

[[repository]]
forge   = "gitee"
path    = "lanterns/lantern"
mirrors = ["github:lanterns-mirror/lantern"]

[[repository]]
forge = "gitee"
path  = "lanterns/serving"

[[repository]]
forge = "github"
path  = "lanterns-mirror/docs"
"#
    );
    for forge in ["github", "gitee"] {
        // Gitee's proof does not cover the body, and there is no forge to ask: this demonstration is both.
        let _ = write!(
            toml,
            "\n[[source]]\nname    = \"lanterns\"\nforge   = \"{forge}\"\nsecrets = [\"literal:{secret}\"]\nconfirm = false\n"
        );
    }
    let mut teams = String::from("team,kind,region,name_en,name_zh,capacity\n");
    for (slug, kind, region, en, zh) in TEAMS {
        let _ = writeln!(teams, "{slug},{kind},{region},{en},{zh},");
    }
    let mut people = String::from("person,name,team,joined_at,left_at,accounts\n");
    for (at, player) in players().iter().enumerate() {
        let (login, id) = (&player.login, player.id);
        let name = format!(
            "{} {}",
            GIVEN[(at * 7) % GIVEN.len()],
            FAMILY[(at * 5 + at / 16) % FAMILY.len()]
        );
        let team = TEAMS[player.team].0;
        let _ = writeln!(people, "{login},{name},{team},,,gitee:{login}#{id} github:{login}#{id}");
    }
    fs::write(dir.join("competition.toml"), toml)?;
    fs::write(dir.join("teams.csv"), teams)?;
    fs::write(dir.join("people.csv"), people)?;
    fs::write(dir.join("pulls.ndjson"), pulls)
}
