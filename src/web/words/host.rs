//! Words of the host's console and of the result page.

use super::area;
use crate::domain::text::Lang;

area!(
    /// Words of the host's console.
    Host {
        console: "Host's console", "主办方控制台";
        description: "For the people who run this instance.", "供本站管理员使用。";
        nav: "Pages of the console", "控制台页面";
        competitions: "Competitions", "比赛";
        people: "People and roles", "人员与权限";
        audit: "Audit log", "操作记录";
        new: "New competition", "新建比赛";
        overview: "Overview", "概览";
        definition: "Definition", "赛事定义";
        sources: "Sources", "来源";
        board: "Board", "排行榜";
        all: "All competitions", "全部比赛";
        competition: "Competition", "比赛";
        phase: "Phase", "阶段";
        none_yet: "No competition yet", "还没有比赛";
        none_yet_do: "Create one: give it a name, a window and its repositories.", "新建一个：填写名称、时间和参赛仓库即可。";

        // Overview.
        overview_lead: "What waits, and what you can do now.", "待处理的事项与可进行的操作。";
        accepted: "Counted", "已计入";
        review: "Judges decide", "待裁定";
        waiting: "Waiting", "等待中";
        applications: "Applications", "入队申请";
        teams: "Teams", "队伍";
        appeals: "Open appeals", "未答复申诉";
        failed: "Failed deliveries", "失败的推送";
        next: "What can be done now", "可进行的操作";
        last_heard: "Last heard", "最近收到";
        queue_oldest: "Oldest delivery not looked at", "最早未处理的推送";
        queue_empty: "none waits", "无等待";
        never: "never", "从未";
        deliveries: "Deliveries", "推送";
        source: "Source", "来源";
        no_sources: "No source yet: nothing sends hooks", "还没有来源，不会收到推送";
        no_sources_do: "Name a source in the definition, then give it a secret here.", "请先在赛事定义中添加来源，再在此设置密钥。";
        done: "Done.", "已完成。";

        // Seal.
        reveal: "Reveal", "揭榜";
        reveal_means: "The freeze ends: everybody sees every result from now on. It cannot be hidden again.", "结束封榜：所有人立即看到全部结果，之后不能再隐藏。";
        reveal_do: "Reveal now", "立即揭榜";
        finalize: "Make the results final", "确定最终结果";
        finalize_means: "The ledger is sealed, the board is revealed, and the result is published with its export. Nothing that comes later changes it. You can reopen it, with a reason.", "账本封存，榜单揭晓，结果与导出文件一并发布，之后的变化不再影响结果。可以说明理由后重新开启。";
        finalize_waits: "Still open; it stays as it is in the final result:", "以下仍未处理，将按现状计入最终结果：";
        finalize_clear: "Nothing waits any more.", "没有待处理的事项。";
        finalize_do: "Seal and publish", "封存并发布";
        finalize_later: "The results can be made final once the competition has closed:", "比赛截止后可以确定最终结果：";
        reopen: "Reopen", "重新开启";
        reopen_means: "The seal comes off, and everything that arrived since is evaluated. The published result is withdrawn until you make it final again.", "解除封存，并评定此后收到的全部内容。已发布的结果将撤下，直到再次确定。";
        reopen_do: "Reopen the competition", "重新开启比赛";
        revealed_at: "Revealed", "揭榜时间";
        finalized_at: "Final since", "确定时间";

        // Definition.
        by_form: "By form", "表单";
        by_file: "As the file", "文件";
        ways: "How to edit", "编辑方式";
        edit_lead: "Change what you need, then look at what would move. Nothing is written before you apply it.", "修改后先查看会发生的变化，应用之前不会写入任何内容。";
        new_lead: "Everything can be changed later, but the short name.", "除简称外，之后都可以修改。";
        dry_run: "See what would change", "查看变化";
        create: "Create the competition", "创建比赛";
        names: "Names", "名称";
        slug: "Short name", "简称";
        slug_hint: "In addresses, such as spring-sprint. It never changes.", "用于网址，如 spring-sprint，创建后不可更改。";
        name_en: "Name in English", "英文名称";
        name_zh: "Name in Chinese", "中文名称";
        when: "When", "时间";
        time_zone: "Time zone", "时区";
        time_zone_hint: "Such as Asia/Shanghai. All times here are on its clock.", "如 Asia/Shanghai，以下时间均按该时区。";
        opens_at: "Opens", "开始";
        closes_at: "Closes", "截止";
        merge_grace: "Grace to merge", "截止后的合并宽限";
        merge_grace_hint: "Such as 14d, 36h or 0d", "如 14d、36h 或 0d";
        freeze_at: "Board freezes", "封榜时间";
        where_: "Where", "仓库";
        repositories: "Repositories", "参赛仓库";
        repositories_hint: "One a line: forge:owner/name, such as gitee:mindspore/mindspore. Branches and mirrors are in the file.", "每行一个：平台:所有者/名称，如 gitee:mindspore/mindspore。分支与镜像请在文件中填写。";
        source_lines: "Sources of hooks", "推送来源";
        source_lines_hint: "One a line: forge:name, such as gitee:mindspore. Its hook's address is then /hooks/gitee/mindspore.", "每行一个：平台:名称，如 gitee:mindspore，对应的推送地址为 /hooks/gitee/mindspore。";
        rules: "What counts", "计入规则";
        review_field: "Judges look at", "评委查看";
        review_exceptions: "only what a check could not decide", "仅检查无法判定的";
        review_every: "every pull request", "所有合并请求";
        bugfix_labels: "Labels of a bug fix", "缺陷修复标签";
        one_a_line: "One a line", "每行一个";
        bugfix_title: "Titles of a bug fix", "缺陷修复标题";
        bugfix_title_hint: "A regular expression; empty for none", "正则表达式，留空表示不使用";
        bugfix_command: "Command in the description", "描述中的命令";
        bugfix_command_hint: "Such as /kind bug", "如 /kind bug";
        no_signal: "Nothing says that it fixes a bug", "没有缺陷修复的标志时";
        no_signal_ask: "a judge decides", "由评委裁定";
        no_signal_fail: "it does not count", "不计入";
        required_labels: "Labels that must be there", "必须有的标签";
        forbidden_labels: "Labels that must not be there", "不得有的标签";
        bots: "Logins of bots", "机器人账号";
        scoring: "Points", "积分";
        base: "Points of a fix", "每个修复的积分";
        labels: "Points by label", "按标签计分";
        labels_hint: "One a line: label = points", "每行一个：标签 = 积分";
        first_fix_bonus: "Bonus for a person's first fix", "首个修复加分";
        daily_limit: "Fixes a day that earn points", "每日计分上限";
        daily_limit_hint: "0: no limit", "0 表示不限";
        file_label: "competition.toml", "competition.toml";
        file_hint: "Secrets show as literal:… and stay what they are if you leave them so.", "密钥显示为 literal:…，保留不改即维持原值。";
        not_taken: "Not taken yet. Mend this and try again:", "尚未接受，请修改后重试：";
        line: "Line", "行";
        file_only: "This text can be edited only as the file.", "该内容只能以文件方式编辑。";
        sealed_note: "The results are final, so the definition is closed. Reopen the competition to change it.", "结果已确定，赛事定义不可修改。如需修改，请先重新开启比赛。";

        // Dry run.
        dry_title: "What would change", "将发生的变化";
        dry_lead: "Nothing is written yet. This is what applying does now.", "尚未写入任何内容，以下是现在应用后的结果。";
        would_move: "Applying would change", "应用后将变化";
        moved_statuses: "statuses of pull requests", "合并请求状态";
        moved_points: "pull requests' points", "合并请求积分";
        moved_ranks: "ranks on the boards", "榜单名次";
        nothing_moves: "No status, no point and no rank would move.", "状态、积分和名次都不会变化。";
        same_text: "The definition is the same as before.", "赛事定义与之前相同。";
        changed_keys: "In the definition", "赛事定义";
        key: "Key", "键";
        from: "Now", "现在";
        to: "Then", "之后";
        moved_teams: "Teams", "队伍";
        moved_people: "Developers", "开发者";
        moved_submissions: "Pull requests", "合并请求";
        rank: "Rank", "名次";
        points: "Points", "积分";
        out: "not in scope", "不在范围内";
        absent: "–", "–";
        apply: "Apply", "应用";
        apply_means: "Applying writes the definition and everything below, at once. To take it back, apply the former rules again: the ledger keeps both.", "应用后将立即写入赛事定义及以下全部变化。如需撤回，再次应用原规则即可，账本会保留两次记录。";
        edit_again: "Back to editing", "返回编辑";

        // Sources.
        sources_lead: "Who may send hooks, and what came of them.", "可以发送推送的来源及其情况。";
        hook_address: "Hook's address", "推送地址";
        secrets: "Secrets", "密钥";
        secret: "New secret", "新密钥";
        secret_hint: "8 to 256 characters, no spaces. Write it into the forge as well: it is never shown again.", "8 到 256 个字符，不含空格。请同时填写到代码平台，此后不再显示。";
        secret_add: "Add the secret", "添加密钥";
        secret_of_file: "in the definition", "在赛事定义中";
        secret_of_variable: "from the environment:", "来自环境变量：";
        secret_since: "written here, since", "在此添加于";
        secret_ended: "ended", "已停用";
        secret_end: "End", "停用";
        secret_end_means: "Hooks that only this secret proves are refused from now on. It cannot be brought back; add a new one instead.", "仅由此密钥验证的推送将立即被拒绝。停用后不能恢复，请改为添加新密钥。";
        secret_end_do: "End this secret", "停用此密钥";
        held_apart: "Held apart: its stored definition cannot be read, so nothing counts here until it is put right. Seed its folder again, or send the file with PUT to its definition in the API.", "已单独搁置：已保存的赛事定义无法读取，修正之前这里不再计入任何结果。请重新载入其文件夹，或通过 API 的 definition 以 PUT 提交文件。";
        secret_unset: "is not set on the server; what needs it is refused until it is", "未在服务器上设置，设置之前依赖它的请求会被拒绝";
        no_secret: "no secret: every hook is refused", "没有密钥，所有推送都会被拒绝";
        failed_lead: "Kept as they came, and never counted. Each says why it could not be read.", "原样保留，不计入，并注明无法读取的原因。";
        refused: "Refused", "被拒绝";
        out_of_reach: "Not this source's repositories", "不属于该来源的仓库";
        out_of_reach_lead: "Proven, and about a repository that the source does not speak for: nothing was changed. If it should count, name the repository in the competition or in the source.", "签名有效，但来源无权代表该仓库，因此未作任何更改。如需计入，请在比赛设置或该来源中写明此仓库。";
        shared_names: "Several repositories under one path", "同一路径下的多个仓库";
        shared_names_lead: "Each counts with its own numbers; a report that names no id is about the first. To count one alone, write its id into [[repository]].", "每个仓库各自计数；未注明 id 的消息归第一个。如只计其中一个，请在 [[repository]] 中写明其 id。";
        first_pull: "first pull request", "最早的 PR";
        retry: "Look again at what failed", "重新处理失败的推送";
        no_failed: "Every delivery could be read.", "所有推送均已读取。";
        event: "Event", "事件";
        received: "Received", "收到时间";
        why: "Why", "原因";

        // People.
        people_lead: "Who signs in here, and what they may do.", "在此登录的人员及其权限。";
        find_login: "Find a login or a name", "查找账号或姓名";
        login: "Login", "账号";
        person: "Person", "开发者";
        roles: "Roles", "权限";
        since: "Since", "创建于";
        no_roles: "participant", "参与者";
        admin: "admin", "管理员";
        judge: "judge", "评委";
        organizer: "organizer", "负责人";
        banned: "closed", "已停用";
        add_login: "Add a login", "添加账号";
        password: "Password", "密码";
        password_hint: "8 to 256 characters. They can change it later.", "8 到 256 个字符，之后可自行修改。";
        role: "Role", "权限";
        no_role: "none", "无";
        of_competition: "Of competition", "所属比赛";
        of_team: "Of team (its short name)", "所属队伍（简称）";
        give_role: "Give the role", "授予权限";
        change: "Change", "修改";
        take: "Take away:", "收回：";
        ban: "Close the login", "停用账号";
        ban_means: "The login is signed out everywhere and cannot sign in. What was merged stays. You can open it again.", "该账号将在所有设备退出且不能登录，已合并的内容不受影响，可以重新启用。";
        unban: "Open the login again", "重新启用账号";
        nobody: "Nobody matches", "没有符合的人员";
        nobody_do: "Try a shorter part of the login or of the name.", "请试试更短的账号或姓名。";

        // Audit.
        audit_lead: "Who did what, when, why, from what to what. Nothing here is ever changed or taken away.", "谁在何时因何做了什么，以及前后变化。记录只增不改。";
        act: "Act", "操作";
        who: "Who", "操作者";
        subject: "On", "对象";
        reason: "Reason", "理由";
        before: "Before", "之前";
        after: "After", "之后";
        command_line: "the command line", "命令行";
        act_begins: "Act begins with", "操作以此开头";
        older: "Older", "更早";
        newest: "Newest", "最新";
        no_entries: "Nothing was done yet", "还没有操作记录";
        no_entries_do: "Every act of a host, a judge and an organizer appears here.", "主办方、评委和负责人的每次操作都会记录在此。";
        no_entries_match: "No entry matches", "没有符合的记录";

        // The result.
        result: "Final result", "最终结果";
        result_description: "The final standings, with the export that anybody can fold again.", "最终排名，以及任何人都可以重新计算的导出文件。";
        podium: "The first three", "前三名";
        whole_board: "The whole board", "完整榜单";
        export: "The export", "导出文件";
        export_lead: "Every pull request, decision and ledger entry that the standings come from.", "包含排名所依据的全部合并请求、裁定和账本记录。";
        download: "Download", "下载";
        sha256: "SHA-256", "SHA-256";
        verify: "Check it yourself", "自行验证";
        verify_lead: "The hash proves that it is the published file. The program folds it again, with no database, and says what differs.", "哈希值证明文件与发布的一致；程序无需数据库即可重新计算，并指出任何差异。";
        unpublished: "This result was made final before results were published with an export. The host can reopen it and make it final again.", "该结果确定时尚未随附导出文件。主办方可以重新开启并再次确定。";
        see_result: "See the final result and its export", "查看最终结果与导出文件";
    }
);

/// `and 120 more, which the API lists`.
pub fn and_more(lang: Lang, more: usize) -> String {
    match lang {
        Lang::En => format!("… and {more} more; the API lists every one."),
        Lang::Zh => format!("……另有 {more} 项，可通过 API 查看全部。"),
    }
}

/// The size of a file: `1.2 MB`.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

/// What an act of the audit log is, in words; the act itself where it is not known here.
pub fn said_act(lang: Lang, act: &str) -> Option<&'static str> {
    let (en, zh) = match act {
        "login.add" => ("added a login", "添加账号"),
        "login.password" => ("set a password", "设置密码"),
        "login.ban" => ("closed a login", "停用账号"),
        "login.unban" => ("opened a login again", "重新启用账号"),
        "role.give" => ("gave a role", "授予权限"),
        "role.take" => ("took a role away", "收回权限"),
        "competition.create" => ("created the competition", "创建比赛"),
        "definition.put" => ("changed the definition", "修改赛事定义"),
        "competition.reveal" => ("revealed the board", "揭榜"),
        "competition.finalize" => ("made the results final", "确定最终结果"),
        "competition.reopen" => ("reopened the competition", "重新开启比赛"),
        "account.bind" => ("bound a forge account", "绑定代码平台账号"),
        "account.prove" => ("proved a forge account by signing in", "通过登录确认代码平台账号"),
        "account.unbind" => ("unbound a forge account", "解绑代码平台账号"),
        "appeal.open" => ("appealed", "提出申诉"),
        "appeal.uphold" => ("upheld an appeal", "支持申诉"),
        "appeal.dismiss" => ("dismissed an appeal", "驳回申诉"),
        "decision.accept" => ("accepted a submission", "裁定计入"),
        "decision.reject" => ("rejected a submission", "裁定不计入"),
        "decision.undo" => ("took a decision back", "撤销裁定"),
        "invite.make" => ("made an invitation", "创建邀请"),
        "invite.end" => ("took an invitation back", "收回邀请"),
        "keys.rotate" => ("changed the signing key", "更换签名密钥"),
        "login.delete" => ("deleted their own account", "注销自己的账号"),
        "login.return" => ("came back by signing in", "重新登录恢复账号"),
        "request.ask" => ("asked to join", "申请加入"),
        "request.accept" => ("let somebody in", "同意加入申请"),
        "request.decline" => ("declined a request to join", "拒绝加入申请"),
        "request.withdraw" => ("withdrew a request to join", "撤回加入申请"),
        "team.apply" => ("registered a team", "注册队伍"),
        "team.defend" => ("invited a team to its defence", "邀请队伍答辩"),
        "team.approve" => ("approved a team", "批准队伍"),
        "team.decline" => ("declined a team", "未批准队伍"),
        "team.suspend" => ("suspended a team", "暂停队伍"),
        "team.reinstate" => ("reinstated a team", "恢复队伍"),
        "team.edit" => ("changed a team's particulars", "修改队伍资料"),
        "team.announce" => ("announced to the team", "发布队伍公告"),
        "team.join" => ("joined a team", "加入队伍"),
        "team.leave" => ("left a team", "退出队伍"),
        "team.remove" => ("removed somebody from a team", "移出队伍成员"),
        "source.retry" => ("looked again at what failed", "重新处理失败的推送"),
        "secret.add" => ("added a secret", "添加密钥"),
        "secret.end" => ("ended a secret", "停用密钥"),
        _ => return None,
    };
    Some(match lang {
        Lang::En => en,
        Lang::Zh => zh,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{collections::BTreeSet, fs, path::Path};

    /// What use cases write into the audit log has words: texts of the shape `noun.verb` after `act:` or as an
    /// argument of `deed`.
    #[test]
    fn every_act_of_the_audit_log_has_words() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/app");
        let nouns = [
            "account",
            "appeal",
            "competition",
            "decision",
            "definition",
            "invite",
            "keys",
            "login",
            "request",
            "role",
            "secret",
            "team",
        ];
        let mut acts: BTreeSet<String> = BTreeSet::new();
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|ending| ending != "rs") {
                continue;
            }
            let text = fs::read_to_string(path).unwrap();
            for quoted in text.split('"').skip(1).step_by(2) {
                if let Some((noun, verb)) = quoted.split_once('.')
                    && nouns.contains(&noun)
                    && verb.chars().all(|c| c.is_ascii_lowercase())
                    && verb != "toml"
                {
                    acts.insert(quoted.to_owned());
                }
            }
        }
        assert!(acts.len() > 30, "{acts:?}");
        for act in &acts {
            assert!(said_act(Lang::En, act).is_some(), "{act}");
        }
    }
}
