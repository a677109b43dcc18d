//! Words of a person's own page.

use super::area;
use crate::domain::{team::Standing, text::Lang};

area!(
    /// Words of a person's own page.
    Me {
        title: "My page", "我的";
        description: "Who you are here, your teams, your pull requests and why they count, your accounts.", "你的身份、队伍、合并请求及其判定依据，以及账号。";
        signed_in_as: "Signed in as", "当前登录：";
        sign_out: "Sign out", "退出登录";
        duties: "What you look after", "你负责的事务";
        host: "Host's console", "主办方控制台";
        host_of: "Host", "主办";
        judge_of: "Judge's desk", "评审台";
        console_of: "Team's console", "队伍控制台";
        my_teams: "My teams", "我的队伍";
        no_team: "You are in no team yet. Ask an organizer for an invitation, or ask to join on a team's page. Fixes count from the day of joining.", "你还没有加入队伍。请向负责人索取邀请，或在队伍页面申请加入。加入之后合并的修复才计入。";
        left: "left", "已离开";
        my_place: "You", "你";
        no_fix_title: "None of your pull requests has been seen yet", "还没有收到你的合并请求";
        no_fix_do: "Bind the forge account that you write them with; what it has merged before is judged again at once.", "请绑定你提交时使用的账号，之前合并的会立即重新判定。";
        by_status: "By status", "按状态";
        by_competition: "By competition", "按比赛";
        all_competitions: "All competitions", "所有比赛";
        none_such: "None of your pull requests is of this kind", "没有符合条件的合并请求";
        none_such_do: "Choose another status or competition, or look at all of them.", "请选择其他状态或比赛，或查看全部。";
        do_next: "What to do:", "下一步：";
        accounts: "Forge accounts", "代码平台账号";
        accounts_lead: "Pull requests of these accounts are yours.", "这些账号的合并请求归你所有。";
        no_account: "No account is bound, so no pull request is yours yet.", "尚未绑定账号，因此还没有归你所有的合并请求。";
        proven: "signed in there", "已登录验证";
        hint: "named by the host", "由主办方登记";
        hint_do: "named by the host; sign in there once to make it yours for good", "由主办方登记；登录一次即可永久归你所有";
        unbind: "Unbind", "解除绑定";
        unbind_means: "Its pull requests are nobody's then: in competitions that are not final, their points go. You can bind it again.", "解除后其合并请求不再归任何人，在未结束的比赛中相应积分会被扣除。之后可以重新绑定。";
        bind: "Bind an account:", "绑定账号：";
        no_forge: "The host has set up no forge to sign in with. Ask the host to bind an account for you.", "主办方未开通代码平台登录，请联系主办方为你绑定账号。";
        data: "My data", "我的数据";
        data_lead: "Everything that is kept about you, as one file.", "此处保存的关于你的全部数据，一个文件。";
        download: "Download", "下载";
        delete: "Delete me", "删除我的账号";
        delete_means: "Your name, your accounts, your roles and every session go, and you leave your teams. What you have merged stays with them under your code, and so does what you decided or asked for. Only signing in again with the same forge account brings you back.", "你的姓名、账号、权限和所有登录都会删除，并退出队伍。已合并的修复仍以你的编号计入队伍，你作出的裁定和申请也会保留。只有用同一平台账号再次登录才能恢复。";
        delete_do: "Delete me now", "立即删除";
        bound: "The account is bound. What it has merged before is being counted as yours.", "账号已绑定，之前合并的修复现已归你所有。";
        unbound: "The account is not bound any more.", "账号已解除绑定。";
        code: "Community code", "社区编号";
    }
);

impl Me {
    /// `Bind Gitee`.
    pub fn bind_with(&self, forge: &str) -> String {
        match self.lang {
            Lang::En => format!("Bind {forge}"),
            Lang::Zh => format!("绑定 {forge}"),
        }
    }

    /// `No. 3 of 20`.
    pub fn rank_of(&self, rank: u32, teams: usize) -> String {
        match self.lang {
            Lang::En => format!("No. {rank} of {teams}"),
            Lang::Zh => format!("第 {rank} 名，共 {teams} 支"),
        }
    }

    pub fn points(&self, points: i64) -> String {
        match self.lang {
            Lang::En if points == 1 => "1 point".to_owned(),
            Lang::En => format!("{points} points"),
            Lang::Zh => format!("{points} 分"),
        }
    }

    /// `You: no. 4, 12 points`.
    pub fn own_place(&self, rank: u32, points: i64) -> String {
        let points = self.points(points);
        match self.lang {
            Lang::En => format!("you: no. {rank}, {points}"),
            Lang::Zh => format!("你：第 {rank} 名，{points}"),
        }
    }

    pub fn standing(&self, standing: Standing) -> &'static str {
        let (en, zh) = match standing {
            Standing::Applied => ("applied", "申请中"),
            Standing::Defending => ("invited to its defence", "答辩中"),
            Standing::Approved => ("approved", "已获批"),
            Standing::Declined => ("declined", "未获批"),
            Standing::Suspended => ("suspended", "已暂停"),
        };
        match self.lang {
            Lang::En => en,
            Lang::Zh => zh,
        }
    }
}
