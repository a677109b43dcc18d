//! Every word on a page, in English and Chinese side by side: a missing one does not compile.
//!
//! Here are the words that stand as they are; [`sentences`] has those with a figure or a name in them,
//! [`advice`] what to do about each check.

mod advice;
pub mod certificate;
pub mod console;
pub mod desk;
pub mod form;
pub mod host;
pub mod me;
mod sentences;
pub mod sign_in;
pub mod teams;

use crate::domain::text::Lang;

macro_rules! words {
    ($($name:ident: $en:literal, $zh:literal;)*) => {
        /// The words of one language.
        pub struct Words {
            pub lang: Lang,
            $(pub $name: &'static str,)*
        }

        pub const EN: Words = Words { lang: Lang::En, $($name: $en,)* };
        pub const ZH: Words = Words { lang: Lang::Zh, $($name: $zh,)* };

        #[cfg(test)]
        impl Words {
            fn all(&self) -> Vec<(&'static str, &'static str)> {
                vec![$((stringify!($name), self.$name),)*]
            }
        }
    };
}

/// The words of one part of the program: `area!(Desk { title: "Desk", "评审台"; })` makes a struct `Desk`, of
/// which `Desk::of(lang)` is the one in a language.
macro_rules! area {
    ($(#[$doc:meta])* $area:ident { $($name:ident: $en:literal, $zh:literal;)* }) => {
        $(#[$doc])*
        pub struct $area {
            pub lang: $crate::domain::text::Lang,
            $(pub $name: &'static str,)*
        }

        impl $area {
            const EN: Self = Self { lang: $crate::domain::text::Lang::En, $($name: $en,)* };
            const ZH: Self = Self { lang: $crate::domain::text::Lang::Zh, $($name: $zh,)* };

            pub fn of(lang: $crate::domain::text::Lang) -> &'static Self {
                match lang {
                    $crate::domain::text::Lang::En => &Self::EN,
                    $crate::domain::text::Lang::Zh => &Self::ZH,
                }
            }

            #[cfg(test)]
            pub fn all() -> Vec<(&'static str, &'static str, &'static str)> {
                vec![$((stringify!($name), $en, $zh),)*]
            }
        }
    };
}
pub(crate) use area;

pub fn words(lang: Lang) -> &'static Words {
    match lang {
        Lang::En => &EN,
        Lang::Zh => &ZH,
    }
}

words! {
    // The page around.
    html_lang: "en", "zh-Hans";
    program: "Bugathlon", "Bugathlon";
    skip: "Skip to the content", "跳到正文";
    language: "Language", "语言";
    other_language: "中文", "English";
    competition_pages: "Pages of this competition", "本次比赛的页面";
    me: "My page", "我的";
    tab_board: "Board", "排行榜";
    tab_people: "People", "个人榜";
    tab_rules: "Rules", "规则";
    tab_why: "Not counted?", "没计入？";
    footer_promise: "Every point has a reason, and anybody can recompute the standings.", "每一分都有依据，任何人都可以重新计算排名。";
    footer_data: "Open data:", "公开数据：";
    footer_json: "standings as JSON", "JSON 排名";
    footer_ledger: "the ledger", "账本";

    // Times. The forms are chrono's.
    date_time_form: "%-d %b %Y, %H:%M", "%Y年%-m月%-d日 %H:%M";
    date_form: "%-d %b %Y", "%Y年%-m月%-d日";
    unit_day: "d", "天";
    unit_hour: "h", "小时";
    unit_minute: "min", "分钟";
    unit_second: "s", "秒";
    ago_form: "{} ago", "{}前";
    your_time: "yours", "你的时间";
    as_of: "As of", "截至";
    live: "Live", "实时";
    reconnecting: "Reconnecting…", "正在重连…";
    since: "since", "加入于";
    until: "until", "离开于";

    // Phases and turns.
    phase_scheduled: "Not open yet", "尚未开始";
    phase_open: "Open", "进行中";
    phase_frozen: "Open · board frozen", "进行中 · 已封榜";
    phase_review: "Closed · under review", "已截止 · 评审中";
    phase_final: "Final results", "最终结果";
    turn_opens: "Opens in", "距开始";
    turn_closes: "Closes in", "距截止";
    turn_grace_ends: "Last merges count for another", "合并宽限期还剩";
    freeze_title: "The board is frozen", "已封榜";
    freeze_since: "What was merged since", "自";
    freeze_what: "shows as pending until the host reveals the results. Keep merging: all of it counts.", "起合并的修复暂不公布结果，显示为待定，直到主办方揭榜。请继续合并，全部照常计分。";
    uncovered_title: "You see the live board, because you judge or host", "你以评委或主办方身份看到的是实时榜单";
    uncovered_since: "What was merged since", "自";
    uncovered_what: "is hidden from everybody else until the reveal. Please keep it to yourself. Reload for the latest.", "起合并的修复在揭榜前对其他人隐藏，请勿外传。刷新可查看最新情况。";

    // Boards.
    team: "Team", "队伍";
    person: "Developer", "开发者";
    people: "Developers", "个人榜";
    leaders: "The first three", "前三名";
    rank: "Rank", "名次";
    rank_and_movement: "Rank and movement in 24 hours", "名次与 24 小时内的变化";
    points: "Points", "积分";
    fixes: "Fixes", "修复";
    pending: "Pending", "待定";
    contributors: "Contributors", "贡献者";
    points_over_time: "Points over time", "积分走势";
    board_caption: "By points. With equal points, whoever got there first.", "按积分排名；积分相同时，先达到者在前。";
    people_caption: "Developers by points. With equal points, whoever got there first.", "开发者按积分排名；积分相同时，先达到者在前。";
    moved_up: "up {} since yesterday", "比昨天上升 {} 名";
    moved_down: "down {} since yesterday", "比昨天下降 {} 名";
    moved_not: "same rank as yesterday", "与昨天名次相同";
    moved_new: "new on the board", "新上榜";
    new_short: "new", "新";
    announce_rank: "{team} is now number {rank}", "{team} 现在是第 {rank} 名";
    all_kinds: "All", "全部";
    cities: "Cities", "城市";
    universities: "Universities", "高校";
    enterprises: "Enterprises", "企业";
    kind_city: "City", "城市";
    kind_university: "University", "高校";
    kind_enterprise: "Enterprise", "企业";
    filter_by_kind: "Kind of team", "队伍类型";
    region: "Region", "地区";
    all_regions: "All regions", "所有地区";
    find_team: "Find a team", "查找队伍";
    find_person: "Find a developer or team", "查找开发者或队伍";
    find: "Find", "查找";
    show_all: "Show all", "显示全部";
    pages: "Pages of the list", "列表分页";
    page_before: "before", "上一页";
    page_after: "after", "下一页";
    just_now: "Just now", "最新动态";

    // Nothing there yet.
    no_team_title: "No team has been approved yet", "还没有获批的队伍";
    no_team_do: "Teams appear here as soon as the host approves them. Register yours.", "主办方批准后，队伍就会出现在这里。现在就注册你的队伍吧。";
    no_match_title: "Nothing matches this filter", "没有符合筛选条件的结果";
    no_match_do: "Try a shorter name, another region, or all kinds.", "请试试更短的名称、其他地区或全部类型。";
    no_fix_title: "No fix has counted yet", "还没有计入的修复";
    no_fix_do: "The first merged fix shows here within seconds.", "第一个合并的修复会在几秒内出现在这里。";
    no_person_title: "Nobody has joined a team yet", "还没有人加入队伍";
    no_person_do: "Ask your team's organizer for an invitation.", "请向队伍负责人索取邀请码。";
    no_submission_title: "No pull request seen yet", "还没有收到合并请求";
    no_submission_do: "Open one in a repository of this competition; it shows here by itself. The rules say which ones.", "在参赛仓库中提交合并请求后，会自动出现在这里。参赛仓库见规则页。";
    no_competition_title: "No competition yet", "还没有比赛";
    no_competition_do: "The host adds one with `bugathlon seed` and a folder.", "主办方可用 `bugathlon seed` 和一个文件夹添加比赛。";

    // Competitions.
    slogan: "Bug-fix sprints, counted live", "修复冲刺，实时计分";
    slogan_more: "Study groups of cities, universities and enterprises fix open-source bugs; each merged fix moves the board.", "城市、高校和企业的学习小组一起修复开源缺陷，每个合并的修复都会推动排名。";
    competitions: "Competitions", "比赛";

    // Lists of submissions.
    submissions: "Pull requests", "合并请求";
    fix: "Fix", "修复";
    status: "Status", "状态";
    merged: "merged", "合并于";
    status_accepted: "Counted", "已计入";
    status_review: "A judge decides", "待评委裁定";
    status_waiting: "Waiting", "等待中";
    status_rejected: "Not counted", "未计入";
    status_held: "Held until the reveal", "揭榜后公布";

    // Team and person.
    as_table: "As a table", "以表格显示";
    points_by_day: "Points at the end of each day on which they changed", "有变化的每日结束时的积分";
    day: "Day", "日期";
    level: "Level", "等级";
    highest_level: "The highest rung of the ladder.", "已是最高等级。";
    person_teams: "Teams", "所在队伍";
    no_team_of_person: "In no team of this competition. Fixes count from the day of joining one.", "未加入本次比赛的任何队伍。加入之后合并的修复才计入。";

    // A submission.
    submission_description: "Why this pull request counts, or why it does not yet, check by check.", "逐项说明这个合并请求为什么计入，或为什么尚未计入。";
    by: "by", "作者";
    verdict_held: "Merged after the board froze. The result shows when the host reveals the board; until then it is pending for everybody.", "在封榜之后合并。主办方揭榜时公布结果，在此之前对所有人都显示为待定。";
    verdict_every: "In this competition judges look at every pull request. There is nothing that you have to do.", "本次比赛的每个合并请求都由评委查看，你不需要做任何事。";
    verdict_review: "A judge decides whether this counts.", "是否计入由评委裁定。";
    verdict_waiting: "This cannot be decided yet.", "目前还不能判定。";
    verdict_rejected: "This does not count.", "没有计入。";
    what_to_do: "Why, and what to do next", "原因与下一步";
    judge_accepted: "A judge accepted it", "评委裁定：计入";
    judge_rejected: "A judge rejected it", "评委裁定：不计入";
    judge_before: "Decided before; since then it has changed, so a judge looks again", "此前已裁定；之后内容有变化，将由评委重新查看";
    checks: "Every check", "各项检查";
    points_if: "Points, if it counts", "若计入可得积分";
    part_label: "Label", "标签";
    part_base: "A fix", "一个修复";
    part_first_fix: "First fix of this competition", "本次比赛的首个修复";
    part_daily_limit: "Over the daily limit", "超出每日上限";
    part_judge: "Given by a judge", "评委给分";
    part_sum: "In all", "合计";
    pull_facts: "The pull request", "合并请求";
    fact_pull: "Where", "位置";
    fact_author: "Author", "作者";
    fact_branch: "Into branch", "目标分支";
    fact_state: "State", "状态";
    fact_created: "Opened", "创建";
    fact_merged: "Merged", "合并";
    state_open: "open", "未合并";
    state_closed: "closed", "已关闭";
    state_merged: "merged", "已合并";
    history_caption: "In the ledger", "账本记录";
    seq: "No.", "序号";
    time: "Time", "时间";
    change: "Change", "变化";

    // The explainer.
    why_question: "Why isn't my pull counted?", "我的 PR 为什么没计入？";
    why_lead: "Paste the address of a pull request. You see every check, with its evidence and what to do.", "粘贴合并请求的网址，即可看到每项检查的依据和下一步该做什么。";
    pull_address: "Address of the pull request", "合并请求网址";
    ask: "Ask", "查询";
    address_forms: "Addresses that work", "支持的网址";
    not_known: "This repository takes part, but we have not heard of this pull request.", "该仓库参赛，但我们还没有收到这个合并请求。";
    not_known_do: "Check the number. A new one shows here within a minute; if it does not, tell the host, who can fetch it again from the forge. No fix is lost by that.", "请核对编号。新的合并请求会在一分钟内出现；如果没有，请告诉主办方，他们可以从代码平台补取，修复不会因此丢失。";
    out_of_scope: "This repository does not take part in the competition.", "该仓库不参加本次比赛。";
    out_of_scope_do: "Only pull requests in these repositories count:", "只有以下仓库的合并请求计入：";
    several: "This may be several. Write one of them:", "可能是其中几个，请写明是哪一个：";
    unread: "A delivery about this pull request came and could not be read.", "收到过关于这个合并请求的推送，但无法读取。";
    unread_do: "Nothing is lost: the host sees what is wrong with it and can have it looked at again.", "内容没有丢失：主办方能看到问题所在，并可以重新读取。";
    not_a_pull: "This is not the address of a pull request.", "这不是合并请求的网址。";
    not_a_pull_do: "Open the pull request in your browser and copy its address: it looks like one of these.", "请在浏览器中打开合并请求并复制网址，形式如下。";

    // Problems.
    not_found: "There is nothing at this address", "这个地址没有内容";
    not_found_do: "It may have been renamed, or the link was cut short. Start again from here.", "它可能已改名，或链接不完整。请从这里重新开始。";
    bad_request: "This request makes no sense to us", "无法理解这个请求";
    bad_request_do: "Change what was pointed out and try again, or start again from here.", "请修改后重试，或从这里重新开始。";
    forbidden: "This is not open to you", "你没有权限查看";
    forbidden_do: "Sign in with another account, or ask the host for the role.", "请换一个账号登录，或向主办方申请权限。";
    too_many: "Too many requests", "请求过于频繁";
    too_many_do: "Wait a minute and try again. The leaderboard keeps itself up to date; no need to reload it.", "请稍等一分钟再试。排行榜会自动更新，不必刷新。";
    unavailable: "The service is not ready at the moment", "服务暂时不可用";
    unavailable_do: "Try again in a minute. Merges are not lost: what arrives meanwhile is counted afterwards.", "请一分钟后再试。合并不会丢失，期间到达的会在之后计入。";
    internal: "Something went wrong on our side", "我们这边出了错";
    internal_do: "Try again in a minute. If it stays, send the host the request number. No merge is lost by it.", "请一分钟后再试。如果仍然出错，请把请求编号告诉主办方。合并不会因此丢失。";
    request_number: "Request number", "请求编号";

    // The rules.
    rules: "Rules", "规则";
    rules_description: "When, where and what counts, and how points and ranks come about.", "何时、何处、什么计入，以及积分和名次怎样产生。";
    rules_when: "When", "时间";
    rules_where: "Where", "仓库";
    rules_what: "What counts", "什么计入";
    rules_not: "What does not count", "什么不计入";
    rules_points: "Points", "积分";
    rules_ranks: "Ranks", "名次";
    rules_judges: "Judges", "评委";
    opens: "Opens", "开始";
    closes: "Closes", "截止";
    freezes: "Board freezes", "封榜";
    grace_ends: "Grace ends", "宽限期结束";
    rule_window: "A pull request counts if you open it between the opening and the close, and it is merged in time. The very instant of the opening is inside, that of the close is not.", "在开始与截止之间创建、并按时合并的合并请求计入。开始的那一刻算在内，截止的那一刻不算。";
    rule_no_grace: "It must be merged before the close.", "必须在截止之前合并。";
    rule_freeze: "Before the close the public board stands still. What is merged then shows as pending, counts in full, and is revealed by the host.", "截止前会封榜：此后合并的修复显示为待定，照常计分，由主办方揭榜时公布。";
    rule_repositories: "Pull requests in these repositories count:", "以下仓库的合并请求计入：";
    rule_mirrors: "A mirror is the same project elsewhere. The same change in both counts once.", "镜像是同一项目在别处的仓库，两边的同一个改动只计一次。";
    every_branch: "every branch", "所有分支";
    only_branches: "into", "目标分支";
    mirror: "mirror:", "镜像：";
    rule_signs: "It must be a bug fix. One of these says so:", "必须是缺陷修复，满足以下任一项即可：";
    rule_sign_label: "a label:", "有标签：";
    rule_sign_title: "a title that matches:", "标题匹配：";
    rule_sign_command: "a line of the description that begins with", "描述中有一行以此开头：";
    rule_no_sign_ask: "With none of them, a judge decides.", "都没有时由评委裁定。";
    rule_no_sign_fail: "With none of them, it does not count.", "都没有则不计入。";
    rule_required: "It must also bear:", "还必须有标签：";
    rule_account: "The forge account that wrote it must be bound to you. Bind it later, and what you merged before counts again.", "作者账号必须与你绑定。之后再绑定也可以，此前合并的会重新计入。";
    rule_team: "You must be in an approved team when it is merged. After the close, the team that you were in at the close counts.", "合并时你必须在获批的队伍中；截止之后合并的，计入截止时你所在的队伍。";
    rule_forbidden: "A pull request with one of these labels:", "带有以下任一标签的合并请求：";
    rule_revert: "A revert, and a fix that was reverted, until the results are final.", "回退本身，以及在最终结果公布前被回退的修复。";
    rule_same_commit: "The same commit twice: the one merged first counts.", "同一个提交出现两次时，只计先合并的一个。";
    rule_port: "The same fix again on another branch.", "同一个修复移植到其他分支。";
    rule_bots: "Pull requests of bots.", "机器人提交的合并请求。";
    rule_points_caption: "What a fix earns", "一个修复的得分";
    rule_base: "Any other fix", "其他修复";
    rule_highest_label: "With several of these labels the highest counts, not their sum. Points belong to you and to the team you were in.", "有多个标签时取最高分，不累加。积分归你和你当时所在的队伍。";
    rule_no_daily_limit: "There is no daily limit.", "没有每日上限。";
    rule_ranks: "Teams stand by the sum of their points, and so do developers.", "队伍按积分总和排名，开发者也一样。";
    rule_ties: "With equal points, whoever reached them first stands before. Equal in both share a rank.", "积分相同时，先达到者在前；两者都相同则并列。";
    rule_recompute: "Every change is an entry in an open ledger. Anybody can download it and recompute the standings.", "每次变化都记入公开账本，任何人都可以下载并重新计算排名。";
    rule_review_every: "Judges look at every pull request before it counts.", "每个合并请求都由评委查看后才计入。";
    rule_review_exceptions: "Most fixes count by themselves. A judge looks only where a check cannot decide:", "大多数修复自动计入，只有检查无法判定时才由评委查看：";
    rule_ask_no_sign: "nothing says that it fixes a bug", "没有说明是修复缺陷";
    rule_ask_self_merge: "the author merged it", "由作者自己合并";
    rule_ask_same_title: "it has the same title as an earlier one of the same author", "与同一作者之前的合并请求标题相同";
    rule_appeal: "You can appeal within 7 days after a decision; another judge looks at it.", "裁定后 7 天内可以申诉，由另一位评委查看。";
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every area: a new one is added here.
    fn areas() -> Vec<(&'static str, &'static str, &'static str)> {
        [
            certificate::Certificate::all(),
            console::Console::all(),
            desk::Desk::all(),
            form::Form::all(),
            host::Host::all(),
            me::Me::all(),
            sign_in::SignIn::all(),
            teams::Teams::all(),
        ]
        .concat()
    }

    #[test]
    fn no_word_of_an_area_is_empty_and_no_english_one_is_chinese() {
        let han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
        for (name, en, zh) in areas() {
            assert!(!en.trim().is_empty() && !zh.trim().is_empty(), "{name}");
            assert!(!en.chars().any(han), "{name}: {en}");
        }
    }

    #[test]
    fn no_word_is_empty_and_no_english_one_is_chinese() {
        for words in [&EN, &ZH] {
            for (name, word) in words.all() {
                assert!(!word.trim().is_empty(), "{name}");
            }
        }
        let han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
        for (name, word) in EN.all().iter().filter(|(name, _)| *name != "other_language") {
            assert!(!word.chars().any(han), "{name}: {word}");
        }
    }

    #[test]
    fn forms_have_the_same_holes_in_both_languages() {
        for ((name, en), (_, zh)) in EN.all().iter().zip(ZH.all()) {
            for hole in ["{}", "{team}", "{rank}"] {
                assert_eq!(en.matches(hole).count(), zh.matches(hole).count(), "{name}");
            }
        }
    }
}
