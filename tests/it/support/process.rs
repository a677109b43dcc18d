//! The program as a process of its own.

use super::{Database, PATIENCE};
use std::{
    io::{BufRead, BufReader, Read, Write},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

fn command(database: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bugathlon"));
    for inherited in ["DATABASE_URL", "LISTEN", "LEVELS", "PUBLIC_URL", "RUST_LOG"] {
        command.env_remove(inherited);
    }
    command.args(["--database-url", database]).stdin(Stdio::null());
    command
}

/// What a command left behind.
#[derive(Debug)]
pub struct Output {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// Runs a command to its end, over this database.
pub async fn bugathlon(database: &str, arguments: &[&str]) -> Output {
    bugathlon_with(database, arguments, &[], "").await
}

/// With these variables in its environment, and this on its standard input.
pub async fn bugathlon_with(database: &str, arguments: &[&str], environment: &[(&str, &str)], input: &str) -> Output {
    let mut command = command(database);
    command.args(arguments).envs(environment.iter().copied());
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let input = input.to_owned();
    let run = move || {
        let mut child = command.spawn().unwrap();
        // One that ends without reading has closed it.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        Output {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    };
    tokio::task::spawn_blocking(run).await.unwrap()
}

impl Output {
    /// What it printed, where it was content.
    pub fn fine(self) -> String {
        assert_eq!(self.code, 0, "{self:?}");
        self.out
    }

    pub fn json(self) -> serde_json::Value {
        serde_json::from_str(&self.fine()).unwrap()
    }
}

/// `bugathlon serve`, killed when the test is through with it.
pub struct Server {
    pub url: String,
    child: Child,
}

impl Server {
    pub async fn start(database: &Database) -> Self {
        Self::start_with(database, &[]).await
    }

    /// Over a database that is reached by another way.
    pub async fn start_at(database_url: &str) -> Self {
        let command = command(database_url);
        tokio::task::spawn_blocking(move || Self::start_now(command))
            .await
            .unwrap()
    }

    /// With these variables in its environment.
    pub async fn start_with(database: &Database, environment: &[(&str, &str)]) -> Self {
        let mut command = command(&database.url);
        command.envs(environment.iter().copied());
        tokio::task::spawn_blocking(move || Self::start_now(command))
            .await
            .unwrap()
    }

    /// With what `ulimit` is told of its open files, such as `-S -n 1024`.
    pub async fn limited(database: &Database, files: &str) -> Self {
        let mut command = Command::new("sh");
        command
            .args(["-c", &format!("ulimit {files}; exec \"$0\" \"$@\"")])
            .arg(env!("CARGO_BIN_EXE_bugathlon"))
            .args(["--database-url", &database.url])
            .stdin(Stdio::null());
        tokio::task::spawn_blocking(move || Self::start_now(command))
            .await
            .unwrap()
    }

    pub async fn seeded(database: &Database, folder: &Path) -> Self {
        bugathlon(&database.url, &["seed", folder.to_str().unwrap()])
            .await
            .fine();
        Self::start(database).await
    }

    fn start_now(mut command: Command) -> Self {
        command
            .args(["serve", "--create", "--listen", "127.0.0.1:0"])
            .env("RUST_LOG", "warn");
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        lines.read_line(&mut line).unwrap();
        // What it may print later goes nowhere, and does not block it.
        std::thread::spawn(move || lines.read_to_end(&mut Vec::new()));
        let url = line.trim().trim_end_matches('/').to_owned();
        assert!(
            url.starts_with("http://127.0.0.1:"),
            "the server did not start: `{line}`"
        );
        Self { url, child }
    }

    /// `kill -9`.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM; the exit code and how long it took.
    pub async fn terminate(mut self) -> (Option<i32>, Duration) {
        let done = tokio::task::spawn_blocking(move || {
            let began = Instant::now();
            let told = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
            assert!(told.success());
            loop {
                if let Some(status) = self.child.try_wait().unwrap() {
                    return (status.code(), began.elapsed());
                }
                assert!(began.elapsed() < PATIENCE, "SIGTERM is not heard");
                std::thread::sleep(Duration::from_millis(5));
            }
        });
        done.await.unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
