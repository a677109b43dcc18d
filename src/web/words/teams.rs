//! Words of the pages on which teams register and people join and leave.

use super::area;
use crate::domain::{joining::RequestState, team::Standing, text::Lang};

area!(
    /// Words of the pages on which teams register and people join and leave.
    Teams {
        // Registering.
        register: "Register a team", "注册队伍";
        register_lead: "Say who you are. The host invites you to a short defence, judges decide, and your team is on the board.", "介绍你们的队伍。主办方会安排一次简短答辩，评委通过后即可登上排行榜。";
        register_question: "Your city is not here? Register a team.", "没有你所在的队伍？注册一支。";
        name_en: "Name in English", "英文名称";
        name_zh: "Name in Chinese", "中文名称";
        name_hint: "2 to 60 characters, such as Shanghai MSG. It must not be taken for another team.", "2 到 60 个字符，例如“上海 MSG”，不得与其他队伍混淆。";
        name_zh_hint: "A team without one writes the English name again.", "没有中文名称时，可再次填写英文名称。";
        slug: "Short name for addresses", "网址短名";
        slug_hint: "a-z, digits and -, such as shanghai. It stays for good.", "小写字母、数字和 -，例如 shanghai，提交后不可更改。";
        kind: "Kind", "类型";
        choose: "Choose", "请选择";
        region: "Region", "地区";
        countries: "Countries and territories", "国家和地区";
        capacity: "Seats", "名额";
        capacity_hint: "How many may be in the team at once. Empty: no limit.", "同时在队的人数上限，留空则不限。";
        statement: "Why you take part", "参赛说明";
        statement_hint: "Up to 2,000 characters: who you are, how often you meet, what you want to fix. The host and judges read it.", "最多 2000 个字符：队伍构成、活动频率、计划修复的内容，供主办方和评委阅读。";
        apply: "Apply", "提交申请";

        // An application.
        registration: "Registration", "队伍注册";
        registrations: "Registrations", "队伍注册";
        registrations_lead: "Teams that registered themselves, and where each stands.", "自行注册的队伍及其进度。";
        all: "All", "全部";
        none_title: "No registration here", "这里没有注册申请";
        none_do: "Once a team registers, it stands here until somebody has decided.", "队伍提交注册后会显示在这里，等待处理。";
        team: "Team", "队伍";
        status: "Status", "状态";
        applied_at: "Applied", "申请时间";
        defence_at: "Defence", "答辩时间";
        recording: "Recording", "录像";
        recording_hint: "A link to the recording of the defence, beginning with https://", "答辩录像的链接，以 https:// 开头";
        reason: "Reason", "理由";
        organizers: "Organizers", "负责人";
        not_set: "not set", "未定";
        watch: "Watch the recording", "观看录像";
        what_they_say: "What the team says", "队伍说明";
        said_nothing: "Nothing: the host's list brought this team.", "无：该队伍由主办方名单导入。";
        next_step: "Next step", "下一步";
        host_is_next: "The host invites the team to its defence first; then it is yours to decide.", "先由主办方邀请答辩，之后由你裁定。";
        no_step: "Nothing is left to decide here.", "此处没有需要处理的事项。";
        wait_defence: "The host will invite you to a defence; its date stands here then.", "主办方会邀请你们答辩，时间将显示在此处。";
        wait_decision: "After the defence the judges decide; their answer stands here.", "答辩后由评委决定，结果将显示在此处。";
        wait_approved: "The team is approved. Bring your people in with an invite link.", "队伍已获批，可用邀请链接邀请成员。";
        wait_declined: "The team was not approved. The reason stands above; you may register again under another short name.", "队伍未获批，理由见上；可换一个短名重新注册。";
        wait_suspended: "The team does not count for now. The reason stands above; the host can take it back.", "队伍暂不计分，理由见上；主办方可以恢复。";
        invite_to_defence: "Invite to the defence", "邀请答辩";
        when: "When", "时间";
        reschedule: "Change the date", "更改时间";
        approve: "Approve the team", "批准队伍";
        approve_means: "The team is on the board at once, and people can join it.", "队伍立即登上排行榜，成员可以加入。";
        decline: "Decline", "不予批准";
        decline_means: "The team does not take part; its organizer reads the reason. Declining is final: the team would have to register again.", "队伍不参赛，负责人会看到理由。此操作不可撤销，队伍须重新注册。";
        suspend: "Suspend the team", "暂停队伍";
        suspend_means: "The team leaves the board and its fixes count no more until you take it back. Its organizer reads the reason.", "队伍退出排行榜，修复不再计入，直至恢复。负责人会看到理由。";
        reinstate: "Take the team back", "恢复队伍";
        reinstate_means: "The team and all its fixes count again.", "队伍及其全部修复重新计入。";
        details: "Name, region and seats", "名称、地区与名额";
        details_recording: "Recording of the defence", "答辩录像";
        save: "Save", "保存";
        to_team: "The team's page", "队伍主页";
        to_console: "The team's console", "队伍管理";
        to_registrations: "All registrations", "全部注册申请";
        saved: "Done.", "已完成。";
        sort: "Sorted by", "排序";
        sort_slug: "Short name", "短名";
        members: "Members", "成员";

        // An invitation.
        invited: "You are invited", "邀请你加入";
        from: "From", "邀请人";
        places: "Seats", "名额";
        valid_until: "Valid until", "有效期至";
        join: "Join the team", "加入队伍";
        join_means: "What you merge from now on counts for this team. You are in one team at a time and can leave whenever you like.", "此后合并的修复计入该队伍。同一时间只能在一支队伍，可随时退出。";
        sign_in_to_join: "Sign in to join", "登录后加入";
        invite_over: "This invitation is over. Ask the organizer for a new one, or ask to join below.", "邀请已失效。请向负责人索取新的邀请，或申请加入。";
        invite_used_up: "This invitation is used up. Ask the organizer for a new one.", "邀请次数已用完，请向负责人索取新的邀请。";
        team_full: "All seats are taken. Ask the organizer for more.", "名额已满，请联系负责人。";
        not_approved: "Nobody can join yet: the host has not approved the team.", "队伍尚未获批，暂不能加入。";
        is_final: "The results are final; nobody joins any more.", "结果已确定，不再接受加入。";
        in_it: "You are in this team.", "你已在该队伍中。";
        in_other: "You are in another team. Leave it first:", "你已在其他队伍中，请先退出：";

        // One's own place.
        your_place: "Join or leave", "加入或退出";
        your_place_link: "Join this team, or leave it", "加入或退出该队伍";
        ask: "Ask to join", "申请加入";
        ask_means: "The organizer reads this and lets you in or not. You are in one team at a time.", "负责人会阅读并决定是否接受。同一时间只能在一支队伍。";
        ask_text: "A word about yourself", "自我介绍";
        ask_hint: "Up to 1,000 characters: where you are from, what you have fixed, your chat name.", "最多 1000 个字符：所在地、做过的修复、联系方式等。";
        send: "Send", "提交";
        asked: "You have asked to join", "你已申请加入";
        asked_wait: "The organizer will answer. You need not come back: once you are let in, what you merge counts.", "请等待负责人答复。通过后，此后合并的修复即计入队伍。";
        asked_declined: "The organizer did not let you in last time. You may ask again.", "上次申请未通过，可以再次申请。";
        withdraw: "Take the request back", "撤回申请";
        withdraw_means: "The organizer no longer sees it. You can ask again.", "负责人将不再看到该申请，之后可以再次申请。";
        leave: "Leave the team", "退出队伍";
        leave_means: "From now on what you merge does not count for this team. What was merged before stays with it. To come back you need an invitation or have to ask.", "此后合并的修复不再计入该队伍，此前的保留。再次加入需要邀请或申请。";
        announcement: "From the organizer", "负责人公告";
    }
);

/// A team's status in a word.
pub fn standing(lang: Lang, standing: Standing) -> &'static str {
    match (lang, standing) {
        (Lang::En, Standing::Applied) => "Applied",
        (Lang::En, Standing::Defending) => "Invited to defence",
        (Lang::En, Standing::Approved) => "Approved",
        (Lang::En, Standing::Declined) => "Declined",
        (Lang::En, Standing::Suspended) => "Suspended",
        (Lang::Zh, Standing::Applied) => "已申请",
        (Lang::Zh, Standing::Defending) => "待答辩",
        (Lang::Zh, Standing::Approved) => "已获批",
        (Lang::Zh, Standing::Declined) => "未获批",
        (Lang::Zh, Standing::Suspended) => "已暂停",
    }
}

/// What became of a request, in a word.
pub fn request_state(lang: Lang, state: RequestState) -> &'static str {
    match (lang, state) {
        (Lang::En, RequestState::Open) => "Open",
        (Lang::En, RequestState::Accepted) => "Let in",
        (Lang::En, RequestState::Declined) => "Declined",
        (Lang::En, RequestState::Withdrawn) => "Taken back",
        (Lang::Zh, RequestState::Open) => "待答复",
        (Lang::Zh, RequestState::Accepted) => "已通过",
        (Lang::Zh, RequestState::Declined) => "未通过",
        (Lang::Zh, RequestState::Withdrawn) => "已撤回",
    }
}

/// `2 of 30 taken`; `2 taken, no limit`.
pub fn seats(lang: Lang, taken: usize, capacity: Option<u32>) -> String {
    match (lang, capacity) {
        (Lang::En, Some(capacity)) => format!("{taken} of {capacity} taken"),
        (Lang::En, None) => format!("{taken} taken, no limit"),
        (Lang::Zh, Some(capacity)) => format!("已用 {taken}/{capacity}"),
        (Lang::Zh, None) => format!("已用 {taken}，不限"),
    }
}

/// `Join Shanghai MSG`.
pub fn join_title(lang: Lang, team: &str) -> String {
    match lang {
        Lang::En => format!("Join {team}"),
        Lang::Zh => format!("加入 {team}"),
    }
}
