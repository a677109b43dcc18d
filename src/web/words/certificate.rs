//! Words of a certificate and of the ladder.

use super::area;
use crate::domain::text::Lang;

area!(
    /// Words of a certificate and of the ladder.
    Certificate {
        certificate: "Certificate", "证书";
        heading: "CERTIFICATE", "证书";
        link: "Certificate to print and share", "可打印和分享的证书";
        download: "Save as SVG", "保存为 SVG";
        to_person: "All fixes, with their reasons", "查看全部修复及依据";
        print_hint: "To print, use your browser's print: it comes as one page, A4 landscape. To share, send this page's address.", "使用浏览器的打印功能即可得到一页横向 A4。分享时发送本页网址即可。";
        frozen: "The board is frozen: what was merged since is not on it yet.", "已封榜：此后合并的修复暂未列入。";
        facts: "What it says", "证书内容";
        name: "Name", "姓名";
        code: "Code", "社区编号";
        standing: "Standing", "状态";
        ladder: "The ladder", "等级阶梯";
        reached: "reached", "已达到";
        here: "you are here", "当前等级";
        proof: "Anybody can recompute it:", "任何人都可以重新核算：";
    }
);

impl Certificate {
    /// What a certificate says in a sentence. `standing`: as [`Self::last`] or [`Self::so_far`].
    pub fn says(&self, name: &str, code: &str, fixes: u32, points: i64, competition: &str, standing: &str) -> String {
        match self.lang {
            Lang::En => format!(
                "{name}, {code}, in {competition}: {fixes} {}, {points} {}. {standing}.",
                self.fixes(fixes),
                self.points(points)
            ),
            Lang::Zh => format!("{name}（{code}）在{competition}：计入 {fixes} 个修复，得 {points} 分。{standing}。"),
        }
    }

    /// Of the figure above.
    pub fn fixes(&self, count: u32) -> &'static str {
        match (self.lang, count) {
            (Lang::En, 1) => "fix counted",
            (Lang::En, _) => "fixes counted",
            (Lang::Zh, _) => "个修复计入",
        }
    }

    pub fn points(&self, count: i64) -> &'static str {
        match (self.lang, count) {
            (Lang::En, 1) => "point",
            (Lang::En, _) => "points",
            (Lang::Zh, _) => "积分",
        }
    }

    pub fn rank_of(&self, total: u64) -> String {
        match self.lang {
            Lang::En => format!("rank of {total}"),
            Lang::Zh => format!("名次，共 {total} 人"),
        }
    }

    /// Accepted fixes of all competitions: what the level is counted from.
    pub fn in_all(&self, fixes: u32) -> String {
        match (self.lang, fixes) {
            (Lang::En, 1) => "1 fix in all".to_owned(),
            (Lang::En, fixes) => format!("{fixes} fixes in all"),
            (Lang::Zh, fixes) => format!("累计 {fixes} 个修复"),
        }
    }

    pub fn for_team(&self, team: &str) -> String {
        match self.lang {
            Lang::En => format!("for {team}"),
            Lang::Zh => format!("所在队伍：{team}"),
        }
    }

    /// `day`: when the results were made final.
    pub fn last(&self, day: &str) -> String {
        match self.lang {
            Lang::En => format!("Final results, {day}"),
            Lang::Zh => format!("最终结果，{day}"),
        }
    }

    /// `time`: what the figures are true for.
    pub fn so_far(&self, time: &str) -> String {
        match self.lang {
            Lang::En => format!("So far, as of {time}"),
            Lang::Zh => format!("截至 {time}，尚非最终结果"),
        }
    }

    /// Of a rung: what it needs.
    pub fn needs(&self, fixes: u32) -> String {
        match (self.lang, fixes) {
            (Lang::En, 1) => "1 fix".to_owned(),
            (Lang::En, fixes) => format!("{fixes} fixes"),
            (Lang::Zh, fixes) => format!("{fixes} 个修复"),
        }
    }
}
