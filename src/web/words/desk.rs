//! Words of the judge's desk, of appeals, and of what judges have done.

use super::area;
use crate::{
    domain::{evaluate::Action, text::Lang},
    store::{AppealStatus, Ended},
};

area!(
    /// Words of the judge's desk.
    Desk {
        desk: "Judge's desk", "评审台";
        description: "What waits for a judge, with all its evidence on one screen.", "等待评委裁定的提交，依据集中在一屏。";
        nav: "Pages of the desk", "评审台页面";
        tab_queue: "Queue", "队列";
        tab_appeals: "Appeals", "申诉";
        tab_judges: "Judges", "评委";
        tab_board: "Board", "排行榜";

        // The queue.
        queue_caption: "What waits longest stands first.", "等待最久的排在最前。";
        nothing: "Nothing waits for a judge", "没有等待裁定的提交";
        nothing_do: "New ones come by themselves. With a filter, try without it.", "有新的会自动出现。若有筛选条件，请清除后再看。";
        begin: "Begin", "开始";
        pick: "Pick", "选择";
        pick_all: "Pick all that can be picked here", "选中本页所有可选项";
        fix: "Pull request", "合并请求";
        why_here: "Why it is here", "待裁定原因";
        none_open: "All of them passed.", "全部通过。";
        did_not_pass: "Checks that did not pass", "未通过的检查";
        waits: "Waits", "已等待";
        any_check: "Any check", "所有检查";
        check: "Check", "检查项";
        any_team: "Any team", "所有队伍";
        team: "Team", "队伍";
        any_kind: "Any kind", "所有类型";
        kind: "Kind of team", "队伍类型";
        show: "Show", "筛选";
        clear: "Without filter", "清除筛选";
        further: "Further", "下一页";
        from_head: "From the first", "回到开头";
        every_review: "Judges look at every pull request here.", "本次比赛的每个合并请求都由评委查看。";
        came_back: "Changed since it was decided", "裁定后有变化";
        bulk: "Accept what is picked", "计入所选项";
        bulk_lead: "Only those can be picked that miss nothing but a sign of a bug fix. Each is checked again; one that changed meanwhile is left.", "只能选择除“缺陷标识”外全部通过的提交。逐个核对，期间有变化的不会裁定。";
        bulk_done: "Accepted together", "批量计入结果";
        bulk_went: "Accepted", "已计入";
        bulk_left: "Left as they are", "未改动";
        bulk_none: "Pick at least one in the list.", "请在列表中至少选择一项。";
        to_queue: "Back to the queue", "返回队列";

        // One submission.
        before: "Previous", "上一个";
        next: "Next", "下一个";
        open_pull: "Open the pull request", "打开合并请求";
        labels: "Labels", "标签";
        no_labels: "none", "无";
        size: "Changed lines", "改动行数";
        unknown: "unknown", "未知";
        merged_by: "Merged by", "合并者";
        author: "Author", "作者";
        branch: "Into branch", "目标分支";
        created: "Opened", "创建";
        merged: "Merged", "合并";
        issues: "Linked issues", "关联 Issue";
        body: "What its author wrote", "作者的描述";
        no_body: "The author wrote nothing.", "作者没有填写描述。";
        facts: "The pull request", "合并请求";
        checks: "Every check", "各项检查";
        twin: "Beside the other one", "与另一个对照";
        this_one: "This one", "本提交";
        other_one: "The other", "另一个";
        title: "Title", "标题";
        commit: "Commit", "提交";
        others: "Others of the same person", "此人的其他提交";
        status: "Status", "状态";
        points: "Points", "积分";
        decided_before: "Decided so far", "裁定记录";
        stands: "stands", "有效";
        changed_title: "Changed since the decision", "裁定后的变化";
        changed_was: "was", "原为";
        changed_is: "is", "现为";
        reverted_since: "A revert was merged since", "之后被回退";
        reverted: "Reverted", "回退";
        yes: "yes", "是";
        no: "no", "否";

        // The decision.
        decide: "Decide", "裁定";
        accept: "Accept", "计入";
        reject: "Reject", "不计入";
        accept_because: "Accept, because", "计入，理由";
        reject_because: "Reject, because", "不计入，理由";
        own_words: "in my own words", "自行填写";
        add_words: "In your words", "补充说明";
        points_given: "Points in place of the computed ones", "另定积分";
        landed_at: "When it landed", "合入时间";
        landed_as: "As which commit", "合入的提交";
        landed_hint: "The forge has not told that it was merged, or when. Look at the branch; the time is on the competition's clock.",
            "代码平台没有说明它已合并，或没有说明时间。请查看分支；时间按本次比赛的时区填写。";
        undo: "Undo", "撤销";
        already: "Already decided by", "已有裁定，评委：";
        your_words: "What you typed", "你填写的内容";
        not_you: "You do not decide on this one", "这一项不由你裁定";
        not_now: "No decision is possible now", "目前不能裁定";
        appealed: "Appealed", "已申诉";
        see_appeal: "See the appeal", "查看申诉";
        at_desk: "Look at it on the desk", "在评审台查看";

        // Keys.
        keys: "Keys", "快捷键";
        keys_on: "Use keys on this desk", "在评审台使用快捷键";
        key_next: "next", "下一个";
        key_before: "previous", "上一个";
        key_accept: "accept", "计入";
        key_reject: "reject; without a reason chosen it goes to the reasons", "不计入；未选理由时先跳到理由";
        key_digit: "choose that reason to reject", "选择对应的不计入理由";
        key_undo: "undo the last decision", "撤销上一个裁定";
        key_open: "open the pull request", "打开合并请求";
        key_help: "this help", "显示此帮助";
        keys_typing: "While you type in a field, keys are letters.", "在输入框中打字时，快捷键不起作用。";

        // Appeals.
        appeals_caption: "Appeals, the oldest first", "申诉，最早的在前";
        no_appeal: "No appeal here", "没有申诉";
        no_appeal_do: "Whoever a decision is about can appeal for seven days.", "当事人可在裁定后七天内申诉。";
        all_appeals: "All", "全部";
        appeal: "Appeal", "申诉";
        appeal_says: "What the appeal says", "申诉内容";
        first_decision: "The decision", "原裁定";
        answered: "Answer", "答复";
        uphold: "Uphold: it counts", "支持申诉：计入";
        answer_final: "An answer is final; it cannot be undone.", "答复后不能撤销。";
        dismiss: "Dismiss: the decision stays", "驳回申诉：维持裁定";
        answer_text: "What you answer", "你的答复";
        opened: "Opened", "提出";
        by_you: "your decision", "你的裁定";

        // The person's side.
        appeal_title: "Appeal", "申诉";
        appeal_lead: "Another judge looks at it again, with what you write here. The answer shows on the page of the pull request.", "另一位评委会结合你填写的内容重新查看，答复显示在该合并请求的页面上。";
        appeal_text: "Why should it be decided otherwise?", "为什么应当另行裁定？";
        appeal_hint: "3 to 2,000 characters. Say what the judge may have missed; links help.", "3 到 2000 个字符。请说明评委可能遗漏的内容，附上链接更好。";
        appeal_send: "Send the appeal", "提交申诉";
        appeal_sent: "Your appeal is with another judge now.", "申诉已提交，将由另一位评委查看。";
        appeal_offer: "Is it yours, or your team's? You can appeal until", "这是你或你队伍的提交？申诉截止时间：";
        no_appeal_now: "No appeal is possible now", "目前不能申诉";
        back: "Back to the pull request", "返回合并请求";

        // What judges have done.
        judges_caption: "Decisions and appeals, by judge", "各评委的裁定与申诉";
        judges_lead: "Agreement: appeals that were dismissed, of all that were answered.", "一致率：已答复的申诉中被驳回的比例。";
        judge: "Judge", "评委";
        accepted: "Accepted", "计入";
        rejected: "Rejected", "不计入";
        undone: "Undone", "撤销";
        appealed_count: "Appealed", "被申诉";
        overturned: "Overturned", "被推翻";
        agreement: "Agreement", "一致率";
        last: "Last", "最近";
        former: "no judge any more", "已非评委";
        in_all: "In all", "合计";
        no_judge: "No judge yet", "还没有评委";
        no_judge_do: "Give somebody the role, and they can decide.", "授予评委角色后即可裁定。";
    }
);

/// A reason that is written beforehand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Template {
    /// What a form sends.
    pub key: &'static str,
    pub action: Action,
    en: &'static str,
    zh: &'static str,
}

impl Template {
    pub fn say(&self, lang: Lang) -> &'static str {
        match lang {
            Lang::En => self.en,
            Lang::Zh => self.zh,
        }
    }

    pub fn find(key: &str) -> Option<&'static Self> {
        TEMPLATES.iter().find(|template| template.key == key)
    }

    pub fn of(action: Action) -> impl Iterator<Item = &'static Self> {
        TEMPLATES.iter().filter(move |template| template.action == action)
    }
}

const fn template(key: &'static str, action: Action, en: &'static str, zh: &'static str) -> Template {
    Template { key, action, en, zh }
}

/// The reasons that judges give most.
pub const TEMPLATES: &[Template] = &[
    template("fixes", Action::Accept, "It fixes a bug.", "修复了缺陷。"),
    template(
        "shown",
        Action::Accept,
        "Its description and its changes show that it fixes a bug.",
        "从描述和改动看，确实修复了缺陷。",
    ),
    template(
        "small",
        Action::Accept,
        "Small, and a real fault is fixed.",
        "改动虽小，但修复了真实的问题。",
    ),
    template(
        "own-merge",
        Action::Accept,
        "Merged by its author, as this project allows; the change is sound.",
        "由作者自己合并，符合该项目的惯例，改动没有问题。",
    ),
    template(
        "differs",
        Action::Accept,
        "The title is that of another one; what it fixes is not.",
        "标题与另一个相同，但修复的是不同的问题。",
    ),
    template(
        "no-fix",
        Action::Reject,
        "It changes something, and fixes no bug.",
        "这是其他改动，没有修复缺陷。",
    ),
    template(
        "text-only",
        Action::Reject,
        "It changes text or comments only.",
        "只修改了文字或注释。",
    ),
    template(
        "repeats",
        Action::Reject,
        "It repeats another pull request.",
        "与另一个合并请求重复。",
    ),
    template(
        "part",
        Action::Reject,
        "It is a part of another fix and counts there.",
        "它是另一个修复的一部分，已在那里计入。",
    ),
    template(
        "not-broken",
        Action::Reject,
        "What it changes was not broken.",
        "所改之处原本没有问题。",
    ),
];

impl Desk {
    fn either(&self, en: String, zh: String) -> String {
        match self.lang {
            Lang::En => en,
            Lang::Zh => zh,
        }
    }

    /// `12 wait for a judge`.
    pub fn waiting(&self, count: u64) -> String {
        self.either(
            format!("{count} {} for a judge", if count == 1 { "waits" } else { "wait" }),
            format!("{count} 个等待评委裁定"),
        )
    }

    pub fn decided(&self, action: Action) -> &'static str {
        match (action, self.lang) {
            (Action::Accept, Lang::En) => "accepted",
            (Action::Reject, Lang::En) => "rejected",
            (Action::Accept, Lang::Zh) => "计入",
            (Action::Reject, Lang::Zh) => "不计入",
        }
    }

    pub fn ended(&self, ended: Ended) -> &'static str {
        match (ended, self.lang) {
            (Ended::Undone, Lang::En) => "undone",
            (Ended::Replaced, Lang::En) => "decided anew",
            (Ended::Overturned, Lang::En) => "overturned on appeal",
            (Ended::Undone, Lang::Zh) => "已撤销",
            (Ended::Replaced, Lang::Zh) => "已重新裁定",
            (Ended::Overturned, Lang::Zh) => "申诉后推翻",
        }
    }

    pub fn appeal_status(&self, status: AppealStatus) -> &'static str {
        match (status, self.lang) {
            (AppealStatus::Open, Lang::En) => "Open",
            (AppealStatus::Upheld, Lang::En) => "Upheld",
            (AppealStatus::Dismissed, Lang::En) => "Dismissed",
            (AppealStatus::Moot, Lang::En) => "Settled otherwise",
            (AppealStatus::Open, Lang::Zh) => "待答复",
            (AppealStatus::Upheld, Lang::Zh) => "已支持",
            (AppealStatus::Dismissed, Lang::Zh) => "已驳回",
            (AppealStatus::Moot, Lang::Zh) => "已另行处理",
        }
    }

    /// How many appeals are open, on the tab.
    pub fn with_count(&self, word: &str, count: u64) -> String {
        match count {
            0 => word.to_owned(),
            count => format!("{word} {count}"),
        }
    }

    pub fn undo_done(&self, title: &str) -> String {
        self.either(format!("Undone: {title}"), format!("已撤销：{title}"))
    }

    pub fn passed_of(&self, count: usize) -> String {
        self.either(format!("{count} passed"), format!("{count} 项通过"))
    }
}
