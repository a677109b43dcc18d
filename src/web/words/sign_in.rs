//! Words of the page to sign in.

use super::area;
use crate::domain::text::Lang;

area!(
    /// Words of the page to sign in.
    SignIn {
        title: "Sign in", "登录";
        lead: "Join a team, register one, or decide. To look at the boards you need no account.", "登录后可加入队伍、注册队伍或评审。查看排行榜无需登录。";
        description: "Sign in with your forge account or a password.", "使用代码平台账号或密码登录。";
        login: "Login", "账号";
        password: "Password", "密码";
        submit: "Sign in", "登录";
        with_password: "With a password", "使用密码";
        sign_out: "Sign out", "退出登录";
    }
);

impl SignIn {
    pub fn with_forge(&self, forge: &str) -> String {
        match self.lang {
            Lang::En => format!("Sign in with {forge}"),
            Lang::Zh => format!("使用 {forge} 登录"),
        }
    }
}
