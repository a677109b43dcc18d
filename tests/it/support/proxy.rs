//! A way to PostgreSQL over TCP that can go dark: then it takes connections and bytes, and nothing comes of them.

use super::Database;
use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    os::unix::net::UnixStream,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

pub struct Proxy {
    /// The database by this way.
    pub url: String,
    dark: Arc<AtomicBool>,
}

#[derive(Clone)]
enum Place {
    Socket(String),
    Address(String),
}

impl Proxy {
    /// The database must be PostgreSQL's.
    pub fn to(database: &Database) -> Self {
        let mut url = url::Url::parse(&database.url).unwrap();
        let named = url.query_pairs().find(|(key, _)| key == "host");
        let host = named.map(|(_, host)| host.into_owned());
        let host = host.unwrap_or_else(|| url.host_str().unwrap_or("").replace("%2F", "/").replace("%2f", "/"));
        let port = url.port().unwrap_or(5432);
        let place = if host.starts_with('/') {
            Place::Socket(format!("{host}/.s.PGSQL.{port}"))
        } else {
            Place::Address(format!("{host}:{port}"))
        };
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        url.set_query(None);
        url.set_host(Some("127.0.0.1")).unwrap();
        url.set_port(Some(listener.local_addr().unwrap().port())).unwrap();
        let dark = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&dark);
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let (client, place, dark) = (client.unwrap(), place.clone(), Arc::clone(&seen));
                std::thread::spawn(move || serve(client, &place, &dark));
            }
        });
        Self { url: url.into(), dark }
    }

    pub fn dark(&self, dark: bool) {
        self.dark.store(dark, Ordering::SeqCst);
    }
}

/// Returns once it is light; whether it was dark.
fn darkness(dark: &AtomicBool) -> bool {
    let was = dark.load(Ordering::SeqCst);
    while dark.load(Ordering::SeqCst) {
        std::thread::sleep(Duration::from_millis(20));
    }
    was
}

fn serve(client: TcpStream, place: &Place, dark: &Arc<AtomicBool>) {
    if darkness(dark) {
        return;
    }
    let (from, to) = (client.try_clone().unwrap(), client.try_clone().unwrap());
    let close = move || drop(client.shutdown(Shutdown::Both));
    match place {
        Place::Socket(path) => {
            let server = UnixStream::connect(path).unwrap();
            let (back, dark_back) = (server.try_clone().unwrap(), Arc::clone(dark));
            std::thread::spawn(move || {
                pump(back, to, &dark_back);
                close();
            });
            pump(from, server.try_clone().unwrap(), dark);
            let _ = server.shutdown(Shutdown::Both);
        }
        Place::Address(address) => {
            let server = TcpStream::connect(address).unwrap();
            let (back, dark_back) = (server.try_clone().unwrap(), Arc::clone(dark));
            std::thread::spawn(move || {
                pump(back, to, &dark_back);
                close();
            });
            pump(from, server.try_clone().unwrap(), dark);
            let _ = server.shutdown(Shutdown::Both);
        }
    }
}

/// Ends with the connection, or once what came in the dark is lost.
fn pump(mut from: impl Read, mut to: impl Write, dark: &AtomicBool) {
    let mut bytes = vec![0; 1 << 16];
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        if darkness(dark) || to.write_all(&bytes[..count]).is_err() {
            return;
        }
    }
}
