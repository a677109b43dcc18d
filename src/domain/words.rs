//! What a check saw, said to a participant in English and Chinese.

use super::{
    check::Detail,
    team::{Roster, Standing, TeamId},
    text::Lang,
    time::Moment,
};
use chrono_tz::Tz;

/// How the details of one submission are said: in which language, in whose time zone, with whose names.
#[derive(Clone, Copy)]
pub struct Voice<'a> {
    pub lang: Lang,
    pub zone: Tz,
    pub roster: &'a Roster,
}

/// A label that is not the one that was asked for, but looks like it.
///
/// `labels` are compared with `wanted` by edit distance, up to 2, case aside; the nearest is named.
pub fn near_miss<'a>(wanted: &str, labels: &'a [String]) -> Option<&'a str> {
    let folded = wanted.to_lowercase();
    labels
        .iter()
        .filter(|label| *label != wanted)
        .map(|label| (strsim::levenshtein(&folded, &label.to_lowercase()), label.as_str()))
        .filter(|(distance, _)| *distance <= 2)
        .min()
        .map(|(_, label)| label)
}

/// A length of time in its two largest units: `2 h 10 min`, `2 小时 10 分`. `millis` is not negative.
pub fn span(millis: i64, lang: Lang) -> String {
    let units: [(i64, &str, &str); 4] = [
        (Moment::DAY, "d", "天"),
        (Moment::HOUR, "h", "小时"),
        (Moment::MINUTE, "min", "分"),
        (Moment::SECOND, "s", "秒"),
    ];
    let Some(first) = units.iter().position(|(size, ..)| millis >= *size) else {
        return match lang {
            Lang::En => format!("{millis} ms"),
            Lang::Zh => format!("{millis} 毫秒"),
        };
    };
    let mut rest = millis;
    let mut parts = Vec::new();
    for (size, en, zh) in units.iter().skip(first).take(2) {
        let count = rest / size;
        rest %= size;
        if count > 0 {
            parts.push(match lang {
                Lang::En => format!("{count} {en}"),
                Lang::Zh => format!("{count} {zh}"),
            });
        }
    }
    parts.join(" ")
}

/// An instant on the competition's clock: `2020-12-24 15:11:31 +08:00`.
pub fn clock(at: Moment, zone: Tz) -> String {
    at.utc()
        .with_timezone(&zone)
        .format("%Y-%m-%d %H:%M:%S %:z")
        .to_string()
}

impl Voice<'_> {
    fn team(&self, team: TeamId) -> &str {
        self.roster.teams.get(&team).map_or("?", |t| t.name.of(self.lang))
    }

    fn clock(&self, at: Moment) -> String {
        clock(at, self.zone)
    }

    fn span(&self, millis: i64) -> String {
        span(millis, self.lang)
    }

    /// One sentence or less, without a full stop.
    pub fn say(&self, detail: &Detail<'_>) -> String {
        match self.lang {
            Lang::En => self.english(detail),
            Lang::Zh => self.chinese(detail),
        }
    }

    fn english(&self, detail: &Detail<'_>) -> String {
        match detail {
            Detail::InScope { path } => format!("{path} is part of this competition"),
            Detail::MirrorOf { path, of } => format!("{path} is a mirror of {of}, which is part of this competition"),
            Detail::OutOfScope { path } => format!("{path} is not part of this competition"),
            Detail::Confirmed => "the facts are proven".into(),
            Detail::Claimed => {
                "reported by a hook whose proof does not cover its text; waiting for the forge's own answer".into()
            }
            Detail::BranchUntold { allowed: [] } => "nobody has told the branch; every branch counts".into(),
            Detail::BranchUntold { allowed } => format!(
                "nobody has told into which branch; only {} counts. The forge's own answer or an import tells it",
                quoted(allowed, " or ")
            ),
            Detail::AnyBranch { branch } => format!("into `{branch}`; every branch counts"),
            Detail::Branch { branch } => format!("into `{branch}`"),
            Detail::OtherBranch { branch, allowed } => {
                format!("into `{branch}`; only {} counts", quoted(allowed, " or "))
            }
            Detail::Merged { at } => format!("merged {}", self.clock(*at)),
            Detail::MergedByLabel { label, at: Some(at) } => {
                format!(
                    "label `{label}` says that a robot merged it; closed {}",
                    self.clock(*at)
                )
            }
            Detail::MergedByLabel { label, at: None } => format!("label `{label}` says that a robot merged it"),
            Detail::MergedByJudge { at } => format!("landed {}, as a judge says", self.clock(*at)),
            Detail::MergedSomewhen => "merged".into(),
            Detail::Open => "still open".into(),
            Detail::Closed => "closed without a merge".into(),
            Detail::OpenedInside { at } => format!("opened {}", self.clock(*at)),
            Detail::OpenedEarly { at, by } => {
                format!(
                    "opened {}, {} before the competition opened",
                    self.clock(*at),
                    self.span(*by)
                )
            }
            Detail::OpenedLate { by: 0, .. } => "opened at the very instant the competition closed".into(),
            Detail::OpenedLate { at, by } => {
                format!(
                    "opened {}, {} after the competition closed",
                    self.clock(*at),
                    self.span(*by)
                )
            }
            Detail::MergedInside { at } => format!("merged {}, inside the window", self.clock(*at)),
            Detail::MergedInGrace { after: 0, .. } => "merged as the competition closed, within the grace".into(),
            Detail::MergedInGrace { after, .. } => {
                format!(
                    "merged {} after the close, within the grace for late reviews",
                    self.span(*after)
                )
            }
            Detail::MergedEarly { by, .. } => format!("merged {} before the competition opened", self.span(*by)),
            Detail::MergedLate { by: 0, grace: true, .. } => "merged at the very instant the grace ended".into(),
            Detail::MergedLate {
                by: 0, grace: false, ..
            } => "merged at the very instant the competition closed".into(),
            Detail::MergedLate { by, grace: true, .. } => format!("merged {} after the grace ended", self.span(*by)),
            Detail::MergedLate { by, grace: false, .. } => {
                format!("merged {} after the competition closed", self.span(*by))
            }
            Detail::MergeBy { until } => format!("counts if it is merged before {}", self.clock(*until)),
            Detail::MergeTimeUntold => {
                "merged, and nobody has told when: it takes the forge's own word, an import with \
                `merged_at`, or a judge who gives the time"
                    .into()
            }
            Detail::NeverMerged { until } => format!("was not merged before {}", self.clock(*until)),
            Detail::Author { login: "", person } => (*person).to_owned(),
            Detail::Author { login, person } => format!("{login} is {person}"),
            Detail::NoPerson { login: "" } => "no participant has bound the author's account".into(),
            Detail::NoPerson { login } => {
                format!("no participant has bound the account {login}; bind it, and earlier merges count again")
            }
            Detail::OtherId { login } => {
                format!("the login {login} now belongs to another account than the participant's")
            }
            Detail::Team { team } => format!("for {}", self.team(*team)),
            Detail::NoAuthor => "the author is no participant, so no team either".into(),
            Detail::NeverInTeam => "the author is in no team of this competition".into(),
            Detail::JoinedLater { team, joined, at } => format!(
                "joined {} {} after this counted",
                self.team(*team),
                self.span(joined.millis() - at.millis())
            ),
            Detail::LeftBefore { team, left, at } => match at.millis() - left.millis() {
                0 => format!("left {} at that very instant", self.team(*team)),
                by => format!("left {} {} before this counted", self.team(*team), self.span(by)),
            },
            Detail::TeamStanding { team, standing } => {
                let how = match standing {
                    Standing::Applied | Standing::Defending => "not approved yet",
                    Standing::Approved => "approved",
                    Standing::Declined => "declined",
                    Standing::Suspended => "suspended",
                };
                format!("{} is {how}", self.team(*team))
            }
            Detail::Human => "not a bot".into(),
            Detail::Bot { login } => format!("{login} is one of the bots of this competition"),
            Detail::MarkedBot { login: "" } => "the forge marks the author as a bot".into(),
            Detail::MarkedBot { login } => format!("the forge marks {login} as a bot"),
            Detail::NamedBot { login } => format!("{login} has a bot's name"),
            Detail::BugLabel { label } => format!("label `{label}`"),
            Detail::BugTitle { sign } => format!("the title says `{sign}`"),
            Detail::BugCommand { command } => format!("the description has the line `{command}`"),
            Detail::NoSign { labels, wanted } => match looks_like(wanted, labels) {
                Some((label, wanted)) => format!("label `{label}` looks like `{wanted}`, but is not it"),
                None => "nothing in labels, title or description says that this fixes a bug".into(),
            },
            Detail::NothingRequired => "no label is required".into(),
            Detail::HasRequired => "every required label is there".into(),
            Detail::Lacks { missing, labels } => {
                let each = missing.iter().map(|wanted| match near_miss(wanted, labels) {
                    Some(label) => format!("lacks `{wanted}`; label `{label}` looks like it"),
                    None => format!("lacks `{wanted}`"),
                });
                each.collect::<Vec<_>>().join("; ")
            }
            Detail::NoneForbidden => "no label that rules it out".into(),
            Detail::Forbidden { label } => format!("label `{label}` rules it out"),
            Detail::MergerUnknown => "who merged it is not told".into(),
            Detail::MergedByBot { login: "" } => "merged by a bot".into(),
            Detail::MergedByBot { login } => format!("merged by the bot {login}"),
            Detail::MergedByOther { login: "" } => "merged by somebody else".into(),
            Detail::MergedByOther { login } => format!("merged by {login}"),
            Detail::MergedBySelf { login: "" } => "the author merged it".into(),
            Detail::MergedBySelf { login } => format!("{login} merged their own pull"),
            Detail::SizeUnknown => "the forge did not say how many lines changed".into(),
            Detail::Size { lines: 1 } => "1 line changed".into(),
            Detail::Size { lines } => format!("{lines} lines changed"),
            Detail::TooSmall { lines: 1, least } => format!("1 line changed, fewer than {least}"),
            Detail::TooSmall { lines, least } => format!("{lines} lines changed, fewer than {least}"),
            Detail::NoRevert => "takes nothing back".into(),
            Detail::RevertTitle => "the title says that this takes another change back".into(),
            Detail::RevertBranch { branch } => format!("the branch `{branch}` takes another change back"),
            Detail::NotReverted => "nothing took it back".into(),
            Detail::Reverted { by } => format!("taken back by {by}"),
            Detail::Single => "no earlier submission is the same".into(),
            Detail::NotYetMerged => "looked at once it is merged".into(),
            Detail::SameCommit { other } => format!("the same commit as {other}, which was merged first"),
            Detail::Port { other } => format!("the same fix as {other}, on another branch"),
            Detail::SameTitle { other } => format!("the same title as {other} of the same author"),
        }
    }

    fn chinese(&self, detail: &Detail<'_>) -> String {
        match detail {
            Detail::InScope { path } => format!("{path} 属于本次比赛"),
            Detail::MirrorOf { path, of } => format!("{path} 是参赛仓库 {of} 的镜像"),
            Detail::OutOfScope { path } => format!("{path} 不属于本次比赛"),
            Detail::Confirmed => "事实已证实".into(),
            Detail::Claimed => "来自签名不覆盖正文的推送，等待代码平台确认".into(),
            Detail::BranchUntold { allowed: [] } => "没有说明合入哪个分支；所有分支都计入".into(),
            Detail::BranchUntold { allowed } => format!(
                "没有说明合入哪个分支；只有 {} 计入。代码平台的答复或一次导入可以说明",
                quoted(allowed, " 或 ")
            ),
            Detail::AnyBranch { branch } => format!("合入 `{branch}`；所有分支都计入"),
            Detail::Branch { branch } => format!("合入 `{branch}`"),
            Detail::OtherBranch { branch, allowed } => {
                format!("合入 `{branch}`；只有 {} 计入", quoted(allowed, " 或 "))
            }
            Detail::Merged { at } => format!("合并于 {}", self.clock(*at)),
            Detail::MergedByLabel { label, at: Some(at) } => {
                format!("标签 `{label}` 说明由机器人合入；关闭于 {}", self.clock(*at))
            }
            Detail::MergedByLabel { label, at: None } => format!("标签 `{label}` 说明由机器人合入"),
            Detail::MergedByJudge { at } => format!("评委说明合入于 {}", self.clock(*at)),
            Detail::MergedSomewhen => "已合并".into(),
            Detail::Open => "尚未合并".into(),
            Detail::Closed => "已关闭，没有合并".into(),
            Detail::OpenedInside { at } => format!("创建于 {}", self.clock(*at)),
            Detail::OpenedEarly { at, by } => format!("创建于 {}，比开赛早 {}", self.clock(*at), self.span(*by)),
            Detail::OpenedLate { by: 0, .. } => "创建于截止的那一刻".into(),
            Detail::OpenedLate { at, by } => format!("创建于 {}，比截止晚 {}", self.clock(*at), self.span(*by)),
            Detail::MergedInside { at } => format!("合并于 {}，在比赛时间内", self.clock(*at)),
            Detail::MergedInGrace { after: 0, .. } => "在截止时合并，仍在宽限期内".into(),
            Detail::MergedInGrace { after, .. } => format!("截止后 {} 合并，仍在评审宽限期内", self.span(*after)),
            Detail::MergedEarly { by, .. } => format!("比开赛早 {} 合并", self.span(*by)),
            Detail::MergedLate { by: 0, grace: true, .. } => "在宽限期结束的那一刻合并".into(),
            Detail::MergedLate {
                by: 0, grace: false, ..
            } => "在截止的那一刻合并".into(),
            Detail::MergedLate { by, grace: true, .. } => format!("宽限期结束后 {} 才合并", self.span(*by)),
            Detail::MergedLate { by, grace: false, .. } => format!("截止后 {} 才合并", self.span(*by)),
            Detail::MergeBy { until } => format!("在 {} 之前合并即可计入", self.clock(*until)),
            Detail::MergeTimeUntold => {
                "已合并，但没有人说明时间：需要代码平台的答复、带 `merged_at` 的导入，或由评委给出时间".into()
            }
            Detail::NeverMerged { until } => format!("到 {} 仍未合并", self.clock(*until)),
            Detail::Author { login: "", person } => (*person).to_owned(),
            Detail::Author { login, person } => format!("{login} 是 {person}"),
            Detail::NoPerson { login: "" } => "没有参赛者绑定作者的账号".into(),
            Detail::NoPerson { login } => format!("没有参赛者绑定账号 {login}；绑定后，之前的合并会重新计入"),
            Detail::OtherId { login } => format!("用户名 {login} 现在属于另一个账号，不是参赛者的账号"),
            Detail::Team { team } => format!("计入 {}", self.team(*team)),
            Detail::NoAuthor => "作者不是参赛者，因此也没有队伍".into(),
            Detail::NeverInTeam => "作者不在本次比赛的任何队伍中".into(),
            Detail::JoinedLater { team, joined, at } => format!(
                "计入之后 {} 才加入 {}",
                self.span(joined.millis() - at.millis()),
                self.team(*team)
            ),
            Detail::LeftBefore { team, left, at } => match at.millis() - left.millis() {
                0 => format!("恰在那一刻离开 {}", self.team(*team)),
                by => format!("计入之前 {} 已离开 {}", self.span(by), self.team(*team)),
            },
            Detail::TeamStanding { team, standing } => {
                let how = match standing {
                    Standing::Applied | Standing::Defending => "尚未获批",
                    Standing::Approved => "已获批",
                    Standing::Declined => "未获批",
                    Standing::Suspended => "已暂停",
                };
                format!("{} {how}", self.team(*team))
            }
            Detail::Human => "不是机器人".into(),
            Detail::Bot { login } => format!("{login} 是本次比赛的机器人账号"),
            Detail::MarkedBot { login: "" } => "代码平台标记作者为机器人".into(),
            Detail::MarkedBot { login } => format!("代码平台标记 {login} 为机器人"),
            Detail::NamedBot { login } => format!("{login} 是机器人的名字"),
            Detail::BugLabel { label } => format!("有标签 `{label}`"),
            Detail::BugTitle { sign } => format!("标题中有“{sign}”"),
            Detail::BugCommand { command } => format!("描述中有 `{command}` 一行"),
            Detail::NoSign { labels, wanted } => match looks_like(wanted, labels) {
                Some((label, wanted)) => format!("标签 `{label}` 与 `{wanted}` 相似，但不是它"),
                None => "标签、标题和描述都没有说明这是修复缺陷".into(),
            },
            Detail::NothingRequired => "不要求标签".into(),
            Detail::HasRequired => "要求的标签都有".into(),
            Detail::Lacks { missing, labels } => {
                let each = missing.iter().map(|wanted| match near_miss(wanted, labels) {
                    Some(label) => format!("缺少 `{wanted}`；标签 `{label}` 与它相似"),
                    None => format!("缺少 `{wanted}`"),
                });
                each.collect::<Vec<_>>().join("；")
            }
            Detail::NoneForbidden => "没有被排除的标签".into(),
            Detail::Forbidden { label } => format!("标签 `{label}` 使其不计入"),
            Detail::MergerUnknown => "没有说明是谁合并的".into(),
            Detail::MergedByBot { login: "" } => "由机器人合并".into(),
            Detail::MergedByBot { login } => format!("由机器人 {login} 合并"),
            Detail::MergedByOther { login: "" } => "由他人合并".into(),
            Detail::MergedByOther { login } => format!("由 {login} 合并"),
            Detail::MergedBySelf { login: "" } => "作者自己合并".into(),
            Detail::MergedBySelf { login } => format!("{login} 合并了自己的请求"),
            Detail::SizeUnknown => "代码平台没有说明改动行数".into(),
            Detail::Size { lines } => format!("改动 {lines} 行"),
            Detail::TooSmall { lines, least } => format!("改动 {lines} 行，少于 {least} 行"),
            Detail::NoRevert => "不是回退".into(),
            Detail::RevertTitle => "标题说明这是回退别的改动".into(),
            Detail::RevertBranch { branch } => format!("分支 `{branch}` 回退了别的改动"),
            Detail::NotReverted => "没有被回退".into(),
            Detail::Reverted { by } => format!("被 {by} 回退"),
            Detail::Single => "之前没有相同的提交".into(),
            Detail::NotYetMerged => "合并后再检查".into(),
            Detail::SameCommit { other } => format!("与先合并的 {other} 是同一个提交"),
            Detail::Port { other } => format!("与 {other} 是同一个修复，只是分支不同"),
            Detail::SameTitle { other } => format!("与同一作者的 {other} 标题相同"),
        }
    }
}

fn quoted(words: &[String], between: &str) -> String {
    words
        .iter()
        .map(|word| format!("`{word}`"))
        .collect::<Vec<_>>()
        .join(between)
}

fn looks_like<'a>(wanted: &'a [String], labels: &'a [String]) -> Option<(&'a str, &'a str)> {
    wanted
        .iter()
        .find_map(|wanted| near_miss(wanted, labels).map(|label| (label, wanted.as_str())))
}

#[cfg(test)]
mod tests;
