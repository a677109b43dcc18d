//! The server inside the test's own process, and a client of any server.

use super::{Database, Folder, Hook, Stream, until};
use bugathlon::{
    app::{self, App, Sources},
    store::{self, Store},
    web::{self, Running, Settings},
};
use serde_json::Value;
use std::{path::Path, sync::Arc};

/// A client of a server, and the server where it runs in this process.
pub struct Site {
    pub url: String,
    pub http: reqwest::Client,
    pub database: Arc<Database>,
    app: Option<App>,
    running: Option<Running>,
}

/// A whole answer.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn is_problem(&self, status: u16) {
        assert_eq!(self.status, status, "{}", self.text());
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem = self.json();
        assert_eq!(problem["status"], status);
        for key in ["type", "title", "detail"] {
            assert!(
                problem[key].as_str().is_some_and(|text| !text.is_empty()),
                "{key}: {problem}"
            );
        }
    }
}

impl Site {
    /// A server over an empty database.
    pub async fn start() -> Self {
        let database = Arc::new(Database::new());
        let store = Store::open(&database.parsed()).unwrap();
        store::migrate(&store).await.unwrap();
        let app = App::new(store);
        Self::over(database, app).await
    }

    /// A server of a competition.
    pub async fn of(folder: &Folder) -> Self {
        let database = Arc::new(Database::new());
        let store = Store::open(&database.parsed()).unwrap();
        store::migrate(&store).await.unwrap();
        let app = App::new(store);
        let dir = folder.on_disk();
        app::seed(&app, dir.path(), app::now(), |_| ()).await.unwrap();
        Self::over(database, app).await
    }

    async fn over(database: Arc<Database>, app: App) -> Self {
        Self::with(database, app, |_| ()).await
    }

    /// A server of a competition that is set up in another way than most.
    pub async fn set_up(folder: &Folder, change: impl FnOnce(&mut Settings)) -> Self {
        let database = Arc::new(Database::new());
        let store = Store::open(&database.parsed()).unwrap();
        store::migrate(&store).await.unwrap();
        let app = App::new(store);
        let dir = folder.on_disk();
        app::seed(&app, dir.path(), app::now(), |_| ()).await.unwrap();
        Self::with(database, app, change).await
    }

    /// Another server over the same database, with a store of its own, as another instance has.
    pub async fn twin(&self) -> Self {
        let store = Store::open(&self.database.parsed()).unwrap();
        Self::over(Arc::clone(&self.database), App::new(store)).await
    }

    async fn with(database: Arc<Database>, app: App, change: impl FnOnce(&mut Settings)) -> Self {
        let sources = Sources::new(Arc::new(|_: &str| None));
        sources.refresh(&app).await.unwrap();
        let mut settings = Settings {
            workers: Some(2),
            ..Settings::at("127.0.0.1:0".parse().unwrap())
        };
        change(&mut settings);
        let running = web::start(app.clone(), sources, settings).await.unwrap();
        Self {
            url: format!("http://{}", running.address),
            running: Some(running),
            app: Some(app),
            ..Self::at(String::new(), database)
        }
    }

    /// A client of a server that runs elsewhere, over this database.
    pub fn at(url: String, database: Arc<Database>) -> Self {
        // Redirects are answers here, and bodies are wanted as they were sent.
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
        Self {
            url,
            http: http.no_proxy().build().unwrap(),
            database,
            app: None,
            running: None,
        }
    }

    pub fn app(&self) -> &App {
        self.app.as_ref().unwrap()
    }

    /// Ends the server in this process.
    pub async fn stop(mut self) {
        self.running.take().unwrap().stop().await;
    }

    /// Seeds beside what runs, and waits until its board is there.
    pub async fn seed(&self, dir: &Path) -> app::Seeded {
        let seeded = app::seed(self.app(), dir, app::now(), |_| ()).await.unwrap();
        let path = format!("/api/v1/competitions/{}", seeded.slug);
        until("a board of what was seeded", || async {
            (self.get(&path).await.status == 200).then_some(())
        })
        .await;
        seeded
    }

    pub async fn answer(&self, request: reqwest::RequestBuilder) -> Answer {
        let response = request.send().await.unwrap();
        Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: response.bytes().await.unwrap().to_vec(),
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.get_with(path, &[]).await
    }

    pub async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = self.http.get(format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.answer(request).await
    }

    /// A whole address, elsewhere.
    pub async fn get_at(&self, url: &str) -> Answer {
        self.answer(self.http.get(url)).await
    }

    /// JSON of an answer that is fine.
    pub async fn json(&self, path: &str) -> Value {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.json()
    }

    pub async fn send(&self, hook: &Hook) -> Answer {
        let mut request = self
            .http
            .post(format!("{}{}", self.url, hook.path))
            .body(hook.body.clone());
        for (name, value) in &hook.headers {
            request = request.header(name, value);
        }
        self.answer(request).await
    }

    /// Sends what is to be kept as new.
    pub async fn deliver(&self, hook: &Hook) {
        let answer = self.send(hook).await;
        assert_eq!(answer.status, 202, "{}", answer.text());
    }

    pub async fn stream(&self, path: &str, last_event_id: Option<i64>) -> Stream {
        let mut request = self.http.get(format!("{}{path}", self.url));
        if let Some(id) = last_event_id {
            request = request.header("Last-Event-ID", id.to_string());
        }
        Stream::new(request.send().await.unwrap())
    }

    pub async fn board(&self) -> Value {
        self.json("/api/v1/competitions/spring/leaderboard").await
    }

    /// The leaderboard once it is as `holds` wants it.
    pub async fn board_where(&self, what: &str, holds: impl Fn(&Value) -> bool) -> Value {
        until(what, || async {
            let answer = self.get("/api/v1/competitions/spring/leaderboard").await;
            // The board of a competition that was seeded a moment ago is not there yet.
            (answer.status == 200).then(|| answer.json()).filter(&holds)
        })
        .await
    }

    /// Waits until no delivery waits, and gives what became of them: `state reason`, oldest first.
    pub async fn settled(&self) -> Vec<String> {
        until("deliveries are looked at", || async {
            // In this order: what leaves the inbox is among the deliveries by then.
            let waiting = self.database.in_the_inbox() + self.database.count("deliveries WHERE state = 'queued'");
            Some(()).filter(|()| waiting == 0)
        })
        .await;
        self.database
            .texts("SELECT state || ' ' || COALESCE(reason, '') AS text FROM deliveries ORDER BY id")
    }

    /// Status and points of every submission: `github:clayworks/github!3 accepted 1`, sorted.
    pub fn submissions(&self) -> Vec<String> {
        let mut lines = self.database.texts(
            "SELECT p.forge || ':' || r.path || '!' || p.number || ' ' || s.status || ' ' || s.points AS text \
             FROM submissions s JOIN pulls p ON p.id = s.pull_id JOIN repositories r ON r.id = p.repository_id",
        );
        lines.sort();
        lines
    }
}

/// A field of a team's row, on a leaderboard.
pub fn of_team(board: &Value, slug: &str, field: &str) -> Value {
    let rows = board["rows"].as_array().unwrap();
    let row = rows.iter().find(|row| row["team"]["slug"] == slug);
    row.unwrap_or_else(|| panic!("no row of {slug}: {board}"))[field].clone()
}
