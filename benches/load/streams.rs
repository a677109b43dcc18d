//! Many open event streams: when the first and when the last of them has a change.

use crate::client::{Connection, runtime};
use std::{
    cell::{Cell, RefCell},
    io,
    net::SocketAddr,
    rc::Rc,
    time::{Duration, Instant},
};
use tokio::{
    net::TcpStream,
    sync::Semaphore,
    task::{LocalSet, spawn_local},
};

/// Connections that are being opened at a time.
const OPENING: usize = 64;

/// What every stream reports to.
#[derive(Default)]
struct Heard {
    open: Cell<usize>,
    changes: Cell<usize>,
    first: Cell<Option<Instant>>,
    last: Cell<Option<Instant>>,
    /// The last change's bytes, as the first of the streams got them.
    event: RefCell<Vec<u8>>,
    broken: Cell<usize>,
}

/// How one change went out.
#[derive(Clone, Copy, Debug)]
pub struct Told {
    /// From when it was asked for (a hook sent, a broadcast ordered) until the first has it.
    pub first: Duration,
    /// From the first until the last has it.
    pub spread: Duration,
    pub streams: usize,
}

/// Opens `count` streams with `request`, then tells `rounds` times by `tell` and watches. `opened` is
/// called once all are open. `waits_for_snapshot`: the server sends one first.
///
/// Returns each round and the bytes of the last change.
pub fn listen(
    address: SocketAddr,
    request: Vec<u8>,
    count: usize,
    waits_for_snapshot: bool,
    rounds: usize,
    mut opened: impl FnMut(),
    mut tell: impl FnMut() + Send + 'static,
) -> io::Result<(Vec<Told>, Vec<u8>)> {
    let runtime = runtime();
    LocalSet::new().block_on(&runtime, async move {
        let heard = Rc::new(Heard::default());
        let gate = Rc::new(Semaphore::new(OPENING));
        for number in 0..count {
            let (heard, gate, request) = (Rc::clone(&heard), Rc::clone(&gate), request.clone());
            spawn_local(async move {
                if stream(address, request, number == 0, waits_for_snapshot, &gate, &heard)
                    .await
                    .is_err()
                {
                    heard.broken.set(heard.broken.get() + 1);
                }
            });
        }
        let begun = Instant::now();
        while heard.open.get() + heard.broken.get() < count && begun.elapsed() < Duration::from_secs(180) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        if heard.open.get() < count {
            let (open, broken) = (heard.open.get(), heard.broken.get());
            return Err(io::Error::other(format!(
                "{open} of {count} streams opened, {broken} broke"
            )));
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
        opened();
        let (order, orders) = std::sync::mpsc::channel::<()>();
        // Telling blocks, and the listeners must not wait for it.
        let teller = std::thread::spawn(move || {
            while orders.recv().is_ok() {
                tell();
            }
        });
        let mut rounds_told = Vec::new();
        for _ in 0..rounds {
            heard.changes.set(0);
            heard.first.set(None);
            heard.last.set(None);
            let asked = Instant::now();
            let _ = order.send(());
            while heard.changes.get() < count && asked.elapsed() < Duration::from_secs(30) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            if let (Some(first), Some(last)) = (heard.first.get(), heard.last.get()) {
                rounds_told.push(Told {
                    first: first.duration_since(asked),
                    spread: last.duration_since(first),
                    streams: heard.changes.get(),
                });
            }
            tokio::time::sleep(Duration::from_millis(400)).await;
        }
        drop(order);
        let _ = teller.join();
        let event = heard.event.take();
        Ok((rounds_told, event))
    })
}

async fn stream(
    address: SocketAddr,
    request: Vec<u8>,
    keeps: bool,
    waits_for_snapshot: bool,
    gate: &Semaphore,
    heard: &Heard,
) -> io::Result<()> {
    let mut opening = Some(gate.acquire().await.map_err(io::Error::other)?);
    let stream = TcpStream::connect(address).await?;
    let mut connection = Connection::new(stream);
    connection.send(&request).await?;
    drop(request);
    // The beginning of the event that is arriving, as far as its name goes; all of it on the one that keeps.
    let mut event: Vec<u8> = Vec::new();
    let mut two = [0_u8; 2];
    loop {
        let mut arrived_event = false;
        let ended = connection
            .arrive(&mut |part| {
                let wanted = if keeps {
                    part.len()
                } else {
                    16_usize.saturating_sub(event.len())
                };
                event.extend_from_slice(&part[..wanted.min(part.len())]);
                match part {
                    [] => {}
                    [one] => two = [two[1], *one],
                    [.., before, last] => two = [*before, *last],
                }
                // JSON stands on one line, so an empty line is the end of an event.
                if two != *b"\n\n" {
                    return;
                }
                two = [0; 2];
                if event.starts_with(b"event: change") {
                    let now = Instant::now();
                    heard.changes.set(heard.changes.get() + 1);
                    if heard.first.get().is_none() {
                        heard.first.set(Some(now));
                    }
                    heard.last.set(Some(now));
                    if keeps {
                        *heard.event.borrow_mut() = event.clone();
                    }
                } else if event.starts_with(b"event: snapshot") {
                    arrived_event = true;
                }
                event.clear();
            })
            .await?;
        if ended > 0 {
            return Err(io::Error::other("the stream ended"));
        }
        let is_open = connection.framing.status == 200 && (arrived_event || !waits_for_snapshot);
        if is_open && opening.take().is_some() {
            heard.open.set(heard.open.get() + 1);
        }
    }
}
