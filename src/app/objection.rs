//! Why a use case does not do what somebody asks: data, matched without a wildcard, said in both languages.
//! `web::problem` makes status codes of [`Class`]; a form shows the sentence beside [`Objection::field`].

use crate::domain::{
    evaluate::{Action, Status},
    names::BadText,
    team::Standing,
    text::Lang,
    time::Moment,
};

/// What sort of no it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Class {
    /// Not signed in, or not any more.
    Unknown,
    /// Signed in, and not allowed.
    Forbidden,
    /// Not there, or not theirs to know of.
    Missing,
    /// A field of what was sent is not as it must be.
    Invalid,
    /// What was sent is fine, and what is stands against it.
    Conflict,
    /// It was there and is over.
    Gone,
    /// Too often.
    TooMany,
    /// Too much is under way, whoever asks.
    Busy,
    /// Another service, which this needs, does not do its part.
    Elsewhere,
}

/// Why not. Fields are named as the contract's JSON names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Objection {
    // Who asks.
    NotSignedIn,
    /// The token is over, was ended, or was never one of ours.
    SessionOver,
    WrongPassword,
    Banned,
    /// Seconds to wait.
    TooManySignIns(u64),
    /// Too many passwords are being compared.
    Busy,
    NeedsRole(&'static str),
    /// Nothing of that name, or another team's.
    NotThere(&'static str),

    // Fields.
    Missing(&'static str),
    TooShort {
        field: &'static str,
        least: usize,
        most: usize,
        got: usize,
    },
    TooLong {
        field: &'static str,
        most: usize,
        got: usize,
    },
    /// `what`: what it should be, in English and Chinese.
    NotA {
        field: &'static str,
        what: (&'static str, &'static str),
    },
    OutOfRange {
        field: &'static str,
        least: i64,
        most: i64,
    },
    InPast(&'static str),
    Invisible {
        field: &'static str,
        code: u32,
    },
    LooksLike {
        field: &'static str,
        other: String,
    },
    Taken {
        field: &'static str,
        value: String,
    },
    /// The address and the body name different things.
    OtherThanAddress(&'static str),

    // Teams.
    NoSuchStep {
        from: Standing,
        to: Standing,
    },
    TeamFull {
        capacity: u32,
    },
    /// More are in the team than the new capacity.
    CapacityBelowMembers {
        members: u32,
    },
    NotApproved(Standing),
    AlreadyInTeam(String),
    NotInTeam,
    AlreadyAsked,
    RequestAnswered,
    InviteUsedUp,
    InviteOver,

    // Accounts.
    AccountTaken(String),
    /// The account is named by the host only, and its person's login has a role.
    HintOnly(String),
    LastSignIn,
    NoSuchForge(String),
    ForgeRefused(String),
    ForgeSilent(String),
    HandshakeOver,
    /// Nobody would be left to run the instance.
    LastAdmin,

    // Decisions.
    /// It still waits: for its merge where its facts are confirmed, else for that.
    NotYetDecidable {
        confirmed: bool,
    },
    /// It is merged, nobody has told when, and the judge does not either.
    TimeUntold,
    /// A judge says when it landed, and need not: it is open, or the forge has told.
    LandingTold {
        open: bool,
    },
    /// Author or team does not pass, or it is not merged: no decision could make it count.
    CannotCount(Status),
    AlreadyDecided {
        by: String,
        action: Action,
        at: Moment,
    },
    Changed,
    NoDecision,
    NotYourDecision,
    OwnTeam,
    OwnPull,
    MergedByYou,
    FirstJudge,
    AppealTooLate,
    AlreadyAppealed,
    AppealAnswered,

    // The competition.
    Sealed,
    NotSealed,
    StillOpen(Moment),
    NothingFrozen,
    AlreadyRevealed,
    /// Since it was looked at.
    DefinitionChanged,
    /// Of one source, written here, hold already.
    TwoSecrets,

    // Making.
    /// So many applications of theirs are open.
    TooManyApplications(usize),
    /// Seconds to wait.
    TooManyInvites(u64),

    // Requests.
    OtherBody,
    UnderWay,
}

impl Objection {
    /// What is wrong with a text that people wrote. `bounds`: as it was checked with.
    pub fn of_text(field: &'static str, (least, most): (usize, usize), bad: BadText) -> Self {
        match bad {
            BadText::TooShort(0) => Self::Missing(field),
            BadText::TooShort(got) => Self::TooShort {
                field,
                least,
                most,
                got,
            },
            BadText::TooLong(got) => Self::TooLong { field, most, got },
            BadText::Invisible(hidden) => Self::Invisible {
                field,
                code: u32::from(hidden),
            },
            BadText::NoLetter => Self::NotA {
                field,
                what: ("a name with a letter or a digit in it", "含有文字或数字的名称"),
            },
        }
    }

    pub fn class(&self) -> Class {
        use Objection::*;
        match self {
            NotSignedIn | SessionOver | WrongPassword => Class::Unknown,
            Banned | NeedsRole(_) | NotYourDecision | OwnTeam | OwnPull | MergedByYou | FirstJudge => Class::Forbidden,
            NotThere(_) | NoSuchForge(_) => Class::Missing,
            Missing(_)
            | TooShort { .. }
            | TooLong { .. }
            | NotA { .. }
            | OutOfRange { .. }
            | InPast(_)
            | Invisible { .. }
            | LooksLike { .. }
            | OtherThanAddress(_)
            | LandingTold { .. }
            | OtherBody => Class::Invalid,
            Taken { .. }
            | NoSuchStep { .. }
            | TeamFull { .. }
            | CapacityBelowMembers { .. }
            | NotApproved(_)
            | AlreadyInTeam(_)
            | NotInTeam
            | AlreadyAsked
            | RequestAnswered
            | InviteUsedUp
            | AccountTaken(_)
            | HintOnly(_)
            | LastSignIn
            | LastAdmin
            | ForgeRefused(_)
            | NotYetDecidable { .. }
            | TimeUntold
            | CannotCount(_)
            | AlreadyDecided { .. }
            | Changed
            | NoDecision
            | AppealTooLate
            | AlreadyAppealed
            | AppealAnswered
            | Sealed
            | NotSealed
            | StillOpen(_)
            | NothingFrozen
            | AlreadyRevealed
            | DefinitionChanged
            | TwoSecrets
            | UnderWay => Class::Conflict,
            InviteOver | HandshakeOver => Class::Gone,
            TooManySignIns(_) | TooManyApplications(_) | TooManyInvites(_) => Class::TooMany,
            Busy => Class::Busy,
            ForgeSilent(_) => Class::Elsewhere,
        }
    }

    /// Seconds after which asking again may be of use, where that is what stands in the way.
    pub fn retry_after(&self) -> Option<u64> {
        match self {
            Self::TooManySignIns(wait) | Self::TooManyInvites(wait) => Some(*wait),
            // Until somebody has looked at one.
            Self::TooManyApplications(_) => Some(3_600),
            Self::Busy => Some(2),
            _ => None,
        }
    }

    /// The field that the sentence belongs beside.
    pub fn field(&self) -> Option<&'static str> {
        use Objection::*;
        match self {
            Missing(field) | InPast(field) | OtherThanAddress(field) => Some(field),
            TooShort { field, .. }
            | TooLong { field, .. }
            | NotA { field, .. }
            | OutOfRange { field, .. }
            | Invisible { field, .. }
            | LooksLike { field, .. }
            | Taken { field, .. } => Some(field),
            CapacityBelowMembers { .. } => Some("capacity"),
            LandingTold { .. } | TimeUntold => Some("merged_at"),
            WrongPassword => Some("password"),
            _ => None,
        }
    }

    /// What is wrong and what to do, as a sentence without the field's name.
    pub fn say(&self, lang: Lang) -> String {
        let (en, zh) = self.both();
        match lang {
            Lang::En => en,
            Lang::Zh => zh,
        }
    }

    fn both(&self) -> (String, String) {
        use Objection::*;
        let two = |en: &str, zh: &str| (en.to_owned(), zh.to_owned());
        match self {
            NotSignedIn => two("sign in first, at /sign-in", "请先在 /sign-in 登录"),
            SessionOver => two(
                "this sign-in is over; sign in again at /sign-in",
                "登录已失效，请在 /sign-in 重新登录",
            ),
            WrongPassword => two(
                "login and password do not go together; check both and try again",
                "账号与密码不匹配，请检查后重试",
            ),
            Banned => two(
                "this account was closed; ask the host why",
                "该账号已被停用，请联系主办方",
            ),
            TooManySignIns(wait) => (
                format!("too many sign-ins that failed; try again in {wait} s"),
                format!("登录失败次数过多，请 {wait} 秒后重试"),
            ),
            Busy => two(
                "too many sign in at once; try again in a moment",
                "正在登录的人太多，请稍后重试",
            ),
            TooManyApplications(open) => (
                format!("{open} of your applications are open; once one is decided, apply again"),
                format!("您有 {open} 个申请尚未处理，处理后可再次申请"),
            ),
            TooManyInvites(wait) => (
                format!("you made many invitations within the hour; make the next in {wait} s"),
                format!("您一小时内创建的邀请过多，请 {wait} 秒后再创建"),
            ),
            NeedsRole(role) => (
                format!(
                    "only {} may do this; ask the host for the role",
                    said_role(role, Lang::En)
                ),
                format!("只有{}可以这样做，请向主办方申请权限", said_role(role, Lang::Zh)),
            ),
            NotThere(what) => (
                format!("there is no such {what}"),
                format!("没有这样的{}", said_thing(what)),
            ),
            Missing(_) => two("fill this in", "请填写此项"),
            TooShort { least, most, got, .. } => (
                format!("give {least} to {most} characters; these are {got}"),
                format!("请输入 {least} 到 {most} 个字符，现为 {got} 个"),
            ),
            TooLong { most, got, .. } => (
                format!("at most {most} characters; these are {got}"),
                format!("最多 {most} 个字符，现为 {got} 个"),
            ),
            NotA { what, .. } => (format!("this must be {}", what.0), format!("应为{}", what.1)),
            OutOfRange { least, most, .. } => (
                format!("give a whole number from {least} to {most}"),
                format!("请输入 {least} 到 {most} 的整数"),
            ),
            InPast(_) => two("this time is over; give one to come", "该时间已过，请填写将来的时间"),
            Invisible { code, .. } => (
                format!("the character U+{code:04X} cannot be seen or turns the text; take it out"),
                format!("含有不可见或改变文字方向的字符 U+{code:04X}，请删除"),
            ),
            LooksLike { other, .. } => (
                format!("this looks like {other}, which is there already; choose a name that nobody mistakes for it"),
                format!("与已有的 {other} 过于相似，请换一个不会混淆的名称"),
            ),
            Taken { value, .. } => (
                format!("{value} is taken; choose another"),
                format!("{value} 已被使用，请换一个"),
            ),
            OtherThanAddress(_) => two(
                "this is another than the address says; make them the same",
                "与网址中的不一致，请改为相同",
            ),
            NoSuchStep { from, to } => (
                format!("a team that is {} cannot become {}", from.as_str(), to.as_str()),
                format!("{}的队伍不能改为{}", said_standing(*from), said_standing(*to)),
            ),
            TeamFull { capacity } => (
                format!("all {capacity} places of the team are taken; ask its organizer for more, or join another"),
                format!("队伍的 {capacity} 个名额已满，请联系负责人增加名额或加入其他队伍"),
            ),
            CapacityBelowMembers { members } => (
                format!("{members} are in the team already; give at least that many places"),
                format!("队伍已有 {members} 人，名额不能更少"),
            ),
            NotApproved(standing) => (
                format!(
                    "the team is {}; nobody can join until the host has approved it",
                    standing.as_str()
                ),
                format!("队伍{}，主办方批准后才能加入", said_standing(*standing)),
            ),
            AlreadyInTeam(team) => (
                format!("already in {team}; leave it first"),
                format!("已在 {team} 中，请先退出"),
            ),
            NotInTeam => two("is not in this team now", "目前不在该队伍中"),
            AlreadyAsked => two(
                "you have asked already; the organizer will answer",
                "已提交申请，请等待负责人答复",
            ),
            RequestAnswered => two("this request was answered already", "该申请已有答复"),
            InviteUsedUp => two(
                "this invitation is used up; ask the organizer for a new one",
                "邀请次数已用完，请向负责人索取新的邀请",
            ),
            InviteOver => two(
                "this invitation is over; ask the organizer for a new one",
                "邀请已失效，请向负责人索取新的邀请",
            ),
            AccountTaken(account) => (
                format!("{account} is bound to somebody else; sign in with it, or ask the host"),
                format!("{account} 已绑定给他人，请直接用它登录，或联系主办方"),
            ),
            HintOnly(account) => (
                format!(
                    "{account} is yours by the host's word alone; sign in as you did before, and bind it on your page"
                ),
                format!("{account} 仅由主办方登记，请先用原来的方式登录，再在“我的”页面绑定"),
            ),
            LastSignIn => two(
                "this is the only way that you can sign in; bind another account first",
                "这是唯一的登录方式，请先绑定其他账号",
            ),
            NoSuchForge(forge) => (
                format!("signing in with {forge} is not set up here"),
                format!("此处未开通 {forge} 登录"),
            ),
            ForgeRefused(forge) => (
                format!("{forge} did not confirm the sign-in; nothing was changed, try again"),
                format!("{forge} 未确认登录，未作任何更改，请重试"),
            ),
            ForgeSilent(forge) => (
                format!("{forge} does not answer as it should right now; nothing was changed, try again in a moment"),
                format!("{forge} 暂时没有正常响应，未作任何更改，请稍后重试"),
            ),
            LastAdmin => two(
                "this is the only admin here; make somebody else one first, with `bugathlon account role LOGIN admin`",
                "这是唯一的管理员，请先用 `bugathlon account role LOGIN admin` 指定另一位管理员",
            ),
            HandshakeOver => two(
                "this sign-in was used or has waited too long; begin again",
                "登录已使用或超时，请重新开始",
            ),
            NotYetDecidable { confirmed: true } => two(
                "it is still waiting: it is not merged yet; decide once it is",
                "仍在等待：尚未合并，合并后再裁定",
            ),
            NotYetDecidable { confirmed: false } => two(
                "it is still waiting: the forge has not confirmed its facts yet, which happens by itself; decide then",
                "仍在等待：代码平台尚未确认其内容，确认后会自动更新，届时再裁定",
            ),
            TimeUntold => two(
                "it is merged, and nobody has told when: say when it landed, or wait for the forge's own word",
                "已合并，但没有人说明时间：请给出合入时间，或等待代码平台的答复",
            ),
            LandingTold { open: true } => two(
                "it is still open, so it has not landed; leave the time out",
                "尚未合并，请不要填写合入时间",
            ),
            LandingTold { open: false } => two(
                "when it was merged is known already; leave the time out",
                "合并时间已知，请不要填写合入时间",
            ),
            CannotCount(status) => (
                format!(
                    "it is {} for what no decision changes: it is not merged, or its author was in no approved team",
                    status.as_str()
                ),
                "未合并，或作者当时不在获批的队伍中，裁定也不能使其计入".to_owned(),
            ),
            AlreadyDecided { by, action, at } => {
                let (en, zh) = match action {
                    Action::Accept => ("accepted", "计入"),
                    Action::Reject => ("rejected", "不计入"),
                };
                (
                    format!("already decided by {by}: {en} at {at}"),
                    format!("{by} 已于 {at} 裁定：{zh}"),
                )
            }
            Changed => two(
                "it has changed since you looked; look again and decide anew",
                "内容在你查看之后有变化，请重新查看后裁定",
            ),
            NoDecision => two("nobody has decided on it", "尚无裁定"),
            NotYourDecision => two(
                "another judge took this decision; only that judge or an admin can undo it",
                "这是其他评委的裁定，只有该评委或管理员可以撤销",
            ),
            OwnTeam => two(
                "it is of your own team; another judge decides",
                "这是你所在队伍的提交，由其他评委裁定",
            ),
            OwnPull => two(
                "you wrote it; another judge decides",
                "这是你自己的提交，由其他评委裁定",
            ),
            MergedByYou => two("you merged it; another judge decides", "这是由你合并的，由其他评委裁定"),
            FirstJudge => two(
                "you took the decision that is appealed; another judge answers",
                "申诉针对你的裁定，由其他评委答复",
            ),
            AppealTooLate => two(
                "an appeal is possible within 7 days after the decision",
                "只能在裁定后 7 天内申诉",
            ),
            AlreadyAppealed => two("this decision was appealed already", "该裁定已有申诉"),
            AppealAnswered => two("this appeal was answered already", "该申诉已有答复"),
            Sealed => two(
                "the results are final; the host can reopen the competition",
                "结果已确定，主办方可以重新开启比赛",
            ),
            NotSealed => two("the results are not final", "结果尚未确定"),
            StillOpen(until) => (
                format!("the competition is open until {until}; wait for its close"),
                format!("比赛进行到 {until}，请等待截止"),
            ),
            NothingFrozen => two("no board is frozen", "目前没有封榜"),
            AlreadyRevealed => two("the board was revealed already", "已经揭榜"),
            DefinitionChanged => two(
                "somebody else has changed the definition since you opened it; open it again and make your change anew",
                "在你打开之后已有人修改了赛事定义，请重新打开后再修改",
            ),
            TwoSecrets => two(
                "two secrets of this source hold already; end one of them first",
                "该来源已有两个有效密钥，请先停用其中一个",
            ),
            OtherBody => two(
                "this Idempotency-Key came with another request; use a new one",
                "该 Idempotency-Key 已用于其他请求，请换一个",
            ),
            UnderWay => two(
                "the same request is under way; try again in a moment",
                "相同的请求正在处理，请稍后重试",
            ),
        }
    }
}

impl std::fmt::Display for Objection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(field) = self.field() {
            write!(f, "{field}: ")?;
        }
        f.write_str(&self.say(Lang::En))
    }
}

impl std::error::Error for Objection {}

fn said_role(role: &str, lang: Lang) -> &'static str {
    match (role, lang) {
        ("admin", Lang::En) => "an admin",
        ("admin", Lang::Zh) => "管理员",
        ("judge", Lang::En) => "a judge of this competition or an admin",
        ("judge", Lang::Zh) => "本次比赛的评委或管理员",
        (_, Lang::En) => "the organizer of the team or an admin",
        (_, Lang::Zh) => "队伍负责人或管理员",
    }
}

fn said_thing(thing: &str) -> &'static str {
    match thing {
        "team" => "队伍",
        "person" => "开发者",
        "invitation" => "邀请",
        "request" => "申请",
        "submission" => "提交",
        "appeal" => "申诉",
        "login" => "账号",
        "result" => "结果，结果在比赛最终确定后公布",
        "source" => "来源",
        "secret" => "密钥",
        "account" => "账号",
        _ => "内容",
    }
}

fn said_standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Applied => "申请中",
        Standing::Defending => "答辩中",
        Standing::Approved => "已获批",
        Standing::Declined => "未获批",
        Standing::Suspended => "已暂停",
    }
}
