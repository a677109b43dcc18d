//! A small HTTP/1.1 client that asks as fast as one core can: N connections that are kept open, one
//! request at a time on each, requests made beforehand, and of answers nothing read but their length.

use crate::made::hook::Hooks;
use std::{
    cell::{Cell, RefCell},
    future::poll_fn,
    io::{self, Read, Write},
    net::SocketAddr,
    pin::Pin,
    rc::Rc,
    task::Poll,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncRead, ReadBuf},
    net::TcpStream,
    task::{LocalSet, spawn_local},
};

thread_local! {
    // One buffer for every connection: what arrives is looked at before the next one is read.
    static ARRIVED: RefCell<Vec<u8>> = RefCell::new(vec![0; 256 * 1024]);
}

/// Where one answer ends and the next begins.
pub struct Framing {
    state: Expected,
    /// A head or a chunk's size that came in two pieces.
    carry: Vec<u8>,
    /// Of the last head; 0 before the first.
    pub status: u16,
}

enum Expected {
    Head,
    Body(usize),
    /// A chunk's size, its data, the line end behind it, the line end behind the last chunk.
    Size,
    Data(usize),
    Line(usize),
    End(usize),
}

impl Framing {
    pub fn new() -> Self {
        Self {
            state: Expected::Head,
            carry: Vec::new(),
            status: 0,
        }
    }

    /// Takes bytes in, hands bodies to `body`, and says how many answers ended with them.
    pub fn take(&mut self, mut bytes: &[u8], body: &mut impl FnMut(&[u8])) -> io::Result<u32> {
        let mut ended = 0;
        loop {
            match self.state {
                Expected::Head => {
                    let Some(rest) = self.head(bytes)? else {
                        return Ok(ended);
                    };
                    bytes = rest;
                    if matches!(self.state, Expected::Head) {
                        ended += 1;
                    }
                }
                Expected::Body(left) => {
                    let here = left.min(bytes.len());
                    body(&bytes[..here]);
                    bytes = &bytes[here..];
                    if here < left {
                        self.state = Expected::Body(left - here);
                        return Ok(ended);
                    }
                    self.state = Expected::Head;
                    ended += 1;
                }
                Expected::Size => {
                    let Some(end) = bytes.iter().position(|byte| *byte == b'\n') else {
                        self.carry.extend_from_slice(bytes);
                        return Ok(ended);
                    };
                    self.carry.extend_from_slice(&bytes[..end]);
                    bytes = &bytes[end + 1..];
                    let text = std::str::from_utf8(&self.carry).map_err(odd)?;
                    let size = usize::from_str_radix(text.trim(), 16).map_err(odd)?;
                    self.carry.clear();
                    self.state = if size == 0 {
                        Expected::End(2)
                    } else {
                        Expected::Data(size)
                    };
                }
                Expected::Data(left) => {
                    let here = left.min(bytes.len());
                    body(&bytes[..here]);
                    bytes = &bytes[here..];
                    if here < left {
                        self.state = Expected::Data(left - here);
                        return Ok(ended);
                    }
                    self.state = Expected::Line(2);
                }
                Expected::Line(left) | Expected::End(left) => {
                    let here = left.min(bytes.len());
                    bytes = &bytes[here..];
                    let last = matches!(self.state, Expected::End(_));
                    self.state = match (left - here, last) {
                        (0, false) => Expected::Size,
                        (0, true) => Expected::Head,
                        (left, false) => Expected::Line(left),
                        (left, true) => Expected::End(left),
                    };
                    if here < left {
                        return Ok(ended);
                    }
                    ended += u32::from(last);
                }
            }
        }
    }

    /// Reads a head; returns what stands behind it, None where it is not all here.
    fn head<'b>(&mut self, bytes: &'b [u8]) -> io::Result<Option<&'b [u8]>> {
        if self.carry.is_empty() {
            let Some(end) = end_of_head(bytes) else {
                self.carry.extend_from_slice(bytes);
                return Ok(None);
            };
            self.read_head(&bytes[..end])?;
            return Ok(Some(&bytes[end..]));
        }
        let known = self.carry.len();
        self.carry.extend_from_slice(bytes);
        let Some(end) = end_of_head(&self.carry) else {
            return Ok(None);
        };
        let head = std::mem::take(&mut self.carry);
        self.read_head(&head[..end])?;
        Ok(Some(&bytes[end - known..]))
    }

    fn read_head(&mut self, head: &[u8]) -> io::Result<()> {
        let status = head.get(9..12).and_then(|digits| std::str::from_utf8(digits).ok());
        self.status = status.and_then(|digits| digits.parse().ok()).unwrap_or(0);
        self.state = Expected::Head;
        for line in head.split(|byte| *byte == b'\n').skip(1) {
            if let Some(value) = header(line, b"content-length:") {
                let length = std::str::from_utf8(value).map_err(odd)?.trim().parse().map_err(odd)?;
                if length > 0 && self.status != 304 {
                    self.state = Expected::Body(length);
                }
                return Ok(());
            }
            if header(line, b"transfer-encoding:").is_some() {
                self.state = Expected::Size;
                return Ok(());
            }
        }
        Ok(())
    }
}

fn header<'l>(line: &'l [u8], name: &[u8]) -> Option<&'l [u8]> {
    let own = line.get(..name.len())?;
    own.eq_ignore_ascii_case(name).then(|| &line[name.len()..])
}

fn end_of_head(bytes: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + bytes.get(from..)?.iter().position(|byte| *byte == b'\r')?;
        if bytes.get(at..at + 4) == Some(b"\r\n\r\n") {
            return Some(at + 4);
        }
        from = at + 1;
    }
}

fn odd(error: impl std::fmt::Display) -> io::Error {
    io::Error::other(format!("an answer is not HTTP as this client reads it: {error}"))
}

/// One answer, read as a whole.
pub struct Answer {
    pub status: u16,
    /// With its name in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// Asks once, on a connection of its own.
pub fn once(address: SocketAddr, request: &[u8]) -> io::Result<Answer> {
    once_within(address, request, Duration::from_secs(120))
}

/// As [`once`], with this long for each piece of the answer.
pub fn once_within(address: SocketAddr, request: &[u8], patience: Duration) -> io::Result<Answer> {
    let mut stream = std::net::TcpStream::connect(address)?;
    stream.set_read_timeout(Some(patience))?;
    stream.write_all(request)?;
    let mut framing = Framing::new();
    let (mut body, mut head) = (Vec::new(), Vec::new());
    let mut bytes = vec![0; 64 * 1024];
    loop {
        let read = stream.read(&mut bytes)?;
        if read == 0 {
            return Err(odd("it ended early"));
        }
        if end_of_head(&head).is_none() {
            head.extend_from_slice(&bytes[..read]);
        }
        if framing.take(&bytes[..read], &mut |part| body.extend_from_slice(part))? > 0 {
            break;
        }
    }
    let text = String::from_utf8_lossy(&head[..end_of_head(&head).unwrap_or(0)]).into_owned();
    let pair = |line: &str| {
        let (name, value) = line.split_once(':')?;
        Some((name.to_ascii_lowercase(), value.trim().to_owned()))
    };
    Ok(Answer {
        status: framing.status,
        headers: text.lines().skip(1).filter_map(pair).collect(),
        body,
    })
}

/// A GET with these further header lines, each ending in CRLF.
pub fn get(path: &str, headers: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: bench\r\n{headers}\r\n").into_bytes()
}

/// What is asked over and over.
#[derive(Clone)]
pub enum Requests {
    Same(Rc<[u8]>),
    /// Each another hook.
    Hooks(Rc<RefCell<Hooks>>),
}

/// What came of it.
#[derive(Default)]
struct Counts {
    answers: Cell<u64>,
    bytes: Cell<u64>,
    /// Answers with another status than was expected, and connections that broke.
    wrong: Cell<u64>,
    stop: Cell<bool>,
}

/// What a load found in its time.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rate {
    pub answers: u64,
    pub bytes: u64,
    pub wrong: u64,
    pub seconds: f64,
}

impl Rate {
    pub fn per_second(&self) -> f64 {
        self.answers as f64 / self.seconds.max(1e-9)
    }

    pub fn and(self, other: Rate) -> Rate {
        Rate {
            answers: self.answers + other.answers,
            bytes: self.bytes + other.bytes,
            wrong: self.wrong + other.wrong,
            seconds: self.seconds + other.seconds,
        }
    }
}

/// Loads a server for `time`, after a short while that does not count. Takes the calling thread.
pub fn load(address: SocketAddr, requests: Requests, connections: usize, expected: u16, time: Duration) -> Rate {
    let runtime = runtime();
    LocalSet::new().block_on(&runtime, async move {
        let counts = Rc::new(Counts::default());
        for _ in 0..connections {
            spawn_local(keep_asking(address, requests.clone(), expected, Rc::clone(&counts)));
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
        let seen = |counts: &Counts| (counts.answers.get(), counts.bytes.get(), Instant::now());
        let before = seen(&counts);
        tokio::time::sleep(time).await;
        let after = seen(&counts);
        counts.stop.set(true);
        Rate {
            answers: after.0 - before.0,
            bytes: after.1 - before.1,
            wrong: counts.wrong.get(),
            seconds: after.2.duration_since(before.2).as_secs_f64(),
        }
    })
}

pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime can be made")
}

async fn keep_asking(address: SocketAddr, requests: Requests, expected: u16, counts: Rc<Counts>) {
    if ask(address, requests, expected, &counts).await.is_err() {
        counts.wrong.set(counts.wrong.get() + 1);
    }
}

async fn ask(address: SocketAddr, requests: Requests, expected: u16, counts: &Counts) -> io::Result<()> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let mut connection = Connection::new(stream);
    let mut made = Vec::new();
    while !counts.stop.get() {
        let request: &[u8] = match &requests {
            Requests::Same(bytes) => bytes,
            Requests::Hooks(hooks) => {
                hooks.borrow_mut().request(&mut made);
                &made
            }
        };
        let bytes = connection.exchange(request).await?;
        counts.bytes.set(counts.bytes.get() + bytes);
        counts.answers.set(counts.answers.get() + 1);
        if connection.framing.status != expected {
            counts.wrong.set(counts.wrong.get() + 1);
        }
    }
    Ok(())
}

/// A connection that is kept.
pub struct Connection {
    stream: TcpStream,
    pub framing: Framing,
}

impl Connection {
    pub fn new(stream: TcpStream) -> Self {
        Self {
            stream,
            framing: Framing::new(),
        }
    }

    /// Sends a request and waits for the end of its answer; returns the length of the body.
    pub async fn exchange(&mut self, request: &[u8]) -> io::Result<u64> {
        self.send(request).await?;
        let mut bytes = 0;
        while self.arrive(&mut |part| bytes += part.len() as u64).await? == 0 {}
        Ok(bytes)
    }

    pub async fn send(&self, request: &[u8]) -> io::Result<()> {
        let mut rest = request;
        while !rest.is_empty() {
            match self.stream.try_write(rest) {
                Ok(sent) => rest = &rest[sent..],
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.stream.writable().await?,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Takes in what arrives next; returns how many answers ended with it.
    pub async fn arrive(&mut self, body: &mut impl FnMut(&[u8])) -> io::Result<u32> {
        poll_fn(|context| {
            ARRIVED.with_borrow_mut(|arrived| {
                let mut read = ReadBuf::new(arrived);
                match Pin::new(&mut self.stream).poll_read(context, &mut read) {
                    Poll::Pending => Poll::Pending,
                    Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
                    Poll::Ready(Ok(())) if read.filled().is_empty() => Poll::Ready(Err(odd("it ended early"))),
                    Poll::Ready(Ok(())) => Poll::Ready(self.framing.take(read.filled(), body)),
                }
            })
        })
        .await
    }
}

/// Sends hooks at an even pace until the returned sender is dropped; on a thread of its own, since the load's
/// own thread has no time to spare. Ends with how many were answered 202.
pub struct Feeder {
    stop: std::sync::mpsc::Sender<()>,
    thread: std::thread::JoinHandle<u64>,
}

impl Feeder {
    pub fn start(address: SocketAddr, mut hooks: Hooks, per_second: u64) -> Self {
        let (stop, stopped) = std::sync::mpsc::channel::<()>();
        let thread = std::thread::spawn(move || {
            let mut kept = 0;
            let mut request = Vec::new();
            let pause = Duration::from_micros(1_000_000 / per_second);
            let mut connection: Option<std::net::TcpStream> = None;
            let mut due = Instant::now();
            loop {
                due += pause;
                let wait = due.saturating_duration_since(Instant::now());
                match stopped.recv_timeout(wait) {
                    Err(std::sync::mpsc::RecvTimeoutError::Timeout) => {}
                    _ => return kept,
                }
                hooks.request(&mut request);
                let sent = match &mut connection {
                    Some(stream) => send_one(stream, &request),
                    None => std::net::TcpStream::connect(address).and_then(|mut stream| {
                        let sent = send_one(&mut stream, &request);
                        connection = Some(stream);
                        sent
                    }),
                };
                match sent {
                    Ok(202) => kept += 1,
                    Ok(_) => {}
                    Err(_) => connection = None,
                }
            }
        });
        Self { stop, thread }
    }

    pub fn end(self) -> u64 {
        drop(self.stop);
        self.thread.join().unwrap_or(0)
    }
}

/// Sends one request on a kept connection and reads its answer; returns the status.
fn send_one(stream: &mut std::net::TcpStream, request: &[u8]) -> io::Result<u16> {
    stream.write_all(request)?;
    let mut framing = Framing::new();
    let mut bytes = [0; 4096];
    loop {
        let read = stream.read(&mut bytes)?;
        if read == 0 {
            return Err(odd("it ended early"));
        }
        if framing.take(&bytes[..read], &mut |_| {})? > 0 {
            return Ok(framing.status);
        }
    }
}
