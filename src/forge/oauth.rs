//! Signing in with a forge, OAuth 2 with PKCE: where the browser is sent, what is asked behind its back, and
//! what the answers say. Pure; `client` is what goes over the network.
//! Source: shared facts, row "sign-in"; RFC 6749, section 4.1; RFC 7636.

use super::{
    request::{Method, Request},
    shape::{At, Id, Seen, Text, Unreadable, object, parse},
};
use crate::domain::forge::Forge;
use serde::Deserialize;
use std::fmt;
use url::{Url, form_urlencoded};

/// A forge that people sign in with here, as the configuration names it.
#[derive(Clone)]
pub struct Provider {
    pub forge: Forge,
    client_id: String,
    client_secret: String,
    /// Without a slash at the end.
    web: String,
    api: String,
}

impl fmt::Debug for Provider {
    // The secret stays out of every log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.forge, self.web)
    }
}

/// An address that is none. Holds the text, which is no secret.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{0}` is not an address such as https://git.example.org, without user, query or fragment")]
pub struct BadBase(pub String);

/// A base address without a slash at the end.
fn base(text: &str) -> Result<String, BadBase> {
    let bad = || BadBase(text.to_owned());
    let url = Url::parse(text.trim()).map_err(|_| bad())?;
    let web = matches!(url.scheme(), "https" | "http") && url.has_host();
    let bare = url.username().is_empty() && url.password().is_none() && url.query().is_none();
    if !web || !bare || url.fragment().is_some() {
        return Err(bad());
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// Who somebody is at a forge, as the forge itself says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ForgeUser {
    /// The numeric id, in digits: it survives a rename.
    pub id: String,
    pub login: String,
}

/// What a forge gave for a code. Never shown, never kept.
pub struct AccessToken(String);

/// Why a forge's answer is no sign-in. May be logged.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NoToken {
    /// The forge's own word, such as `invalid_grant`.
    #[error("the forge refused: {0}")]
    Refused(String),
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
}

impl Provider {
    /// `web` and `api`: None is the forge's own, and where only `web` is another, the API below that, as
    /// self-hosted ones have it. Errors: `BadBase`.
    pub fn new(
        forge: Forge,
        client_id: &str,
        client_secret: &str,
        web: Option<&str>,
        api: Option<&str>,
    ) -> Result<Self, BadBase> {
        let (own_web, own_api, below) = match forge {
            Forge::GitHub => ("https://github.com", "https://api.github.com", "/api/v3"),
            Forge::Gitee => ("https://gitee.com", "https://gitee.com/api/v5", "/api/v5"),
            Forge::GitLab => ("https://gitlab.com", "https://gitlab.com/api/v4", "/api/v4"),
            Forge::GitCode => ("https://gitcode.com", "https://api.gitcode.com/api/v5", "/api/v5"),
        };
        let web = web.map(base).transpose()?;
        let api = match (api.map(base).transpose()?, &web) {
            (Some(api), _) => api,
            (None, Some(web)) => format!("{web}{below}"),
            (None, None) => own_api.to_owned(),
        };
        Ok(Self {
            forge,
            client_id: client_id.to_owned(),
            client_secret: client_secret.to_owned(),
            web: web.unwrap_or_else(|| own_web.to_owned()),
            api,
        })
    }

    /// Where the browser is sent. `challenge`: base64url of the SHA-256 of the verifier (S256).
    pub fn authorize_url(&self, redirect_uri: &str, state: &str, challenge: &str) -> String {
        // The least that names somebody: GitHub tells it without any scope, GitCode asks for what the
        // application was registered with.
        let (path, scope) = match self.forge {
            Forge::GitHub => ("/login/oauth/authorize", ""),
            Forge::Gitee => ("/oauth/authorize", "user_info"),
            Forge::GitLab => ("/oauth/authorize", "read_user"),
            Forge::GitCode => ("/oauth/authorize", ""),
        };
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in [
            ("response_type", "code"),
            ("client_id", &self.client_id),
            ("redirect_uri", redirect_uri),
            ("scope", scope),
            ("state", state),
            ("code_challenge", challenge),
            ("code_challenge_method", "S256"),
        ] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        format!("{}{path}?{}", self.web, query.finish())
    }

    /// Asks for a token. The secret goes in the body alone: addresses end up in logs.
    pub fn token_request(&self, code: &str, verifier: &str, redirect_uri: &str) -> Request {
        let path = match self.forge {
            Forge::GitHub => "/login/oauth/access_token",
            Forge::Gitee | Forge::GitLab | Forge::GitCode => "/oauth/token",
        };
        let plain = [
            ("grant_type", "authorization_code"),
            ("client_id", &self.client_id),
            ("code", code),
            ("redirect_uri", redirect_uri),
            ("code_verifier", verifier),
        ];
        // GitCode takes all but the secret from the query, by its documentation.
        let query = match self.forge {
            Forge::GitCode => {
                let pairs = form_urlencoded::Serializer::new(String::new())
                    .extend_pairs(plain)
                    .finish();
                format!("?{pairs}")
            }
            Forge::GitHub | Forge::Gitee | Forge::GitLab => String::new(),
        };
        let form = plain
            .into_iter()
            .chain([("client_secret", self.client_secret.as_str())]);
        Request {
            method: Method::Post,
            url: format!("{}{path}{query}", self.web),
            bearer: None,
            form: form.map(|(name, value)| (name, value.to_owned())).collect(),
        }
    }

    /// Asks who the token's owner is.
    pub fn user_request(&self, token: &AccessToken) -> Request {
        Request {
            method: Method::Get,
            url: format!("{}/user", self.api),
            bearer: Some(token.0.clone()),
            form: Vec::new(),
        }
    }

    /// Errors: `Refused` where the forge says why not, which GitHub does with status 200.
    pub fn read_token(&self, body: &[u8]) -> Result<AccessToken, NoToken> {
        let answer: TokenAnswer<'_> = parse(body)?;
        if let Some(error) = answer.error.word(At("", "error"))? {
            return Err(NoToken::Refused(super::shape::clipped(&error).into_owned()));
        }
        let at = At("", "access_token");
        let token = answer.access_token.required_word(at)?;
        // It becomes a header's value.
        if token.len() > 4096 || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(at.wrong("no token").into());
        }
        Ok(AccessToken(token))
    }

    /// Errors: `Unreadable` where the answer has no numeric id or no login.
    pub fn read_user(&self, body: &[u8]) -> Result<ForgeUser, Unreadable> {
        let answer: UserAnswer<'_> = parse(body)?;
        let id = answer.id.id(At("", "id"))?;
        let (login, name) = match self.forge {
            Forge::GitLab => (answer.username, "username"),
            Forge::GitHub | Forge::Gitee | Forge::GitCode => (answer.login, "login"),
        };
        let at = At("", name);
        let login = login.required_word(at)?;
        if login.chars().count() > 255 || crate::domain::text::invisible(&login).is_some() {
            return Err(at.wrong("no login"));
        }
        let id = id.ok_or_else(|| At("", "id").wrong("no number"))?;
        Ok(ForgeUser { id, login })
    }
}

#[derive(Deserialize)]
struct TokenAnswer<'a> {
    #[serde(borrow, default)]
    access_token: Seen<Text<'a>>,
    #[serde(borrow, default)]
    error: Seen<Text<'a>>,
}
object!(TokenAnswer);

#[derive(Deserialize)]
struct UserAnswer<'a> {
    #[serde(default)]
    id: Seen<Id>,
    #[serde(borrow, default)]
    login: Seen<Text<'a>>,
    #[serde(borrow, default)]
    username: Seen<Text<'a>>,
}
object!(UserAnswer);

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    fn provider(forge: Forge) -> Provider {
        Provider::new(forge, "our id", "our secret", None, None).unwrap()
    }

    fn pairs(url: &str) -> HashMap<String, String> {
        Url::parse(url).unwrap().query_pairs().into_owned().collect()
    }

    #[test]
    fn each_forge_is_asked_where_it_listens() {
        for (forge, web, token, user) in [
            (
                Forge::GitHub,
                "https://github.com/login/oauth/authorize",
                "https://github.com/login/oauth/access_token",
                "https://api.github.com/user",
            ),
            (
                Forge::Gitee,
                "https://gitee.com/oauth/authorize",
                "https://gitee.com/oauth/token",
                "https://gitee.com/api/v5/user",
            ),
            (
                Forge::GitLab,
                "https://gitlab.com/oauth/authorize",
                "https://gitlab.com/oauth/token",
                "https://gitlab.com/api/v4/user",
            ),
            (
                Forge::GitCode,
                "https://gitcode.com/oauth/authorize",
                "https://gitcode.com/oauth/token",
                "https://api.gitcode.com/api/v5/user",
            ),
        ] {
            let provider = provider(forge);
            let url = provider.authorize_url("https://s.example/auth/x/callback", "the state", "the challenge");
            assert!(url.starts_with(&format!("{web}?")), "{url}");
            let asked = pairs(&url);
            for (name, value) in [
                ("response_type", "code"),
                ("client_id", "our id"),
                ("redirect_uri", "https://s.example/auth/x/callback"),
                ("state", "the state"),
                ("code_challenge", "the challenge"),
                ("code_challenge_method", "S256"),
            ] {
                assert_eq!(asked[name], value, "{forge}");
            }
            let request = provider.token_request("the code", "the verifier", "https://s.example/cb");
            assert_eq!(request.url.split('?').next(), Some(token));
            assert!(!request.url.contains("secret"), "{}", request.url);
            let form: HashMap<_, _> = request.form.into_iter().collect();
            assert_eq!(
                (
                    form["code_verifier"].as_str(),
                    form["client_secret"].as_str(),
                    form["code"].as_str()
                ),
                ("the verifier", "our secret", "the code")
            );
            let request = provider.user_request(&AccessToken("t0ken".into()));
            assert_eq!((request.url.as_str(), request.bearer.as_deref()), (user, Some("t0ken")));
            assert!(!format!("{provider:?}").contains("secret"));
        }
    }

    #[test]
    fn a_community_may_run_its_own() {
        let own = |forge, web, api| Provider::new(forge, "i", "s", web, api).map(|p| (p.web, p.api));
        assert_eq!(
            own(Forge::GitLab, Some("https://git.example.org/"), None),
            Ok((
                "https://git.example.org".into(),
                "https://git.example.org/api/v4".into()
            ))
        );
        assert_eq!(
            own(Forge::GitHub, None, Some("http://127.0.0.1:9/api/")),
            Ok(("https://github.com".into(), "http://127.0.0.1:9/api".into()))
        );
        for bad in [
            "",
            "git.example.org",
            "ftp://x",
            "https://a:b@x",
            "https://x?y",
            "javascript:1",
        ] {
            assert_eq!(own(Forge::Gitee, Some(bad), None), Err(BadBase(bad.into())), "{bad}");
        }
    }

    #[test]
    fn answers_are_read_or_named() {
        let github = provider(Forge::GitHub);
        assert!(
            github
                .read_token(br#"{"access_token":"abc","token_type":"bearer"}"#)
                .is_ok()
        );
        for (body, said) in [
            (
                r#"{"error":"bad_verification_code","error_description":"x"}"#,
                "bad_verification_code",
            ),
            (r#"{"access_token":""}"#, "access_token"),
            (r#"{"access_token":"a b"}"#, "access_token"),
            (r#"{"access_token":7}"#, "access_token"),
            (r#"{"token_type":"bearer"}"#, "access_token"),
            (r#"{"access_to"#, "the body"),
            ("", "the body"),
            ("[]", "the body"),
        ] {
            let Err(error) = github.read_token(body.as_bytes()) else {
                panic!("{body}");
            };
            assert!(error.to_string().contains(said), "{body}: {error}");
        }
        let user = |id: &str, login: &str| {
            Ok(ForgeUser {
                id: id.into(),
                login: login.into(),
            })
        };
        for (forge, body, read) in [
            (
                Forge::GitHub,
                r#"{"id":7,"login":"ada","username":"x"}"#,
                user("7", "ada"),
            ),
            (Forge::Gitee, r#"{"id":7,"login":"ada","name":"Ada"}"#, user("7", "ada")),
            (
                Forge::GitLab,
                r#"{"id":7,"username":"ada","login":"x"}"#,
                user("7", "ada"),
            ),
            (
                Forge::GitCode,
                r#"{"id":"523424","login":"ada"}"#,
                user("523424", "ada"),
            ),
        ] {
            assert_eq!(provider(forge).read_user(body.as_bytes()), read, "{forge}");
        }
        for (body, said) in [
            (r#"{"id":7}"#, "login: missing"),
            (r#"{"login":"ada"}"#, "id: no number"),
            (r#"{"id":"seven","login":"ada"}"#, "id: no number"),
            (r#"{"id":0,"login":"ada"}"#, "id: no number"),
            (r#"{"id":{},"login":"ada"}"#, "id: an object"),
            ("{\"id\":7,\"login\":\"a\u{202e}b\"}", "login: no login"),
            (r#"{"message":"Bad credentials"}"#, "login: missing"),
            (r#"{"id":7,"login"#, "the body"),
        ] {
            let error = github.read_user(body.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(said), "{body}: {error}");
        }
    }
}
