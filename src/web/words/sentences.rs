//! Sentences with a figure or a name in them.

use super::Words;
use crate::domain::{
    check::{Check, Outcome},
    ledger::Cause,
    text::Lang,
    time::Moment,
};

/// `1 team`, `2 teams`.
fn plural(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(count), if count == 1 { one } else { many })
}

/// `12,345`.
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

impl Words {
    /// Why a judge rejected something, in the judge's own words.
    pub fn judge_said(&self, words: &str) -> String {
        self.either(
            || format!("{}: {words}", self.judge_rejected),
            || format!("{}：{words}", self.judge_rejected),
        )
    }

    fn either(&self, en: impl FnOnce() -> String, zh: impl FnOnce() -> String) -> String {
        match self.lang {
            Lang::En => en(),
            Lang::Zh => zh(),
        }
    }

    pub fn teams(&self, count: u64) -> String {
        self.either(
            || plural(count, "team", "teams"),
            || format!("{} 支队伍", grouped(count)),
        )
    }

    pub fn developers(&self, count: u64) -> String {
        self.either(
            || plural(count, "developer", "developers"),
            || format!("{} 名开发者", grouped(count)),
        )
    }

    pub fn fixes_merged(&self, count: u64) -> String {
        self.either(
            || plural(count, "fix counted", "fixes counted"),
            || format!("{} 个修复已计入", grouped(count)),
        )
    }

    /// `12 s ago`, in its largest unit; a time to come counts as now. `live.js` says the same.
    pub fn ago(&self, millis: i64) -> String {
        let (size, unit) = match millis {
            Moment::DAY.. => (Moment::DAY, self.unit_day),
            Moment::HOUR.. => (Moment::HOUR, self.unit_hour),
            Moment::MINUTE.. => (Moment::MINUTE, self.unit_minute),
            _ => (Moment::SECOND, self.unit_second),
        };
        self.ago_form
            .replacen("{}", &format!("{} {unit}", millis.max(0) / size), 1)
    }

    /// `form` is `moved_up` or `moved_down`.
    pub fn moved(&self, form: &str, places: u32) -> String {
        form.replacen("{}", &places.to_string(), 1)
    }

    /// `first` and `last` count from 1.
    pub fn rows_of(&self, first: u64, last: u64, total: u64) -> String {
        self.either(
            || format!("{first}–{last} of {total}"),
            || format!("第 {first}–{last} 条，共 {total} 条"),
        )
    }

    /// A page's title within its competition.
    pub fn titled(&self, what: &str, competition: &str) -> String {
        format!("{what} · {competition}")
    }

    pub fn board_description(&self, name: &str) -> String {
        self.either(
            || format!("Live leaderboard of {name}: teams by points, with every fix explained."),
            || format!("{name} 实时排行榜：队伍按积分排名，每个修复都有说明。"),
        )
    }

    pub fn team_description(&self, name: &str) -> String {
        self.either(
            || format!("{name}: rank, points over time, members and fixes."),
            || format!("{name}：名次、积分走势、成员与修复。"),
        )
    }

    pub fn person_description(&self, name: &str) -> String {
        self.either(
            || format!("{name}: level, team, points and fixes."),
            || format!("{name}：等级、队伍、积分与修复。"),
        )
    }

    pub fn chart_says(&self, points: i64) -> String {
        self.either(
            || format!("Points from the opening until now, ending at {points}. The table below says the same."),
            || format!("从开始到现在的积分走势，目前 {points} 分。下方表格内容相同。"),
        )
    }

    /// `capacity`: seats, where there is a limit.
    pub fn members(&self, count: usize, capacity: Option<u32>) -> String {
        match capacity {
            Some(seats) => self.either(
                || format!("Members · {count} of {seats} seats"),
                || format!("成员 · {count}/{seats}"),
            ),
            None => self.either(|| format!("Members · {count}"), || format!("成员 · {count}")),
        }
    }

    pub fn to_next(&self, fixes: u32, code: &str, name: &str) -> String {
        self.either(
            || format!("{} to {code} {name}", plural(fixes.into(), "more fix", "more fixes")),
            || format!("再有 {fixes} 个修复升至 {code} {name}"),
        )
    }

    pub fn verdict_accepted(&self, points: i64) -> String {
        self.either(
            || match points {
                0 => "Counted as a fix, with no points: see where they come from.".to_owned(),
                1 => "Counted, with 1 point.".to_owned(),
                points => format!("Counted, with {points} points."),
            },
            || match points {
                0 => "计为一个修复，但没有积分，原因见积分来源。".to_owned(),
                points => format!("已计入，得 {points} 分。"),
            },
        )
    }

    pub fn see_at(&self, forge: &str) -> String {
        self.either(|| format!("See it at {forge}"), || format!("在 {forge} 上查看"))
    }

    /// `grace`: a length of time in words.
    pub fn rule_grace(&self, grace: &str) -> String {
        self.either(
            || format!("Reviews take time: what you opened in time still counts if it is merged within {grace} after the close."),
            || format!("评审需要时间：按时创建的合并请求，在截止后 {grace} 内合并仍然计入。"),
        )
    }

    pub fn rule_daily_limit(&self, limit: u32) -> String {
        self.either(
            || format!("Your first {} of a day (by the time of the merge, on the competition's clock) earn points; more of them count as fixes, without points.", plural(limit.into(), "fix", "fixes")),
            || format!("每人每天（按合并时间与比赛时区）前 {limit} 个修复得分，之后的计为修复但不得分。"),
        )
    }

    pub fn rule_ask_size(&self, lines: u64) -> String {
        self.either(
            || format!("it changes fewer than {}", plural(lines, "line", "lines")),
            || format!("改动少于 {lines} 行"),
        )
    }

    /// A check's name.
    pub fn check(&self, check: Check) -> &'static str {
        let (en, zh) = match check {
            Check::Repository => ("Repository", "仓库"),
            Check::Confirmed => ("Confirmed", "事实确认"),
            Check::Branch => ("Branch", "分支"),
            Check::Merged => ("Merged", "已合并"),
            Check::Opened => ("Opened in time", "按时创建"),
            Check::InTime => ("Merged in time", "按时合并"),
            Check::Author => ("Author", "作者"),
            Check::Team => ("Team", "队伍"),
            Check::Bot => ("Not a bot", "非机器人"),
            Check::Bugfix => ("A bug fix", "缺陷修复"),
            Check::RequiredLabels => ("Required labels", "必需标签"),
            Check::ForbiddenLabels => ("Forbidden labels", "禁用标签"),
            Check::SelfMerge => ("Merged by another", "他人合并"),
            Check::Size => ("Size", "改动量"),
            Check::NotRevert => ("Not a revert", "不是回退"),
            Check::NotReverted => ("Not reverted", "未被回退"),
            Check::NotDuplicate => ("Not a duplicate", "不重复"),
        };
        self.pick(en, zh)
    }

    pub fn outcome(&self, outcome: Outcome) -> &'static str {
        match outcome {
            Outcome::Pass => self.pick("passed", "通过"),
            Outcome::Fail => self.pick("failed", "未通过"),
            Outcome::Ask => self.pick("a judge decides", "待评委裁定"),
            Outcome::Wait => self.pick("not decidable yet", "尚不能判定"),
        }
    }

    /// What made the ledger change.
    pub fn cause(&self, cause: Cause) -> &'static str {
        match cause {
            Cause::Hook => self.pick("the forge told us", "代码平台推送"),
            Cause::Import => self.pick("imported", "导入"),
            Cause::Seed => self.pick("loaded with the competition", "随比赛载入"),
            Cause::Backfill => self.pick("fetched from the forge", "从代码平台补取"),
            Cause::Clock => self.pick("time passed", "时间到达"),
            Cause::Definition => self.pick("the rules were changed", "规则变更"),
            Cause::Roster => self.pick("teams or accounts were changed", "队伍或账号变更"),
            Cause::Rebuild => self.pick("computed anew", "重新计算"),
            Cause::Decision => self.pick("a judge decided", "评委裁定"),
        }
    }

    pub(super) fn pick(&self, en: &'static str, zh: &'static str) -> &'static str {
        match self.lang {
            Lang::En => en,
            Lang::Zh => zh,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::web::words::{EN, ZH};

    #[test]
    fn figures_are_said() {
        assert_eq!(EN.teams(1), "1 team");
        assert_eq!(EN.fixes_merged(12_345), "12,345 fixes counted");
        assert_eq!(ZH.teams(18), "18 支队伍");
        for (millis, en, zh) in [
            (-5, "0 s ago", "0 秒前"),
            (59_999, "59 s ago", "59 秒前"),
            (60_000, "1 min ago", "1 分钟前"),
            (7_200_000, "2 h ago", "2 小时前"),
            (200_000_000, "2 d ago", "2 天前"),
        ] {
            assert_eq!((EN.ago(millis).as_str(), ZH.ago(millis).as_str()), (en, zh));
        }
    }
}
