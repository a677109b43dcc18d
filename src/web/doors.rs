//! Connections: how many there may be, and who has to go where there is no room.
//!
//! A connection waits until its first request is here as a whole, head and body; who sends slowly waits long. What
//! waits is what can be spared: where one address holds more than its share of it, or the open files run out, the
//! one that has waited longest goes. So somebody who sends their request at once is always let in, from whichever
//! address, and a thousand that do not send theirs keep nobody out. Where there are many connections, each is closed
//! after its answer, so that none can hold its place between two requests.
//!
//! Lock rule: one lock, held for look-ups alone; nothing is awaited or asked of another lock while it is.

use super::{Proxies, limit};
use actix_web::{
    HttpMessage,
    dev::{Extensions, Payload, ServiceRequest},
    error::PayloadError,
    rt::net::TcpStream,
    web::Bytes,
};
use futures_util::Stream;
use parking_lot::Mutex;
use rustix::{
    net::{Shutdown, shutdown, sockopt::set_tcp_user_timeout},
    process::{Resource, Rlimit, getrlimit, setrlimit},
};
use std::{
    any::Any,
    collections::{BTreeMap, HashMap, VecDeque},
    os::fd::{AsFd, OwnedFd},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

/// Open files that are not for connections: the database, the log, what a command reads.
const FILES: u64 = 128;
/// The share of all open files that one address's waiting connections may be. A hall sits behind one address.
const OF_ADDRESS: u64 = 8;
/// Connections that are no streams, past which none is kept open between two requests.
const KEPT: usize = 256;
/// How long an answer, or a part of a stream, may lie here while its reader takes none of it, in milliseconds.
const UNREAD: u32 = 30_000;

/// The open files that this process may have now. Without a limit: as many as matter.
pub fn open_files() -> u64 {
    getrlimit(Resource::Nofile).current.unwrap_or(1_048_576)
}

/// Raises the limit on open files to what the system allows at most: a soft limit is a shell's habit, and each
/// connection is an open file. Returns what it is now. To be called before anything reads it.
pub fn raise_open_files() -> u64 {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    // Where the system says no, it stays as it was.
    let _ = setrlimit(Resource::Nofile, raised);
    open_files()
}

/// Whose turn it is to wait: connections by the number in which they came.
#[derive(Default)]
struct Book {
    /// A handle of each, to end it by; with it a waiting connection is two open files.
    waiting: BTreeMap<u64, (String, OwnedFd)>,
    by_address: HashMap<String, VecDeque<u64>>,
    next: u64,
    open: usize,
    streams: usize,
}

impl Book {
    fn files(&self) -> u64 {
        (self.open + self.waiting.len()) as u64
    }

    fn forget(&mut self, number: u64) -> Option<OwnedFd> {
        let (address, handle) = self.waiting.remove(&number)?;
        if let Some(own) = self.by_address.get_mut(&address) {
            own.retain(|one| *one != number);
            if own.is_empty() {
                self.by_address.remove(&address);
            }
        }
        Some(handle)
    }

    /// Ends the one that has waited longest, of this address or of the one with most.
    fn end_one(&mut self, address: Option<&str>) -> bool {
        let own = match address {
            Some(address) => self.by_address.get(address),
            None => self.by_address.values().max_by_key(|own| own.len()),
        };
        let Some(handle) = own
            .and_then(|own| own.front().copied())
            .and_then(|number| self.forget(number))
        else {
            return false;
        };
        let _ = shutdown(&handle, Shutdown::Both);
        metrics::counter!("bugathlon_connections_ended_total").increment(1);
        true
    }
}

/// The way in for connections. Cheap to clone.
#[derive(Clone)]
pub struct Doors {
    book: Arc<Mutex<Book>>,
    files: u64,
    proxies: Proxies,
}

impl Doors {
    /// `files`: how many this process may open. A proxy that is believed is not an address that counts: it waits for
    /// slow clients itself.
    pub fn new(files: u64, proxies: Proxies) -> Self {
        Self {
            book: Arc::default(),
            files,
            proxies,
        }
    }

    fn of_address(&self) -> usize {
        (self.files / OF_ADDRESS).max(16) as usize
    }

    /// For each new connection, before anything of it is read.
    pub fn enter(&self, connection: &dyn Any, data: &mut Extensions) {
        let Some(stream) = connection.downcast_ref::<TcpStream>() else {
            return;
        };
        let _ = set_tcp_user_timeout(stream, UNREAD);
        let peer = stream.peer_addr().ok().map(|peer| peer.ip().to_canonical());
        let counted = peer.filter(|peer| !self.proxies.believes(*peer)).map(limit::of);
        let mut book = self.book.lock();
        let number = book.next;
        book.next += 1;
        book.open += 1;
        let own = |address| book.by_address.get(address).map_or(0, |own| own.len());
        if let Some(address) = counted.as_ref().filter(|address| own(*address) >= self.of_address()) {
            book.end_one(Some(address));
        }
        let most = self.files.saturating_sub(FILES).max(16);
        while book.files() + 1 > most && book.end_one(None) {}
        let full = book.files() > most;
        let handle = counted.zip(stream.as_fd().try_clone_to_owned().ok()).filter(|_| !full);
        let waits = handle.is_some();
        if let Some((address, handle)) = handle {
            book.by_address.entry(address.clone()).or_default().push_back(number);
            book.waiting.insert(number, (address, handle));
        }
        drop(book);
        if full {
            let _ = shutdown(stream, Shutdown::Both);
        }
        data.insert(Arc::new(Connection {
            doors: self.clone(),
            number,
            waits: AtomicBool::new(waits),
            streams: AtomicBool::new(false),
        }));
    }
}

/// A connection, from its beginning to its end.
pub struct Connection {
    doors: Doors,
    number: u64,
    waits: AtomicBool,
    streams: AtomicBool,
}

impl Connection {
    fn of(request: &ServiceRequest) -> Option<&Arc<Self>> {
        request.conn_data::<Arc<Self>>()
    }

    fn arrived(&self) {
        if self.waits.swap(false, Ordering::Relaxed) {
            let handle = self.doors.book.lock().forget(self.number);
            // Closed outside the lock.
            drop(handle);
        }
    }

    fn stream(&self) {
        if !self.streams.swap(true, Ordering::Relaxed) {
            self.doors.book.lock().streams += 1;
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let mut book = self.doors.book.lock();
        book.open = book.open.saturating_sub(1);
        if *self.streams.get_mut() {
            book.streams = book.streams.saturating_sub(1);
        }
        let handle = book.forget(self.number);
        drop(book);
        drop(handle);
    }
}

/// A request's head is here; its body comes. `is_stream`: it will hold its connection. Returns whether the connection
/// is to be closed after the answer.
pub fn arrived(request: &mut ServiceRequest, is_stream: bool) -> bool {
    let Some(connection) = Connection::of(request) else {
        return false;
    };
    if connection.waits.load(Ordering::Relaxed) {
        let headers = request.headers();
        let length = headers.get("content-length").map(|value| value.as_bytes());
        if headers.contains_key("transfer-encoding") || length.is_some_and(|length| length != b"0") {
            let connection = Arc::clone(connection);
            let payload = Box::pin(Arriving {
                payload: request.take_payload(),
                connection,
            });
            request.set_payload(Payload::Stream { payload });
        } else {
            connection.arrived();
        }
    }
    let Some(connection) = Connection::of(request) else {
        return false;
    };
    if is_stream {
        connection.stream();
        return false;
    }
    let book = connection.doors.book.lock();
    let kept = KEPT.min(connection.doors.of_address());
    !connection.doors.is_proxied(request) && book.open.saturating_sub(book.streams) > kept
}

impl Doors {
    fn is_proxied(&self, request: &ServiceRequest) -> bool {
        request
            .request()
            .peer_addr()
            .is_some_and(|peer| self.proxies.believes(peer.ip().to_canonical()))
    }
}

/// A body whose connection waits until it is here.
struct Arriving {
    payload: Payload,
    connection: Arc<Connection>,
}

impl Stream for Arriving {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        let next = Pin::new(&mut this.payload).poll_next(context);
        if matches!(next, Poll::Ready(None | Some(Err(_)))) {
            this.connection.arrived();
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::SocketAddr;

    async fn pair(listener: &tokio::net::TcpListener) -> (TcpStream, TcpStream) {
        let address: SocketAddr = listener.local_addr().unwrap();
        let client = TcpStream::connect(address).await.unwrap();
        (listener.accept().await.unwrap().0, client)
    }

    fn is_over(client: &TcpStream) -> bool {
        let mut byte = [0];
        !matches!(client.try_read(&mut byte), Err(error) if error.kind() == std::io::ErrorKind::WouldBlock)
    }

    #[tokio::test]
    async fn the_one_that_waited_longest_goes_and_whoever_asks_stays() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let doors = Doors::new(512, Proxies::default());
        assert_eq!(doors.of_address(), 64);
        let mut held = Vec::new();
        for number in 0..100 {
            let (server, client) = pair(&listener).await;
            let mut data = Extensions::new();
            doors.enter(&server, &mut data);
            if number == 0 {
                // The first one's request is here: it waits no more.
                data.get::<Arc<Connection>>().unwrap().arrived();
            }
            held.push((server, client, data));
        }
        for (_, client, _) in &held {
            client.ready(tokio::io::Interest::WRITABLE).await.unwrap();
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        let over: Vec<usize> = (0..100).filter(|number| is_over(&held[*number].1)).collect();
        assert_eq!(over, (1..36).collect::<Vec<_>>());
        assert_eq!(doors.book.lock().waiting.len(), 64);
        held.clear();
        let book = doors.book.lock();
        assert_eq!((book.open, book.waiting.len(), book.by_address.len()), (0, 0, 0));
    }

    #[tokio::test]
    async fn where_files_run_out_what_waits_makes_room() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        // Room for 16 files: an address may have as many wait, and each is two.
        let doors = Doors::new(FILES + 16, Proxies::default());
        let mut held = Vec::new();
        for _ in 0..40 {
            let (server, client) = pair(&listener).await;
            let mut data = Extensions::new();
            doors.enter(&server, &mut data);
            assert!(doors.book.lock().waiting.len() <= 18);
            held.push((server, client, data));
        }
        // The last one was let in, whoever came before.
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        assert!(!is_over(&held[39].1) || doors.book.lock().open >= 16);
        assert!(is_over(&held[0].1));
    }
}
