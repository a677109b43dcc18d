//! People who sign in, and what they send.

use super::{Site, site::Answer};
use bugathlon::app::{self, RoleName};
use reqwest::Method;
use serde_json::Value;

/// Somebody who is signed in at a server.
#[derive(Clone, Debug)]
pub struct Signed {
    pub login: String,
    pub token: String,
}

pub const PASSWORD: &str = "correct horse battery";

impl Site {
    /// A login with a role, signed in. It belongs to the person with that slug, where there is one.
    pub async fn signed(&self, login: &str, role: Option<RoleName>) -> Signed {
        app::add_login(self.app(), None, login, PASSWORD, role, app::now())
            .await
            .unwrap();
        self.sign_in(login).await
    }

    pub async fn sign_in(&self, login: &str) -> Signed {
        let session = app::sign_in(self.app(), login, PASSWORD, app::now()).await.unwrap();
        Signed {
            login: login.to_owned(),
            token: session.token,
        }
    }

    pub async fn admin(&self) -> Signed {
        self.signed("host", Some(RoleName::Admin)).await
    }

    pub async fn judge(&self, login: &str, competition: &str) -> Signed {
        let competition = competition.parse_slug();
        self.signed(login, Some(RoleName::Judge { competition })).await
    }

    pub async fn organizer(&self, login: &str, competition: &str, team: &str) -> Signed {
        let (competition, team) = (competition.parse_slug(), team.parse_slug());
        self.signed(login, Some(RoleName::Organizer { competition, team }))
            .await
    }

    /// A request as a program sends it, with its token. `path` begins with `/`.
    pub async fn ask(&self, who: &Signed, method: Method, path: &str, body: Option<Value>) -> Answer {
        let request = self.http.request(method, format!("{}{path}", self.url));
        let request = request.bearer_auth(&who.token);
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        self.answer(request).await
    }

    pub async fn post(&self, who: &Signed, path: &str, body: Value) -> Answer {
        self.ask(who, Method::POST, path, Some(body)).await
    }

    pub async fn patch(&self, who: &Signed, path: &str, body: Value) -> Answer {
        self.ask(who, Method::PATCH, path, Some(body)).await
    }

    pub async fn delete(&self, who: &Signed, path: &str) -> Answer {
        self.ask(who, Method::DELETE, path, None).await
    }

    pub async fn see(&self, who: &Signed, path: &str) -> Answer {
        self.ask(who, Method::GET, path, None).await
    }

    /// A request as a page of this site sends it, with its cookie.
    pub async fn submit(&self, who: &Signed, path: &str, form: &[(&str, &str)]) -> Answer {
        let request = self.http.post(format!("{}{path}", self.url));
        let request = request
            .header("cookie", format!("__Host-session={}", who.token))
            .header("sec-fetch-site", "same-origin")
            .header("accept", "text/html")
            .form(form);
        self.answer(request).await
    }

    /// A page as this person's browser asks for it.
    pub async fn page(&self, who: &Signed, path: &str) -> Answer {
        let request = self.http.get(format!("{}{path}", self.url));
        let request = request
            .header("cookie", format!("__Host-session={}", who.token))
            .header("accept", "text/html");
        self.answer(request).await
    }
}

/// A slug of a test.
pub trait ParseSlug {
    fn parse_slug(&self) -> bugathlon::domain::text::Slug;
}

impl ParseSlug for str {
    fn parse_slug(&self) -> bugathlon::domain::text::Slug {
        bugathlon::domain::text::Slug::parse(self).unwrap()
    }
}
