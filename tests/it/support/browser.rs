//! A browser: it keeps cookies and follows no link that a test does not.

use super::{Site, site::Answer};
use std::collections::BTreeMap;

pub struct Browser<'a> {
    site: &'a Site,
    pub cookies: BTreeMap<String, String>,
    /// What it says of where its next requests come from.
    pub fetch_site: &'static str,
}

impl<'a> Browser<'a> {
    pub fn new(site: &'a Site) -> Self {
        Self {
            site,
            cookies: BTreeMap::new(),
            fetch_site: "same-origin",
        }
    }

    /// With somebody's session in it.
    pub fn of(site: &'a Site, token: &str) -> Self {
        let mut browser = Self::new(site);
        browser.cookies.insert("__Host-session".into(), token.into());
        browser
    }

    async fn send(&mut self, request: reqwest::RequestBuilder) -> Answer {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = request.header("accept", "text/html,*/*;q=0.8");
        let request = request.header("sec-fetch-site", self.fetch_site);
        let request = match cookies.is_empty() {
            true => request,
            false => request.header("cookie", cookies.join("; ")),
        };
        let answer = self.site.answer(request).await;
        for cookie in answer.headers.get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            // What a browser asks of a cookie with that prefix.
            assert!(cookie.starts_with("__Host-"), "{cookie}");
            for part in ["; Path=/", "; Secure", "; HttpOnly", "; SameSite=Lax"] {
                assert!(cookie.contains(part), "{cookie}");
            }
            assert!(!cookie.contains("Domain"), "{cookie}");
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            if cookie.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.into(), value.into());
            }
        }
        answer
    }

    /// `path`: of the site, or a whole address.
    pub async fn get(&mut self, path: &str) -> Answer {
        let url = match path.starts_with('/') {
            true => format!("{}{path}", self.site.url),
            false => path.to_owned(),
        };
        let request = self.site.http.get(url);
        self.send(request).await
    }

    pub async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Answer {
        let request = self.site.http.post(format!("{}{path}", self.site.url)).form(form);
        self.send(request).await
    }

    /// Signs in with a forge as far as the way back: the address of the callback, which is not asked yet.
    pub async fn out_and_back(&mut self, start: &str) -> String {
        let out = self.get(start).await;
        assert_eq!(out.status, 303, "{}", out.text());
        let there = out.header("location").to_owned();
        // The forge gets none of this site's cookies.
        let back = self.site.answer(self.site.http.get(there)).await;
        assert_eq!(back.status, 302, "{}", back.text());
        back.header("location").to_owned()
    }

    /// Signs in with a forge.
    pub async fn through(&mut self, start: &str) -> Answer {
        let back = self.out_and_back(start).await;
        self.fetch_site = "cross-site";
        let answer = self.get(&back).await;
        self.fetch_site = "same-origin";
        answer
    }
}
