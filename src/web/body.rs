//! What a request bears: JSON and forms, up to a cap, with an error that names the place; and the rule for all
//! bodies, a hook's too: the whole of one is here within [`WITHIN`], and all that are arriving share a budget of memory.
//!
//! A body takes from the budget as it grows: what it says of its length is no reason to hold back room for it, or
//! whoever says much and sends nothing would hold it all. Hooks and other bodies have each their own, so that
//! neither keeps the other out; of hooks the long ones have their own, since a real one is short; and one address
//! holds a part of it at most.

use super::{problem::Problem, query::Query};
use actix_web::{
    dev::Payload,
    http::{StatusCode, header, header::HeaderMap},
    web::BytesMut,
};
use bytes::Bytes;
use futures_util::StreamExt;
use parking_lot::Mutex;
use serde::de::DeserializeOwned;
use std::{collections::HashMap, time::Duration};
use tokio::time::{Instant, timeout_at};

/// The longest body of anything but a hook and a definition, in bytes.
pub const CAP: usize = 64 * 1024;
/// The longest competition.toml.
pub const DEFINITION_CAP: usize = 1024 * 1024;
/// How long a whole body may take.
pub const WITHIN: Duration = Duration::from_secs(30);

const MEBIBYTE: usize = 1024 * 1024;
/// Of a hook's body this much is short.
pub const SHORT: usize = MEBIBYTE;
/// Of any other body this much costs no more than its connection does, and takes from nothing: so a sign-in is let
/// in whatever longer bodies do.
const FREE: usize = 4 * 1024;
/// A body's room grows by this much at least.
const STEP: usize = FREE;

/// The budget, of 128 MiB in all.
static SHORT_HOOKS: Budget = Budget::new(32 * MEBIBYTE, 8 * MEBIBYTE);
// One of the longest at a time.
static LONG_HOOKS: Budget = Budget::new(80 * MEBIBYTE, 26 * MEBIBYTE);
static OTHERS: Budget = Budget::new(16 * MEBIBYTE, 16 * MEBIBYTE);

/// Bytes that bodies may be while they arrive.
struct Budget {
    all: usize,
    of_address: usize,
    taken: Mutex<Taken>,
}

struct Taken {
    sum: usize,
    /// None of them is 0.
    by_address: Option<HashMap<String, usize>>,
}

impl Budget {
    const fn new(all: usize, of_address: usize) -> Self {
        Self {
            all,
            of_address,
            taken: Mutex::new(Taken {
                sum: 0,
                by_address: None,
            }),
        }
    }

    /// False: nothing was taken, since there is none left, or none for this address.
    fn take(&self, address: Option<&str>, bytes: usize) -> bool {
        let mut taken = self.taken.lock();
        if taken.sum + bytes > self.all {
            return false;
        }
        if let Some(address) = address {
            let known = taken.by_address.get_or_insert_default();
            let own = known.get(address).copied().unwrap_or(0);
            if own + bytes > self.of_address {
                return false;
            }
            known.insert(address.to_owned(), own + bytes);
        }
        taken.sum += bytes;
        true
    }

    fn give_back(&self, address: Option<&str>, bytes: usize) {
        let mut taken = self.taken.lock();
        taken.sum = taken.sum.saturating_sub(bytes);
        if let (Some(known), Some(address)) = (&mut taken.by_address, address)
            && let Some(own) = known.get_mut(address)
        {
            *own = own.saturating_sub(bytes);
            if *own == 0 {
                known.remove(address);
            }
        }
    }
}

/// What a body has taken, given back when it is dropped.
pub struct Room {
    hook: bool,
    address: Option<String>,
    short: usize,
    long: usize,
}

impl Room {
    pub fn of_hook(address: String) -> Self {
        Self {
            hook: true,
            address: Some(address),
            short: 0,
            long: 0,
        }
    }

    fn of_others() -> Self {
        Self {
            hook: false,
            address: None,
            short: 0,
            long: 0,
        }
    }

    /// Makes the room `bytes` large. False: there is none.
    fn grow(&mut self, bytes: usize) -> bool {
        let (short, long) = if self.hook {
            (bytes.min(SHORT), bytes.saturating_sub(SHORT))
        } else {
            (bytes.saturating_sub(FREE), 0)
        };
        let address = self.address.as_deref();
        if short > self.short {
            if !self.budget().take(address, short - self.short) {
                return false;
            }
            self.short = short;
        }
        if long > self.long {
            if !LONG_HOOKS.take(address, long - self.long) {
                return false;
            }
            self.long = long;
        }
        true
    }

    fn budget(&self) -> &'static Budget {
        if self.hook { &SHORT_HOOKS } else { &OTHERS }
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        let address = self.address.as_deref();
        self.budget().give_back(address, self.short);
        LONG_HOOKS.give_back(address, self.long);
    }
}

fn too_long(cap: usize) -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        format!("the body is longer than {cap} bytes"),
    )
}

/// The length that a body says it has.
pub fn told_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Reads a body as it arrives; `each` part of it is looked at on the way.
///
/// Errors: 413 above `cap`; 408 where it is not here in time; 503 where there is no room; 400 where it breaks off.
pub async fn arriving(
    payload: &mut Payload,
    cap: usize,
    room: &mut Room,
    each: impl FnMut(&[u8]),
) -> Result<Bytes, Problem> {
    arriving_within(WITHIN, payload, cap, room, each).await
}

async fn arriving_within(
    time: Duration,
    payload: &mut Payload,
    cap: usize,
    room: &mut Room,
    mut each: impl FnMut(&[u8]),
) -> Result<Bytes, Problem> {
    let end = Instant::now() + time;
    let mut body = BytesMut::new();
    loop {
        let next = timeout_at(end, payload.next()).await.map_err(|_| {
            Problem::new(
                StatusCode::REQUEST_TIMEOUT,
                format!("the body was not here within {} s; send it again", time.as_secs()),
            )
        })?;
        let Some(chunk) = next else {
            return Ok(body.freeze());
        };
        let chunk = chunk.map_err(|_| Problem::bad_request("the body broke off; send it again"))?;
        let length = body.len() + chunk.len();
        if length > cap {
            return Err(too_long(cap));
        }
        each(&chunk);
        if length > body.capacity() {
            // Not by doubling: what is reserved is what is taken.
            let wanted = (length + length / 4).max(STEP).min(cap);
            if !room.grow(wanted) {
                return Err(Problem::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "too much is arriving at once; try again shortly",
                ));
            }
            let mut larger = BytesMut::with_capacity(wanted);
            larger.extend_from_slice(&body);
            body = larger;
        }
        body.extend_from_slice(&chunk);
    }
}

/// Takes in what is left of a body and keeps none of it, so that who still sends it reads the answer.
pub async fn spill(payload: &mut Payload, cap: usize) {
    let end = Instant::now() + WITHIN;
    let mut left = cap;
    while let Ok(Some(Ok(chunk))) = timeout_at(end, payload.next()).await {
        left = left.saturating_sub(chunk.len());
        if left == 0 {
            return;
        }
    }
}

/// Errors: as [`arriving`].
pub async fn bytes(payload: &mut Payload, cap: usize) -> Result<Bytes, Problem> {
    arriving(payload, cap, &mut Room::of_others(), |_| {}).await
}

/// Errors: 400 where it is no JSON; 422 where a field is unknown, missing or of another kind, named.
pub async fn json<T: DeserializeOwned>(payload: &mut Payload) -> Result<T, Problem> {
    let bytes = bytes(payload, CAP).await?;
    parse(&bytes)
}

/// As [`json`], of a body that may be empty: then as `{}`.
pub async fn json_or_empty<T: DeserializeOwned>(payload: &mut Payload) -> Result<T, Problem> {
    let bytes = bytes(payload, CAP).await?;
    parse(if bytes.is_empty() { b"{}" } else { &bytes })
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(bytes).map_err(|why| {
        if why.is_data() {
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, format!("the body: {why}"))
        } else {
            Problem::bad_request(format!("the body is not JSON: {why}"))
        }
    })
}

/// Text of a body, such as a competition.toml. Errors: 413, 400 where it is not UTF-8.
pub async fn text(payload: &mut Payload, cap: usize) -> Result<String, Problem> {
    let bytes = bytes(payload, cap).await?;
    String::from_utf8(bytes.to_vec()).map_err(|_| Problem::bad_request("the body is not UTF-8"))
}

/// The fields of a form that a page sent.
pub async fn form(payload: &mut Payload) -> Result<Query, Problem> {
    let text = text(payload, DEFINITION_CAP).await?;
    Ok(Query::of(&text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream;

    fn payload(parts: Vec<Bytes>, never_ends: bool) -> Payload {
        let parts = stream::iter(parts.into_iter().map(Ok));
        let rest = stream::poll_fn(move |_| {
            if never_ends {
                std::task::Poll::Pending
            } else {
                std::task::Poll::Ready(None)
            }
        });
        Payload::Stream {
            payload: Box::pin(parts.chain(rest)),
        }
    }

    #[test]
    fn a_budget_is_shared_and_one_address_holds_its_part() {
        let budget = Budget::new(400 * MEBIBYTE, 100 * MEBIBYTE);
        assert!(budget.take(Some("a"), 100 * MEBIBYTE));
        assert!(!budget.take(Some("a"), 1));
        for other in ["b", "c", "d"] {
            assert!(budget.take(Some(other), 100 * MEBIBYTE));
        }
        assert!(!budget.take(Some("e"), 1));
        budget.give_back(Some("a"), 100 * MEBIBYTE);
        assert!(budget.take(Some("e"), 100 * MEBIBYTE));
        let known = budget.taken.lock().by_address.as_ref().map(HashMap::len);
        assert_eq!(known, Some(4));
    }

    #[test]
    fn long_hooks_leave_room_for_short_ones_and_all_of_it_comes_back() {
        let mut rooms: Vec<Room> = (0..40)
            .map(|number| Room::of_hook(format!("bodies-{number}")))
            .collect();
        let let_in = rooms
            .iter_mut()
            .filter_map(|room| room.grow(20 * MEBIBYTE).then_some(()))
            .count();
        assert!(let_in <= 4, "{let_in} of 20 MiB each");
        drop(rooms);
        let mut real = Room::of_hook("bodies-real".into());
        assert!(real.grow(100 * 1024));
        drop(real);
        assert_eq!(LONG_HOOKS.taken.lock().sum, 0);
    }

    #[tokio::test]
    async fn a_body_that_does_not_come_is_408_and_one_that_is_too_long_413() {
        let mut slow = payload(vec![Bytes::from_static(b"{")], true);
        let soon = Duration::from_millis(20);
        let refused = arriving_within(soon, &mut slow, CAP, &mut Room::of_others(), |_| {}).await;
        assert_eq!(
            refused.map_err(|problem| problem.status),
            Err(StatusCode::REQUEST_TIMEOUT)
        );
        let mut long = payload(vec![Bytes::from(vec![b' '; CAP]), Bytes::from_static(b" ")], false);
        let refused = bytes(&mut long, CAP).await.map_err(|problem| problem.status);
        assert_eq!(refused, Err(StatusCode::PAYLOAD_TOO_LARGE));
        let whole = vec![Bytes::from(vec![b'a'; 30_000]), Bytes::from(vec![b'b'; 30_000])];
        let read = bytes(&mut payload(whole, false), CAP).await.unwrap();
        assert_eq!((read.len(), read[29_999], read[30_000]), (60_000, b'a', b'b'));
    }
}
