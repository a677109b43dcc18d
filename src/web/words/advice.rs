//! What to do about a check that keeps a pull from counting, said to its author.

use super::Words;
use crate::domain::check::{Check, Outcome};

impl Words {
    /// What to do next; for a passed check, that there is nothing to do.
    pub fn advice(&self, check: Check, outcome: Outcome) -> &'static str {
        match outcome {
            Outcome::Pass => self.pick("Nothing to do.", "无需处理。"),
            Outcome::Fail => self.after_fail(check),
            Outcome::Ask => self.after_ask(check),
            Outcome::Wait => self.after_wait(check),
        }
    }

    fn after_fail(&self, check: Check) -> &'static str {
        let (en, zh) = match check {
            Check::Repository => (
                "Open your next fix in one of the competition's repositories; the rules list them.",
                "请在参赛仓库中提交下一个修复，名单见规则页。",
            ),
            Check::Confirmed => (
                "Tell the host: the forge does not know this pull request.",
                "请告诉主办方：代码平台上没有这个合并请求。",
            ),
            Check::Branch => (
                "Open the fix again into a branch that counts.",
                "请向计入的分支重新提交这个修复。",
            ),
            Check::Merged => (
                "Reopen it, or open a new one, and get it merged.",
                "请重新打开或另提一个，并完成合并。",
            ),
            Check::Opened => (
                "Only pull requests opened while the competition runs count. Nothing can change that for this one; the next fix is yours.",
                "只有比赛期间创建的才计入，这一个无法改变，请继续下一个修复。",
            ),
            Check::InTime => (
                "It was merged outside the time that counts. If the review was late through no fault of yours, ask the host about it.",
                "合并时间不在计入范围内。如果评审延误并非你的原因，可以询问主办方。",
            ),
            Check::Author => (
                "Bind the forge account that wrote it to yourself; then this is judged again by itself.",
                "请绑定提交时使用的账号，绑定后会自动重新判定。",
            ),
            Check::Team => (
                "Join an approved team before the next merge. If you were in one then, ask its organizer to tell the host.",
                "请在下次合并之前加入获批的队伍。如果当时已在队伍中，请让负责人联系主办方。",
            ),
            Check::Bot => (
                "If a human wrote it, tell the host, who keeps the list of bots.",
                "如果确由本人编写，请告诉主办方，机器人名单由他们维护。",
            ),
            Check::Bugfix => (
                "Ask a maintainer for the bug-fix label, or say in the title that it is a fix; then this is judged again by itself.",
                "请维护者加上缺陷标签，或在标题中写明是修复，之后会自动重新判定。",
            ),
            Check::RequiredLabels => (
                "Get the label that is missing, such as by signing the CLA, or ask a maintainer for it. It counts as soon as the label is there.",
                "请补上缺少的标签，例如签署 CLA，或请维护者添加。标签一到就会计入。",
            ),
            Check::ForbiddenLabels => (
                "If the label is a mistake, ask a maintainer to take it off; then it counts.",
                "如果标签有误，请维护者去掉，之后就会计入。",
            ),
            Check::SelfMerge => (
                "Let somebody else review and merge the next one.",
                "下一个请由他人评审并合并。",
            ),
            Check::Size => (
                "Too little is changed. Put small fixes together in one pull request.",
                "改动太少，请把小修复合并在一个请求中。",
            ),
            Check::NotRevert => (
                "A revert earns nothing. Fix the cause in a new pull request: that one counts.",
                "回退不计分。请在新的合并请求中修复根本原因，那一个会计入。",
            ),
            Check::NotReverted => (
                "Open the fix again once it is right; the new one counts by itself.",
                "改好后请重新提交，新的会单独计入。",
            ),
            Check::NotDuplicate => (
                "The other one counts in its place. If they are different fixes, appeal and say how.",
                "另一个已代替它计入。如果确实是不同的修复，请申诉并说明区别。",
            ),
        };
        self.pick(en, zh)
    }

    fn after_ask(&self, check: Check) -> &'static str {
        match check {
            Check::Bugfix => self.pick(
                "With the bug-fix label or a title that says fix, it counts without a judge.",
                "加上缺陷标签或在标题中写明修复，就不需要评委裁定。",
            ),
            Check::SelfMerge => self.pick(
                "Nothing to do. A word in the pull request about who reviewed it helps the judge.",
                "无需处理。在合并请求中说明谁评审过，会对评委有帮助。",
            ),
            Check::Size => self.pick(
                "Nothing to do. A word on what the few lines repair helps the judge.",
                "无需处理。说明这几行修复了什么，会对评委有帮助。",
            ),
            Check::NotDuplicate => self.pick(
                "Say in the description how it differs from the other one.",
                "请在描述中说明它与另一个有何不同。",
            ),
            Check::Repository
            | Check::Confirmed
            | Check::Branch
            | Check::Merged
            | Check::Opened
            | Check::InTime
            | Check::Author
            | Check::Team
            | Check::Bot
            | Check::RequiredLabels
            | Check::ForbiddenLabels
            | Check::NotRevert
            | Check::NotReverted => self.pick("Nothing to do: a judge looks at it.", "无需处理，评委会查看。"),
        }
    }

    fn after_wait(&self, check: Check) -> &'static str {
        match check {
            Check::Confirmed => self.pick(
                "Nothing to do: we are asking the forge, which takes a minute or two.",
                "无需处理，我们正在向代码平台确认，需要一两分钟。",
            ),
            Check::Merged => self.pick(
                "Ask for a review: it counts once it is merged.",
                "请联系评审，合并后即可计入。",
            ),
            Check::InTime => self.pick(
                "Get it merged before that time; tell the reviewer when it is.",
                "请在此之前完成合并，并告诉评审者这个时间。",
            ),
            Check::Repository
            | Check::Branch
            | Check::Opened
            | Check::Author
            | Check::Team
            | Check::Bot
            | Check::Bugfix
            | Check::RequiredLabels
            | Check::ForbiddenLabels
            | Check::SelfMerge
            | Check::Size
            | Check::NotRevert
            | Check::NotReverted
            | Check::NotDuplicate => self.pick(
                "Nothing to do: it is decided by itself as soon as it can be.",
                "无需处理，能够判定时会自动判定。",
            ),
        }
    }
}
