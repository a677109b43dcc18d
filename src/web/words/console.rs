//! Words of an organizer's console, of what it hands out, and of the wall.

use super::area;
use crate::domain::{team::Standing, text::Lang};

area!(
    /// Words of an organizer's console, of what it hands out, and of the wall.
    Console {
        console: "Organizer's console", "负责人控制台";
        pages: "Pages of the console", "控制台页面";
        tab_overview: "Overview", "概览";
        tab_waiting: "Waiting", "待计入";
        tab_members: "Members", "成员";
        tab_requests: "Requests", "申请";
        tab_invites: "Invites", "邀请";
        tab_announcement: "Announcement", "公告";
        description: "For the organizers of the team.", "供队伍负责人使用。";
        public_page: "The team's public page", "队伍公开页面";

        // Overview.
        ranks: "Where the team stands", "队伍名次";
        overall: "Whole competition", "全部队伍";
        not_ranked: "Not on the board", "尚未上榜";
        not_ranked_do: "The team stands on the board from the moment the host approves it.", "主办方批准后，队伍就会出现在排行榜上。";
        to_do: "What needs you", "需要你处理";
        nothing_to_do: "Nothing waits for you. Share the invite link, or put the board on the wall.", "没有需要处理的事项。可以分享邀请链接，或把排行榜投到大屏。";
        take_along: "To take along", "导出与展示";
        roster: "Roster", "成员名单";
        results: "Results", "成绩明细";
        wall: "The board for the wall", "大屏排行榜";
        wall_hint: "The live board alone, readable from three metres.", "仅显示实时排行榜，三米外也能看清。";

        // Waiting.
        waiting_lead: "What does not count yet, the oldest first, with what the member can do.", "尚未计入的提交，最早的在前，并说明成员可以做什么。";
        waiting_caption: "Submissions that do not count yet", "尚未计入的提交";
        opened: "opened", "创建于";
        show: "Show", "显示";
        status_open: "In review or waiting", "待定";
        status_review: "In review", "待裁定";
        status_waiting: "Waiting", "等待中";
        status_rejected: "Not counted", "未计入";
        sort_oldest: "Oldest first", "最早在前";
        sort_newest: "Newest first", "最新在前";
        of_person: "Member", "成员";
        everyone: "Everyone", "全部成员";
        no_waiting_title: "Nothing waits", "没有待计入的提交";
        no_waiting_do: "Every submission of this kind is decided. New ones appear here as they are opened.", "此类提交均已有结果，新的提交创建后会出现在这里。";
        held_do: "Merged since the board was frozen: the host reveals it. Nothing to do.", "封榜后合并，由主办方揭榜时公布，无需处理。";

        // Members.
        members_lead: "Who is in the team, what they did, and who has gone silent.", "队伍成员、他们的成果，以及谁最近没有动静。";
        show_now: "In the team", "现任成员";
        show_silent: "Gone silent", "最近没有动静";
        show_former: "Former members", "已离开";
        show_all: "All", "全部";
        sort_name: "Name", "姓名";
        sort_points: "Points", "积分";
        sort_fixes: "Fixes", "修复";
        sort_pending: "Pending", "待定";
        sort_joined: "Joined last", "最近加入";
        sort_last: "Silent longest", "沉默最久";
        silent_after: "Silent after", "沉默天数";
        find_member: "Find a member", "查找成员";
        joined: "joined", "加入于";
        from_the_start: "in from the start", "从一开始就在队伍中";
        left: "left", "离开于";
        last_merged: "last merge", "最近合并";
        no_merge: "no merge yet", "尚无合并";
        remove: "Remove", "移出队伍";
        remove_now: "Remove from the team", "确认移出";
        remove_means: "Leaves from now on. What was merged before stays with the team, and an invite or a request brings them back.", "从现在起离开队伍。此前合并的仍归队伍，之后可通过邀请或申请重新加入。";
        no_member_title: "Nobody here", "没有成员";
        no_member_do: "Share the invite link: whoever opens it and signs in is in the team.", "分享邀请链接，打开并登录即可加入队伍。";
        no_match_title: "Nobody matches", "没有符合条件的成员";
        no_match_do: "Show all members, or look for a shorter name.", "请显示全部成员，或换一个更短的名字。";

        // Requests.
        requests_lead: "Who asks to join. Each is answered once.", "申请加入的人，每个申请只答复一次。";
        requests_caption: "Requests to join", "加入申请";
        request_open: "Open", "待答复";
        request_answered: "Answered", "已答复";
        request_accepted: "let in", "已接受";
        request_declined: "declined", "已拒绝";
        request_withdrawn: "taken back", "已撤回";
        request_waiting: "waits for you", "等待你答复";
        asked: "asked", "申请于";
        accept: "Let in", "接受";
        decline: "Decline", "拒绝";
        decline_now: "Decline the request", "确认拒绝";
        decline_means: "They are told that the request was declined, and can ask again.", "对方会看到申请被拒绝，之后可以再次申请。";
        no_request_title: "No requests", "没有申请";
        no_request_do: "People ask on the team's public page. An invite link is quicker: it lets them in at once.", "大家可以在队伍公开页面申请。邀请链接更快，打开即可加入。";

        // Invites.
        invites_lead: "A link, also as a code for phones: whoever opens it and signs in is in the team.", "邀请链接和二维码，打开并登录即可加入队伍。";
        new_invite: "A new invite", "新建邀请";
        uses: "For how many", "可用次数";
        expires: "Until", "有效期至";
        expires_hint: "Leave empty for an invite that lasts until it is used up. On the event's clock:", "留空则用完为止。按赛事时间：";
        make_invite: "Make the invite", "创建邀请";
        invites_caption: "Invites", "邀请";
        made: "made", "创建于";
        no_end: "until it is used up", "用完为止";
        take_back: "Take back", "收回";
        take_back_now: "Take the invite back", "确认收回";
        take_back_means: "The link stops letting people in at once. Who has joined by it stays. You can make another at any time.", "链接立即失效，已加入的成员不受影响，可以随时新建邀请。";
        taken_back: "taken back", "已收回";
        over: "over", "已过期";
        used_up: "used up", "已用完";
        lets_in: "lets people in", "有效";
        qr: "Code for phones: it opens the invite", "邀请二维码";
        no_invite_title: "No invite yet", "还没有邀请";
        no_invite_do: "Make one above, then send the link or show its code.", "请在上方新建，然后发送链接或展示二维码。";
        only_approved: "Invites let people in once the host has approved the team.", "主办方批准队伍后，邀请才能生效。";

        // Announcement.
        announcement_lead: "One note at the top of the team's public page: when you meet, what to fix next.", "显示在队伍公开页面顶部的一条通知，例如集合时间、下一步修复什么。";
        announcement_text: "What everybody should know", "要告诉大家的内容";
        announcement_hint: "Up to 2,000 characters, read by everybody who opens the team's page.", "最多 2000 个字符，打开队伍页面的人都能看到。";
        announce: "Put it on the page", "发布";
        announced: "on the page since", "发布于";
        withdraw: "Take it away", "撤下";
        withdraw_now: "Take the announcement away", "确认撤下";
        withdraw_means: "The page shows no announcement from now on. Its text stays in the audit log.", "页面不再显示公告，内容保留在审计记录中。";

        // Columns of what is handed out.
        col_person: "person", "账户";
        col_name: "name", "姓名";
        col_code: "code", "社区编号";
        col_team: "team", "队伍";
        col_joined: "joined", "加入时间";
        col_left: "left", "离开时间";
        col_accounts: "forge accounts", "代码平台账号";
        col_fixes: "fixes", "修复";
        col_points: "points", "积分";
        col_pending: "pending", "待定";
        col_opened: "last opened", "最近创建";
        col_last: "last merged", "最近合并";
        col_number: "submission", "提交编号";
        col_forge: "forge", "代码平台";
        col_repository: "repository", "仓库";
        col_pull: "pull request", "合并请求";
        col_title: "title", "标题";
        col_url: "address", "网址";
        col_status: "status", "状态";
        col_created: "opened", "创建时间";
        col_merged: "merged", "合并时间";
        col_reason: "why", "原因";
    }
);

impl Console {
    pub fn days(&self, days: i64) -> String {
        match (self.lang, days) {
            (Lang::En, 1) => "1 day".to_owned(),
            (Lang::En, days) => format!("{days} days"),
            (Lang::Zh, days) => format!("{days} 天"),
        }
    }

    pub fn silent_for(&self, days: i64) -> String {
        match self.lang {
            Lang::En => format!("silent for {}", self.days(days)),
            Lang::Zh => format!("{days} 天没有动静"),
        }
    }

    pub fn never_seen(&self, days: i64) -> String {
        match self.lang {
            Lang::En => format!("nothing yet, after {}", self.days(days)),
            Lang::Zh => format!("{days} 天来尚无提交"),
        }
    }

    pub fn rank_of(&self, total: usize) -> String {
        match self.lang {
            Lang::En => format!("of {total}"),
            Lang::Zh => format!("共 {total} 支"),
        }
    }

    /// How far it is to the team before it.
    pub fn behind(&self, points: i64, team: &str) -> String {
        match (self.lang, points) {
            (Lang::En, 0) => format!("level with {team}, who got there first"),
            (Lang::En, 1) => format!("1 point behind {team}"),
            (Lang::En, points) => format!("{points} points behind {team}"),
            (Lang::Zh, 0) => format!("与 {team} 同分，对方先达到"),
            (Lang::Zh, points) => format!("落后 {team} {points} 分"),
        }
    }

    /// First, and by how much.
    pub fn ahead(&self, points: i64, team: &str) -> String {
        match (self.lang, points) {
            (Lang::En, 0) => format!("in front, level with {team}"),
            (Lang::En, 1) => format!("in front, 1 point ahead of {team}"),
            (Lang::En, points) => format!("in front, {points} points ahead of {team}"),
            (Lang::Zh, 0) => format!("领先，与 {team} 同分"),
            (Lang::Zh, points) => format!("领先 {team} {points} 分"),
        }
    }

    /// The same rank.
    pub fn level(&self, team: &str) -> String {
        match self.lang {
            Lang::En => format!("level with {team}"),
            Lang::Zh => format!("与 {team} 并列"),
        }
    }

    pub fn alone(&self) -> &'static str {
        match self.lang {
            Lang::En => "the only team here",
            Lang::Zh => "此范围内唯一的队伍",
        }
    }

    pub fn wait(&self, count: u64) -> String {
        match (self.lang, count) {
            (Lang::En, 1) => "1 submission does not count yet".to_owned(),
            (Lang::En, count) => format!("{count} submissions do not count yet"),
            (Lang::Zh, count) => format!("{count} 个提交尚未计入"),
        }
    }

    pub fn ask(&self, count: u64) -> String {
        match (self.lang, count) {
            (Lang::En, 1) => "1 person asks to join".to_owned(),
            (Lang::En, count) => format!("{count} people ask to join"),
            (Lang::Zh, count) => format!("{count} 人申请加入"),
        }
    }

    pub fn gone_silent(&self, count: usize, days: i64) -> String {
        match (self.lang, count) {
            (Lang::En, 1) => format!("1 member silent for {} or more", self.days(days)),
            (Lang::En, count) => format!("{count} members silent for {} or more", self.days(days)),
            (Lang::Zh, count) => format!("{count} 名成员已 {days} 天以上没有动静"),
        }
    }

    /// `used` of `uses`.
    pub fn used(&self, used: u32, uses: u32) -> String {
        match self.lang {
            Lang::En => format!("{used} of {uses} used"),
            Lang::Zh => format!("已用 {used}/{uses}"),
        }
    }

    /// Why the team is on no board, and what happens next.
    pub fn standing(&self, standing: Standing) -> Option<&'static str> {
        let (en, zh) = match standing {
            Standing::Approved => return None,
            Standing::Applied => (
                "The application is with the host, who invites the team to a defence.",
                "申请已提交，主办方将邀请队伍答辩。",
            ),
            Standing::Defending => (
                "The team is invited to its defence; the host decides after it.",
                "队伍已受邀答辩，主办方将在答辩后决定。",
            ),
            Standing::Declined => ("The host has declined the application.", "主办方未批准该申请。"),
            Standing::Suspended => (
                "The host has suspended the team: it is on no board until that is lifted.",
                "主办方已暂停该队伍，恢复之前不上榜。",
            ),
        };
        Some(match self.lang {
            Lang::En => en,
            Lang::Zh => zh,
        })
    }
}
