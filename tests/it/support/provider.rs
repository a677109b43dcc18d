//! A forge that people sign in with, played by a local server: it holds the caller to OAuth and to PKCE, and
//! answers in the forges' shapes, or in wrong ones.

use super::base64;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, dev::ServerHandle, web};
use bugathlon::{domain::forge::Forge, forge::oauth, web::Settings};
use parking_lot::Mutex;
use serde_json::{Value, json};
use std::{collections::HashMap, net::TcpListener, sync::Arc, time::Duration};

/// How it answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Manner {
    Fine,
    /// The user says no.
    Denies,
    /// As GitHub: an error with status 200.
    RefusesCode,
    /// As the others: an error with status 400.
    BadRequest,
    Status500,
    /// Sends the asker elsewhere.
    Redirects,
    Slow,
    HalfToken,
    HalfUser,
    NoId,
    Endless,
}

struct State {
    manner: Mutex<Manner>,
    user: Mutex<Value>,
    /// Challenge and redirect_uri by code that was not used yet.
    codes: Mutex<HashMap<String, (String, String)>>,
    /// The challenges that it was given.
    challenges: Mutex<Vec<String>>,
}

pub struct Provider {
    pub url: String,
    state: Arc<State>,
    handle: ServerHandle,
}

const ID: &str = "our-client";
const SECRET: &str = "our-client-s3cret";
const TOKEN: &str = "gho_a-token-of-the-forge";

type Pairs = HashMap<String, String>;

async fn authorize(state: web::Data<Arc<State>>, asked: web::Query<Pairs>) -> HttpResponse {
    assert_eq!(asked["response_type"], "code");
    assert_eq!(asked["client_id"], ID);
    assert_eq!(asked["code_challenge_method"], "S256");
    assert!(asked["state"].len() >= 32, "{}", asked["state"]);
    let back = &asked["redirect_uri"];
    let mut url = url::Url::parse(back).unwrap();
    if *state.manner.lock() == Manner::Denies {
        url.query_pairs_mut().append_pair("error", "access_denied");
    } else {
        let code = format!("code-{}", state.challenges.lock().len());
        let known = (asked["code_challenge"].clone(), back.clone());
        state.challenges.lock().push(known.0.clone());
        state.codes.lock().insert(code.clone(), known);
        url.query_pairs_mut().append_pair("code", &code);
    }
    url.query_pairs_mut().append_pair("state", &asked["state"]);
    HttpResponse::Found().insert_header(("location", url.as_str())).finish()
}

async fn token(state: web::Data<Arc<State>>, form: web::Form<Pairs>) -> HttpResponse {
    let manner = *state.manner.lock();
    match manner {
        Manner::RefusesCode => return HttpResponse::Ok().json(json!({"error": "bad_verification_code"})),
        Manner::BadRequest => return HttpResponse::BadRequest().json(json!({"error": "invalid_grant"})),
        Manner::Status500 => return HttpResponse::InternalServerError().body("<h1>500</h1>"),
        Manner::Redirects => return HttpResponse::Found().insert_header(("location", "/api/user")).finish(),
        Manner::Slow => actix_web::rt::time::sleep(Duration::from_secs(30)).await,
        Manner::HalfToken => return HttpResponse::Ok().body(r#"{"access_token":"gho_"#),
        Manner::Endless => return HttpResponse::Ok().body(vec![b' '; 4 << 20]),
        Manner::Fine | Manner::Denies | Manner::HalfUser | Manner::NoId => {}
    }
    let known = state.codes.lock().remove(&form["code"]);
    let Some((challenge, redirect_uri)) = known else {
        return HttpResponse::BadRequest().json(json!({"error": "invalid_grant"}));
    };
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, form["code_verifier"].as_bytes());
    let hashed = base64(digest.as_ref()).replace('+', "-").replace('/', "_");
    let right = form["grant_type"] == "authorization_code"
        && form["client_id"] == ID
        && form["client_secret"] == SECRET
        && form["redirect_uri"] == redirect_uri
        && hashed.trim_end_matches('=') == challenge;
    match right {
        true => HttpResponse::Ok().json(json!({"access_token": TOKEN, "token_type": "bearer", "expires_in": 86400})),
        false => HttpResponse::BadRequest().json(json!({"error": "invalid_request"})),
    }
}

async fn user(state: web::Data<Arc<State>>, request: HttpRequest) -> HttpResponse {
    let bearer = request.headers().get("authorization");
    if bearer.is_none_or(|bearer| bearer != &format!("Bearer {TOKEN}")) {
        return HttpResponse::Unauthorized().json(json!({"message": "401 Unauthorized"}));
    }
    match *state.manner.lock() {
        Manner::HalfUser => HttpResponse::Ok().body(r#"{"id":1001,"log"#),
        Manner::NoId => HttpResponse::Ok().json(json!({"login": "ada", "username": "ada"})),
        _ => HttpResponse::Ok().json(&*state.user.lock()),
    }
}

impl Provider {
    pub fn start() -> Self {
        let state = Arc::new(State {
            manner: Mutex::new(Manner::Fine),
            user: Mutex::new(Value::Null),
            codes: Mutex::default(),
            challenges: Mutex::default(),
        });
        let data = web::Data::new(Arc::clone(&state));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = HttpServer::new(move || {
            App::new()
                .app_data(data.clone())
                .route("/login/oauth/authorize", web::get().to(authorize))
                .route("/oauth/authorize", web::get().to(authorize))
                .route("/login/oauth/access_token", web::post().to(token))
                .route("/oauth/token", web::post().to(token))
                .route("/api/user", web::get().to(user))
        });
        let server = server.workers(1).disable_signals().listen(listener).unwrap().run();
        let handle = server.handle();
        actix_web::rt::spawn(server);
        Self { url, state, handle }
    }

    /// Sets this forge up at a server, under each of the names.
    pub fn set_up(&self, settings: &mut Settings, forges: &[Forge]) {
        let api = format!("{}/api", self.url);
        let provider = |forge: &Forge| oauth::Provider::new(*forge, ID, SECRET, Some(&self.url), Some(&api)).unwrap();
        settings.providers = forges.iter().map(provider).collect();
        settings.patience = Duration::from_millis(1500);
    }

    /// Who is signed in at the forge from now on. In the shape of every forge at once: GitLab's login is
    /// `username`, which the others do not look at.
    pub fn user(&self, id: u64, login: &str) {
        *self.state.user.lock() = json!({"id": id, "login": login, "username": login, "name": "Somebody"});
    }

    pub fn manner(&self, manner: Manner) {
        *self.state.manner.lock() = manner;
    }

    pub fn challenges(&self) -> Vec<String> {
        self.state.challenges.lock().clone()
    }

    pub async fn stop(self) {
        self.handle.stop(false).await;
    }
}
