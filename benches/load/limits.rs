//! What the project is held against: this program again, in another role, doing the bare thing.

use actix_web::{App, HttpResponse, HttpServer, http::header, web};
use bytes::Bytes;
use diesel::{Connection, RunQueryDsl, SqliteConnection, connection::SimpleConnection, prelude::*};
use futures_util::stream;
use serde::{Deserialize, Serialize};
use std::{
    fs,
    io::{self, Seek, SeekFrom, Write},
    path::Path,
    sync::{Arc, mpsc},
    time::{Duration, Instant},
};
use tokio::sync::broadcast;

/// One answer of the bare server.
#[derive(Serialize, Deserialize, Clone, Debug)]
pub struct Form {
    pub path: String,
    /// Its body's file in the same folder; None: an empty 304.
    pub file: Option<String>,
    pub content_type: String,
    pub etag: String,
    pub encoding: Option<String>,
}

const FORMS: &str = "forms.json";

/// Tells a bare server, through a folder, what to serve.
pub fn describe(dir: &Path, forms: &[Form]) -> io::Result<()> {
    fs::write(dir.join(FORMS), serde_json::to_vec(forms)?)
}

/// Serves the forms from memory, `/live` and, at a POST to `/tell`, the body's bytes to everybody who listens.
pub fn bare(dir: &Path) -> io::Result<()> {
    let forms: Vec<Form> = serde_json::from_slice(&fs::read(dir.join(FORMS))?)?;
    let mut loaded: Vec<(&'static Form, Bytes)> = Vec::new();
    for form in forms {
        let body = match &form.file {
            Some(file) => Bytes::from(fs::read(dir.join(file))?),
            None => Bytes::new(),
        };
        loaded.push((Box::leak(Box::new(form)), body));
    }
    let (sender, _) = broadcast::channel::<Bytes>(16);
    actix_web::rt::System::new().block_on(async move {
        let server = HttpServer::new(move || {
            let mut app = App::new();
            for (form, body) in loaded.clone() {
                app = app.route(
                    &form.path,
                    web::get().to(move || std::future::ready(answer(form, body.clone()))),
                );
            }
            let (listen, tell) = (sender.clone(), sender.clone());
            let told =
                move |body: Bytes| std::future::ready(HttpResponse::Ok().body(tell.send(body).is_ok().to_string()));
            app.route("/live", web::get().to(move || std::future::ready(live(&listen))))
                .route("/tell", web::post().to(told))
        })
        .bind(("127.0.0.1", 0))?;
        for address in server.addrs() {
            println!("http://{address}/");
        }
        server.run().await
    })
}

fn answer(form: &'static Form, body: Bytes) -> HttpResponse {
    if form.file.is_none() {
        return HttpResponse::NotModified().finish();
    }
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header((
            header::CONTENT_TYPE,
            header::HeaderValue::from_static(&form.content_type),
        ))
        .insert_header((header::ETAG, header::HeaderValue::from_static(&form.etag)));
    if let Some(encoding) = &form.encoding {
        answer.insert_header((header::CONTENT_ENCODING, header::HeaderValue::from_static(encoding)));
    }
    answer.body(body)
}

fn live(sender: &broadcast::Sender<Bytes>) -> HttpResponse {
    let rest = stream::unfold(sender.subscribe(), |mut receiver| async move {
        let bytes = receiver.recv().await.ok()?;
        Some((Ok::<_, std::convert::Infallible>(bytes), receiver))
    });
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/event-stream"))
        .streaming(rest)
}

diesel::table! {
    kept (id) {
        id -> BigInt,
        name -> Text,
        body -> Binary,
    }
}

/// 64 threads that each wait for the commit that holds their body, and a writer that commits whatever is
/// queued: SQLite with nothing before it. Prints rows a second.
pub fn commit(database: &Path, body: &Path, threads: usize, time: Duration) -> io::Result<()> {
    let body: Arc<Vec<u8>> = Arc::new(fs::read(body)?);
    let mut connection = SqliteConnection::establish(&database.to_string_lossy()).map_err(io::Error::other)?;
    connection
        .batch_execute(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -32000;
             PRAGMA journal_size_limit = 67108864;
             CREATE TABLE kept (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, body BLOB NOT NULL);",
        )
        .map_err(io::Error::other)?;
    type Job = (String, Arc<Vec<u8>>, mpsc::Sender<()>);
    let (jobs, queued) = mpsc::channel::<Job>();
    let until = Instant::now() + time;
    let begun = Instant::now();
    for number in 0..threads {
        let (jobs, body) = (jobs.clone(), Arc::clone(&body));
        std::thread::spawn(move || {
            let (done, wait) = mpsc::channel();
            let mut count = 0;
            while Instant::now() < until {
                count += 1;
                let name = format!("{number:08x}-{count}");
                if jobs.send((name, Arc::clone(&body), done.clone())).is_err() || wait.recv().is_err() {
                    return;
                }
            }
        });
    }
    drop(jobs);
    let mut rows = 0_u64;
    let mut batch: Vec<Job> = Vec::new();
    while let Ok(first) = queued.recv() {
        batch.push(first);
        batch.extend(queued.try_iter().take(threads));
        connection
            .immediate_transaction(|connection| {
                for (name, body, _) in &batch {
                    diesel::insert_into(kept::table)
                        .values((kept::name.eq(name), kept::body.eq(body.as_slice())))
                        .execute(connection)?;
                }
                diesel::QueryResult::Ok(())
            })
            .map_err(io::Error::other)?;
        rows += batch.len() as u64;
        for (_, _, done) in batch.drain(..) {
            let _ = done.send(());
        }
    }
    println!("{:.1}", rows as f64 / begun.elapsed().as_secs_f64());
    Ok(())
}

diesel::table! {
    submissions (id) {
        id -> BigInt,
        person_id -> Nullable<BigInt>,
        team_id -> Nullable<BigInt>,
        merged_at -> Nullable<BigInt>,
        status -> Text,
        points -> BigInt,
    }
}

/// Loads with diesel what a board is made of. Prints how many rows and the milliseconds.
pub fn rows(database: &Path) -> io::Result<()> {
    type Row = (i64, Option<i64>, Option<i64>, Option<i64>, String, i64);
    let begun = Instant::now();
    let mut connection = SqliteConnection::establish(&database.to_string_lossy()).map_err(io::Error::other)?;
    let rows: Vec<Row> = submissions::table
        .order(submissions::id)
        .load(&mut connection)
        .map_err(io::Error::other)?;
    println!("{} {:.3}", rows.len(), begun.elapsed().as_secs_f64() * 1e3);
    Ok(())
}

/// How often a second 4 KB can be written and made durable in this folder, one after the other.
pub fn fdatasync_rate(dir: &Path, time: Duration) -> io::Result<f64> {
    let path = dir.join("fdatasync");
    let mut file = fs::File::create(&path)?;
    let block = [7_u8; 4096];
    for _ in 0..1024 {
        file.write_all(&block)?;
    }
    file.sync_all()?;
    let begun = Instant::now();
    let mut count = 0_u64;
    while begun.elapsed() < time {
        file.seek(SeekFrom::Start(count % 1024 * 4096))?;
        file.write_all(&block)?;
        file.sync_data()?;
        count += 1;
    }
    let rate = count as f64 / begun.elapsed().as_secs_f64();
    fs::remove_file(path)?;
    Ok(rate)
}
